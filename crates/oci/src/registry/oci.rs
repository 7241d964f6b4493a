//! oci-client: tokens for passwords and for nobody, whether a blob is there, and a blob in one request.
//!
//! Each session has a client of its own, so that no token is shown for other credentials than those it was given for.
//! What oci-client reads has no bound but the time that it gets. Where a registry with TLS names a token service or a
//! place for an upload without it, oci-client follows, as other clients do.

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{OciDistributionError, OciEnvelope, OciErrorCode, Result};
use oci_client::secrets::RegistryAuth;
use oci_client::token_cache::{RegistryToken, RegistryTokenType};
use oci_client::{Client, Reference, RegistryOperation};
use reqwest::header::HeaderValue;

use super::body::Outgoing;
use super::credentials::Login;
use super::error::Said;
use super::place::Place;
use super::retry::Failure;
use super::session::{Session, root_cause};
use super::{Error, Limits, guard};
use crate::tls;
use crate::types::Digest;

/// How long a token is shown that does not say how long it lasts. The registry ends it: then a new one is fetched.
const DAY: usize = 24 * 60 * 60;

/// oci-client for one repository.
pub(super) struct Oci {
    client: Client,
    repository: Reference,
    operation: RegistryOperation,
}

impl Oci {
    pub(super) fn new(
        limits: &Limits,
        place: &Place,
        has_tls: bool,
        operation: RegistryOperation,
    ) -> std::result::Result<Self, Error> {
        tls::install_provider();
        let mut config = ClientConfig {
            protocol: if has_tls { ClientProtocol::Https } else { ClientProtocol::Http },
            use_monolithic_push: true,
            connect_timeout: Some(limits.connect),
            default_token_expiration_secs: DAY,
            user_agent: concat!("wrtpod/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        if place.is_local() {
            // A proxy has a localhost of its own. Naming one here, for no host at all, keeps that of the
            // environment out.
            config.http_proxy = Some("http://127.0.0.1:9".to_owned());
            config.no_proxy = Some("*,0.0.0.0/0,::/0".to_owned());
        }
        let client = Client::try_from(config).map_err(|error| Error::Setup(root_cause(&error)))?;
        let (host, repository) = (place.address().to_owned(), place.repository.clone());
        Ok(Self { client, repository: Reference::with_tag(host, repository, place.tag.clone()), operation })
    }

    /// A token for this login; `None` when the registry wants none.
    pub(super) async fn token(&self, login: &Login) -> Result<Option<String>> {
        self.client.auth(&self.repository, &auth(login), self.operation).await
    }

    /// From now on requests have this authorization.
    pub(super) async fn show(&self, authorization: &HeaderValue, login: &Login) {
        let bearer = authorization.to_str().ok().and_then(|header| header.strip_prefix("Bearer "));
        let (stored, shown) = match (bearer, login) {
            (Some(token), _) => {
                let shown = RegistryToken::Token { token: token.to_owned() };
                (RegistryAuth::Bearer(token.to_owned()), RegistryTokenType::Bearer(shown))
            }
            (None, Login::Basic { user, password }) => {
                (auth(login), RegistryTokenType::Basic(user.clone(), password.clone()))
            }
            (None, _) => return,
        };
        self.client.store_auth_if_needed(self.repository.registry(), &stored).await;
        // A token that allows to push allows to pull.
        for operation in [RegistryOperation::Pull, RegistryOperation::Push] {
            self.client.tokens.insert(&self.repository, operation, shown.clone()).await;
        }
    }

    pub(super) async fn has(&self, blob: &Digest) -> Result<bool> {
        self.client.blob_exists(&self.repository, blob.as_str()).await
    }

    /// Sends a blob of this size in one request, after the one that begins the upload.
    pub(super) async fn put(&self, blob: &Digest, size: u64, bytes: &Outgoing) -> Result<()> {
        let pieces = bytes.pieces(size);
        self.client.push_blob_stream(&self.repository, pieces, blob.as_str(), Some(size)).await.map(drop)
    }
}

impl Session {
    /// oci-client, made when it is first needed: that reads the trusted certificates.
    pub(super) fn oci(&self) -> std::result::Result<&Oci, Error> {
        if let Some(oci) = self.oci.get() {
            return Ok(oci);
        }
        let oci = Oci::new(&self.limits, &self.place, self.has_tls(), self.operation)?;
        Ok(self.oci.get_or_init(|| oci))
    }

