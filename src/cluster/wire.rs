//! One request and its answer: retries, time limits, counting, and errors that say what was being done.
//!
//! Every request of the sink goes through [`Wire::call`]; watches and exec open their streams beside it.

use std::cell::RefCell;
use std::error::Error as _;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use http::{Request, Response};
use kube::Client;
use kube::client::Body;
use kube::core::Status;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep, timeout};

use super::{Error, Event, Progress};
use crate::shown;

/// How long and how often a request is tried again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// The first pause; each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How long an API server that has answered before may stay away.
    pub total: Duration,
    /// How long one that has never answered is tried.
    pub unknown: Duration,
    /// The longest time for one try.
    pub request: Duration,
    /// The same, as long as there was no answer at all.
    pub first_answer: Duration,
    /// After so long without any answer, that is said.
    pub word: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            longest: Duration::from_secs(2),
            total: Duration::from_secs(60),
            unknown: Duration::from_secs(2),
            request: Duration::from_secs(35),
            // A connection that is not made is told apart from an answer that does not come.
            first_answer: CONNECT.saturating_add(Duration::from_secs(2)),
            word: Duration::from_secs(2),
        }
    }
}

/// How long one connection, with its TLS handshake, may take to be made.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// How many requests run at the same time: each is a connection of its own, and a TLS handshake costs as much as
/// several requests. Nine objects, whole apply: 1 59 ms, 2 53, 3 61, 4 90, 8 124.
const PARALLEL: usize = 2;

/// How often a 500 is tried again: it may be etcd that hiccups, or a webhook that is broken for good.
const SERVER_ERRORS: u32 = 5;

/// The progress of a verb, shared by requests that run at the same time.
#[derive(Clone)]
pub(super) struct Teller<'a>(Rc<RefCell<&'a mut dyn Progress>>);

impl<'a> Teller<'a> {
    pub(super) fn new(progress: &'a mut dyn Progress) -> Self {
        Self(Rc::new(RefCell::new(progress)))
    }

    pub(super) fn tell(&self, event: &Event) {
        self.0.borrow_mut().event(event);
    }
}

/// Is told the address of a server that has not answered yet.
pub type Waiting = Arc<dyn Fn(&str) + Send + Sync>;

/// The way to the API server.
#[derive(Clone)]
pub(super) struct Wire {
    pub client: Client,
    pub server: String,
    pub patience: Patience,
    /// Told once, when the first answer takes its time.
    pub waiting: Option<Waiting>,
    sent: Arc<AtomicU64>,
    answered: Arc<AtomicBool>,
    said: Arc<AtomicBool>,
    /// Whether the time for a first answer was up: others do not wait for it again.
    silent: Arc<AtomicBool>,
    /// One for each request that may be on its way: each is a connection with a TLS handshake of its own.
    slots: Arc<Semaphore>,
}

/// An answer that is no failure.
#[derive(Debug)]
pub(super) struct Reply {
    pub created: bool,
    pub value: Value,
}

/// Why there is no such answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The API server said no.
    Status(Box<Status>),
    /// It could not be asked.
    Lost(String),
    /// It said something else.
    Unreadable(String),
}

impl Failure {
    pub(super) fn is(&self, code: u16) -> bool {
        matches!(self, Self::Status(status) if status.code == code)
    }

    /// The error of an action that failed for this reason.
    pub(super) fn during(self, wire: &Wire, action: &str) -> Error {
        match self {
            Self::Status(status) if status.code == 401 => Error::Unauthorized { reason: reason_of(&status) },
            Self::Status(status) => {
                Error::Refused { action: action.to_owned(), reason: reason_of(&status), status: status.code }
            }
            Self::Lost(reason) => Error::Unreachable { server: wire.server.clone(), reason },
            Self::Unreadable(reason) => Error::Answer { action: action.to_owned(), reason },
        }
    }
}

/// What the API server, or a webhook behind it, says: one line.
fn reason_of(status: &Status) -> String {
    if !status.message.is_empty() {
        return shown::line(&status.message).into_owned();
    }
    if status.reason.is_empty() {
        format!("HTTP status {}", status.code)
    } else {
        shown::line(&status.reason).into_owned()
    }
}

/// The status and the body of a success.
type Answer = (u16, Vec<u8>);

/// What to do after a try.
enum Next {
    Done(Result<Answer, Failure>),
    Again { reason: String, after: Option<Duration>, failure: Failure },
}

impl Wire {
    pub(super) fn new(client: Client, server: String) -> Self {
        Self {
            client,
            server,
            patience: Patience::default(),
            waiting: None,
            sent: Arc::new(AtomicU64::new(0)),
            answered: Arc::new(AtomicBool::new(false)),
            said: Arc::new(AtomicBool::new(false)),
            silent: Arc::new(AtomicBool::new(false)),
            slots: Arc::new(Semaphore::new(PARALLEL)),
        }
    }

