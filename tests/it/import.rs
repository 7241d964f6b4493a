//! From the values of a chart back to documents: what they render to, what is left out, what is refused.

use std::fs;

use wrtpod::catalog;
use wrtpod::diag::{Diagnostics, SourceMap, Style, render_text};
use wrtpod::import::{self, Chart, Request};
use wrtpod::spec::Input;
use wrtpod::types::Name;

use crate::place::{Place, check};
use crate::support::{Outcome, outcome};

/// The values that the chart of a catalog entry has.
fn values(entry: &str) -> String {
    let path = format!("{}/tests/it/import/{entry}.yaml", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("each entry has its values")
}

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), text: text.to_owned() }
}

fn chart(entry: &str) -> Chart {
    let metadata = format!("apiVersion: v2\nname: {entry}\nversion: 1.0.0\n");
    Chart { metadata: input("Chart.yaml", &metadata), values: input("values.yaml", &values(entry)) }
}

/// The documents of a release `name` of the chart of `entry` with these values, and what was said.
fn imported(entry: &str, name: &str, own: &str) -> (Option<String>, String) {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let parsed = |text: &str| text.parse::<Name>().expect("a name");
    let (values, chart) = (input("own.yaml", own), chart(entry));
    let (name, namespace) = (parsed(name), parsed("appliances"));
    let request = Request {
        values: &values,
        chart: Some(&chart),
        from: None,
        name: Some(&name),
        namespace: Some(&namespace),
        catalog: catalog::ENTRIES,
    };
    let documents = import::import(&request, &mut sources, &mut diagnostics);
    (documents, render_text(&diagnostics, &sources, Style::Plain))
}

/// The objects of documents, each as JSON.
fn objects(outcome: &Outcome) -> Vec<String> {
    assert!(!outcome.sets.is_empty(), "{}", outcome.text());
    let objects = outcome.sets.iter().flat_map(|set| set.iter());
    let mut texts: Vec<String> = objects.map(|object| object.value.to_string()).collect();
    texts.sort();
    texts
}

/// The entry alone on the example site, with the addresses that it has there.
fn on_the_example_site(entry: &str) -> String {
    let mut documents = catalog::EXAMPLE_SITE.split("---\n");
    let site = documents.next().expect("the site comes first");
    let of_site = documents.find(|document| document.contains(&format!("name: {entry}\n")));
    let bare = format!("apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: {entry}}}\nspec: {{from: {entry}}}\n");
    format!("{site}---\n{}", of_site.map_or(bare, str::to_owned))
}

#[test]
fn charts_of_the_catalog_go_round() {
    for entry in catalog::ENTRIES {
        let (documents, said) = imported(entry.name, entry.name, "");
        assert_eq!(said, "", "{}", entry.name);
        let documents = documents.expect("nothing was refused");
        insta::with_settings!({
            prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/import"
        }, {
            insta::assert_snapshot!(entry.name, documents);
        });
        let round = outcome("<imported>", &documents);
        let straight = outcome("site.yaml", &on_the_example_site(entry.name));
        assert_eq!(objects(&round), objects(&straight), "{}", entry.name);
    }
}

/// Every value that documents have a word for, changed.
const CHANGED: &str = "\
image: {repository: registry.example:5000/openwrt, tag: 24.10.5, pullPolicy: Always}
imagePullSecrets: [{name: regcred}]
fullnameOverride: edge
networks:
  lan: {vlan: 7, mtu: 1400, mode: private, dns: [192.168.1.1, 'fd00::1'], sysctls: {net.ipv4.conf.IFNAME.arp_ignore: 1},
        chain: ['{\"type\": \"bandwidth\", \"ingressRate\": 1000000, \"ingressBurst\": 1000000}']}
  guests: {kind: bridge, parent: br0, vlan: 9, subnets: [10.9.0.0/24], gateways: [10.9.0.1]}
interfaces:
  - {network: lan, name: up, mac: '02:00:00:00:00:01', address: [192.168.1.9/24, 'fd00::9/64'], defaultRoute: true,
     gateways: [192.168.1.2], dns: [192.168.1.3], metric: 7}
  - {network: guests, address: gateway, serve: on, bridge: yes, defaultRoute: false}
hostname: edge-1
timezone: CET-1CEST,M3.5.0,M10.5.0/3
nodes: []
nodeSelector: {role: edge}
tolerations: [{key: edge, operator: Exists}]
resources: {requests: null, limits: {cpu: 2}}
ports: {https: null, dns: {port: 53, protocol: UDP}}
service: {type: LoadBalancer, ports: [http, dns], annotations: {a: b}}
ingress: {enabled: true, host: edge.example, className: nginx, path: /luci, port: http, tlsSecret: cert, annotations: {c: d}}
extraCapabilities: [IPC_LOCK]
labels: {team: net}
annotations: {e: f}
podLabels: {g: h}
podAnnotations: {i: j}
persistence: {mode: system, size: 1Gi, storageClass: '', accessMode: ReadWriteOncePod, packages: reinstall}
uci:
  firewall: [{section: allow_dns, type: rule, options: {src: wan, proto: [tcp, udp], dest_port: 53, enabled: yes}}]
  dropbear: [{section: '@dropbear[0]', options: {Port: 2222}}]
firstBoot: {hello: \"echo '{{ hi }}'\\nexit 0\\n\"}
credentials: {existingSecret: root}
";

#[test]
fn every_value_arrives() {
    let (documents, said) = imported("openwrt", "ignored", CHANGED);
    assert_eq!(said, "");
    let documents = documents.expect("nothing was refused");
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/import"
    }, {
        insta::assert_snapshot!("changed", documents);
    });
    let outcome = outcome("<imported>", &documents);
    assert!(!outcome.diagnostics.has_errors(), "{}", outcome.text());
}

