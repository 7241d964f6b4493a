//! Whether the namespace's pod-security level lets the pod in, and the API server leaves it its own users: asked before anything is
//! written.

use serde_json::{Value, json};

use super::kinds::Kind;
use super::session::Session;
use super::wire::Failure;
use super::{Error, Obstacle, Release, UsersFault, request};

const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

/// What `baseline` lets a container add; NET_ADMIN and NET_RAW are not among it.
const BASELINE: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The labels of a namespace that the sink makes.
pub(super) fn labels() -> Value {
    json!({
        super::applyset::MANAGED_BY: super::FIELD_MANAGER,
        ENFORCE: "privileged",
        "pod-security.kubernetes.io/warn": "privileged",
        "pod-security.kubernetes.io/audit": "privileged",
    })
}

/// What is known of a namespace that does not forbid the pod.
pub(super) enum Admission {
    /// It lets the pod in.
    Granted,
    /// It has no label, and the API server could not be asked for the cluster's default; what it said.
    Unknown(Error),
}

/// Refuses a namespace that forbids the pod. Where the label leaves it open (no label means the cluster's own
/// default), the API server is asked with a dry run of the pod.
pub(super) async fn check(
    session: &Session<'_>,
    release: &Release,
    namespace: &Value,
) -> Result<Admission, Error> {
    let level = namespace["metadata"]["labels"][ENFORCE].as_str();
    let Some(template) = release.template() else { return Ok(Admission::Granted) };
    // What an API server drops without a word, only its answer shows.
    let own_users = template["spec"]["hostUsers"] == false;
    if level == Some("privileged") && !own_users {
        return Ok(Admission::Granted);
    }
    let request = request::try_create(Kind::named("Pod"), &release.namespace, &pod(release, template));
    let action = "try the pod";
    match session.send(request).await {
        Ok(reply) if own_users && reply.value["spec"]["hostUsers"] != false => {
            Err(Obstacle::from(UsersFault::Dropped { appliance: release.appliance.clone() }).into())
        }
        Ok(_) => Ok(Admission::Granted),
        Err(Failure::Status(status)) if status.message.contains("violates PodSecurity") => {
            Err(Obstacle::PodSecurity {
                namespace: release.namespace.clone(),
                reason: violation(&status.message).to_owned(),
            }
            .into())
        }
        Err(Failure::Lost(reason)) => Err(Failure::Lost(reason).during(session.wire, action)),
        Err(failure) => match level {
            Some("privileged") => Ok(Admission::Granted),
            Some(level) => by_label(release, template, level).map(|()| Admission::Granted),
            None => Ok(Admission::Unknown(failure.during(session.wire, action))),
        },
    }
}

/// The verdict where the pod itself may not be tried (no right to create pods, no service account yet).
fn by_label(release: &Release, template: &Value, level: &str) -> Result<(), Error> {
    let lists = ["/spec/containers", "/spec/initContainers"];
    let mut added = lists
        .iter()
        .filter_map(|list| template.pointer(list).and_then(Value::as_array))
        .flatten()
        .filter_map(|container| {
            container.pointer("/securityContext/capabilities/add").and_then(Value::as_array)
        })
        .flatten()
        .filter_map(Value::as_str);
    match added.find(|capability| !BASELINE.contains(capability)) {
        Some(capability) => Err(Obstacle::PodSecurity {
            namespace: release.namespace.clone(),
            reason: format!("{ENFORCE}={level} does not allow {capability}"),
        }
        .into()),
        None => Ok(()),
    }
}

fn pod(release: &Release, template: &Value) -> Value {
    let mut metadata = template.get("metadata").cloned().unwrap_or_else(|| json!({}));
    metadata["name"] = Value::from(format!("wrtpod-check-{}", release.appliance));
    metadata["namespace"] = Value::from(release.namespace.as_str());
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
}

/// What follows `violates PodSecurity` in the API server's message.
fn violation(message: &str) -> &str {
    message.split_once("violates PodSecurity ").map_or(message, |(_, rest)| rest)
}
