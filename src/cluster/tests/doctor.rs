//! What `doctor` finds, asks for and leaves behind.

use serde_json::{Value, json};

use super::fake::{Fake, Fault};
use super::{Told, object, release, set};
use crate::cluster::{CheckState, Class, DoctorReport, KernelModule, Obstacle, Release, Silent};
use crate::diag::{Code, Severity};
use crate::objects::{NAD_API_VERSION, NAD_KIND};

const PODS: &str = "GET /api/v1/namespaces/home/pods";
const PROBE: &str = "/api/v1/namespaces/home/pods/wrtpod-doctor-node1";

fn node(name: &str) -> Value {
    json!({"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}}, "spec": {"podCIDRs": ["10.42.0.0/24"]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]}})
}

/// A server on which nothing is wrong.
pub(super) fn healthy() -> Fake {
    let fake = Fake::with_namespace();
    fake.put("/version", json!({"gitVersion": "v1.34.4"}));
    fake.put("/api/v1/nodes/node1", node("node1"));
    let default = json!({"storageclass.kubernetes.io/is-default-class": "true"});
    fake.put(
        "/apis/storage.k8s.io/v1/storageclasses/local",
        json!({"metadata": {"name": "local", "annotations": default}}),
    );
    let multus = json!({"metadata": {"name": "kube-multus-ds", "namespace": "kube-system"},
        "spec": {"selector": {"matchLabels": {"app": "multus"}}}});
    fake.put("/apis/apps/v1/daemonsets/kube-multus-ds", multus);
    let pod = json!({"metadata": {"name": "m", "labels": {"app": "multus"}}, "spec": {"nodeName": "node1"},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]}});
    fake.put("/api/v1/namespaces/kube-system/pods/m", pod);
    fake
}

pub(super) fn attachment() -> Value {
    object(NAD_API_VERSION, NAD_KIND, "lan")
}

