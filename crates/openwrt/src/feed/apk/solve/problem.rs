//! Why there is no set of packages that does all that is asked for.

/// What cannot be done, and who wants it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// No feed has it, under any version.
    #[error("{who} `{wish}`, and no feed has it{}", meant(.nearest.as_deref()))]
    Unknown {
        /// The chain of those who want it.
        who: Wants,
        /// The dependency.
        wish: String,
        /// A name that was likely meant.
        nearest: Option<String>,
    },
    /// It is there, but not in that version.
    #[error("{who} `{wish}`, and there is only {offered}")]
    Version {
        /// The chain of those who want it.
        who: Wants,
        /// The dependency.
        wish: String,
        /// The packages and versions that have the name.
        offered: String,
    },
    /// It was to be removed, and is needed.
    #[error("{who} `{wish}`, and {package} is to be removed: keep it, or remove what wants it too")]
    Removed {
        /// The chain of those who want it.
        who: Wants,
        /// The dependency.
        wish: String,
        /// The package.
        package: String,
    },
    /// A name was to be removed that is no package's own, and the package that provides it stays.
    #[error(
        "{who} `{wish}`, and `{name}` is only a name that {package} provides: write `-{package}` to leave that out"
    )]
    Provided {
        /// The chain of those who want it.
        who: Wants,
        /// The dependency.
        wish: String,
        /// The name that was to be removed.
        name: String,
        /// The package that stays.
        package: String,
    },
    /// apk takes a package that provides its own name with a version for one that is in its own way.
    #[error(
        "{who} `{wish}`, and {package} provides its own name with a version: apk refuses every root that has it"
    )]
    Itself {
        /// The chain of those who want it.
        who: Wants,
        /// The dependency.
        wish: String,
        /// The package.
        package: String,
    },
    /// Two wishes that cannot be done together.
    #[error("{who} `{wish}`, and {other} `{other_wish}`: {reason}")]
    Clash {
        /// The chain of those who have the one wish.
        who: Wants,
        /// That wish.
        wish: String,
        /// The chain of those who have the other.
        other: Wants,
        /// That wish.
        other_wish: String,
        /// What stands against it.
        reason: String,
    },
    /// Several packages offer it, and none is the usual one.
    #[error("{who} `{wish}`, which is one of {choices}: name the one to take")]
    Choice {
        /// The chain of those who want it.
        who: Wants,
        /// The dependency.
        wish: String,
        /// The packages.
        choices: String,
    },
    /// A wish for a repository by its tag.
    #[error("`{wish}` is asked for, and feeds have no tags here: leave `@` and what follows it away")]
    Tag {
        /// The wish.
        wish: String,
    },
    /// A hostile feed.
    #[error("choosing took more than {most} steps: no real feed is like that")]
    TooMuch {
        /// The most that are taken.
        most: usize,
    },
    /// Too many ways to try.
    #[error(
        "no set of packages was found within the bounds of the search; the one that apk would prefer fails: {first}"
    )]
    GaveUp {
        /// The problem of the first way.
        first: Box<Problem>,
    },
}

/// A chain of packages from what is asked for to the one that has a wish; empty when it is asked for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wants(pub Vec<String>);

impl std::fmt::Display for Wants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.split_last() {
            None => f.write_str("the image is to have"),
            Some((last, [])) => write!(f, "{last} wants"),
            Some((last, before)) => {
                write!(f, "{last}")?;
                // Of a long way its two ends: who has the wish, and who was asked for.
                let passed = before.len().saturating_sub(SHOWN);
                for (number, name) in before.iter().rev().enumerate() {
                    let lead = if number == 0 { " (for " } else { ", for " };
                    if passed > 1 && number == SHOWN - 1 {
                        write!(f, "{lead}{passed} others")?;
                    } else if passed <= 1 || number < SHOWN - 1 || number + 1 == before.len() {
                        write!(f, "{lead}{name}")?;
                    }
                }
                f.write_str(") wants")
            }
        }
    }
}

/// The most names of a chain that a message has beside the one with the wish.
const SHOWN: usize = 8;

fn meant(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}
