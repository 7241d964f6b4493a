//! Which nodes take an appliance's pod, and why others do not, by what the scheduler goes by: labels, taints,
//! readiness, the devices that there are. Pure.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Node, NodeSelectorRequirement, NodeSelectorTerm, PodSpec, Taint, Toleration,
};

use super::causes::one_line;
use super::{NodeState, Obstacle, users};

const HOSTNAME: &str = "kubernetes.io/hostname";
const ARCHITECTURE: &str = "kubernetes.io/arch";

/// The taint that a cordoned node has as well.
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// Taints that only say again, some seconds later, whether a node is ready.
const NOT_READY: [&str; 2] = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/// Where a pod can run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Placement {
    /// The nodes that take it, by name.
    pub takers: Vec<String>,
    /// Why others do not. Those that nobody named count only when there is no taker.
    pub obstacles: Vec<Obstacle>,
}

/// Judges the nodes for an appliance's pod.
pub(super) fn judge(appliance: &str, pod: &PodSpec, nodes: &[Node]) -> Placement {
    if nodes.is_empty() {
        return Placement { takers: Vec::new(), obstacles: vec![Obstacle::NoNodes] };
    }
    let named = named(pod);
    let mut states: Vec<(String, NodeState)> = Vec::new();
    for name in named.iter().filter(|name| nodes.iter().all(|node| label(node, HOSTNAME) != Some(name))) {
        states.push(((*name).to_owned(), NodeState::Missing));
    }
    let mut takers = Vec::new();
    for node in nodes {
        let is_named = label(node, HOSTNAME).is_some_and(|host| named.contains(&host));
        if !named.is_empty() && !is_named {
            continue;
        }
        let name = node.metadata.name.clone().unwrap_or_default();
        let against = against(pod, node);
        if against.is_empty() {
            takers.push(name);
        } else {
            states.extend(against.into_iter().map(|state| (name.clone(), state)));
        }
    }
    if named.is_empty() && !takers.is_empty() {
        states.clear();
    }
    let obstacle = |(node, state)| Obstacle::Node {
        node,
        appliance: appliance.to_owned(),
        state,
        others: takers.clone(),
    };
    let obstacles = states.into_iter().map(obstacle).collect();
    Placement { takers, obstacles }
}

/// The nodes that the pod's affinity names.
fn named(pod: &PodSpec) -> Vec<&str> {
    let requirements = terms(pod).iter().flat_map(|term| term.match_expressions.iter().flatten());
    let hosts = requirements.filter(|one| one.key == HOSTNAME && one.operator == "In");
    let mut names: Vec<&str> =
        hosts.flat_map(|one| one.values.iter().flatten()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn terms(pod: &PodSpec) -> &[NodeSelectorTerm] {
    let affinity = pod.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let required =
        affinity.and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref());
    required.map_or(&[], |required| &required.node_selector_terms)
}

fn label<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.metadata.labels.as_ref()?.get(key).map(String::as_str)
}

/// Everything that keeps a pod from a node.
fn against(pod: &PodSpec, node: &Node) -> Vec<NodeState> {
    let mut states = labels_against(pod, node);
    let mut ready = node.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let ready = ready.find(|condition| condition.type_ == "Ready");
    let is_ready = ready.is_some_and(|condition| condition.status == "True");
    if !is_ready {
        let said = ready.and_then(|condition| condition.message.as_deref().or(condition.reason.as_deref()));
        let said = said.unwrap_or("it has never reported").trim_end_matches('.');
        states.push(NodeState::NotReady(one_line(said)));
    }
    let spec = node.spec.clone().unwrap_or_default();
    let cordon = Taint { key: UNSCHEDULABLE.to_owned(), effect: "NoSchedule".to_owned(), ..Taint::default() };
    if spec.unschedulable == Some(true) && !is_tolerated(pod, &cordon) {
        states.push(NodeState::Cordoned);
    }
    for taint in spec.taints.unwrap_or_default() {
        let said = taint.key == UNSCHEDULABLE || NOT_READY.contains(&taint.key.as_str());
        if said || taint.effect == "PreferNoSchedule" || is_tolerated(pod, &taint) {
            continue;
        }
        let value = taint.value.filter(|value| !value.is_empty());
        states.push(NodeState::Tainted { key: taint.key, value, effect: taint.effect });
    }
    states.extend(devices_against(pod, node));
    states.extend(users::against(pod, node));
    states
}

