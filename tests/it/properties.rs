//! What holds for every input.

use proptest::prelude::*;
use serde_json::Value;
use wrtpod::diag::{Diagnostics, SourceMap};
use wrtpod::plan::{MacSeed, derive_mac};
use wrtpod::spec::Input;
use wrtpod::{catalog, sink, yaml};

use crate::support::{outcome, outcome_of};

const HEAD: &str = "apiVersion: wrtpod.dev/v1alpha1\n";

/// `PROPTEST_CASES=10000` looks further.
pub fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(128), failure_persistence: None, ..ProptestConfig::default() }
}

/// A label, and sometimes something that is none.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![8 => "[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", 1 => "[a-z0-9-]{1,20}", 1 => "(lan|wan|wan6|cluster|dnsmasq|globals|wire|data)"]
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0_u8..3, 0_u8..=255).prop_map(|(net, host)| format!("10.9.{net}.{host}/24")),
        2 => Just("dhcp".to_owned()),
        1 => Just("pool".to_owned()),
        1 => Just("pppoe".to_owned()),
        1 => Just("none".to_owned()),
        1 => Just("gateway".to_owned()),
        1 => any::<[u8; 2]>().prop_map(|[a, b]| format!("'fd00::{a:x}{b:x}/64'")),
        1 => (any::<[u8; 4]>(), 0_u8..=32).prop_map(|([a, b, c, d], bits)| format!("{a}.{b}.{c}.{d}/{bits}")),
    ]
}

fn link() -> impl Strategy<Value = String> {
    let parent = "(enp3s0|enp4s0|enp3s0.2|wlp2s0|enx00e04c680001)";
    prop_oneof![
        6 => (parent, proptest::option::of(0_u16..4100), "(bridge|private|passthru)").prop_map(|(parent, vlan, mode)| {
            let vlan = vlan.map_or(String::new(), |vlan| format!(", vlan: {vlan}"));
            format!("macvlan: {{parent: {parent}{vlan}, mode: {mode}}}")
        }),
        1 => parent.prop_map(|parent| format!("ipvlan: {{parent: {parent}}}")),
        1 => (parent, 1_u16..4095).prop_map(|(parent, id)| format!("vlan: {{parent: {parent}, id: {id}}}")),
        1 => Just("bridge: {name: br0}".to_owned()),
        1 => parent.prop_map(|parent| format!("hostDevice: {{device: {parent}}}")),
    ]
}

fn network() -> impl Strategy<Value = String> {
    let subnet = prop_oneof![
        3 => (0_u8..3).prop_map(|net| format!("subnet: 10.9.{net}.0/24\n      gateway: 10.9.{net}.1")),
        1 => Just("subnet: [10.9.0.0/24, 'fd00::/64']\n      gateway: [10.9.0.1, 'fd00::1']".to_owned()),
        1 => Just("subnet: 10.9.0.0/31\n      gateway: 10.9.0.0".to_owned()),
        1 => Just("subnet: 10.9.0.7/32".to_owned()),
        1 => Just("dns: 1.1.1.1".to_owned()),
        1 => Just("primary: true".to_owned()),
    ];
    let pool = prop_oneof![3 => Just(String::new()), 1 => Just("\n      pool: 10.9.0.200-10.9.0.210\n      nodes: [a]".to_owned())];
    (link(), subnet, pool).prop_map(|(link, subnet, pool)| format!("{link}\n      {subnet}{pool}\n"))
}

fn site() -> impl Strategy<Value = (String, Vec<String>)> {
    proptest::collection::btree_map(name(), network(), 1..5).prop_map(|networks| {
        let names = networks.keys().cloned().collect();
        let networks: String =
            networks.iter().map(|(name, network)| format!("    '{name}':\n      {network}")).collect();
        (
            format!("{HEAD}kind: Site\nmetadata: {{name: home}}\nspec:\n  salt: a\n  networks:\n{networks}"),
            names,
        )
    })
}

