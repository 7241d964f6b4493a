//! What a shell offers behind a verb or an option: names that documents, the catalog, the pages and the kubeconfig have.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap_complete::engine::{
    ArgValueCandidates, ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _,
};

use super::cluster::kubeconfigs;
use super::load;
use crate::catalog;
use crate::cluster::{self, ConnectOptions};
use crate::explain;
use crate::overlay;
use crate::spec::Distribution;

/// Appliances of the documents, then entries of the catalog.
pub fn appliances() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let own = load::appliance_names(&files()).into_iter();
        let catalog = catalog::ENTRIES.iter().map(|entry| entry.name.to_owned());
        let mut names: Vec<String> = own.collect();
        for name in catalog {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        candidates(names)
    })
}

/// Appliances of the catalog.
pub fn entries() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(catalog::ENTRIES.iter().map(|entry| entry.name)))
}

/// Everything that `catalog show` prints.
pub fn everything() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let appliances = catalog::ENTRIES.iter().map(|entry| entry.name.to_owned());
        let images = catalog::IMAGES.iter().map(|entry| format!("image/{}", entry.name));
        let overlays = overlay::EMBEDDED.iter().map(|entry| format!("overlay/{}", entry.name));
        candidates(appliances.chain(images).chain(overlays))
    })
}

/// Recipes of the catalog, and files.
pub fn recipes() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        let typed = current.to_string_lossy();
        let recipes = catalog::IMAGES.iter().map(|entry| entry.name).filter(|name| name.starts_with(&*typed));
        let mut found = candidates(recipes);
        found.extend(PathCompleter::any().complete(current));
        found
    })
}

/// Pages of `explain`, each with its first sentence.
pub fn pages() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        let pages = explain::TOPICS.iter().chain(explain::RULES);
        pages.map(|page| CompletionCandidate::new(page.name).help(Some(page.summary().into()))).collect()
    })
}

/// Contexts of the kubeconfig.
pub fn contexts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        candidates(cluster::contexts(&ConnectOptions {
            kubeconfig: value_of(&["--kubeconfig"]).into_iter().next(),
            looked_for: kubeconfigs(),
            ..ConnectOptions::default()
        }))
    })
}

/// Kubernetes distributions.
pub fn distributions() -> ArgValueCandidates {
    ArgValueCandidates::new(|| candidates(Distribution::ALL.iter().map(ToString::to_string)))
}

fn candidates(names: impl IntoIterator<Item: Into<std::ffi::OsString>>) -> Vec<CompletionCandidate> {
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// The files of documents that the command line names so far.
fn files() -> Vec<PathBuf> {
    value_of(&["-f", "--file"])
}

/// What stands behind an option on the line that is being completed.
fn value_of(options: &[&str]) -> Vec<PathBuf> {
    let words: Vec<_> = std::env::args_os().skip_while(|word| word != "--").collect();
    let mut values = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(text) = word.to_str() else { continue };
        let attached = options.iter().find_map(|option| {
            let value = text.strip_prefix(option)?;
            // A value stands right behind an option of one letter.
            let value = value.strip_prefix('=').or((!option.starts_with("--")).then_some(value))?;
            (!value.is_empty()).then_some(value)
        });
        if let Some(value) = attached {
            values.push(PathBuf::from(value));
        } else if options.contains(&text)
            && let Some(next) = words.get(at + 1)
        {
            values.push(Path::new(next).to_owned());
        }
    }
    values
}
