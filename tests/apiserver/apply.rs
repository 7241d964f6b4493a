//! Apply, prune, diff, dry run and delete.

use serde_json::json;
use wrtpod::cluster::{ApplyOptions, Change, DeleteOptions, Error, Outcome, Silent};
use wrtpod::diag::Code;

use crate::fixture::{Fixture, replaced};

const OPTIONS: ApplyOptions = ApplyOptions { force_conflicts: false, delete_data: false };

fn yaml(sides: [Option<&serde_json::Value>; 2]) -> [String; 2] {
    sides.map(|side| side.map_or_else(String::new, |side| format!("{side:#}\n")))
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG"]
async fn applies_once_and_writes_nothing_the_second_time() {
    let fixture = Fixture::new("apply").await;
    let release = fixture.release();
    let first = fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect("applied");
    assert!(first.applied.iter().all(|applied| applied.outcome == Outcome::Created), "{first:?}");
    assert!(first.secret.as_ref().is_some_and(|secret| secret.created));
    assert!(first.requests <= 9 + 16, "{} requests", first.requests);

    let second = fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect("applied");
    assert!(second.is_unchanged(), "{second:?}");
    assert!(second.requests <= 9 + 16, "{} requests", second.requests);
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG"]
async fn prunes_what_left_and_keeps_claims() {
    let fixture = Fixture::new("prune").await;
    let release = fixture.release();
    fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect("applied");
    let smaller = replaced(
        &release,
        &["ConfigMap openwrt-preinit", "NetworkPolicy openwrt", "PersistentVolumeClaim openwrt-data"],
        [],
    );
    let report = fixture.cluster.apply(&smaller, &OPTIONS, &mut Silent).await.expect("applied");
    let pruned: Vec<String> = report.pruned.iter().map(ToString::to_string).collect();
    assert_eq!(pruned, ["ConfigMap openwrt-preinit", "NetworkPolicy openwrt"]);
    assert_eq!(report.kept.len(), 1, "{report:?}");
    assert_eq!(
        fixture.names("v1", "PersistentVolumeClaim", "persistentvolumeclaims").await,
        ["openwrt-data"]
    );
    let parent = fixture.get("v1", "ConfigMap", "configmaps", "wrtpod-openwrt").await;
    assert_eq!(
        parent["metadata"]["annotations"]["applyset.kubernetes.io/contains-group-kinds"],
        "ConfigMap,NetworkAttachmentDefinition.k8s.cni.cncf.io,Service,ServiceAccount,StatefulSet.apps"
    );
    let again = fixture.cluster.apply(&smaller, &OPTIONS, &mut Silent).await.expect("applied");
    assert!(again.is_unchanged(), "{again:?}");
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG"]
async fn names_the_manager_of_a_field_and_takes_it_over_when_told() {
    let fixture = Fixture::new("conflict").await;
    let release = fixture.release();
    fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect("applied");
    let theirs = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "openwrt-uci", "namespace": fixture.namespace},
        "data": {"network": "theirs"}});
    fixture.apply_as("somebody", &theirs).await;
    let error = fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect_err("a conflict");
    let Error::Conflict(conflicts) = &error else { panic!("{error}") };
    assert_eq!(conflicts[0].fields[0].manager, "somebody");
    assert_eq!(conflicts[0].fields[0].field, ".data.network");

    let diff = fixture.cluster.diff(&release, &yaml).await.expect("a diff");
    let changed: Vec<_> = diff.objects.iter().filter(|object| object.change != Change::None).collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].conflicts[0].manager, "somebody");

    let options = ApplyOptions { force_conflicts: true, ..OPTIONS };
    let report = fixture.cluster.apply(&release, &options, &mut Silent).await.expect("applied");
    let configured = report.applied.iter().filter(|applied| applied.outcome == Outcome::Configured).count();
    assert_eq!(configured, 1, "{report:?}");
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG"]
async fn a_dry_run_and_a_diff_write_nothing() {
    let fixture = Fixture::without_namespace("dry").await;
    let release = fixture.release();
    let report = fixture.cluster.dry_run(&release, &OPTIONS, &mut Silent).await.expect("a dry run");
    assert_eq!(report.applied[0].identity.kind, "Namespace");
    let there = fixture.names("v1", "Namespace", "namespaces").await;
    assert!(!there.contains(&fixture.namespace));

    let fixture = Fixture::new("dry2").await;
    let release = fixture.release();
    let report = fixture.cluster.dry_run(&release, &OPTIONS, &mut Silent).await.expect("a dry run");
    assert!(report.applied.iter().all(|applied| applied.outcome == Outcome::Created), "{report:?}");
    assert!(fixture.names("v1", "ConfigMap", "configmaps").await.is_empty());

    fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect("applied");
    let same = fixture.cluster.diff(&release, &yaml).await.expect("a diff");
    assert!(!same.differs(), "{same:?}");
    let other = replaced(
        &release,
        &["StatefulSet openwrt", "Service openwrt"],
        [fixture.statefulset("localhost/openwrt:2")],
    );
    let diff = fixture.cluster.diff(&other, &yaml).await.expect("a diff");
    let changes: Vec<_> = diff
        .objects
        .iter()
        .filter(|object| object.change != Change::None)
        .map(|one| (one.identity.to_string(), one.change))
        .collect();
    assert_eq!(
        changes,
        [("StatefulSet openwrt".to_owned(), Change::Modify), ("Service openwrt".to_owned(), Change::Prune)]
    );
    let text = &diff.objects.iter().find(|object| object.change == Change::Modify).expect("it").text;
    assert!(
        text.contains("-              \"image\": \"localhost/openwrt:1\"")
            || text.contains("localhost/openwrt:2"),
        "{text}"
    );
    let dry = fixture.cluster.dry_run(&other, &OPTIONS, &mut Silent).await.expect("a dry run");
    assert_eq!(dry.pruned.len(), 1);
    assert_eq!(fixture.names("v1", "Service", "services").await, ["openwrt"]);
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG"]
async fn attachments_live_as_long_as_something_refers_to_them() {
    let fixture = Fixture::new("nads").await;
    let release = fixture.release();
    fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect("applied");
    // It has left the set, and something may still be made with it.
    let without = replaced(&release, &["NetworkAttachmentDefinition lan"], []);
    let report = fixture.cluster.apply(&without, &OPTIONS, &mut Silent).await.expect("applied");
    // Without a controller it is the template that does.
    let holders = ["Pod openwrt-0 refers to it", "StatefulSet openwrt refers to it"];
    assert!(holders.contains(&report.kept[0].reason.as_str()), "{report:?}");
    let nads = ("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", "network-attachment-definitions");
    assert_eq!(fixture.names(nads.0, nads.1, nads.2).await, ["lan"]);

    let mut options = DeleteOptions {
        appliance: "openwrt".into(),
        namespace: fixture.namespace.clone(),
        delete_data: false,
        timeout: std::time::Duration::from_secs(60),
    };
    let report = fixture.cluster.delete(&options, &mut Silent).await.expect("deleted");
    let kept: Vec<String> = report.kept.iter().map(|kept| kept.identity.to_string()).collect();
    assert_eq!(kept, ["PersistentVolumeClaim openwrt-data", "Secret openwrt-password"]);
    assert!(fixture.names(nads.0, nads.1, nads.2).await.is_empty());
    assert!(fixture.names("v1", "ConfigMap", "configmaps").await.is_empty());
    let again = fixture.cluster.delete(&options, &mut Silent).await.expect("deleted");
    assert!(again.deleted.is_empty(), "{again:?}");
    options.delete_data = true;
    let report = fixture.cluster.delete(&options, &mut Silent).await.expect("deleted");
    assert_eq!(report.deleted.len(), 2, "{report:?}");
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG"]
async fn a_namespace_that_forbids_the_pod_is_refused_before_anything_is_written() {
    let fixture = Fixture::without_namespace("secure").await;
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {
        "name": fixture.namespace, "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}});
    fixture.create(&namespace).await;
    let release = fixture.release();
    let error = fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect_err("refused");
    assert!(matches!(&error, Error::Obstacle(obstacle) if obstacle.code() == Code::PodSecurity), "{error}");
    assert!(error.to_string().contains("NET_ADMIN"), "{error}");
    assert!(fixture.names("v1", "ConfigMap", "configmaps").await.is_empty());
    fixture.done().await;
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG"]
async fn a_claim_that_cannot_change_says_so() {
    let fixture = Fixture::new("immutable").await;
    let release = fixture.release();
    fixture.cluster.apply(&release, &OPTIONS, &mut Silent).await.expect("applied");
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "openwrt-data", "namespace": fixture.namespace,
        "labels": {"app.kubernetes.io/managed-by": "wrtpod", "app.kubernetes.io/instance": "openwrt"}},
        "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "other", "resources": {"requests": {"storage": "64Mi"}}}});
    let other = replaced(&release, &["PersistentVolumeClaim openwrt-data"], [claim]);
    let error = fixture.cluster.apply(&other, &OPTIONS, &mut Silent).await.expect_err("refused");
    assert!(matches!(error, Error::Immutable { .. }), "{error}");
    fixture.done().await;
}
