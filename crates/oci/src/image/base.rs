//! What an image stands on: the root tar of a release, or an image that is there.

use std::io::Read;

use super::bundle::{Blob, Bytes, verify};
use super::stream::{self, Compression};
use super::{Bundle, Config, Descriptor, Error, FilePart, Kind, Node, Platform, Tree, media_type};
use crate::types::{Digest, RootPath, quoted};

/// A base that has been read and checked whole.
#[derive(Debug)]
pub struct Base {
    tree: Tree,
    platform: Platform,
    config: Config,
    layers: Vec<(Descriptor, Blob)>,
    digest: Digest,
}

impl Base {
    /// Opens the root tar of a release, compressed or not: it becomes the one layer, byte by byte as it is. OpenWrt's
    /// own name of the architecture in it decides the platform. `name` is for messages.
    pub fn of_rootfs(name: &str, part: FilePart) -> Result<Self, Error> {
        let mut tree = Tree::default();
        let ((), measure) = stream::pass(name, part.reader(), |inflated| tree.apply(name, inflated))?;
        let platform = platform(name, &tree)?;
        let mut config = Config::new(platform.clone());
        let media_type = media_type_of(measure.compression);
        let created = super::config::time(0);
        config.push(&measure.diff_id, "the root of an OpenWrt release", &created);
        let layer = Descriptor::new(media_type, measure.digest.clone(), measure.size);
        let blob = Blob { bytes: Bytes::File(part), origin: None };
        Ok(Self { tree, platform, config, layers: vec![(layer, blob)], digest: measure.digest })
    }

    /// Takes an image out of what was read from a layout, an archive or a registry. The only image of an index is taken
    /// whatever platform it states; of several, the one for `wanted`. `name` is for messages.
    pub fn of_bundle(name: &str, bundle: &Bundle, wanted: Option<&Platform>) -> Result<Self, Error> {
        let chosen = choose(name, bundle, wanted)?;
        let what = format!("{name}: the manifest {}", chosen.digest);
        let document =
            bundle.document(&chosen.digest).ok_or_else(|| Error::document(&what, "is not there"))?;
        let manifest = document.manifest()?;
        let blob = |descriptor: &Descriptor, what: &str| {
            let blob = bundle.blobs.get(&descriptor.digest).cloned();
            blob.ok_or_else(|| {
                Error::document(format!("{name}: {what} {}", descriptor.digest), "is not there")
            })
        };
        let config_name = format!("{name}: the configuration {}", manifest.config.digest);
        let bytes = blob(&manifest.config, "the configuration")?.document(&config_name, &manifest.config)?;
        let mut config = Config::read(&config_name, &bytes)?;
        if config.rootfs.diff_ids.len() != manifest.layers.len() {
            let (stated, there) = (config.rootfs.diff_ids.len(), manifest.layers.len());
            return Err(Error::document(
                config_name,
                format!("names {stated} layers, and the manifest has {there}"),
            ));
        }
        let mut tree = Tree::default();
        let mut layers = Vec::new();
        for (stated, diff_id) in manifest.layers.iter().zip(&config.rootfs.diff_ids) {
            let what = format!("{name}: the layer {}", stated.digest);
            let blob = blob(stated, "the layer")?;
            let reader = blob.reader().ok_or_else(|| Error::archive(&what, "was not downloaded"))?;
            let ((), measure) = stream::pass(&what, reader, |inflated| tree.apply(&what, inflated))?;
            verify(&what, &stated.digest, stated.size, &measure.digest, measure.size)?;
            if measure.diff_id.as_str() != diff_id {
                let problem = format!(
                    "inflates to {}, and the configuration wants {}",
                    measure.diff_id,
                    quoted(diff_id)
                );
                return Err(Error::archive(what, problem));
            }
            // Docker's names of media types go: an OCI manifest cannot have them.
            let media_type = media_type_of(measure.compression).to_owned();
            layers.push((Descriptor { media_type, ..stated.clone() }, blob));
        }
        let platform = platform(name, &tree).unwrap_or_else(|_| config.platform.in_words_of_kubernetes());
        config.platform = platform.clone();
        Ok(Self { tree, platform, config, layers, digest: chosen.digest })
    }

