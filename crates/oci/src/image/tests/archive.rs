//! Archives from hands that are not trusted.

use tar::EntryType;

use super::super::archive::read;
use super::super::stream;
use super::{Tar, path, problem};

/// Reads it to its end; the paths.
fn names(bytes: &[u8]) -> Result<Vec<String>, super::super::Error> {
    let mut names = Vec::new();
    read("it", bytes, &mut |entry, _| {
        names.push(entry.path.to_string());
        Ok(())
    })?;
    Ok(names)
}

fn refused(tar: Tar) -> String {
    problem(names(&tar.bytes()))
}

#[test]
fn takes_the_ways_in_which_archives_write_names() {
    let long = format!("{}/x", "a".repeat(180));
    let tar = Tar::new()
        .folder("./")
        .file("./a", "")
        .file("/b", "")
        .folder("c/")
        .entry(EntryType::GNULongName, "././@LongLink", "", format!("{long}\0").as_bytes())
        .file("aaaa", "content")
        .pax("path", &format!("{long}\ny"))
        .file("aaaa", "content");
    let expected = [path("a"), path("b"), path("c"), path(&long), path(&format!("{long}\ny"))];
    assert_eq!(names(&tar.bytes()).expect("it is sound"), expected.map(|path| path.to_string()));
}

#[test]
fn refuses_paths_that_lead_out_of_the_root() {
    for name in ["../a", "a/../../b", "..", "a/.."] {
        let said = refused(Tar::new().file(name, ""));
        assert!(
            said.starts_with("it: the entry `") && said.contains("leads out of its folder with `..`"),
            "{said}"
        );
    }
    let said = refused(Tar::new().hardlink("a", "../../etc/shadow"));
    assert!(said.contains("is a hard link, and the path `../../etc/shadow` leads out"), "{said}");
    let said = refused(Tar::new().pax("path", "../a").file("a", ""));
    assert!(said.contains("leads out of its folder"), "{said}");
}

#[test]
fn refuses_what_two_readers_would_understand_differently() {
    let table = [
        (Tar::new().pax("size", "1").file("a", "content"), "has two different sizes in its headers"),
        (Tar::new().entry(EntryType::Symlink, "a", "b", b"content"), "is no regular file and has a content"),
        (Tar::new().entry(EntryType::Directory, "a", "", b"content"), "is no regular file and has a content"),
        (
            Tar::new().entry(EntryType::XGlobalHeader, "g", "", b"10 path=a\n"),
            "gives every entry the same `path`",
        ),
        (Tar::new().entry(EntryType::XHeader, "x", "", b"99 path=a\n"), "has a malformed PAX header"),
        (Tar::new().entry(EntryType::XHeader, "x", "", b"0 path=a\n"), "has a malformed PAX header"),
        (Tar::new().pax("uid", "x").file("a", ""), "malformed number"),
        (Tar::new().pax("uid", "4294967296").file("a", ""), "has an owner that is no number of 32 bits"),
        (Tar::new().pax("GNU.sparse.major", "1").file("a", ""), "is sparse"),
        (Tar::new().entry(EntryType::GNUSparse, "a", "", b""), "is of the kind `S`, which no layer has"),
        (Tar::new().symlink("a", ""), "is a symbolic link without a usable text"),
        (Tar::new().file("", "x"), "names nothing in the root"),
    ];
    for (tar, expected) in table {
        let said = refused(tar);
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn refuses_names_that_are_not_utf8() {
    let tar = Tar::new().with(EntryType::Regular, "a", "", b"", |header| header.as_old_mut().name[0] = 0xff);
    assert!(refused(tar).contains("has a name that is not UTF-8"));
}

#[test]
fn refuses_archives_that_are_cut_off_anywhere() {
    let whole = Tar::new().folder("a").file("a/b", &"x".repeat(700)).bytes();
    assert!(names(&whole).is_ok());
    // Two blocks of zeros close an archive; one of them has to be there.
    for length in 0..whole.len() - 1023 {
        let cut = names(&whole[..length]).map(|_| ()).expect_err("it is cut off").to_string();
        assert!(cut.starts_with("it"), "{length}: {cut}");
    }
}

#[test]
fn refuses_headers_that_were_changed() {
    let mut bytes = Tar::new().file("a", "content").file("b", "").bytes();
    bytes[1024] = b'c';
    assert_eq!(problem(names(&bytes)), "it: archive header checksum mismatch, at byte 1536");
    bytes[0] = b'b';
    assert_eq!(problem(names(&bytes)), "it: is no tar archive, or damaged");
}

/// Neither bytes that a terminal would obey nor letters are repeated, nor what the reader takes them for.
#[test]
fn something_else_is_no_archive() {
    let program = [b"\x7fELF\x02\x01\x01\x1b[31m".as_slice(), &[0x9b, 0x01, 0xff].repeat(400)].concat();
    let letters = b"dear reader, ".repeat(100);
    for other in [&program[..], &letters[..], &letters[..100], b"x"] {
        assert_eq!(problem(names(other)), "it: is no tar archive, or damaged");
    }
}

/// The same behind an entry that is sound.
#[test]
fn what_is_no_number_is_not_repeated() {
    let sound = Tar::new().file("a", "content").bytes();
    for (other, said) in [(b's', "was not a number"), (0xff, "did not have utf-8 text")] {
        let mut bytes = [&sound[..1024], &[b' '; 2048]].concat();
        // Where a header has its checksum.
        bytes[1024 + 148..1024 + 156].fill(other);
        if other == 0xff {
            bytes[1024 + 148] = b's';
        }
        assert_eq!(problem(names(&bytes)), format!("it: numeric field {said}, at byte 1536"));
    }
}

/// The first block of a stream that cannot be read says nothing of the archive in it.
#[test]
fn a_stream_that_fails_says_why() {
    use std::io::Read;
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the frame is too large"))
        }
    }
    let bytes = [b'x'; 100];
    for length in [0, 100] {
        let failed = read("it", (&bytes[..length]).chain(Failing), &mut |_, _| Ok(()));
        assert_eq!(problem(failed), format!("it: the frame is too large, at byte {length}"));
    }
}

