//! Files that were fetched once, by their SHA-256.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::{Error, Want};
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
        let size = file.metadata().map_err(|error| failed(&path, error))?.len();
        let right_size = want.size.is_none_or(|want| want == size);
        if right_size
            && (!want.whole || hash(&mut file).map_err(|error| failed(&path, error))? == want.digest)
        {
            file.rewind().map_err(|error| failed(&path, error))?;
            return Ok(Some(file));
        }
        fs::remove_file(&path).map_err(|error| failed(&path, error))?;
        Ok(None)
    }

    /// A file to write into, in the folder itself so that it can be moved to its place.
    pub(super) fn start(&self) -> Result<tempfile::NamedTempFile, Error> {
        fs::create_dir_all(&self.folder).map_err(|error| failed(&self.folder, error))?;
        tempfile::NamedTempFile::new_in(&self.folder).map_err(|error| failed(&self.folder, error))
    }

    /// Keeps a file that was verified.
    pub(super) fn keep(&self, file: tempfile::NamedTempFile, digest: &Digest) -> Result<File, Error> {
        let path = self.path(digest);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        }
        let mut file = file.persist(&path).map_err(|error| failed(&path, error.error))?;
        file.rewind().map_err(|error| failed(&path, error))?;
        Ok(file)
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
