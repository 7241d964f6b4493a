//! How the cluster reaches an appliance over eth0: Service, Ingress, NetworkPolicy.

use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::api::networking::v1::{
    HTTPIngressPath, HTTPIngressRuleValue, Ingress, IngressBackend, IngressRule, IngressServiceBackend,
    IngressSpec, IngressTLS, NetworkPolicy, NetworkPolicyIngressRule, NetworkPolicyPort, NetworkPolicySpec,
    ServiceBackendPort,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::meta::{annotate, map, metadata, selector, selector_labels};
use crate::plan::{self, Appliance};

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
            protocol: Some(port.protocol.clone()),
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

/// Admits the Service's ports on eth0 and nothing else. The NICs on the LAN are out of its reach: the
/// cluster's CNI does not see them.
pub fn network_policy(appliance: &Appliance, namespace: &str) -> NetworkPolicy {
    let ports = appliance.service.iter().flat_map(|service| &service.ports).map(|port| NetworkPolicyPort {
        port: Some(IntOrString::String(port.name.value.clone())),
        protocol: Some(port.protocol.clone()),
        end_port: None,
    });
    let ports: Vec<_> = ports.collect();
    NetworkPolicy {
        metadata: metadata(appliance, namespace, &appliance.name),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(selector(appliance)),
            policy_types: Some(vec!["Ingress".into()]),
            ingress: (!ports.is_empty())
                .then(|| vec![NetworkPolicyIngressRule { ports: Some(ports), from: None }]),
            ..NetworkPolicySpec::default()
        }),
    }
}
