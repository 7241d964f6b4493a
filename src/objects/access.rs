//! What passes between an appliance and its cluster by eth0: Service, Ingress, NetworkPolicy.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, IPBlock, Ingress, IngressBackend, IngressRule,
    IngressServiceBackend, IngressSpec, IngressTLS, NetworkPolicy, NetworkPolicyEgressRule,
    NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec, ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::meta::{annotate, map, metadata, selector, selector_labels};
use crate::plan::{self, Appliance, Transport};
use crate::types::Cidr;

/// The Service on eth0.
pub fn service(appliance: &Appliance, namespace: &str, plan: &plan::Service) -> Service {
    let mut metadata = metadata(appliance, namespace, &appliance.name);
    annotate(&mut metadata, map(&plan.annotations).unwrap_or_default());
    let ports = plan
        .ports
        .iter()
        .map(|port| ServicePort {
            name: Some(port.name.value.clone()),
            port: port.port.value.into(),
            protocol: Some(port.protocol.to_string()),
            target_port: Some(IntOrString::String(port.name.value.clone())),
            ..ServicePort::default()
        })
        .collect();
    Service {
        metadata,
        spec: Some(ServiceSpec {
            type_: Some(plan.kind.value.clone()),
            selector: Some(selector_labels(appliance)),
            ports: Some(ports),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}

/// The Ingress to the Service.
pub fn ingress(appliance: &Appliance, namespace: &str, plan: &plan::Ingress) -> Ingress {
    let mut metadata = metadata(appliance, namespace, &appliance.name);
    annotate(&mut metadata, map(&plan.annotations).unwrap_or_default());
    let backend = IngressBackend {
        service: Some(IngressServiceBackend {
            name: appliance.name.value.clone(),
            port: Some(ServiceBackendPort { name: Some(plan.port.value.clone()), number: None }),
        }),
        resource: None,
    };
    let rule = IngressRule {
        host: Some(plan.host.value.clone()),
        http: Some(HTTPIngressRuleValue {
            paths: vec![HTTPIngressPath {
                path: Some(plan.path.value.clone()),
                path_type: "Prefix".into(),
                backend,
            }],
        }),
    };
    let tls = plan.tls_secret.as_ref().map(|secret| {
        vec![IngressTLS { hosts: Some(vec![plan.host.value.clone()]), secret_name: Some(secret.clone()) }]
    });
    Ingress {
        metadata,
        spec: Some(IngressSpec {
            ingress_class_name: plan.class.clone(),
            rules: Some(vec![rule]),
            tls,
            ..IngressSpec::default()
        }),
        ..Ingress::default()
    }
}

/// What is so of a Home Assistant behind an Ingress or an HTTP route that nobody told of it.
pub const PROXY_UNTRUSTED: &str =
    "Home Assistant answers 400 to a proxy that its configuration does not name";

/// What to do about that; `ranges` are those of the proxies, with commas between them.
pub fn trust_proxies(ranges: &str) -> String {
    format!(
        "add to /config/configuration.yaml, and restart it: `http: {{use_x_forwarded_for: true, trusted_proxies: [{ranges}]}}`"
    )
}

/// What passes by eth0: in, the Service's ports and nothing else; out, names and what may be reached. The NICs on the LAN are out
/// of its reach: the cluster's CNI does not see them.
pub fn network_policy(appliance: &Appliance, namespace: &str) -> NetworkPolicy {
    let mut types = Vec::new();
    if appliance.guarded {
        types.push("Ingress".to_owned());
    }
    if appliance.egress.is_some() {
        types.push("Egress".to_owned());
    }
    NetworkPolicy {
        metadata: metadata(appliance, namespace, &appliance.name),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(selector(appliance)),
            policy_types: Some(types),
            ingress: appliance.guarded.then(|| ingress_rules(appliance)).flatten(),
            egress: appliance.egress.as_ref().map(egress_rules),
        }),
    }
}

fn ingress_rules(appliance: &Appliance) -> Option<Vec<NetworkPolicyIngressRule>> {
    let ports = appliance.service.iter().flat_map(|service| &service.ports).map(|port| NetworkPolicyPort {
        port: Some(IntOrString::String(port.name.value.clone())),
        protocol: Some(port.protocol.to_string()),
        end_port: None,
    });
    let ports: Vec<_> = ports.collect();
    (!ports.is_empty()).then(|| vec![NetworkPolicyIngressRule { ports: Some(ports), from: None }])
}

/// Names come from wherever the cluster's resolver is: a pod, a node, a link-local address.
fn egress_rules(egress: &plan::Egress) -> Vec<NetworkPolicyEgressRule> {
    let dns = [Transport::Udp, Transport::Tcp].map(|protocol| NetworkPolicyPort {
        port: Some(IntOrString::Int(53)),
        protocol: Some(protocol.to_string()),
        end_port: None,
    });
    let block = |cidr: &Cidr, except: &[Cidr]| NetworkPolicyPeer {
        ip_block: Some(IPBlock {
            cidr: cidr.to_string(),
            except: (!except.is_empty()).then(|| except.iter().map(ToString::to_string).collect()),
        }),
        ..NetworkPolicyPeer::default()
    };
    let mut peers = Vec::new();
    if !egress.cluster.is_empty() {
        let every_namespace = Some(LabelSelector::default());
        peers.push(NetworkPolicyPeer { namespace_selector: every_namespace, ..NetworkPolicyPeer::default() });
        peers.extend(egress.cluster.iter().map(|range| block(range, &[])));
    }
    peers.extend(egress.ranges.iter().map(|(range, except)| block(range, except)));
    let mut rules = vec![NetworkPolicyEgressRule { ports: Some(dns.to_vec()), to: None }];
    if !peers.is_empty() {
        rules.push(NetworkPolicyEgressRule { ports: None, to: Some(peers) });
    }
    rules
}
