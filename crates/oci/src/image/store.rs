//! The layers of former builds, in a folder: pieces of them that are needed again are not compressed again.
//!
//! A store spares work and decides nothing. Whoever can write to its folder puts nothing into an image: a piece is taken from
//! it only when it inflates to the very bytes that are to be compressed, and ends there. What cannot be read or written is
//! as if it were not there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::crc32;

use super::FilePart;
use super::deflate::LEVEL;
use crate::temporary::Draft;
use crate::types::Digest;

/// The most bytes that stay in the folder: the layers of some ten roots.
const LIMIT: u64 = 256 << 20;
/// The most layers that stay in the folder. The file of each is held open by a build.
const LAYERS: usize = 64;
/// The longest index. A layer of 1 GiB has one of 100 KiB.
const INDEX: u64 = 4 << 20;
/// How the name of an index ends, behind that of its layer.
const ENDING: &str = "pieces";

/// A folder of layers. Safe to be used by several processes: files appear whole or not at all.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    limit: u64,
    /// The layers of this run, with their sizes.
    kept: Arc<Mutex<BTreeMap<PathBuf, u64>>>,
}

/// Where a layer has a compressed piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Checksum and length of what it inflates to.
    pub(super) of: (u32, u32),
    /// Offset and length of its raw deflate in the layer.
    pub(super) at: (u64, u64),
    /// The checksum of that: its last bits may mean nothing.
    pub(super) crc: u32,
}

/// The pieces of all layers of a store.
#[derive(Debug, Default)]
pub(super) struct Pieces(BTreeMap<(u32, u32), (FilePart, Piece)>);

impl Store {
    /// A store in that folder, which is made when the first layer goes in, and which has nothing else in it.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::with_limit(folder, LIMIT)
    }

    pub(super) fn with_limit(folder: impl Into<PathBuf>, limit: u64) -> Self {
        Self { folder: folder.into(), limit, kept: Arc::default() }
    }

    /// What is there now.
    pub(super) fn pieces(&self) -> Pieces {
        let mut pieces = BTreeMap::new();
        let paths = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|file| file.path());
        let indexes = paths.filter(|path| path.extension().is_some_and(|ending| ending == ENDING));
        for index in indexes.take(LAYERS) {
            let Ok(layer) = FilePart::open(&index.with_extension("")) else { continue };
            let there = read_index(&index).into_iter().flatten();
            pieces.extend(there.map(|piece| (piece.of, (layer.clone(), piece))));
        }
        Pieces(pieces)
    }

    /// A file for a layer, to be kept or dropped.
    pub(super) fn draft(&self) -> Option<Draft> {
        fs::create_dir_all(&self.folder).ok()?;
        Draft::new(&self.folder).ok()
    }

    /// Keeps a layer, unless it is too long; gives its name. What other runs left goes once there is too much.
    pub(super) fn keep(&self, layer: Draft, digest: &Digest, pieces: &[Piece]) -> Option<PathBuf> {
        let path = self.folder.join(digest.hex());
        let index = path.with_extension(ENDING);
        let text = write_index(pieces);
        let size = layer.file().metadata().ok()?.len() + text.len() as u64;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.values().sum::<u64>() + size > self.limit {
            return None;
        }
        let mut file = Draft::new(&self.folder).ok()?;
        file.write_all(text.as_bytes()).ok()?;
        layer.persist(&path).ok()?;
        file.persist(&index).ok()?;
        kept.insert(path.clone(), size);
        self.prune(&kept);
        Some(path)
    }

    fn prune(&self, kept: &BTreeMap<PathBuf, u64>) {
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let files: Vec<(PathBuf, u64)> = files
            .filter_map(|file| Some((file.path(), file.metadata().ok().filter(fs::Metadata::is_file)?.len())))
            .collect();
        // Each layer has an index.
        if files.len() > 2 * LAYERS || files.iter().map(|(_, size)| size).sum::<u64>() > self.limit {
            for (path, _) in files.iter().filter(|(path, _)| !kept.contains_key(&path.with_extension(""))) {
                // Somebody else may have done so.
                let _ = fs::remove_file(path);
            }
        }
    }
}

impl Pieces {
    /// Raw deflate of a piece with this checksum and its own, where there is one that is sound.
    pub(super) fn get(&self, piece: &[u8], crc: u32) -> Option<(Vec<u8>, u32)> {
        let (layer, place) = self.0.get(&(crc, u32::try_from(piece.len()).ok()?))?;
        let (offset, size) = place.at;
        // What is longer than stored blocks of deflate is none of ours.
        if size > (piece.len() + piece.len() / 64 + 64) as u64 {
            return None;
        }
        let mut deflated = Vec::with_capacity(usize::try_from(size).ok()?);
        layer.slice(offset, size)?.reader().read_to_end(&mut deflated).ok()?;
        (crc32(&deflated) == place.crc && inflates_to(&deflated, piece)).then_some((deflated, place.crc))
    }
}

/// Whether raw deflate, to its last byte, inflates to a piece.
fn inflates_to(deflated: &[u8], piece: &[u8]) -> bool {
    let (mut inflated, mut inflate) = (vec![0; piece.len()], Decompress::new(false));
    let status = inflate.decompress(deflated, &mut inflated, FlushDecompress::Finish);
    let (read, written) = (inflate.total_in(), inflate.total_out());
    let is_whole = (read, written) == (deflated.len() as u64, piece.len() as u64);
    matches!(status, Ok(Status::StreamEnd)) && is_whole && inflated == piece
}

/// The first line of an index. What another version compressed may be other bytes.
fn head() -> String {
    format!("wrtpod {} {LEVEL}", env!("CARGO_PKG_VERSION"))
}

fn write_index(pieces: &[Piece]) -> String {
    let mut text = head() + "\n";
    for Piece { of: (sum, length), at: (offset, size), crc } in pieces {
        // The text takes all that is written to it.
        let _ = writeln!(text, "{sum:x} {length:x} {offset:x} {size:x} {crc:x}");
    }
    text
}

fn read_index(path: &Path) -> Option<Vec<Piece>> {
    let mut text = String::new();
    let read = |file: FilePart| file.reader().take(INDEX).read_to_string(&mut text);
    FilePart::open(path).and_then(read).ok()?;
    let mut lines = text.lines();
    let is_ours = lines.next()? == head();
    let piece = |line: &str| {
        let mut numbers = line.split(' ').map(|number| u64::from_str_radix(number, 16).ok());
        let mut long = || numbers.next()?;
        let short = |number: u64| u32::try_from(number).ok();
        let of = (short(long()?)?, short(long()?)?);
        Some(Piece { of, at: (long()?, long()?), crc: short(long()?)? })
    };
    is_ours.then(|| lines.map_while(piece).collect())
}
