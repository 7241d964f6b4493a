//! The client: one question, its retries, its limits, and what its failures mean.

use std::sync::OnceLock;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::{DigestError, OciDistributionError, OciEnvelope, OciErrorCode};
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};
use tokio::time::{sleep, timeout};

use super::credentials::Access;
use super::place::Place;
use super::{Credentials, Error, guard};
use crate::tls;
use crate::types::{Digest, ImageRef};

/// How long a registry may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To let a connection be made.
    pub connect: Duration,
    /// To answer a question, all tries and pauses included.
    pub total: Duration,
    /// How often it is asked when it fails or wants fewer requests.
    pub tries: u32,
    /// The first pause between two tries; each further one is twice as long.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(10),
            tries: 5,
            pause: Duration::from_millis(300),
        }
    }
}

/// Asks registries; holds connections and tokens.
#[derive(Default)]
pub struct Client {
    limits: Limits,
    remote: OnceLock<oci_client::Client>,
    local: OnceLock<oci_client::Client>,
}

/// A failure, and whether to ask again.
struct Failure {
    error: Error,
    again: bool,
}

impl Client {
    /// A client with these limits. Nothing is read or sent before the first question.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The digest of the manifest, or the index, that an image's tag stands for now. A reference with a digest is
    /// not asked for.
    ///
    /// The digest is the registry's word when it answers HEAD with one, which nodes check when they pull; else
    /// it is computed from the content.
    pub async fn resolve(&self, image: &ImageRef, credentials: &Credentials) -> Result<Digest, Error> {
        if let Some(digest) = image.digest() {
            return Ok(digest.clone());
        }
        let place = Place::of(image);
        if place.only_on_node() {
            return Err(Error::OnlyOnNode);
        }
        let access = credentials.of(&place.registry);
        let client = self.client(&place)?;
        let mut last = None;
        match timeout(self.limits.total, self.tries(client, &place, &access, &mut last)).await {
            Ok(result) => result,
            Err(_) => Err(last
                .unwrap_or(Error::Slow { registry: place.registry, seconds: self.limits.total.as_secs() })),
        }
    }

    async fn tries(
        &self,
        client: &oci_client::Client,
        place: &Place,
        access: &Access,
        last: &mut Option<Error>,
    ) -> Result<Digest, Error> {
        let (mut left, mut pause) = (self.limits.tries, self.limits.pause);
        loop {
            left = left.saturating_sub(1);
            match ask(client, place, access).await {
                Ok(digest) => return Ok(digest),
                Err(failure) if failure.again && left > 0 => *last = Some(failure.error),
                Err(failure) => return Err(failure.error),
            }
            sleep(pause).await;
            pause *= 2;
        }
    }

