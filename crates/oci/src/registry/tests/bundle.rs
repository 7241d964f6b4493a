//! What is pushed in the tests, and who hears of it.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::model::Model;
use super::{PASSWORD, QUICK};
use crate::image::{Blob, Bundle, Descriptor, Document, media_type};
use crate::registry::{Client, Credentials, Error, Event, Limits, Progress, Pushed};
use crate::types::{Digest, ImageRef};

/// Remembers what it hears.
#[derive(Default)]
pub(super) struct Heard(Mutex<Vec<String>>);

impl Progress for Heard {
    fn report(&self, _: &Digest, event: Event<'_>) {
        let name = match event {
            Event::Begin(_) => "begin",
            Event::Bytes(_) => return,
            Event::Skipped => "skipped",
            Event::Mounted => "mounted",
            Event::Retried(..) => "retried",
            Event::Done => "done",
        };
        self.0.lock().expect("no test panics here").push(name.to_owned());
    }
}

impl Heard {
    pub(super) fn times(&self, name: &str) -> usize {
        self.0.lock().expect("no test panics here").iter().filter(|heard| *heard == name).count()
    }
}

pub(super) fn document(kind: &str, content: &Value) -> Document {
    let bytes = content.to_string().into_bytes();
    Document { descriptor: Descriptor::of(kind, &bytes), bytes }
}

pub(super) fn entry(kind: &str, bytes: &[u8]) -> Value {
    serde_json::to_value(Descriptor::of(kind, bytes)).expect("JSON")
}

/// An index of one image of one layer, and a manifest that refers to it.
pub(super) fn bundle(layer: &[u8]) -> Bundle {
    let config = b"{\"architecture\": \"amd64\"}".as_slice();
    let image = document(
        media_type::MANIFEST,
        &json!({
            "schemaVersion": 2, "mediaType": media_type::MANIFEST,
            "config": entry(media_type::CONFIG, config), "layers": [entry(media_type::LAYER_GZIP, layer)],
        }),
    );
    let index = document(
        media_type::INDEX,
        &json!({
            "schemaVersion": 2, "mediaType": media_type::INDEX,
            "manifests": [serde_json::to_value(&image.descriptor).expect("JSON")],
        }),
    );
    let referrer = document(
        media_type::MANIFEST,
        &json!({
            "schemaVersion": 2, "mediaType": media_type::MANIFEST, "artifactType": media_type::SPDX,
            "config": entry(media_type::EMPTY, b"{}"), "layers": [entry(media_type::SPDX, b"sbom")],
            "subject": serde_json::to_value(&index.descriptor).expect("JSON"), "annotations": {"a": "b"},
        }),
    );
    let blobs = [config, layer, b"{}", b"sbom"];
    let blobs = blobs.map(|bytes| (Descriptor::of("", bytes).digest, Blob::memory(bytes)));
    Bundle { top: index.descriptor.clone(), documents: vec![image, index, referrer], blobs: blobs.into() }
}

pub(super) fn reference(host: &str) -> ImageRef {
    format!("{host}/team/box:1").parse().expect("a reference")
}

pub(super) async fn push(model: &Model, bundle: &Bundle, progress: &dyn Progress) -> Result<Pushed, Error> {
    push_with(model, bundle, progress, QUICK).await
}

pub(super) async fn push_with(
    model: &Model,
    bundle: &Bundle,
    progress: &dyn Progress,
    limits: Limits,
) -> Result<Pushed, Error> {
    let client = Client::new(limits);
    let result = client.push(bundle, &reference(&model.fake.host), &Credentials::default(), progress).await;
    if let Err(error) = &result {
        assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
    }
    result
}

pub(super) fn large() -> Vec<u8> {
    (0..300_000_u32).flat_map(|n| n.to_le_bytes().into_iter().take(2)).collect()
}
