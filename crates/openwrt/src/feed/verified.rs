//! A reader that says at the end whether it read what was promised.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use crate::types::Digest;

/// Reads through to another reader, and compares how much came and its SHA-256 with what an index promises. What is
/// read before [`Verified::finish`] says that all is well is not to be trusted.
#[derive(Debug)]
pub struct Verified<R> {
    reader: R,
    hash: Sha256,
    read: u64,
    size: u64,
    sha256: Digest,
}

/// How a file differs from what its index promises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It ends too early, or goes on.
    #[error("it has {found} bytes, and its index says {promised}: fetch it and its index again")]
    Size {
        /// The bytes that came; with `promised + 1` it may go on.
        found: u64,
        /// The bytes that the index says.
        promised: u64,
    },
    /// The size is right and the content is another.
    #[error("it is {found}, and its index says {promised}: fetch it and its index again")]
    Sha256 {
        /// What came.
        found: Digest,
        /// What the index says.
        promised: Digest,
    },
}

impl<R: Read> Verified<R> {
    /// Reads from `reader` what is to be `size` bytes with that SHA-256.
    pub fn new(reader: R, size: u64, sha256: Digest) -> Self {
        Self { reader, hash: Sha256::new(), read: 0, size, sha256 }
    }

    /// Reads what is left and judges the whole. A mismatch is the source of an error of kind `InvalidData`.
    pub fn finish(mut self) -> io::Result<()> {
        io::copy(&mut self, &mut io::sink())?;
        let mismatch = |mismatch| Err(io::Error::new(io::ErrorKind::InvalidData, mismatch));
        if self.read != self.size {
            return mismatch(Mismatch::Size { found: self.read, promised: self.size });
        }
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("it is below 16");
        let bytes = self.hash.finalize();
        let hex: String = bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        let found: Digest = format!("sha256:{hex}").parse().expect("32 bytes in hexadecimal");
        if found == self.sha256 {
            return Ok(());
        }
        mismatch(Mismatch::Sha256 { found, promised: self.sha256 })
    }
}

impl<R: Read> Read for Verified<R> {
    /// Fails as soon as more comes than was promised.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.read = self.read.saturating_add(count as u64);
        if self.read > self.size {
            let mismatch = Mismatch::Size { found: self.size.saturating_add(1), promised: self.size };
            return Err(io::Error::new(io::ErrorKind::InvalidData, mismatch));
        }
        self.hash.update(&buffer[..count]);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

    use super::*;

    /// SHA-256 of `abc` (FIPS 180-2, appendix B.1).
    const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn judged(content: &[u8], size: u64, sha256: &str) -> Result<(), Mismatch> {
        let result = Verified::new(content, size, sha256.parse().unwrap()).finish();
        result.map_err(|error| error.into_inner().unwrap().downcast_ref::<Mismatch>().unwrap().clone())
    }

    #[test]
    fn takes_what_was_promised_and_nothing_else() {
        let other = ABC.replace("ba78", "ba79");
        assert_eq!(judged(b"abc", 3, ABC), Ok(()));
        assert_eq!(judged(b"ab", 3, ABC), Err(Mismatch::Size { found: 2, promised: 3 }));
        assert_eq!(judged(b"abcd", 3, ABC), Err(Mismatch::Size { found: 4, promised: 3 }));
        let mismatch = Mismatch::Sha256 { found: ABC.parse().unwrap(), promised: other.parse().unwrap() };
        assert_eq!(judged(b"abc", 3, &other), Err(mismatch));
    }

    #[test]
    fn judges_what_nobody_read() {
        let mut reader = Verified::new(&b"abc"[..], 3, ABC.parse().unwrap());
        reader.read_exact(&mut [0; 1]).unwrap();
        assert!(reader.finish().is_ok());
    }

    #[test]
    fn stops_an_endless_file_at_once() {
        let mut reader = Verified::new(io::repeat(0), 3, ABC.parse().unwrap());
        assert_eq!(reader.read(&mut [0; 100]).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
