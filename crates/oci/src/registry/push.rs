//! An image to a registry: blobs, then what names them, the tag last. A tag appears only when everything under it is
//! there, so a push that was cut short leaves none, and the next one sends what is missing.

use futures_util::stream::{self, TryStreamExt as _};
use oci_client::RegistryOperation;
use reqwest::header::CONTENT_TYPE;

use super::client::named;
use super::retry::{Failure, retried};
use super::session::Session;
use super::upload::{self, Upload};
use super::{Client, Credentials, Error, Progress, referrers};
use crate::image::{Bundle, Document};
use crate::types::{Digest, ImageRef};

/// How many blobs go at the same time.
const PARALLEL: usize = 3;

/// What came of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The digest that the tag stands for now.
    pub digest: Digest,
    /// Whether anything was sent: not when the tag stood for this image before.
    pub sent: bool,
}

impl Pushed {
    /// What came of it, for people.
    pub fn sentence(&self, to: &ImageRef) -> String {
        if self.sent {
            format!("pushed {to}")
        } else {
            format!("{to} is this image already: nothing was sent")
        }
    }
}

impl Client {
    /// Puts an image, or an index of images, behind a tag; or nothing but its digest, when the reference has that and no
    /// tag. Blobs that are there are not sent, blobs of another repository of the same registry are mounted from it,
    /// and what refers to the image (`subject`) goes with it.
    ///
    /// Blobs that lie in another registry only are fetched from it first. When the tag stands for this image already,
    /// one question is all that is sent, apart from the authorization.
    pub async fn push(
        &self,
        bundle: &Bundle,
        to: &ImageRef,
        credentials: &Credentials,
        progress: &dyn Progress,
    ) -> Result<Pushed, Error> {
        let digest = bundle.top.digest.clone();
        if let Some(wanted) = to.digest().filter(|wanted| **wanted != digest) {
            return Err(Error::OtherImage { wanted: wanted.clone(), is: digest });
        }
        let origins = upload::origins(bundle.blobs.values(), to);
        let session = self.session(to, credentials, RegistryOperation::Push, &origins)?;
        let name = match (to.tag(), to.digest()) {
            (None, Some(digest)) => digest.to_string(),
            _ => session.place.tag.clone(),
        };
        match retried(&session.limits, |_, _| (), async || named(&session, &name).await).await {
            Ok(there) if there == digest => return Ok(Pushed { digest, sent: false }),
            Ok(_) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        let upload = Upload { client: self, session: &session, credentials, progress };
        stream::iter(bundle.blobs.iter().map(Ok))
            .try_for_each_concurrent(PARALLEL, |(digest, blob)| upload.put(digest, blob))
            .await?;
        for document in bundle.documents.iter().filter(|document| document.descriptor.digest != digest) {
            let linked = put(&session, document.descriptor.digest.as_str(), document).await?;
            if !linked {
                referrers::list(&session, document).await?;
            }
        }
        let top = bundle.document(&digest).expect("a bundle has what its top names");
        put(&session, &name, top).await?;
        Ok(Pushed { digest, sent: true })
    }
}

/// Sends a manifest or an index under a tag or its digest; whether the registry has understood what it refers to.
pub(super) async fn put(session: &Session, name: &str, document: &Document) -> Result<bool, Error> {
    retried(&session.limits, |_, _| (), async || put_once(session, name, document).await).await
}

// Not by oci-client: it tells neither the digest of what the registry has stored nor whether it has understood a subject.
async fn put_once(session: &Session, name: &str, document: &Document) -> Result<bool, Failure> {
    let url = session.url(&format!("manifests/{name}"));
    let put = || {
        let request = session.http.put(url.clone()).header(CONTENT_TYPE, &document.descriptor.media_type);
        request.body(document.bytes.clone())
    };
    let response = session.once(put).await?;
    if response.status() != 201 {
        return Err(session.refusal(response).await);
    }
    if session.digest_of(&response)?.is_some_and(|digest| digest != document.descriptor.digest) {
        return Err(Error::WrongDigest { registry: session.place.registry.clone() }.into());
    }
    Ok(response.headers().contains_key("oci-subject"))
}
