//! What a build gives to a registry, a folder or an archive, and what is read from them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use super::measure::{self, Measured};
use super::{Descriptor, Error, FilePart, Image, Index, Manifest, manifest, media_type};
use crate::types::{Digest, ImageRef};

/// The longest manifest or index, which registries limit to the same (4 MiB).
pub(super) const DOCUMENT: u64 = 4 << 20;
/// How deep indexes may lie in one another: a layout's, that of its tag, and one more.
const DEPTH: usize = 3;
/// The most manifests of an index: platforms and attestations.
const DOCUMENTS: usize = 256;

/// An image, or an index of images, with all that belongs to it.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// What a tag is to name.
    pub top: Descriptor,
    /// Manifests and indexes in the order in which a registry takes them: what another one names comes before it, what
    /// refers to another one comes behind it.
    pub documents: Vec<Document>,
    /// Configurations and layers.
    pub blobs: BTreeMap<Digest, Blob>,
}

/// A manifest or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its media type, digest and size.
    pub descriptor: Descriptor,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A configuration or a layer.
#[derive(Debug, Clone)]
pub struct Blob {
    /// Its bytes.
    pub bytes: Bytes,
    /// An image in a registry that has it: a push to that registry need not send it.
    pub origin: Option<ImageRef>,
}

/// Where the bytes of a blob are.
#[derive(Debug, Clone)]
pub enum Bytes {
    /// Here.
    Memory(Arc<[u8]>),
    /// In a file.
    File(FilePart),
    /// Only at the blob's origin; so many.
    Elsewhere(u64),
}

impl Blob {
    /// One in memory.
    pub fn memory(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { bytes: Bytes::Memory(bytes.into()), origin: None }
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        match &self.bytes {
            Bytes::Memory(bytes) => bytes.len() as u64,
            Bytes::File(part) => part.size(),
            Bytes::Elsewhere(size) => *size,
        }
    }

    /// Reads it from the start; none when it is elsewhere.
    pub fn reader(&self) -> Option<Box<dyn Read + Send>> {
        match &self.bytes {
            Bytes::Memory(bytes) => Some(Box::new(Cursor::new(Arc::clone(bytes)))),
            Bytes::File(part) => Some(Box::new(part.reader())),
            Bytes::Elsewhere(_) => None,
        }
    }

