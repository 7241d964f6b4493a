//! The CNI configuration list of an attachment.

use wrtpod_cni::{
    Bridge, Capabilities, Cidr, ConfList, Configuration, Dhcp, HostDevice, HostLocal, Ipam as Source, Ipvlan,
    IpvlanMode, LocalRange, Macvlan, MacvlanMode, Plugin, ProvidedOption, RequestedOption, Static, Texts,
    Tuning, Vlan, Whereabouts, WhereaboutsRange,
};

use crate::plan::{self, Attachment, Ipam, Link, PoolRange};

/// Highest CNI version that every supported Multus and runtime takes; with none at all, a link without
/// addresses cannot be reported (cni types/040).
const CNI_VERSION: &str = "1.0.0";

/// The configuration list, indented JSON, as it stands in the NAD's `spec.config`. Charts write the same text.
pub(super) fn conflist(attachment: &Attachment) -> String {
    let mut plugins = vec![link(attachment)];
    plugins.extend(attachment.chain.iter().cloned());
    plugins.extend(tuning(attachment).into_iter().map(Plugin::Tuning));
    let list = ConfList {
        version: Some(CNI_VERSION.to_owned()),
        name: Some(attachment.name.clone()),
        plugins: Some(plugins),
        ..ConfList::default()
    };
    Configuration::List(list).write()
}

fn link(attachment: &Attachment) -> Plugin {
    let capabilities = capabilities(attachment);
    let ipam = source(&attachment.ipam);
    match attachment.link.clone() {
        Link::Macvlan { master, mode, mtu } => Plugin::Macvlan(Macvlan {
            master: Some(master),
            mode: Some(macvlan_mode(mode)),
            mtu,
            capabilities,
            ipam,
            ..Macvlan::default()
        }),
        Link::Ipvlan { master, mode, mtu } => Plugin::Ipvlan(Ipvlan {
            master: Some(master),
            mode: Some(ipvlan_mode(mode)),
            mtu,
            capabilities,
            ipam,
            ..Ipvlan::default()
        }),
        Link::Vlan { master, id, mtu } => Plugin::Vlan(Vlan {
            master: Some(master),
            id: Some(id),
            mtu,
            capabilities,
            ipam,
            ..Vlan::default()
        }),
        Link::Bridge { name, vlan, mtu } => Plugin::Bridge(Bridge {
            bridge: Some(name),
            vlan,
            // Or the port hears the untagged LAN too (plugins 1.9.1; 1.1.1 does not know the key).
            preserve_default_vlan: vlan.map(|_| false),
            mtu,
            capabilities,
            ipam,
            ..Bridge::default()
        }),
        Link::HostDevice { device } => Plugin::HostDevice(HostDevice {
            device: Some(device),
            capabilities,
            ipam,
            ..HostDevice::default()
        }),
        Link::Existing { .. } => unreachable!("somebody else made its NAD"),
    }
}

fn macvlan_mode(mode: plan::MacvlanMode) -> MacvlanMode {
    match mode {
        plan::MacvlanMode::Bridge => MacvlanMode::Bridge,
        plan::MacvlanMode::Private => MacvlanMode::Private,
        plan::MacvlanMode::Vepa => MacvlanMode::Vepa,
        plan::MacvlanMode::Passthru => MacvlanMode::Passthru,
    }
}

fn ipvlan_mode(mode: plan::IpvlanMode) -> IpvlanMode {
    match mode {
        plan::IpvlanMode::L2 => IpvlanMode::L2,
        plan::IpvlanMode::L3 => IpvlanMode::L3,
        plan::IpvlanMode::L3s => IpvlanMode::L3s,
    }
}

fn capabilities(attachment: &Attachment) -> Option<Capabilities> {
    let mac = takes_mac(&attachment.link) && !attachment.mac_by_tuning;
    let ips = attachment.ipam == Ipam::Static;
    let said = |word: bool| word.then_some(true);
    (mac || ips).then(|| Capabilities { mac: said(mac), ips: said(ips), ..Capabilities::default() })
}

/// Whether the link's own plugin reads a MAC (plugins 1.9.1: macvlan and bridge do, the others do not).
fn takes_mac(link: &Link) -> bool {
    matches!(link, Link::Macvlan { .. } | Link::Bridge { .. })
}

