//! How a document names an overlay.

use super::{Invalid, Name, TextForm, quoted};
use std::fmt;
use std::str::FromStr;

/// An overlay by the name of one that comes with the binary, or by its folder: a text with a `/` in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OverlayRef {
    /// One that comes with the binary.
    Name(Name),
    /// A folder, relative to the file that names it.
    Folder(String),
}

impl FromStr for OverlayRef {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.contains('\0') {
            let problem = format!("{} is no folder", quoted(text));
            return Err(Invalid::new(problem, "write a path such as `./overlays/mine`"));
        }
        if text.contains('/') {
            return Ok(Self::Folder(text.to_owned()));
        }
        text.parse().map(Self::Name).map_err(|invalid: Invalid| {
            Invalid::new(invalid.problem, format!("{}; write a folder with a `/`: `./mine`", invalid.fix))
        })
    }
}

impl fmt::Display for OverlayRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Folder(folder) => f.write_str(folder),
        }
    }
}

impl TextForm for OverlayRef {
    const WHAT: &'static str = "an overlay";
    const PATTERN: &'static str = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|.*/.*)$";
    const EXAMPLE: &'static str = "wireguard";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_makes_a_folder() {
        let kind = |text: &str| text.parse::<OverlayRef>().map(|one| matches!(one, OverlayRef::Folder(_)));
        assert_eq!(kind("wireguard"), Ok(false));
        assert_eq!(kind("./mine"), Ok(true));
        assert_eq!(kind("/srv/overlays/mine"), Ok(true));
        for bad in ["", "..", "Mine", "a b", "a/\0"] {
            assert!(bad.parse::<OverlayRef>().is_err(), "{bad}");
        }
    }
}
