//! What is rendered: every catalog entry on the example site, and every site of `examples/`.
//!
//! Scripts and the digest over them change with each edit of a script: the goldens hold the scripts' names.

use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use serde_json::Value;
use wrtpod::objects::{CONFIG_DIGEST, Object, ObjectSet};
use wrtpod::spec::Input;
use wrtpod::{catalog, sink};

use crate::support::{Outcome, outcome, outcome_of, without_digests};

/// The objects without what changes with each edit of a script.
fn steady(sets: &[ObjectSet]) -> Vec<ObjectSet> {
    sets.iter()
        .map(|set| {
            let mut steady = ObjectSet::new();
            for object in set {
                let mut value = object.value.clone();
                hide_scripts(&mut value);
                hide_digest(&mut value);
                steady.push(Object::from_value(value).expect("it was an object")).expect("names are kept");
            }
            steady
        })
        .collect()
}

fn hide_scripts(value: &mut Value) {
    let is_scripts = value["kind"] == "ConfigMap"
        && value["metadata"]["name"].as_str().is_some_and(|name| name.contains("-scripts-"));
    if let Some(files) = value.get_mut("data").and_then(Value::as_object_mut).filter(|_| is_scripts) {
        for text in files.values_mut() {
            *text = "[script]".into();
        }
    }
}

fn hide_digest(value: &mut Value) {
    let annotations = value.pointer_mut("/spec/template/metadata/annotations").and_then(Value::as_object_mut);
    if let Some(digest) = annotations.and_then(|annotations| annotations.get_mut(CONFIG_DIGEST)) {
        *digest = "[digest]".into();
    }
}

fn check(name: &str, text: &str) {
    let text = without_digests(text);
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/goldens"
    }, {
        insta::assert_snapshot!(name, text);
    });
}

/// The catalog's appliance of that name, on the example site, and nothing else.
fn on_example_site(name: &str) -> Outcome {
    let site = catalog::EXAMPLE_SITE;
    // The entries that cannot know their addresses stand in the example site themselves.
    let mut documents = site.split("---\n");
    let own = documents.clone().skip(1).find(|document| document.contains(&format!("name: {name}\n")));
    let text = [documents.next().unwrap_or_default(), own.unwrap_or_default()].join("---\n");
    let input = Input { name: catalog::EXAMPLE_SITE_NAME.to_owned(), text };
    outcome_of(&[input], &[name.to_owned()])
}

#[test]
fn every_catalog_entry_on_the_example_site() {
    for entry in catalog::ENTRIES {
        let outcome = on_example_site(entry.name);
        assert_eq!(outcome.text(), "");
        check(
            &format!("catalog-{}", entry.name),
            &sink::yaml_texts(&steady(&outcome.sets)).collect::<String>(),
        );
    }
}

/// Folders of `examples/sites`, by name.
fn sites() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/sites");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_example_site() {
    assert_eq!(sites().len(), 8);
    for folder in sites() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(folder.join("site.yaml")).expect("each example has a site.yaml");
        // Folders that it names lie beside it.
        let path = folder.join("site.yaml").display().to_string();
        let outcome = outcome_of(&[Input { name: path, text }], &[]);
        // Said of every Home Assistant behind a proxy, whatever its own configuration has.
        let others = outcome.codes().into_iter().filter(|code| *code != "proxy-untrusted").count();
        assert_eq!(others, 0, "{name}: {}", outcome.text());
        check(&format!("site-{name}"), &sink::yaml_texts(&steady(&outcome.sets)).collect::<String>());
    }
}

/// Every example stands in the table of `examples/README.md`.
#[test]
fn every_example_site_is_in_the_table() {
    let table = include_str!("../../examples/README.md");
    for folder in sites() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        assert!(table.contains(&format!("`sites/{name}`")), "{name} is not in examples/README.md");
    }
}

fn wrtpod(arguments: &[&str], folder: &Path) -> String {
    let mut command = Command::cargo_bin("wrtpod").expect("the binary is built");
    let output = command.args(arguments).current_dir(folder).output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

#[test]
fn explanations() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["openwrt", "openwrt-router", "home-assistant"] {
        check(&format!("explain-{name}"), &wrtpod(&["render", name, "--explain"], folder.path()));
    }
}

/// Overlays that the image is not built with: the objects, and why they are as they are.
#[test]
fn overlays_at_boot() {
    let text = format!(
        "{}---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: broker}}\nspec:\n  from: openwrt\n  \
         interfaces: [{{network: lan, address: 192.168.1.9/24}}]\n  persistence: {{mode: system}}\n  \
         overlays: [mosquitto, adblock]\n",
        catalog::EXAMPLE_SITE
    );
    let outcome = outcome("site.yaml", &text);
    assert_eq!(outcome.text(), "");
    check("overlays-at-boot", &sink::yaml_texts(&steady(&outcome.sets)).collect::<String>());
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("site.yaml"), text).expect("a file");
    check("explain-overlays-at-boot", &wrtpod(&["render", "broker", "--explain"], folder.path()));
}

/// What a patch gives a pod is what is explained, whatever the plan says.
#[test]
fn patched_pods_are_explained_as_they_are_rendered() {
    let case = include_str!("rules/privilege-reason.allowed.good.yaml");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("site.yaml"), case).expect("a file");
    check("explain-patched", &wrtpod(&["render", "--explain"], folder.path()));
}

/// A folder as one text; objects as in the other goldens.
#[test]
fn a_folder() {
    let outcome = on_example_site("nginx-lan");
    let folder = tempfile::tempdir().expect("a folder");
    sink::write_folder(folder.path(), &steady(&outcome.sets)).expect("the folder is empty");
    let entries =
        std::fs::read_dir(folder.path()).expect("it is there").map(|entry| entry.expect("an entry"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let text: String = names
        .iter()
        .filter(|name| *name != sink::LIST)
        .map(|name| {
            let text = std::fs::read_to_string(folder.path().join(name)).expect("it was written");
            format!("-- {name} --\n{text}")
        })
        .collect();
    check("folder-nginx-lan", &text);
}

/// Rendering again gives the same bytes, in this process and in another one.
#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = wrtpod(&["render"], folder.path());
    assert_eq!(first, wrtpod(&["render"], folder.path()));
    let input = Input { name: "site.yaml".to_owned(), text: catalog::EXAMPLE_SITE.to_owned() };
    assert_eq!(first, sink::yaml_texts(&outcome_of(&[input], &[]).sets).collect::<String>());
}
