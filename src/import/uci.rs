//! UCI settings: lists of sections become mappings.

use super::values::UciSection;
use crate::diag::{Diagnostic, Diagnostics, Loc};
use crate::spec::{Entries, UciValue};
use crate::types::quoted;
use serde_json::{Map, Value, json};

/// The settings, file by file. A section that stands twice in a file is reported: a mapping has a key once.
pub fn settings(files: &Entries<String, Vec<Loc<UciSection>>>, diagnostics: &mut Diagnostics) -> Map<String, Value> {
    let mut settings = Map::new();
    for (file, sections) in files.iter().filter(|(_, sections)| !sections.is_empty()) {
        let mut made = Map::new();
        for section in &sections.value {
            if made.contains_key(&section.section.value) {
                let name = quoted(&section.section);
                let message = format!("the section {name} stands twice in `uci.{}`", file.value);
                let help = "write its options into one";
                diagnostics.push(Diagnostic::error("duplicate-key", message).at(section.section.span).help(help));
            }
            made.insert(section.section.value.clone(), options(section));
        }
        settings.insert(file.value.clone(), Value::Object(made));
    }
    settings
}

fn options(section: &UciSection) -> Value {
    let mut options = Map::new();
    if let Some(kind) = section.kind.get() {
        options.insert(".type".into(), json!(kind.value));
    }
    for (name, value) in &section.options {
        options.insert(name.value.clone(), match &value.value {
            UciValue::One(text) => json!(text),
            UciValue::Many(items) => super::pieces::texts(items),
        });
    }
    Value::Object(options)
}
