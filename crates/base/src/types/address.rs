//! IP addresses with their prefix, ranges of addresses, and the ways in which an interface gets its address.

use super::{Invalid, TextForm, quoted};
use ipnet::IpNet;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address with its prefix length, host bits kept: `192.168.1.32/24` is an address in a network,
/// `192.168.1.0/24` the network itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(IpNet);

impl Cidr {
    /// An address with a prefix length in bits; `None` when the prefix is longer than the address.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        IpNet::new(address, prefix).ok().map(Self)
    }

    /// The address, host bits included.
    pub fn address(self) -> IpAddr {
        self.0.addr()
    }

    /// The length of the prefix in bits: 0 to 32 for IPv4, 0 to 128 for IPv6.
    pub fn prefix(self) -> u8 {
        self.0.prefix_len()
    }

    /// The prefix as a mask, `255.255.255.0`: the form that old tools read.
    pub fn netmask(self) -> IpAddr {
        self.0.netmask()
    }

    /// The network: the same prefix, host bits zero.
    #[must_use]
    pub fn network(self) -> Self {
        Self(self.0.trunc())
    }

    /// True when `address` lies in the network.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }

    /// True when the two networks have an address in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.0.contains(&other.0.network()) || other.0.contains(&self.0.network())
    }

    /// True when all host bits are zero and there are at least two of them: the network's own address (RFC 3021
    /// leaves a /31 without one, a /32 is a host). For IPv6, the subnet-router anycast address.
    pub fn is_network_address(self) -> bool {
        self.host_bits() >= 2 && self.0.addr() == self.0.network()
    }

    /// True when all host bits are one and there are at least two of them: the broadcast address. IPv6 has none.
    pub fn is_broadcast(self) -> bool {
        self.is_ipv4() && self.host_bits() >= 2 && self.0.addr() == self.0.broadcast()
    }

    /// True for IPv4.
    pub fn is_ipv4(self) -> bool {
        matches!(self.0, IpNet::V4(_))
    }

    fn host_bits(self) -> u8 {
        self.0.max_prefix_len() - self.0.prefix_len()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Cidr {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let what = quoted(text);
        let Some((address, prefix)) = text.split_once('/') else {
            return Err(match text.parse::<IpAddr>() {
                Ok(IpAddr::V4(_)) => Invalid::new(
                    format!("the address {what} has no prefix length"),
                    format!("write `{text}/24`, with your network's prefix length for 24"),
                ),
                Ok(IpAddr::V6(_)) => Invalid::new(
                    format!("the address {what} has no prefix length"),
                    format!("write `{text}/64`, with your network's prefix length for 64"),
                ),
                Err(_) => Invalid::new(
                    format!("{what} is not an address with a prefix length"),
                    format!("write it like `{}`", Self::EXAMPLE),
                ),
            });
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            let problem = format!("{what} does not start with an IP address");
            return Err(Invalid::new(problem, format!("write it like `{}`", Self::EXAMPLE)));
        };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let plain = !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_digit());
        let bits =
            if plain && (prefix == "0" || !prefix.starts_with('0')) { prefix.parse().ok() } else { None };
        bits.and_then(|bits| Self::new(address, bits)).ok_or_else(|| {
            let problem = format!("{what} has the prefix length {}", quoted(prefix));
            Invalid::new(problem, format!("write a whole number from 0 to {most} after the `/`"))
        })
    }
}

impl TextForm for Cidr {
    const WHAT: &'static str = "an address with a prefix length";
    const PATTERN: &'static str = "^[0-9A-Fa-f:.]+/[0-9]{1,3}$";
    const EXAMPLE: &'static str = "192.168.1.10/24";
}

/// A range of addresses, both ends included: `192.168.1.200-192.168.1.216`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IpRange {
    first: IpAddr,
    last: IpAddr,
}

impl IpRange {
    /// The range from `first` to `last`; `None` when they are of different families or in the wrong order.
    pub fn new(first: IpAddr, last: IpAddr) -> Option<Self> {
        (first.is_ipv4() == last.is_ipv4() && first <= last).then_some(Self { first, last })
    }

    /// The lowest address.
    pub fn first(self) -> IpAddr {
        self.first
    }

    /// The highest address.
    pub fn last(self) -> IpAddr {
        self.last
    }

    /// True when `address` lies in the range.
    pub fn contains(self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4() && self.first <= address && address <= self.last
    }

    /// True when the two ranges have an address in common.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other.first) || other.contains(self.first)
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl FromStr for IpRange {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fix = format!("write the first and the last address, like `{}`", Self::EXAMPLE);
        let what = quoted(text);
        let ends = text.split_once('-').and_then(|(first, last)| {
            Some((first.trim().parse::<IpAddr>().ok()?, last.trim().parse::<IpAddr>().ok()?))
        });
        let Some((first, last)) = ends else {
            return Err(Invalid::new(format!("{what} is not a range of addresses"), fix));
        };
        if first.is_ipv4() != last.is_ipv4() {
            return Err(Invalid::new(format!("the range {what} mixes IPv4 and IPv6"), fix));
        }
        Self::new(first, last).ok_or_else(|| {
            Invalid::new(format!("the range {what} ends before it starts"), format!("write `{last}-{first}`"))
        })
    }
}

impl TextForm for IpRange {
    const WHAT: &'static str = "a range of addresses";
    const PATTERN: &'static str = "^[0-9A-Fa-f:.]+ *- *[0-9A-Fa-f:.]+$";
    const EXAMPLE: &'static str = "192.168.1.200-192.168.1.216";
}

