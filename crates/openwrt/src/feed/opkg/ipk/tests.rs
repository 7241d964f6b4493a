#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use tar::{EntryType, Header};

const CONTROL_FILE: &str = "Package: a\nVersion: 1-1\nArchitecture: all\nRequire-User: a=1\n";

/// An entry of a hand-made tar: name, kind, content, link.
type Entry<'a> = (&'a str, EntryType, &'a [u8], &'a str);

fn header(name: &[u8], kind: EntryType, size: u64, link: &[u8]) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o104_755);
    header.set_uid(3);
    header.set_gid(4);
    header.set_cksum();
    header
}

fn tar(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, kind, content, link) in entries {
        bytes.extend(header(name.as_bytes(), *kind, content.len() as u64, link.as_bytes()).as_bytes());
        bytes.extend(*content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const FILE: EntryType = EntryType::Regular;

fn ipk_of(data: &[u8], control: &[u8]) -> Vec<u8> {
    gz(&tar(&[
        ("./debian-binary", FILE, b"2.0\n", ""),
        ("./data.tar.gz", FILE, data, ""),
        ("./control.tar.gz", FILE, control, ""),
    ]))
}

fn control_tar() -> Vec<u8> {
    gz(&tar(&[
        ("./", EntryType::Directory, b"", ""),
        ("./control", FILE, CONTROL_FILE.as_bytes(), ""),
        ("./conffiles", FILE, b"/etc/a\n\n", ""),
        ("./postinst-pkg", FILE, b"#!/bin/sh\n", ""),
    ]))
}

fn with_data(entries: &[Entry<'_>]) -> Vec<u8> {
    ipk_of(&gz(&tar(entries)), &control_tar())
}

/// Paths with what was read there.
type Contents = Vec<(String, Vec<u8>)>;

/// What was read, with the content of each item; or the error with its sources.
fn read_all(bytes: &[u8]) -> Result<(Ipk, Contents), String> {
    let mut contents = Vec::new();
    let ipk = read::<Error>(bytes, &mut |item, content| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(|source| Error::Read { archive: DATA, source })?;
        contents.push((item.path.to_string(), bytes));
        Ok(())
    });
    ipk.map(|ipk| (ipk, contents)).map_err(|error| shown(&error))
}

fn shown(error: &dyn std::error::Error) -> String {
    error.source().map_or(error.to_string(), |source| format!("{error}: {}", shown(source)))
}

#[test]
fn reads_items_contents_and_control() {
    let bytes = with_data(&[
        ("./", EntryType::Directory, b"", ""),
        ("./etc/", EntryType::Directory, b"", ""),
        ("etc/a", FILE, b"content", ""),
        ("./etc/b", EntryType::Symlink, b"", "../etc/a"),
        ("./etc/c", EntryType::Link, b"", "./etc/a"),
    ]);
    let (ipk, contents) = read_all(&bytes).unwrap();
    let paths = ["/etc", "/etc/a", "/etc/b", "/etc/c"];
    assert_eq!(contents.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), paths);
    assert_eq!(contents[1].1, b"content");
    let package = &ipk.package;
    let kinds: Vec<&Kind> = package.items.iter().map(|item| &item.kind).collect();
    let link = Kind::Symlink("../etc/a".to_owned());
    assert_eq!(kinds, [&Kind::Folder, &Kind::File(7), &link, &Kind::Hardlink("etc/a".parse().unwrap())]);
    assert_eq!((package.items[1].mode, &package.items[1].owner), (0o4755, &crate::feed::Owner::Id(3, 4)));
    assert_eq!(
        (package.name.as_str(), package.version.as_str(), package.architecture.as_str()),
        ("a", "1-1", "all")
    );
    assert_eq!(package.conffiles, ["etc/a".parse().unwrap()]);
    assert_eq!(package.users.len(), 1);
    assert_eq!(
        package.scripts.iter().map(|script| script.kind).collect::<Vec<_>>(),
        [ScriptKind::PostInstallOwn]
    );
    assert_eq!(ipk.controls["control"], CONTROL_FILE.as_bytes());
}

#[test]
fn a_visitor_need_not_read() {
    let bytes = with_data(&[("a", FILE, &[1; 5000], ""), ("b", FILE, b"", "")]);
    let ipk = read::<Error>(&bytes[..], &mut |_, _| Ok(())).unwrap();
    assert_eq!(ipk.package.items.len(), 2);
}

#[test]
fn the_control_alone_does_not_look_at_the_contents() {
    let bytes = ipk_of(b"no gzip at all", &control_tar());
    let ipk = read_control(&bytes[..]).unwrap();
    assert_eq!((ipk.control.name.as_str(), ipk.package.items.len()), ("a", 0));
    assert!(read_all(&bytes).is_err());
}

#[test]
fn reads_long_names_of_both_kinds() {
    let long = "d/".repeat(100) + "x";
    let pax = |key: &str, value: &str| {
        let rest = format!(" {key}={value}\n");
        let length = rest.len() + if rest.len() + 2 < 100 { 2 } else { 3 };
        format!("{length}{rest}")
    };
    let path = pax("path", &long);
    let link = pax("linkpath", &long);
    let bytes = with_data(&[
        ("././@LongLink", EntryType::GNULongName, &[long.as_bytes(), b"\0"].concat(), ""),
        ("cut", FILE, b"1", ""),
        ("././@LongLink", EntryType::GNULongLink, &[long.as_bytes(), b"\0"].concat(), ""),
        ("link", EntryType::Symlink, b"", "cut"),
        ("pax", EntryType::XHeader, [link.as_str(), pax("mtime", "1.5").as_str()].concat().as_bytes(), ""),
        ("other", EntryType::Symlink, b"", "cut"),
        ("pax", EntryType::XHeader, path.replace('x', "y").as_bytes(), ""),
        ("cut", FILE, b"2", ""),
    ]);
    let (ipk, contents) = read_all(&bytes).unwrap();
    assert_eq!(contents[0], (format!("/{long}"), b"1".to_vec()));
    assert_eq!(ipk.package.items[1].kind, Kind::Symlink(long.clone()));
    assert_eq!(ipk.package.items[2].kind, Kind::Symlink(long.clone()));
    assert_eq!(contents[3].0, format!("/{}", long.replace('x', "y")));
}

#[test]
fn refuses_hostile_entries() {
    let table: &[(&[Entry<'_>], &str)] = &[
        (&[("../a", FILE, b"", "")], "entry 1 (`../a`): the path `../a` leads out of its folder with `..`"),
        (&[("a/../../b", FILE, b"", "")], "leads out of its folder"),
        (&[("a", EntryType::Char, b"", "")], "entry 1 (`a`): it is a device or a pipe"),
        (&[("a", EntryType::Fifo, b"", "")], "it is a device or a pipe"),
        (&[("a", EntryType::GNUSparse, b"", "")], "its kind is none that packages have"),
        (&[("a", FILE, b"1", ""), ("./a", FILE, b"2", "")], "entry 2 (`./a`): the path comes twice"),
        (
            &[("l", EntryType::Symlink, b"", "/etc"), ("l/passwd", FILE, b"", "")],
            "it lies below /l, which is no folder",
        ),
        (&[("f", FILE, b"", ""), ("f/g", FILE, b"", "")], "it lies below /f, which is no folder"),
        (&[("a/l", EntryType::Symlink, b"", "../../x")], "its target `../../x` is outside the root"),
        (&[("l", EntryType::Symlink, b"", "/../x")], "its target `/../x` is outside the root"),
        (&[("l", EntryType::Symlink, b"", "")], "it is a link without a usable target"),
        (&[("h", EntryType::Link, b"", "../x")], "leads out of its folder"),
        (
            &[("h", EntryType::Link, b"", "later"), ("later", FILE, b"", "")],
            "another name of /later, which is no file before it",
        ),
        (&[("l", EntryType::Symlink, b"", "x"), ("h", EntryType::Link, b"", "l")], "another name of /l"),
        (&[("", FILE, b"", "")], "names nothing in the root"),
        (
            &[("a\n/etc/passwd", FILE, b"", "")],
            "entry 1 (`a\\n/etc/passwd`): its name holds a control character",
        ),
        (
            &[("p", EntryType::XHeader, b"12 size=100\n", ""), ("a", FILE, b"", "")],
            "sets `size`, which no package needs",
        ),
        (
            &[("p", EntryType::XHeader, b"nonsense", ""), ("a", FILE, b"", "")],
            "its extended header is damaged",
        ),
        (
            &[("x", EntryType::GNULongName, &[b'a'; 4097], "")],
            "its long name or extended header has 4097 bytes",
        ),
    ];
    for (entries, message) in table {
        let error = read_all(&with_data(entries)).unwrap_err();
        assert!(error.starts_with("data.tar.gz") && error.contains(message), "{error}");
    }
}

#[test]
fn refuses_a_name_that_is_not_utf8_and_a_number_that_is_none() {
    let one = |bytes: Vec<u8>| read_all(&ipk_of(&gz(&bytes), &control_tar())).unwrap_err();
    let mut bytes = header(b"\xff", FILE, 0, b"").as_bytes().to_vec();
    bytes.resize(512 + 1024, 0);
    assert!(one(bytes).contains("its name is not UTF-8"));
    let mut odd = header(b"a", FILE, 0, b"");
    odd.as_old_mut().uid.copy_from_slice(b"zzzzzzz\0");
    odd.set_cksum();
    let mut bytes = odd.as_bytes().to_vec();
    bytes.resize(512 + 1024, 0);
    assert!(one(bytes).contains("its user is no number"));
}

#[test]
fn refuses_a_package_cut_anywhere() {
    let bytes = with_data(&[("a", FILE, &[7; 3000], "")]);
    for length in 0..bytes.len() {
        assert!(read_all(&bytes[..length]).is_err(), "{length}");
    }
    // Cut below the outer gzip: the archives themselves end early.
    let data = tar(&[("a", FILE, &[7; 3000], "")]);
    for length in [512, 513, 1024, 3000] {
        let error = read_all(&ipk_of(&gz(&data[..length]), &control_tar())).unwrap_err();
        assert!(error.starts_with("data.tar.gz cannot be read"), "{error}");
    }
}

#[test]
fn refuses_changed_bytes_or_reads_the_same_names() {
    let bytes = with_data(&[("a", FILE, &[7; 300], "")]);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        if let Ok((ipk, contents)) = read_all(&changed) {
            // The gzip header's time and system are covered by no sum.
            assert_eq!((ipk.control.name.as_str(), contents[0].1.len()), ("a", 300), "byte {at}");
        }
    }
}

#[test]
fn refuses_what_is_no_package() {
    let control = control_tar();
    let data = gz(&tar(&[]));
    let pieces = |entries: &[Entry<'_>]| read_all(&gz(&tar(entries))).unwrap_err();
    let (binary, data, control) = (
        ("debian-binary", FILE, &b"2.0\n"[..], ""),
        ("data.tar.gz", FILE, &data[..], ""),
        ("control.tar.gz", FILE, &control[..], ""),
    );
    assert!(read_all(b"!<arch>\n").unwrap_err().starts_with("the package cannot be read"));
    assert_eq!(pieces(&[data, control]), "the package: it has no `debian-binary`");
    assert_eq!(pieces(&[binary, control]), "the package: it has no `data.tar.gz`");
    assert_eq!(pieces(&[binary, data]), "the package: it has no `control.tar.gz`");
    let three = ("debian-binary", FILE, &b"3.0\n"[..], "");
    assert_eq!(pieces(&[three, data, control]), "the package: its format is `3.0\\n`; only 2.0 is known");
    let more = ("more", FILE, &b"12"[..], "");
    assert_eq!(
        pieces(&[binary, data, control, more]),
        "the package: `more` (a file of 2 bytes) is not what such an archive holds"
    );
    assert!(pieces(&[binary, data, data, control]).contains("the path comes twice"));
}

#[test]
fn refuses_control_archives_that_hold_something_else() {
    let control = |entries: &[Entry<'_>]| read_all(&ipk_of(&gz(&tar(&[])), &gz(&tar(entries)))).unwrap_err();
    let good = ("control", FILE, CONTROL_FILE.as_bytes(), "");
    let big = vec![b'x'; usize::try_from(LONGEST_CONTROL).unwrap() + 1];
    assert_eq!(control(&[]), "control.tar.gz: it has no `control`");
    assert!(control(&[good, ("sub/x", FILE, b"", "")]).contains("`sub/x` (a file of 0 bytes) is not what"));
    assert!(
        control(&[good, ("x", EntryType::Symlink, b"", "y")]).contains("`x` (no regular file) is not what")
    );
    assert!(control(&[good, ("x", FILE, &big, "")]).contains("(a file of 1048577 bytes) is not what"));
    assert_eq!(
        control(&[good, ("conffiles", FILE, b"/etc/a\n/../x\n", "")]),
        "conffiles, line 2: the path `/../x` leads out of its folder with `..`"
    );
    assert!(
        control(&[("control", FILE, b"Package: a\n", "")])
            .starts_with("control, line 1: the package has no `Version`")
    );
}

#[test]
fn stops_a_bomb() {
    let bomb = |archive: &'static str| {
        let error = io::copy(&mut Bounded { archive, reader: io::repeat(0), left: 10_000 }, &mut io::sink());
        error.unwrap_err().to_string()
    };
    assert_eq!(bomb(DATA), "data.tar.gz inflates to more than 2147483648 bytes");
    // A header that claims more than there is: no memory is set aside for it.
    let mut bytes = header(b"a", FILE, 1 << 32, b"").as_bytes().to_vec();
    bytes.resize(5000, 0);
    assert!(read_all(&ipk_of(&gz(&bytes), &control_tar())).unwrap_err().contains("it ends within a file"));
}

#[test]
fn the_error_of_the_visitor_comes_through() {
    #[derive(Debug)]
    struct Mine;
    impl From<Error> for Mine {
        fn from(error: Error) -> Self {
            panic!("{error}")
        }
    }
    let bytes = with_data(&[("a", FILE, b"", "")]);
    assert!(matches!(read::<Mine>(&bytes[..], &mut |_, _| Err(Mine)), Err(Mine)));
}
