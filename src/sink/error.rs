//! Why a folder was not written.

use std::path::{Path, PathBuf};

use crate::shown;

/// Why a folder was not written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It holds files, and wrtpod wrote none of them.
    #[error("`{}` holds `{}`, which wrtpod did not write", shown::path(.folder), shown::line(.found))]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// One of the files.
        found: String,
    },
    /// Something else has its place.
    #[error("`{}` is no folder", shown::path(.path))]
    NoFolder {
        /// The place.
        path: PathBuf,
    },
    /// Files that are to be written are there with somebody else's content.
    #[error("in `{}` somebody else wrote or changed {}", shown::path(.folder), listed(.files))]
    Changed {
        /// The folder.
        folder: PathBuf,
        /// The files.
        files: Vec<String>,
    },
    /// The kustomization of a run that kept no list has more in it than wrtpod wrote.
    #[error("`{}` has more in it than wrtpod wrote: {}", shown::path(.path), listed(.more))]
    Kustomized {
        /// The kustomization.
        path: PathBuf,
        /// The files that are not wrtpod's; none where it has other keys.
        more: Vec<String>,
    },
    /// A link would lead a file out of the folder.
    #[error("`{}` is a link: nothing is written through it", shown::path(.path))]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The list of what wrtpod wrote is none.
    #[error("`{}` is no list of files that wrtpod wrote: {}", shown::path(.path), shown::line(.problem))]
    List {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The file system failed.
    #[error("cannot write `{}`: {source}", shown::path(.path))]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

fn listed(files: &[String]) -> String {
    if files.is_empty() {
        return "keys beside `resources`".to_owned();
    }
    let names: Vec<String> = files.iter().take(5).map(|name| format!("`{}`", shown::line(name))).collect();
    match files.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> FolderError + use<> {
    let path = path.to_owned();
    move |source| FolderError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_others_begins_a_line() {
        let hostile = || "a\nerror: b\u{1b}[2J".to_owned();
        let (path, folder) = (|| PathBuf::from(hostile()), || PathBuf::from(hostile()));
        for error in [
            FolderError::Foreign { folder: folder(), found: hostile() },
            FolderError::NoFolder { path: path() },
            FolderError::Changed { folder: folder(), files: vec![hostile()] },
            FolderError::Kustomized { path: path(), more: vec![hostile()] },
            FolderError::Link { path: path() },
            FolderError::List { path: path(), problem: hostile() },
            FolderError::Io { path: path(), source: std::io::ErrorKind::NotFound.into() },
        ] {
            let said = error.to_string();
            assert!(!said.contains(['\n', '\u{1b}']) && said.contains("a\\nerror: b"), "{said:?}");
        }
    }
}
