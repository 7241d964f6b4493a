//! Deploys that make pods: they need a node with Multus, `localhost/busybox:1` and a NIC `enp3s0`, which is what
//! `tests/cluster/up` makes.

use std::time::Duration;

use serde_json::{Value, json};
use wrtpod::cluster::{
    DeleteOptions, DeployOptions, DeployReport, Error, Event, Files, Progress, Release, Silent, Verdict,
    WaitOptions,
};
use wrtpod::diag::{Code, Finding};

use crate::fixture::{Fixture, attachment, replaced};

const NETD: &str = r#"{"up":true,"ipv4-address":[{"address":"192.168.1.77","mask":24}]}"#;

/// Keeps what it is told.
#[derive(Default)]
struct Told(Vec<String>);

impl Progress for Told {
    fn event(&mut self, event: &Event) {
        self.0.push(event.to_string());
    }
}

fn options() -> DeployOptions {
    let wait = WaitOptions { timeout: Duration::from_secs(60), patience: Duration::from_secs(6) };
    DeployOptions { wait: Some(wait), ..DeployOptions::default() }
}

/// A release whose container is BusyBox with a ubus of its own; `change` edits the workload.
fn release(fixture: &Fixture, mac: &str, change: impl FnOnce(&mut Value)) -> Release {
    let mut workload = fixture.statefulset("localhost/busybox:1");
    let script = format!(
        "printf '%s\\n' '#!/bin/sh' \"cat <<E\" '{NETD}' E >/bin/ubus; chmod +x /bin/ubus; mkdir -p /etc/config; \
         echo option >/etc/config/network; trap 'exit 0' TERM; while :; do sleep 0.2; done"
    );
    let template = &mut workload["spec"]["template"];
    template["spec"]["containers"][0]["command"] = json!(["/bin/sh", "-c", script]);
    template["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"] =
        json!(json!([{"name": "lan", "interface": "lan", "mac": mac}]).to_string());
    change(&mut workload);
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "openwrt-data",
        "namespace": fixture.namespace, "labels": {"app.kubernetes.io/managed-by": "wrtpod", "app.kubernetes.io/instance": "openwrt"}},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "64Mi"}}}});
    let plain = fixture.release();
    let mut release =
        replaced(&plain, &["StatefulSet openwrt", "PersistentVolumeClaim openwrt-data"], [claim, workload]);
    release.expected[0].mac = Some(mac.into());
    release.expected[0].addresses = vec!["192.168.1.77/24".into()];
    release
}

async fn fails(fixture: &Fixture, release: &Release) -> Vec<Finding> {
    let error = fixture.cluster.deploy(release, &options(), &mut Silent).await.expect_err("not ready");
    let Error::NotReady { problems, timed_out, .. } = error else { panic!("{error}") };
    assert!(!timed_out, "{problems:?}");
    problems
}

async fn deploy(fixture: &Fixture, release: &Release) -> DeployReport {
    match fixture.cluster.deploy(release, &options(), &mut Silent).await {
        Ok(report) => report,
        Err(error) => panic!("{error}"),
    }
}