/// Lines of the spec, each there or not.
fn extras() -> impl Strategy<Value = String> {
    proptest::sample::subsequence(
        vec![
            "  profile: openwrt\n",
            "  workload: Deployment\n",
            "  strategy: RollingUpdate\n",
            "  replicas: 2\n",
            "  nodes: [a]\n",
            "  ports: {http: {port: 80}, dns: {port: 53, protocol: UDP}}\n",
            "  service: {}\n",
            "  ingress: {host: a.example.org}\n",
            "  volumes: {data: {mountPath: /srv}, x: {mountPath: /var/x, emptyDir: true}}\n",
            "  containers: {b: {image: 'x/b:1', mounts: {x: /x}}, a: {image: 'x/a:1', probes: {liveness: {tcp: http}}}}\n",
            "  devices: [{path: /dev/net/tun}, {resource: a.example/b}]\n",
            "  persistence: {mode: system, size: 1Gi}\n",
            "  uci: {network: {lan: {metric: 5}}, x: {y: {.type: z}}}\n",
            "  firstBoot: {a: echo}\n",
            "  timezone: \"Etc/\\x01\"\n",
            "  tolerations: [{operator: Exists}]\n",
            "  patches: [{kind: StatefulSet, spec: {minReadySeconds: 5}}]\n",
            "  labels: {a: b, 'c d': e}\n",
        ],
        0..10,
    )
    .prop_map(|lines| lines.concat())
}

fn appliance(networks: Vec<String>) -> impl Strategy<Value = String> {
    let switch = "(, serve: true|, defaultRoute: true|, discovery: true|, bridge: true|, metric: 5|||||)";
    let interface = (proptest::sample::select(networks), address(), proptest::option::of(name()), switch);
    (name(), proptest::collection::vec(interface, 0..4), extras()).prop_map(|(name, interfaces, extras)| {
        let interfaces: String = interfaces
            .into_iter()
            .map(|(network, address, name, switch)| {
                let name = name.map_or(String::new(), |name| format!(", name: '{name}'"));
                format!("    - {{network: '{network}', address: {address}{name}{switch}}}\n")
            })
            .collect();
        let interfaces = if interfaces.is_empty() { String::new() } else { format!("  interfaces:\n{interfaces}") };
        format!("---\n{HEAD}kind: Appliance\nmetadata: {{name: '{name}'}}\nspec:\n  image: a/b:1\n{extras}{interfaces}")
    })
}

/// Documents that are mostly right: networks of every kind, each used once by one appliance of one profile.
fn plausible() -> impl Strategy<Value = String> {
    let harmless = vec![
        "  ports: {http: {port: 80}, dns: {port: 53, protocol: UDP}}\n  service: {}\n",
        "  volumes: {files: {mountPath: /srv}, x: {mountPath: /mnt/x, emptyDir: true}}\n",
        "  containers: {b: {image: 'x/b:1', user: 7}, a: {image: 'x/a:1', command: [a], capabilities: {KILL: it stops others}}}\n",
        "  devices: [{path: /dev/net/tun}, {resource: a.example/b}]\n",
        "  tolerations: [{operator: Exists}]\n",
        "  patches: [{kind: StatefulSet, spec: {minReadySeconds: 5}}]\n",
        "  labels: {a: b}\n",
        "  annotations: {a.example/b: '12:30:00'}\n",
        "  nodeSelector: {disk: 'on'}\n",
        "  capabilities: {SYS_NICE: priorities}\n",
        "  hostname: '0644'\n",
    ];
    let extras = proptest::sample::subsequence(harmless, 0..6);
    let networks =
        proptest::collection::btree_map("[a-z][a-z0-9]{0,6}", (0_u8..5, 1_u8..250, any::<bool>()), 1..4);
    (networks, any::<bool>(), "[a-z][a-z0-9]{0,9}", extras).prop_map(|(networks, openwrt, name, extras)| {
        let (mut site, mut interfaces) = (String::new(), String::new());
        for (index, (network, (kind, host, static_address))) in networks.iter().enumerate() {
            let link = match kind {
                0 => format!("macvlan: {{parent: eth{index}}}"),
                1 => format!("macvlan: {{parent: eth{index}, vlan: {host}}}"),
                2 => format!("bridge: {{name: br{index}}}"),
                3 => format!("hostDevice: {{device: eth{index}}}"),
                _ => format!("macvlan: {{parent: eth{index}, mode: passthru}}"),
            };
            site += &format!(
                "    {network}:\n      {link}\n      subnet: [10.9.{index}.0/24, 'fd00:{index}::/64']\n      gateway: 10.9.{index}.254\n"
            );
            let address = match (static_address, openwrt) {
                (true, _) => format!("[10.9.{index}.{host}/24, 'fd00:{index}::{host}/64']"),
                (false, true) => "dhcp".to_owned(),
                (false, false) => "none".to_owned(),
            };
            interfaces += &format!("    - {{network: {network}, address: {address}}}\n");
        }
        let profile = if openwrt { "  profile: openwrt\n" } else { "" };
        format!(
            "{HEAD}kind: Site\nmetadata: {{name: home}}\nspec:\n  salt: a\n  networks:\n{site}---\n{HEAD}kind: Appliance\n\
             metadata: {{name: {name}}}\nspec:\n{profile}  image: a/b:1\n{}  interfaces:\n{interfaces}",
            extras.concat()
        )
    })
}

