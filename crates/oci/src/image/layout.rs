//! OCI layouts: a bundle as a folder.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::bundle::DOCUMENT;
use super::manifest::{self, REF_NAME};
use super::{Blob, Bundle, Bytes, Descriptor, Error, FilePart, Index, Manifest};
use crate::shown;
use crate::temporary::{self, Draft};
use crate::types::{Digest, quoted};

/// The file that says that a folder is a layout.
pub(super) const MARK: &str = "oci-layout";
/// What it says.
pub(super) const MARK_TEXT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;
/// The file that names the images.
pub(super) const INDEX: &str = "index.json";

/// Where a layout has the blob of a digest.
pub(super) fn blob_path(digest: &Digest) -> String {
    format!("blobs/{}", digest.as_str().replacen(':', "/", 1))
}

impl Bundle {
    /// Puts it into a layout, under a tag. A folder that is not there appears whole or not at all; in a layout that is
    /// there, the tag moves once all else is written, and other images stay.
    pub fn write_layout(&self, folder: &Path, tag: Option<&str>) -> Result<(), Error> {
        let name = shown::path(folder);
        let parent = temporary::folder_of(folder);
        if let Some(index) = Self::room_for_layout(folder)? {
            return self.fill(folder, folder, &index, tag);
        }
        fs::create_dir_all(parent)
            .map_err(Error::io(format!("make the folder `{}`", shown::path(parent))))?;
        let made = temporary::folder(parent);
        let made = made.map_err(Error::io(format!("make a folder in `{}`", shown::path(parent))))?;
        self.fill(made.path(), folder, &Index::new(Vec::new()), tag)?;
        write(&made.path().join(MARK), &folder.join(MARK), &mut |file| Ok(file.write_all(MARK_TEXT)?))?;
        open_to_all(made.path(), folder)?;
        // On Unix a rename takes the place of an empty folder.
        fs::rename(made.path(), folder).map_err(Error::io(format!("move the layout to `{name}`")))?;
        let _ = made.keep();
        Ok(())
    }

    /// Whether [`Self::write_layout`] would write there, before there is a bundle: files can be made there; gives the index of a
    /// layout that is there, and none for an empty folder or nothing. What else is there is [`Error::Foreign`].
    pub fn room_for_layout(folder: &Path) -> Result<Option<Index>, Error> {
        let index = Self::layout_in(folder)?;
        // Folders above it are made as well.
        let above =
            || folder.ancestors().skip(1).find(|above| above.as_os_str().is_empty() || above.is_dir());
        let file = if index.is_some() { folder.join(INDEX) } else { above().unwrap_or(folder).join(INDEX) };
        temporary::room_for(&file).map_err(Error::io(format!("write `{}`", shown::path(folder))))?;
        Ok(index)
    }

