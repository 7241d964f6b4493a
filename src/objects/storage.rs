//! Claims: objects of their own, never claim templates (immutable), never deleted by accident.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::meta::{keep, metadata};
use crate::plan::{Appliance, Claim};

/// The claim, which Helm, Flux and Argo CD keep when they drop the rest.
pub fn claim(appliance: &Appliance, namespace: &str, claim: &Claim) -> PersistentVolumeClaim {
    let mut metadata = metadata(appliance, namespace, &claim.name);
    keep(&mut metadata);
    PersistentVolumeClaim {
        metadata,
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec![claim.access_mode.to_string()]),
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
