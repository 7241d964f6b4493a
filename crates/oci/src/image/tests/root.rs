//! What is put into a root lands where a process in it would have put it.

use super::{Tar, openwrt, path, problem, put, root};
use crate::image::{Attributes, Error, Kind, Root};

const PLAIN: Attributes = Attributes::root(0o644);

fn text(root: &Root, name: &str) -> Option<String> {
    let bytes = root.read(&path(name)).unwrap_or_else(|error| panic!("{error}"));
    bytes.map(|bytes| String::from_utf8(bytes).expect("it is text"))
}

#[test]
fn follows_links_of_folders_and_leaves_them() {
    let base = openwrt("x86_64")
        .folder("usr")
        .symlink("usr/lib", "../lib")
        .symlink("abs", "/usr/./lib//")
        .symlink("up", "../../lib");
    let mut root = root(base);
    for (name, place) in
        [("lib64/a", "lib/a"), ("usr/lib/b", "lib/b"), ("abs/c/d", "lib/c/d"), ("up/e", "lib/e")]
    {
        put(&mut root, name, "x");
        assert_eq!(root.resolve(&path(name)).expect("it leads somewhere"), path(place));
        assert!(root.node(&path(place)).is_some(), "{name}");
    }
    assert!(matches!(root.get(&path("usr/lib")).expect("it stays").kind, Kind::Symlink(_)));
    assert!(root.node(&path("usr/lib/b")).is_none());
}

#[test]
fn replaces_a_link_that_is_the_file_itself() {
    let mut root = root(openwrt("x86_64"));
    put(&mut root, "etc/resolv.conf", "nameserver 10.0.0.1\n");
    assert_eq!(text(&root, "etc/resolv.conf").as_deref(), Some("nameserver 10.0.0.1\n"));
}

#[test]
fn reads_through_links() {
    let root = root(
        Tar::new()
            .file("etc/a", "A")
            .symlink("etc/b", "a")
            .symlink("c", "/etc/b")
            .symlink("d", "nowhere")
            .folder("e"),
    );
    assert_eq!(text(&root, "c").as_deref(), Some("A"));
    assert_eq!((text(&root, "d"), text(&root, "e"), text(&root, "f/g")), (None, None, None));
}

#[test]
fn says_that_it_did_not_keep_a_file() {
    let said = problem(root(openwrt("x86_64")).read(&path("bin/busybox")));
    assert!(said.starts_with("/bin/busybox of the base cannot be read: only small files"), "{said}");
}

#[test]
fn refuses_what_leads_to_tmp() {
    let mut root =
        root(openwrt("x86_64").symlink("run", "/var/run").symlink("deep", "a").symlink("a", "run/x"));
    for (name, place) in [
        ("var/lib/x", "/tmp/lib/x"),
        ("tmp/x", "/tmp/x"),
        ("run/x", "/tmp/run/x"),
        ("deep/y", "/tmp/run/x/y"),
    ] {
        let refused = root.put_file(&path(name), PLAIN, &mut &b""[..]).expect_err("it leads to /tmp");
        assert!(
            matches!(&refused, Error::Volatile { place: found, .. } if found.to_string() == place),
            "{refused}"
        );
    }
    root.put_folder(&path("tmp"), Attributes::root(0o1777)).expect("it is itself");
    for folder in ["var", "var/run", "tmp/a"] {
        let refused = root.put_folder(&path(folder), Attributes::root(0o755));
        assert!(matches!(refused, Err(Error::Volatile { .. })), "{folder}");
    }
    assert!(matches!(root.put_symlink(&path("var/a"), "b"), Err(Error::Volatile { .. })));
}

#[test]
fn refuses_links_in_a_circle() {
    let mut root = root(Tar::new().symlink("a", "b").symlink("b", "a").symlink("self", "self/x"));
    for name in ["a/x", "self/y"] {
        let said = problem(root.put_file(&path(name), PLAIN, &mut &b""[..]));
        assert!(said.contains("leads through more than 40 symbolic links"), "{said}");
    }
    assert!(root.read(&path("a")).is_err());
}

#[test]
fn refuses_folders_that_are_files_and_files_that_are_folders() {
    let mut root = root(Tar::new().file("etc/a", "").folder("etc/b"));
    assert!(
        problem(root.put_file(&path("etc/a/x"), PLAIN, &mut &b""[..]))
            .contains("/etc/a is a file, not a folder")
    );
    assert!(problem(root.put_file(&path("etc/b"), PLAIN, &mut &b""[..])).contains("a folder is there"));
    assert!(problem(root.put_symlink(&path("etc/b"), "x")).contains("a folder is there"));
    assert!(problem(root.put_folder(&path("etc/a"), PLAIN)).contains("a file is there"));
}

