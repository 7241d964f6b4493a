//! Files that were fetched once, by their digests.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{Error, Want};
use crate::temporary;
use crate::types::Digest;

/// A folder with a file for each digest. Safe to be used by several processes: files appear whole or not at all.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// A cache in that folder, which is made when the first file goes in.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder that it is in. What others keep there goes into folders of their own.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a file, whether it is there or not.
    fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        self.folder.join("sha256").join(&hex[..2]).join(hex)
    }

    /// A file that is there and is what it has to be; one that is not is removed.
    pub fn get(&self, want: &Want) -> Result<Option<File>, Error> {
        let path = self.path(&want.digest);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&path, error)),
        };
        if want.fits(&mut file).map_err(|error| failed(&path, error))? {
            file.rewind().map_err(|error| failed(&path, error))?;
            return Ok(Some(file));
        }
        fs::remove_file(&path).map_err(|error| failed(&path, error))?;
        Ok(None)
    }

    /// Drops a file: its reader found that it is not what it has to be.
    pub fn forget(&self, want: &Want) -> Result<(), Error> {
        let path = self.path(&want.digest);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, error)),
            _ => Ok(()),
        }
    }

    /// Begins a file that is to go in. `place` is where it comes from, for messages.
    pub fn draft(&self, place: impl Display, want: Want) -> Result<Draft, Error> {
        fs::create_dir_all(&self.folder).map_err(|error| failed(&self.folder, error))?;
        let file = temporary::Draft::new(&self.folder).map_err(|error| failed(&self.folder, error))?;
        let path = self.path(&want.digest);
        Ok(Draft { place: place.to_string(), want, path, file, hasher: Sha256::new(), size: 0 })
    }
}

impl Want {
    /// Whether a file is what it has to be.
    fn fits(&self, file: &mut File) -> io::Result<bool> {
        let size = file.metadata()?.len();
        if self.size.is_some_and(|want| want != size) {
            return Ok(false);
        }
        Ok(!self.whole || hash(file)? == self.digest)
    }
}

/// A file on its way into the cache. Dropped before [`Draft::finish`], nothing of it stays.
#[derive(Debug)]
pub struct Draft {
    place: String,
    want: Want,
    path: PathBuf,
    file: temporary::Draft,
    hasher: Sha256,
    size: u64,
}

impl Draft {
    /// How many bytes it has by now.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Verifies it, and gives it its place.
    pub fn finish(self) -> Result<File, Error> {
        if let Some(want) = self.want.size.filter(|want| *want != self.size) {
            return Err(Error::Size { place: self.place, want, got: self.size });
        }
        let got = Digest::of_hash(self.hasher.finalize().into());
        if self.want.whole && got != self.want.digest {
            let (want, got) = (self.want.digest.hex().to_owned(), got.hex().to_owned());
            return Err(Error::Digest { place: self.place, want, got });
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        }
        let mut file = self.file.persist(&self.path).map_err(|error| failed(&self.path, error))?;
        file.rewind().map_err(|error| failed(&self.path, error))?;
        Ok(file)
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The digest of what is left of a file.
fn hash(file: &mut File) -> io::Result<Digest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest::of_hash(hasher.finalize().into())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

pub(super) fn failed(path: &Path, error: io::Error) -> Error {
    Error::File { path: path.display().to_string(), error }
}
