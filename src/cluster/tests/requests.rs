//! The exact requests of apply, prune and delete.

use insta::assert_snapshot;
use serde_json::json;

use super::fake::{Fake, Fault};
use super::{PLAIN, Told, object, release, set};
use crate::cluster::{ApplyOptions, DeleteOptions, Error, Outcome, Release, SECRETS_ANNOTATION, Silent};
use crate::diag::Code;
use crate::objects::NAD_KIND;

#[tokio::test]
async fn a_first_deploy_reads_little_and_writes_in_order() {
    let fake = Fake::with_namespace();
    let report = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    assert!(report.applied.iter().all(|applied| applied.outcome == Outcome::Created));
    assert_snapshot!(fake.log(), @"
    GET /api/v1/namespaces/home
    GET /apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions
    GET /api/v1/namespaces/home/configmaps
    GET /api/v1/namespaces/home/persistentvolumeclaims
    GET /api/v1/namespaces/home/secrets
    PATCH /api/v1/namespaces/home/persistentvolumeclaims/openwrt
    PATCH /api/v1/namespaces/home/configmaps/wrtpod-openwrt force=true
    POST /api/v1/namespaces/home/secrets
    PATCH /api/v1/namespaces/home/configmaps/openwrt
    PATCH /apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions/lan
    PATCH /apis/apps/v1/namespaces/home/statefulsets/openwrt
    ");
}

#[tokio::test]
async fn a_second_deploy_changes_nothing() {
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    fake.log();
    let before = fake.state().objects.clone();
    let report = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    assert!(report.is_unchanged(), "{report:?}");
    assert_eq!(fake.state().objects, before);
    assert_snapshot!(fake.log(), @"
    GET /api/v1/namespaces/home
    GET /apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions
    GET /api/v1/namespaces/home/configmaps
    GET /api/v1/namespaces/home/configmaps
    GET /apis/apps/v1/namespaces/home/statefulsets
    GET /api/v1/namespaces/home/persistentvolumeclaims
    GET /api/v1/namespaces/home/secrets
    PATCH /api/v1/namespaces/home/persistentvolumeclaims/openwrt
    PATCH /api/v1/namespaces/home/configmaps/openwrt
    PATCH /apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions/lan
    PATCH /apis/apps/v1/namespaces/home/statefulsets/openwrt
    ");
}

#[tokio::test]
async fn a_version_that_a_controller_moved_is_no_change() {
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    let path = "/apis/apps/v1/namespaces/home/statefulsets/openwrt";
    let mut answer = fake.state().objects[path].clone();
    answer["metadata"]["resourceVersion"] = json!("999");
    fake.fail("PATCH /apis/apps/v1/namespaces/home/statefulsets/openwrt", Fault::Says(200, answer));
    let report = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    assert!(report.is_unchanged(), "{report:?}");
}

#[tokio::test]
async fn the_record_widens_before_and_narrows_after() {
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    fake.log();
    let mut other = release();
    let kept = other.objects.iter().skip(1).map(|object| object.value.clone());
    other.objects = set([object("v1", "Service", "openwrt")].into_iter().chain(kept));
    let mut told = Told::default();
    let report = fake.cluster.apply(&other, &PLAIN, &mut told).await.expect("applied");
    assert_eq!(report.pruned.len(), 1);
    assert_snapshot!(fake.log(), @"
    GET /api/v1/namespaces/home
    GET /apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions
    GET /api/v1/namespaces/home/configmaps
    GET /api/v1/namespaces/home/configmaps
    GET /apis/apps/v1/namespaces/home/statefulsets
    GET /api/v1/namespaces/home/persistentvolumeclaims
    GET /api/v1/namespaces/home/secrets
    PATCH /api/v1/namespaces/home/persistentvolumeclaims/openwrt
    PATCH /api/v1/namespaces/home/configmaps/wrtpod-openwrt force=true
    PATCH /api/v1/namespaces/home/services/openwrt
    PATCH /apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions/lan
    PATCH /apis/apps/v1/namespaces/home/statefulsets/openwrt
    DELETE /api/v1/namespaces/home/configmaps/openwrt
    PATCH /api/v1/namespaces/home/configmaps/wrtpod-openwrt force=true
    ");
    assert_snapshot!(told.0.join("\n"), @"
    PersistentVolumeClaim openwrt unchanged
    Service openwrt created
    NetworkAttachmentDefinition lan unchanged
    StatefulSet openwrt unchanged
    ConfigMap openwrt deleted
    ");
}

#[tokio::test]
async fn without_multus_nothing_is_written() {
    let fake = Fake::with_namespace();
    fake.fail("GET /apis/k8s.cni.cncf.io", Fault::Status(404));
    let error = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect_err("refused");
    assert!(matches!(&error, Error::Obstacle(one) if one.code() == Code::NoMultus), "{error}");
    assert!(fake.log().lines().all(|line| line.starts_with("GET ")));
}

#[tokio::test]
async fn another_tools_record_is_left_alone() {
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    let path = "/api/v1/namespaces/home/configmaps/wrtpod-openwrt";
    fake.state().objects.get_mut(path).expect("the parent")["metadata"]["annotations"]["applyset.kubernetes.io/tooling"] =
        json!("kubectl/v1.34");
    fake.log();
    let error = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect_err("refused");
    assert!(matches!(&error, Error::Obstacle(one) if one.code() == Code::OtherOwner), "{error}");
    assert!(fake.log().lines().all(|line| line.starts_with("GET ")));
}

#[tokio::test]
async fn a_claim_goes_only_when_told() {
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    let mut smaller = release();
    smaller.objects = set(smaller
        .objects
        .iter()
        .filter(|one| one.identity.kind != "PersistentVolumeClaim")
        .map(|one| one.value.clone()));
    let report = fake.cluster.apply(&smaller, &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!((report.pruned.len(), report.kept.len()), (0, 1), "{report:?}");
    let options = ApplyOptions { delete_data: true, ..PLAIN };
    let report = fake.cluster.apply(&smaller, &options, &mut Silent).await.expect("applied");
    assert_eq!((report.pruned.len(), report.kept.len()), (1, 0), "{report:?}");
}

#[tokio::test]
async fn delete_goes_backwards_and_the_record_goes_last() {
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    fake.log();
    let options = DeleteOptions {
        appliance: "openwrt".into(),
        namespace: "home".into(),
        delete_data: false,
        timeout: std::time::Duration::from_secs(1),
    };
    let report = fake.cluster.delete(&options, &mut Silent).await.expect("deleted");
    let deleted: Vec<String> = report.deleted.iter().map(ToString::to_string).collect();
    assert_snapshot!(deleted.join("\n"), @"
    StatefulSet openwrt
    ConfigMap openwrt
    NetworkAttachmentDefinition lan
    ConfigMap wrtpod-openwrt
    ");
}

#[tokio::test]
async fn an_attachment_of_another_set_is_left_alone() {
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    fake.log();
    let other = Release { appliance: "web".into(), ..release() };
    let error = fake.cluster.apply(&other, &PLAIN, &mut Silent).await.expect_err("refused");
    assert!(matches!(&error, Error::Obstacle(one) if one.code() == Code::OtherOwner), "{error}");
    assert!(fake.log().lines().all(|line| line.starts_with("GET ")));
}

#[tokio::test]
async fn on_a_first_deploy_the_namespace_is_to_be_made_before_a_secret() {
    let fake = Fake::new();
    let mut release = release();
    release.secret = None;
    let error = fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect_err("refused");
    let helps = |error: &Error| {
        error.findings().into_iter().filter_map(|one| one.help).collect::<Vec<_>>().join("\n")
    };
    let error = helps(&error);
    let command = "kubectl create namespace home; kubectl -n home create secret generic ";
    assert!(error.contains(command), "{error}");
    release.objects = set(release.objects.iter().map(|one| {
        let mut value = one.value.clone();
        if one.identity.kind == "StatefulSet" {
            let from = ["all", "more"].map(|name| json!({"secretRef": {"name": name}}));
            value["spec"]["template"]["spec"] = json!({"containers": [{"name": "openwrt", "envFrom": from}]});
        }
        value
    }));
    let error = helps(&fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect_err("refused"));
    for name in ["openwrt-password", "all", "more"] {
        assert!(error.contains(&format!("{command}{name} ")), "{error}");
    }
}

#[tokio::test]
async fn another_content_of_a_secret_or_config_map_rolls_the_pod_that_has_its_keys() {
    let fake = Fake::with_namespace();
    let mut release = release();
    release.objects = set(release.objects.iter().map(|one| {
        let mut value = one.value.clone();
        if one.identity.kind == "StatefulSet" {
            value["spec"]["template"]["spec"] = json!({
                "containers": [{"name": "openwrt", "env": [
                    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "mqtt", "key": "p"}}},
                    {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "hosts", "key": "mqtt"}}},
                    {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "spare", "key": "x", "optional": true}}}],
                    "envFrom": [{"secretRef": {"name": "all"}}, {"secretRef": {"name": "spare", "optional": true}}]}],
                "initContainers": [{"name": "first", "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "init", "key": "p"}}}]}],
                "volumes": [{"name": "wrtpod-secrets", "projected": {"sources": [{"secret": {"name": "vpn", "items": [{"key": "psk", "path": "psk"}]}}]}},
                    {"name": "tls", "secret": {"secretName": "tls"}}],
            });
        }
        value
    }));
    let put_one = |kind: &str, name: &str, version: &str| {
        let mut one = object("v1", kind, name);
        one["metadata"]["resourceVersion"] = json!(version);
        one["metadata"]["uid"] = json!(name);
        let plural = format!("{}s", kind.to_ascii_lowercase());
        fake.state().objects.insert(format!("/api/v1/namespaces/home/{plural}/{name}"), one);
    };
    let stamped = || {
        let path = "/apis/apps/v1/namespaces/home/statefulsets/openwrt";
        fake.state().objects[path]["spec"]["template"]["metadata"]["annotations"][SECRETS_ANNOTATION].clone()
    };
    let names = [
        ("ConfigMap", "hosts"),
        ("Secret", "all"),
        ("Secret", "init"),
        ("Secret", "mqtt"),
        ("Secret", "vpn"),
    ];
    for (there, (kind, name)) in names.into_iter().enumerate() {
        let error = fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect_err("refused").to_string();
        let missing = names.iter().filter(|(kind, name)| error.contains(&format!("the {kind} {name} that")));
        assert_eq!((missing.count(), error.contains("tls")), (names.len() - there, false), "{error}");
        assert!(fake.log().lines().all(|line| line.starts_with("GET ")));
        put_one(kind, name, "7");
    }
    fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!(stamped(), "configmap/hosts=7,all=7,init=7,mqtt=7,vpn=7");
    put_one("Secret", "all", "9");
    // Files: the kubelet waits for them, and keeps them up to date.
    put_one("Secret", "tls", "9");
    fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!(stamped(), "configmap/hosts=7,all=9,init=7,mqtt=7,vpn=7");
    assert!(fake.log().lines().all(|line| !line.starts_with("GET /api/v1/namespaces/home/secrets/")));
}

#[tokio::test]
async fn an_attachment_of_somebody_else_s_has_to_be_there_and_to_fit() {
    let fake = Fake::with_namespace();
    let mut release = release();
    release.objects =
        set(release.objects.iter().filter(|one| one.identity.kind != NAD_KIND).map(|one| one.value.clone()));
    for nic in &mut release.expected {
        nic.existing = true;
        nic.network_name = "net/lan.2".to_owned();
    }
    let path = "/apis/k8s.cni.cncf.io/v1/namespaces/net/network-attachment-definitions/lan.2";
    let put = |config: &str| {
        let nad = json!({"metadata": {"name": "lan.2", "namespace": "net"}, "spec": {"config": config}});
        fake.put(path, nad);
    };
    let error = fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect_err("refused");
    assert!(error.to_string().contains("net/lan.2 that the network names does not exist"), "{error}");
    put(r#"{"plugins": [{"type": "host-device"}]}"#);
    let error = fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect_err("refused");
    assert!(matches!(&error, Error::Obstacle(one) if one.code() == Code::AttachmentUnfit), "{error}");
    let log = fake.log();
    assert!(log.lines().all(|line| line.starts_with("GET ")), "{log}");
    let report = fake.cluster.doctor(std::slice::from_ref(&release), &mut Silent).await.expect("a report");
    let codes: Vec<Code> = report.findings.iter().map(|finding| finding.obstacle.code()).collect();
    assert!(codes.contains(&Code::AttachmentUnfit), "{codes:?}");
    put(r#"{"plugins": [{"type": "macvlan"}]}"#);
    fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect("applied");
    // Who may not see it deploys without knowing.
    fake.fail("GET /apis/k8s.cni.cncf.io/v1/namespaces/net", Fault::Status(403));
    fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect("applied");
}
