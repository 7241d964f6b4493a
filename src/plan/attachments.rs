//! How NICs join their networks. An appliance has one NAD for each way in which it uses a network: who gives
//! the addresses, and which sysctls the NIC needs, are part of a NAD.

use std::collections::BTreeMap;

use serde_json::Value;
use wrtpod_cni::{Field, Json, OtherPlugin, Plugin};

use super::link::Link;
use super::model::{Addressing, Attachment, Ipam, Nic, PoolRange, Profile, Sysctl};
use crate::diag::{Loc, Span};
use crate::spec::{self, Distribution, IpvlanMode, MacvlanMode, Network, PoolIpam};
use crate::types::{Cidr, IpRange};

/// The MTU that was chosen for a network.
pub fn mtu(network: &Network) -> Option<Loc<u32>> {
    match &network.attachment.value {
        spec::Attachment::Macvlan(link) => link.mtu,
        spec::Attachment::Ipvlan(link) => link.mtu,
        spec::Attachment::Vlan(link) => link.mtu,
        spec::Attachment::Bridge(link) => link.mtu,
        spec::Attachment::HostDevice(_) | spec::Attachment::Existing(_) => None,
    }
}

/// Where the interface of the node, or what stands in its place, was written.
pub fn parent_span(network: &Network) -> Option<Span> {
    match &network.attachment.value {
        spec::Attachment::Macvlan(link) => link.parent.span,
        spec::Attachment::Ipvlan(link) => link.parent.span,
        spec::Attachment::Vlan(link) => link.parent.span,
        spec::Attachment::Bridge(link) => link.name.span,
        spec::Attachment::HostDevice(link) => link.device.span,
        spec::Attachment::Existing(nad) => nad.name.span,
    }
}

/// The interface of the node that a network names, where it has no other name; empty where a NAD knows it.
fn common_parent(network: &Network) -> &str {
    match &network.attachment.value {
        spec::Attachment::Macvlan(link) => link.parent.as_str(),
        spec::Attachment::Ipvlan(link) => link.parent.as_str(),
        spec::Attachment::Vlan(link) => link.parent.as_str(),
        spec::Attachment::Bridge(link) => link.name.as_str(),
        spec::Attachment::HostDevice(link) => link.device.as_str(),
        spec::Attachment::Existing(_) => "",
    }
}

/// The interface of a node that a network hangs on there.
pub fn parent_on<'a>(network: &'a Network, node: &str) -> &'a str {
    let own = network.parents.iter().find(|(name, _)| name.value == node);
    own.map_or_else(|| common_parent(network), |(_, parent)| parent.as_str())
}

/// The link of a network, where its parent has no other name.
pub fn link(network: &Network) -> Link {
    link_over(network, common_parent(network))
}

/// The link of a network on a node.
pub fn link_on(network: &Network, node: &str) -> Link {
    link_over(network, parent_on(network, node))
}

/// The link of a network over this interface of the node.
pub fn link_over(network: &Network, over: &str) -> Link {
    let mtu = |mtu: &Option<Loc<u32>>| mtu.as_ref().map(|mtu| mtu.value);
    let parent = |parent: &str, vlan: Option<u16>| match vlan {
        Some(vlan) => format!("{parent}.{vlan}"),
        None => parent.to_owned(),
    };
    let vlan = |vlan: &Option<Loc<crate::types::Vlan>>| vlan.as_ref().map(|vlan| vlan.get());
    match &network.attachment.value {
        spec::Attachment::Macvlan(link) => Link::Macvlan {
            master: parent(over, vlan(&link.vlan)),
            mode: link.mode.as_ref().map_or(MacvlanMode::Bridge, |mode| mode.value),
            mtu: mtu(&link.mtu),
        },
        spec::Attachment::Ipvlan(link) => Link::Ipvlan {
            master: parent(over, vlan(&link.vlan)),
            mode: link.mode.as_ref().map_or(IpvlanMode::L2, |mode| mode.value),
            mtu: mtu(&link.mtu),
        },
        spec::Attachment::Vlan(link) => {
            Link::Vlan { master: over.to_owned(), id: link.id.get(), mtu: mtu(&link.mtu) }
        }
        spec::Attachment::Bridge(link) => {
            Link::Bridge { name: over.to_owned(), vlan: vlan(&link.vlan), mtu: mtu(&link.mtu) }
        }
        spec::Attachment::HostDevice(_) => Link::HostDevice { device: over.to_owned() },
        spec::Attachment::Existing(nad) => Link::Existing {
            namespace: nad.namespace.as_ref().map(|namespace| namespace.to_string()),
            name: nad.name.to_string(),
            sets_mac: nad.mac.as_ref().is_none_or(|mac| mac.value),
        },
    }
}

