//! The program as it is typed: exit code, stdout and stderr in one snapshot.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use wrtpod::explain;

use crate::place::{Place, check};

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n  salt: b2f1c4d8\n  \
                    networks:\n    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}\n";

const WEB: &str = "---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: web}\nspec:\n  \
                   from: nginx-lan\n  interfaces:\n    - {network: lan, address: 192.168.1.80/24}\n";

#[test]
fn render_finds_its_documents() {
    let place = Place::new();
    check("render-no-site", &place.run(&["render", "openwrt"]).short());
    check("render-no-site-json", &place.run(&["--message-format", "json", "render", "openwrt"]).short());
    place.write("site.yaml", SITE);
    check("render-site", &place.run(&["render", "openwrt"]).short());
    check("render-nothing", &place.run(&["render"]));
    place.write("web.yaml", WEB).write("more.yaml", &WEB.replace("192.168.1.80", "192.168.1.81"));
    check("render-files", &place.run(&["render", "-f", "site.yaml", "-f", "web.yaml"]).short());
    let later = place.run(&["render", "-f", "site.yaml", "-f", "web.yaml", "-f", "more.yaml"]);
    assert!(later.stdout.contains("192.168.1.81/24") && !later.stdout.contains("192.168.1.80"));
    let piped = place.run_with(&["render", "-f", "-"], &format!("{SITE}{WEB}"));
    assert_eq!(piped.stdout, place.run(&["render", "-f", "site.yaml", "-f", "web.yaml"]).stdout);
    check("render-no-file", &place.run(&["render", "-f", "sit.yaml"]));
    check("render-folder", &place.run(&["render", "-f", "."]));
    fs::write(place.here().join("latin.yaml"), b"a: \xe4\n").expect("it can be written");
    check("render-latin", &place.run(&["render", "-f", "latin.yaml"]));
    check("render-no-site-document", &place.run(&["render", "-f", "web.yaml"]));
}