    /// All of it, once it has proved to be what its descriptor says. For configurations and manifests.
    pub(super) fn document(&self, name: &str, descriptor: &Descriptor) -> Result<Vec<u8>, Error> {
        if self.size() > DOCUMENT {
            return Err(Error::document(name, "is longer than 4 MiB, the most that is taken"));
        }
        let mut bytes = Vec::new();
        let reader = self.reader().ok_or_else(|| Error::document(name, "was not downloaded"))?;
        reader.take(DOCUMENT).read_to_end(&mut bytes).map_err(Error::io(format!("read {name}")))?;
        verify(name, &descriptor.digest, descriptor.size, &measure::digest(&bytes), bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Copies it, and proves that it is what its digest and size say.
    pub(super) fn copy(&self, name: &str, digest: &Digest, to: &mut dyn std::io::Write) -> Result<(), Error> {
        let reader = self
            .reader()
            .ok_or_else(|| Error::archive(name, "lies in a registry only: it has to be downloaded first"))?;
        let mut reader = Measured::new(reader);
        std::io::copy(&mut reader, to).map_err(Error::io(format!("copy {name}")))?;
        let (_, found, size) = reader.finish();
        verify(name, digest, self.size(), &found, size)
    }
}

/// Compares what some bytes should be with what they are.
pub(super) fn verify(
    name: &str,
    stated: &Digest,
    stated_size: u64,
    found: &Digest,
    size: u64,
) -> Result<(), Error> {
    if size != stated_size {
        return Err(Error::archive(
            name,
            format!("has {size} bytes, not the {stated_size} that its descriptor states"),
        ));
    }
    if found != stated {
        return Err(Error::Digest { what: name.to_owned(), stated: stated.clone(), found: found.clone() });
    }
    Ok(())
}

impl Document {
    /// One from its bytes, which say what they are; OCI lets a manifest leave that out. `name` is for messages.
    pub fn read(name: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(Error::json(name))?;
        let stated = value.get("mediaType").and_then(serde_json::Value::as_str);
        let descriptor = Descriptor::of(stated.unwrap_or(media_type::MANIFEST), &bytes);
        Ok(Self { descriptor, bytes })
    }

    pub(super) fn of(media_type: &str, document: &impl serde::Serialize) -> Self {
        let bytes = manifest::json(document);
        Self { descriptor: Descriptor::of(media_type, &bytes), bytes }
    }

    /// It as a manifest.
    pub fn manifest(&self) -> Result<Manifest, Error> {
        serde_json::from_slice(&self.bytes)
            .map_err(Error::json(format!("the manifest {}", self.descriptor.digest)))
    }

    /// It as an index.
    pub fn index(&self) -> Result<Index, Error> {
        serde_json::from_slice(&self.bytes)
            .map_err(Error::json(format!("the index {}", self.descriptor.digest)))
    }
}

impl Bundle {
    /// Something that is no image, such as a chart: a configuration of its own type and one layer.
    pub fn artifact(
        (config_type, config): (&str, Vec<u8>),
        (layer_type, layer): (&str, Vec<u8>),
        annotations: BTreeMap<String, String>,
    ) -> Self {
        let described =
            |media_type: &str, bytes: Vec<u8>| (Descriptor::of(media_type, &bytes), Blob::memory(bytes));
        let (config, config_blob) = described(config_type, config);
        let (layer, layer_blob) = described(layer_type, layer);
        let blobs =
            BTreeMap::from([(config.digest.clone(), config_blob), (layer.digest.clone(), layer_blob)]);
        let manifest = Manifest {
            schema_version: 2,
            media_type: Some(media_type::MANIFEST.to_owned()),
            artifact_type: None,
            config,
            layers: vec![layer],
            subject: None,
            annotations,
        };
        let document = Document::of(media_type::MANIFEST, &manifest);
        Self { top: document.descriptor.clone(), documents: vec![document], blobs }
    }

    /// An index of images, ordered by platform.
    pub fn index(mut images: Vec<Image>, annotations: BTreeMap<String, String>) -> Self {
        images.sort_by(|one, two| one.platform.cmp(&two.platform));
        let (mut documents, mut blobs, mut manifests) = (Vec::new(), BTreeMap::new(), Vec::new());
        for Image { platform, bundle } in images {
            manifests.push(Descriptor { platform: Some(platform), ..bundle.top });
            documents.extend(bundle.documents);
            blobs.extend(bundle.blobs);
        }
        let index = Document::of(media_type::INDEX, &Index { annotations, ..Index::new(manifests) });
        let top = index.descriptor.clone();
        documents.push(index);
        Self { top, documents, blobs }
    }

    /// Adds a manifest that refers to one that is there, and the blobs that it needs.
    pub(super) fn refer(&mut self, document: Document, blobs: impl IntoIterator<Item = (Digest, Blob)>) {
        self.documents.push(document);
        self.blobs.extend(blobs);
    }

    /// The manifest or index with this digest.
    pub fn document(&self, digest: &Digest) -> Option<&Document> {
        self.documents.iter().find(|document| document.descriptor.digest == *digest)
    }

    /// Collects what `top` names, and what `others` say of it. `find` knows where blobs are; what it does not have is left
    /// out, and missed by whoever needs it: an index may lie in a layout with one of its images. `place` is for messages.
    pub(super) fn gather(
        place: &str,
        top: &Descriptor,
        others: &[Descriptor],
        find: &dyn Fn(&Digest) -> Result<Option<Blob>, Error>,
    ) -> Result<Self, Error> {
        let mut bundle = Self { top: top.clone(), documents: Vec::new(), blobs: BTreeMap::new() };
        bundle.collect(place, top, find, DEPTH)?;
        if bundle.document(&top.digest).is_none() {
            return Err(Error::NoImage {
                place: place.to_owned(),
                problem: format!("does not have the manifest {} that it names", top.digest),
            });
        }
        for other in others.iter().filter(|other| media_type::is_manifest(&other.media_type)) {
            let Some(blob) = find(&other.digest)? else { continue };
            let bytes = blob.document(&format!("the manifest {}", other.digest), other)?;
            let document = Document { descriptor: other.clone(), bytes };
            let subject = document.manifest()?.subject;
            if subject.is_some_and(|subject| bundle.document(&subject.digest).is_some()) {
                bundle.collect(place, other, find, DEPTH)?;
            }
        }
        Ok(bundle)
    }

    fn collect(
        &mut self,
        place: &str,
        descriptor: &Descriptor,
        find: &dyn Fn(&Digest) -> Result<Option<Blob>, Error>,
        depth: usize,
    ) -> Result<(), Error> {
        let name = format!("{place}: {}", descriptor.digest);
        if self.document(&descriptor.digest).is_some() {
            return Ok(());
        }
        if depth == 0 || self.documents.len() >= DOCUMENTS {
            return Err(Error::document(
                name,
                "is one index too many: they lie too deep in one another, or name too much",
            ));
        }
        let Some(blob) = find(&descriptor.digest)? else {
            return Ok(());
        };
        let plain = Descriptor { annotations: BTreeMap::new(), platform: None, ..descriptor.clone() };
        let document = Document { descriptor: plain, bytes: blob.document(&name, descriptor)? };
        if media_type::is_index(&descriptor.media_type) {
            for child in &document.index()?.manifests {
                self.collect(place, child, find, depth - 1)?;
            }
        } else if media_type::is_manifest(&descriptor.media_type) {
            let manifest = document.manifest()?;
            for part in manifest.layers.iter().chain([&manifest.config]) {
                if let Some(blob) = find(&part.digest)? {
                    self.blobs.insert(part.digest.clone(), blob);
                }
            }
        } else {
            let kind = crate::types::quoted(&descriptor.media_type);
            return Err(Error::document(name, format!("is neither a manifest nor an index, but {kind}")));
        }
        self.documents.push(document);
        Ok(())
    }
}