    /// One call of oci-client, with the authorization at hand. A 401 is a failure that may pass: there is a new
    /// authorization for the next try.
    pub(super) async fn call<T>(
        &self,
        call: impl AsyncFnOnce(&Oci) -> Result<T>,
    ) -> std::result::Result<Result<T>, Failure> {
        let held = self.held().await?;
        let oci = self.oci()?;
        if let Some(held) = &held {
            oci.show(held, &self.access.login).await;
        }
        let result = guard::caught(call(oci)).await;
        let result = result.ok_or_else(|| self.answer("no request can be made of it"))?;
        heard(self, &result);
        if result.as_ref().is_err_and(|error| status(error) == Some(401)) {
            self.renew(held.as_ref()).await?;
            return Err(Failure { again: true, ..self.of_status(401, Said::default()) });
        }
        Ok(result)
    }
}

/// Remembers an answer of the registry: all but a request that came to nothing is one.
pub(super) fn heard<T>(session: &Session, result: &Result<T>) {
    let nothing = |error: &OciDistributionError| matches!(error, OciDistributionError::RequestError(error) if error.status().is_none());
    if !result.as_ref().is_err_and(nothing) {
        session.reach();
    }
}

/// An identity token is nothing that oci-client could exchange.
fn auth(login: &Login) -> RegistryAuth {
    match login {
        Login::Basic { user, password } => RegistryAuth::Basic(user.clone(), password.clone()),
        Login::Anonymous | Login::Identity(_) => RegistryAuth::Anonymous,
    }
}

/// The status of a refusal.
pub(super) fn status(error: &OciDistributionError) -> Option<u16> {
    match error {
        OciDistributionError::ServerError { code, .. } => Some(*code),
        OciDistributionError::RequestError(error) => error.status().map(|status| status.as_u16()),
        _ => None,
    }
}

/// What a failure of oci-client means. Whether the registry asks for a pause (Retry-After) it does not tell: tries have
/// the pauses of the limits between them.
pub(super) fn failure(session: &Session, error: &OciDistributionError) -> Failure {
    use OciDistributionError as Oci;

    match (error, status(error)) {
        (Oci::ServerError { message, .. }, Some(code)) => session.of_refusal(code, message.as_bytes()),
        (_, Some(code)) => session.of_status(code, Said::default()),
        (Oci::RequestError(error), None) => session.broken(error),
        (Oci::AuthenticationFailure(body), _) => no_token(session, body),
        (Oci::RegistryTokenDecodeError(_), _) => session.answer("its token cannot be read"),
        (Oci::RegistryNoLocationError | Oci::HeaderValueError(_), _) => {
            session.answer("it does not say where an upload goes")
        }
        (Oci::UrlParseError(_), _) => session.answer("its place for an upload is none"),
        _ => session.answer("the protocol does not know it"),
    }
}

/// What a token service means that gives none; its status is not told. What is no JSON is said by a gateway before it.
/// With credentials there is no second try all the same, so that no account is locked.
fn no_token(session: &Session, body: &str) -> Failure {
    let envelope: Option<OciEnvelope> = serde_json::from_str(body).ok();
    let word = envelope.and_then(|envelope| Some(envelope.errors.into_iter().next()?.code));
    let is_json = serde_json::from_str::<serde_json::Value>(body).is_ok();
    if word == Some(OciErrorCode::Toomanyrequests) {
        session.of_status(429, Said::default())
    } else if session.access.login == Login::Anonymous && !is_json && !body.is_empty() {
        Failure { again: true, ..session.answer("its token service failed") }
    } else {
        session.of_status(401, Said::default())
    }
}
