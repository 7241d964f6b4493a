//! The one thing that `doctor` writes: a pod for each node that has to be asked for its kernel modules. It has no rights, no
//! NIC of the site and a short life, and is deleted whatever came of it. What an interrupted run left is found by its label
//! and deleted by the next.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Pod, PodSpec};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::report::{Seen, seen};
use crate::cluster::follow::Follow;
use crate::cluster::kinds::Kind;
use crate::cluster::modules::{self, Modules};
use crate::cluster::session::Session;
use crate::cluster::{
    Error, Event, FIELD_MANAGER, Obstacle, Outcome, Release, containers, prune, request, wait,
};

/// The label of these pods, and the selector of them.
const LABEL: &str = "wrtpod.dev/doctor";
const LABELS: &str = "wrtpod.dev/doctor=modules";

/// How long a pod may take, its image's pull included.
const LONGEST: Duration = Duration::from_secs(60);

/// How long one that was left may take to go.
const GONE: Duration = Duration::from_secs(20);

const RIGHT: &str = "list, watch, create and delete pods, and get pods/log";

/// Where to ask: a node, and the release whose pod may run there.
pub(super) struct Question<'a> {
    pub node: &'a str,
    /// Where the pod that asks is put.
    pub namespace: &'a str,
    pub release: &'a Release,
    pub pod: &'a PodSpec,
}

/// Deletes what an earlier run left in the namespace.
pub(super) async fn sweep(session: &Session<'_>, namespace: &str) -> Result<Seen<()>, Error> {
    let sweep = async {
        for pod in wait::pods(session, namespace, LABELS).await? {
            let name = pod.metadata.name.unwrap_or_default();
            let identity = Kind::named("Pod").identity(namespace, &name);
            prune::delete(session, &identity, pod.metadata.uid.as_deref()).await?;
        }
        wait::for_pods_gone(session, namespace, LABELS, GONE).await
    };
    seen(sweep.await, "the kernel modules", RIGHT)
}

/// Waits until all that asked are gone. One that stays has been told of, and ends by itself.
pub(super) async fn gone(session: &Session<'_>, namespace: &str) {
    if let Err(error) = wait::for_pods_gone(session, namespace, LABELS, GONE).await {
        session.tell(&Event::Note(error.to_string()));
    }
}

/// Asks a node for its modules.
pub(super) async fn ask(session: &Session<'_>, question: &Question<'_>) -> Result<Seen<Modules>, Error> {
    let Question { node, namespace, .. } = question;
    let what = format!("the kernel modules of {node}");
    let name = format!("wrtpod-doctor-{node}");
    let kind = Kind::named("Pod");
    let identity = kind.identity(namespace, &name);
    let create = request::create(kind, namespace, &pod(question, &name), false);
    let created = match seen(session.call(&format!("create {identity}"), create).await, &what, RIGHT)? {
        Ok(created) => created,
        Err(obstacle) => return Ok(Err(obstacle)),
    };
    session.tell(&Event::Applied(identity.clone(), Outcome::Created));
    let output = output(session, namespace, &name).await;
    let uid = created["metadata"]["uid"].as_str();
    if let Err(error) = prune::delete(session, &identity, uid).await {
        session.tell(&Event::Note(format!(
            "{identity} stays: {error}; remove it with `kubectl -n {namespace} delete pod {name}`"
        )));
    }
    let unknown = |reason| Obstacle::NotChecked { what: what.clone(), right: None, reason };
    Ok(match seen(output, &what, RIGHT)? {
        Ok(Ok(output)) => Ok(Modules::read(node, &output)),
        Ok(Err(reason)) => Err(Box::new(unknown(reason))),
        Err(obstacle) => Err(obstacle),
    })
}

/// What the pod printed, or why it printed nothing.
async fn output(session: &Session<'_>, namespace: &str, name: &str) -> Result<Result<String, String>, Error> {
    let mut pods = Follow::one(session, Kind::named("Pod"), namespace, name);
    let ended = async {
        loop {
            pods.next().await?;
            let pod: Option<Pod> =
                pods.items().next().and_then(|pod| serde_json::from_value(pod.clone()).ok());
            let Some(pod) = pod else { return Ok(Err("somebody deleted the pod that asks".to_owned())) };
            let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
            if phase == Some("Succeeded") {
                return Ok(Ok(()));
            }
            let problem = containers::problems(&pod, name, &[]).into_iter().next();
            let reason = pod.status.as_ref().and_then(|status| status.message.clone());
            match (problem, phase) {
                (Some(problem), _) => return Ok(Err(problem.claim)),
                (None, Some("Failed")) => {
                    return Ok(Err(reason.unwrap_or_else(|| "the pod that asks failed".to_owned())));
                }
                (None, _) => {}
            }
        }
    };
    match timeout(LONGEST, ended).await {
        Ok(Ok(Ok(()))) => {
            let log = session.text(request::whole_log(namespace, name)).await;
            Ok(Ok(log.map_err(|failure| failure.during(session.wire, "read the log of the pod that asks"))?))
        }
        Ok(Ok(Err(reason))) => Ok(Err(reason)),
        Ok(Err(error)) => Err(error),
        Err(_) => Ok(Err(format!("the pod that asks has not run within {} s", LONGEST.as_secs()))),
    }
}

/// A pod of the appliance's own image that may do nothing. It is put onto its node by name; what the appliance
/// tolerates it has to tolerate too, or it is evicted.
fn pod(question: &Question<'_>, name: &str) -> Value {
    let Question { node, namespace, release, pod } = question;
    let main = pod.containers.iter().find(|container| container.name == release.container);
    let main = main.cloned().unwrap_or_default();
    let pull_secrets = pod.image_pull_secrets.as_ref().filter(|_| *namespace == release.namespace);
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/managed-by": FIELD_MANAGER, LABEL: "modules"},
        },
        "spec": {
            "nodeName": node,
            "restartPolicy": "Never",
            "activeDeadlineSeconds": LONGEST.as_secs(),
            "terminationGracePeriodSeconds": 1,
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "imagePullSecrets": pull_secrets,
            "tolerations": pod.tolerations,
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": 65534,
                "runAsGroup": 65534,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [{
                "name": "modules",
                "image": main.image,
                "imagePullPolicy": main.image_pull_policy,
                "command": modules::COMMAND,
                "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "readOnlyRootFilesystem": true,
                    "capabilities": {"drop": ["ALL"]},
                },
            }],
        },
    })
}
