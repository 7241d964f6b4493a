//! `wrtpod init` by its options alone, and what the findings of a site that lacks something say.

use std::fs;

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

/// Interfaces of a document take the place of the catalog's: one that is left out of the example would be lost.
#[test]
fn the_example_of_a_change_is_the_machine_of_the_catalog() {
    let place = Place::new();
    let mut arguments = INIT.to_vec();
    arguments.splice(1..1, ["openwrt-router", "--wan-parent", "enp4s0"]);
    assert_eq!(place.run(&arguments).code, Some(0));
    let site = place.read("site.yaml");
    let (facts, example) = site.split_at(site.find("# ---\n").expect("it has an example"));
    let lines = example.lines().map(|line| line.trim_start_matches("# "));
    let document: String = lines.map(|line| format!("{line}\n")).collect();
    place.write("changed.yaml", &format!("{facts}{document}"));
    let render = |file: &str| {
        let run = place.run(&["render", "-f", file, "openwrt-router"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.stdout
    };
    assert!(document.contains("network: wan"), "{document}");
    assert_eq!(render("changed.yaml"), render("site.yaml"));
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
    for (index, bad) in [
        (2, "a/b"),
        (2, "lo"),
        (2, "cni0"),
        (2, "flannel.1"),
        (4, "192.168.1.0"),
        (4, "192.168.1.300/24"),
        (4, "127.0.0.0/8"),
        (4, "169.254.0.0/16"),
        (4, "ff02::/16"),
        (6, "192.168.2.1"),
        (6, "router"),
        (6, "224.0.0.1"),
    ] {
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
    // What was not typed is to blame for nothing: all that is missing is named.
    for line in [
        "init --parent enp3s0 --gateway 10.0.0.1",
        "init openwrt-router --wan-parent enp3s0",
        "init home-assistant --parent enp3s0 --subnet 192.168.32.0/24 --gateway 192.168.32.1",
        "init home-assistant --parent enp3s0 --subnet 192.168.0.0/16 --gateway 192.168.0.1",
        "init openwrt-router --wan-parent a/b",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        text.push_str(&format!("{line}\n{}", place.run(&words).text()));
    }
    let vlan =
        ["init", "--parent", "enp3s0.10", INIT[3], INIT[4], INIT[5], INIT[6], "--wan-parent", "enp3s0.10"];
    text.push_str(&format!("{}\n{}", vlan.join(" "), place.run(&vlan).text()));
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
        &["nginx-lan", "--address", "lan"],
        &["nginx-lan", "--address", "192.168.1.9/24"],
        &["nginx-lan", "--address", "lan=192.168.1.9", "--address", "lan=192.168.1.10"],
        &["--out", "wrtpod.schema.json"],
        &["--out", "."],
        &["--out", "no where/site.yaml"],
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

/// Each by itself, and what only comes of another one not at all.
#[test]
fn init_tells_all_options_that_will_not_do() {
    let place = Place::new();
    let words = "init home-assistant --parent a/b --subnet 192.168.1.0/33 --gateway 10.0.0.1 --name My_Home --namespace - \
                 --distribution k4s --network iot --network wan=x --network lab=enp3s0.5000 --address lan \
                 --out no/where/site.yaml";
    let words: Vec<&str> = words.split_whitespace().collect();
    check("init-all-faults", &place.run(&words));
    place.write("site.yaml", "");
    check(
        "init-all-faults-unknown",
        &place.run(&["init", "hom-assistant", "--subnet", "x", "--address", "lan=dhcp"]),
    );
}

#[test]
fn addresses_that_are_proposed_one_after_the_other_are_not_the_same() {
    let place = Place::new();
    let iot = ["--network", "iot=enp3s0.2,192.168.32.0/24"];
    assert_eq!(place.run(&[&INIT[..], &iot].concat()).code, Some(0));
    let proposed = |name: &str| {
        let run = place.run(&["render", name]);
        let (_, document) = run.stderr.split_once("\n---\n").expect("a document is proposed");
        format!("---\n{}", document.trim_end())
    };
    let (one, other) = (proposed("home-assistant"), proposed("nginx-lan"));
    let site = place.read("site.yaml");
    place.write("site.yaml", &format!("{site}\n{one}\n{other}\n"));
    let run = place.run(&["render"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
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
    let path = place.here().join("wrtpod.schema.json");
    fs::write(&path, [0xff, 0xfe]).expect("it can be written");
    let run = place.run(&[&INIT[..], &["--out", "a.yaml"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("note: `wrtpod.schema.json` stays as it is"), "{}", run.stderr);
    assert_eq!(fs::read(&path).expect("it is there"), [0xff, 0xfe]);
    fs::remove_file(&path).expect("it is there");
    let refused = || {
        let run = place.run(&[&INIT[..], &["--out", "b.yaml"]].concat());
        assert_eq!((run.code, place.here().join("b.yaml").exists()), (Some(1), false), "{}", run.stderr);
        assert!(run.stderr.contains("`wrtpod.schema.json` is there already, and no file"), "{}", run.stderr);
    };
    std::os::unix::fs::symlink("nowhere", &path).expect("a link can be made");
    refused();
    fs::remove_file(&path).expect("it is there");
    fs::create_dir(&path).expect("a folder can be made");
    refused();
}

#[test]
fn names_that_yaml_reads_as_something_else_are_quoted() {
    let place = Place::new();
    let names = ["null", "true", "123", "1e3", "0x10", "2026-11-30", "off", "y"];
    for (at, name) in names.into_iter().enumerate() {
        let (out, network) = (format!("{at}.yaml"), format!("{name}=enp4s0,192.168.40.0/24"));
        let more = [
            "nginx-lan",
            "--address",
            "lan=192.168.1.9",
            "-n",
            name,
            "--name",
            name,
            "--network",
            &network,
            "--out",
            &out,
        ];
        let run = place.run(&[&INIT[..], &more].concat());
        assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
        let rendered = place.run(&["render", "-f", &out]);
        assert_eq!(rendered.code, Some(0), "{name}: {}", rendered.stderr);
        let written = place.read(&out);
        let quoted = [format!("namespace: '{name}'"), format!("namespace: \"{name}\"")];
        assert!(quoted.iter().any(|line| written.contains(line)), "{written}");
        assert!(!rendered.stdout.contains("namespace: default"), "{name}");
    }
    for parent in ["a}b", "{x", "#a", "null", "0", "-", "&a"] {
        let out = format!("of {parent}.yaml");
        let run = place.run(&["init", "--parent", parent, INIT[3], INIT[4], INIT[5], INIT[6], "--out", &out]);
        assert_eq!(run.code, Some(0), "{parent}: {}", run.stderr);
        let rendered = place.run(&["render", "openwrt", "-f", &out]);
        assert_eq!(rendered.code, Some(0), "{parent}: {}", rendered.stderr);
        let links = [parent, &parent.replace('"', "\\\"")].map(|parent| format!("\"master\":\"{parent}\""));
        assert!(links.iter().any(|link| rendered.stdout.replace(": ", ":").contains(link)), "{parent}");
    }
}
