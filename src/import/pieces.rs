//! Pieces of documents: how lists, maps and what is not said are written.

use crate::diag::Loc;
use crate::spec::Route;
use serde_json::{Map, Value, json};
use std::fmt::Display;

/// A mapping to which is added what is said.
#[derive(Default)]
pub struct Pieces(Map<String, Value>);

impl Pieces {
    /// What was added.
    pub fn finish(self) -> Map<String, Value> {
        self.0
    }

    /// Adds a value.
    pub fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// Adds the text of a value, if there is one.
    pub fn text<T: Display>(&mut self, key: &str, value: Option<&Loc<T>>) {
        if let Some(value) = value {
            self.put(key, value.value.to_string());
        }
    }

    /// Adds the text of a value that is not the default.
    pub fn unless<T: Display>(&mut self, default: &str, key: &str, value: Option<&Loc<T>>) {
        self.text(key, value.filter(|value| value.value.to_string() != default));
    }

    /// Adds a number, if there is one.
    pub fn number(&mut self, key: &str, value: Option<Loc<u32>>) {
        if let Some(value) = value {
            self.put(key, value.value);
        }
    }

    /// Adds a switch that is on.
    pub fn on(&mut self, key: &str, switch: Option<Loc<bool>>) {
        if switch.is_some_and(|switch| switch.value) {
            self.put(key, true);
        }
    }

    /// Adds a list that is not empty.
    pub fn list<T: Display>(&mut self, key: &str, values: &[Loc<T>]) {
        if !values.is_empty() {
            self.put(key, texts(values));
        }
    }

    /// Adds a list that is not empty, as its value where that is one.
    pub fn one_or_many<T: Display>(&mut self, key: &str, values: &[Loc<T>]) {
        match values {
            [one] => self.put(key, one.value.to_string()),
            _ => self.list(key, values),
        }
    }

    /// Adds the routes, if there are any.
    pub fn routes(&mut self, routes: &[Loc<Route>]) {
        let piece = |route: &Loc<Route>| {
            let mut made = Self::default();
            made.put("to", route.to.value.to_string());
            made.text("via", route.via.as_ref());
            Value::Object(made.finish())
        };
        if !routes.is_empty() {
            self.put("routes", routes.iter().map(piece).collect::<Vec<_>>());
        }
    }

    /// Adds a mapping that is not empty.
    pub fn map(&mut self, key: &str, entries: Map<String, Value>) {
        if !entries.is_empty() {
            self.put(key, entries);
        }
    }

    /// Adds texts by name, if there are any.
    pub fn pairs<K: Display>(&mut self, key: &str, entries: &[(Loc<K>, Loc<String>)]) {
        let texts = entries.iter().map(|(name, text)| (name.value.to_string(), json!(text.value)));
        self.map(key, texts.collect());
    }
}

/// The texts of values.
pub fn texts<T: Display>(values: &[Loc<T>]) -> Value {
    values.iter().map(|value| value.value.to_string()).collect()
}
