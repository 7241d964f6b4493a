//! Whether Multus runs on the nodes where a pod may go, and the CNI plugins' DHCP daemon where one asks by it. Each is found by its
//! DaemonSet; where a distribution has made it a part of the node, nothing is to be seen of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Subject;
use super::report::{DoctorReport, Seen, seen};
use crate::cluster::kinds::Kind;
use crate::cluster::placement::Placement;
use crate::cluster::session::Session;
use crate::cluster::{Error, Obstacle, request};

/// The name of the DaemonSet in Multus' own manifests, thin and thick.
const NAME: &str = "kube-multus-ds";

/// A DaemonSet and the nodes where it has a ready pod.
struct Daemon {
    name: String,
    ready: Vec<String>,
}

/// Whether Multus runs where the pods may go.
pub(super) async fn check(
    session: &Session<'_>,
    subjects: &[Subject<'_>],
    report: &mut DoctorReport,
) -> Result<(), Error> {
    const CHECK: &str = "multus";
    let attached = subjects.iter().filter(|subject| subject.release.is_attached());
    let placements: Vec<Option<&Placement>> = attached.map(|subject| subject.placement.as_ref()).collect();
    if placements.is_empty() {
        return Ok(());
    }
    let takers: BTreeSet<&String> = placements.iter().flatten().flat_map(|place| &place.takers).collect();
    match find(session, "Multus", is_multus).await? {
        Err(obstacle) => report.enter(CHECK, "DaemonSet", None, vec![*obstacle]),
        Ok(multus) if multus.is_empty() => {
            report.enter(CHECK, "DaemonSet", None, vec![Obstacle::MultusUnseen]);
        }
        Ok(_) if takers.is_empty() => {
            let reason = "no node is known to take a pod".to_owned();
            let obstacle = Obstacle::NotChecked { what: "Multus".to_owned(), right: None, reason };
            report.enter(CHECK, "DaemonSet", None, vec![obstacle]);
        }
        Ok(multus) => {
            for node in takers {
                report.enter(CHECK, node, None, judge(&multus, node));
            }
        }
    }
    Ok(())
}

/// The CNI plugins' DHCP daemon, on the nodes of what asks by it: a pod there is neither made nor taken away without it.
pub(super) async fn dhcp(
    session: &Session<'_>,
    subjects: &[Subject<'_>],
    report: &mut DoctorReport,
) -> Result<(), Error> {
    const CHECK: &str = "dhcp daemon";
    const WHAT: &str = "the CNI plugins' DHCP daemon";
    let asking = subjects.iter().filter(|subject| subject.release.asks_by_daemon());
    let placements: Vec<Option<&Placement>> = asking.map(|subject| subject.placement.as_ref()).collect();
    if placements.is_empty() {
        return Ok(());
    }
    let unseen = |reason: String| Obstacle::NotChecked { what: WHAT.to_owned(), right: None, reason };
    let daemons = match find(session, WHAT, is_dhcp).await? {
        Ok(daemons) => daemons,
        Err(obstacle) => {
            report.enter(CHECK, "DaemonSet", None, vec![*obstacle]);
            return Ok(());
        }
    };
    if daemons.is_empty() {
        let reason = "no DaemonSet runs `dhcp daemon`; where it is no service of the nodes either, pods with `address: dhcp` hang when \
                      they are made and when they go";
        report.enter(CHECK, "DaemonSet", None, vec![unseen(reason.to_owned())]);
        return Ok(());
    }
    let takers: BTreeSet<&String> = placements.iter().flatten().flat_map(|place| &place.takers).collect();
    for node in takers {
        let runs = daemons.iter().any(|one| one.ready.contains(node));
        let obstacles = if runs {
            Vec::new()
        } else {
            vec![unseen(format!("the DaemonSet {} has no ready pod on {node}", daemons[0].name))]
        };
        report.enter(CHECK, node, None, obstacles);
    }
    Ok(())
}

/// Finds what runs on each node, by a DaemonSet of it.
async fn find(
    session: &Session<'_>,
    what: &str,
    is_it: fn(&Value) -> bool,
) -> Result<Seen<Vec<Daemon>>, Error> {
    let list = request::list(Kind::named("DaemonSet"), None, &[]);
    let sets = seen(
        session.items("list the DaemonSets", list).await,
        what,
        "list daemonsets.apps in all namespaces",
    )?;
    let sets = match sets {
        Ok(sets) => sets,
        Err(obstacle) => return Ok(Err(obstacle)),
    };
    let mut found = Vec::new();
    for set in sets.iter().filter(|set| is_it(set)) {
        let text = |pointer: &str| set.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
        let labels = crate::cluster::prune::selector(set).unwrap_or_default();
        let list = request::list(Kind::named("Pod"), Some(namespace), &[("labelSelector", &labels)]);
        let right = format!("list pods in namespace {namespace}");
        match seen(session.items(&format!("list the pods of {what}"), list).await, what, &right)? {
            Ok(pods) => found.push(Daemon { name: format!("{namespace}/{name}"), ready: ready_on(&pods) }),
            Err(obstacle) => return Ok(Err(obstacle)),
        }
    }
    Ok(Ok(found))
}

/// Whether one of them has a ready pod on a node.
fn judge(multus: &[Daemon], node: &str) -> Vec<Obstacle> {
    let Some(first) = multus.first() else { return vec![Obstacle::MultusUnseen] };
    if multus.iter().any(|one| one.ready.iter().any(|ready| ready == node)) {
        return Vec::new();
    }
    vec![Obstacle::MultusNotReady { node: node.to_owned(), daemon_set: first.name.clone() }]
}

/// By its name, or by the image of its container: mirrors keep the last part of an image's name.
fn is_multus(set: &Value) -> bool {
    let name = set["metadata"]["name"].as_str().unwrap_or_default();
    name == NAME
        || crate::objects::containers(set).any(|container| {
            let image = container["image"].as_str().unwrap_or_default();
            let last = image.split('@').next().and_then(|image| image.rsplit('/').next()).unwrap_or_default();
            let last = last.split(':').next().unwrap_or_default();
            last == "multus" || last.contains("multus-cni")
        })
}

/// By its command, which is the plugin's own: `dhcp daemon`.
fn is_dhcp(set: &Value) -> bool {
    crate::objects::containers(set).any(|container| {
        let words =
            ["command", "args"].into_iter().flat_map(|key| container[key].as_array().into_iter().flatten());
        let words: Vec<&str> = words.filter_map(Value::as_str).flat_map(str::split_whitespace).collect();
        words.windows(2).any(|pair| pair[1] == "daemon" && pair[0].rsplit('/').next() == Some("dhcp"))
    })
}

fn ready_on(pods: &[Value]) -> Vec<String> {
    let is_ready = |pod: &&Value| {
        let conditions = pod["status"]["conditions"].as_array();
        conditions.into_iter().flatten().any(|one| one["type"] == "Ready" && one["status"] == "True")
    };
    let nodes = pods.iter().filter(is_ready).filter_map(|pod| pod["spec"]["nodeName"].as_str());
    nodes.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diag::Code;

    #[test]
    fn is_known_by_name_or_image() {
        let set = |name: &str, image: &str| {
            is_multus(
                &json!({"metadata": {"name": name}, "spec": {"template": {"spec": {"containers": [{"image": image}]}}}}),
            )
        };
        assert!(set("kube-multus-ds", "registry.lan/x:1"));
        assert!(set("x", "ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-thick"));
        assert!(set("x", "registry.lan:5000/rancher/hardened-multus-cni@sha256:00"));
        assert!(!set("x", "ghcr.io/k8snetworkplumbingwg/multus-dynamic-networks-controller:latest"));
        assert!(!set("x", "registry.lan/multus-cni/other:1"));
    }

    #[test]
    fn the_dhcp_daemon_is_known_by_its_command() {
        let set = |words: Value| is_dhcp(&json!({"spec": {"template": {"spec": {"containers": [words]}}}}));
        assert!(set(json!({"command": ["/opt/cni/bin/dhcp", "daemon"]})));
        assert!(set(
            json!({"command": ["/bin/sh", "-c"], "args": ["rm -f /run/cni/dhcp.sock; exec /host/dhcp daemon -broadcast"]})
        ));
        assert!(!set(json!({"command": ["dhcpd", "daemon"]})));
        assert!(!set(json!({"image": "dhcp"})));
    }

    #[test]
    fn has_to_be_ready_on_the_node() {
        let pod = |node: &str, ready: &str| json!({"spec": {"nodeName": node}, "status": {"conditions": [{"type": "Ready", "status": ready}]}});
        let ready = ready_on(&[pod("a", "True"), pod("b", "False")]);
        let multus = [Daemon { name: "kube-system/kube-multus-ds".to_owned(), ready }];
        assert_eq!(judge(&multus, "a"), []);
        let found = judge(&multus, "b");
        assert_eq!(found[0].code(), Code::MultusNotReady);
        assert!(found[0].fix().ends_with("kubectl -n kube-system describe daemonset kube-multus-ds"));
        assert_eq!(judge(&[], "a"), [Obstacle::MultusUnseen]);
    }
}
