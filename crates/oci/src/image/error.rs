//! What goes wrong with images.

use std::fmt::Display;
use std::io;
use std::path::Path;

use crate::shown;
use crate::types::{Digest, RootPath, quoted};

/// Why an image, a layer or a root cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The machine did not let a file be read or written.
    #[error("cannot {}: {source}", shown::line(.action))]
    Io {
        /// What was tried, with the file: ``read `/srv/rootfs.tar.gz` ``.
        action: String,
        /// What the machine said.
        source: io::Error,
    },
    /// An archive, or a layer, that is not one or that must not be used.
    #[error("{}: {}", shown::line(.archive), shown::line(.problem))]
    Archive {
        /// Which one.
        archive: String,
        /// What is wrong, with the entry or the place in it.
        problem: String,
    },
    /// A JSON document that is not what OCI wants.
    #[error("{}: {}", shown::line(.document), shown::line(.problem))]
    Document {
        /// Which one: its digest or its file.
        document: String,
        /// What is wrong.
        problem: String,
    },
    /// Bytes that are not those that their digest or size names.
    #[error("{} has the digest {found}, not {stated}: it is damaged, or not what its index means", shown::line(.what))]
    Digest {
        /// Which bytes.
        what: String,
        /// What they should be.
        stated: Digest,
        /// What they are.
        found: Digest,
    },
    /// Where an image is to be written, there is something that it is not put into, nor written over.
    #[error("`{}` {problem}", shown::line(.path))]
    Foreign {
        /// Where.
        path: String,
        /// What is there.
        problem: &'static str,
    },
    /// A path that cannot be in a layer.
    #[error("{} cannot be put into the image: {}", shown::line(&.path.to_string()), shown::line(.problem))]
    Path {
        /// The path as it was asked for.
        path: RootPath,
        /// Why not, and what to do.
        problem: String,
    },
    /// A path that leads to `/tmp`. Installers may leave it out and go on.
    #[error(
        "{} leads to {}, and an empty folder is mounted over /tmp in every pod: leave it out, or have a script make it \
         at start",
        shown::line(&.path.to_string()),
        shown::line(&.place.to_string())
    )]
    Volatile {
        /// The path as it was asked for.
        path: RootPath,
        /// Where that is.
        place: RootPath,
    },
    /// A file of the base whose bytes were not kept.
    #[error("{} of the base cannot be read: {}", shown::line(&.path.to_string()), shown::line(.problem))]
    Unread {
        /// The file.
        path: RootPath,
        /// Why.
        problem: String,
    },
    /// No image for the wanted platform, or none at all.
    #[error("{} {}", shown::line(.place), shown::line(.problem))]
    NoImage {
        /// Where it was looked for.
        place: String,
        /// What is not there, and what is.
        problem: String,
    },
}

impl Error {
    /// For `map_err`: what was being done.
    pub(super) fn io(action: impl Display) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action: action.to_string(), source }
    }

    pub(super) fn archive(archive: impl Display, problem: impl Display) -> Self {
        Self::Archive { archive: archive.to_string(), problem: problem.to_string() }
    }

    pub(super) fn foreign(path: &Path, problem: &'static str) -> Self {
        Self::Foreign { path: path.display().to_string(), problem }
    }

    pub(super) fn document(document: impl Display, problem: impl Display) -> Self {
        Self::Document { document: document.to_string(), problem: problem.to_string() }
    }

    pub(super) fn path(path: &RootPath, problem: impl Display) -> Self {
        Self::Path { path: path.clone(), problem: problem.to_string() }
    }

    pub(super) fn json(document: impl Display) -> impl FnOnce(serde_json::Error) -> Self {
        move |error| Self::document(document, format!("is no such JSON: {}", quoted(&error.to_string())))
    }
}
