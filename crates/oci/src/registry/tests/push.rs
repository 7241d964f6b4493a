//! Pushing, against a registry that keeps what it gets and fails where it is told to.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::QUICK;
use super::bundle::{Heard, bundle, entry, large, push, push_with, reference};
use super::model::Model;
use crate::image::{Bundle, Bytes, Descriptor, FilePart, media_type};
use crate::registry::{Client, Credentials, Error, Limits, Pushed};
use wrtpod_test_server::{Fake, Reply};

#[tokio::test]
async fn everything_is_there_and_the_tag_is_last() {
    let model = Model::new().await;
    let bundle = bundle(&large());
    let heard = Heard::default();
    let pushed = push(&model, &bundle, &heard).await.expect("a push");
    assert_eq!(pushed, Pushed { digest: bundle.top.digest.clone(), sent: true });
    assert_eq!((heard.times("begin"), heard.times("done")), (4, 4));
    let log = model.fake.log();
    assert_eq!(log.last().expect("requests"), "PUT /v2/team/box/manifests/1");
    assert_eq!(log.iter().filter(|line| line.starts_with("PUT") && line.contains("/manifests/")).count(), 3);
    let state = model.state();
    for (digest, blob) in &bundle.blobs {
        let there = &state.blobs[&("team/box".to_owned(), digest.to_string())];
        assert_eq!(there.len() as u64, blob.size());
    }
}

#[tokio::test]
async fn an_image_that_is_there_is_asked_for_once_and_not_sent() {
    let model = Model::new().await;
    let bundle = bundle(b"layer");
    push(&model, &bundle, &()).await.expect("a push");
    model.fake.take_log();
    let again = push(&model, &bundle, &()).await.expect("a push");
    assert_eq!(again, Pushed { digest: bundle.top.digest, sent: false });
    assert_eq!(model.fake.log(), ["HEAD /v2/team/box/manifests/1"]);
}

#[tokio::test]
async fn a_registry_that_does_not_say_where_a_blob_is_now_is_asked_for_it() {
    let model = Model::new().await;
    model.state().names_places = false;
    let bundle = bundle(b"layer");
    assert!(push(&model, &bundle, &()).await.expect("a push").sent);
    // It has to be there.
    let model = Model::new().await;
    model.fail(|ask, _| (ask.method == "PUT").then(|| Reply::status(201)));
    let error = push(&model, &bundle, &()).await.expect_err("nothing is there");
    assert!(error.to_string().contains("does not say where an upload goes"), "{error}");
}

#[tokio::test]
async fn blobs_that_are_there_are_not_sent() {
    let model = Model::new().await;
    let one = bundle(b"layer");
    push(&model, &one, &()).await.expect("a push");
    model.fake.take_log();
    let heard = Heard::default();
    push(&model, &bundle(b"another layer"), &heard).await.expect("a push");
    assert_eq!((heard.times("skipped"), heard.times("done")), (3, 1));
    assert_eq!(model.fake.log().iter().filter(|line| line.starts_with("POST")).count(), 1);
}

/// A bundle whose layer lies in this image as well, or only there.
fn from_origin(layer: &[u8], origin: &str, only: bool) -> Bundle {
    let mut bundle = bundle(layer);
    let blob = bundle.blobs.get_mut(&Descriptor::of("", layer).digest).expect("the layer");
    blob.origin = Some(origin.parse().expect("a reference"));
    if only {
        blob.bytes = Bytes::Elsewhere(layer.len() as u64);
    }
    bundle
}

/// Puts a layer into a repository.
fn have(model: &Model, repository: &str, layer: &[u8]) {
    let digest = Descriptor::of("", layer).digest.to_string();
    model.state().blobs.insert((repository.to_owned(), digest), layer.to_vec());
}

#[tokio::test]
async fn blobs_of_another_repository_are_mounted() {
    let model = Model::new().await;
    have(&model, "base", b"layer");
    let bundle = from_origin(b"layer", &format!("{}/base:1", model.fake.host), true);
    let heard = Heard::default();
    push(&model, &bundle, &heard).await.expect("a push");
    assert_eq!((heard.times("mounted"), heard.times("done")), (1, 3));
}

