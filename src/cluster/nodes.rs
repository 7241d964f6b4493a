//! What a pod's node keeps it from: one that does not answer, one that takes no pods. All but [`read`] is pure.

use k8s_openapi::api::core::v1::{Node, Pod};

use super::causes::{self, View};
use super::kinds::Kind;
use super::session::Session;
use super::wait::typed;
use super::{Error, conditions, request};
use crate::diag::{Code, Finding};

/// Where the scheduler notes the node that a claim's volume was made for.
const SELECTED: &str = "volume.kubernetes.io/selected-node";

/// The nodes, when a pod is not ready; none where they may not be read: causes then do without them.
pub(super) async fn read(session: &Session<'_>, pods: &[Pod]) -> Result<Vec<Node>, Error> {
    if pods.iter().all(conditions::is_ready) {
        return Ok(Vec::new());
    }
    match session.send(request::list(Kind::named("Node"), None, &[])).await {
        Ok(reply) => Ok(typed(reply.value["items"].as_array().into_iter().flatten())),
        Err(failure) if failure.is(403) => Ok(Vec::new()),
        Err(failure) => Err(failure.during(session.wire, "list the nodes")),
    }
}

/// A pod whose node does not answer: nobody knows whether it still runs, and it stays the holder of its MACs.
pub(super) fn silent(view: &View<'_>, pod: &Pod) -> Option<Finding> {
    let node = find(view, pod.spec.as_ref()?.node_name.as_deref()?)?;
    if answers(node) {
        return None;
    }
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let host = node.metadata.name.as_deref().unwrap_or_default();
    let message = if pod.metadata.deletion_timestamp.is_some() {
        format!(
            "{host} does not answer, so nobody can tell that the pod has ended; none is made in its place until then"
        )
    } else {
        format!("{host} does not answer; the pod may still run there")
    };
    let fix = format!(
        "bring {host} back; or switch it off, and once it is off: \
         `kubectl taint node {host} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute` (on a node that \
         still runs this puts its MACs on the wire twice; remove the taint when the node is back; `wrtpod explain nodes`)"
    );
    Some(causes::problem(name, Code::NodeSilent, &message, &fix))
}

/// A pod that was told to end on a node that answers, and why it has not yet.
pub(super) fn ending(view: &View<'_>, pod: &Pod) -> Option<Finding> {
    let (message, fix) = causes::of_ending(view.events, pod.metadata.uid.as_deref()?)?;
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    Some(causes::problem(name, Code::PodEnding, &message, fix))
}

/// Why no node takes the pod, where a node's own state says more than the scheduler's message.
pub(super) fn refusing(view: &View<'_>, name: &str, message: &str, code: Code) -> Option<Finding> {
    let cordoned = |node: &&Node| node.spec.as_ref().is_some_and(|spec| spec.unschedulable == Some(true));
    let pinned = view.claims.iter().find_map(|claim| {
        let node = claim.metadata.annotations.as_ref()?.get(SELECTED)?;
        Some((claim.metadata.name.as_deref().unwrap_or_default(), node.as_str()))
    });
    if let (Some((claim, host)), true) = (pinned, code == Code::ClaimElsewhere) {
        let (state, fix) = match find(view, host) {
            None if view.nodes.is_empty() => return None,
            None => (
                "which is no longer in the cluster".to_owned(),
                format!(
                    "let {host} join again; or give the volume up: `wrtpod delete NAME --delete-data`, then deploy"
                ),
            ),
            Some(node) if cordoned(&node) => {
                ("which takes no pods".to_owned(), format!("kubectl uncordon {host}"))
            }
            Some(node) if !answers(node) => (
                "which does not answer".to_owned(),
                format!("bring {host} back: the appliance's data is there"),
            ),
            Some(_) => return None,
        };
        let message = format!("the claim {claim} lives on {host}, {state}");
        return Some(causes::problem(name, code, &message, &fix));
    }
    let hosts: Vec<&str> =
        view.nodes.iter().filter(cordoned).filter_map(|node| node.metadata.name.as_deref()).collect();
    if hosts.is_empty() || !message.contains("were unschedulable") {
        return None;
    }
    let fix = format!("{} takes no pods: kubectl uncordon {}", hosts.join(", "), hosts.join(" "));
    Some(causes::problem(name, Code::NodeCordoned, message, &fix))
}

fn find<'a>(view: &View<'a>, name: &str) -> Option<&'a Node> {
    view.nodes.iter().find(|node| node.metadata.name.as_deref() == Some(name))
}

/// Whether the node's kubelet reports; before it ever did, it does not.
fn answers(node: &Node) -> bool {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    // `False` is a kubelet that reports that it is not ready.
    conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status != "Unknown")
}
