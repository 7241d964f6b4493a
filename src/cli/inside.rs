//! What was changed inside an appliance: its UCI beside what the plan says of it, and its packages.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::cluster::{Cluster, Files, Release};
use crate::plan::Appliance;
use crate::types::Digest;
use crate::{secret, shown, uci};

/// Files whose whole content is the plan's; over the others wrtpod only lays options.
const WHOLE: [&str; 4] = ["network", "firewall", "dhcp", "system"];

/// Where an appliance has its UCI.
const LIVE: &str = "/etc/config";

/// Where the pod's scripts note what they wrote; the first in persistence mode `none`.
const RECORDS: [&str; 2] = ["/wrtpod/run/records", "/wrtpod/data/wrtpod"];

/// What they note of UCI, by folder: what they wrote last, what first-boot scripts changed, and the image's own files.
const NOTES: [&str; 3] = ["applied/uci", "booted", "stock"];

/// What a user changed in LuCI, by `uci` or a package manager: it stays, and is shown here.
pub(super) async fn changed(
    cluster: &Cluster,
    release: &Release,
    appliance: &Appliance,
    show_secrets: bool,
) -> Result<String, String> {
    let folders: Vec<String> =
        RECORDS.iter().flat_map(|at| NOTES.map(|notes| format!("{at}/{notes}"))).collect();
    let folders = folders.iter().map(String::as_str).chain(RECORDS).chain(packages::FOLDERS);
    let folders: Vec<&str> = [LIVE].into_iter().chain(folders).collect();
    let files = match cluster.read_files(release, &folders).await {
        Files::Known(files) => files,
        Files::Unknown(reason) => return Err(format!("what was changed inside is unknown: {reason}")),
    };
    let mut text = String::new();
    let planned = || appliance.config.iter().flat_map(|config| &config.files);
    let settings = planned().find(|(name, _)| name == "settings");
    let noted = noted(&files);
    for (name, planned) in planned().filter_map(|(name, text)| Some((name.strip_prefix("uci.")?, text))) {
        let Some(bytes) = files.get(&format!("{LIVE}/{name}")) else {
            let mut boots = appliance.overlays.iter().filter_map(|overlay| overlay.boot.as_ref());
            let fate = if boots.any(|boot| boot.uci.iter().any(|file| file == name)) {
                "waits for an overlay's packages (see `wrtpod status`), or is gone"
            } else {
                "is gone"
            };
            let _ = writeln!(text, "# /etc/config/{name} {fate} inside the appliance");
            continue;
        };
        let live = String::from_utf8_lossy(bytes);
        let nothing = Noted::default();
        text.push_str(&changes(name, planned, &live, noted.get(name).unwrap_or(&nothing), show_secrets));
    }
    text.push_str(&packages::told(&files, settings.map_or("", |(_, text)| text.as_ref())));
    Ok(text)
}

/// What the pod's scripts noted of a file of UCI.
#[derive(Default)]
struct Noted {
    /// What they wrote last: at a section the places by which the plan calls it, of a value that a Secret has its SHA-256.
    applied: uci::Config,
    booted: Booted,
    /// The image's own file, where the site lays options over that.
    stock: uci::Config,
}

/// What the pod's scripts noted, by file. Of a pod that does not tell nothing is known: then every value of a Secret shows as
/// changed, and what first-boot scripts wrote.
fn noted(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<&str, Noted> {
    let mut found: BTreeMap<&str, Noted> = BTreeMap::new();
    for (path, bytes) in files {
        let Some((folder, name)) = path.rsplit_once('/').filter(|(folder, _)| *folder != LIVE) else {
            continue;
        };
        let text = String::from_utf8_lossy(bytes);
        let noted = found.entry(name).or_default();
        match folder.rsplit('/').next() {
            Some("booted") => noted.booted = Booted::read(&text),
            Some("stock") => noted.stock = uci::parse(&text).unwrap_or_default(),
            Some("uci") => noted.applied = uci::parse_plan(&text).unwrap_or_default(),
            _ => {}
        }
    }
    found
}

/// What first-boot scripts changed, by section and option (`.` for the type): the sums before and after. OpenWrt's own migrate what
/// they find to their release, which is no change of the user's.
#[derive(Default)]
struct Booted(BTreeMap<(String, String), (String, String)>);

impl Booted {
    /// Reads the lines of `src/pod/uci-changes.awk`. What was changed again has been one change.
    fn read(text: &str) -> Self {
        let mut all: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [section, option, was, is] = words[..] else { continue };
            let change = all
                .entry((section.to_owned(), option.to_owned()))
                .or_insert_with(|| (was.to_owned(), was.to_owned()));
            if change.1 != was {
                was.clone_into(&mut change.0);
            }
            is.clone_into(&mut change.1);
        }
        Self(all)
    }

    fn made(&self, change: &uci::Change) -> bool {
        let key = (change.section.clone(), change.option.clone().unwrap_or_else(|| ".".to_owned()));
        let sums = || (sum(change.before.as_ref()), sum(change.after.as_ref()));
        self.0.get(&key).is_some_and(|noted| *noted == sums())
    }
}

/// As the pod's scripts sum a value.
fn sum(value: Option<&uci::Value>) -> String {
    let Some(value) = value else { return "-".to_owned() };
    let text: String = value.said().iter().flat_map(|item| ["\u{1}", item]).collect();
    Digest::of(text.as_bytes()).hex().to_owned()
}

