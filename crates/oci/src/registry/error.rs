//! Why a registry did not do what it was asked for.

use std::fmt;

use crate::shown;
use crate::types::Digest;

/// What a registry says of a refusal, in the form of the distribution spec. Its `Display` is a remark in brackets, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The error code, where it is one of the spec's.
    pub word: Option<&'static str>,
    /// The first 200 characters of its message, on one line, as a terminal may have it.
    pub text: Option<String>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.word, &self.text) {
            (None, None) => Ok(()),
            (Some(word), None) => write!(f, " ({word})"),
            (None, Some(text)) => write!(f, " (it says: {text})"),
            (Some(word), Some(text)) => write!(f, " ({word}: {text})"),
        }
    }
}

/// Why an image was not resolved, pulled or pushed. No variant holds a secret; what a registry says is in [`Said`] alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The reference names no registry that could be asked.
    #[error("`localhost` without a port is no registry, but the name of images that are only on the node")]
    OnlyOnNode,
    /// There is no client.
    #[error("cannot make a TLS client: {}", shown::line(.0))]
    Setup(String),
    /// There is no connection, or it broke off.
    #[error("{registry} cannot be reached: {}", shown::line(.reason))]
    Unreachable {
        /// Host and port.
        registry: String,
        /// The innermost cause.
        reason: String,
    },
    /// The time is up.
    #[error("{registry} did not answer within {seconds} s")]
    Slow {
        /// Host and port.
        registry: String,
        /// The limit.
        seconds: u64,
    },
    /// An exchange stands still.
    #[error("{registry} has neither sent nor taken anything for {seconds} s")]
    Stalled {
        /// Host and port.
        registry: String,
        /// The limit.
        seconds: u64,
    },
    /// It asks for a longer pause than anybody waits.
    #[error(
        "{registry} wants no further request for {seconds} s: try again later, or log in (`docker login {registry}`)"
    )]
    Busy {
        /// Host and port.
        registry: String,
        /// What it asks for.
        seconds: u64,
    },
    /// There is no such repository, tag or manifest.
    #[error("{registry} has no such image{said}")]
    NotFound {
        /// Host and port.
        registry: String,
        /// Its words.
        said: Said,
    },
    /// Nothing can be put where there is no repository: some registries make none by themselves.
    #[error("{registry} has no repository `{repository}`{said}: make it there first, or correct the name")]
    NoRepository {
        /// Host and port.
        registry: String,
        /// The repository.
        repository: String,
        /// Its words.
        said: Said,
    },
    /// There is no such blob, or not in this repository.
    #[error("{registry} does not have the blob {digest}, which the image names")]
    NoBlob {
        /// Host and port.
        registry: String,
        /// The blob.
        digest: Digest,
    },
    /// Not without credentials, or not with these.
    #[error("{registry} refuses access: {}{said}", shown::line(.reason))]
    Unauthorized {
        /// Host and port.
        registry: String,
        /// With what it was asked.
        reason: String,
        /// Its words.
        said: Said,
    },
    /// It has failed, or wants fewer requests, or does not take what it was sent.
    #[error("{registry} answered with HTTP status {code}{said}")]
    Status {
        /// Host and port.
        registry: String,
        /// The status.
        code: u16,
        /// Its words.
        said: Said,
    },
    /// The digest in the answer is not that of its content.
    #[error("{registry} answered with a digest that is not that of its content")]
    WrongDigest {
        /// Host and port.
        registry: String,
    },
    /// A blob has other content than its digest says.
    #[error("{registry} sent something else for the blob {digest}")]
    WrongBlob {
        /// Host and port.
        registry: String,
        /// What was asked for.
        digest: Digest,
    },
    /// A blob has another size than the manifest says.
    #[error("{registry} sends {got} bytes as the blob {digest}, which has {wanted}")]
    WrongSize {
        /// Host and port.
        registry: String,
        /// What was asked for.
        digest: Digest,
        /// Bytes by the manifest.
        wanted: u64,
        /// Bytes by the registry; one more than wanted stands for any larger number.
        got: u64,
    },
    /// An answer that has to be small is not.
    #[error("{registry} sends {what} of more than {} KiB", .limit >> 10)]
    TooLarge {
        /// Host and port.
        registry: String,
        /// What it is.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// It answered in some other way that the protocol does not know.
    #[error("the answer of {registry} is of no use: {reason}")]
    Answer {
        /// Host and port.
        registry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A blob cannot be read, or written, on this machine.
    #[error("cannot {what} the blob {digest}: {}", shown::line(.reason))]
    Local {
        /// `read` or `write`.
        what: &'static str,
        /// The blob.
        digest: Digest,
        /// What the system says.
        reason: String,
    },
    /// The reference has a digest, and the image has another.
    #[error("the image is {is}, not {wanted}: push it to a tag, without a digest")]
    OtherImage {
        /// The digest of the reference.
        wanted: Digest,
        /// That of the image.
        is: Digest,
    },
}
