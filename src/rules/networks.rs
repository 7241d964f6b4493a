//! What a network of the site says of itself.

use std::net::IpAddr;

use wrtpod_cni::{Bandwidth, Plugin};

use super::addresses::never_a_machine;
use super::wires::{are_one, beside, or_apart};
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::plan::{Link, Network, Nic, Plan};
use crate::types::{Cidr, IpRange};

/// What the kernel takes: an IPv4 host has to take 68 bytes, an IPv6 link has to carry 1280.
const MTU: std::ops::RangeInclusive<u32> = 68..=65535;
const LEAST_MTU_OF_IPV6: u32 = 1280;

/// Ranges that are no LAN's, and what they hold.
const NEVER_A_LAN: &[(&str, &str)] = &[
    ("0.0.0.0/8", "addresses that name no host"),
    ("127.0.0.0/8", "loopback addresses"),
    ("169.254.0.0/16", "link-local addresses"),
    ("224.0.0.0/4", "addresses of groups"),
    ("255.255.255.255/32", "the address of all hosts"),
    ("::1/128", "loopback addresses"),
    ("::/96", "addresses that name no host"),
    ("::ffff:0.0.0.0/96", "IPv4 addresses"),
    ("ff00::/8", "addresses of groups"),
];

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for (index, network) in plan.networks.iter().enumerate() {
        check_subnets(plan, network, diags);
        check_gateways(&network.gateways, diags);
        for gateway in &network.gateways {
            reject_gateway_outside(network, None, gateway, diags);
            reject_no_machine(network, gateway, diags);
        }
        for server in &network.dns {
            reject_cluster_dns(plan, server, diags);
        }
        for pool in &network.pools {
            check_pool(plan, network, pool, diags);
        }
        check_ipam(network, diags);
        check_parents(network, diags);
        check_overlaps(network, &plan.networks[..index], diags);
        check_mtu(network, diags);
        check_plugins(network, diags);
    }
}

/// The cluster's own network has the cluster's addresses.
fn check_subnets(plan: &Plan, network: &Network, diags: &mut Diagnostics) {
    for subnet in network.subnets.iter().filter(|_| !network.primary) {
        if let Some(range) = plan.cluster.iter().find(|range| range.overlaps(subnet.value)) {
            diags.push(
                Finding::error(
                    Code::SubnetOverlapsCluster,
                    format!("{} overlaps the cluster's {range}", subnet.value),
                )
                .at(subnet.span)
                .help("correct `subnet`, or `cluster` of the site"),
            );
        } else if let Some(what) = never_a_lan(subnet.value) {
            let what = format!("{} holds {what}, which no LAN has", subnet.value);
            diags.push(
                Finding::error(Code::SubnetNoLan, what)
                    .at(subnet.span)
                    .help("write the LAN's own subnet, such as 192.168.1.0/24"),
            );
        }
    }
}

/// What is in a subnet that can be no LAN's.
fn never_a_lan(subnet: Cidr) -> Option<&'static str> {
    let overlaps = |range: &str| range.parse::<Cidr>().expect("our own ranges are CIDRs").overlaps(subnet);
    NEVER_A_LAN.iter().find(|(range, _)| overlaps(range)).map(|(_, what)| *what)
}

/// One gateway of each family: a routing table has one default route of each.
pub(super) fn check_gateways(gateways: &[Loc<IpAddr>], diags: &mut Diagnostics) {
    for (index, gateway) in gateways.iter().enumerate() {
        let same = |first: &&Loc<IpAddr>| first.is_ipv4() == gateway.is_ipv4();
        if let Some(first) = gateways[..index].iter().find(same) {
            let family = if gateway.is_ipv4() { "IPv4" } else { "IPv6" };
            diags.push(
                Finding::error(
                    Code::GatewayFamily,
                    format!("{} is the second gateway of {family}", gateway.value),
                )
                .at(gateway.span)
                .also(first.span, "the first one")
                .help("keep one gateway of each family"),
            );
        }
    }
}

