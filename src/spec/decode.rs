//! Decoding of trees into typed documents; collects every fault and goes on.

use super::repair::Repairs;
use super::scalar;
use super::schema::Defs;
use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::types::{Invalid, nearest, quoted};
use crate::yaml::{Entry, Key, Kind, Tree};
use serde_json::Value;
use std::str::FromStr;

/// A value that can be read from one node.
pub(crate) trait Decode: Sized {
    /// What it is, with its article.
    const WHAT: &'static str;
    /// Reads it; `None` after a fault, which has been reported.
    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self>;
    /// What one is written like.
    fn example() -> Kind;
    /// What was probably meant by a text that is none.
    fn guess(_text: &str) -> Kind {
        Self::example()
    }
    /// Its JSON Schema.
    fn schema(defs: &mut Defs) -> Value;
}

/// The value of a key of a record.
pub(crate) trait Field: Sized {
    /// True when the key must be there.
    const REQUIRED: bool;
    /// The value when the key is not there; `None` when it must be.
    fn absent() -> Option<Self>;
    /// Reads it; `None` after a fault, which has been reported.
    fn read(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self>;
    /// What one is written like.
    fn example() -> Kind;
    /// Its JSON Schema.
    fn schema(defs: &mut Defs) -> Value;
}

/// A list that may be written as the one value it holds.
pub(crate) trait OneOrMany: Sized {
    /// Reads a list or a single value.
    fn read_one_or_many(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self>;
    /// The JSON Schema of both.
    fn schema_one_or_many(defs: &mut Defs) -> Value;
}

/// A choice between keys.
pub(crate) trait OneOf: Sized {
    /// The keys.
    const KEYS: &'static [&'static str];
    /// Reads the value behind one of the keys.
    fn decode_case(entry: &Entry, decoder: &mut Decoder<'_>) -> Option<Self>;
    /// What the value behind the first key is written like.
    fn example() -> Kind;
    /// The JSON Schema of the value behind each key.
    fn schemas(defs: &mut Defs) -> Vec<(&'static str, Value)>;
}

/// The key of a map.
pub(crate) trait MapKey: Sized {
    /// The key from its text.
    fn from_key(text: &str) -> Result<Self, Invalid>;
    /// A good one.
    const EXAMPLE_KEY: &'static str;
    /// The JSON Schema of the text.
    fn key_schema() -> Value;
}

/// Where decoding is, and what it found.
pub(crate) struct Decoder<'a> {
    diagnostics: &'a mut Diagnostics,
    /// The key or list item that is being read: where a missing key is reported.
    here: Span,
    /// What has to be put right for the rest to be judged.
    repairs: Repairs,
    /// Where a secret may have been written, while that is being read: faults there quote nothing, and hide these texts.
    secret: Vec<Span>,
}

impl<'a> Decoder<'a> {
    /// A decoder for a document that starts at `here`.
    pub(crate) fn new(diagnostics: &'a mut Diagnostics, here: Span) -> Self {
        Self { diagnostics, here, repairs: Repairs::default(), secret: Vec::new() }
    }

    /// What has to be put right.
    pub(super) fn into_repairs(self) -> Repairs {
        self.repairs
    }

    /// Notes what a faulty value could have been.
    pub(crate) fn repair<T: Decode>(&mut self, tree: &Tree) {
        self.repairs.value(tree.span, tree.text().map_or_else(T::example, T::guess));
    }

    /// Reads what a secret may have been written into by mistake.
    pub(crate) fn secretly<T>(&mut self, texts: Vec<Span>, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.secret, texts);
        let value = read(self);
        self.secret = before;
        value
    }

    /// A text in a message.
    fn quoted(&self, text: &str) -> String {
        if self.secret.is_empty() { quoted(text) } else { "another text".to_owned() }
    }

    /// Reports a fault.
    pub(crate) fn report(&mut self, mut diagnostic: Finding) {
        diagnostic.hidden.extend(&self.secret);
        self.diagnostics.push(diagnostic);
    }

    /// Reads the value of an entry, so that what is missing in it is reported at its key.
    pub(crate) fn inside<T>(&mut self, entry: &Entry, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.here, entry.key.span);
        let value = read(self);
        self.here = before;
        value
    }

