//! What lies at a path of a root.

use std::io::{self, Read};
use std::sync::Arc;

use super::measure::{Measured, digest};

use super::FilePart;
use crate::types::Digest;

/// Permission bits and owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attributes {
    /// Permission bits, `0o7777` at most.
    pub mode: u32,
    /// Number of the user.
    pub uid: u32,
    /// Number of the group.
    pub gid: u32,
}

impl Attributes {
    /// Of root, with these permission bits.
    pub const fn root(mode: u32) -> Self {
        Self { mode, uid: 0, gid: 0 }
    }
}

/// A file, folder or link of a root.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Whose it is, and what they may do with it.
    pub attributes: Attributes,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A regular file. Names of one file (hard links) have one [`Content`].
    File(Content),
    /// A symbolic link with its text.
    Symlink(String),
    /// A device, FIFO or socket of the base: there, and of no use here.
    Special,
}

impl Node {
    pub(super) const fn folder(attributes: Attributes) -> Self {
        Self { kind: Kind::Folder, attributes }
    }

    /// Whether a layer would tell them apart.
    pub fn is_same(&self, other: &Self) -> bool {
        let same_kind = match (&self.kind, &other.kind) {
            (Kind::Folder, Kind::Folder) | (Kind::Special, Kind::Special) => true,
            (Kind::Symlink(one), Kind::Symlink(two)) => one == two,
            (Kind::File(one), Kind::File(two)) => one.is_same(two),
            _ => false,
        };
        same_kind && self.attributes == other.attributes
    }
}

/// The bytes of a regular file, or where they are.
#[derive(Debug, Clone)]
pub struct Content {
    /// Equal for the names of one file, and only for those.
    pub(super) id: u64,
    pub(super) size: u64,
    pub(super) place: Place,
}

/// Where bytes are.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Memory(Arc<[u8]>),
    File(FilePart),
    /// In a layer of the base; not kept, but for its SHA-256.
    Base(Digest),
}

impl Content {
    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether two are names of one file.
    pub fn is_one_file_with(&self, other: &Self) -> bool {
        self.id == other.id
    }

    /// Reads it from the start; none for a file of the base whose bytes were not kept.
    pub fn reader(&self) -> Option<Box<dyn Read>> {
        match &self.place {
            Place::Memory(bytes) => Some(Box::new(io::Cursor::new(Arc::clone(bytes)))),
            Place::File(part) => Some(Box::new(part.reader())),
            Place::Base(_) => None,
        }
    }

    /// The SHA-256 of its bytes.
    pub(super) fn digest(&self) -> io::Result<Digest> {
        match &self.place {
            Place::Base(digest) => Ok(digest.clone()),
            Place::Memory(bytes) => Ok(digest(bytes)),
            Place::File(part) => {
                let mut measured = Measured::new(io::sink());
                io::copy(&mut part.reader(), &mut measured)?;
                let (_, digest, _) = measured.finish();
                Ok(digest)
            }
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (&self.place, &other.place) {
            (Place::Memory(one), Place::Memory(two)) => one == two,
            (Place::Base(one), Place::Base(two)) => one == two,
            (Place::Memory(bytes), Place::Base(hash)) | (Place::Base(hash), Place::Memory(bytes)) => {
                self.size == other.size && digest(bytes) == *hash
            }
            // What was put from a file on the disk is new.
            (Place::File(_), _) | (_, Place::File(_)) => false,
        }
    }
}
