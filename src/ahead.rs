//! Reading on a thread of its own: one processor inflates while another one looks at what came out.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

/// Bytes that change threads together.
const CHUNK: usize = 128 << 10;
/// Chunks that are read and not taken yet.
const CHUNKS: usize = 4;

type Chunk = io::Result<Vec<u8>>;

/// Gives `work` what a thread reads from `reader` meanwhile. That comes back when it was read to its end; an error is that no
/// thread can be made.
pub fn read<R: Read + Send, T>(
    mut reader: R,
    work: impl FnOnce(&mut dyn Read) -> T,
) -> io::Result<(T, Option<R>)> {
    let (sender, chunks) = mpsc::sync_channel(CHUNKS);
    thread::scope(|scope| {
        let reading = move || read_all(&mut reader, &sender).then_some(reader);
        let reading = thread::Builder::new().name("read".to_owned()).spawn_scoped(scope, reading)?;
        let worked = work(&mut Ahead { chunks, chunk: Vec::new(), at: 0 });
        let reader = reading.join().map_err(|_| io::Error::other("a thread that reads has ended"))?;
        Ok((worked, reader))
    })
}

/// Whether it was read to its end.
fn read_all(reader: &mut impl Read, to: &SyncSender<Chunk>) -> bool {
    loop {
        let mut chunk = vec![0; CHUNK];
        let mut length = 0;
        let read = loop {
            match reader.read(&mut chunk[length..]) {
                Ok(0) => break Ok(()),
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        chunk.truncate(length);
        let is_end = chunk.is_empty() && read.is_ok();
        // What came before an error is given first. An empty chunk is the end.
        let is_taken = (chunk.is_empty() && !is_end) || to.send(Ok(chunk)).is_ok();
        if let Err(error) = read {
            // It is told, or nobody wants to know.
            let _ = to.send(Err(error));
            return false;
        }
        if is_end || !is_taken {
            return is_end;
        }
    }
}

struct Ahead {
    chunks: Receiver<Chunk>,
    chunk: Vec<u8>,
    at: usize,
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            // When the thread is gone, it was at the end, or has told its error before.
            self.chunk = self.chunks.recv().unwrap_or(Ok(Vec::new()))?;
            self.at = 0;
        }
        let read = (&self.chunk[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_all_and_the_reader_back() {
        for length in [0, 1, CHUNK - 1, CHUNK, 9 * CHUNK + 7] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut copy = Vec::new();
            let (read, reader) = read(&bytes[..], |ahead| ahead.read_to_end(&mut copy)).expect("a thread");
            assert!(read.is_ok_and(|read| read == length) && copy == bytes, "{length}");
            assert_eq!(reader, Some(&[][..]));
        }
    }

    #[test]
    fn gives_what_came_before_an_error_and_the_error() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("it broke"))
            }
        }
        for length in [0, 5, CHUNK, CHUNK + 5] {
            let bytes = vec![1; length];
            let mut copy = Vec::new();
            let (read, reader) =
                read(bytes[..].chain(Broken), |ahead| ahead.read_to_end(&mut copy)).expect("a thread");
            assert_eq!(read.map_err(|error| error.to_string()), Err("it broke".to_owned()));
            assert!(copy == vec![1; length] && reader.is_none(), "{length}");
        }
    }

    #[test]
    fn ends_when_nobody_reads_on() {
        let (read, reader) = read(io::repeat(7), |ahead| ahead.read(&mut [0; 10])).expect("a thread");
        assert!(read.is_ok_and(|read| read == 10) && reader.is_none());
    }
}
