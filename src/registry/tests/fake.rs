//! A registry of a few lines: one request a connection, and an answer that the test chooses.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request.
pub(super) struct Ask {
    /// Its method.
    pub method: String,
    /// Its path with the query.
    pub path: String,
    /// Its Authorization header.
    pub authorization: Option<String>,
    /// The fake's own host and port.
    pub host: String,
}

/// What it is answered with.
pub(super) enum Reply {
    /// An answer: status, headers, body.
    Answer(u16, String, String),
    /// These bytes.
    Raw(String),
    /// Nothing, for ever.
    Hang,
    /// The end of the connection.
    Break,
}

impl Reply {
    pub(super) fn status(code: u16) -> Self {
        Self::Answer(code, String::new(), String::new())
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer(_, headers, _) = &mut self {
            let _ = write!(headers, "{name}: {value}\r\n");
        }
        self
    }

    pub(super) fn body(mut self, text: &str) -> Self {
        if let Self::Answer(_, _, body) = &mut self {
            text.clone_into(body);
        }
        self
    }
}

/// A running fake.
pub(super) struct Fake {
    /// Host and port.
    pub host: String,
    log: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Fake {
    pub(super) async fn new(mut answer: impl FnMut(&Ask) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (shared, own) = (Arc::clone(&log), host.clone());
        let task = tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(ask) = read(&mut stream, &own).await else { continue };
                shared.lock().expect("no test panics here").push(format!("{} {}", ask.method, ask.path));
                let text = match answer(&ask) {
                    Reply::Answer(code, headers, body) => {
                        let length = body.len();
                        let body = if ask.method == "HEAD" { String::new() } else { body };
                        format!(
                            "HTTP/1.1 {code} X\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
                        )
                    }
                    Reply::Raw(text) => text,
                    Reply::Hang => {
                        open.push(stream);
                        continue;
                    }
                    Reply::Break => continue,
                };
                let _ = stream.write_all(text.as_bytes()).await;
            }
        });
        Self { host, log, task }
    }

    /// The requests so far.
    pub(super) fn log(&self) -> Vec<String> {
        self.log.lock().expect("no test panics here").clone()
    }

    /// Ends it; the port that nobody listens on any more.
    pub(super) async fn close(self) -> String {
        self.task.abort();
        let _ = self.task.await;
        self.host.rsplit(':').next().unwrap_or_default().to_owned()
    }
}

async fn read(stream: &mut TcpStream, host: &str) -> Option<Ask> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next_line().await.ok()??;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut authorization = None;
    while let Some(line) = lines.next_line().await.ok()?.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ")?;
        if name.eq_ignore_ascii_case("authorization") {
            authorization = Some(value.to_owned());
        }
    }
    Some(Ask { method, path, authorization, host: host.to_owned() })
}
