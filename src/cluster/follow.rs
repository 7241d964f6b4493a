//! Follows a collection: a list, then a watch from there, again from the start when the watch ends.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use kube::core::WatchEvent;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::kinds::Kind;
use super::session::Session;
use super::{Error, request};

type Changes = Pin<Box<dyn Stream<Item = Result<WatchEvent<Value>, kube::Error>>>>;

/// A watch that ends sooner than this is not opened again at once.
const SHORT: Duration = Duration::from_secs(1);

/// How far the following is.
enum State {
    /// Nothing is known.
    Blank,
    /// The state at this version is known.
    Listed(String),
    /// Changes come in, since then.
    Watching(Changes, Instant),
}

/// The present state of a collection.
pub(super) struct Follow<'s, 'a> {
    session: &'s Session<'a>,
    kind: &'static Kind,
    namespace: String,
    selector: (&'static str, String),
    items: BTreeMap<String, Value>,
    state: State,
}

impl<'s, 'a> Follow<'s, 'a> {
    /// Follows the objects of a kind with these labels.
    pub(super) fn labels(
        session: &'s Session<'a>,
        kind: &'static Kind,
        namespace: &str,
        labels: &str,
    ) -> Self {
        Self::new(session, kind, namespace, ("labelSelector", labels.to_owned()))
    }

    /// Follows one object.
    pub(super) fn one(session: &'s Session<'a>, kind: &'static Kind, namespace: &str, name: &str) -> Self {
        Self::new(session, kind, namespace, ("fieldSelector", format!("metadata.name={name}")))
    }

    fn new(
        session: &'s Session<'a>,
        kind: &'static Kind,
        namespace: &str,
        selector: (&'static str, String),
    ) -> Self {
        Self {
            session,
            kind,
            namespace: namespace.to_owned(),
            selector,
            items: BTreeMap::new(),
            state: State::Blank,
        }
    }

    /// The objects that are there.
    pub(super) fn items(&self) -> impl Iterator<Item = &Value> {
        self.items.values()
    }

    /// Returns when something changed; the first time as soon as the state is known. May be dropped at any
    /// point without losing a change.
    pub(super) async fn next(&mut self) -> Result<(), Error> {
        loop {
            let (changes, since) = match &mut self.state {
                State::Blank => return self.list().await,
                State::Listed(version) => {
                    let version = version.clone();
                    let changes = self.watch(&version).await;
                    self.state = State::Watching(changes, Instant::now());
                    continue;
                }
                State::Watching(changes, since) => (changes, since),
            };
            match changes.next().await {
                Some(Ok(WatchEvent::Added(item) | WatchEvent::Modified(item))) => {
                    self.items.insert(key(&item), item);
                    return Ok(());
                }
                Some(Ok(WatchEvent::Deleted(item))) => {
                    self.items.remove(&key(&item));
                    return Ok(());
                }
                Some(Ok(WatchEvent::Bookmark(_))) => {}
                Some(Ok(WatchEvent::Error(_)) | Err(_)) | None => {
                    let short = since.elapsed() < SHORT;
                    self.state = State::Blank;
                    if short {
                        sleep(SHORT).await;
                    }
                }
            }
        }
    }

    fn query(&self) -> (&'static str, &str) {
        (self.selector.0, self.selector.1.as_str())
    }

    async fn list(&mut self) -> Result<(), Error> {
        let action = format!("list {}", self.kind.plural);
        let request = request::list(self.kind, Some(&self.namespace), &[self.query()]);
        let mut list = self.session.call(&action, request).await?;
        let version = list["metadata"]["resourceVersion"].as_str().unwrap_or("0").to_owned();
        self.items.clear();
        if let Some(Value::Array(items)) = list.get_mut("items").map(Value::take) {
            for item in items {
                self.items.insert(key(&item), self.named(item));
            }
        }
        self.state = State::Listed(version);
        Ok(())
    }

    /// Items of a list do not say what they are.
    fn named(&self, mut item: Value) -> Value {
        item["kind"] = Value::from(self.kind.kind);
        item["apiVersion"] = Value::from(self.kind.api_version());
        item
    }

    /// A watch that cannot be opened ends at once: the next call lists again, with the wire's patience.
    async fn watch(&self, version: &str) -> Changes {
        let query = [self.query(), ("resourceVersion", version)];
        let request = request::watch(self.kind, Some(&self.namespace), &query);
        self.session.wire.count();
        match self.session.wire.client.request_events::<Value>(request).await {
            Ok(changes) => Box::pin(changes),
            Err(_) => Box::pin(futures_util::stream::empty()),
        }
    }
}

fn key(item: &Value) -> String {
    item["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}
