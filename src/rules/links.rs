//! Kinds of link: what each of them cannot do.

use super::network_of;
use crate::diag::{Code, Diagnostics, Finding, Span};
use crate::plan::{Addressing, Appliance, Link, Network, Nic, Plan, Profile};

/// What the kernel takes.
const LONGEST: usize = 15;

/// Interfaces that a node's container engine and its cluster's network make for themselves, by how their names begin.
const CLUSTERS: &[&str] = &[
    "antrea-gw",
    "antrea-tun",
    "cali",
    "cbr0",
    "cilium_",
    "cni-podman",
    "cni0",
    "docker0",
    "docker_",
    "flannel",
    "genev_sys_",
    "kube-bridge",
    "kube-dummy-if",
    "kube-ipvs0",
    "lxc_health",
    "nodelocaldns",
    "ovn-k8s-",
    "podman0",
    "tunl0",
    "vethwe-",
    "vxlan_sys_",
    "vxlan.calico",
    "vxlan-v6.calico",
    "weave",
    "wg-v6.cali",
    "wireguard.cali",
];
/// A pod's end on the node: one of these, and a number in hexadecimal of at least seven digits.
const ENDS_OF_PODS: &[&str] = &["veth", "lxc"];

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for network in &plan.networks {
        check_parent(&network.link, network.parent, diags);
        for (node, link) in &network.elsewhere {
            check_parent(link, node.span, diags);
        }
    }
    for network in plan.networks.iter().filter(|network| !network.primary && is_used(plan, network)) {
        note_bridge(network, diags);
    }
    for appliance in &plan.appliances {
        for nic in &appliance.nics {
            if let Some(network) = network_of(plan, nic).filter(|network| !network.primary) {
                match appliance.profile {
                    Profile::OpenWrt => check_guest(nic, network, diags),
                    Profile::Generic => check_plugins(nic, network, diags),
                }
            }
        }
    }
    check_clashes(plan, diags);
}

fn is_used(plan: &Plan, network: &Network) -> bool {
    plan.appliances.iter().flat_map(|appliance| &appliance.nics).any(|nic| *nic.network == *network.name)
}

/// What the bridge of the node has to be, and only the node can show.
fn note_bridge(network: &Network, diags: &mut Diagnostics) {
    let Link::Bridge { name, vlan, .. } = &network.link.value else { return };
    let own_mac = format!("`ip link set {name} address` and the MAC that it has");
    let note = match vlan {
        Some(vlan) => Finding::note(
            Code::BridgeVlan,
            format!("{name} has to filter VLANs, else {vlan} is none and its pods are in the untagged LAN"),
        )
        .help(format!("on the node: `ip link set {name} type bridge vlan_filtering 1`, and {own_mac}")),
        None => {
            Finding::note(Code::BridgeMac, format!("with its first pod the bridge {name} may change its MAC"))
                .help(format!("give it one of its own on the node: {own_mac}"))
        }
    };
    diags.push(note.at(network.link.span));
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
    /// Two modes of ipvlan on one parent.
    Modes,
    /// ipvlan and macvlan on one parent.
    Kinds,
}

/// The networks, by their index, of which no NIC may be on a node beside one of this network.
fn clashing(plan: &Plan, one: &Network) -> Vec<(usize, Clash)> {
    let others = plan.networks.iter().enumerate().filter(|(_, other)| !one.primary && !other.primary);
    others.filter_map(|(index, other)| Some((index, clash(one, other)?))).collect()
}

/// Whether NICs of two networks on one node, whichever it is, would fight over a link of the node.
fn clash(one: &Network, other: &Network) -> Option<Clash> {
    let named = one.elsewhere.iter().chain(&other.elsewhere).map(|(node, _)| node.as_str());
    named.chain([""]).find_map(|node| clash_of(one.link_on(node), other.link_on(node)))
}

fn clash_of(a: &Link, b: &Link) -> Option<Clash> {
    let takes_whole = |whole: &Link, part: &Link| {
        whole.is_exclusive() && (whole.parent() == part.parent() || whole.parent() == part.parent().map(base))
    };
    if takes_whole(a, b) || takes_whole(b, a) {
        return Some(Clash::Whole);
    }
    match (a, b) {
        (Link::Ipvlan { master: one, mode, .. }, Link::Ipvlan { master: other, mode: second, .. }) => {
            return (one == other && mode != second).then_some(Clash::Modes);
        }
        (Link::Ipvlan { master: one, .. }, Link::Macvlan { master: other, .. })
        | (Link::Macvlan { master: one, .. }, Link::Ipvlan { master: other, .. }) => {
            return (one == other).then_some(Clash::Kinds);
        }
        _ => {}
    }
    let is_vlan = |link: &Link| matches!(link, Link::Vlan { .. });
    let on_node = |link: &Link| matches!(link, Link::Macvlan { .. } | Link::Ipvlan { .. });
    let vlan = is_vlan(a) && (is_vlan(b) || on_node(b)) || is_vlan(b) && on_node(a);
    (vlan && a.wire() == b.wire()).then_some(Clash::Vlan)
}

