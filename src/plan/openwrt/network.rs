//! `/etc/config/network`: one interface for each NIC. The `cluster` interface on eth0 is not here: only the
//! pod knows eth0's address, so the start script writes it from what the init container captured.

use super::draft::{Draft, File};
use super::routes;
use crate::plan::{Addressing, Nic};
use crate::types::Cidr;

/// The machine that the NICs belong to.
pub struct Host<'a> {
    /// The host name that DHCP servers are told; netifd itself would tell the pod's.
    pub hostname: &'a str,
    /// By what DHCP servers know it. OpenWrt reads it since 25.12, and makes one of its own where there is none, which in
    /// persistence mode `none` would be another one at each start; older releases are known by their MACs.
    pub duid: &'a str,
    /// Prefix for unique local addresses, where it serves a network.
    pub ula_prefix: Option<&'a str>,
}

/// The planned file.
pub fn network(host: &Host<'_>, nics: &[Nic], cluster: &[Cidr]) -> File {
    let mut config = File::new();
    config.push(
        Draft::named("interface", "loopback")
            .option("device", "lo")
            .option("proto", "static")
            .option("ipaddr", "127.0.0.1")
            .option("netmask", "255.0.0.0"),
    );
    let mut globals = Draft::named("globals", "globals").option("dhcp_default_duid", host.duid);
    if let Some(prefix) = host.ula_prefix {
        globals = globals.option("ula_prefix", prefix);
    }
    config.push(globals);
    for (at, nic) in nics.iter().enumerate() {
        if nic.bridge.is_some() {
            config.push(bridge(nic));
        }
        config.push(interface(nic, nics, host.hostname));
        if nic.discovery.value {
            config.push(
                Draft::named("route", "discovery")
                    .option("interface", &nic.interface.value)
                    .option("target", "224.0.0.0/4"),
            );
        }
        routes::push_routes(&mut config, at, nic);
        if asks_for_ipv6(nic, nics) {
            config.push(twin(nic));
        }
    }
    routes::push_cluster_rules(&mut config, nics, cluster);
    config
}

/// The interfaces of a NIC: itself, and its DHCPv6 twin where it has one.
pub fn interface_names(nic: &Nic, nics: &[Nic]) -> Vec<String> {
    let mut names = vec![nic.interface.value.clone()];
    if asks_for_ipv6(nic, nics) {
        names.push(ipv6_name(nic));
    }
    names
}

/// Whether its network, or its provider, tells it the way out.
fn asks(nic: &Nic) -> bool {
    matches!(nic.addressing, Addressing::Dhcp(_) | Addressing::Pppoe(_))
}

/// A router asks the network behind its uplink for an IPv6 prefix to hand on.
pub fn asks_for_ipv6(nic: &Nic, nics: &[Nic]) -> bool {
    nic.ipv6 && asks(nic) && nics.iter().any(|other| other.serve.is_some())
}

/// The interface that asks for the prefix: what it hears of a way out is as near as its uplink's.
fn twin(nic: &Nic) -> Draft {
    // Through the tunnel, not beside it.
    let device = match nic.addressing {
        Addressing::Pppoe(_) => format!("@{}", nic.interface.value),
        _ => device(nic),
    };
    let section =
        Draft::named("interface", &ipv6_name(nic)).option("device", &device).option("proto", "dhcpv6");
    way_out(section, nic)
}

/// Whether an interface takes the way out that its network tells it, and how near that is.
fn way_out(section: Draft, nic: &Nic) -> Draft {
    let section = if nic.default_route.value { section } else { section.option("defaultroute", "0") };
    match nic.metric {
        Some(metric) => section.option("metric", &metric.to_string()),
        None => section,
    }
}

fn ipv6_name(nic: &Nic) -> String {
    format!("{}6", nic.interface.value)
}

/// The device of a NIC's interface.
pub fn device(nic: &Nic) -> String {
    match nic.bridge {
        Some(_) => format!("br-{}", nic.interface.value),
        None => nic.interface.value.clone(),
    }
}

fn bridge(nic: &Nic) -> Draft {
    Draft::named("device", &format!("bridge_{}", nic.interface.value))
        .option("name", &device(nic))
        .option("type", "bridge")
        .list("ports", [nic.interface.value.clone()])
}

fn interface(nic: &Nic, nics: &[Nic], hostname: &str) -> Draft {
    let mut section = Draft::named("interface", &nic.interface.value).option("device", &device(nic));
    section = match &nic.addressing {
        Addressing::Static(addresses) => {
            let addresses: Vec<Cidr> = addresses.iter().map(|address| address.value).collect();
            gateways(static_addresses(section.option("proto", "static"), &addresses), nic)
        }
        Addressing::Dhcp(_) => way_out(section.option("proto", "dhcp").option("hostname", hostname), nic),
        Addressing::Pppoe(_) => {
            let section = section.option("proto", "pppoe");
            // IPv6 in the tunnel; without the word, netifd would make an interface of its own beside the twin.
            let section = if asks_for_ipv6(nic, nics) { section.option("ipv6", "1") } else { section };
            way_out(section, nic)
        }
        Addressing::Pool(_) | Addressing::None => section.option("proto", "none"),
    };
    if let Some(metric) = nic.metric.filter(|_| !asks(nic)) {
        section = section.option("metric", &metric.to_string());
    }
    if !nic.dns.is_empty() {
        section = section.list("dns", nic.dns.iter().map(|server| server.value.to_string()));
    }
    if nic.serve.is_some() && nic.ipv6 {
        section = section.option("ip6assign", "60");
    }
    section
}

/// One IPv4 address as `ipaddr` and `netmask`, the only form that every netifd since 2019 reads; several as
/// a list with prefixes.
fn static_addresses(mut section: Draft, addresses: &[Cidr]) -> Draft {
    let (v4, v6): (Vec<Cidr>, Vec<Cidr>) = addresses.iter().partition(|address| address.is_ipv4());
    section = match v4.as_slice() {
        [] => section,
        [one] => {
            section.option("ipaddr", &one.address().to_string()).option("netmask", &one.netmask().to_string())
        }
        several => section.list("ipaddr", several.iter().map(ToString::to_string)),
    };
    if v6.is_empty() { section } else { section.list("ip6addr", v6.iter().map(ToString::to_string)) }
}

fn gateways(mut section: Draft, nic: &Nic) -> Draft {
    if !nic.default_route.value {
        return section;
    }
    for gateway in &nic.gateways {
        let option = if gateway.is_ipv4() { "gateway" } else { "ip6gw" };
        section = section.option(option, &gateway.value.to_string());
    }
    section
}
