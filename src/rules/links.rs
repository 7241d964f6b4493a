//! Kinds of link: what each of them cannot do.

use super::network_of;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Appliance, Link, Network, Nic, Plan, Profile};

/// What the kernel takes.
const LONGEST: usize = 15;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
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
    check_clashes(plan, diags);
}

/// One finding for each NIC: the first of those before it that it cannot live beside.
fn check_clashes(plan: &Plan, diags: &mut Diagnostics) {
    // Networks are few and NICs many: only those of networks that clash are compared.
    let clashing: Vec<Vec<(usize, Clash)>> =
        plan.networks.iter().map(|network| clashing(plan, network)).collect();
    let mut before: Vec<Vec<Use<'_>>> = plan.networks.iter().map(|_| Vec::new()).collect();
    for one in uses(plan) {
        let rivals = clashing[one.network].iter().filter_map(|(network, clash)| {
            let other = before[*network].iter().find(|other| may_meet(other.appliance, one.appliance))?;
            Some((other, clash))
        });
        if let Some((other, clash)) = rivals.min_by_key(|(other, _)| other.number) {
            diags.push(clash.report(plan, other, &one));
        }
        if !clashing[one.network].is_empty() {
            before[one.network].push(one);
        }
    }
}

/// A NIC on a network.
struct Use<'a> {
    /// Its place among all of them.
    number: usize,
    appliance: &'a Appliance,
    nic: &'a Nic,
    /// Index of the network in the plan.
    network: usize,
}

fn uses(plan: &Plan) -> impl Iterator<Item = Use<'_>> {
    let nics =
        plan.appliances.iter().flat_map(|appliance| appliance.nics.iter().map(move |nic| (appliance, nic)));
    nics.filter_map(|(appliance, nic)| {
        let network = plan.networks.iter().position(|network| *network.name == *nic.network)?;
        Some((appliance, nic, network))
    })
    .enumerate()
    .map(|(number, (appliance, nic, network))| Use { number, appliance, nic, network })
}

/// Links that a node cannot have twice.
enum Clash {
    /// A VLAN id of one parent.
    Vlan,
    /// A parent that one of the two takes whole.
    Whole,
}

/// The networks, by their index, of which no NIC may be on a node beside one of this network.
fn clashing(plan: &Plan, one: &Network) -> Vec<(usize, Clash)> {
    let others = plan.networks.iter().enumerate().filter(|(_, other)| !one.primary && !other.primary);
    others.filter_map(|(index, other)| Some((index, clash(one, other)?))).collect()
}

/// Whether NICs of two networks on one node would fight over a link of the node.
fn clash(one: &Network, other: &Network) -> Option<Clash> {
    let (a, b) = (&one.link.value, &other.link.value);
    let takes_whole = |whole: &Link, part: &Link| {
        whole.is_exclusive() && (whole.parent() == part.parent() || whole.parent() == base(part.parent()))
    };
    if takes_whole(a, b) || takes_whole(b, a) {
        return Some(Clash::Whole);
    }
    let is_vlan = |link: &Link| matches!(link, Link::Vlan { .. });
    let on_node = |link: &Link| matches!(link, Link::Macvlan { .. } | Link::Ipvlan { .. });
    let vlan = is_vlan(a) && (is_vlan(b) || on_node(b)) || is_vlan(b) && on_node(a);
    (vlan && a.wire() == b.wire()).then_some(Clash::Vlan)
}

impl Clash {
    fn report(&self, plan: &Plan, first: &Use<'_>, second: &Use<'_>) -> Diagnostic {
        let [one, other] = [first, second].map(|used| plan.networks[used.network].name.as_str());
        let both = if one == other { format!("`{one}`") } else { format!("`{one}` and `{other}`") };
        let finding = match self {
            Self::Vlan => Diagnostic::error(
                "vlan-shared-node",
                format!("two NICs on {both} may meet on one node: a VLAN id exists once"),
            )
            .help("use `macvlan: {parent: …, vlan: …}`, or pin the appliances to different nodes"),
            Self::Whole => Diagnostic::error(
                "parent-exclusive",
                format!("two NICs on {both} may meet on one node, and one of them takes the parent whole"),
            )
            .help("give each its own interface, or use macvlan in mode bridge"),
        };
        finding
            .at(second.nic.network.span)
            .label("the second one")
            .also(first.nic.network.span, "the first one")
    }
}

fn check_parent(network: &Network, diags: &mut Diagnostics) {
    let parent = network.link.parent();
    if parent.len() > LONGEST {
        diags.push(
            Diagnostic::error(
                "parent-too-long",
                format!("`{parent}` has {} characters, the kernel takes {LONGEST}", parent.len()),
            )
            .at(network.parent)
            .help(
                "make the VLAN's interface under a shorter name and write that as `parent`, without `vlan`",
            ),
        );
    }
    let wireless = ["wlan", "wlp", "wlx", "wlo", "wl"].iter().any(|prefix| parent.starts_with(prefix));
    if wireless && !matches!(network.link.value, Link::Ipvlan { .. } | Link::HostDevice { .. }) {
        diags.push(
            Diagnostic::error("wifi-parent", format!("`{parent}` looks like Wi-Fi"))
                .at(network.parent)
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
    let passes_own_mac_only =
        matches!(network.link.value, Link::Macvlan { .. }) && !network.link.is_exclusive();
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

fn base(parent: &str) -> &str {
    parent.split('.').next().unwrap_or(parent)
}

/// Whether two appliances may run on one node: unless both are pinned and to no common one.
fn may_meet(one: &Appliance, other: &Appliance) -> bool {
    let (one, other) = (&one.placement.nodes, &other.placement.nodes);
    one.is_empty() || other.is_empty() || one.iter().any(|node| other.contains(node))
}
