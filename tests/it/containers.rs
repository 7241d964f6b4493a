//! Containers beside an appliance's own: how documents are merged, what is said of them, and how they go through charts and back.

use serde_json::{Value, json};

use crate::import::{self, imported, imported_entry};
use crate::place::Place;
use crate::support::outcome;

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n  salt: b2f1c4d8\n  \
                    networks:\n    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}\n";

/// Documents of a site with an appliance whose spec has these further lines.
fn site(appliance: &str) -> String {
    format!(
        "{SITE}---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: web}}\nspec:\n  \
         interfaces:\n    - {{network: lan, address: 192.168.1.80/24}}\n{appliance}"
    )
}

/// What the program renders of the appliance's pod.
fn pod(place: &Place, arguments: &[&str]) -> Value {
    let run = place.run(&[&["render", "-o", "json"], arguments].concat());
    assert_eq!(run.code, Some(0), "{}", run.text());
    let list: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.text()));
    let workload = list["items"].as_array().into_iter().flatten().find(|one| one["kind"] == "StatefulSet");
    workload.expect("there is a workload")["spec"]["template"]["spec"].clone()
}

fn images(pod: &Value) -> Vec<&str> {
    pod["containers"].as_array().into_iter().flatten().filter_map(|one| one["image"].as_str()).collect()
}

#[test]
fn later_words_change_a_container_and_the_others_stay() {
    let place = Place::new();
    place.write("site.yaml", &site(
        "  from: nginx-lan\n  containers:\n    b: {image: 'x/b:1', user: 7}\n    a: {image: 'x/a:1', args: [one, two]}\n",
    ));
    place.write("later.yaml", "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: web}\nspec: {containers: {a: {args: [three]}}}\n");
    let pod =
        pod(&place, &["web", "-f", "site.yaml", "-f", "later.yaml", "--set", "containers.b.image=x/b:2"]);
    assert_eq!(images(&pod)[1..], ["x/a:1", "x/b:2"]);
    assert_eq!(pod["containers"][1]["args"], json!(["three"]));
    assert_eq!(pod["containers"][2]["securityContext"]["runAsUser"], 7);
}

/// What holds of the appliance's image, such as where it lies, need not hold of others.
#[test]
fn each_image_has_its_own_pull_policy() {
    let place = Place::new();
    place.write("site.yaml", &site(
        "  image: localhost/web:1\n  imagePullPolicy: Never\n  containers: {a: {image: 'x/a:1'}, b: {image: 'x/b:1', imagePullPolicy: Always}}\n",
    ));
    let pod = pod(&place, &["web", "-f", "site.yaml"]);
    let policies = ["initContainers", "containers"].map(|list| pod[list].as_array().cloned());
    let policies: Vec<Value> =
        policies.into_iter().flatten().flatten().map(|one| one["imagePullPolicy"].clone()).collect();
    assert_eq!(policies, [json!("Never"), json!("Never"), Value::Null, json!("Always")]);
}

/// A container that ends at once must not pass for one that works, whatever the appliance's own says of itself.
#[test]
fn a_container_without_a_readiness_probe_is_given_time_to_fail() {
    let seconds = |containers: &str| {
        let text = site(&format!(
            "  profile: openwrt\n  image: openwrt/rootfs:x86-64-24.10.4\n  containers: {{{containers}}}\n"
        ));
        let outcome = outcome("site.yaml", &text);
        let sets = outcome.sets.iter().flat_map(|set| set.iter());
        let workload = sets.into_iter().find(|one| one.identity.kind == "StatefulSet").expect("there is one");
        workload.value["spec"]["minReadySeconds"].clone()
    };
    assert_eq!(seconds(""), Value::Null);
    assert_eq!(seconds("a: {image: 'x/a:1'}"), 10);
    assert_eq!(seconds("a: {image: 'x/a:1', probes: {readiness: {exec: ['true']}}}"), Value::Null);
}

#[test]
fn one_that_may_start_as_root_is_told_of() {
    let place = Place::new();
    for (profile, own) in
        [("openwrt\n  image: openwrt/rootfs:x86-64-24.10.4", false), ("generic\n  image: x/web:1", true)]
    {
        place.write("site.yaml", &site(&format!(
            "  profile: {profile}\n  containers: {{a: {{image: 'x/a:1'}}, b: {{image: 'x/b:1', user: 7}}, c: {{image: 'x/c:1', capabilities: {{s6: its init}}}}}}\n"
        )));
        let said = place.run(&["render", "web", "-f", "site.yaml"]).stderr;
        assert_eq!(said.contains("note: `web` names no capabilities"), own, "{said}");
        assert!(said.contains("the container `a` of `web` names no capabilities"), "{said}");
        assert!(
            said.contains("with `capabilities: {root-entrypoint: REASON}` under `containers.a` it can"),
            "{said}"
        );
        assert!(!said.contains("`b`") && !said.contains("`c`"), "{said}");
    }
}

