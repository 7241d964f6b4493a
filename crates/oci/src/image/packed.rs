//! OCI archives: a layout in one tar file, as `skopeo` and `docker save` write it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use super::archive::{self, EntryKind};
use super::layout::{INDEX, MARK, MARK_TEXT, blob_path, parse_index, readable};
use super::{Blob, Bundle, Bytes, Error, FilePart, Index, manifest};
use crate::shown;
use crate::temporary::{self, Draft};
use crate::types::Digest;

impl Bundle {
    /// Writes it as an archive with one image under a tag, also over such an archive. The file appears whole or not at all,
    /// and the same bundle gives the same bytes.
    pub fn write_archive(&self, path: &Path, tag: Option<&str>) -> Result<(), Error> {
        Self::room_for_archive(path, tag)?;
        let writing = || Error::io(format!("write `{}`", shown::path(path)));
        let file = Draft::new(temporary::folder_of(path)).map_err(writing())?;
        let mut builder = Builder::new(BufWriter::new(file));
        let index = manifest::json(&self.listed(&Index::new(Vec::new()), tag, &|_| None));
        // In the order of their names' bytes.
        for folder in ["blobs/", "blobs/sha256/"] {
            entry(&mut builder, folder, EntryType::Directory, 0).map_err(writing())?;
        }
        for (digest, blob) in self.all_blobs() {
            entry(&mut builder, &blob_path(&digest), EntryType::Regular, blob.size()).map_err(writing())?;
            blob.copy(digest.as_str(), &digest, builder.get_mut())?;
            pad(&mut builder, blob.size()).map_err(writing())?;
        }
        for (name, bytes) in [(INDEX, &index[..]), (MARK, MARK_TEXT)] {
            entry(&mut builder, name, EntryType::Regular, bytes.len() as u64).map_err(writing())?;
            builder.get_mut().write_all(bytes).map_err(writing())?;
            pad(&mut builder, bytes.len() as u64).map_err(writing())?;
        }
        let file = builder
            .into_inner()
            .map_err(writing())?
            .into_inner()
            .map_err(|error| writing()(error.into_error()))?;
        readable(file.file()).map_err(writing())?;
        file.persist(path).map_err(writing())?;
        Ok(())
    }

    /// Whether [`Self::write_archive`] would write there, before there is a bundle: a file can be made there, and nothing is
    /// there, or an archive with an image under that tag. What else is there is [`Error::Foreign`].
    pub fn room_for_archive(path: &Path, tag: Option<&str>) -> Result<(), Error> {
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io(format!("read `{}`", shown::path(path)))(error)),
            Ok(there) if !there.is_file() => return Err(Error::foreign(path, "is no regular file")),
            Ok(_) => match Self::read_archive(path, tag) {
                Ok(_) => {}
                Err(error @ Error::Io { .. }) => return Err(error),
                Err(_) => return Err(Error::foreign(path, "is no archive of an image that was built")),
            },
        }
        temporary::room_for(path).map_err(Error::io(format!("write `{}`", shown::path(path))))
    }

    /// Reads an image out of an archive: the one with this tag, or the only one. Layers stay where they are.
    pub fn read_archive(path: &Path, tag: Option<&str>) -> Result<Self, Error> {
        let name = format!("`{}`", shown::path(path));
        let whole = FilePart::open(path).map_err(Error::io(format!("open {name}")))?;
        let mut head = Vec::new();
        whole.reader().take(2).read_to_end(&mut head).map_err(Error::io(format!("read {name}")))?;
        if head == [0x1f, 0x8b] {
            return Err(Error::archive(name, "is compressed with gzip: unpack it with `gunzip` first"));
        }
        let mut files: BTreeMap<String, FilePart> = BTreeMap::new();
        let mut twice = BTreeSet::new();
        archive::read(&name, BufReader::with_capacity(64 << 10, whole.reader()), &mut |entry, _| {
            if let EntryKind::File(size) = entry.kind {
                let part = whole.slice(entry.offset, size);
                let part = part.ok_or_else(|| Error::archive(&name, format!("{} is cut off", entry.path)))?;
                if files.insert(entry.path.as_str().to_owned(), part).is_some() {
                    twice.insert(entry.path);
                }
            }
            Ok(())
        })?;
        if let Some(path) = twice.first() {
            return Err(Error::archive(name, format!("has {path} twice")));
        }
        let Some(index) = files.get(INDEX).filter(|_| files.contains_key(MARK)) else {
            let problem = if files.contains_key("manifest.json") {
                "is of the old kind of `docker save`: write an OCI archive with `skopeo copy docker-archive:FILE oci-archive:FILE`"
            } else {
                "is no OCI archive: there is no `oci-layout` and no `index.json` in it"
            };
            return Err(Error::archive(name, problem));
        };
        let index = parse_index(&format!("{name}: {INDEX}"), index)?;
        let find = |digest: &Digest| {
            let part = files.get(&blob_path(digest)).cloned();
            Ok(part.map(|part| Blob { bytes: Bytes::File(part), origin: None }))
        };
        Self::listed_in(&name, &index, tag, &find)
    }
}

/// The header of an entry, of which the content follows.
fn entry(builder: &mut Builder<impl Write>, name: &str, kind: EntryType, size: u64) -> std::io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_path(name)?;
    header.set_mode(if kind == EntryType::Directory { 0o755 } else { 0o644 });
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header.set_cksum();
    builder.get_mut().write_all(header.as_bytes())
}

/// Fills the last block of a content up.
fn pad(builder: &mut Builder<impl Write>, size: u64) -> std::io::Result<()> {
    let gap = usize::try_from(size.next_multiple_of(512) - size).expect("it is less than 512");
    builder.get_mut().write_all(&[0; 512][..gap])
}
