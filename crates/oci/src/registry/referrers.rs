//! What refers to an image, where the registry does not list it by itself (distribution spec, referrers tag schema): an
//! index under the tag `sha256-…` of the subject.
//!
//! Two pushes to one subject at the same time may lose an entry of one of them; the spec knows no lock.

use serde_json::{Value, json};

use super::retry::retried;
use super::session::Session;
use super::{Error, push, source};
use crate::image::{Descriptor, Document, Manifest, media_type};

/// Lists a manifest under its subject; one without a subject is left alone.
pub(super) async fn list(session: &Session, document: &Document) -> Result<(), Error> {
    let Some((entry, subject)) = entry(document) else { return Ok(()) };
    let tag = subject.as_str().replace(':', "-");
    let fetched = retried(&session.limits, |_, _| (), async || source::fetch(session, &tag).await).await;
    let mut index = match fetched {
        Ok(there) if there.descriptor.media_type == media_type::INDEX => {
            serde_json::from_slice(&there.bytes).unwrap_or_default()
        }
        Err(Error::NotFound { .. }) => {
            json!({"schemaVersion": 2, "mediaType": media_type::INDEX, "manifests": []})
        }
        Ok(_) => Value::Null,
        Err(error) => return Err(error),
    };
    let Some(listed) = index["manifests"].as_array_mut() else {
        let reason = "its list of what refers to an image is no index";
        return Err(Error::Answer { registry: session.place.registry.clone(), reason });
    };
    if listed.iter().any(|known| known["digest"] == entry["digest"]) {
        return Ok(());
    }
    listed.push(entry);
    let bytes = serde_json::to_vec(&index).expect("JSON can be written");
    let index = Document { descriptor: Descriptor::of(media_type::INDEX, &bytes), bytes };
    push::put(session, &tag, &index).await.map(drop)
}

/// How a manifest is listed, and under what.
fn entry(document: &Document) -> Option<(Value, crate::types::Digest)> {
    let manifest: Manifest = document.manifest().ok()?;
    let subject = manifest.subject?.digest;
    let entry = Descriptor {
        artifact_type: Some(manifest.artifact_type.unwrap_or(manifest.config.media_type)),
        annotations: manifest.annotations,
        ..document.descriptor.clone()
    };
    Some((serde_json::to_value(entry).expect("a descriptor is JSON"), subject))
}
