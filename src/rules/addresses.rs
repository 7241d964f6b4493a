//! Addresses are in their subnet, free, and handed out by somebody who can.

use std::collections::HashMap;
use std::net::IpAddr;

use super::network_of;
use crate::diag::{Diagnostic, Diagnostics, Loc};
use crate::plan::{Addressing, Appliance, ConfiguredBy, Network, Nic, Plan, Profile};
use crate::types::Cidr;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for network in &plan.networks {
        check_network(plan, network, diags);
    }
    let mut seen: HashMap<(&str, IpAddr), Option<crate::diag::Span>> = HashMap::new();
    for appliance in &plan.appliances {
        for nic in &appliance.nics {
            let Some(network) = network_of(plan, nic) else { continue };
            for address in nic.fixed_addresses() {
                check_address(network, nic, address, diags);
                let key = (network.name.value.as_str(), address.address());
                if let Some(first) = seen.insert(key, address.span) {
                    diags.push(
                        Diagnostic::error("duplicate-address", format!("{} is used twice", address.address()))
                            .at(address.span)
                            .label("used again")
                            .also(first, "first used here")
                            .help("give each NIC its own address"),
                    );
                }
            }
            check_pool(network, nic, diags);
            check_serve(appliance, nic, diags);
            check_gateways(plan, network, nic, diags);
        }
        check_default_routes(appliance, diags);
    }
}

fn check_network(plan: &Plan, network: &Network, diags: &mut Diagnostics) {
    for subnet in &network.subnets {
        if let Some(range) = plan.cluster.iter().find(|range| range.overlaps(subnet.value)) {
            diags.push(
                Diagnostic::error(
                    "subnet-overlaps-cluster",
                    format!("{} overlaps the cluster's {range}", subnet.value),
                )
                .at(subnet.span)
                .help("correct `subnet`, or `cluster` of the site"),
            );
        }
    }
    for gateway in &network.gateways {
        reject_gateway_outside(network, gateway, diags);
    }
    for server in &network.dns {
        reject_cluster_dns(plan, server, diags);
    }
    for pool in &network.pools {
        let inside = |subnet: &Loc<Cidr>| subnet.contains(pool.first()) && subnet.contains(pool.last());
        if !network.subnets.iter().any(inside) {
            diags.push(
                Diagnostic::error("pool-missing", format!("the pool {} is in no subnet of the network", pool.value))
                    .at(pool.span)
                    .help("write a range of the network's `subnet`"),
            );
        }
    }
}

fn reject_gateway_outside(network: &Network, gateway: &Loc<IpAddr>, diags: &mut Diagnostics) {
    if network.subnets.is_empty() || network.subnets.iter().any(|subnet| subnet.contains(gateway.value)) {
        return;
    }
    diags.push(
        Diagnostic::error(
            "gateway-outside-subnet",
            format!("the gateway {} is in no subnet of `{}`", gateway.value, network.name.value),
        )
        .at(gateway.span)
        .also(network.subnets[0].span, "the subnet")
        .help("correct the `gateway` or the `subnet`"),
    );
}

fn reject_cluster_dns(plan: &Plan, server: &Loc<IpAddr>, diags: &mut Diagnostics) {
    if plan.cluster.iter().any(|range| range.contains(server.value)) {
        diags.push(
            Diagnostic::error("dns-in-cluster", format!("the name server {} is the cluster's", server.value))
                .at(server.span)
                .label("asks the node, which may ask this appliance")
                .help("write a name server on the LAN or the Internet"),
        );
    }
}

