//! Bounded numbers: VLAN ids, ports, users and groups.

use super::{Invalid, quoted};
use std::fmt;
use std::str::FromStr;

macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident($number:ty), $what:literal, $min:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($number);

        impl $name {
            /// The lowest valid number.
            pub const MIN: $number = $min;
            /// The highest valid number.
            pub const MAX: $number = $max;

            /// The number, if it is in range.
            pub fn new(number: $number) -> Option<Self> {
                (Self::MIN..=Self::MAX).contains(&number).then_some(Self(number))
            }

            /// The number.
            pub fn get(self) -> $number {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let fix = concat!("write a whole number from ", $min, " to ", $max);
                if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(Invalid::new(format!("{} is not {}", quoted(text), $what), fix));
                }
                if text.len() > 1 && text.starts_with('0') {
                    let plain = text.trim_start_matches('0');
                    let fix = if plain.is_empty() { fix.to_owned() } else { format!("write {}", quoted(plain)) };
                    return Err(Invalid::new(format!("{} has a leading zero", quoted(text)), fix));
                }
                text.parse().ok().and_then(Self::new).ok_or_else(|| {
                    Invalid::new(format!("{} is out of range for {}", quoted(text), $what), fix)
                })
            }
        }
    };
}

bounded!(
    /// The id of an IEEE 802.1Q VLAN: 1 to 4094 (0 and 4095 are reserved by the standard).
    Vlan(u16), "a VLAN id", 1, 4094
);
bounded!(
    /// A TCP or UDP port: 1 to 65535.
    Port(u16), "a port", 1, 65535
);
bounded!(
    /// The number of a user or a group: 0 to 2147483647, what Kubernetes takes (apimachinery `IsValidUserID`).
    AccountId(u32), "the number of a user or a group", 0, 2_147_483_647
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_range() {
        assert_eq!("1".parse::<Vlan>().map(Vlan::get), Ok(1));
        assert_eq!("4094".parse::<Vlan>().map(Vlan::get), Ok(4094));
        assert_eq!("65535".parse::<Port>().map(Port::get), Ok(65535));
        assert_eq!("0".parse::<AccountId>().map(AccountId::get), Ok(0));
        assert_eq!("2147483647".parse::<AccountId>().map(AccountId::get), Ok(2_147_483_647));
        assert!("2147483648".parse::<AccountId>().is_err() && "root".parse::<AccountId>().is_err());
    }

    #[test]
    fn refuses_the_rest_with_a_reason() {
        let table = [
            ("0", "`0` is out of range for a VLAN id: write a whole number from 1 to 4094"),
            ("4095", "`4095` is out of range for a VLAN id: write a whole number from 1 to 4094"),
            (
                "99999999999999999999",
                "`99999999999999999999` is out of range for a VLAN id: write a whole number from 1 to 4094",
            ),
            ("-1", "`-1` is not a VLAN id: write a whole number from 1 to 4094"),
            ("", "`` is not a VLAN id: write a whole number from 1 to 4094"),
            ("1.0", "`1.0` is not a VLAN id: write a whole number from 1 to 4094"),
            ("012", "`012` has a leading zero: write `12`"),
        ];
        for (text, want) in table {
            assert_eq!(text.parse::<Vlan>().map_err(|invalid| invalid.to_string()), Err(want.to_owned()));
        }
    }
}
