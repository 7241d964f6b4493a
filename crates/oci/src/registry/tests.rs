//! The client against a registry that is told how to fail.

mod bundle;
mod model;
mod pull;
mod push;
mod tokens;

use std::time::{Duration, Instant};

use wrtpod_test_server::{Ask, Fake, Reply};

use super::{Client, Credentials, Error, Limits};
use crate::types::{Digest, ImageRef};

/// A manifest, and its digest.
const MANIFEST: &str = "{\"mediaType\": \"application/vnd.oci.image.manifest.v1+json\"}";
const DIGEST: &str = "sha256:425fc6744702bcddcbd5da519edf91fba89c4af17d672fa9538474a673339f05";
const OTHER: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const PASSWORD: &str = "s3cret";

const QUICK: Limits = Limits {
    connect: Duration::from_secs(5),
    total: Duration::from_secs(5),
    stall: Duration::from_secs(5),
    tries: 3,
    pause: Duration::from_millis(5),
    longest_pause: Duration::from_secs(2),
    chunk: 16 << 20,
};

fn login(fake: &Fake) -> Credentials {
    let config = format!("{{\"auths\": {{\"{}\": {{\"auth\": \"dXNlcjpzM2NyZXQ=\"}}}}}}", fake.host);
    Credentials::parse("the Docker config", config.as_bytes()).expect("a config")
}

fn identity(fake: &Fake) -> Credentials {
    let config = format!("{{\"auths\": {{\"{}\": {{\"identitytoken\": \"s3cret=\"}}}}}}", fake.host);
    Credentials::parse("the Docker config", config.as_bytes()).expect("a config")
}

async fn ask(fake: &Fake, credentials: &Credentials, limits: Limits) -> Result<Digest, Error> {
    let image: ImageRef = format!("{}/team/box:1", fake.host).parse().expect("a reference");
    let result = Client::new(limits).resolve(&image, credentials).await;
    if let Err(error) = &result {
        assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
    }
    result
}

/// What a registry without authentication says to an anonymous question.
async fn open(answer: impl FnMut(&Ask) -> Reply + Send + 'static) -> (Result<Digest, Error>, Vec<String>) {
    let fake = Fake::new(answer).await;
    let result = ask(&fake, &Credentials::default(), QUICK).await;
    (result, fake.log())
}

fn digest(text: &str) -> Digest {
    text.parse().expect("a digest")
}

fn manifest() -> Reply {
    Reply::status(200).header("Docker-Content-Digest", DIGEST).body(MANIFEST)
}

#[tokio::test]
async fn a_head_with_a_digest_is_enough() {
    let (result, asked) = open(|_| manifest()).await;
    assert_eq!(result, Ok(digest(DIGEST)));
    assert_eq!(asked, ["HEAD /v2/team/box/manifests/1"]);
}

#[tokio::test]
async fn without_one_the_content_is_hashed() {
    let (result, asked) = open(|_| Reply::status(200).body(MANIFEST)).await;
    assert_eq!(result, Ok(digest(DIGEST)));
    assert_eq!(asked, ["HEAD /v2/team/box/manifests/1", "GET /v2/team/box/manifests/1"]);
}

#[tokio::test]
async fn a_registry_that_knows_no_head_is_asked_with_get() {
    let (result, _) = open(|ask| if ask.method == "HEAD" { Reply::status(405) } else { manifest() }).await;
    assert_eq!(result, Ok(digest(DIGEST)));
}

