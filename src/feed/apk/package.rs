//! `.apk` files: what a package brings, read in one pass.
//!
//! The header is verified against what the index promised, then each file against the header. Entry: [`read`].

use std::collections::VecDeque;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::Error;
use super::container::{self, Container, Schema};
use super::info::Info;
use super::metadata::Metadata;
use super::paths::{self, Entry};
use super::signature::hex;
use super::value::{Header, Object};
use crate::ahead;
use crate::feed::{Kind, Package, Script, ScriptKind, Visitor};

/// The longest script; apk's own limit is of that order.
const SCRIPT_LIMIT: usize = 1 << 20;
/// The most folders that a package watches.
const TRIGGERS: usize = 1024;

mod field {
    pub const INFO: usize = 1;
    pub const PATHS: usize = 2;
    pub const SCRIPTS: usize = 3;
    pub const TRIGGERS: usize = 4;
    pub const REPLACES_PRIORITY: usize = 5;
}

/// The scripts of a package by their numbers in its header, which are in the order of apk's own database.
const SCRIPTS: [(usize, ScriptKind); 7] = [
    (2, ScriptKind::PreInstall),
    (3, ScriptKind::PostInstall),
    (4, ScriptKind::PreRemove),
    (5, ScriptKind::PostRemove),
    (6, ScriptKind::PreUpgrade),
    (7, ScriptKind::PostUpgrade),
    (1, ScriptKind::Trigger),
];

/// What makes a package the one that is meant. OpenWrt does not sign packages.
#[derive(Debug, Clone, Copy)]
pub enum Promise<'a> {
    /// Its name, its version and the hash of its header are those of a verified index.
    Index(&'a Info),
    /// The source checks itself against a SHA-256 of the whole file, which has so many bytes.
    File {
        /// The bytes of the file.
        size: u64,
    },
}

/// A package with all that the database wants to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// What it is, in the terms of both families.
    pub package: Package,
    /// What it says of itself, with the hash of its header and the size of its file.
    pub info: Info,
    /// The hash of each item of the package, in their order: of a file's content or a link's text; none for a folder.
    pub digests: Vec<Option<[u8; 20]>>,
    /// Folders that it watches.
    pub triggers: Vec<String>,
    /// Who wins where several packages that replace each other have one file.
    pub replaces_priority: u64,
}

/// Reads a package. The items go to `visitor` in the order of the archive, each after its hash was announced and, for
/// those that it reads to the end, before it is known to match: an error may come after the last item. A thread of its own inflates.
pub fn read<E: From<Error>>(
    source: impl Read + Send,
    promise: Promise<'_>,
    visitor: Visitor<'_, E>,
) -> Result<Content, E> {
    let inflated = container::inflated(source)?;
    let (read, _) =
        ahead::read(inflated, |inflated| read_inflated(inflated, promise, visitor)).map_err(Error::Read)?;
    read
}

fn read_inflated<E: From<Error>>(
    source: &mut dyn Read,
    promise: Promise<'_>,
    visitor: Visitor<'_, E>,
) -> Result<Content, E> {
    let mut container = Container::inflated(source, Schema::Package)?;
    let bytes = std::mem::take(&mut container.header);
    let header = Header::new(&bytes, "the package")?;
    let (mut content, entries) = describe(header.root()?, &bytes, promise)?;
    let mut metadata = Metadata::new(&content.info.name);
    let mut waiting: VecDeque<Entry> = entries.into();
    loop {
        for entry in visit_bare(&mut waiting, &mut metadata, visitor)? {
            take_up(&mut content, entry);
        }
        let next = waiting.pop_front();
        let came = container.data(|length, reader| match &next {
            Some(entry) => visit_file(entry, length, reader, &mut metadata, visitor),
            None => Err(Error::field(&content.info.name, "it has more contents than files").into()),
        })?;
        match (came, next) {
            (true, Some(entry)) => take_up(&mut content, entry),
            (false, Some(entry)) => {
                return Err(Error::field(entry.item.path.to_string(), "its content is missing").into());
            }
            (_, None) => break,
        }
    }
    metadata.describe(&mut content.package)?;
    Ok(content)
}

fn take_up(content: &mut Content, entry: Entry) {
    content.digests.push(entry.digest());
    content.package.items.push(entry.item);
}