fn source(ipam: &Ipam) -> Option<Source> {
    match ipam {
        Ipam::None => None,
        Ipam::Static => Some(Source::Static(Static::default())),
        Ipam::Dhcp { hostname } => Some(Source::Dhcp(dhcp(hostname))),
        Ipam::Whereabouts { ranges, configuration } => {
            let range = |pool: &PoolRange| WhereaboutsRange {
                range: Some(pool.subnet.network().to_string()),
                first: Some(pool.range.first().into()),
                last: Some(pool.range.last().into()),
                ..WhereaboutsRange::default()
            };
            Some(Source::Whereabouts(Whereabouts {
                ranges: Some(ranges.iter().map(range).collect()),
                configuration: configuration.map(str::to_owned),
                ..Whereabouts::default()
            }))
        }
        Ipam::Pool(ranges) => {
            Some(Source::HostLocal(HostLocal { ranges: Some(range_sets(ranges)), ..HostLocal::default() }))
        }
    }
}

/// The plugin's own client id holds the sandbox's id and so changes with every pod. The MAC does not, is
/// one NIC's alone, and every pod that asks by this plugin has one (rule `dhcp-shared-mac`): Multus puts
/// what the annotation says into `CNI_ARGS`. As text, for the option is text here. The router option stays out: routes are
/// wrtpod's to make. One element says both: 1.1.1 refuses an element without an option.
fn dhcp(hostname: &str) -> Dhcp {
    let request = RequestedOption {
        skip_default: Some(true),
        option: Some("subnet-mask".to_owned()),
        ..RequestedOption::default()
    };
    let client = ProvidedOption {
        option: Some("dhcp-client-identifier".to_owned()),
        from_arg: Some("MAC".to_owned()),
        ..ProvidedOption::default()
    };
    let host = ProvidedOption {
        option: Some("host-name".to_owned()),
        value: Some(hostname.to_owned()),
        ..ProvidedOption::default()
    };
    Dhcp { request: Some(vec![request]), provide: Some(vec![client, host]), ..Dhcp::default() }
}

/// host-local gives one address of each set: the ranges of a family are one.
fn range_sets(ranges: &[PoolRange]) -> Vec<Vec<LocalRange>> {
    let range = |pool: &PoolRange| {
        let subnet = pool.subnet.network();
        LocalRange {
            subnet: Some(Cidr { ip: subnet.address(), prefix: subnet.prefix() }.into()),
            first: Some(pool.range.first().into()),
            last: Some(pool.range.last().into()),
            ..LocalRange::default()
        }
    };
    let set = |ipv4: bool| -> Vec<LocalRange> {
        ranges.iter().filter(|pool| pool.subnet.is_ipv4() == ipv4).map(range).collect()
    };
    [set(true), set(false)].into_iter().filter(|set| !set.is_empty()).collect()
}

/// The last plugins of the chain: sysctls in the pod's network namespace need neither privilege nor kubelet's allow-list
/// this way, and a MAC can be set that the link's plugin would drop.
///
/// A plugin writes its sysctls in the random order of a Go map. So those that others depend on stand in one of their own,
/// before them.
///
/// Each sets the MAC, which Multus hands to all of them (CNI_ARGS), and notes the one before for the end. A device of the node's gets
/// its own back only from the first one's note: without a folder of its own, the next one writes over it (plugins 1.1.1 and 1.9.1).
fn tuning(attachment: &Attachment) -> Vec<Tuning> {
    let of_rank = |rank: u8| -> Vec<(String, String)> {
        let sysctls = attachment.sysctls.iter().filter(|sysctl| self::rank(&sysctl.key) == rank);
        sysctls.map(|sysctl| (sysctl.key.clone(), sysctl.value.clone())).collect()
    };
    let mut steps: Vec<_> =
        (0..=2).map(|rank| (rank, of_rank(rank))).filter(|(_, step)| !step.is_empty()).collect();
    if steps.is_empty() && attachment.mac_by_tuning {
        steps.push((2, Vec::new()));
    }
    let last = steps.last().map(|(rank, _)| *rank);
    let gives_back = matches!(attachment.link, Link::HostDevice { .. });
    let plugin = |(rank, sysctls)| {
        let is_last = last == Some(rank);
        let sets_mac = attachment.mac_by_tuning && is_last;
        Tuning {
            data_dir: (gives_back && !is_last).then(|| format!("/run/cni/tuning-{rank}")),
            capabilities: sets_mac.then(|| Capabilities { mac: Some(true), ..Capabilities::default() }),
            // Always a map, empty or not: without one, `cni-args` sysctls make the plugin panic.
            sysctl: Some(Texts(sysctls)),
            ..Tuning::default()
        }
    };
    steps.into_iter().map(plugin).collect()
}

