//! One blob to a registry: not at all where it is, by a mount where the registry has it elsewhere, else as a stream.

use std::collections::BTreeSet;

use oci_client::errors::OciDistributionError;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use reqwest::{Response, Url};
use tokio::time::timeout;

use super::body::Outgoing;
use super::error::Said;
use super::place::Place;
use super::retry::{Failure, retried};
use super::session::Session;
use super::{Client, Credentials, Error, Event, Progress, oci};
use crate::image::{Blob, Bytes, FilePart};
use crate::temporary;
use crate::types::{Digest, ImageRef};

/// Sends blobs to one repository.
pub(super) struct Upload<'a> {
    pub client: &'a Client,
    pub session: &'a Session,
    pub credentials: &'a Credentials,
    pub progress: &'a dyn Progress,
}

/// Where the bytes of an upload go, and how many of them at least where they go in chunks.
type Begun = (Url, u64);

impl Upload<'_> {
    /// Does what it takes to have the blob there.
    pub(super) async fn put(&self, digest: &Digest, blob: &Blob) -> Result<(), Error> {
        let before = |error: &Error, pause| self.progress.report(digest, Event::Retried(error, pause));
        let mut fetched = None;
        retried(&self.session.limits, before, async || {
            if self.has(digest).await? {
                self.progress.report(digest, Event::Skipped);
                return Ok(());
            }
            let mut place = None;
            if let Some(answer) = self.mount(digest, blob).await? {
                if answer.status() == 201 {
                    self.progress.report(digest, Event::Mounted);
                    return Ok(());
                }
                place = Some(self.place(answer).await?);
            }
            if fetched.is_none() && matches!(blob.bytes, Bytes::Elsewhere(_)) {
                fetched = Some(self.fetch(digest, blob).await?);
            }
            let blob = fetched.as_ref().unwrap_or(blob);
            self.progress.report(digest, Event::Begin(blob.size()));
            if place.is_none() && !self.whole(digest, blob).await? {
                place = Some(self.place(self.post(&[]).await?).await?);
            }
            if let Some((url, least)) = place {
                self.chunks(digest, blob, url, least.max(self.session.limits.chunk).max(1)).await?;
            }
            self.progress.report(digest, Event::Done);
            Ok(())
        })
        .await
    }

    async fn has(&self, digest: &Digest) -> Result<bool, Failure> {
        let session = self.session;
        let asked = timeout(session.patience(), session.call(async |oci| oci.has(digest).await)).await;
        asked.map_err(|_| session.stalled())??.map_err(|error| oci::failure(session, &error))
    }

    /// Asks for a blob that another repository of the registry has: 201 when it is here now, 202 when the answer tells
    /// where its bytes may go instead, nothing when the registry does not let wrtpod mount. Not by oci-client, which
    /// does not tell that place.
    async fn mount(&self, digest: &Digest, blob: &Blob) -> Result<Option<Response>, Failure> {
        let Some(from) = mountable(blob, &self.session.place) else { return Ok(None) };
        match self.post(&[("mount", digest.as_str()), ("from", &from)]).await {
            Ok(response) if matches!(response.status().as_u16(), 201 | 202) => Ok(Some(response)),
            Err(failure) if failure.again => Err(failure),
            _ => Ok(None),
        }
    }

    async fn post(&self, query: &[(&str, &str)]) -> Result<Response, Failure> {
        let mut url = self.session.url("blobs/uploads/");
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.session.once(|| self.session.http.post(url.clone()).header(CONTENT_LENGTH, 0)).await
    }

    /// What a registry says to a new upload.
    async fn place(&self, response: Response) -> Result<Begun, Failure> {
        if response.status() != 202 {
            let failure = self.session.refusal(response).await;
            return Err(match failure.error {
                Error::NotFound { said, .. } => self.no_repository(said),
                _ => failure,
            });
        }
        let least = response.headers().get("oci-chunk-min-length");
        let least = least.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
        Ok((self.session.location(&response)?, least))
    }

    /// Sends it in one request. `false` when that is too large for the registry.
    async fn whole(&self, digest: &Digest, blob: &Blob) -> Result<bool, Failure> {
        let (session, outgoing) = (self.session, self.outgoing(digest, blob)?);
        let sending = session.call(async |oci| oci.put(digest, blob.size(), &outgoing).await);
        match session.watched(sending, digest, &outgoing, self.progress).await?? {
            Ok(()) => Ok(true),
            Err(error) if oci::status(&error) == Some(413) => Ok(false),
            // Some registries do not say where the blob is now.
            Err(OciDistributionError::RegistryNoLocationError) if self.has(digest).await? => Ok(true),
            Err(OciDistributionError::RequestError(error)) => Err(session.cut_off(&error, digest, &outgoing)),
            Err(error) => Err(self.lost(oci::failure(session, &error))),
        }
    }

    /// Sends it in several requests of so many bytes each. Not by oci-client, whose chunks have at most 4 MiB: some
    /// registries want larger ones (`OCI-Chunk-Min-Length`).
    async fn chunks(&self, digest: &Digest, blob: &Blob, mut url: Url, length: u64) -> Result<(), Failure> {
        let outgoing = self.outgoing(digest, blob)?;
        while outgoing.taken() < blob.size() {
            let first = outgoing.taken();
            let length = length.min(blob.size() - first);
            let request = self
                .session
                .http
                .patch(url)
                .header(CONTENT_TYPE, "application/octet-stream")
                .header(CONTENT_LENGTH, length)
                .header(CONTENT_RANGE, format!("{first}-{}", first + length - 1))
                .body(outgoing.body(length));
            let response = self.session.upload(request, digest, &outgoing, self.progress).await?;
            if response.status() != 202 {
                return Err(self.lost(self.session.refusal(response).await));
            }
            url = self.session.location(&response)?;
        }
        let url = committing(url, digest);
        let put = || self.session.http.put(url.clone()).header(CONTENT_LENGTH, 0);
        let response = self.session.once(put).await?;
        if response.status() == 201 { Ok(()) } else { Err(self.lost(self.session.refusal(response).await)) }
    }

    fn outgoing(&self, digest: &Digest, blob: &Blob) -> Result<Outgoing, Failure> {
        let reader = blob.reader().ok_or_else(|| local(digest, "it lies in a registry only"))?;
        self.progress.report(digest, Event::Bytes(0));
        Ok(Outgoing::new(reader))
    }

    /// A registry of several machines may not find an upload that another one of them began. One that says something else of
    /// what is not there has no such repository.
    fn lost(&self, failure: Failure) -> Failure {
        match failure.error {
            Error::NotFound { said, .. } => match said {
                Said { word: Some("BLOB_UPLOAD_UNKNOWN"), .. } | Said { word: None, text: None } => {
                    Failure { again: true, ..self.session.answer("it has lost an upload") }
                }
                said => self.no_repository(said),
            },
            _ => failure,
        }
    }

    fn no_repository(&self, said: Said) -> Failure {
        let place = &self.session.place;
        let (registry, repository) = (place.registry.clone(), place.repository.clone());
        Failure::last(Error::NoRepository { registry, repository, said })
    }

    /// Fetches a blob that lies in a registry only, into a file without a name.
    async fn fetch(&self, digest: &Digest, blob: &Blob) -> Result<Blob, Failure> {
        let origin = blob.origin.as_ref().ok_or_else(|| local(digest, "nobody knows where it lies"))?;
        let source = self.client.source(origin, self.credentials)?;
        let mut file = temporary::nameless().map_err(|error| {
            local(digest, &format!("a temporary file in `{}`: {error}", temporary::place().display()))
        })?;
        source.blob(digest, blob.size(), &mut file, &()).await?;
        let part = FilePart::whole(file).map_err(|error| local(digest, &error.to_string()))?;
        Ok(Blob { bytes: Bytes::File(part), origin: None })
    }
}

/// The repositories of this registry that blobs can be mounted from.
pub(super) fn origins<'a>(blobs: impl Iterator<Item = &'a Blob>, to: &ImageRef) -> BTreeSet<String> {
    let place = Place::of(to);
    blobs.filter_map(|blob| mountable(blob, &place)).collect()
}

/// The repository of this registry that has the blob, when it is another one.
fn mountable(blob: &Blob, place: &Place) -> Option<String> {
    let origin = Place::of(blob.origin.as_ref()?);
    let other = origin.registry == place.registry && origin.repository != place.repository;
    other.then_some(origin.repository)
}

/// Where an upload ends.
fn committing(mut url: Url, digest: &Digest) -> Url {
    url.query_pairs_mut().append_pair("digest", digest.as_str());
    url
}

fn local(digest: &Digest, reason: &str) -> Error {
    Error::Local { what: "read", digest: digest.clone(), reason: reason.to_owned() }
}
