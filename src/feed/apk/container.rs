//! The container that indexes and packages of apk 3 come in: compression, schema, blocks.
//!
//! `ADB.` (plain), `ADBd` (deflate) or `ADBc` (algorithm and level named), then `ADB.`, a schema, and blocks, each
//! aligned to 8 bytes: one header (`ADB`), signatures, data. Knows nothing of what is in them. Source: apk-tools'
//! `adb.h`, `adb.c`, `adb_comp.c`. Entry: [`Container::open`].

use std::io::{self, BufReader, Read};

use flate2::read::DeflateDecoder;

use super::Error;
use crate::types::quoted;

/// The longest header that is held in memory. That of an index of ten thousand packages takes some 5 MiB.
const HEADER_LIMIT: u64 = 64 << 20;
/// The longest signature; apk's own limit.
const SIGNATURE_LIMIT: u64 = 2048;
/// The most signatures; apk writes one for each key of the publisher.
const SIGNATURES: usize = 64;
/// The most bytes of contents in a package; OpenWrt's largest take some 100 MiB.
const CONTENT_LIMIT: u64 = 4 << 30;
const ALIGNMENT: u64 = 8;

/// What a container holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    Index,
    Package,
}

impl Schema {
    /// The number in the file, as the bytes read in order.
    pub(super) fn code(self) -> [u8; 4] {
        match self {
            Self::Index => *b"indx",
            Self::Package => *b"pckg",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Self::Index => "an index",
            Self::Package => "a package",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    Header,
    Signature,
    Data,
}

struct Block {
    kind: BlockKind,
    length: u64,
    /// Bytes after its content, which align the next one.
    padding: u64,
}

/// An opened container: its header and signatures are in memory, its data is still to come.
pub(super) struct Container<'a> {
    /// The header's bytes, which the signatures and hashes cover.
    pub header: Vec<u8>,
    /// The signatures, unverified.
    pub signatures: Vec<Vec<u8>>,
    source: Box<dyn Read + 'a>,
    /// Where `source` is in the inflated file.
    at: u64,
    /// A data block of which the length is already read.
    pending: Option<Block>,
    /// Bytes of contents so far.
    contents: u64,
}

impl<'a> Container<'a> {
    /// Reads up to the data.
    pub fn open(source: impl Read + Send + 'a, wanted: Schema) -> Result<Self, Error> {
        Self::inflated(inflated(source)?, wanted)
    }

    /// The same of one that is inflated.
    pub fn inflated(source: impl Read + 'a, wanted: Schema) -> Result<Self, Error> {
        let source = Box::new(source);
        let mut container =
            Self { header: Vec::new(), signatures: Vec::new(), source, at: 0, pending: None, contents: 0 };
        let mut start = [0; 8];
        container.exactly(&mut start)?;
        if &start[..4] != b"ADB." {
            return Err(Error::Magic { found: quoted(&String::from_utf8_lossy(&start[..4])) });
        }
        if start[4..] != wanted.code() {
            let found = match &start[4..] {
                b"indx" => Schema::Index.what().to_owned(),
                b"pckg" => Schema::Package.what().to_owned(),
                other => format!("something of schema {}", quoted(&String::from_utf8_lossy(other))),
            };
            return Err(Error::Schema { found, wanted: wanted.what() });
        }
        match container.next_block()? {
            Some(block) if block.kind == BlockKind::Header => {
                container.header = container.content(&block, HEADER_LIMIT, "a header")?;
            }
            _ => return Err(container.wrong("the first block is no header")),
        }
        while let Some(block) = container.next_block()? {
            match block.kind {
                BlockKind::Signature if container.signatures.len() == SIGNATURES => {
                    return Err(container.wrong(format!("more than {SIGNATURES} signatures")));
                }
                BlockKind::Signature => {
                    let signature = container.content(&block, SIGNATURE_LIMIT, "a signature")?;
                    container.signatures.push(signature);
                }
                BlockKind::Header => return Err(container.wrong("a second header")),
                BlockKind::Data => {
                    container.pending = Some(block);
                    break;
                }
            }
        }
        Ok(container)
    }

