//! From the values of a chart back to documents: what they render to, what is left out, what is refused.

use std::fs;

use wrtpod::catalog;
use wrtpod::chart::{self, Defaults, Version};
use wrtpod::diag::{Diagnostics, SourceMap, Style, render_text};
use wrtpod::import::{self, Chart, Request};
use wrtpod::objects::{self, ObjectSet, ScriptsOwner};
use wrtpod::spec::{self, Input};
use wrtpod::types::Name;
use wrtpod::{overlay, plan};

use crate::place::{Place, check};
use crate::support::{Outcome, outcome};

fn input(name: &str, text: &str) -> Input {
    Input { name: name.to_owned(), text: text.to_owned() }
}

/// An appliance that is alone on its site, so that nobody else's addresses are taken.
pub struct Alone {
    pub namespace: String,
    /// Its chart, where it can have one.
    pub chart: Option<Chart>,
    /// The values of its place, where the chart is for any.
    example: String,
    pub objects: Vec<String>,
}

pub fn alone(site: &str, name: &str) -> Alone {
    alone_as(site, name, Defaults::OfSite)
}

fn alone_as(site: &str, name: &str, defaults: Defaults) -> Alone {
    let inputs = [input("site.yaml", site)];
    let named = [name.to_owned()];
    let request = spec::Request {
        inputs: &inputs,
        named: &named,
        catalog: catalog::ENTRIES,
        images: catalog::IMAGES,
        ..spec::Request::default()
    };
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let mut documents = spec::load(&request, &mut sources, &mut diagnostics);
    documents.appliances.retain(|appliance| *appliance.metadata.name == *name);
    let overlays = overlay::gather(&documents, &mut sources, &mut diagnostics);
    let plan = plan::decide(&documents, &overlays, &mut diagnostics).expect("there is a site");
    let built = objects::build(&plan, &plan.appliances[0], ScriptsOwner::Appliance);
    let made = chart::chart(&documents, &overlays, &plan.appliances[0], defaults, &Version::Program).ok();
    let example = made.as_ref().and_then(|made| made.files.get("ci/example-values.yaml").cloned());
    let chart = made.map(|made| Chart {
        metadata: input("Chart.yaml", &made.files["Chart.yaml"]),
        values: input("values.yaml", &made.files["values.yaml"]),
    });
    let objects = texts(&[built]);
    Alone { namespace: plan.namespace, chart, example: example.unwrap_or_default(), objects }
}

/// Objects as JSON, in an order of their own.
fn texts(sets: &[ObjectSet]) -> Vec<String> {
    let mut texts: Vec<String> =
        sets.iter().flat_map(|set| set.iter()).map(|object| object.value.to_string()).collect();
    texts.sort();
    texts
}

pub fn objects_of(outcome: &Outcome) -> Vec<String> {
    assert!(!outcome.sets.is_empty(), "{}", outcome.text());
    texts(&outcome.sets)
}

/// The documents of a release with these values, and what was said.
pub fn imported(chart: &Chart, namespace: &str, release: &str, own: &str) -> (Option<String>, String) {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let parsed = |text: &str| text.parse::<Name>().expect("a name");
    let (values, name, namespace) = (input("own.yaml", own), parsed(release), parsed(namespace));
    let overlays: Vec<&str> = overlay::EMBEDDED.iter().map(|overlay| overlay.name).collect();
    let request = Request {
        values: &values,
        chart: Some(chart),
        from: None,
        name: Some(&name),
        namespace: Some(&namespace),
        catalog: catalog::ENTRIES,
        overlays: &overlays,
    };
    let documents = import::import(&request, &mut sources, &mut diagnostics);
    (documents, render_text(&diagnostics, &sources, Style::Plain))
}

