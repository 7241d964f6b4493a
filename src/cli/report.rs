//! Reports of the cluster for machines.

use serde::Serialize;

use crate::yaml as documents;

/// JSON, indented, with a newline at the end.
///
/// # Panics
/// Never: reports hold nothing that JSON cannot.
pub fn json(report: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report serializes to JSON");
    text.push('\n');
    text
}

/// YAML.
///
/// # Panics
/// Never: reports hold nothing that JSON cannot.
pub fn yaml(report: &impl Serialize) -> String {
    documents::write(&serde_json::to_value(report).expect("a report serializes to JSON"))
}
