//! A stream of a layer, whatever it is compressed with: inflated, bounded and measured on both sides.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::Error;
use super::measure::Measured;
use crate::ahead;
use crate::types::Digest;

/// The most that a layer may inflate to. Roots of appliances have some hundred MiB at most; more is a bomb.
const INFLATED: u64 = 4 << 30;
/// How much more than its compressed bytes a stream may inflate to, once it is past [`FREE`]. Text gets to 10, a file of
/// zeros to 1000.
const RATIO: u64 = 200;
/// Up to here the ratio is nobody's concern.
const FREE: u64 = 64 << 20;
/// The largest window of zstd that is taken; `zstd --ultra -20` asks for as much.
const WINDOW: u64 = 32 << 20;

/// How a layer's stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
}

/// The first bytes, which were looked at, and the rest.
type Source<R> = BufReader<Measured<Chain<Cursor<Vec<u8>>, R>>>;

enum Decoder<R: Read> {
    Plain(Source<R>),
    Gzip(Box<MultiGzDecoder<Source<R>>>),
    Zstd(Box<Frames<R>>),
}

/// The frames of a zstd stream, one behind the other.
struct Frames<R: Read> {
    source: Source<R>,
    frame: FrameDecoder,
}

/// The inflated stream.
struct Stream<R: Read> {
    decoder: Decoder<R>,
    compression: Compression,
    /// Bytes so far.
    inflated: u64,
}

/// What a stream was, known at its end.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) compression: Compression,
    /// Digest and size of the compressed bytes.
    pub(super) digest: Digest,
    pub(super) size: u64,
    /// Digest of the inflated bytes.
    pub(super) diff_id: Digest,
}

/// Gives the inflated bytes to `work`, reads what that leaves, which also checks the checksums at the end, and measures both
/// sides. They are inflated on a thread of their own. `name` is for messages.
pub(super) fn pass<R: Read + Send, T>(
    name: &str,
    reader: R,
    work: impl FnOnce(&mut dyn Read) -> Result<T, Error>,
) -> Result<(T, Measure), Error> {
    let stream = Stream::open(name, reader)?;
    let passed = ahead::read(stream, |inflated| {
        let mut inflated = Measured::new(inflated);
        let worked = work(&mut inflated)?;
        io::copy(&mut inflated, &mut io::sink()).map_err(|error| Error::archive(name, error))?;
        let (_, diff_id, _) = inflated.finish();
        Ok((worked, diff_id))
    });
    let (passed, stream) = passed.map_err(Error::io(format!("read {name}")))?;
    let (worked, diff_id) = passed?;
    let Stream { decoder, compression, .. } = stream.expect("it was read to its end");
    let (_, digest, size) = decoder.into_source().into_inner().finish();
    Ok((worked, Measure { compression, digest, size, diff_id }))
}

impl<R: Read> Stream<R> {
    /// Looks at the first bytes. `name` is for messages.
    fn open(name: &str, mut reader: R) -> Result<Self, Error> {
        let mut head = Vec::new();
        reader.by_ref().take(5).read_to_end(&mut head).map_err(Error::io(format!("read {name}")))?;
        let refused = |what| Err(Error::archive(name, what));
        let compression = match &head[..] {
            [] => return refused("is empty"),
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', ..] | [b'B', b'Z', b'h', ..] => {
                return refused(
                    "is compressed with xz or bzip2, which OCI images cannot have: unpack it, and compress it with gzip",
                );
            }
            _ => Compression::None,
        };
        let measured = Measured::new(Cursor::new(head).chain(reader));
        let source = BufReader::with_capacity(64 << 10, measured);
        let decoder = match compression {
            Compression::None => Decoder::Plain(source),
            Compression::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(source))),
            Compression::Zstd => {
                let mut frame = FrameDecoder::new();
                frame.set_max_window_size(WINDOW);
                Decoder::Zstd(Box::new(Frames { source, frame }))
            }
        };
        Ok(Self { decoder, compression, inflated: 0 })
    }
}

impl<R: Read> Read for Stream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.inflated += read as u64;
        let (compressed, inflated) = (self.decoder.source().get_ref().size(), self.inflated);
        if inflated > INFLATED {
            return Err(io::Error::other("inflates to more than 4 GiB, the most that is taken"));
        }
        if self.compression != Compression::None && inflated > FREE.max(compressed.saturating_mul(RATIO)) {
            return Err(io::Error::other("inflates to more than 200 times its size, as a bomb does"));
        }
        Ok(read)
    }
}

impl<R: Read> Decoder<R> {
    fn source(&self) -> &Source<R> {
        match self {
            Self::Plain(source) => source,
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zstd(frames) => &frames.source,
        }
    }

    fn into_source(self) -> Source<R> {
        match self {
            Self::Plain(source) => source,
            Self::Gzip(decoder) => decoder.into_inner(),
            Self::Zstd(frames) => frames.source,
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(source) => source.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(frames) => frames.read(buffer),
        }
    }
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.frame.can_collect() == 0 {
            if !self.frame.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.frame.decode_blocks(&mut self.source, one).map_err(io::Error::other)?;
            } else if self.source.fill_buf()?.is_empty() {
                return Ok(0);
            } else {
                self.next_frame()?;
            }
        }
        self.frame.read(buffer)
    }
}

impl<R: Read> Frames<R> {
    /// Begins a frame, or skips one that holds no data.
    fn next_frame(&mut self) -> io::Result<()> {
        match self.frame.reset(&mut self.source) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let length = u64::from(length);
                let skipped = io::copy(&mut (&mut self.source).take(length), &mut io::sink())?;
                if skipped == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
            }
            begun => begun.map_err(io::Error::other),
        }
    }
}
