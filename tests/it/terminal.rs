//! What the terminal and the shell see: the order of streams, folders of documents, completion.

use std::fs::{self, File};
use std::net::TcpListener;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;

use crate::place::{Place, check};

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n  salt: b2f1c4d8\n  \
                    networks:\n    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}\n";

fn web(name: &str) -> String {
    format!(
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: {name}}}\nspec:\n  from: nginx-lan\n  \
         image: nginx:latest\n  interfaces:\n    - {{network: lan, address: 192.168.1.80/24}}\n"
    )
}

/// stdout and stderr in the order in which they are written.
fn both(place: &Place, arguments: &[&str]) -> String {
    let path = place.here().join("../both");
    let file = File::create(&path).expect("a file can be made");
    let twice = file.try_clone().expect("it can be written twice");
    let status = place.command(arguments).stdout(file).stderr(twice).status().expect("the binary runs");
    assert!(status.success(), "{arguments:?}");
    fs::read_to_string(path).expect("it was written")
}

#[test]
fn what_was_found_comes_behind_the_manifests() {
    let place = Place::new();
    let text = both(&place, &["render", "openwrt"]);
    let (data, said) = text.split_at(text.find("note: ").expect("there are notes"));
    assert!(data.starts_with("apiVersion: ") && data.contains("kind: StatefulSet"));
    assert!(said.starts_with("note: there is no site.yaml here") && !said.contains("kind: "), "{said}");
    place.write("site.yaml", &format!("{SITE}---\n{}", web("web")));
    let text = both(&place, &["render", "web"]);
    let (_, said) = text.split_once("warning[moving-tag]").expect("there is a warning");
    assert!(!said.contains("kind: "), "{said}");
    // A dry run prints manifests, so the same holds.
    let text = both(&place, &["deploy", "web", "--dry-run", "client"]);
    assert!(text.starts_with("apiVersion: "));
}

