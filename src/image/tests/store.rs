//! A store of layers spares work, and changes no byte of another one, whatever lies in it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use libdeflater::crc32;
use tempfile::TempDir;

use super::{Tar, put};
use crate::image::{Bytes, Layer, Root, Store};
use crate::types::Digest;

/// Text that is the same for the same seed, and that shrinks.
fn text(seed: usize, length: usize) -> String {
    let words = (seed..).map(|number| format!("{} ", number.wrapping_mul(2_654_435_761) % 99_991));
    let mut text: String = words.take(length / 3).collect();
    text.truncate(length);
    assert_eq!(text.len(), length);
    text
}

/// A root with forty programs and two hundred pages; `changed` is the number of the one program that is another.
fn root(changed: Option<usize>) -> Root {
    let mut root = super::root(Tar::new());
    for number in 0..40 {
        let seed = if changed == Some(number) { 7777 } else { number * 1000 };
        put(&mut root, &format!("bin/p{number}"), &text(seed, 150_000 + seed));
    }
    for page in 0..200 {
        put(&mut root, &format!("share/page{page}"), &text(page * 100, 4000));
    }
    root
}

fn layer(root: &Root, store: Option<&Store>) -> Layer {
    root.layer(1, store).unwrap_or_else(|error| panic!("{error}")).expect("something changed")
}

fn digest(root: &Root, store: Option<&Store>) -> Digest {
    layer(root, store).descriptor.digest
}

fn files(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name());
    files.map(|name| name.into_string().expect("UTF-8")).collect()
}

/// The pieces of a layer.
fn pieces(layer: &Layer) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    layer.blob.reader().expect("a file").read_to_end(&mut bytes).expect("it can be read");
    let (mut left, mut pieces) = (&bytes[..], Vec::new());
    while !left.is_empty() {
        let (mut member, before) = (flate2::bufread::GzDecoder::new(left), left);
        io::copy(&mut member, &mut io::sink()).expect("it is gzip");
        left = member.into_inner();
        pieces.push(before[..before.len() - left.len()].to_vec());
    }
    pieces
}

/// The index of the only layer of a store, and its bytes.
fn only(folder: &Path) -> (PathBuf, PathBuf) {
    let index = files(folder).into_iter().find(|name| name.ends_with(".pieces")).expect("there is a layer");
    let index = folder.join(index);
    (index.with_extension(""), index)
}

#[test]
fn a_changed_file_changes_its_own_pieces_only() {
    let (before, after) = (pieces(&layer(&root(None), None)), pieces(&layer(&root(Some(17)), None)));
    let kept: BTreeSet<&Vec<u8>> = before.iter().collect();
    let new = after.iter().filter(|piece| !kept.contains(piece)).count();
    assert!(before.len() > 30 && (1..=2).contains(&new), "{new} of {}", before.len());
}

#[test]
fn pieces_of_a_former_layer_are_taken_and_give_the_same_bytes() {
    let folder = TempDir::new().expect("a folder");
    digest(&root(None), Some(&Store::new(folder.path())));
    let former = Store::new(folder.path()).pieces();
    let second = layer(&root(Some(17)), Some(&Store::new(folder.path())));
    assert_eq!(second.descriptor.digest, digest(&root(Some(17)), None));
    let mut missing = 0;
    for member in pieces(&second) {
        let mut piece = Vec::new();
        flate2::bufread::GzDecoder::new(&member[..]).read_to_end(&mut piece).expect("it is gzip");
        match former.get(&piece, crc32(&piece)) {
            Some((deflated, sum)) => {
                assert!(deflated == member[10..member.len() - 8] && sum == crc32(&deflated));
            }
            None => missing += 1,
        }
    }
    assert!((1..=2).contains(&missing), "{missing}");
    // Both layers are there now, and each has an index.
    assert_eq!(files(folder.path()).len(), 4);
}

