//! Registries: what a tag stands for at this moment.
//!
//! The only module that talks to registries. It knows references, credentials and the distribution protocol (by
//! oci-client); it must not know Kubernetes, documents, plans, the environment or the terminal. Every answer is
//! untrusted: a digest is one or is refused, what a registry says in words is not repeated, time is bounded.
//!
//! Entry: [`Client::resolve`]. Pushing images and reading layers belong here too, on the same client and the same
//! [`Credentials`], as do credential helpers: none of the three is there yet.

mod client;
mod credentials;
mod error;
mod guard;
mod place;
#[cfg(test)]
mod tests;

pub use client::{Client, Limits};
pub use credentials::{Credentials, Unreadable};
pub use error::Error;