pub fn documents() -> impl Strategy<Value = String> {
    prop_oneof![wild(), plausible()]
}

/// Documents of which hardly one is right.
fn wild() -> impl Strategy<Value = String> {
    site().prop_flat_map(|(site, names)| {
        proptest::collection::vec(appliance(names), 1..4)
            .prop_map(move |appliances| format!("{site}{}", appliances.concat()))
    })
}

/// Every object as it is read again from the YAML that is rendered.
fn read_again(text: &str) -> Vec<Value> {
    let (mut sources, mut diagnostics) = (SourceMap::new(), Diagnostics::new());
    let file = sources.add("rendered", text);
    let trees = yaml::read(file, &sources, &mut diagnostics);
    assert!(diagnostics.is_empty());
    trees.iter().map(yaml::to_json).collect()
}

proptest! {
    #![proptest_config(config())]

    /// Whatever the documents say: refused with a reason, or rendered; never a panic, and twice the same.
    #[test]
    fn documents_are_refused_or_rendered(text in documents()) {
        let outcome = outcome("random.yaml", &text);
        if outcome.diagnostics.has_errors() {
            prop_assert!(outcome.text().contains("error["));
        } else {
            let rendered = sink::yaml_texts(&outcome.sets).collect::<String>();
            let values: Vec<Value> = outcome.sets.iter().flatten().map(|object| object.value.clone()).collect();
            prop_assert_eq!(read_again(&rendered), values);
            prop_assert_eq!(rendered, sink::yaml_texts(&self::outcome("random.yaml", &text).sets).collect::<String>());
        }
    }

    /// Locally administered, unicast, and of nothing but its seed.
    #[test]
    fn derived_macs_are_unicast(salt in ".{0,20}", namespace in name(), appliance in name(), network in name()) {
        let seed = MacSeed { salt: &salt, namespace: &namespace, appliance: &appliance, network: &network, interface: None };
        let mac = derive_mac(seed);
        prop_assert!(mac.0[0] == 2 && !mac.is_multicast() && !mac.is_zero());
        prop_assert_eq!(mac, derive_mac(seed));
        let others = [
            MacSeed { interface: Some("a"), ..seed },
            MacSeed { appliance: "another-one", ..seed },
            MacSeed { network: "another-one", ..seed },
            MacSeed { namespace: "another-one", ..seed },
            MacSeed { salt: "another one, longer than the first", ..seed },
        ];
        for other in others {
            prop_assert_ne!(mac, derive_mac(other));
        }
    }

    /// A MAC that was asked for stands in the annotation, in small letters and with colons, and nowhere else another.
    #[test]
    fn a_mac_that_was_asked_for_is_the_one_in_the_annotation(bytes in any::<[u8; 6]>(), form in 0_u8..3) {
        let mut bytes = bytes;
        bytes[0] = bytes[0] & 0xfe | 0x02;
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let written = match form {
            0 => hex.join(":"),
            1 => hex.join(":").to_uppercase(),
            _ => hex.join("-"),
        };
        let text = format!(
            "{HEAD}kind: Site\nmetadata: {{name: home}}\nspec:\n  networks:\n    lan: {{macvlan: {{parent: enp3s0}}}}\n\
             ---\n{HEAD}kind: Appliance\nmetadata: {{name: web}}\nspec:\n  image: a/b:1\n  interfaces:\n    \
             - {{network: lan, address: none, mac: '{written}'}}\n"
        );
        let outcome = outcome("mac.yaml", &text);
        prop_assert_eq!(outcome.text(), "");
        let pod = outcome.sets.iter().flatten().find(|object| object.identity.kind == "StatefulSet").expect("there is one");
        let networks = pod.value.pointer("/spec/template/metadata/annotations/k8s.v1.cni.cncf.io~1networks");
        let networks: Value = serde_json::from_str(networks.and_then(Value::as_str).expect("it is a text")).expect("it is JSON");
        prop_assert_eq!(&networks[0]["mac"], &Value::from(hex.join(":")));
        // Unquoted, YAML of 1960 would see a number in base 60.
        let again = read_again(&sink::yaml_texts(&outcome.sets).collect::<String>());
        prop_assert!(again.iter().any(|object| object == &pod.value));
    }
}

