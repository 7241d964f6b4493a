//! Sets of Linux capabilities that go together, each with its reasons.

use super::{Capability, Invalid, TextForm, nearest};
use std::fmt;
use std::str::FromStr;

/// A set of capabilities by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapabilitySet {
    /// An entry point that starts as root, prepares folders, and drops to a user of its own.
    RootEntrypoint,
    /// s6-overlay as the first process.
    S6,
}

type Members = &'static [(&'static str, &'static str)];

/// Names, and capabilities with reasons. Each of `root-entrypoint` was seen to be needed: an entry point that does what nginx' does ran
/// with the set as its bounding set, and failed without any one of it (setpriv of util-linux 2.38.1, Linux 6.18). That the whole set is
/// enough in a pod, `tests/cluster/cases/root-entrypoint.bash` shows.
const SETS: [(CapabilitySet, &str, Members); 2] = [
    (
        CapabilitySet::RootEntrypoint,
        "root-entrypoint",
        &[
            ("CHOWN", "the entry point gives folders to the user that it drops to"),
            ("DAC_OVERRIDE", "it reads and writes below folders of that user"),
            ("FOWNER", "it changes modes and times of files of that user"),
            ("SETUID", "it drops to a user of its own"),
            ("SETGID", "it drops to groups of its own"),
            ("KILL", "it stops and reloads processes of that user"),
            ("NET_BIND_SERVICE", "it listens below port 1024"),
        ],
    ),
    (
        CapabilitySet::S6,
        "s6",
        &[
            ("CHOWN", "s6 gives its run directories to the services"),
            ("DAC_OVERRIDE", "s6 writes below directories of other users"),
            ("FOWNER", "s6 changes modes of files of other users"),
            ("SETUID", "services run as users of their own"),
            ("SETGID", "services run as groups of their own"),
            ("KILL", "s6 stops services of other users"),
        ],
    ),
];

impl CapabilitySet {
    /// All sets.
    pub fn all() -> impl Iterator<Item = Self> {
        SETS.iter().map(|(set, ..)| *set)
    }

    /// Its capabilities, each with the reason for it.
    ///
    /// # Panics
    /// Never: the sets hold capabilities.
    pub fn members(self) -> impl Iterator<Item = (Capability, &'static str)> {
        let members = SETS.iter().find(|(set, ..)| *set == self).map_or(&[][..], |(.., members)| *members);
        members
            .iter()
            .map(|(name, reason)| (name.parse().expect("our own capabilities are Linux ones"), *reason))
    }
}

impl fmt::Display for CapabilitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SETS.iter().find(|(set, ..)| set == self).map_or("", |(_, name, _)| name))
    }
}

/// What a document asks for: a capability, or a set of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CapabilityWish {
    /// This capability.
    One(Capability),
    /// All of this set.
    Set(CapabilitySet),
}

impl CapabilityWish {
    /// The capabilities; those of a set with their own reasons.
    pub fn members(self) -> Vec<(Capability, Option<&'static str>)> {
        match self {
            Self::One(capability) => vec![(capability, None)],
            Self::Set(set) => set.members().map(|(capability, reason)| (capability, Some(reason))).collect(),
        }
    }
}

impl fmt::Display for CapabilityWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(capability) => capability.fmt(f),
            Self::Set(set) => set.fmt(f),
        }
    }
}

impl FromStr for CapabilityWish {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some((set, ..)) = SETS.iter().find(|(_, name, _)| *name == text) {
            return Ok(Self::Set(*set));
        }
        text.parse().map(Self::One).map_err(|invalid: Invalid| {
            match nearest(text, SETS.iter().map(|(_, name, _)| *name)) {
                Some(name) => Invalid::new(invalid.problem, format!("did you mean the set `{name}`?")),
                None => invalid,
            }
        })
    }
}

impl TextForm for CapabilityWish {
    const WHAT: &'static str = "a Linux capability or a set of them";
    const PATTERN: &'static str = "^([A-Z_]+|root-entrypoint|s6)$";
    const EXAMPLE: &'static str = "NET_ADMIN";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_known_by_their_names() {
        for set in CapabilitySet::all() {
            assert_eq!(set.to_string().parse(), Ok(CapabilityWish::Set(set)));
            assert!(set.members().all(|(_, reason)| !reason.is_empty()));
        }
        let wish = |text: &str| text.parse::<CapabilityWish>().map_err(|invalid| invalid.to_string());
        assert_eq!(wish("NET_RAW"), "NET_RAW".parse().map(CapabilityWish::One).map_err(|_| String::new()));
        let near = "`root-entrypiont` is not a Linux capability: did you mean the set `root-entrypoint`?";
        assert_eq!(wish("root-entrypiont"), Err(near.to_owned()));
        assert_eq!(
            wish("ALL"),
            Err("`ALL` is not one capability: name each capability with its reason".to_owned())
        );
    }
}
