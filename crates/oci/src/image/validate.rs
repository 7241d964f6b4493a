//! Whether a bundle is what it says: every digest and size, the layers as archives, and that nothing is missing.

use super::bundle::{Document, verify};
use super::stream;
use super::{Bundle, Config, Descriptor, Error, Manifest, Tree, measure, media_type};

/// All that is wrong with a bundle, in words; empty for a good one. Blobs that lie in a registry only are not read.
pub fn faults(bundle: &Bundle) -> Vec<String> {
    let mut faults = Vec::new();
    for document in &bundle.documents {
        if let Err(error) = check(bundle, document, &mut faults) {
            faults.push(error.to_string());
        }
    }
    faults
}

fn check(bundle: &Bundle, document: &Document, faults: &mut Vec<String>) -> Result<(), Error> {
    let Descriptor { digest, size, media_type, .. } = &document.descriptor;
    let name = format!("the manifest {digest}");
    verify(&name, digest, *size, &measure::digest(&document.bytes), document.bytes.len() as u64)?;
    if media_type::is_index(media_type) {
        for child in document.index()?.manifests {
            if bundle.document(&child.digest).is_none() {
                faults.push(format!(
                    "the manifest {} is missing, which the index {digest} names",
                    child.digest
                ));
            }
        }
        return Ok(());
    }
    let manifest = document.manifest()?;
    for part in manifest.layers.iter().chain([&manifest.config]) {
        match bundle.blobs.get(&part.digest) {
            None => faults.push(format!("the blob {} is missing, which {name} names", part.digest)),
            Some(blob) if blob.size() != part.size => {
                faults.push(format!(
                    "the blob {} has {} bytes, and {name} says {}",
                    part.digest,
                    blob.size(),
                    part.size
                ));
            }
            Some(_) => {}
        }
    }
    if manifest.config.media_type == media_type::EMPTY {
        artifact(bundle, &manifest)
    } else {
        image(bundle, &manifest, faults)
    }
}

/// Something that is said of an image.
fn artifact(bundle: &Bundle, manifest: &Manifest) -> Result<(), Error> {
    for part in manifest.layers.iter().chain([&manifest.config]) {
        if let Some(blob) = bundle.blobs.get(&part.digest).filter(|blob| blob.reader().is_some()) {
            blob.copy(&format!("the blob {}", part.digest), &part.digest, &mut std::io::sink())?;
        }
    }
    Ok(())
}

fn image(bundle: &Bundle, manifest: &Manifest, faults: &mut Vec<String>) -> Result<(), Error> {
    let name = format!("the configuration {}", manifest.config.digest);
    let Some(blob) = bundle.blobs.get(&manifest.config.digest).filter(|blob| blob.reader().is_some()) else {
        return Ok(());
    };
    let config = Config::read(&name, &blob.document(&name, &manifest.config)?)?;
    if config.rootfs.diff_ids.len() != manifest.layers.len() {
        let (stated, there) = (config.rootfs.diff_ids.len(), manifest.layers.len());
        faults.push(format!("{name} names {stated} layers, and the manifest has {there}"));
    }
    let mut tree = Tree::default();
    for (layer, diff_id) in manifest.layers.iter().zip(&config.rootfs.diff_ids) {
        let name = format!("the layer {}", layer.digest);
        let Some(reader) = bundle.blobs.get(&layer.digest).and_then(super::Blob::reader) else {
            return Ok(());
        };
        let ((), measure) = stream::pass(&name, reader, |inflated| tree.apply(&name, inflated))?;
        verify(&name, &layer.digest, layer.size, &measure.digest, measure.size)?;
        if measure.diff_id.as_str() != diff_id {
            faults.push(format!("{name} inflates to {}, not to {diff_id}", measure.diff_id));
        }
    }
    Ok(())
}