/// The differences inside a file, and what the plan's sections over the image's are there.
fn differences(
    file: &str,
    planned: &uci::Config,
    live: &uci::Config,
    applied: &uci::Config,
) -> Vec<uci::Change> {
    if WHOLE.contains(&file) {
        return uci::diff(planned, live);
    }
    let (partners, labels) = (uci::partners(applied, live), uci::labels(live));
    let mut changes = Vec::new();
    for section in planned.sections() {
        let (place, known) = (section.place(), applied.sections());
        let noted = noted_at(applied, section);
        let there = match (&place, noted) {
            (_, Some(noted)) => partners[noted],
            (Some(place), None) => live.find(place),
            (None, None) => named(live, section),
        };
        let known = noted.and_then(|noted| known[noted].name());
        let label = match (there, &place) {
            (Some(at), _) => labels[at].clone(),
            (None, Some(place)) => known.map_or_else(|| place.to_string(), str::to_owned),
            (None, None) => section.name().unwrap_or_default().to_owned(),
        };
        let there = there.map(|at| &live.sections()[at]);
        // The rest of the section is the image's.
        let all = uci::differences(&label, Some(section), there);
        changes.extend(all.into_iter().filter(|change| change.before.is_some()));
    }
    changes
}

fn named(config: &uci::Config, section: &uci::Section) -> Option<usize> {
    config.sections().iter().position(|other| other.name().is_some() && other.name() == section.name())
}

/// Where a section of the plan is in what the pod wrote last.
fn noted_at(applied: &uci::Config, section: &uci::Section) -> Option<usize> {
    let known = applied.sections();
    let Some(place) = section.place() else { return named(applied, section) };
    let marked = known.iter().position(|other| other.is_marked(&place));
    marked.or_else(|| known.iter().position(|other| other.stands_for(&place)))
}

fn changes(file: &str, planned: &str, live: &str, noted: &Noted, show_secrets: bool) -> String {
    let (Ok(planned), Ok(live)) = (uci::parse_plan(planned), uci::parse(live)) else {
        return format!("# /etc/config/{file} inside the appliance is no UCI file\n");
    };
    let mut text = String::new();
    let changes = differences(file, &planned, &live, &noted.applied);
    for change in &changes {
        let ours = file == "network"
            && (is_cluster(&change.section) || is_old_name(change, &changes) || is_identity(change));
        if ours || is_applied(change, &noted.applied) || noted.booted.made(change) {
            continue;
        }
        let option = change.option.as_ref().map_or(String::new(), |option| format!(".{option}"));
        let place = shown::line(&format!("{file}.{}{option}", change.section)).into_owned();
        let is_secret = matches!(change.before, Some(uci::Value::Secret(_)))
            || change.option.as_ref().is_some_and(|option| secret::may_be_option(&change.kind, option));
        let value = |value: &uci::Value| match value {
            uci::Value::Secret(path) => format!("[the Secret's {path}]"),
            _ if is_secret && !show_secrets => secret::HIDDEN.to_owned(),
            value => quoted(value),
        };
        if let Some(before) = &change.before {
            let _ = writeln!(text, "-{place}={}", value(before));
        }
        if let Some(after) = &change.after {
            let _ = writeln!(text, "+{place}={}", value(after));
        }
    }
    if !WHOLE.contains(&file) {
        text.push_str(&gone::told(file, &planned, &live, noted));
    }
    if text.is_empty() { text } else { format!("# changed inside the appliance; it stays\n{text}") }
}

/// Whether an option is what a Secret had when the pod started: its sum is noted under the section's name. Of sections
/// without one, any of the type may be it.
fn is_applied(change: &uci::Change, applied: &uci::Config) -> bool {
    let (Some(uci::Value::Secret(_)), Some(uci::Value::One(value)), Some(option)) =
        (&change.before, &change.after, &change.option)
    else {
        return false;
    };
    let sum = Digest::of(value.as_bytes());
    let mut noted = applied.sections().iter().filter(|section| {
        let is_same = section.name().map_or(change.section.starts_with('@'), |name| name == change.section);
        is_same && section.kind() == change.kind
    });
    noted.any(|section| match section.get(option) {
        Some(uci::Value::Secret(known)) => sum.hex() == known.as_str(),
        _ => false,
    })
}

/// The interface on eth0 is written by the pod itself.
fn is_cluster(section: &str) -> bool {
    section == "cluster" || section.starts_with("cluster_")
}

/// netifd before 21.02 calls an interface's device `ifname`: the pod writes it so for an image that has one.
fn is_old_name(change: &uci::Change, all: &[uci::Change]) -> bool {
    let is = |change: &uci::Change, option| change.option.as_deref() == Some(option);
    let renamed = |old: &uci::Change, new: &uci::Change| {
        is(old, "device")
            && is(new, "ifname")
            && (&old.before, &old.after) == (&new.after, &new.before)
            && old.section == new.section
    };
    all.iter().any(|other| renamed(change, other) || renamed(other, change))
}

/// By what DHCP servers know the appliance: what stood on the claim before one was planned stays, whoever wrote it.
fn is_identity(change: &uci::Change) -> bool {
    change.section == "globals"
        && change.option.as_deref() == Some("dhcp_default_duid")
        && change.after.is_some()
}

fn quoted(value: &uci::Value) -> String {
    let one = |text: &String| format!("'{}'", shown::line(&text.replace('\'', "'\\''")));
    match value {
        uci::Value::One(text) => one(text),
        uci::Value::Secret(path) => one(path),
        uci::Value::List(items) => items.iter().map(one).collect::<Vec<_>>().join(" "),
    }
}

mod gone;
mod packages;

#[cfg(test)]
mod tests;
