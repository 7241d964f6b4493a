//! The only reader and the only writer of YAML.
//!
//! Reading makes a [`Tree`] whose scalars keep their source text and whose nodes keep their place, and maps the
//! parser's complaints to words of our own. Writing makes text that YAML 1.1 and 1.2 readers, kubectl and Helm read
//! alike. Knows nothing of documents or their keys. Entries: [`read`], [`write`].

mod tree;

pub use tree::{Entry, Key, Kind, Tree};

mod json;

pub use json::to_json;
