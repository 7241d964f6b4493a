//! `/etc/config/dhcp`: dnsmasq answers no one but the machines of its own networks, and asks the name servers of its NICs, never the
//! cluster's (router → CoreDNS → node's resolver → router is a loop).
//!
//! It is told of no interface, with or without: `localservice` holds as long as it is not, and keeps strangers out who come from behind a
//! network's router. On eth0 the zone `cluster` has its port closed.

use std::net::{IpAddr, Ipv4Addr};

use super::draft::{Draft, File};
use super::network::device;
use crate::plan::{Addressing, Half, Nic};
use crate::types::IpRange;

/// Where leases are kept when there is a claim.
pub const LEASES: &str = "/wrtpod/data/wrtpod/dhcp.leases";

/// Addresses that the DHCP range of a served network must leave alone.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Fixed addresses of the site's appliances.
    pub addresses: Vec<IpAddr>,
    /// Pools of the site's networks.
    pub ranges: Vec<IpRange>,
}

/// The planned file.
pub fn dhcp(nics: &[Nic], persistent: bool, taken: &Taken, half: Option<Half>) -> File {
    // Whose lease the other router of a pair gave is no stranger to be sent away.
    let authoritative = half.is_none() && nics.iter().any(|nic| nic.serve.is_some());
    let mut config = File::new();
    config.push(dnsmasq(nics, persistent, authoritative));
    for nic in nics {
        config.push(match nic.serve {
            Some(_) => served(nic, taken, half),
            None => silent(&nic.interface),
        });
    }
    config.push(silent("cluster"));
    config.push(
        Draft::named("odhcpd", "odhcpd")
            .option("maindhcp", "0")
            .option("leasefile", "/tmp/hosts/odhcpd")
            .option("leasetrigger", "/usr/sbin/odhcpd-update")
            .option("loglevel", "4"),
    );
    config
}

/// The NICs that serve a network with an IPv4 address of theirs, and have none to give there. On a line between two machines there is
/// nobody else to give one to.
pub fn without_range<'a>(
    nics: &'a [Nic],
    taken: &'a Taken,
    half: Option<Half>,
) -> impl Iterator<Item = &'a Nic> {
    let has_ipv4 = |nic: &Nic| match &nic.addressing {
        Addressing::Static(addresses) => {
            addresses.iter().any(|address| address.is_ipv4() && address.prefix() < 30)
        }
        _ => false,
    };
    nics.iter().filter(move |nic| nic.serve.is_some() && has_ipv4(nic) && range(nic, taken, half).is_none())
}

fn dnsmasq(nics: &[Nic], persistent: bool, authoritative: bool) -> Draft {
    let mut section = Draft::named("dnsmasq", "dnsmasq")
        .option("domainneeded", "1")
        .option("localise_queries", "1")
        .option("rebind_protection", "1")
        .option("rebind_localhost", "1")
        .option("local", "/lan/")
        .option("domain", "lan")
        .option("expandhosts", "1")
        .option("authoritative", if authoritative { "1" } else { "0" })
        .option("readethers", "1")
        .option("leasefile", if persistent { LEASES } else { "/tmp/dhcp.leases" })
        .option("localservice", "1")
        .option("ednspacket_max", "1232")
        .option("nonwildcard", "1")
        // kubelet's resolv.conf is mounted over OpenWrt's: dnsmasq must not append itself to it.
        .option("localuse", "0");
    let upstreams: Vec<String> =
        nics.iter().flat_map(|nic| nic.dns.iter().map(|server| upstream(nic, server.value))).collect();
    // Without servers of its own it reads what the leases brought, from the path that its release knows.
    if !upstreams.is_empty() {
        section = section.option("noresolv", "1").list("server", upstreams);
    }
    section
}

/// A name server as dnsmasq takes it: a link-local address means nothing without the device that it is reached by.
fn upstream(nic: &Nic, server: IpAddr) -> String {
    match server {
        IpAddr::V6(address) if address.is_unicast_link_local() => format!("{server}%{}", device(nic)),
        IpAddr::V4(_) | IpAddr::V6(_) => server.to_string(),
    }
}

fn silent(interface: &str) -> Draft {
    Draft::named("dhcp", interface)
        .option("interface", interface)
        .option("ignore", "1")
        .option("dhcpv4", "disabled")
        .option("dhcpv6", "disabled")
        .option("ra", "disabled")
}

fn served(nic: &Nic, taken: &Taken, half: Option<Half>) -> Draft {
    let mut section = Draft::named("dhcp", &nic.interface.value).option("interface", &nic.interface.value);
    // Without a range of its own dnsmasq would take its default one, in whatever subnet.
    section = match range(nic, taken, half) {
        Some((start, limit)) => section
            .option("start", &start.to_string())
            .option("limit", &limit.to_string())
            .option("leasetime", "12h")
            .option("dhcpv4", "server"),
        None => section.option("dhcpv4", "disabled"),
    };
    if half.is_some() {
        // dnsmasq's init script stays silent beside another server, unless it is forced.
        section = section.option("force", "1");
    }
    if let Some(router) = nic.told_router {
        section = section.list("dhcp_option", [format!("3,{router}")]);
    }
    if !nic.ipv6 {
        return section.option("dhcpv6", "disabled").option("ra", "disabled");
    }
    section
        .option("dhcpv6", "server")
        .option("ra", "server")
        .list("ra_flags", ["managed-config", "other-config"])
}

/// First host number and count of the longest run of free addresses in OpenWrt's usual span (100 to 249 of
/// a /24, the upper half of a smaller network), or in one half of that.
fn range(nic: &Nic, taken: &Taken, half: Option<Half>) -> Option<(u32, u32)> {
    let Addressing::Static(addresses) = &nic.addressing else { return None };
    let own = addresses.iter().map(|address| address.value).find(|address| address.is_ipv4())?;
    let IpAddr::V4(network) = own.network().address() else { return None };
    let hosts = 2_u32.checked_pow(32 - u32::from(own.prefix()))?.checked_sub(2)?;
    let (first, last) = if hosts >= 249 { (100, 249) } else { (hosts / 2 + 1, hosts) };
    let middle = first.midpoint(last);
    let (first, last) = match half {
        None => (first, last),
        Some(Half::Lower) => (first, middle),
        Some(Half::Upper) => (middle + 1, last),
    };
    let is_free = |number: u32| {
        let address = IpAddr::V4(Ipv4Addr::from(u32::from(network) + number));
        address != own.address()
            && !taken.addresses.contains(&address)
            && !taken.ranges.iter().any(|range| range.contains(address))
    };
    let mut best = (first, 0);
    let mut run = (first, 0);
    for number in first..=last {
        run = if is_free(number) { (run.0, run.1 + 1) } else { (number + 1, 0) };
        if run.1 > best.1 {
            best = run;
        }
    }
    (best.1 > 0).then_some(best)
}
