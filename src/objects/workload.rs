//! The workload and its pod.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::apps::v1::{
    Deployment, DeploymentSpec, DeploymentStrategy, StatefulSet, StatefulSetSpec,
};
use k8s_openapi::api::core::v1::{
    Affinity, ConfigMapVolumeSource, EmptyDirVolumeSource, HostPathVolumeSource, KeyToPath,
    LocalObjectReference, NFSVolumeSource, NodeAffinity, NodeSelector, NodeSelectorRequirement,
    NodeSelectorTerm, PersistentVolumeClaimVolumeSource, PodSecurityContext, PodSpec, PodTemplateSpec,
    ProjectedVolumeSource, SecretProjection, SecretVolumeSource, Sysctl, Toleration, Volume,
    VolumeProjection,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::config::digest;
use super::container::container;
use super::meta::{map, metadata, pod_labels, selector};
use super::scripts::{self, ScriptsOwner};
use super::set::Object;
use wrtpod_cni::multus::NETWORKS;

use crate::net::{self, Nad};
use crate::plan::{self, Appliance, Nic, Placement, Profile, RunAs, VolumeSource, Workload};
use crate::pod::Scripts;

/// Annotation of the pod: what its ConfigMaps hold, but for the scripts, whose name says it. A change rolls the pod.
pub const CONFIG_DIGEST: &str = "wrtpod.dev/config-sha256";
/// Annotation of the pod: the overlays that it applies itself, with commas between. Who asks for its state finds there what to ask for.
pub const BOOT_OVERLAYS: &str = "wrtpod.dev/boot-overlays";

/// The StatefulSet or Deployment.
pub fn workload(appliance: &Appliance, namespace: &str, nads: &[(&Nic, Nad)], owner: ScriptsOwner) -> Object {
    let metadata = metadata(appliance, namespace, &appliance.name);
    let replicas = Some(i32::try_from(appliance.replicas.value).unwrap_or(i32::MAX));
    let min_ready_seconds = (appliance.min_ready_seconds > 0).then_some(appliance.min_ready_seconds);
    let template = template(appliance, namespace, nads, owner);
    match appliance.workload.value {
        Workload::StatefulSet => Object::of(&StatefulSet {
            metadata,
            spec: Some(StatefulSetSpec {
                replicas,
                min_ready_seconds,
                // A pod that never gets ready is replaced by a corrected one only in this mode.
                pod_management_policy: Some("Parallel".into()),
                service_name: Some(appliance.name.value.clone()),
                selector: selector(appliance),
                template,
                ..StatefulSetSpec::default()
            }),
            ..StatefulSet::default()
        }),
        Workload::Deployment { rolling } => Object::of(&Deployment {
            metadata,
            spec: Some(DeploymentSpec {
                replicas,
                min_ready_seconds,
                strategy: Some(DeploymentStrategy {
                    type_: Some(if rolling { "RollingUpdate" } else { "Recreate" }.into()),
                    rolling_update: None,
                }),
                selector: selector(appliance),
                template,
                ..DeploymentSpec::default()
            }),
            ..Deployment::default()
        }),
    }
}

fn template(
    appliance: &Appliance,
    namespace: &str,
    nads: &[(&Nic, Nad)],
    owner: ScriptsOwner,
) -> PodTemplateSpec {
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(pod_labels(appliance)),
            annotations: pod_annotations(appliance, namespace, nads),
            ..ObjectMeta::default()
        }),
        spec: Some(pod(appliance, owner)),
    }
}

