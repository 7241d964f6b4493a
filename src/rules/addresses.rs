//! Addresses are in their subnet, free, and handed out by somebody who can.

use std::collections::HashMap;
use std::net::IpAddr;

use super::network_of;
use super::networks::{check_gateways as check_family, reject_cluster_dns, reject_gateway_outside};
use super::wires::{beside, meet, or_apart};
use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::plan::{Addressing, Appliance, ConfiguredBy, Network, Nic, Plan, Profile};
use crate::types::Cidr;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    let mut seen = Seen::new();
    for appliance in &plan.appliances {
        for nic in &appliance.nics {
            let Some(network) = network_of(plan, nic) else { continue };
            for address in nic.fixed_addresses() {
                check_address(plan, network, nic, address, diags);
                check_twice(&mut seen, appliance, network, address, diags);
            }
            check_pool(network, nic, diags);
            check_serve(appliance, nic, diags);
            check_gateways(plan, network, nic, diags);
        }
        check_default_routes(appliance, diags);
        let discovery: Vec<&Nic> = appliance.nics.iter().filter(|nic| nic.discovery.value).collect();
        if let [first, second, ..] = discovery.as_slice() {
            let (one, other) = (&first.interface.value, &second.interface.value);
            diags.push(
                Finding::error(
                    Code::TwoDiscoveryNics,
                    format!("`{one}` and `{other}` both take the multicast of discovery"),
                )
                .at(second.discovery.span)
                .also(first.discovery.span, "the first one")
                .help("keep it on one interface"),
            );
        }
    }
}

/// Who has an address, and where it was written.
type Seen<'a> = HashMap<IpAddr, Vec<(&'a Appliance, &'a Network, Option<Span>)>>;

/// Two networks over one wire are one LAN.
fn check_twice<'a>(
    seen: &mut Seen<'a>,
    appliance: &'a Appliance,
    network: &'a Network,
    address: &Loc<Cidr>,
    diags: &mut Diagnostics,
) {
    let before = seen.entry(address.address()).or_default();
    if let Some((_, on, first)) = before.iter().find(|(owner, on, _)| meet((owner, on), (appliance, network)))
    {
        diags.push(
            Finding::error(Code::DuplicateAddress, format!("{} is used twice", address.address()))
                .at(address.span)
                .label("used again")
                .also(*first, "first used here")
                .help(or_apart("give each NIC its own address", on, network)),
        );
    }
    before.push((appliance, network, address.span));
}

fn check_address(plan: &Plan, network: &Network, nic: &Nic, address: &Loc<Cidr>, diags: &mut Diagnostics) {
    let own = address.address();
    if let Some(what) = never_a_machine(own) {
        diags.push(
            Finding::error(Code::AddressReserved, format!("{own} is {what}"))
                .at(address.span)
                .help("take an address of the network"),
        );
        return;
    }
    let subnet = network.subnets.iter().find(|subnet| subnet.contains(own));
    if subnet.is_none() && !network.subnets.is_empty() {
        diags.push(
            Finding::error(
                Code::AddressOutsideSubnet,
                format!("{own} is in no subnet of `{}`", network.name.value),
            )
            .at(address.span)
            .also(network.subnets[0].span, "the subnet")
            .help(outside_help(network, address)),
        );
        return;
    }
    if let Some(subnet) = subnet.filter(|subnet| subnet.prefix() != address.prefix()) {
        diags.push(
            Finding::error(
                Code::AddressPrefix,
                format!("{} has another prefix length than its subnet {}", address.value, subnet.value),
            )
            .at(address.span)
            .also(subnet.span, "the subnet")
            .help(format!("write {own}/{}", subnet.prefix())),
        );
    }
    let in_subnet = subnet.and_then(|subnet| Cidr::new(own, subnet.prefix())).unwrap_or(address.value);
    if in_subnet.is_network_address() || in_subnet.is_broadcast() {
        let which = if in_subnet.is_broadcast() { "broadcast" } else { "network" };
        diags.push(
            Finding::error(
                Code::AddressReserved,
                format!("{own} is the {which} address of {}", in_subnet.network()),
            )
            .at(address.span)
            .help("take an address between the first and the last"),
        );
    }
    check_others(plan, network, nic, address, diags);
}

