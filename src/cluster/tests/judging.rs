//! From events and states, as real clusters wrote them, to causes; and when a workload is ready.

use k8s_openapi::api::core::v1::{Event, Pod};
use serde_json::{Value, json};

use super::release;
use crate::cluster::Stage;
use crate::cluster::causes::{self, View};
use crate::cluster::conditions::{self, WorkloadState};
use crate::diag::{Code, Finding};

pub(super) fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("an object of its kind")
}

fn event(reason: &str, message: &str) -> Event {
    read(json!({"metadata": {"name": "e", "namespace": "a", "resourceVersion": "5"}, "reason": reason,
        "message": message, "involvedObject": {"kind": "Pod", "name": "openwrt-0", "uid": "u"}}))
}

fn scheduled(status: &Value) -> Pod {
    let mut status = status.clone();
    status["conditions"] = json!([{"type": "PodScheduled", "status": "True"}]);
    read(
        json!({"metadata": {"name": "openwrt-0", "uid": "u"}, "spec": {"nodeName": "node1", "containers": []}, "status": status}),
    )
}

fn problems(pod: Pod, events: &[Event]) -> Vec<Finding> {
    let pods = [pod];
    causes::problems(&View {
        release: None,
        workload: None,
        pods: &pods,
        events,
        claims: &[],
        known: 0,
        nodes: &[],
    })
}

#[test]
fn a_sandbox_that_fails_has_a_cause() {
    let cases = [
        (
            "NoNetworkFound",
            "cannot find a network-attachment-definition (lan) in namespace (a): ...",
            Code::AttachmentMissing,
        ),
        (
            "FailedCreatePodSandBox",
            r#"Failed to create pod sandbox: rpc error: ... failed to setup network for sandbox "ed36": plugin type="multus" name="multus-cni-network" failed (add): [a/openwrt-0/b65c:lan]: error adding container to network "lan": failed to find plugin "macvlan" in path [/opt/cni/bin]"#,
            Code::MissingPlugin,
        ),
        (
            "FailedCreatePodSandBox",
            r#"... failed to lookup master "enp9s0": Link not found"#,
            Code::MissingParent,
        ),
        ("FailedCreatePodSandBox", "... failed to create macvlan: address already in use", Code::MacInUse),
        (
            "FailedCreatePodSandBox",
            r#"plugin type="vlan" failed (add): failed to create vlan: file exists"#,
            Code::VlanExists,
        ),
        ("FailedCreatePodSandBox", "... failed to create macvlan: device or resource busy", Code::ParentBusy),
        (
            "FailedCreatePodSandBox",
            "... the server could not find the requested resource (get network-attachment-definitions.k8s.cni.cncf.io lan)",
            Code::NoMultus,
        ),
        (
            "FailedCreatePodSandBox",
            r#"error adding container to network "lan": error dialing DHCP daemon: dial unix /run/cni/dhcp.sock: connect: no such file or directory"#,
            Code::NoDhcpDaemon,
        ),
        (
            "FailedCreatePodSandBox",
            r#"plugin type="tuning" failed (add): open /proc/sys/net/ipv6/conf/all/forwarding: no such file or directory"#,
            Code::NoIpv6,
        ),
        (
            "FailedCreatePodSandBox",
            r#"plugin type="tuning" failed (add): open /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established: no such file or directory"#,
            Code::KernelModuleMissing,
        ),
        (
            "FailedCreatePodSandBox",
            "open /proc/sys/net/netfilter/nf_conntrack: permission denied",
            Code::Sandbox,
        ),
        ("FailedCreatePodSandBox", "open /proc/sys/net/ipv6/conf/lan/mtu: permission denied", Code::Sandbox),
        ("FailedCreatePodSandBox", "open /proc/sys/net/ipv6/route/flush: no such file", Code::Sandbox),
        ("FailedCreatePodSandBox", "something nobody has seen", Code::Sandbox),
        (
            "FailedMount",
            r#"MountVolume.SetUp failed for volume "uci": configmap "openwrt" not found"#,
            Code::ConfigMapMissing,
        ),
        (
            "FailedMount",
            r#"MountVolume.SetUp failed for volume "wrtpod-secrets" : secret "vpn" not found"#,
            Code::SecretMissing,
        ),
        (
            "FailedMount",
            r#"MountVolume.SetUp failed for volume "wrtpod-secrets" : references non-existent secret key: psk"#,
            Code::SecretKeyMissing,
        ),
        ("FailedMount", "MountVolume.SetUp failed: volume is in use", Code::Volume),
    ];
    for (reason, message, code) in cases {
        let found = problems(scheduled(&json!({"phase": "Pending"})), &[event(reason, message)]);
        assert_eq!(found.first().map(|problem| problem.code), Some(code), "{message}");
        // What is missing does not come by itself: nobody waits for it until the time is up.
        assert_eq!(found[0].transient, code == Code::Volume, "{message}");
    }
}

