//! A value and the place it came from.

use super::Span;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

/// A value with the place where it was written; `span` is `None` for a value that stands in no file (a default).
/// Two of them are equal when their values are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loc<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Option<Span>,
}

impl<T> Loc<T> {
    /// A value and its place.
    pub fn new(value: T, span: impl Into<Option<Span>>) -> Self {
        Self { value, span: span.into() }
    }

    /// A value that stands in no file.
    pub fn bare(value: T) -> Self {
        Self { value, span: None }
    }

    /// Another value at the same place.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Loc<U> {
        Loc { value: f(self.value), span: self.span }
    }

    /// The same place with a reference to the value.
    pub fn as_ref(&self) -> Loc<&T> {
        Loc { value: &self.value, span: self.span }
    }
}

impl<T> From<T> for Loc<T> {
    fn from(value: T) -> Self {
        Self::bare(value)
    }
}

impl<T> Deref for Loc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Loc<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: PartialEq> PartialEq for Loc<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Loc<T> {}

/// A JSON value that was written as YAML, with the places of its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The value.
    pub value: Value,
    /// Where each part was written, by its JSON pointer: a scalar itself, of a list or a mapping the key.
    pub places: BTreeMap<String, Span>,
}
