//! Multus' answer (`NetworkStatus` of network-attachment-definition-client).

use crate::json::Json;
use crate::keys::{Field, items, object};
use crate::value::{Address, HardwareAddress};
use crate::{Fault, Read};

object! {
    /// A NIC that was made. Addresses and MAC are texts: Multus writes such things as `"gateway": ["<nil>"]`.
    pub struct NetworkStatus by folded {
        /// `<namespace>/<name>` of the NAD; of the cluster's network the name of its configuration.
        "name" => name: String,
        /// The interface in the pod.
        "interface" => interface: String,
        /// Its addresses, without prefixes.
        "ips" => ips: Vec<String>,
        /// Its MAC.
        "mac" => mac: String,
        /// Its MTU in bytes.
        "mtu" => mtu: u32,
        /// Whether it is the cluster's network.
        "default" => default: bool,
        /// Name servers of the result.
        "dns" => dns: Json,
        /// The device of a device plugin.
        "device-info" => device: Json,
        /// Routers.
        "gateway" => gateways: Vec<String>,
    }
}

impl NetworkStatus {
    /// Its addresses; what is none, such as `<nil>`, is left out.
    pub fn addresses(&self) -> Vec<Address> {
        self.ips.iter().flatten().filter_map(|text| text.parse().ok()).collect()
    }

    /// Its MAC, where that is one.
    pub fn hardware_address(&self) -> Option<HardwareAddress> {
        self.mac.as_ref()?.parse().ok()
    }
}

/// Reads an answer.
pub fn status(text: &str) -> Result<Read<Vec<NetworkStatus>>, Fault> {
    let json = Json::parse(text)?;
    let mut faults = Vec::new();
    match items(&json, &mut faults) {
        Some(items) => {
            let value = items.iter().filter_map(|item| NetworkStatus::read(item, &mut faults)).collect();
            Ok(Read { value, faults })
        }
        None => Err(faults.remove(0)),
    }
}
