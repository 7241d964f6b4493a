//! Every rule, as the one whose document it refuses sees it; and beside each the nearest document that passes.
//!
//! `rules/CODE.yaml` (or `CODE.WORD.yaml`) has to be refused with CODE and nothing else, once for each place in
//! its line `# faults: N`; `rules/CODE.WORD.good.yaml` has to pass without a word.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use wrtpod::diag::{Code, Said};
use wrtpod::{explain, sink};

use crate::support::{outcome, without_digests};

struct Case {
    name: String,
    text: String,
}

impl Case {
    /// The code that it is about.
    fn code(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    fn is_good(&self) -> bool {
        self.name.ends_with(".good")
    }

    /// How many findings it is to have.
    fn faults(&self) -> usize {
        let stated = self.text.lines().find_map(|line| line.strip_prefix("# faults: "));
        stated.map_or(1, |count| count.trim().parse().expect("a number of faults"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cases() -> Vec<Case> {
    let folder = root().join("tests/it/rules");
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| Case {
            name: path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            text: fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        })
        .collect()
}

#[test]
fn refuses_each_fault_once() {
    let mut wrong = String::new();
    for case in cases().iter().filter(|case| !case.is_good()) {
        let outcome = outcome(&format!("{}.yaml", case.name), &case.text);
        if outcome.codes() != vec![case.code(); case.faults()] {
            wrong.push_str(&format!("{}: {:?}\n{}\n", case.name, outcome.codes(), outcome.text()));
        }
        insta::with_settings!({
            prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/rules"
        }, {
            insta::assert_snapshot!(case.name.as_str(), without_digests(&outcome.text()));
        });
    }
    assert_eq!(wrong, "");
}

#[test]
fn passes_what_works() {
    let mut wrong = String::new();
    for case in cases().iter().filter(|case| case.is_good()) {
        let outcome = outcome(&format!("{}.yaml", case.name), &case.text);
        if !outcome.diagnostics.is_empty() {
            wrong.push_str(&format!("{}:\n{}\n", case.name, outcome.text()));
        } else if sink::yaml_texts(&outcome.sets).collect::<String>().is_empty() {
            wrong.push_str(&format!("{}: nothing was rendered\n", case.name));
        }
    }
    assert_eq!(wrong, "");
}

/// The cases that are too large for a file.
#[test]
fn refuses_more_than_a_config_map_holds() {
    let site = include_str!("rules/uci-reserved.lan.good.yaml");
    let with = |lines: usize| {
        let script = "      : 0123456789012345678901234567890123456789\n".repeat(lines);
        outcome("big.yaml", &format!("{site}  firstBoot:\n    big: |\n{script}"))
    };
    assert_eq!(with(4_400).text(), "");
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/rules"
    }, {
        insta::assert_snapshot!("config-large", with(4_700).text());
        insta::assert_snapshot!("config-too-large", with(25_000).text());
    });
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: BTreeSet<String> = explain::RULES.iter().map(|page| page.name.to_owned()).collect();
    let codes = Code::ALL.iter().filter(|code| code.has_page());
    let codes: BTreeSet<String> = codes.map(Code::to_string).collect();
    let without_page: Vec<_> = codes.difference(&pages).collect();
    let without_code: Vec<_> = pages.difference(&codes).collect();
    assert!(without_page.is_empty(), "codes without a page: {without_page:#?}");
    assert!(without_code.is_empty(), "pages without a code: {without_code:#?}");
    let mut files: Vec<String> = fs::read_dir(root().join("docs/rules"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(files, pages.into_iter().collect::<Vec<_>>());
}

#[test]
fn every_rule_has_a_case_and_a_counter_case() {
    let cases = cases();
    let of = |good: bool| -> BTreeSet<String> {
        cases.iter().filter(|case| case.is_good() == good).map(|case| case.code().to_owned()).collect()
    };
    let mut codes: BTreeSet<String> = Code::of(Said::Rule).map(|code| code.to_string()).collect();
    // `refuses_more_than_a_config_map_holds`
    for code in ["config-large", "config-too-large"] {
        codes.remove(code);
    }
    assert_eq!(of(false), codes);
    assert_eq!(of(true), codes);
}

#[test]
fn pages_have_one_shape() {
    for page in explain::RULES.iter().chain(explain::TOPICS) {
        let mut lines = page.text.lines();
        assert_eq!(lines.next(), Some(format!("# {}", page.name).as_str()));
        assert_eq!(lines.next(), Some(""), "{}", page.name);
        assert!(page.summary().ends_with('.'), "{}: {}", page.name, page.summary());
        assert!(page.text.ends_with('\n') && !page.text.ends_with("\n\n"), "{}", page.name);
        assert!(page.text.lines().all(|line| line.chars().count() <= 110), "{}", page.name);
    }
    for page in explain::RULES {
        assert!(page.text.contains("\nInstead: "), "{} does not say what to write instead", page.name);
    }
}
