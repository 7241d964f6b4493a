//! Ports, Service, Ingress and HTTPRoute as values.

use serde_json::{Map, Value, json};

use super::pairs;
use crate::chart::entry::{Entry, leaf, section};
use crate::chart::shapes;
use crate::chart::source::Source;
use crate::diag::Loc;
use crate::spec::ParentRef;

/// The values.
pub(super) fn access(source: &Source<'_>) -> Vec<Entry> {
    let ports: Vec<Value> = source
        .plan
        .main
        .ports
        .iter()
        .map(|port| json!({"name": port.name.value, "port": port.port.value, "protocol": port.protocol.as_str()}))
        .collect();
    let service = source.plan.service.as_ref();
    let stated = source.spec.service.as_ref();
    let service_ports: Vec<Value> = stated
        .map_or_else(Vec::new, |service| service.ports.iter().map(|name| name.to_string().into()).collect());
    let ingress = source.spec.ingress.as_ref();
    let text = |text: Option<String>| text.unwrap_or_default();
    vec![
        leaf("ports", ports, shapes::ports(), "The ports that the appliance listens on."),
        section(
            "service",
            vec![
                leaf("enabled", service.is_some(), shapes::switch(), "Whether there is one."),
                leaf(
                    "type",
                    service.map_or("ClusterIP", |service| service.kind.as_str()),
                    shapes::one_of(&["ClusterIP", "NodePort", "LoadBalancer"]),
                    "ClusterIP, NodePort or LoadBalancer.",
                ),
                leaf(
                    "ports",
                    service_ports,
                    shapes::texts(),
                    "Names of the ports that it offers. Empty: all of `ports`.",
                ),
                leaf(
                    "annotations",
                    stated.map_or_else(Map::new, |service| pairs(&service.annotations)),
                    shapes::text_map(),
                    "Annotations of the Service.",
                ),
            ],
            "The Service on the cluster's network.",
        ),
        section(
            "ingress",
            vec![
                leaf("enabled", ingress.is_some(), shapes::switch(), "Whether there is one."),
                leaf(
                    "host",
                    text(ingress.map(|ingress| ingress.host.value.clone())),
                    shapes::text(),
                    "The host name that it answers to.",
                ),
                leaf(
                    "className",
                    text(ingress.and_then(|ingress| ingress.class.as_ref()).map(|class| class.value.clone())),
                    shapes::text(),
                    "The ingress class. Empty: the cluster's default.",
                ),
                leaf(
                    "path",
                    ingress.and_then(|ingress| ingress.path.as_ref()).map_or("/", |path| path.as_str()),
                    json!({"type": "string", "pattern": "^/"}),
                    "The path that it answers to.",
                ),
                leaf(
                    "port",
                    text(ingress.and_then(|ingress| ingress.port.as_ref()).map(|port| port.to_string())),
                    shapes::text(),
                    "The name of the port behind it. Empty: the Service's first one of TCP.",
                ),
                leaf(
                    "tlsSecret",
                    text(
                        ingress
                            .and_then(|ingress| ingress.tls_secret.as_ref())
                            .map(|secret| secret.to_string()),
                    ),
                    shapes::object_name_or_empty(),
                    "The Secret with the TLS certificate. Empty: no TLS.",
                ),
                leaf(
                    "annotations",
                    ingress.map_or_else(Map::new, |ingress| pairs(&ingress.annotations)),
                    shapes::text_map(),
                    "Annotations of the Ingress.",
                ),
            ],
            "The Ingress to that Service.",
        ),
        http_route(source),
        leaf(
            "guard",
            source.plan.guarded,
            shapes::switch(),
            "Whether eth0 admits the Service's ports and nothing else, by a NetworkPolicy. The node's probes pass in any case.",
        ),
        egress(source),
    ]
}

fn http_route(source: &Source<'_>) -> Entry {
    let route = source.spec.http_route.as_ref();
    let parents: Vec<Value> =
        route.map_or_else(Vec::new, |route| route.parent_refs.iter().map(parent).collect());
    let hostnames: Vec<Value> = route.map_or_else(Vec::new, |route| {
        route.hostnames.iter().map(|name| name.value.clone().into()).collect()
    });
    section(
        "httpRoute",
        vec![
            leaf("enabled", route.is_some(), shapes::switch(), "Whether there is one."),
            leaf(
                "parentRefs",
                parents,
                shapes::parent_refs(),
                "The Gateways that lead to it: `- {name: internal, namespace: network}`, with `sectionName` and `port` for one of\n\
                 their listeners.",
            ),
            leaf(
                "hostnames",
                hostnames,
                shapes::texts(),
                "The host names that it answers to. Empty: those of the Gateways.",
            ),
            leaf(
                "path",
                route.and_then(|route| route.path.as_ref()).map_or("/", |path| path.as_str()),
                json!({"type": "string", "pattern": "^/"}),
                "The path that it answers to.",
            ),
            leaf(
                "port",
                route.and_then(|route| route.port.as_ref()).map_or_else(String::new, |port| port.to_string()),
                shapes::text(),
                "The name of the port behind it. Empty: the Service's first one of TCP.",
            ),
            leaf(
                "annotations",
                route.map_or_else(Map::new, |route| pairs(&route.annotations)),
                shapes::text_map(),
                "Annotations of the HTTPRoute.",
            ),
        ],
        "The HTTPRoute to that Service, for clusters with the Gateway API.",
    )
}

fn parent(parent: &Loc<ParentRef>) -> Value {
    let mut value = Map::from_iter([("name".to_owned(), parent.name.to_string().into())]);
    let namespace = parent.namespace.as_ref().map(|name| name.to_string());
    let section = parent.section_name.as_ref().map(|name| name.to_string());
    for (key, name) in [("namespace", namespace), ("sectionName", section)] {
        if let Some(name) = name {
            value.insert(key.to_owned(), name.into());
        }
    }
    if let Some(port) = &parent.port {
        value.insert("port".to_owned(), port.get().into());
    }
    value.into()
}

fn egress(source: &Source<'_>) -> Entry {
    let egress = source.spec.egress.as_ref();
    section(
        "egress",
        vec![
            leaf(
                "enabled",
                egress.is_some(),
                shapes::switch(),
                "Whether a NetworkPolicy lets the appliance reach only names (port 53), and what stands below, by eth0.",
            ),
            leaf(
                "cluster",
                egress.and_then(|egress| egress.cluster.as_ref()).is_some_and(|cluster| cluster.value),
                shapes::switch(),
                "The cluster's pods and Services; the API server and the nodes are none of them.",
            ),
            leaf(
                "cidrs",
                egress.map_or_else(Vec::new, |egress| {
                    egress.cidrs.iter().map(|cidr| cidr.network().to_string()).collect::<Vec<_>>()
                }),
                shapes::cidrs(),
                "Ranges of addresses, such as 0.0.0.0/0 for the Internet, without what is the cluster's, the networks' or\n\
                 link-local.",
            ),
        ],
        "What the appliance may reach by eth0. Its interfaces on the networks are out of a policy's reach.",
    )
}
