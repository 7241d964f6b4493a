//! From what pods, events and claims show to likely causes and what mends them. Pure.
//!
//! Only what matters now counts: an event of an earlier pod or of an earlier deploy says nothing.

use k8s_openapi::api::core::v1::{Event, Node, PersistentVolumeClaim, Pod};
use wrtpod_cni::Configuration;

use super::conditions::{self, WorkloadState};
use super::patterns::{CLAIM, CREATION, DEVICE, PARENT, SANDBOX, SCHEDULING, lasting, passing};
use super::{Release, containers, lacks, network, nodes, placement, users};
use crate::diag::{Code, Finding};

/// Everything that is looked at.
pub(super) struct View<'a> {
    /// The release, when there is one: its NICs are looked for.
    pub release: Option<&'a Release>,
    pub workload: Option<&'a WorkloadState>,
    pub pods: &'a [Pod],
    pub events: &'a [Event],
    pub claims: &'a [PersistentVolumeClaim],
    /// The version of the last event of the time before: what it tells of may have been mended since. 0 when all count.
    pub known: u64,
    /// The nodes, where they were read.
    pub nodes: &'a [Node],
}

/// What keeps an appliance from being ready, the most telling first.
pub(super) fn problems(view: &View<'_>) -> Vec<Finding> {
    let mut problems = Vec::new();
    if let Some(pod) = conditions::newest(view.pods, view.workload) {
        of_pod(view, pod, &mut problems);
    } else if let Some(pod) = conditions::ending(view.pods) {
        problems.extend(nodes::silent(view, pod).or_else(|| nodes::ending(view, pod)));
    } else if let Some(workload) = view.workload.filter(|workload| workload.desired > 0) {
        of_creation(view, workload, &mut problems);
    }
    of_claims(view, &mut problems);
    problems
}

fn of_pod(view: &View<'_>, pod: &Pod, problems: &mut Vec<Finding>) {
    if conditions::is_ready(pod) && nics(view, pod).is_none() {
        return;
    }
    if let Some(problem) = nodes::silent(view, pod) {
        // Whatever else the API server knows of the pod is of the time before.
        problems.push(problem);
        return;
    }
    let name = pod.metadata.name.clone().unwrap_or_default();
    let status = pod.status.clone().unwrap_or_default();
    if status.reason.as_deref() == Some("SysctlForbidden") {
        problems.push(problem(
            &name,
            Code::SysctlForbidden,
            status.message.as_deref().unwrap_or("the kubelet forbids a sysctl of the pod"),
            "network sysctls belong in the attachment's tuning, not in the pod",
        ));
    }
    if !conditions::condition(pod, "PodScheduled") {
        problems.extend(scheduling(view, pod, &name));
    } else if !conditions::has_network(pod) {
        problems.extend(sandbox(view, pod, &name));
    }
    problems.extend(containers::problems(pod, &name, view.events));
    problems.extend(nics(view, pod));
}

fn scheduling(view: &View<'_>, pod: &Pod, name: &str) -> Option<Finding> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let condition = conditions
        .iter()
        .find(|condition| condition.type_ == "PodScheduled" && condition.status == "False")?;
    let message = condition.message.as_deref()?;
    let fallback = passing("", Code::Unschedulable, "no node takes the pod: see the message");
    let pattern = SCHEDULING.iter().find(|pattern| pattern.is_in(message)).unwrap_or(&fallback);
    let pattern =
        if pattern.code == Code::Unschedulable && lacks_device(message) { &DEVICE } else { pattern };
    if let Some(problem) = nodes::refusing(view, name, message, pattern.code) {
        return Some(problem);
    }
    Some(Finding { transient: pattern.transient, ..problem(name, pattern.code, message, pattern.fix) })
}

/// Whether the scheduler misses something that a device plugin offers.
fn lacks_device(message: &str) -> bool {
    let missed = message.split("Insufficient ").skip(1);
    missed.filter_map(|rest| rest.split([',', ' ']).next()).any(placement::is_device)
}

