//! The CNI configuration list of an attachment.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::plan::{Attachment, Ipam, Link, PoolRange};
use crate::shown;

/// Highest CNI version that every supported Multus and runtime takes; with none at all, a link without
/// addresses cannot be reported (cni types/040).
const CNI_VERSION: &str = "1.0.0";

/// The configuration list, indented JSON, as it stands in the NAD's `spec.config`.
///
/// # Panics
/// Never: a JSON value is written to a string.
pub(super) fn conflist(attachment: &Attachment) -> String {
    let mut plugins = vec![link(attachment)];
    plugins.extend(attachment.chain.iter().cloned());
    plugins.extend(tuning(attachment));
    let list = json!({"cniVersion": CNI_VERSION, "name": attachment.name, "plugins": plugins});
    escaped(&serde_json::to_string_pretty(&list).expect("a JSON value is written to a string"))
}

/// JSON without the characters that readers of YAML take for line breaks or do not take at all, nor those that turn a line's
/// direction or cannot be seen: they stand as JSON's escapes. Charts write the same text.
fn escaped(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut text, one| {
        match u32::from(one) {
            code @ 0x7f..=0xffff if shown::steers(one) => {
                let _ = write!(text, "\\u{code:04x}");
            }
            _ => text.push(one),
        }
        text
    })
}

fn link(attachment: &Attachment) -> Value {
    let mut plugin = match &attachment.link {
        Link::Macvlan { master, mode, mtu } => {
            with_mtu(json!({"type": "macvlan", "master": master, "mode": mode.as_str()}), *mtu)
        }
        Link::Ipvlan { master, mode, mtu } => {
            with_mtu(json!({"type": "ipvlan", "master": master, "mode": mode.as_str()}), *mtu)
        }
        Link::Vlan { master, id, mtu } => {
            with_mtu(json!({"type": "vlan", "master": master, "vlanId": id}), *mtu)
        }
        Link::Bridge { name, vlan, mtu } => {
            let mut plugin = json!({"type": "bridge", "bridge": name});
            if let Some(vlan) = vlan {
                plugin["vlan"] = json!(vlan);
                // Or the port hears the untagged LAN too (plugins 1.9.1; 1.1.1 does not know the key).
                plugin["preserveDefaultVlan"] = json!(false);
            }
            with_mtu(plugin, *mtu)
        }
        Link::HostDevice { device } => json!({"type": "host-device", "device": device}),
        Link::Existing { .. } => unreachable!("somebody else made its NAD"),
    };
    let mut capabilities = Map::new();
    if takes_mac(&attachment.link) && !attachment.mac_by_tuning {
        capabilities.insert("mac".into(), json!(true));
    }
    if attachment.ipam == Ipam::Static {
        capabilities.insert("ips".into(), json!(true));
    }
    if !capabilities.is_empty() {
        plugin["capabilities"] = Value::Object(capabilities);
    }
    if let Some(ipam) = ipam(&attachment.ipam) {
        plugin["ipam"] = ipam;
    }
    plugin
}

fn with_mtu(mut plugin: Value, mtu: Option<u32>) -> Value {
    if let Some(mtu) = mtu {
        plugin["mtu"] = json!(mtu);
    }
    plugin
}

/// Whether the link's own plugin reads a MAC (plugins 1.9.1: macvlan and bridge do, the others do not).
fn takes_mac(link: &Link) -> bool {
    matches!(link, Link::Macvlan { .. } | Link::Bridge { .. })
}