/// The plugins that the user appends. What is no object has no `type` either, and is refused for that.
pub fn chain(network: &Network) -> Vec<Loc<Plugin>> {
    let read = |value: &Value| {
        let json = Json::parse(&value.to_string()).ok()?;
        Plugin::read(&json, &mut Vec::new())
    };
    let plugin = |value: &Value| read(value).unwrap_or_else(|| Plugin::Other(OtherPlugin::default()));
    network.chain.iter().map(|value| Loc::new(plugin(value), value.span)).collect()
}

/// The attachment by which a NIC of this profile joins the network; a DHCP server is told `hostname`.
pub fn attachment(
    network: &Network,
    distribution: Option<Distribution>,
    profile: Profile,
    hostname: &str,
    nic: &Nic,
) -> Attachment {
    let link = link(network);
    if link.is_existing() {
        let name = nic.network.value.clone();
        return Attachment {
            name,
            ipam: Ipam::None,
            sysctls: Vec::new(),
            mac_by_tuning: false,
            link,
            chain: Vec::new(),
        };
    }
    let dhcp = || Ipam::Dhcp { hostname: hostname.to_owned() };
    let serves = nic.serve.is_some();
    let leads_out = nic.default_route.value;
    let (variant, ipam) = match (profile, &nic.addressing) {
        (Profile::OpenWrt, _) if serves => ("-openwrt-serve", Ipam::None),
        (Profile::OpenWrt, Addressing::Pppoe(_)) => ("-openwrt-pppoe", Ipam::None),
        (Profile::OpenWrt, _) if leads_out => ("-openwrt", Ipam::None),
        (Profile::OpenWrt, _) => ("-openwrt-no-default", Ipam::None),
        (Profile::Generic, Addressing::Static(_)) => ("", Ipam::Static),
        (Profile::Generic, Addressing::Dhcp(_)) if leads_out => ("-dhcp-default", dhcp()),
        (Profile::Generic, Addressing::Dhcp(_)) => ("-dhcp", dhcp()),
        (Profile::Generic, Addressing::Pool(_)) => ("-pool", pool(network, distribution)),
        (Profile::Generic, Addressing::None) if leads_out => ("-l2-default", Ipam::None),
        (Profile::Generic, Addressing::None | Addressing::Pppoe(_)) => ("-l2", Ipam::None),
    };
    Attachment {
        name: format!("{}{variant}", nic.network.value),
        ipam,
        sysctls: sysctls(profile, nic, network),
        mac_by_tuning: link.mac_by_tuning(),
        link,
        chain: chain(network).into_iter().map(|plugin| plugin.value).collect(),
    }
}

/// The pools, each with the subnet that holds it; a network without one was refused before.
fn pool(network: &Network, distribution: Option<Distribution>) -> Ipam {
    let subnet_of = |range: &IpRange| -> Option<Cidr> {
        network.subnet.iter().map(|subnet| subnet.value).find(|subnet| subnet.contains(range.first()))
    };
    let ranges: Vec<PoolRange> = network
        .pool
        .iter()
        .filter_map(|range| Some(PoolRange { subnet: subnet_of(range)?, range: range.value }))
        .collect();
    if ranges.is_empty() {
        Ipam::None
    } else if is_whereabouts(network) {
        Ipam::Whereabouts { ranges, configuration: whereabouts_configuration(distribution) }
    } else {
        Ipam::Pool(ranges)
    }
}

/// Whether an interface with `address: pool` may get an address of the family: what a NAD of somebody else's hands out, only that
/// knows.
pub fn pool_has(network: &Network, ipv4: bool) -> bool {
    link(network).is_existing() || network.pool.iter().any(|pool| pool.first().is_ipv4() == ipv4)
}

/// Whether the cluster keeps the list of the pool's addresses.
pub fn is_whereabouts(network: &Network) -> bool {
    network.ipam.as_ref().is_some_and(|ipam| ipam.value == PoolIpam::Whereabouts)
}

/// Where whereabouts' configuration lies on a node, where that is none of the places that it looks in itself.
pub fn whereabouts_configuration(distribution: Option<Distribution>) -> Option<&'static str> {
    match distribution.unwrap_or(Distribution::K3s) {
        Distribution::K3s => Some("/var/lib/rancher/k3s/agent/etc/cni/net.d/whereabouts.d/whereabouts.conf"),
        Distribution::Microk8s => {
            Some("/var/snap/microk8s/current/args/cni-network/whereabouts.d/whereabouts.conf")
        }
        _ => None,
    }
}