#[test]
fn the_reasons_of_each_are_explained() {
    let place = Place::new();
    place.write("site.yaml", &site(
        "  from: nginx-lan\n  volumes: {logs: {mountPath: /logs, emptyDir: true}}\n  \
         containers: {watch: {image: 'x/watch:1', user: 7, mounts: {logs: /in}, capabilities: {NET_RAW: it pings the cameras}}}\n",
    ));
    let said = place.run(&["render", "web", "-f", "site.yaml", "--explain"]).stdout;
    for part in [
        "container watch runs as user 7, group 7",
        "capabilities of container watch (all others are dropped)\n    NET_RAW: it pings the cameras",
        "mounts of container watch\n    /in: a folder that goes with the pod",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn they_go_through_a_chart_and_back() {
    let text = site(
        "  from: nginx-lan\n  ports: {metrics: {port: 9100}}\n  containers:\n    watch:\n      image: x/watch:1\n      imagePullPolicy: Always\n      \
         command: [/bin/watch]\n      args: ['$(A)', '$$']\n      env: {A: 'on', B: {configMapKeyRef: {name: c, key: k}}}\n      \
         envFrom: [{secret: login, prefix: P_}]\n      user: 7\n      group: 8\n      \
         probes: {startup: {exec: ['true']}, readiness: {tcp: metrics}, liveness: {http: {path: /x, port: metrics}, periodSeconds: 3}}\n      \
         resources: {requests: {cpu: 50m}, limits: {memory: 64Mi}}\n",
    );
    let straight = import::alone(&text, "web");
    let chart = straight.chart.expect("it has a chart");
    let (documents, said) = imported(&chart, &straight.namespace, "web", "");
    assert_eq!(said, "");
    let documents = documents.expect("nothing was refused");
    assert_eq!(import::objects_of(&outcome("<imported>", &documents)), straight.objects, "{documents}");
}

/// What documents have no word for, each at its place.
#[test]
fn what_is_left_out_of_one_is_said() {
    let own = "\
ports: [{name: http, port: 80}]
containers:
  watch:
    image: x/watch:1
    args: [$(A)]
    env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}]
    envFrom: [{configMapRef: {name: c, optional: true}}]
    volumeMounts: [{name: elsewhere, mountPath: /in}]
    capabilities: [NET_RAW]
    resources: {limits: {memory: 64Mi, squat.ai/zigbee: 1}}
    readinessProbe: {tcpSocket: {port: 9100}}
    livenessProbe: {tcpSocket: {port: 80}}
    startupProbe: {httpGet: {port: 80, scheme: HTTPS}}
";
    let (documents, said) = imported_entry("nginx-lan", "nginx-lan", own);
    let mut places: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("warning[not-imported]"))
        .filter_map(|line| line.split('`').nth(1)?.strip_prefix("containers.watch."))
        .collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "args",
            "envFrom[0].configMapRef.optional",
            "env[0].valueFrom",
            "env[1].valueFrom.secretKeyRef.optional",
            "readinessProbe",
            "resources.limits.squat.ai/zigbee",
            "startupProbe",
            "volumeMounts[0]",
        ],
        "{said}"
    );
    let documents = documents.expect("nothing was refused");
    for part in ["NET_RAW: the chart's values ask for it", "tcp: http", "memory: 64Mi", "configMap: c"] {
        assert!(documents.contains(part), "{part}: {documents}");
    }
    assert!(!outcome("<imported>", &documents).diagnostics.has_errors(), "{documents}");
}

/// A probe that states no patience has Kubernetes' own, and mounts are those of the entry or are told, each once.
#[test]
fn what_kubernetes_adds_or_documents_cannot_say_is_not_lost_silently() {
    let own = "\
ports: [{name: web, port: 8123, protocol: UDP}, {name: http, port: 8123}]
containers:
  watch:
    image: x/watch:1
    volumeMounts:
      - {name: config, mountPath: /in}
      - {name: config, mountPath: /again}
      - {name: config, mountPath: /only, readOnly: true}
      - {name: config, mountPath: /part, subPathExpr: a}
    readinessProbe: {tcpSocket: {port: 8123}, successThreshold: 1}
    livenessProbe: {}
    startupProbe: {exec: {}}
";
    let (documents, said) = imported_entry("home-assistant", "home-assistant", own);
    let documents = documents.expect("nothing was refused");
    for part in ["timeoutSeconds: 1", "config: /in", "tcp: http"] {
        assert!(documents.contains(part), "{part}: {documents}");
    }
    assert!(!documents.contains("liveness"), "{documents}");
    let told: Vec<&str> = said.lines().filter(|line| line.contains("`containers.watch.")).collect();
    let places: Vec<&str> = told.iter().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(
        places.iter().map(|place| place.trim_start_matches("containers.watch.")).collect::<Vec<_>>(),
        ["volumeMounts[1]", "volumeMounts[2]", "volumeMounts[3]", "startupProbe"],
        "{said}"
    );
    assert!(said.contains("a document mounts a volume once, and as the appliance does"), "{said}");
}
