//! Gzip on all processors: what is written is cut into pieces where entries of an archive begin, and each piece becomes a
//! gzip member of its own. What becomes of a piece depends on nothing but its bytes: not on how many processors there are,
//! not on what stands around it, and not on whether a former build has left it.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use libdeflater::{CompressionLvl, Compressor, crc32};

use super::store::{Piece, Pieces};

/// The longest piece. One piece for all would be smaller by two thousandths.
const LONGEST: usize = 512 << 10;
/// Pieces are not cut shorter, but for what stands before an entry that fills pieces of its own: what repeats is found only
/// within a piece.
const SHORTEST: usize = 128 << 10;
/// One in so many small entries ends a piece that is long enough, by its name.
const ENDS: u32 = 32;
/// Smaller than what `gzip` makes when it is not told a level, in a third of its time.
pub(super) const LEVEL: i32 = 5;
/// The most threads, which bounds the memory: one piece more than there are threads is on its way.
const THREADS: usize = 8;
/// Deflate, no flags, no time, no hints, unknown system (RFC 1952).
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// The checksum and the length of what a member inflates to.
const TRAILER: u64 = 8;

/// Compresses what is written to it.
pub(super) struct Gzip<W: Write> {
    inner: W,
    piece: Vec<u8>,
    /// Whether no piece was handed over yet: gzip of nothing is a member too.
    is_new: bool,
    /// Pieces that are being compressed, in their order.
    pending: VecDeque<Receiver<Member>>,
    jobs: SyncSender<Job>,
    threads: Vec<JoinHandle<()>>,
    /// What was written.
    pieces: Vec<Piece>,
    end: u64,
}

struct Job {
    piece: Vec<u8>,
    done: SyncSender<Member>,
}

/// A piece, compressed.
struct Member {
    deflated: Vec<u8>,
    crc_of_deflated: u32,
    crc: u32,
    length: u32,
}

impl<W: Write> Gzip<W> {
    /// `former` are pieces that need not be compressed again.
    pub(super) fn new(inner: W, former: Pieces) -> io::Result<Self> {
        let threads = thread::available_parallelism().map_or(1, |count| count.get().min(THREADS));
        Self::with_threads(inner, former, threads)
    }

    fn with_threads(inner: W, former: Pieces, count: usize) -> io::Result<Self> {
        let (jobs, queue) = mpsc::sync_channel::<Job>(count);
        let (queue, former) = (Arc::new(Mutex::new(queue)), Arc::new(former));
        let mut threads = Vec::with_capacity(count);
        for _ in 0..count {
            let (queue, former) = (Arc::clone(&queue), Arc::clone(&former));
            // They end when `jobs` is dropped.
            let work = move || work(&queue, &former);
            threads.push(thread::Builder::new().name("deflate".to_owned()).spawn(work)?);
        }
        let (piece, pending) = (Vec::with_capacity(LONGEST), VecDeque::new());
        Ok(Self { inner, piece, is_new: true, pending, jobs, threads, pieces: Vec::new(), end: 0 })
    }

    /// Says that what is written next is an entry with this name and a content of so many bytes: pieces are cut there, so
    /// that a file that is changed changes its own pieces, and hardly others.
    pub(super) fn entry(&mut self, name: &str, size: u64) -> io::Result<()> {
        let fills = |length: usize| size >= length as u64;
        let ends = || fills(SHORTEST) || crc32(name.as_bytes()).is_multiple_of(ENDS);
        if !self.piece.is_empty() && (fills(LONGEST) || self.piece.len() >= SHORTEST && ends()) {
            self.hand_over()?;
        }
        Ok(())
    }

    /// Writes what is left, and says where each piece is. No thread outlives it.
    pub(super) fn finish(mut self) -> io::Result<(W, Vec<Piece>)> {
        if self.is_new || !self.piece.is_empty() {
            self.hand_over()?;
        }
        while !self.pending.is_empty() {
            self.take_back()?;
        }
        self.inner.flush()?;
        drop(self.jobs);
        for thread in self.threads {
            thread.join().map_err(|_| gone())?;
        }
        Ok((self.inner, self.pieces))
    }

    fn hand_over(&mut self) -> io::Result<()> {
        if self.pending.len() > self.threads.len() {
            self.take_back()?;
        }
        let (done, pending) = mpsc::sync_channel(1);
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(LONGEST));
        self.jobs.send(Job { piece, done }).map_err(|_| gone())?;
        self.pending.push_back(pending);
        self.is_new = false;
        Ok(())
    }

    fn take_back(&mut self) -> io::Result<()> {
        if let Some(first) = self.pending.pop_front() {
            let Member { deflated, crc_of_deflated, crc, length } = first.recv().map_err(|_| gone())?;
            let (offset, size) = (self.end + HEADER.len() as u64, deflated.len() as u64);
            self.pieces.push(Piece { of: (crc, length), at: (offset, size), crc: crc_of_deflated });
            self.end = offset + size + TRAILER;
            self.inner.write_all(&HEADER)?;
            self.inner.write_all(&deflated)?;
            self.inner.write_all(&crc.to_le_bytes())?;
            self.inner.write_all(&length.to_le_bytes())?;
        }
        Ok(())
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(LONGEST - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == LONGEST {
            self.hand_over()?;
        }
        Ok(taken)
    }

    /// Where pieces end is not for whoever flushes to say.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn gone() -> io::Error {
    io::Error::other("a thread that compresses has ended")
}