#[tokio::test]
async fn what_is_not_mounted_is_sent_to_the_place_that_came_instead() {
    let model = Model::new().await;
    model.state().mounts = false;
    let bundle = from_origin(b"layer", &format!("{}/base:1", model.fake.host), false);
    push(&model, &bundle, &()).await.expect("a push");
    assert_eq!(model.fake.log().iter().filter(|line| line.starts_with("POST")).count(), 4);
    // A refusal is no reason to stop.
    let model = Model::new().await;
    model.fail(|ask, _| ask.path.contains("mount=").then(|| Reply::status(403)));
    let bundle = from_origin(b"layer", &format!("{}/base:1", model.fake.host), false);
    push(&model, &bundle, &()).await.expect("a push");
}

#[tokio::test]
async fn blobs_of_another_registry_are_fetched_from_it() {
    let (model, other) = (Model::new().await, Model::new().await);
    have(&other, "base", b"layer");
    let bundle = from_origin(b"layer", &format!("{}/base:1", other.fake.host), true);
    assert!(push(&model, &bundle, &()).await.expect("a push").sent);
    // What comes from there is checked before anything is sent on.
    let (model, other) = (Model::new().await, Model::new().await);
    other.fail(|_, _| Some(Reply::status(200).body("other")));
    let bundle = from_origin(b"layer", &format!("{}/base:1", other.fake.host), true);
    let result = push(&model, &bundle, &()).await;
    assert!(matches!(result, Err(Error::WrongBlob { .. })), "{result:?}");
    assert!(!model.state().manifests.contains_key("1"));
}

