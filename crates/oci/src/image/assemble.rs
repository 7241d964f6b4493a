//! An image of a base and a layer.

use std::collections::BTreeMap;

use super::bundle::Document;
use super::config::time;
use super::{Base, Blob, Bundle, Descriptor, Layer, Manifest, Platform, manifest, media_type};

/// An image for one platform.
#[derive(Debug, Clone)]
pub struct Image {
    /// What it runs on, in Kubernetes' words.
    pub platform: Platform,
    /// Its documents and blobs; the top one is its manifest.
    pub bundle: Bundle,
}

/// How an image differs from its base beside the layer. What is none or empty stays as the base has it.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The program to run; the base's own program and arguments go.
    pub entrypoint: Option<Vec<String>>,
    /// Variables of the environment, by name.
    pub env: BTreeMap<String, String>,
    /// Labels of the configuration.
    pub labels: BTreeMap<String, String>,
    /// The signal that ends it: `SIGTERM`.
    pub stop_signal: Option<String>,
    /// Annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
    /// What the layer's history says of how it was made.
    pub created_by: String,
}

impl Image {
    /// Puts a layer, if there is one, on a base. All times are `epoch`, in seconds since 1970.
    pub fn assemble(base: &Base, layer: Option<Layer>, settings: &Settings, epoch: u64) -> Self {
        let created = time(epoch);
        let mut config = base.config().clone();
        config.platform = base.platform().clone();
        config.created = Some(created.clone());
        if let Some(entrypoint) = &settings.entrypoint {
            config.config.entrypoint.clone_from(entrypoint);
            config.config.cmd.clear();
        }
        config.config.set_env(&settings.env);
        config.config.labels.extend(settings.labels.clone());
        if settings.stop_signal.is_some() {
            config.config.stop_signal.clone_from(&settings.stop_signal);
        }
        let mut layers: Vec<Descriptor> =
            base.layers().iter().map(|(descriptor, _)| descriptor.clone()).collect();
        let mut blobs: BTreeMap<_, _> = base
            .layers()
            .iter()
            .map(|(descriptor, blob)| (descriptor.digest.clone(), blob.clone()))
            .collect();
        if let Some(Layer { descriptor, diff_id, blob }) = layer {
            config.push(&diff_id, &settings.created_by, &created);
            blobs.insert(descriptor.digest.clone(), blob);
            layers.push(descriptor);
        }
        let config = manifest::json(&config);
        let manifest = Manifest {
            schema_version: 2,
            media_type: Some(media_type::MANIFEST.to_owned()),
            artifact_type: None,
            config: Descriptor::of(media_type::CONFIG, &config),
            layers,
            subject: None,
            annotations: settings.annotations.clone(),
        };
        blobs.insert(manifest.config.digest.clone(), Blob::memory(config));
        let document = Document::of(media_type::MANIFEST, &manifest);
        let bundle = Bundle { top: document.descriptor.clone(), documents: vec![document], blobs };
        Self { platform: base.platform().clone(), bundle }
    }
}
