//! What holds of every message, whatever it says.

use serde_json::Value;

use crate::place::Place;

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n  salt: b2f1c4d8\n  \
                    networks:\n    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}\n";

/// A kubeconfig whose server is a port that nobody listens on.
fn kubeconfig() -> String {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: 'https://127.0.0.1:{}'}}}}]\nusers: [{{name: a, user: {{token: t}}}}]\n",
        closed.expect("a port is free").port()
    )
}

/// Command lines that say something, on a place with a site: with findings, notes, progress, errors, or a wrong word.
const SAYING: [&[&str]; 24] = [
    &[],
    &["rendr"],
    &["template"],
    &["render", "--out"],
    &["render", "--out", "x", "--explain"],
    &["render", "--color", "pink"],
    &["delete"],
    &["catalog", "show", "none"],
    &["explain", "none"],
    &["init"],
    &[
        "init",
        "--parent",
        "enp3s0",
        "--subnet",
        "192.168.1.0/24",
        "--gateway",
        "192.168.1.1",
        "--out",
        "new.yaml",
    ],
    &["render", "none"],
    &["render", "-f", "none.yaml"],
    &["render", "-f", "bad.yaml"],
    &["render", "openwrt", "--set", "imgae=x"],
    &["render", "openwrt", "--out", "folder"],
    &["render", "nginx-lan"],
    &["chart", "openwrt"],
    &["import", "--helm", "bad.yaml", "--chart", "."],
    &["image", "verify", "./none"],
    &["image", "build", "none"],
    &["deploy", "openwrt"],
    &["deploy", "openwrt", "--kubeconfig", "kubeconfig"],
    &["status", "--kubeconfig", "kubeconfig"],
];

/// Every line of stderr is one object, whoever writes it.
#[test]
fn messages_for_machines_are_nothing_but_json() {
    let place = Place::new();
    place.write("site.yaml", SITE).write("bad.yaml", "a: {\nb: c\n").write("kubeconfig", &kubeconfig());
    for arguments in SAYING {
        let run = place.run(&[arguments, &["--message-format", "json"]].concat());
        assert!(!run.stderr.is_empty(), "{arguments:?} says nothing");
        for line in run.stderr.lines() {
            let object: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {line}"));
            let is_text = |key: &str| object[key].as_str().is_some_and(|text| !text.is_empty());
            assert!(["code", "severity", "message"].into_iter().all(is_text), "{arguments:?}: {line}");
        }
        let last: Value =
            serde_json::from_str(run.stderr.lines().last().unwrap_or_default()).unwrap_or_default();
        let failed = run.code != Some(0);
        assert_eq!(last["severity"] == "error", failed, "{arguments:?}: {:?}\n{}", run.code, run.stderr);
    }
}
