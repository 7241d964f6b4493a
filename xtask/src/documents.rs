//! `docs/reference/documents.md`: every key of the documents, from their JSON Schema.

use std::fmt::Write;

use serde_json::{Map, Value};

/// The document, from the schema of both kinds.
pub fn page(schema: &Value) -> String {
    let mut text = String::from(
        "# Documents\n\n<!-- Written by `cargo xtask generate` from the types in src/spec/v1alpha1. -->\n\n\
         Every key of every document. A key in bold must be there; of keys marked ◆ exactly one. The same as JSON\n\
         Schema, for editors: [schema/wrtpod.json](schema/wrtpod.json), or `wrtpod schema`.\n",
    );
    for document in schema["oneOf"].as_array().into_iter().flatten() {
        section(&mut text, document["title"].as_str().unwrap_or_default(), document);
    }
    let none = Map::new();
    for (name, definition) in schema["$defs"].as_object().unwrap_or(&none) {
        section(&mut text, name, definition);
    }
    text
}

fn section(text: &mut String, name: &str, definition: &Value) {
    let _ = write!(text, "\n## {name}\n\n{}\n\n", word(&definition["description"]));
    let Some(keys) = definition["properties"].as_object() else {
        for case in cases(definition) {
            let value = case.get("const").or(case["enum"].get(0)).map(word).unwrap_or_default();
            let _ = writeln!(text, "- `{value}`: {}", word(&case["description"]));
        }
        return;
    };
    let required = words(&definition["required"]);
    let alternatives: Vec<&str> =
        cases(definition).iter().flat_map(|case| words(&case["required"])).collect();
    text.push_str("| key | value | meaning |\n|---|---|---|\n");
    for (key, schema) in keys {
        let shown = match key.as_str() {
            key if required.contains(&key) => format!("**`{key}`**"),
            key if alternatives.contains(&key) => format!("`{key}` ◆"),
            key => format!("`{key}`"),
        };
        let meaning = schema["description"].as_str().unwrap_or_default().replace('|', "\\|");
        let _ = writeln!(text, "| {shown} | {} | {meaning} |", shape(schema));
    }
}

/// What may stand behind a key, in a few words.
fn shape(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/$defs/");
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(value) = schema.get("const") {
        return format!("`{}`", word(value));
    }
    if let Some(format) = schema["format"].as_str() {
        return format.replace("ipv", "IPv");
    }
    if let Some(cases) = schema["anyOf"].as_array() {
        // One value, or a list of them.
        let single: Vec<String> = cases.iter().filter(|case| case["type"] != "array").map(shape).collect();
        let one = single.join(" or ");
        let many = cases.iter().any(|case| case["type"] == "array");
        return if many { format!("{one}, or a list") } else { one };
    }
    match schema["type"].as_array().map_or(&schema["type"], |types| &types[0]).as_str() {
        Some("array") => format!("list of {}", shape(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map to {}", shape(&schema["additionalProperties"]))
        }
        Some("string") => {
            schema["examples"].get(0).map_or("text".to_owned(), |e| format!("text, `{}`", word(e)))
        }
        Some(name) => name.to_owned(),
        None => "any".to_owned(),
    }
}

fn cases(definition: &Value) -> &[Value] {
    definition["oneOf"].as_array().map_or(&[], Vec::as_slice)
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
