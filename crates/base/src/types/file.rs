//! What a file of a root is besides its content: mode and owner.

use super::{Invalid, TextForm, quoted};
use std::fmt;
use std::str::FromStr;

/// Permission bits as `chmod` writes them: three or four octal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileMode(u32);

impl FileMode {
    /// The bits, `0o7777` at most.
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl FromStr for FileMode {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = (3..=4).contains(&text.len()) && text.bytes().all(|b| matches!(b, b'0'..=b'7'));
        match u32::from_str_radix(text, 8) {
            Ok(bits) if digits => Ok(Self(bits)),
            _ => Err(Invalid::new(
                format!("{} is not a file mode", quoted(text)),
                "write three or four octal digits, such as `0644`, or `0755` for a program",
            )),
        }
    }
}

impl fmt::Display for FileMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl TextForm for FileMode {
    const WHAT: &'static str = "a file mode";
    const PATTERN: &'static str = "^[0-7]{3,4}$";
    const EXAMPLE: &'static str = "0644";
}

/// User and group of a file: `USER` or `USER:GROUP`, each a name of the root's accounts or a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileOwner {
    user: String,
    group: String,
}

impl FileOwner {
    /// The user, a name or decimal digits.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The group, a name or decimal digits; where only the user was written, the group of the same name.
    pub fn group(&self) -> &str {
        &self.group
    }
}

/// A name as useradd takes it, or a number that fits in 32 bits.
fn is_account(text: &str) -> bool {
    let number = text.bytes().all(|b| b.is_ascii_digit());
    let first = text.bytes().next();
    let name = first.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && text.len() <= 32;
    if number { text.parse::<u32>().is_ok() } else { name }
}

impl FromStr for FileOwner {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (user, group) = text.split_once(':').unwrap_or((text, text));
        if is_account(user) && is_account(group) {
            return Ok(Self { user: user.to_owned(), group: group.to_owned() });
        }
        let problem = format!("{} is not an owner", quoted(text));
        Err(Invalid::new(problem, "write `USER` or `USER:GROUP`, such as `root:root` or `0:0`"))
    }
}

impl fmt::Display for FileOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.group)
    }
}

impl TextForm for FileOwner {
    const WHAT: &'static str = "an owner";
    const PATTERN: &'static str = "^[A-Za-z0-9_][A-Za-z0-9_-]*(:[A-Za-z0-9_][A-Za-z0-9_-]*)?$";
    const EXAMPLE: &'static str = "root:root";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_octal_modes() {
        for (text, bits, shown) in [("0644", 0o644, "0644"), ("755", 0o755, "0755"), ("4711", 0o4711, "4711")]
        {
            let mode: FileMode = text.parse().unwrap_or_else(|invalid| panic!("{invalid}"));
            assert_eq!((mode.bits(), mode.to_string().as_str()), (bits, shown));
        }
        for bad in ["", "64", "0888", "00644", "rwx", "-644", "+644", "0o644"] {
            assert!(bad.parse::<FileMode>().is_err(), "{bad}");
        }
    }

    #[test]
    fn takes_owners_by_name_and_number() {
        for (text, shown) in
            [("root", "root:root"), ("mosquitto:nogroup", "mosquitto:nogroup"), ("0:81", "0:81")]
        {
            let owner: FileOwner = text.parse().unwrap_or_else(|invalid| panic!("{invalid}"));
            assert_eq!(owner.to_string(), shown);
        }
        for bad in ["", ":", "root:", ":root", "a:b:c", "a b", "4294967296", "-1", "../x"] {
            assert!(bad.parse::<FileOwner>().is_err(), "{bad}");
        }
    }
}
