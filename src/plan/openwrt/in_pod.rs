//! UCI that OpenWrt takes without a word and that does in a pod something else than on a router: what it writes into /proc/sys,
//! which is read-only there, and what only the node's kernel can do. Of 25.12: odhcpd, firewall4 and the options rpfilter, ipv6, mtu6,
//! acceptlocal, igmpversion, neighreachabletime and arp_accept were run, the other options read in netifd's program, with their files.

use super::network::device;
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::plan::{Link, Nic};
use crate::spec::{ApplianceSpec, Entries, UciValue};

/// The module that flow offloading takes, and why.
pub const OFFLOAD: (&str, &str) = ("nf_flow_table", "the firewall's flow offloading");

/// Options of a `device` section that netifd writes into /proc/sys, and the sysctl that a network can set in their place.
const SYSCTLS: &[(&str, &str)] = &[
    ("acceptlocal", "net.ipv4.conf.IFNAME.accept_local"),
    ("arp_accept", "net.ipv4.conf.IFNAME.arp_accept"),
    ("dadtransmits", "net.ipv6.conf.IFNAME.dad_transmits"),
    ("drop_gratuitous_arp", "net.ipv4.conf.IFNAME.drop_gratuitous_arp"),
    ("drop_unsolicited_na", "net.ipv6.conf.IFNAME.drop_unsolicited_na"),
    ("drop_v4_unicast_in_l2_multicast", "net.ipv4.conf.IFNAME.drop_unicast_in_l2_multicast"),
    ("drop_v6_unicast_in_l2_multicast", "net.ipv6.conf.IFNAME.drop_unicast_in_l2_multicast"),
    ("igmpversion", "net.ipv4.conf.IFNAME.force_igmp_version"),
    ("ip6segmentrouting", "net.ipv6.conf.IFNAME.seg6_enabled"),
    ("ipv6", "net.ipv6.conf.IFNAME.disable_ipv6"),
    ("mldversion", "net.ipv6.conf.IFNAME.force_mld_version"),
    ("mtu6", "net.ipv6.conf.IFNAME.mtu"),
    ("neighgcstaletime", "net.ipv4.neigh.IFNAME.gc_stale_time"),
    ("neighlocktime", "net.ipv4.neigh.IFNAME.locktime"),
    ("neighreachabletime", "net.ipv4.neigh.IFNAME.base_reachable_time_ms"),
    ("rpfilter", "net.ipv4.conf.IFNAME.rp_filter"),
    ("sendredirects", "net.ipv4.conf.IFNAME.send_redirects"),
];

/// A section as the document has it.
struct Written<'a> {
    name: &'a str,
    options: &'a Entries<String, UciValue>,
}

impl Written<'_> {
    fn is(&self, kind: &str) -> bool {
        let stated = self.get(".type").and_then(|(_, value)| one(value));
        // `@TYPE[0]`, and `@TYPE[-1]` from the end.
        let counted = self.name.strip_prefix('@').and_then(|name| name.split_once('['));
        stated.or(counted.map(|(kind, _)| kind)).unwrap_or(self.name) == kind
    }

    fn has_type(&self) -> bool {
        self.get(".type").is_some()
    }

    fn get(&self, option: &str) -> Option<&(Loc<String>, Loc<UciValue>)> {
        self.options.iter().find(|(name, _)| name.value == option)
    }
}

fn one(value: &Loc<UciValue>) -> Option<&str> {
    match &value.value {
        UciValue::One(text) => Some(text.as_str()),
        UciValue::Many(_) | UciValue::Secret(_) => None,
    }
}

fn is_on(value: &Loc<UciValue>) -> bool {
    one(value).is_some_and(|text| matches!(text, "1" | "on" | "true" | "yes" | "enabled"))
}

/// The sections of a file in the document, its overlays' among them.
fn sections<'a>(spec: &'a ApplianceSpec, file: &'static str) -> impl Iterator<Item = Written<'a>> {
    let files = spec.uci.iter().filter(move |(name, _)| name.value == file);
    files
        .flat_map(|(_, sections)| &sections.value)
        .map(|(name, options)| Written { name: name.as_str(), options: &options.value })
}