/// The devices of which the node has too few. Whether others hold them is not asked: the appliance's own pod may.
fn devices_against(pod: &PodSpec, node: &Node) -> Vec<NodeState> {
    let mut wanted: BTreeMap<&str, i64> = BTreeMap::new();
    let limits = pod.containers.iter().filter_map(|container| container.resources.as_ref()?.limits.as_ref());
    for (resource, quantity) in limits.flatten().filter(|(resource, _)| is_device(resource)) {
        *wanted.entry(resource).or_default() += quantity.0.parse::<i64>().unwrap_or(0);
    }
    let offered = node.status.as_ref().and_then(|status| status.allocatable.as_ref());
    let has = |resource: &str| offered.and_then(|all| all.get(resource)?.0.parse::<i64>().ok()).unwrap_or(0);
    let lacking = wanted.into_iter().map(|(resource, wanted)| (resource, has(resource), wanted));
    let lacking = lacking.filter(|(_, has, wanted)| has < wanted);
    lacking
        .map(|(resource, has, wanted)| NodeState::Device { resource: resource.to_owned(), has, wanted })
        .collect()
}

/// Whether a resource is a device plugin's: those have a domain, and Kubernetes' own have none.
pub(super) fn is_device(resource: &str) -> bool {
    resource.contains('/')
}

fn labels_against(pod: &PodSpec, node: &Node) -> Vec<NodeState> {
    let mut states = Vec::new();
    for (key, value) in pod.node_selector.iter().flatten() {
        if label(node, key) != Some(value) {
            states.push(unfit(node, key, value, format!("{key}={value}")));
        }
    }
    let unmet = |term: &NodeSelectorTerm| -> Vec<NodeState> {
        let all = term.match_expressions.iter().flatten();
        let unmet = all.filter(|one| !fits(one, label(node, &one.key)));
        unmet.map(|one| unfit(node, &one.key, &values(one), text(one))).collect()
    };
    // One term has to fit whole; what the first one lacks is as good as any other's.
    let mut lacks = terms(pod).iter().map(unmet);
    if let Some(first) = lacks.next()
        && !first.is_empty()
        && !lacks.any(|lacks| lacks.is_empty())
    {
        states.extend(first);
    }
    states
}

fn unfit(node: &Node, key: &str, wanted: &str, term: String) -> NodeState {
    match label(node, key) {
        Some(has) if key == ARCHITECTURE => {
            NodeState::Architecture { has: has.to_owned(), wanted: wanted.to_owned() }
        }
        _ => NodeState::Unlabelled(term),
    }
}

fn values(requirement: &NodeSelectorRequirement) -> String {
    requirement.values.as_ref().map_or_else(String::new, |values| values.join(", "))
}

fn text(requirement: &NodeSelectorRequirement) -> String {
    format!("{} {} {}", requirement.key, requirement.operator, values(requirement)).trim_end().to_owned()
}

/// Whether a label fits a requirement, as the scheduler sees it.
fn fits(requirement: &NodeSelectorRequirement, has: Option<&str>) -> bool {
    let values = requirement.values.as_deref().unwrap_or_default();
    let is_one = has.is_some_and(|has| values.iter().any(|value| value == has));
    let numbers = || Some((has?.parse::<i64>().ok()?, values.first()?.parse::<i64>().ok()?));
    match requirement.operator.as_str() {
        "In" => is_one,
        "NotIn" => !is_one,
        "Exists" => has.is_some(),
        "DoesNotExist" => has.is_none(),
        "Gt" => numbers().is_some_and(|(has, value)| has > value),
        "Lt" => numbers().is_some_and(|(has, value)| has < value),
        _ => false,
    }
}

