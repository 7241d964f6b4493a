//! Reading an image: its manifests, and its blobs as a stream that is checked on its way.

use std::io::Write;

use reqwest::Response;
use reqwest::header::{ACCEPT, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, RANGE};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use super::limits::LARGEST_MANIFEST;
use super::retry::{Failure, retried};
use super::session::Session;
use super::{Error, Event, Progress};
use crate::image::{Descriptor, Document, media_type};
use crate::types::{Digest, ImageRef};

/// The kinds of manifests and indexes that are known, as a header.
pub(super) const ACCEPTED: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// A transfer that came so much further before it broke off is worth as many tries as a new one.
const WORTH: u64 = 1 << 20;

/// An image's repository, to read from.
pub struct Source {
    session: Session,
    /// What the reference names: a digest, else a tag.
    name: String,
}

impl Source {
    pub(super) fn new(session: Session, image: &ImageRef) -> Self {
        let name = image.digest().map_or(session.place.tag.clone(), ToString::to_string);
        Self { session, name }
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// What the reference stands for: a manifest or an index of at most 4 MiB, whose digest is that of the reference if
    /// it has one. Apart from digest and media type its content is not judged.
    pub async fn manifest(&self) -> Result<Document, Error> {
        self.named(&self.name).await
    }

    /// The manifest with this digest, such as an index names.
    pub async fn manifest_of(&self, digest: &Digest) -> Result<Document, Error> {
        self.named(digest.as_str()).await
    }

    async fn named(&self, name: &str) -> Result<Document, Error> {
        retried(&self.session.limits, |_, _| (), async || fetch(&self.session, name).await).await
    }

    /// Writes a blob of this size to `out`: whole and as its digest says, or it is an error, after which `out` may
    /// hold a part of it. A transfer that breaks off goes on where it was.
    pub async fn blob(
        &self,
        digest: &Digest,
        size: u64,
        out: &mut dyn Write,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        progress.report(digest, Event::Begin(size));
        let mut download = Download { digest, size, out, at: 0, hash: Sha256::new(), progress };
        let before = |error: &Error, pause| progress.report(digest, Event::Retried(error, pause));
        retried(&self.session.limits, before, async || {
            let began = download.at;
            let done = download.go_on(&self.session).await;
            done.map_err(|failure| Failure { gained: download.at - began >= WORTH, ..failure })
        })
        .await?;
        if sha256(download.hash) != *digest {
            return Err(Error::WrongBlob {
                registry: self.session.place.registry.clone(),
                digest: digest.clone(),
            });
        }
        progress.report(digest, Event::Done);
        Ok(())
    }
}

/// A blob on its way here.
struct Download<'a> {
    digest: &'a Digest,
    size: u64,
    out: &'a mut dyn Write,
    /// Bytes that are written.
    at: u64,
    /// Of these bytes.
    hash: Sha256,
    progress: &'a dyn Progress,
}

impl Download<'_> {
    /// Fetches what is missing.
    async fn go_on(&mut self, session: &Session) -> Result<(), Failure> {
        let url = session.url(&format!("blobs/{}", self.digest));
        let at = self.at;
        let mut response = session
            .once(|| {
                let request = session.http.get(url.clone());
                if at > 0 { request.header(RANGE, format!("bytes={at}-")) } else { request }
            })
            .await?;
        let mut skip = match response.status().as_u16() {
            200 => at, // From the beginning: what is there already is not needed again.
            206 if begins_at(&response, at) => 0,
            206 => return Err(session.answer("it sends another part of a blob than it was asked for")),
            404 => {
                let (registry, digest) = (session.place.registry.clone(), self.digest.clone());
                return Err(Error::NoBlob { registry, digest }.into());
            }
            _ => return Err(session.refusal(response).await),
        };
        if let Some(length) = response.content_length() {
            let got = length.saturating_add(at - skip);
            if got != self.size {
                return Err(self.wrong_size(session, got).into());
            }
        }
        loop {
            let piece = match timeout(session.limits.stall, response.chunk()).await {
                Ok(Ok(Some(piece))) => piece,
                // However it ends: nothing is missing.
                _ if self.at == self.size => return Ok(()),
                Ok(Ok(None)) => return Err(Failure::passing(self.wrong_size(session, self.at))),
                Ok(Err(error)) => return Err(Failure { again: true, ..session.broken(&error) }),
                Err(_) => return Err(session.stalled()),
            };
            let known = usize::try_from(skip).map_or(piece.len(), |skip| skip.min(piece.len()));
            skip -= known as u64;
            self.take(session, &piece[known..])?;
        }
    }

    fn take(&mut self, session: &Session, piece: &[u8]) -> Result<(), Failure> {
        let length = piece.len() as u64;
        if length > self.size - self.at {
            return Err(self.wrong_size(session, self.size.saturating_add(1)).into());
        }
        self.out.write_all(piece).map_err(|error| Error::Local {
            what: "write",
            digest: self.digest.clone(),
            reason: error.to_string(),
        })?;
        self.hash.update(piece);
        self.at += length;
        self.progress.report(self.digest, Event::Bytes(self.at));
        Ok(())
    }

    fn wrong_size(&self, session: &Session, got: u64) -> Error {
        let (registry, digest) = (session.place.registry.clone(), self.digest.clone());
        Error::WrongSize { registry, digest, wanted: self.size, got }
    }
}

/// Whether a part of a blob begins where it was asked to.
fn begins_at(response: &Response, at: u64) -> bool {
    let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
    let first = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next());
    first.and_then(|first| first.parse().ok()) == Some(at)
}

/// Fetches the manifest of a tag or a digest, once.
pub(super) async fn fetch(session: &Session, name: &str) -> Result<Document, Failure> {
    let url = session.url(&format!("manifests/{name}"));
    let accepted = HeaderValue::from_static(ACCEPTED);
    let response = session.once(|| session.http.get(url.clone()).header(ACCEPT, accepted.clone())).await?;
    if response.status() != 200 {
        return Err(session.refusal(response).await);
    }
    let said = session.digest_of(&response)?;
    let header = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let header = header.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
    let bytes = session.small(response, "a manifest", LARGEST_MANIFEST).await?;
    let content: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    // An OCI manifest may leave its own kind to the header.
    let kind = content["mediaType"].as_str().unwrap_or(&header);
    if !media_type::is_manifest(kind) && !media_type::is_index(kind) {
        return Err(session.answer("it is neither an image manifest nor an index"));
    }
    let descriptor = Descriptor::of(kind, &bytes);
    let wanted = name.parse::<Digest>().ok();
    if said.into_iter().chain(wanted).any(|digest| digest != descriptor.digest) {
        return Err(Error::WrongDigest { registry: session.place.registry.clone() }.into());
    }
    Ok(Document { descriptor, bytes })
}

/// A finished hash as a digest.
fn sha256(hash: Sha256) -> Digest {
    let hex = hash.finalize().iter().fold("sha256:".to_owned(), |hex, byte| format!("{hex}{byte:02x}"));
    hex.parse().expect("32 bytes in hexadecimal are a digest")
}