    /// Hands the next data block's length and content to `take`; false when there is none. What `take` leaves is
    /// skipped.
    pub fn data<E: From<Error>>(
        &mut self,
        take: impl FnOnce(u64, &mut dyn Read) -> Result<(), E>,
    ) -> Result<bool, E> {
        let block = match self.pending.take() {
            Some(block) => block,
            None => match self.next_block()? {
                Some(block) if block.kind == BlockKind::Data => block,
                Some(_) => return Err(self.wrong("after data comes something else than data").into()),
                None => return Ok(false),
            },
        };
        self.contents = self.contents.saturating_add(block.length);
        if self.contents > CONTENT_LIMIT {
            return Err(self.wrong(format!("contents of more than {} GiB", CONTENT_LIMIT >> 30)).into());
        }
        let mut content = (&mut self.source).take(block.length);
        let taken = take(block.length, &mut content);
        let left = content.limit();
        self.at += block.length - left;
        taken?;
        self.skip(left + block.padding)?;
        Ok(true)
    }

    /// The kind and the length of the next block, without its own header.
    fn next_block(&mut self) -> Result<Option<Block>, Error> {
        let mut first = [0; 4];
        // An end is only legal before the first byte.
        if self.source.read(&mut first[..1]).map_err(Error::Read)? == 0 {
            return Ok(None);
        }
        self.at += 1;
        self.exactly(&mut first[1..])?;
        let word = u32::from_le_bytes(first);
        let (number, size, own) = match (word >> 30, word & 0x3fff_ffff) {
            (3, number) => {
                let mut rest = [0; 12];
                self.exactly(&mut rest)?;
                let size = rest[4..].try_into().expect("it has 8 bytes");
                (number, u64::from_le_bytes(size), 16)
            }
            (number, size) => (number, u64::from(size), 4),
        };
        let kind = match number {
            0 => BlockKind::Header,
            1 => BlockKind::Signature,
            2 => BlockKind::Data,
            other => return Err(self.wrong(format!("a block of the unknown type {other}"))),
        };
        let Some(length) = size.checked_sub(own) else {
            return Err(self.wrong("a block that is shorter than its own header"));
        };
        Ok(Some(Block { kind, length, padding: (ALIGNMENT - size % ALIGNMENT) % ALIGNMENT }))
    }

    /// The content of a block that is held in memory. Memory grows only as bytes come.
    fn content(&mut self, block: &Block, limit: u64, what: &str) -> Result<Vec<u8>, Error> {
        let length = block.length;
        if length > limit {
            return Err(self.wrong(format!("{what} of {length} bytes, where {limit} are the most")));
        }
        let mut bytes = Vec::new();
        let got = (&mut self.source).take(length).read_to_end(&mut bytes).map_err(Error::Read)?;
        self.at += got as u64;
        if (got as u64) < length {
            return Err(self.wrong("the file ends in the middle"));
        }
        self.skip(block.padding)?;
        Ok(bytes)
    }

    fn exactly(&mut self, into: &mut [u8]) -> Result<(), Error> {
        match self.source.read_exact(into) {
            Ok(()) => {
                self.at += into.len() as u64;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.wrong("the file ends in the middle"))
            }
            Err(error) => Err(Error::Read(error)),
        }
    }

    fn skip(&mut self, length: u64) -> Result<(), Error> {
        let skipped = io::copy(&mut (&mut self.source).take(length), &mut io::sink()).map_err(Error::Read)?;
        self.at += skipped;
        if skipped < length {
            return Err(self.wrong("the file ends in the middle"));
        }
        Ok(())
    }

    fn wrong(&self, problem: impl Into<String>) -> Error {
        Error::Block { at: self.at, problem: problem.into() }
    }
}

/// The file without its compression.
pub(super) fn inflated<'a>(source: impl Read + Send + 'a) -> Result<Box<dyn Read + Send + 'a>, Error> {
    let mut source = BufReader::new(source);
    let mut magic = Vec::new();
    (&mut source).take(4).read_to_end(&mut magic).map_err(Error::Read)?;
    match magic.as_slice() {
        b"ADB." => Ok(Box::new(io::Cursor::new(magic).chain(source))),
        b"ADBd" => Ok(Box::new(DeflateDecoder::new(source))),
        b"ADBc" => {
            let mut method = [0; 2];
            source.read_exact(&mut method).map_err(Error::Read)?;
            match method[0] {
                0 => Ok(Box::new(source)),
                1 => Ok(Box::new(DeflateDecoder::new(source))),
                other => Err(Error::Compression(other)),
            }
        }
        [0x1f, 0x8b, ..] => Err(Error::Magic { found: "a gzip stream, as of apk 2,".to_owned() }),
        other => Err(Error::Magic { found: quoted(&String::from_utf8_lossy(other)) }),
    }
}