/// Kinds of address that no machine on a network has.
pub(super) fn never_a_machine(address: IpAddr) -> Option<&'static str> {
    let broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    if address.is_loopback() {
        Some("a loopback address")
    } else if address.is_multicast() || broadcast {
        Some("an address of a group")
    } else if address.is_unspecified() {
        Some("no address at all")
    } else {
        None
    }
}

/// The subnet of the address's own family, if there is one.
fn outside_help(network: &Network, address: &Loc<Cidr>) -> String {
    let of_family = network.subnets.iter().find(|subnet| subnet.is_ipv4() == address.is_ipv4());
    match of_family {
        Some(subnet) => format!("write an address of {}", subnet.value),
        None => format!("add its subnet to `{}`, or remove the address", network.name.value),
    }
}

/// The addresses that others on the wire have: two networks over one wire are one LAN.
fn check_others(plan: &Plan, network: &Network, nic: &Nic, address: &Loc<Cidr>, diags: &mut Diagnostics) {
    let own = address.address();
    let others = || std::iter::once(network).chain(beside(plan, network));
    let gateway = others().find_map(|other| {
        let gateway = other.gateways.iter().find(|gateway| gateway.value == own)?;
        Some((other, gateway.span))
    });
    if let Some((other, span)) = gateway.filter(|_| nic.serve.is_none()) {
        diags.push(
            Finding::error(Code::AddressIsGateway, format!("{own} is the gateway of `{}`", other.name.value))
                .at(address.span)
                .also(span, "the gateway")
                .help(or_apart(
                    "take another address; or say `serve: true` if this appliance is the router",
                    other,
                    network,
                )),
        );
    }
    let pool = others().find_map(|other| {
        let pool = other.pools.iter().find(|pool| pool.contains(own))?;
        Some((other, pool.span))
    });
    if let Some((other, span)) = pool {
        diags.push(
            Finding::error(Code::AddressInPool, format!("{own} is in the pool of `{}`", other.name.value))
                .at(address.span)
                .also(span, "the pool")
                .help(or_apart("take an address outside the pool", other, network)),
        );
    }
}

fn check_pool(network: &Network, nic: &Nic, diags: &mut Diagnostics) {
    let Addressing::Pool(span) = nic.addressing else { return };
    let name = &network.name.value;
    if nic.configured_by == ConfiguredBy::Guest {
        let what = "OpenWrt's NICs come without CNI addresses: there is no pool for them";
        let finding = Finding::error(Code::PoolWithoutIpam, what).at(span);
        diags.push(finding.help("write a fixed address, or dhcp"));
        return;
    }
    if network.link.is_existing() {
        return;
    }
    let many = network.nodes.len() != 1 && !network.is_whereabouts();
    if network.pools.is_empty() {
        let help = if many {
            "add `pool: FIRST-LAST` to the network, and `nodes: [NODE]` with one node, or `ipam: whereabouts` where the cluster \
             has that; or write a fixed address"
        } else {
            "add `pool: FIRST-LAST` to the network, or write a fixed address"
        };
        diags.push(
            Finding::error(Code::PoolMissing, format!("network `{name}` has no `pool`"))
                .at(span)
                .also(network.name.span, "the network")
                .help(help),
        );
    } else if many {
        diags.push(
            Finding::error(Code::PoolManyNodes, format!("network `{name}` is not pinned to one node"))
                .at(span)
                .also(network.name.span, "the network")
                .help(
                    "add `ipam: whereabouts` to the network, where the cluster has that; or `nodes: [NODE]` with one node; or \
                     write a fixed address",
                ),
        );
    }
}

