//! The requests that the sink sends, as plain HTTP: built here, sent by `wire`.

use http::{Method, Request};
use serde_json::{Value, json};

use crate::objects::Identity;

use super::kinds::Kind;
use super::{Error, FIELD_MANAGER};

/// What an answer is cut down to when only names, versions and labels matter.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const JSON: &str = "application/json";

type Bytes = Request<Vec<u8>>;

/// Reads one object.
pub(super) fn get(kind: &Kind, namespace: &str, name: &str) -> Bytes {
    build(Method::GET, &object_path(&kind.path(Some(namespace)), name), &[], JSON, None)
}

/// Reads the live object of an identity.
pub(super) fn get_identity(identity: &Identity) -> Result<Bytes, Error> {
    let path = object_path(&Kind::of(identity)?.path_for(identity), &identity.name);
    Ok(build(Method::GET, &path, &[], JSON, None))
}

/// Reads the API server's version.
pub(super) fn version() -> Bytes {
    build(Method::GET, "/version", &[], JSON, None)
}

/// Reads what the API server says of a group of its API; there is none when nobody brought its kinds.
pub(super) fn group(name: &str) -> Bytes {
    build(Method::GET, &format!("/apis/{name}"), &[], JSON, None)
}

/// Lists objects whole.
pub(super) fn list(kind: &Kind, namespace: Option<&str>, query: &[(&str, &str)]) -> Bytes {
    build(Method::GET, &kind.path(namespace), query, JSON, None)
}

/// The same request, answered with metadata alone.
pub(super) fn metadata(mut list: Bytes) -> Bytes {
    list.headers_mut().insert(http::header::ACCEPT, http::HeaderValue::from_static(METADATA_LIST));
    list
}

/// Lists the metadata of objects with a label.
pub(super) fn list_metadata(kind: &Kind, namespace: Option<&str>, labels: &str) -> Bytes {
    build(Method::GET, &kind.path(namespace), &[("labelSelector", labels)], METADATA_LIST, None)
}

/// Opens a watch; `query` has the selectors and the version to begin at.
pub(super) fn watch(kind: &Kind, namespace: Option<&str>, query: &[(&str, &str)]) -> Bytes {
    let mut all = vec![("watch", "true"), ("allowWatchBookmarks", "true"), ("timeoutSeconds", "290")];
    all.extend_from_slice(query);
    let mut request = build(Method::GET, &kind.path(namespace), &all, JSON, None);
    request.headers_mut().insert(http::header::ACCEPT_ENCODING, http::HeaderValue::from_static("identity"));
    request
}

/// How an object is applied.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Apply {
    /// Take over fields of other managers.
    pub force: bool,
    /// Let the API server do everything but write.
    pub dry_run: bool,
    /// Have the whole object in the answer.
    pub whole: bool,
}

/// Applies an object server-side.
pub(super) fn apply(identity: &Identity, value: &Value, how: Apply) -> Result<Bytes, Error> {
    let path = object_path(&Kind::of(identity)?.path_for(identity), &identity.name);
    let force = if how.force { "true" } else { "false" };
    let mut query = vec![("fieldManager", FIELD_MANAGER), ("force", force), ("fieldValidation", "Strict")];
    if how.dry_run {
        query.push(("dryRun", "All"));
    }
    let accept = if how.whole { JSON } else { METADATA };
    let mut request = build(Method::PATCH, &path, &query, accept, Some(value));
    request
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/apply-patch+yaml"));
    Ok(request)
}

/// Creates an object; fails when it is there.
pub(super) fn create(kind: &Kind, namespace: &str, value: &Value, dry_run: bool) -> Bytes {
    let mut query = vec![("fieldManager", FIELD_MANAGER)];
    if dry_run {
        query.push(("dryRun", "All"));
    }
    build(Method::POST, &kind.path(Some(namespace)), &query, METADATA, Some(value))
}

/// What would become of an object that is created: the whole of it. Nothing is written.
pub(super) fn try_create(kind: &Kind, namespace: &str, value: &Value) -> Bytes {
    let query = [("fieldManager", FIELD_MANAGER), ("dryRun", "All")];
    build(Method::POST, &kind.path(Some(namespace)), &query, JSON, Some(value))
}

/// Deletes an object in the background; with a uid only that very object.
pub(super) fn delete(identity: &Identity, uid: Option<&str>, dry_run: bool) -> Result<Bytes, Error> {
    let path = object_path(&Kind::of(identity)?.path_for(identity), &identity.name);
    let mut options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"});
    if let Some(uid) = uid {
        options["preconditions"] = json!({"uid": uid});
    }
    if dry_run {
        options["dryRun"] = json!(["All"]);
    }
    Ok(build(Method::DELETE, &path, &[], JSON, Some(&options)))
}

/// Reads the log of a pod's only container, up to a size that no list of modules has.
pub(super) fn whole_log(namespace: &str, pod: &str) -> Bytes {
    build(Method::GET, &log_path(namespace, pod), &[("limitBytes", "1048576")], "*/*", None)
}

/// Reads the last lines of a container's log.
pub(super) fn log(namespace: &str, pod: &str, container: &str, previous: bool, lines: u32) -> Bytes {
    let lines = lines.to_string();
    let previous = if previous { "true" } else { "false" };
    let query =
        [("container", container), ("previous", previous), ("tailLines", &lines), ("limitBytes", "16384")];
    build(Method::GET, &log_path(namespace, pod), &query, "*/*", None)
}

fn log_path(namespace: &str, pod: &str) -> String {
    format!("{}/log", object_path(&Kind::named("Pod").path(Some(namespace)), pod))
}

fn object_path(collection: &str, name: &str) -> String {
    format!("{collection}/{name}")
}

fn build(method: Method, path: &str, query: &[(&str, &str)], accept: &str, body: Option<&Value>) -> Bytes {
    let mut uri = encode(path, b"/");
    for (index, (key, value)) in query.iter().enumerate() {
        uri.push(if index == 0 { '?' } else { '&' });
        uri.push_str(key);
        uri.push('=');
        uri.push_str(&encode(value, b""));
    }
    let mut request = Request::builder().method(method).uri(uri).header(http::header::ACCEPT, accept);
    if body.is_some() {
        request = request.header(http::header::CONTENT_TYPE, JSON);
    }
    request
        .body(body.map_or_else(Vec::new, |body| body.to_string().into_bytes()))
        .expect("every byte of the path and the query that a URI cannot hold is encoded")
}

/// Percent-encodes all but unreserved characters and `keep`.
fn encode(text: &str, keep: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_encoded() {
        let request = list_metadata(Kind::named("Secret"), Some("a"), "x/y=z,q in (1)");
        assert_eq!(request.uri(), "/api/v1/namespaces/a/secrets?labelSelector=x%2Fy%3Dz%2Cq%20in%20%281%29");
    }

    #[test]
    fn a_name_that_no_uri_holds_does_not_panic() {
        let identity = Kind::named("Secret").identity("a", "two words\n");
        let request = get_identity(&identity).map(|request| request.uri().to_string());
        assert_eq!(request.ok().as_deref(), Some("/api/v1/namespaces/a/secrets/two%20words%0A"));
    }
}