    /// The entries of a mapping.
    pub(crate) fn entries<'t, T: Decode>(&mut self, tree: &'t Tree, what: &str) -> Option<&'t [Entry]> {
        if let Kind::Map(entries) = &tree.kind {
            return Some(entries);
        }
        let fix = "write `key: value` lines, indented below the key";
        self.wrong_type::<T>(tree, &format!("{what} (a mapping)"), fix);
        None
    }

    /// Reports a node of the wrong kind.
    pub(crate) fn wrong_type<T: Decode>(&mut self, tree: &Tree, wanted: &str, fix: &str) -> Option<T> {
        self.repair::<T>(tree);
        let found = match tree.text() {
            Some(text) => self.quoted(text),
            None => tree.what().to_owned(),
        };
        let message = format!("expected {wanted}, found {found}");
        let span = if tree.span.start == tree.span.end { self.here } else { tree.span };
        self.report(Finding::error(Code::WrongType, message).at(span).help(fix));
        None
    }

    /// Parses a scalar.
    pub(crate) fn parse<T: Decode + FromStr<Err = Invalid>>(
        &mut self,
        tree: &Tree,
        what: &str,
        fix: &str,
    ) -> Option<T> {
        let Some(text) = tree.text() else { return self.wrong_type(tree, what, fix) };
        match text.parse() {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.repair::<T>(tree);
                let invalid = if self.secret.is_empty() {
                    invalid
                } else {
                    // Only of a fix that was made without the text is nothing of it shown.
                    let fix = if text.is_empty() || !invalid.fix.contains(text) { &invalid.fix } else { fix };
                    Invalid::new(format!("the text here is not {what}"), fix)
                };
                self.invalid(tree.span, invalid);
                None
            }
        }
    }

    /// Reports a key that is none of its type; `good` is one.
    pub(super) fn invalid_key(&mut self, span: Span, good: &str, invalid: Invalid) {
        self.repairs.key(span, good);
        self.invalid(span, invalid);
    }

    /// Reports a text that is not a value of its type.
    pub(crate) fn invalid(&mut self, span: Span, invalid: Invalid) {
        let hidden = invalid.secret.then_some(span);
        self.report(Finding::error(Code::BadValue, invalid.problem).at(span).help(invalid.fix).hide(hidden));
    }

    /// Reports a key that is not known; answers the one that was meant.
    pub(crate) fn unknown_key<'k>(
        &mut self,
        key: &Key,
        what: &str,
        keys: &[&'k str],
        one_of: &[&'k str],
    ) -> Option<&'k str> {
        let message = match self.secret.as_slice() {
            [] => format!("unknown key {} in {what}", quoted(&key.text)),
            _ => format!("unknown key in {what}"),
        };
        let all = keys.iter().chain(one_of).copied();
        let close = if self.diagnostics.is_full() { None } else { nearest(&key.text, all.clone()) };
        let help = match close {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("the keys of {what} are {}", scalar::listed(all)),
        };
        self.report(Finding::error(Code::UnknownKey, message).at(key.span).help(help));
        if let Some(meant) = close {
            self.repairs.key(key.span, meant);
        }
        close
    }

    /// The value of a key that the mapping at `mapping` has not. One that was `meant` by an unknown key has been reported.
    pub(crate) fn absent<T: Field>(
        &mut self,
        key: &str,
        what: &str,
        meant: &[&str],
        mapping: Span,
    ) -> Option<T> {
        let value = T::absent();
        if value.is_none() {
            self.repairs.lacking(mapping, key, T::example());
        }
        if value.is_none() && !meant.contains(&key) {
            let message = format!("{what} has no `{key}`");
            let diagnostic = Finding::error(Code::MissingKey, message).at(self.here);
            self.report(diagnostic.help(format!("add the key `{key}`")));
        }
        value
    }

    /// The one case out of several whose key is in the mapping at `mapping`. One that was `meant` by an unknown key has been
    /// reported.
    pub(crate) fn one_of<T: OneOf>(
        &mut self,
        chosen: &[&Entry],
        what: &str,
        meant: &[&str],
        mapping: Span,
    ) -> Option<Loc<T>> {
        if let ([], Some(key)) = (chosen, T::KEYS.first()) {
            self.repairs.lacking(mapping, key, T::example());
        }
        match chosen {
            [] if T::KEYS.iter().any(|key| meant.contains(key)) => None,
            [] => {
                let message = format!("{what} has none of {}", scalar::listed(T::KEYS.iter().copied()));
                self.report(
                    Finding::error(Code::MissingKey, message)
                        .at(self.here)
                        .help("add exactly one of these keys"),
                );
                None
            }
            [entry] => {
                let value = self.inside(entry, |decoder| T::decode_case(entry, decoder))?;
                Some(Loc::new(value, entry.key.span))
            }
            [first, rest @ ..] => {
                for entry in rest {
                    self.repairs.surplus(entry.key.span);
                    let (a, b) = (&first.key, &entry.key);
                    let message = format!("{what} has both `{}` and `{}`", a.text, b.text);
                    let help = if a.span.file == b.span.file {
                        "keep one of the two".to_owned()
                    } else {
                        format!(
                            "write `{}: null` beside `{}` to drop what the other file says",
                            a.text, b.text
                        )
                    };
                    let diagnostic =
                        Finding::error(Code::ExclusiveKeys, message).at(b.span).label("and this one");
                    self.report(diagnostic.also(a.span, "this key").help(help));
                }
                for entry in chosen {
                    self.inside(entry, |decoder| T::decode_case(entry, decoder));
                }
                None
            }
        }
    }

    /// Reads the items of a list; every faulty one is reported.
    pub(super) fn items<T: Decode>(&mut self, items: &[Tree]) -> Option<Vec<Loc<T>>> {
        let mut values = Some(Vec::with_capacity(items.len()));
        let before = self.here;
        for item in items {
            self.here = item.span;
            let value = T::decode(item, self);
            match (value, &mut values) {
                (Some(value), Some(values)) => values.push(Loc::new(value, item.span)),
                _ => values = None,
            }
        }
        self.here = before;
        values
    }
}
