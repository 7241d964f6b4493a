//! What the states of a pod's containers say about why it is not ready. Pure.

use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Event, Pod};

use super::Problem;
use super::causes::{self, events_of, problem};
use super::conditions;

const IMAGE: &str = "correct the image's name or tag, or give the namespace a pull secret; a node behind a proxy or \
                     without a route to the registry says so in the message";

/// The problems of a pod's containers.
pub(super) fn problems(pod: &Pod, name: &str, events: &[Event]) -> Vec<Problem> {
    let mut found: Vec<Problem> = conditions::containers(pod)
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
) -> Option<Problem> {
    let state = status.state.as_ref()?;
    if let Some(ended) = state.terminated.as_ref().filter(|ended| ended.exit_code != 0) {
        return Some(failed(name, init, status, ended));
    }
    let waiting = state.waiting.as_ref()?;
    let reason = waiting.reason.as_deref().unwrap_or_default();
    let message = waiting.message.as_deref().unwrap_or(reason);
    match reason {
        "ErrImagePull"
        | "ImagePullBackOff"
        | "InvalidImageName"
        | "ErrImageNeverPull"
        | "RegistryUnavailable" => {
            let told = pull_event(pod, events).filter(|_| reason == "ImagePullBackOff");
            let text = format!("{}: {}", status.image, told.as_deref().unwrap_or(message));
            Some(problem(name, "image-pull", &text, IMAGE))
        }
        "CrashLoopBackOff" => {
            let ended = status.last_state.as_ref().and_then(|last| last.terminated.as_ref());
            ended.map(|ended| failed(name, init, status, ended))
        }
        "CreateContainerConfigError" => {
            let fix = "a ConfigMap, Secret or key that the container names is missing";
            let (code, fix) = causes::missing(message).unwrap_or(("container-config", fix));
            Some(problem(name, code, message, fix))
        }
        "CreateContainerError" | "RunContainerError" => {
            let fix =
                "the runtime cannot start the container: see the message (a mount, a device, the command)";
            Some(problem(name, "container-start", message, fix))
        }
        _ => None,
    }
}

/// `ImagePullBackOff` only says that it waits; the event before said why.
fn pull_event(pod: &Pod, events: &[Event]) -> Option<String> {
    let told = events_of(events, pod.metadata.uid.as_deref());
    let failed = told.filter(|event| {
        event.reason.as_deref() == Some("Failed")
            && event.message.as_deref().is_some_and(|message| message.contains("Failed to pull"))
    });
    failed.last().and_then(|event| event.message.clone())
}

fn failed(name: &str, init: bool, status: &ContainerStatus, ended: &ContainerStateTerminated) -> Problem {
    let (code, what) = if init { ("init-failed", "init container") } else { ("crash-loop", "container") };
    let reason = match ended.reason.as_deref() {
        Some("OOMKilled") => "was killed: out of memory".to_owned(),
        Some(reason) if reason != "Error" && reason != "Completed" => {
            format!("ended with exit code {} ({reason})", ended.exit_code)
        }
        _ => format!("ended with exit code {}", ended.exit_code),
    };
    let text = format!("{what} {} {reason}, {} restarts", status.name, status.restart_count);
    let fix = if ended.reason.as_deref() == Some("OOMKilled") {
        "raise its memory limit"
    } else {
        "its log says why"
    };
    problem(name, code, &text, fix)
}

/// A pod whose containers run and whose probe fails.
fn not_ready(pod: &Pod, name: &str, events: &[Event]) -> Option<Problem> {
    let runs = conditions::containers(pod).any(|(init, status)| {
        !init && !status.ready && status.state.as_ref().is_some_and(|one| one.running.is_some())
    });
    if !runs || conditions::is_ready(pod) {
        return None;
    }
    let told = events_of(events, pod.metadata.uid.as_deref());
    let unhealthy = told.filter(|event| event.reason.as_deref() == Some("Unhealthy")).last()?;
    let message = unhealthy.message.as_deref().unwrap_or_default();
    let fix = "it runs but its probe fails: its log says what it waits for";
    Some(Problem { transient: true, ..problem(name, "not-ready", message, fix) })
}
