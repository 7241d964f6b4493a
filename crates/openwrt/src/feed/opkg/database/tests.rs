#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use super::*;
use crate::feed::{Owner, Package};

const STATUS_TEXT: &str = "Package: busybox\nVersion: 1\nDepends: libc\nStatus: install user installed\n\
    Essential: yes\nArchitecture: x86_64\nInstalled-Time: 5\nAlternatives: 100:/bin/ps:/bin/busybox\n\n\
    Package: gone\nStatus: deinstall hold not-installed\n\n\
    Package: mini\nVersion: 2\nProvides: dns\nStatus: install ok installed\nArchitecture: all\nConffiles:\n \
    /etc/config/dhcp 1111111111111111111111111111111111111111111111111111111111111111\n \
    /etc/other 00000000000000000000000000000000\nInstalled-Time: 6\nAuto-Installed: yes\n";

fn database() -> Database {
    let lists = |path: &RootPath| match path.name() {
        "busybox.list" => Some(b"/bin/busybox\n/bin/ps\n/usr/bin/top\n".to_vec()),
        "mini.list" => Some(b"/usr/sbin/dns\n/etc/config/dhcp\n/etc/other\n/bin/ps\n".to_vec()),
        _ => None,
    };
    Database::parse(STATUS_TEXT.as_bytes(), lists).unwrap_or_else(|error| panic!("{error}"))
}

fn path(text: &str) -> RootPath {
    text.parse().unwrap()
}

fn sum(digit: char) -> Digest {
    format!("sha256:{}", digit.to_string().repeat(64)).parse().unwrap()
}

/// A package with these fields and files.
fn ipk(fields: &str, files: &[&str], conffiles: &[&str]) -> Ipk {
    let text = format!("{fields}\nArchitecture: all\n");
    let control = Control::parse("control", &text).unwrap();
    let item =
        |file: &&str| Item { path: path(file), kind: Kind::File(1), mode: 0o644, owner: Owner::Id(0, 0) };
    let folder = Item { kind: Kind::Folder, ..item(&"etc") };
    let items = std::iter::once(folder).chain(files.iter().map(item)).collect();
    let package =
        Package { items, conffiles: conffiles.iter().map(|file| path(file)).collect(), ..Package::default() };
    let names = ["control", "postinst", "postinst-pkg", "prerm"];
    let controls = names.map(|name| {
        (name.to_owned(), if name == "control" { text.clone().into_bytes() } else { b"#!/bin/sh\n".to_vec() })
    });
    Ipk { control, package, controls: controls.into() }
}

fn arrive(database: &mut Database, ipk: &Ipk, wanted: bool) -> Result<Vec<RootPath>, Clash> {
    let conffiles = ipk.package.conffiles.iter().filter(|file| file.name() != "absent");
    let conffiles = conffiles.map(|file| (file.clone(), sum('a'))).collect();
    database.install(&Arrival { ipk, conffiles: &conffiles, wanted, time: 1_700_000_000 })
}

fn written(database: &Database, at: &str) -> Option<String> {
    match database.changes().get(&path(at))? {
        Change::Write { content, .. } => Some(String::from_utf8(content.clone()).unwrap()),
        Change::Remove => None,
    }
}

#[test]
fn nothing_changed_is_no_change() {
    let database = database();
    assert_eq!(database.changes(), BTreeMap::new());
    assert_eq!(database.installed().count(), 2);
    assert_eq!(database.owner(&path("usr/sbin/dns")), Some("mini"));
}

#[test]
fn writes_what_opkg_would_and_leaves_the_rest_as_it_was() {
    let mut database = database();
    let fields = "Package: lib7\nVersion: 1:2-3\nDepends: libc (>> 1), a | b, c *\nConflicts: old (<< 2)\nProvides: lib, lib7\n\
                  Replaces: x\nRecommends: y\nABIVersion: 7\nEssential: yes\nAlternatives: 1:/bin/x:/bin/lib";
    let ipk = ipk(fields, &["/etc/conf", "/usr/lib/b", "/usr/lib/a"], &["/etc/conf", "/etc/absent"]);
    arrive(&mut database, &ipk, false).unwrap();
    let hash = "a".repeat(64);
    let new = format!(
        "Package: lib7\nABIVersion: 7\nVersion: 1:2-3\nDepends: libc (> 1), a | b\nRecommends: y\nProvides: lib\n\
         Replaces: x\nConflicts: old (< 2)\nStatus: install ok installed\nEssential: yes\nArchitecture: all\n\
         Conffiles:\n /etc/conf {hash}\nInstalled-Time: 1700000000\nAuto-Installed: yes\nAlternatives: 1:/bin/x:/bin/lib\n"
    );
    assert_eq!(written(&database, STATUS).unwrap(), format!("{STATUS_TEXT}\n{new}\n"));
    let list = "/etc/conf\n/usr/lib/a\n/usr/lib/b\n";
    assert_eq!(written(&database, "usr/lib/opkg/info/lib7.list").as_deref(), Some(list));
    let control = String::from_utf8(ipk.controls["control"].clone()).unwrap();
    assert_eq!(written(&database, "usr/lib/opkg/info/lib7.control"), Some(control));
    let modes: Vec<_> = database
        .changes()
        .into_iter()
        .filter_map(|(path, change)| match change {
            Change::Write { mode, .. } => Some((path.name().to_owned(), mode)),
            Change::Remove => None,
        })
        .collect();
    let wanted = [("lib7.control", 0o644), ("lib7.list", 0o644), ("lib7.prerm", 0o755), ("status", 0o644)];
    assert_eq!(modes, wanted.map(|(name, mode)| (name.to_owned(), mode)));
}

