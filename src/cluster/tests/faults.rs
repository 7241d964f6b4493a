//! Faults on the way: what is survived, and what ends in an error that a second deploy mends.

use std::future::Future as _;
use std::task::Poll;

use serde_json::json;

use super::fake::{Fake, Fault};
use super::{PLAIN, Told, object, release};
use crate::cluster::session::Session;
use crate::cluster::{Class, Error, Silent, proxies};

#[tokio::test(start_paused = true)]
async fn hiccups_are_survived() {
    let fake = Fake::with_namespace();
    fake.fail("GET /api/v1/namespaces/home", Fault::Status(503));
    fake.fail("PATCH /api/v1/namespaces/home/configmaps/openwrt", Fault::Later(429, 3));
    fake.fail("PATCH /api/v1/namespaces/home/persistentvolumeclaims/openwrt", Fault::Reset);
    fake.fail("PATCH /apis/apps/v1/namespaces/home/statefulsets/openwrt", Fault::Status(500));
    fake.fail("PATCH /apis/apps/v1/namespaces/home/statefulsets/openwrt", Fault::Status(502));
    fake.fail("PATCH /apis/apps/v1/namespaces/home/statefulsets/openwrt", Fault::ResetAfter);
    fake.fail("POST /api/v1/namespaces/home/secrets", Fault::ResetAfter);
    let mut told = Told::default();
    fake.cluster.apply(&release(), &PLAIN, &mut told).await.expect("applied");
    assert_eq!(told.0.iter().filter(|line| line.starts_with("trying again")).count(), 7, "{:?}", told.0);
    let again = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    assert!(again.is_unchanged(), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn users_that_the_api_server_leaves_out_are_refused() {
    let mut release = release();
    let workload = release.objects.iter_mut().find(|object| object.identity.kind == "StatefulSet");
    workload.expect("it has one").value["spec"]["template"]["spec"] = json!({"hostUsers": false});
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect("it answers with them");
    let without = json!({"kind": "Pod", "spec": {}});
    fake.fail("POST /api/v1/namespaces/home/pods dryRun=All", Fault::Says(201, without));
    let error = fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect_err("refused");
    assert!(error.to_string().contains("the API server leaves out `hostUsers: false`"), "{error}");
    // Who may not try a pod deploys without knowing.
    fake.fail("POST /api/v1/namespaces/home/pods dryRun=All", Fault::Status(403));
    fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect("not asked");
}

#[tokio::test(start_paused = true)]
async fn a_lost_race_is_run_again() {
    let fake = Fake::with_namespace();
    let lost = json!({"kind": "Status", "reason": "Conflict", "code": 409, "message": "the object has been modified"});
    fake.fail("PATCH /apis/apps", Fault::Says(409, lost));
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_is_broken_for_good_ends_the_deploy() {
    let fake = Fake::with_namespace();
    for _ in 0..20 {
        fake.fail("PATCH /apis/apps", Fault::Status(500));
    }
    let error = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect_err("refused");
    assert!(matches!(error, Error::Refused { status: 500, .. }), "{error}");
    assert_eq!(fake.log().lines().filter(|line| line.starts_with("PATCH /apis/apps")).count(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up_soon() {
    let fake = Fake::new();
    fake.state().down = true;
    let begin = tokio::time::Instant::now();
    let error = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect_err("unreachable");
    assert!(matches!(error, Error::Unreachable { .. } | Error::Several(_)), "{error}");
    assert_eq!(error.class(), Class::Environment);
    assert!(begin.elapsed().as_secs() < 5);
}

/// At every single request the server goes away for good; the deploy after that finishes the job.
#[tokio::test(start_paused = true)]
async fn a_second_deploy_finishes_what_a_dead_server_left() {
    let whole = Fake::with_namespace();
    whole.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    let requests = whole.log().lines().count();
    let paths: Vec<String> = whole.state().objects.keys().cloned().collect();
    for dies_at in 1..requests {
        let fake = Fake::with_namespace();
        fake.state().dies_at = Some(dies_at);
        let error = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect_err("unreachable");
        assert_eq!(error.class(), Class::Environment, "{error}");
        fake.state().dies_at = None;
        fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
        let now: Vec<String> = fake.state().objects.keys().cloned().collect();
        assert_eq!(now, paths, "died at request {dies_at}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_conflict_is_named_in_one_error() {
    let fake = Fake::with_namespace();
    let conflict = |field: &str| {
        let cause = json!({"reason": "FieldManagerConflict", "field": field, "message": "conflict with \"helm\" using v1"});
        json!({"kind": "Status", "reason": "Conflict", "code": 409, "message": "Apply failed", "details": {"causes": [cause]}})
    };
    fake.fail("PATCH /api/v1/namespaces/home/configmaps/openwrt", Fault::Says(409, conflict(".data.a")));
    let attachments = "PATCH /apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions";
    fake.fail(attachments, Fault::Says(409, conflict(".spec.config")));
    let error = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect_err("a conflict");
    let found = error.findings();
    let told: Vec<String> = found.iter().map(|one| format!("{}: {one}", one.code)).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    field-conflict: ConfigMap openwrt: .data.a belongs to helm, and the appliance sets it to another value
    field-conflict: NetworkAttachmentDefinition lan: .spec.config belongs to helm, and the appliance sets it to another value
    ");
    assert!(
        error.is_told()
            && found
                .iter()
                .all(|one| one.help.as_deref().is_some_and(|help| help.contains("--force-conflicts")))
    );
    assert!(!fake.log().contains("statefulsets/openwrt"), "the workload waits for its parts");
}

#[tokio::test(start_paused = true)]
async fn the_password_is_in_no_error_and_no_event() {
    let fake = Fake::with_namespace();
    fake.fail("POST /api/v1/namespaces/home/secrets", Fault::Status(403));
    let mut told = Told::default();
    let error = fake.cluster.apply(&release(), &PLAIN, &mut told).await.expect_err("refused");
    assert_eq!(error.to_string(), "failed to create Secret openwrt-password: fault 403");
    let report = fake.cluster.apply(&release(), &PLAIN, &mut told).await.expect("applied");
    let secret = fake.state().objects["/api/v1/namespaces/home/secrets/openwrt-password"].clone();
    let password = secret["stringData"]["password"].as_str().expect("a password").to_owned();
    assert!(!format!("{:?}{report:?}", told.0).contains(&password));
}

/// Ctrl-C drops the work wherever it is; the deploy after that finishes the job.
#[tokio::test]
async fn a_deploy_that_is_interrupted_anywhere_is_finished_by_the_next() {
    let whole = Fake::with_namespace();
    whole.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    let paths: Vec<String> = whole.state().objects.keys().cloned().collect();
    for steps in 1.. {
        let fake = Fake::with_namespace();
        let (release, mut silent) = (release(), Silent);
        let mut work = Box::pin(fake.cluster.apply(&release, &PLAIN, &mut silent));
        let mut done = false;
        for _ in 0..steps {
            done |= std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_ready())).await;
            if done {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(work);
        if done {
            assert!(steps > 5, "the work was over before it could be interrupted");
            break;
        }
        fake.cluster.apply(&release, &PLAIN, &mut Silent).await.expect("applied");
        let now: Vec<String> = fake.state().objects.keys().cloned().collect();
        assert_eq!(now, paths, "interrupted after {steps} steps");
    }
}

/// The configuration of Home Assistant matters where a proxy leads to it.
#[tokio::test]
async fn what_leads_to_an_appliance_is_found() {
    let fake = Fake::with_namespace();
    let mut silent = Silent;
    let session = Session::new(&fake.cluster.wire, &mut silent);
    assert_eq!(proxies::way(&session, "home", "openwrt").await, None);
    for (path, api_version, kind) in [
        (
            "gateway.networking.k8s.io/v1/namespaces/home/httproutes",
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
        ),
        ("networking.k8s.io/v1/namespaces/home/ingresses", "networking.k8s.io/v1", "Ingress"),
    ] {
        fake.state().objects.insert(format!("/apis/{path}/web"), object(api_version, kind, "web"));
        assert_eq!(proxies::way(&session, "home", "openwrt").await, Some(format!("{kind} web")));
        assert_eq!(proxies::way(&session, "home", "other").await, None);
    }
    fake.fail("GET /apis/networking", Fault::Status(403));
    assert_eq!(proxies::way(&session, "home", "openwrt").await, Some("HTTPRoute web".to_owned()));
}
