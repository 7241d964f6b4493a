//! Editing the database of a root.

use std::collections::BTreeMap;
use std::io::Read;

use super::writer::{File, Made, file};
use super::*;
use crate::feed::{Item, Owner};

fn content(package: &Made<'_>) -> Content {
    let mut visit = |_: &Item, _: &mut dyn Read| -> Result<(), Error> { Ok(()) };
    read(package.package().as_slice(), Promise::File { size: 9 }, &mut visit)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn ids(owner: &Owner) -> (u32, u32) {
    match owner {
        Owner::Name(user, _) if user == "root" => (0, 0),
        _ => (100, 0),
    }
}

fn empty() -> Database {
    Database::read(&Files { scripts_gzip: true, ..Files::default() }).unwrap()
}

fn installed(database: &Database) -> String {
    String::from_utf8(database.write().installed).unwrap()
}

fn tool() -> Made<'static> {
    Made {
        name: "tool",
        version: "1-r1",
        depends: &["libc"],
        provides: &[("cmd", "1"), ("any", "")],
        scripts: &[(3, "post"), (4, "pre-remove")],
        triggers: &["/etc"],
        files: vec![
            file("", "top", "t"),
            file("etc", "tool", "x"),
            File { user: "tool", mode: 0o600, ..file("etc", "secret", "y") },
            File { target: Some((0o120_000, "tool")), mode: 0o777, ..file("usr/bin", "t", "") },
        ],
        ..Made::default()
    }
}

#[test]
fn writes_a_package_as_apk_does() {
    let mut database = empty();
    let content = content(&tool());
    assert_eq!(database.install(&content, &ids).unwrap(), Removed::default());
    let id = content.info.id_text();
    let digest = |file: &str| database.digest(&path(file)).unwrap().to_owned();
    let (top, secret, tool, link) =
        (digest("top"), digest("etc/secret"), digest("etc/tool"), digest("usr/bin/t"));
    assert_eq!(
        installed(&database),
        format!(
            "C:{id}\nP:tool\nV:1-r1\nA:noarch\nS:9\nI:1\nT:two lines\nU:\nL:\nD:libc\np:cmd=1 any\nf:S\n\
             F:\nR:top\nZ:{top}\n\
             F:etc\nR:secret\na:100:0:600\nZ:{secret}\nR:tool\nZ:{tool}\n\
             F:usr/bin\nR:t\na:0:0:777\nZ:{link}\n\n"
        )
    );
    // The SHA-256 of `x` begins with 2d711642b726b04401627ca9fbac32f5c8530fb1.
    assert_eq!(tool, "Q1LXEWQrcmsEQBYnyp+6wy9chTD7E=");
    assert_eq!(String::from_utf8(database.write().triggers).unwrap(), format!("{id} /etc\n"));
    assert_eq!(database.owner(&path("etc/tool")), Some("tool"));
}

#[test]
fn what_is_not_changed_is_written_as_it_was_read() {
    let text = "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:B\nV:1\nS:1\nI:1\nT:\nU:\nL:\ns:edge\nx:new\nF:etc\nM:1:2:700\nR:b\na:0:0:755\n\n\
                C:Q1AQAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:c\nV:1\nS:0\nI:0\nT:\nU:\nL:\n\n";
    let files = Files {
        installed: text.into(),
        world: b"B\n!a\nc@edge>=1\n".to_vec(),
        triggers: b"Q1AQAAAAAAAAAAAAAAAAAAAAAAAAA= /a /b\n".to_vec(),
        ..Files::default()
    };
    let database = Database::read(&files).unwrap();
    let written = database.write();
    assert_eq!(String::from_utf8(written.installed.clone()).unwrap(), text);
    assert_eq!((&written.world, &written.triggers), (&files.world, &files.triggers));
    assert_eq!(Database::read(&written).unwrap().write(), written);
}

#[test]
fn a_root_without_the_flag_of_new_hashes_gets_none() {
    let text = "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:b\nV:1\nF:etc\nR:b\n\n";
    let mut database = Database::read(&Files { installed: text.into(), ..Files::default() }).unwrap();
    database.install(&content(&tool()), &ids).unwrap();
    assert!(!installed(&database).contains("f:S"));
}

