//! `wrtpod chart`: versions, and what stays of a folder.

use std::fs;

use crate::place::{Place, check};

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n  salt: b2f1c4d8\n  \
                    networks:\n    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}\n";

const WEB: &str = "---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: web}\nspec:\n  \
                   from: nginx-lan\n  interfaces:\n    - {network: lan, address: 192.168.1.80/24}\n";

#[test]
fn a_charts_version_changes_with_what_somebody_said() {
    let place = Place::new();
    let package = |arguments: &[&str]| {
        let done = place.run(&[&["chart", "--package"], arguments].concat());
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        done.stdout.trim().trim_start_matches("./").to_owned()
    };
    let program = env!("CARGO_PKG_VERSION");
    assert_eq!(package(&["nginx-lan"]), format!("nginx-lan-{program}.tgz"));
    let set = package(&["nginx-lan", "--set", "resources.limits.memory=200Mi"]);
    place.write("site.yaml", &format!("{SITE}{WEB}"));
    let [own, again, other] = [&["web"][..], &["web"], &["web", "--set", "replicas=0"]].map(package);
    for (name, archive) in [("nginx-lan", &set), ("web", &own), ("web", &other)] {
        assert!(archive.starts_with(&format!("{name}-{program}+")), "{archive}");
    }
    assert_eq!(own, again);
    assert_ne!(own, other);
    assert_eq!(package(&["web", "--chart-version", "1.4.0-rc.1"]), "web-1.4.0-rc.1.tgz");
    check("chart-version", &place.run(&["chart", "web", "--chart-version", "1.4"]));
}

#[test]
fn all_charts_without_a_site_are_the_catalogs() {
    let place = Place::new();
    for more in [&[][..], &["--set", "site.storageClass=fast"]] {
        let done = place.run(&[&["chart", "--all", "--out", "c"], more].concat());
        assert_eq!((done.code, done.stdout.lines().count()), (Some(0), 4), "{more:?}: {}", done.stderr);
    }
    assert!(place.names("c").contains(&"home-assistant".to_owned()));
}

/// Before anything is written.
#[test]
fn charts_go_to_a_registry_or_nowhere() {
    let place = Place::new();
    for (to, hint) in [
        ("oci://", "oci://registry.lan/charts"),
        ("reg.lan/x", "oci://registry.lan/charts"),
        ("https://reg.lan/x", "oci://registry.lan/charts"),
        ("oci://reg.lan/x:1", "oci://registry.lan/charts"),
        ("oci://REG.lan/X/", "write it in lower case: oci://reg.lan/x"),
    ] {
        let run = place.run(&["chart", "openwrt", "--package", "--out", "c", "--push", to]);
        let told = format!("--push: `{to}` is no place for charts");
        assert!(
            run.code == Some(2) && run.stderr.contains(&told) && run.stderr.contains(hint),
            "{}",
            run.stderr
        );
        assert!(!place.here().join("c").exists());
    }
}

#[test]
fn a_charts_folder_keeps_what_is_the_users() {
    let place = Place::new();
    place.write("openwrt", "a file of that name");
    check("chart-file", &place.run(&["chart", "openwrt"]));
    fs::remove_file(place.here().join("openwrt")).expect("it is there");
    assert_eq!(place.run(&["chart", "openwrt"]).code, Some(0));
    fs::create_dir_all(place.here().join("openwrt/ci")).expect("a folder");
    place.write("openwrt/ci/test-values.yaml", "mine").write("openwrt/templates/mine.yaml", "mine");
    assert_eq!(place.run(&["chart", "openwrt"]).code, Some(0));
    let read = |path: &str| fs::read_to_string(place.here().join(path)).expect("it is there");
    assert_eq!(
        (read("openwrt/ci/test-values.yaml"), read("openwrt/templates/mine.yaml")),
        ("mine".into(), "mine".into())
    );
    let values = format!("{}mine: true\n", read("openwrt/values.yaml"));
    place.write("openwrt/values.yaml", &values);
    // The same bytes again are no reason to write.
    let again = place.run(&["chart", "openwrt", "--set", "resources.limits.memory=200Mi"]);
    check("chart-changed", &again);
    assert_eq!(read("openwrt/values.yaml"), values);
    // One of a wrtpod that kept no list is put aside whole.
    fs::remove_file(place.here().join("openwrt/.wrtpod")).expect("it is there");
    check("chart-older", &place.run(&["chart", "openwrt"]));
    assert_eq!(read("openwrt.before/values.yaml"), values);
    place.write("openwrt-0.tgz", "mine");
    let archive = format!("openwrt-{}.tgz", env!("CARGO_PKG_VERSION"));
    place.write(&archive, "mine");
    assert_eq!(place.run(&["chart", "openwrt", "--package"]).code, Some(1));
    assert_eq!(read(&archive), "mine");
}