impl TextForm for AddressSpec {
    const WHAT: &'static str = "an address";
    const PATTERN: &'static str = "^(dhcp|pppoe|pool|none|gateway|[0-9A-Fa-f:.]+/[0-9]{1,3})$";
    const EXAMPLE: &'static str = "192.168.1.10/24";
}

/// How an interface gets an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressSpec {
    /// This address, with the prefix length of its network.
    Static(Cidr),
    /// From a DHCP server on the network.
    Dhcp,
    /// From the provider, by PPPoE.
    Pppoe,
    /// From the network's `pool`.
    Pool,
    /// No address.
    None,
    /// The network's gateway address: this interface is the router.
    Gateway,
}

impl fmt::Display for AddressSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Static(cidr) => cidr.fmt(f),
            Self::Dhcp => f.write_str("dhcp"),
            Self::Pppoe => f.write_str("pppoe"),
            Self::Pool => f.write_str("pool"),
            Self::None => f.write_str("none"),
            Self::Gateway => f.write_str("gateway"),
        }
    }
}

impl FromStr for AddressSpec {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "dhcp" => return Ok(Self::Dhcp),
            "pppoe" => return Ok(Self::Pppoe),
            "pool" => return Ok(Self::Pool),
            "none" => return Ok(Self::None),
            "gateway" => return Ok(Self::Gateway),
            _ => {}
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) || text.contains(':') {
            return text.parse().map(Self::Static);
        }
        let problem = format!("{} is not an address", quoted(text));
        Err(match super::nearest(text, ["dhcp", "pppoe", "pool", "none", "gateway"]) {
            Some(word) => Invalid::new(problem, format!("did you mean `{word}`?")),
            None => Invalid::new(
                problem,
                format!(
                    "write an address like `{}`, or one of `dhcp`, `pppoe`, `pool`, `gateway`, `none`",
                    Cidr::EXAMPLE
                ),
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    fn refused<T: FromStr<Err = Invalid>>(text: &str) -> String {
        text.parse::<T>().err().map_or_else(|| format!("{text} was accepted"), |invalid| invalid.to_string())
    }

    #[test]
    fn keeps_host_bits() {
        let a = cidr("192.168.1.32/24");
        assert_eq!(a.to_string(), "192.168.1.32/24");
        assert_eq!(a.network(), cidr("192.168.1.0/24"));
        assert!(
            a.contains(cidr("192.168.1.255/24").address()) && !a.contains(cidr("192.168.2.1/24").address())
        );
        assert!(a.overlaps(cidr("192.168.0.0/16")) && !a.overlaps(cidr("192.168.2.0/24")));
    }

    #[test]
    fn knows_the_special_addresses() {
        assert!(cidr("192.168.1.0/24").is_network_address() && cidr("192.168.1.255/24").is_broadcast());
        assert!(!cidr("10.0.0.0/31").is_network_address() && !cidr("10.0.0.1/31").is_broadcast());
        assert!(!cidr("10.0.0.0/32").is_network_address());
        assert!(
            cidr("fd00::/64").is_network_address() && !cidr("fd00::ffff:ffff:ffff:ffff/64").is_broadcast()
        );
    }

    #[test]
    fn refuses_addresses_with_a_reason() {
        let table = [
            (
                "192.168.1.1",
                "the address `192.168.1.1` has no prefix length: write `192.168.1.1/24`, with your network's prefix length for 24",
            ),
            (
                "fd00::1",
                "the address `fd00::1` has no prefix length: write `fd00::1/64`, with your network's prefix length for 64",
            ),
            (
                "192.168.1.1/33",
                "`192.168.1.1/33` has the prefix length `33`: write a whole number from 0 to 32 after the `/`",
            ),
            (
                "192.168.1.1/024",
                "`192.168.1.1/024` has the prefix length `024`: write a whole number from 0 to 32 after the `/`",
            ),
            (
                "192.168.1.1/",
                "`192.168.1.1/` has the prefix length ``: write a whole number from 0 to 32 after the `/`",
            ),
            (
                "192.168.1.300/24",
                "`192.168.1.300/24` does not start with an IP address: write it like `192.168.1.10/24`",
            ),
            ("lan", "`lan` is not an address with a prefix length: write it like `192.168.1.10/24`"),
        ];
        for (text, want) in table {
            assert_eq!(refused::<Cidr>(text), want);
        }
    }

    #[test]
    fn reads_ranges() {
        let range: Result<IpRange, _> = "192.168.1.200-192.168.1.216".parse();
        assert!(range.is_ok_and(
            |r| r.contains(IpAddr::from([192, 168, 1, 216])) && !r.contains(IpAddr::from([0; 16]))
        ));
        assert_eq!(
            refused::<IpRange>("10.0.0.9-10.0.0.1"),
            "the range `10.0.0.9-10.0.0.1` ends before it starts: write `10.0.0.1-10.0.0.9`"
        );
        assert!(refused::<IpRange>("10.0.0.1-fd00::1").contains("mixes IPv4 and IPv6"));
        assert!(refused::<IpRange>("10.0.0.0/24").contains("is not a range of addresses"));
    }

    #[test]
    fn reads_the_ways_to_get_an_address() {
        for text in ["dhcp", "pppoe", "pool", "none", "gateway", "10.0.0.2/8", "fd00::2/64"] {
            assert_eq!(text.parse::<AddressSpec>().map(|spec| spec.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(refused::<AddressSpec>("DHCP"), "`DHCP` is not an address: did you mean `dhcp`?");
        assert!(refused::<AddressSpec>("10.0.0.2").contains("has no prefix length"));
        assert!(refused::<AddressSpec>("static").contains("or one of `dhcp`"));
    }
}
