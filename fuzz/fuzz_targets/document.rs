//! Any text is read into documents or refused with diagnostics that can be shown; what is read as untyped JSON is
//! written and read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wrtpod::diag::{Diagnostics, SourceMap, Style, render_json, render_text};
use wrtpod::spec::{Assignment, CatalogEntry, Input, Request, Typed, load};
use wrtpod::yaml;

const ENTRY: &str =
    "{apiVersion: wrtpod.dev/v1alpha1, kind: Appliance, metadata: {name: a}, spec: {from: a, nodes: [x]}}";

/// The part before the first NUL is a file, the one before the second another file, the rest `--set`.
fn check(text: &str) {
    let mut parts = text.splitn(3, '\0');
    let inputs: Vec<Input> =
        parts.by_ref().take(2).map(|text| Input { name: "f".into(), text: text.into() }).collect();
    let assignments: Vec<Assignment> = parts
        .flat_map(|rest| rest.split('\0'))
        .filter_map(|one| one.split_once('='))
        .map(|(path, value)| Assignment { path: path.into(), value: value.into(), appliance: None, typed: Typed::Set })
        .collect();
    let catalog = [CatalogEntry { name: "a", file: "catalog", text: ENTRY }];
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let request =
        Request { inputs: &inputs, assignments: &assignments, named: &[], catalog: &catalog, images: &[] };
    load(&request, &mut sources, &mut diagnostics);
    let shown = render_text(&diagnostics, &sources, Style::Plain);
    assert_eq!(shown.is_empty(), diagnostics.is_empty());
    render_json(&diagnostics, &sources);

    let mut faults = Diagnostics::new();
    let file = sources.add("again", inputs[0].text.as_str());
    for tree in yaml::read(file, &sources, &mut faults) {
        let value = yaml::to_json(&tree);
        let written = yaml::write(&value);
        let file = sources.add("written", written.as_str());
        let mut faults = Diagnostics::new();
        let read = yaml::read(file, &sources, &mut faults);
        assert!(faults.is_empty(), "{written}");
        let read: Vec<serde_json::Value> = read.iter().map(yaml::to_json).collect();
        assert_eq!(read, if value.is_null() { vec![] } else { vec![value] }, "{written}");
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        check(text);
    }
});
