//! Addresses as plugins and Multus read them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::Word;

/// An IP address with the length of its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cidr {
    /// The address, host bits included.
    pub ip: IpAddr,
    /// The length of the prefix in bits: 0 to 32, or to 128 for IPv6.
    pub prefix: u8,
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ip, self.prefix)
    }
}

impl FromStr for Cidr {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ip, prefix) = text.split_once('/').ok_or(())?;
        let ip: IpAddr = ip.parse().map_err(|_| ())?;
        let longest = if ip.is_ipv4() { 32 } else { 128 };
        let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|bits| digits && *bits <= longest).ok_or(())?;
        Ok(Self { ip, prefix })
    }
}

impl Word for Cidr {
    const WHAT: &'static str = "an IP address with the length of its prefix";
}

/// An IP address as Multus takes it in a request: with a prefix or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address {
    /// The address.
    pub ip: IpAddr,
    /// The length of its prefix in bits, where it has one.
    pub prefix: Option<u8>,
}

impl Address {
    /// Whether both are one address; the prefixes have to be one too where both have them.
    pub fn is(&self, other: &Self) -> bool {
        let prefixes_differ = self.prefix.zip(other.prefix).is_some_and(|(one, other)| one != other);
        self.ip == other.ip && !prefixes_differ
    }

    /// Whether it is one that an interface makes for itself (169.254.0.0/16, fe80::/10).
    pub fn is_link_local(&self) -> bool {
        match self.ip {
            IpAddr::V4(ip) => ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unicast_link_local(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix {
            Some(prefix) => Cidr { ip: self.ip, prefix }.fmt(f),
            None => self.ip.fmt(f),
        }
    }
}

impl FromStr for Address {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.contains('/') {
            return text.parse().map(|Cidr { ip, prefix }| Self { ip, prefix: Some(prefix) });
        }
        Ok(Self { ip: text.parse().map_err(|_| ())?, prefix: None })
    }
}

impl Word for Address {
    const WHAT: &'static str = "an IP address, with a prefix or without";
}

/// An address of a link as Go's `net.ParseMAC` reads it: 6 bytes of Ethernet, 8 or 20 of InfiniBand. Written in lower case with colons.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HardwareAddress(Vec<u8>);

impl HardwareAddress {
    /// Its bytes: 6, 8 or 20.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<[u8; 6]> for HardwareAddress {
    fn from(bytes: [u8; 6]) -> Self {
        Self(bytes.to_vec())
    }
}

impl fmt::Display for HardwareAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02x}", if position == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl FromStr for HardwareAddress {
    type Err = ();

    /// Pairs of digits between `:` or `-`, or groups of four between dots.
    fn from_str(text: &str) -> Result<Self, ()> {
        let separator = text.chars().find(|one| !one.is_ascii_hexdigit()).ok_or(())?;
        let width = match separator {
            ':' | '-' => 2,
            '.' => 4,
            _ => return Err(()),
        };
        let mut bytes = Vec::new();
        for group in text.split(separator).take(21) {
            if group.len() != width || !group.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(());
            }
            for at in (0..width).step_by(2) {
                bytes.push(u8::from_str_radix(&group[at..at + 2], 16).map_err(|_| ())?);
            }
        }
        if matches!(bytes.len(), 6 | 8 | 20) { Ok(Self(bytes)) } else { Err(()) }
    }
}

impl Word for HardwareAddress {
    const WHAT: &'static str = "a MAC address";
}
