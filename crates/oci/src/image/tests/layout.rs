//! Folders and archives: what is written is read, whole or not at all.

use std::fs;
use std::path::Path;

use super::base::image;
use super::{Tar, problem};
use crate::image::{Base, Blob, Bundle, Bytes, Index, Sbom, faults};

fn written(folder: &Path, text: &str, tag: Option<&str>) -> Bundle {
    let bundle = image("x86_64", text).bundle;
    bundle.write_layout(folder, tag).unwrap_or_else(|error| panic!("{error}"));
    bundle
}

fn read(folder: &Path, tag: Option<&str>) -> Result<Bundle, crate::image::Error> {
    Bundle::read_layout(folder, tag)
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
    files.sort();
    files
}

#[test]
fn reads_back_what_it_wrote() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path().join("new/layout");
    let bundle = written(&folder, "x", Some("1.0"));
    for tag in [Some("1.0"), None] {
        let back = read(&folder, tag).expect("it was written here");
        assert_eq!((&back.top.digest, &back.documents), (&bundle.top.digest, &bundle.documents));
        assert_eq!(faults(&back), [""; 0]);
    }
    assert_eq!(
        problem(read(&folder, Some("2"))),
        format!("`{}` has no image with the tag `2`: there are `1.0`", folder.display())
    );
    let left: Vec<_> = fs::read_dir(temporary.path().join("new")).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing half-written stays");
}

#[test]
fn what_cannot_be_written_is_named_as_it_was_asked_for() {
    // Nobody can make a file there, not even root.
    let image = image("x86_64", "x").bundle;
    let nothing = "No such file or directory (os error 2)";
    assert_eq!(
        problem(image.write_layout(Path::new("/proc/layout"), None)),
        format!("cannot write `/proc/layout`: {nothing}")
    );
    assert_eq!(
        problem(image.write_archive(Path::new("/proc/image.tar"), None)),
        format!("cannot write `/proc/image.tar`: {nothing}")
    );
    let temporary = tempfile::tempdir().expect("a folder");
    let (gone, out) = (temporary.path().join("gone"), Path::new("out"));
    fs::write(&gone, "a file").expect("it can be written");
    assert_eq!(
        problem(image.fill(&gone, out, &Index::new(Vec::new()), None)),
        "cannot make the folder `out/blobs/sha256`: Not a directory (os error 20)"
    );
}

#[test]
fn adds_images_to_a_layout_and_moves_tags() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path().join("layout");
    let one = written(&folder, "1", Some("a"));
    let two = written(&folder, "2", Some("b"));
    assert_eq!(read(&folder, Some("a")).expect("it is there").top.digest, one.top.digest);
    assert!(problem(read(&folder, None)).ends_with("has 2 images: say which tag, there are `a`, `b`"));
    written(&folder, "2", Some("a"));
    assert_eq!(read(&folder, Some("a")).expect("it is there").top.digest, two.top.digest);
    assert_eq!(read(&folder, Some("b")).expect("it is there").top.digest, two.top.digest);
    let before = files(&folder);
    written(&folder, "2", Some("a"));
    let index = |files: Vec<(String, Vec<u8>)>| {
        files.into_iter().filter(|(name, _)| !name.ends_with("index.json")).collect::<Vec<_>>()
    };
    assert_eq!(index(files(&folder)), index(before), "writing it again changes nothing");
}

#[test]
fn leaves_folders_alone_that_are_no_layout() {
    let temporary = tempfile::tempdir().expect("a folder");
    fs::write(temporary.path().join("letter"), "dear").expect("it can be written");
    let bundle = image("x86_64", "x").bundle;
    assert!(problem(bundle.write_layout(temporary.path(), None)).ends_with("has files and is no OCI layout"));
    assert_eq!(files(temporary.path()).len(), 1);
    assert!(
        problem(read(temporary.path(), None)).contains("is no OCI layout: there is no file `oci-layout`")
    );
}