#[test]
fn refuses_names_that_mean_removals() {
    let mut root = root(Tar::new());
    for name in ["etc/.wh.passwd", ".wh..wh..opq", ".wh.a/b"] {
        assert!(
            problem(root.put_file(&path(name), PLAIN, &mut &b""[..])).contains("mean removals"),
            "{name}"
        );
    }
}

#[test]
fn refuses_texts_that_no_link_has() {
    let mut root = root(Tar::new());
    for text in ["", "a\0b", &"x".repeat(4096)] {
        assert!(root.put_symlink(&path("a"), text).is_err(), "{text}");
    }
}

#[test]
fn gives_a_file_more_names() {
    let mut root = root(openwrt("x86_64"));
    put(&mut root, "usr/bin/a", "A");
    root.put_hardlink(&path("usr/bin/b"), &path("usr/bin/a")).expect("a is there");
    assert_eq!(text(&root, "usr/bin/b").as_deref(), Some("A"));
    assert!(problem(root.put_hardlink(&path("c"), &path("bin/busybox"))).contains("of the base: put a copy"));
    assert!(problem(root.put_hardlink(&path("c"), &path("nothing"))).contains("which is no file"));
}

#[test]
fn removes_folders_with_all_that_is_in_them() {
    let mut root = root(Tar::new().file("a/b/c", "").file("a-b", "").file("a0", "").file("a/b!", ""));
    assert!(root.remove(&path("a/b")).expect("it leads somewhere"));
    assert!(!root.remove(&path("a/b")).expect("it leads somewhere"));
    let left: Vec<String> = root.nodes().map(|(path, _)| path.to_string()).collect();
    assert_eq!(left, ["/a", "/a-b", "/a/b!", "/a0"]);
}

#[test]
fn removes_of_a_link_to_a_folder_neither_the_link_nor_what_is_in_it() {
    let mut root = root(
        Tar::new()
            .symlink("var", "tmp")
            .symlink("lib", "usr/lib")
            .file("usr/lib/full/a", "")
            .folder("usr/lib/empty"),
    );
    for stays in ["var", "lib", "var/nothing", "lib/full", "usr/lib/full/a", "usr/lib/full/a/x", "nothing"] {
        assert!(!root.remove_empty_folder(&path(stays)), "{stays}");
    }
    assert!(root.remove_empty_folder(&path("lib/empty")) && root.get(&path("usr/lib/empty")).is_none());
    assert!(root.remove_file(&path("lib/full/a")) && !root.remove_file(&path("lib/full")));
    assert!(root.remove_empty_folder(&path("lib/full")) && root.remove_file(&path("lib")));
}

#[test]
fn lists_what_is_below_a_folder() {
    let root = root(Tar::new().file("a/b/c", "").file("a.d", "").file("a/d", "").symlink("l", "a"));
    for folder in ["a", "l"] {
        let below: Vec<String> = root.below(&path(folder)).map(|(path, _)| path.to_string()).collect();
        assert_eq!(below, ["/a/b", "/a/b/c", "/a/d"]);
    }
    assert_eq!(root.below(&path("nothing")).count(), 0);
}

#[test]
fn tells_the_digest_of_a_file_and_of_the_text_of_a_link() {
    let mut root = root(Tar::new().file("a", "abc").symlink("l", "abc").folder("b"));
    put(&mut root, "c", &"abc".repeat(100_000));
    let digest = |name: &str| {
        root.digest(&path(name)).expect("it can be read").map(|digest| digest.hex()[..8].to_owned())
    };
    assert_eq!((digest("a"), digest("l")), (Some("ba7816bf".to_owned()), Some("ba7816bf".to_owned())));
    assert_eq!(digest("c").map(|digest| digest.len()), Some(8));
    assert_eq!((digest("b"), digest("nothing")), (None, None));
}

#[test]
fn holds_large_files_outside_of_memory() {
    let mut root = root(Tar::new());
    let large = "0123456789abcdef".repeat(10_000);
    put(&mut root, "a", &large);
    put(&mut root, "b", "small");
    put(&mut root, "c", &large.to_uppercase());
    assert_eq!(text(&root, "a").as_deref(), Some(&*large));
    assert_eq!(text(&root, "c"), Some(large.to_uppercase()));
}

#[test]
fn says_which_file_could_not_be_read() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("damaged"))
        }
    }
    assert_eq!(
        problem(root(Tar::new()).put_file(&path("a/b"), PLAIN, &mut Broken)),
        "cannot read the content of /a/b: damaged"
    );
}