/// In which step a sysctl is written. Whether the machine forwards sets `forwarding` of every interface, and
/// `accept_redirects` of all (`inet_forward_change`, `addrconf_forward_change`); what is said of `all` or `default` then
/// changes single interfaces (`disable_ipv6`).
fn rank(key: &str) -> u8 {
    let of_interface = key.strip_prefix("net.ipv4.conf.").or_else(|| key.strip_prefix("net.ipv6.conf."));
    match (key, of_interface) {
        ("net.ipv4.ip_forward", _) | (_, Some("all.forwarding")) => 0,
        (_, Some(rest)) if rest.starts_with("all.") || rest.starts_with("default.") => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wrtpod_cni::Field;

    use super::*;

    fn value(written: &impl Field) -> Value {
        serde_json::from_str(&written.write().compact()).expect("it is JSON")
    }

    #[test]
    fn each_family_is_one_set_of_ranges() {
        let pool = |subnet: &str, range: &str| PoolRange {
            subnet: subnet.parse().expect("a subnet"),
            range: range.parse().expect("a range"),
        };
        let ranges = [
            pool("192.168.1.0/24", "192.168.1.200-192.168.1.216"),
            pool("fd00::/64", "fd00::200-fd00::216"),
            pool("192.168.1.0/24", "192.168.1.230-192.168.1.240"),
        ];
        let starts: Vec<Vec<Value>> = range_sets(&ranges)
            .iter()
            .map(|set| set.iter().map(|range| value(range)["rangeStart"].clone()).collect())
            .collect();
        assert_eq!(json!(starts), json!([["192.168.1.200", "192.168.1.230"], ["fd00::200"]]));
    }

    /// Plugins 1.1.1 refuse an element of `request` without an option.
    #[test]
    fn every_request_of_dhcp_names_an_option() {
        let dhcp = value(&source(&Ipam::Dhcp { hostname: "ha".to_owned() }).expect("it asks"));
        let request = dhcp["request"].as_array().expect("a list");
        assert!(request.iter().all(|element| element["option"].is_string()), "{request:?}");
        assert!(request.iter().any(|element| element["skipDefault"] == true), "{request:?}");
    }

    /// Two NICs of a pod, and pods of one name in two namespaces, have all of CNI_ARGS in common but the MAC.
    #[test]
    fn a_dhcp_client_is_known_by_its_mac() {
        let dhcp = value(&source(&Ipam::Dhcp { hostname: "ha".to_owned() }).expect("it asks"));
        assert_eq!(dhcp["provide"][0], json!({"option": "dhcp-client-identifier", "fromArg": "MAC"}));
        assert_eq!(dhcp["provide"][1], json!({"option": "host-name", "value": "ha"}));
    }

    /// `ip_forward` sets `accept_redirects` and every `forwarding`: in one plugin with them, whichever comes last would win.
    #[test]
    fn sysctls_that_others_depend_on_come_first() {
        let ranks = [
            ("net.ipv4.ip_forward", 0),
            ("net.ipv6.conf.all.forwarding", 0),
            ("net.ipv4.conf.all.accept_redirects", 1),
            ("net.ipv6.conf.default.forwarding", 1),
            ("net.ipv4.conf.IFNAME.forwarding", 2),
            ("net.ipv4.conf.IFNAME.rp_filter", 2),
            ("net.netfilter.nf_conntrack_max", 2),
        ];
        assert_eq!(ranks.map(|(key, _)| rank(key)), ranks.map(|(_, rank)| rank));
    }
}
