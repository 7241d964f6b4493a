//! A piece of an open file, read by position: many may read the same file at the same time.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::layout::readable;

/// So many bytes of a file from an offset on. The file stays open, so it may lose its name meanwhile.
#[derive(Debug, Clone)]
pub struct FilePart {
    file: Arc<File>,
    offset: u64,
    size: u64,
    /// A name that the file had, for [`Self::link`].
    name: Option<Arc<Path>>,
}

impl FilePart {
    /// The whole of a regular file; anything else is refused, since a FIFO would hang.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"));
        }
        File::open(path).and_then(Self::whole)
    }

    /// The whole of a file as it is now.
    pub fn whole(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), offset: 0, size, name: None })
    }

    /// Bytes of a file; nothing is read yet, and reading fails where the file is shorter.
    pub(super) fn new(file: &Arc<File>, offset: u64, size: u64) -> Self {
        Self { file: Arc::clone(file), offset, size, name: None }
    }

    /// A piece of this piece, or none when it does not lie wholly inside.
    pub(super) fn slice(&self, offset: u64, size: u64) -> Option<Self> {
        let inside = offset.checked_add(size).is_some_and(|end| end <= self.size);
        inside.then(|| Self::new(&self.file, self.offset + offset, size))
    }

    /// The whole of a file that is nobody's but wrtpod's, and its name.
    pub(super) fn named(self, name: PathBuf) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Gives a file that has a name of wrtpod's own, on the same file system, one name more. Whether it did: else it has to
    /// be copied.
    pub(super) fn link(&self, to: &Path) -> bool {
        let Some(name) = &self.name else { return false };
        if fs::hard_link(name, to).is_err() {
            return false;
        }
        // By now the name may be another file's.
        let is_it = |there: fs::Metadata| {
            self.file.metadata().is_ok_and(|file| (file.dev(), file.ino()) == (there.dev(), there.ino()))
        };
        let linked = fs::symlink_metadata(to).is_ok_and(is_it) && readable(&self.file).is_ok();
        if !linked {
            // What cannot be removed is in the way of the copy, which says so.
            let _ = fs::remove_file(to);
        }
        linked
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads it from the start; fails with `UnexpectedEof` where the file has become shorter.
    pub fn reader(&self) -> impl Read + Send + use<> {
        PartReader { part: self.clone(), at: 0 }
    }
}

struct PartReader {
    part: FilePart,
    at: u64,
}

impl Read for PartReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.part.size - self.at).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let read = self.part.file.read_at(&mut buffer[..wanted], self.part.offset + self.at)?;
        if read == 0 {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "the file has become shorter"));
        }
        self.at += read as u64;
        Ok(read)
    }
}