#[test]
fn what_is_damaged_or_foreign_gets_into_no_layer() {
    let folder = TempDir::new().expect("a folder");
    let root = root(None);
    let first = digest(&root, None);
    let again = || digest(&root, Some(&Store::new(folder.path())));
    assert_eq!(again(), first);
    let (file, index) = only(folder.path());
    let (sound, text) = (fs::read(&file).expect("a file"), fs::read_to_string(&index).expect("a file"));
    let write = |layer: &[u8], text: &str| {
        fs::remove_file(&file).expect("it is there");
        fs::write(&file, layer).expect("it can be written");
        fs::write(&index, text).expect("it can be written");
    };
    // Each line of the index with other numbers: checksum and length of the piece, offset, length and checksum of its deflate.
    let lines = |change: &dyn Fn(&mut [u64])| {
        let mut lines = text.lines();
        let head = lines.next().expect("it has a head").to_owned();
        let lines = lines.map(|line| {
            let numbers = line.split(' ').map(|number| u64::from_str_radix(number, 16).expect("a number"));
            let mut numbers: Vec<u64> = numbers.collect();
            change(&mut numbers);
            let numbers: Vec<String> = numbers.iter().map(|number| format!("{number:x}")).collect();
            format!("\n{}", numbers.join(" "))
        });
        head + &lines.collect::<String>()
    };
    // As sound as wrtpod would write it: the test would see nothing else.
    assert_eq!(lines(&|_| {}), text.trim_end());
    let deflate = |bytes: &[u8]| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    };
    let other = deflate(b"something else");
    let spoilt: Vec<u8> = sound.iter().map(|byte| byte ^ 0x10).collect();
    write(&spoilt, &text);
    assert_eq!(again(), first, "every byte is another");
    write(&sound[..sound.len() / 2], &text);
    assert_eq!(again(), first, "cut off");
    write(
        &other,
        &lines(&|line| {
            (line[2], line[3], line[4]) = (0, other.len() as u64, u64::from(crc32(&other)));
        }),
    );
    assert_eq!(again(), first, "another content");
    let swapped = std::cell::RefCell::new(Vec::new());
    let text_of_swapped = lines(&|line| {
        let deflated = deflate(&vec![b'x'; usize::try_from(line[1]).expect("it is short")]);
        let mut swapped = swapped.borrow_mut();
        (line[2], line[3]) = (swapped.len() as u64, deflated.len() as u64);
        line[4] = u64::from(crc32(&deflated));
        swapped.extend(deflated);
    });
    write(&swapped.into_inner(), &text_of_swapped);
    assert_eq!(again(), first, "another content of the same length");
    // Sound to its end, and then what nobody asked for, with the right checksum.
    let longer = std::cell::RefCell::new(Vec::new());
    let text_of_longer = lines(&|line| {
        let [offset, size] = [line[2], line[3]].map(|number| usize::try_from(number).expect("it is short"));
        let deflated = [&sound[offset..offset + size], &other[..]].concat();
        let mut longer = longer.borrow_mut();
        (line[2], line[3]) = (longer.len() as u64, deflated.len() as u64);
        line[4] = u64::from(crc32(&deflated));
        longer.extend(deflated);
    });
    write(&longer.into_inner(), &text_of_longer);
    assert_eq!(again(), first, "more behind it");
    // The last bits of deflate may mean nothing: content and length are right.
    let mut bits = sound.clone();
    for line in text.lines().skip(1) {
        let numbers = line.split(' ').map(|number| usize::from_str_radix(number, 16).expect("a number"));
        let numbers: Vec<usize> = numbers.collect();
        bits[numbers[2] + numbers[3] - 1] ^= 0x80;
    }
    write(&bits, &text);
    assert_eq!(again(), first, "its last bits");
    write(&sound, &lines(&|line| line[3] -= 1));
    assert_eq!(again(), first, "too short");
    write(&sound, &lines(&|line| line[3] = u64::MAX));
    assert_eq!(again(), first, "longer than there is memory");
    write(&sound, &lines(&|line| line[2] = u64::MAX));
    assert_eq!(again(), first, "behind its end");
    write(&sound, &text.replacen("wrtpod", "another", 1));
    assert_eq!(again(), first, "of another program");
    write(&sound, "no index\n\0\n");
    assert_eq!(again(), first, "no index");
    fs::remove_file(&file).expect("it is there");
    symlink("/dev/zero", &file).expect("it can be made");
    assert_eq!(again(), first, "no end");
    // Mended by then.
    assert!(fs::read(only(folder.path()).0).expect("a file") == sound);
}

#[test]
fn a_folder_that_cannot_be_used_is_no_reason_to_fail() {
    let root = root(None);
    let first = digest(&root, None);
    assert_eq!(digest(&root, Some(&Store::new("/proc/nowhere"))), first);
    let folder = TempDir::new().expect("a folder");
    let name = folder.path().join(first.hex());
    fs::create_dir_all(name.join("in-the-way")).expect("it can be made");
    assert_eq!(digest(&root, Some(&Store::new(folder.path()))), first);
}

#[test]
fn what_no_layer_uses_goes_when_there_is_too_much() {
    let folder = TempDir::new().expect("a folder");
    let size = || {
        let sizes = files(folder.path()).into_iter();
        sizes.map(|name| fs::metadata(folder.path().join(name)).expect("a file").len()).sum::<u64>()
    };
    let with_limit = |limit| Store::with_limit(folder.path(), limit);
    let first = digest(&root(None), Some(&with_limit(u64::MAX)));
    let whole = size();
    fs::write(folder.path().join("left-over"), "old").expect("it can be written");
    // Enough room: all stays.
    let second = digest(&root(Some(3)), Some(&with_limit(3 * whole)));
    let there = |digest: &Digest| files(folder.path()).contains(digest.hex());
    assert!(there(&first) && there(&second) && files(folder.path()).contains("left-over"));
    // Not enough: what this run has no use for goes, and what it made stays.
    let store = with_limit(2 * whole + whole / 2);
    let [third, fourth] = [5, 7].map(|changed| digest(&root(Some(changed)), Some(&store)));
    assert!(there(&third) && there(&fourth));
    assert!(!there(&first) && !there(&second) && !files(folder.path()).contains("left-over"));
    assert_eq!(files(folder.path()).len(), 4);
    // A layer that is larger than the limit is not kept, and is as it is without a store.
    let small = with_limit(whole / 2);
    assert_eq!(digest(&root(None), Some(&small)), first);
    assert!(!there(&first));
}

#[test]
fn a_layout_gets_a_name_of_the_layer_and_no_other_file() {
    let folder = TempDir::new().expect("a folder");
    let (store, at) = (folder.path().join("store"), |name: &str| folder.path().join(name));
    let made = layer(&root(None), Some(&Store::new(&store)));
    let Bytes::File(part) = &made.blob.bytes else { panic!("it is in a file") };
    let inode = |path: &Path| fs::metadata(path).expect("it is there").ino();
    let (file, _) = only(&store);
    assert!(part.link(&at("linked")));
    assert_eq!(inode(&at("linked")), inode(&file));
    // Where there is a file, the layer is written as any other blob.
    assert!(!part.link(&at("linked")));
    fs::rename(&file, at("aside")).expect("it can be moved");
    assert!(!part.link(&at("gone")) && !at("gone").exists());
    fs::write(&file, "foreign").expect("it can be written");
    assert!(!part.link(&at("foreign")) && !at("foreign").exists());
    assert_eq!(pieces(&made).len(), pieces(&layer(&root(None), None)).len());
}
