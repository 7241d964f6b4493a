//! A layer says what changed, and nothing else; and always the same way.

use std::io::Read;

use proptest::prelude::*;

use super::super::stream;
use super::{Tar, listing, openwrt, path, problem, put, root, tree};
use crate::image::{Attributes, Layer, Root, Tree};

fn layer(root: &Root) -> Layer {
    root.layer(1_700_000_000, None).unwrap_or_else(|error| panic!("{error}")).expect("something changed")
}

fn inflated(layer: &Layer) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut gzip = flate2::read::MultiGzDecoder::new(layer.blob.reader().expect("it is in a file"));
    gzip.read_to_end(&mut bytes).expect("it is gzip");
    bytes
}

/// A line for each entry, as the `tar` crate reads it.
fn entries(layer: &Layer) -> Vec<String> {
    let bytes = inflated(layer);
    let mut archive = tar::Archive::new(&bytes[..]);
    let entries = archive.entries().expect("it is an archive").map(|entry| {
        let entry = entry.expect("it is an entry");
        let header = entry.header();
        let link = String::from_utf8_lossy(&entry.link_name_bytes().unwrap_or_default()).into_owned();
        let (kind, mode) = (char::from(header.entry_type().as_byte()), header.mode().expect("it has a mode"));
        let (uid, gid) = (header.uid().expect("a number"), header.gid().expect("a number"));
        assert_eq!(header.mtime().expect("it has a time"), 1_700_000_000);
        assert_eq!((header.username_bytes(), header.groupname_bytes()), (Some(&b""[..]), Some(&b""[..])));
        format!("{kind} {mode:o} {uid}:{gid} {} {link}", String::from_utf8_lossy(&entry.path_bytes()))
            .trim_end()
            .to_owned()
    });
    entries.collect()
}

#[test]
fn says_what_changed_with_the_folders_as_the_base_has_them() {
    let base =
        openwrt("x86_64").with(tar::EntryType::Directory, "root", "", b"", |header| header.set_mode(0o700));
    let mut root = root(base.file("etc/rc.d/S10boot", "").file("etc/rc.d/S20network", ""));
    put(&mut root, "root/.profile", "");
    root.put_file(&path("lib64/libx.so"), Attributes { mode: 0o755, uid: 1, gid: 2 }, &mut &b"ELF"[..])
        .expect("it fits");
    root.put_symlink(&path("lib/liby.so"), "libx.so").expect("it fits");
    root.put_hardlink(&path("lib/a"), &path("lib/libx.so")).expect("it fits");
    root.remove(&path("sbin/ujail")).expect("it is there");
    root.remove(&path("etc/rc.d")).expect("it is there");
    assert_eq!(
        entries(&layer(&root)),
        [
            "5 755 0:0 etc/",
            "0 644 0:0 etc/.wh.rc.d",
            "5 755 0:0 lib/",
            "0 755 1:2 lib/a",
            "1 755 1:2 lib/libx.so lib/a",
            "2 777 0:0 lib/liby.so libx.so",
            "5 700 0:0 root/",
            "0 644 0:0 root/.profile",
            "5 755 0:0 sbin/",
            "0 644 0:0 sbin/.wh.ujail",
        ]
    );
}

#[test]
fn is_none_when_nothing_changed() {
    let mut root = root(openwrt("x86_64"));
    assert!(root.layer(0, None).expect("it can be made").is_none());
    put(&mut root, "etc/new", "");
    root.remove(&path("etc/new")).expect("it is there");
    root.put_folder(&path("etc"), Attributes::root(0o755)).expect("it is there");
    let same = "DISTRIB_ID='OpenWrt'\nDISTRIB_ARCH='x86_64'\n";
    put(&mut root, "etc/openwrt_release", same);
    assert!(root.layer(0, None).expect("it can be made").is_none());
    root.put_folder(&path("etc"), Attributes::root(0o711)).expect("it is there");
    assert_eq!(entries(&layer(&root)), ["5 711 0:0 etc/"]);
}

#[test]
fn hides_what_was_in_a_folder_that_came_back() {
    let mut root = root(Tar::new().file("a/b", "").file("a/c/d", ""));
    root.remove(&path("a")).expect("it is there");
    put(&mut root, "a/new", "");
    assert_eq!(
        entries(&layer(&root)),
        ["5 755 0:0 a/", "0 644 0:0 a/.wh.b", "0 644 0:0 a/.wh.c", "0 644 0:0 a/new"]
    );
}

#[test]
fn writes_long_names_for_any_reader() {
    let mut root = root(Tar::new());
    let (folder, name) = ("d/".repeat(60), "n".repeat(200));
    put(&mut root, &format!("{folder}{name}"), "content");
    root.put_symlink(&path(&name), &"t/".repeat(100)).expect("it fits");
    root.put_hardlink(&path(&format!("z{name}")), &path(&format!("{folder}{name}"))).expect("it is there");
    let entries = entries(&layer(&root));
    assert!(entries.contains(&format!("0 644 0:0 {folder}{name}")), "{entries:#?}");
    assert!(entries.contains(&format!("2 777 0:0 {name} {}", "t/".repeat(100))), "{entries:#?}");
    assert!(entries.contains(&format!("1 644 0:0 z{name} {folder}{name}")), "{entries:#?}");
}

