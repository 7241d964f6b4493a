//! Documents that are read, and every refusal as its reader sees it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use wrtpod::diag::{Code, Diagnostics, Said, SourceMap, Style, render_json, render_text};
use wrtpod::spec::{self, Assignment, CatalogEntry, Documents, Input, Request, Typed, VariableValue, load};

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
            insta::assert_snapshot!(name.as_str(), outcome.text());
        });
    }
}

#[test]
fn every_code_has_a_bad_document() {
    let mut shown = BTreeSet::new();
    for path in bad_files() {
        let inputs = inputs(&path);
        let outcome = read(&Request { inputs: &inputs, catalog: CATALOG, ..Request::default() });
        shown.extend(outcome.diagnostics.sorted().into_iter().map(|finding| finding.code));
    }
    // Those need a command line: `refuses_assignments`, `names_appliances`.
    shown.extend([Code::BadPath, Code::UnknownAppliance]);
    assert_eq!(shown, Code::of(Said::Reading).collect::<BTreeSet<_>>());
}

#[test]
fn a_document_with_every_key_is_read() {
    let inputs = [input("full.yaml", include_str!("good/full.yaml"))];
    let outcome = read(&Request { inputs: &inputs, catalog: CATALOG, ..Request::default() });
    assert_eq!(outcome.text(), "");
    assert_eq!(keys_missing(include_str!("good/full.yaml")), "");
}

#[test]
fn values_keep_text_and_place() {
    let inputs = [input("full.yaml", include_str!("good/full.yaml"))];
    let outcome = read(&Request { inputs: &inputs, catalog: CATALOG, ..Request::default() });
    let spec = &outcome.documents.appliances[0].spec;
    let hostname = spec.hostname.as_ref().expect("the file has it");
    assert_eq!(hostname.value, "0644");
    assert_eq!(hostname.span.map(|span| outcome.sources.slice(span)), Some("0644"));
    assert_eq!(spec.env[1].1.value, VariableValue::Text("22:30:00".to_owned()));
    assert_eq!(spec.args.iter().map(|arg| arg.as_str()).collect::<Vec<_>>(), ["on", "1.10"]);
    assert_eq!(
        spec.interfaces[0].mac.as_ref().map(|mac| mac.to_string()).as_deref(),
        Some("52:54:00:ab:cd:ef")
    );
    // An untyped fragment reads as kubectl reads it.
    assert_eq!(spec.patches[0].value.value["spec"]["true"], 420);
    let site = outcome.documents.site.as_ref().expect("the file has it");
    assert_eq!(site.spec.networks[0].1.attachment.key(), "macvlan");
    assert_eq!(site.metadata.labels[1].1.value, "0644");
}

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n";
const APPLIANCE: &str =
    "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: openwrt}\nspec:\n";

#[test]
fn later_files_win() {
    let inputs = [
        input(
            "a",
            &format!(
                "{SITE}  salt: one\n  namespace: a\n  networks:\n    lan: {{macvlan: {{parent: e0}}, dns: [1.1.1.1, 9.9.9.9]}}\n    old: {{bridge: {{name: b}}}}\n"
            ),
        ),
        input(
            "b",
            &format!(
                "{SITE}  namespace: b\n  networks:\n    lan: {{macvlan: null, bridge: {{name: br0}}, dns: 8.8.8.8}}\n    old: null\n"
            ),
        ),
    ];
    let outcome = read(&Request { inputs: &inputs, ..Request::default() });
    assert_eq!(outcome.text(), "");
    let site = outcome.documents.site.as_ref().expect("there is one");
    assert_eq!(site.spec.salt.as_ref().map(|salt| salt.as_str()), Some("one"));
    let namespace = site.spec.namespace.as_ref().expect("there is one");
    assert_eq!(namespace.as_str(), "b");
    assert_eq!(namespace.span.map(|span| outcome.sources.name(span.file)), Some("b"));
    let [(name, lan)] = site.spec.networks.as_slice() else { panic!("{:?}", site.spec.networks) };
    assert_eq!((name.as_str(), lan.attachment.key(), lan.dns.len()), ("lan", "bridge", 1));
}

#[test]
fn an_appliance_builds_on_its_catalog_entry() {
    let inputs = [input(
        "a",
        &format!("{APPLIANCE}  from: openwrt-router\n  persistence: {{size: 1Gi, mode: null}}\n"),
    )];
    let outcome = read(&Request { inputs: &inputs, catalog: CATALOG, ..Request::default() });
    assert_eq!(outcome.text(), "");
    let spec = &outcome.documents.appliances[0].spec;
    assert_eq!(spec.from.as_ref().map(|from| from.as_str()), Some("openwrt-router"));
    assert_eq!(spec.interfaces.len(), 2);
    let persistence = spec.persistence.as_ref().expect("the entry has it");
    assert_eq!(persistence.size.as_ref().map(|size| size.as_str()), Some("1Gi"));
    assert_eq!(persistence.mode, None);
    let file = spec.image.as_ref().and_then(|image| image.span).map(|span| outcome.sources.name(span.file));
    assert_eq!(file, Some("catalog/openwrt.yaml"));
}

fn set(path: &str, value: &str) -> Assignment {
    Assignment { path: path.to_owned(), value: value.to_owned(), appliance: None, typed: Typed::Set }
}