/// Each run says the same, in the user's words: the files that wrtpod makes beside what it writes have random names.
#[test]
fn what_cannot_be_written_is_named_as_it_was_typed() {
    let place = Place::new();
    place.write("site.yaml", SITE);
    for (arguments, named) in [
        // Nobody can make a file there, not even root.
        (["render", "openwrt", "--with-namespace", "--out", "/proc/out"], "/proc"),
        (["chart", "openwrt", "--package", "--out", "/proc"], "/proc/openwrt-"),
        (["chart", "openwrt", "--set=image=a:1", "--out", "/proc"], "/proc"),
    ] {
        let run = place.run(&arguments);
        let said = run.stderr.strip_prefix(&format!("error: cannot write `{named}")).unwrap_or_default();
        let is_reason = said.contains("`: No such file or directory (os error 2)\n");
        assert!(run.code == Some(3) && is_reason, "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn render_is_told_more() {
    let place = Place::new();
    place.write("site.yaml", &format!("{SITE}{WEB}"));
    let set = place.run(&[
        "render",
        "web",
        "--set",
        "image=nginx:1.28",
        "--set",
        "site.storageClass=fast",
        "-n",
        "shop",
    ]);
    assert_eq!(set.code, Some(0), "{}", set.stderr);
    assert!(set.stdout.contains("image: nginx:1.28") && set.stdout.contains("namespace: shop"));
    assert!(!set.stdout.contains("namespace: default"));
    let listed =
        place.run(&["render", "web", "--set", "interfaces[0].address=[192.168.1.81/24,192.168.1.82/24]"]);
    assert!(listed.stdout.contains("\"ips\":[\"192.168.1.81/24\",\"192.168.1.82/24\"]"), "{}", listed.stderr);
    check("render-set-without-value", &place.run(&["render", "web", "--set", "image"]));
    check("render-set-several", &place.run(&["render", "web", "openwrt", "--set", "image=a:1"]));
    check(
        "render-set-nowhere",
        &place.run(&["render", "web", "--set", "imgae=a:1", "--set", "interfaces[3].mac=x"]),
    );
    check("render-bad-namespace", &place.run(&["render", "web", "-n", "Shop"]));
    check("render-unknown", &place.run(&["render", "opnwrt"]));
    check("render-namespace", &place.run(&["render", "web", "--with-namespace"]).short());
    let json = place.run(&["render", "openwrt", "--with-namespace", "-o", "json"]);
    let list: serde_json::Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    let kept = |kind| {
        list["items"].as_array()?.iter().find(|item| item["kind"] == kind)?["metadata"].get("annotations")
    };
    assert!(kept("Namespace").is_some());
    assert_eq!(kept("Namespace"), kept("PersistentVolumeClaim"));
    let twice = place.run(&["render", "web", "web"]);
    assert_eq!(twice.stdout, place.run(&["render", "web"]).stdout);
    let json = place.run(&["render", "web", "-o", "json"]);
    let list: serde_json::Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    assert_eq!((&list["kind"], list["items"].as_array().map(Vec::len)), (&"List".into(), Some(5)));
    check("render-usage", &place.run(&["render", "--out", "x", "--explain"]));
}

#[test]
fn folders_are_wrtpods_own() {
    let place = Place::new();
    place.write("site.yaml", &format!("{SITE}{WEB}"));
    check("out", &place.run(&["render", "--out", "out", "web", "openwrt"]));
    let before = place.names("out");
    assert!(before.contains(&"statefulset-openwrt.yaml".to_owned()), "{before:?}");
    assert_eq!(place.run(&["render", "--out", "out", "web"]).code, Some(0));
    let after = place.names("out");
    assert!(
        !after.contains(&"statefulset-openwrt.yaml".to_owned()) && after.len() < before.len(),
        "{after:?}"
    );
    // A file of somebody else's stays, and one that was changed is not written over.
    place.write("out/mine.txt", "mine").write("out/service-openwrt.yaml", "mine");
    check("out-changed", &place.run(&["render", "--out", "out", "web", "openwrt"]));
    assert_eq!(place.names("out").len(), after.len() + 2);
    fs::remove_file(place.here().join("out/service-openwrt.yaml")).expect("it is there");
    assert_eq!(place.run(&["render", "--out", "out", "web", "openwrt"]).code, Some(0));
    check("out-less", &place.run(&["render", "--out", "out", "web"]));
    assert!(place.names("out").contains(&"mine.txt".to_owned()));
    place.write("plain", "a file");
    check("out-file", &place.run(&["render", "--out", "plain", "web"]));
    check("out-here", &place.run(&["render", "--out", ".", "web"]));
    assert_eq!(place.names(""), ["out", "plain", "site.yaml"]);
    // A fault in the documents: nothing is written either.
    check("out-fault", &place.run(&["render", "--out", "new", "web", "--set", "replicas=2"]));
    assert_eq!(place.names(""), ["out", "plain", "site.yaml"]);
}

#[test]
fn what_comes_with_the_binary() {
    let place = Place::new();
    check("help", &place.run(&["--help"]));
    check("no-verb", &place.run(&[]));
    check("unknown-verb", &place.run(&["rendr"]));
    check("catalog", &place.run(&["catalog"]));
    check("catalog-show", &place.run(&["catalog", "show", "openwrt"]));
    check("catalog-unknown", &place.run(&["catalog", "show", "openwrt-ruoter"]));
    check("catalog-far", &place.run(&["catalog", "show", "windows"]));
    for kind in [&["schema"][..], &["schema", "site"], &["schema", "appliance"]] {
        let run = place.run(kind);
        let schema: serde_json::Value = serde_json::from_str(&run.stdout).expect("it is JSON");
        assert!(schema["$schema"].is_string() && run.code == Some(0));
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = place.run(&["completions", shell]);
        assert!(run.code == Some(0) && run.stdout.contains("wrtpod") && run.stderr.is_empty());
    }
    check("completions-unknown", &place.run(&["completions", "csh"]));
}

#[test]
fn explain_has_every_page() {
    let place = Place::new();
    check("explain", &place.run(&["explain"]));
    check("explain-unknown", &place.run(&["explain", "duplicate-mc"]));
    for page in explain::RULES.iter().chain(explain::TOPICS) {
        let run = place.run(&["explain", page.name]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), page.text));
    }
}