/// In IPv4 the first and the last address of a subnet are nobody's; in IPv6 the first is any router's.
fn reject_no_machine(network: &Network, gateway: &Loc<IpAddr>, diags: &mut Diagnostics) {
    let subnet = network.subnets.iter().find(|subnet| subnet.contains(gateway.value));
    let own = subnet.and_then(|subnet| Cidr::new(gateway.value, subnet.prefix()));
    let is_reserved = |own: &Cidr| own.is_ipv4() && (own.is_network_address() || own.is_broadcast());
    let is_machine = never_a_machine(gateway.value).is_none();
    let Some(own) = own.filter(|own| is_machine && is_reserved(own)) else {
        return;
    };
    let which = if own.is_broadcast() { "broadcast" } else { "network" };
    let what = format!("the gateway {} is the {which} address of {}", gateway.value, own.network());
    diags.push(
        Finding::error(Code::AddressReserved, what)
            .at(gateway.span)
            .help("write the router's address, usually the first one behind it"),
    );
}

/// A gateway is a neighbour: a machine in a subnet of the network, or of the NIC's own address, or link-local.
pub(super) fn reject_gateway_outside(
    network: &Network,
    nic: Option<&Nic>,
    gateway: &Loc<IpAddr>,
    diags: &mut Diagnostics,
) {
    if let Some(what) = never_a_machine(gateway.value) {
        let what = format!("the gateway {} is {what}", gateway.value);
        let finding = Finding::error(Code::AddressReserved, what).at(gateway.span);
        diags.push(finding.help("write the router's address on the network"));
        return;
    }
    let link_local = matches!(gateway.value, IpAddr::V6(address) if address.is_unicast_link_local());
    let own = nic.map_or(&[][..], Nic::fixed_addresses);
    let mut near = network.subnets.iter().chain(own);
    if link_local || near.clone().next().is_none() || near.any(|subnet| subnet.contains(gateway.value)) {
        return;
    }
    let known = network.subnets.first().or_else(|| own.first());
    diags.push(
        Finding::error(
            Code::GatewayOutsideSubnet,
            format!("the gateway {} is in no subnet of `{}`", gateway.value, network.name.value),
        )
        .at(gateway.span)
        .also(known.and_then(|known| known.span), "the subnet")
        .help("correct the `gateway` or the `subnet`"),
    );
}

pub(super) fn reject_cluster_dns(plan: &Plan, server: &Loc<IpAddr>, diags: &mut Diagnostics) {
    if plan.cluster.iter().any(|range| range.contains(server.value)) {
        diags.push(
            Finding::error(Code::DnsInCluster, format!("the name server {} is the cluster's", server.value))
                .at(server.span)
                .label("asks the node, which may ask this appliance")
                .help("write a name server on the LAN or the Internet"),
        );
    }
}

/// Without a pool nobody has to keep a list; and whereabouts gives an address of each range.
fn check_ipam(network: &Network, diags: &mut Diagnostics) {
    let Some(ipam) = network.whereabouts.filter(|whereabouts| whereabouts.value) else { return };
    if network.pools.is_empty() {
        let what = format!("`ipam` of `{}`, which has no `pool`", network.name.value);
        diags.push(Finding::error(Code::NoEffect, what).at(ipam.span).help("add `pool`, or remove `ipam`"));
    }
    for (at, pool) in network.pools.iter().enumerate() {
        let same = |other: &&Loc<IpRange>| other.first().is_ipv4() == pool.first().is_ipv4();
        let Some(first) = network.pools[..at].iter().find(same) else { continue };
        diags.push(
            Finding::error(
                Code::PoolRange,
                "whereabouts gives an address of each range, and a family has two",
            )
            .at(pool.span)
            .also(first.span, "the first one")
            .help("write one range of each family"),
        );
    }
}