/// Ours first; the network's own win over them.
fn sysctls(profile: Profile, nic: &Nic, network: &Network) -> Vec<Sysctl> {
    let mut sysctls = match profile {
        Profile::OpenWrt => openwrt_sysctls(nic),
        Profile::Generic => generic_sysctls(&nic.addressing),
    };
    // In the order of their keys: what order they are written in means nothing, and a chart's values have none.
    let own: BTreeMap<&str, &str> =
        network.sysctls.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let own: Vec<Sysctl> =
        own.iter().map(|(key, value)| sysctl(key, value, "the site's network asks for it")).collect();
    if hears_routers(&sysctls) || hears_routers(&own) {
        sysctls.push(default_route_sysctl(nic.default_route.value));
    }
    sysctls.retain(|ours| !own.iter().any(|own| own.key == ours.key));
    sysctls.extend(own);
    if !nic.ipv6 {
        // `tuning` fails on a file that is not there, and with it each pod.
        sysctls.retain(|sysctl| !sysctl.key.starts_with(IPV6));
    }
    sysctls
}

fn sysctl(key: &str, value: &str, reason: &str) -> Sysctl {
    Sysctl { key: key.into(), value: value.into(), reason: reason.into() }
}

/// What begins the keys of IPv6; a kernel that was booted without it has none of them.
const IPV6: &str = "net.ipv6.";

const ACCEPT_RA: &str = "net.ipv6.conf.IFNAME.accept_ra";

/// Whether the interface takes router advertisements; a site may write its name in the place of `IFNAME`.
fn hears_routers(sysctls: &[Sysctl]) -> bool {
    let of_interface = |key: &str| {
        let name = key.strip_prefix("net.ipv6.conf.").and_then(|rest| rest.strip_suffix(".accept_ra"));
        name.is_some_and(|name| !matches!(name, "all" | "default"))
    };
    sysctls.iter().any(|sysctl| of_interface(&sysctl.key) && sysctl.value != "0")
}

/// An advertisement also brings a default route, of the same metric as eth0's.
fn default_route_sysctl(leads_out: bool) -> Sysctl {
    let (value, why) = if leads_out {
        ("1", "the default route leaves by this NIC, in IPv6 as the network's router says")
    } else {
        ("0", "the default route leaves elsewhere, whatever the network's router says")
    };
    sysctl("net.ipv6.conf.IFNAME.accept_ra_defrtr", value, why)
}

fn openwrt_sysctls(nic: &Nic) -> Vec<Sysctl> {
    let (accept_ra, autoconf, why) = if nic.serve.is_some() {
        ("0", "0", "the appliance is the router of this network and hears no other")
    } else if matches!(nic.addressing, Addressing::Pppoe(_)) {
        ("0", "0", "its addresses are those of the tunnel, not of the wire under it")
    } else {
        ("2", "1", "a machine that forwards hears router advertisements only with 2")
    };
    vec![
        sysctl("net.ipv4.ip_forward", "1", "OpenWrt forwards; /proc/sys is read-only in the pod"),
        sysctl("net.ipv6.conf.all.forwarding", "1", "OpenWrt forwards; /proc/sys is read-only in the pod"),
        sysctl("net.ipv4.conf.all.rp_filter", "0", "the stricter of `all` and the interface holds"),
        sysctl(
            "net.ipv4.conf.IFNAME.rp_filter",
            "0",
            "answers may leave by another NIC; fw4 does the filtering",
        ),
        sysctl(
            "net.ipv4.conf.IFNAME.arp_ignore",
            "1",
            "OpenWrt's own: a NIC answers ARP for its own addresses alone",
        ),
        sysctl(ACCEPT_RA, accept_ra, why),
        sysctl("net.ipv6.conf.IFNAME.autoconf", autoconf, why),
    ]
}

fn generic_sysctls(addressing: &Addressing) -> Vec<Sysctl> {
    let fixed = matches!(addressing, Addressing::Static(_) | Addressing::Pool(_));
    let (value, why) = if fixed {
        ("0", "its addresses are given; an advertisement would add others and a default route")
    } else {
        ("1", "the network gives the addresses")
    };
    vec![
        sysctl("net.ipv4.conf.IFNAME.rp_filter", "2", "with two NICs an answer may leave by the other one"),
        sysctl(ACCEPT_RA, value, why),
        sysctl("net.ipv6.conf.IFNAME.autoconf", value, why),
    ]
}
