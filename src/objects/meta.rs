//! Metadata: names, labels and annotations that every object carries.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use crate::plan::{Appliance, Pairs};

/// Annotation by which Flux leaves an object's text alone, and its value (github.com/fluxcd/pkg/kustomize,
/// `SubstituteVariables`, which looks for it among labels and annotations). A Kustomization with `postBuild` rewrites every
/// `${…}` elsewhere: in scripts, in UCI and in the user's own words.
pub const SUBSTITUTE: (&str, &str) = ("kustomize.toolkit.fluxcd.io/substitute", "disabled");

/// Label by which the workload, its Service and its policy find the pod. It never changes: a selector is
/// immutable.
pub const APPLIANCE: &str = "wrtpod.dev/appliance";
/// `app.kubernetes.io/managed-by`.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Our name in labels and as a field manager.
pub const WRTPOD: &str = "wrtpod";

/// Labels of the pod: those of every object, and the pod's own.
pub fn pod_labels(appliance: &Appliance) -> BTreeMap<String, String> {
    let mut labels = labels(appliance);
    for (key, value) in &appliance.pod_labels {
        labels.insert(key.value.clone(), value.value.clone());
    }
    labels
}

/// Labels of an object of this appliance, the user's included.
pub fn labels(appliance: &Appliance) -> BTreeMap<String, String> {
    let mut labels = selector_labels(appliance);
    labels.insert("app.kubernetes.io/name".into(), appliance.kind.clone());
    labels.insert("app.kubernetes.io/instance".into(), appliance.name.value.clone());
    labels.insert(MANAGED_BY.into(), WRTPOD.into());
    for (key, value) in &appliance.labels {
        labels.insert(key.value.clone(), value.value.clone());
    }
    labels
}

/// The labels that select the pod.
pub fn selector_labels(appliance: &Appliance) -> BTreeMap<String, String> {
    BTreeMap::from([(APPLIANCE.into(), appliance.name.value.clone())])
}

/// The selector of the pod.
pub fn selector(appliance: &Appliance) -> LabelSelector {
    LabelSelector { match_labels: Some(selector_labels(appliance)), ..LabelSelector::default() }
}

/// Metadata of an object of this appliance.
pub fn metadata(appliance: &Appliance, namespace: &str, name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(namespace.to_owned()),
        labels: Some(labels(appliance)),
        annotations: Some(annotations(&appliance.annotations)),
        ..ObjectMeta::default()
    }
}

/// Annotations of every object: the user's, whose word counts.
pub fn annotations(own: &Pairs) -> BTreeMap<String, String> {
    let (key, value) = SUBSTITUTE;
    let mut annotations = BTreeMap::from([(key.to_owned(), value.to_owned())]);
    annotations.extend(map(own).unwrap_or_default());
    annotations
}

/// Annotations of a ConfigMap with scripts or settings of the pod, in which nothing is ever substituted: a script that was changed
/// on its way is none any more.
pub fn of_texts(metadata: ObjectMeta) -> ObjectMeta {
    let (key, value) = SUBSTITUTE;
    let mut metadata = metadata;
    annotate(&mut metadata, [(key.to_owned(), value.to_owned())]);
    metadata
}

/// A map for a field that is left out when it is empty.
pub fn map(pairs: &Pairs) -> Option<BTreeMap<String, String>> {
    let pairs: BTreeMap<_, _> =
        pairs.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect();
    (!pairs.is_empty()).then_some(pairs)
}

/// Adds annotations to those that every object has.
pub fn annotate(metadata: &mut ObjectMeta, pairs: impl IntoIterator<Item = (String, String)>) {
    let mut annotations = metadata.annotations.take().unwrap_or_default();
    annotations.extend(pairs);
    metadata.annotations = (!annotations.is_empty()).then_some(annotations);
}

/// Has Helm, Flux and Argo CD keep an object when they drop the rest: a claim, and the namespace that it would go with.
pub fn keep(metadata: &mut ObjectMeta) {
    let tools = [
        ("helm.sh/resource-policy", "keep"),
        ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
        ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
    ];
    annotate(metadata, tools.map(|(key, value)| (key.to_owned(), value.to_owned())));
}