#[test]
fn refuses_a_removal_that_no_layer_can_name() {
    let name = "n".repeat(252);
    let mut root = root(Tar::new().pax("path", &name).file("n", ""));
    root.remove(&path(&name)).expect("it is there");
    assert!(problem(root.layer(0, None)).contains("its name is too long to be removed by a layer"));
}

#[test]
fn states_its_digests_and_sizes() {
    let mut root = root(Tar::new());
    put(&mut root, "etc/a", &"text ".repeat(100_000));
    let layer = layer(&root);
    let reader = layer.blob.reader().expect("it is in a file");
    let ((), measure) = stream::pass("it", reader, |_| Ok(())).expect("it is sound");
    assert_eq!((measure.digest, measure.size), (layer.descriptor.digest.clone(), layer.descriptor.size));
    assert_eq!(measure.diff_id, layer.diff_id);
    assert_eq!(layer.blob.size(), layer.descriptor.size);
}

/// Pinned, so that no change of the code changes what is written without being seen. The compressed digest may change
/// with the compressor's version.
#[test]
fn gives_these_very_bytes() {
    let mut root = root(openwrt("x86_64"));
    put(&mut root, "etc/hello", "hello\n");
    let layer = layer(&root);
    let diff_id = "sha256:0e551e9859489f13c50c087d517c1d83ad0b6ca9600d4ed814a63a47a20f558a";
    assert_eq!(layer.diff_id.as_str(), diff_id);
}

/// What a step does to a root.
#[derive(Debug, Clone)]
enum Step {
    File(String, String),
    Folder(String),
    Symlink(String, String),
    Remove(String),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = || "[abc](/[abc]){0,3}";
    let step = prop_oneof![
        (name(), "[xyz]{0,3}").prop_map(|(name, text)| Step::File(name, text)),
        name().prop_map(Step::Folder),
        (name(), "(\\.\\./|/)?[abc]").prop_map(|(name, text)| Step::Symlink(name, text)),
        name().prop_map(Step::Remove),
    ];
    prop::collection::vec(step, 0..24)
}

/// What is refused is left out.
fn run(root: &mut Root, steps: &[Step]) {
    for step in steps {
        let _ = match step {
            Step::File(name, text) => {
                root.put_file(&path(name), Attributes::root(0o644), &mut text.as_bytes())
            }
            Step::Folder(name) => root.put_folder(&path(name), Attributes::root(0o750)),
            Step::Symlink(name, text) => root.put_symlink(&path(name), text),
            Step::Remove(name) => root.remove(&path(name)).map(drop),
        };
    }
}

fn layer_of(base: &Tree, steps: &[Step]) -> (Root, Option<Layer>) {
    let mut root = Root::new(base.clone());
    run(&mut root, steps);
    let layer = root.layer(1_700_000_000, None).unwrap_or_else(|error| panic!("{error}"));
    (root, layer)
}

/// The base with the layer on it, the bytes of all files taken out of the layer itself.
fn stacked(base: &Tree, layer: Option<&Layer>) -> Vec<String> {
    let mut tree = base.clone();
    if let Some(layer) = layer {
        tree.apply("the layer", &inflated(layer)[..]).unwrap_or_else(|error| panic!("{error}"));
    }
    listing(tree.nodes())
}

/// Sizes in place of texts, since a tree keeps few of them.
fn without_texts(lines: Vec<String>) -> Vec<String> {
    let size = |line: String| match line.split_once('"') {
        Some((head, text)) => format!("{head}{} bytes", text.len() - 1),
        None => line,
    };
    lines.into_iter().map(size).collect()
}

proptest! {
    #[test]
    fn makes_of_the_base_what_the_root_is(first in steps(), second in steps()) {
        let (_, below) = layer_of(&Tree::default(), &first);
        let mut base = Tree::default();
        if let Some(below) = below {
            base.apply("the base", &inflated(&below)[..]).expect("it was written here");
        }
        let (root, layer) = layer_of(&base, &second);
        prop_assert_eq!(stacked(&base, layer.as_ref()), without_texts(listing(root.nodes())));
    }

    #[test]
    fn does_not_depend_on_the_order_of_files(names in prop::collection::btree_set("[a-d]{1,2}/[a-z.-]{1,3}", 1..30), seed: u64) {
        let base = tree([openwrt("x86_64")]);
        let files: Vec<Step> = names.into_iter().filter(|name| !name.ends_with('.')).map(|name| Step::File(name, "x".to_owned())).collect();
        let mut shuffled = files.clone();
        for (at, step) in (1_u64..).zip(files.iter().rev()) {
            let place = usize::try_from(seed.wrapping_mul(at) % shuffled.len() as u64).expect("it is small");
            let found = shuffled.iter().position(|other| format!("{other:?}") == format!("{step:?}")).expect("it is there");
            shuffled.swap(place, found);
        }
        let digest = |steps: &[Step]| layer_of(&base, steps).1.map(|layer| layer.descriptor.digest);
        prop_assert_eq!(digest(&files), digest(&shuffled));
    }
}
