//! The annotation by which a pod asks Multus for its NICs.

use serde_json::{Value, json};

use super::Nad;
use crate::plan::{Addressing, ConfiguredBy, Nic};

/// Key of the request.
pub const NETWORKS: &str = "k8s.v1.cni.cncf.io/networks";
/// Key of Multus' answer.
pub const NETWORK_STATUS: &str = "k8s.v1.cni.cncf.io/network-status";

/// The request for NICs of a pod in `namespace`, each with its NAD, as JSON on one line each; `None` when there are none.
///
/// Every element names its interface: Multus numbers unnamed ones by position, and collides with names
/// that were asked for. A namespace stands only where it is another one: NADs are in the pod's own, wherever a tool moves
/// both to, which would not find the word in this text.
pub fn networks(nics: &[(&Nic, Nad)], namespace: &str) -> Option<String> {
    let elements: Vec<String> =
        nics.iter().map(|(nic, nad)| element(nic, nad, namespace).to_string()).collect();
    if elements.is_empty() { None } else { Some(format!("[\n  {}\n]", elements.join(",\n  "))) }
}

fn element(nic: &Nic, nad: &Nad, namespace: &str) -> Value {
    let mut element = json!({"name": nad.name});
    if let Some(other) = nad.namespace.as_ref().filter(|other| *other != namespace) {
        element["namespace"] = json!(other);
    }
    element["interface"] = json!(nic.interface.value);
    if let Some(mac) = &nic.mac {
        element["mac"] = json!(mac.value.to_string());
    }
    if nic.configured_by == ConfiguredBy::Cni
        && let Addressing::Static(addresses) = &nic.addressing
    {
        element["ips"] = addresses.iter().map(|address| address.value.to_string()).collect();
    }
    element
}