/// The same is said before there is an image and when it is written.
#[test]
fn writes_over_nothing_of_somebody_elses() {
    let temporary = tempfile::tempdir().expect("a folder");
    let (at, bundle) = (|name: &str| temporary.path().join(name), image("x86_64", "x").bundle);
    fs::write(at("letter"), "dear").expect("it can be written");
    fs::write(at("a.tar"), Tar::new().file("a", "").bytes()).expect("it can be written");
    for name in ["layout", "broken", "headless"] {
        written(&at(name), "x", None);
    }
    fs::write(at("broken/index.json"), "{}").expect("it can be written");
    fs::remove_file(at("headless/index.json")).expect("it is there");
    fs::create_dir(at("empty")).expect("it can be made");
    std::os::unix::fs::symlink("empty", at("link")).expect("a link");
    std::os::unix::fs::symlink("layout", at("led")).expect("a link");
    let before = files(temporary.path());
    let foreign = |looked: Result<(), crate::image::Error>, written, name: &str, said| {
        assert_eq!(problem(looked), format!("`{}` {said}", at(name).display()));
        assert_eq!(problem(written), format!("`{}` {said}", at(name).display()));
    };
    for (name, said) in [
        ("letter", "is no folder"),
        ("link", "is a symbolic link, and leads to no OCI layout"),
        ("broken", "has an `index.json` that is no OCI index"),
        ("headless", "is an OCI layout without an `index.json`"),
        (".", "has files and is no OCI layout"),
    ] {
        let looked = Bundle::room_for_layout(&at(name)).map(drop);
        foreign(looked, bundle.write_layout(&at(name), None), name, said);
    }
    for (name, said) in [
        ("letter", "is no archive of an image that was built"),
        ("a.tar", "is no archive of an image that was built"),
        ("layout", "is no regular file"),
    ] {
        let looked = Bundle::room_for_archive(&at(name), None);
        foreign(looked, bundle.write_archive(&at(name), None), name, said);
    }
    assert_eq!(files(temporary.path()), before);
    assert!(matches!(Bundle::room_for_layout(&at("new/one")), Ok(None)));
    for name in ["layout", "led"] {
        assert!(matches!(Bundle::room_for_layout(&at(name)), Ok(Some(_))), "{name}");
    }
}

#[test]
fn writes_nothing_of_what_is_damaged() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path().join("layout");
    let mut bundle = image("x86_64", "x").bundle;
    let digest = bundle.documents[0].manifest().expect("a manifest").layers[0].digest.clone();
    bundle.blobs.insert(digest.clone(), Blob::memory(&b"something else"[..]));
    assert!(problem(bundle.write_layout(&folder, None)).contains("has the digest"));
    assert!(problem(bundle.write_archive(&temporary.path().join("a.tar"), None)).contains("has the digest"));
    bundle.blobs.insert(digest, Blob { bytes: Bytes::Elsewhere(3), origin: None });
    assert!(problem(bundle.write_layout(&folder, None)).contains("it has to be downloaded first"));
    assert_eq!(fs::read_dir(temporary.path()).expect("a folder").count(), 0);
}

#[test]
fn finds_damage_in_a_layout() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path().join("layout");
    let bundle = written(&folder, "x", None);
    let manifest = bundle.documents[0].manifest().expect("a manifest");
    let blob = |digest: &crate::types::Digest| folder.join(format!("blobs/sha256/{}", &digest.as_str()[7..]));
    let layer = blob(&manifest.layers[1].digest);
    let mut bytes = fs::read(&layer).expect("it is there");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&layer, bytes).expect("it can be written");
    let back = read(&folder, None).expect("layers are read later");
    assert_eq!(faults(&back).len(), 1);
    assert!(Base::of_bundle("it", &back, None).is_err());
    written(&folder, "x", None);
    assert_eq!(faults(&read(&folder, None).expect("it was written again")), [""; 0]);
    fs::write(blob(&bundle.top.digest), "{}").expect("it can be written");
    assert!(problem(read(&folder, None)).contains("has 2 bytes, not the"));
    fs::remove_file(blob(&bundle.top.digest)).expect("it is there");
    assert!(problem(read(&folder, None)).contains("does not have the manifest sha256:"));
}

#[test]
fn gives_the_same_archive_twice_and_reads_it() {
    let temporary = tempfile::tempdir().expect("a folder");
    let [one, two] = ["one", "two"].map(|name| temporary.path().join(name));
    for path in [&one, &two] {
        image("x86_64", "x").bundle.write_archive(path, Some("t")).expect("it can be written");
    }
    assert_eq!(fs::read(&one).expect("it is there"), fs::read(&two).expect("it is there"));
    let bundle = Bundle::read_archive(&one, Some("t")).expect("it was written here");
    assert_eq!(faults(&bundle), [""; 0]);
    assert_eq!(bundle.top.digest, image("x86_64", "x").bundle.top.digest);
}