#[test]
fn packages_stand_in_the_order_of_their_names_without_case() {
    let mut database = empty();
    for name in ["b", "A", "C", "a"] {
        database.install(&content(&Made { name, version: "1", ..Made::default() }), &ids).unwrap();
    }
    let names: Vec<&str> = database.packages().map(|info| info.name.as_str()).collect();
    assert_eq!(names, ["A", "a", "b", "C"]);
}

#[test]
fn removing_names_what_goes_with_it() {
    let mut database = empty();
    database.install(&content(&tool()), &ids).unwrap();
    let other =
        Made { name: "other", version: "1", files: vec![file("etc", "other", "x")], ..Made::default() };
    database.install(&content(&other), &ids).unwrap();
    let removed = database.remove("tool");
    let files: Vec<String> = removed.files.iter().map(ToString::to_string).collect();
    assert_eq!(files, ["/top", "/etc/secret", "/etc/tool", "/usr/bin/t"]);
    assert_eq!(removed.digests[&path("etc/tool")], "Q1LXEWQrcmsEQBYnyp+6wy9chTD7E=");
    assert_eq!(removed.folders, [path("usr/bin")]);
    let written = database.write();
    assert!(written.triggers.is_empty() && !installed(&database).contains("tool"));
    assert_eq!(written.scripts, empty().write().scripts);
    assert_eq!(database.remove("tool"), Removed::default());
}

#[test]
fn one_package_decides_what_a_folder_is_like() {
    let folder = |name: &str, more: &str, access: &str| {
        format!("C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:{name}\nV:1\n{more}F:bin\n{access}R:{name}\n\n")
    };
    let decided = |records: &[String]| {
        let files = Files { installed: records.concat().into_bytes(), ..Files::default() };
        let Access { package, mode, user, group } =
            Database::read(&files).unwrap().folders()[&path("bin")].clone();
        (package, mode, user, group)
    };
    let busybox = folder("busybox", "o:tools\n", "");
    let base = folder("base-files", "", "M:1:2:775\n");
    assert_eq!(
        decided(&[busybox.clone(), base.clone()]),
        ("base-files".to_owned(), 0o775, 1, 2),
        "the first by name"
    );
    let first = folder("zz", "q:1\n", "M:0:0:700\n");
    assert_eq!(
        decided(&[base, busybox.clone(), first]),
        ("zz".to_owned(), 0o700, 0, 0),
        "the higher priority"
    );
    let source = folder("tools", "o:tools\n", "M:0:0:711\n");
    assert_eq!(
        decided(&[busybox, source]),
        ("tools".to_owned(), 0o711, 0, 0),
        "the one that has the name of their source"
    );
}

#[test]
fn another_version_takes_the_place_and_leaves_nothing_behind() {
    let mut database = empty();
    database.install(&content(&tool()), &ids).unwrap();
    let new =
        Made { version: "2-r1", files: vec![file("etc", "tool", "x"), file("etc", "more", "z")], ..tool() };
    let removed = database.install(&content(&new), &ids).unwrap();
    let files: Vec<String> = removed.files.iter().map(ToString::to_string).collect();
    assert_eq!(files, ["/top", "/etc/secret", "/usr/bin/t"]);
    assert_eq!(removed.folders, [path("usr/bin")]);
    assert!(installed(&database).contains("V:2-r1") && !installed(&database).contains("V:1-r1"));
    assert_eq!(database.owner(&path("etc/more")), Some("tool"));
}

#[test]
fn a_file_of_another_package_is_only_taken_with_its_leave() {
    let mut database = empty();
    database.install(&content(&tool()), &ids).unwrap();
    let thief =
        Made { name: "thief", version: "1", files: vec![file("etc", "tool", "y")], ..Made::default() };
    let refused = database.install(&content(&thief), &ids).unwrap_err().to_string();
    assert_eq!(
        refused,
        "thief brings /etc/tool, which tool has already: leave one of the two out (one of the base by `-NAME` among the packages)"
    );
    let heir = Made { name: "heir", replaces: &["tool"], ..thief };
    database.install(&content(&heir), &ids).unwrap();
    assert_eq!(database.owner(&path("etc/tool")), Some("heir"));
    assert!(!database.remove("tool").files.contains(&path("etc/tool")));
    assert_eq!(database.owner(&path("etc/tool")), Some("heir"));
}

