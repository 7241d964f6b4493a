//! Why packages cannot be chosen.

use std::fmt;

/// Why a request cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing has that name.
    #[error("no feed has the package {name}{hint}")]
    Unknown {
        /// The wanted package, quoted.
        name: String,
        /// What was perhaps meant, or why there is none.
        hint: String,
    },
    /// A package needs something that cannot be had.
    #[error("{chain} needs {dependency}, and {reason}")]
    Unsatisfiable {
        /// From the wanted package to the one that needs it.
        chain: Chain,
        /// What it needs, quoted.
        dependency: String,
        /// Why it cannot be had.
        reason: String,
    },
    /// Two packages that cannot be there both.
    #[error("{first} and {second} cannot be installed together: {declared} says so; {way_out}")]
    Conflict {
        /// One, with who wants it.
        first: Chain,
        /// The other.
        second: Chain,
        /// Whose `Conflicts` it is, quoted.
        declared: String,
        /// What to do.
        way_out: String,
    },
    /// Something is to be there and not to be there.
    #[error("the package {0} is wanted and to be removed: drop one of the two")]
    Both(String),
    /// A name was to be removed that is no package's own, and the package that provides it is there.
    #[error(
        "{name} is to be removed, and is only a name that {package} provides: write `-{package}` to leave that out"
    )]
    Provided {
        /// The name, quoted.
        name: String,
        /// The package.
        package: String,
    },
    /// Without it the system does not run.
    #[error("the package {0} is essential and cannot be removed")]
    Essential(String),
    /// A package would be left without what it needs.
    #[error(
        "{package} needs {dependency}, which {culprit} takes away: remove {package} as well, or keep what it needs"
    )]
    Left {
        /// The package that would not work, quoted.
        package: String,
        /// What it needs, quoted.
        dependency: String,
        /// A removal, a replacement or another version.
        culprit: String,
    },
    /// A hostile feed.
    #[error("{name} needs more than {most} packages one below the other: no real feed is like that")]
    TooDeep {
        /// The wanted package, quoted.
        name: String,
        /// The most that there may be.
        most: usize,
    },
    /// A hostile feed.
    #[error("choosing took more than {most} steps: no real feed is like that")]
    TooMuch {
        /// The most that are taken.
        most: u64,
    },
}

/// How a wanted package leads to another: `luci → uhttpd → libubox`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain(pub Vec<String>);

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.join(" → "))
    }
}