#[tokio::test]
async fn what_is_too_large_for_one_request_goes_in_chunks() {
    let limits = Limits { chunk: 250_000, ..QUICK };
    for (least, chunks) in [(0, [250_000, 250_000, 100_000].as_slice()), (400_000, &[400_000, 200_000])] {
        let model = Model::new().await;
        (model.state().largest, model.state().least) = (400_000, least);
        push_with(&model, &bundle(&large()), &(), limits).await.expect("a push");
        assert_eq!(model.state().chunks, chunks);
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_before_it_reads_gets_chunks() {
    let model = Model::new().await;
    model.fake.refused_early.store(2_000_000, Ordering::SeqCst);
    let layer: Vec<u8> = large().into_iter().cycle().take(8_000_000).collect();
    let limits = Limits { chunk: 2_000_000, ..QUICK };
    push_with(&model, &bundle(&layer), &(), limits).await.expect("a push");
    assert_eq!(model.state().chunks.len(), 4);
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_tried_again() {
    let model = Model::new().await;
    model.fake.cut_bodies.store(2, Ordering::SeqCst);
    let heard = Heard::default();
    assert!(push(&model, &bundle(&large()), &heard).await.expect("a push").sent);
    assert_eq!(heard.times("retried"), 2);
}

#[tokio::test]
async fn failures_and_full_registries_are_tried_again_and_others_are_not() {
    for code in [429, 500, 503] {
        let model = Model::new().await;
        let mut seen = BTreeMap::new();
        model.fail(move |ask, _| {
            // Each upload has a place of its own.
            let path = ask.path.split("/uploads/").next().unwrap_or_default();
            let times = seen.entry(format!("{} {path}", ask.method)).or_insert(0);
            *times += 1;
            (*times == 1).then(|| Reply::status(code))
        });
        let limits = Limits { tries: 8, ..QUICK };
        assert!(push_with(&model, &bundle(b"layer"), &(), limits).await.expect("a push").sent, "{code}");
    }
    let model = Model::new().await;
    model.fail(|ask, _| {
        let denied = "{\"errors\": [{\"code\": \"UNSUPPORTED\", \"message\": \"not here\"}]}";
        (ask.method == "POST").then(|| Reply::status(405).body(denied))
    });
    let error = push(&model, &bundle(b"layer"), &()).await.expect_err("a refusal");
    assert!(error.to_string().contains("HTTP status 405 (UNSUPPORTED: not here)"), "{error}");
}

#[tokio::test]
async fn a_push_that_fails_leaves_no_tag_and_the_next_one_finishes_it() {
    let bundle = bundle(b"layer");
    // Each request but the last one fails for good in its turn.
    for at in 0.. {
        let model = Model::new().await;
        let mut asked = 0;
        model.fail(move |_, _| {
            asked += 1;
            (asked > at).then(|| Reply::status(418))
        });
        if push(&model, &bundle, &()).await.is_ok() {
            assert!(at > 12, "{at}");
            break;
        }
        assert!(!model.state().manifests.contains_key("1"), "{at}");
        model.fail(|_, _| None);
        assert!(push(&model, &bundle, &()).await.expect("a push").sent);
        assert!(model.state().manifests.contains_key("1"));
    }
}

#[tokio::test]
async fn a_registry_that_stores_something_else_is_found_out() {
    let model = Model::new().await;
    model.fail(|ask, _| {
        let is_manifest = ask.method == "PUT" && ask.path.contains("/manifests/");
        is_manifest.then(|| Reply::status(201).header("Docker-Content-Digest", super::OTHER))
    });
    let result = push(&model, &bundle(b"layer"), &()).await;
    assert!(matches!(result, Err(Error::WrongDigest { .. })), "{result:?}");
    assert!(!model.state().manifests.contains_key("1"));
}

#[tokio::test]
async fn a_registry_that_stands_still_is_given_up() {
    let model = Model::new().await;
    model.fail(|ask, _| (ask.method == "PUT").then_some(Reply::Hang));
    let limits = Limits { stall: std::time::Duration::from_millis(200), tries: 2, ..QUICK };
    let result = push_with(&model, &bundle(b"layer"), &(), limits).await;
    assert!(matches!(result, Err(Error::Stalled { .. })), "{result:?}");
}

#[tokio::test]
async fn an_upload_that_was_lost_is_begun_anew() {
    let model = Model::new().await;
    let mut lost = false;
    model.fail(move |ask, _| {
        let is_first = ask.method == "PUT" && !std::mem::replace(&mut lost, true);
        is_first.then(|| Reply::status(404).body("{\"errors\": [{\"code\": \"BLOB_UPLOAD_UNKNOWN\"}]}"))
    });
    assert!(push(&model, &bundle(b"layer"), &()).await.expect("a push").sent);
}

#[tokio::test]
async fn a_repository_that_has_to_be_made_first_is_asked_for_once_and_named() {
    let model = Model::new().await;
    let asked = std::sync::Arc::new(std::sync::Mutex::new(0));
    let count = asked.clone();
    model.fail(move |ask, _| {
        let begins = ask.method == "POST";
        *count.lock().expect("nobody panics") += u32::from(begins);
        let said = "{\"errors\": [{\"code\": \"NAME_UNKNOWN\", \"message\": \"make\u{1b}[31m it\nfirst\"}]}";
        begins.then(|| Reply::status(404).body(said.replace('\n', "\\n").replace('\u{1b}', "\\u001b")))
    });
    let error = push(&model, &bundle(b"layer"), &()).await.expect_err("there is no repository");
    let says = "(NAME_UNKNOWN: make\\u{1b}[31m it\\nfirst): make it there first, or correct the name";
    assert!(error.to_string().ends_with(says), "{error}");
    assert!(matches!(error, Error::NoRepository { .. }), "{error:?}");
    let blobs = u32::try_from(bundle(b"layer").blobs.len()).expect("a few");
    assert!((1..=blobs).contains(&*asked.lock().expect("nobody panics")), "at most once for each blob");
}

#[tokio::test]
async fn a_file_that_has_become_shorter_is_an_error_and_sends_no_tag() {
    let model = Model::new().await;
    let layer = large();
    let mut bundle = bundle(&layer);
    let mut file = tempfile::tempfile().expect("a file");
    std::io::Write::write_all(&mut file, &layer).expect("room");
    let part = FilePart::whole(file.try_clone().expect("a handle")).expect("a part");
    file.set_len(200_001).expect("a shorter file");
    let blob = bundle.blobs.get_mut(&Descriptor::of("", &layer).digest).expect("the layer");
    blob.bytes = Bytes::File(part);
    let error = push(&model, &bundle, &()).await.expect_err("a short file");
    assert!(matches!(error, Error::Local { what: "read", .. }), "{error:?}");
    assert!(error.to_string().contains("shorter"), "{error}");
    assert!(!model.state().manifests.contains_key("1"));
}

#[tokio::test]
async fn a_place_for_uploads_elsewhere_sees_no_authorization() {
    let model = Model::new().await;
    let store = Fake::new(|ask| {
        assert_eq!(ask.header("authorization"), None);
        Reply::status(201).header("Location", "/store")
    })
    .await;
    let place = format!("http://{}/store?x=1", store.host);
    let challenge = "Basic realm=\"test\"";
    model.fail(move |ask, _| match (ask.header("authorization"), ask.method.as_str()) {
        (None, _) => Some(Reply::status(401).header("WWW-Authenticate", challenge)),
        (Some("Basic dXNlcjpzM2NyZXQ="), "POST") => Some(Reply::status(202).header("Location", &place)),
        (Some(_), _) => None,
    });
    let login = super::login(&model.fake);
    let to = reference(&model.fake.host);
    let error = Client::new(QUICK).push(&bundle(b"layer"), &to, &login, &()).await.expect_err("nothing came");
    // The model itself has got no blob.
    assert!(error.to_string().contains("MANIFEST_BLOB_UNKNOWN"), "{error}");
    assert_eq!(store.log().len(), 4);
}

#[tokio::test]
async fn without_a_referrers_api_the_tag_of_the_subject_lists_them() {
    let model = Model::new().await;
    model.state().lists_referrers = false;
    let bundle = bundle(b"layer");
    let tag = bundle.top.digest.as_str().replace(':', "-");
    let foreign = json!({"mediaType": "x/y", "digest": super::OTHER, "size": 1, "extra": true});
    let index =
        json!({"schemaVersion": 2, "mediaType": media_type::INDEX, "manifests": [foreign], "note": 1});
    let there = (media_type::INDEX.to_owned(), index.to_string().into_bytes());
    model.state().manifests.insert(tag.clone(), there);
    model.state().manifests.insert(super::OTHER.to_owned(), ("x/y".to_owned(), Vec::new()));
    push(&model, &bundle, &()).await.expect("a push");
    model.state().manifests.remove("1");
    push(&model, &bundle, &()).await.expect("a push");
    let index: Value = serde_json::from_slice(&model.state().manifests[&tag].1).expect("JSON");
    let referrer = &bundle.documents[2];
    assert_eq!(index["note"], 1);
    assert_eq!(index["manifests"].as_array().map(Vec::len), Some(2));
    assert_eq!(index["manifests"][0], foreign);
    let mut wanted = entry(media_type::MANIFEST, &referrer.bytes);
    wanted["artifactType"] = media_type::SPDX.into();
    wanted["annotations"] = json!({"a": "b"});
    assert_eq!(index["manifests"][1], wanted);
}

#[tokio::test]
async fn with_a_referrers_api_no_tag_is_made() {
    let model = Model::new().await;
    let bundle = bundle(b"layer");
    push(&model, &bundle, &()).await.expect("a push");
    assert!(!model.state().manifests.keys().any(|name| name.starts_with("sha256-")));
}

#[tokio::test]
async fn a_tag_of_referrers_that_is_no_index_is_left_alone() {
    let model = Model::new().await;
    model.state().lists_referrers = false;
    let bundle = bundle(b"layer");
    let tag = bundle.top.digest.as_str().replace(':', "-");
    let image = (media_type::MANIFEST.to_owned(), bundle.documents[0].bytes.clone());
    model.state().manifests.insert(tag, image);
    let error = push(&model, &bundle, &()).await.expect_err("no index");
    assert!(error.to_string().contains("is no index"), "{error}");
}

#[tokio::test]
async fn a_reference_with_the_digest_of_another_image_is_refused() {
    let model = Model::new().await;
    let bundle = bundle(b"layer");
    let host = &model.fake.host;
    let client = Client::new(QUICK);
    let other = format!("{host}/team/box:1@{}", super::OTHER).parse().expect("a reference");
    let result = client.push(&bundle, &other, &Credentials::default(), &()).await;
    assert!(matches!(result, Err(Error::OtherImage { .. })), "{result:?}");
    assert!(model.fake.log().is_empty());
    let own = format!("{host}/team/box@{}", bundle.top.digest).parse().expect("a reference");
    client.push(&bundle, &own, &Credentials::default(), &()).await.expect("a push");
    assert!(!model.state().manifests.contains_key("latest"));
}
