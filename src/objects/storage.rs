//! Claims: objects of their own, never claim templates (immutable), never deleted by accident.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::meta::{annotate, metadata};
use crate::plan::{Appliance, Claim};

/// The claim, marked so that Helm, Flux and Argo CD keep it when they drop the rest.
pub fn claim(appliance: &Appliance, namespace: &str, claim: &Claim) -> PersistentVolumeClaim {
    let mut metadata = metadata(appliance, namespace, &claim.name);
    let keep = [
        ("helm.sh/resource-policy", "keep"),
        ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
        ("argocd.argoproj.io/sync-options", "Prune=false,Delete=false"),
    ];
    annotate(&mut metadata, keep.map(|(key, value)| (key.to_owned(), value.to_owned())));
    PersistentVolumeClaim {
        metadata,
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec![claim.access_mode.clone()]),
            resources: Some(VolumeResourceRequirements {
                requests: Some(BTreeMap::from([("storage".into(), Quantity(claim.size.to_string()))])),
                ..VolumeResourceRequirements::default()
            }),
            storage_class_name: claim.storage_class.clone(),
            ..PersistentVolumeClaimSpec::default()
        }),
        ..PersistentVolumeClaim::default()
    }
}
