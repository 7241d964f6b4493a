//! When a workload is ready, and how far a pod is. Pure.

use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{ContainerStatus, Event, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use super::Stage;

/// The label of a StatefulSet's pod that names its revision.
const REVISION: &str = "controller-revision-hash";

/// What a StatefulSet or a Deployment says about its pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WorkloadState {
    pub name: String,
    pub uid: String,
    pub desired: i32,
    pub ready: i32,
    /// Whether the controller has seen the newest template.
    pub seen: bool,
    /// Whether it has, and no pod of an older one is left; one may be missing.
    pub current: bool,
    /// The revision that pods must have; only StatefulSets tell.
    pub revision: Option<String>,
    /// Whether a pod that is not ready keeps its successor from being made.
    pub ordered: bool,
    /// When the sink last changed it.
    pub changed: Option<String>,
}

impl WorkloadState {
    /// Reads a StatefulSet or a Deployment; `None` for anything else.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value["kind"].as_str()? {
            "StatefulSet" => serde_json::from_value(value.clone()).ok().map(|set| Self::of_set(&set)),
            "Deployment" => serde_json::from_value(value.clone()).ok().map(|one| Self::of_deployment(&one)),
            _ => None,
        }
    }

    fn of_set(set: &StatefulSet) -> Self {
        let spec = set.spec.clone().unwrap_or_default();
        let status = set.status.clone().unwrap_or_default();
        let desired = spec.replicas.unwrap_or(1);
        let updated = status.updated_replicas.unwrap_or(0);
        let settled = status.current_revision == status.update_revision || updated == status.replicas;
        let seen = seen(&set.metadata, status.observed_generation);
        Self {
            name: set.metadata.name.clone().unwrap_or_default(),
            uid: set.metadata.uid.clone().unwrap_or_default(),
            desired,
            ready: status.ready_replicas.unwrap_or(0),
            seen,
            current: seen && settled,
            revision: status.update_revision.filter(|_| seen),
            ordered: spec.pod_management_policy.as_deref() != Some("Parallel"),
            changed: changed(&set.metadata),
        }
    }

    fn of_deployment(deployment: &Deployment) -> Self {
        let status = deployment.status.clone().unwrap_or_default();
        let desired = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let updated = status.updated_replicas.unwrap_or(0);
        let seen = seen(&deployment.metadata, status.observed_generation);
        Self {
            name: deployment.metadata.name.clone().unwrap_or_default(),
            uid: deployment.metadata.uid.clone().unwrap_or_default(),
            desired,
            ready: status.ready_replicas.unwrap_or(0),
            seen,
            current: seen && status.replicas.unwrap_or(0) == updated,
            revision: None,
            ordered: false,
            changed: changed(&deployment.metadata),
        }
    }

    /// Whether everything that was asked for runs and is ready.
    pub(super) fn is_ready(&self) -> bool {
        self.current && self.ready >= self.desired
    }

    /// Whether a pod is of the newest revision, as far as that can be told.
    pub(super) fn owns(&self, pod: &Pod) -> bool {
        match (&self.revision, pod.metadata.labels.as_ref().and_then(|labels| labels.get(REVISION))) {
            (Some(wanted), Some(has)) => wanted == has,
            _ => true,
        }
    }
}

fn seen(metadata: &ObjectMeta, observed: Option<i64>) -> bool {
    observed.unwrap_or(0) >= metadata.generation.unwrap_or(0)
}

/// When the sink's own entry in managedFields was written, as the API server writes times.
fn changed(metadata: &ObjectMeta) -> Option<String> {
    let entries = metadata.managed_fields.as_deref().unwrap_or_default();
    let own = entries.iter().find(|entry| entry.manager.as_deref() == Some(super::FIELD_MANAGER))?;
    serde_json::to_value(own.time.as_ref()?).ok()?.as_str().map(str::to_owned)
}

/// Whether a pod is ready and stays.
pub(super) fn is_ready(pod: &Pod) -> bool {
    pod.metadata.deletion_timestamp.is_none() && condition(pod, "Ready")
}

/// Whether a condition of the pod is `True`.
pub(super) fn condition(pod: &Pod, name: &str) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    conditions.iter().any(|condition| condition.type_ == name && condition.status == "True")
}

/// Whether the pod's network is made: it has its address in the cluster's network.
pub(super) fn has_network(pod: &Pod) -> bool {
    pod.status.as_ref().is_some_and(|status| status.pod_ip.as_deref().is_some_and(|ip| !ip.is_empty()))
}

/// The states of the pod's containers, init containers first; the flag is true for those.
pub(super) fn containers(pod: &Pod) -> impl Iterator<Item = (bool, &ContainerStatus)> {
    let status = pod.status.as_ref();
    let init = status.and_then(|status| status.init_container_statuses.as_deref()).unwrap_or_default();
    let main = status.and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    init.iter().map(|one| (true, one)).chain(main.iter().map(|one| (false, one)))
}

/// The pod that counts: of the newest revision, not on its way out, the ready one first.
pub(super) fn newest<'a>(pods: &'a [Pod], workload: Option<&WorkloadState>) -> Option<&'a Pod> {
    let owned = pods.iter().filter(|pod| workload.is_none_or(|workload| workload.owns(pod)));
    owned
        .filter(|pod| pod.metadata.deletion_timestamp.is_none())
        .max_by_key(|pod| (is_ready(pod), pod.metadata.creation_timestamp.clone()))
}

/// A pod that was told to end and is still there.
pub(super) fn ending(pods: &[Pod]) -> Option<&Pod> {
    pods.iter().find(|pod| pod.metadata.deletion_timestamp.is_some())
}

/// How far a pod is. Only events tell of a pull.
pub(super) fn stage(pod: &Pod, events: &[Event]) -> Stage {
    if is_ready(pod) {
        return Stage::Ready;
    }
    let Some(node) = pod.spec.as_ref().and_then(|spec| spec.node_name.clone()) else {
        return Stage::Pending;
    };
    if let Some(image) = pulling(pod, events) {
        return Stage::Pulling(image);
    }
    let running =
        |status: &ContainerStatus| status.state.as_ref().is_some_and(|state| state.running.is_some());
    match containers(pod).find(|(_, status)| running(status)) {
        Some((true, status)) => Stage::Init(status.name.clone()),
        Some((false, _)) => Stage::Started,
        None => Stage::Scheduled(node),
    }
}

/// The image whose pull is the last thing that an event tells of this pod.
fn pulling(pod: &Pod, events: &[Event]) -> Option<String> {
    let uid = pod.metadata.uid.as_deref()?;
    let own = events.iter().filter(|event| event.involved_object.uid.as_deref() == Some(uid));
    let newest = |event: &&Event| {
        let number = event.metadata.resource_version.as_deref().and_then(|text| text.parse::<u64>().ok());
        number.unwrap_or(0)
    };
    let last = own.max_by_key(newest)?;
    (last.reason.as_deref() == Some("Pulling")).then(|| {
        let message = last.message.as_deref().unwrap_or_default();
        message.split('"').nth(1).unwrap_or("an image").to_owned()
    })
}
