//! Where a set of objects goes when it does not go to a cluster: one text, or a folder.

mod error;
mod folder;
mod written;

pub use error::FolderError;
pub use folder::write as write_folder;
pub use written::{File, LIST, Written, write as write_files};

use serde_json::{Value, json};

use crate::cores;
use crate::objects::ObjectSet;
use crate::yaml;

/// How many sets become text at once: a large site is never in memory as a whole text.
const AT_ONCE: usize = 256;

/// All objects as one stream of YAML documents, in one text for each set.
pub fn yaml_texts(sets: &[ObjectSet]) -> impl Iterator<Item = String> {
    let text = |set: &ObjectSet| yaml::write_all(set.iter().map(|object| &object.value));
    let texts = sets.chunks(AT_ONCE).flat_map(move |sets| cores::map(sets, text));
    let mut separator = "";
    texts.map(move |mut text| {
        if !text.is_empty() {
            text.insert_str(0, std::mem::replace(&mut separator, "---\n"));
        }
        text
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