fn pod_annotations(
    appliance: &Appliance,
    namespace: &str,
    nads: &[(&Nic, Nad)],
) -> Option<BTreeMap<String, String>> {
    let mut annotations = map(&appliance.annotations).unwrap_or_default();
    annotations.extend(map(&appliance.pod_annotations).unwrap_or_default());
    // A NAD is read only when the pod's sandbox is made: one with other content has another name, which rolls the pod.
    if let Some(networks) = net::networks(nads, namespace) {
        annotations.insert(NETWORKS.into(), networks);
    }
    if !appliance.config.is_empty() {
        annotations.insert(CONFIG_DIGEST.into(), digest(&appliance.config));
    }
    let at_boot: Vec<&str> = appliance
        .overlays
        .iter()
        .filter(|overlay| overlay.boot.is_some())
        .map(|overlay| overlay.name.as_str())
        .collect();
    if !at_boot.is_empty() {
        annotations.insert(BOOT_OVERLAYS.into(), at_boot.join(","));
    }
    (!annotations.is_empty()).then_some(annotations)
}

fn pod(appliance: &Appliance, owner: ScriptsOwner) -> PodSpec {
    let secrets: Vec<_> =
        appliance.pull_secrets.iter().map(|name| LocalObjectReference { name: name.clone() }).collect();
    let sysctls: Vec<_> = appliance
        .pod_sysctls
        .iter()
        .map(|(name, value)| Sysctl { name: name.value.clone(), value: value.value.clone() })
        .collect();
    let init: Vec<_> = appliance.init.iter().map(container).collect();
    let mut main = container(&appliance.main);
    if let (Some(_), Some(context)) = (appliance.proc_unmasked, &mut main.security_context) {
        context.proc_mount = Some("Unmasked".into());
    }
    let scripts_of = |kind| scripts::name(appliance, kind, owner);
    let volumes: Vec<_> = appliance.volumes.iter().map(|plan| volume(plan, &scripts_of)).collect();
    let group = match appliance.main.run_as {
        RunAs::Image { group, .. } => group.map(|group| i64::from(group.get())),
        RunAs::Root(_) => None,
    };
    PodSpec {
        affinity: affinity(&appliance.placement),
        // Nothing in an appliance talks to the API server, and the environment of a machine on the LAN is
        // no place for the addresses of the cluster's Services.
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        containers: std::iter::once(main).chain(appliance.sidecars.iter().map(container)).collect(),
        host_users: appliance.host_users.map(|shares| shares.value),
        hostname: appliance.hostname.clone(),
        image_pull_secrets: (!secrets.is_empty()).then_some(secrets),
        init_containers: (!init.is_empty()).then_some(init),
        node_selector: map(&appliance.placement.selector),
        security_context: (group.is_some() || !sysctls.is_empty()).then(|| PodSecurityContext {
            fs_group: group,
            // A claim with many files is gone through once, not at each start.
            fs_group_change_policy: group.map(|_| "OnRootMismatch".into()),
            sysctls: (!sysctls.is_empty()).then_some(sysctls),
            ..PodSecurityContext::default()
        }),
        termination_grace_period_seconds: Some(appliance.grace_seconds),
        tolerations: tolerations(&appliance.placement),
        volumes: (!volumes.is_empty()).then_some(volumes),
        // PID 1 of an OpenWrt container is its own init; it cannot be the pause process.
        share_process_namespace: (appliance.profile == Profile::OpenWrt).then_some(false),
        ..PodSpec::default()
    }
}