/// Nothing hangs on an interface of the nodes there.
fn check_parents(network: &Network, diags: &mut Diagnostics) {
    if let Some((node, _)) = network.elsewhere.first().filter(|_| network.primary) {
        let what = format!("`parents` of `{}`, which is the cluster's primary network", network.name.value);
        diags.push(Finding::error(Code::NoEffect, what).at(node.span).help("remove `parents`, or `primary`"));
    }
}

fn check_pool(plan: &Plan, network: &Network, pool: &Loc<IpRange>, diags: &mut Diagnostics) {
    let report = |what: String, help: String| Finding::error(Code::PoolRange, what).at(pool.span).help(help);
    let inside = |subnet: &&Loc<Cidr>| subnet.contains(pool.first()) && subnet.contains(pool.last());
    let Some(subnet) = network.subnets.iter().find(inside) else {
        let what = format!("the pool {} is in no subnet of `{}`", pool.value, network.name.value);
        diags.push(report(what, "write a range of the network's `subnet`".to_owned()));
        return;
    };
    let bits = if subnet.is_ipv4() { 32 } else { 128 };
    let is_end = |address: IpAddr| {
        Cidr::new(address, subnet.prefix()).is_some_and(|at| at.is_network_address() || at.is_broadcast())
    };
    let mut gateways = std::iter::once(network)
        .chain(beside(plan, network))
        .flat_map(|one| one.gateways.iter().map(move |gateway| (one, gateway)));
    if bits - subnet.prefix() < 2 {
        let what = format!("{} is too small for a pool", subnet.value);
        diags.push(report(what, "write fixed addresses".to_owned()));
        return;
    }
    if is_end(pool.first()) || is_end(pool.last()) {
        let what = format!("the pool {} holds the first or the last address of {}", pool.value, subnet.value);
        diags.push(report(what, "leave the network's and the broadcast address out".to_owned()));
    }
    if let Some((one, gateway)) = gateways.find(|(_, gateway)| pool.contains(gateway.value)) {
        let what = format!("the pool {} holds the gateway {}", pool.value, gateway.value);
        let help = or_apart("leave the gateway out", one, network);
        diags.push(report(what, help).also(gateway.span, "the gateway"));
    }
}

/// Two names for one wire must not hand out the same addresses, and host-local refuses ranges that overlap.
fn check_overlaps(network: &Network, before: &[Network], diags: &mut Diagnostics) {
    let others = before.iter().filter(|other| are_one(other, network));
    let others: Vec<(&Network, &Loc<IpRange>)> =
        others.flat_map(|other| other.pools.iter().map(move |pool| (other, pool))).collect();
    for (index, pool) in network.pools.iter().enumerate() {
        let own = network.pools[..index].iter().map(|pool| (network, pool));
        let mut earlier = others.iter().copied().chain(own);
        if let Some((on, other)) = earlier.find(|(_, other)| other.overlaps(pool.value)) {
            let what = format!("the pool {} overlaps {} on the same wire", pool.value, other.value);
            diags.push(
                Finding::error(Code::PoolRange, what)
                    .at(pool.span)
                    .also(other.span, "the other pool")
                    .help(or_apart("give each pool addresses of its own", on, network)),
            );
        }
    }
}

fn check_mtu(network: &Network, diags: &mut Diagnostics) {
    let Some(mtu) = &network.mtu else { return };
    let ipv6 = network.subnets.iter().any(|subnet| !subnet.is_ipv4());
    let (what, help) = if !MTU.contains(&mtu.value) {
        (format!("no link has an MTU of {}", mtu.value), "write a number of bytes, usually 1500")
    } else if ipv6 && mtu.value < LEAST_MTU_OF_IPV6 {
        (format!("IPv6 does not run over an MTU of {}", mtu.value), "write at least 1280")
    } else {
        return;
    };
    diags.push(Finding::error(Code::MtuRange, what).at(mtu.span).help(help));
}

