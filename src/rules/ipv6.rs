//! Appliances for nodes that were booted without IPv6: nothing of theirs takes it.

use super::network_of;
use crate::diag::{Code, Diagnostics, Finding, Span};
use crate::plan::{Appliance, Network, Nic, Plan};

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        let Some(without) = appliance.without_ipv6() else { continue };
        for nic in appliance.nics.iter().filter(|nic| nic.attachment.is_some()) {
            check_nic(plan, appliance, nic, without.span, diags);
        }
    }
}

/// What the interface says itself counts before what its network says: one finding for each.
fn check_nic(plan: &Plan, appliance: &Appliance, nic: &Nic, without: Option<Span>, diags: &mut Diagnostics) {
    let name = &appliance.name.value;
    let own = nic.fixed_addresses().iter().find(|address| !address.is_ipv4());
    if let Some(address) = own {
        let what = format!("`{name}` is to be without IPv6, and has the address {}", address.value);
        diags.push(fault(what, address.span, without).help(
            "remove the address, or write `ipv6: true` for the appliance and keep it to nodes that have IPv6 by `nodes`",
        ));
        return;
    }
    let Some((what, at)) = network_of(plan, nic).and_then(of_network) else { return };
    let what = format!("`{name}` is to be without IPv6, and its network `{}` has {what}", nic.network.value);
    diags.push(fault(what, at, without).help(
        "remove it; where others use it, make a network on the same parent that has none, for this appliance",
    ));
}

/// The first thing of IPv6 that a network has, and where it was written.
fn of_network(network: &Network) -> Option<(String, Option<Span>)> {
    let subnet = network.subnets.iter().find(|subnet| !subnet.is_ipv4());
    let gateway = || network.gateways.iter().find(|gateway| gateway.is_ipv6());
    let pool = || network.pools.iter().find(|pool| !pool.first().is_ipv4());
    let server = || network.dns.iter().find(|server| server.is_ipv6());
    let route = || network.routes.iter().find(|route| !route.to.is_ipv4());
    (subnet.map(|subnet| (format!("the subnet {}", subnet.value), subnet.span)))
        .or_else(|| gateway().map(|gateway| (format!("the gateway {}", gateway.value), gateway.span)))
        .or_else(|| pool().map(|pool| (format!("the pool {}", pool.value), pool.span)))
        .or_else(|| server().map(|server| (format!("the name server {}", server.value), server.span)))
        .or_else(|| route().map(|route| (format!("a route to {}", route.to.value), route.to.span)))
}

fn fault(what: String, at: Option<Span>, without: Option<Span>) -> Finding {
    Finding::error(Code::NoIpv6, what).at(at.or(without)).also(at.and(without), "its nodes have no IPv6")
}
