//! Paths inside a root file system.

use super::{Invalid, TextForm, quoted};
use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

/// The longest path that Linux takes, in bytes.
const LONGEST: usize = 4095;
/// The longest name of a file, in bytes.
const LONGEST_NAME: usize = 255;

/// A path inside a root: `etc/config/network`. Without a leading `/`, without `.`, `..` and empty parts, never empty: it
/// cannot lead out of the root but through a symbolic link. Ordered by bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootPath(String);

impl RootPath {
    /// The path, without a leading `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last part.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(self.0.as_str(), |(_, name)| name)
    }

    /// The folder that it lies in; none for what lies in the root itself.
    pub fn parent(&self) -> Option<Self> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.to_owned()))
    }

    /// The folders that it lies in, the outermost first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        self.0.match_indices('/').map(|(at, _)| Self(self.0[..at].to_owned()))
    }

    /// What lies in this folder under a relative path.
    pub fn join(&self, path: &str) -> Result<Self, Invalid> {
        format!("{}/{path}", self.0).parse()
    }

    /// Whether it is that folder or lies somewhere below it.
    pub fn is_below(&self, folder: &str) -> bool {
        self.0.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether it holds a control character, such as a line break: the databases of packages have a path a line.
    pub fn has_control(&self) -> bool {
        self.0.contains(char::is_control)
    }
}

impl Borrow<str> for RootPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for RootPath {
    type Err = Invalid;

    /// Takes what archives and package lists write: `./a/b`, `/a/b` and `a/b/` are `a/b`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = |why: &str| {
            Err(Invalid::new(format!("the path {} {why}", quoted(text)), "write a path such as `etc/config`"))
        };
        if text.contains('\0') {
            return refused("holds a NUL");
        }
        let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.contains(&"..") {
            return refused("leads out of its folder with `..`");
        }
        if parts.iter().any(|part| part.len() > LONGEST_NAME) {
            return refused("has a name of more than 255 bytes");
        }
        let path = parts.join("/");
        match path.len() {
            0 => refused("names nothing in the root"),
            length if length > LONGEST => refused("is longer than 4095 bytes"),
            _ => Ok(Self(path)),
        }
    }
}

impl fmt::Display for RootPath {
    /// As the machine itself would call it: `/etc/config`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}

impl TextForm for RootPath {
    const WHAT: &'static str = "a path in the root";
    const PATTERN: &'static str = ".";
    const EXAMPLE: &'static str = "/etc/banner";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RootPath {
        text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    #[test]
    fn takes_the_ways_of_writing_one_path() {
        for text in ["etc/config", "/etc/config", "./etc/config", "etc/config/", "etc//./config"] {
            assert_eq!(path(text).as_str(), "etc/config", "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_path_in_a_root() {
        let long = "a/".repeat(2100);
        let name = "a".repeat(256);
        for text in ["", ".", "/", "./", "..", "../a", "a/../b", "a/..", "a\0b", &long, &name] {
            assert!(text.parse::<RootPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn knows_where_it_lies() {
        let file = path("etc/config/network");
        assert_eq!((file.name(), file.to_string()), ("network", "/etc/config/network".to_owned()));
        assert_eq!(file.parent(), Some(path("etc/config")));
        assert_eq!(file.ancestors().collect::<Vec<_>>(), [path("etc"), path("etc/config")]);
        assert!(path("etc").parent().is_none() && path("etc").ancestors().next().is_none());
        assert!(file.is_below("etc") && file.is_below("etc/config/network") && !file.is_below("etc/con"));
        assert_eq!(path("etc").join("rc.d/S10boot"), Ok(path("etc/rc.d/S10boot")));
        assert!(path("etc").join("../x").is_err());
    }
}
