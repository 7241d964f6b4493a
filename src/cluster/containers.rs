//! What the states of a pod's containers say about why it is not ready. Pure.

use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Event, Pod};

use super::causes::{events_of, problem};
use super::conditions;
use super::{lacks, users};
use crate::diag::{Code, Finding};

const IMAGE: &str = "correct the image's name or tag, or give the namespace a pull secret; a node behind a proxy or \
                     without a route to the registry says so in the message";

/// The problems of a pod's containers.
pub(super) fn problems(pod: &Pod, name: &str, events: &[Event]) -> Vec<Finding> {
    let mut found: Vec<Finding> = conditions::containers(pod)
        .filter_map(|(init, status)| of_container(pod, name, init, status, events))
        .collect();
    if found.is_empty() {
        found.extend(not_ready(pod, name, events));
    }
    found
}

/// The container whose log explains a problem, and whether it is the log of its former run.
pub(super) fn log_of(pod: &Pod) -> Option<(String, bool)> {
    let failed = conditions::containers(pod).find_map(|(_, status)| {
        let state = status.state.as_ref()?;
        let ended_badly =
            |one: &Option<ContainerStateTerminated>| one.as_ref().is_some_and(|one| one.exit_code != 0);
        if ended_badly(&state.terminated) {
            return Some((status.name.clone(), false));
        }
        let last = status.last_state.as_ref().is_some_and(|last| ended_badly(&last.terminated));
        (last && state.waiting.is_some()).then(|| (status.name.clone(), true))
    });
    failed.or_else(|| {
        let running = conditions::containers(pod).find(|(_, status)| {
            !status.ready && status.state.as_ref().is_some_and(|state| state.running.is_some())
        });
        running.map(|(_, status)| (status.name.clone(), false))
    })
}

fn of_container(
    pod: &Pod,
    name: &str,
    init: bool,
    status: &ContainerStatus,
    events: &[Event],
) -> Option<Finding> {
    let state = status.state.as_ref()?;
    if let Some(ended) = state.terminated.as_ref().filter(|ended| ended.exit_code != 0) {
        return Some(failed(name, init, status, ended));
    }
    let waiting = state.waiting.as_ref()?;
    let reason = waiting.reason.as_deref().unwrap_or_default();
    let message = waiting.message.as_deref().unwrap_or(reason);
    let who = of_several(pod, &status.name);
    match reason {
        "ErrImagePull"
        | "ImagePullBackOff"
        | "InvalidImageName"
        | "ErrImageNeverPull"
        | "RegistryUnavailable" => {
            let told = pull_event(pod, &status.name, events).filter(|_| reason == "ImagePullBackOff");
            let text = format!("{who}{}: {}", status.image, told.as_deref().unwrap_or(message));
            Some(problem(name, Code::ImagePull, &text, IMAGE))
        }
        "CrashLoopBackOff" => {
            let ended = status.last_state.as_ref().and_then(|last| last.terminated.as_ref());
            ended.map(|ended| failed(name, init, status, ended))
        }
        "CreateContainerConfigError" => {
            let fix = "a ConfigMap, Secret or key that the container names is missing";
            let (code, fix) = lacks::missing(message).unwrap_or((Code::ContainerConfig, fix));
            Some(problem(name, code, &format!("{who}{message}"), fix))
        }
        "CreateContainerError" | "RunContainerError" => {
            if let Some(refused) = users::refused(name, &format!("{who}{message}")) {
                return Some(refused);
            }
            let fix =
                "the runtime cannot start the container: see the message (a mount, a device, the command)";
            Some(problem(name, Code::ContainerStart, &format!("{who}{message}"), fix))
        }
        _ => None,
    }
}

/// Which container a message is about, where the pod has others beside the appliance's.
fn of_several(pod: &Pod, container: &str) -> String {
    let count = pod.spec.as_ref().map_or(0, |spec| spec.containers.len());
    if count > 1 { format!("container {container}: ") } else { String::new() }
}

/// The container that an event is about; nothing where it says none.
fn container_of(event: &Event) -> Option<&str> {
    event.involved_object.field_path.as_deref()?.split_once('{')?.1.strip_suffix('}')
}

/// `ImagePullBackOff` only says that it waits; the event before said why.
fn pull_event(pod: &Pod, container: &str, events: &[Event]) -> Option<String> {
    let told = events_of(events, pod.metadata.uid.as_deref());
    let told = told.filter(|event| container_of(event).is_none_or(|known| known == container));
    let failed = told.filter(|event| {
        event.reason.as_deref() == Some("Failed")
            && event.message.as_deref().is_some_and(|message| message.contains("Failed to pull"))
    });
    failed.last().and_then(|event| event.message.clone())
}

