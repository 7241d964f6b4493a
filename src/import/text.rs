//! A document as a person would have it written: YAML with a word on the keys that need one.

use crate::spec::API_VERSION;
use crate::yaml;
use serde_json::{Map, Value, json};

/// A document.
pub struct Document {
    /// What it is, in the first line.
    pub head: String,
    /// Its kind.
    pub kind: &'static str,
    /// Its metadata.
    pub metadata: Value,
    /// What it states, key by key.
    pub spec: Map<String, Value>,
    /// A word on keys of `spec`, which stands above them.
    pub comments: &'static [(&'static str, &'static str)],
}

impl Document {
    /// The text.
    pub fn write(&self) -> String {
        let header = json!({"apiVersion": API_VERSION, "kind": self.kind, "metadata": self.metadata});
        let mut text = format!("# {}\n{}spec:\n", self.head, yaml::write(&header));
        for (key, value) in &self.spec {
            if let Some((_, comment)) = self.comments.iter().find(|(known, _)| known == key) {
                text.extend(["  # ", comment, "\n"]);
            }
            let entry = yaml::write(&json!({key: value}));
            for line in entry.lines() {
                text.extend([if line.is_empty() { "" } else { "  " }, line, "\n"]);
            }
        }
        text
    }
}
