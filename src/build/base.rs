//! Opening the base: from a file, a layout, an archive or a registry, checked before it is used.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use sha2::{Digest as _, Sha256};

use super::request::{self, Verify};
use super::{Error, LockedRoot, LockedSums, Supply, Watch};
use crate::feed::usign::{Keyring, PublicKey};
use crate::fetch::{self, Place, Want};
use crate::image::{Base, Blob, Bundle, Bytes, Document, FilePart, Platform, choose, media_type};
use crate::registry::Source;
use crate::types::{Digest, ImageRef};

/// The largest root tar, configuration or layer that is taken.
const LARGEST: u64 = 2 << 30;
/// The largest list of checksums; OpenWrt's have some 100 KiB.
const LONGEST_LIST: u64 = 4 << 20;
/// The longest signature file.
const LONGEST_SIGNATURE: u64 = 4 << 10;

impl request::Base {
    /// Opens it for an architecture of Kubernetes' name; where there is a lock, what that has, if the recipe's own word for it
    /// says the same. What a list of checksums was that vouches for it comes back with it.
    pub(super) async fn open(
        &self,
        architecture: &str,
        locked: Option<&LockedRoot>,
        supply: &Supply<'_>,
        watch: &mut dyn Watch,
    ) -> Result<(Base, Option<LockedSums>), Error> {
        let mut sums = None;
        let platform = Platform::of_kubernetes(architecture).expect("the document knows these names only");
        let base = match self {
            Self::Rootfs { place, verify } => {
                let digest = match verify {
                    Verify::Sha256(digest) => digest.clone(),
                    Verify::Sums { key, list, signature } => {
                        let known = locked.and_then(|root| root.sums.as_ref());
                        let (digest, from) = summed(key, [list, signature], place, known, supply).await?;
                        sums = Some(from);
                        digest
                    }
                };
                agrees(architecture, &digest, locked)?;
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
                let bundle = pull(image, &platform, locked.map(|root| &root.base), supply, watch).await?;
                Base::of_bundle(&image.to_string(), &bundle, Some(&platform))?
            }
        };
        if base.platform().architecture != platform.architecture {
            return Err(Error::Packages {
                architecture: architecture.to_owned(),
                problem: format!("its base is for {}", base.platform()),
            });
        }
        agrees(architecture, base.digest(), locked)?;
        Ok((base, sums))
    }
}

/// Whether a lock is of this base. What the recipe names by a digest or a signed list is that, whatever the lock says; layouts and
/// archives have nothing to ask for.
fn agrees(architecture: &str, base: &Digest, locked: Option<&LockedRoot>) -> Result<(), Error> {
    let Some(before) = locked.map(|root| &root.base).filter(|before| *before != base) else { return Ok(()) };
    let (now, before) = (base.short(), before.short());
    Err(Error::Stale { problem: format!("the base for {architecture} is {now} now, and was {before}") })
}

/// The digest that a signed list of checksums has for a file, and what list that was: the one that a lock names where it is in
/// the cache, else the one that lies there now. Either is verified.
async fn summed(
    key: &str,
    places: [&Place; 2],
    of: &Place,
    known: Option<&LockedSums>,
    supply: &Supply<'_>,
) -> Result<(Digest, LockedSums), Error> {
    let [list_place, signature_place] = places;
    let list = kept(list_place, LONGEST_LIST, known.map(|sums| &sums.list), supply).await?;
    let signature =
        kept(signature_place, LONGEST_SIGNATURE, known.map(|sums| &sums.signature), supply).await?;
    let untrusted = Error::untrusted(list_place);
    let keyring = PublicKey::parse(key).and_then(|key| Keyring::new([key])).map_err(&untrusted)?;
    keyring.verify(&list, &String::from_utf8_lossy(&signature)).map_err(untrusted)?;
    let name = of.file_name();
    // `sha256sum` writes `DIGITS *NAME` for binary files, as OpenWrt does.
    let text = String::from_utf8_lossy(&list);
    let line = text.lines().filter_map(|line| line.split_once(' ')).find(|(_, file)| {
        let file = file.trim_start_matches([' ', '*']);
        file.strip_prefix("./").unwrap_or(file) == name
    });
    let (sum, _) = line.ok_or_else(|| Error::feed(list_place, format!("the list has no line for {name}")))?;
    let digest = format!("sha256:{sum}").parse().map_err(|error| Error::feed(list_place, error))?;
    let [list, signature] = [list, signature].map(|bytes| Digest::of_hash(Sha256::digest(bytes).into()));
    Ok((digest, LockedSums { list, signature }))
}

/// A small file: the one of that digest where the cache has it, else as it lies there now and then in the cache.
async fn kept(
    place: &Place,
    limit: u64,
    known: Option<&Digest>,
    supply: &Supply<'_>,
) -> Result<Vec<u8>, Error> {
    let cache = supply.fetcher.cache();
    let want = |digest: Digest| Want { size: None, digest, whole: true };
    let mut text = Vec::new();
    if let Some(mut file) = known.map(|digest| cache.get(&want(digest.clone()))).transpose()?.flatten() {
        file.read_to_end(&mut text).map_err(|error| Error::feed(place, error))?;
        return Ok(text);
    }
    text = supply.fetcher.text(place, limit).await?;
    let mut draft = cache.draft(place, want(Digest::of_hash(Sha256::digest(&text).into())))?;
    draft.write_all(&text).map_err(|error| Error::feed(place, error))?;
    draft.finish()?;
    Ok(text)
}

