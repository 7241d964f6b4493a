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

/// The present state of a collection.
pub(super) struct Follow<'s, 'a> {
    session: &'s Session<'a>,
    kind: &'static Kind,
    namespace: String,
    selector: (&'static str, String),
    items: BTreeMap<String, Value>,
    changes: Option<(Changes, Instant)>,
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
            changes: None,
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
            let Some((changes, since)) = &mut self.changes else {
                return self.begin().await;
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
                    self.changes = None;
                    if short {
                        sleep(SHORT).await;
                    }
                }
            }
        }
    }

    async fn begin(&mut self) -> Result<(), Error> {
        let action = format!("list {}", self.kind.plural);
        let selector = (self.selector.0, self.selector.1.as_str());
        let mut list =
            self.session.call(&action, request::list(self.kind, Some(&self.namespace), &[selector])).await?;
        let version = list["metadata"]["resourceVersion"].as_str().unwrap_or("0").to_owned();
        let items = list.get_mut("items").map(Value::take);
        let query = [selector, ("resourceVersion", version.as_str())];
        let request = request::watch(self.kind, Some(&self.namespace), &query);
        self.session.wire.count();
        // A watch that cannot be opened ends at once: the next call lists again, with the wire's patience.
        let changes: Changes = match self.session.wire.client.request_events::<Value>(request).await {
            Ok(changes) => Box::pin(changes),
            Err(_) => Box::pin(futures_util::stream::empty()),
        };
        self.items.clear();
        if let Some(Value::Array(items)) = items {
            self.items.extend(items.into_iter().map(|item| (key(&item), item)));
        }
        self.changes = Some((changes, Instant::now()));
        Ok(())
    }
}

fn key(item: &Value) -> String {
    item["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}
