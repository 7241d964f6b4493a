//! Packages that a user installed or removed inside an appliance: what he asked for, without what came along and without what overlays
//! brought. Lists of feeds and what else a package manager writes are nothing that was changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::RECORDS;
use crate::shown;

/// Where the package managers note what is installed: opkg in `status`, apk in `world` what was asked for.
pub(super) const FOLDERS: [&str; 2] = [OPKG, APK];
const OPKG: &str = "/usr/lib/opkg";
const APK: &str = "/etc/apk";

/// A line for each. Of a pod that has no record of its image's packages nothing is known.
pub(super) fn told(files: &BTreeMap<String, Vec<u8>>, settings: &str) -> String {
    let read = |path: String| files.get(&path).map(|bytes| String::from_utf8_lossy(bytes));
    let record = |name: &str| RECORDS.iter().find_map(|at| read(format!("{at}/{name}")));
    let overlays = record("overlays.installed").unwrap_or_default();
    let wishes: BTreeSet<&str> = overlays.lines().filter_map(|line| Some(line.split_once(' ')?.1)).collect();
    let (image, live) =
        if let (Some(image), Some(live)) = (record("world.image"), read(format!("{APK}/world"))) {
            (asked_for(&image), asked_for(&live))
        } else if let (Some(image), Some(live)) = (record("packages.image"), read(format!("{OPKG}/status"))) {
            let names = image.lines().filter_map(|line| Some(line.split_once(' ')?.0.to_owned()));
            let image: BTreeSet<String> = names.collect();
            let live = of_opkg(&live, &image);
            (image, live)
        } else {
            return String::new();
        };
    let mut text = String::new();
    for name in image.difference(&live).filter(|name| !wishes.contains(format!("-{name}").as_str())) {
        let _ = writeln!(text, "-package {}", shown::line(name));
    }
    for name in live.difference(&image).filter(|name| !wishes.contains(name.as_str())) {
        let _ = writeln!(text, "+package {}", shown::line(name));
    }
    if text.is_empty() {
        return text;
    }
    let fate = if settings.lines().any(|line| line == "PERSISTENCE='system'") {
        "packages were changed inside the appliance; it stays, as far as `persistence.packages` has it for the next release"
    } else {
        "packages were changed inside the appliance; it goes with the pod"
    };
    format!("# {fate}\n{text}")
}

/// The names in apk's `world`, without versions. One with a dot in front is wrtpod's own note, `!` keeps a package out.
fn asked_for(world: &str) -> BTreeSet<String> {
    let names = world.split_whitespace().filter(|word| !word.starts_with(['.', '!']));
    names.filter_map(|word| Some(word.split(['<', '>', '=', '~', '@']).next()?.to_owned())).collect()
}

/// What opkg has installed and did not choose itself, and of the image's all.
fn of_opkg(status: &str, image: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for paragraph in status.split("\n\n") {
        let field = |key: &str| paragraph.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        let is_there = field("Status").is_some_and(|status| status.ends_with(" installed"));
        let came_along = field("Auto-Installed") == Some("yes");
        if let Some(name) = field("Package").filter(|name| is_there && (!came_along || image.contains(*name)))
        {
            found.insert(name.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSTEM: &str = "PERSISTENCE='system'\n";
    const STAYS: &str = "# packages were changed inside the appliance; it stays, as far as `persistence.packages` has it for the next release\n";

    fn said(files: &[(&str, &str)], settings: &str) -> String {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        told(&files, settings)
    }

    #[test]
    fn what_was_asked_for_in_apk_is_told() {
        let world = "base-files\n.wrtpod-host-modules\nluci\ntcpdump><Q1abc=\nnano~7\n!uhttpd\n";
        let files = |world, image, overlays| {
            [
                ("/etc/apk/world", world),
                ("/etc/apk/arch", "x86_64\n"),
                ("/wrtpod/data/wrtpod/world.image", image),
                ("/wrtpod/data/wrtpod/overlays.installed", overlays),
            ]
        };
        let overlays = "luci luci\nluci -uhttpd\n";
        assert_eq!(
            said(&files(world, "base-files\ndnsmasq\nuhttpd\n", overlays), SYSTEM),
            format!("{STAYS}-package dnsmasq\n+package nano\n+package tcpdump\n")
        );
        assert!(said(&files(world, "", ""), "PERSISTENCE='etc'\n").contains("; it goes with the pod\n"));
        assert_eq!(said(&files("a\nluci\n", "a\n", overlays), SYSTEM), "");
        // A pod that does not tell.
        assert_eq!(said(&[("/etc/apk/world", world)], SYSTEM), "");
    }

    #[test]
    fn what_was_asked_for_in_opkg_is_told() {
        let stanza = |name: &str, rest: &str| {
            format!("Package: {name}\nVersion: 1\nStatus: install user installed\n{rest}\n")
        };
        let status = [
            stanza("libc", "Auto-Installed: yes\n"),
            stanza("tcpdump", ""),
            stanza("libpcap", "Auto-Installed: yes\n"),
            stanza("luci", ""),
            "Package: half\nStatus: install user not-installed\n".to_owned(),
        ];
        let files = |status| {
            [
                ("/usr/lib/opkg/status", status),
                ("/wrtpod/data/wrtpod/packages.image", "libc 1 auto\nuhttpd 1 user\n"),
                ("/wrtpod/data/wrtpod/overlays.installed", "luci luci\n"),
            ]
        };
        let all = status.concat();
        assert_eq!(said(&files(&all), SYSTEM), format!("{STAYS}-package uhttpd\n+package tcpdump\n"));
        // Lists of feeds are no packages.
        let mut listed = files(&all).to_vec();
        listed.push(("/usr/lib/opkg/lists", "Package: other\n"));
        assert_eq!(said(&listed, SYSTEM), said(&files(&all), SYSTEM));
    }
}
