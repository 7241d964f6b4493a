//! The only reader and the only writer of YAML.
//!
//! Reading makes a [`Tree`] whose scalars keep their source text and whose nodes keep their place, and maps the
//! parser's complaints to words of our own. Writing makes text that YAML 1.1 and 1.2 readers, kubectl and Helm read
//! alike. Knows nothing of documents or their keys. Entries: [`read`], [`write()`], [`write_all`], [`to_json`].

mod anchors;
mod json;
mod map;
mod place;
mod read;
mod syntax;
mod tree;
mod write;

pub use json::{places, to_json};
pub use read::{read, read_value};
pub use tree::{Entry, Key, Kind, Tree};
pub use write::{write, write_all};