#[test]
fn keeps_the_scripts_but_the_one_that_is_done_with() {
    for gzip in [true, false] {
        let mut database = Database::read(&Files { scripts_gzip: gzip, ..Files::default() }).unwrap();
        let content = content(&tool());
        database.install(&content, &ids).unwrap();
        let written = database.write();
        assert_eq!(written.scripts.starts_with(&[0x1f, 0x8b]), gzip);
        let again = Database::read(&written).unwrap();
        assert_eq!(again.write(), written);
        if !gzip {
            let text = String::from_utf8_lossy(&written.scripts);
            assert!(
                text.starts_with("tool-1-r1.X1")
                    && text.contains(".pre-deinstall\0")
                    && text.contains("pre-remove")
            );
            assert!(!text.contains(".post-install"));
            // The type of an entry, by ustar: apk 3 takes `0` alone for a file.
            assert_eq!(written.scripts[156], b'0');
        }
    }
}

#[test]
fn the_nodes_modules_are_a_package_without_files() {
    let mut database = empty();
    database.set_world(vec![wish("zebra"), wish("Alpha")]);
    let modules = |list: &[(&str, Option<&str>)]| -> BTreeMap<String, Option<String>> {
        list.iter().map(|(name, version)| ((*name).to_owned(), version.map(str::to_owned))).collect()
    };
    database.provide_by_host(&BTreeMap::new());
    assert!(installed(&database).is_empty());
    database.provide_by_host(&modules(&[("kmod-tun", Some("6.1-r1")), ("kmod-ifb", None)]));
    let mut again = Database::read(&database.write()).unwrap();
    again.provide_by_host(&modules(&[("kernel", Some("6.1~ab-r1"))]));
    let text = installed(&again);
    assert!(text.contains("P:.wrtpod-host-modules\nV:0\nA:noarch\nS:0\nI:0\n"), "{text}");
    assert!(text.contains("\np:kernel=6.1~ab-r1 kmod-ifb kmod-tun=6.1-r1\n"), "{text}");
    assert_eq!(String::from_utf8(again.write().world).unwrap(), ".wrtpod-host-modules\nAlpha\nzebra\n");
}

#[test]
fn says_where_a_database_is_broken() {
    let installed = |text: &str| Files { installed: text.into(), ..Files::default() };
    for (files, want) in [
        (
            installed("C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP\n"),
            "lib/apk/db/installed, line 2: `P` is not a letter",
        ),
        (installed("P:a\nV:1\n"), "line 1: the package that begins here has no line `C:`"),
        (installed("C:Q1AAAA\n"), "line 1: `Q1AAAA`: it is no hash"),
        (installed("\nS:x\n"), "line 2: `x`: it is no number"),
        (installed("D:=\n"), "line 1: `=` is no dependency"),
        (installed("F:etc\nP:a\n"), "line 2: `P:` has no place among files"),
        (installed("F:etc\nZ:Q1\n"), "line 2: `Z:` has no place among files"),
        (installed("\u{0}\n"), "is not a letter"),
        (Files { installed: vec![0xff], ..Files::default() }, "/lib/apk/db/installed: it is not UTF-8"),
        (
            Files { world: b"a\nb=\n".to_vec(), ..Files::default() },
            "etc/apk/world, line 2: `b=` is no dependency",
        ),
        (Files { triggers: b"x\n".to_vec(), ..Files::default() }, "lib/apk/db/triggers, line 1: "),
        (Files { scripts: vec![1; 600], ..Files::default() }, "/lib/apk/db/scripts.tar.gz: "),
    ] {
        let said = Database::read(&files).unwrap_err().to_string();
        assert!(said.contains(want), "{said}");
    }
    let twice = "C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nP:a\nV:1\n\n".repeat(2);
    assert!(Database::read(&installed(&twice)).unwrap_err().to_string().contains("the package a twice"));
}
