//! Versions, compared as opkg and dpkg compare them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::types::{Invalid, quoted};

/// Real versions have up to 60 bytes.
const LONGEST: usize = 255;

/// A version `[epoch:]upstream[-revision]`. Two versions can be equal and be written differently: `1.0` and `1.00`.
#[derive(Debug, Clone)]
pub struct Version {
    text: String,
    epoch: u32,
    /// Where the upstream part begins in the text.
    upstream: usize,
    /// Where it ends; the revision follows after `-`.
    end: usize,
}

impl Version {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn upstream(&self) -> &[u8] {
        &self.text.as_bytes()[self.upstream..self.end]
    }

    fn revision(&self) -> &[u8] {
        self.text.as_bytes().get(self.end + 1..).unwrap_or_default()
    }
}

impl FromStr for Version {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = |why: &str| {
            Err(Invalid::new(format!("the version {} {why}", quoted(text)), "write such as `1.2.3-1`"))
        };
        if text.is_empty() || text.len() > LONGEST {
            return refused("is empty or longer than 255 bytes");
        }
        // A parenthesis or a comma would end the version in a dependency.
        if !text.bytes().all(|c| c.is_ascii_graphic() && !b"(),|/".contains(&c)) {
            return refused("has a character that versions do not have");
        }
        let (epoch, upstream) = match text.split_once(':') {
            None => (0, 0),
            Some((epoch, _)) if epoch.bytes().all(|c| c.is_ascii_digit()) => match epoch.parse() {
                Ok(number) => (number, epoch.len() + 1),
                Err(_) => return refused("has an epoch that is no number"),
            },
            Some(_) => return refused("has an epoch that is no number"),
        };
        let end = text[upstream..].rfind('-').map_or(text.len(), |dash| upstream + dash);
        Ok(Self { text: text.to_owned(), epoch, upstream, end })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let parts = compared(self.upstream(), other.upstream());
        let revisions = || compared(self.revision(), other.revision());
        self.epoch.cmp(&other.epoch).then(parts).then_with(revisions)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

/// dpkg's `verrevcmp`: by turns what is no digit, character by character, and what is, as numbers.
fn compared(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        loop {
            let (x, y) = (a.first().copied(), b.first().copied());
            if [x, y].iter().flatten().all(u8::is_ascii_digit) {
                break;
            }
            match weight(x).cmp(&weight(y)) {
                Ordering::Equal => (a, b) = (&a[1..], &b[1..]),
                unequal => return unequal,
            }
        }
        let (x, y);
        (x, a) = number(a);
        (y, b) = number(b);
        match x.len().cmp(&y.len()).then(x.cmp(y)) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
    Ordering::Equal
}

/// `~` before the end, the end and digits before letters, letters before all else.
fn weight(c: Option<u8>) -> i32 {
    match c {
        Some(b'~') => -1,
        None | Some(b'0'..=b'9') => 0,
        Some(c) if c.is_ascii_alphabetic() => i32::from(c),
        Some(c) => i32::from(c) + 256,
    }
}

/// The digits at the start without leading zeros, and what follows.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
    let zeros = text[..digits].iter().take_while(|c| **c == b'0').count();
    (&text[zeros..digits], &text[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    #[test]
    fn orders_as_dpkg_does() {
        let rising = [
            "~~",
            "~~a",
            "~",
            "0",
            "0a",
            "1~rc1-1",
            "1",
            "1-1",
            "1-1.1",
            "1-2",
            "1-10",
            "1a",
            "1+",
            "1.0~beta",
            "1.0",
            "1.0-r1",
            "1.0a",
            "1.0+git",
            "1.1",
            "1.9",
            "1.10",
            "2021-01-04-c53b1882-1",
            "2022-06-02-93369be0-2",
            "20221018",
            "1:0.1",
            "2:0",
        ];
        for (i, a) in rising.iter().enumerate() {
            for (j, b) in rising.iter().enumerate() {
                assert_eq!(version(a).cmp(&version(b)), i.cmp(&j), "{a} and {b}");
            }
        }
    }

    #[test]
    fn equal_versions_may_be_written_differently() {
        for (a, b) in [("1.0", "1.00"), ("1", "0:1"), ("1-0", "1"), ("01", "1"), ("1.", "1.0")] {
            assert_eq!(version(a), version(b));
        }
    }

    #[test]
    fn the_last_dash_begins_the_revision() {
        assert_eq!(version("2021-01-04-c53b1882-1").revision(), b"1");
        assert_eq!(version("3:a-b-c").upstream(), b"a-b");
        assert!(version("3:a").revision().is_empty());
    }

    #[test]
    fn refuses_what_no_version_looks_like() {
        let long = "1".repeat(256);
        for text in
            ["", "1 2", "1)", "a,b", "1|2", "a:1", "-1:1", "4294967296:1", "1\n", "1\u{e9}", "../1", &long]
        {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn is_a_total_order(a in "[0-9a-c~.+-]{1,8}", b in "[0-9a-c~.+-]{1,8}", c in "[0-9a-c~.+-]{1,8}") {
            let (a, b, c) = (version(&a), version(&b), version(&c));
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert_eq!(a.cmp(&a), Ordering::Equal);
            if a <= b && b <= c {
                prop_assert!(a <= c);
            }
            if a == b {
                prop_assert_eq!(a.cmp(&c), b.cmp(&c));
            }
        }
    }
}