fn work(queue: &Mutex<Receiver<Job>>, former: &Pieces) {
    let mut compressor = Compressor::new(CompressionLvl::new(LEVEL).expect("there is such a level"));
    loop {
        let job = queue.lock().ok().and_then(|queue| queue.recv().ok());
        let Some(Job { piece, done }) = job else {
            return;
        };
        let crc = crc32(&piece);
        let (deflated, crc_of_deflated) = former.get(&piece, crc).unwrap_or_else(|| {
            let deflated = deflate(&mut compressor, &piece);
            let crc = crc32(&deflated);
            (deflated, crc)
        });
        let length = u32::try_from(piece.len()).expect("a piece is short");
        // Nobody waits for it any more when the writing failed.
        let _ = done.send(Member { deflated, crc_of_deflated, crc, length });
    }
}

/// Raw deflate of a piece.
fn deflate(compressor: &mut Compressor, piece: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; compressor.deflate_compress_bound(piece.len())];
    let length = compressor.deflate_compress(piece, &mut bytes).expect("it fits into its bound");
    bytes.truncate(length);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn compressed(bytes: &[u8], threads: usize) -> Vec<u8> {
        let mut gzip = Gzip::with_threads(Vec::new(), Pieces::default(), threads).expect("memory");
        gzip.write_all(bytes).expect("memory");
        gzip.finish().expect("memory").0
    }

    /// The lengths of what each member inflates to; all of it has to be as it was.
    fn members(gzip: &[u8], bytes: &[u8]) -> Vec<usize> {
        let (mut left, mut inflated, mut lengths) = (gzip, Vec::new(), Vec::new());
        while !left.is_empty() {
            let mut member = flate2::bufread::GzDecoder::new(left);
            lengths.push(member.read_to_end(&mut inflated).expect("it is gzip"));
            left = member.into_inner();
        }
        assert!(inflated == bytes);
        lengths
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
    fn gives_members_that_inflate_to_the_input() {
        for length in [0, 1, LONGEST - 1, LONGEST, LONGEST + 1, 5 * LONGEST + 77] {
            let bytes = noise(length);
            let members = members(&compressed(&bytes, 2), &bytes);
            assert_eq!(members.len(), length.div_ceil(LONGEST).max(1));
        }
    }

    #[test]
    fn gives_the_same_bytes_with_any_number_of_threads() {
        let bytes = noise(7 * LONGEST + 3);
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
        .take(2 * LONGEST)
        .collect();
        let gzip = compressed(&random, 2);
        assert!(gzip.len() < random.len() + random.len() / 1000);
        members(&gzip, &random);
    }

    /// Writes entries, and gives the lengths of the pieces.
    fn cut(entries: &[(&str, usize)]) -> Vec<usize> {
        let mut gzip = Gzip::with_threads(Vec::new(), Pieces::default(), 1).expect("memory");
        let mut all = Vec::new();
        for (name, size) in entries {
            gzip.entry(name, *size as u64).expect("memory");
            let bytes = vec![b'x'; *size];
            gzip.write_all(&bytes).expect("memory");
            all.extend(bytes);
        }
        members(&gzip.finish().expect("memory").0, &all)
    }

    #[test]
    fn cuts_before_files_that_fill_pieces() {
        const KIB: usize = 1 << 10;
        // A file that is longer than a piece stands alone, so that its cuts are where they are whatever stands before it.
        assert_eq!(cut(&[("a", 7), ("b", LONGEST + 1), ("c", 5)]), [7, LONGEST, 6]);
        // Two long ones have a piece each; what is short goes with the long one behind it.
        assert_eq!(cut(&[("a", 7), ("b", 200 * KIB), ("c", 300 * KIB)]), [200 * KIB + 7, 300 * KIB]);
        // The name of a small one can end a piece that is long enough, and no other.
        let ends = ["name43", "name7"].map(|name| crc32(name.as_bytes()).is_multiple_of(ENDS));
        assert_eq!(ends, [true, false]);
        assert_eq!(cut(&[("a", SHORTEST), ("name7", 5), ("name43", 6)]), [SHORTEST + 5, 6]);
        assert_eq!(cut(&[("a", SHORTEST - 6), ("name7", 5), ("name43", 6)]), [SHORTEST + 5]);
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
        let mut gzip = Gzip::with_threads(Full(1000), Pieces::default(), 2).expect("memory");
        let written = gzip.write_all(&noise(20 * LONGEST)).and_then(|()| gzip.finish().map(drop));
        assert_eq!(written.map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
    }
}
