//! Kinds of link: what each of them cannot do.

use std::collections::HashSet;

use super::network_of;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Appliance, Link, Network, Nic, Plan, Profile};

/// What the kernel takes.
const LONGEST: usize = 15;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    let used: HashSet<&str> = plan
        .appliances
        .iter()
        .flat_map(|appliance| &appliance.nics)
        .map(|nic| nic.network.value.as_str())
        .collect();
    for network in &plan.networks {
        check_parent(network, diags);
    }
    for appliance in &plan.appliances {
        for nic in &appliance.nics {
            if let Some(network) = network_of(plan, nic) {
                check_guest(appliance, nic, network, diags);
            }
        }
    }
    check_shared(plan, &used, diags);
}

fn check_parent(network: &Network, diags: &mut Diagnostics) {
    let parent = network.link.parent();
    if parent.len() > LONGEST {
        diags.push(
            Diagnostic::error(
                "parent-too-long",
                format!("`{parent}` has {} characters, the kernel takes {LONGEST}", parent.len()),
            )
            .at(network.link.span)
            .help("make the VLAN's interface under a shorter name and write that as `parent`, without `vlan`"),
        );
    }
    let wireless = ["wlan", "wlp", "wlx", "wlo", "wl"].iter().any(|prefix| parent.starts_with(prefix));
    if wireless && !matches!(network.link.value, Link::Ipvlan { .. } | Link::HostDevice { .. }) {
        diags.push(
            Diagnostic::error("wifi-parent", format!("`{parent}` looks like Wi-Fi"))
                .at(network.link.span)
                .label("access points drop frames of a second MAC")
                .help("use a wired interface, or `ipvlan`"),
        );
    }
}

fn check_guest(appliance: &Appliance, nic: &Nic, network: &Network, diags: &mut Diagnostics) {
    if network.primary || appliance.profile != Profile::OpenWrt {
        return;
    }
    if !network.link.can_be_l2() {
        let kind = if matches!(network.link.value, Link::Vlan { .. }) { "vlan" } else { "ipvlan" };
        diags.push(
            Diagnostic::error(
                "guest-needs-l2",
                format!("OpenWrt cannot be on `{}`: {kind} needs addresses from the CNI", network.name.value),
            )
            .at(nic.network.span)
            .also(network.link.span, "the network")
            .help("use `macvlan: {parent: …, vlan: …}`"),
        );
    }
    let passes_own_mac_only = matches!(network.link.value, Link::Macvlan { .. }) && !network.link.is_exclusive();
    if let Some(bridge) = nic.bridge.as_ref().filter(|_| passes_own_mac_only) {
        diags.push(
            Diagnostic::error(
                "guest-bridge-macvlan",
                format!("a bridge over `{}`: a macvlan NIC passes only its own MAC", nic.interface.value),
            )
            .at(bridge.span)
            .also(network.link.span, "the network")
            .help("leave `bridge` out and route; or use mode passthru, `bridge` or `hostDevice`"),
        );
    }
}

/// Links that cannot be had twice: a VLAN id on one parent, and a parent that is taken whole.
fn check_shared(plan: &Plan, used: &HashSet<&str>, diags: &mut Diagnostics) {
    for (index, network) in plan.networks.iter().enumerate() {
        let users: Vec<(&Appliance, &Nic)> = plan
            .appliances
            .iter()
            .flat_map(|appliance| appliance.nics.iter().map(move |nic| (appliance, nic)))
            .filter(|(_, nic)| *nic.network == *network.name)
            .collect();
        if matches!(network.link.value, Link::Vlan { .. }) {
            check_vlan_users(network, &users, diags);
        }
        if !network.link.is_exclusive() {
            continue;
        }
        if let Some((_, second)) = users.get(1) {
            diags.push(
                Diagnostic::error(
                    "parent-exclusive",
                    format!("`{}` takes `{}` whole and is used twice", network.name.value, network.link.parent()),
                )
                .at(second.network.span)
                .label("the second user")
                .also(users[0].1.network.span, "the first one")
                .help("give each its own interface, or use macvlan in mode bridge"),
            );
        }
        let same_parent = |other: &&Network| {
            base(other.link.parent()) == base(network.link.parent()) && used.contains(other.name.as_str())
        };
        let others = plan.networks[..index].iter().chain(&plan.networks[index + 1..]);
        if let Some(other) = others.filter(|_| !users.is_empty()).find(same_parent) {
            diags.push(
                Diagnostic::error(
                    "parent-exclusive",
                    format!(
                        "`{}` takes `{}` whole, and `{}` uses it too",
                        network.name.value,
                        network.link.parent(),
                        other.name.value
                    ),
                )
                .at(network.link.span)
                .also(other.link.span, "the other network")
                .help("give each its own interface, or use macvlan in mode bridge"),
            );
        }
    }
}

fn base(parent: &str) -> &str {
    parent.split('.').next().unwrap_or(parent)
}

fn check_vlan_users(network: &Network, users: &[(&Appliance, &Nic)], diags: &mut Diagnostics) {
    for (index, (appliance, nic)) in users.iter().enumerate() {
        let meets = |other: &&(&Appliance, &Nic)| may_meet(other.0, appliance);
        if let Some((_, first)) = users[..index].iter().find(meets) {
            diags.push(
                Diagnostic::error(
                    "vlan-shared-node",
                    format!("two appliances on `{}` may run on one node: a vlan id exists once", network.name.value),
                )
                .at(nic.network.span)
                .label("the second one")
                .also(first.network.span, "the first one")
                .help("use `macvlan: {parent: …, vlan: …}`, or pin them to different nodes"),
            );
        }
    }
}

/// Whether two appliances may run on one node: unless both are pinned and to no common one.
fn may_meet(one: &Appliance, other: &Appliance) -> bool {
    let (one, other) = (&one.placement.nodes, &other.placement.nodes);
    one.is_empty() || other.is_empty() || one.iter().any(|node| other.contains(node))
}
