//! Digest and size of what passes by.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use crate::types::Digest;

/// The digest of some bytes.
pub(super) fn digest(bytes: &[u8]) -> Digest {
    Digest::of_hash(Sha256::digest(bytes).into())
}

/// Hands on what is read from or written to the inner one, and measures it.
pub(super) struct Measured<T> {
    inner: T,
    hash: Sha256,
    size: u64,
}

impl<T> Measured<T> {
    pub(super) fn new(inner: T) -> Self {
        Self { inner, hash: Sha256::new(), size: 0 }
    }

    /// Bytes so far.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The inner one; what is written to it past this is not measured.
    pub(super) fn get_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// The inner one, the digest and the size.
    pub(super) fn finish(self) -> (T, Digest, u64) {
        (self.inner, Digest::of_hash(self.hash.finalize().into()), self.size)
    }

    fn take_in(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
    }
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.take_in(&buffer[..read]);
        Ok(read)
    }
}

impl<W: Write> Write for Measured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.take_in(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_what_passes() {
        let mut writer = Measured::new(Vec::new());
        writer.write_all(b"ab").expect("memory");
        writer.write_all(b"c").expect("memory");
        let (bytes, written, size) = writer.finish();
        let mut reader = Measured::new(&bytes[..]);
        io::copy(&mut reader, &mut io::sink()).expect("memory");
        assert_eq!((reader.size(), size), (3, 3));
        assert_eq!(reader.finish().1, written);
        // FIPS 180's first example.
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((written.as_str(), digest(b"abc")), (abc, written.clone()));
    }
}
