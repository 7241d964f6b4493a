//! Any text is a package list or is refused; of what a list offers, what is chosen is whole: every package once, and for
//! everything that one needs somebody is there. The same text as a status file is edited and read back.

#![no_main]

use std::collections::{BTreeMap, BTreeSet};

use libfuzzer_sys::fuzz_target;
use wrtpod::feed::opkg::{Change, Database, Index, Request, STATUS, feeds, provided_by_host, resolve};
use wrtpod::types::RootPath;

fuzz_target!(|data: &[u8]| {
    let _ = feeds("feeds", &String::from_utf8_lossy(data));
    if let Ok(mut database) = Database::parse(data, |_| None) {
        let names: Vec<String> = database.installed().map(|one| one.control.name.clone()).collect();
        for name in &names {
            database.mark_wanted(name);
        }
        let path: RootPath = STATUS.parse().expect("a path");
        if let Some(Change::Write { content, .. }) = database.changes().get(&path) {
            let again = Database::parse(content, |_| None).expect("what was written is read");
            let again: Vec<String> = again.installed().map(|one| one.control.name.clone()).collect();
            assert_eq!(names, again);
        }
    }
    // The list may come without what is the same for every package, which bytes would otherwise be spent on.
    let mut text = String::new();
    for paragraph in
        String::from_utf8_lossy(data).split("\n\n").filter(|paragraph| !paragraph.trim().is_empty())
    {
        text.push_str(paragraph.trim_end());
        text.push_str("\nFilename: x\nSize: 1\nSHA256sum: ");
        text.push_str(&"0".repeat(64));
        text.push_str("\n\n");
    }
    let _ = Index::parse("feed", data);
    let Ok(index) = Index::parse("feed", text.as_bytes()) else { return };
    let wanted: BTreeSet<String> =
        index.entries.iter().take(2).map(|entry| entry.control.name.clone()).collect();
    let removed: BTreeSet<String> =
        index.entries.iter().skip(7).take(1).map(|entry| entry.control.name.clone()).collect();
    let architectures: BTreeMap<String, u32> =
        index.entries.iter().map(|entry| (entry.control.architecture.clone(), 1)).collect();
    let (feeds, installed) = ([index], Database::default());
    let request = Request {
        feeds: &feeds,
        installed: &installed,
        wanted: &wanted,
        removed: &removed,
        architectures: &architectures,
    };
    let Ok(resolution) = resolve(&request) else { return };
    let chosen: Vec<_> =
        resolution.install.iter().map(|step| &feeds[0].entries[step.entry].control).collect();
    for package in &chosen {
        assert_eq!(chosen.iter().filter(|other| other.name == package.name).count(), 1);
        for dependency in package.depends.iter().filter(|dependency| !dependency.greedy) {
            assert!(
                dependency.choices.iter().any(|choice| {
                    provided_by_host(&choice.name)
                        || chosen.iter().any(|other| {
                            other.names().any(|name| name == choice.name) && choice.takes(&other.version)
                        })
                }),
                "{} needs {dependency}",
                package.name
            );
        }
        assert!(resolution.why(&package.name).iter().all(|chain| chain.last() == Some(&package.name)));
    }
});