fn delete_options(fixture: &Fixture) -> DeleteOptions {
    DeleteOptions {
        appliance: "openwrt".into(),
        namespace: fixture.namespace.clone(),
        delete_data: true,
        timeout: Duration::from_secs(60),
    }
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn from_nothing_to_ready_and_away_again() {
    let fixture = Fixture::without_namespace("whole").await;
    let release = release(&fixture, "52:54:00:00:01:01", |_| {});
    let mut told = Told::default();
    let report = fixture.cluster.deploy(&release, &options(), &mut told).await.expect("ready");
    assert_eq!(report.pod.as_deref(), Some("openwrt-0"), "{:?}", told.0);
    assert_eq!(report.nics.len(), 1);
    assert_eq!(report.nics[0].verdict, Verdict::Ok, "{:?}", report.nics);
    assert_eq!(report.nics[0].addresses, ["192.168.1.77/24"]);
    assert!(told.0.iter().any(|line| line == "Pod openwrt-0 ready"), "{:?}", told.0);

    let again = deploy(&fixture, &release).await;
    assert!(again.apply.is_unchanged(), "{again:?}");

    let status = fixture.cluster.status(&fixture.namespace, None, &[]).await.expect("a status");
    assert_eq!(status.len(), 1);
    assert!(status[0].pod.as_ref().is_some_and(|pod| pod.ready), "{status:?}");
    assert_eq!(status[0].nics[0].verdict, Verdict::Ok, "{status:?}");
    assert_eq!(status[0].problems, []);
    assert_eq!(status[0].claims.len(), 1);

    let Files::Known(files) = fixture.cluster.read_files(&release, &["/etc/config"]).await else {
        panic!("unknown")
    };
    assert_eq!(files["/etc/config/network"], b"option\n");
    let output = fixture
        .cluster
        .exec(
            &fixture.namespace,
            "openwrt-0",
            "openwrt",
            &["/bin/sh", "-c", "echo out; echo err >&2; exit 7"],
        )
        .await
        .expect("an answer");
    assert_eq!(
        (output.stdout.as_slice(), output.stderr.as_slice(), output.code),
        (&b"out\n"[..], &b"err\n"[..], 7)
    );

    let report = fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    assert!(report.kept.is_empty(), "{report:?}");
    assert!(fixture.names("v1", "Pod", "pods").await.is_empty());
    assert_eq!(fixture.names("v1", "ConfigMap", "configmaps").await, Vec::<String>::new());
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn a_broken_image_and_then_a_good_one() {
    let fixture = Fixture::new("image").await;
    let broken = release(&fixture, "52:54:00:00:01:02", |workload| {
        workload["spec"]["template"]["spec"]["containers"][0]["image"] = json!("localhost/no-such-image:1");
    });
    let problems = fails(&fixture, &broken).await;
    assert_eq!(problems[0].code, Code::ImagePull, "{problems:?}");
    let good = release(&fixture, "52:54:00:00:01:02", |_| {});
    deploy(&fixture, &good).await;
    fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn an_ordered_workload_that_is_stuck_goes_on() {
    let fixture = Fixture::new("ordered").await;
    let ordered = |workload: &mut Value| workload["spec"]["podManagementPolicy"] = json!("OrderedReady");
    let broken = release(&fixture, "52:54:00:00:01:03", |workload| {
        ordered(workload);
        workload["spec"]["template"]["spec"]["containers"][0]["image"] = json!("localhost/no-such-image:1");
    });
    fails(&fixture, &broken).await;
    deploy(&fixture, &release(&fixture, "52:54:00:00:01:03", ordered)).await;
    fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn another_workload_kind_waits_for_the_old_pod() {
    let fixture = Fixture::new("kinds").await;
    let first = release(&fixture, "52:54:00:00:01:04", |_| {});
    deploy(&fixture, &first).await;
    let mut second = release(&fixture, "52:54:00:00:01:04", |workload| {
        workload["kind"] = json!("Deployment");
        let spec = workload["spec"].as_object_mut().expect("a spec");
        spec.remove("serviceName");
        spec.remove("podManagementPolicy");
        spec.insert("strategy".into(), json!({"type": "Recreate"}));
    });
    second.workload.kind = "Deployment".into();
    let mut told = Told::default();
    let report = fixture.cluster.deploy(&second, &options(), &mut told).await.expect("ready");
    let place = |text: &str| {
        told.0.iter().position(|line| line == text).unwrap_or_else(|| panic!("{text}: {:?}", told.0))
    };
    assert!(place("StatefulSet openwrt deleted") < place("Deployment openwrt created"));
    assert!(place("waiting for Pod openwrt-0 to be gone") < place("Deployment openwrt created"));
    assert_eq!(report.nics[0].verdict, Verdict::Ok, "{report:?}");
    fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    fixture.done().await;
}

/// The release with another attachment.
fn attached(fixture: &Fixture, release: &Release, config: &Value) -> Release {
    let attachment = attachment(&fixture.namespace, &config.to_string());
    replaced(release, &["NetworkAttachmentDefinition lan"], [attachment])
}

/// Deploys what cannot work and returns the code of the first problem.
async fn code(name: &str, change: impl FnOnce(&mut Value), config: Option<Value>) -> Finding {
    let fixture = Fixture::new(name).await;
    let digest = name.bytes().fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    let mut release = release(&fixture, &format!("52:54:00:00:02:{digest:02x}"), change);
    if let Some(config) = config {
        release = attached(&fixture, &release, &config);
    }
    let problems = fails(&fixture, &release).await;
    fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    fixture.done().await;
    problems.into_iter().next().expect("a problem")
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn a_missing_parent_is_named() {
    let config =
        json!({"cniVersion": "1.0.0", "name": "lan", "plugins": [{"type": "macvlan", "master": "enp99s0"}]});
    let problem = code("parent", |_| {}, Some(config)).await;
    assert_eq!(problem.code, Code::MissingParent, "{problem:?}");
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn a_missing_plugin_is_named() {
    let fixture = Fixture::new("plugin").await;
    let config = json!({"cniVersion": "1.0.0", "name": "lan", "plugins": [{"type": "no-such-plugin"}]});
    let release = attached(&fixture, &release(&fixture, "52:54:00:00:01:08", |_| {}), &config);
    let problems = fails(&fixture, &release).await;
    assert_eq!(problems[0].code, Code::MissingPlugin, "{problems:?}");
    assert!(problems[0].claim.contains("no-such-plugin"), "{problems:?}");
    fixture.sandbox_seen().await;
    // Without the plugin the pod's network cannot be torn down either, so it stays: that has to be said.
    let options = DeleteOptions { timeout: Duration::from_secs(12), ..delete_options(&fixture) };
    let error = fixture.cluster.delete(&options, &mut Silent).await.expect_err("it stays");
    assert!(matches!(error, Error::PodStays { .. }), "{error}");
    assert!(error.to_string().contains("failed to find plugin \"no-such-plugin\""), "{error}");
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn a_missing_attachment_is_named() {
    let change = |workload: &mut Value| {
        workload["spec"]["template"]["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"] =
            json!(r#"[{"name":"nowhere","interface":"lan"}]"#);
    };
    let problem = code("nad", change, None).await;
    assert_eq!(problem.code, Code::AttachmentMissing, "{problem:?}");
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn an_init_container_that_fails_shows_its_log() {
    let change = |workload: &mut Value| {
        workload["spec"]["template"]["spec"]["initContainers"] = json!([{"name": "seed", "image": "localhost/busybox:1",
            "command": ["/bin/sh", "-c", "echo no room on the claim; exit 3"]}]);
    };
    let problem = code("init", change, None).await;
    assert_eq!(problem.code, Code::InitFailed, "{problem:?}");
    assert_eq!(problem.log, ["no room on the claim"], "{problem:?}");
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn a_forbidden_sysctl_is_named() {
    let change = |workload: &mut Value| {
        workload["spec"]["template"]["spec"]["securityContext"] =
            json!({"sysctls": [{"name": "net.ipv4.ip_forward", "value": "1"}]});
    };
    let problem = code("sysctl", change, None).await;
    assert_eq!(problem.code, Code::SysctlForbidden, "{problem:?}");
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn no_node_that_fits_is_named() {
    let change = |workload: &mut Value| {
        workload["spec"]["template"]["spec"]["nodeSelector"] = json!({"kubernetes.io/arch": "riscv64"});
    };
    let problem = code("node", change, None).await;
    assert_eq!(problem.code, Code::Unschedulable, "{problem:?}");
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn a_pod_without_its_nics_is_made_again_once() {
    let fixture = Fixture::new("nics").await;
    let release = release(&fixture, "52:54:00:00:01:05", |workload| {
        workload["spec"]["template"]["metadata"]["annotations"] = json!({});
    });
    let mut told = Told::default();
    let error = fixture.cluster.deploy(&release, &options(), &mut told).await.expect_err("not ready");
    let replaced = told.0.iter().filter(|line| line.contains("deleted so that it is made again")).count();
    assert_eq!(replaced, 1, "{:?}", told.0);
    let found = error.findings();
    assert!(found.iter().any(|one| one.claim.contains("its sandbox was made without lan")), "{found:?}");
    fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn a_mac_that_is_in_use_is_named() {
    let one = Fixture::new("mac1").await;
    deploy(&one, &release(&one, "52:54:00:00:01:06", |_| {})).await;
    let two = Fixture::new("mac2").await;
    let problems = fails(&two, &release(&two, "52:54:00:00:01:06", |_| {})).await;
    assert_eq!(problems[0].code, Code::MacInUse, "{problems:?}");
    for fixture in [one, two] {
        fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
        fixture.done().await;
    }
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn a_pod_that_admission_refuses_later_is_explained() {
    let fixture = Fixture::new("later").await;
    let release = release(&fixture, "52:54:00:00:01:07", |_| {});
    deploy(&fixture, &release).await;
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fixture.namespace,
        "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}});
    fixture.apply_as("admin", &namespace).await;
    let pods = fixture.api("v1", "Pod", "pods");
    pods.delete("openwrt-0", &kube::api::DeleteParams::default()).await.expect("deleted");
    let uid = pods.get("openwrt-0").await.expect("it ends").metadata.uid.expect("a uid");
    let gone = kube::runtime::conditions::is_deleted(&uid);
    kube::runtime::wait::await_condition(pods, "openwrt-0", gone).await.expect("gone");
    let wait = options().wait.expect("set");
    let error = fixture.cluster.wait(&release, &wait, &mut Silent).await.expect_err("not ready");
    let Error::NotReady { problems, .. } = &error else { panic!("{error}") };
    assert_eq!(problems[0].code, Code::PodSecurity, "{problems:?}");
    fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    fixture.done().await;
}

/// Takes Multus away until the pod that was made without it is replaced.
struct MultusComesLate;

impl Progress for MultusComesLate {
    fn event(&mut self, event: &Event) {
        if matches!(event, Event::PodReplaced(..)) {
            crate::server::run("WRTPOD_TEST_MULTUS_ON");
        }
    }
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG and WRTPOD_TEST_MULTUS_OFF and _ON, commands; run it alone"]
async fn a_pod_that_was_made_before_multus_comes_back_with_its_nics() {
    let fixture = Fixture::new("late").await;
    let release = release(&fixture, "52:54:00:00:01:09", |_| {});
    crate::server::run("WRTPOD_TEST_MULTUS_OFF");
    let report = fixture.cluster.deploy(&release, &options(), &mut MultusComesLate).await.expect("ready");
    assert_eq!(report.nics[0].verdict, Verdict::Ok, "{report:?}");
    fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG with a node"]
async fn without_the_right_to_exec_addresses_are_unknown() {
    let fixture = Fixture::new("noexec").await;
    let release = release(&fixture, "52:54:00:00:01:0a", |_| {});
    deploy(&fixture, &release).await;
    let viewer = fixture.viewer().await;
    let rows = viewer.check_network(&release).await.expect("rows");
    assert_eq!(rows[0].verdict, Verdict::Unknown, "{rows:?}");
    assert!(rows[0].addresses.is_empty());
    let status = viewer.status(&fixture.namespace, Some("openwrt"), &[]).await.expect("a status");
    assert_eq!(status[0].nics[0].verdict, Verdict::Unknown, "{status:?}");
    assert!(matches!(viewer.read_files(&release, &["/etc/config"]).await, Files::Unknown(_)));
    fixture.cluster.delete(&delete_options(&fixture), &mut Silent).await.expect("deleted");
    fixture.done().await;
}