/// The word that has the firewall offload flows.
pub fn offloads(spec: &ApplianceSpec) -> Option<&Loc<UciValue>> {
    let mut words = sections(spec, "firewall")
        .filter(|section| section.is("defaults"))
        .flat_map(|section| section.options)
        .filter(|(option, _)| option.value == "flow_offloading")
        .map(|(_, value)| value);
    words.find(|value| is_on(value))
}

/// Tells of what the document sets and a pod does not do, unless it may write /proc. `is_known` where an overlay says that the node has
/// the module.
pub fn check(spec: &ApplianceSpec, nics: &[Nic], is_known: bool, diags: &mut Diagnostics) {
    if let Some(word) = offloads(spec).filter(|_| !is_known) {
        let (module, _) = OFFLOAD;
        let what = format!("flow offloading takes the kernel module {module} of the node");
        diags.push(
            Finding::warning(Code::FlowOffloading, what)
                .at(word.span)
                .label("without it the firewall lets nothing through")
                .help(
                    "run `modprobe nf_flow_table` on the node, and have `wrtpod doctor` look; or leave the option out",
                ),
        );
    }
    let may_write = spec.unmasks_proc().is_some();
    for section in sections(spec, "dhcp").filter(|section| section.is("dhcp") || !section.has_type()) {
        let relay = section.get("ndp").filter(|(_, value)| one(value) == Some("relay") && !may_write);
        if let Some((_, value)) = relay {
            diags.push(
                Finding::warning(Code::NdpRelay, "odhcpd cannot relay NDP in a pod: /proc/sys is read-only there")
                    .at(value.span)
                    .label("clients get addresses that nobody reaches")
                    .help("ask the provider for a prefix (`address: dhcp` on the uplink does), or give the LAN addresses of its own"),
            );
        }
    }
    for section in sections(spec, "network").filter(|section| section.is("device")) {
        check_device(&section, nics, may_write, diags);
    }
}

fn check_device(section: &Written<'_>, nics: &[Nic], may_write: bool, diags: &mut Diagnostics) {
    let named = section.get("name").and_then(|(_, value)| one(value));
    let is_nic = nics.iter().any(|nic| named == Some(nic.interface.as_str()));
    // What is no NIC of the pod (a tunnel, a bridge) has no network that could set its sysctls.
    for (option, value) in section.options.iter().filter(|_| is_nic && !may_write) {
        let is_usual = option.value == "ipv6" && is_on(value);
        let sysctl = SYSCTLS.iter().find(|(name, _)| *name == option.value);
        let Some((_, sysctl)) = sysctl.filter(|_| !is_usual) else { continue };
        let what =
            format!("`{}` of a device does nothing in a pod: /proc/sys is read-only there", option.value);
        let inverse = if option.value == "ipv6" { ", which is 1 where `ipv6` is 0" } else { "" };
        diags.push(
            Finding::warning(Code::DeviceOption, what)
                .at(option.span)
                .help(format!("write {sysctl} under `sysctls` of the network{inverse}")),
        );
    }
    let on_it = |nic: &&Nic| named == Some(device(nic).as_str()) || named == Some(nic.interface.as_str());
    if let (Some(nic), Some((_, value))) = (nics.iter().find(on_it), section.get("mtu")) {
        check_mtu(nic, value, diags);
    }
}

fn check_mtu(nic: &Nic, value: &Loc<UciValue>, diags: &mut Diagnostics) {
    let Some(most) = nic.attachment.as_ref().and_then(|attachment| stated_mtu(&attachment.link)) else {
        return;
    };
    if one(value).and_then(|text| text.parse::<u32>().ok()).is_none_or(|mtu| mtu <= most) {
        return;
    }
    let what = format!(
        "the network of the NIC `{}` has {most} bytes, and a NIC takes no more than the node's interface has",
        nic.interface.value
    );
    diags.push(
        Finding::warning(Code::DeviceOption, what).at(value.span).also(nic.network.span, "the NIC").help(
            format!(
                "write `mtu` at the network `{}`, which the node's interface has to have too",
                nic.network.value
            ),
        ),
    );
}

/// The MTU that the network says, where the node's interface bounds it: an end of a veth pair has its own.
fn stated_mtu(link: &Link) -> Option<u32> {
    match link {
        Link::Macvlan { mtu, .. } | Link::Ipvlan { mtu, .. } | Link::Vlan { mtu, .. } => *mtu,
        Link::Bridge { .. } | Link::HostDevice { .. } | Link::Existing { .. } => None,
    }
}
