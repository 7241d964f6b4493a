//! Gzip on all processors: blocks of fixed size are compressed apart from one another and joined into one gzip member,
//! so that the bytes do not depend on how many processors there are.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Bytes that are compressed apart. One block for all would shrink machine code by two thousandths more.
const BLOCK: usize = 512 << 10;
/// The level of `gzip` when it is not told one.
const LEVEL: u32 = 6;
/// The most threads, which bounds the memory: one block more than there are threads is on its way.
const THREADS: usize = 8;
/// Deflate, no flags, no time, no hints, unknown system (RFC 1952).
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// An empty block that says it is the last one (RFC 1951).
const LAST: [u8; 2] = [3, 0];

/// Compresses what is written to it.
pub(super) struct Gzip<W: Write> {
    inner: W,
    block: Vec<u8>,
    /// Blocks that are being compressed, in their order.
    pending: VecDeque<Receiver<Block>>,
    jobs: SyncSender<Job>,
    threads: Vec<JoinHandle<()>>,
    crc: Crc,
}

struct Job {
    block: Vec<u8>,
    done: SyncSender<Block>,
}

/// A compressed block that ends on a byte, and the checksum of what it was made of.
struct Block {
    bytes: Vec<u8>,
    crc: Crc,
}

impl<W: Write> Gzip<W> {
    pub(super) fn new(inner: W) -> io::Result<Self> {
        let threads = thread::available_parallelism().map_or(1, |count| count.get().min(THREADS));
        Self::with_threads(inner, threads)
    }

    fn with_threads(mut inner: W, count: usize) -> io::Result<Self> {
        inner.write_all(&HEADER)?;
        let (jobs, queue) = mpsc::sync_channel::<Job>(count);
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::with_capacity(count);
        for _ in 0..count {
            let queue = Arc::clone(&queue);
            // They end when `jobs` is dropped.
            threads.push(thread::Builder::new().name("deflate".to_owned()).spawn(move || work(&queue))?);
        }
        let (block, pending) = (Vec::with_capacity(BLOCK), VecDeque::new());
        Ok(Self { inner, block, pending, jobs, threads, crc: Crc::new() })
    }

    /// Writes what is left and the end. No thread outlives it.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.hand_over()?;
        while !self.pending.is_empty() {
            self.take_back()?;
        }
        self.inner.write_all(&LAST)?;
        self.inner.write_all(&self.crc.sum().to_le_bytes())?;
        self.inner.write_all(&self.crc.amount().to_le_bytes())?;
        self.inner.flush()?;
        drop(self.jobs);
        for thread in self.threads {
            thread.join().map_err(|_| gone())?;
        }
        Ok(self.inner)
    }

    fn hand_over(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        if self.pending.len() > self.threads.len() {
            self.take_back()?;
        }
        let (done, pending) = mpsc::sync_channel(1);
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        self.jobs.send(Job { block, done }).map_err(|_| gone())?;
        self.pending.push_back(pending);
        Ok(())
    }

    fn take_back(&mut self) -> io::Result<()> {
        if let Some(first) = self.pending.pop_front() {
            let block = first.recv().map_err(|_| gone())?;
            self.inner.write_all(&block.bytes)?;
            self.crc.combine(&block.crc);
        }
        Ok(())
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        if self.block.len() == BLOCK {
            self.hand_over()?;
        }
        Ok(taken)
    }

    /// Blocks have a fixed size, whoever flushes.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gone() -> io::Error {
    io::Error::other("a thread that compresses has ended")
}

fn work(queue: &Mutex<Receiver<Job>>) {
    let mut compress = Compress::new(Compression::new(LEVEL), false);
    loop {
        let job = queue.lock().ok().and_then(|queue| queue.recv().ok());
        let Some(Job { block, done }) = job else {
            return;
        };
        let mut crc = Crc::new();
        crc.update(&block);
        let bytes = deflate(&mut compress, &block);
        // Nobody waits for it any more when the writing failed.
        let _ = done.send(Block { bytes, crc });
    }
}

/// Raw deflate of a block, flushed to a whole byte.
fn deflate(compress: &mut Compress, block: &[u8]) -> Vec<u8> {
    compress.reset();
    // Blocks that do not shrink grow by five bytes in each 16 KiB; so one round does.
    let mut bytes = Vec::with_capacity(block.len() + block.len() / 1024 + 64);
    loop {
        let done = usize::try_from(compress.total_in()).expect("a block fits into memory");
        let status = compress.compress_vec(&block[done..], &mut bytes, FlushCompress::Sync);
        let all = compress.total_in() == block.len() as u64;
        match status {
            Ok(Status::Ok | Status::BufError) if all && bytes.len() < bytes.capacity() => return bytes,
            Ok(_) => bytes.reserve(BLOCK),
            Err(error) => unreachable!("deflate takes any bytes: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn compressed(bytes: &[u8], threads: usize) -> Vec<u8> {
        let mut gzip = Gzip::with_threads(Vec::new(), threads).expect("memory");
        gzip.write_all(bytes).expect("memory");
        gzip.finish().expect("memory")
    }

    /// Bytes that shrink a little.
    fn noise(length: usize) -> Vec<u8> {
        let next = |state: &mut u32| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 24) as u8 & 0x7f)
        };
        std::iter::repeat_n((), length).scan(7, |state, ()| next(state)).collect()
    }

    #[test]
    fn gives_one_member_that_inflates_to_the_input() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 77] {
            let bytes = noise(length);
            let gzip = compressed(&bytes, 2);
            let mut inflated = Vec::new();
            let mut decoder = flate2::bufread::GzDecoder::new(&gzip[..]);
            decoder.read_to_end(&mut inflated).expect("it is gzip");
            assert!(inflated == bytes && decoder.into_inner().is_empty(), "{length}");
        }
    }

    #[test]
    fn gives_the_same_bytes_with_any_number_of_threads() {
        let bytes = noise(7 * BLOCK + 3);
        let one = compressed(&bytes, 1);
        assert!([2, 3, 8].iter().all(|threads| compressed(&bytes, *threads) == one));
    }

    #[test]
    fn takes_bytes_that_do_not_shrink() {
        let mut state = 1_u64;
        let random: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .take(2 * BLOCK)
        .collect();
        let gzip = compressed(&random, 2);
        assert!(gzip.len() < random.len() + random.len() / 100);
        let mut inflated = Vec::new();
        flate2::bufread::GzDecoder::new(&gzip[..]).read_to_end(&mut inflated).expect("it is gzip");
        assert!(inflated == random);
    }

    #[test]
    fn says_so_when_nothing_can_be_written() {
        struct Full(usize);
        impl Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut gzip = Gzip::with_threads(Full(1000), 2).expect("the header fits");
        let written = gzip.write_all(&noise(20 * BLOCK)).and_then(|()| gzip.finish().map(drop));
        assert_eq!(written.map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
    }
}
