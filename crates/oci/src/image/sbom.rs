//! What an image is made of, as SPDX 2.3 JSON, in a manifest that refers to the image.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::bundle::Document;
use super::config::time;
use super::{Base, Blob, Bundle, Descriptor, Manifest, manifest, measure, media_type};
use crate::types::Digest;

/// An image's bill of materials.
#[derive(Debug, Clone)]
pub struct Sbom {
    /// The image's name.
    pub name: String,
    /// The digest of the base, and what it is: its reference or its file.
    pub base: (String, Digest),
    /// What was installed on it. Order does not matter.
    pub components: Vec<Component>,
}

/// A package of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// OpenWrt's name of its architecture.
    pub architecture: String,
    /// Its licence as an SPDX expression, where the feed states one.
    pub licence: Option<String>,
    /// The digest of the package file, in hexadecimal; none for what the base has.
    pub sha256: Option<String>,
    /// Where it came from.
    pub feed: Option<String>,
    /// Whether that feed is trusted without a signature.
    pub unsigned: bool,
}

impl Sbom {
    /// The bill of an image on this base.
    pub fn new(name: &str, base_name: &str, base: &Base, components: Vec<Component>) -> Self {
        Self { name: name.to_owned(), base: (base_name.to_owned(), base.digest().clone()), components }
    }

    /// Adds it to a bundle, as said of one of the bundle's manifests. All times are `epoch`.
    pub fn attach(&self, bundle: &mut Bundle, subject: &Descriptor, epoch: u64) {
        let text = manifest::json(&self.document(&subject.digest, epoch));
        let empty: &[u8] = b"{}";
        // A subject is named by what it is, without what its index says of it.
        let subject = Descriptor::new(&subject.media_type, subject.digest.clone(), subject.size);
        let manifest = Manifest {
            schema_version: 2,
            media_type: Some(media_type::MANIFEST.to_owned()),
            artifact_type: Some(media_type::SPDX.to_owned()),
            config: Descriptor::of(media_type::EMPTY, empty),
            layers: vec![Descriptor::of(media_type::SPDX, &text)],
            subject: Some(subject),
            annotations: BTreeMap::from([("org.opencontainers.image.created".to_owned(), time(epoch))]),
        };
        let mut document = Document::of(media_type::MANIFEST, &manifest);
        document.descriptor.artifact_type = Some(media_type::SPDX.to_owned());
        let blobs =
            [(manifest.config.digest, Blob::memory(empty)), (measure::digest(&text), Blob::memory(text))];
        bundle.refer(document, blobs);
    }

    /// The SPDX document. Its namespace, which must be its own, comes from the image's digest.
    fn document(&self, image: &Digest, epoch: u64) -> Value {
        let mut components = self.components.clone();
        components.sort();
        components.dedup();
        let hex = |digest: &Digest| digest.as_str().trim_start_matches("sha256:").to_owned();
        let package = |id: &str, name: &str, version: &str, sha256: Option<&str>| {
            let mut package = json!({
                "SPDXID": id, "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
                "filesAnalyzed": false, "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION",
                "copyrightText": "NOASSERTION",
            });
            if let Some(sha256) = sha256 {
                package["checksums"] = json!([{"algorithm": "SHA256", "checksumValue": sha256}]);
            }
            package
        };
        let mut packages = vec![
            package("SPDXRef-image", &self.name, image.as_str(), Some(&hex(image))),
            package("SPDXRef-base", &self.base.0, self.base.1.as_str(), Some(&hex(&self.base.1))),
        ];
        let mut relations = vec![
            relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-image"),
            relation("SPDXRef-image", "DESCENDANT_OF", "SPDXRef-base"),
        ];
        for (number, component) in components.iter().enumerate() {
            let id = format!("SPDXRef-package-{number}");
            let mut package = package(&id, &component.name, &component.version, component.sha256.as_deref());
            if let Some(licence) = &component.licence {
                package["licenseDeclared"] = json!(licence);
            }
            let architecture = format!("architecture {}", component.architecture);
            let source = component
                .feed
                .as_ref()
                .map_or(architecture.clone(), |feed| format!("{architecture}, from {feed}"));
            let source = if component.unsigned { format!("{source}, which is not signed") } else { source };
            package["sourceInfo"] = json!(source);
            packages.push(package);
            relations.push(relation("SPDXRef-image", "CONTAINS", &id));
        }
        json!({
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": self.name,
            "documentNamespace": format!("https://wrtpod.invalid/spdx/{}", hex(image)),
            "creationInfo": {"created": time(epoch), "creators": ["Tool: wrtpod"]},
            "packages": packages,
            "relationships": relations,
        })
    }
}

fn relation(from: &str, kind: &str, to: &str) -> Value {
    json!({"spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to})
}
