//! A mapping while it is read: duplicate keys and merge keys.

use super::{Entry, Key, Kind, Tree};
use crate::diag::{Code, Diagnostics, Finding};
use crate::types::quoted;
use std::collections::{HashMap, HashSet};

/// Up to this many keys are searched one by one.
const FEW: usize = 12;

/// The entries read so far.
#[derive(Default)]
pub(super) struct Mapping {
    entries: Vec<Entry>,
    /// Position by key, once there are more than a few.
    index: HashMap<String, usize>,
    /// Merge keys: where they stand among the entries, and what they bring.
    merges: Vec<(usize, Tree)>,
}

impl Mapping {
    /// Adds an entry; the second one of a key is reported and left out.
    pub(super) fn push(&mut self, key: Key, value: Tree, diagnostics: &mut Diagnostics) {
        if key.plain && key.text == "<<" {
            self.merges.push((self.entries.len(), value));
            return;
        }
        if let Some(first) = self.position(&key.text) {
            let message = format!("the key {} stands here twice", quoted(&key.text));
            let diagnostic = Finding::error(Code::DuplicateKey, message).at(key.span).label("again here");
            let help = "keep one of the two, or give one another name";
            diagnostics.push(diagnostic.also(self.entries[first].key.span, "first here").help(help));
            return;
        }
        if self.entries.len() >= FEW {
            if self.index.is_empty() {
                let known = self.entries.iter().enumerate();
                self.index = known.map(|(position, entry)| (entry.key.text.clone(), position)).collect();
            }
            self.index.insert(key.text.clone(), self.entries.len());
        }
        self.entries.push(Entry { key, value });
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.index.is_empty() {
            self.entries.iter().position(|entry| entry.key.text == key)
        } else {
            self.index.get(key).copied()
        }
    }

    /// The entries, with those of merge keys in the place of the merge key; a key that is written out wins.
    pub(super) fn finish(self, diagnostics: &mut Diagnostics) -> Vec<Entry> {
        if self.merges.is_empty() {
            return self.entries;
        }
        let mut known: HashSet<String> = self.entries.iter().map(|entry| entry.key.text.clone()).collect();
        let mut merges = self.merges.into_iter().peekable();
        let mut all = Vec::with_capacity(self.entries.len());
        let mut written = self.entries.into_iter().enumerate().peekable();
        loop {
            let next = written.peek().map(|(position, _)| *position);
            if let Some((_, source)) = merges.next_if(|(at, _)| next.is_none_or(|position| *at <= position)) {
                for entry in brought(source, diagnostics) {
                    if known.insert(entry.key.text.clone()) {
                        all.push(entry);
                    }
                }
            } else if let Some((_, entry)) = written.next() {
                all.push(entry);
            } else {
                return all;
            }
        }
    }
}

/// The entries that the value of a merge key brings: of one mapping, or of a list of them, the first one winning.
fn brought(source: Tree, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    let span = source.span;
    let what = source.what();
    let sources = match source.kind {
        Kind::Map(entries) => return entries,
        Kind::Seq(items) => items,
        Kind::Null | Kind::Scalar { .. } => Vec::new(),
    };
    let mut all = Vec::new();
    let mut mappings = !sources.is_empty();
    for item in sources {
        match item.kind {
            Kind::Map(entries) => all.extend(entries),
            Kind::Null | Kind::Scalar { .. } | Kind::Seq(_) => mappings = false,
        }
    }
    if !mappings {
        let message = format!("the merge key `<<` needs a mapping, found {what}");
        let help = "write `<<: *NAME` with the anchor of a mapping, or quote the key";
        diagnostics.push(Finding::error(Code::YamlMerge, message).at(span).help(help));
    }
    all
}
