//! Reading manifests and blobs from a registry that lies, breaks off and never ends.

use std::io::{self, Write};
use std::time::Duration;

use super::{DIGEST, MANIFEST, OTHER, QUICK, digest};
use crate::image::{Descriptor, Document};
use crate::registry::{Client, Credentials, Error, Limits, Source};
use crate::types::Digest;
use wrtpod_test_server::{Ask, Fake, Reply};

fn source(fake: &Fake, suffix: &str, limits: Limits) -> Source {
    let image = format!("{}/team/box{suffix}", fake.host).parse().expect("a reference");
    Client::new(limits).source(&image, &Credentials::default()).expect("a source")
}

async fn manifest(
    suffix: &str,
    answer: impl FnMut(&Ask) -> Reply + Send + 'static,
) -> Result<Document, Error> {
    let fake = Fake::new(answer).await;
    source(&fake, suffix, QUICK).manifest().await
}

fn content() -> Vec<u8> {
    (0..2_000_000_u32).flat_map(|n| n.to_le_bytes().into_iter().take(2)).collect()
}

fn sha256(bytes: &[u8]) -> Digest {
    Descriptor::of("", bytes).digest
}

/// What came of asking for a blob of this content: the bytes that were written, and the requests.
async fn blob(
    wanted: &[u8],
    limits: Limits,
    answer: impl FnMut(&Ask) -> Reply + Send + 'static,
) -> (Result<Vec<u8>, Error>, usize) {
    let fake = Fake::new(answer).await;
    let mut out = Vec::new();
    let source = source(&fake, ":1", limits);
    let result = source.blob(&sha256(wanted), wanted.len() as u64, &mut out, &()).await;
    (result.map(|()| out), fake.log().len())
}

/// The rest of a content from where the request wants it.
fn rest(ask: &Ask, bytes: &[u8]) -> Reply {
    let range = ask.header("range").and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-'));
    let Some(first) = range.and_then(|first| first.parse::<usize>().ok()) else {
        return Reply::status(200).body(bytes);
    };
    let range = format!("bytes {first}-{}/{}", bytes.len() - 1, bytes.len());
    Reply::status(206).header("Content-Range", &range).body(&bytes[first..])
}

#[tokio::test]
async fn manifests_come_by_tag_and_by_digest() {
    for suffix in [":1".to_owned(), format!("@{DIGEST}")] {
        let document = manifest(&suffix, |_| Reply::status(200).body(MANIFEST)).await.expect("a manifest");
        assert_eq!(document.descriptor.digest, digest(DIGEST));
        assert_eq!((document.descriptor.size, document.bytes), (MANIFEST.len() as u64, MANIFEST.into()));
    }
    let kind = "application/vnd.oci.image.index.v1+json; charset=utf-8";
    let document = manifest(":1", move |_| Reply::status(200).header("Content-Type", kind).body("{}")).await;
    assert_eq!(document.expect("an index").descriptor.media_type, "application/vnd.oci.image.index.v1+json");
}

#[tokio::test]
async fn other_content_than_the_digest_says_is_refused() {
    let other = manifest(&format!("@{OTHER}"), |_| Reply::status(200).body(MANIFEST)).await;
    assert!(matches!(other, Err(Error::WrongDigest { .. })), "{other:?}");
    let lie =
        manifest(":1", |_| Reply::status(200).header("Docker-Content-Digest", OTHER).body(MANIFEST)).await;
    assert!(matches!(lie, Err(Error::WrongDigest { .. })), "{lie:?}");
}

#[tokio::test]
async fn what_is_no_manifest_is_refused() {
    for body in ["<html>", "{}", "{\"mediaType\": \"text/plain\"}", "", "{\"mediaType\": 7}"] {
        let result = manifest(":1", move |_| Reply::status(200).body(body)).await;
        assert!(matches!(result, Err(Error::Answer { .. })), "{body}: {result:?}");
    }
}

#[tokio::test]
async fn manifests_that_break_off_are_asked_for_again() {
    let mut left = 2;
    let result = manifest(":1", move |_| {
        left -= 1;
        if left > 0 { Reply::status(200).body(MANIFEST).cut(10) } else { Reply::status(200).body(MANIFEST) }
    })
    .await;
    assert_eq!(result.expect("a manifest").bytes, MANIFEST.as_bytes());
}

#[tokio::test]
async fn a_blob_comes_whole() {
    let bytes = content();
    let answer = bytes.clone();
    let (result, asked) = blob(&bytes, QUICK, move |ask| rest(ask, &answer)).await;
    assert_eq!((result, asked), (Ok(bytes), 1));
    let (result, _) = blob(b"", QUICK, |_| Reply::status(200)).await;
    assert_eq!(result, Ok(Vec::new()));
}

#[tokio::test]
async fn a_blob_that_breaks_off_goes_on_where_it_was() {
    let bytes = content();
    let answer = bytes.clone();
    let mut ranges = Vec::new();
    let (result, asked) = blob(&bytes, QUICK, move |ask| {
        ranges.push(ask.header("range").map(str::to_owned));
        assert!(ranges.len() == 1 || ranges.last().is_some_and(Option::is_some), "{ranges:?}");
        // More often than there are tries: each brings it forward.
        rest(ask, &answer).cut(1_200_000)
    })
    .await;
    assert_eq!((result, asked), (Ok(bytes), 4));
}

#[tokio::test]
async fn a_registry_without_ranges_sends_it_again_from_the_beginning() {
    let bytes = content();
    let answer = bytes.clone();
    let mut first = true;
    let (result, asked) = blob(&bytes, QUICK, move |_| {
        let whole = Reply::status(200).body(&answer);
        if std::mem::take(&mut first) { whole.cut(1_000_000) } else { whole }
    })
    .await;
    assert_eq!((result, asked), (Ok(bytes), 2));
}

