//! Registries: what a tag stands for, images from them, images to them.
//!
//! The only module that talks to registries. It knows references, credentials and the distribution protocol (OCI
//! distribution-spec 1.1); it must not know Kubernetes, documents, plans, the environment or the terminal. Every
//! answer is untrusted: a digest is one or is refused, content is checked against it, sizes and times are bounded,
//! what a registry says in words is not repeated.
//!
//! Entries: [`Client::resolve`], [`Client::source`] (manifests and blobs of an image), [`Client::push`]. All three go
//! through one path, `session`: authorization, pauses and tries, and what a failure means. Tokens, the question for a
//! blob and its upload in one request are `oci`, which is oci-client; what that reads or does not tell
//! (docs/adr/0008-registry-client.md) is asked with requests of ours. An answer of a token service is bounded by time only,
//! the others by size as well.

mod body;
mod challenge;
mod client;
mod credentials;
mod error;
mod guard;
mod limits;
mod oci;
mod patience;
mod place;
mod progress;
mod push;
mod referrers;
mod retry;
mod session;
mod source;
#[cfg(test)]
mod tests;
mod token;
mod upload;

pub use client::Client;
pub use credentials::{Credentials, Helper, HelperOutput, Unreadable};
pub use error::{Error, Said};
pub use limits::Limits;
pub use progress::{Event, Progress};
pub use push::Pushed;
pub use source::Source;
