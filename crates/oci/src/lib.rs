//! OCI images: roots, layers, layouts and archives; to and from registries; files of web servers through a cache.
//!
//! What comes from elsewhere is bounded, and checked against its digest.

pub mod fetch;
pub mod image;
pub mod registry;
pub mod tls;

use wrtpod_base::{ahead, shown, temporary, types};