/// The release with a pod, and something of everything that a pod can need.
pub(super) fn needy() -> Release {
    let mut release = release();
    let mut workload = object("apps/v1", "StatefulSet", "openwrt");
    workload["spec"] = json!({"template": {"spec": {
    "containers": [{"name": "openwrt", "image": "openwrt:1", "imagePullPolicy": "Never",
        "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "hosts", "key": "mqtt"}}}]}],
    "nodeSelector": {"disk": "fast"},
    "imagePullSecrets": [{"name": "registry"}],
    "volumes": [
        {"name": "a", "persistentVolumeClaim": {"claimName": "mine"}},
        {"name": "b", "configMap": {"name": "feed"}},
        {"name": "c", "secret": {"secretName": "login", "items": [{"key": "user", "path": "user"}]}},
    ]}}});
    release.objects = set([attachment(), object("v1", "PersistentVolumeClaim", "openwrt"), workload]);
    release.cluster_ranges = vec!["10.244.0.0/16".parse().expect("a CIDR")];
    release
}

/// A release whose overlay needs two modules.
fn modular() -> Release {
    let mut release = needy();
    let mut workload = object("apps/v1", "StatefulSet", "openwrt");
    workload["spec"] = json!({"template": {"spec": {
        "containers": [{"name": "openwrt", "image": "openwrt:1", "imagePullPolicy": "Never"}],
        "tolerations": [{"key": "only", "operator": "Exists"}]}}});
    release.objects = set([attachment(), workload]);
    release.cluster_ranges = Vec::new();
    let module = |name: &str| KernelModule { name: name.to_owned(), reason: format!("it uses {name}") };
    release.modules = vec![module("nf-conntrack"), module("surely-not")];
    release
}

fn codes(report: &DoctorReport) -> Vec<Code> {
    report.findings.iter().map(|finding| finding.obstacle.code()).collect()
}

pub(super) async fn doctor(fake: &Fake, release: Release) -> DoctorReport {
    fake.cluster.doctor(&[release], &mut Silent).await.expect("a report")
}

#[tokio::test]
async fn nothing_is_found_where_nothing_is_wrong() {
    let report = doctor(&healthy(), release()).await;
    assert_eq!(report.findings, []);
    let checks: Vec<String> = report.checks.iter().map(|one| format!("{} {}", one.check, one.of)).collect();
    let expected = [
        "api server v1.34.4",
        "namespace home",
        "attachment lan",
        "nodes openwrt",
        "records openwrt",
        "pod security openwrt",
        "storage openwrt",
        "multus node1",
    ];
    assert_eq!(checks, expected);
}

/// Nobody sees it on a node; where a DaemonSet runs it, its pods are looked at.
#[tokio::test]
async fn the_dhcp_daemon_is_looked_for_where_a_nic_asks_by_it() {
    let fake = healthy();
    let mut asking = attachment();
    asking["spec"] = json!({"config": r#"{"plugins": [{"type": "macvlan", "ipam": {"type": "dhcp"}}]}"#});
    let mut release = release();
    release.objects = set([asking]);
    let dhcp = |report: DoctorReport| -> Vec<String> {
        let claims = report.findings.iter().map(|one| one.obstacle.claim());
        let claims: Vec<String> = claims.filter(|claim| claim.contains("DHCP daemon")).collect();
        let checks = report.checks.iter().filter(|one| one.check == "dhcp daemon").map(|one| one.of.clone());
        checks.chain(claims).collect()
    };
    let found = dhcp(doctor(&fake, release.clone()).await);
    assert!(found.len() == 2 && found[1].contains("no DaemonSet runs `dhcp daemon`"), "{found:?}");
    let set = json!({"metadata": {"name": "dhcp", "namespace": "kube-system"},
        "spec": {"selector": {"matchLabels": {"app": "multus"}}, "template": {"spec": {"containers": [{"command": ["/opt/cni/bin/dhcp", "daemon"]}]}}}});
    fake.put("/apis/apps/v1/daemonsets/dhcp", set);
    assert_eq!(dhcp(doctor(&fake, release).await), ["node1"]);
}

#[tokio::test]
async fn everything_is_found_in_one_run_and_nothing_is_written() {
    let fake = healthy();
    fake.state().objects.retain(|path, _| !path.contains("storageclasses") && !path.contains("daemonsets"));
    fake.put(
        "/apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions/lan",
        json!({"metadata": {"name": "lan", "labels": {"applyset.kubernetes.io/part-of": "another"}}, "spec": {"config": "{}"}}),
    );
    let tooling = json!({"applyset.kubernetes.io/tooling": "kubectl/v1.34"});
    let id = json!({"applyset.kubernetes.io/id": super::super::applyset::ApplySet::of_appliance("home", "openwrt").id()});
    fake.put(
        "/api/v1/namespaces/home/configmaps/wrtpod-openwrt",
        json!({"metadata": {"name": "wrtpod-openwrt", "labels": id, "annotations": tooling}}),
    );
    fake.put("/api/v1/namespaces/home/configmaps/hosts", json!({"data": {"ntp": "192.168.1.1"}}));
    fake.put("/api/v1/namespaces/home/secrets/login", json!({"data": {"password": "dGhlIHBhc3N3b3Jk"}}));
    let before = fake.state().objects.clone();
    let report = doctor(&fake, needy()).await;
    assert_eq!(
        codes(&report),
        [
            Code::OtherOwner,
            Code::AttachmentDiffers,
            Code::ClusterRanges,
            Code::NodeUnfit,
            Code::OtherOwner,
            Code::StorageClassMissing,
            Code::ClaimMissing,
            Code::ConfigMapMissing,
            Code::ConfigMapKeyMissing,
            Code::SecretKeyMissing,
            Code::SecretMissing,
            Code::MultusUnseen,
        ]
    );
    assert_eq!(fake.state().objects, before);
    assert!(fake.log().lines().all(|line| line.starts_with("GET ")));
    assert!(!format!("{report:?}").contains("dGhl"), "a Secret's value is in the report");
}

#[tokio::test]
async fn a_namespace_that_is_missing_is_tried() {
    let fake = healthy();
    fake.state().objects.remove("/api/v1/namespaces/home");
    assert_eq!(codes(&doctor(&fake, release()).await), Vec::<Code>::new());
    assert!(fake.log().contains("POST /api/v1/namespaces dryRun=All"));
    fake.fail("POST /api/v1/namespaces", Fault::Status(403));
    assert_eq!(codes(&doctor(&fake, release()).await), [Code::NamespaceMissing]);
}

#[tokio::test]
async fn the_kind_of_attachments_may_be_missing() {
    let fake = healthy();
    fake.fail("GET /apis/k8s.cni.cncf.io", Fault::Status(404));
    assert_eq!(codes(&doctor(&fake, release()).await), [Code::NoMultus]);
}

/// Who may read nothing is told so for each check, with the right that it takes; none passes, and none fails the run.
#[tokio::test]
async fn what_may_not_be_read_is_said() {
    let fake = healthy();
    for _ in 0..60 {
        fake.fail("GET ", Fault::Status(403));
        fake.fail("POST ", Fault::Status(403));
    }
    let mut release = modular();
    release.objects = needy().objects;
    release.cluster_ranges = needy().cluster_ranges;
    let report = doctor(&fake, release).await;
    assert!(report.checks.iter().all(|check| check.state == CheckState::Unknown), "{:?}", report.checks);
    let rights = report.findings.iter().filter_map(|finding| match &finding.obstacle {
        Obstacle::NotChecked { right, .. } => right.as_deref(),
        _ => Some("a finding"),
    });
    insta::assert_snapshot!(rights.collect::<Vec<_>>().join("\n"), @"
    get /version
    get namespaces home
    list network-attachment-definitions.k8s.cni.cncf.io in namespace home
    list nodes
    get services in namespace default
    list nodes
    list configmaps in namespace home
    create pods in namespace home
    get persistentvolumeclaims in namespace home
    get persistentvolumeclaims in namespace home
    get configmaps in namespace home
    get configmaps in namespace home
    get secrets in namespace home
    get secrets in namespace home
    list daemonsets.apps in all namespaces
    ");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_goes_away_ends_the_run_at_every_request() {
    let whole = healthy();
    doctor(&whole, needy()).await;
    for dies_at in 0..whole.log().lines().count() {
        let fake = healthy();
        fake.state().dies_at = Some(dies_at);
        let error = fake.cluster.doctor(&[needy()], &mut Silent).await.expect_err("unreachable");
        assert_eq!(error.class(), Class::Environment, "died at request {dies_at}: {error}");
    }
}

/// What the pod's list says in the order in which it is asked: nothing is left, nothing is left, it has ended.
fn answers(fake: &Fake, phase: &str) {
    let pod = json!({"metadata": {"name": "wrtpod-doctor-node1", "uid": "u"}, "status": {"phase": phase, "message": "evicted"}});
    for items in [json!([]), json!([]), json!([pod])] {
        fake.fail(PODS, Fault::Says(200, json!({"metadata": {"resourceVersion": "1"}, "items": items})));
    }
}

#[tokio::test(start_paused = true)]
async fn a_pod_asks_for_modules_and_is_deleted() {
    let fake = healthy();
    answers(&fake, "Succeeded");
    fake.fail(PODS, Fault::Says(200, json!("x /proc/sys/net: ipv4 ipv6 /sys/module: nf_conntrack y")));
    let mut told = Told::default();
    let report = fake.cluster.doctor(&[modular()], &mut told).await.expect("a report");
    let claims: Vec<String> = report.findings.iter().map(|finding| finding.obstacle.claim()).collect();
    assert_eq!(claims, ["node1 has no kernel module surely-not loaded (it uses surely-not)"]);
    assert_eq!(told.0, ["Pod wrtpod-doctor-node1 created", "Pod wrtpod-doctor-node1 deleted"]);
    assert!(!fake.state().objects.contains_key(PROBE));
}

/// A node on which nothing has offloaded flows yet does not show the module, and its kernel loads it when something does.
#[tokio::test(start_paused = true)]
async fn a_module_that_the_kernel_loads_itself_is_a_note() {
    let fake = healthy();
    answers(&fake, "Succeeded");
    fake.fail(PODS, Fault::Says(200, json!("x /proc/sys/net: ipv4 ipv6 /sys/module: nf_conntrack y")));
    let mut release = modular();
    release.modules[1].name = "nf_flow_table".to_owned();
    let report = doctor(&fake, release).await;
    let [finding] = &report.findings[..] else { panic!("{report:?}") };
    assert_eq!(
        (finding.obstacle.code(), finding.obstacle.severity()),
        (Code::KernelModuleMissing, Severity::Note)
    );
    assert!(finding.obstacle.fix().contains("loads it itself"));
}

/// Who asks for modules hears of IPv6 as well: the node lacks it, or has what the appliance is to be without.
#[tokio::test(start_paused = true)]
async fn a_node_that_is_asked_tells_of_ipv6() {
    let config = |sysctl: &str| json!({"config": json!({"plugins": [{"type": "tuning", "sysctl": {sysctl: "0"}}]}).to_string()});
    for (sysctl, has, expected) in [
        ("net.ipv6.conf.IFNAME.accept_ra", "ipv4", vec![(Code::NoIpv6, Severity::Error)]),
        ("net.ipv6.conf.IFNAME.accept_ra", "ipv4 ipv6", vec![]),
        ("net.ipv4.ip_forward", "ipv4 ipv6", vec![(Code::NoIpv6, Severity::Note)]),
        ("net.ipv4.ip_forward", "ipv4", vec![]),
    ] {
        let fake = healthy();
        answers(&fake, "Succeeded");
        fake.fail(
            PODS,
            Fault::Says(
                200,
                json!(format!("x /proc/sys/net: {has} /sys/module: ipv6 nf_conntrack surely_not y")),
            ),
        );
        let mut release = modular();
        let mut attachment = attachment();
        attachment["spec"] = config(sysctl);
        let workload = release.objects.iter().last().expect("it has one").value.clone();
        release.objects = set([attachment, workload]);
        let report = doctor(&fake, release).await;
        let found = report.findings.iter().map(|one| (one.obstacle.code(), one.obstacle.severity()));
        assert_eq!(found.collect::<Vec<_>>(), expected, "{sysctl} where there is {has}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_cannot_answer_is_deleted_all_the_same() {
    let failed = healthy();
    answers(&failed, "Failed");
    let lost = healthy();
    answers(&lost, "Succeeded");
    lost.fail(PODS, Fault::Status(403));
    let silent = healthy();
    for fake in [&failed, &lost, &silent] {
        let report = doctor(fake, modular()).await;
        assert_eq!(codes(&report), [Code::NotChecked]);
        assert!(!fake.state().objects.contains_key(PROBE));
        assert!(fake.log().contains(&format!("DELETE {PROBE}")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_pod_that_an_interrupted_run_left_is_deleted_first() {
    let fake = healthy();
    let left = json!({"metadata": {"name": "wrtpod-doctor-node9", "uid": "u", "labels": {"wrtpod.dev/doctor": "modules"}}});
    fake.put("/api/v1/namespaces/home/pods/wrtpod-doctor-node9", left);
    doctor(&fake, modular()).await;
    let log = fake.log();
    let place = |text: &str| log.lines().position(|line| line.starts_with(text)).expect(text);
    assert!(
        place("DELETE /api/v1/namespaces/home/pods/wrtpod-doctor-node9")
            < place("POST /api/v1/namespaces/home/pods")
    );
}

#[tokio::test(start_paused = true)]
async fn the_pod_that_asks_may_do_nothing() {
    let fake = healthy();
    fake.fail(&*format!("DELETE {PROBE}").leak(), Fault::Status(403));
    doctor(&fake, modular()).await;
    let pod = fake.state().objects[PROBE].clone();
    let spec = &pod["spec"];
    assert_eq!(pod["metadata"]["annotations"], Value::Null, "it would get NICs");
    assert_eq!(spec["containers"][0]["securityContext"]["capabilities"], json!({"drop": ["ALL"]}));
    assert_eq!(spec["containers"][0]["securityContext"]["readOnlyRootFilesystem"], true);
    assert_eq!(
        (&spec["securityContext"]["runAsNonRoot"], &spec["nodeName"]),
        (&json!(true), &json!("node1"))
    );
    assert_eq!(spec["automountServiceAccountToken"], false);
    assert_eq!(spec["containers"][0]["image"], "openwrt:1");
    assert_eq!(spec["tolerations"], json!([{"key": "only", "operator": "Exists"}]));
}

#[tokio::test]
async fn what_somebody_has_to_install_is_looked_for() {
    let mut attachment = attachment();
    let list = json!({"plugins": [{"type": "macvlan", "ipam": {"type": "whereabouts"}}]});
    attachment["spec"] = json!({"config": list.to_string()});
    let route = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "openwrt", "namespace": "lab"}});
    for (object, code, version, resource) in [
        (attachment, Code::NoWhereabouts, "whereabouts.cni.cncf.io/v1alpha1", "ippools"),
        (route, Code::NoGatewayApi, "gateway.networking.k8s.io/v1", "httproutes"),
    ] {
        let fake = healthy();
        let mut release = modular();
        release.modules.clear();
        let workload = release.objects.iter().last().expect("it has one").value.clone();
        release.objects = set([object, workload]);
        let found = doctor(&fake, release.clone()).await;
        assert!(codes(&found).contains(&code), "{:?}", codes(&found));
        let other = json!({"kind": "APIResourceList", "resources": [{"name": "others"}]});
        fake.put(&format!("/apis/{version}"), other);
        let found = doctor(&fake, release.clone()).await;
        assert!(codes(&found).contains(&code), "{:?}", codes(&found));
        let list = json!({"kind": "APIResourceList", "resources": [{"name": resource}]});
        fake.put(&format!("/apis/{version}"), list);
        let found = doctor(&fake, release).await;
        assert!(!codes(&found).contains(&code), "{:?}", codes(&found));
    }
}
