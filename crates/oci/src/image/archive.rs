//! The entries of a tar archive, one by one, from hands that are not trusted.
//!
//! Long names and PAX records are read here and not by the `tar` crate, which would take any length of them into memory.
//! What two readers of one archive could understand differently is refused.

use std::cell::Cell;
use std::io::{self, Read};

use tar::{EntryType, Header};

use super::{Attributes, Error};
use crate::types::{RootPath, in_short, quoted};

/// The most entries of an archive; a root of OpenWrt has 3,000. Bounds the memory of a tree.
const ENTRIES: usize = 100_000;
/// The longest record of long names or PAX headers: paths have 4 KiB, extended attributes 64 KiB each.
const RECORD: u64 = 1 << 20;
/// The unit of a tar archive.
const BLOCK: u64 = 512;

/// An entry. Its content, for a regular file, comes beside it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: RootPath,
    pub(super) kind: EntryKind,
    pub(super) attributes: Attributes,
    /// When it was changed last, in seconds since 1970; 0 where that cannot be read.
    pub(super) time: u64,
    /// Where its content begins in the archive, in bytes.
    pub(super) offset: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    Folder,
    File(u64),
    Symlink(String),
    Hardlink(RootPath),
    /// A device, FIFO or socket.
    Special,
}

/// Gives each entry and the bytes of its file to `visit`; what that does not read is skipped. `name` is for messages.
/// The entry of the root itself is left out.
pub(super) fn read(
    name: &str,
    reader: impl Read,
    visit: &mut dyn FnMut(Entry, &mut dyn Read) -> Result<(), Error>,
) -> Result<(), Error> {
    let (position, failed) = (Cell::new(0), Cell::new(false));
    let mut archive = tar::Archive::new(Counted { inner: reader, position: &position, failed: &failed });
    let broken = |error: io::Error| {
        let at = position.get();
        // What the crate makes of the first block of something else says nothing of it.
        if at <= BLOCK && !failed.get() {
            return Error::archive(name, "is no tar archive, or damaged");
        }
        Error::archive(name, format!("{}, at byte {at}", in_short(&error.to_string())))
    };
    let mut long = Long::default();
    let mut end = 0;
    for (count, entry) in archive.entries().map_err(broken)?.raw(true).enumerate() {
        if count >= ENTRIES {
            return Err(Error::archive(name, "has more than 100000 entries, the most that are taken"));
        }
        let mut entry = entry.map_err(broken)?;
        let (offset, size) = (entry.raw_file_position(), entry.size());
        end = offset.saturating_add(size.div_ceil(BLOCK).saturating_mul(BLOCK));
        let header = entry.header().clone();
        let refused = |problem: String| {
            let path = String::from_utf8_lossy(&header.path_bytes()).into_owned();
            Error::archive(name, format!("the entry {} at byte {offset} {problem}", quoted(&path)))
        };
        if Long::takes(header.entry_type()) {
            if size > RECORD {
                return Err(refused("has a name or PAX header of more than 1 MiB".to_owned()));
            }
            let mut record = Vec::new();
            entry.read_to_end(&mut record).map_err(broken)?;
            if record.len() as u64 != size {
                return Err(refused("ends too early: the archive is cut off".to_owned()));
            }
            long.take_in(header.entry_type(), &record).map_err(refused)?;
            continue;
        }
        let Some((path, kind, attributes)) =
            std::mem::take(&mut long).describe(&header, size).map_err(refused)?
        else {
            continue;
        };
        let mut content = Counted { inner: &mut entry, position: &Cell::new(0), failed: &Cell::new(false) };
        let time = header.mtime().unwrap_or_default();
        visit(Entry { path, kind, attributes, time, offset }, &mut content)?;
        io::copy(&mut content, &mut io::sink()).map_err(broken)?;
        if content.position.get() != size {
            return Err(refused(format!(
                "ends after {} of {size} bytes: the archive is cut off",
                content.position.get()
            )));
        }
    }
    if position.get() < end.saturating_add(BLOCK) {
        return Err(Error::archive(
            name,
            format!("is cut off at byte {}: it has no end mark", position.get()),
        ));
    }
    Ok(())
}

/// Counts what is read, and remembers that it could not be.
struct Counted<'a, R> {
    inner: R,
    position: &'a Cell<u64>,
    failed: &'a Cell<bool>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer).inspect_err(|_| self.failed.set(true))?;
        self.position.set(self.position.get() + read as u64);
        Ok(read)
    }
}

/// What precedes an entry because its header has no room for it.
#[derive(Default)]
struct Long {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
}

