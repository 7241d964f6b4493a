//! Requests to one repository of one registry: authorization, limits, and what a failure means.

use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use oci_client::RegistryOperation;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::{RequestBuilder, Response, Url};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::body::Outgoing;
use super::challenge::{self, Challenge};
use super::credentials::{Access, Login};
use super::error::Said;
use super::limits::LARGEST_REFUSAL;
use super::oci::Oci;
use super::place::Place;
use super::retry::Failure;
use super::{Error, Event, Limits, Progress, token};
use crate::shown;
use crate::types::Digest;

/// How often a running upload is looked at.
const TICK: Duration = Duration::from_millis(100);

/// The error codes of the distribution spec: the only words of a registry that are repeated.
const WORDS: &[&str] = &[
    "BLOB_UNKNOWN",
    "BLOB_UPLOAD_INVALID",
    "BLOB_UPLOAD_UNKNOWN",
    "DENIED",
    "DIGEST_INVALID",
    "MANIFEST_BLOB_UNKNOWN",
    "MANIFEST_INVALID",
    "MANIFEST_UNKNOWN",
    "NAME_INVALID",
    "NAME_UNKNOWN",
    "SIZE_INVALID",
    "TAG_INVALID",
    "TOOMANYREQUESTS",
    "UNAUTHORIZED",
    "UNSUPPORTED",
];

/// A repository, and what lets wrtpod in there.
pub(super) struct Session {
    pub http: reqwest::Client,
    pub limits: Limits,
    pub place: Place,
    pub access: Access,
    /// What a token has to allow.
    pub scopes: Vec<String>,
    /// The same, in the words of oci-client.
    pub operation: RegistryOperation,
    /// oci-client, when it has been needed.
    pub oci: OnceLock<Oci>,
    /// `…/v2/REPOSITORY/`
    base: Url,
    /// The header that the registry took, or may take.
    authorization: Mutex<Option<HeaderValue>>,
    /// Whether a token was asked for before the first question.
    greeted: AtomicBool,
    /// Whether it has ever answered.
    pub(super) reached: AtomicBool,
}

impl Session {
    pub(super) fn new(
        http: reqwest::Client,
        limits: Limits,
        place: Place,
        scheme: &str,
        access: Access,
        scopes: Vec<String>,
        operation: RegistryOperation,
    ) -> Result<Self, Error> {
        let base = format!("{scheme}://{}/v2/{}/", place.address(), place.repository);
        let base = base.parse().map_err(|_| Error::Answer {
            registry: place.registry.clone(),
            reason: "no request can be made of its name",
        })?;
        Ok(Self {
            http,
            limits,
            place,
            access,
            scopes,
            operation,
            oci: OnceLock::new(),
            base,
            authorization: Mutex::default(),
            greeted: AtomicBool::default(),
            reached: AtomicBool::default(),
        })
    }

