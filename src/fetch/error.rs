//! Why a file is not there.

use std::io;

use crate::shown;

/// Why a file was not fetched. Each names the place, without credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no client.
    #[error("cannot make a TLS client: {0}")]
    Setup(String),
    /// There is nothing at the place.
    #[error("{place}: there is no such file")]
    NotFound {
        /// Where.
        place: String,
    },
    /// There is no connection, or it broke off.
    #[error("{place}: {}", shown::line(.reason))]
    Unreachable {
        /// Where.
        place: String,
        /// The innermost cause.
        reason: String,
    },
    /// The server answered with something else than the file.
    #[error("{place}: the server answered with HTTP status {code}")]
    Status {
        /// Where.
        place: String,
        /// The status.
        code: u16,
    },
    /// It is not of the size that was announced.
    #[error("{place}: {got} bytes, and {want} were announced: the file was changed or cut short")]
    Size {
        /// Where.
        place: String,
        /// Bytes that there should be.
        want: u64,
        /// Bytes that there are.
        got: u64,
    },
    /// It is larger than such a file may be.
    #[error("{place}: more than {limit} bytes: no such file is that large")]
    TooLarge {
        /// Where.
        place: String,
        /// The limit.
        limit: u64,
    },
    /// Its content is not what was announced.
    #[error("{place}: its SHA-256 is {got}, and {want} was announced: the file was changed")]
    Digest {
        /// Where.
        place: String,
        /// Announced, as hexadecimal digits.
        want: String,
        /// Found.
        got: String,
    },
    /// It would have to be fetched, and nothing may be.
    #[error("{place}: it is not in the cache, and nothing is fetched offline")]
    Offline {
        /// Where.
        place: String,
    },
    /// A file of this machine cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: io::Error,
    },
}

impl Error {
    /// Whether what was asked for is at fault: it is not there or not what it has to be, and asking again gives the same.
    pub fn is_of_file(&self) -> bool {
        matches!(
            self,
            Self::NotFound { .. } | Self::Size { .. } | Self::TooLarge { .. } | Self::Digest { .. }
        )
    }
}
