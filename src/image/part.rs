//! A piece of an open file, read by position: many may read the same file at the same time.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// So many bytes of a file from an offset on. The file stays open, so it may lose its name meanwhile.
#[derive(Debug, Clone)]
pub struct FilePart {
    file: Arc<File>,
    offset: u64,
    size: u64,
}

impl FilePart {
    /// The whole of a file as it is now.
    pub fn whole(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), offset: 0, size })
    }

    /// Bytes of a file; nothing is read yet, and reading fails where the file is shorter.
    pub(super) fn new(file: &Arc<File>, offset: u64, size: u64) -> Self {
        Self { file: Arc::clone(file), offset, size }
    }

    /// A piece of this piece, or none when it does not lie wholly inside.
    pub(super) fn slice(&self, offset: u64, size: u64) -> Option<Self> {
        let inside = offset.checked_add(size).is_some_and(|end| end <= self.size);
        inside.then(|| Self { file: Arc::clone(&self.file), offset: self.offset + offset, size })
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
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file has become shorter"));
        }
        self.at += read as u64;
        Ok(read)
    }
}