/// All that the header says, once it is the one that is meant.
fn describe(root: Object<'_>, bytes: &[u8], promise: Promise<'_>) -> Result<(Content, Vec<Entry>), Error> {
    let hash = Sha256::digest(bytes);
    let nothing = || Error::field("the package", "it says nothing of itself");
    let mut info = Info::read(root.object(field::INFO)?.ok_or_else(nothing)?)?;
    info.file_size = match promise {
        Promise::Index(promised) => {
            if promised.hash != hash[..] {
                return Err(Error::Identity { found: hex(&hash), wanted: hex(&promised.hash) });
            }
            if (&promised.name, &promised.version) != (&info.name, &info.version) {
                let problem = format!("the file holds {}-{} instead", info.name, info.version);
                return Err(Error::field(format!("{}-{}", promised.name, promised.version), problem));
            }
            promised.file_size
        }
        Promise::File { size } => size,
    };
    info.hash = hash.to_vec();
    let package = Package {
        name: info.name.clone(),
        version: info.version.clone(),
        architecture: info.architecture.clone(),
        scripts: scripts(root, &info.name)?,
        ..Package::default()
    };
    let entries = paths::read(root, field::PATHS)?;
    let triggers = triggers(root, &info.name)?;
    let replaces_priority = root.number(field::REPLACES_PRIORITY)?;
    Ok((Content { package, info, digests: Vec::new(), triggers, replaces_priority }, entries))
}

fn scripts(root: Object<'_>, package: &str) -> Result<Vec<Script>, Error> {
    let Some(object) = root.object(field::SCRIPTS)? else { return Ok(Vec::new()) };
    let mut scripts = Vec::new();
    for (number, kind) in SCRIPTS {
        let text = object.bytes(number)?;
        if text.len() > SCRIPT_LIMIT {
            return Err(Error::field(package, "one of its scripts has more than 1 MiB"));
        }
        if !text.is_empty() {
            scripts.push(Script { kind, text: text.to_vec() });
        }
    }
    Ok(scripts)
}

fn triggers(root: Object<'_>, package: &str) -> Result<Vec<String>, Error> {
    let Some(list) = root.object(field::TRIGGERS)? else { return Ok(Vec::new()) };
    if list.len() > TRIGGERS {
        return Err(Error::field(package, "it watches too many folders"));
    }
    (1..=list.len())
        .map(|item| match list.text(item)? {
            folder if folder.is_empty() || folder.contains(|c: char| c.is_whitespace() || c.is_control()) => {
                Err(Error::field(package, "a folder that it watches has blanks in its name, or none"))
            }
            folder => Ok(folder.to_owned()),
        })
        .collect()
}

/// Visits what comes without a data block, up to the next file that has one; gives what it visited.
fn visit_bare<E: From<Error>>(
    waiting: &mut VecDeque<Entry>,
    metadata: &mut Metadata,
    visitor: Visitor<'_, E>,
) -> Result<Vec<Entry>, E> {
    let mut visited = Vec::new();
    while let Some(entry) =
        waiting.front().is_some_and(|entry| !entry.has_data()).then(|| waiting.pop_front()).flatten()
    {
        if let (Kind::File(_), Some(hash)) = (&entry.item.kind, entry.hash)
            && hash != Sha256::digest(b"")[..]
        {
            return Err(Error::Content { path: entry.item.path.to_string() }.into());
        }
        metadata.take(&entry.item, &[]);
        visitor(&entry.item, &mut io::empty())?;
        visited.push(entry);
    }
    Ok(visited)
}

/// Visits a file with its data block, and verifies it.
fn visit_file<E: From<Error>>(
    entry: &Entry,
    length: u64,
    reader: &mut dyn Read,
    metadata: &mut Metadata,
    visitor: Visitor<'_, E>,
) -> Result<(), E> {
    let path = || entry.item.path.to_string();
    let Some(size) = length.checked_sub(8) else {
        return Err(Error::field(path(), "its data block is too short for its own numbers").into());
    };
    let mut place = [0; 8];
    reader.read_exact(&mut place).map_err(Error::Read)?;
    if place != entry.place() {
        return Err(Error::field(path(), "the contents are not in the order of the files").into());
    }
    if Kind::File(size) != entry.item.kind {
        return Err(Error::field(path(), format!("its content has {size} bytes, other than promised")).into());
    }
    let mut hashing = Hashing { source: reader.take(size), digest: Sha256::new() };
    if metadata.wants(&entry.item) {
        let mut bytes = Vec::new();
        hashing.read_to_end(&mut bytes).map_err(Error::Read)?;
        metadata.take(&entry.item, &bytes);
        visitor(&entry.item, &mut bytes.as_slice())?;
    } else {
        visitor(&entry.item, &mut hashing)?;
        io::copy(&mut hashing, &mut io::sink()).map_err(Error::Read)?;
    }
    if hashing.source.limit() > 0 {
        return Err(Error::field(path(), "the package ends in the middle of it").into());
    }
    if entry.hash.is_none_or(|hash| hash != hashing.digest.finalize()[..]) {
        return Err(Error::Content { path: path() }.into());
    }
    Ok(())
}

/// Hashes what is read.
struct Hashing<R> {
    source: R,
    digest: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(into)?;
        self.digest.update(&into[..length]);
        Ok(length)
    }
}