#[test]
fn an_event_of_another_pod_or_of_a_network_that_came_says_nothing() {
    let old = event("FailedCreatePodSandBox", "failed to find plugin \"macvlan\"");
    let mut other = old.clone();
    other.involved_object.uid = Some("another".into());
    assert_eq!(problems(scheduled(&json!({"phase": "Pending"})), &[other]), []);
    assert_eq!(problems(scheduled(&json!({"phase": "Running", "podIP": "10.0.0.1"})), &[old]), []);
}

#[test]
fn a_scheduler_that_says_no_has_a_cause() {
    let cases = [
        (
            "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
            Code::ClaimPending,
            true,
        ),
        (
            "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
            Code::Unschedulable,
            false,
        ),
        ("0/1 nodes are available: 1 node(s) had untolerated taint {a: b}.", Code::Unschedulable, false),
        ("0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 x", Code::Unschedulable, false),
        ("0/1 nodes are available: 1 Insufficient example.com/zigbee.", Code::DeviceMissing, false),
        (
            "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {a: b}, 1 Insufficient x.y/z.",
            Code::DeviceMissing,
            false,
        ),
        (
            "0/1 nodes are available: 1 node(s) had volume node affinity conflict.",
            Code::ClaimElsewhere,
            false,
        ),
        ("0/1 nodes are available: persistentvolumeclaim \"x\" not found.", Code::ClaimMissing, false),
        ("something new", Code::Unschedulable, true),
    ];
    for (message, code, transient) in cases {
        let pod = read(
            json!({"metadata": {"name": "openwrt-0", "uid": "u"}, "status": {"phase": "Pending", "conditions":
            [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}]}}),
        );
        let found = problems(pod, &[]);
        assert_eq!(found.first().map(|one| (one.code, one.transient)), Some((code, transient)), "{message}");
    }
}

#[test]
fn a_container_that_does_not_run_has_a_cause() {
    let waiting = |reason: &str, message: &str| json!({"waiting": {"reason": reason, "message": message}});
    let ended = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}});
    let cases = [
        (waiting("ImagePullBackOff", "Back-off"), json!({}), Code::ImagePull),
        (waiting("CreateContainerConfigError", "secret \"x\" not found"), json!({}), Code::SecretMissing),
        (
            waiting("CreateContainerConfigError", "couldn't find key user in Secret home/mqtt"),
            json!({}),
            Code::SecretKeyMissing,
        ),
        (
            waiting("CreateContainerConfigError", "configmap \"mqtt\" not found"),
            json!({}),
            Code::ConfigMapMissing,
        ),
        (
            waiting("CreateContainerConfigError", "couldn't find key host in ConfigMap home/mqtt"),
            json!({}),
            Code::ConfigMapKeyMissing,
        ),
        (waiting("CreateContainerConfigError", "something else"), json!({}), Code::ContainerConfig),
        (waiting("RunContainerError", "mount denied"), json!({}), Code::ContainerStart),
        (waiting("CrashLoopBackOff", "back-off"), ended.clone(), Code::CrashLoop),
        (ended, json!({}), Code::CrashLoop),
    ];
    for (state, last, code) in cases {
        let pod = scheduled(
            &json!({"phase": "Running", "podIP": "10.0.0.1", "containerStatuses": [{"name": "openwrt",
            "image": "x:1", "imageID": "", "ready": false, "restartCount": 2, "state": state, "lastState": last}]}),
        );
        assert_eq!(problems(pod, &[]).first().map(|problem| problem.code), Some(code), "{state}");
    }
}

#[test]
fn a_pod_that_is_refused_shows_on_its_controller() {
    let message = r#"create Pod openwrt-0 in StatefulSet openwrt failed error: pods "openwrt-0" is forbidden: violates PodSecurity "baseline:latest": non-default capabilities"#;
    let mut refused = event("FailedCreate", message);
    refused.involved_object.kind = Some("StatefulSet".into());
    refused.involved_object.uid = Some("w".into());
    refused.last_timestamp = read(json!("2026-11-21T10:00:00Z"));
    let set = |changed: &str| {
        WorkloadState::read(
            &json!({"kind": "StatefulSet", "metadata": {"name": "openwrt", "uid": "w", "managedFields": [
            {"manager": "wrtpod", "operation": "Apply", "time": changed}]},
            "spec": {"replicas": 1, "serviceName": "x", "selector": {}, "template": {}}}),
        )
    };
    for (changed, codes) in
        [("2026-11-21T09:00:00Z", vec![Code::PodSecurity]), ("2026-11-21T11:00:00Z", vec![])]
    {
        let workload = set(changed).expect("a StatefulSet");
        let events = [refused.clone()];
        let view = View {
            release: None,
            workload: Some(&workload),
            pods: &[],
            events: &events,
            claims: &[],
            known: 0,
            nodes: &[],
        };
        let found: Vec<Code> = causes::problems(&view).iter().map(|problem| problem.code).collect();
        assert_eq!(found, codes, "{changed}");
    }
}

