//! Ethernet addresses.

use super::{Invalid, TextForm, quoted};
use std::fmt;
use std::str::FromStr;

/// An Ethernet (MAC) address of six bytes. Written in lower case with colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// True for a group address (lowest bit of the first byte): no NIC can have one as its own.
    pub fn is_multicast(self) -> bool {
        self.0[0] & 1 != 0
    }

    /// True for a locally administered address (second lowest bit of the first byte).
    pub fn is_local(self) -> bool {
        self.0[0] & 2 != 0
    }

    /// True for `00:00:00:00:00:00`.
    pub fn is_zero(self) -> bool {
        self.0 == [0; 6]
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02x}", if position == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl FromStr for Mac {
    type Err = Invalid;

    /// Six pairs of hexadecimal digits, separated by `:` or by `-`, in any case.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const FIX: &str = "write six pairs of hexadecimal digits, such as `02:00:5e:10:00:01`";
        let what = quoted(text);
        let separator = if text.contains('-') { '-' } else { ':' };
        let parts: Vec<&str> = text.split(separator).take(16).collect();
        if parts.len() != 6 {
            let problem = match parts.len() {
                1 => format!("{what} is not a MAC address"),
                16 => format!("the MAC address {what} has too many parts"),
                count => format!("the MAC address {what} has {count} parts"),
            };
            return Err(Invalid::new(problem, FIX));
        }
        let mut bytes = [0; 6];
        for (byte, part) in bytes.iter_mut().zip(parts) {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit());
            *byte = digits.then(|| u8::from_str_radix(part, 16).ok()).flatten().ok_or_else(|| {
                Invalid::new(format!("the MAC address {what} has the part {}", quoted(part)), FIX)
            })?;
        }
        Ok(Self(bytes))
    }
}

impl TextForm for Mac {
    const WHAT: &'static str = "a MAC address";
    const PATTERN: &'static str = "^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$";
    const EXAMPLE: &'static str = "02:00:5e:10:00:01";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_separators_and_writes_one_form() {
        for text in ["52:54:00:AB:cd:01", "52-54-00-ab-CD-01"] {
            assert_eq!(text.parse::<Mac>().map(|mac| mac.to_string()).as_deref(), Ok("52:54:00:ab:cd:01"));
        }
    }

    #[test]
    fn tells_the_bits_apart() {
        assert!(Mac([1, 0, 0x5e, 0, 0, 1]).is_multicast());
        assert!(Mac([2, 0, 0, 0, 0, 1]).is_local() && !Mac([2, 0, 0, 0, 0, 1]).is_multicast());
        assert!(Mac([0; 6]).is_zero());
    }

    #[test]
    fn refuses_with_a_reason() {
        let table = [
            ("", "`` is not a MAC address"),
            ("525400123456", "`525400123456` is not a MAC address"),
            ("52:54:00:12:34", "the MAC address `52:54:00:12:34` has 5 parts"),
            ("52:54:00:12:34:5g", "the MAC address `52:54:00:12:34:5g` has the part `5g`"),
            ("52:54:00:12:34:+6", "the MAC address `52:54:00:12:34:+6` has the part `+6`"),
            ("52:54:0:12:34:56", "the MAC address `52:54:0:12:34:56` has the part `0`"),
            ("52:54-00:12:34:56", "the MAC address `52:54-00:12:34:56` has 2 parts"),
        ];
        for (text, want) in table {
            assert_eq!(text.parse::<Mac>().map_err(|invalid| invalid.problem), Err(want.to_owned()));
        }
    }
}