#[test]
fn refuses_archives_that_are_none() {
    let temporary = tempfile::tempdir().expect("a folder");
    let refused = |bytes: &[u8]| {
        let path = temporary.path().join("a.tar");
        fs::write(&path, bytes).expect("it can be written");
        problem(Bundle::read_archive(&path, None))
    };
    let index = r#"{"schemaVersion":2,"manifests":[]}"#;
    let whole = || Tar::new().file("oci-layout", "{}").file("index.json", index);
    assert!(refused(&whole().bytes()).ends_with("has no image"));
    assert!(refused(&whole().file("index.json", index).bytes()).ends_with("has /index.json twice"));
    assert!(
        refused(&Tar::new().file("manifest.json", "[]").bytes()).contains("of the old kind of `docker save`")
    );
    assert!(refused(&Tar::new().bytes()).contains("is no OCI archive"));
    assert!(refused(&[0x1f, 0x8b, 8]).contains("unpack it with `gunzip` first"));
    assert!(refused(&whole().bytes()[..700]).contains("a.tar`: "));
}

/// An index that names itself, or one below the other without end.
#[test]
fn refuses_indexes_that_lie_too_deep() {
    use super::super::manifest;
    use crate::image::{Descriptor, Index, media_type};
    let temporary = tempfile::tempdir().expect("a folder");
    let mut top = Descriptor::of(media_type::MANIFEST, b"{}");
    let mut tar = Tar::new().file("oci-layout", "{}");
    for _ in 0..5 {
        let bytes = manifest::json(&Index::new(vec![top]));
        top = Descriptor::of(media_type::INDEX, &bytes);
        tar = tar
            .file(&super::super::layout::blob_path(&top.digest), std::str::from_utf8(&bytes).expect("JSON"));
    }
    let index = manifest::json(&Index::new(vec![top]));
    let path = temporary.path().join("a.tar");
    fs::write(&path, tar.file("index.json", std::str::from_utf8(&index).expect("JSON")).bytes())
        .expect("it can be written");
    assert!(problem(Bundle::read_archive(&path, None)).contains("is one index too many"));
}

/// An image with its bill of materials.
fn with_sbom(text: &str, of: &str) -> Bundle {
    let mut bundle = image("x86_64", text).bundle;
    let subject = bundle.top.clone();
    Sbom::new(of, "base", &super::base::base("x86_64"), Vec::new()).attach(&mut bundle, &subject, 7);
    bundle
}

#[test]
fn what_referred_to_an_image_goes_with_it() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path().join("layout");
    let write = |bundle: &Bundle, tag| {
        bundle.write_layout(&folder, Some(tag)).expect("it can be written");
        let index = fs::read(folder.join("index.json")).expect("it was written");
        let index: Index = serde_json::from_slice(&index).expect("an index");
        let mut digests: Vec<_> = index.manifests.into_iter().map(|entry| entry.digest).collect();
        digests.sort();
        digests
    };
    let listed = |bundles: &[&Bundle]| {
        let all = bundles.iter().flat_map(|bundle| &bundle.documents);
        let mut digests: Vec<_> = all.map(|document| document.descriptor.digest.clone()).collect();
        digests.sort();
        digests
    };
    let (one, two) = (with_sbom("1", "it"), with_sbom("2", "it"));
    assert_eq!(write(&one, "t"), listed(&[&one]));
    assert_eq!(write(&two, "t"), listed(&[&two]), "a rebuild");
    let named = with_sbom("2", "another name");
    assert_eq!(write(&named, "t"), listed(&[&named]), "the same image with another bill");
    assert_eq!(write(&one, "other"), listed(&[&named, &one]), "another tag");
    let bills = write(&one, "t");
    assert_eq!(
        bills,
        {
            let mut all = listed(&[&one]);
            all.push(one.top.digest.clone());
            all.sort();
            all
        },
        "one image, two tags"
    );
    assert_eq!(write(&two, "t"), listed(&[&one, &two]), "the other tag still has it");
    // Of an index, the bills are those of its images.
    let image = |text| crate::image::Image {
        platform: super::base::base("x86_64").platform().clone(),
        bundle: with_sbom(text, "it"),
    };
    let (three, four) = (
        Bundle::index(vec![image("3")], std::collections::BTreeMap::default()),
        Bundle::index(vec![image("4")], std::collections::BTreeMap::default()),
    );
    let tops = |bundle: &Bundle| {
        let mut all: Vec<_> = write(bundle, "many")
            .into_iter()
            .filter(|digest| !listed(&[&one, &two]).contains(digest))
            .collect();
        all.retain(|digest| *digest != bundle.top.digest);
        all.len()
    };
    assert_eq!((tops(&three), tops(&four)), (1, 1), "one bill each time");
}

#[test]
fn brings_along_what_refers_to_an_image() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path().join("layout");
    let bundle = with_sbom("x", "it");
    bundle.write_layout(&folder, Some("t")).expect("it can be written");
    for tag in [Some("t"), None] {
        let back = read(&folder, tag).expect("it was written here");
        assert_eq!((back.documents.len(), back.blobs.len()), (2, 5));
        assert_eq!(faults(&back), [""; 0]);
    }
}