#[test]
fn deploy_does_not_guess() {
    let place = Place::new();
    check("deploy-no-site", &place.run(&["deploy", "openwrt"]));
    check("deploy-nothing", &place.run(&["deploy"]));
    check("doctor-no-site", &place.run(&["doctor"]));
    place.write("site.yaml", SITE);
    check("deploy-no-kubeconfig", &place.run(&["deploy", "openwrt"]));
    check("deploy-missing-kubeconfig", &place.run(&["deploy", "openwrt", "--kubeconfig", "none.yaml"]));
    place.write("broken.yaml", "a: [");
    check("deploy-broken-kubeconfig", &place.run(&["deploy", "openwrt", "--kubeconfig", "broken.yaml"]));
    place.write("kubeconfig", &kubeconfig(1));
    check(
        "deploy-unknown-context",
        &place.run(&["deploy", "openwrt", "--kubeconfig", "kubeconfig", "--context", "x"]),
    );
    let run = place.run(&["deploy", "openwrt", "--dry-run", "client"]);
    assert_eq!(run.code, Some(0));
    check("deploy-bad-time", &place.run(&["deploy", "openwrt", "--timeout", "soon"]));
}

/// A kubeconfig whose server is a port of this machine.
fn kubeconfig(port: u16) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: 'https://127.0.0.1:{port}'}}}}]\nusers: [{{name: a, user: {{token: t}}}}]\n"
    )
}

#[test]
fn a_server_out_of_reach_is_said_within_seconds() {
    let place = Place::new();
    place.write("site.yaml", SITE);
    // A port that was free a moment ago, and one that accepts and never answers.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let closed = closed.expect("a port is free").port();
    place.write("kubeconfig", &kubeconfig(closed));
    for verb in ["deploy", "diff", "doctor", "status", "delete"] {
        let start = Instant::now();
        let mut run = place.run(&[verb, "openwrt", "--kubeconfig", "kubeconfig"]);
        assert!(start.elapsed() < Duration::from_secs(20), "{verb} took {:?}", start.elapsed());
        // How often it is tried again, and whether that is said before the end, is a matter of time.
        let said = run.stderr.replace(&closed.to_string(), "[PORT]");
        run.stderr = said.lines().filter(|line| !line.starts_with("trying again")).fold(
            String::new(),
            |mut text, line| {
                text.push_str(line);
                text.push('\n');
                text
            },
        );
        check(&format!("unreachable-{verb}"), &run);
    }
}

#[test]
fn a_reader_that_goes_is_no_fault() {
    let place = Place::new();
    for arguments in [
        &["render"][..],
        &["schema"],
        &["explain"],
        &["completions", "bash"],
        &["render", "openwrt", "--explain"],
    ] {
        let mut child = place
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        drop(child.stdout.take());
        let run = place.of(&child.wait_with_output().expect("it ends"));
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.contains("panic"), "{}", run.stderr);
    }
}

#[test]
fn all_faults_of_all_files_in_one_run() {
    let place = Place::new();
    place.write("site.yaml", &SITE.replace("gateway: 192.168.1.1", "gateway: 192.168.2.1"));
    place.write("web.yaml", &WEB.replace("192.168.1.80/24", "192.168.1.80/25, mac: 33:33:00:00:00:01"));
    place.write("other.yaml", &WEB.replace("name: web", "name: other").replace("from", "form"));
    place.write("third.yaml", &WEB.replace("name: web", "name: third").replace("nginx-lan", "ngnix-lan"));
    let files = ["render", "-f", "site.yaml", "-f", "web.yaml", "-f", "other.yaml", "-f", "third.yaml"];
    check("all-faults", &place.run(&files));
    check("all-faults-json", &place.run(&[&["--message-format", "json"], &files[..]].concat()));
    let colour = place.run(&[&["--color", "always"], &files[..]].concat());
    assert!(colour.stderr.contains("\u{1b}["));
}

#[test]
fn warnings_stop_nothing() {
    let place = Place::new();
    place.write("site.yaml", &format!("{SITE}{WEB}  image: nginx:latest\n"));
    check("warning", &place.run(&["render", "web"]).short());
    check("warning-json", &place.run(&["--message-format", "json", "render", "web"]).short());
}

#[test]
fn nothing_is_read_from_elsewhere() {
    let place = Place::new();
    fs::create_dir_all(place.folder.path().join("home/.kube")).expect("a folder can be made");
    place.write("site.yaml", &format!("{SITE}{WEB}"));
    let plain = place.run(&["render", "web"]).stdout;
    let mut noisy = place.command(&["render", "web"]);
    noisy
        .env("KUBECONFIG", "/none")
        .env("TZ", "Asia/Tokyo")
        .env("LANG", "de_DE.UTF-8")
        .env("SOURCE_DATE_EPOCH", "1");
    assert_eq!(place.finish(&mut noisy).stdout, plain);
    assert!(Path::new(&place.here()).exists());
}
