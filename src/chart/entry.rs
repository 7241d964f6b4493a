//! The values of a chart as a tree with comments: from one table come `values.yaml`, its schema and the README's list.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::{shown, yaml};

/// A value that a user of the chart can change.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// What it is, for people: stands above it.
    pub comment: String,
    /// What it is by default.
    pub content: Content,
    /// What it may be, as JSON Schema; a section without one takes its own keys alone.
    pub schema: Option<Value>,
    /// What it is where nobody knows the place; nothing for what is no place's.
    pub elsewhere: Option<Elsewhere>,
}

/// What a value that is a fact of the place is in a chart for any place.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// The default; none: the chart comes without the value.
    pub default: Option<Value>,
    /// What is to be written, for people, where nothing can be rendered without it.
    pub needed: Option<String>,
}

impl Entry {
    /// A fact of the place: elsewhere it is this, or left out.
    pub fn of_place(mut self, default: Option<Value>) -> Self {
        self.elsewhere = Some(Elsewhere { default, needed: None });
        self
    }

    /// A fact of the place without which nothing can be rendered. `example` says what to write.
    pub fn needed(mut self, default: impl Into<Value>, example: impl Into<String>) -> Self {
        self.elsewhere = Some(Elsewhere { default: Some(default.into()), needed: Some(example.into()) });
        self
    }
}

/// The default of a value.
#[derive(Debug, Clone)]
pub enum Content {
    /// This value, whole.
    Value(Value),
    /// A map whose keys have comments of their own.
    Section(Vec<Entry>),
}

/// A value with its schema.
pub fn leaf(key: &str, default: impl Into<Value>, schema: Value, comment: &str) -> Entry {
    Entry {
        key: key.to_owned(),
        comment: comment.to_owned(),
        content: Content::Value(default.into()),
        schema: Some(schema),
        elsewhere: None,
    }
}

/// A section.
pub fn section(key: &str, entries: Vec<Entry>, comment: &str) -> Entry {
    Entry {
        key: key.to_owned(),
        comment: comment.to_owned(),
        content: Content::Section(entries),
        schema: None,
        elsewhere: None,
    }
}

/// The text of `values.yaml`.
pub fn values_yaml(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        if !text.is_empty() {
            text.push('\n');
        }
        append(entry, 0, &mut text);
    }
    text
}

fn append(entry: &Entry, indent: usize, text: &mut String) {
    let pad = " ".repeat(indent);
    for line in entry.comment.lines() {
        text.push_str(format!("{pad}# {}", shown::line(line)).trim_end());
        text.push('\n');
    }
    match &entry.content {
        Content::Section(entries) if !entries.is_empty() => {
            let _ = writeln!(text, "{pad}{}:", key_text(&entry.key));
            for inner in entries {
                append(inner, indent + 2, text);
            }
        }
        content => {
            let value = Map::from_iter([(entry.key.clone(), plain(content))]);
            for line in yaml::write(&Value::Object(value)).lines() {
                // Lines of a literal block may be empty.
                text.push_str(if line.is_empty() { "" } else { &pad });
                text.push_str(line);
                text.push('\n');
            }
        }
    }
}

/// The key as YAML writes it.
fn key_text(key: &str) -> String {
    let text = yaml::write(&json!({ key: 0 }));
    text.trim_end().trim_end_matches(": 0").to_owned()
}

/// The values without their comments.
pub fn values(entries: &[Entry]) -> Value {
    entries.iter().map(|entry| (entry.key.clone(), plain(&entry.content))).collect::<Map<_, _>>().into()
}

fn plain(content: &Content) -> Value {
    match content {
        Content::Value(value) => value.clone(),
        Content::Section(entries) => values(entries),
    }
}

/// The schema of a map with these keys and no others.
pub fn schema(entries: &[Entry]) -> Value {
    let properties: Map<String, Value> = entries
        .iter()
        .map(|entry| {
            let mut schema = match (&entry.schema, &entry.content) {
                (Some(schema), _) => schema.clone(),
                (None, Content::Section(inner)) => self::schema(inner),
                (None, Content::Value(_)) => json!({}),
            };
            schema["description"] = entry.comment.replace('\n', " ").into();
            (entry.key.clone(), schema)
        })
        .collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

/// A row of the README: path, default and meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The keys, joined by dots.
    pub path: String,
    /// The default as JSON on one line; empty for a section.
    pub default: String,
    /// The first paragraph of the comment.
    pub meaning: String,
}

/// The rows of all values, sections included.
pub fn rows(entries: &[Entry]) -> Vec<Row> {
    let mut rows = Vec::new();
    add_rows(entries, "", &mut rows);
    rows
}

fn add_rows(entries: &[Entry], prefix: &str, rows: &mut Vec<Row>) {
    for entry in entries {
        let path = format!("{prefix}{}", entry.key);
        let meaning = entry.comment.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        match &entry.content {
            Content::Section(inner) => {
                rows.push(Row { path: path.clone(), default: String::new(), meaning });
                add_rows(inner, &format!("{path}."), rows);
            }
            Content::Value(value) => rows.push(Row { path, default: value.to_string(), meaning }),
        }
    }
}
