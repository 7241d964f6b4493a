//! Overlays on the disk.

use std::borrow::Cow;
use std::fs::{self, File as DiskFile, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{Content, File, Script};
use crate::types::RootPath;

/// The longest `overlay.yaml`, in bytes: a hundred times the longest of ours, and within what the YAML reader takes.
const LONGEST_DOCUMENT: u64 = 1 << 20;
/// The longest script, in bytes: many times what a first boot has to do.
const LONGEST_SCRIPT: u64 = 64 << 10;
/// All files of an overlay together, in bytes: they are held in memory. What is larger belongs into a package.
const LARGEST: u64 = 16 << 20;
/// The most files and folders of an overlay.
const MOST_ENTRIES: usize = 4096;
/// Permission bits that are kept: a file is the same whether its owner's umask was 002 or 022, and set-id bits are none
/// of an overlay's business.
const KEPT_BITS: u32 = 0o755;

/// A path in a message: whole, as it has to be found, and without what could change the terminal.
fn shown(path: &Path) -> String {
    format!("`{}`", path.display().to_string().escape_debug().to_string().replace("\\'", "'"))
}

/// Why an overlay's folder cannot be used.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The folder or something in it cannot be read.
    #[error("cannot read {}: {source}", shown(path))]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Neither a file nor a folder nor a link, or one of them in the place of another.
    #[error("{} is {found}, and has to be {wanted}", shown(path))]
    Kind {
        /// What.
        path: PathBuf,
        /// What it is.
        found: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// A name that cannot be a path in a root, or the name of a script.
    #[error("{} has a name that {why}", shown(path))]
    Name {
        /// What.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// More than there may be.
    #[error("{} has more than {limit}", shown(path))]
    Size {
        /// What.
        path: PathBuf,
        /// How much there may be.
        limit: &'static str,
    },
    /// A script or a link whose bytes are no text.
    #[error("{} is not UTF-8 text", shown(path))]
    Text {
        /// What.
        path: PathBuf,
    },
}

impl FolderError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "an overlay is a folder with a file `overlay.yaml`; the path is relative to the file that names it"
            }
            Self::Io { .. } => "make it readable",
            Self::Kind { .. } => {
                "an overlay has `overlay.yaml`, `files/` and `uci-defaults/`, none of them a link"
            }
            Self::Name { .. } => "give it another name",
            Self::Size { .. } => "put large things into a package",
            Self::Text { .. } => "save it as UTF-8",
        }
    }
}

/// What an overlay's folder holds.
#[derive(Debug)]
pub(super) struct Folder {
    /// The path of `overlay.yaml`, for messages.
    pub document_name: String,
    /// Its text.
    pub document: String,
    /// What lies below `files/`.
    pub files: Vec<File>,
    /// The scripts of `uci-defaults/`.
    pub uci_defaults: Vec<Script>,
}

/// Reads the folder of an overlay, and adds what is wrong with it to `faults`; none without its document. Links below
/// `files/` are taken as they are and never followed.
pub(super) fn read(folder: &Path, faults: &mut Vec<FolderError>) -> Option<Folder> {
    let path = folder.join("overlay.yaml");
    let document = kept(text(&path, LONGEST_DOCUMENT, "1 MiB"), faults)?;
    let document_name = path.display().to_string();
    let mut budget = Budget { bytes: LARGEST, entries: MOST_ENTRIES };
    let mut files = Vec::new();
    let root = folder.join("files");
    if kept(is_folder(&root), faults) == Some(true) {
        read_files(&root, "", &mut budget, &mut files, faults);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let uci_defaults = scripts(&folder.join("uci-defaults"), faults);
    Some(Folder { document_name, document, files, uci_defaults })
}

/// What could be read; what could not is a fault.
fn kept<T>(read: Result<T, FolderError>, faults: &mut Vec<FolderError>) -> Option<T> {
    read.map_err(|fault| faults.push(fault)).ok()
}

/// What may still come.
struct Budget {
    bytes: u64,
    entries: usize,
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> FolderError + '_ {
    |source| FolderError::Io { path: path.to_owned(), source }
}

fn metadata(path: &Path) -> Result<Metadata, FolderError> {
    fs::symlink_metadata(path).map_err(io_error(path))
}

fn optional(path: &Path) -> Result<Option<Metadata>, FolderError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(path)(error)),
    }
}

