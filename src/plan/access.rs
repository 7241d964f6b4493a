//! How the cluster reaches the appliance: its ports, its Service, its Ingress, its HTTPRoute.

use super::pod::{ContainerPort, Egress, HttpRoute, Ingress, ParentRef, Service};
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::spec::{self, ApplianceSpec, ServiceType, SiteSpec, Transport};
use crate::types::Cidr;

/// The ports of the main container.
pub fn ports(spec: &ApplianceSpec) -> Vec<ContainerPort> {
    spec.ports
        .iter()
        .map(|(name, port)| ContainerPort {
            name: name.clone().map(|name| name.to_string()),
            port: port.port.map(crate::types::Port::get),
            protocol: port.protocol.as_ref().map_or(Transport::Tcp, |protocol| protocol.value),
        })
        .collect()
}

/// A Service names ports of the appliance; all of them where it names none.
pub fn service(spec: &ApplianceSpec, ports: &[ContainerPort], diags: &mut Diagnostics) -> Option<Service> {
    let service = spec.service.as_ref()?;
    let mut chosen: Vec<ContainerPort> = Vec::new();
    for name in &service.ports {
        match ports.iter().find(|port| *port.name == *name.as_str()) {
            // A name that stands twice shows the port once.
            Some(port) if chosen.contains(port) => {}
            Some(port) => chosen.push(port.clone()),
            None => diags.push(
                Finding::error(Code::UnknownPort, format!("there is no port `{}`", name.as_str()))
                    .at(name.span)
                    .help(known_ports(ports)),
            ),
        }
    }
    if service.ports.is_empty() {
        chosen = ports.to_vec();
        if ports.is_empty() {
            diags.push(
                Finding::error(Code::UnknownPort, "the service has no port to show")
                    .at(service.span)
                    .help(known_ports(ports)),
            );
        }
    }
    let kind = match &service.kind {
        Some(kind) => Loc::new(kind.to_string(), kind.span),
        None => Loc::new(ServiceType::ClusterIp.to_string(), service.span),
    };
    (!chosen.is_empty()).then(|| Service { kind, ports: chosen, annotations: service.annotations.clone() })
}

/// The help of a message about a port that is not there.
pub fn known_ports(ports: &[ContainerPort]) -> String {
    if ports.is_empty() {
        return "add it under `ports`, for example `http: {port: 80}`".to_owned();
    }
    let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
    format!("write one of the appliance's `ports`: {}", names.join(", "))
}

/// The name of the first TCP port that the Service shows: HTTP is forwarded to no other.
fn first_tcp(service: Option<&Service>) -> String {
    let shown = service.map_or(&[][..], |service| &service.ports);
    shown
        .iter()
        .find(|port| port.protocol == Transport::Tcp)
        .map_or_else(String::new, |port| port.name.value.clone())
}

/// The Ingress; without a word about it, its port is the Service's first one of TCP.
pub fn ingress(spec: &ApplianceSpec, service: Option<&Service>) -> Option<Ingress> {
    let ingress = spec.ingress.as_ref()?;
    let first_port = || Loc::new(first_tcp(service), ingress.span);
    Some(Ingress {
        host: ingress.host.clone(),
        class: ingress.class.as_ref().map(|class| class.value.clone()),
        path: ingress.path.clone().unwrap_or_else(|| Loc::bare("/".to_owned())),
        port: ingress.port.clone().map_or_else(first_port, |port| port.map(|port| port.to_string())),
        tls_secret: ingress.tls_secret.as_ref().map(|secret| secret.to_string()),
        annotations: ingress.annotations.clone(),
    })
}

/// The HTTPRoute; without a word about it, its port is the Service's first one of TCP.
pub fn http_route(spec: &ApplianceSpec, service: Option<&Service>) -> Option<HttpRoute> {
    let route = spec.http_route.as_ref()?;
    let shown = service.map_or(&[][..], |service| &service.ports);
    let port = match &route.port {
        Some(port) => port.as_ref().map(ToString::to_string),
        None => Loc::new(first_tcp(service), route.span),
    };
    let number = shown.iter().find(|known| known.name == port).map_or(0, |known| known.port.value);
    let parent = |parent: &Loc<spec::ParentRef>| ParentRef {
        name: parent.name.to_string(),
        namespace: parent.namespace.as_ref().map(|name| name.to_string()),
        section: parent.section_name.as_ref().map(|name| name.to_string()),
        port: parent.port.map(|port| port.get()),
    };
    Some(HttpRoute {
        span: route.span,
        parents: route.parent_refs.iter().map(parent).collect(),
        hostnames: route.hostnames.clone(),
        path: route.path.clone().unwrap_or_else(|| Loc::bare("/".to_owned())),
        port,
        number,
        annotations: route.annotations.clone(),
    })
}

/// What nobody means by a range that happens to hold it: link-local addresses, among them the metadata of clouds.
pub const LINK_LOCAL: [&str; 3] = ["169.254.0.0/16", "fd00:ec2::254/128", "fe80::/10"];

/// What may be reached by eth0. Ranges leave out what lies in them and is the cluster's (unless that may be reached), link-local
/// or of the appliance's own networks, where the nodes are: it has interfaces there.
pub fn egress(spec: &ApplianceSpec, site: &SiteSpec, cluster: &[Cidr]) -> Option<Egress> {
    let stated = spec.egress.as_ref()?;
    let open = stated.cluster.as_ref().is_some_and(|cluster| cluster.value);
    let link_local = LINK_LOCAL.iter().map(|text| text.parse().expect("our own ranges are CIDRs"));
    let own = |name: &str| spec.interfaces.iter().any(|interface| interface.network.as_str() == name);
    let networks = site.networks.iter().filter(|(name, _)| own(name.as_str()));
    let networks = networks.flat_map(|(_, network)| &network.subnet).map(|subnet| subnet.network());
    let closed: Vec<Cidr> = if open { Vec::new() } else { cluster.to_vec() }
        .into_iter()
        .chain(link_local)
        .chain(networks)
        .collect();
    let ranges = stated.cidrs.iter().map(|cidr| {
        let range = cidr.network();
        let mut except: Vec<Cidr> = closed.iter().copied().filter(|one| holds(range, *one)).collect();
        except.sort_unstable_by_key(|one| (one.address(), one.prefix()));
        except.dedup();
        (range, except)
    });
    let ranges = ranges.collect();
    Some(Egress { cluster: if open { cluster.to_vec() } else { Vec::new() }, ranges })
}

/// Whether a range lies in another one, and is not the same.
fn holds(outer: Cidr, inner: Cidr) -> bool {
    outer.prefix() < inner.prefix() && outer.contains(inner.address())
}
