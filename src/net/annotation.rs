//! The annotation by which a pod asks Multus for its NICs.

use serde_json::{Value, json};

use crate::plan::{Addressing, ConfiguredBy, Nic};

/// Key of the request.
pub const NETWORKS: &str = "k8s.v1.cni.cncf.io/networks";
/// Key of Multus' answer.
pub const NETWORK_STATUS: &str = "k8s.v1.cni.cncf.io/network-status";

/// The request for these NICs, as JSON on one line each; `None` when none of them goes through Multus.
///
/// Every element names its interface: Multus numbers unnamed ones by position, and collides with names
/// that were asked for.
pub fn networks(namespace: &str, nics: &[Nic]) -> Option<String> {
    let elements: Vec<String> =
        nics.iter().filter_map(|nic| element(namespace, nic)).map(|value| value.to_string()).collect();
    if elements.is_empty() { None } else { Some(format!("[\n  {}\n]", elements.join(",\n  "))) }
}

fn element(namespace: &str, nic: &Nic) -> Option<Value> {
    let mut element = json!({
        "name": nic.attachment.as_ref()?,
        "namespace": namespace,
        "interface": nic.interface.value,
    });
    if let Some(mac) = &nic.mac {
        element["mac"] = json!(mac.value.to_string());
    }
    if nic.configured_by == ConfiguredBy::Cni
        && let Addressing::Static(addresses) = &nic.addressing
    {
        element["ips"] = addresses.iter().map(|address| address.value.to_string()).collect();
    }
    Some(element)
}
