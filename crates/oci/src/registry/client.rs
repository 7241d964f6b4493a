//! The client: connections, and the question what a tag stands for.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use oci_client::RegistryOperation;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::redirect;
use tokio::time::timeout;

use super::place::Place;
use super::retry::{Failure, retried};
use super::session::{Session, root_cause};
use super::source::{self, ACCEPTED, Source};
use super::{Credentials, Error, Limits};
use crate::tls;
use crate::types::{Digest, ImageRef};

/// As many redirects as browsers follow at least.
const REDIRECTS: usize = 10;

/// Asks registries; holds connections.
#[derive(Default)]
pub struct Client {
    limits: Limits,
    without_tls: BTreeSet<String>,
    remote: OnceLock<reqwest::Client>,
    plain: OnceLock<reqwest::Client>,
    local: OnceLock<reqwest::Client>,
}

impl Client {
    /// A client with these limits. Nothing is read or sent before the first question.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The same, which speaks to these registries (host and port) without TLS. Credentials go there in the clear.
    /// Registries on this machine are asked so in any case.
    #[must_use]
    pub fn without_tls(self, registries: impl IntoIterator<Item = String>) -> Self {
        Self { without_tls: registries.into_iter().collect(), ..self }
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
        let source = self.source(image, credentials)?;
        let mut last = None;
        let asking = retried(
            &self.limits,
            |error, _| last = Some(error.clone()),
            async || named(source.session(), &source.session().place.tag).await,
        );
        let answer = timeout(self.limits.total, asking).await;
        let (registry, seconds) = (source.session().place.registry.clone(), self.limits.total.as_secs());
        answer.unwrap_or_else(|_| Err(last.unwrap_or(Error::Slow { registry, seconds })))
    }

    /// An image's repository, to read from. Nothing is sent yet; a credential helper may be run.
    pub fn source(&self, image: &ImageRef, credentials: &Credentials) -> Result<Source, Error> {
        let session = self.session(image, credentials, RegistryOperation::Pull, &BTreeSet::new())?;
        Ok(Source::new(session, image))
    }

    /// What requests to an image's repository go through. `origins` are repositories of the same registry that blobs
    /// are mounted from.
    pub(super) fn session(
        &self,
        image: &ImageRef,
        credentials: &Credentials,
        operation: RegistryOperation,
        origins: &BTreeSet<String>,
    ) -> Result<Session, Error> {
        let place = Place::of(image);
        if place.only_on_node() {
            return Err(Error::OnlyOnNode);
        }
        let access = credentials.of(&place.registry, &place.repository);
        let actions = if operation == RegistryOperation::Push { "pull,push" } else { "pull" };
        let mut scopes = vec![format!("repository:{}:{actions}", place.repository)];
        scopes.extend(origins.iter().map(|origin| format!("repository:{origin}:pull")));
        let plain = place.is_local() || self.without_tls.contains(&place.registry);
        let http = self.http(&place, plain)?.clone();
        Session::new(
            http,
            self.limits,
            place,
            if plain { "http" } else { "https" },
            access,
            scopes,
            operation,
        )
    }

    /// The connections for a registry, made when they are first needed: that reads the trusted certificates.
    fn http(&self, place: &Place, plain: bool) -> Result<&reqwest::Client, Error> {
        let slot = match (place.is_local(), plain) {
            (true, _) => &self.local,
            (false, true) => &self.plain,
            (false, false) => &self.remote,
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        tls::install_provider();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.limits.connect)
            .user_agent(concat!("wrtpod/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::limited(REDIRECTS))
            .https_only(!plain);
        if place.is_local() {
            builder = builder.no_proxy(); // A proxy has a localhost of its own.
        }
        let client = builder.build().map_err(|error| Error::Setup(root_cause(&error)))?;
        Ok(slot.get_or_init(|| client))
    }
}

/// The digest of what a tag stands for, or of what has a digest if it is there.
pub(super) async fn named(session: &Session, name: &str) -> Result<Digest, Failure> {
    let url = session.url(&format!("manifests/{name}"));
    let accepted = HeaderValue::from_static(ACCEPTED);
    // Not by oci-client: where there is no digest in the head, it reads a body of any length.
    let head = session.once(|| session.http.head(url.clone()).header(ACCEPT, accepted.clone())).await?;
    match head.status().as_u16() {
        200 => match session.digest_of(&head)? {
            Some(digest) => Ok(digest),
            None => Ok(source::fetch(session, name).await?.descriptor.digest),
        },
        // It knows no HEAD.
        405 => Ok(source::fetch(session, name).await?.descriptor.digest),
        _ => Err(session.refusal(head).await),
    }
}
