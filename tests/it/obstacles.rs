//! What stands in the way on a cluster, as `doctor` finds it and as `deploy` meets it: one finding, with the same code, place and
//! help.

use serde_json::{Value, json};
use wrtpod_test_server::{Ask, Fake, Reply};

use crate::place::{Place, Run};

const SITE: &str = "\
apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  salt: b2f1c4d8
  namespace: appliances
  distribution: k3s
  nodes: {node1: {parents: [eth1]}}
  networks:
    lan: {existing: {name: lan, namespace: network}, subnet: 192.168.1.0/24}
---
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: router}
spec:
  from: openwrt
  image: openwrt/rootfs@sha256:0000000000000000000000000000000000000000000000000000000000000000
  secret: login
  interfaces: [{network: lan, address: 192.168.1.2/24}]
";

/// A cluster with a node and the namespace, and nothing else.
fn answer(ask: &Ask) -> Reply {
    let path = ask.path.split('?').next().unwrap_or_default();
    let found = match path {
        "/version" => json!({"gitVersion": "v1.34.4"}),
        "/api/v1/namespaces/appliances" => {
            json!({"metadata": {"name": "appliances", "uid": "u", "resourceVersion": "1"}, "status": {"phase": "Active"}})
        }
        "/api/v1/nodes" => {
            json!({"items": [{"metadata": {"name": "node1", "labels": {"kubernetes.io/hostname": "node1"}}, "spec": {},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]}}]})
        }
        _ if ask.method == "POST" => return Reply::status(201).body(&ask.body),
        // A list has no name at its end.
        _ if path.split('/').skip_while(|part| *part != "v1").count() % 2 == 0 => json!({"items": []}),
        _ => {
            return Reply::status(404)
                .body(json!({"kind": "Status", "code": 404, "message": "not found"}).to_string());
        }
    };
    Reply::status(200).header("Content-Type", "application/json").body(found.to_string())
}

/// The same with an appliance whose image cannot be had.
fn answer_of_broken(ask: &Ask) -> Reply {
    let labels = json!({"app.kubernetes.io/instance": "router", "app.kubernetes.io/managed-by": "wrtpod"});
    let metadata = |name: &str| json!({"name": name, "namespace": "appliances", "uid": name, "generation": 1, "labels": labels});
    let container = json!({"name": "openwrt", "image": "openwrt:none"});
    let item = match ask.path.split('?').next().unwrap_or_default().rsplit('/').next() {
        Some("statefulsets") => json!({"metadata": metadata("router"),
            "spec": {"replicas": 1, "serviceName": "router", "selector": {"matchLabels": labels},
                "template": {"spec": {"containers": [container]}}},
            "status": {"observedGeneration": 1, "replicas": 1}}),
        Some("pods") => {
            json!({"metadata": metadata("router-0"), "spec": {"nodeName": "node1", "containers": [container]},
            "status": {"phase": "Pending", "podIP": "10.0.0.1", "conditions": [{"type": "PodScheduled", "status": "True"}],
                "containerStatuses": [{"name": "openwrt", "image": "openwrt:none", "imageID": "", "ready": false, "restartCount": 0,
                    "state": {"waiting": {"reason": "ErrImagePull", "message": "openwrt:none: not found"}}}]}})
        }
        _ => return answer(ask),
    };
    let list = json!({"items": [item]}).to_string();
    Reply::status(200).header("Content-Type", "application/json").body(list)
}

/// A folder with documents and a kubeconfig of that cluster, which answers as long as the test runs.
fn place(answer: fn(&Ask) -> Reply) -> Place {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let server = Fake::new(answer).await;
            tell.send(server.host.clone()).expect("the test waits for it");
            std::future::pending::<()>().await;
        });
    });
    let place = Place::new();
    let host = told.recv().expect("it starts");
    place.write("site.yaml", SITE).write(
        "kubeconfig",
        &format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{{name: a, cluster: {{server: \"http://{host}\"}}}}]\n\
             users: [{{name: a, user: {{}}}}]\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\n"
        ),
    );
    place
}

fn run(place: &Place, words: &[&str]) -> Run {
    place.run(&[words, &["--kubeconfig", "kubeconfig"]].concat())
}

/// The findings of a run, each with its excerpt and help.
fn findings(run: &Run) -> Vec<String> {
    run.stderr.split("\n\n").filter(|part| part.contains("]: ")).map(str::to_owned).collect()
}

#[test]
fn deploy_shows_an_obstacle_as_doctor_does() {
    let place = place(answer);
    let doctor = run(&place, &["doctor", "router"]);
    assert_eq!(doctor.code, Some(1));
    insta::assert_snapshot!("obstacles-doctor", format!("{}{}", doctor.stdout, doctor.stderr));
    let deploy = run(&place, &["deploy", "router"]);
    assert_eq!(deploy.code, Some(1));
    insta::assert_snapshot!("obstacles-deploy", deploy.stderr);
    let (all, met) = (findings(&doctor), findings(&deploy));
    assert!(!met.is_empty() && met.iter().all(|finding| all.contains(finding)), "{all:#?}{met:#?}");
    for (words, action) in
        [(["deploy", "router", "--dry-run", "server"].as_slice(), "deploy"), (&["diff", "router"], "compare")]
    {
        let other = run(&place, words);
        assert_eq!(findings(&other), met, "{words:?}");
        assert!(other.stderr.ends_with(&format!("error: failed to {action} router\n")), "{}", other.stderr);
    }
}

#[test]
fn machines_read_the_same_of_both() {
    let place = place(answer);
    let doctor = run(&place, &["doctor", "router", "-o", "json"]);
    let report: Value = serde_json::from_str(&doctor.stdout).expect("JSON");
    let deploy = run(&place, &["deploy", "router", "--message-format", "json"]);
    let lines: Vec<Value> =
        deploy.stderr.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let found = report["findings"].as_array().expect("a list");
    let same = |one: &Value, other: &Value| {
        ["code", "severity", "message", "help", "file", "line", "column", "object", "log"]
            .iter()
            .all(|key| one[key] == other[key])
    };
    let met: Vec<&Value> = lines.iter().filter(|line| !line["help"].is_null()).collect();
    assert!(
        !met.is_empty() && met.iter().all(|line| found.iter().any(|one| same(one, line))),
        "{found:?} {lines:?}"
    );
}

#[test]
fn what_status_finds_has_a_code_and_what_to_do() {
    let place = place(answer_of_broken);
    let words = ["status", "router", "-n", "appliances"];
    insta::assert_snapshot!("obstacles-status", run(&place, &words).stdout);
    let json = run(&place, &[&words[..], &["-o", "json"]].concat());
    let report: Value = serde_json::from_str(&json.stdout).expect("JSON");
    insta::assert_snapshot!("obstacles-status-json", format!("{:#}", report[0]["problems"]));
}