    /// The address of something in the repository, such as `manifests/latest`.
    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path()));
        url
    }

    pub(super) fn has_tls(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Whether a registry may name this address: never one without TLS when it has TLS itself.
    pub(super) fn may_ask(&self, url: &Url) -> bool {
        url.scheme() == "https" || !self.has_tls() && url.scheme() == "http"
    }

    /// Asks once, and once more with a new authorization when the registry wants that. Any status is an answer.
    pub(super) async fn once(
        &self,
        mut request: impl FnMut() -> RequestBuilder,
    ) -> Result<Response, Failure> {
        let held = self.held().await?;
        let response = self.authorized(request(), held.as_ref()).await?;
        if response.status() != 401 || !self.is_own(response.url()) {
            return Ok(response);
        }
        let renewed = self.authorize(held.as_ref(), response.headers()).await?;
        self.authorized(request(), Some(&renewed)).await
    }

    /// The authorization at hand. Where there is a password, a token for it is fetched before the first question:
    /// oci-client asks the registry by itself what it wants, so a question that is refused would be one too many.
    pub(super) async fn held(&self) -> Result<Option<HeaderValue>, Failure> {
        let mut slot = self.authorization.lock().await;
        let has_password = matches!(self.access.login, Login::Basic { .. }) && !token::is_ours(self);
        if slot.is_none() && has_password && !self.greeted.swap(true, Ordering::Relaxed) {
            *slot = token::fetch(self).await?;
        }
        Ok(slot.clone())
    }

    async fn authorized(
        &self,
        request: RequestBuilder,
        header: Option<&HeaderValue>,
    ) -> Result<Response, Failure> {
        self.send(self.with(request, header)?).await
    }

    /// The request with the header, when it goes to the registry itself: nobody else sees its secret.
    fn with(&self, request: RequestBuilder, header: Option<&HeaderValue>) -> Result<RequestBuilder, Failure> {
        let (http, request) = request.build_split();
        let mut request = request.map_err(|_| self.answer("no request can be made of it"))?;
        if let Some(header) = header.filter(|_| self.is_own(request.url())) {
            request.headers_mut().insert(AUTHORIZATION, header.clone());
        }
        Ok(RequestBuilder::from_parts(http, request))
    }

    fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// A new authorization after a refusal that does not tell what is wanted: the registry is asked for that.
    pub(super) async fn renew(&self, held: Option<&HeaderValue>) -> Result<(), Failure> {
        let mut url = self.base.clone();
        url.set_path("/v2/");
        let response = self.send(self.http.get(url)).await?;
        self.authorize(held, response.headers()).await.map(drop)
    }

    /// What the registry wants in exchange for what it did not take.
    async fn authorize(
        &self,
        held: Option<&HeaderValue>,
        headers: &HeaderMap,
    ) -> Result<HeaderValue, Failure> {
        let mut slot = self.authorization.lock().await;
        if let Some(header) = slot.as_ref().filter(|header| Some(*header) != held) {
            return Ok(header.clone()); // Another request has renewed it meanwhile.
        }
        let headers = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let header = match (challenge::best(headers), &self.access.login) {
            (Some(Challenge::Bearer { realm, service }), _) => {
                token::of(self, &realm, service.as_deref()).await?
            }
            // A password that was refused is not shown a second time, so that no account is locked.
            (Some(Challenge::Basic), Login::Basic { user, password }) if held.is_none() => {
                basic(user, password)
            }
            _ => return Err(self.of_status(401, Said::default())),
        };
        *slot = Some(header.clone());
        Ok(header)
    }

    /// Sends a request that has no large body, and waits for the head of the answer.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        match timeout(self.patience(), request.send()).await {
            Ok(Ok(response)) => {
                self.reach();
                Ok(response)
            }
            Ok(Err(error)) => Err(self.broken(&error)),
            Err(_) => Err(self.stalled()),
        }
    }

    /// Sends a request with bytes of a blob, and waits as long as they move. It is not sent a second time here: when the
    /// authorization has run out meanwhile, a new one is there for the next try.
    pub(super) async fn upload(
        &self,
        request: RequestBuilder,
        blob: &Digest,
        outgoing: &Outgoing,
        progress: &dyn Progress,
    ) -> Result<Response, Failure> {
        let held = self.held().await?;
        let request = self.with(request, held.as_ref())?;
        let response = self.watched(request.send(), blob, outgoing, progress).await?;
        let response = response.map_err(|error| self.cut_off(&error, blob, outgoing))?;
        if response.status() == 401 && self.is_own(response.url()) {
            self.authorize(held.as_ref(), response.headers()).await?;
            return Err(Failure { again: true, ..self.of_status(401, Said::default()) });
        }
        Ok(response)
    }

    /// Waits for an answer as long as bytes of the blob move.
    pub(super) async fn watched<T>(
        &self,
        answer: impl Future<Output = T>,
        blob: &Digest,
        outgoing: &Outgoing,
        progress: &dyn Progress,
    ) -> Result<T, Failure> {
        let mut answer = pin!(answer);
        let (mut moved, mut since) = (outgoing.taken(), Instant::now());
        let answer = loop {
            match timeout(TICK.min(self.limits.stall), &mut answer).await {
                Ok(answer) => break answer,
                Err(_) if outgoing.taken() > moved => {
                    (moved, since) = (outgoing.taken(), Instant::now());
                    progress.report(blob, Event::Bytes(moved));
                }
                Err(_) if since.elapsed() >= self.limits.stall => return Err(self.stalled()),
                Err(_) => {}
            }
        };
        progress.report(blob, Event::Bytes(outgoing.taken()));
        Ok(answer)
    }

    /// The failure that an upload without an answer is: the next one may get further, if the content can be read.
    pub(super) fn cut_off(&self, error: &reqwest::Error, blob: &Digest, outgoing: &Outgoing) -> Failure {
        match outgoing.fault() {
            Some(fault) => unreadable(blob, &fault),
            None => Failure { again: true, ..self.broken(error) },
        }
    }

    /// The whole body of an answer that has to be small.
    pub(super) async fn small(
        &self,
        mut response: Response,
        what: &'static str,
        limit: u64,
    ) -> Result<Vec<u8>, Failure> {
        let reading = async {
            let mut body = Vec::new();
            while let Some(piece) = response.chunk().await.map_err(|error| self.broken(&error))? {
                if body.len() as u64 + piece.len() as u64 > limit {
                    let registry = self.place.registry.clone();
                    return Err(Error::TooLarge { registry, what, limit }.into());
                }
                body.extend_from_slice(&piece);
            }
            Ok(body)
        };
        timeout(self.limits.stall, reading).await.unwrap_or_else(|_| Err(self.stalled()))
    }

    /// Where the registry wants the next request of an upload.
    pub(super) fn location(&self, response: &Response) -> Result<Url, Failure> {
        let text = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let text = text.ok_or_else(|| self.answer("it does not say where an upload goes"))?;
        let url = response.url().join(text).map_err(|_| self.answer("its place for an upload is none"))?;
        if !self.may_ask(&url) {
            return Err(self.answer("it wants an upload without TLS"));
        }
        Ok(url)
    }

    /// The digest in the head of an answer.
    pub(super) fn digest_of(&self, response: &Response) -> Result<Option<Digest>, Failure> {
        let Some(value) = response.headers().get("docker-content-digest") else { return Ok(None) };
        let digest = value.to_str().ok().and_then(|text| text.parse().ok());
        digest.map(Some).ok_or_else(|| self.answer("its digest is no SHA-256"))
    }

    /// The failure that an answer with an unwanted status is.
    pub(super) async fn refusal(&self, response: Response) -> Failure {
        let code = response.status().as_u16();
        let after = retry_after(response.headers());
        let body = self.small(response, "a refusal", LARGEST_REFUSAL).await.unwrap_or_default();
        let failure = self.of_refusal(code, &body);
        match after {
            Some(after) if failure.again && after > self.limits.longest_pause => {
                let registry = self.place.registry.clone();
                Failure::last(Error::Busy { registry, seconds: after.as_secs() })
            }
            _ => Failure { after, ..failure },
        }
    }

    /// The failure that an unwanted status with this body is.
    pub(super) fn of_refusal(&self, code: u16, body: &[u8]) -> Failure {
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &said["errors"][0];
        let word = error["code"].as_str();
        let text = error["message"].as_str().map(one_line);
        // One that repeats what it was shown is not repeated.
        let text = text.filter(|text| !text.is_empty() && !self.access.login.is_in(text));
        let word = word.and_then(|word| WORDS.iter().copied().find(|known| *known == word));
        self.of_status(code, Said { word, text })
    }

    pub(super) fn of_status(&self, code: u16, said: Said) -> Failure {
        let registry = self.place.registry.clone();
        match (code, said.word) {
            (429, _) | (_, Some("TOOMANYREQUESTS")) => {
                Failure::passing(Error::Status { registry, code, said: Said { word: None, ..said } })
            }
            (404, _) => Failure::last(Error::NotFound { registry, said }),
            (401 | 403, _) | (400, Some("UNAUTHORIZED" | "DENIED")) => {
                Failure::last(Error::Unauthorized { registry, reason: self.access.refused.clone(), said })
            }
            (300..400, _) => self.answer("it redirects, and the request cannot follow"),
            (408 | 500.., _) => Failure::passing(Error::Status { registry, code, said }),
            _ => Failure::last(Error::Status { registry, code, said }),
        }
    }

    pub(super) fn answer(&self, reason: &'static str) -> Failure {
        Failure::last(Error::Answer { registry: self.place.registry.clone(), reason })
    }

    /// The failure that a connection without an answer is.
    pub(super) fn broken(&self, error: &reqwest::Error) -> Failure {
        if error.is_redirect() {
            return self.answer("it redirects for ever, or away from TLS");
        }
        if error.is_builder() {
            return self.answer("no request can be made of it");
        }
        let reason = if error.is_timeout() { "no connection in time".to_owned() } else { root_cause(error) };
        let unreachable = Error::Unreachable { registry: self.place.registry.clone(), reason };
        // What was connected and broke off may be better the next time; what never was is not there.
        let again = !error.is_connect() && !error.is_timeout() || self.is_reached();
        Failure { again, ..Failure::last(unreachable) }
    }
}

fn unreadable(blob: &Digest, fault: &std::io::Error) -> Failure {
    Failure::last(Error::Local { what: "read", digest: blob.clone(), reason: fault.to_string() })
}

fn basic(user: &str, password: &str) -> HeaderValue {
    use base64::Engine as _;

    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    let mut header = HeaderValue::from_str(&format!("Basic {pair}")).expect("base64 is ASCII");
    header.set_sensitive(true);
    header
}

/// The pause that is asked for, in its form of seconds; one until a date counts as none, for want of a clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The innermost cause: the outer ones repeat the URL.
pub(super) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    one_line(&cause.to_string())
}

/// The beginning of a text of somebody else's, without what a terminal would obey.
fn one_line(text: &str) -> String {
    shown::line(&text.chars().take(200).collect::<String>()).into_owned()
}
