//! What a package asks for: `name`, `name=1.2`, `name>=1`, `name~1.2`, `!name`, `name@tag`.
//!
//! The grammar of `world`, and of the `D:`, `p:`, `i:` and `r:` lines of apk's database; the header of a package has the
//! same in parts. Knows no packages. Source: apk-tools' `package.c` (`apk_dep_parse`) and `version.c`.
//! Entries: [`Dependency::parse`], [`parse_list`], [`Dependency::matches`].

use std::cmp::Ordering;
use std::fmt;

use super::Error;
use super::version;
use crate::types::quoted;

/// The longest name; `so:` and `pc:` names are the longest known, with some 80 bytes.
const NAME_LIMIT: usize = 255;

/// Which versions, seen from the one that follows, are meant; a set of apk's bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Comparison(u8);

impl Comparison {
    const EQUAL: u8 = 1;
    const LESS: u8 = 2;
    const GREATER: u8 = 4;
    const FUZZY: u8 = 8;
    /// `><`: what follows is no version but the hash of one package.
    const HASH: u8 = Self::LESS | Self::GREATER;
    /// The bit beside them in a header that turns a dependency into a conflict.
    const CONFLICT: u64 = 16;

    /// `=`.
    pub const SAME: Self = Self(Self::EQUAL);

    fn parse(text: &str) -> Option<Self> {
        let bits = text.bytes().try_fold(0, |bits, byte| {
            Some(
                bits | match byte {
                    b'<' => Self::LESS,
                    b'>' => Self::GREATER,
                    b'=' => Self::EQUAL,
                    b'~' => Self::FUZZY | Self::EQUAL,
                    _ => return None,
                },
            )
        })?;
        (bits != 0).then_some(Self(bits))
    }

    fn as_str(self) -> &'static str {
        let text = match self.0 & Self::HASH {
            0 => ["=", "~"],
            Self::LESS => ["<=", "<~"],
            Self::GREATER => [">=", ">~"],
            _ => ["<=>", "<~>"],
        };
        match self.0 {
            Self::HASH => "><",
            Self::LESS => "<",
            Self::GREATER => ">",
            bits => text[usize::from(bits & Self::FUZZY != 0)],
        }
    }

    fn holds(self, have: &str, want: &str) -> bool {
        if self.0 & Self::FUZZY != 0 && version::is_prefix(want, have) {
            return true;
        }
        let bit = match version::compare(have, want) {
            Ordering::Less => Self::LESS,
            Ordering::Equal => Self::EQUAL,
            Ordering::Greater => Self::GREATER,
        };
        self.0 & bit != 0
    }
}

/// A name, which versions of it, and whether it is wanted or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The name of a package, or one that packages provide.
    pub name: String,
    /// Which versions; any without it.
    pub versions: Option<(Comparison, String)>,
    /// `!`: none of these may be there.
    pub conflict: bool,
    /// `@`: only from repositories of that tag. Only `world` may have it.
    pub tag: Option<String>,
}

impl Dependency {
    /// A wish for any version.
    pub fn on(name: &str) -> Self {
        Self { name: name.to_owned(), versions: None, conflict: false, tag: None }
    }

    /// A wish for one version, or, in a `provides`, the offer of it.
    pub fn exactly(name: &str, version: &str) -> Self {
        Self { versions: Some((Comparison::SAME, version.to_owned())), ..Self::on(name) }
    }

    /// Reads one, as `depends` has it.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let dependency = Self::parse_with_tag(text)?;
        match dependency.tag {
            Some(_) => Err(refused(text, "a tag of a repository (`@`) may only be in /etc/apk/world")),
            None => Ok(dependency),
        }
    }

    /// Reads one, as `world` has it.
    pub fn parse_with_tag(text: &str) -> Result<Self, Error> {
        let (conflict, rest) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let is_comparer = |c: char| matches!(c, '<' | '=' | '>' | '~');
        let (name, versions) = match rest.find(is_comparer) {
            None => (rest, None),
            Some(at) => {
                let (name, rest) = rest.split_at(at);
                let version = rest.trim_start_matches(is_comparer);
                let comparer = &rest[..rest.len() - version.len()];
                let comparison =
                    Comparison::parse(comparer).expect("only comparers were taken, and one at least");
                if comparison.0 != Comparison::HASH && !version::is_valid(version) {
                    return Err(refused(text, "what follows the comparison is no version"));
                }
                if version.is_empty() || version.contains(char::is_whitespace) {
                    return Err(refused(text, "what follows the comparison is no version"));
                }
                (name, Some((comparison, version.to_owned())))
            }
        };
        let (name, tag) = match name.split_once('@') {
            Some((name, tag)) => (name, Some(tag.to_owned())),
            None => (name, None),
        };
        if !is_name(name) || tag.as_deref().is_some_and(|tag| !is_name(tag)) {
            return Err(refused(text, "a name has letters, digits and `+,-.:/[]_`"));
        }
        Ok(Self { name: name.to_owned(), versions, conflict, tag })
    }

    /// Puts one together from the three fields of a header; no `version` means any.
    pub(super) fn from_header(name: &str, version: Option<&str>, bits: u64) -> Result<Self, Error> {
        let comparison = match u8::try_from(bits & !Comparison::CONFLICT) {
            Ok(0) => Comparison::SAME,
            Ok(bits) if bits < 16 => Comparison(bits),
            _ => return Err(refused(name, "its comparison is none that apk knows")),
        };
        if !is_name(name) {
            return Err(refused(name, "a name has letters, digits and `+,-.:/[]_`"));
        }
        let versions = version.map(|version| (comparison, version.to_owned()));
        if let Some((comparison, version)) = &versions
            && comparison.0 != Comparison::HASH
            && !version::is_valid(version)
        {
            return Err(refused(version, "it has no valid version"));
        }
        Ok(Self { name: name.to_owned(), versions, conflict: bits & Comparison::CONFLICT != 0, tag: None })
    }

    /// The version that it names. In a `provides` this is the version that is offered.
    pub fn version(&self) -> Option<&str> {
        self.versions.as_ref().map(|(_, version)| version.as_str())
    }

    /// Whether the version is among those that it names, its `!` left aside. What is offered without a version matches
    /// whatever is asked for. `hash` is the offering package's id, as the database writes it.
    pub fn matches(&self, offered: Option<&str>, hash: &str) -> bool {
        match (&self.versions, offered) {
            (Some((Comparison(Comparison::HASH), wanted)), _) => wanted == hash,
            (Some((comparison, wanted)), Some(offered)) => comparison.holds(offered, wanted),
            (None, _) | (_, None) => true,
        }
    }
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.conflict { "!" } else { "" })?;
        f.write_str(&self.name)?;
        if let Some(tag) = &self.tag {
            write!(f, "@{tag}")?;
        }
        match &self.versions {
            Some((comparison, version)) => write!(f, "{}{version}", comparison.as_str()),
            None => Ok(()),
        }
    }
}

