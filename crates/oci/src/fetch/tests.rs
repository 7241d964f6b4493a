//! The fetcher and its cache against a server that is told how to fail.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::{Cache, Error, Fetcher, Limits, Place, Progress, Want};
use crate::types::Digest;
use wrtpod_test_server::{Ask, Fake, Reply};

const QUICK: Limits = Limits {
    connect: Duration::from_secs(5),
    answer: Duration::from_millis(200),
    stall: Duration::from_millis(300),
    tries: 3,
    pause: Duration::from_millis(5),
};
const TEXT: &[u8] = b"what is fetched";
const LIMIT: u64 = 1000;

#[test]
fn a_cache_that_cannot_be_written_is_named_as_it_was_asked_for() {
    // Nobody can make a file there, not even root.
    let failed = Cache::new("/proc").draft("a server", want(TEXT)).map(|_| ());
    let said = failed.map_err(|error| error.to_string());
    assert_eq!(said, Err("/proc: No such file or directory (os error 2)".into()));
}

/// What was told of the bytes.
#[derive(Default)]
struct Told(Vec<(u64, Option<u64>)>);

impl Progress for Told {
    fn bytes(&mut self, _: &Place, done: u64, total: Option<u64>) {
        self.0.push((done, total));
    }
}

fn digest(bytes: &[u8]) -> Digest {
    Digest::of_hash(Sha256::digest(bytes).into())
}

fn want(bytes: &[u8]) -> Want {
    Want { size: Some(bytes.len() as u64), digest: digest(bytes), whole: true }
}

fn place(fake: &Fake) -> Place {
    Place::of(&format!("http://user:s3cret@{}/feed/x.ipk", fake.host), Path::new("")).expect("a place")
}

fn fetcher(folder: &Path, offline: bool) -> Fetcher {
    Fetcher::new(QUICK, Cache::new(folder), offline)
}

fn bytes(mut file: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).expect("it can be read");
    bytes
}

