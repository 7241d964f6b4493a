//! From JSON values to YAML text.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};
use serde_saphyr::{DoubleQuoted, ser_options};

/// A value as one YAML document, without `---`, ending in a line break.
///
/// `apiVersion`, `kind` and `metadata` come first, everything else keeps its order. Texts that any YAML reader would
/// take for something else are quoted; texts of several lines become literal blocks; nothing is folded.
///
/// # Panics
/// Never: a JSON value has nothing that YAML cannot hold.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    append(value, &mut text);
    text
}

/// Values as the documents of one YAML file, each behind a `---` but the first.
pub fn write_all<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        append(value, &mut text);
    }
    text
}

fn append(value: &Value, text: &mut String) {
    let options = ser_options! {
        yaml_12: false,
        prefer_block_scalars: true,
        compact_list_indent: true,
        folded_wrap_chars: usize::MAX,
        min_fold_chars: usize::MAX,
    };
    serde_saphyr::to_fmt_writer_with_options(&mut *text, &Document(value), options)
        .expect("a JSON value has string keys and finite numbers, and a String takes any text");
    if !text.ends_with('\n') {
        text.push('\n');
    }
}

/// The outermost value: the keys that say what it is come first.
struct Document<'a>(&'a Value);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const FIRST: [&str; 3] = ["apiVersion", "kind", "metadata"];
        let Value::Object(object) = self.0 else { return Node(self.0).serialize(serializer) };
        let first = FIRST.iter().filter_map(|key| object.get_key_value(*key));
        let rest = object.iter().filter(|(key, _)| !FIRST.contains(&key.as_str()));
        entries(first.chain(rest), object.len(), serializer)
    }
}

/// A value whose texts are written so that every reader takes them.
struct Node<'a>(&'a Value);

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::String(text) if needs_double_quotes(text) => {
                DoubleQuoted(text.as_str()).serialize(serializer)
            }
            Value::Array(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    sequence.serialize_element(&Node(item))?;
                }
                sequence.end()
            }
            Value::Object(object) => object_entries(object, serializer),
            scalar => scalar.serialize(serializer),
        }
    }
}

fn object_entries<S: Serializer>(object: &Map<String, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    entries(object.iter(), object.len(), serializer)
}

fn entries<'a, S: Serializer>(
    entries: impl Iterator<Item = (&'a String, &'a Value)>,
    len: usize,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(len))?;
    for (key, value) in entries {
        map.serialize_entry(key, &Node(value))?;
    }
    map.end()
}

/// A block whose first line that is not blank starts with a tab is valid YAML that libyaml and its descendants, kubectl
/// among them, refuse (yaml/go-yaml #383).
fn needs_double_quotes(text: &str) -> bool {
    text.contains('\n')
        && text
            .lines()
            .find(|line| !line.trim_matches(' ').is_empty())
            .is_none_or(|line| line.trim_start_matches(' ').starts_with('\t'))
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
