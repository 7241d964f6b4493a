//! A tree as untyped JSON, read as kubectl reads it.

use super::{Kind, Tree};
use serde_json::{Map, Value};

/// The tree as JSON.
pub fn to_json(tree: &Tree) -> Value {
    match &tree.kind {
        Kind::Null => Value::Null,
        Kind::Scalar { text, .. } => Value::String(text.clone()),
        Kind::Seq(items) => items.iter().map(to_json).collect(),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|entry| (entry.key.text.clone(), to_json(&entry.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}