/// Why the sandbox or a volume of the pod cannot be made, from the newest event that says so.
fn sandbox(view: &View<'_>, pod: &Pod, name: &str) -> Option<Finding> {
    const REASONS: [&str; 5] =
        ["FailedCreatePodSandBox", "NoNetworkFound", "FailedMount", "FailedAttachVolume", "NetworkNotReady"];
    let told = events_of(view.events, pod.metadata.uid.as_deref())
        .filter(|event| REASONS.contains(&event.reason.as_deref().unwrap_or_default()));
    let event = newest(told).filter(|event| version(event) > view.known)?;
    let reason = event.reason.as_deref().unwrap_or_default();
    let message = event.message.as_deref().unwrap_or_default();
    if matches!(reason, "FailedMount" | "FailedAttachVolume") {
        if let Some((code, fix)) = lacks::missing(message) {
            return Some(problem(name, code, message, fix));
        }
        let fix =
            "a volume cannot be mounted: the object that the message names is missing or in use elsewhere";
        return Some(Finding { transient: true, ..problem(name, Code::Volume, message, fix) });
    }
    if let Some(problem) = users::refused(name, message) {
        return Some(problem);
    }
    let found = SANDBOX.iter().find(|pattern| pattern.is_in(message) || reason == pattern.text);
    let fallback = lasting(
        "",
        Code::Sandbox,
        "the pod's network cannot be made: see the message and the node's kubelet log",
    );
    let pattern = found.unwrap_or(&fallback);
    let mut fix = pattern.fix.to_owned();
    let parents = view.release.map(parents).unwrap_or_default();
    if pattern.fix == PARENT && !parents.is_empty() {
        // The plugin's own message does not say which one it looked for.
        fix = format!("{fix} (the appliance needs {})", parents.join(", "));
    }
    Some(Finding { transient: pattern.transient, ..problem(name, pattern.code, innermost(message), &fix) })
}

/// The node's interfaces that the release's attachments hang on.
fn parents(release: &Release) -> Vec<String> {
    let parent = |configuration: Configuration| configuration.plugins().first()?.parent().map(str::to_owned);
    let mut parents: Vec<String> = release.configurations().filter_map(parent).collect();
    parents.sort();
    parents.dedup();
    parents
}

/// Why a pod that was deleted does not go: what the kubelet says, and what mends it.
pub(super) fn of_ending(events: &[Event], uid: &str) -> Option<(String, &'static str)> {
    let told = events_of(events, Some(uid)).filter(|event| event.reason.as_deref() == Some("FailedKillPod"));
    let message = newest(told)?.message.as_deref()?.replace("\\\"", "\"");
    let pattern = SANDBOX.iter().find(|pattern| pattern.is_in(&message));
    let fix = pattern.map_or("see the node's kubelet log", |pattern| pattern.fix);
    Some((one_line(innermost(&message).trim_end_matches('"')), fix))
}

/// Why there is no pod at all.
fn of_creation(view: &View<'_>, workload: &WorkloadState, problems: &mut Vec<Finding>) {
    let failed = view.events.iter().filter(|event| event.reason.as_deref() == Some("FailedCreate"));
    let recent = failed.filter(|event| !is_older(event, workload.changed.as_deref()));
    let prefix = format!("{}-", workload.name);
    let own = recent.filter(|event| {
        let object = &event.involved_object;
        let of_replica_set = object.kind.as_deref() == Some("ReplicaSet")
            && object.name.as_deref().is_some_and(|name| name.starts_with(&prefix));
        object.uid.as_deref() == Some(workload.uid.as_str()) || of_replica_set
    });
    let Some(event) = newest(own) else { return };
    let message = event.message.as_deref().unwrap_or_default();
    let fallback = lasting("", Code::PodRefused, "the API server refuses the pod: see the message");
    let pattern = CREATION.iter().find(|pattern| pattern.is_in(message)).unwrap_or(&fallback);
    let object = format!(
        "{} {}",
        event.involved_object.kind.as_deref().unwrap_or("workload"),
        event.involved_object.name.as_deref().unwrap_or_default()
    );
    problems.push(Finding { object: Some(object), ..problem("", pattern.code, message, pattern.fix) });
}

