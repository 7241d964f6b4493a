//! Checked values: a MAC address, a network, a port, … each parsed once and valid from then on.
//!
//! A value of one of these types cannot be malformed, so no later stage checks its syntax again. The parsers judge
//! syntax only; whether a MAC address is unicast or an address lies inside its subnet is for the plan's rules. This
//! module knows nothing of files, spans, YAML or documents. Entry: `FromStr` of each type; every parser fails with
//! [`Invalid`], which says what is wrong and what to write instead.

mod address;
mod capability;
mod capability_set;
mod data_key;
mod digest;
mod file;
mod image_ref;
pub mod label;
mod mac;
mod name;
mod nearest;
mod number;
mod overlay_ref;
mod package;
mod privilege;
mod quantity;
mod root_path;
mod time_zone;
mod url;
pub mod user_namespace;

pub use address::{AddressSpec, Cidr, IpRange};
pub use capability::Capability;
pub use capability_set::{CapabilitySet, CapabilityWish};
pub use data_key::DataKey;
pub use digest::{Digest, Sha256};
pub use file::{FileMode, FileOwner};
pub use image_ref::{ImageRef, refuse_users};
pub use mac::Mac;
pub use name::{EnvName, FeedName, InterfaceName, ModuleName, Name, ObjectName};
pub use nearest::nearest;
pub use number::{AccountId, Port, Vlan};
pub use overlay_ref::OverlayRef;
pub use package::PackageWish;
pub use privilege::Privilege;
pub use quantity::Quantity;
pub use root_path::RootPath;
pub use time_zone::TimeZone;
pub use url::{FeedUrl, HttpUrl};

pub use crate::shown::quoted;

use std::fmt;

/// Why a text is not a value of the wanted type, and what to write in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong, in lower case and without a full stop; names the offending text in backticks.
    pub problem: String,
    /// What to write instead, as an instruction.
    pub fix: String,
    /// Whether the text holds a secret and is not to be shown; the two halves do not have it.
    pub secret: bool,
}

impl Invalid {
    /// A refusal from its two halves.
    pub fn new(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { problem: problem.into(), fix: fix.into(), secret: false }
    }

    /// A refusal of a text that holds a secret.
    pub fn secret(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { secret: true, ..Self::new(problem, fix) }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem, self.fix)
    }
}

impl std::error::Error for Invalid {}

/// What another reader says of bytes, without the bytes: on one line, cut when long.
pub fn in_short(text: &str) -> String {
    const LIMIT: usize = 100;
    // The `tar` crate adds the name of the entry, and the bytes that should have been a number: in no archive at all these are
    // anything.
    let text = text.split(" when getting ").next().unwrap_or_default();
    let text = match text.split_once(": ") {
        Some((said, _)) if said.starts_with("numeric field ") => said,
        _ => text,
    };
    let mut shown: String =
        text.chars().take(LIMIT).map(|c| if c.is_control() || c == '\u{fffd}' { '·' } else { c }).collect();
    if text.chars().nth(LIMIT).is_some() {
        shown.push('…');
    }
    shown
}

/// A type with a text form and a JSON Schema for that form.
pub trait TextForm: std::str::FromStr<Err = Invalid> {
    /// What the value is, with its article, for sentences such as "expected a MAC address".
    const WHAT: &'static str;
    /// A regular expression (ECMA 262) that every valid text matches; it may accept more than the parser does.
    const PATTERN: &'static str;
    /// A valid text, shown to users.
    const EXAMPLE: &'static str;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_cut() {
        assert_eq!(
            in_short(&format!("no number: \u{1b}[31m\0 when getting cksum for {}", "\u{1}".repeat(100))),
            "no number: ·[31m·"
        );
        for said in ["numeric field was not a number", "numeric field did not have utf-8 text"] {
            assert_eq!(in_short(&format!("{said}: a: b\u{fffd} when getting cksum for a")), said);
        }
        assert_eq!(in_short("frame: too large"), "frame: too large");
        assert_eq!(in_short(&"x".repeat(101)), format!("{}…", "x".repeat(100)));
    }
}