#[test]
fn what_it_writes_it_reads_back() {
    let mut database = database();
    let one = ipk("Package: one\nVersion: 1\nDepends: libc (>> 1), a | b", &["/one"], &["/one"]);
    arrive(&mut database, &one, true).unwrap();
    let text = written(&database, STATUS).unwrap();
    assert!(!text.lines().any(|line| line.ends_with(':') && line != "Conffiles:"), "{text}");
    let again = Database::parse(text.as_bytes(), |_| None).unwrap();
    let old = database.get("one").unwrap();
    let new = again.get("one").unwrap();
    assert_eq!((&old.conffiles, old.flags, old.time), (&new.conffiles, new.flags, new.time));
    assert!(text.contains("Status: install user installed\nArchitecture: all\nConffiles:\n /one"));
}

#[test]
fn an_upgrade_stays_in_its_place_and_names_what_is_obsolete() {
    let mut database = database();
    let new = ipk("Package: mini\nVersion: 3", &["/usr/sbin/dns", "/usr/sbin/new"], &[]);
    let obsolete = arrive(&mut database, &new, true).unwrap();
    assert_eq!(obsolete, ["bin/ps", "etc/config/dhcp", "etc/other"].map(path));
    let text = written(&database, STATUS).unwrap();
    assert_eq!(text.matches("Package: mini").count(), 1);
    // It was installed for another package once, and stays so marked, as in opkg.
    assert!(text.ends_with("Installed-Time: 1700000000\nAuto-Installed: yes\n\n"), "{text}");
    assert_eq!(database.changes()[&path("usr/lib/opkg/info/mini.postinst")], Change::Remove);
}

#[test]
fn a_removal_gives_the_files_that_nobody_else_has() {
    let mut database = database();
    let text = b"Package: a\nVersion: 1\nStatus: install ok installed\nArchitecture: all\n\n\
                 Package: b\nVersion: 1\nStatus: install ok installed\nArchitecture: all\n";
    let lists = |path: &RootPath| Some(format!("/shared\n/{}\n", path.name()).into_bytes());
    let mut shared = Database::parse(text, lists).unwrap();
    assert_eq!(shared.remove("a", |_| None), [path("a.list")]);
    assert_eq!(shared.owner(&path("shared")), Some("b"));
    // Of the conffiles the changed one stays; so does one with an MD5, of which nothing can be said.
    let there = |file: &RootPath| Some(sum(if file.name() == "dhcp" { '2' } else { '0' }));
    assert_eq!(database.remove("mini", there), ["bin/ps", "usr/sbin/dns"].map(path));
    let text = written(&database, STATUS).unwrap();
    assert!(!text.contains("mini") && text.contains("Package: gone"));
    assert_eq!(database.changes()[&path("usr/lib/opkg/info/mini.list")], Change::Remove);
    assert_eq!(database.remove("mini", |_| None), []);
}

#[test]
fn an_unchanged_conffile_goes_with_its_package() {
    let mut database = database();
    let gone = database.remove("mini", |file| (file.name() == "dhcp").then(|| sum('1')));
    assert!(gone.contains(&path("etc/config/dhcp")));
}

#[test]
fn a_changed_conffile_stays_and_the_new_one_goes_beside_it() {
    let database = database();
    let dhcp = path("etc/config/dhcp");
    for (package, there, new, keeps) in [
        ("mini", '1', '2', false), // as installed: replaced
        ("mini", '3', '2', true),  // changed by somebody
        ("mini", '3', '3', false), // changed to the very same
        ("other", '1', '2', true), // of another package or of none
    ] {
        assert_eq!(
            database.keeps_conffile(package, &dhcp, &sum(there), &sum(new)),
            keeps,
            "{package} {there} {new}"
        );
    }
}

