//! What `Depends` and `Conflicts` say.

use std::fmt;
use std::str::FromStr;

use super::Version;
use crate::types::{Invalid, quoted};

/// `info/NAME.postinst-pkg` has to be a file name.
const LONGEST_NAME: usize = 200;

/// One demand of a list: any of its choices will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Of which one is enough, in the order of preference. Never empty.
    pub choices: Vec<Demand>,
    /// A `*` at the end: every package that fits, if what it needs is there anyway; none is no fault.
    pub greedy: bool,
}

/// A package, or whatever provides its name, in certain versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// A package or a provided name.
    pub name: String,
    /// Which versions of it; any if none.
    pub version: Option<(Relation, Version)>,
}

/// How a version relates to the one demanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `<<`
    Earlier,
    /// `<=`, and `<` as of old.
    EarlierOrEqual,
    /// `=`
    Equal,
    /// `>=`, and `>` as of old.
    LaterOrEqual,
    /// `>>`
    Later,
}

impl Demand {
    /// Whether this version will do. As in opkg an equal version always does, for `<<` and `>>` too
    /// (`pkg_depends.c`, `version_constraints_satisfied`).
    pub fn takes(&self, version: &Version) -> bool {
        self.version.as_ref().is_none_or(|(relation, wanted)| match relation {
            Relation::Equal => version == wanted,
            Relation::Earlier | Relation::EarlierOrEqual => version <= wanted,
            Relation::LaterOrEqual | Relation::Later => version >= wanted,
        })
    }
}

/// Reads a list: `libc, libubus20220601, wget | curl (>= 7)`. Empty items, which OpenWrt's build leaves behind, are
/// nothing.
pub(super) fn dependencies(list: &str) -> Result<Vec<Dependency>, Invalid> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::parse).collect()
}

/// Reads a list of names as `Provides` and `Replaces` have them, split at commas and spaces. Names that packages answer
/// to are only compared, so whatever is printed there will do, as in opkg.
pub(super) fn names(list: &str) -> Result<Vec<String>, Invalid> {
    let name = |name: &str| {
        if name.len() <= LONGEST_NAME && name.bytes().all(|c| c.is_ascii_graphic()) {
            return Ok(name.to_owned());
        }
        Err(Invalid::new(
            format!("{} is no name", quoted(name)),
            "use printed characters of ASCII, at most 200",
        ))
    };
    list.split([',', ' ', '\t']).filter(|name| !name.is_empty()).map(name).collect()
}

/// A package's name. It becomes part of file names, so it is held to what is one: no `/`, and no dot first.
pub(super) fn name(text: &str) -> Result<String, Invalid> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
    if text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() <= LONGEST_NAME
        && text.chars().all(fits)
    {
        return Ok(text.to_owned());
    }
    let fix = "use letters, digits, `+`, `-`, `.`, `_`, the first a letter or digit";
    Err(Invalid::new(format!("{} is no name of a package", quoted(text)), fix))
}

impl FromStr for Dependency {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (text, greedy) = match text.trim_end().strip_suffix('*') {
            Some(rest) if rest.ends_with([' ', ')']) => (rest, true),
            _ => (text, false),
        };
        let choices = text.split('|').map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { choices, greedy })
    }
}

impl FromStr for Demand {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = || {
            Invalid::new(format!("{} is no dependency", quoted(text.trim())), "write such as `libc (>= 1.2)`")
        };
        let Some((package, rest)) = text.split_once('(') else {
            return Ok(Self { name: name(text.trim())?, version: None });
        };
        let inside = rest.trim_end().strip_suffix(')').ok_or_else(refused)?.trim();
        let (relation, version) = RELATIONS
            .iter()
            .find_map(|(sign, relation)| Some((*relation, inside.strip_prefix(sign)?)))
            .ok_or_else(refused)?;
        Ok(Self { name: name(package.trim())?, version: Some((relation, version.trim().parse()?)) })
    }
}

/// The longer signs first.
const RELATIONS: [(&str, Relation); 7] = [
    ("<<", Relation::Earlier),
    ("<=", Relation::EarlierOrEqual),
    (">=", Relation::LaterOrEqual),
    (">>", Relation::Later),
    ("=", Relation::Equal),
    ("<", Relation::EarlierOrEqual),
    (">", Relation::LaterOrEqual),
];

impl fmt::Display for Dependency {
    /// As opkg writes it to its status file, which has no `*`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, choice) in self.choices.iter().enumerate() {
            write!(f, "{}{choice}", if index == 0 { "" } else { " | " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Demand {
    /// As opkg writes it (`pkg_depend_str`): its `<` and `>` stand for `<<` and `>>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((relation, version)) = &self.version else { return f.write_str(&self.name) };
        let sign = match relation {
            Relation::Earlier => "<",
            Relation::EarlierOrEqual => "<=",
            Relation::Equal => "=",
            Relation::LaterOrEqual => ">=",
            Relation::Later => ">",
        };
        write!(f, "{} ({sign} {version})", self.name)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

    use super::*;

    #[test]
    fn reads_the_whole_grammar_and_writes_it_as_opkg_does() {
        let list = "libc, wget | curl (>= 7.1),a (<< 1:2-3) , b(>>1),c (< 2), d (> 2), e (= 1) *, f *, ";
        let read = dependencies(list).unwrap();
        let written: Vec<String> = read.iter().map(ToString::to_string).collect();
        let wanted = [
            "libc",
            "wget | curl (>= 7.1)",
            "a (< 1:2-3)",
            "b (> 1)",
            "c (<= 2)",
            "d (>= 2)",
            "e (= 1)",
            "f",
        ];
        assert_eq!(written, wanted);
        assert_eq!(
            read.iter().map(|one| one.greedy).collect::<Vec<_>>(),
            [false, false, false, false, false, false, true, true]
        );
    }

    #[test]
    fn takes_the_versions_that_opkg_takes() {
        for (demand, takes, refuses) in [
            ("a", "0", ""),
            ("a (<< 2)", "1", "3"),
            ("a (<< 2)", "2", "2.1"),
            ("a (<= 2)", "2", "2-1"),
            ("a (= 2)", "2-0", "3"),
            ("a (>= 2)", "2", "2~1"),
            ("a (>> 2)", "2", "1"),
        ] {
            let demand: Demand = demand.parse().unwrap();
            assert!(demand.takes(&takes.parse().unwrap()), "{demand} {takes}");
            assert!(refuses.is_empty() || !demand.takes(&refuses.parse().unwrap()), "{demand} {refuses}");
        }
    }

    #[test]
    fn refuses_what_is_no_dependency() {
        let long = "a".repeat(201);
        for text in [
            "a b",
            "a (",
            "a (1)",
            "a (= )",
            "a (= 1) b",
            "a || b",
            "../a",
            ".a",
            "a/b",
            "a*",
            "*",
            "\u{e9}",
            &long,
        ] {
            assert!(dependencies(text).is_err(), "{text}");
        }
    }

    #[test]
    fn splits_names_at_commas_and_spaces() {
        assert_eq!(names("a, b c,,d").unwrap(), ["a", "b", "c", "d"]);
        assert_eq!(names("@any, b (= 1)").unwrap(), ["@any", "b", "(=", "1)"]);
        assert!(names("caf\u{e9}").is_err() && names(&"a".repeat(201)).is_err());
    }
}
