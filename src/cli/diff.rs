//! `wrtpod diff`: what `deploy` would change, and what was changed inside the appliance.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::Args;

use super::args::{ClusterArgs, DocumentArgs, PinArgs};
use super::cluster::{block_on, connect, releases};
use super::error::{CliError, Outcome};
use super::load::{WithoutSite, load};
use super::pin::pin;
use super::printer::Printer;
use super::progress::Show;
use super::{complete, mask};
use crate::cluster::{Change, Cluster, DiffReport, Files, Release, Silent};
use crate::plan::{Appliance, Profile};
use crate::types::Digest;
use crate::{secret, shown, uci};

/// `wrtpod diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Appliances of the site, or catalog entries
    #[arg(value_name = "NAME", add = complete::appliances(), required = true)]
    pub names: Vec<String>,
    /// Documents
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Cluster
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Pin image tags to digests
    #[command(flatten)]
    pub pin: PinArgs,
    /// Show secrets: passwords and keys, of which otherwise only a change is told
    #[arg(long)]
    pub show_secrets: bool,
}

/// Runs the verb.
pub fn run(args: &DiffArgs, printer: Printer) -> Result<Outcome, CliError> {
    let loaded = load(&args.documents, &args.names, WithoutSite::Refuse, printer)?;
    let (text, notes) = block_on(async {
        let cluster = connect(&args.cluster, printer).await?;
        let mut releases = releases(&loaded);
        let _show = Show::new(printer, "asking the API server what would change");
        pin(&cluster, &mut releases, args.pin.when, &mut Silent, printer).await?;
        let (mut text, mut notes) = (String::new(), Vec::new());
        for (release, (appliance, _)) in releases.iter().zip(loaded.chosen()) {
            let report = cluster.diff(release, &|sides| mask::texts(sides, args.show_secrets)).await?;
            objects(&mut text, &report);
            if appliance.profile == Profile::OpenWrt {
                match inside(&cluster, release, appliance, args.show_secrets).await {
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
async fn inside(
    cluster: &Cluster,
    release: &Release,
    appliance: &Appliance,
    show_secrets: bool,
) -> Result<String, String> {
    let live = match cluster.read_files(release, "/etc/config").await {
        Files::Known(files) => files,
        Files::Unknown(reason) => return Err(format!("what was changed inside is unknown: {reason}")),
    };
    let mut text = String::new();
    let planned = appliance.config.iter().flat_map(|config| &config.files);
    let planned: Vec<_> =
        planned.filter_map(|(name, text)| Some((name.strip_prefix("uci.")?, text))).collect();
    let sums = if planned.iter().any(|(_, text)| text.contains("\tsecret ")) {
        sums(cluster, release).await
    } else {
        BTreeMap::new()
    };
    for (name, planned) in planned {
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
        let live = String::from_utf8_lossy(bytes);
        let applied = sums.get(name).map(String::as_str);
        text.push_str(&changes(name, planned, &live, applied, show_secrets));
    }
    Ok(text)
}

/// What the pod's scripts noted of UCI when they wrote it last, by file: of a value that a Secret has, its SHA-256. In mode
/// `none` it lies in the folder of the run. A pod that does not tell has none: then every such value shows as changed.
async fn sums(cluster: &Cluster, release: &Release) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in ["/wrtpod/run/records/applied/uci", "/wrtpod/data/wrtpod/applied/uci"] {
        if let Files::Known(files) = cluster.read_files(release, folder).await {
            found.extend(files.into_iter().map(|(path, bytes)| {
                let name = path.rsplit('/').next().unwrap_or_default().to_owned();
                (name, String::from_utf8_lossy(&bytes).into_owned())
            }));
        }
    }
    found
}

/// `applied` is what the pod noted of the file.
fn changes(file: &str, planned: &str, live: &str, applied: Option<&str>, show_secrets: bool) -> String {
    let (Ok(planned), Ok(live)) = (uci::parse_plan(planned), uci::parse(live)) else {
        return format!("# /etc/config/{file} inside the appliance is no UCI file\n");
    };
    let applied = applied.and_then(|text| uci::parse_plan(text).ok()).unwrap_or_default();
    // Of a file that wrtpod only lays options over, the rest is the image's.
    let whole = matches!(file, "network" | "firewall" | "dhcp" | "system");
    let mut text = String::new();
    let changes = uci::diff(&planned, &live);
    for change in &changes {
        let ours = file == "network"
            && (is_cluster(&change.section) || is_old_name(change, &changes) || is_identity(change));
        if !whole && change.before.is_none() || ours || is_applied(change, &applied) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_an_old_netifd_has_for_a_device_is_no_change() {
        let planned = "config interface 'lan'\n\toption device 'lan'\n\toption proto 'dhcp'\n";
        assert_eq!(changes("network", planned, &planned.replace("device", "ifname"), None, false), "");
        assert_eq!(
            changes("network", planned, &planned.replace("device 'lan'", "ifname 'wan'"), None, false),
            "# changed inside the appliance; it stays\n-network.lan.device='lan'\n+network.lan.ifname='wan'\n"
        );
    }

    #[test]
    fn a_secret_inside_is_told_as_changed_and_not_shown() {
        let planned = "config interface 'wg0'\n\toption private_key 'abc='\n\toption mtu '1420'\n";
        let live = planned.replace("abc=", "def=").replace("1420", "1400");
        assert_eq!(
            changes("network", planned, &live, None, false),
            "# changed inside the appliance; it stays\n-network.wg0.private_key=***\n+network.wg0.private_key=***\n\
             -network.wg0.mtu='1420'\n+network.wg0.mtu='1400'\n"
        );
        assert!(changes("network", planned, &live, None, true).contains("+network.wg0.private_key='def='"));
    }

    #[test]
    fn what_a_secret_has_inside_the_appliance_is_no_change() {
        let planned = "config interface 'wg0'\n\tsecret private_key 'vpn/key'\n";
        let live = "config interface 'wg0'\n\toption private_key 'abc='\n";
        let applied = |sum: &str| planned.replace("vpn/key", sum);
        let noted = applied("61c9b2b17db77a27841bbeeabff923448b0f6388d64fa7f8eb7a6a6c6d7ec9b2");
        let sum = Digest::of(b"abc=");
        assert_eq!(changes("network", planned, live, Some(&applied(sum.hex())), false), "");
        for applied in [None, Some(noted.as_str())] {
            assert_eq!(
                changes("network", planned, live, applied, false),
                "# changed inside the appliance; it stays\n-network.wg0.private_key=[the Secret's vpn/key]\n\
                 +network.wg0.private_key=***\n"
            );
        }
    }

    #[test]
    fn another_sections_secret_is_a_change() {
        let section = |name: &str, line: &str| format!("config interface '{name}'\n\t{line}\n");
        let both = |one: &str, other: &str| section("wg0", one) + &section("wg1", other);
        let planned = both("secret private_key 'vpn/a'", "secret private_key 'vpn/b'");
        let sum = |key: &str| format!("secret private_key '{}'", Digest::of(key.as_bytes()).hex());
        let applied = both(&sum("abc="), &sum("def="));
        let live = |one: &str, other: &str| {
            both(&format!("option private_key '{one}'"), &format!("option private_key '{other}'"))
        };
        let told = |live: &str| changes("network", &planned, live, Some(&applied), false);
        assert_eq!(told(&live("abc=", "def=")), "");
        let swapped = told(&live("def=", "abc="));
        assert!(
            swapped.contains("network.wg0.private_key") && swapped.contains("network.wg1.private_key"),
            "{swapped}"
        );
        let anonymous = |text: &str| text.replace(" 'wg0'", "").replace(" 'wg1'", "");
        let (planned, live, applied) =
            (anonymous(&planned), anonymous(&live("abc=", "def=")), anonymous(&applied));
        assert_eq!(changes("network", &planned, &live, Some(&applied), false), "");
    }

    #[test]
    fn what_a_guest_writes_steers_no_terminal() {
        let planned = "config interface 'lan'\n\toption proto 'dhcp'\n";
        let live = "config interface 'lan'\n\toption proto 'a\u{202e}\n+x\u{85}'\n";
        let text = changes("network", planned, live, None, false);
        assert!(text.ends_with("+network.lan.proto='a\\u{202e}\\n+x\\u{85}'\n"), "{text}");
    }

    #[test]
    fn a_duid_that_the_guest_made_is_no_change() {
        let planned = "config globals 'globals'\n\toption dhcp_default_duid '00041'\n";
        assert_eq!(changes("network", planned, &planned.replace("00041", "00042"), None, false), "");
        assert!(
            changes("network", planned, "config globals 'globals'\n", None, false)
                .contains("dhcp_default_duid")
        );
    }
}
