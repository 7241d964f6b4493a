//! Files and folders that are made beside what they become. Their names are random, so errors give the reason alone, in the same
//! words each time: which file or folder of the user's it was for, the caller says.

use std::fs::{File, Permissions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

/// A file that appears under its own name when it is whole, or not at all. What it may be read by is the user's umask's to say.
#[derive(Debug)]
pub struct Draft(NamedTempFile);

impl Draft {
    /// An empty one in a folder: that of the file that it becomes.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let made = Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder);
        made.map(Self).map_err(reason)
    }

    /// The open file.
    pub fn file(&self) -> &File {
        self.0.as_file()
    }

    /// Gives it its name, in the place of what has that name.
    pub fn persist(self, path: &Path) -> io::Result<File> {
        self.0.persist(path).map_err(|error| reason(error.error))
    }
}

// By the file itself: `NamedTempFile` puts its path into each error.
impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_file_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_file_mut().flush()
    }
}

impl Seek for Draft {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.0.as_file_mut().seek(position)
    }
}

/// A folder in `parent` that goes away when it is dropped.
pub fn folder(parent: &Path) -> io::Result<TempDir> {
    Builder::new().prefix(".wrtpod-").tempdir_in(parent).map_err(reason)
}

/// Fails where no file can be made for this path: nothing is left there. Whoever works long for a file asks before.
pub fn room_for(path: &Path) -> io::Result<()> {
    Draft::new(folder_of(path)).map(drop)
}

/// The folder that a path is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file without a name, in [`place`].
pub fn nameless() -> io::Result<File> {
    tempfile::tempfile().map_err(reason)
}

/// The machine's folder for files without a name: `TMPDIR`, or `/tmp`.
pub fn place() -> PathBuf {
    tempfile::env::temp_dir()
}

/// What the system said, without the path that the library puts behind it. The error itself, with its number, it does not give.
fn reason(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" at path \"") {
        Some((said, _)) => io::Error::new(error.kind(), said),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING_THERE: &str = "No such file or directory (os error 2)";

    #[test]
    fn errors_name_no_random_path() {
        let nowhere = Path::new("/proc/nowhere");
        assert_eq!(
            Draft::new(nowhere).map(drop).map_err(|error| error.to_string()),
            Err(NOTHING_THERE.into())
        );
        assert_eq!(folder(nowhere).map(drop).map_err(|error| error.to_string()), Err(NOTHING_THERE.into()));
        let place = tempfile::tempdir().expect("a folder");
        let draft = Draft::new(place.path()).expect("a file");
        let persisted = draft.persist(&place.path().join("a/b")).map(drop);
        assert_eq!(persisted.map_err(|error| error.to_string()), Err(NOTHING_THERE.into()));
    }

    #[test]
    fn errors_of_writing_name_none_either() {
        let place = tempfile::tempdir().expect("a folder");
        let (_, path) = NamedTempFile::new_in(place.path()).expect("a file").into_parts();
        let read_only = File::open(&path).expect("it is there");
        let mut draft = Draft(NamedTempFile::from_parts(read_only, path));
        let failed = draft.write_all(b"x").map_err(|error| error.to_string());
        assert_eq!(failed, Err("Bad file descriptor (os error 9)".into()));
    }

    #[test]
    fn the_umask_says_who_may_read() {
        let place = tempfile::tempdir().expect("a folder");
        let by_hand = place.path().join("by-hand");
        std::fs::write(&by_hand, "").expect("it can be written");
        let draft = Draft::new(place.path()).expect("a file");
        let mode = |file: &File| file.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode(draft.file()), mode(&File::open(by_hand).expect("it is there")));
    }
}
