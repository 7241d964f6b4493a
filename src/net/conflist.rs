//! The CNI configuration list of an attachment.

use serde_json::{Map, Value, json};

use crate::plan::{Attachment, Ipam, Link};

/// Highest CNI version that every supported Multus and runtime takes; with none at all, a link without
/// addresses cannot be reported (cni types/040).
const CNI_VERSION: &str = "1.0.0";

/// The configuration list, indented JSON, as it stands in the NAD's `spec.config`.
///
/// # Panics
/// Never: a JSON value is written to a string.
pub fn conflist(attachment: &Attachment) -> String {
    let mut plugins = vec![link(attachment)];
    plugins.extend(attachment.chain.iter().cloned());
    if let Some(tuning) = tuning(attachment) {
        plugins.push(tuning);
    }
    let list = json!({"cniVersion": CNI_VERSION, "name": attachment.name, "plugins": plugins});
    serde_json::to_string_pretty(&list).expect("a JSON value is written to a string")
}

fn link(attachment: &Attachment) -> Value {
    let mut plugin = match &attachment.link {
        Link::Macvlan { master, mode, mtu } => {
            with_mtu(json!({"type": "macvlan", "master": master, "mode": mode}), *mtu)
        }
        Link::Ipvlan { master, mode, mtu } => {
            with_mtu(json!({"type": "ipvlan", "master": master, "mode": mode}), *mtu)
        }
        Link::Vlan { master, id, mtu } => {
            with_mtu(json!({"type": "vlan", "master": master, "vlanId": id}), *mtu)
        }
        Link::Bridge { name, vlan, mtu } => {
            let mut plugin = json!({"type": "bridge", "bridge": name});
            if let Some(vlan) = vlan {
                plugin["vlan"] = json!(vlan);
            }
            with_mtu(plugin, *mtu)
        }
        Link::HostDevice { device } => json!({"type": "host-device", "device": device}),
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
        // The plugin's own client id holds the sandbox's id and so changes with every pod; the pod's name
        // does not. The router option stays out: routes are wrtpod's to make.
        Ipam::Dhcp => Some(json!({
            "type": "dhcp",
            "request": [{"skipDefault": true}, {"option": "subnet-mask"}],
            "provide": [
                {"option": "dhcp-client-identifier", "fromArg": "K8S_POD_NAME"},
                {"option": "host-name", "fromArg": "K8S_POD_NAME"},
            ],
        })),
        Ipam::Pool { subnet, range } => Some(json!({
            "type": "host-local",
            "ranges": [[{
                "subnet": subnet.network().to_string(),
                "rangeStart": range.first().to_string(),
                "rangeEnd": range.last().to_string(),
            }]],
        })),
    }
}

/// The last plugin of the chain: sysctls in the pod's network namespace need neither privilege nor
/// kubelet's allow-list this way, and a MAC can be set that the link's plugin would drop.
fn tuning(attachment: &Attachment) -> Option<Value> {
    if attachment.sysctls.is_empty() && !attachment.mac_by_tuning {
        return None;
    }
    let mut plugin = json!({"type": "tuning"});
    if attachment.mac_by_tuning {
        plugin["capabilities"] = json!({"mac": true});
    }
    // Always a map, empty or not: without one, `cni-args` sysctls make the plugin panic.
    plugin["sysctl"] = attachment
        .sysctls
        .iter()
        .map(|sysctl| (sysctl.key.clone(), Value::String(sysctl.value.clone())))
        .collect::<Map<_, _>>()
        .into();
    Some(plugin)
}
