//! Why a folder was not written.

use std::path::{Path, PathBuf};

/// Why a folder was not written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It holds files, and wrtpod wrote none of them.
    #[error("`{}` holds `{found}`, which wrtpod did not write", .folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// One of the files.
        found: String,
    },
    /// Something else has its place.
    #[error("`{}` is no folder", .path.display())]
    NoFolder {
        /// The place.
        path: PathBuf,
    },
    /// Files that are to be written are there with somebody else's content.
    #[error("in `{}` somebody else wrote or changed {}", .folder.display(), shown(.files))]
    Changed {
        /// The folder.
        folder: PathBuf,
        /// The files.
        files: Vec<String>,
    },
    /// The kustomization of a run that kept no list has more in it than wrtpod wrote.
    #[error("`{}` has more in it than wrtpod wrote: {}", .path.display(), shown(.more))]
    Kustomized {
        /// The kustomization.
        path: PathBuf,
        /// The files that are not wrtpod's; none where it has other keys.
        more: Vec<String>,
    },
    /// A link would lead a file out of the folder.
    #[error("`{}` is a link: nothing is written through it", .path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The list of what wrtpod wrote is none.
    #[error("`{}` is no list of files that wrtpod wrote: {problem}", .path.display())]
    List {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The file system failed.
    #[error("cannot write `{}`: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

fn shown(files: &[String]) -> String {
    if files.is_empty() {
        return "keys beside `resources`".to_owned();
    }
    let names: Vec<String> = files.iter().take(5).map(|name| format!("`{name}`")).collect();
    match files.len() - names.len() {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> FolderError + use<> {
    let path = path.to_owned();
    move |source| FolderError::Io { path, source }
}