fn volume(plan: &plan::Volume, scripts_of: &dyn Fn(Scripts) -> String) -> Volume {
    let mut volume = Volume { name: plan.name.value.clone(), ..Volume::default() };
    match &plan.source {
        VolumeSource::Claim(claim) => {
            volume.persistent_volume_claim =
                Some(PersistentVolumeClaimVolumeSource { claim_name: claim.value.clone(), read_only: None });
        }
        VolumeSource::Scratch(scratch) => {
            volume.empty_dir = Some(EmptyDirVolumeSource {
                medium: scratch.in_memory.then(|| "Memory".to_owned()),
                size_limit: scratch.limit.as_ref().map(|limit| Quantity(limit.to_string())),
            });
        }
        VolumeSource::HostPath(path) => {
            volume.host_path = Some(HostPathVolumeSource { path: path.value.clone(), type_: None });
        }
        VolumeSource::Nfs { server, path } => {
            let (server, path) = (server.value.clone(), path.value.clone());
            volume.nfs = Some(NFSVolumeSource { server, path, read_only: None });
        }
        VolumeSource::ConfigMap(name) => {
            volume.config_map =
                Some(ConfigMapVolumeSource { name: name.clone(), ..ConfigMapVolumeSource::default() });
        }
        VolumeSource::Scripts(scripts) => {
            volume.config_map = Some(ConfigMapVolumeSource {
                name: scripts_of(*scripts),
                default_mode: Some(0o755),
                ..ConfigMapVolumeSource::default()
            });
        }
        VolumeSource::Secret(name) => {
            volume.secret = Some(SecretVolumeSource {
                secret_name: Some(name.clone()),
                default_mode: Some(0o400),
                ..SecretVolumeSource::default()
            });
        }
        VolumeSource::Credentials(name) => volume.projected = Some(credentials(name)),
        VolumeSource::SecretKeys(secrets) => volume.projected = Some(secret_keys(secrets)),
        VolumeSource::Device(path) => {
            volume.host_path =
                Some(HostPathVolumeSource { path: path.value.clone(), type_: Some("CharDevice".into()) });
        }
    }
    volume
}

/// The hash has to be there: an appliance never starts with an empty password. Keys are optional.
fn credentials(name: &str) -> ProjectedVolumeSource {
    let source = |key: &str, optional: Option<bool>| VolumeProjection {
        secret: Some(SecretProjection {
            name: name.to_owned(),
            items: Some(vec![KeyToPath { key: key.into(), path: key.into(), mode: None }]),
            optional,
        }),
        ..VolumeProjection::default()
    };
    ProjectedVolumeSource {
        default_mode: Some(0o400),
        sources: Some(vec![source("password-hash", None), source("authorized_keys", Some(true))]),
    }
}

/// Each key a file below a folder of its Secret's name, for root alone.
fn secret_keys(secrets: &BTreeMap<String, BTreeSet<String>>) -> ProjectedVolumeSource {
    let source = |(name, keys): (&String, &BTreeSet<String>)| VolumeProjection {
        secret: Some(SecretProjection {
            name: name.clone(),
            items: Some(
                keys.iter()
                    .map(|key| KeyToPath { key: key.clone(), path: format!("{name}/{key}"), mode: None })
                    .collect(),
            ),
            optional: None,
        }),
        ..VolumeProjection::default()
    };
    ProjectedVolumeSource { default_mode: Some(0o400), sources: Some(secrets.iter().map(source).collect()) }
}

/// Nodes by name and by architecture, as affinity: a `nodeSelector` cannot say «one of these».
fn affinity(placement: &Placement) -> Option<Affinity> {
    let one_of = |key: &str, values: &[String]| {
        (!values.is_empty()).then(|| NodeSelectorRequirement {
            key: key.into(),
            operator: "In".into(),
            values: Some(values.to_vec()),
        })
    };
    let terms: Vec<_> = [
        one_of("kubernetes.io/hostname", &placement.nodes),
        one_of("kubernetes.io/arch", &placement.architectures),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!terms.is_empty()).then(|| Affinity {
        node_affinity: Some(NodeAffinity {
            required_during_scheduling_ignored_during_execution: Some(NodeSelector {
                node_selector_terms: vec![NodeSelectorTerm {
                    match_expressions: Some(terms),
                    match_fields: None,
                }],
            }),
            ..NodeAffinity::default()
        }),
        ..Affinity::default()
    })
}

fn tolerations(placement: &Placement) -> Option<Vec<Toleration>> {
    let parsed: Vec<Toleration> = placement
        .tolerations
        .iter()
        .map(|raw| serde_json::from_value(raw.clone()).expect("the plan has read every toleration"))
        .collect();
    (!parsed.is_empty()).then_some(parsed)
}