/// Reads a list that spaces or line ends part.
pub fn parse_list(text: &str) -> Result<Vec<Dependency>, Error> {
    text.split([' ', '\n']).filter(|word| !word.is_empty()).map(Dependency::parse).collect()
}

/// A list as the database has it, parted by `separator`.
pub(super) fn write_list(list: &[Dependency], separator: &str) -> String {
    list.iter().map(Dependency::to_string).collect::<Vec<_>>().join(separator)
}

/// Whether it may name a package or something that packages provide.
pub(super) fn is_name(name: &str) -> bool {
    (1..=NAME_LIMIT).contains(&name.len())
        && name.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'+' | b',' | b'-' | b'.' | b':' | b'/' | b'[' | b']' | b'_')
        })
}

fn refused(text: &str, problem: &'static str) -> Error {
    Error::Dependency { text: quoted(text), problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dependency(text: &str) -> Dependency {
        Dependency::parse_with_tag(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn writes_what_it_reads() {
        for text in [
            "libc",
            "a=1",
            "a<1",
            "a<=1",
            "a>1",
            "a>=1-r2",
            "a~1.2",
            "a<~1",
            "a>~1",
            "!a",
            "!a<2",
            "so:libc.so.1=1.2.3",
            "cmd:sh",
            ".virtual><Q1abc=",
            "a@edge",
            "a@edge>=1",
            "kernel=6.12.1~abcdef-r1",
        ] {
            assert_eq!(dependency(text).to_string(), text);
        }
        assert_eq!(dependency("a=~1.2").to_string(), "a~1.2");
    }

    #[test]
    fn refuses_what_is_no_dependency() {
        for text in ["", "!", "=1", "a=", "a=x", "a b", "a=1 b", "ä", "a@", "@a", "a\n", "a><"] {
            assert!(Dependency::parse_with_tag(text).is_err(), "{text}");
        }
        let tagged = Dependency::parse("a@edge").map_err(|error| error.to_string());
        assert_eq!(
            tagged,
            Err("`a@edge` is no dependency: a tag of a repository (`@`) may only be in /etc/apk/world".into())
        );
    }

    #[test]
    fn matches_the_versions_that_it_names() {
        for (wish, offered, want) in [
            ("a", Some("1"), true),
            ("a", None, true),
            ("a=1", None, true),
            ("a=1", Some("1"), true),
            ("a=1", Some("1-r1"), false),
            ("a~1", Some("1.5-r1"), true),
            ("a~1", Some("10"), false),
            ("a>~1.2", Some("1.2.1"), true),
            ("a>1", Some("1.0.1"), true),
            ("a<1", Some("1"), false),
            ("a<=1", Some("1"), true),
            ("a><Q1x=", Some("1"), true),
            ("a><Q1y=", Some("1"), false),
        ] {
            assert_eq!(dependency(wish).matches(offered, "Q1x="), want, "{wish} {offered:?}");
        }
    }

    #[test]
    fn takes_the_parts_of_a_header() {
        let made =
            |version, bits| Dependency::from_header("a", version, bits).map(|made| made.to_string()).ok();
        assert_eq!(made(None, 0).as_deref(), Some("a"));
        assert_eq!(made(Some("1"), 0).as_deref(), Some("a=1"));
        assert_eq!(made(Some("1"), 5).as_deref(), Some("a>=1"));
        assert_eq!(made(Some("1"), 9).as_deref(), Some("a~1"));
        assert_eq!(made(None, 16).as_deref(), Some("!a"));
        assert_eq!(made(Some("x"), 0), None);
        assert_eq!(made(Some("1"), 32), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_then_stays(text in "[!a-c@=<>~1.r -]{0,12}") {
            if let Ok(read) = Dependency::parse_with_tag(&text) {
                let written = read.to_string();
                prop_assert!(Dependency::parse_with_tag(&written).is_ok_and(|again| again == read));
            }
        }
    }
}