impl Long {
    fn takes(kind: EntryType) -> bool {
        kind.is_gnu_longname()
            || kind.is_gnu_longlink()
            || kind.is_pax_local_extensions()
            || kind.is_pax_global_extensions()
    }

    fn take_in(&mut self, kind: EntryType, record: &[u8]) -> Result<(), String> {
        let name = || Some(record.split(|byte| *byte == 0).next().unwrap_or_default().to_vec());
        match kind {
            EntryType::GNULongName => self.path = name(),
            EntryType::GNULongLink => self.link = name(),
            _ => return self.take_in_pax(record, kind.is_pax_global_extensions()),
        }
        Ok(())
    }

    fn take_in_pax(&mut self, mut records: &[u8], global: bool) -> Result<(), String> {
        while !records.is_empty() {
            let (key, value, rest) = pax_record(records).ok_or("has a malformed PAX header")?;
            records = rest;
            let number = || {
                let text = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                text.map(Some).ok_or("has a PAX header with a malformed number")
            };
            match key {
                "path" | "linkpath" | "size" | "uid" | "gid" if global => {
                    return Err(format!("is a PAX header that gives every entry the same `{key}`"));
                }
                "path" => self.path = Some(value.to_vec()),
                "linkpath" => self.link = Some(value.to_vec()),
                "size" => self.size = number()?,
                "uid" => self.uid = number()?,
                "gid" => self.gid = number()?,
                sparse if sparse.starts_with("GNU.sparse.") => {
                    return Err("is sparse, which layers cannot have: write the archive without `--sparse`"
                        .to_owned());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// None for the root itself.
    fn describe(
        self,
        header: &Header,
        size: u64,
    ) -> Result<Option<(RootPath, EntryKind, Attributes)>, String> {
        if self.size.is_some_and(|stated| stated != size) {
            return Err("has two different sizes in its headers".to_owned());
        }
        let path = self.path.unwrap_or_else(|| header.path_bytes().into_owned());
        let path = String::from_utf8(path).map_err(|_| "has a name that is not UTF-8".to_owned())?;
        let link = self
            .link
            .or_else(|| header.link_name_bytes().map(std::borrow::Cow::into_owned))
            .unwrap_or_default();
        let link = String::from_utf8(link).map_err(|_| "has a link text that is not UTF-8".to_owned())?;
        if !path.is_empty() && path.split('/').all(|part| part.is_empty() || part == ".") {
            return Ok(None);
        }
        let kind = match header.entry_type() {
            EntryType::Directory => EntryKind::Folder,
            // Archives of before 1988 mark folders so, and some writers still do.
            EntryType::Regular if path.ends_with('/') && size == 0 => EntryKind::Folder,
            EntryType::Regular | EntryType::Continuous => EntryKind::File(size),
            EntryType::Symlink if link.is_empty() || link.contains('\0') || link.len() > 4095 => {
                return Err("is a symbolic link without a usable text".to_owned());
            }
            EntryType::Symlink => EntryKind::Symlink(link),
            EntryType::Link => {
                EntryKind::Hardlink(link.parse().map_err(|invalid: crate::types::Invalid| {
                    format!("is a hard link, and {}", invalid.problem)
                })?)
            }
            EntryType::Block | EntryType::Char | EntryType::Fifo => EntryKind::Special,
            other => {
                return Err(format!(
                    "is of the kind {}, which no layer has",
                    quoted(&char::from(other.as_byte()).to_string())
                ));
            }
        };
        if size != 0 && !matches!(kind, EntryKind::File(_)) {
            return Err("is no regular file and has a content".to_owned());
        }
        let number = |long: Option<u64>, short: io::Result<u64>| {
            let number = long.map_or(short, Ok).ok().and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| "has an owner that is no number of 32 bits".to_owned())
        };
        let mode = header.mode().map_err(|_| "has a malformed mode".to_owned())? & 0o7777;
        let attributes =
            Attributes { mode, uid: number(self.uid, header.uid())?, gid: number(self.gid, header.gid())? };
        let path = path
            .parse()
            .map_err(|invalid: crate::types::Invalid| format!("is refused: {}", invalid.problem))?;
        Ok(Some((path, kind, attributes)))
    }
}

/// Key, value and what follows of `LENGTH KEY=VALUE\n`, of which the value may hold any byte.
fn pax_record(records: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let digits = records.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&records[..digits]).ok()?.parse().ok()?;
    let (record, rest) = records.split_at_checked(length)?;
    let record = record.get(digits + 1..)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some((std::str::from_utf8(&record[..equals]).ok()?, &record[equals + 1..], rest))
}
