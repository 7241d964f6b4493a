//! The client: retries, limits, verification.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode, Url, redirect};
use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout};

use super::cache::failed;
use super::place::server_of;
use super::{Cache, Error, Place};
use crate::tls;
use crate::types::Digest;

/// How patient the client is.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For the first answer of a server, connection included. One that does not give it is not asked again.
    pub answer: Duration,
    /// Without a byte, from a server that has answered before.
    pub stall: Duration,
    /// How often a server that fails is asked.
    pub tries: u32,
    /// The first pause between two tries; each further one is twice as long.
    pub pause: Duration,
}

/// As many redirects as browsers follow at least.
const REDIRECTS: usize = 10;

/// The longest pause that a server can ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Default for Limits {
    fn default() -> Self {
        let connect = Duration::from_secs(10);
        Self {
            connect,
            answer: connect + Duration::from_secs(2),
            stall: Duration::from_secs(30),
            tries: 4,
            pause: Duration::from_millis(500),
        }
    }
}

/// What a file has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// Its size in bytes, where it was announced.
    pub size: Option<u64>,
    /// Its digest, by which the cache knows it.
    pub digest: Digest,
    /// Whether that is the digest of the whole file. Else it is that of a part, as apk's index has it, which the reader of the
    /// file verifies; only the size is looked at here.
    pub whole: bool,
}

/// Is told how a file comes in.
pub trait Progress {
    /// So many bytes of a file are here; `total` when it is known.
    fn bytes(&mut self, place: &Place, done: u64, total: Option<u64>);
}

/// Fetches files, through a cache.
pub struct Fetcher {
    limits: Limits,
    cache: Cache,
    offline: bool,
    client: OnceCell<reqwest::Client>,
    /// The servers that have ever answered.
    reached: Mutex<BTreeSet<String>>,
}

/// Takes a part of a body, and the size that the server announced.
type Each<'a> = &'a mut dyn FnMut(&[u8], Option<u64>) -> Result<(), Error>;

/// A failure, and whether and when to try again.
struct Failure {
    error: Error,
    again: Option<Duration>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, again: None }
    }
}

impl Fetcher {
    /// A fetcher; `offline` refuses every request to a server.
    pub fn new(limits: Limits, cache: Cache, offline: bool) -> Self {
        Self { limits, cache, offline, client: OnceCell::new(), reached: Mutex::default() }
    }

    /// A file of at most `limit` bytes as it lies there now, past the cache: an index, a signature.
    pub async fn text(&self, place: &Place, limit: u64) -> Result<Vec<u8>, Error> {
        match place {
            Place::Local(path) => {
                let file = open(path)?;
                let mut text = Vec::new();
                file.take(limit + 1).read_to_end(&mut text).map_err(|error| failed(path, error))?;
                within(place, text.len() as u64, limit)?;
                Ok(text)
            }
            Place::Web(url) => {
                self.tries(async || {
                    let mut text = Vec::new();
                    self.stream(place, url, limit, &mut |part, _| {
                        text.extend_from_slice(part);
                        Ok(())
                    })
                    .await?;
                    Ok(text)
                })
                .await
            }
        }
    }

    /// A file of that digest: from the cache, or from the place and then in the cache.
    pub async fn file(
        &self,
        place: &Place,
        want: &Want,
        limit: u64,
        progress: &mut dyn Progress,
    ) -> Result<File, Error> {
        if let Some(file) = self.cache.get(want)? {
            return Ok(file);
        }
        match place {
            Place::Local(path) => {
                let mut input = open(path)?;
                let mut draft = self.cache.draft(place, want.clone())?;
                let mut buffer = vec![0; 64 << 10];
                loop {
                    let read = input.read(&mut buffer).map_err(|error| failed(path, error))?;
                    if read == 0 {
                        return draft.finish();
                    }
                    draft.write_all(&buffer[..read]).map_err(|error| failed(path, error))?;
                    within(place, draft.size(), want.size.map_or(limit, |size| size.min(limit)))
                        .map_err(|error| of_announced_size(error.into(), want).error)?;
                }
            }
            Place::Web(url) => {
                // Two closures want it, one after the other.
                let progress = std::cell::RefCell::new(progress);
                self.tries(async || {
                    let mut draft = self.cache.draft(place, want.clone())?;
                    self.stream(
                        place,
                        url,
                        want.size.map_or(limit, |size| size.min(limit)),
                        &mut |part, total| {
                            draft.write_all(part).map_err(|error| Error::Unreachable {
                                place: place.to_string(),
                                reason: format!("cannot write into the cache: {error}"),
                            })?;
                            progress.borrow_mut().bytes(place, draft.size(), want.size.or(total));
                            Ok(())
                        },
                    )
                    .await
                    .map_err(|failure| of_announced_size(failure, want))?;
                    Ok(draft.finish()?)
                })
                .await
            }
        }
    }

    /// The cache that it fills.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    /// Whether every request to a server is refused.
    pub fn is_offline(&self) -> bool {
        self.offline
    }