/// Whether an event was last seen before the workload was changed.
fn is_older(event: &Event, changed: Option<&str>) -> bool {
    let last = event.last_timestamp.as_ref().and_then(|time| serde_json::to_value(time).ok());
    match (last.as_ref().and_then(|time| time.as_str()), changed) {
        (Some(last), Some(changed)) => last < changed,
        _ => false,
    }
}

fn of_claims(view: &View<'_>, problems: &mut Vec<Finding>) {
    for claim in view.claims {
        let phase = claim.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or("Pending");
        let name = claim.metadata.name.as_deref().unwrap_or_default();
        let object = format!("PersistentVolumeClaim {name}");
        if phase == "Lost" {
            let fix = "its volume is gone: restore a backup into a new claim";
            problems.push(Finding {
                object: Some(object),
                ..problem("", Code::ClaimLost, "its volume does not exist any more", fix)
            });
            continue;
        }
        let told = events_of(view.events, claim.metadata.uid.as_deref());
        let failed = told
            .filter(|event| matches!(event.reason.as_deref(), Some("FailedBinding" | "ProvisioningFailed")));
        if let (true, Some(event)) = (phase == "Pending", failed.last()) {
            let message = event.message.as_deref().unwrap_or_default();
            problems
                .push(Finding { object: Some(object), ..problem("", Code::ClaimPending, message, CLAIM) });
        }
    }
}

/// The planned NICs that the pod's sandbox was made without.
fn nics(view: &View<'_>, pod: &Pod) -> Option<Finding> {
    let release = view.release?;
    if !conditions::has_network(pod) {
        return None;
    }
    let missing = network::missing(pod, &release.expected);
    if missing.is_empty() {
        return None;
    }
    let name = pod.metadata.name.clone().unwrap_or_default();
    let message = format!("its sandbox was made without {}", missing.join(", "));
    let fix = format!(
        "Multus was not in charge when the pod was made: `kubectl -n {} delete pod {name}`; if it comes back like this, \
         either Multus does not run on the node (`wrtpod doctor` says so where it is a DaemonSet), or its \
         configuration is not the first in the node's CNI folder",
        release.namespace
    );
    Some(problem(&name, Code::NicMissing, &message, &fix))
}

/// The events of one object.
pub(super) fn events_of<'a>(events: &'a [Event], uid: Option<&'a str>) -> impl Iterator<Item = &'a Event> {
    events.iter().filter(move |event| uid.is_some() && event.involved_object.uid.as_deref() == uid)
}

/// The event that was written last.
fn newest<'a>(events: impl Iterator<Item = &'a Event>) -> Option<&'a Event> {
    events.max_by_key(|event| version(event))
}

/// When an event was written, as a number that grows.
pub(super) fn version(event: &Event) -> u64 {
    event.metadata.resource_version.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// A problem of a pod that does not go away by itself.
pub(super) fn problem(pod: &str, code: Code, message: &str, fix: &str) -> Finding {
    Finding::error(code, one_line(message)).object(format!("Pod {pod}")).help(fix)
}

/// What CNI said: the kubelet and the runtime wrap it in the sandbox's name and a hash.
fn innermost(message: &str) -> &str {
    let begin = message.rfind("plugin type=").or_else(|| message.find("failed to setup network for sandbox"));
    begin.map_or(message, |begin| &message[begin..])
}

/// A message without line breaks, and not longer than anybody reads.
pub(super) fn one_line(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 400 {
        return line;
    }
    let cut: String = line.chars().take(399).collect();
    format!("{cut}…")
}
