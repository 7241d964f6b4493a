//! Documents that are read, and every refusal as its reader sees it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use wrtpod::diag::{Diagnostics, SourceMap, Style, render_json, render_text};
use wrtpod::spec::{self, Assignment, CatalogEntry, Documents, Input, Request, load};
use wrtpod::yaml;

/// A catalog for tests.
const CATALOG: &[CatalogEntry<'static>] = &[
    CatalogEntry {
        name: "openwrt",
        file: "catalog/openwrt.yaml",
        text: include_str!("catalog/openwrt.yaml"),
    },
    CatalogEntry {
        name: "openwrt-router",
        file: "catalog/openwrt-router.yaml",
        text: include_str!("catalog/openwrt-router.yaml"),
    },
    CatalogEntry { name: "loop", file: "catalog/loop.yaml", text: include_str!("catalog/loop.yaml") },
];

struct Outcome {
    documents: Documents,
    diagnostics: Diagnostics,
    sources: SourceMap,
}

impl Outcome {
    fn text(&self) -> String {
        render_text(&self.diagnostics, &self.sources, Style::Plain)
    }
}

fn read(request: &Request<'_>) -> Outcome {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let documents = load(request, &mut sources, &mut diagnostics);
    Outcome { documents, diagnostics, sources }
}

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), text: text.to_owned() }
}

/// The inputs of a test file: one, or several between lines `=== NAME`.
fn inputs(path: &Path) -> Vec<Input> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut parts = text.split("=== ");
    let mut inputs: Vec<Input> =
        parts.next().filter(|first| !first.is_empty()).map(|first| input(&name, first)).into_iter().collect();
    inputs.extend(parts.filter_map(|part| part.split_once('\n')).map(|(name, text)| input(name, text)));
    inputs
}

fn bad_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bad");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
}

#[test]
fn bad_documents() {
    for path in bad_files() {
        let inputs = inputs(&path);
        let outcome = read(&Request { inputs: &inputs, catalog: CATALOG, ..Request::default() });
        assert!(outcome.diagnostics.has_errors(), "{} was accepted", path.display());
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        insta::with_settings!({prepend_module_to_snapshot => false, snapshot_suffix => "", omit_expression => true}, {
            insta::assert_snapshot!(format!("bad-{name}"), outcome.text());
        });
    }
}

#[test]
fn every_code_has_a_bad_document() {
    let mut shown = BTreeSet::new();
    for path in bad_files() {
        let inputs = inputs(&path);
        let outcome = read(&Request { inputs: &inputs, catalog: CATALOG, ..Request::default() });
        shown.extend(outcome.diagnostics.sorted().into_iter().map(|diagnostic| diagnostic.code));
    }
    // Those need a command line: `refuses_assignments`, `names_appliances`.
    shown.extend(["bad-path", "unknown-appliance"]);
    let known: BTreeSet<&str> = yaml::CODES.iter().chain(spec::CODES).copied().collect();
    assert_eq!(shown, known);
}

#[test]
fn a_document_with_every_key_is_read() {
    let inputs = [input("full.yaml", include_str!("good/full.yaml"))];
    let outcome = read(&Request { inputs: &inputs, catalog: CATALOG, ..Request::default() });
    assert_eq!(outcome.text(), "");
    insta::with_settings!({prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("full", keys_missing(include_str!("good/full.yaml")));
    });
}

/// The keys of the schema that a text never mentions: the document with every key must have them all.
fn keys_missing(text: &str) -> String {
    fn walk(value: &serde_json::Value, keys: &mut BTreeSet<String>) {
        if let Some(properties) = value.get("properties").and_then(|p| p.as_object()) {
            keys.extend(properties.keys().cloned());
        }
        value.as_object().into_iter().flat_map(|o| o.values()).for_each(|v| walk(v, keys));
        value.as_array().into_iter().flatten().for_each(|v| walk(v, keys));
    }
    let mut keys = BTreeSet::new();
    walk(&spec::schema(spec::SchemaKind::Any), &mut keys);
    keys.retain(|key| !text.contains(&format!("{key}:")));
    keys.into_iter().collect::<Vec<_>>().join("\n")
}