/// A generator that only ever gave bad documents would show nothing.
#[test]
fn random_documents_are_of_both_kinds() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let documents = documents();
    let rendered = (0..400)
        .map(|_| documents.new_tree(&mut runner).expect("the strategy rejects nothing").current())
        .filter(|text| !outcome("random.yaml", text).diagnostics.has_errors())
        .count();
    assert!((100..300).contains(&rendered), "{rendered} of 400 were rendered");
}

/// MACs of an appliance by interface.
fn macs(text: &str) -> Vec<(String, String)> {
    let outcome = outcome("macs.yaml", text);
    assert_eq!(outcome.text(), "");
    let plan = outcome.plan.expect("there is a site");
    let mut macs: Vec<(String, String)> = plan
        .appliances
        .iter()
        .flat_map(|appliance| &appliance.nics)
        .map(|nic| {
            (nic.interface.value.clone(), nic.mac.as_ref().map_or(String::new(), |mac| mac.value.to_string()))
        })
        .collect();
    macs.sort();
    macs
}

#[test]
fn macs_do_not_depend_on_the_order_of_interfaces() {
    let site = include_str!("rules/two-default-routes.one.good.yaml");
    let (head, interfaces) = site.split_once("  interfaces:\n").expect("it has interfaces");
    let mut lines: Vec<&str> = interfaces.lines().collect();
    let forwards = macs(site);
    lines.reverse();
    assert_eq!(macs(&format!("{head}  interfaces:\n{}\n", lines.join("\n"))), forwards);
    // Another interface changes none of them.
    let more = macs(&format!("{site}    - {{network: lan, name: third, address: none}}\n"));
    assert!(forwards.iter().all(|mac| more.contains(mac)) && more.len() == 3);
}

/// Documents in another order, and keys of maps in another order: the same objects, appliance by appliance.
#[test]
fn order_of_documents_and_keys_changes_no_object() {
    let documents: Vec<&str> = catalog::EXAMPLE_SITE.split("---\n").collect();
    let sorted = |text: String| {
        let outcome = outcome("order.yaml", &text);
        assert_eq!(outcome.text(), "");
        let mut objects: Vec<String> =
            outcome.sets.iter().flatten().map(|object| yaml::write(&object.value)).collect();
        objects.sort();
        objects
    };
    let forwards = sorted(documents.join("---\n"));
    let backwards: Vec<&str> = documents.iter().rev().copied().collect();
    assert_eq!(sorted(backwards.join("---\n")), forwards);
    let networks = "    lan:\n      macvlan: {parent: enp3s0}\n      subnet: 192.168.1.0/24\n      gateway: 192.168.1.1\n      \
                    pool: 192.168.1.200-192.168.1.216\n";
    assert!(catalog::EXAMPLE_SITE.contains(networks));
    let turned = "    lan:\n      pool: 192.168.1.200-192.168.1.216\n      gateway: 192.168.1.1\n      subnet: 192.168.1.0/24\n      \
                  macvlan: {parent: enp3s0}\n";
    assert_eq!(sorted(catalog::EXAMPLE_SITE.replace(networks, turned)), forwards);
}

#[test]
fn everything_rendered_reads_again() {
    let names: Vec<String> = catalog::ENTRIES.iter().map(|entry| entry.name.to_owned()).collect();
    let site = catalog::EXAMPLE_SITE
        .replace("address: 192.168.1.33/24", "address: 192.168.1.33/24, mac: 12:34:56:78:90:12");
    // Client and router cannot both be there as they are: the router has the gateway's address.
    let outcome = outcome_of(&[Input { name: "site.yaml".to_owned(), text: site }], &names);
    assert_eq!(outcome.text(), "");
    let values: Vec<Value> = outcome.sets.iter().flatten().map(|object| object.value.clone()).collect();
    assert_eq!(read_again(&sink::yaml_texts(&outcome.sets).collect::<String>()), values);
    let list: Value = serde_json::from_str(&sink::json_text(&outcome.sets)).expect("it is JSON");
    assert_eq!(list["items"].as_array(), Some(&values));
}
