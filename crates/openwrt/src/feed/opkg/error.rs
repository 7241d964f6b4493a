//! What is wrong with a text or an archive of opkg's formats.

use crate::types::Invalid;

/// Why a text or an archive is refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A line of a package list, control file, status file or list of feeds.
    #[error("{place}, line {line}: {problem}")]
    Text {
        /// The text, as the caller calls it.
        place: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A file that is too long to be what it should be.
    #[error("{place} has more than {most} bytes, which no real one has")]
    TooLong {
        /// The text, as the caller calls it.
        place: String,
        /// The most that is read.
        most: usize,
    },
    /// An archive, as a whole.
    #[error("{archive}: {problem}")]
    Archive {
        /// Which one: `the package`, or `control.tar.gz` in it.
        archive: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// One entry of an archive.
    #[error("{archive}, entry {number} ({name}): {problem}")]
    Entry {
        /// Which archive.
        archive: &'static str,
        /// Its place in it, counted from 1.
        number: usize,
        /// Its name, quoted.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The bytes could not be read or inflated: the source says why.
    #[error("{archive} cannot be read")]
    Read {
        /// Which archive.
        archive: &'static str,
        /// What the reader says: damaged, cut off, or an error of the file below it.
        #[source]
        source: std::io::Error,
    },
    /// The package is another one than the index says.
    #[error("the index says {field} {indexed}, and the package itself says {own}")]
    OtherPackage {
        /// `Package`, `Version` or `Architecture`.
        field: &'static str,
        /// What the index has.
        indexed: String,
        /// What the package has.
        own: String,
    },
}

impl Error {
    pub(super) fn text(place: &str, line: usize, problem: impl Into<String>) -> Self {
        Self::Text { place: place.to_owned(), line, problem: problem.into() }
    }

    pub(super) fn archive(archive: &'static str, problem: impl Into<String>) -> Self {
        Self::Archive { archive, problem: problem.into() }
    }
}

/// A value that is wrong, with the field that it is in.
pub(super) fn in_field(field: &str, invalid: &Invalid) -> String {
    format!("`{field}`: {invalid}")
}