#[test]
fn a_sandbox_without_its_nics_is_seen_as_soon_as_it_is_made() {
    let release = release();
    let view = |pods: &[Pod]| {
        causes::problems(&View {
            release: Some(&release),
            workload: None,
            pods,
            events: &[],
            claims: &[],
            known: 0,
            nodes: &[],
        })
        .iter()
        .map(|problem| problem.code)
        .collect::<Vec<_>>()
    };
    assert_eq!(view(&[scheduled(&json!({"phase": "Pending"}))]), Vec::<Code>::new());
    assert_eq!(view(&[scheduled(&json!({"phase": "Pending", "podIP": "10.0.0.1"}))]), [Code::NicMissing]);
}

#[test]
fn a_stateful_set_is_ready_when_its_newest_revision_is() {
    let state = |generation: i64, status: Value| {
        WorkloadState::read(&json!({"kind": "StatefulSet", "metadata": {"name": "x", "generation": generation}, "status": status,
            "spec": {"replicas": 1, "serviceName": "x", "selector": {}, "template": {}, "podManagementPolicy": "Parallel"}}))
        .expect("a StatefulSet")
    };
    let done = json!({"observedGeneration": 2, "replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 1,
        "currentRevision": "b", "updateRevision": "b"});
    assert!(state(2, done.clone()).is_ready());
    assert!(!state(3, done.clone()).is_ready(), "the controller has not seen the newest template");
    let mut new = done;
    new["availableReplicas"] = json!(0);
    assert!(!state(2, new).is_ready(), "it may still end: minReadySeconds are not over");
    let rolling = json!({"observedGeneration": 2, "replicas": 1, "readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 0,
        "currentRevision": "a", "updateRevision": "b"});
    let rolling = state(2, rolling);
    assert!(!rolling.is_ready());
    let of = |revision: &str| -> Pod {
        read(json!({"metadata": {"name": revision, "labels": {"controller-revision-hash": revision}}}))
    };
    let pods = [of("a"), of("b")];
    let newest = conditions::newest(&pods, Some(&rolling)).and_then(|pod| pod.metadata.name.clone());
    assert_eq!(newest.as_deref(), Some("b"));
}

#[test]
fn stages_follow_the_pod() {
    let container = |name: &str, state: Value| json!([{"name": name, "image": "x:1", "imageID": "", "ready": false, "restartCount": 0, "state": state}]);
    let running = json!({"running": {}});
    let pulling = [event("Pulling", "Pulling image \"x:1\"")];
    let pending: Pod = read(json!({"metadata": {"name": "x", "uid": "u"}, "status": {"phase": "Pending"}}));
    assert_eq!(conditions::stage(&pending, &[]), Stage::Pending);
    let pod = scheduled(&json!({"phase": "Pending"}));
    assert_eq!(conditions::stage(&pod, &[]), Stage::Scheduled("node1".into()));
    assert_eq!(conditions::stage(&pod, &pulling), Stage::Pulling("x:1".into()));
    let pod =
        scheduled(&json!({"phase": "Pending", "initContainerStatuses": container("seed", running.clone())}));
    assert_eq!(conditions::stage(&pod, &[]), Stage::Init("seed".into()));
    let pod = scheduled(&json!({"phase": "Running", "containerStatuses": container("openwrt", running)}));
    assert_eq!(conditions::stage(&pod, &[]), Stage::Started);
}

#[test]
fn an_event_of_the_time_before_says_nothing() {
    let pods = [scheduled(&json!({}))];
    let events = [event("FailedCreatePodSandBox", r#"... failed to lookup master "enp9s0": Link not found"#)];
    for (known, count) in [(0, 1), (4, 1), (5, 0)] {
        let view = View {
            release: None,
            workload: None,
            pods: &pods,
            events: &events,
            claims: &[],
            known,
            nodes: &[],
        };
        assert_eq!(causes::problems(&view).len(), count, "{known}");
    }
}