fn is_tolerated(pod: &PodSpec, taint: &Taint) -> bool {
    pod.tolerations.iter().flatten().any(|toleration| tolerates(toleration, taint))
}

fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let (key, effect) = (or_empty(&toleration.key), or_empty(&toleration.effect));
    let by_value = toleration.operator.as_deref() != Some("Exists");
    (effect.is_empty() || effect == taint.effect)
        && (key.is_empty() || key == taint.key)
        && (!by_value || or_empty(&toleration.value) == or_empty(&taint.value))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diag::{Code, Severity};

    fn node(name: &str, spec: &Value) -> Node {
        let conditions = json!([{"type": "Ready", "status": "True"}]);
        let labels = json!({HOSTNAME: name, ARCHITECTURE: "amd64", "disk": "fast", "cores": "8"});
        let node = json!({"metadata": {"name": name, "labels": labels}, "spec": spec, "status": {"conditions": conditions}});
        serde_json::from_value(node).expect("a node")
    }

    fn pod(spec: Value) -> PodSpec {
        serde_json::from_value(spec).expect("a pod")
    }

    fn asking(requirement: &Value) -> PodSpec {
        pod(json!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [{"matchExpressions": [requirement]}]}}}}))
    }

    fn on(hosts: &[&str]) -> PodSpec {
        asking(&json!({"key": HOSTNAME, "operator": "In", "values": hosts}))
    }

    fn codes(placement: &Placement) -> Vec<(Code, Severity)> {
        placement.obstacles.iter().map(|one| (one.code(), one.severity())).collect()
    }

    #[test]
    fn each_state_of_a_named_node_is_told() {
        use Severity::{Error, Note, Warning};
        let cordoned = node(
            "a",
            &json!({"unschedulable": true, "taints": [{"key": UNSCHEDULABLE, "effect": "NoSchedule"}]}),
        );
        let mut silent = node("b", &json!({"taints": [{"key": NOT_READY[1], "effect": "NoExecute"}]}));
        silent.status = serde_json::from_value(
            json!({"conditions": [{"type": "Ready", "status": "Unknown", "message": "Kubelet stopped posting"}]}),
        )
        .expect("a status");
        let tainted =
            node("c", &json!({"taints": [{"key": "only", "value": "dbs", "effect": "NoSchedule"}]}));
        let nodes = [
            cordoned,
            silent,
            tainted,
            node("d", &json!({"taints": [{"key": NOT_READY[0], "effect": "NoSchedule"}]})),
        ];
        let found = judge("router", &on(&["a", "b", "c", "nowhere"]), &nodes);
        assert_eq!(
            codes(&found),
            [
                (Code::NodeMissing, Error),
                (Code::NodeCordoned, Error),
                (Code::NodeNotReady, Error),
                (Code::NodeTainted, Error)
            ]
        );
        assert!(found.takers.is_empty(), "d is not named");
        assert!(found.obstacles[3].fix().contains("{key: only, value: dbs, effect: NoSchedule}"));
        let found = judge("router", &on(&["a", "d", "nowhere"]), &nodes);
        assert_eq!(codes(&found), [(Code::NodeMissing, Warning), (Code::NodeCordoned, Note)]);
        assert_eq!(found.takers, ["d"]);
    }

    #[test]
    fn devices_are_those_that_a_node_offers() {
        let asks = |count: &str| {
            pod(
                json!({"containers": [{"name": "a", "resources": {"limits": {"memory": "1Gi", "x.y/stick": count}}}]}),
            )
        };
        let mut bare = node("a", &json!({}));
        let mut with = node("b", &json!({}));
        let allocatable = |count: &str| {
            let status = json!({"conditions": [{"type": "Ready", "status": "True"}],
                "allocatable": {"memory": "1Mi", "x.y/stick": count}});
            serde_json::from_value(status).expect("a status")
        };
        with.status = allocatable("1");
        let claims = |pod: &PodSpec, nodes: &[Node]| -> Vec<String> {
            judge("router", pod, nodes).obstacles.iter().map(Obstacle::claim).collect()
        };
        assert_eq!(
            claims(&asks("1"), std::slice::from_ref(&bare)),
            ["a offers no x.y/stick, which router asks for"]
        );
        assert_eq!(judge("router", &asks("1"), &[bare.clone(), with.clone()]).takers, ["b"]);
        // The plugin ended, or its device was pulled out.
        bare.status = allocatable("0");
        assert_eq!(claims(&asks("1"), &[bare]), ["a offers no x.y/stick, which router asks for"]);
        assert_eq!(claims(&asks("2"), &[with]), ["b offers 1 of x.y/stick, and router asks for 2"]);
    }

    #[test]
    fn nodes_that_nobody_named_matter_only_together() {
        let tainted = node("a", &json!({"taints": [{"key": "only", "effect": "NoExecute"}]}));
        let free = node("b", &json!({"taints": [{"key": "rather", "effect": "PreferNoSchedule"}]}));
        let anywhere = PodSpec::default();
        let found = judge("router", &anywhere, &[tainted.clone(), free]);
        assert_eq!((found.takers, found.obstacles), (vec!["b".to_owned()], Vec::new()));
        assert_eq!(judge("router", &anywhere, &[tainted]).obstacles.len(), 1);
        assert_eq!(judge("router", &anywhere, &[]).obstacles, [Obstacle::NoNodes]);
    }

    #[test]
    fn labels_are_read_as_the_scheduler_reads_them() {
        let one = |operator: &str, key: &str, values: &[&str]| {
            let pod = asking(&json!({"key": key, "operator": operator, "values": values}));
            judge("router", &pod, &[node("a", &json!({}))]).obstacles.is_empty()
        };
        assert!(
            one("In", "disk", &["slow", "fast"]) && !one("In", "disk", &["slow"]) && !one("In", "x", &["y"])
        );
        assert!(one("NotIn", "x", &["y"]) && !one("NotIn", "disk", &["fast"]));
        assert!(one("Exists", "disk", &[]) && !one("Exists", "x", &[]));
        assert!(one("DoesNotExist", "x", &[]) && !one("DoesNotExist", "disk", &[]));
        assert!(one("Gt", "cores", &["4"]) && !one("Gt", "disk", &["4"]) && one("Lt", "cores", &["9"]));
        let selector = pod(json!({"nodeSelector": {"disk": "slow", ARCHITECTURE: "arm64"}}));
        let found = judge("router", &selector, &[node("a", &json!({}))]);
        let claims: Vec<String> = found.obstacles.iter().map(Obstacle::claim).collect();
        assert_eq!(
            claims,
            [
                "a does not have the label that router asks for: disk=slow",
                "a is amd64, and the image of router is for arm64"
            ]
        );
    }

    #[test]
    fn tolerations_are_read_as_the_scheduler_reads_them() {
        let taint = json!({"taints": [{"key": "only", "value": "dbs", "effect": "NoSchedule"}]});
        let cordoned = json!({"unschedulable": true});
        let takes = |spec: &Value, toleration: &Value| {
            let pod = pod(json!({"tolerations": [toleration]}));
            judge("router", &pod, &[node("a", spec)]).obstacles.is_empty()
        };
        assert!(takes(&taint, &json!({"key": "only", "value": "dbs"})));
        assert!(takes(&taint, &json!({"key": "only", "operator": "Exists", "effect": "NoSchedule"})));
        assert!(takes(&taint, &json!({"operator": "Exists"})));
        assert!(!takes(&taint, &json!({"key": "only", "value": "web"})));
        assert!(!takes(&taint, &json!({"key": "only", "operator": "Exists", "effect": "NoExecute"})));
        assert!(takes(&cordoned, &json!({"key": UNSCHEDULABLE, "operator": "Exists"})));
        assert!(!takes(&cordoned, &json!({"key": "only", "operator": "Exists"})));
    }
}