    /// How many requests were sent.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Counts a request that does not go through [`Self::call`].
    pub(super) fn count(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Sends a request whose answer is JSON.
    pub(super) async fn call(&self, tell: &Teller<'_>, request: Request<Vec<u8>>) -> Result<Reply, Failure> {
        let (code, body) = Box::pin(self.exchange(tell, &request)).await?;
        serde_json::from_slice(&body)
            .map(|value| Reply { created: code == 201, value })
            .map_err(|error| Failure::Unreadable(error.to_string()))
    }

    /// Sends a request whose answer is text.
    pub(super) async fn text(&self, tell: &Teller<'_>, request: Request<Vec<u8>>) -> Result<String, Failure> {
        let (_, body) = Box::pin(self.exchange(tell, &request)).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Sends a request until there is an answer that is worth reporting or the time is up.
    async fn exchange(&self, tell: &Teller<'_>, request: &Request<Vec<u8>>) -> Result<Answer, Failure> {
        let begin = Instant::now();
        let mut pause = self.patience.first;
        let mut server_errors = 0;
        loop {
            let (reason, after, failure) = match self.heard(request, &mut server_errors).await {
                Next::Done(result) => return result,
                Next::Again { reason, after, failure } => (reason, after, failure),
            };
            let known = self.answered.load(Ordering::Relaxed);
            let limit = if known { self.patience.total } else { self.patience.unknown };
            let wait = after.unwrap_or(pause).min(limit);
            if begin.elapsed() + wait > limit {
                return Err(failure);
            }
            tell.tell(&Event::Retry(reason));
            sleep(wait).await;
            pause = (pause * 2).min(self.patience.longest);
        }
    }

    /// One try; that it waits for a first answer is said.
    async fn heard(&self, request: &Request<Vec<u8>>, server_errors: &mut u32) -> Next {
        let attempt = self.attempt(request, server_errors);
        let Some(waiting) = self.waiting.as_ref().filter(|_| !self.answered.load(Ordering::Relaxed)) else {
            return attempt.await;
        };
        let mut attempt = std::pin::pin!(attempt);
        if let Ok(next) = timeout(self.patience.word, attempt.as_mut()).await {
            return next;
        }
        if !self.said.swap(true, Ordering::Relaxed) {
            waiting(&self.server);
        }
        attempt.await
    }

    async fn attempt(&self, request: &Request<Vec<u8>>, server_errors: &mut u32) -> Next {
        // The semaphore is never closed.
        let _slot = self.slots.acquire().await;
        let known = self.answered.load(Ordering::Relaxed);
        let limit = if known { self.patience.request } else { self.patience.first_answer };
        let late = format!("no answer within {} s", limit.as_secs());
        if !known && self.silent.load(Ordering::Relaxed) {
            return Next::Done(Err(Failure::Lost(late)));
        }
        self.count();
        let sending = self.client.send(copy(request));
        let answer = match timeout(limit, async {
            let response = sending.await?;
            let (parts, body) = response.into_parts();
            Ok::<_, kube::Error>(Response::from_parts(parts, body.collect_bytes().await?))
        })
        .await
        {
            Err(_) => {
                self.silent.fetch_or(!known, Ordering::Relaxed);
                Err(late)
            }
            Ok(Err(error)) if is_hopeless(&error) => {
                return Next::Done(Err(Failure::Lost(root_cause(&error))));
            }
            Ok(Err(error)) => Err(root_cause(&error)),
            Ok(Ok(response)) => Ok(response),
        };
        let response = match answer {
            Ok(response) => response,
            Err(reason) => {
                return Next::Again { reason: reason.clone(), after: None, failure: Failure::Lost(reason) };
            }
        };
        self.answered.store(true, Ordering::Relaxed);
        let code = response.status().as_u16();
        let after = retry_after(&response);
        if response.status().is_success() {
            return Next::Done(Ok((code, response.into_body().to_vec())));
        }
        let status = status_of(code, response.body());
        let again = match code {
            429 | 502..=504 => true,
            500 => {
                *server_errors += 1;
                *server_errors <= SERVER_ERRORS
            }
            _ => false,
        };
        let failure = Failure::Status(Box::new(status));
        if again {
            let reason = format!("the API server answered {code}");
            return Next::Again { reason, after, failure };
        }
        Next::Done(Err(failure))
    }
}

fn status_of(code: u16, body: &[u8]) -> Status {
    let mut status = serde_json::from_slice::<Status>(body).unwrap_or_else(|_| {
        let text: String = String::from_utf8_lossy(body).trim().chars().take(200).collect();
        Status::failure(&text, "")
    });
    status.code = code;
    status
}

fn retry_after(response: &Response<impl Sized>) -> Option<Duration> {
    let seconds = response.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// A certificate that is not trusted today is not trusted in a minute.
fn is_hopeless(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Auth(_)) || root_cause(error).contains("certificate")
}

/// The innermost cause: the outer ones only say that a request failed.
pub(super) fn root_cause(error: &kube::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let boxed = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if matches!(boxed, Some(boxed) if boxed.is::<Elapsed>()) {
            return format!("it let no connection be made within {} s", CONNECT.as_secs());
        }
        text = inner.to_string();
        cause = inner.source();
    }
    shown::line(&text).into_owned()
}

/// A request again: its body is bytes, so this is exact.
fn copy(request: &Request<Vec<u8>>) -> Request<Body> {
    let mut copy = Request::new(Body::from(request.body().clone()));
    copy.method_mut().clone_from(request.method());
    copy.uri_mut().clone_from(request.uri());
    copy.headers_mut().clone_from(request.headers());
    copy
}