#[test]
fn refuses_records_without_end() {
    let tar = Tar::new().with(EntryType::GNULongName, "L", "", b"", |header| header.set_size(10 << 30));
    assert!(refused(tar).contains("has a name or PAX header of more than 1 MiB"));
}

#[test]
fn refuses_sizes_beyond_all_numbers() {
    let tar = Tar::new().with(EntryType::Regular, "a", "", b"", |header| header.set_size(u64::MAX - 511));
    assert!(refused(tar).starts_with("it"));
}

#[test]
fn refuses_more_entries_than_a_root_has() {
    let empty = Tar::new().file("a", "").bytes();
    let many: Vec<u8> = empty[..512].repeat(100_001);
    assert!(problem(names(&[many, vec![0; 1024]].concat())).contains("more than 100000 entries"));
}

fn size(bytes: &[u8]) -> Result<u64, super::super::Error> {
    stream::pass("it", bytes, |_| Ok(())).map(|((), measure)| measure.size)
}

fn gzip(bytes: &mut dyn std::io::Read) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    std::io::copy(bytes, &mut gzip).expect("memory");
    gzip.finish().expect("memory")
}

#[test]
fn refuses_bombs() {
    use std::io::Read;
    // 80 MiB of zeros are 80 KiB of gzip: past 64 MiB the ratio counts.
    let bomb = gzip(&mut std::io::repeat(0).take(80 << 20));
    assert!(bomb.len() < 200 << 10);
    assert!(problem(size(&bomb)).contains("more than 200 times its size"));
    let small = gzip(&mut std::io::repeat(0).take(60 << 20));
    assert_eq!(size(&small).expect("it is small"), small.len() as u64);
}

#[test]
fn refuses_streams_that_are_damaged() {
    let whole = gzip(&mut &Tar::new().file("a", "content").bytes()[..]);
    // A single byte is not known for gzip yet, and is no archive.
    for length in 2..whole.len() {
        assert!(size(&whole[..length]).is_err(), "{length}");
    }
    let mut wrong = whole.clone();
    let crc = whole.len() - 8;
    wrong[crc] ^= 1;
    assert!(size(&wrong).is_err());
    assert!(size(&[&whole[..], b"garbage"].concat()).is_err());
    assert!(problem(size(b"BZh9")).contains("compressed with xz or bzip2"));
}

#[test]
fn reads_zstd_of_several_frames() {
    // Frames of raw blocks (RFC 8878): magic, single segment of 1 byte, last raw block of 1 byte; one to skip between.
    let frame = |byte| [0x28, 0xb5, 0x2f, 0xfd, 0x20, 1, 9, 0, 0, byte];
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    let bytes = [&frame(b'a')[..], &skipped, &frame(b'b')].concat();
    let text = |bytes: &[u8]| {
        stream::pass("it", bytes, |inflated| {
            std::io::read_to_string(inflated).map_err(|error| super::super::Error::archive("it", error))
        })
    };
    let (text_of_both, measure) = text(&bytes).expect("it is sound");
    assert_eq!((text_of_both.as_str(), measure.size), ("ab", bytes.len() as u64));
    assert!(text(&bytes[..bytes.len() - 1]).is_err());
}
