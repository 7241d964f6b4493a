//! Manifests, indexes and descriptors (OCI image specification 1.1), and the one way to write such a document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Platform;
use super::measure;
use crate::types::Digest;

/// Media types of OCI and Docker.
pub mod media_type {
    /// An image's manifest, and that of what refers to one.
    pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// An index of manifests, one for each platform.
    pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// An image's configuration.
    pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    /// A layer that is not compressed.
    pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
    /// A layer compressed with gzip.
    pub const LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    /// A layer compressed with zstd.
    pub const LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
    /// The configuration of what has none: `{}`.
    pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";
    /// An SBOM as SPDX JSON.
    pub const SPDX: &str = "application/spdx+json";
    /// Docker's manifest, which has the same fields as OCI's.
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    /// Docker's index.
    pub const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// Whether it is an index, of OCI or Docker.
    pub fn is_index(media_type: &str) -> bool {
        matches!(media_type, INDEX | DOCKER_INDEX)
    }

    /// Whether it is a manifest, of OCI or Docker.
    pub fn is_manifest(media_type: &str) -> bool {
        matches!(media_type, MANIFEST | DOCKER_MANIFEST)
    }
}

/// The annotation by which layouts name an image.
pub(super) const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// What some bytes are: their type, digest and size, and what is said of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The media type.
    pub media_type: String,
    /// The digest of the bytes.
    #[serde(with = "digest_text")]
    pub digest: Digest,
    /// Their number.
    pub size: u64,
    /// What an image that it names runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// What kind of thing it names, when that is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// Further statements.
    #[serde(default, skip_serializing_if = "is_empty", deserialize_with = "or_null")]
    pub annotations: BTreeMap<String, String>,
}

impl Descriptor {
    /// One without further statements.
    pub fn new(media_type: &str, digest: Digest, size: u64) -> Self {
        let annotations = BTreeMap::new();
        Self {
            media_type: media_type.to_owned(),
            digest,
            size,
            platform: None,
            artifact_type: None,
            annotations,
        }
    }

    /// That of some bytes.
    pub fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self::new(media_type, measure::digest(bytes), bytes.len() as u64)
    }
}

/// What an image is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always 2.
    pub schema_version: u8,
    /// Its own media type; images of long ago leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// What it is, when it is no image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// The configuration.
    pub config: Descriptor,
    /// The layers, the lowest first.
    pub layers: Vec<Descriptor>,
    /// The manifest that this one says something about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    /// Further statements.
    #[serde(default, skip_serializing_if = "is_empty", deserialize_with = "or_null")]
    pub annotations: BTreeMap<String, String>,
}

/// Images of one name, one for each platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// Always 2.
    pub schema_version: u8,
    /// Its own media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its manifests.
    pub manifests: Vec<Descriptor>,
    /// Further statements.
    #[serde(default, skip_serializing_if = "is_empty", deserialize_with = "or_null")]
    pub annotations: BTreeMap<String, String>,
}

impl Index {
    /// One of these manifests.
    pub fn new(manifests: Vec<Descriptor>) -> Self {
        let media_type = Some(media_type::INDEX.to_owned());
        Self { schema_version: 2, media_type, manifests, annotations: BTreeMap::new() }
    }
}

/// A document as it is pushed: keys in order of their bytes, no spaces.
pub(super) fn json(document: &impl Serialize) -> Vec<u8> {
    let mut value = serde_json::to_value(document).expect("documents of OCI are JSON");
    value.sort_all_objects();
    serde_json::to_vec(&value).expect("JSON can be written")
}

pub(super) fn is_empty(map: &BTreeMap<String, String>) -> bool {
    map.is_empty()
}

/// Go programs write `null` for what is empty.
pub(super) fn or_null<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A digest as text.
pub(super) mod digest_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::types::Digest;

    pub fn serialize<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(digest.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