    /// The client for a registry, made when it is first needed: it reads the trusted certificates.
    fn client(&self, place: &Place) -> Result<&oci_client::Client, Error> {
        let slot = if place.is_local() { &self.local } else { &self.remote };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        tls::install_provider();
        let mut config = ClientConfig {
            connect_timeout: Some(self.limits.connect),
            user_agent: concat!("wrtpod/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        };
        if place.is_local() {
            config.protocol = ClientProtocol::Http;
            // A proxy has a localhost of its own. Naming one here, for no host at all, keeps that of the
            // environment out.
            config.http_proxy = Some("http://127.0.0.1:9".to_owned());
            config.no_proxy = Some("*,0.0.0.0/0,::/0".to_owned());
        }
        let client =
            oci_client::Client::try_from(config).map_err(|error| Error::Setup(root_cause(&error)))?;
        Ok(slot.get_or_init(|| client))
    }
}

/// Asks once.
async fn ask(client: &oci_client::Client, place: &Place, access: &Access) -> Result<Digest, Failure> {
    let reference = Reference::with_tag(place.registry.clone(), place.repository.clone(), place.tag.clone());
    let auth = match access {
        Access::Basic { user, password } => RegistryAuth::Basic(user.clone(), password.clone()),
        Access::Anonymous | Access::Elsewhere(_) => RegistryAuth::Anonymous,
    };
    let question = async {
        // By itself the next call would take a failure here for a registry without authentication.
        client.auth(&reference, &auth, RegistryOperation::Pull).await?;
        client.fetch_manifest_digest(&reference, &auth).await
    };
    let digest = match guard::caught(question).await {
        Some(result) => result.map_err(|error| judge(&error, place, access))?,
        None => return Err(answer(place, "no request can be made of it")),
    };
    digest.parse().map_err(|_| answer(place, "its digest is no SHA-256"))
}

fn answer(place: &Place, reason: &'static str) -> Failure {
    Failure { error: Error::Answer { registry: place.registry.clone(), reason }, again: false }
}

fn judge(error: &OciDistributionError, place: &Place, access: &Access) -> Failure {
    use OciDistributionError as Oci;

    match error {
        Oci::ServerError { code, .. } => of_status(*code, place, access),
        Oci::UnauthorizedError { .. } => of_status(401, place, access),
        Oci::RegistryError { envelope, .. } => of_envelope(envelope, place, access),
        // The status is not told. A body that is no JSON is that of a gateway before the token service; with
        // credentials there is no second try all the same, so that no account is locked.
        Oci::AuthenticationFailure(body) => match serde_json::from_str::<OciEnvelope>(body) {
            Ok(envelope) if code_of(&envelope) == Some(&OciErrorCode::Toomanyrequests) => {
                of_status(429, place, access)
            }
            Err(_)
                if *access == Access::Anonymous
                    && serde_json::from_str::<serde_json::Value>(body).is_err() =>
            {
                Failure { again: true, ..answer(place, "its token service failed") }
            }
            _ => of_status(401, place, access),
        },
        Oci::RegistryTokenDecodeError(_) => answer(place, "its token cannot be read"),
        Oci::DigestError(DigestError::VerificationError { .. }) => {
            Failure { error: Error::WrongDigest { registry: place.registry.clone() }, again: false }
        }
        Oci::RequestError(error) if error.is_builder() => {
            answer(place, "it names a token service that is none")
        }
        Oci::RequestError(error) if error.is_redirect() => answer(place, "it redirects for ever"),
        Oci::RequestError(error) => {
            let reason =
                if error.is_timeout() { "no connection in time".to_owned() } else { root_cause(error) };
            let error_is = Error::Unreachable { registry: place.registry.clone(), reason };
            // What was connected and broke off may be better the next time.
            Failure { error: error_is, again: !error.is_connect() && !error.is_timeout() }
        }
        _ => answer(place, "the protocol does not know it"),
    }
}

fn of_status(code: u16, place: &Place, access: &Access) -> Failure {
    let registry = place.registry.clone();
    let error = match code {
        404 => Error::NotFound { registry },
        401 | 403 => Error::Unauthorized { registry, reason: refused(access) },
        _ => Error::Status { registry, code },
    };
    Failure { again: code == 429 || code >= 500, error }
}

fn of_envelope(envelope: &OciEnvelope, place: &Place, access: &Access) -> Failure {
    match code_of(envelope) {
        Some(OciErrorCode::ManifestUnknown | OciErrorCode::NameUnknown | OciErrorCode::NotFound) => {
            of_status(404, place, access)
        }
        Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => of_status(401, place, access),
        Some(OciErrorCode::Toomanyrequests) => of_status(429, place, access),
        _ => answer(place, "it refuses the request"),
    }
}

fn code_of(envelope: &OciEnvelope) -> Option<&OciErrorCode> {
    envelope.errors.first().map(|error| &error.code)
}

/// With what access was refused.
fn refused(access: &Access) -> String {
    match access {
        Access::Anonymous => {
            "the image is private or does not exist, and there are no credentials (`docker login`)".to_owned()
        }
        Access::Basic { .. } => "the credentials of the Docker config do not do".to_owned(),
        Access::Elsewhere(reason) => reason.clone(),
    }
}

/// The innermost cause: the outer ones repeat the URL.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string().chars().filter(|c| !c.is_control()).take(200).collect()
}