    fn layout_in(folder: &Path) -> Result<Option<Index>, Error> {
        let is_empty = match fs::read_dir(folder) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) if error.kind() == ErrorKind::NotFound => true,
            Err(_) if folder.exists() && !folder.is_dir() => {
                return Err(Error::foreign(folder, "is no folder"));
            }
            Err(error) => return Err(Error::io(format!("read the folder `{}`", shown::path(folder)))(error)),
        };
        if is_empty {
            // A folder that is moved takes the place of an empty one, and of no link.
            return if folder.is_symlink() {
                Err(Error::foreign(folder, "is a symbolic link, and leads to no OCI layout"))
            } else {
                Ok(None)
            };
        }
        if !folder.join(MARK).is_file() {
            return Err(Error::foreign(folder, "has files and is no OCI layout"));
        }
        match read_index(folder) {
            Err(Error::Io { source, .. })
                if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::InvalidInput) =>
            {
                Err(Error::foreign(folder, "is an OCI layout without an `index.json`"))
            }
            Err(Error::Document { .. }) => {
                Err(Error::foreign(folder, "has an `index.json` that is no OCI index"))
            }
            read => read.map(Some),
        }
    }

    /// Blobs first, the index last. Errors name the folder that it will be.
    pub(super) fn fill(
        &self,
        folder: &Path,
        named: &Path,
        index: &Index,
        tag: Option<&str>,
    ) -> Result<(), Error> {
        const BLOBS: &str = "blobs/sha256";
        let making = Error::io(format!("make the folder `{}`", shown::path(&named.join(BLOBS))));
        fs::create_dir_all(folder.join(BLOBS)).map_err(making)?;
        for (digest, blob) in self.all_blobs() {
            let blob_path = blob_path(&digest);
            let path = folder.join(&blob_path);
            if holds(&path, &digest, &blob) {
                continue;
            }
            if let Bytes::File(part) = &blob.bytes
                && part.link(&path)
            {
                continue;
            }
            let copy =
                &mut |file: &mut dyn Write| blob.copy(digest.as_str(), &digest, file).map_err(Failure::Own);
            write(&path, &named.join(blob_path), copy)?;
        }
        let read = |descriptor: &Descriptor| {
            let part = FilePart::open(&folder.join(blob_path(&descriptor.digest))).ok()?;
            Blob { bytes: Bytes::File(part), origin: None }.document("", descriptor).ok()
        };
        let index = manifest::json(&self.listed(index, tag, &read));
        write(&folder.join(INDEX), &named.join(INDEX), &mut |file| Ok(file.write_all(&index)?))
    }

    /// Everything, documents as blobs.
    pub(super) fn all_blobs(&self) -> std::collections::BTreeMap<Digest, Blob> {
        let documents = self.documents.iter();
        let documents = documents
            .map(|document| (document.descriptor.digest.clone(), Blob::memory(document.bytes.clone())));
        self.blobs.clone().into_iter().chain(documents).collect()
    }

    /// The index of a layout with this bundle in it; whatever had the tag before loses it, and what referred to that, of the
    /// kinds that this bundle brings itself, goes with it. `read` gives the documents of the layout.
    pub(super) fn listed(
        &self,
        index: &Index,
        tag: Option<&str>,
        read: &dyn Fn(&Descriptor) -> Option<Vec<u8>>,
    ) -> Index {
        let mut top = self.top.clone();
        if let Some(tag) = tag {
            top.annotations.insert(REF_NAME.to_owned(), tag.to_owned());
        }
        let named =
            self.documents.iter().filter(|document| document.manifest().is_ok_and(|it| it.subject.is_some()));
        let new: Vec<Descriptor> =
            [top].into_iter().chain(named.map(|document| document.descriptor.clone())).collect();
        let has_tag =
            |old: &Descriptor| tag.is_some() && old.annotations.get(REF_NAME).map(String::as_str) == tag;
        let (before, others): (Vec<_>, Vec<_>) = index.manifests.iter().cloned().partition(has_tag);
        let is_subject =
            |subject: &Digest, of: &[Descriptor]| of.iter().any(|top| holds_image(top, subject, read));
        let kinds: Vec<_> = new.iter().filter_map(|new| new.artifact_type.as_ref()).collect();
        let is_stale = |old: &Descriptor| {
            let is_of_kind = old.artifact_type.as_ref().is_some_and(|kind| kinds.contains(&kind));
            let subject = || Some(serde_json::from_slice::<Manifest>(&read(old)?).ok()?.subject?.digest);
            is_of_kind
                && subject()
                    .is_some_and(|subject| is_subject(&subject, &before) && !is_subject(&subject, &others))
        };
        let stays = |old: &&Descriptor| {
            let is_untagged = !old.annotations.contains_key(REF_NAME);
            !(is_untagged && (new.iter().any(|new| new.digest == old.digest) || is_stale(old)))
        };
        let manifests = others.iter().filter(stays).cloned().chain(new.iter().cloned()).collect();
        Index { manifests, ..index.clone() }
    }

    /// Reads an image out of a layout: the one with this tag, or the only one. Layers stay where they are.
    pub fn read_layout(folder: &Path, tag: Option<&str>) -> Result<Self, Error> {
        let name = format!("`{}`", shown::path(folder));
        if !folder.join(MARK).is_file() {
            return Err(Error::archive(name, format!("is no OCI layout: there is no file `{MARK}` in it")));
        }
        let index = read_index(folder)?;
        let find = |digest: &Digest| {
            let path = folder.join(blob_path(digest));
            match FilePart::open(&path) {
                Ok(part) => Ok(Some(Blob { bytes: Bytes::File(part), origin: None })),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(Error::io(format!("open `{}`", shown::path(&path)))(error)),
            }
        };
        Self::listed_in(&name, &index, tag, &find)
    }

    /// What the index of a layout has under a tag.
    pub(super) fn listed_in(
        name: &str,
        index: &Index,
        tag: Option<&str>,
        find: &dyn Fn(&Digest) -> Result<Option<Blob>, Error>,
    ) -> Result<Self, Error> {
        let tag_of = |image: &Descriptor| image.annotations.get(REF_NAME).cloned();
        // Without a tag, an entry that refers to another one is not meant.
        let is_meant = |image: &&Descriptor| match tag {
            Some(tag) => tag_of(image).as_deref() == Some(tag),
            None => tag_of(image).is_some() || image.artifact_type.is_none(),
        };
        let meant: Vec<&Descriptor> = index.manifests.iter().filter(is_meant).collect();
        let tags: Vec<String> = index.manifests.iter().filter_map(tag_of).map(|tag| quoted(&tag)).collect();
        let there = if tags.is_empty() {
            "none has a tag".to_owned()
        } else {
            format!("there are {}", tags.join(", "))
        };
        let refused = |problem: String| Err(Error::NoImage { place: name.to_owned(), problem });
        match (&meant[..], tag) {
            ([top], _) => Self::gather(name, top, &index.manifests, find),
            ([], None) => refused("has no image".to_owned()),
            ([], Some(tag)) => refused(format!("has no image with the tag {}: {there}", quoted(tag))),
            (several, _) => refused(format!("has {} images: say which tag, {there}", several.len())),
        }
    }
}

