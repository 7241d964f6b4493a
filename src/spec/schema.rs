//! JSON Schema (draft 2020-12) of the documents, for editors.

use super::decode::{Decode, OneOf};
use super::{API_VERSION, Appliance, Image, Overlay, Site};
use serde_json::{Map, Value, json};

/// Which schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// Of a Site.
    Site,
    /// Of an Appliance.
    Appliance,
    /// Of an Image.
    Image,
    /// Of an Overlay.
    Overlay,
    /// Of a file that may hold any of them.
    Any,
}

/// The JSON Schema of a kind of document, self-contained.
pub fn schema(kind: SchemaKind) -> Value {
    let mut defs = Defs::default();
    let site = |defs: &mut Defs| document::<Site>("Site", defs);
    let appliance = |defs: &mut Defs| document::<Appliance>("Appliance", defs);
    let image = |defs: &mut Defs| document::<Image>("Image", defs);
    let overlay = |defs: &mut Defs| document::<Overlay>("Overlay", defs);
    let body = match kind {
        SchemaKind::Site => site(&mut defs),
        SchemaKind::Appliance => appliance(&mut defs),
        SchemaKind::Image => image(&mut defs),
        SchemaKind::Overlay => overlay(&mut defs),
        SchemaKind::Any => {
            let all = [site(&mut defs), appliance(&mut defs), image(&mut defs), overlay(&mut defs)];
            json!({"title": "wrtpod", "oneOf": all})
        }
    };
    let mut schema = Map::new();
    schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    if let Value::Object(body) = body {
        schema.extend(body);
    }
    schema.insert("$defs".into(), Value::Object(defs.defs));
    Value::Object(schema)
}

/// A document: the record of its type with `apiVersion` and `kind`.
fn document<T: Decode>(kind: &str, defs: &mut Defs) -> Value {
    let reference = T::schema(defs);
    let mut record = defs.defs.shift_remove(kind).unwrap_or(reference);
    if let Some(properties) = record.get_mut("properties").and_then(Value::as_object_mut) {
        let rest = std::mem::take(properties);
        properties.insert("apiVersion".into(), json!({"const": API_VERSION}));
        properties.insert("kind".into(), json!({"const": kind}));
        properties.extend(rest);
    }
    if let Some(required) = record.get_mut("required").and_then(Value::as_array_mut) {
        required.splice(0..0, [json!("apiVersion"), json!("kind")]);
    }
    record["title"] = json!(kind);
    record
}

/// The named parts of a schema.
#[derive(Debug, Default)]
pub(crate) struct Defs {
    defs: Map<String, Value>,
}

impl Defs {
    /// A reference to a named part, which is built the first time.
    pub(crate) fn named(&mut self, name: &str, build: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.defs.contains_key(name) {
            self.defs.insert(name.to_owned(), Value::Null);
            let definition = build(self);
            self.defs.insert(name.to_owned(), definition);
        }
        json!({"$ref": format!("#/$defs/{name}")})
    }
}

/// The text of a doc comment, its lines joined.
fn prose(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// A schema with a description.
pub(crate) fn described(mut schema: Value, doc: &[&str]) -> Value {
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".into(), json!(prose(doc)));
    }
    schema
}

/// The schema of a choice between words. Each word has its own description; a number-like word is also taken as one.
pub(crate) fn choice(doc: &[&str], words: &[(&str, &[&str])]) -> Value {
    let cases: Vec<Value> = words
        .iter()
        .map(|(word, doc)| match word.parse::<u32>() {
            Ok(number) => json!({"enum": [word, number], "description": prose(doc)}),
            Err(_) => json!({"const": word, "description": prose(doc)}),
        })
        .collect();
    json!({"description": prose(doc), "oneOf": cases})
}

/// The schema of a record, key by key.
pub(crate) struct Record {
    doc: String,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    one_of: Vec<&'static str>,
}

impl Record {
    /// A record without keys.
    pub(crate) fn new(doc: &[&str]) -> Self {
        Self { doc: prose(doc), properties: Map::new(), required: Vec::new(), one_of: Vec::new() }
    }

    /// Adds a key.
    pub(crate) fn field(&mut self, key: &'static str, doc: &[&str], required: bool, schema: Value) {
        self.properties.insert(key.to_owned(), described(schema, doc));
        if required {
            self.required.push(key);
        }
    }

    /// Adds the keys of a choice, of which exactly one must be there.
    pub(crate) fn one_of<T: OneOf>(&mut self, defs: &mut Defs) {
        for (key, schema) in T::schemas(defs) {
            self.properties.insert(key.to_owned(), schema);
            self.one_of.push(key);
        }
    }

    /// The schema.
    pub(crate) fn finish(self) -> Value {
        let mut schema = json!({
            "type": "object",
            "description": self.doc,
            "properties": self.properties,
            "required": self.required,
            "additionalProperties": false,
        });
        if !self.one_of.is_empty() {
            let cases: Vec<Value> = self.one_of.iter().map(|key| json!({"required": [key]})).collect();
            schema["oneOf"] = json!(cases);
        }
        schema
    }
}