#[tokio::test]
async fn one_that_never_comes_forward_is_given_up() {
    let bytes = content();
    let answer = bytes.clone();
    let (result, asked) = blob(&bytes, QUICK, move |ask| rest(ask, &answer).cut(10)).await;
    assert!(matches!(result, Err(Error::Unreachable { .. })), "{result:?}");
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn other_content_is_found_out() {
    let (result, asked) = blob(b"wanted", QUICK, |_| Reply::status(200).body("forged")).await;
    assert!(matches!(result, Err(Error::WrongBlob { .. })), "{result:?}");
    assert_eq!(asked, 1);
    // Even when only what came after a break is another one.
    let bytes = content();
    let mut answer = bytes.clone();
    let mut first = true;
    let (result, _) = blob(&bytes, QUICK, move |ask| {
        let reply = rest(ask, &answer).cut(if std::mem::take(&mut first) { 2_000_000 } else { usize::MAX });
        answer[3_000_000] ^= 1;
        reply
    })
    .await;
    assert!(matches!(result, Err(Error::WrongBlob { .. })), "{result:?}");
}

#[tokio::test]
async fn other_sizes_are_refused_before_and_while_they_come() {
    for body in ["long enough", "x", ""] {
        let (result, asked) = blob(b"wanted", QUICK, move |_| Reply::status(200).body(body)).await;
        assert!(matches!(result, Err(Error::WrongSize { wanted: 6, .. })), "{body}: {result:?}");
        assert_eq!(asked, 1, "{body}");
    }
    // Without a stated length.
    let (result, _) = blob(b"wanted", QUICK, |_| Reply::Endless("HTTP/1.1 200 OK\r\n\r\n")).await;
    assert!(matches!(result, Err(Error::WrongSize { got: 7, .. })), "{result:?}");
    let (result, asked) = blob(b"wanted", QUICK, |_| Reply::Raw("HTTP/1.1 200 OK\r\n\r\nwan".into())).await;
    assert!(matches!(result, Err(Error::WrongSize { got: 3, .. })), "{result:?}");
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn nothing_is_asked_for_when_only_the_end_is_missing() {
    let unfinished = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nwanted\r\n";
    let (result, asked) = blob(b"wanted", QUICK, move |_| Reply::Raw(unfinished.into())).await;
    assert_eq!((result, asked), (Ok(b"wanted".to_vec()), 1));
}

#[tokio::test]
async fn another_part_than_the_wanted_one_is_refused() {
    let bytes = content();
    let answer = bytes.clone();
    let (result, _) = blob(&bytes, QUICK, move |ask| match ask.header("range") {
        None => Reply::status(200).body(&answer).cut(1000),
        Some(_) => Reply::status(206).header("Content-Range", "bytes 0-9/10").body(&answer),
    })
    .await;
    assert!(matches!(result, Err(Error::Answer { .. })), "{result:?}");
}

#[tokio::test]
async fn what_is_missing_or_refused_says_so() {
    let (result, asked) = blob(b"wanted", QUICK, |_| Reply::status(404)).await;
    assert!(matches!(result, Err(Error::NoBlob { .. })), "{result:?}");
    assert_eq!(asked, 1);
    let (result, asked) = blob(b"wanted", QUICK, |_| Reply::status(500)).await;
    assert!(matches!(result, Err(Error::Status { code: 500, .. })), "{result:?}");
    assert_eq!(asked, 3);
    let (result, _) = blob(b"wanted", QUICK, |ask| Reply::status(307).header("Location", &ask.path)).await;
    assert!(matches!(result, Err(Error::Answer { .. })), "{result:?}");
}

#[tokio::test]
async fn a_blob_that_stands_still_is_given_up() {
    let limits = Limits { stall: Duration::from_millis(100), ..QUICK };
    let mut before = false;
    let (result, asked) = blob(b"wanted", limits, move |_| {
        if std::mem::replace(&mut before, true) { Reply::Hang } else { Reply::status(503) }
    })
    .await;
    assert!(matches!(result, Err(Error::Stalled { .. })), "{result:?}");
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn a_registry_that_never_answers_is_asked_once() {
    let limits = Limits { total: Duration::from_millis(100), ..QUICK };
    let (result, asked) = blob(b"wanted", limits, |_| Reply::Hang).await;
    assert!(matches!(result, Err(Error::Slow { .. })), "{result:?}");
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_store_elsewhere_sees_no_authorization() {
    let store = Fake::new(|ask| {
        assert_eq!(ask.header("authorization"), None);
        Reply::status(200).body("wanted")
    })
    .await;
    let place = format!("http://{}/store", store.host);
    let fake = Fake::new(move |ask| match ask.header("authorization") {
        Some("Basic dXNlcjpzM2NyZXQ=") => Reply::status(307).header("Location", &place),
        _ => Reply::status(401).header("WWW-Authenticate", "Basic realm=\"test\""),
    })
    .await;
    let image = format!("{}/team/box:1", fake.host).parse().expect("a reference");
    let source = Client::new(QUICK).source(&image, &super::login(&fake)).expect("a source");
    let mut out = Vec::new();
    source.blob(&sha256(b"wanted"), 6, &mut out, &()).await.expect("a blob");
    assert_eq!(out, b"wanted");
}

/// A disk that is full.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_nothing_is_asked_again() {
    let fake = Fake::new(|_| Reply::status(200).body("wanted")).await;
    let result = source(&fake, ":1", QUICK).blob(&sha256(b"wanted"), 6, &mut Full, &()).await;
    assert!(matches!(result, Err(Error::Local { what: "write", .. })), "{result:?}");
    assert_eq!(fake.log().len(), 1);
}
