//! Turns a plan into Kubernetes objects. Everything is decided before: nothing here can fail, and nothing
//! here knows where the objects go. Entry: [`build`].

mod access;
mod config;
mod container;
mod meta;
mod nad;
mod powers;
mod route;
mod scripts;
mod set;
mod storage;
mod template;
mod workload;

pub use access::{PROXY_UNTRUSTED, trust_proxies};
pub use config::hex;
pub use meta::{APPLIANCE, MANAGED_BY, SUBSTITUTE, WRTPOD};
pub use nad::{API_VERSION as NAD_API_VERSION, KIND as NAD_KIND, is_as_named as nad_is_as_named};
pub use powers::{Power, PowerKind, Step, every_container, powers};
pub use scripts::ScriptsOwner;
pub use set::{Duplicate, Identity, Object, ObjectSet};
pub use template::{containers, containers_mut};
pub use workload::{BOOT_OVERLAYS, CONFIG_DIGEST};

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::plan::{Appliance, Plan};
use crate::pod::Scripts;

/// The namespace of the plan, with the pod-security level that appliances need: NET_ADMIN is refused by
/// `baseline`. It is kept as the claims are, which would be deleted with it.
///
/// # Panics
/// Never: the set holds one object.
pub fn namespace(plan: &Plan) -> ObjectSet {
    let levels = ["enforce", "audit", "warn"]
        .map(|mode| (format!("pod-security.kubernetes.io/{mode}"), "privileged".to_owned()));
    let mut metadata = ObjectMeta {
        name: Some(plan.namespace.clone()),
        labels: Some(levels.into()),
        annotations: Some(meta::annotations(&Vec::new())),
        ..ObjectMeta::default()
    };
    meta::keep(&mut metadata);
    let namespace = Namespace { metadata, ..Namespace::default() };
    let mut set = ObjectSet::new();
    set.push(Object::of(&namespace)).expect("the set was empty");
    set
}

/// What these appliances of a site share, each object once: the ConfigMaps with the scripts of their pods.
///
/// # Panics
/// Never: each kind of scripts has a name of its own.
pub fn shared<'a>(plan: &Plan, appliances: impl Iterator<Item = &'a Appliance>) -> ObjectSet {
    let kinds: BTreeSet<Scripts> = appliances.filter_map(|appliance| appliance.scripts).collect();
    let mut set = ObjectSet::new();
    for scripts in kinds {
        set.push(Object::of(&scripts::of_site(plan, scripts))).expect("names are told apart by content");
    }
    set
}

/// Whether the objects of an appliance of a plan with faults can be built: no two of them have one name.
pub fn is_buildable(appliance: &Appliance) -> bool {
    let claims = &appliance.claims;
    let twice = |at: usize| claims[..at].iter().any(|first| first.name.value == claims[at].name.value);
    !(0..claims.len()).any(twice)
}

/// The objects of one appliance, in the order in which they are applied: what is mounted and referred to
/// comes before the workload. Where the site has the scripts, they are in [`shared`].
///
/// # Panics
/// On a plan with two claims of one name, which the rules refuse.
pub fn build(plan: &Plan, appliance: &Appliance, owner: ScriptsOwner) -> ObjectSet {
    let namespace = plan.namespace.as_str();
    let mut objects: Vec<Object> = Vec::new();
    let nads = nad::of_nics(appliance);
    for (nic, nad) in nads.iter().filter(|(_, nad)| nad.config.is_some()) {
        // NICs that join alike share one.
        if objects.iter().all(|known| known.identity.name != nad.name) {
            let object = Object::from_value(nad::object(plan, appliance, nic, nad));
            objects.push(object.expect("a NAD carries apiVersion, kind and metadata.name"));
        }
    }
    if let Some(scripts) = appliance.scripts.filter(|_| owner == ScriptsOwner::Appliance) {
        objects.push(Object::of(&scripts::of_appliance(appliance, namespace, scripts)));
    }
    for files in &appliance.config {
        objects.push(Object::of(&config::config_map(appliance, namespace, files)));
    }
    for claim in &appliance.claims {
        objects.push(Object::of(&storage::claim(appliance, namespace, claim)));
    }
    if appliance.guarded || appliance.egress.is_some() {
        objects.push(Object::of(&access::network_policy(appliance, namespace)));
    }
    if let Some(service) = &appliance.service {
        objects.push(Object::of(&access::service(appliance, namespace, service)));
    }
    if let Some(ingress) = &appliance.ingress {
        objects.push(Object::of(&access::ingress(appliance, namespace, ingress)));
    }
    if let Some(route) = &appliance.http_route {
        let object = Object::from_value(route::object(appliance, namespace, route));
        objects.push(object.expect("a route carries apiVersion, kind and metadata.name"));
    }
    objects.push(workload::workload(appliance, namespace, &nads, owner));
    let mut set = ObjectSet::new();
    for object in objects {
        set.push(object).expect("the plan names every object of an appliance once");
    }
    set
}
