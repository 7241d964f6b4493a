//! One verb's way to the API server: the wire together with whoever hears of what happens.

use std::future::Future;

use futures_util::stream::{self, StreamExt as _};
use http::Request;
use serde_json::Value;

use super::wire::{Failure, Reply, Teller, Wire};
use super::{Error, Event, Progress};

/// How many futures are polled at the same time; how many requests are on their way is the wire's to say.
const TOGETHER: usize = 16;

/// The wire and the progress of one verb.
pub(super) struct Session<'a> {
    pub wire: &'a Wire,
    tell: Teller<'a>,
}

impl<'a> Session<'a> {
    pub(super) fn new(wire: &'a Wire, progress: &'a mut dyn Progress) -> Self {
        Self { wire, tell: Teller::new(progress) }
    }

    pub(super) fn tell(&self, event: &Event) {
        self.tell.tell(event);
    }

    /// Sends a request; the caller looks at failures itself.
    pub(super) async fn send(&self, request: Request<Vec<u8>>) -> Result<Reply, Failure> {
        self.wire.call(&self.tell, request).await
    }

    /// Sends a request that has to succeed.
    pub(super) async fn call(&self, action: &str, request: Request<Vec<u8>>) -> Result<Value, Error> {
        self.send(request).await.map(|reply| reply.value).map_err(|failure| failure.during(self.wire, action))
    }

    /// Sends a request whose object may be absent.
    pub(super) async fn find(&self, action: &str, request: Request<Vec<u8>>) -> Result<Option<Value>, Error> {
        match self.send(request).await {
            Ok(reply) => Ok(Some(reply.value)),
            Err(failure) if failure.is(404) => Ok(None),
            Err(failure) => Err(failure.during(self.wire, action)),
        }
    }

    /// Sends a request whose answer is text, such as a log.
    pub(super) async fn text(&self, request: Request<Vec<u8>>) -> Result<String, Failure> {
        self.wire.text(&self.tell, request).await
    }

    /// Lists; the items of the answer.
    pub(super) async fn items(&self, action: &str, request: Request<Vec<u8>>) -> Result<Vec<Value>, Error> {
        let mut list = self.call(action, request).await?;
        match list.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }
}

/// Runs futures a few at a time; answers in their order.
pub(super) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    stream::iter(futures).buffered(TOGETHER).collect().await
}

/// As [`all`]; one error comes out as it is, more as [`Error::Several`].
pub(super) async fn try_all<T, F: Future<Output = Result<T, Error>>>(
    futures: impl IntoIterator<Item = F>,
) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    let mut errors = Vec::new();
    for result in all(futures).await {
        match result {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(values) } else { Err(combine(errors)) }
}

/// Joins errors: conflicts become one report, the same text is said once.
pub(super) fn combine(errors: Vec<Error>) -> Error {
    let mut conflicts = Vec::new();
    let mut others: Vec<Error> = Vec::new();
    for error in errors {
        match error {
            Error::Conflict(objects) => conflicts.extend(objects),
            error if others.iter().any(|other| other.to_string() == error.to_string()) => {}
            error => others.push(error),
        }
    }
    if !conflicts.is_empty() {
        others.push(Error::Conflict(conflicts));
    }
    match others.pop() {
        Some(only) if others.is_empty() => only,
        Some(last) => {
            others.push(last);
            Error::Several(others)
        }
        None => Error::Several(others),
    }
}