#[tokio::test]
async fn a_digest_that_is_not_the_contents_is_an_error() {
    let (result, asked) = open(|ask| match ask.method.as_str() {
        "HEAD" => Reply::status(200),
        _ => Reply::status(200).header("Docker-Content-Digest", OTHER).body(MANIFEST),
    })
    .await;
    assert!(matches!(result, Err(Error::WrongDigest { .. })), "{result:?}");
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn a_digest_that_is_none_is_an_error() {
    let sha512 = format!("sha512:{}", "0".repeat(128));
    for text in ["nonsense", "sha256:12", "sha256:../../x", &sha512] {
        let text = text.to_owned();
        let (result, _) = open(move |_| Reply::status(200).header("Docker-Content-Digest", &text)).await;
        assert!(matches!(result, Err(Error::Answer { .. })), "{result:?}");
    }
}

#[tokio::test]
async fn too_many_requests_and_failures_are_asked_again() {
    for code in [429, 500, 502, 503] {
        let mut left = 2;
        let (result, asked) = open(move |_| {
            left -= 1;
            if left < 0 { manifest() } else { Reply::status(code).body("busy") }
        })
        .await;
        assert_eq!(result, Ok(digest(DIGEST)), "{code}");
        assert_eq!(asked.len(), 3, "{asked:?}");
    }
}

#[tokio::test]
async fn what_fails_for_good_is_given_up() {
    let (result, asked) = open(|_| Reply::status(500).body("s3cret")).await;
    assert!(matches!(result, Err(Error::Status { code: 500, .. })), "{result:?}");
    assert_eq!(asked.len(), 3);
}

#[tokio::test]
async fn a_no_is_not_asked_again() {
    let unknown = "{\"errors\": [{\"code\": \"MANIFEST_UNKNOWN\", \"message\": \"s3cret\"}]}";
    let denied = "{\"errors\": [{\"code\": \"DENIED\"}]}";
    let odd = "{\"errors\": []}";
    for (code, body, want) in [
        (404, unknown, "has no such image"),
        (404, "<html>", "has no such image"),
        (403, denied, "refuses access: the image is private or does not exist"),
        (401, "", "refuses access: the image is private or does not exist"),
        (400, odd, "answered with HTTP status 400"),
        (418, "", "HTTP status 418"),
    ] {
        let (result, asked) = open(move |_| Reply::status(code).body(body)).await;
        let error = result.expect_err("a no");
        assert!(error.to_string().contains(want), "{code}: {error}");
        assert_eq!(asked.len(), 1, "{code}: {asked:?}");
    }
}

#[tokio::test]
async fn a_hang_is_cut_short() {
    let fake = Fake::new(|_| Reply::Hang).await;
    let begin = Instant::now();
    let limits = Limits { total: Duration::from_millis(200), ..QUICK };
    let result = ask(&fake, &Credentials::default(), limits).await;
    assert!(matches!(result, Err(Error::Slow { .. })), "{result:?}");
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn time_that_runs_out_between_tries_tells_the_last_failure() {
    let fake = Fake::new(|_| Reply::status(503)).await;
    let limits = Limits { total: Duration::from_millis(500), pause: Duration::from_secs(60), ..QUICK };
    let result = ask(&fake, &Credentials::default(), limits).await;
    assert!(matches!(result, Err(Error::Status { code: 503, .. })), "{result:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_again() {
    let mut first = true;
    let (result, _) = open(move |_| if std::mem::take(&mut first) { Reply::Break } else { manifest() }).await;
    assert_eq!(result, Ok(digest(DIGEST)));
    let (result, _) = open(|_| Reply::Raw("\u{1b}[31mno HTTP\r\n\r\n".into())).await;
    assert!(matches!(result, Err(Error::Unreachable { .. })), "{result:?}");
}

#[tokio::test]
async fn a_registry_that_is_not_there_is_given_up_at_once() {
    let fake = Fake::new(|_| Reply::Hang).await;
    let image: ImageRef = format!("127.0.0.1:{}/a:1", fake.close().await).parse().expect("a reference");
    let begin = Instant::now();
    let result = Client::new(Limits::default()).resolve(&image, &Credentials::default()).await;
    assert!(matches!(result, Err(Error::Unreachable { .. })), "{result:?}");
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn names_that_no_registry_has_are_not_asked_for() {
    let image: ImageRef = "localhost/box:1".parse().expect("a reference");
    let result = Client::new(QUICK).resolve(&image, &Credentials::default()).await;
    assert_eq!(result, Err(Error::OnlyOnNode));
    let pinned: ImageRef = format!("localhost/box:1@{DIGEST}").parse().expect("a reference");
    let result = Client::new(QUICK).resolve(&pinned, &Credentials::default()).await;
    assert_eq!(result, Ok(digest(DIGEST)));
}

/// A registry with a token service, which wants the password where there is one.
async fn with_tokens(wants_login: bool, token: &'static str) -> Fake {
    Fake::new(move |ask| {
        let authorization = ask.header("authorization");
        let challenge = format!("Bearer realm=\"http://{}/token\",service=\"test\"", ask.host);
        match ask.path.split('?').next().unwrap_or_default() {
            "/token" if wants_login && authorization != Some("Basic dXNlcjpzM2NyZXQ=") => {
                Reply::status(401).body("{\"details\": \"s3cret is wrong\"}")
            }
            "/token" => {
                assert!(ask.path.contains("scope=repository%3Ateam%2Fbox%3Apull"), "{}", ask.path);
                Reply::status(200).body(token)
            }
            _ if authorization == Some("Bearer good") => manifest(),
            _ => Reply::status(401).header("WWW-Authenticate", &challenge),
        }
    })
    .await
}

#[tokio::test]
async fn tokens_are_fetched_with_and_without_a_login() {
    let fake = with_tokens(false, "{\"token\": \"good\"}").await;
    assert_eq!(ask(&fake, &Credentials::default(), QUICK).await, Ok(digest(DIGEST)));
    let fake = with_tokens(true, "{\"access_token\": \"good\"}").await;
    assert_eq!(ask(&fake, &login(&fake), QUICK).await, Ok(digest(DIGEST)));
    let refused = ask(&fake, &Credentials::default(), QUICK).await.expect_err("private");
    assert!(refused.to_string().contains("there are no credentials"), "{refused}");
}

#[tokio::test]
async fn a_login_that_does_not_do_is_tried_once() {
    let fake = Fake::new(|ask| match ask.path.split('?').next().unwrap_or_default() {
        "/token" => Reply::status(403).body("no JSON: s3cret"),
        _ => Reply::status(401)
            .header("WWW-Authenticate", &format!("Bearer realm=\"http://{}/token\"", ask.host)),
    })
    .await;
    let error = ask(&fake, &login(&fake), QUICK).await.expect_err("refused");
    assert!(error.to_string().contains("the credentials in the Docker config do not do"), "{error}");
    assert_eq!(fake.log().iter().filter(|line| line.contains("/token")).count(), 1);
}

/// oci-client does not tell its status: what is no JSON comes from a gateway before it.
#[tokio::test]
async fn a_token_service_that_fails_is_asked_again() {
    for failure in ["<html>", "{\"errors\": [{\"code\": \"TOOMANYREQUESTS\"}]}"] {
        let mut left = 2;
        let fake = Fake::new(move |ask| match ask.path.split('?').next().unwrap_or_default() {
            "/token" if left > 0 => {
                left -= 1;
                Reply::status(503).body(failure)
            }
            "/token" => Reply::status(200).body("{\"token\": \"good\"}"),
            _ if ask.header("authorization") == Some("Bearer good") => manifest(),
            _ => Reply::status(401)
                .header("WWW-Authenticate", &format!("Bearer realm=\"http://{}/token\"", ask.host)),
        })
        .await;
        assert_eq!(ask(&fake, &Credentials::default(), QUICK).await, Ok(digest(DIGEST)), "{failure}");
    }
}

#[tokio::test]
async fn a_hostile_token_service_harms_nobody() {
    for token in [
        "{\"token\": \"a\\nb: c\"}",
        "{\"token\": \"\\u0000\"}",
        "{\"token\": \"\\u007f\"}",
        "[]",
        "",
        "{\"token\": 7}",
    ] {
        let fake = with_tokens(false, token).await;
        let result = ask(&fake, &Credentials::default(), QUICK).await;
        assert!(matches!(result, Err(Error::Answer { .. })), "{token}: {result:?}");
    }
    for realm in ["", "nonsense", "/token", "file:///etc/passwd", "http://[::/"] {
        let fake = Fake::new(move |_| {
            Reply::status(401).header("WWW-Authenticate", &format!("Bearer realm=\"{realm}\""))
        })
        .await;
        let result = ask(&fake, &Credentials::default(), QUICK).await;
        assert!(result.is_err(), "{realm}: {result:?}");
    }
    let fake = Fake::new(|ask| Reply::status(307).header("Location", &ask.path)).await;
    let result = ask(&fake, &Credentials::default(), QUICK).await;
    assert!(matches!(result, Err(Error::Answer { .. })), "{result:?}");
}

#[tokio::test]
async fn basic_authentication_works_and_is_asked_for() {
    let fake = Fake::new(|ask| match ask.header("authorization") {
        Some("Basic dXNlcjpzM2NyZXQ=") => manifest(),
        _ => Reply::status(401).header("WWW-Authenticate", "Basic realm=\"test\""),
    })
    .await;
    assert_eq!(ask(&fake, &login(&fake), QUICK).await, Ok(digest(DIGEST)));
    let refused = ask(&fake, &Credentials::default(), QUICK).await.expect_err("private");
    assert!(matches!(refused, Error::Unauthorized { .. }), "{refused}");
    let config = "{\"credsStore\": \"desktop\"}";
    let helped = Credentials::parse("the Docker config", config.as_bytes()).expect("a config");
    let refused = ask(&fake, &helped, QUICK).await.expect_err("private");
    assert!(refused.to_string().contains("the helper `desktop`, which is not asked here"), "{refused}");
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_made() {
    let mut first = true;
    let begin = Instant::now();
    let (result, asked) = open(move |_| {
        if std::mem::take(&mut first) { Reply::status(429).header("Retry-After", "1") } else { manifest() }
    })
    .await;
    assert_eq!((result, asked.len()), (Ok(digest(DIGEST)), 2));
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_pause_that_is_too_long_ends_it() {
    let (result, asked) = open(|_| Reply::status(429).header("Retry-After", "3600")).await;
    assert!(matches!(result, Err(Error::Busy { seconds: 3600, .. })), "{result:?}");
    assert_eq!(asked.len(), 1);
    // What fails for good is not waited for, whatever the pause.
    let (result, _) = open(|_| Reply::status(404).header("Retry-After", "3600")).await;
    assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
}

/// Of a token service too, where the token is fetched by a request of ours. What oci-client fetches is bounded by time
/// only.
#[tokio::test]
async fn answers_without_an_end_are_cut() {
    let endless = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
    let (result, _) = open(move |ask| match ask.method.as_str() {
        "HEAD" => Reply::status(200),
        _ => Reply::Endless(endless),
    })
    .await;
    assert!(matches!(result, Err(Error::TooLarge { what: "a manifest", .. })), "{result:?}");
    let fake = Fake::new(move |ask| match ask.path.as_str() {
        "/token" => Reply::Endless(endless),
        _ => Reply::status(401)
            .header("WWW-Authenticate", &format!("Bearer realm=\"http://{}/token\"", ask.host)),
    })
    .await;
    let result = ask(&fake, &identity(&fake), QUICK).await;
    assert!(matches!(result, Err(Error::TooLarge { what: "a token", .. })), "{result:?}");
    let (result, asked) =
        open(|_| Reply::Endless("HTTP/1.1 418 X\r\nContent-Length: 99999999999\r\n\r\n")).await;
    assert!(matches!(result, Err(Error::Status { code: 418, .. })), "{result:?}");
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn an_identity_token_is_exchanged() {
    let fake = Fake::new(|ask| match ask.path.as_str() {
        "/token" if ask.method == "POST" => {
            let form = String::from_utf8_lossy(&ask.body);
            for part in [
                "grant_type=refresh_token",
                "service=test",
                "refresh_token=s3cret%3D",
                "scope=repository%3Ateam%2Fbox%3Apull",
            ] {
                assert!(form.contains(part), "{form}");
            }
            Reply::status(200).body("{\"access_token\": \"good\"}")
        }
        _ if ask.header("authorization") == Some("Bearer good") => manifest(),
        _ => Reply::status(401).header(
            "WWW-Authenticate",
            &format!("Bearer realm=\"http://{}/token\",service=\"test\"", ask.host),
        ),
    })
    .await;
    assert_eq!(ask(&fake, &identity(&fake), QUICK).await, Ok(digest(DIGEST)));
}

/// With TLS itself, a registry gets nothing sent without it by requests of ours. (oci-client has no such switch.)
#[test]
fn a_registry_with_tls_does_not_lead_away_from_it() {
    let image: ImageRef = "r.example/a:1".parse().expect("a reference");
    let session = |client: &Client| {
        let none = std::collections::BTreeSet::new();
        client
            .session(&image, &Credentials::default(), oci_client::RegistryOperation::Pull, &none)
            .expect("a session")
    };
    let (plain, tls) =
        ("http://x.example/".parse().expect("a URL"), "https://x.example/".parse().expect("a URL"));
    let safe = session(&Client::new(QUICK));
    assert!(safe.may_ask(&tls) && !safe.may_ask(&plain));
    let asked_for = session(&Client::new(QUICK).without_tls(["r.example".to_owned()]));
    assert!(asked_for.may_ask(&plain));
    assert_eq!(asked_for.url("x").as_str(), "http://r.example/v2/a/x");
}