/// The image for a platform with its layers, all in the cache: the one that the recipe names by a digest, else the one of a lock.
async fn pull(
    image: &ImageRef,
    platform: &Platform,
    locked: Option<&Digest>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Bundle, Error> {
    let failed = |error| Error::Registry { image: image.to_string(), error };
    let source = supply.registry.source(image, supply.credentials).map_err(failed)?;
    let mut bundle = match image.digest().or(locked) {
        Some(digest) => top(by_digest(digest, image, &source, supply).await?),
        None if supply.fetcher.is_offline() => return Err(offline(image)),
        None => {
            let document = source.manifest().await.map_err(failed)?;
            keep(&document, image, supply)?;
            top(document)
        }
    };
    if media_type::is_index(&bundle.top.media_type) {
        let chosen = choose(&image.to_string(), &bundle, Some(platform))?;
        bundle.documents.push(by_digest(&chosen.digest, image, &source, supply).await?);
    }
    fill(&mut bundle, image, &source, supply, watch).await?;
    Ok(bundle)
}

/// Only a registry knows what a tag stands for.
fn offline(image: &ImageRef) -> Error {
    fetch::Error::Offline { place: image.to_string() }.into()
}

/// A manifest, from the cache or the registry.
async fn by_digest(
    digest: &Digest,
    image: &ImageRef,
    source: &Source,
    supply: &Supply<'_>,
) -> Result<Document, Error> {
    let want = Want { size: None, digest: digest.clone(), whole: true };
    let shown = of_manifest(digest, image);
    if let Some(mut file) = supply.fetcher.cache().get(&want)? {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| Error::feed(&shown, error))?;
        return Ok(Document::read(&shown, bytes)?);
    }
    if supply.fetcher.is_offline() {
        return Err(fetch::Error::Offline { place: shown }.into());
    }
    let document = source
        .manifest_of(digest)
        .await
        .map_err(|error| Error::Registry { image: image.to_string(), error })?;
    keep(&document, image, supply)?;
    Ok(document)
}

/// Puts a manifest into the cache: a lock names it by its digest.
fn keep(document: &Document, image: &ImageRef, supply: &Supply<'_>) -> Result<(), Error> {
    let digest = &document.descriptor.digest;
    let want = Want { size: None, digest: digest.clone(), whole: true };
    let shown = of_manifest(digest, image);
    let mut draft = supply.fetcher.cache().draft(&shown, want)?;
    draft.write_all(&document.bytes).map_err(|error| Error::feed(&shown, error))?;
    draft.finish()?;
    Ok(())
}

fn of_manifest(digest: &Digest, image: &ImageRef) -> String {
    format!("{image}, manifest {}", digest.short())
}

/// An image, or an index with all its images, from a registry.
pub async fn pull_all(image: &ImageRef, supply: &Supply<'_>, watch: &mut dyn Watch) -> Result<Bundle, Error> {
    let failed = |error| Error::Registry { image: image.to_string(), error };
    let source = supply.registry.source(image, supply.credentials).map_err(failed)?;
    let mut bundle = match image.digest() {
        Some(digest) => top(by_digest(digest, image, &source, supply).await?),
        None if supply.fetcher.is_offline() => return Err(offline(image)),
        None => top(source.manifest().await.map_err(failed)?),
    };
    if media_type::is_index(&bundle.top.media_type) {
        for child in bundle.documents[0].index()?.manifests {
            bundle.documents.push(by_digest(&child.digest, image, &source, supply).await?);
        }
    }
    fill(&mut bundle, image, &source, supply, watch).await?;
    Ok(bundle)
}

fn top(document: Document) -> Bundle {
    Bundle { top: document.descriptor.clone(), documents: vec![document], blobs: BTreeMap::new() }
}

/// Fetches the blobs of every manifest that a bundle has, through the cache.
async fn fill(
    bundle: &mut Bundle,
    image: &ImageRef,
    source: &Source,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<(), Error> {
    let mut wanted = Vec::new();
    for document in &bundle.documents {
        if media_type::is_manifest(&document.descriptor.media_type) {
            let manifest = document.manifest()?;
            wanted.extend(manifest.layers.into_iter().chain([manifest.config]));
        }
    }
    for descriptor in wanted {
        let want = Want { size: Some(descriptor.size), digest: descriptor.digest.clone(), whole: true };
        let shown = format!("{image}, blob {}", descriptor.digest.short());
        let file = match supply.fetcher.cache().get(&want)? {
            Some(file) => file,
            None if supply.fetcher.is_offline() => return Err(fetch::Error::Offline { place: shown }.into()),
            None if descriptor.size > LARGEST => {
                return Err(fetch::Error::TooLarge { place: shown, limit: LARGEST }.into());
            }
            None => {
                watch.step(&format!("pulling {shown}"));
                let mut draft = supply.fetcher.cache().draft(&shown, want)?;
                let pulled = source.blob(&descriptor.digest, descriptor.size, &mut draft, &()).await;
                pulled.map_err(|error| Error::Registry { image: image.to_string(), error })?;
                draft.finish()?
            }
        };
        let part = FilePart::whole(file).map_err(|error| Error::feed(image, error))?;
        let blob = Blob { bytes: Bytes::File(part), origin: Some(image.clone()) };
        bundle.blobs.insert(descriptor.digest, blob);
    }
    Ok(())
}
