//! Reads a tar of unknown origin, entry by entry, within bounds.
//!
//! The `tar` crate reads headers; long names it would read into memory however long they are, so they are read here.

use std::collections::BTreeMap;
use std::io::{self, Read};

use tar::{EntryType, PaxExtensions};

use super::Error;
use crate::feed::{Item, Kind, Owner};
use crate::types::{RootPath, in_short, quoted};

/// OpenWrt's largest package by far, all of linux-firmware, has some 3,000 entries.
const MOST_ENTRIES: usize = 100_000;
/// What all names of an archive may have, since they are remembered to tell duplicates.
const MOST_NAMES: usize = 32 << 20;
/// Linux takes no longer path or link text.
const LONGEST_NAME: u64 = 4096;
/// Pax headers of one entry: two long names and some numbers.
const LONGEST_PAX: u64 = 16 << 10;

/// What names came before, so that a later entry neither replaces one nor hides behind a link.
#[derive(Default)]
struct Seen {
    /// For each path, whether it is a folder and whether it is a regular file.
    paths: BTreeMap<RootPath, (bool, bool)>,
    bytes: usize,
}

/// Walks through a tar to the end of its reader; `visit` gets each entry with its content, which it need not read.
/// `archive` is what messages call it.
pub(super) fn walk<E: From<Error>>(
    archive: &'static str,
    reader: impl Read,
    mut visit: impl FnMut(&Item, &mut dyn Read) -> Result<(), E>,
) -> Result<(), E> {
    let read = |error: io::Error| {
        let source = io::Error::new(error.kind(), in_short(&error.to_string()));
        Error::Read { archive, source }
    };
    let mut tar = tar::Archive::new(reader);
    let (mut seen, mut long) = (Seen::default(), Long::default());
    for (index, entry) in tar.entries().map_err(read)?.raw(true).enumerate() {
        let mut entry = entry.map_err(read)?;
        let number = index + 1;
        if number > MOST_ENTRIES {
            return Err(Error::archive(archive, format!("it has more than {MOST_ENTRIES} entries")).into());
        }
        let shown = long.path.clone().unwrap_or_else(|| entry.path_bytes().into_owned());
        let refused = |problem: String| {
            let name = quoted(&String::from_utf8_lossy(&shown));
            Error::Entry { archive, number, name, problem }
        };
        if long.take(&mut entry).map_err(&refused)? {
            continue;
        }
        if let Some(item) = item(&entry, std::mem::take(&mut long)).map_err(&refused)? {
            seen.add(&item).map_err(&refused)?;
            let size = if let Kind::File(size) = item.kind { size } else { 0 };
            let mut content = Content { reader: &mut entry, left: size };
            visit(&item, &mut content)?;
            io::copy(&mut content, &mut io::sink()).map_err(read)?;
        }
    }
    // What follows the end mark is padding; reading it lets the decoder below check its sum.
    io::copy(&mut tar.into_inner(), &mut io::sink()).map_err(read)?;
    Ok(())
}

/// The content of a file. The crate would end early without a word when the archive is cut off.
struct Content<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Content<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.reader.read(&mut buffer[..most])?;
        if count == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ends within a file"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Names for the next entry that do not fit its header.
