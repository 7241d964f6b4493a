//! UCI settings: lists of sections become mappings.

use super::pieces::texts;
use super::values::UciSection;
use crate::diag::Loc;
use crate::spec::{Entries, SecretKeyRef, UciValue};
use serde_json::{Map, Value, json};

/// The settings, file by file. Of a section that stands twice, the later one's options are laid over the earlier one's, as
/// wrtpod and the chart do.
pub fn settings(files: &Entries<String, Vec<Loc<UciSection>>>) -> Map<String, Value> {
    let mut settings = Map::new();
    // A file without sections is made, too.
    for (file, sections) in files {
        let mut made: Map<String, Value> = Map::new();
        for section in &sections.value {
            let known = made.entry(section.section.value.clone()).or_insert_with(|| json!({}));
            known.as_object_mut().expect("every section is a mapping").extend(options(section));
        }
        settings.insert(file.value.clone(), Value::Object(made));
    }
    settings
}

/// A reference as a document has it.
pub fn secret(from: &SecretKeyRef) -> Value {
    json!({"secretKeyRef": {"name": from.name.to_string(), "key": from.key.to_string()}})
}

fn options(section: &UciSection) -> Map<String, Value> {
    let kind = section.kind.get().map(|kind| (".type".to_owned(), json!(kind.value)));
    let options = section.options.iter().map(|(name, value)| {
        let value = match &value.value {
            UciValue::One(text) => json!(text),
            UciValue::Many(items) => texts(items),
            UciValue::Secret(from) => secret(from),
        };
        (name.value.clone(), value)
    });
    kind.into_iter().chain(options).collect()
}