fn kind(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        "a link"
    } else if kind.is_dir() {
        "a folder"
    } else if kind.is_file() {
        "a file"
    } else {
        "a device, a socket or a FIFO"
    }
}

/// Whether there is a folder; something else in its place is a fault.
fn is_folder(path: &Path) -> Result<bool, FolderError> {
    match optional(path)? {
        None => Ok(false),
        Some(metadata) if metadata.is_dir() => Ok(true),
        Some(metadata) => {
            Err(FolderError::Kind { path: path.to_owned(), found: kind(&metadata), wanted: "a folder" })
        }
    }
}

/// The paths in a folder, sorted; no more than `limit` of them.
fn entries(folder: &Path, limit: usize) -> Result<Vec<PathBuf>, FolderError> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(io_error(folder))? {
        if paths.len() == limit {
            return Err(FolderError::Size { path: folder.to_owned(), limit: "4096 files and folders" });
        }
        paths.push(entry.map_err(io_error(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> Result<&str, FolderError> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.ok_or_else(|| FolderError::Name { path: path.to_owned(), why: "is not UTF-8".to_owned() })
}

fn read_files(
    folder: &Path,
    inside: &str,
    budget: &mut Budget,
    files: &mut Vec<File>,
    faults: &mut Vec<FolderError>,
) {
    let Some(paths) = kept(entries(folder, budget.entries), faults) else { return };
    budget.entries -= paths.len();
    for path in paths {
        let Some(name) = kept(name(&path), faults) else { continue };
        let inside = format!("{inside}/{name}");
        if metadata(&path).is_ok_and(|metadata| metadata.is_dir()) {
            read_files(&path, &inside, budget, files, faults);
        } else {
            files.extend(kept(file(&path, &inside, budget), faults));
        }
    }
}

/// A file or link, with its path in the root.
fn file(path: &Path, inside: &str, budget: &mut Budget) -> Result<File, FolderError> {
    let root_path: RootPath = inside
        .parse()
        .map_err(|_| FolderError::Name { path: path.to_owned(), why: "is no path in a root".to_owned() })?;
    let metadata = metadata(path)?;
    let content = if metadata.is_symlink() {
        let target = fs::read_link(path).map_err(io_error(path))?;
        let text = target.to_str().ok_or_else(|| FolderError::Text { path: path.to_owned() })?;
        Content::Link(text.to_owned())
    } else {
        let bytes = bytes(path, &metadata, budget.bytes, "16 MiB together with the other files")?;
        budget.bytes -= bytes.len() as u64;
        Content::Bytes { bytes: Cow::Owned(bytes), mode: metadata.permissions().mode() & KEPT_BITS }
    };
    Ok(File { path: root_path, content })
}

/// A regular file of at most `most` bytes.
fn bytes(path: &Path, metadata: &Metadata, most: u64, limit: &'static str) -> Result<Vec<u8>, FolderError> {
    if !metadata.is_file() {
        return Err(FolderError::Kind { path: path.to_owned(), found: kind(metadata), wanted: "a file" });
    }
    let file = DiskFile::open(path).map_err(io_error(path))?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(io_error(path))?;
    if bytes.len() as u64 > most {
        return Err(FolderError::Size { path: path.to_owned(), limit });
    }
    Ok(bytes)
}

fn text(path: &Path, most: u64, limit: &'static str) -> Result<String, FolderError> {
    let bytes = bytes(path, &metadata(path)?, most, limit)?;
    String::from_utf8(bytes).map_err(|_| FolderError::Text { path: path.to_owned() })
}

/// The scripts in a folder, which need not be there.
fn scripts(folder: &Path, faults: &mut Vec<FolderError>) -> Vec<Script> {
    if kept(is_folder(folder), faults) != Some(true) {
        return Vec::new();
    }
    let paths = kept(entries(folder, MOST_ENTRIES), faults).unwrap_or_default();
    paths.iter().filter_map(|path| kept(script(path), faults)).collect()
}

fn script(path: &Path) -> Result<Script, FolderError> {
    let name = name(path)?;
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    // `ls` gives OpenWrt's boot no name with a dot in front.
    if name.starts_with('.') || !name.bytes().all(fits) {
        let why = "has other characters than letters, digits, `-`, `_` and `.`".to_owned();
        return Err(FolderError::Name { path: path.to_owned(), why });
    }
    let text = text(path, LONGEST_SCRIPT, "64 KiB")?;
    Ok(Script { name: name.to_owned(), text: Cow::Owned(text) })
}
