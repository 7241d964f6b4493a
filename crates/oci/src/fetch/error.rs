//! Why a file is not there.

use std::io;

use crate::shown;

/// Why a file was not fetched. Each names the place, without credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no client.
    #[error("cannot make a TLS client: {}", shown::line(.0))]
    Setup(String),
    /// There is nothing at the place.
    #[error("{}: there is no such file", shown::line(.place))]
    NotFound {
        /// Where.
        place: String,
    },
    /// There is no connection, or it broke off.
    #[error("{}: {}", shown::line(.place), shown::line(.reason))]
    Unreachable {
        /// Where.
        place: String,
        /// The innermost cause.
        reason: String,
    },
    /// The server answered with something else than the file.
    #[error("{}: the server answered with HTTP status {code}", shown::line(.place))]
    Status {
        /// Where.
        place: String,
        /// The status.
        code: u16,
    },
    /// It is not of the size that was announced.
    #[error("{}: {got} bytes, and {want} were announced: the file was changed or cut short", shown::line(.place))]
    Size {
        /// Where.
        place: String,
        /// Bytes that there should be.
        want: u64,
        /// Bytes that there are.
        got: u64,
    },
    /// It is larger than such a file may be.
    #[error("{}: more than {limit} bytes: no such file is that large", shown::line(.place))]
    TooLarge {
        /// Where.
        place: String,
        /// The limit.
        limit: u64,
    },
    /// Its content is not what was announced.
    #[error("{}: its SHA-256 is {got}, and {want} was announced: the file was changed", shown::line(.place))]
    Digest {
        /// Where.
        place: String,
        /// Announced, as hexadecimal digits.
        want: String,
        /// Found.
        got: String,
    },
    /// It would have to be fetched, and nothing may be.
    #[error("{}: it is not in the cache, and nothing is fetched offline", shown::line(.place))]
    Offline {
        /// Where.
        place: String,
    },
    /// A file of this machine cannot be read or written.
    #[error("{}: {error}", shown::line(.path))]
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
