//! A registry that keeps what it gets, as the distribution spec wants it, and fails where a test wants that.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use reqwest::Url;

use crate::image::Descriptor;
use wrtpod_test_server::{Ask, Fake, Reply};

/// What it holds, and how it behaves.
pub(super) struct State {
    /// Blobs by repository and digest.
    pub blobs: BTreeMap<(String, String), Vec<u8>>,
    /// Manifests by tag or digest: media type and bytes.
    pub manifests: BTreeMap<String, (String, Vec<u8>)>,
    /// Whether it lists referrers by itself.
    pub lists_referrers: bool,
    /// Whether it mounts.
    pub mounts: bool,
    /// Whether it says where a blob is that it got.
    pub names_places: bool,
    /// The largest body of a request.
    pub largest: usize,
    /// Chunks are at least so large.
    pub least: usize,
    /// The sizes of the chunks that it got.
    pub chunks: Vec<usize>,
    uploads: BTreeMap<String, Vec<u8>>,
    begun: u32,
}

/// What is answered in the place of the registry's own answer.
type Fault = Box<dyn FnMut(&Ask, &State) -> Option<Reply> + Send>;

/// The running registry.
pub(super) struct Model {
    pub fake: Fake,
    state: Arc<Mutex<State>>,
    fault: Arc<Mutex<Fault>>,
}

impl Model {
    pub(super) async fn new() -> Self {
        let state = Arc::new(Mutex::new(State {
            blobs: BTreeMap::new(),
            manifests: BTreeMap::new(),
            lists_referrers: true,
            mounts: true,
            names_places: true,
            largest: usize::MAX,
            least: 0,
            chunks: Vec::new(),
            uploads: BTreeMap::new(),
            begun: 0,
        }));
        let fault: Arc<Mutex<Fault>> = Arc::new(Mutex::new(Box::new(|_, _| None)));
        let (own, faults) = (Arc::clone(&state), Arc::clone(&fault));
        let fake = Fake::new(move |ask| {
            let mut state = own.lock().expect("no test panics here");
            let fault = (faults.lock().expect("no test panics here"))(ask, &state);
            fault.unwrap_or_else(|| state.answer(ask))
        })
        .await;
        Self { fake, state, fault }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics here")
    }

    /// From now on this is asked first.
    pub(super) fn fail(&self, fault: impl FnMut(&Ask, &State) -> Option<Reply> + Send + 'static) {
        *self.fault.lock().expect("no test panics here") = Box::new(fault);
    }
}

impl State {
    fn answer(&mut self, ask: &Ask) -> Reply {
        let url: Url = format!("http://{}{}", ask.host, ask.path).parse().expect("a URL");
        let path = url.path().to_owned();
        if path == "/v2/" {
            return Reply::status(200);
        }
        let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let (repository, rest) = ["/blobs/uploads/", "/blobs/", "/manifests/"]
            .iter()
            .find_map(|word| {
                path.strip_prefix("/v2/")?.split_once(word).map(|(name, id)| (name, (*word, id)))
            })
            .expect("a path of the protocol");
        if ask.body.len() > self.largest {
            return Reply::status(413);
        }
        let repository = repository.to_owned();
        match (ask.method.as_str(), rest) {
            ("HEAD" | "GET", ("/blobs/", digest)) => match self.blobs.get(&(repository, digest.to_owned())) {
                Some(bytes) => Reply::status(200).body(bytes),
                None => Reply::status(404),
            },
            ("HEAD" | "GET", ("/manifests/", name)) => match self.manifests.get(name) {
                Some((kind, bytes)) => {
                    let digest = Descriptor::of(kind, bytes).digest;
                    let head = Reply::status(200).header("Content-Type", kind);
                    head.header("Docker-Content-Digest", digest.as_str()).body(bytes)
                }
                None => Reply::status(404),
            },
            ("POST", _) => {
                if let (Some(digest), Some(from), true) = (query.get("mount"), query.get("from"), self.mounts)
                {
                    let there = self.blobs.get(&(from.clone(), digest.clone())).cloned();
                    if let Some(bytes) = there {
                        self.blobs.insert((repository, digest.clone()), bytes);
                        return Reply::status(201);
                    }
                }
                self.begun += 1;
                let id = self.begun.to_string();
                self.uploads.insert(id.clone(), Vec::new());
                let place = format!("/v2/{repository}/blobs/uploads/{id}?state=a%3Db");
                let reply = Reply::status(202).header("Location", &place);
                reply.header("OCI-Chunk-Min-Length", &self.least.to_string())
            }
            ("PATCH", (_, id)) => {
                let upload = self.uploads.get_mut(id).expect("an upload");
                let range = format!("{}-{}", upload.len(), upload.len() + ask.body.len() - 1);
                assert_eq!(ask.header("content-range"), Some(range.as_str()));
                upload.extend_from_slice(&ask.body);
                self.chunks.push(ask.body.len());
                Reply::status(202).header("Location", &format!("{path}?state=next"))
            }
            ("PUT", ("/manifests/", name)) => self.put_manifest(name, ask),
            ("PUT", (_, id)) => {
                assert!(query.contains_key("state"), "the place was changed: {}", ask.path);
                let mut bytes = self.uploads.remove(id).expect("an upload");
                bytes.extend_from_slice(&ask.body);
                if query["digest"] != Descriptor::of("", &bytes).digest.as_str() {
                    return Reply::status(400)
                        .body("{\"errors\": [{\"code\": \"DIGEST_INVALID\", \"message\": \"s3cret\"}]}");
                }
                let place = format!("/v2/{repository}/blobs/{}", query["digest"]);
                self.blobs.insert((repository, query["digest"].clone()), bytes);
                if self.names_places {
                    Reply::status(201).header("Location", &place)
                } else {
                    Reply::status(201)
                }
            }
            (method, _) => panic!("{method} {path} is not of the protocol"),
        }
    }

    /// Refuses what names something that is not there: so every test proves the order.
    fn put_manifest(&mut self, name: &str, ask: &Ask) -> Reply {
        let kind = ask.header("content-type").unwrap_or_default().to_owned();
        let content: serde_json::Value = serde_json::from_slice(&ask.body).expect("JSON");
        let empty = Vec::new();
        let list = |key: &str| content[key].as_array().unwrap_or(&empty).clone();
        let digest = |entry: &serde_json::Value| entry["digest"].as_str().unwrap_or_default().to_owned();
        let has = |entry: &serde_json::Value| self.blobs.keys().any(|(_, blob)| *blob == digest(entry));
        let missing = list("manifests").iter().any(|entry| !self.manifests.contains_key(&digest(entry)))
            || list("layers").iter().chain(content.get("config")).any(|entry| !has(entry));
        if missing {
            return Reply::status(400).body("{\"errors\": [{\"code\": \"MANIFEST_BLOB_UNKNOWN\"}]}");
        }
        let own = Descriptor::of(&kind, &ask.body).digest.to_string();
        self.manifests.insert(own.clone(), (kind.clone(), ask.body.clone()));
        self.manifests.insert(name.to_owned(), (kind, ask.body.clone()));
        let reply = Reply::status(201).header("Docker-Content-Digest", &own);
        match content.get("subject").filter(|_| self.lists_referrers) {
            Some(subject) => reply.header("OCI-Subject", &digest(subject)),
            None => reply,
        }
    }
}
