//! `wrtpod diff`: what `deploy` would change, and what was changed inside the appliance.

use std::fmt::Write;

use super::args::DiffArgs;
use super::cluster::{block_on, connect, releases};
use super::error::{CliError, Outcome};
use super::load::{WithoutSite, load};
use super::pin::pin;
use super::printer::Printer;
use super::progress::Show;
use crate::cluster::{Change, Cluster, DiffReport, Files, Release, Silent};
use crate::plan::{Appliance, Profile};
use crate::{shown, uci, yaml};

/// Runs the verb.
pub fn run(args: &DiffArgs, printer: Printer) -> Result<Outcome, CliError> {
    let loaded = load(&args.documents, &args.names, WithoutSite::Refuse, printer)?;
    let (text, notes) = block_on(async {
        let cluster = connect(&args.cluster).await?;
        let mut releases = releases(&loaded);
        let _show = Show::new(printer, "asking the API server what would change");
        pin(&cluster, &mut releases, args.pin.when, &mut Silent, printer).await?;
        let (mut text, mut notes) = (String::new(), Vec::new());
        for (release, (appliance, _)) in releases.iter().zip(loaded.chosen()) {
            let report = cluster.diff(release, &yaml::write).await?;
            objects(&mut text, &report);
            if appliance.profile == Profile::OpenWrt {
                match inside(&cluster, release, appliance).await {
                    Ok(changes) => text.push_str(&changes),
                    Err(note) => notes.push(format!("{}: {note}", release.appliance)),
                }
            }
        }
        Ok((text, notes))
    })?;
    for note in notes {
        printer.line(&note);
    }
    Printer::told(&text)?;
    Ok(if text.is_empty() { Outcome::Done } else { Outcome::Found })
}

fn objects(text: &mut String, report: &DiffReport) {
    for object in report.objects.iter().filter(|object| object.change != Change::None) {
        let what = match object.change {
            Change::Create => "would be created",
            Change::Modify => "would change",
            Change::Prune => "would be deleted",
            Change::None => continue,
        };
        let _ = writeln!(text, "# {} {what}", object.identity);
        if !object.restarts.is_empty() {
            let _ = writeln!(text, "# its pod would restart: {}", object.restarts.join(", "));
        }
        text.push_str(&object.text);
        for conflict in &object.conflicts {
            let _ = writeln!(text, "# {} belongs to {}", conflict.field, conflict.manager);
        }
    }
}

/// What a user changed in LuCI or by `uci`: it stays, and is shown here.
async fn inside(cluster: &Cluster, release: &Release, appliance: &Appliance) -> Result<String, String> {
    let live = match cluster.read_files(release, "/etc/config").await {
        Files::Known(files) => files,
        Files::Unknown(reason) => return Err(format!("what was changed inside is unknown: {reason}")),
    };
    let mut text = String::new();
    let planned = appliance.config.iter().flat_map(|config| &config.files);
    for (name, planned) in planned.filter_map(|(name, text)| Some((name.strip_prefix("uci.")?, text))) {
        let found = live.iter().find(|(path, _)| path.rsplit('/').next() == Some(name));
        let Some((_, bytes)) = found else {
            let mut boots = appliance.overlays.iter().filter_map(|overlay| overlay.boot.as_ref());
            let fate = if boots.any(|boot| boot.uci.iter().any(|file| file == name)) {
                "waits for an overlay's packages (see `wrtpod status`), or is gone"
            } else {
                "is gone"
            };
            let _ = writeln!(text, "# /etc/config/{name} {fate} inside the appliance");
            continue;
        };
        text.push_str(&changes(name, planned, &String::from_utf8_lossy(bytes)));
    }
    Ok(text)
}

fn changes(file: &str, planned: &str, live: &str) -> String {
    let (Ok(planned), Ok(live)) = (uci::parse(planned), uci::parse(live)) else {
        return format!("# /etc/config/{file} inside the appliance is no UCI file\n");
    };
    // Of a file that wrtpod only lays options over, the rest is the image's.
    let whole = matches!(file, "network" | "firewall" | "dhcp" | "system");
    let mut text = String::new();
    let changes = uci::diff(&planned, &live);
    for change in &changes {
        let ours = file == "network"
            && (is_cluster(&change.section) || is_old_name(change, &changes) || is_identity(change));
        if !whole && change.before.is_none() || ours {
            continue;
        }
        let option = change.option.as_ref().map_or(String::new(), |option| format!(".{option}"));
        let place = shown::line(&format!("{file}.{}{option}", change.section)).into_owned();
        if let Some(before) = &change.before {
            let _ = writeln!(text, "-{place}={}", quoted(before));
        }
        if let Some(after) = &change.after {
            let _ = writeln!(text, "+{place}={}", quoted(after));
        }
    }
    if text.is_empty() { text } else { format!("# changed inside the appliance; it stays\n{text}") }
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
        uci::Value::List(items) => items.iter().map(one).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_an_old_netifd_has_for_a_device_is_no_change() {
        let planned = "config interface 'lan'\n\toption device 'lan'\n\toption proto 'dhcp'\n";
        assert_eq!(changes("network", planned, &planned.replace("device", "ifname")), "");
        assert_eq!(
            changes("network", planned, &planned.replace("device 'lan'", "ifname 'wan'")),
            "# changed inside the appliance; it stays\n-network.lan.device='lan'\n+network.lan.ifname='wan'\n"
        );
    }

    #[test]
    fn a_duid_that_the_guest_made_is_no_change() {
        let planned = "config globals 'globals'\n\toption dhcp_default_duid '00041'\n";
        assert_eq!(changes("network", planned, &planned.replace("00041", "00042")), "");
        assert!(changes("network", planned, "config globals 'globals'\n").contains("dhcp_default_duid"));
    }
}
