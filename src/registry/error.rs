//! Why a registry did not say what a tag stands for.

/// Why there is no digest. No variant holds a secret, or words that a registry chose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The reference names no registry that could be asked.
    #[error("`localhost` without a port is no registry, but the name of images that are only on the node")]
    OnlyOnNode,
    /// There is no client.
    #[error("cannot make a TLS client: {0}")]
    Setup(String),
    /// There is no connection.
    #[error("{registry} cannot be reached: {reason}")]
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
    /// There is no such repository or tag.
    #[error("{registry} has no such image")]
    NotFound {
        /// Host and port.
        registry: String,
    },
    /// Not without credentials, or not with these.
    #[error("{registry} refuses access: {reason}")]
    Unauthorized {
        /// Host and port.
        registry: String,
        /// With what it was asked.
        reason: String,
    },
    /// It has failed, or wants fewer requests.
    #[error("{registry} answered with HTTP status {code}")]
    Status {
        /// Host and port.
        registry: String,
        /// The status.
        code: u16,
    },
    /// The digest in the answer is not that of its content.
    #[error("{registry} answered with a digest that is not that of its content")]
    WrongDigest {
        /// Host and port.
        registry: String,
    },
    /// It answered in some other way that the protocol does not know.
    #[error("the answer of {registry} is of no use: {reason}")]
    Answer {
        /// Host and port.
        registry: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}