#[derive(Default)]
struct Long {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

impl Long {
    /// Takes the names of an entry that is only there to carry some.
    fn take<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>) -> Result<bool, String> {
        let kind = entry.header().entry_type();
        let most = match kind {
            EntryType::GNULongName | EntryType::GNULongLink => LONGEST_NAME,
            EntryType::XHeader => LONGEST_PAX,
            // Comments for all entries (git archive writes one).
            EntryType::XGlobalHeader => return Ok(true),
            _ => return Ok(false),
        };
        if entry.size() > most {
            return Err(format!(
                "its long name or extended header has {} bytes, at most {most} are read",
                entry.size()
            ));
        }
        let mut bytes = Vec::new();
        entry
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("cut off in a long name: {error}"))?;
        match kind {
            EntryType::GNULongName => self.path = Some(until_nul(bytes)),
            EntryType::GNULongLink => self.link = Some(until_nul(bytes)),
            _ => {
                for extension in PaxExtensions::new(&bytes) {
                    let extension = extension.map_err(|_| "its extended header is damaged".to_owned())?;
                    match extension.key_bytes() {
                        b"path" => self.path = Some(extension.value_bytes().to_vec()),
                        b"linkpath" => self.link = Some(extension.value_bytes().to_vec()),
                        b"size" | b"uid" | b"gid" => {
                            let key = String::from_utf8_lossy(extension.key_bytes()).into_owned();
                            return Err(format!("its extended header sets `{key}`, which no package needs"));
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(true)
    }
}

fn until_nul(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(end);
    }
    bytes
}

/// The item of an entry; none for the root itself.
fn item<R: Read>(entry: &tar::Entry<'_, R>, long: Long) -> Result<Option<Item>, String> {
    let header = entry.header();
    let path = text(long.path.unwrap_or_else(|| entry.path_bytes().into_owned()))?;
    let link =
        || text(long.link.clone().or_else(|| entry.link_name_bytes().map(Into::into)).unwrap_or_default());
    if header.entry_type().is_dir() && matches!(path.as_str(), "." | "./" | "/") {
        return Ok(None);
    }
    let path: RootPath = path.parse().map_err(|invalid: crate::types::Invalid| invalid.problem)?;
    if path.has_control() {
        return Err("its name holds a control character, and opkg's database has a name a line".to_owned());
    }
    let kind = match header.entry_type() {
        EntryType::Directory => Kind::Folder,
        EntryType::Regular | EntryType::Continuous => Kind::File(entry.size()),
        EntryType::Symlink => Kind::Symlink(link_text(&path, link()?)?),
        EntryType::Link => {
            Kind::Hardlink(link()?.parse().map_err(|invalid: crate::types::Invalid| invalid.problem)?)
        }
        EntryType::Block | EntryType::Char | EntryType::Fifo => {
            return Err(
                "it is a device or a pipe, which a package does not bring into a container".to_owned()
            );
        }
        _ => return Err("its kind is none that packages have".to_owned()),
    };
    let number = |value: io::Result<u64>, what: &str| {
        value
            .ok()
            .and_then(|value| u32::try_from(value).ok())
            .ok_or_else(|| format!("its {what} is no number"))
    };
    let owner = Owner::Id(number(header.uid(), "user")?, number(header.gid(), "group")?);
    let mode = number(header.mode().map(u64::from), "mode")? & 0o7777;
    Ok(Some(Item { path, kind, mode, owner }))
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| "its name is not UTF-8".to_owned())
}

/// A link's text: it may be absolute, which is within the root, but may not climb out of it.
fn link_text(path: &RootPath, text: String) -> Result<String, String> {
    if text.is_empty() || text.contains('\0') || text.len() as u64 >= LONGEST_NAME {
        return Err("it is a link without a usable target".to_owned());
    }
    let mut depth = if text.starts_with('/') { 0 } else { path.ancestors().count() };
    for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
        depth = match part {
            ".." => depth
                .checked_sub(1)
                .ok_or_else(|| format!("its target {} is outside the root", quoted(&text)))?,
            _ => depth + 1,
        };
    }
    Ok(text)
}

impl Seen {
    fn add(&mut self, item: &Item) -> Result<(), String> {
        self.bytes += item.path.as_str().len();
        if self.bytes > MOST_NAMES {
            return Err(format!("the names up to here have more than {MOST_NAMES} bytes"));
        }
        if let Some(parent) =
            item.path.ancestors().find(|parent| self.paths.get(parent).is_some_and(|(folder, _)| !folder))
        {
            return Err(format!("it lies below {parent}, which is no folder"));
        }
        if let Kind::Hardlink(target) = &item.kind
            && self.paths.get(target).is_none_or(|(_, file)| !file)
        {
            return Err(format!("it is another name of {target}, which is no file before it"));
        }
        let file = matches!(item.kind, Kind::File(_) | Kind::Hardlink(_));
        if self.paths.insert(item.path.clone(), (item.kind == Kind::Folder, file)).is_some() {
            return Err("the path comes twice".to_owned());
        }
        Ok(())
    }
}
