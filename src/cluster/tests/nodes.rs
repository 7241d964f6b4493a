//! What the nodes of a pod that does not come say of it.

use k8s_openapi::api::core::v1::Node;
use serde_json::{Value, json};

use super::judging::read;
use crate::cluster::causes::{self, View};
use crate::diag::{Code, Finding};

/// A pod of a StatefulSet whose claim was made for node2, and nodes as their kubelets and administrators left them.
fn on_nodes(pod: Value, nodes: Value) -> Vec<Finding> {
    let claims = [read(json!({"metadata": {"name": "openwrt-data",
        "annotations": {"volume.kubernetes.io/selected-node": "node2"}}}))];
    let (pods, nodes) = ([read(pod)], read::<Vec<Node>>(nodes));
    causes::problems(&View {
        release: None,
        workload: None,
        pods: &pods,
        events: &[],
        claims: &claims,
        known: 0,
        nodes: &nodes,
    })
}

fn node(name: &str, ready: &str, cordoned: bool) -> Value {
    json!({"metadata": {"name": name}, "spec": {"unschedulable": cordoned},
        "status": {"conditions": [{"type": "Ready", "status": ready}]}})
}

#[test]
fn a_node_that_does_not_answer_is_named_with_the_way_out() {
    for (metadata, words) in [
        (json!({"name": "openwrt-0", "uid": "u"}), "node2 does not answer; the pod may still run there"),
        (
            json!({"name": "openwrt-0", "uid": "u", "deletionTimestamp": "2026-01-01T00:00:00Z"}),
            "node2 does not answer, so nobody can tell that the pod has ended",
        ),
    ] {
        let pod = json!({"metadata": metadata, "spec": {"nodeName": "node2", "containers": []},
            "status": {"conditions": [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "False"}]}});
        let found =
            on_nodes(pod.clone(), json!([node("node1", "True", false), node("node2", "Unknown", false)]));
        let [problem] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(problem.code, Code::NodeSilent);
        assert!(problem.claim.starts_with(words), "{}", problem.claim);
        assert!(
            problem.help.as_deref().is_some_and(|help| help.contains(
                "kubectl taint node node2 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"
            )),
            "{problem:?}"
        );
        let found = on_nodes(pod, json!([node("node1", "True", false), node("node2", "True", false)]));
        assert!(found.iter().all(|problem| problem.code != Code::NodeSilent), "{found:?}");
    }
}

#[test]
fn a_claim_on_a_node_that_takes_no_pods_is_told_with_the_way_out() {
    let pod = |message: &str| {
        json!({"metadata": {"name": "openwrt-0", "uid": "u"}, "spec": {"containers": []}, "status": {"conditions":
            [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}]}})
    };
    let affinity =
        "0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) were unschedulable.";
    let newer = "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) were unschedulable.";
    let cases = [
        (
            newer,
            json!([node("node1", "True", false), node("node2", "True", true)]),
            Code::ClaimElsewhere,
            "kubectl uncordon node2",
        ),
        (
            affinity,
            json!([node("node1", "True", false), node("node2", "True", true)]),
            Code::ClaimElsewhere,
            "kubectl uncordon node2",
        ),
        (
            affinity,
            json!([node("node1", "True", false), node("node2", "Unknown", false)]),
            Code::ClaimElsewhere,
            "bring node2 back",
        ),
        (affinity, json!([node("node1", "True", false)]), Code::ClaimElsewhere, "let node2 join again"),
        (affinity, json!([]), Code::ClaimElsewhere, "the appliance has to run there"),
        (
            "0/2 nodes are available: 2 node(s) were unschedulable.",
            json!([node("node1", "True", true), node("node2", "True", true)]),
            Code::NodeCordoned,
            "kubectl uncordon node1 node2",
        ),
    ];
    for (message, nodes, code, fix) in cases {
        let found = on_nodes(pod(message), nodes);
        let [problem] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(problem.code, code);
        assert!(problem.help.as_deref().is_some_and(|help| help.contains(fix)), "{problem:?}");
    }
}