fn failed(name: &str, init: bool, status: &ContainerStatus, ended: &ContainerStateTerminated) -> Finding {
    let (code, what) =
        if init { (Code::InitFailed, "init container") } else { (Code::CrashLoop, "container") };
    let reason = match ended.reason.as_deref() {
        Some("OOMKilled") => "was killed: out of memory".to_owned(),
        Some(reason) if reason != "Error" && reason != "Completed" => {
            format!("ended with exit code {} ({reason})", ended.exit_code)
        }
        _ => format!("ended with exit code {}", ended.exit_code),
    };
    // A runtime that cannot map the users of a mount ends the container before it begins.
    if let Some(refused) = ended.message.as_deref().and_then(|message| users::refused(name, message)) {
        return refused;
    }
    let text = format!("{what} {} {reason}, {} restarts", status.name, status.restart_count);
    let fix = if ended.reason.as_deref() == Some("OOMKilled") {
        "raise its memory limit"
    } else {
        "its log says why"
    };
    problem(name, code, &text, fix)
}

/// A pod whose containers run and whose probe fails.
fn not_ready(pod: &Pod, name: &str, events: &[Event]) -> Option<Finding> {
    let waiting = || {
        let running = conditions::containers(pod).filter(|(init, status)| {
            !init && !status.ready && status.state.as_ref().is_some_and(|one| one.running.is_some())
        });
        running.map(|(_, status)| status.name.as_str())
    };
    if waiting().next().is_none() || conditions::is_ready(pod) {
        return None;
    }
    let told = events_of(events, pod.metadata.uid.as_deref());
    let is_waiting =
        |event: &&Event| container_of(event).is_none_or(|name| waiting().any(|known| known == name));
    let unhealthy =
        told.filter(|event| event.reason.as_deref() == Some("Unhealthy")).filter(is_waiting).last()?;
    let message = unhealthy.message.as_deref().unwrap_or_default();
    let who = container_of(unhealthy).map_or_else(String::new, |container| of_several(pod, container));
    let fix = "it runs but its probe fails: its log says what it waits for";
    Some(Finding { transient: true, ..problem(name, Code::NotReady, &format!("{who}{message}"), fix) })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
        serde_json::from_value(value).expect("an object of its kind")
    }

    /// Of several containers, it is said which one is meant; and an event of one that works by now says nothing.
    #[test]
    fn one_of_several_containers_is_named() {
        let pod = |state: Value, ready: bool| -> Pod {
            let running = json!({"running": {}});
            let status = |name: &str, ready: bool, state: &Value| json!({"name": name, "image": "x:1", "imageID": "", "ready": ready, "restartCount": 0, "state": state});
            read(json!({"metadata": {"name": "openwrt-0", "uid": "u"},
                "spec": {"nodeName": "node1", "containers": [{"name": "openwrt"}, {"name": "exporter"}]},
                "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "PodScheduled", "status": "True"}],
                    "containerStatuses": [status("openwrt", true, &running), status("exporter", ready, &state)]}}))
        };
        let of = |container: &str, reason: &str, message: &str| -> Event {
            let pod = json!({"kind": "Pod", "name": "openwrt-0", "uid": "u", "fieldPath": format!("spec.containers{{{container}}}")});
            read(
                json!({"metadata": {"name": "e", "namespace": "a"}, "reason": reason, "message": message, "involvedObject": pod}),
            )
        };
        let told = |pod: Pod, events: &[Event]| problems(&pod, "openwrt-0", events).remove(0).claim;
        let waiting = |reason: &str| json!({"waiting": {"reason": reason, "message": "no such thing"}});
        let back_off = pod(waiting("ImagePullBackOff"), false);
        let events = [
            of("exporter", "Failed", "Failed to pull image x:1: not found"),
            of("openwrt", "Failed", "Failed to pull image y:1: refused"),
        ];
        assert!(
            told(back_off, &events).ends_with("container exporter: x:1: Failed to pull image x:1: not found")
        );
        for reason in ["CreateContainerConfigError", "RunContainerError"] {
            assert!(told(pod(waiting(reason), false), &[]).ends_with("container exporter: no such thing"));
        }
        let events = [
            of("exporter", "Unhealthy", "Readiness probe failed: refused"),
            of("openwrt", "Unhealthy", "Readiness probe failed: it boots"),
        ];
        let message = told(pod(json!({"running": {}}), false), &events);
        assert!(message.ends_with("container exporter: Readiness probe failed: refused"), "{message}");
    }
}
