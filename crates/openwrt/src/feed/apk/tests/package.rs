//! Packages: what is read, and what is refused.

use std::io::Read;

use sha2::{Digest, Sha256};

use super::writer::{File, Made, block, container, deflated, file};
use super::*;
use crate::feed::{Item, Kind, Owner, ScriptKind};

const FILE: Promise<'_> = Promise::File { size: 1 };

/// What the visitor saw, and what came of it.
fn open(bytes: &[u8], promise: Promise<'_>) -> (Vec<(String, String)>, Result<Content, String>) {
    let mut seen = Vec::new();
    let mut visit = |item: &Item, reader: &mut dyn Read| -> Result<(), Error> {
        let mut text = String::new();
        reader.read_to_string(&mut text).map_err(Error::Read)?;
        seen.push((item.path.to_string(), text));
        Ok(())
    };
    let content = read(bytes, promise, &mut visit).map_err(|error| error.to_string());
    (seen, content)
}

fn refusal(package: &Made<'_>) -> String {
    open(&package.package(), FILE).1.expect_err("it is to be refused")
}

fn vim() -> Made<'static> {
    Made {
        name: "vim",
        version: "9-r1",
        scripts: &[(3, "post"), (1, "trigger")],
        triggers: &["/usr/share/vim"],
        files: vec![
            file("", "top", "root"),
            file("etc", "", ""),
            File { user: "vim", mode: 0o4755, ..file("etc", "vimrc", "set") },
            file("etc", "zero", ""),
            file(
                "lib/apk/packages",
                "vim.alternatives",
                "200:/usr/bin/vi:/usr/bin/vim 1:/usr/bin/ex:/usr/bin/vim\n",
            ),
            file("lib/apk/packages", "vim.conffiles", "/etc/vimrc\n"),
            file("lib/apk/packages", "vim.rusers", "vim=100:vim=100\n"),
            File { target: Some((0o120_000, "../etc/vimrc")), mode: 0o777, ..file("usr", "link", "") },
            File { target: Some((0o100_000, "etc/vimrc")), ..file("usr", "same", "set") },
        ],
        ..Made::default()
    }
}

#[test]
fn reads_items_contents_and_what_openwrt_adds() {
    let (seen, content) = open(&deflated(&vim().package()), Promise::File { size: 77 });
    let content = content.unwrap();
    let listed: Vec<&str> = seen.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        listed,
        [
            "/top",
            "/etc",
            "/etc/vimrc",
            "/etc/zero",
            "/lib/apk/packages",
            "/lib/apk/packages/vim.alternatives",
            "/lib/apk/packages/vim.conffiles",
            "/lib/apk/packages/vim.rusers",
            "/usr",
            "/usr/link",
            "/usr/same",
        ]
    );
    let items = &content.package.items;
    assert!(items.iter().map(|item| item.path.to_string()).eq(listed));
    assert_eq!((seen[0].1.as_str(), seen[2].1.as_str(), seen[9].1.as_str()), ("root", "set", ""));
    assert_eq!(items[1].kind, Kind::Folder);
    assert_eq!((&items[2].kind, items[2].mode), (&Kind::File(3), 0o4755));
    assert_eq!(items[2].owner, Owner::Name("vim".into(), "root".into()));
    assert_eq!(items[9].kind, Kind::Symlink("../etc/vimrc".into()));
    assert_eq!(items[10].kind, Kind::Hardlink(path("etc/vimrc")));
    assert_eq!(content.digests[2].unwrap()[..], Sha256::digest("set")[..20]);
    assert_eq!(content.digests[9].unwrap()[..], Sha256::digest("../etc/vimrc")[..20]);
    assert_eq!((content.digests[1], content.digests[10]), (None, content.digests[2]));
    assert_eq!(content.package.conffiles, [path("etc/vimrc")]);
    assert_eq!(content.package.users[0].user, Some(("vim".into(), Some(100))));
    assert_eq!(content.package.alternatives.len(), 2);
    assert_eq!(
        (content.package.alternatives[0].priority, &content.package.alternatives[0].path),
        (200, &path("usr/bin/vi"))
    );
    let kinds: Vec<ScriptKind> = content.package.scripts.iter().map(|script| script.kind).collect();
    assert_eq!(kinds, [ScriptKind::PostInstall, ScriptKind::Trigger]);
    assert_eq!(
        (content.info.file_size, content.triggers.as_slice()),
        (77, &["/usr/share/vim".to_owned()][..])
    );
}

#[test]
fn takes_only_the_package_that_the_index_promises() {
    let bytes = vim().package();
    let mut promised = open(&bytes, FILE).1.unwrap().info;
    promised.file_size = 5;
    assert_eq!(open(&bytes, Promise::Index(&promised)).1.unwrap().info.file_size, 5);
    let renamed = Info { version: "9-r2".into(), ..promised.clone() };
    assert_eq!(
        open(&bytes, Promise::Index(&renamed)).1.unwrap_err(),
        "vim-9-r2: the file holds vim-9-r1 instead"
    );
    promised.hash[0] ^= 1;
    let (seen, refused) = open(&bytes, Promise::Index(&promised));
    assert!(seen.is_empty() && refused.unwrap_err().contains("not the one that was promised"));
}