/// Who looks at what is deployed has read the warnings while the cluster is still silent.
#[test]
fn what_was_found_is_said_before_a_cluster_is_asked() {
    let place = Place::new();
    place.write("site.yaml", &format!("{SITE}---\n{}", web("web")));
    let server = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = server.local_addr().expect("it has one");
    place.write(
        "kubeconfig",
        &format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{{name: a, cluster: {{server: \"http://{address}\"}}}}]\n\
             users: [{{name: a, user: {{}}}}]\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n"
        ),
    );
    let mut command = place.command(&["deploy", "web", "--kubeconfig", "kubeconfig"]);
    let said = place.here().join("said");
    command.stderr(File::create(&said).expect("a file can be made"));
    let mut child = command.spawn().expect("the binary runs");
    let asked = server.accept().expect("it asks the cluster");
    let before = fs::read_to_string(&said).expect("it was written");
    drop((asked, server));
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
    assert!(before.contains("warning[moving-tag]"), "{before}");
    let after = fs::read_to_string(&said).expect("it was written");
    assert!(after.starts_with(&before) && after[before.len()..].contains("error: "), "{after}");
}

/// As kubectl: a proxy of the environment is not for what NO_PROXY lists.
#[test]
fn a_server_that_no_proxy_lists_is_asked_without_one() {
    let place = Place::new();
    // Nobody listens there, and it is no address that is the machine's own by its form.
    place.write(
        "kubeconfig",
        "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: \"https://0.0.0.0:1\"}}]\n\
         users: [{name: a, user: {}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n",
    );
    let said = |no_proxy: &[(&str, &str)]| {
        let mut command = place.command(&["status", "--kubeconfig", "kubeconfig"]);
        command.env("HTTPS_PROXY", "http://proxy.example:3128").envs(no_proxy.iter().copied());
        String::from_utf8(command.output().expect("the binary runs").stderr).expect("it is text")
    };
    let through = "it would go through the proxy";
    for direct in [&[("NO_PROXY", "x, 0.0.0.0/8")][..], &[("NO_PROXY", ""), ("no_proxy", "0.0.0.0:1")]] {
        let said = said(direct);
        assert!(said.contains("https://0.0.0.0:1") && !said.contains(through), "{said}");
    }
    let said = said(&[("NO_PROXY", "10.0.0.0/8")]);
    assert!(said.contains(through) && said.contains("NO_PROXY"), "{said}");
}

#[test]
fn a_folder_stands_for_its_documents() {
    let place = Place::new();
    for name in ["site", "site/below", "none"] {
        fs::create_dir(place.here().join(name)).expect("a folder can be made");
    }
    place.write("site/20-b.yml", &web("b").replace(".80", ".82")).write("site/10-site.yaml", SITE);
    place.write("site/20-a.yaml", &web("a")).write("site/notes.txt", "no document: [");
    place.write("site/below/c.yaml", "no document: [");
    let run = place.run(&["render", "-f", "site"]);
    let named = |name: &str| run.stdout.find(&format!("\nkind: StatefulSet\nmetadata:\n  name: {name}\n"));
    assert!(named("a") < named("b") && named("a").is_some(), "{}", run.stderr);
    let files: Vec<&str> = ["10-site.yaml", "20-a.yaml", "20-b.yml"].to_vec();
    let paths: Vec<String> = files.iter().map(|name| format!("site/{name}")).collect();
    let single: Vec<&str> = paths.iter().flat_map(|path| ["-f", path.as_str()]).collect();
    assert_eq!(run.stdout, place.run(&[&["render"], &single[..]].concat()).stdout);
    check("folder-empty", &place.run(&["render", "-f", "none"]));
}

#[test]
fn where_an_image_goes_is_out_and_its_former_name_still_works() {
    let place = Place::new();
    // What is wrong comes after the command line was understood.
    for option in ["--out", "-o", "--output"] {
        let run = place.run(&["image", "build", "none.yaml", option, "x.tar"]);
        assert_eq!((run.code, run.stderr.contains("none.yaml")), (Some(3), true), "{}", run.stderr);
    }
    assert_eq!(place.run(&["image", "build", "none.yaml", "--out", "a", "-o", "b"]).code, Some(2));
    let help = place.run(&["image", "build", "--help"]).stdout;
    assert!(help.contains("--out <PATH>") && !help.contains("-o,") && !help.contains("--output"), "{help}");
}

/// What bash offers, with the script that `wrtpod completions` prints.
fn offers(place: &Place, line: &str) -> Vec<String> {
    let script = "source <(wrtpod completions bash)\n\
                  COMP_WORDS=($LINE); [[ $LINE == *' ' ]] && COMP_WORDS+=('')\n\
                  COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_TYPE=9\n\
                  _clap_complete_wrtpod wrtpod \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"\n\
                  printf '%s\\n' \"${COMPREPLY[@]}\"";
    let program = cargo_bin("wrtpod");
    let folder = program.parent().expect("it lies in a folder").display();
    let output = Command::new("bash")
        .args(["--norc", "-c", script])
        .current_dir(place.here())
        .env_clear()
        .env("HOME", place.folder.path().join("home"))
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .env("LINE", line)
        .env("KUBECONFIG", "gone:listed")
        .output()
        .expect("bash runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{line}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text.lines().map(|word| word.trim_end().to_owned()).collect()
}

#[test]
fn a_shell_is_offered_names() {
    let place = Place::new();
    place.write("site.yaml", &format!("{SITE}---\n{}", web("opnsense")));
    place.write("other.yaml", &web("ops"));
    place.write(
        "listed",
        "apiVersion: v1\nkind: Config\ncontexts: [{name: cellar, context: {cluster: a, user: a}}]\n",
    );
    place.write(
        "kubeconfig",
        "apiVersion: v1\nkind: Config\ncontexts: [{name: attic, context: {cluster: a, user: a}}, {name: barn, context: {cluster: a, user: a}}]\n",
    );
    let pipe = Command::new("mkfifo").arg(place.here().join("pipe")).status().expect("mkfifo runs");
    assert!(pipe.success());
    for (line, wanted) in [
        ("wrtpod render op", &["opnsense", "openwrt", "openwrt-router"][..]),
        ("wrtpod deploy -f other.yaml op", &["ops", "openwrt", "openwrt-router"]),
        ("wrtpod deploy -fother.yaml op", &["ops", "openwrt", "openwrt-router"]),
        ("wrtpod deploy -f=other.yaml op", &["ops", "openwrt", "openwrt-router"]),
        ("wrtpod deploy --file=other.yaml op", &["ops", "openwrt", "openwrt-router"]),
        ("wrtpod deploy -f pipe op", &["openwrt", "openwrt-router"]),
        ("wrtpod status --kubeconfig pipe --context ", &[""]),
        ("wrtpod init home", &["home-assistant"]),
        ("wrtpod catalog show overlay/w", &["overlay/wireguard"]),
        ("wrtpod image why openwrt-v", &["openwrt-vpn"]),
        ("wrtpod explain duplicate-m", &["duplicate-mac"]),
        ("wrtpod status --kubeconfig kubeconfig --context ", &["attic", "barn"]),
        // Of the files that the verbs read, those that there are.
        ("wrtpod status --context ", &["cellar"]),
        ("wrtpod init --distribution k", &["k3s", "k0s", "kubeadm", "kind"]),
        ("wrtpod comp", &["completions"]),
    ] {
        assert_eq!(offers(&place, line), wanted, "{line}");
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).stdout;
        assert!(script.contains("WRTPOD_COMPLETE"), "{shell}: {script}");
        let fixed = place.run(&["completions", shell, "--static"]).stdout;
        assert!(!fixed.contains("WRTPOD_COMPLETE") && fixed.contains("doctor"), "{shell}");
    }
}

#[test]
fn a_zone_by_name_is_both_a_rule_and_a_name() {
    let place = Place::new();
    place.write("site.yaml", SITE);
    let run = place.run(&["render", "openwrt", "--set", "timezone=America/New_York"]);
    let lines = ["option timezone 'EST5EDT,M3.2.0,M11.1.0'", "option zonename 'America/New York'"];
    assert!(lines.iter().all(|line| run.stdout.contains(line)), "{}{}", run.stdout, run.stderr);
    check("timezone-near", &place.run(&["render", "openwrt", "--set", "timezone=Berlin"]));
    place.write("web.yaml", &web("web").replace("nginx:latest", "nginx:1.29.3"));
    let zone = |zone: &str| {
        place.run(&[
            "render",
            "-f",
            "site.yaml",
            "-f",
            "web.yaml",
            "web",
            "--set",
            &format!("timezone={zone}"),
        ])
    };
    let known = zone("europe/berlin");
    assert!(known.stdout.contains("value: Europe/Berlin") && known.stderr.is_empty(), "{}", known.stderr);
    let file = zone("':Europe/Berlin'");
    assert!(file.stdout.contains("value: \":Europe/Berlin\"") && file.stderr.is_empty(), "{}", file.stderr);
    let unknown = zone("Middle/Earth");
    assert_eq!((unknown.code, unknown.stderr.contains("warning[timezone-name]")), (Some(0), true));
}

#[test]
fn a_path_begins_no_line() {
    let place = Place::new();
    let path = "a\nwarning: b\u{1b}[31m";
    for line in [
        &["render", "-f", path][..],
        &["import", "--helm", path],
        &["image", "lock", path],
        &["image", "verify", path],
    ] {
        let said = place.run(line).stderr;
        assert!(said.contains("a\\n"), "{line:?}: {said}");
        assert!(!said.contains("a\n") && !said.contains('\u{1b}'), "{line:?}: {said}");
    }
}
