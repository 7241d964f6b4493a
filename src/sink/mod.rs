//! Where a set of objects goes when it does not go to a cluster: one text, or a folder.

mod folder;

pub use folder::{FolderError, write as write_folder};

use serde_json::{Value, json};

use crate::objects::ObjectSet;
use crate::yaml;

/// All objects as one stream of YAML documents.
pub fn yaml_text(sets: &[ObjectSet]) -> String {
    yaml::write_all(sets.iter().flatten().map(|object| &object.value))
}

/// All objects as one JSON `List`, indented.
///
/// # Panics
/// Never: a JSON value is written to a string.
pub fn json_text(sets: &[ObjectSet]) -> String {
    let items: Vec<&Value> = sets.iter().flatten().map(|object| &object.value).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    let mut text = serde_json::to_string_pretty(&list).expect("a JSON value is written to a string");
    text.push('\n');
    text
}