#[test]
fn release_and_chart_give_the_name() {
    let name = |chart: &str, release: &str, own: &str| {
        let documents = imported(chart, release, own).0.expect("nothing was refused");
        let (_, machine) = documents.split_once("---\n").expect("there are two documents");
        machine.lines().find_map(|line| line.strip_prefix("  name: ")).map(str::to_owned)
    };
    assert_eq!(name("openwrt", "openwrt", "").as_deref(), Some("openwrt"));
    assert_eq!(name("openwrt", "my-openwrt", "").as_deref(), Some("my-openwrt"));
    assert_eq!(name("openwrt", "edge", "").as_deref(), Some("edge-openwrt"));
    assert_eq!(name("openwrt", "edge", "fullnameOverride: x").as_deref(), Some("x"));
}

/// What documents have no word for, each at its place.
#[test]
fn what_is_left_out_is_said() {
    let own = "\
affinity: {nodeAffinity: {}}
extraVolumes: [{name: a, emptyDir: {}}]
extraVolumeMounts: [{name: a, mountPath: /a}]
extraEnv: [{name: A, value: b}]
reservedAddresses: [192.168.1.5]
multus: {check: false}
credentials: {passwordHash: $1$secret, authorizedKeys: ssh-ed25519 AAAA}
resources: {limits: {ephemeral-storage: 1Gi, squat.ai/zigbee: 1}, claims: [{name: x}]}
networks:
  lan: {existing: kube-system/lan, create: false}
  dev: {kind: hostDevice, parent: enp5s0, vlan: 3, mtu: 1400, mode: bridge}
volumes: {more: {size: 1Gi}}
";
    let (documents, said) = imported("openwrt", "openwrt", own);
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/import"
    }, {
        insta::assert_snapshot!("left-out", said);
    });
    assert!(!said.contains("secret"), "a password hash is not repeated: {said}");
    assert!(documents.is_some());
    let own = "extraEnv: [{name: A, value: '$$(b)'}, {name: B, value: $(A)}, {name: C, valueFrom: {fieldRef: {fieldPath: x}}}]";
    let (documents, said) = imported("nginx-lan", "nginx-lan", own);
    let places: Vec<&str> = said.lines().filter(|line| line.starts_with("warning")).collect();
    assert_eq!(places.len(), 2, "{said}");
    assert!(places[0].contains("`extraEnv[1].value`") && places[1].contains("`extraEnv[2].valueFrom`"), "{said}");
    assert!(documents.expect("nothing was refused").contains("A: $(b)"));
}

/// One diagnostic for each fault, at its place in the file that has it.
#[test]
fn wrong_values_are_refused_at_their_place() {
    let table = [
        ("adress: 1", "unknown key `adress` in the values"),
        ("interfaces: [{network: lan, adress: dhcp}]", "did you mean `address`?"),
        ("interfaces: [{network: lan, mac: 1}]", "own.yaml:1:34"),
        ("replicas: yes", "expected a whole number, found `true`"),
        ("networks: {lan: {kind: macvtap}}", "`macvtap` is not a kind of network"),
        ("networks: {lan: {chain: ['{']}}", "the plugin is no JSON"),
        ("networks: {lan: {existing: a, kind: ''}}", "`networks.lan` has no `kind`"),
        ("image: {tag: a b}", "has the tag `a b`"),
        ("uci: {dhcp: [{section: a, type: b}, {section: a, type: b}]}", "the section `a` stands twice in `uci.dhcp`"),
        ("image: null", "its values have no `image`"),
        ("- a", "expected the values of a chart (a mapping), found a list"),
        ("a: 1\n---\nb: 2", "a file of values is one document"),
        ("nameOverride: Nope", "own.yaml:1:15"),
    ];
    for (own, want) in table {
        let (documents, said) = imported("openwrt", "openwrt", own);
        assert!(documents.is_none() && said.contains(want), "{own}\n{said}");
        assert_eq!(said.matches("error[").count(), 1, "{own}\n{said}");
    }
}

#[test]
fn import_as_it_is_typed() {
    let place = Place::new();
    place.write("openwrt.yaml", &values("openwrt"));
    check("import-whole", &place.run(&["import", "--helm", "openwrt.yaml", "--from", "openwrt", "--name", "router"]));
    let out = ["import", "--helm", "openwrt.yaml", "--from", "openwrt", "--name", "router", "-n", "net", "--out", "site.yaml"];
    check("import-out", &place.run(&out));
    let rendered = place.run(&["render", "router"]);
    assert_eq!(rendered.code, Some(0), "{}", rendered.stderr);
    check("import-again", &place.run(&out));
    check("import-nameless", &place.run(&["import", "--helm", "openwrt.yaml"]));
    check("import-from", &place.run(&["import", "--helm", "openwrt.yaml", "--from", "openwrd", "--name", "a"]));
    let foreign = "defaultPodOptions: {}\ncontrollers: {main: {containers: {main: {image: {repository: nginx}}}}}\n";
    check("import-foreign", &place.run_with(&["import", "--helm", "-"], foreign));
    // A chart, a part of values, and what the rules say of the documents.
    fs::create_dir(place.here().join("chart")).expect("a folder can be made");
    place.write("chart/Chart.yaml", "name: openwrt\n").write("chart/values.yaml", &values("openwrt"));
    place.write("own.yaml", "interfaces: [{network: lan, address: 10.0.0.1/24}]\n");
    check("import-refused", &place.run(&["import", "--helm", "own.yaml", "--chart", "chart", "-n", "net"]));
}
