//! The table of folders and files in a package's header.
//!
//! Every path is checked here: it lies in the root, is there once, and not below a file or link of the same package.
//! Entry: [`read`].

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Error;
use super::value::Object;
use crate::feed::{Item, Kind, Owner};
use crate::types::{RootPath, quoted};

/// The most folders, and the most files in one of them; OpenWrt's largest packages have some 10,000 files.
const ENTRIES: usize = 200_000;
/// The longest text of a symbolic link on Linux.
const LINK_LIMIT: usize = 4095;
/// The longest name of a user or group.
const OWNER_LIMIT: usize = 255;

const TYPE_SYMLINK: u16 = 0o120_000;
const TYPE_FILE: u16 = 0o100_000;

/// An item, and where its content is to come.
pub(super) struct Entry {
    pub item: Item,
    /// The SHA-256 of a file's content.
    pub hash: Option<[u8; 32]>,
    /// The numbers of its folder and its file, from 1.
    place: (u32, u32),
}

impl Entry {
    /// Whether a data block comes for it.
    pub fn has_data(&self) -> bool {
        matches!(self.item.kind, Kind::File(size) if size > 0)
    }

    /// The start of its data block.
    pub fn place(&self) -> [u8; 8] {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&self.place.0.to_le_bytes());
        bytes[4..].copy_from_slice(&self.place.1.to_le_bytes());
        bytes
    }

    /// What the database has of it: the start of the hash of its content, or of its text for a link.
    pub fn digest(&self) -> Option<[u8; 20]> {
        let hash: [u8; 32] = match &self.item.kind {
            Kind::Folder => return None,
            Kind::Symlink(text) => Sha256::digest(text).into(),
            Kind::File(_) | Kind::Hardlink(_) => self.hash?,
        };
        Some(hash[..20].try_into().expect("it is longer"))
    }
}

/// All entries in the order of the archive.
pub(super) fn read(root: Object<'_>, field: usize) -> Result<Vec<Entry>, Error> {
    let mut table = Table::default();
    for (number, folder) in (1..).zip(root.list(field, ENTRIES)?) {
        let path = match folder.text(1)? {
            "" => None,
            name => Some(table.folder(folder, name)?),
        };
        for (file_number, file) in (1..).zip(folder.list(3, ENTRIES)?) {
            table.file(path.as_ref(), file, (number, file_number))?;
        }
    }
    Ok(table.entries)
}

#[derive(Default)]
struct Table {
    entries: Vec<Entry>,
    /// Where in `entries` a path is.
    places: BTreeMap<RootPath, usize>,
}

impl Table {
    fn folder(&mut self, object: Object<'_>, name: &str) -> Result<RootPath, Error> {
        let path = checked(name)?;
        let (mode, owner) = access(object.object(2)?, &path)?;
        let item = Item { path: path.clone(), kind: Kind::Folder, mode, owner };
        self.add(Entry { item, hash: None, place: (0, 0) })?;
        Ok(path)
    }

    fn file(
        &mut self,
        folder: Option<&RootPath>,
        object: Object<'_>,
        place: (u32, u32),
    ) -> Result<(), Error> {
        let name = object.text(1)?;
        if name.contains('/') {
            return Err(Error::field(quoted(name), "the name of a file has a `/`"));
        }
        let path = match folder {
            // A checked folder and a name without `/` make a path, but for `.` and `..`.
            Some(folder) => checked(&format!("{}/{name}", folder.as_str()))?,
            None => checked(name)?,
        };
        let (mode, owner) = access(object.object(2)?, &path)?;
        let hash = object.bytes(5)?.try_into().ok();
        let kind = match object.bytes(6)? {
            [] => Kind::File(object.number(3)?),
            target => self.link(&path, target)?,
        };
        if hash.is_none() && matches!(kind, Kind::File(_)) {
            return Err(Error::field(path.to_string(), "it has no SHA-256"));
        }
        self.add(Entry { item: Item { path, kind, mode, owner }, hash, place })
    }

    fn link(&self, path: &RootPath, target: &[u8]) -> Result<Kind, Error> {
        let wrong = |problem: &str| Error::field(path.to_string(), problem);
        let (kind, text) = target.split_first_chunk().ok_or_else(|| wrong("it is a link to nothing"))?;
        let text = std::str::from_utf8(text).ok().filter(|text| !text.contains('\0'));
        match u16::from_le_bytes(*kind) {
            TYPE_SYMLINK => match text {
                Some(text) if !text.is_empty() && text.len() <= LINK_LIMIT => {
                    Ok(Kind::Symlink(text.to_owned()))
                }
                _ => Err(wrong("it is a link to what is no path")),
            },
            TYPE_FILE => {
                let to = checked(text.ok_or_else(|| wrong("it is a hard link to what is no path"))?)?;
                match self.places.get(&to).map(|at| &self.entries[*at].item.kind) {
                    Some(Kind::File(_)) => Ok(Kind::Hardlink(to)),
                    _ => Err(wrong("it is a hard link to what is no earlier file of the package")),
                }
            }
            _ => Err(wrong("it is a device or a FIFO, which no image may have")),
        }
    }

    fn add(&mut self, entry: Entry) -> Result<(), Error> {
        let path = &entry.item.path;
        let above = path.ancestors().find(|above| {
            self.places.get(above).is_some_and(|at| self.entries[*at].item.kind != Kind::Folder)
        });
        if let Some(above) = above {
            return Err(Error::field(path.to_string(), format!("it lies below {above}, which is no folder")));
        }
        if self.places.insert(path.clone(), self.entries.len()).is_some() {
            return Err(Error::field(path.to_string(), "the package has it twice"));
        }
        self.entries.push(entry);
        Ok(())
    }
}

/// A path as apk writes it: without `/` at its ends and without what a line of the database cannot hold.
fn checked(text: &str) -> Result<RootPath, Error> {
    let path: RootPath = text.parse().map_err(|invalid| Error::field("the package", format!("{invalid}")))?;
    if path.as_str() != text {
        return Err(Error::field(quoted(text), "a path in the package is not written plainly"));
    }
    if text.contains(|c: char| c.is_control()) {
        return Err(Error::field(quoted(text), "a path in the package has control characters"));
    }
    Ok(path)
}

/// Permission bits and owner. Extended attributes are left out, as a layer has none.
fn access(object: Option<Object<'_>>, path: &RootPath) -> Result<(u32, Owner), Error> {
    let wrong = |problem: &str| Error::field(path.to_string(), problem);
    let object = object.ok_or_else(|| wrong("it has no mode and no owner"))?;
    let mode = u32::try_from(object.number(1)?).ok().filter(|mode| *mode <= 0o7777);
    let name = |field| {
        let name = object.text(field)?;
        let is_name = !name.is_empty()
            && name.len() <= OWNER_LIMIT
            && !name.contains(|c: char| c == ':' || c.is_control() || c.is_whitespace());
        if is_name { Ok(name.to_owned()) } else { Err(wrong("the name of its user or group is none")) }
    };
    Ok((mode.ok_or_else(|| wrong("its mode has more than permissions"))?, Owner::Name(name(2)?, name(3)?)))
}
