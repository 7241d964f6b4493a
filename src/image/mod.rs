//! OCI images: the root that packages are installed into, the layer that comes of it, and the documents around it.
//!
//! A [`Base`] is opened from a root's tar, an OCI layout or an archive; a [`Root`] stands on its [`Tree`] and takes files,
//! links and removals; [`Root::layer`] makes one layer of what changed; [`Image::assemble`] puts it on the base, and a
//! [`Bundle`] is what a registry, a folder or an archive takes. Nothing is unpacked on disk, and the same input gives the
//! same bytes: no clock, no randomness, no order of a hash map.
//!
//! Knows tar, gzip, zstd and OCI's documents. Must not know packages, feeds, registries, Kubernetes objects, documents of
//! the user, the environment or the terminal. All that is read is untrusted: paths stay in the root, sizes are bounded,
//! digests are checked.

mod archive;
mod assemble;
mod base;
mod bundle;
mod config;
mod deflate;
mod error;
mod layer;
mod layout;
mod manifest;
mod measure;
mod node;
mod packed;
mod part;
mod platform;
mod root;
mod sbom;
mod spool;
mod store;
mod stream;
#[cfg(test)]
mod tests;
mod tree;
mod validate;

pub use assemble::{Image, Settings};
pub use base::{Base, choose};
pub use bundle::{Blob, Bundle, Bytes, Document};
pub use config::Config;
pub use error::Error;
pub use layer::Layer;
pub use manifest::{Descriptor, Index, Manifest, media_type};
pub use node::{Attributes, Content, Kind, Node};
pub use part::FilePart;
pub use platform::Platform;
pub use root::Root;
pub use sbom::{Component, Sbom};
pub use store::Store;
pub use tree::Tree;
pub use validate::faults;
