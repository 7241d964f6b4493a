//! `wrtpod init` by its options alone, and what the findings of a site that lacks something say.

use crate::place::{Place, check};

const INIT: [&str; 7] =
    ["init", "--parent", "enp3s0", "--subnet", "192.168.1.0/24", "--gateway", "192.168.1.1"];

#[test]
fn init_writes_a_site_once() {
    let place = Place::new();
    check("init", &place.run(&INIT));
    let site = place.read("site.yaml");
    let salt = site.lines().find(|line| line.trim().starts_with("salt:")).expect("it has a salt");
    let digits = salt.split('"').nth(1).unwrap_or_default();
    assert!(digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{salt}");
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/cli"
    }, {
        insta::assert_snapshot!("init-site", site.replace(digits, "[salt]"));
    });
    check("init-again", &place.run(&INIT));
    assert_eq!(place.read("site.yaml"), site);
    // What it wrote is a good site.
    let rendered = place.run(&["render", "openwrt"]);
    assert_eq!((rendered.code, rendered.stderr.contains("error")), (Some(0), false), "{}", rendered.stderr);
    // Two of them have two salts.
    let other = Place::new();
    assert_eq!(other.run(&INIT).code, Some(0));
    assert_ne!(other.read("site.yaml"), site);
}

#[test]
fn init_takes_every_flag() {
    for distribution in ["k3s", "rke2", "k0s", "microk8s", "kubeadm", "talos", "kind"] {
        let place = Place::new();
        let more = [
            "--wan-parent",
            "enp4s0",
            "--name",
            "attic",
            "-n",
            "net",
            "--distribution",
            distribution,
            "--out",
            "x.yaml",
        ];
        assert_eq!(place.run(&[&INIT[..], &more].concat()).code, Some(0));
        let rendered = place.run(&["render", "-f", "x.yaml", "openwrt-router"]);
        assert_eq!(rendered.code, Some(0), "{}", rendered.stderr);
    }
    let place = Place::new();
    let run = place.run(&[
        "init",
        "--parent",
        "eth0",
        "--subnet",
        "fd00::5/64",
        "--gateway",
        "fe80::1",
        "--out",
        "6.yaml",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let rendered = place.run(&["render", "-f", "6.yaml", "openwrt"]);
    assert_eq!(rendered.code, Some(0), "{}", rendered.stderr);
}

#[test]
fn init_refuses_bad_answers() {
    let place = Place::new();
    check("init-missing", &place.run(&["init", "--parent", "enp3s0"]));
    let mut text = String::new();
    for (index, bad) in
        [(2, "a/b"), (4, "192.168.1.0"), (4, "192.168.1.300/24"), (6, "192.168.2.1"), (6, "router")]
    {
        let mut arguments = INIT;
        arguments[index] = bad;
        text.push_str(&place.run(&arguments).text());
    }
    for more in [["--name", "My Home"], ["--distribution", "k4s"], ["--namespace", "-"], ["--wan-parent", ""]]
    {
        text.push_str(&place.run(&[&INIT[..], &more].concat()).text());
    }
    let taken: Vec<&str> =
        INIT.iter().map(|word| if *word == "192.168.1.1" { "192.168.1.0" } else { word }).collect();
    text.push_str(&place.run(&taken).text());
    for more in [
        &["--network", "iot"][..],
        &["--network", "wan=enp4s0"],
        &["--network", "iot=enp3s0,192.168.2.0/24"],
        &["--network", "iot=enp3s0.5000,192.168.2.0/24"],
        &["--network", "iot=enp3s0.2", "--network", "iot=enp3s0.3"],
        &["--address", "lan=192.168.1.9"],
        &["--wan-parent", "enp3s0"],
        &["--wan-parent", "wlan0"],
        &["opnwrt"],
        &["openwrt", "--address", "lan=192.168.1.9"],
        &["nginx-lan"],
        &["nginx-lan", "--address", "wan=192.168.1.9"],
        &["nginx-lan", "--address", "lan=192.168.1.1"],
        &["home-assistant"],
    ] {
        text.push_str(&format!(
            "init … {}\n{}",
            more.join(" "),
            place.run(&[&INIT[..], more].concat()).text()
        ));
    }
    assert_eq!(place.names(""), Vec::<String>::new());
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/cli"
    }, {
        insta::assert_snapshot!("init-bad", text);
    });
    check("init-nowhere", &place.run(&[&INIT[..], &["--out", "no/such/folder.yaml"]].concat()));
}

/// What each entry of the catalog has to be told beside the LAN.
const ENTRIES: [(&str, &[&str]); 4] = [
    ("openwrt", &[]),
    ("openwrt-router", &["--wan-parent", "enp4s0"]),
    ("nginx-lan", &["--address", "lan=192.168.1.33"]),
    (
        "home-assistant",
        &[
            "--network",
            "iot=enp3s0.2,192.168.32.0/24",
            "--address",
            "lan=192.168.1.32/24",
            "--address",
            "iot=192.168.32.3",
        ],
    ),
];

#[test]
fn init_fits_every_entry_of_the_catalog() {
    assert_eq!(ENTRIES.map(|(name, _)| name).len(), wrtpod::catalog::ENTRIES.len());
    for (name, options) in ENTRIES {
        let place = Place::new();
        let run = place.run(&[&INIT[..], &[name], options].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.ends_with(&format!("next: wrtpod doctor {name}, then wrtpod deploy {name}\n")));
        let rendered = place.run(&["render", name]);
        assert_eq!(rendered.code, Some(0), "{}", rendered.stderr);
    }
}

/// The lines behind the last `help:` of each finding.
fn examples(stderr: &str) -> Vec<String> {
    let mut examples = Vec::new();
    for finding in stderr.split("\n\n") {
        if let Some((_, rest)) = finding.split_once("\nhelp: ") {
            examples.push(rest.split_once('\n').map_or("", |(_, lines)| lines).trim_end().to_owned());
        }
    }
    examples
}

#[test]
fn what_a_finding_says_to_write_works_as_it_is() {
    for name in ["openwrt-router", "nginx-lan", "home-assistant"] {
        let place = Place::new();
        assert_eq!(place.run(&INIT).code, Some(0));
        let refused = place.run(&["render", name]);
        check(&format!("init-then-{name}"), &refused);
        assert!(!refused.stderr.contains("did you mean"), "{}", refused.stderr);
        let (documents, networks): (Vec<String>, Vec<String>) =
            examples(&refused.stderr).into_iter().partition(|example| example.starts_with("---"));
        let after = "      gateway: 192.168.1.1\n";
        let mut site = place.read("site.yaml");
        for network in networks {
            site = site.replacen(after, &format!("{after}{network}\n"), 1);
        }
        place.write("site.yaml", &format!("{site}{}\n", documents.join("\n")));
        let rendered = place.run(&["render", name]);
        assert_eq!(rendered.code, Some(0), "{}{}", place.read("site.yaml"), rendered.stderr);
    }
}

#[test]
fn the_schema_is_there_for_the_editor() {
    let place = Place::new();
    assert_eq!(place.run(&INIT).code, Some(0));
    assert!(place.read("site.yaml").starts_with("# yaml-language-server: $schema=./wrtpod.schema.json\n"));
    assert_eq!(place.read("wrtpod.schema.json"), place.run(&["schema"]).stdout);
    // One that is somebody's own stays.
    place.write("wrtpod.schema.json", "{}");
    check("init-schema", &place.run(&[&INIT[..], &["--out", "my site.yaml"]].concat()));
    assert_eq!(place.read("wrtpod.schema.json"), "{}");
}
