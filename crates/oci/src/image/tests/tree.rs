//! Layers on one another.

use tar::EntryType;

use super::{Tar, listing, path, problem, tree};
use crate::image::{Kind, Tree};

fn shown(layers: impl IntoIterator<Item = Tar>) -> Vec<String> {
    listing(tree(layers).nodes())
}

fn refused(layers: impl IntoIterator<Item = Tar>) -> String {
    let mut tree = Tree::default();
    let applied = layers.into_iter().try_for_each(|layer| tree.apply("a layer", &layer.bytes()[..]));
    problem(applied)
}

#[test]
fn keeps_the_bytes_of_configuration_and_of_nothing_else() {
    let base =
        Tar::new().file("etc/passwd", "root").file("bin/busybox", "ELF").file("lib/apk/db/installed", "P:a");
    assert_eq!(
        shown([base]),
        [
            "/bin 755 0:0 folder",
            "/bin/busybox 644 0:0 3 bytes",
            "/etc 755 0:0 folder",
            "/etc/passwd 644 0:0 \"root\"",
            "/lib 755 0:0 folder",
            "/lib/apk 755 0:0 folder",
            "/lib/apk/db 755 0:0 folder",
            "/lib/apk/db/installed 644 0:0 \"P:a\"",
        ]
    );
}

#[test]
fn bounds_what_it_keeps() {
    let each = "x".repeat(4 << 20);
    let mut base = Tar::new().file("etc/long", &format!("{each}x"));
    for number in 0..6 {
        base = base.file(&format!("etc/{number}"), &each);
    }
    let tree = tree([base]);
    let kept = tree
        .nodes()
        .filter(|(_, node)| matches!(&node.kind, Kind::File(content) if content.reader().is_some()));
    assert_eq!(
        kept.map(|(path, _)| path.to_string()).collect::<Vec<_>>(),
        ["/etc/0", "/etc/1", "/etc/2", "/etc/3"]
    );
}

#[test]
fn honours_whiteouts_and_opaque_folders_of_what_is_below_only() {
    let base = Tar::new().file("a/b/c", "").file("a/d", "").file("etc/old", "").file("etc/x", "1");
    let layer = Tar::new()
        .file("etc/x", "2")
        .file("etc/.wh.x", "")
        .file("a/.wh.b", "")
        .file("etc/new", "n")
        .file("etc/.wh..wh..opq", "");
    let expected = [
        "/a 755 0:0 folder",
        "/a/d 644 0:0 0 bytes",
        "/etc 755 0:0 folder",
        "/etc/new 644 0:0 \"n\"",
        "/etc/x 644 0:0 \"2\"",
    ];
    assert_eq!(shown([base, layer]), expected);
    let all = Tar::new().file(".wh..wh..opq", "").folder("only");
    assert_eq!(shown([Tar::new().file("a/b", ""), all]), ["/only 755 0:0 folder"]);
}

#[test]
fn counts_the_last_of_several_entries() {
    let base = Tar::new()
        .file("etc/a", "1")
        .folder("etc/b")
        .file("etc/b/c", "")
        .symlink("etc/b", "a")
        .file("etc/a", "2");
    assert_eq!(shown([base]), ["/etc 755 0:0 folder", "/etc/a 644 0:0 \"2\"", "/etc/b 644 0:0 -> a"]);
}

#[test]
fn replaces_folders_by_files_and_files_by_folders() {
    let base = Tar::new().file("a/b/c", "").file("d", "");
    let layer = Tar::new().file("a", "").file("d/e", "").folder("d");
    assert_eq!(shown([base, layer]), ["/a 644 0:0 0 bytes", "/d 755 0:0 folder", "/d/e 644 0:0 0 bytes"]);
}

#[test]
fn knows_hard_links_as_one_file() {
    let tree = tree([
        Tar::new().file("etc/a", "x").hardlink("etc/b", "etc/a"),
        Tar::new().hardlink("etc/c", "etc/a"),
    ]);
    let content = |name: &str| match &tree.get(&path(name)).expect("it is there").kind {
        Kind::File(content) => content.clone(),
        other => panic!("{other:?}"),
    };
    assert!(
        content("etc/a").is_one_file_with(&content("etc/b"))
            && content("etc/a").is_one_file_with(&content("etc/c"))
    );
    let said = refused([Tar::new().hardlink("a", "b").file("b", "")]);
    assert!(said.ends_with("/a is a hard link to /b, which is no earlier file"), "{said}");
    assert!(refused([Tar::new().folder("b").hardlink("a", "b")]).contains("no earlier file"));
}

/// GNU tar writes a link that has several names so.
#[test]
fn takes_hard_links_to_links() {
    let base = Tar::new().symlink("a", "x").hardlink("b", "a");
    assert_eq!(shown([base]), ["/a 644 0:0 -> x", "/b 644 0:0 -> x"]);
}

#[test]
fn takes_devices_for_what_they_are() {
    let base =
        Tar::new().entry(EntryType::Char, "dev/null", "", b"").entry(EntryType::Fifo, "dev/log", "", b"");
    assert_eq!(
        shown([base]),
        ["/dev 755 0:0 folder", "/dev/log 644 0:0 special", "/dev/null 644 0:0 special"]
    );
}

#[test]
fn refuses_what_lies_behind_a_link() {
    let said = refused([Tar::new().symlink("var", "tmp").file("var/x", "")]);
    assert!(said.contains("/var/x lies in /var, which is no folder"), "{said}");
    assert!(
        refused([Tar::new().symlink("out", "/../.."), Tar::new().file("out/etc/shadow", "")])
            .contains("no folder")
    );
    assert!(refused([Tar::new().file("a", ""), Tar::new().file("a/b", "")]).contains("no folder"));
}

#[test]
fn refuses_whiteouts_of_nothing() {
    for name in ["a/.wh.", "a/.wh..", "a/.wh...", ".wh."] {
        assert!(refused([Tar::new().file(name, "")]).contains("is a whiteout of nothing"), "{name}");
    }
}
