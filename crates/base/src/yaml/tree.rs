//! A YAML document as a tree with places.

use crate::diag::Span;

/// A node and the bytes it was read from. Aliases are already replaced by what they stand for (with the places of the
/// anchored text), merge keys (`<<`) by the entries they bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Where the node was written.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: an empty value, `null` or `~`.
    Null,
    /// A scalar.
    Scalar {
        /// The text, verbatim when plain and with escapes and folding resolved otherwise.
        text: String,
        /// True when it was written without quotes and not as a block: then it may mean a number or a truth value.
        plain: bool,
    },
    /// A list.
    Seq(Vec<Tree>),
    /// A mapping in the order of the source, each key once.
    Map(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: Tree,
}

/// The key of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The text.
    pub text: String,
    /// True when it was written without quotes.
    pub plain: bool,
    /// Where it was written.
    pub span: Span,
}

impl Tree {
    /// A node.
    pub fn new(span: Span, kind: Kind) -> Self {
        Self { span, kind }
    }

    /// True for nothing, `null` and `~`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The entries of a mapping.
    pub fn entries(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value behind a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        self.entries()?.iter().find(|entry| entry.key.text == key).map(|entry| &entry.value)
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// What the node is, with its article, for sentences such as "found a list".
    pub fn what(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Scalar { .. } => "a single value",
            Kind::Seq(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }
}
