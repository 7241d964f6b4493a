//! Where a set of objects goes when it does not go to a cluster: one text, or a folder.

mod error;
mod folder;
mod written;

pub use error::FolderError;
pub use folder::write as write_folder;
pub use written::{File, LIST, Written, write as write_files};

use std::borrow::Borrow;

use serde_json::{Value, json};

use crate::objects::ObjectSet;
use crate::yaml;

/// All objects as one stream of YAML documents, in one text for each set: a large site is never in memory as a whole.
pub fn yaml_texts(sets: impl IntoIterator<Item: Borrow<ObjectSet>>) -> impl Iterator<Item = String> {
    let mut separator = "";
    sets.into_iter().map(move |set| {
        let text = yaml::write_all(set.borrow().iter().map(|object| &object.value));
        if text.is_empty() {
            return text;
        }
        std::mem::replace(&mut separator, "---\n").to_owned() + &text
    })
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
