//! The generated files: what they are, and whether those on disk are current.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wrtpod::spec::{SchemaKind, schema};

use crate::{charts, cli_reference, diagnostics, documents};

const FOLDER: &str = "docs/reference";

/// Writes the files, or says which of them are not current; true when all is well.
pub fn run(check: bool) -> Result<bool> {
    let mut good = true;
    let files = files()?;
    for (path, text) in &files {
        if std::fs::read_to_string(path).is_ok_and(|old| old == *text) {
            continue;
        }
        if check {
            println!("{}: not current", path.display());
            good = false;
        } else {
            let folder = path.parent().expect("a file lies in a folder");
            std::fs::create_dir_all(folder)?;
            std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
            println!("wrote {}", path.display());
        }
    }
    let folders = [FOLDER, charts::FOLDER].map(Path::new);
    for path in folders.iter().flat_map(|folder| left_over(folder, &files)) {
        println!("{}: nothing generates this file: remove it", path.display());
        good = false;
    }
    if check && !good {
        println!("run `cargo xtask generate`");
    }
    Ok(good)
}

fn files() -> Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    let mut file = |name: &str, text: String| files.insert(Path::new(FOLDER).join(name), text);
    for (name, kind) in [
        ("site", SchemaKind::Site),
        ("appliance", SchemaKind::Appliance),
        ("image", SchemaKind::Image),
        ("overlay", SchemaKind::Overlay),
        ("wrtpod", SchemaKind::Any),
    ] {
        file(&format!("schema/{name}.json"), format!("{}\n", serde_json::to_string_pretty(&schema(kind))?));
    }
    file("documents.md", documents::page(&schema(SchemaKind::Any)));
    file("diagnostics.md", diagnostics::page());
    file("cli.md", cli_reference::page()?);
    files.extend(charts::files()?);
    Ok(files)
}

/// Files below `folder` that are none of `files`.
fn left_over(folder: &Path, files: &BTreeMap<PathBuf, String>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(left_over(&path, files));
        } else if !files.contains_key(&path) {
            found.push(path);
        }
    }
    found
}