fn check_address(network: &Network, nic: &Nic, address: &Loc<Cidr>, diags: &mut Diagnostics) {
    let own = address.address();
    let Some(subnet) = network.subnets.iter().find(|subnet| subnet.contains(own)) else {
        if !network.subnets.is_empty() {
            diags.push(
                Diagnostic::error(
                    "address-outside-subnet",
                    format!("{own} is in no subnet of `{}`", network.name.value),
                )
                .at(address.span)
                .also(network.subnets[0].span, "the subnet")
                .help(format!("write an address of {}", network.subnets[0].value)),
            );
        }
        return;
    };
    if subnet.prefix() != address.prefix() {
        diags.push(
            Diagnostic::error(
                "address-prefix",
                format!("{} has another prefix length than its subnet {}", address.value, subnet.value),
            )
            .at(address.span)
            .help(format!("write {own}/{}", subnet.prefix())),
        );
    }
    let in_subnet = Cidr::new(own, subnet.prefix()).unwrap_or(address.value);
    if in_subnet.is_network_address() || in_subnet.is_broadcast() {
        let which = if in_subnet.is_broadcast() { "broadcast" } else { "network" };
        diags.push(
            Diagnostic::error("address-reserved", format!("{own} is the {which} address of {}", subnet.value))
                .at(address.span)
                .help("take an address between the first and the last"),
        );
    }
    if nic.serve.is_none() && network.gateways.iter().any(|gateway| gateway.value == own) {
        diags.push(
            Diagnostic::error("address-is-gateway", format!("{own} is the gateway of `{}`", network.name.value))
                .at(address.span)
                .also(network.gateways.first().and_then(|gateway| gateway.span), "the gateway")
                .help("take another address; or say `serve: true` if this appliance is the router"),
        );
    }
    if let Some(pool) = network.pools.iter().find(|pool| pool.contains(own)) {
        diags.push(
            Diagnostic::error("address-in-pool", format!("{own} is in the pool of `{}`", network.name.value))
                .at(address.span)
                .also(pool.span, "the pool")
                .help("take an address outside the pool"),
        );
    }
}

fn check_pool(network: &Network, nic: &Nic, diags: &mut Diagnostics) {
    let Addressing::Pool(span) = nic.addressing else { return };
    let name = &network.name.value;
    let finding = if nic.configured_by == ConfiguredBy::Guest {
        Diagnostic::error("pool-without-ipam", "OpenWrt's NICs come without CNI addresses: there is no pool for them")
            .help("write a fixed address, or dhcp")
    } else if network.pools.is_empty() {
        Diagnostic::error("pool-missing", format!("network `{name}` has no `pool`"))
            .also(network.name.span, "the network")
            .help("add `pool: FIRST-LAST` to the network, or write a fixed address")
    } else if network.pools.len() > 1 {
        Diagnostic::error("pool-dual-stack", format!("network `{name}` has pools of two families"))
            .also(network.pools[1].span, "the second one")
            .help("keep one pool, or write both addresses out")
    } else if network.nodes.len() != 1 {
        Diagnostic::error("pool-many-nodes", format!("network `{name}` is not pinned to one node"))
            .also(network.name.span, "the network")
            .help("add `nodes: [NODE]` with one node to the network, or write a fixed address")
    } else {
        return;
    };
    diags.push(finding.at(span));
}

fn check_serve(appliance: &Appliance, nic: &Nic, diags: &mut Diagnostics) {
    let Some(serve) = &nic.serve else { return };
    if appliance.profile == Profile::Generic {
        diags.push(
            Diagnostic::error("serve-generic", "only OpenWrt's DHCP and RA servers are configured by wrtpod")
                .at(serve.span)
                .help("remove `serve`, and configure the server in the appliance"),
        );
    } else if nic.fixed_addresses().is_empty() {
        diags.push(
            Diagnostic::error(
                "serve-needs-address",
                format!("`{}` serves its network without a fixed address", nic.interface.value),
            )
            .at(serve.span)
            .help("write the router's address on this network, or `address: gateway`"),
        );
    }
}

fn check_gateways(plan: &Plan, network: &Network, nic: &Nic, diags: &mut Diagnostics) {
    for gateway in &nic.gateways {
        if !network.gateways.contains(gateway) {
            reject_gateway_outside(network, gateway, diags);
        }
    }
    for server in &nic.dns {
        if !network.dns.contains(server) {
            reject_cluster_dns(plan, server, diags);
        }
    }
    let asks = nic.configured_by == ConfiguredBy::Guest && matches!(nic.addressing, Addressing::Dhcp(_));
    if nic.default_route && nic.gateways.is_empty() && !asks {
        diags.push(
            Diagnostic::error(
                "default-route-without-gateway",
                format!("the default route leaves by `{}`, and nobody names a gateway", nic.interface.value),
            )
            .at(nic.network.span)
            .help("add `gateway` to the network or to the interface"),
        );
    }
}

fn check_default_routes(appliance: &Appliance, diags: &mut Diagnostics) {
    let mut routes = appliance.nics.iter().filter(|nic| nic.default_route);
    if let (Some(first), Some(second)) = (routes.next(), routes.next()) {
        diags.push(
            Diagnostic::error(
                "two-default-routes",
                format!("`{}` and `{}` both take the default route", first.interface.value, second.interface.value),
            )
            .at(second.network.span)
            .also(first.network.span, "the first one")
            .help("keep `defaultRoute: true` on one interface"),
        );
    }
}
