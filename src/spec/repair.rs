//! Documents with faults, put right: what else is wrong with them is found in the same run.
//!
//! A faulty value is taken out, or replaced by what was probably meant. What later stages find with both is wrong
//! whatever the user meant; what they find with one of them alone comes of the repair.

use crate::diag::Span;
use crate::yaml::{Entry, Key, Kind, Tree};
use std::collections::{BTreeMap, HashMap};

/// How a document is put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// What is faulty is taken out, with all that cannot be without it.
    Without,
    /// What was meant is guessed.
    Guess,
}

/// What decoding found to be faulty, by its place.
#[derive(Debug, Default)]
pub(crate) struct Repairs {
    /// Values, with good ones of their type.
    values: HashMap<Span, Kind>,
    /// Mappings that lack a key, with good values for it.
    lacking: HashMap<Span, BTreeMap<String, Kind>>,
    /// Keys, with those that were meant.
    keys: HashMap<Span, String>,
    /// Keys that cannot stand beside others.
    surplus: Vec<Span>,
}

impl Repairs {
    /// This value is none of its type; `good` is.
    pub(crate) fn value(&mut self, span: Span, good: Kind) {
        self.values.insert(span, good);
    }

    /// The mapping at this place lacks a key.
    pub(crate) fn lacking(&mut self, mapping: Span, key: &str, good: Kind) {
        self.lacking.entry(mapping).or_default().insert(key.to_owned(), good);
    }

    /// This key is not what was meant.
    pub(crate) fn key(&mut self, span: Span, meant: &str) {
        self.keys.insert(span, meant.to_owned());
    }

    /// This key excludes another one.
    pub(crate) fn surplus(&mut self, key: Span) {
        self.surplus.push(key);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.lacking.is_empty() && self.keys.is_empty() && self.surplus.is_empty()
    }

    /// Puts a document right. `places` counts what is put in; it goes on from one time to the next.
    pub(super) fn apply(&self, document: &mut Tree, way: Way, places: &mut usize) {
        self.apply_to(document, way, 0, places);
    }

    /// `depth` counts from the document, whose own keys cannot be taken out.
    fn apply_to(&self, tree: &mut Tree, way: Way, depth: usize, places: &mut usize) {
        if let Some(good) = self.values.get(&tree.span) {
            let kept = way == Way::Guess || depth < 2;
            tree.kind = if kept { placed(good, places).kind } else { Kind::Null };
            return;
        }
        let lacking = self.lacking.get(&tree.span);
        if lacking.is_some() && way == Way::Without && depth > 1 {
            tree.kind = Kind::Null;
            return;
        }
        match &mut tree.kind {
            Kind::Null | Kind::Scalar { .. } => {}
            Kind::Seq(items) => {
                for item in items.iter_mut() {
                    self.apply_to(item, way, depth + 1, places);
                }
                items.retain(|item| !item.is_null());
            }
            Kind::Map(entries) => {
                self.apply_to_keys(entries, way);
                for entry in entries.iter_mut() {
                    self.apply_to(&mut entry.value, way, depth + 1, places);
                }
                for (key, good) in lacking.into_iter().flatten() {
                    if !entries.iter().any(|entry| entry.key.text == *key && !entry.value.is_null()) {
                        entries.retain(|entry| entry.key.text != *key);
                        let value = if way == Way::Guess {
                            placed(good, places)
                        } else {
                            placed(&another(good), places)
                        };
                        let key = Key { text: key.clone(), plain: false, span: value.span };
                        entries.push(Entry { key, value });
                    }
                }
            }
        }
    }

    fn apply_to_keys(&self, entries: &mut Vec<Entry>, way: Way) {
        if way == Way::Without {
            entries.retain(|entry| !self.keys.contains_key(&entry.key.span));
        }
        entries.retain(|entry| !self.surplus.contains(&entry.key.span));
        for index in 0..entries.len() {
            let Some(meant) = self.keys.get(&entries[index].key.span) else { continue };
            if !entries.iter().any(|entry| entry.key.text == *meant) {
                entries[index].key.text.clone_from(meant);
            }
        }
    }
}

/// Another good value for a text: what is found with both does not come of it.
fn another(good: &Kind) -> Kind {
    match good {
        Kind::Scalar { .. } => Kind::Scalar { text: "another".to_owned(), plain: false },
        other => other.clone(),
    }
}

/// A value with places of its own, which no other has.
fn placed(kind: &Kind, places: &mut usize) -> Tree {
    *places += 1;
    let span = Span::nowhere(*places);
    let kind = match kind {
        Kind::Null | Kind::Scalar { .. } => kind.clone(),
        Kind::Seq(items) => Kind::Seq(items.iter().map(|item| placed(&item.kind, places)).collect()),
        Kind::Map(entries) => {
            let entry = |entry: &Entry| {
                let value = placed(&entry.value.kind, places);
                Entry { key: Key { span: value.span, ..entry.key.clone() }, value }
            };
            Kind::Map(entries.iter().map(entry).collect())
        }
    };
    Tree::new(span, kind)
}