#[test]
fn two_packages_with_one_file_clash_unless_one_replaces_the_other() {
    let mut database = database();
    let clash =
        arrive(&mut database, &ipk("Package: full\nVersion: 1", &["/usr/sbin/dns"], &[]), true).unwrap_err();
    let message = "the package `full` brings /usr/sbin/dns, which belongs to `mini`: leave one of the two out (one of the base by `-NAME` among the packages)";
    assert_eq!(clash.to_string(), message);
    // `Replaces` of a name that the owner provides is enough.
    let full = ipk("Package: full\nVersion: 1\nReplaces: dns", &["/usr/sbin/dns"], &[]);
    arrive(&mut database, &full, true).unwrap();
    assert_eq!(database.owner(&path("usr/sbin/dns")), Some("full"));
    let list = "/bin/ps\n/etc/config/dhcp\n/etc/other\n";
    assert_eq!(written(&database, "usr/lib/opkg/info/mini.list").as_deref(), Some(list));
}

#[test]
fn the_highest_offer_wins_a_link_and_busybox_has_the_rest() {
    let mut database = database();
    let ps = path("bin/ps");
    assert_eq!(database.alternative(&ps), Some("/bin/busybox"));
    for (name, priority) in [("one", 300), ("two", 300), ("low", 1)] {
        let fields = format!(
            "Package: {name}\nVersion: 1\nAlternatives: {priority}:/bin/ps:/bin/{name}, 1:/usr/bin/top:/bin/{name}"
        );
        arrive(&mut database, &ipk(&fields, &[], &[]), true).unwrap();
    }
    assert_eq!(database.alternative(&ps), Some("/bin/one"));
    for name in ["one", "two", "low"] {
        database.remove(name, |_| None);
    }
    // An applet of BusyBox, though nobody offers the link.
    assert_eq!(database.alternative(&path("usr/bin/top")), Some("/bin/busybox"));
    assert_eq!(database.alternative(&path("usr/bin/none")), None);
}

#[test]
fn a_stub_is_held_and_has_no_empty_field() {
    let mut database = database();
    let module =
        |name: &str| HostModule { name: name.to_owned(), needed_by: BTreeSet::new(), is_unknown: true };
    let offered = Control::parse(
        "x",
        "Package: kmod-tun\nVersion: 5\nArchitecture: x86_64\nProvides: tun\nDepends: kernel\n",
    )
    .unwrap();
    database.stub(&module("kmod-tun"), Some(&offered), 7);
    database.stub(&module("kmod-x"), None, 0);
    let stubs = "Package: kmod-tun\nVersion: 5\nProvides: tun\nStatus: install hold installed\nArchitecture: x86_64\n\
                 Installed-Time: 7\nAuto-Installed: yes\n\n\
                 Package: kmod-x\nVersion: 0\nStatus: install hold installed\nArchitecture: all\nAuto-Installed: yes\n\n";
    assert!(written(&database, STATUS).unwrap().ends_with(stubs));
    assert_eq!(written(&database, "usr/lib/opkg/info/kmod-x.list").as_deref(), Some(""));
}

#[test]
fn a_wanted_package_is_marked_and_keeps_its_other_flags() {
    let mut database = database();
    database.mark_wanted("busybox");
    assert_eq!(database.changes(), BTreeMap::new());
    database.mark_wanted("mini");
    assert!(written(&database, STATUS).unwrap().contains("Provides: dns\nStatus: install user installed\n"));
}

#[test]
fn refuses_a_database_that_is_none() {
    let read = |text: &str, list: &'static str| {
        Database::parse(text.as_bytes(), |_| Some(list.into())).unwrap_err().to_string()
    };
    let good = "Package: a\nVersion: 1\nArchitecture: all\nStatus: install ok installed\n";
    assert_eq!(read("Package: a\n", ""), "usr/lib/opkg/status, line 1: the package has no `Status`");
    assert_eq!(
        read(&good.replace("ok ", ""), ""),
        "usr/lib/opkg/status, line 4: `Status` is not three words such as `install user installed`"
    );
    assert_eq!(
        read(&format!("{good}\n{good}"), ""),
        "usr/lib/opkg/status, line 6: the package is installed twice"
    );
    assert_eq!(
        read(&format!("{good}Conffiles:\n /etc/x y\n"), ""),
        "usr/lib/opkg/status, line 5: `Conffiles` has a line that is not a path and a hash"
    );
    assert!(
        read(good, "/a\n/../b\n").starts_with("usr/lib/opkg/info/a.list, line 1: the path `/../b` leads out")
    );
}
