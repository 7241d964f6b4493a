//! Secrets in files of documents: told by their names before anything is judged, and shown by no finding.

use crate::diag::{Diagnostics, FileId, SourceMap, Span};
use crate::secret;
use crate::types::quoted;
use crate::yaml::{self, Entry, Kind, Tree};

/// Reads all documents of a file, whose secrets no finding shows.
pub fn read(file: FileId, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Vec<Tree> {
    let before = diagnostics.len();
    let trees = yaml::read(file, sources, diagnostics);
    if diagnostics.len() > before {
        // What has no tree has names alone.
        for place in secret::suspects(sources.text(file)) {
            sources.hide(Span::new(file, place.start, place.end));
        }
    }
    let mut found = Vec::new();
    for tree in &trees {
        secrets(tree, Place::Elsewhere, "", &mut found);
    }
    for (span, text) in found {
        sources.hide_quoted(span, quoted(&text));
    }
    trees
}

/// What the names in a mapping are names of.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Sections and options of UCI.
    Uci,
    /// Environment variables.
    Variables,
    Elsewhere,
}

/// The texts behind names of secrets, wherever they stand: what is in the wrong place is no less secret. `around` is the name of
/// the mapping.
fn secrets(tree: &Tree, place: Place, around: &str, found: &mut Vec<(Span, String)>) {
    match &tree.kind {
        Kind::Map(entries) => {
            let kind = kind(entries, around);
            for Entry { key, value } in entries {
                let is_secret = match place {
                    Place::Uci => secret::may_be_option(kind, &key.text),
                    Place::Variables => secret::is_name(&key.text),
                    Place::Elsewhere => false,
                };
                if is_secret || key.text == "value" && is_named(entries) {
                    values(&key.text, value, found);
                }
                let place = match key.text.as_str() {
                    "uci" => Place::Uci,
                    "env" => Place::Variables,
                    _ => place,
                };
                match (key.text.as_str(), &value.kind) {
                    // What a reference names is none; what stands in its place is.
                    ("secretKeyRef" | "configMapKeyRef", Kind::Map(entries)) => beside(entries, found),
                    ("secretKeyRef" | "configMapKeyRef", _) => values("", value, found),
                    (name, _) => secrets(value, place, name, found),
                }
            }
        }
        Kind::Seq(items) => items.iter().for_each(|item| secrets(item, place, around, found)),
        Kind::Scalar { .. } | Kind::Null => {}
    }
}

/// What stands in a reference beside the words that it has.
fn beside(entries: &[Entry], found: &mut Vec<(Span, String)>) {
    for Entry { key, value } in entries.iter().filter(|entry| !matches!(&*entry.key.text, "name" | "key")) {
        values(&key.text, value, found);
    }
}

/// The type of UCI's section that a mapping is, where it says so.
fn kind<'a>(entries: &'a [Entry], section: &'a str) -> &'a str {
    let stated = entries.iter().find(|entry| entry.key.text == ".type").and_then(|entry| entry.value.text());
    let anonymous = || section.strip_prefix('@')?.split_once('[').map(|(kind, _)| kind);
    stated.or_else(anonymous).unwrap_or_default()
}

/// Whether a mapping is a variable as Kubernetes writes it, with the name of a secret.
fn is_named(entries: &[Entry]) -> bool {
    let name = entries.iter().find(|entry| entry.key.text == "name").and_then(|entry| entry.value.text());
    name.is_some_and(secret::is_name)
}

/// The value behind a secret's name, which may be a list. A mapping should refer to a Secret: what else stands in it may be what
/// should be in one, but for a section, which only has such a name.
fn values(name: &str, tree: &Tree, found: &mut Vec<(Span, String)>) {
    match &tree.kind {
        Kind::Scalar { text, .. } if !secret::is_harmless(name, text) => {
            found.push((tree.span, text.clone()));
        }
        Kind::Seq(items) => items.iter().for_each(|item| values(name, item, found)),
        Kind::Map(entries) if !entries.iter().any(|entry| entry.key.text == ".type") => {
            for Entry { key, value } in entries {
                match (key.text.as_str(), &value.kind) {
                    ("secretKeyRef" | "configMapKeyRef", Kind::Map(entries)) => beside(entries, found),
                    _ => values(name, value, found),
                }
            }
        }
        Kind::Scalar { .. } | Kind::Map(_) | Kind::Null => {}
    }
}
