//! The body of an upload: read piece by piece while it is sent, and counted.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{Stream, stream};
use reqwest::Body;

/// What is in memory of an upload at any time, apart from the buffers of the connection.
const PIECE: u64 = 128 << 10;

/// The bytes of a blob on their way out, shared with the connection that takes them. They go once: a request that is
/// sent again gets a new one.
#[derive(Clone)]
pub(super) struct Outgoing {
    reader: Arc<Mutex<Box<dyn Read + Send>>>,
    taken: Arc<AtomicU64>,
    fault: Arc<Mutex<Option<io::Error>>>,
}

impl Outgoing {
    pub(super) fn new(reader: Box<dyn Read + Send>) -> Self {
        Self { reader: Arc::new(Mutex::new(reader)), taken: Arc::default(), fault: Arc::default() }
    }

    /// Bytes that connections have taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Why the content could not be read, when that is what broke the upload.
    pub(super) fn fault(&self) -> Option<io::Error> {
        locked(&self.fault).take()
    }

    /// The next so many bytes as the body of a request.
    pub(super) fn body(&self, length: u64) -> Body {
        Body::wrap_stream(self.pieces::<Vec<u8>, io::Error>(length))
    }

    /// The next so many bytes as what a client takes.
    pub(super) fn pieces<B: From<Vec<u8>>, E: From<io::Error>>(
        &self,
        length: u64,
    ) -> impl Stream<Item = Result<B, E>> + use<B, E> {
        stream::try_unfold((self.clone(), length), async |(outgoing, left)| {
            if left == 0 {
                return Ok(None);
            }
            match outgoing.read(left.min(PIECE)) {
                Ok(piece) => {
                    let left = left - piece.len() as u64;
                    Ok(Some((piece.into(), (outgoing, left))))
                }
                Err(error) => {
                    let kind = error.kind();
                    *locked(&outgoing.fault) = Some(error);
                    Err(io::Error::from(kind).into())
                }
            }
        })
    }

    fn read(&self, length: u64) -> io::Result<Vec<u8>> {
        let mut piece = Vec::new();
        let read = (&mut **locked(&self.reader)).take(length).read_to_end(&mut piece)?;
        if read as u64 != length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it has become shorter"));
        }
        self.taken.fetch_add(length, Ordering::Relaxed);
        Ok(piece)
    }
}

/// A value behind a lock; a panic elsewhere has not broken it.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