async fn fetch(folder: &Path, place: &Place, want: &Want) -> Result<Vec<u8>, Error> {
    let result = fetcher(folder, false).file(place, want, LIMIT, &mut Told::default()).await;
    if let Err(error) = &result {
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
    result.map(bytes)
}

async fn serve(answer: impl FnMut(&Ask) -> Reply + Send + 'static) -> (tempfile::TempDir, Fake) {
    (tempfile::tempdir().expect("a folder"), Fake::new(answer).await)
}

fn ok() -> Reply {
    Reply::status(200).body(TEXT)
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn what_was_fetched_once_is_taken_from_the_cache() {
    let (folder, fake) = serve(|_| ok()).await;
    for _ in 0..2 {
        assert_eq!(fetch(folder.path(), &place(&fake), &want(TEXT)).await.expect("it is there"), TEXT);
    }
    assert_eq!(fake.log(), ["GET /feed/x.ipk"]);
    let offline = fetcher(folder.path(), true);
    let file = offline.file(&place(&fake), &want(TEXT), LIMIT, &mut Told::default()).await;
    assert_eq!(bytes(file.expect("it is in the cache")), TEXT);
}

#[tokio::test]
async fn what_is_in_the_cache_and_is_damaged_is_fetched_anew() {
    let (folder, fake) = serve(|_| ok()).await;
    for damage in [&b"what is damaged"[..], &TEXT[..3], b""] {
        fetch(folder.path(), &place(&fake), &want(TEXT)).await.expect("it is there");
        let [file] = &files(folder.path())[..] else { panic!("one file") };
        fs::write(file, damage).expect("it can be written");
        assert_eq!(fetch(folder.path(), &place(&fake), &want(TEXT)).await.expect("it is there"), TEXT);
    }
    assert_eq!(fake.log().len(), 4);
}

#[tokio::test]
async fn of_a_part_only_the_size_is_known_and_its_reader_can_have_it_dropped() {
    let (folder, fake) = serve(|_| ok()).await;
    let part = Want { whole: false, digest: digest(b"a part"), ..want(TEXT) };
    for _ in 0..2 {
        assert_eq!(fetch(folder.path(), &place(&fake), &part).await.expect("it is there"), TEXT);
    }
    assert_eq!(fake.take_log().len(), 1);
    let cache = Cache::new(folder.path());
    cache.forget(&part).expect("it can be dropped");
    cache.forget(&part).expect("twice, too");
    fetch(folder.path(), &place(&fake), &part).await.expect("it is there");
    assert_eq!(fake.take_log().len(), 1);
    let shorter = Want { size: Some(3), ..part };
    assert!(fetch(folder.path(), &place(&fake), &shorter).await.is_err());
}

#[tokio::test]
async fn refuses_what_is_not_what_was_announced_and_keeps_nothing() {
    let (folder, fake) = serve(|_| ok()).await;
    let refused =
        async |want: &Want| fetch(folder.path(), &place(&fake), want).await.expect_err("it is wrong");
    let at = format!("http://{}/feed/x.ipk", fake.host);
    let other = Want { digest: digest(b"x"), ..want(TEXT) };
    let error = refused(&other).await.to_string();
    assert!(error.starts_with(&format!("{at}: its SHA-256 is {}, and ", digest(TEXT).hex())), "{error}");
    for (size, got) in [(3, "4"), (20, "15")] {
        let error = refused(&Want { size: Some(size), ..want(TEXT) }).await;
        assert!(error.is_of_file());
        let says = format!("{at}: {got} bytes, and {size} were announced: the file was changed or cut short");
        assert_eq!(error.to_string(), says);
    }
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_file_of_this_machine_is_verified_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().join("x.ipk");
    fs::write(&there, TEXT).expect("it can be written");
    let (cache, place) = (folder.path().join("cache"), Place::Local(there.clone()));
    let shorter = fetch(&cache, &place, &Want { size: Some(3), ..want(TEXT) }).await.expect_err("longer");
    assert!(matches!(shorter, Error::Size { want: 3, .. }), "{shorter}");
    let other = fetch(&cache, &place, &want(b"what is written")).await.expect_err("another");
    assert!(matches!(other, Error::Digest { .. }), "{other}");
    let large = Want { size: None, ..want(TEXT) };
    let limited = fetcher(&cache, false).file(&place, &large, 3, &mut Told::default()).await;
    assert!(matches!(limited, Err(Error::TooLarge { limit: 3, .. })));
    assert_eq!(fetch(&cache, &place, &want(TEXT)).await.expect("it is there"), TEXT);
    fs::remove_file(there).expect("it can go");
    assert_eq!(fetch(&cache, &place, &want(TEXT)).await.expect("it is in the cache"), TEXT);
    let gone = fetch(&folder.path().join("empty"), &place, &want(TEXT)).await.expect_err("it is gone");
    assert!(matches!(gone, Error::NotFound { .. }), "{gone}");
}

#[tokio::test]
async fn an_endless_body_ends() {
    let (folder, fake) = serve(|_| Reply::Endless("HTTP/1.1 200 X\r\n\r\n")).await;
    let fetcher = fetcher(folder.path(), false);
    let error = fetcher.text(&place(&fake), LIMIT).await.expect_err("it has no end");
    assert!(matches!(error, Error::TooLarge { limit: LIMIT, .. }), "{error}");
    let endless = Want { size: None, ..want(TEXT) };
    let error = fetch(folder.path(), &place(&fake), &endless).await.expect_err("it has no end");
    assert!(matches!(error, Error::TooLarge { limit: LIMIT, .. }), "{error}");
    assert_eq!((files(folder.path()), fake.log().len()), (Vec::new(), 2));
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again() {
    let mut replies = vec![
        Reply::status(503).header("Retry-After", "0"),
        ok().cut(5),
        Reply::status(200).body(TEXT),
        Reply::Break,
        Reply::status(429),
        ok(),
    ]
    .into_iter();
    let (folder, fake) = serve(move |_| replies.next().expect("six are asked for")).await;
    assert_eq!(fetch(folder.path(), &place(&fake), &want(TEXT)).await.expect("at the third time"), TEXT);
    assert_eq!(fetcher(folder.path(), false).text(&place(&fake), LIMIT).await.expect("again"), TEXT);
    assert_eq!(fake.log().len(), 6);
}

#[tokio::test]
async fn but_not_for_ever_and_not_for_what_will_not_change() {
    for (reply, tries, says) in [
        (Reply::status(500), 3, "the server answered with HTTP status 500"),
        (Reply::status(404), 1, "there is no such file"),
        (Reply::status(410), 1, "there is no such file"),
        (Reply::status(403), 1, "the server answered with HTTP status 403"),
        (Reply::status(206).body(TEXT), 1, "the server answered with HTTP status 206"),
        (Reply::Hang, 1, "the server has not answered within 0 s"),
        (ok().cut(5), 3, ""),
    ] {
        let (folder, fake) = serve(move |_| reply.clone()).await;
        let error = fetch(folder.path(), &place(&fake), &want(TEXT)).await.expect_err("it fails").to_string();
        assert!(error.ends_with(says), "{error}");
        assert_eq!((fake.log().len(), files(folder.path())), (tries, Vec::new()), "{says}");
    }
}

/// A mirror that is slow for once has answered before: it is waited for, and asked again.
#[tokio::test]
async fn a_server_that_has_answered_is_asked_again_when_it_is_slow() {
    let mut replies = vec![ok(), Reply::Hang, Reply::Hang, ok()].into_iter();
    let (folder, fake) = serve(move |_| replies.next().unwrap_or(Reply::Hang)).await;
    let fetcher = fetcher(folder.path(), false);
    for _ in 0..2 {
        assert_eq!(fetcher.text(&place(&fake), LIMIT).await.expect("it is there"), TEXT);
    }
    assert_eq!(fake.take_log().len(), 4);
    let error = fetcher.text(&place(&fake), LIMIT).await.expect_err("it hangs").to_string();
    assert!(error.ends_with("no answer in time"), "{error}");
    assert_eq!(fake.log().len(), 3);
    // The pause before its first answer is no longer than a connection may take and a little more.
    let limits = Limits::default();
    assert!(limits.answer > limits.connect && limits.answer < limits.stall);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_asked_once() {
    let (folder, fake) = serve(|_| ok()).await;
    let place = place(&fake);
    fake.close().await;
    let begun = Instant::now();
    let error = fetch(folder.path(), &place, &want(TEXT)).await.expect_err("nobody listens");
    assert!(matches!(error, Error::Unreachable { .. }) && !error.is_of_file(), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn offline_nothing_is_asked() {
    let (folder, fake) = serve(|_| ok()).await;
    let fetcher = fetcher(folder.path(), true);
    for error in [
        fetcher.text(&place(&fake), LIMIT).await.expect_err("offline"),
        fetcher.file(&place(&fake), &want(TEXT), LIMIT, &mut Told::default()).await.expect_err("offline"),
    ] {
        assert!(matches!(error, Error::Offline { .. }), "{error}");
    }
    assert_eq!(fake.log(), Vec::<String>::new());
}

#[tokio::test]
async fn progress_ends_with_all_of_it() {
    let (folder, fake) = serve(|_| ok()).await;
    let mut told = Told::default();
    fetcher(folder.path(), false)
        .file(&place(&fake), &want(TEXT), LIMIT, &mut told)
        .await
        .expect("it is there");
    assert_eq!(told.0.last(), Some(&(15, Some(15))));
}

#[test]
fn a_draft_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = Cache::new(folder.path());
    let mut draft = cache.draft("x", want(TEXT)).expect("it can be made");
    draft.write_all(&TEXT[..5]).expect("it can be written");
    drop(draft);
    assert_eq!(files(folder.path()), Vec::<PathBuf>::new());
    assert!(cache.get(&want(TEXT)).expect("it can be read").is_none());
}

#[test]
fn a_cache_that_cannot_be_names_the_folder() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let error = Cache::new(file.path()).draft("x", want(TEXT)).expect_err("a file is there");
    assert!(error.to_string().starts_with(&file.path().display().to_string()), "{error}");
}

#[test]
fn places_are_read_joined_and_shown_without_secrets() {
    let of = |text: &str| Place::of(text, Path::new("/base"));
    let web = of("https://user:s3cret@feeds.example/a/").expect("a place");
    assert_eq!(web.to_string(), "https://feeds.example/a/");
    assert_eq!(web.join("b/../c//d e").to_string(), "https://feeds.example/a/b/c/d%20e");
    assert_eq!(web.join("x.ipk").file_name(), "x.ipk");
    let query = of("https://feeds.example/a/root.tar.gz?b=c").expect("a place");
    assert_eq!(query.sibling("sha256sums").to_string(), "https://feeds.example/a/sha256sums");
    assert_eq!(of("a/b"), Ok(Place::Local(PathBuf::from("/base/a/b"))));
    assert_eq!(of("file:///a").map(|place| place.sibling("b")), Ok(Place::Local(PathBuf::from("/b"))));
    for refused in ["ftp://a/b", "file://host/b", "http://", "https:// /"] {
        assert!(of(refused).is_err(), "{refused}");
    }
}
