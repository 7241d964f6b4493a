//! `@TYPE[N]`: a section by its type and number.

use super::{Section, check_lasting_type};
use crate::types::{Invalid, quoted};
use std::fmt;

/// Which section of a type: what `@TYPE[N]` is to OpenWrt's `uci` (`uci_lookup_ext_section` in `list.c`). Named ones count too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The type.
    pub kind: String,
    /// From 0; below zero from the end, -1 being the last.
    pub index: i32,
}

impl Place {
    /// Reads `@TYPE[N]`.
    pub fn read(text: &str) -> Result<Self, Invalid> {
        let unreadable = || {
            Invalid::new(
                format!("{} is no section by its type and number", quoted(text)),
                "write `@TYPE[0]` for the first of its type, `@TYPE[1]` for the second, `@TYPE[-1]` for the last, or the section's name",
            )
        };
        let inside = text.strip_prefix('@').and_then(|rest| rest.strip_suffix(']')).ok_or_else(unreadable)?;
        let (kind, number) = inside.rsplit_once('[').ok_or_else(unreadable)?;
        // `[01]` and `[-0]` would be second names of one section.
        let index =
            number.parse::<i32>().ok().filter(|index| index.to_string() == number && index.abs() < 10_000);
        let index = index.ok_or_else(unreadable)?;
        if kind.is_empty() {
            return Err(unreadable());
        }
        check_lasting_type(kind)?;
        Section::anonymous(kind)?;
        Ok(Self { kind: kind.to_owned(), index })
    }

    /// Refuses a type that is said beside the place, and is another one.
    pub fn check_type(&self, stated: Option<&str>) -> Result<(), Invalid> {
        if stated == Some(self.kind.as_str()) {
            return Ok(());
        }
        let problem = format!("the type of `{self}` is `{}`, whatever `.type` says", self.kind);
        Err(Invalid::new(problem, "remove `.type`, or write the section that has this type"))
    }

    /// Its position among sections of these types.
    pub fn among<'a>(
        &self,
        kinds: impl DoubleEndedIterator<Item = &'a str> + ExactSizeIterator,
    ) -> Option<usize> {
        let mut own = kinds.enumerate().filter(|(_, kind)| *kind == self.kind).map(|(position, _)| position);
        match usize::try_from(self.index) {
            Ok(index) => own.nth(index),
            Err(_) => own.nth_back(self.index.unsigned_abs() as usize - 1),
        }
    }

    /// Says that a file of wrtpod's own, which has so many of the type, does not have it.
    pub(super) fn missing(&self, there: usize) -> Invalid {
        let kind = &self.kind;
        let number = match there {
            0 => "no section".to_owned(),
            1 => "1 section".to_owned(),
            more => format!("{more} sections"),
        };
        let which = match there {
            0 | 1 => "`[0]`".to_owned(),
            more => format!("an index below {more}"),
        };
        Invalid::new(
            format!("`{self}` is missing: wrtpod writes {number} of that type"),
            format!("write {which}, or the section with a name and `.type: {kind}`"),
        )
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}[{}]", self.kind, self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uci::{Config, parse, parse_plan};

    #[test]
    fn reads_what_uci_reads_in_one_spelling() {
        let read = |text| Place::read(text).ok().map(|place| (place.kind, place.index));
        assert_eq!(read("@rule[0]"), Some(("rule".into(), 0)));
        assert_eq!(read("@wifi-iface[-1]"), Some(("wifi-iface".into(), -1)));
        assert_eq!(read("@a[b][12]"), Some(("a[b]".into(), 12)));
        for bad in [
            "@rule",
            "@rule[]",
            "@rule[x]",
            "@rule[01]",
            "@rule[-0]",
            "@rule[+1]",
            "@rule[ 1]",
            "@[0]",
            "rule[0]",
            "@a b[0]",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert!(read("@rule[10000]").is_none() && read("@rule[9999]").is_some());
    }

    #[test]
    fn a_place_is_counted_among_what_is_planned_or_left_to_the_pod() -> Result<(), Invalid> {
        let lay = |config: &mut Config, key: &str, option: &str, planned| {
            let place = Place::read(key)?;
            let mut section = Section::anonymous(&place.kind)?;
            section.set(option, "1")?;
            config.lay(&place, section, planned)
        };
        let mut whole = Config::new();
        whole.push(Section::anonymous("rule")?)?;
        whole.push(Section::named("rule", "two")?)?;
        whole.push(Section::named("rule", "users")?)?;
        lay(&mut whole, "@rule[-1]", "last", Some(2))?;
        lay(&mut whole, "@rule[0]", "first", Some(2))?;
        let text = "\nconfig rule\n\toption first '1'\n\nconfig rule 'two'\n\toption last '1'\n\nconfig rule 'users'\n";
        assert_eq!(whole.to_string(), text);
        let refused = lay(&mut whole, "@rule[2]", "x", Some(2)).map_err(|invalid| invalid.to_string());
        assert_eq!(
            refused,
            Err("`@rule[2]` is missing: wrtpod writes 2 sections of that type: write an index below 2, or the section with a name and `.type: rule`".into())
        );
        let mut over = Config::new();
        for (key, option) in [("@rule[1]", "a"), ("@rule[0]", "b"), ("@rule[1]", "c"), ("@rule[-1]", "d")] {
            lay(&mut over, key, option, None)?;
        }
        let text = "\nconfig rule\n\tplace '1'\n\toption a '1'\n\toption c '1'\n\nconfig rule\n\toption b '1'\n\nconfig rule\n\tplace '-1'\n\toption d '1'\n";
        assert_eq!(over.to_string(), text);
        assert_eq!(parse_plan(text).ok(), Some(over));
        assert!(parse(text).is_err());
        Ok(())
    }
}
