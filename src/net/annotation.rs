//! The annotation by which a pod asks Multus for its NICs.

use wrtpod_cni::multus::{self, Element};
use wrtpod_cni::{Address, HardwareAddress};

use super::Nad;
use crate::plan::{Addressing, ConfiguredBy, Nic};

/// The request for NICs of a pod in `namespace`, each with its NAD, as JSON on one line each; `None` when there are none.
///
/// Every element names its interface: Multus numbers unnamed ones by position, and collides with names
/// that were asked for. A namespace stands only where it is another one: NADs are in the pod's own, wherever a tool moves
/// both to, which would not find the word in this text.
pub fn networks(nics: &[(&Nic, Nad)], namespace: &str) -> Option<String> {
    let elements: Vec<Element> = nics.iter().map(|(nic, nad)| element(nic, nad, namespace)).collect();
    multus::write(&elements)
}

fn element(nic: &Nic, nad: &Nad, namespace: &str) -> Element {
    let ips = match &nic.addressing {
        Addressing::Static(addresses) if nic.configured_by == ConfiguredBy::Cni => {
            let ip = |cidr: crate::types::Cidr| Address { ip: cidr.address(), prefix: Some(cidr.prefix()) };
            Some(addresses.iter().map(|address| ip(address.value).into()).collect())
        }
        _ => None,
    };
    Element {
        name: Some(nad.name.clone()),
        namespace: nad.namespace.clone().filter(|other| other != namespace),
        interface: Some(nic.interface.value.clone()),
        mac: nic.mac.as_ref().map(|mac| HardwareAddress::from(mac.value.0).into()),
        ips,
        ..Element::default()
    }
}
