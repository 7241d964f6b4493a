//! Bases: what is taken, which image of an index, and what is refused.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::super::manifest;
use super::{Tar, openwrt, path, problem, put};
use crate::image::{
    Attributes, Base, Blob, Bundle, Bytes, Descriptor, Document, Error, FilePart, Image, Index, Manifest,
    Platform, Root, Settings, faults, media_type,
};

/// A file with these bytes, and the folder that it lives as long as.
fn file(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rootfs.tar.gz");
    std::fs::write(&file, bytes).expect("it can be written");
    (folder, file)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    gzip.write_all(bytes).expect("memory");
    gzip.finish().expect("memory")
}

fn rootfs(path: &Path) -> Result<Base, Error> {
    let part = File::open(path).and_then(FilePart::whole).expect("it was just made");
    Base::of_rootfs(&format!("`{}`", path.display()), part)
}

pub(super) fn base(arch: &str) -> Base {
    let (_folder, file) = file(&gzip(&openwrt(arch).bytes()));
    rootfs(&file).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn image(arch: &str, text: &str) -> Image {
    let base = base(arch);
    let mut root = Root::new(base.tree().clone());
    put(&mut root, "etc/text", text);
    let layer = root.layer(7, None).expect("it can be made");
    let settings = Settings {
        entrypoint: Some(vec!["/sbin/init".to_owned()]),
        env: BTreeMap::from([("container".to_owned(), "oci".to_owned())]),
        labels: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        stop_signal: Some("SIGTERM".to_owned()),
        annotations: BTreeMap::from([("c".to_owned(), "d".to_owned())]),
        created_by: "a test".to_owned(),
    };
    Image::assemble(&base, layer, &settings, 7)
}

fn kubernetes(name: &str) -> Platform {
    Platform::of_kubernetes(name).expect("a name of Kubernetes")
}

#[test]
fn passes_the_tar_of_a_release_through() {
    let bytes = gzip(&openwrt("aarch64_generic").bytes());
    let (_folder, file) = file(&bytes);
    let base = rootfs(&file).expect("it is a root");
    assert_eq!(base.platform().to_string(), "linux/arm64/v8");
    let [(descriptor, blob)] = base.layers() else { panic!("one layer") };
    assert_eq!(*descriptor, Descriptor::of(media_type::LAYER_GZIP, &bytes));
    assert_eq!((blob.size(), base.digest()), (bytes.len() as u64, &descriptor.digest));
    assert_eq!(
        base.config().rootfs.diff_ids,
        [super::super::measure::digest(&openwrt("aarch64_generic").bytes()).to_string()]
    );
}

#[test]
fn refuses_what_is_no_root_of_openwrt() {
    let opened = |bytes: &[u8]| {
        let (_folder, file) = file(bytes);
        problem(rootfs(&file))
    };
    assert!(opened(b"").ends_with("is empty"));
    assert!(
        opened(&Tar::new().file("a", "").bytes()).contains("is no root of OpenWrt: there is no DISTRIB_ARCH")
    );
    assert!(
        opened(&openwrt("arc_archs").bytes())
            .contains("is for `arc_archs`, and Kubernetes runs on no such processor")
    );
    let whole = gzip(&openwrt("x86_64").bytes());
    assert!(opened(&whole[..whole.len() - 4]).contains("rootfs.tar.gz`: "));
}

#[test]
fn assembles_what_was_asked_for() {
    let image = image("x86_64", "x");
    assert_eq!(faults(&image.bundle), [""; 0]);
    let base = Base::of_bundle("it", &image.bundle, None).expect("it is an image");
    let config = base.config();
    assert_eq!(
        (&config.config.entrypoint[..], &config.config.cmd[..]),
        (&["/sbin/init".to_owned()][..], &[][..])
    );
    assert_eq!(config.config.env, ["container=oci"]);
    assert_eq!(config.config.labels["a"], "b");
    assert_eq!(config.config.stop_signal.as_deref(), Some("SIGTERM"));
    assert_eq!((config.created.as_deref(), config.history.len()), (Some("1970-01-01T00:00:07Z"), 2));
    assert_eq!(config.history[1].created_by.as_deref(), Some("a test"));
    assert_eq!(image.bundle.documents[0].manifest().expect("a manifest").annotations["c"], "d");
    assert!(base.tree().get(&path("etc/text")).is_some());
    assert_eq!(image.bundle.top, self::image("x86_64", "x").bundle.top);
}

#[test]
fn picks_the_image_of_an_architecture() {
    let images =
        || vec![image("aarch64_generic", "arm"), image("x86_64", "x86"), image("arm_cortex-a9", "v7")];
    let bundle = Bundle::index(images(), BTreeMap::new());
    assert_eq!(faults(&bundle), [""; 0]);
    let mut shuffled = images();
    shuffled.rotate_left(1);
    assert_eq!(Bundle::index(shuffled, BTreeMap::new()).top, bundle.top);
    let picked = |name: &str| {
        Base::of_bundle("it", &bundle, Some(&kubernetes(name))).map(|base| base.platform().to_string())
    };
    assert_eq!(picked("arm64").expect("there is one"), "linux/arm64/v8");
    assert_eq!(picked("amd64").expect("there is one"), "linux/amd64");
    assert_eq!(picked("arm").expect("there is one"), "linux/arm/v7");
    let there = "there are linux/amd64, linux/arm/v7, linux/arm64/v8";
    assert_eq!(problem(picked("riscv64")), format!("it has no image for linux/riscv64: {there}"));
    let said = problem(Base::of_bundle("it", &bundle, None));
    assert_eq!(said, format!("it has several images: say for which architecture, {there}"));
}

/// The same image below an index that states what OpenWrt's own images state, and an attestation beside it.
#[test]
fn takes_the_only_image_whatever_its_platform() {
    let image = image("aarch64_generic", "x");
    let raw = |architecture: &str| Platform { architecture: architecture.to_owned(), ..kubernetes("amd64") };
    let named = Descriptor { platform: Some(raw("aarch64_generic")), ..image.bundle.top.clone() };
    let attestation =
        Descriptor { platform: Some(raw("unknown")), ..Descriptor::of(media_type::MANIFEST, b"{}") };
    let index = Document::of(media_type::INDEX, &Index::new(vec![named, attestation]));
    let mut bundle = Bundle { top: index.descriptor.clone(), ..image.bundle };
    bundle.documents.push(index);
    let base = Base::of_bundle("it", &bundle, Some(&kubernetes("amd64"))).expect("there is only one");
    assert_eq!(base.platform().to_string(), "linux/arm64/v8");
}

/// Changes a copy of an image's blob or manifest, and says what is said of it.
fn broken(change: impl FnOnce(&mut Bundle, &mut Manifest)) -> (String, Vec<String>) {
    let mut bundle = image("x86_64", "x").bundle;
    let mut manifest = bundle.documents[0].manifest().expect("a manifest");
    change(&mut bundle, &mut manifest);
    let bytes = manifest::json(&manifest);
    bundle.top = Descriptor::of(media_type::MANIFEST, &bytes);
    bundle.documents[0] = Document { descriptor: bundle.top.clone(), bytes };
    (problem(Base::of_bundle("it", &bundle, None)), faults(&bundle))
}

#[test]
fn refuses_blobs_that_are_not_what_they_are_said_to_be() {
    let other = gzip(&Tar::new().file("etc/evil", "").bytes());
    let swapped = broken(|bundle, manifest| {
        let layer = &mut manifest.layers[1];
        layer.size = other.len() as u64;
        bundle.blobs.insert(layer.digest.clone(), Blob::memory(other.clone()));
    });
    assert!(swapped.0.contains(" has the digest sha256:") && swapped.1.len() == 1, "{swapped:?}");
    let resized = broken(|_, manifest| manifest.layers[1].size += 1);
    assert!(resized.0.contains("that its descriptor states") && !resized.1.is_empty(), "{resized:?}");
    let missing = broken(|bundle, manifest| drop(bundle.blobs.remove(&manifest.layers[0].digest)));
    assert!(missing.0.ends_with("is not there") && missing.1.len() == 1, "{missing:?}");
    let fewer = broken(|_, manifest| drop(manifest.layers.pop()));
    assert!(fewer.0.contains("names 2 layers, and the manifest has 1") && fewer.1.len() == 1, "{fewer:?}");
    // The right blob under its right digest, and a configuration that means another one.
    let exchanged = broken(|bundle, manifest| {
        manifest.layers[1] = Descriptor::of(media_type::LAYER_GZIP, &other);
        bundle.blobs.insert(manifest.layers[1].digest.clone(), Blob::memory(other.clone()));
    });
    assert!(exchanged.0.contains("inflates to sha256:") && exchanged.1.len() == 1, "{exchanged:?}");
    let elsewhere = broken(|bundle, manifest| {
        let blob = bundle.blobs.get_mut(&manifest.layers[0].digest).expect("it is there");
        blob.bytes = Bytes::Elsewhere(blob.size());
    });
    assert!(elsewhere.0.ends_with("was not downloaded"), "{elsewhere:?}");
}

#[test]
fn refuses_documents_that_are_none() {
    let broken = broken(|bundle, manifest| {
        manifest.config = Descriptor::of(media_type::CONFIG, b"[]");
        bundle.blobs.insert(manifest.config.digest.clone(), Blob::memory(&b"[]"[..]));
    });
    assert!(broken.0.contains("is no such JSON"), "{broken:?}");
}

#[test]
fn puts_images_on_images() {
    let below = image("x86_64", "1").bundle;
    let base = Base::of_bundle("it", &below, None).expect("it is an image");
    let mut root = Root::new(base.tree().clone());
    root.put_file(&path("etc/text"), Attributes::root(0o600), &mut &b"2"[..]).expect("it fits");
    let layer = root.layer(9, None).expect("it can be made");
    let image = Image::assemble(&base, layer, &Settings::default(), 9);
    let above = Base::of_bundle("it", &image.bundle, None).expect("it is an image");
    assert_eq!((above.layers().len(), above.config().rootfs.diff_ids.len()), (3, 3));
    assert_eq!(above.config().config.entrypoint, ["/sbin/init"]);
    assert_eq!(Root::new(above.tree().clone()).read(&path("etc/text")).expect("kept"), Some(b"2".to_vec()));
}