#[test]
fn verifies_what_nobody_reads() {
    let package = Made { name: "a", version: "1", files: vec![file("", "f", "right")], ..Made::default() };
    let wrong = Made { files: vec![file("", "f", "wrong")], ..package.clone() };
    let bytes = container(*b"pckg", &[vec![block(0, &package.header())], wrong.data()].concat());
    let mut visit = |_: &Item, _: &mut dyn Read| -> Result<(), Error> { Ok(()) };
    let refused = read(bytes.as_slice(), FILE, &mut visit).unwrap_err().to_string();
    assert_eq!(refused, "/f in the package does not match its hash");
    let mut visit = |_: &Item, _: &mut dyn Read| -> Result<(), Error> { Ok(()) };
    assert!(read(package.package().as_slice(), FILE, &mut visit).is_ok());
}

#[test]
fn refuses_contents_that_are_not_those_of_the_files() {
    let package = Made {
        name: "a",
        version: "1",
        files: vec![file("x", "f", "one"), file("x", "g", "two")],
        ..Made::default()
    };
    let header = block(0, &package.header());
    let data = package.data();
    for (blocks, problem) in [
        (vec![data[0].clone()], "/x/g: its content is missing"),
        (vec![data[1].clone(), data[0].clone()], "not in the order of the files"),
        (vec![data[0].clone(), data[1].clone(), data[1].clone()], "more contents than files"),
        (vec![block(2, b"1234")], "too short for its own numbers"),
        (vec![block(2, b"\x01\0\0\0\x01\0\0\0onetwo")], "its content has 6 bytes, other than promised"),
        (vec![data[0].clone(), block(1, b"x")], "something else than data"),
    ] {
        let bytes = container(*b"pckg", &[vec![header.clone()], blocks].concat());
        let said = open(&bytes, FILE).1.unwrap_err();
        assert!(said.contains(problem), "{said}");
    }
    let whole = package.package();
    for length in 0..whole.len() - 8 {
        assert!(open(&whole[..length], FILE).1.is_err(), "{length}");
    }
}

#[test]
fn refuses_paths_that_lead_elsewhere_or_come_twice() {
    let link = |folder, name, to| File { target: Some((0o120_000, to)), ..file(folder, name, "") };
    let hard = |folder, name, to| File { target: Some((0o100_000, to)), ..file(folder, name, "") };
    for (files, problem) in [
        (vec![file("..", "f", "x")], "leads out of its folder"),
        (vec![file("a/../..", "f", "x")], "leads out of its folder"),
        (vec![file("/etc", "f", "x")], "not written plainly"),
        (vec![file("a//b", "f", "x")], "not written plainly"),
        (vec![file("a", "..", "x")], "leads out of its folder"),
        (vec![file("a", ".", "x")], "not written plainly"),
        (vec![file("a", "b/c", "x")], "has a `/`"),
        (vec![file("a\nF:etc", "f", "x")], "control characters"),
        (vec![file("a", "f", "x"), file("a", "f", "x")], "/a/f: the package has it twice"),
        (vec![file("", "a", "x"), file("a", "f", "x")], "/a: the package has it twice"),
        (vec![link("", "a", "/etc"), file("a/b", "f", "x")], "/a/b: it lies below /a, which is no folder"),
        (vec![hard("", "a", "etc/shadow")], "no earlier file"),
        (vec![hard("", "a", "../etc/shadow")], "leads out of its folder"),
        (vec![file("a", "", ""), hard("", "b", "a")], "no earlier file"),
        (vec![link("", "a", "")], "a link to what is no path"),
        (vec![link("", "a", "x\0y")], "a link to what is no path"),
        (
            vec![File { target: Some((0o020_000, "12345678")), ..file("dev", "null", "") }],
            "a device or a FIFO",
        ),
        (vec![File { mode: 0o100_644, ..file("", "a", "x") }], "its mode has more than permissions"),
        (vec![File { user: "a:b", ..file("", "a", "x") }], "its user or group"),
        (vec![File { user: "", ..file("", "a", "x") }], "its user or group"),
    ] {
        let said = refusal(&Made { name: "a", version: "1", files, ..Made::default() });
        assert!(said.contains(problem), "{problem}: {said}");
    }
}

#[test]
fn refuses_names_that_would_spoil_the_database() {
    for (package, problem) in [
        (Made { name: "", version: "1", ..Made::default() }, "its name `` is none"),
        (Made { name: "a\nP:b", version: "1", ..Made::default() }, "is none"),
        (Made { name: "a", version: "1\nx", ..Made::default() }, "control characters"),
        (Made { name: "a", version: "one", ..Made::default() }, "its version `one` is none"),
        (Made { name: "a", version: "1", depends: &["b c"], ..Made::default() }, "is no dependency"),
        (Made { name: "a", version: "1", triggers: &["/a b"], ..Made::default() }, "blanks in its name"),
    ] {
        let said = refusal(&package);
        assert!(said.contains(problem), "{said}");
    }
    for (ending, text) in [
        ("conffiles", "../x\n"),
        ("rusers", "a:b:c:d"),
        ("alternatives", "x:/a:/b"),
        ("alternatives", "1:/a"),
    ] {
        let name = format!("a.{ending}");
        let files = vec![file("lib/apk/packages", &name, text)];
        let said = refusal(&Made { name: "a", version: "1", files, ..Made::default() });
        assert!(said.starts_with(&format!("/lib/apk/packages/{name}: ")), "{said}");
    }
}

#[test]
fn an_error_of_the_visitor_stops_the_reading() {
    let package = Made {
        name: "a",
        version: "1",
        files: vec![file("", "f", "x"), file("", "g", "y")],
        ..Made::default()
    };
    let mut visits = 0;
    let mut visit = |_: &Item, _: &mut dyn Read| -> Result<(), Error> {
        visits += 1;
        Err(Error::Unsigned)
    };
    assert!(read(package.package().as_slice(), FILE, &mut visit).is_err());
    assert_eq!(visits, 1);
}
