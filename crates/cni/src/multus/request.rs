//! The request for NICs (Multus 4.3, `parsePodNetworkAnnotation`).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use super::short;
use crate::json::Json;
use crate::keys::{Field, items, object};
use crate::value::{Address, HardwareAddress, Spelled, Word};
use crate::{Fault, Read};

object! {
    /// One NIC that is asked for.
    pub struct Element by folded {
        /// The NAD.
        "name" => name: String,
        /// Its namespace; the pod's where it is left out or empty.
        "namespace" => namespace: String,
        /// The interface in the pod; `net` and a number where it is left out.
        "interface" => interface: String,
        /// Its MAC.
        "mac" => mac: Spelled<HardwareAddress>,
        /// Its addresses.
        "ips" => ips: Vec<Spelled<Address>>,
        /// The GUID of an InfiniBand NIC.
        "infiniband-guid" => guid: Spelled<HardwareAddress>,
        /// Ports of the node that lead to the pod's.
        "portMappings" => ports: Vec<PortMapping>,
        /// Limits.
        "bandwidth" => bandwidth: BandwidthRequest,
        /// Routers of the pod's default routes; Multus 4.2.2 to 4.3.0 drop the pod's own for them and set none.
        "default-route" => default_route: Vec<Spelled<IpAddr>>,
        /// What every plugin of the NAD gets as `args.cni`.
        "cni-args" => args: Json,
        /// The device of a device plugin.
        "deviceID" => device: String,
        /// The interface, by the key of Multus before 3.2.
        "interfaceRequest" => old_interface: String,
    }
}

object! {
    /// A port of the node that leads to one of the pod's.
    pub struct PortMapping by folded {
        /// The node's.
        "hostPort" => host_port: u16,
        /// The pod's.
        "containerPort" => container_port: u16,
        /// TCP where it is left out.
        "protocol" => protocol: Spelled<Protocol>,
        /// The node's address that it is at; any where it is left out.
        "hostIP" => host_ip: Spelled<IpAddr>,
    }
}

object! {
    /// Limits; 0 is none.
    pub struct BandwidthRequest by folded {
        /// Into the pod, bits in a second.
        "ingressRate" => ingress_rate: u64,
        /// Into the pod at once, bits.
        "ingressBurst" => ingress_burst: u64,
        /// Out of the pod, bits in a second.
        "egressRate" => egress_rate: u64,
        /// Out of the pod at once, bits.
        "egressBurst" => egress_burst: u64,
    }
}

/// A transport protocol, whatever the case of its letters (`portmap` takes them all).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        })
    }
}

impl FromStr for Protocol {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::Tcp, Self::Udp, Self::Sctp];
        all.into_iter().find(|one| one.to_string().eq_ignore_ascii_case(text)).ok_or(())
    }
}

impl Word for Protocol {
    const WHAT: &'static str = "a protocol: `tcp`, `udp` or `sctp`";
}

impl Element {
    /// `<namespace>/<name>` of its NAD, for a pod in the namespace `home`.
    pub fn full_name(&self, home: &str) -> String {
        let namespace = self.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or(home);
        format!("{namespace}/{}", self.name.as_deref().unwrap_or_default())
    }

    /// The interface that is asked for; `None` where Multus makes a name.
    pub fn interface(&self) -> Option<&str> {
        let said = [&self.interface, &self.old_interface];
        said.into_iter().flatten().map(String::as_str).find(|name| !name.is_empty())
    }
}

/// Reads a request, in the form of JSON or in the short one, `NAMESPACE/NAME@INTERFACE, …`. An element that names nothing is left out.
pub fn networks(text: &str) -> Result<Read<Vec<Element>>, Fault> {
    if text.is_empty() {
        return Ok(Read { value: Vec::new(), faults: Vec::new() });
    }
    if !text.contains(['[', '{', '"']) {
        return Ok(short::read(text));
    }
    let json = Json::parse(text)?;
    let mut faults = Vec::new();
    let Some(items) = items(&json, &mut faults) else { return Err(faults.remove(0)) };
    let mut elements = Vec::new();
    for item in items {
        let Some(element) = Element::read(item, &mut faults) else { continue };
        if element.name.as_deref().is_some_and(|name| !name.is_empty()) {
            elements.push(element);
        } else if element.keys.kept().all(|(key, _)| key != "name") {
            faults.push(Fault { span: item.span.clone(), what: "an element without a `name`".to_owned() });
        }
    }
    Ok(Read { value: elements, faults })
}

/// Writes a request: a list in JSON, each element on a line; `None` where nothing is asked for.
pub fn write(elements: &[Element]) -> Option<String> {
    let lines: Vec<String> = elements.iter().map(|element| element.write().compact()).collect();
    if lines.is_empty() { None } else { Some(format!("[\n  {}\n]", lines.join(",\n  "))) }
}
