//! What holds of every message, whatever it says.

use serde_json::Value;

use crate::place::Place;

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n  salt: b2f1c4d8\n  \
                    networks:\n    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}\n";

/// A kubeconfig whose server is a port that nobody listens on.
fn kubeconfig() -> String {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    kubeconfig_of(&format!("https://127.0.0.1:{}", closed.expect("a port is free").port()))
}

fn kubeconfig_of(server: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n\
         clusters: [{{name: a, cluster: {{server: '{server}'}}}}]\nusers: [{{name: a, user: {{token: t}}}}]\n"
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

/// One that takes connections and says nothing: what is waited for is said, and the end comes soon.
#[test]
fn a_server_that_never_answers_is_named() {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let server = format!("http://{}", listener.local_addr().expect("it has one"));
    place.write("kubeconfig", &kubeconfig_of(&server));
    let start = std::time::Instant::now();
    let run = place.run(&["status", "--kubeconfig", "kubeconfig"]);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(
        lines[..2],
        [
            format!("waiting for an answer of the API server at {server}/"),
            format!("error: failed to reach the API server at {server}/: no answer within 12 s")
        ],
        "{}",
        run.stderr
    );
    assert!(lines[2].starts_with("help: "), "{}", run.stderr);
}

/// What lies behind a recipe comes in one run too, an error for each.
#[test]
fn each_fault_of_a_build_is_an_error() {
    let place = Place::new();
    place.write(
        "x.yaml",
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Image\nmetadata: {name: x}\nspec:\n  base: {amd64: {layout: no.oci}}\n  \
         files: {/etc/a: {file: no-a}, /etc/b: {file: no-b}, /etc/c: {file: x.yaml}}\n",
    );
    let run = place.run(&["image", "build", "x.yaml", "--offline", "--message-format", "json"]);
    let objects = run.stderr.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_default());
    let errors: Vec<Value> = objects.filter(|object| object["severity"] == "error").collect();
    assert_eq!((errors.len(), run.code), (3, Some(1)), "{}", run.stderr);
    for (error, file) in errors.iter().zip(["no-a", "no-b", "no.oci"]) {
        assert!(error["message"].as_str().is_some_and(|text| text.contains(file)), "{error}");
    }
}

/// Values that cannot be read hide neither each other nor what is wrong with the documents.
#[test]
fn all_faults_of_the_command_line_are_told() {
    let place = Place::new();
    let site = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec: {salt: a, networks: {}}\n";
    place.write("site.yaml", &format!("{site}---\nkind: Nonsense\n"));
    let words = ["render", "openwrt", "--set", "image", "--set", "replicas: 2", "-n", "My_Home"];
    let run = place.run(&words);
    for said in [
        "`--set image` has no `=`",
        "`--set replicas…` has no `=`",
        "--namespace: ",
        "unknown kind `Nonsense`",
    ] {
        assert_eq!(run.stderr.matches(said).count(), 1, "{said}: {}", run.stderr);
    }
    assert_eq!(run.code, Some(1));
    place.write("site.yaml", site);
    let run = place.run(&words);
    assert_eq!((run.stderr.matches("error: ").count(), run.code), (3, Some(2)), "{}", run.stderr);
    let run = place.run(&["status", "--set", "site.a", "--set", "site.b"]);
    assert_eq!((run.stderr.matches("error: ").count(), run.code), (2, Some(2)), "{}", run.stderr);
}

/// kubectl passes over a file of KUBECONFIG that is not there.
#[test]
fn a_missing_kubeconfig_is_passed_over() {
    let place = Place::new();
    place.write("kubeconfig", &kubeconfig());
    let mut command = place.command(&["status"]);
    let run = place.finish(command.env("KUBECONFIG", "none:kubeconfig"));
    assert!(run.stderr.contains("failed to reach the API server at https://127.0.0.1:"), "{}", run.stderr);
    let mut command = place.command(&["status"]);
    let run = place.finish(command.env("KUBECONFIG", "none"));
    assert!(
        run.stderr.starts_with("error: failed to read the kubeconfig: there is no `none`\nhelp: "),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("/etc/rancher/k3s/k3s.yaml"), "{}", run.stderr);
}