#[test]
fn a_secret_in_the_place_of_a_text_is_not_shown() {
    for own in [
        "extraEnv: [{name: DB_PASSWORD, value: {x: hunter2hunter}}]",
        "extraEnv: [{name: DB_PASS, value: [hunter2hunter, {x: [hunter2hunter]}]}]",
    ] {
        let (documents, said) = imported_entry("nginx-lan", "web", own);
        assert!(documents.is_none() && said.contains("error["), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

/// The same for the chart of a catalog entry on the example site.
pub fn imported_entry(entry: &str, release: &str, own: &str) -> (Option<String>, String) {
    let alone = alone(catalog::EXAMPLE_SITE, entry);
    imported(&alone.chart.expect("each entry has a chart"), &alone.namespace, release, own)
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/import"
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn charts_of_the_catalog_go_round() {
    for entry in catalog::ENTRIES {
        let straight = alone(catalog::EXAMPLE_SITE, entry.name);
        let chart = straight.chart.expect("each entry has a chart");
        let (documents, said) = imported(&chart, &straight.namespace, entry.name, "");
        assert_eq!(said, "", "{}", entry.name);
        let documents = documents.expect("nothing was refused");
        snapshot(entry.name, &documents);
        assert_eq!(objects_of(&outcome("<imported>", &documents)), straight.objects, "{}", entry.name);
    }
}

#[test]
fn charts_for_any_place_go_round_with_the_values_of_one() {
    for entry in catalog::ENTRIES {
        let straight = alone_as(catalog::EXAMPLE_SITE, entry.name, Defaults::AnyPlace);
        let chart = straight.chart.expect("each entry has a chart");
        let (documents, said) = imported(&chart, &straight.namespace, entry.name, &straight.example);
        assert_eq!(said, "", "{}", entry.name);
        let documents = documents.expect("nothing was refused");
        assert_eq!(objects_of(&outcome("<imported>", &documents)), straight.objects, "{}", entry.name);
        let (documents, said) = imported(&chart, &straight.namespace, entry.name, "");
        assert_eq!(documents, None, "{}", entry.name);
        assert!(said.contains("`networks.lan` has no `parent`") || said.contains("address: \"\""), "{said}");
    }
}

/// Those of the examples that charts can be made of. What an image is built with, where a volume is mounted, and who the other
/// router of a pair is, no value says.
#[test]
fn charts_of_the_examples_go_round() {
    let mut count = 0;
    let sites = format!("{}/examples/sites", env!("CARGO_MANIFEST_DIR"));
    for folder in fs::read_dir(sites).expect("there are examples").flatten() {
        let Ok(site) = fs::read_to_string(folder.path().join("site.yaml")) else { continue };
        let outcome_of_site = outcome("site.yaml", &site);
        let Some(plan) = outcome_of_site.plan else { continue };
        for appliance in plan.appliances.iter().filter(|one| one.overlays.is_empty() && one.pair.is_none()) {
            let straight = alone(&site, &appliance.name);
            let Some(chart) = straight.chart else { continue };
            let (documents, said) = imported(&chart, &straight.namespace, &appliance.name, "");
            let documents = documents.expect("nothing was refused");
            if said.contains("where it is mounted") {
                continue;
            }
            assert_eq!(said, "", "{}", appliance.name.value);
            assert_eq!(objects_of(&outcome("<imported>", &documents)), straight.objects, "{documents}");
            count += 1;
        }
    }
    assert!(count >= 3, "{count} charts of examples");
}

/// Every value that documents have a word for, changed.
const CHANGED: &str = "\
image: {repository: registry.example:5000/openwrt, tag: 24.10.5, pullPolicy: Always}
imagePullSecrets: [{name: regcred}]
fullnameOverride: edge
networks:
  lan: {subnets: [192.168.1.0/24, 'fd00::/64'], vlan: 7, mtu: 1400, mode: private, dns: [192.168.1.1, 'fd00::1'], sysctls: {net.ipv4.conf.IFNAME.arp_ignore: 1},
        chain: ['{\"type\": \"veth\", \"mtu\": 1000000, \"hijack\": [\"10.43.0.0/16\"]}']}
  guests: {kind: bridge, parent: br0, vlan: 9, subnets: [10.9.0.0/24], gateways: [10.9.0.1]}
interfaces:
  - {network: lan, name: up, mac: '02:00:00:00:00:01', address: [192.168.1.9/24, 'fd00::9/64'], defaultRoute: true,
     gateways: [192.168.1.2], dns: [192.168.1.3], metric: 7}
  - {network: guests, address: gateway, serve: on, bridge: yes, defaultRoute: false}
hostname: edge-1
timezone: CET-1CEST,M3.5.0,M10.5.0/3
zonename: Europe/Berlin
nodes: []
nodeSelector: {role: edge}
tolerations: [{key: edge, operator: Exists}]
resources: {requests: null, limits: {cpu: 2, squat.ai/zigbee: 2}}
ports: [{name: http, port: 80}, {name: dns, port: 53, protocol: UDP}]
service: {type: LoadBalancer, ports: [http, dns], annotations: {a: b}}
ingress: {enabled: true, host: edge.example, className: nginx, path: /luci, port: http, tlsSecret: cert, annotations: {c: d}}
extraCapabilities: [IPC_LOCK]
labels: {team: net}
annotations: {e: f}
podLabels: {g: h}
podAnnotations: {i: j}
clusterForwarding: true
overlays: [wireguard, adblock]
persistence: {mode: system, size: 1Gi, storageClass: '', accessMode: ReadWriteOncePod, packages: reinstall}
uci:
  firewall: [{section: allow_dns, type: rule, options: {src: wan, proto: [tcp, udp], dest_port: 53, enabled: yes}},
             {section: allow_dns, options: {src: lan}}]
  dropbear: [{section: '@dropbear[0]', options: {Port: 2222}}, {section: '@dropbear[-1]', options: {enable: 0}}]
firstBoot: {hello: \"echo '{{ hi }}'\\nexit 0\\n\"}
credentials: {existingSecret: root}
";

#[test]
fn every_value_arrives() {
    let (documents, said) = imported_entry("openwrt", "ignored", CHANGED);
    assert_eq!(said, "");
    let documents = documents.expect("nothing was refused");
    snapshot("changed", &documents);
    let outcome = outcome("<imported>", &documents);
    assert!(!outcome.diagnostics.has_errors(), "{}", outcome.text());
}

/// A site without a word of its distribution is k3s', which keeps whereabouts' configuration elsewhere: values that name no
/// place for it are not of such a cluster.
#[test]
fn whereabouts_finds_its_configuration_as_before() {
    let own = "networks: {lan: {pool: [192.168.1.200-192.168.1.216], ipam: whereabouts}}\n\
               interfaces: [{network: lan, address: pool}]\n";
    let (documents, said) = imported_entry("home-assistant", "ha", own);
    assert_eq!(said, "");
    let outcome = outcome("<imported>", &documents.expect("nothing was refused"));
    let objects = objects_of(&outcome).join("\n");
    assert!(objects.contains("whereabouts"), "{}", outcome.text());
    assert!(!objects.contains("configuration_path"), "{objects}");
}

#[test]
fn release_and_chart_give_the_name() {
    let name = |release: &str, own: &str| {
        let documents = imported_entry("openwrt", release, own).0.expect("nothing was refused");
        let (_, machine) = documents.split_once("---\n").expect("there are two documents");
        machine.lines().find_map(|line| line.strip_prefix("  name: ")).unwrap_or_default().to_owned()
    };
    assert_eq!(name("openwrt", ""), "openwrt");
    assert_eq!(name("my-openwrt", ""), "my-openwrt");
    assert_eq!(name("edge", ""), "edge-openwrt");
    assert_eq!(name("edge", "fullnameOverride: x"), "x");
    let long = "a".repeat(51);
    assert_eq!(name(&long, ""), long);
}

/// What documents have no word for, each at its place.
#[test]
fn what_is_left_out_is_said() {
    let own = "\
affinity: {nodeAffinity: {}}
nameOverride: other
global: {a: b}
overlays: [wireguard, mine]
image: {overlays: [luci]}
extraVolumes: [{name: a, emptyDir: {}}]
extraVolumeMounts: [{name: a, mountPath: /a}]
extraEnv: [{name: A, value: b}]
reservedAddresses: [192.168.1.5]
multus: {check: false}
credentials: {passwordHash: $1$secret, authorizedKeys: ssh-ed25519 AAAA}
resources: {requests: {squat.ai/tun: 1}, limits: {ephemeral-storage: 1Gi}, claims: [{name: x}]}
networks:
  lan: {create: false}
  dev: {kind: hostDevice, parent: enp5s0, vlan: 3, mtu: 1400, mode: bridge}
volumes: {more: {size: 1Gi}}
";
    let (documents, said) = imported_entry("openwrt", "openwrt", own);
    snapshot("left-out", &said);
    assert!(!said.contains("secret"), "a password hash is not repeated: {said}");
    assert!(documents.is_some());
    let (_, said) = imported_entry("openwrt", "openwrt", "credentials: null");
    assert!(said.contains("`credentials` is not imported"), "{said}");
    let own = "extraEnv: [{name: A, value: '$$(b)'}, {name: B, value: $(A)}, {name: C, valueFrom: {fieldRef: {fieldPath: x}}}]";
    let (documents, said) = imported_entry("nginx-lan", "nginx-lan", own);
    let places: Vec<&str> = said.lines().filter(|line| line.starts_with("warning")).collect();
    assert_eq!(places.len(), 2, "{said}");
    assert!(
        places[0].contains("`extraEnv[1].value`") && places[1].contains("`extraEnv[2].valueFrom`"),
        "{said}"
    );
    assert!(documents.expect("nothing was refused").contains("A: $(b)"));
    let own = "extraEnv: [{name: A, valueFrom: {configMapKeyRef: {name: mqtt, key: host}}}]";
    let (documents, said) = imported_entry("nginx-lan", "nginx-lan", own);
    let documents = documents.expect("nothing was refused");
    assert!(said.is_empty(), "{said}");
    let container = outcome("<imported>", &documents);
    let objects = objects_of(&container).join("\n");
    assert!(
        objects.contains(r#"{"name":"A","valueFrom":{"configMapKeyRef":{"key":"host","name":"mqtt"}}}"#),
        "{objects}"
    );
    let own = "extraEnv: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}, \
               {name: B, valueFrom: {configMapKeyRef: {name: c, key: k, optional: true}}}]\n\
               extraEnvFrom: [{secretRef: {name: s, optional: true}}, {configMapRef: {name: c, optional: true}}]";
    let (documents, said) = imported_entry("nginx-lan", "nginx-lan", own);
    let places: Vec<&str> = said.lines().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(said.matches("is not imported: what a document names has to be there").count(), 4, "{said}");
    for path in [
        "extraEnv[0].valueFrom.secretKeyRef.optional",
        "extraEnv[1].valueFrom.configMapKeyRef.optional",
        "extraEnvFrom[0].secretRef.optional",
        "extraEnvFrom[1].configMapRef.optional",
    ] {
        assert!(places.contains(&path), "{path}: {said}");
    }
    let documents = documents.expect("nothing was refused");
    for part in ["secretKeyRef", "configMapKeyRef", "secret: s", "configMap: c"] {
        assert!(documents.contains(part), "{part}: {documents}");
    }
    let (documents, said) = imported_entry("nginx-lan", "nginx-lan", "user: 1000\ngroup: 0");
    let documents = documents.expect("nothing was refused");
    assert!(said.is_empty() && documents.contains("  user: 1000\n  group: 0\n"), "{said}\n{documents}");
    // Keys of the other profile: the documents have them, and the plan refuses them.
    let (documents, _) = imported_entry("nginx-lan", "nginx-lan", "uci: {dhcp: [{section: a, type: b}]}");
    let refused = outcome("<imported>", &documents.expect("nothing was refused"));
    assert_eq!(refused.codes(), ["profile-mismatch"], "{}", refused.text());
}

/// The machine goes by the rule: a name of another one, such as that of the site which the chart was made from, does not win.
#[test]
fn a_time_zone_is_its_rule() {
    for (own, want, left_out) in [
        ("timezone: EST5EDT,M3.2.0,M11.1.0\nzonename: Europe/Berlin", "EST5EDT,M3.2.0,M11.1.0", true),
        ("timezone: EST5EDT,M3.2.0,M11.1.0\nzonename: America/New_York", "America/New_York", false),
        ("timezone: ''\nzonename: Europe/Berlin", "Europe/Berlin", false),
        ("timezone: EST5EDT,M3.2.0,M11.1.0\nzonename: ''", "EST5EDT,M3.2.0,M11.1.0", false),
    ] {
        let (documents, said) = imported_entry("openwrt", "openwrt", own);
        let documents = documents.expect("nothing was refused");
        assert!(documents.contains(&format!("timezone: {want}\n")), "{own}: {documents}");
        assert_eq!(said.contains("`zonename` is not imported"), left_out, "{own}: {said}");
    }
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
        ("networks: {lan: {kind: ''}}", "`networks.lan` has no `kind`"),
        ("image: {tag: a b}", "has the tag `a b`"),
        ("image: null", "its values have no `image`"),
        ("- a", "expected the values of a chart (a mapping), found a list"),
        ("a: 1\n---\nb: 2", "a file of values is one document"),
        ("image: {overlays: luci}", "own.yaml:1:19"),
        ("nameOverride: Nope", "own.yaml:1:15"),
    ];
    for (own, want) in table {
        let (documents, said) = imported_entry("openwrt", "openwrt", own);
        assert!(documents.is_none() && said.contains(want), "{own}\n{said}");
        assert_eq!(said.matches("error[").count(), 1, "{own}\n{said}");
    }
}

#[test]
fn import_as_it_is_typed() {
    let place = Place::new();
    let Some(chart) = alone(catalog::EXAMPLE_SITE, "openwrt").chart else { panic!("openwrt has a chart") };
    place.write("openwrt.yaml", &chart.values.text);
    let whole = ["import", "--helm", "openwrt.yaml", "--from", "openwrt", "--name", "router"];
    check("import-whole", &place.run(&whole));
    let out = [&whole[..], &["-n", "net", "--out", "site.yaml"]].concat();
    check("import-out", &place.run(&out));
    let rendered = place.run(&["render", "router"]);
    assert_eq!(rendered.code, Some(0), "{}", rendered.stderr);
    check("import-again", &place.run(&out));
    check("import-nameless", &place.run(&["import", "--helm", "openwrt.yaml"]));
    check("import-bare", &place.run(&["import", "--helm", "openwrt.yaml", "--name", "router", "-n", "net"]));
    check(
        "import-from",
        &place.run(&["import", "--helm", "openwrt.yaml", "--from", "openwrd", "--name", "a"]),
    );
    let foreign =
        "defaultPodOptions: {}\ncontrollers: {main: {containers: {main: {image: {repository: nginx}}}}}\n";
    check("import-foreign", &place.run_with(&["import", "--helm", "-"], foreign));
    // A chart's archive is as good as its folder.
    let package = ["chart", "openwrt", "--package", "--chart-version", "1.0.0"];
    assert_eq!(place.run(&package).code, Some(0));
    let archive = "openwrt-1.0.0.tgz";
    place.write("none.yaml", "");
    let of_archive = place.run(&["import", "--helm", "none.yaml", "--chart", archive, "-n", "net"]);
    assert_eq!((of_archive.code, of_archive.stderr.as_str()), (Some(0), ""));
    assert!(of_archive.stdout.contains("from: openwrt"), "{}", of_archive.stdout);
    check("import-no-archive", &place.run(&["import", "--helm", "none.yaml", "--chart", "openwrt.yaml"]));
    // A chart, a part of its values, and what the rules say of the documents.
    fs::create_dir(place.here().join("chart")).expect("a folder can be made");
    place.write("chart/Chart.yaml", &chart.metadata.text).write("chart/values.yaml", &chart.values.text);
    place.write("own.yaml", "interfaces: [{network: lan, address: 10.0.0.1/24}]\n");
    check("import-refused", &place.run(&["import", "--helm", "own.yaml", "--chart", "chart", "-n", "net"]));
}
