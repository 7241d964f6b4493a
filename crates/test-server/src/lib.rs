//! A web server of a few lines, for the tests of what speaks HTTP: one request a connection, and an answer that the test chooses.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request.
pub struct Ask {
    /// Its method.
    pub method: String,
    /// Its path with the query.
    pub path: String,
    /// Its headers by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Vec<u8>,
    /// The fake's own host and port.
    pub host: String,
}

impl Ask {
    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What it is answered with.
#[must_use]
#[derive(Clone)]
pub enum Reply {
    /// An answer: status, headers, body, and how much of the body is sent before the connection breaks.
    Answer(u16, String, Vec<u8>, usize),
    /// These bytes.
    Raw(Vec<u8>),
    /// This head, and a body without an end.
    Endless(&'static str),
    /// Nothing, for ever.
    Hang,
    /// The end of the connection.
    Break,
}

impl Reply {
    /// An answer without headers or a body.
    pub fn status(code: u16) -> Self {
        Self::Answer(code, String::new(), Vec::new(), usize::MAX)
    }

    /// The same with a header more.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer(_, headers, ..) = &mut self {
            let _ = write!(headers, "{name}: {value}\r\n");
        }
        self
    }

    /// The same with this body.
    pub fn body(mut self, bytes: impl AsRef<[u8]>) -> Self {
        if let Self::Answer(_, _, body, _) = &mut self {
            bytes.as_ref().clone_into(body);
        }
        self
    }

    /// The same, which breaks off after so many bytes of the body.
    pub fn cut(mut self, after: usize) -> Self {
        if let Self::Answer(.., sent) = &mut self {
            *sent = after;
        }
        self
    }
}

/// A running fake.
pub struct Fake {
    /// Host and port.
    pub host: String,
    /// Larger bodies are refused before they are read, and the connection is closed, as proxies do.
    pub refused_early: Arc<AtomicUsize>,
    /// So many of the next requests with a body lose their connection in the middle of it.
    pub cut_bodies: Arc<AtomicU32>,
    log: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Fake {
    /// Starts it on a free port of the loopback.
    pub async fn new(mut answer: impl FnMut(&Ask) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let (log, cut_bodies) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU32::new(0)));
        let (shared, own, cuts) = (Arc::clone(&log), host.clone(), Arc::clone(&cut_bodies));
        let refused_early = Arc::new(AtomicUsize::new(usize::MAX));
        let early = Arc::clone(&refused_early);
        let task = tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(ask) = read(&mut stream, &own, &cuts, &early).await else { continue };
                shared.lock().expect("no test panics here").push(format!("{} {}", ask.method, ask.path));
                match answer(&ask) {
                    Reply::Answer(code, headers, body, sent) => {
                        let length = body.len();
                        let head = format!(
                            "HTTP/1.1 {code} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
                        );
                        let _ = stream.write_all(head.as_bytes()).await;
                        if ask.method != "HEAD" {
                            let _ = stream.write_all(&body[..length.min(sent)]).await;
                        }
                    }
                    Reply::Raw(bytes) => {
                        let _ = stream.write_all(&bytes).await;
                    }
                    Reply::Endless(head) => {
                        let _ = stream.write_all(head.as_bytes()).await;
                        while stream.write_all(&[b'['; 4096]).await.is_ok() {}
                    }
                    Reply::Hang => open.push(stream),
                    Reply::Break => {}
                }
            }
        });
        Self { host, refused_early, cut_bodies, log, task }
    }

    /// The requests so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("no test panics here").clone()
    }

    /// The requests since the last call.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().expect("no test panics here"))
    }

    /// Ends it; the port that nobody listens on any more.
    pub async fn close(self) -> String {
        self.task.abort();
        let _ = self.task.await;
        self.host.rsplit(':').next().unwrap_or_default().to_owned()
    }
}

async fn read(stream: &mut TcpStream, host: &str, cuts: &AtomicU32, early: &AtomicUsize) -> Option<Ask> {
    let mut reader = BufReader::new(&mut *stream);
    let mut line = String::new();
    reader.read_line(&mut line).await.ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let is_cut =
        length > 0 && cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
    if length > early.load(Ordering::SeqCst) {
        let _ = stream.write_all(b"HTTP/1.1 413 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
        return None;
    }
    let mut body = vec![0; if is_cut { length / 2 } else { length }];
    reader.read_exact(&mut body).await.ok()?;
    (!is_cut).then(|| Ask { method, path, headers, body, host: host.to_owned() })
}