fn ipam(ipam: &Ipam) -> Option<Value> {
    match ipam {
        Ipam::None => None,
        Ipam::Static => Some(json!({"type": "static"})),
        // The plugin's own client id holds the sandbox's id and so changes with every pod. The MAC does not, is
        // one NIC's alone, and every pod that asks by this plugin has one (rule `dhcp-shared-mac`): Multus puts
        // what the annotation says into CNI_ARGS. As text, for the option is text here. The router option stays out: routes are wrtpod's to make. One element says both: 1.1.1
        // refuses an element without an option.
        Ipam::Dhcp { hostname } => Some(json!({
            "type": "dhcp",
            "request": [{"skipDefault": true, "option": "subnet-mask"}],
            "provide": [
                {"option": "dhcp-client-identifier", "fromArg": "MAC"},
                {"option": "host-name", "value": hostname},
            ],
        })),
        Ipam::Whereabouts { ranges, configuration } => {
            let range = |pool: &PoolRange| {
                json!({
                    "range": pool.subnet.network().to_string(),
                    "range_start": pool.range.first().to_string(),
                    "range_end": pool.range.last().to_string(),
                })
            };
            let mut ipam =
                json!({"type": "whereabouts", "ipRanges": ranges.iter().map(range).collect::<Vec<_>>()});
            if let Some(path) = configuration {
                ipam["configuration_path"] = json!(path);
            }
            Some(ipam)
        }
        Ipam::Pool(ranges) => Some(json!({"type": "host-local", "ranges": range_sets(ranges)})),
    }
}

/// host-local gives one address of each set: the ranges of a family are one.
fn range_sets(ranges: &[PoolRange]) -> Vec<Vec<Value>> {
    let set = |ipv4: bool| -> Vec<Value> {
        let of_family = ranges.iter().filter(|pool| pool.subnet.is_ipv4() == ipv4);
        of_family
            .map(|pool| {
                json!({
                    "subnet": pool.subnet.network().to_string(),
                    "rangeStart": pool.range.first().to_string(),
                    "rangeEnd": pool.range.last().to_string(),
                })
            })
            .collect()
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
fn tuning(attachment: &Attachment) -> Vec<Value> {
    let of_rank = |rank: u8| -> Map<String, Value> {
        let sysctls = attachment.sysctls.iter().filter(|sysctl| self::rank(&sysctl.key) == rank);
        sysctls.map(|sysctl| (sysctl.key.clone(), Value::String(sysctl.value.clone()))).collect()
    };
    let mut steps: Vec<_> =
        (0..=2).map(|rank| (rank, of_rank(rank))).filter(|(_, step)| !step.is_empty()).collect();
    if steps.is_empty() && attachment.mac_by_tuning {
        steps.push((2, Map::new()));
    }
    let last = steps.last().map(|(rank, _)| *rank);
    let gives_back = matches!(attachment.link, Link::HostDevice { .. });
    let plugin = |(rank, sysctls)| {
        let mut plugin = json!({"type": "tuning"});
        if gives_back && last != Some(rank) {
            plugin["dataDir"] = json!(format!("/run/cni/tuning-{rank}"));
        }
        if attachment.mac_by_tuning && last == Some(rank) {
            plugin["capabilities"] = json!({"mac": true});
        }
        // Always a map, empty or not: without one, `cni-args` sysctls make the plugin panic.
        plugin["sysctl"] = Value::Object(sysctls);
        plugin
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
    use super::*;

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
            .map(|set| set.iter().map(|range| range["rangeStart"].clone()).collect())
            .collect();
        assert_eq!(json!(starts), json!([["192.168.1.200", "192.168.1.230"], ["fd00::200"]]));
    }

    /// Plugins 1.1.1 refuse an element of `request` without an option.
    #[test]
    fn every_request_of_dhcp_names_an_option() {
        let dhcp = ipam(&Ipam::Dhcp { hostname: "ha".to_owned() }).expect("it asks");
        let request = dhcp["request"].as_array().expect("a list");
        assert!(request.iter().all(|element| element["option"].is_string()), "{request:?}");
        assert!(request.iter().any(|element| element["skipDefault"] == true), "{request:?}");
    }

    /// Two NICs of a pod, and pods of one name in two namespaces, have all of CNI_ARGS in common but the MAC.
    #[test]
    fn a_dhcp_client_is_known_by_its_mac() {
        let dhcp = ipam(&Ipam::Dhcp { hostname: "ha".to_owned() }).expect("it asks");
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
