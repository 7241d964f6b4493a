//! An API server in a map: enough of apply, list, create and delete for the sink, and faults on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use base64::Engine as _;
use futures_util::FutureExt as _;
use http::{Method, Request, Response};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use crate::cluster::Cluster;
use crate::cluster::wire::Wire;
use crate::tls;
use wrtpod_test_server::{self as server, Reply};

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub(super) enum Fault {
    /// It is answered with this status.
    Status(u16),
    /// It is answered with this status and told to come back after a number of seconds.
    Later(u16, u64),
    /// It is answered with this body.
    Says(u16, Value),
    /// The connection ends before it is read.
    Reset,
    /// It is done, and then the connection ends.
    ResetAfter,
}

/// The state behind the connection.
#[derive(Default)]
pub(super) struct State {
    /// Objects by path.
    pub objects: BTreeMap<String, Value>,
    /// `METHOD path` of every request, queries left out unless they matter.
    pub log: Vec<String>,
    /// The faults of requests whose log line begins with the text.
    pub faults: VecDeque<(&'static str, Fault)>,
    /// Whether the server is down.
    pub down: bool,
    /// The number of the request from which on it is down.
    pub dies_at: Option<usize>,
    version: u64,
}

/// A fake server and the sink that talks to it.
pub(super) struct Fake {
    /// The sink.
    pub cluster: Cluster,
    state: Arc<Mutex<State>>,
}

impl Fake {
    pub(super) fn new() -> Self {
        let (service, mut handle) = tower_test::mock::pair::<Request<Body>, Response<Body>>();
        handle.allow(u64::MAX);
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Some((request, send)) = handle.next_request().await {
                let (parts, body) = request.into_parts();
                let body = body.collect_bytes().await.expect("a body");
                let answer = lock(&shared).answer(&parts.method, &parts.uri, &body);
                match answer {
                    Some(response) => send.send_response(response),
                    None => send.send_error(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
                }
            }
        });
        let wire = Wire::new(Client::new(service, "default"), "https://fake".to_owned());
        Self { cluster: Cluster { wire, namespace: "default".to_owned() }, state }
    }

    /// A server with the namespace `home`.
    pub(super) fn with_namespace() -> Self {
        let fake = Self::new();
        fake.put(
            "/api/v1/namespaces/home",
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "home",
                "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}),
        );
        fake
    }