    /// Its files.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What it runs on, in Kubernetes' words.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// How it runs.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// When its youngest file was changed, in seconds since 1970: the time of what is built on it.
    pub fn epoch(&self) -> u64 {
        self.tree.newest()
    }

    /// The digest of its manifest, or of the root tar.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    pub(super) fn layers(&self) -> &[(Descriptor, Blob)] {
        &self.layers
    }
}

fn media_type_of(compression: Compression) -> &'static str {
    match compression {
        Compression::None => media_type::LAYER,
        Compression::Gzip => media_type::LAYER_GZIP,
        Compression::Zstd => media_type::LAYER_ZSTD,
    }
}

/// By `DISTRIB_ARCH` of /etc/openwrt_release.
fn platform(name: &str, tree: &Tree) -> Result<Platform, Error> {
    let path: RootPath = "etc/openwrt_release".parse().expect("it is a path in a root");
    let mut text = Vec::new();
    if let Some(Node { kind: Kind::File(content), .. }) = tree.get(&path)
        && let Some(mut reader) = content.reader()
    {
        reader.read_to_end(&mut text).map_err(Error::io(format!("read {path} again")))?;
    }
    let text = String::from_utf8_lossy(&text);
    let arch = text.lines().find_map(|line| line.strip_prefix("DISTRIB_ARCH="));
    let Some(arch) = arch.map(|arch| arch.trim_matches(['\'', '"'])) else {
        return Err(Error::archive(
            name,
            "is no root of OpenWrt: there is no DISTRIB_ARCH in /etc/openwrt_release",
        ));
    };
    Platform::of_openwrt(arch).ok_or_else(|| {
        Error::archive(name, format!("is for {}, and Kubernetes runs on no such processor", quoted(arch)))
    })
}

/// The image to take out of an index, as [`Base::of_bundle`] would: what has to be pulled.
pub fn choose(name: &str, bundle: &Bundle, wanted: Option<&Platform>) -> Result<Descriptor, Error> {
    let mut images = Vec::new();
    list(bundle, &bundle.top, &mut images)?;
    if let [only] = &images[..] {
        return Ok(only.clone());
    }
    let there: Vec<String> =
        images.iter().filter_map(|image| image.platform.as_ref()).map(ToString::to_string).collect();
    let refused = |problem: String| Err(Error::NoImage { place: name.to_owned(), problem });
    if images.is_empty() {
        return refused("has no image: its index names none".to_owned());
    }
    let there = there.join(", ");
    let Some(wanted) = wanted else {
        return refused(format!("has several images: say for which architecture, there are {there}"));
    };
    let fitting = |image: &&Descriptor| image.platform.as_ref().and_then(|platform| platform.fits(wanted));
    // Of several that do equally well the first counts, as in the runtimes.
    let best = images.iter().rev().filter(|image| fitting(image).is_some()).max_by_key(fitting);
    match best {
        Some(image) => Ok(image.clone()),
        None => refused(format!("has no image for {wanted}: there are {there}")),
    }
}

/// The images that a document names; attestations and the like are none.
fn list(bundle: &Bundle, descriptor: &Descriptor, images: &mut Vec<Descriptor>) -> Result<(), Error> {
    if media_type::is_manifest(&descriptor.media_type) {
        let unknown = descriptor.platform.as_ref().is_some_and(|platform| platform.architecture == "unknown");
        if !unknown && descriptor.artifact_type.is_none() {
            images.push(descriptor.clone());
        }
    } else if let Some(document) = bundle.document(&descriptor.digest) {
        for child in document.index()?.manifests {
            list(bundle, &child, images)?;
        }
    }
    Ok(())
}