impl Clash {
    fn report(&self, plan: &Plan, first: &Use<'_>, second: &Use<'_>) -> Finding {
        let [one, other] = [first, second].map(|used| plan.networks[used.network].name.as_str());
        let apart = if std::ptr::eq(first.appliance, second.appliance) {
            ""
        } else {
            ", or pin the appliances to different nodes"
        };
        let both = if one == other { format!("`{one}`") } else { format!("`{one}` and `{other}`") };
        let finding = match self {
            Self::Vlan => Finding::error(
                Code::VlanSharedNode,
                format!("two NICs on {both} may meet on one node: a VLAN id exists once"),
            )
            .help(format!("use `macvlan: {{parent: …, vlan: …}}`{apart}")),
            Self::Whole => Finding::error(
                Code::ParentExclusive,
                format!("two NICs on {both} may meet on one node, and one of them takes the parent whole"),
            )
            .help("give each its own interface, or use macvlan in mode bridge"),
            Self::Modes => Finding::error(
                Code::IpvlanModes,
                format!("two NICs on {both} may meet on one node: its parent has one mode of ipvlan for all"),
            )
            .help(format!("write one `mode` for both{apart}")),
            Self::Kinds => Finding::error(
                Code::IpvlanBesideMacvlan,
                format!(
                    "two NICs on {both} may meet on one node: a parent carries ipvlan or macvlan, not both"
                ),
            )
            .help(format!("use macvlan for both, or ipvlan for both{apart}")),
        };
        finding
            .at(second.nic.network.span)
            .label("the second one")
            .also(first.nic.network.span, "the first one")
    }
}

fn check_parent(link: &Link, span: Option<Span>, diags: &mut Diagnostics) {
    let Some(parent) = link.parent() else { return };
    if parent.len() > LONGEST {
        diags.push(
            Finding::error(
                Code::ParentTooLong,
                format!("`{parent}` has {} characters, the kernel takes {LONGEST}", parent.len()),
            )
            .at(span)
            .help(
                "make the VLAN's interface under a shorter name and write that as `parent`, without `vlan`",
            ),
        );
    }
    if let Some(what) = never_on_a_lan(parent).or_else(|| never_on_a_lan(base(parent))) {
        diags.push(
            Finding::error(Code::ParentNoLan, format!("`{parent}` is on no LAN: it is {what}"))
                .at(span)
                .help("write the node's interface on the LAN, which `ip -brief link` lists on the node"),
        );
    }
    let wireless = ["wlan", "wlp", "wlx", "wlo", "wl"].iter().any(|prefix| parent.starts_with(prefix));
    if wireless && !matches!(link, Link::Ipvlan { .. } | Link::HostDevice { .. }) {
        diags.push(
            Finding::error(Code::WifiParent, format!("`{parent}` looks like Wi-Fi"))
                .at(span)
                .label("access points drop frames of a second MAC")
                .help("use a wired interface, or `ipvlan`"),
        );
    }
}

/// What an interface of that name is where it leads to no LAN.
fn never_on_a_lan(name: &str) -> Option<&'static str> {
    let is_end = |prefix: &&str| {
        let number = name.strip_prefix(*prefix).unwrap_or_default();
        number.len() >= 7 && number.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if name == "lo" {
        Some("the node's loopback")
    } else if ENDS_OF_PODS.iter().any(is_end) {
        Some("the node's end of a pod")
    } else if CLUSTERS.iter().any(|prefix| name.starts_with(prefix)) {
        Some("the node's own, for containers")
    } else {
        None
    }
}

/// What the CNI plugins of a NIC that they configure would refuse, or do to the wrong MAC.
fn check_plugins(nic: &Nic, network: &Network, diags: &mut Diagnostics) {
    let (name, kind) = (&network.name.value, network.link.kind());
    let mut report = |finding: Finding| {
        diags.push(finding.at(nic.network.span).also(network.link.span, "the network"));
    };
    if nic.addressing == Addressing::None && !network.link.can_be_l2() {
        let what = format!("`{name}` cannot be joined without an address: {kind} asks for one");
        report(
            Finding::error(Code::LinkNeedsAddress, what)
                .help("write an `address`, or make the network a `macvlan`"),
        );
    }
    if !matches!(nic.addressing, Addressing::Dhcp(_)) {
        return;
    }
    if network.link.mac_by_tuning() {
        let what = format!("the lease on `{name}` would be another MAC's: {kind} gets its own after it");
        report(
            Finding::error(Code::DhcpBeforeMac, what)
                .help("write a fixed address, or make the network a `macvlan` in mode bridge"),
        );
    }
    if !network.link.has_mac() && !network.link.is_existing() {
        let what = format!("the lease on `{name}` would be the node's: {kind} shares its MAC");
        report(
            Finding::error(Code::DhcpSharedMac, what)
                .help("write a fixed address, or make the network a `macvlan`"),
        );
    }
    if !network.subnets.is_empty() && !network.subnets.iter().any(|subnet| subnet.is_ipv4()) {
        let what = format!("`{name}` has no IPv4, and the plugin `dhcp` asks for nothing else");
        report(
            Finding::error(Code::DhcpWithoutIpv4, what)
                .help("write a fixed address, or `none`: a router gives one"),
        );
    }
}

fn check_guest(nic: &Nic, network: &Network, diags: &mut Diagnostics) {
    if !network.link.can_be_l2() {
        let kind = network.link.kind();
        diags.push(
            Finding::error(
                Code::GuestNeedsL2,
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
            Finding::error(
                Code::GuestBridgeMacvlan,
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