fn check_serve(appliance: &Appliance, nic: &Nic, diags: &mut Diagnostics) {
    let Some(serve) = &nic.serve else { return };
    if appliance.profile == Profile::Generic {
        diags.push(
            Finding::error(Code::ServeGeneric, "only OpenWrt's DHCP and RA servers are configured by wrtpod")
                .at(serve.span)
                .help("remove `serve`, and configure the server in the appliance"),
        );
    }
}

fn check_gateways(plan: &Plan, network: &Network, nic: &Nic, diags: &mut Diagnostics) {
    let inherited = nic.gateways.iter().all(|gateway| network.gateways.contains(gateway));
    if !inherited {
        check_family(&nic.gateways, diags);
    }
    for gateway in &nic.gateways {
        if !network.gateways.contains(gateway) {
            reject_gateway_outside(network, Some(nic), gateway, diags);
        }
        let fixed = nic.fixed_addresses();
        let has_family = fixed.iter().any(|address| address.is_ipv4() == gateway.is_ipv4());
        if !fixed.is_empty() && !has_family {
            let family = if gateway.is_ipv4() { "IPv4" } else { "IPv6" };
            let what = format!("the gateway {} without an {family} address on the NIC", gateway.value);
            diags.push(
                Finding::error(Code::GatewayFamily, what)
                    .at(gateway.span)
                    .help(format!("add an {family} address, or remove the gateway")),
            );
        }
    }
    for server in &nic.dns {
        if !network.dns.contains(server) {
            reject_cluster_dns(plan, server, diags);
        }
    }
    if nic.default_route.value && !network.primary {
        check_way_out(nic, diags);
    }
}

fn check_way_out(nic: &Nic, diags: &mut Diagnostics) {
    if matches!(&nic.addressing, Addressing::Static(addresses) if addresses.is_empty()) {
        return;
    }
    let asks = matches!(nic.addressing, Addressing::Dhcp(_) | Addressing::Pppoe(_));
    let guest = nic.configured_by == ConfiguredBy::Guest;
    let (what, help) = if nic.addressing == Addressing::None && guest {
        let help = "write `address: pppoe` where a provider asks for a login, or another `address`; or remove `defaultRoute`";
        ("it has no address", help)
    } else if nic.addressing == Addressing::None {
        ("it has no address", "write an `address`, or remove `defaultRoute`")
    } else if nic.gateways.is_empty() && !(asks && guest) {
        ("nobody names a gateway", "add `gateway` to the network or to the interface")
    } else {
        return;
    };
    diags.push(
        Finding::error(
            Code::DefaultRouteWithoutGateway,
            format!("the default route leaves by `{}`, and {what}", nic.interface.value),
        )
        .at(nic.default_route.span)
        .help(help),
    );
}

/// One default route; OpenWrt has several, in the order of their metrics. netifd takes none for 0.
fn check_default_routes(appliance: &Appliance, diags: &mut Diagnostics) {
    let guest = appliance.profile == Profile::OpenWrt;
    let metric = |nic: &Nic| if guest { nic.metric.unwrap_or(0) } else { 0 };
    let leading: Vec<&Nic> = appliance.nics.iter().filter(|nic| nic.default_route.value).collect();
    let rival = |(at, nic): (usize, &&Nic)| {
        let first = leading[..at].iter().find(|other| metric(other) == metric(nic))?;
        Some((*first, leading[at]))
    };
    let Some((first, second)) = leading.iter().enumerate().find_map(rival) else { return };
    let (one, other) = (&first.interface.value, &second.interface.value);
    let (how, help) = if guest {
        let help =
            "give each of them a `metric` of its own, the lowest leads; or write `defaultRoute: false`";
        (format!(", both of metric {}", metric(second)), help)
    } else {
        (String::new(), "keep it on one interface")
    };
    diags.push(
        Finding::error(
            Code::TwoDefaultRoutes,
            format!("`{one}` and `{other}` both take the default route{how}"),
        )
        .at(second.default_route.span)
        .also(first.default_route.span, "the first one")
        .help(help),
    );
}