/// What the `tuning` plugin and Multus would refuse, pod after pod.
fn check_plugins(network: &Network, diags: &mut Diagnostics) {
    for (key, _) in &network.sysctls {
        let part = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
        };
        if !(key.starts_with("net.") && key.split('.').all(part)) {
            diags.push(
                Finding::error(
                    Code::SysctlNotNet,
                    format!("`{}` is no setting of a network namespace", key.value),
                )
                .at(key.span)
                .help("write a key below `net.`, with dots; `IFNAME` stands for the interface"),
            );
        }
    }
    // What stands behind a NAD of somebody else's is refused as it is.
    for plugin in network.chain.iter().filter(|_| !network.link.is_existing()) {
        check_chained(network, plugin, diags);
    }
}

/// Plugins that make an interface of their own, the second of one name, beside those that networks are made of.
const LINKS: [&str; 5] = ["dummy", "loopback", "ptp", "tap", "win-bridge"];

/// Whether `bandwidth` limits anything; without any rate it does nothing, on whatever interface.
fn has_rates(plugin: &Bandwidth) -> bool {
    let rates = [plugin.ingress_rate, plugin.ingress_burst, plugin.egress_rate, plugin.egress_burst];
    let keys = ["ingressRate", "ingressBurst", "egressRate", "egressBurst"];
    rates.into_iter().flatten().any(|rate| rate != 0) || keys.iter().any(|key| plugin.keys.is_mistyped(key))
}

fn check_chained(network: &Network, plugin: &Loc<Plugin>, diags: &mut Diagnostics) {
    let kind = plugin.kind();
    // Frames of a bridge pass the node's packet filter where br_netfilter is loaded, and the node may have an address on it.
    let is_bridge = matches!(network.link.value, Link::Bridge { .. });
    let (code, what, help) = match &plugin.value {
        Plugin::Other(_) if kind.is_empty() => (
            Code::ChainPlugin,
            "a plugin of the chain has no `type`".to_owned(),
            "add `type: ` and the name of the plugin's binary",
        ),
        Plugin::Sbr(_) => (
            Code::ChainSbr,
            "the plugin `sbr` has nothing to route by: no gateway reaches it".to_owned(),
            "remove it: `sourceRouting` of an interface has answers leave by it",
        ),
        Plugin::Portmap(_) if !is_bridge => (
            Code::ChainPortmap,
            "the plugin `portmap` takes a port of the node and answers nobody on it".to_owned(),
            "remove it: the LAN reaches the appliance at its own address, the cluster by `service`",
        ),
        Plugin::Firewall(_) if !is_bridge => (
            Code::ChainFirewall,
            "the plugin `firewall` does nothing for a NIC on a LAN: its rules are for what the node routes"
                .to_owned(),
            "remove it; `guard` and `egress` are for eth0, the LAN is for the appliance's own firewall",
        ),
        Plugin::Bandwidth(limits) if !is_bridge && has_rates(limits) => (
            Code::ChainBandwidth,
            format!("the plugin `bandwidth` wants a veth pair, and a NIC of {} is none", network.link.kind()),
            "remove it, or make the network a `bridge`",
        ),
        Plugin::Macvlan(_)
        | Plugin::Ipvlan(_)
        | Plugin::Vlan(_)
        | Plugin::Bridge(_)
        | Plugin::HostDevice(_) => second_link(kind),
        Plugin::Other(_) if LINKS.contains(&kind) => second_link(kind),
        _ => return,
    };
    diags.push(Finding::error(code, what).at(plugin.span).help(help));
}

fn second_link(kind: &str) -> (Code, String, &'static str) {
    (
        Code::ChainLink,
        format!("the plugin `{kind}` makes an interface, and the network has made it"),
        "remove it: what the network hangs on is its `macvlan`, `ipvlan`, `vlan`, `bridge` or `hostDevice`",
    )
}