    async fn tries<T>(&self, mut ask: impl AsyncFnMut() -> Result<T, Failure>) -> Result<T, Error> {
        let (mut left, mut pause) = (self.limits.tries, self.limits.pause);
        loop {
            left = left.saturating_sub(1);
            match ask().await {
                Ok(value) => return Ok(value),
                Err(Failure { again: Some(wanted), .. }) if left > 0 => {
                    sleep(wanted.max(pause).min(LONGEST_PAUSE)).await;
                    pause *= 2;
                }
                Err(failure) => return Err(failure.error),
            }
        }
    }

    /// Asks once; each part of the body is given on with the size that the server announced.
    async fn stream(&self, place: &Place, url: &Url, limit: u64, each: Each<'_>) -> Result<(), Failure> {
        if self.offline {
            return Err(Error::Offline { place: place.to_string() }.into());
        }
        let mut answer = judged(place, self.answer(place, url).await?)?;
        let total = answer.content_length();
        within(place, total.unwrap_or_default(), limit)?;
        let mut size = 0;
        while let Some(part) = answer.chunk().await.map_err(|error| broken(place, &error))? {
            size += part.len() as u64;
            within(place, size, limit)?;
            each(&part, total)?;
        }
        Ok(())
    }

    /// The head of the answer. How long it is waited for depends on whether the server has ever answered: one that has may be
    /// slow, and is asked again; one that has not may not be there at all.
    async fn answer(&self, place: &Place, url: &Url) -> Result<Response, Failure> {
        let server = server_of(url);
        let asking = self.client().await?.get(url.clone()).send();
        let answer = if self.reached().contains(&server) {
            asking.await
        } else {
            timeout(self.limits.answer, asking).await.map_err(|_| Error::Unreachable {
                place: place.to_string(),
                reason: format!("the server has not answered within {} s", self.limits.answer.as_secs()),
            })?
        };
        let answer = answer.map_err(|error| broken(place, &error))?;
        self.reached().insert(server);
        Ok(answer)
    }

    fn reached(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client, made when it is first needed: it reads the trusted certificates.
    async fn client(&self) -> Result<&reqwest::Client, Error> {
        self.client
            .get_or_try_init(async || {
                tls::install_provider();
                reqwest::Client::builder()
                    .user_agent(concat!("wrtpod/", env!("CARGO_PKG_VERSION")))
                    .connect_timeout(self.limits.connect)
                    .read_timeout(self.limits.stall)
                    .redirect(redirect::Policy::custom(follow))
                    .build()
                    .map_err(|error| Error::Setup(root_cause(&error)))
            })
            .await
    }
}

/// Follows a redirect, but not from TLS to a server that anybody on the way can be.
fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let was_safe = attempt.previous().iter().any(|url| url.scheme() == "https");
    if was_safe && attempt.url().scheme() != "https" {
        let target = Place::Web(attempt.url().clone());
        return attempt
            .error(format!("it redirects from https to {target}: write the address that is meant"));
    }
    if attempt.previous().len() > REDIRECTS {
        return attempt.error("it redirects for ever");
    }
    attempt.follow()
}

fn open(path: &std::path::Path) -> Result<File, Error> {
    File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error::NotFound { place: path.display().to_string() },
        _ => failed(path, error),
    })
}

fn within(place: &Place, size: u64, limit: u64) -> Result<(), Error> {
    if size > limit { Err(Error::TooLarge { place: place.to_string(), limit }) } else { Ok(()) }
}

/// A body that is larger than its announced size says so, and not that such files are not that large.
fn of_announced_size(failure: Failure, want: &Want) -> Failure {
    match (failure.error, want.size) {
        (Error::TooLarge { place, limit }, Some(size)) if limit == size => {
            Error::Size { place, want: size, got: limit + 1 }.into()
        }
        (error, _) => Failure { error, again: failure.again },
    }
}

/// The answer when it is one with a body; servers that fail or are busy may be asked again.
fn judged(place: &Place, answer: Response) -> Result<Response, Failure> {
    let status = answer.status();
    if status == StatusCode::OK {
        return Ok(answer);
    }
    let place = place.to_string();
    if matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE) {
        return Err(Error::NotFound { place }.into());
    }
    let again = (status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS).then(|| {
        let header = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        Duration::from_secs(header.and_then(|seconds| seconds.parse().ok()).unwrap_or_default())
    });
    Err(Failure { error: Error::Status { place, code: status.as_u16() }, again })
}

/// A connection that was not made is not tried again; one that broke off is.
fn broken(place: &Place, error: &reqwest::Error) -> Failure {
    let place = place.to_string();
    let reason = if error.is_timeout() { "no answer in time".to_owned() } else { root_cause(error) };
    let again =
        (!error.is_connect() && !error.is_redirect() && !error.is_builder()).then_some(Duration::ZERO);
    Failure { error: Error::Unreachable { place, reason }, again }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
