//! JSON with its places: a reader that says where each value stands, and the one writer.
//!
//! What it takes is what the readers of plugins take (Go's `encoding/json`): no byte order mark, no comments, no comma behind the last
//! item; of a key that stands twice the last one counts, and half a surrogate pair is U+FFFD.

mod read;
mod write;

use std::ops::Range;

/// Bytes of the text that was read.
pub type Span = Range<usize>;

/// How deeply lists and objects may stand in one another.
pub const DEPTH: usize = 128;

/// A value and its place.
#[derive(Debug, Clone)]
pub struct Json {
    /// What it is.
    pub kind: Kind,
    /// Where it stood; `0..0` when it was not read.
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text, without its escapes.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object: each key once, in the order of their first places.
    Object(Vec<Entry>),
}

/// A key of an object and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stood.
    pub span: Span,
    /// The value.
    pub value: Json,
}

/// Values are equal wherever they stand.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Json {}

/// Entries are equal wherever they stand.
impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}

impl Eq for Entry {}

impl Json {
    /// A value that stands nowhere.
    pub fn made(kind: Kind) -> Self {
        Self { kind, span: 0..0 }
    }

    /// A text that stands nowhere.
    pub fn text(text: impl Into<String>) -> Self {
        Self::made(Kind::Text(text.into()))
    }

    /// The text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Kind::Text(text) = &self.kind { Some(text) } else { None }
    }

    /// The value of a key of an object, as Go finds one for a field: whatever the case of its letters, and of several the last.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Kind::Object(entries) = &self.kind else { return None };
        entries.iter().rev().find(|entry| entry.key.eq_ignore_ascii_case(key)).map(|entry| &entry.value)
    }
}

#[cfg(test)]
mod tests;
