//! Why an index, a package or a database of apk is of no use.

/// What went wrong, and where. Hostile text is quoted and cut.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes could not be had.
    #[error("cannot read: {0}")]
    Read(#[source] std::io::Error),
    /// The file does not begin as one of apk 3.
    #[error("this is no file of apk 3: it begins with {found} instead of `ADB`")]
    Magic {
        /// The first bytes, as text.
        found: String,
    },
    /// Compressed in a way that OpenWrt's own apk cannot read either.
    #[error("the file is compressed by algorithm {0}: only deflate and none are known to OpenWrt")]
    Compression(u8),
    /// An index where a package is wanted, or the other way round.
    #[error("the file holds {found}, where {wanted} is wanted")]
    Schema {
        /// What it says to be.
        found: String,
        /// What was to be read.
        wanted: &'static str,
    },
    /// The sequence of blocks is not one that apk writes.
    #[error("byte {at}: {problem}")]
    Block {
        /// Where in the inflated file.
        at: u64,
        /// What is wrong there.
        problem: String,
    },
    /// The values of the header do not make sense.
    #[error("{what}, byte {at} of the header: {problem}")]
    Value {
        /// Which part was read.
        what: &'static str,
        /// Offset from the start of the header.
        at: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// A field that must be there, or says what it cannot.
    #[error("{of}: {problem}")]
    Field {
        /// The package or file.
        of: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A text that is no PEM of a P-256 public key.
    #[error("{name} is no public key: {problem}")]
    Key {
        /// The name that the key was given.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// No signature at all.
    #[error("the index is not signed")]
    Unsigned,
    /// Signed, but by keys that are not trusted.
    #[error("the index is signed with {signers}, and no trusted key is that one: {trusted}")]
    Untrusted {
        /// The ids of the signers.
        signers: String,
        /// The ids of the trusted keys with their names.
        trusted: String,
    },
    /// The id is that of a trusted key, the signature is not.
    #[error("the signature with the key {key} is wrong: the index was changed after it was signed")]
    Signature {
        /// The name of the key.
        key: String,
    },
    /// The header of the package is not the one that the index or the user promised.
    #[error("the package is not the one that was promised: its hash is {found}, not {wanted}")]
    Identity {
        /// The SHA-256 of the header that came.
        found: String,
        /// The one that was promised.
        wanted: String,
    },
    /// The content of a file is not what the header says.
    #[error("{path} in the package does not match its hash")]
    Content {
        /// The path of the file.
        path: String,
    },
    /// A line of a database in the root.
    #[error("{file}, line {line}: {problem}")]
    Line {
        /// Its path in the root.
        file: &'static str,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// Two packages have one file.
    #[error(
        "{package} brings {path}, which {owner} has already: leave one of the two out (one of the base by `-NAME` among the packages)"
    )]
    Owned {
        /// The package that was to be installed.
        package: String,
        /// The file.
        path: String,
        /// Who has it.
        owner: String,
    },
    /// A text that is no dependency.
    #[error("{text} is no dependency: {problem}")]
    Dependency {
        /// The text, quoted.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Error {
    pub(super) fn field(of: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Field { of: of.into(), problem: problem.into() }
    }
}
