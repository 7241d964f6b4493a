//! Versions in apk's order.
//!
//! `1.2.3a_rc4_git5~abc123-r6`: numbers, a letter, suffixes, a commit, a revision (apk-tools' `version.c` and its test
//! data are the source of the rules). Knows nothing of packages. Entries: [`is_valid`], [`compare`], [`is_prefix`].

use std::cmp::Ordering;

/// Whether apk takes this text for a version.
pub fn is_valid(text: &str) -> bool {
    Parts::new(text).last() == Some(Part::End)
}

/// The order of two versions. Total for valid ones; versions that differ only in the leading zeros of their first number
/// are equal.
pub fn compare(left: &str, right: &str) -> Ordering {
    order(left, right, false)
}

/// Whether `version` is `prefix` or goes on where that ends: `1.2.3-r1` for `1.2`, not `1.20`. What `~` asks for.
pub fn is_prefix(prefix: &str, version: &str) -> bool {
    order(version, prefix, true) == Ordering::Equal
}

fn order(left: &str, right: &str, fuzzy: bool) -> Ordering {
    for (a, b) in Parts::new(left).zip(Parts::new(right)) {
        if a.rank() != b.rank() {
            return match (a, b) {
                (_, Part::End) if fuzzy => Ordering::Equal,
                (Part::Suffix(suffix), _) if suffix.is_before_release() => Ordering::Less,
                (_, Part::Suffix(suffix)) if suffix.is_before_release() => Ordering::Greater,
                // The version that has the part that comes earlier in a version goes on for longer.
                _ => b.rank().cmp(&a.rank()),
            };
        }
        let order = a.same_kind(b);
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// What a `_suffix` says, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Suffix {
    Alpha,
    Beta,
    Pre,
    Rc,
    Cvs,
    Svn,
    Git,
    Hg,
    P,
}

impl Suffix {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "alpha" => Self::Alpha,
            "beta" => Self::Beta,
            "pre" => Self::Pre,
            "rc" => Self::Rc,
            "cvs" => Self::Cvs,
            "svn" => Self::Svn,
            "git" => Self::Git,
            "hg" => Self::Hg,
            "p" => Self::P,
            _ => return None,
        })
    }

    fn is_before_release(self) -> bool {
        self <= Self::Rc
    }
}