/// Whether an entry of an index is this image, or an index with it.
fn holds_image(top: &Descriptor, image: &Digest, read: &dyn Fn(&Descriptor) -> Option<Vec<u8>>) -> bool {
    let inner = || serde_json::from_slice::<Index>(&read(top)?).ok();
    top.digest == *image
        || inner().is_some_and(|index| index.manifests.iter().any(|inner| inner.digest == *image))
}

/// The index of a layout.
fn read_index(folder: &Path) -> Result<Index, Error> {
    let path = folder.join(INDEX);
    let name = format!("`{}`", shown::path(&path));
    let part = FilePart::open(&path).map_err(Error::io(format!("open {name}")))?;
    parse_index(&name, &part)
}

/// The index of a layout; its bytes have no digest.
pub(super) fn parse_index(name: &str, part: &FilePart) -> Result<Index, Error> {
    if part.size() > DOCUMENT {
        return Err(Error::document(name, "is longer than 4 MiB, the most that is taken"));
    }
    serde_json::from_reader(std::io::BufReader::new(part.reader())).map_err(Error::json(name))
}

/// Whether a file is there and sound: one that is damaged is written anew.
fn holds(path: &Path, digest: &Digest, wanted: &Blob) -> bool {
    FilePart::open(path).is_ok_and(|part| {
        let there = Blob { bytes: Bytes::File(part), origin: None };
        there.size() == wanted.size() && there.copy("", digest, &mut std::io::sink()).is_ok()
    })
}

/// What went wrong while a file was being filled.
enum Failure {
    Io(std::io::Error),
    Own(Error),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Writes a file that appears whole or not at all. Errors name the one that it will be.
fn write(
    path: &Path,
    named: &Path,
    fill: &mut dyn FnMut(&mut dyn Write) -> Result<(), Failure>,
) -> Result<(), Error> {
    let writing = || Error::io(format!("write `{}`", shown::path(named)));
    let folder: PathBuf = path.parent().map(Path::to_path_buf).unwrap_or_default();
    let mut file = Draft::new(&folder).map_err(writing())?;
    match fill(&mut file) {
        Ok(()) => {}
        Err(Failure::Io(error)) => return Err(writing()(error)),
        Err(Failure::Own(error)) => return Err(error),
    }
    readable(file.file()).map_err(writing())?;
    file.persist(path).map_err(writing())?;
    Ok(())
}

/// Temporary files are for their owner only; images are not secret.
pub(super) fn readable(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

fn open_to_all(folder: &Path, named: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let opened = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
    opened.map_err(Error::io(format!("open the folder `{}` to all", shown::path(named))))
}
