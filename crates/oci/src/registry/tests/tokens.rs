//! Pushing to a registry that wants tokens.

use std::collections::BTreeSet;

use oci_client::RegistryOperation;

use super::bundle::{Heard, bundle, large, push, reference};
use super::model::Model;
use super::{DIGEST, QUICK};
use crate::registry::{Client, Credentials, Error};
use wrtpod_test_server::{Fake, Reply};

/// With a login, as pushes have: oci-client asks the registry for its challenge by itself, before anything else is asked.
/// Without one nothing says that a token will be wanted, so the refusal that tells it is a fourth request.
#[tokio::test]
async fn with_tokens_that_takes_three_requests() {
    let model = Model::new().await;
    let bundle = bundle(b"layer");
    push(&model, &bundle, &()).await.expect("a push");
    model.fake.take_log();
    with_tokens(&model, |_| true);
    let (to, login) = (reference(&model.fake.host), super::login(&model.fake));
    assert!(!Client::new(QUICK).push(&bundle, &to, &login, &()).await.expect("a push").sent);
    assert_eq!(model.fake.log().len(), 3, "{:?}", model.fake.log());
}

/// Wants a token with the right scope for every request. `valid` is asked with the number of the token.
fn with_tokens(model: &Model, mut valid: impl FnMut(u32) -> bool + Send + 'static) {
    let mut tokens = 0;
    model.fail(move |ask, _| {
        if ask.path.starts_with("/token") {
            assert!(ask.path.contains("scope=repository%3Ateam%2Fbox%3Apull%2Cpush"), "{}", ask.path);
            tokens += 1;
            return Some(Reply::status(200).body(format!("{{\"token\": \"t{tokens}\"}}")));
        }
        let bearer = ask.header("authorization").and_then(|header| header.strip_prefix("Bearer t"));
        let number = bearer.and_then(|number| number.parse().ok());
        if number == Some(tokens) && valid(tokens) {
            return None;
        }
        let challenge = format!("Bearer realm=\"http://{}/token\",service=\"test\"", ask.host);
        Some(Reply::status(401).header("WWW-Authenticate", &challenge))
    });
}

#[tokio::test]
async fn a_token_that_runs_out_is_renewed() {
    let model = Model::new().await;
    let mut uses = 0;
    with_tokens(&model, move |token| {
        uses += 1;
        token > 1 || uses < 7 // Somewhere in the middle of the blobs.
    });
    assert!(push(&model, &bundle(&large()), &()).await.expect("a push").sent);
    assert_eq!(model.fake.log().iter().filter(|line| line.contains("/token")).count(), 2);
}

#[tokio::test]
async fn a_token_that_runs_out_during_an_upload_is_renewed() {
    let model = Model::new().await;
    let mut refused = false;
    model.fail(move |ask, _| {
        if ask.path.starts_with("/token") {
            return Some(Reply::status(200).body("{\"token\": \"t\"}"));
        }
        let is_first = ask.method == "PUT" && !std::mem::replace(&mut refused, true);
        let challenge = format!("Bearer realm=\"http://{}/token\"", ask.host);
        // oci-client takes the challenge from nowhere else.
        let is_root = ask.path == "/v2/";
        (is_first || is_root).then(|| Reply::status(401).header("WWW-Authenticate", &challenge))
    });
    let heard = Heard::default();
    assert!(push(&model, &bundle(&large()), &heard).await.expect("a push").sent);
    assert_eq!(heard.times("retried"), 1);
}

/// A token that has run out is renewed within oci-client, which makes a header of whatever comes then.
#[tokio::test]
async fn a_token_that_turns_hostile_is_an_error() {
    let model = Model::new().await;
    let expired = "e30.eyJleHAiOjF9.x"; // {"exp":1}
    let mut first = true;
    model.fail(move |ask, _| {
        if ask.path.starts_with("/token") {
            let token = if std::mem::take(&mut first) { expired } else { "a\\nb" };
            return Some(Reply::status(200).body(format!("{{\"token\": \"{token}\"}}")));
        }
        let challenge = format!("Bearer realm=\"http://{}/token\"", ask.host);
        let is_let_in = ask.header("authorization") == Some(format!("Bearer {expired}").as_str());
        (!is_let_in).then(|| Reply::status(401).header("WWW-Authenticate", &challenge))
    });
    let result = push(&model, &bundle(b"layer"), &()).await;
    assert!(matches!(result, Err(Error::Answer { .. })), "{result:?}");
}

/// What oci-client hears counts too: a registry that has answered it may be slow afterwards.
#[tokio::test]
async fn a_registry_that_oci_client_has_heard_has_answered() {
    let session = |fake: &Fake, credentials: &Credentials| {
        let image = format!("{}/team/box:1", fake.host).parse().expect("a reference");
        let session =
            Client::new(QUICK).session(&image, credentials, RegistryOperation::Pull, &BTreeSet::new());
        session.expect("a session")
    };
    let wanted = super::digest(DIGEST);
    for (reply, reached) in [
        (Reply::status(404), true),
        (Reply::status(200), true),
        (Reply::status(500), true),
        (Reply::Break, false),
    ] {
        let fake = Fake::new(move |_| reply.clone()).await;
        let session = session(&fake, &Credentials::default());
        let asked = session.call(async |oci| oci.has(&wanted).await).await;
        assert!(asked.is_ok() && session.is_reached() == reached, "{reached}");
    }
    let fake = super::with_tokens(true, "{\"token\": \"good\"}").await;
    let session = session(&fake, &super::login(&fake));
    assert!(session.held().await.is_ok_and(|token| token.is_some()));
    assert!(session.is_reached());
}