#[test]
fn assignments_win_over_files() {
    let inputs = [input("a", SITE.trim_end()).text + " {}\n---\n" + APPLIANCE + "  from: openwrt\n"];
    let inputs = [input("a", &inputs[0])];
    let assignments = [
        set("site.namespace", "net"),
        set("site.networks.lan.macvlan.parent", "eth1"),
        set("from", "openwrt-router"),
        set("interfaces[1].address", "[192.168.1.9/24, dhcp]"),
        set("interfaces[2]", "{network: iot}"),
        set("labels.\"a.b/c\"", "on"),
        set("persistence", ""),
        Assignment { appliance: Some("openwrt".into()), ..set("hostname", "0644") },
    ];
    let outcome =
        read(&Request { inputs: &inputs, assignments: &assignments, catalog: CATALOG, ..Request::default() });
    assert_eq!(outcome.text(), "");
    let (site, spec) =
        (outcome.documents.site.as_ref().expect("there is one"), &outcome.documents.appliances[0].spec);
    assert_eq!(site.spec.networks[0].1.attachment.key(), "macvlan");
    let shown: Vec<(&str, usize)> =
        spec.interfaces.iter().map(|i| (i.network.as_str(), i.address.len())).collect();
    assert_eq!(shown, [("lan", 1), ("wan", 2), ("iot", 0)]);
    assert_eq!((spec.labels[0].0.as_str(), spec.labels[0].1.as_str()), ("a.b/c", "on"));
    assert_eq!(spec.persistence, None);
    let hostname = spec.hostname.as_ref().expect("it was set");
    assert_eq!(hostname.span.map(|span| outcome.sources.text(span.file)), Some("--set hostname=0644"));
}

#[test]
fn refuses_assignments() {
    let inputs = [input("a", &format!("{APPLIANCE}  from: openwrt\n"))];
    let assignments = [
        set("interfaces[0].mac", "52:54:00"),
        set("interfaces[7].mac", "52:54:00:00:00:01"),
        set("interfaces.mac", "x"),
        set("image[0]", "x"),
        set("imgae", "x"),
        set("site.salt", "x"),
        set("a..b", "x"),
        set("", "x"),
        set("interfaces[x]", "x"),
        set("interfaces[0", "x"),
        set("labels.\"a", "x"),
        set("interfaces[0]mac", "x"),
        set("hostname", "[a"),
        set("hostname", "a\n---\nb"),
        Assignment { appliance: Some("other".into()), ..set("image", "x") },
        set(&"a.".repeat(40), "x"),
    ];
    let outcome =
        read(&Request { inputs: &inputs, assignments: &assignments, catalog: CATALOG, ..Request::default() });
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("refused-assignments", outcome.text());
    });
}

#[test]
fn names_appliances() {
    let inputs = [input("a", &format!("{APPLIANCE}  hostname: mine\n"))];
    let named = ["openwrt".to_owned(), "openwrt-router".into(), "openwrt-ruoter".into(), "pihole".into()];
    let outcome = read(&Request { inputs: &inputs, named: &named, catalog: CATALOG, ..Request::default() });
    let shown: Vec<&str> =
        outcome.documents.appliances.iter().map(|one| one.metadata.name.as_str()).collect();
    assert_eq!(shown, ["openwrt", "openwrt-router"]);
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("refused-names", outcome.text());
    });
}

/// Sizes that would take minutes if something were quadratic.
#[test]
fn hostile_documents_end_in_a_diagnostic() {
    let repeated = |count: usize, part: &dyn Fn(usize) -> String| {
        (0..count).fold(String::new(), |text, i| text + &part(i))
    };
    let cases = [
        format!("{SITE}{}", repeated(20_000, &|i| format!("  nam{i}: a\n"))),
        format!("{SITE}  networks:\n{}", repeated(12_000, &|i| format!("    n{i}: {{}}\n"))),
        format!("{APPLIANCE}  env:\n{}", repeated(12_000, &|i| format!("    {i}: a\n"))),
        format!("{APPLIANCE}  patches: [{}]\n", "{".repeat(90)),
        repeated(2_000, &|i| format!("---\nkind: Site\nmetadata: {{name: a{i}}}\n")),
        repeated(2_000, &|_| format!("---\n{APPLIANCE}  from: nobody\n")),
        format!("{SITE}  salt: {}\n  namespace: {}\n", "x".repeat(1 << 20), "é".repeat(1 << 20)),
    ];
    for text in cases {
        let inputs = [input("a", &text), input("b", &text)];
        let named: Vec<String> = (0..100).map(|i| format!("name{i}")).collect();
        let outcome =
            read(&Request { inputs: &inputs, named: &named, catalog: CATALOG, ..Request::default() });
        assert!(outcome.diagnostics.has_errors());
        assert!(!outcome.text().is_empty());
    }
}

#[test]
fn findings_for_machines_carry_the_same_places() {
    let inputs = [input("a.yaml", &format!("{SITE}  namspace: a\n"))];
    let outcome = read(&Request { inputs: &inputs, ..Request::default() });
    assert_eq!(
        render_json(&outcome.diagnostics, &outcome.sources),
        concat!(
            r#"{"code":"unknown-key","severity":"error","message":"unknown key `namspace` in the spec of a Site","#,
            r#""file":"a.yaml","line":5,"column":3,"endLine":5,"endColumn":11,"label":null,"note":null,"#,
            r#""help":"did you mean `namespace`?","example":null,"related":[],"appliance":null,"object":null,"log":[],"transient":false}"#,
            "\n"
        )
    );
}

#[test]
fn the_schemas_are_the_ones_committed() {
    use wrtpod::spec::{SchemaKind, schema};
    for (name, kind) in
        [("site", SchemaKind::Site), ("appliance", SchemaKind::Appliance), ("any", SchemaKind::Any)]
    {
        let text = serde_json::to_string_pretty(&schema(kind)).expect("a JSON value is JSON");
        insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("schema-{name}"), text);
        });
    }
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