/// One part of a version, in the order in which they may follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    First(&'a str),
    Number(&'a str),
    Letter(u8),
    Suffix(Suffix),
    SuffixNumber(&'a str),
    Commit(&'a str),
    Revision(&'a str),
    End,
    Invalid,
}

impl Part<'_> {
    fn rank(self) -> u8 {
        match self {
            Self::First(_) => 0,
            Self::Number(_) => 1,
            Self::Letter(_) => 2,
            Self::Suffix(_) => 3,
            Self::SuffixNumber(_) => 4,
            Self::Commit(_) => 5,
            Self::Revision(_) => 6,
            Self::End => 7,
            Self::Invalid => 8,
        }
    }

    fn same_kind(self, other: Self) -> Ordering {
        match (self, other) {
            // As Gentoo has it: with a leading zero in either, these are digits of a fraction.
            (Self::Number(a), Self::Number(b)) if a.starts_with('0') || b.starts_with('0') => a.cmp(b),
            (Self::First(a), Self::First(b))
            | (Self::Number(a), Self::Number(b))
            | (Self::SuffixNumber(a), Self::SuffixNumber(b))
            | (Self::Revision(a), Self::Revision(b)) => by_value(a, b),
            (Self::Letter(a), Self::Letter(b)) => a.cmp(&b),
            (Self::Suffix(a), Self::Suffix(b)) => a.cmp(&b),
            (Self::Commit(a), Self::Commit(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }
}

/// The order of two runs of digits of any length by their value.
fn by_value(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The parts of a version; the last one is `End` or `Invalid`.
struct Parts<'a> {
    rest: &'a str,
    last: Option<Part<'a>>,
}

impl<'a> Parts<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, last: None }
    }

    /// What of the rest matches, taken off it.
    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let length = self.rest.bytes().position(|byte| !wanted(byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn digits(&mut self, part: fn(&'a str) -> Part<'a>) -> Part<'a> {
        match self.take(|byte| byte.is_ascii_digit()) {
            "" => Part::Invalid,
            digits => part(digits),
        }
    }

    fn following(&mut self, last: Part<'a>) -> Part<'a> {
        let Some(first) = self.rest.bytes().next() else { return Part::End };
        let rank = last.rank();
        match first {
            b'a'..=b'z' if rank <= 1 => {
                self.rest = &self.rest[1..];
                Part::Letter(first)
            }
            b'.' if rank <= 1 => {
                self.rest = &self.rest[1..];
                self.digits(Part::Number)
            }
            b'0'..=b'9' if rank == 3 => self.digits(Part::SuffixNumber),
            b'_' if rank <= 4 => {
                self.rest = &self.rest[1..];
                let name = self.take(|byte| byte.is_ascii_lowercase());
                Suffix::named(name).map_or(Part::Invalid, Part::Suffix)
            }
            b'~' if rank < 5 => {
                self.rest = &self.rest[1..];
                match self.take(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                    "" => Part::Invalid,
                    commit => Part::Commit(commit),
                }
            }
            b'-' if rank < 6 && self.rest.starts_with("-r") => {
                self.rest = &self.rest[2..];
                self.digits(Part::Revision)
            }
            _ => Part::Invalid,
        }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let part = match self.last {
            None => self.digits(Part::First),
            Some(Part::End | Part::Invalid) => return None,
            Some(last) => self.following(last),
        };
        self.last = Some(part);
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn orders_versions_as_apk_does() {
        let rising = [
            "0.9_alpha",
            "0.9_alpha2",
            "0.9_beta",
            "0.9_pre1",
            "0.9_rc1",
            "0.9_rc1-r1",
            "0.9",
            "0.9-r0",
            "0.9-r2",
            "0.9-r10",
            "0.9~ab-r1",
            "0.9~b-r0",
            "0.9_git20260101",
            "0.9_p1",
            "0.9_p1_p2",
            "0.9a",
            "0.9b",
            "0.9.0",
            "0.9.01",
            "0.9.1",
            "0.9.2",
            "0.9.10",
            "0.10",
            "1",
            "2.0",
            "10",
        ];
        for (at, low) in rising.iter().enumerate() {
            assert!(is_valid(low), "{low}");
            for high in &rising[at + 1..] {
                assert_eq!(
                    (compare(low, high), compare(high, low)),
                    (Ordering::Less, Ordering::Greater),
                    "{low} {high}"
                );
            }
        }
    }

    #[test]
    fn refuses_what_is_no_version() {
        for text in [
            "", "a", "1.", "1..2", "1a2", "1_foo", "1-r", "1-1", "1~", "1~x", "1-r1-r2", "1-r1~ab", "1.2 ",
            "v1",
        ] {
            assert!(!is_valid(text), "{text}");
        }
    }

    #[test]
    fn a_prefix_ends_between_two_parts() {
        for (prefix, version, want) in [
            ("1.2", "1.2", true),
            ("1.2", "1.2.3", true),
            ("1.2", "1.2-r1", true),
            ("1.2", "1.2_rc1", true),
            ("1.2", "1.20", false),
            ("1.2.3", "1.2", false),
            ("6.12.1~abc", "6.12.1~abc-r1", true),
        ] {
            assert_eq!(is_prefix(prefix, version), want, "{prefix} {version}");
        }
    }

    #[test]
    fn compares_numbers_of_any_length() {
        assert_eq!(compare("1.99999999999999999999999998", "1.99999999999999999999999999"), Ordering::Less);
        assert_eq!(compare("007", "7"), Ordering::Equal);
    }

    fn version() -> impl Strategy<Value = String> {
        "(0|[1-9][0-9]?)(\\.[0-9]{1,2}){0,2}[a-c]?(_(alpha|rc|git|p)[0-9]?){0,2}(~[0-9a-f]{1,2})?(-r[0-9])?"
    }

    proptest! {
        #[test]
        fn versions_are_in_one_total_order(a in version(), b in version(), c in version()) {
            prop_assert!(is_valid(&a));
            prop_assert_eq!(compare(&a, &a), Ordering::Equal);
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            if compare(&a, &b) != Ordering::Greater && compare(&b, &c) != Ordering::Greater {
                prop_assert_ne!(compare(&a, &c), Ordering::Greater);
            }
        }

        #[test]
        fn a_version_is_a_prefix_of_what_goes_on_with_a_new_part(a in "[1-9](\\.[0-9]){0,2}", rest in "(\\.[0-9]|_p1|-r1|~ab)") {
            prop_assert!(is_prefix(&a, &(a.clone() + &rest)));
        }

        #[test]
        fn any_text_can_be_compared(a in ".{0,20}", b in ".{0,20}") {
            compare(&a, &b);
            is_prefix(&a, &b);
        }
    }
}