    /// The cluster with the same objects behind a socket, which commands in pods need: each ends with this exit code.
    pub(super) async fn on_a_socket(self, code: i32) -> (Cluster, server::Fake) {
        let server = server::Fake::new(move |ask| {
            if let Some(key) = ask.header("sec-websocket-key") {
                return ended(key, code);
            }
            let (method, uri) = (ask.method.parse().expect("a method"), ask.path.parse().expect("a path"));
            let answer = self.state().answer(&method, &uri, &ask.body).expect("no fault is asked for");
            let (head, body) = answer.into_parts();
            let body = body.collect_bytes().now_or_never().expect("it is here").expect("it is whole");
            Reply::status(head.status.as_u16()).body(body)
        })
        .await;
        tls::install_provider();
        let address = format!("http://{}", server.host);
        let config = kube::Config::new(address.parse().expect("an address"));
        let wire = Wire::new(Client::try_from(config).expect("a client"), address);
        (Cluster { wire, namespace: "default".to_owned() }, server)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    pub(super) fn put(&self, path: &str, value: Value) {
        self.state().store(path.to_owned(), value);
    }

    pub(super) fn fail(&self, begin: &'static str, fault: Fault) {
        self.state().faults.push_back((begin, fault));
    }

    /// The requests so far, and forgets them.
    pub(super) fn log(&self) -> String {
        std::mem::take(&mut self.state().log).join("\n")
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no test panics while it holds the state")
}

impl State {
    /// The answer; `None` resets the connection.
    fn answer(&mut self, method: &Method, uri: &http::Uri, body: &[u8]) -> Option<Response<Body>> {
        let query = uri.query().unwrap_or_default();
        let marks = ["force=true", "dryRun=All", "watch=true", "previous=true"];
        let marks: Vec<&str> = marks.into_iter().filter(|mark| query.contains(mark)).collect();
        let line = format!("{method} {} {}", uri.path(), marks.join(" ")).trim_end().to_owned();
        self.log.push(line.clone());
        if self.down || self.dies_at.is_some_and(|number| self.log.len() > number) {
            return None;
        }
        let fault = self.faults.iter().position(|(begin, _)| line.starts_with(begin));
        let fault = fault.and_then(|place| self.faults.remove(place)).map(|(_, fault)| fault);
        match fault {
            Some(Fault::Status(code)) => Some(status(code)),
            Some(Fault::Later(code, seconds)) => {
                let mut response = status(code);
                response.headers_mut().insert(http::header::RETRY_AFTER, seconds.into());
                Some(response)
            }
            Some(Fault::Says(code, body)) => Some(response(code, &body)),
            Some(Fault::Reset) => None,
            Some(Fault::ResetAfter) => {
                self.act(method, uri.path(), query, body);
                None
            }
            None => Some(self.act(method, uri.path(), query, body)),
        }
    }

    fn act(&mut self, method: &Method, path: &str, query: &str, body: &[u8]) -> Response<Body> {
        let sent: Value = serde_json::from_slice(body).unwrap_or_default();
        let dry_run = query.contains("dryRun=All");
        match *method {
            Method::PATCH => {
                let known = self.objects.contains_key(path);
                let answer = if dry_run { sent } else { self.store(path.to_owned(), sent) };
                response(if known { 200 } else { 201 }, &answer)
            }
            Method::POST => {
                let name = sent["metadata"]["name"].as_str().unwrap_or_default();
                let path = format!("{path}/{name}");
                if self.objects.contains_key(&path) {
                    return status(409);
                }
                let answer = if dry_run { sent } else { self.store(path, sent) };
                response(201, &answer)
            }
            Method::DELETE if sent["dryRun"].is_array() && self.objects.contains_key(path) => {
                response(200, &json!({"kind": "Status", "status": "Success"}))
            }
            Method::DELETE => match self.objects.remove(path) {
                Some(_) => response(200, &json!({"kind": "Status", "status": "Success"})),
                None => status(404),
            },
            _ => self.read(path, query),
        }
    }

    /// Keeps the version of an object that does not change.
    fn store(&mut self, path: String, mut value: Value) -> Value {
        if let Some(old) = self.objects.get(&path) {
            let mut old = old.clone();
            let version = old["metadata"]["resourceVersion"].take();
            value["metadata"]["resourceVersion"] = Value::Null;
            if old == value {
                value["metadata"]["resourceVersion"] = version;
                return value;
            }
        }
        self.version += 1;
        value["metadata"]["resourceVersion"] = Value::from(self.version.to_string());
        self.objects.insert(path, value.clone());
        value
    }

    fn read(&self, path: &str, query: &str) -> Response<Body> {
        if let Some(object) = self.objects.get(path) {
            return response(200, object);
        }
        let last = path.rsplit('/').next().unwrap_or_default();
        if !last.ends_with('s') || path == "/api/v1/namespaces/home" {
            return status(404);
        }
        let folder = format!("{path}/");
        let inside = self.objects.iter().filter(|(key, _)| key.starts_with(&folder));
        let items: Vec<&Value> =
            inside.map(|(_, value)| value).filter(|value| selected(value, query)).collect();
        response(200, &json!({"metadata": {"resourceVersion": "1"}, "items": items}))
    }
}

/// Knows `key=value`, `key in (a,b)` and `metadata.name=x`: what the sink asks for.
fn selected(value: &Value, query: &str) -> bool {
    let text = query
        .replace("%2F", "/")
        .replace("%3D", "=")
        .replace("%2C", ",")
        .replace("%20", " ")
        .replace("%21", "!");
    let text = text.replace("%28", "(").replace("%29", ")");
    let labels = &value["metadata"]["labels"];
    let parts = text.split('&');
    for part in parts {
        if let Some(name) = part.strip_prefix("fieldSelector=metadata.name=") {
            return value["metadata"]["name"] == name;
        }
        let Some(selector) = part.strip_prefix("labelSelector=").filter(|selector| !selector.is_empty())
        else {
            continue;
        };
        if let Some((key, list)) = selector.split_once(" in (") {
            let wanted: Vec<&str> = list.trim_end_matches(')').split(',').collect();
            return labels[key].as_str().is_some_and(|has| wanted.contains(&has));
        }
        return selector.split(',').all(|term| match (term.split_once('='), term.strip_prefix('!')) {
            (Some((key, has)), _) => labels[key] == has,
            (None, Some(key)) => labels[key].is_null(),
            (None, None) => !labels[term].is_null(),
        });
    }
    true
}

/// The answer to an exec whose command ends at once: the status on its channel, in one frame.
fn ended(key: &str, code: i32) -> Reply {
    let accept = Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    let accept = base64::engine::general_purpose::STANDARD.encode(accept);
    let causes = json!([{"reason": "ExitCode", "message": code.to_string()}]);
    let status = match code {
        0 => json!({"status": "Success"}),
        _ => json!({"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": causes}}),
    };
    let payload = [b"\x03", status.to_string().as_bytes()].concat();
    let length = u16::try_from(payload.len()).expect("it is short").to_be_bytes();
    let head = format!(
        "HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\
         Sec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n"
    );
    // A whole binary message whose length takes two bytes, and the end.
    Reply::Raw([head.as_bytes(), &[0x82, 126], &length, &payload, &[0x88, 0]].concat())
}

fn status(code: u16) -> Response<Body> {
    response(
        code,
        &json!({"kind": "Status", "status": "Failure", "code": code, "message": format!("fault {code}")}),
    )
}

fn response(code: u16, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string().into_bytes()));
    *response.status_mut() = http::StatusCode::from_u16(code).expect("a status");
    response
}
