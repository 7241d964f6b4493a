//! Opening the base: from a file, a layout, an archive or a registry, checked before it is used.

use super::decide::{Base as Source, Verify};
use super::{Error, Supply, Watch};
use crate::feed::usign::{Keyring, PublicKey};
use crate::fetch::{Place, Want};
use crate::image::{Base, Blob, Bundle, Bytes, Document, FilePart, Manifest, Platform, media_type};
use crate::registry;
use crate::types::{Digest, ImageRef};

/// The largest root tar, configuration or layer that is taken.
const LARGEST: u64 = 2 << 30;
/// The largest list of checksums; OpenWrt's have some 100 KiB.
const LONGEST_LIST: u64 = 4 << 20;
/// The longest signature file.
const LONGEST_SIGNATURE: u64 = 4 << 10;

impl Source {
    /// Opens it for an architecture of Kubernetes' name.
    pub(super) async fn open(
        &self,
        architecture: &str,
        supply: &Supply<'_>,
        watch: &mut dyn Watch,
    ) -> Result<Base, Error> {
        let platform = Platform::of_kubernetes(architecture).expect("the document knows these names only");
        let base = match self {
            Self::Rootfs { place, verify } => {
                let digest = verify.digest(place, supply).await?;
                let want = Want { size: None, digest, whole: true };
                let file = supply.fetcher.file(place, &want, LARGEST, watch.bytes()).await?;
                let part = FilePart::whole(file).map_err(|error| Error::feed(place, error))?;
                Base::of_rootfs(&place.to_string(), part)?
            }
            Self::Layout(path) => {
                let bundle = Bundle::read_layout(path, None)?;
                Base::of_bundle(&path.display().to_string(), &bundle, Some(&platform))?
            }
            Self::Archive(path) => {
                let bundle = Bundle::read_archive(path, None)?;
                Base::of_bundle(&path.display().to_string(), &bundle, Some(&platform))?
            }
            Self::Image(image) => {
                let bundle = pull(image, &platform, supply, watch).await?;
                Base::of_bundle(&image.to_string(), &bundle, Some(&platform))?
            }
        };
        if base.platform().architecture != platform.architecture {
            return Err(Error::Packages {
                architecture: architecture.to_owned(),
                problem: format!("its base is for {}", base.platform()),
            });
        }
        Ok(base)
    }
}

impl Verify {
    async fn digest(&self, of: &Place, supply: &Supply<'_>) -> Result<Digest, Error> {
        let (key, list_place, signature) = match self {
            Self::Sha256(digest) => return Ok(digest.clone()),
            Self::Sums { key, list, signature } => (key, list, signature),
        };
        let list = supply.fetcher.text(list_place, LONGEST_LIST).await?;
        let signature = supply.fetcher.text(signature, LONGEST_SIGNATURE).await?;
        let untrusted = |error| Error::from((list_place.to_string(), error));
        let keyring = PublicKey::parse(key).and_then(|key| Keyring::new([key])).map_err(untrusted)?;
        keyring.verify(&list, &String::from_utf8_lossy(&signature)).map_err(untrusted)?;
        let name = of.file_name();
        // `sha256sum` writes `DIGITS *NAME` for binary files, as OpenWrt does.
        let text = String::from_utf8_lossy(&list);
        let line = text.lines().filter_map(|line| line.split_once(' ')).find(|(_, file)| {
            let file = file.trim_start_matches([' ', '*']);
            file.strip_prefix("./").unwrap_or(file) == name
        });
        let (sum, _) =
            line.ok_or_else(|| Error::feed(list_place, format!("the list has no line for {name}")))?;
        format!("sha256:{sum}").parse().map_err(|error| Error::feed(list_place, error))
    }
}

/// The image for a platform with its layers, all in the cache.
async fn pull(
    image: &ImageRef,
    platform: &Platform,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Bundle, Error> {
    let failed = |error| Error::Registry { image: image.to_string(), error };
    let source = supply.registry.source(image, supply.credentials).map_err(failed)?;
    let top = document(source.manifest(None).await.map_err(failed)?);
    let mut bundle = Bundle { top: top.descriptor.clone(), documents: vec![top], blobs: Default::default() };
    if media_type::is_index(&bundle.top.media_type) {
        let chosen = Base::choose(&image.to_string(), &bundle, Some(platform))?;
        bundle.documents.push(document(source.manifest(Some(&chosen.digest)).await.map_err(failed)?));
    }
    let manifest: Manifest = bundle.documents[bundle.documents.len() - 1].manifest()?;
    for descriptor in manifest.layers.iter().chain([&manifest.config]) {
        let want = Want { size: Some(descriptor.size), digest: descriptor.digest.clone(), whole: true };
        let file = match supply.fetcher.cache().get(&want)? {
            Some(file) => file,
            None if supply.fetcher.is_offline() => {
                let place = format!("{image} (layer {})", descriptor.digest.short());
                return Err(crate::fetch::Error::Offline { place }.into());
            }
            None => {
                watch.step(&format!("pulling {} of {image}", descriptor.digest.short()));
                let mut draft = supply.fetcher.cache().draft(image.to_string(), want)?;
                source.blob(&descriptor.digest, descriptor.size, &mut draft, &()).await.map_err(failed)?;
                draft.finish()?
            }
        };
        let part = FilePart::whole(file).map_err(|error| Error::feed(image, error))?;
        let bytes = Bytes::File(part);
        bundle.blobs.insert(descriptor.digest.clone(), Blob { bytes, origin: Some(image.clone()) });
    }
    Ok(bundle)
}

fn document(manifest: registry::Manifest) -> Document {
    let registry::Manifest { media_type, bytes, .. } = manifest;
    Document::new(&media_type, bytes)
}
