//! All independent faults come in one run, and nothing that only comes of another fault.

use crate::support::outcome;

const SITE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec:\n";
const APPLIANCE: &str =
    "---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: web}\nspec:\n";
const LAN: &str = "  salt: x\n  networks:\n    lan: {macvlan: {parent: e0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}\n";

/// The codes of what is found, sorted.
fn found(text: &str) -> Vec<&'static str> {
    let mut codes = outcome("a.yaml", text).codes();
    codes.sort_unstable();
    codes
}

fn check(text: &str, want: &[&str]) {
    assert_eq!(found(text), want, "{text}\n{}", outcome("a.yaml", text).text());
}

/// The fault of the reader that used to hide what the plan and the rules find.
#[test]
fn a_wrong_word_hides_nothing() {
    check(
        &format!(
            "{SITE}  salt: x\n  networks:\n    lan: {{macvlan: {{parent: e0, mode: brigde}}, subnet: 192.168.1.0/24, gateway: 192.168.2.1}}\n\
             {APPLIANCE}  image: nginx:1.29.3\n  interfaces:\n    - {{network: lan, address: 192.168.1.80/25, mac: '33:33:00:00:00:01'}}\n    - {{network: wan, address: dhcp}}\n"
        ),
        &["address-prefix", "bad-value", "gateway-outside-subnet", "mac-not-unicast", "unknown-network"],
    );
}

/// Values of every kind that cannot be read, each beside a fault that the rules find.
#[test]
fn each_kind_of_unread_value_leaves_the_rest() {
    let web = |spec: &str| format!("{SITE}{LAN}{APPLIANCE}{spec}");
    let nic = "  interfaces: [{network: lan, address: 192.168.1.80/25}]\n";
    // (a spec, the code of the reader)
    let table = [
        (format!("  image: Nginx:1\n{nic}"), "bad-value"),
        (format!("  image: nginx:1.29.3\n  replicas: many\n{nic}"), "wrong-type"),
        (format!("  image: nginx:1.29.3\n  ports: [80]\n{nic}"), "wrong-type"),
        (format!("  image: nginx:1.29.3\n  capabilities: {{NET_ADMN: x}}\n{nic}"), "bad-value"),
        (format!("  image: nginx:1.29.3\n  workload: Daemonset\n{nic}"), "bad-value"),
        (format!("  image: nginx:1.29.3\n  volumes: {{data: {{size: 1Gi}}}}\n{nic}"), "missing-key"),
        (
            format!("  image: nginx:1.29.3\n  probes: {{readiness: {{periodSeconds: 5}}}}\n{nic}"),
            "missing-key",
        ),
        (format!("  image: nginx:1.29.3\n  imagePolicy: Always\n{nic}"), "unknown-key"),
        (format!("  imge: nginx:1.29.3\n{nic}"), "unknown-key"),
        (format!("  from: ngnix-lan\n{nic}"), "unknown-from"),
        (format!("  from: nothing-like-it\n{nic}"), "unknown-from"),
        (
            format!(
                "  profile: openwrt\n  image: openwrt/rootfs:x86_64-24.10.4\n  build: none\n  overlays: [luci]\n{nic}"
            ),
            "unknown-image",
        ),
        (
            "  image: nginx:1.29.3\n  interfaces:\n    - {network: lan, address: 192.168.1.80/25}\n    - {network: Lan!, address: dhcp}\n".to_owned(),
            "bad-value",
        ),
        (
            "  image: nginx:1.29.3\n  interfaces:\n    - {network: lan, address: 192.168.1.80/25}\n    - {address: dhcp}\n".to_owned(),
            "missing-key",
        ),
        (
            "  image: nginx:1.29.3\n  interfaces:\n    - {network: lan, address: 192.168.1.80/25, serve: perhaps}\n".to_owned(),
            "wrong-type",
        ),
    ];
    for (spec, code) in table {
        let mut want = ["address-prefix", code];
        want.sort_unstable();
        check(&web(&spec), &want);
    }
}

/// What only comes of a fault is not said: the network of a faulty entry is there, its subnet is not judged.
#[test]
fn nothing_follows_from_a_fault() {
    let nic = "  image: nginx:1.29.3\n  interfaces: [{network: lan, address: pool, defaultRoute: true}]\n";
    for (network, codes) in [
        (
            "{macvlan: {}, subnet: 192.168.1.0/24, gateway: 192.168.1.1, pool: 192.168.1.7-192.168.1.9, nodes: [a]}",
            vec!["missing-key"],
        ),
        (
            "{subnet: 192.168.1.0/24, gateway: 192.168.1.1, pool: 192.168.1.7-192.168.1.9, nodes: [a]}",
            vec!["missing-key"],
        ),
        (
            "{macvlan: {parent: e0}, bridge: {name: b}, subnet: 192.168.1.0/24, gateway: 192.168.1.1, pool: 192.168.1.7-192.168.1.9, nodes: [a]}",
            vec!["exclusive-keys"],
        ),
        (
            "{macvlan: {parent: e0}, subnet: 192.168.1.0, gateway: 192.168.1.1, pool: 192.168.1.7-192.168.1.9, nodes: [a]}",
            vec!["bad-value"],
        ),
        (
            "{macvlan: {parent: e0}, subnet: 192.168.1.0/24, gateway: 192.168.1, pool: 192.168.1.7-192.168.1.9, nodes: [a]}",
            vec!["bad-value"],
        ),
        (
            "{macvlan: {parent: e0}, subnet: 192.168.1.0/24, gatway: 192.168.1.1, pool: 192.168.1.7-192.168.1.9, nodes: [a]}",
            vec!["unknown-key"],
        ),
        (
            "{macvlan: {parent: e0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1, pool: 192.168.1.7, nodes: a}",
            vec!["bad-value", "wrong-type"],
        ),
        ("macvlan", vec!["wrong-type"]),
    ] {
        check(&format!("{SITE}  salt: x\n  networks:\n    lan: {network}\n{APPLIANCE}{nic}"), &codes);
    }
    // A Site or an appliance whose name is none.
    let named =
        format!("{SITE}{LAN}{APPLIANCE}{}", nic.replace("pool", "dhcp").replace(", defaultRoute: true", ""));
    check(&named.replace("name: web", "name: My_Web"), &["bad-value"]);
    check(&named.replace("metadata: {name: home}\n", ""), &["missing-key"]);
    check(&named.replace("kind: Site", "kind: site"), &["unknown-kind"]);
}

#[test]
fn the_plan_reports_all_faults_of_an_appliance() {
    let primary = "  salt: x\n  networks: {pods: {bridge: {name: b}, primary: true}}\n";
    check(
        &format!(
            "{SITE}{primary}{APPLIANCE}  image: nginx:1.29.3\n  interfaces: [{{network: pods, address: 10.42.0.9/16, mac: '02:00:00:00:00:01', name: net1, discovery: true}}]\n"
        ),
        &["primary-network"; 4],
    );
    // No image: the NICs, the volumes, the patches are judged all the same.
    check(
        &format!(
            "{SITE}{LAN}{APPLIANCE}  interfaces: [{{network: lan, address: 192.168.1.80/25}}]\n  volumes: {{d: {{mountPath: data}}}}\n  \
             tolerations: [{{keyy: a, effekt: NoSchedule}}]\n  patches:\n    - kind: StatefulSet\n      spec: {{replicaz: 1, minReady: 2, template: {{spec: {{hostNetwork: true}}}}}}\n    - {{kind: Job}}\n"
        ),
        &[
            "address-prefix",
            "image-missing",
            "mount-path",
            "not-kubernetes",
            "not-kubernetes",
            "not-kubernetes",
            "not-kubernetes",
            "patch-target",
            "patch-undoes",
        ],
    );
    // A NIC's name that UCI does not take leaves the user's own settings judged.
    check(
        &format!(
            "{SITE}{LAN}{APPLIANCE}  profile: openwrt\n  image: openwrt/rootfs:x86_64-24.10.4\n  interfaces: [{{network: lan, name: my-lan, address: dhcp}}]\n  \
             uci:\n    system: {{ntp: {{'a b': '1'}}}}\n    other: {{new: {{'c d': '1'}}}}\n"
        ),
        &["interface-name", "uci-section-type", "uci-value", "uci-value"],
    );
    let pool = LAN
        .replace("gateway: 192.168.1.1}", "gateway: 192.168.1.1, pool: 192.168.1.0-192.168.1.9, nodes: [a]}");
    check(&format!("{SITE}{pool}"), &["pool-range", "pool-range"]);
    check(
        &format!(
            "{SITE}{LAN}{APPLIANCE}  image: nginx:1.29.3\n  interfaces: [{{network: lan, address: pool}}]\n"
        ),
        &["pool-missing"],
    );
}

const IMAGE: &str = "apiVersion: wrtpod.dev/v1alpha1\nkind: Image\nmetadata: {name: box}\nspec:\n";

#[test]
fn a_recipe_reports_all_faults() {
    check(
        &format!(
            "{IMAGE}  base: {{amd64: {{image: 'openwrt/rootfs:x86_64-24.10.4'}}, amd65: {{image: 'a:1'}}}}\n  packages: [tcpdump, -tcpdump, 'no package']\n  \
             overlays: [luci, luci]\n  files: {{/tmp/a: {{content: x}}, /b: {{content: x, mode: '999'}}, /c: {{}}}}\n{SITE_AFTER}"
        ),
        &["bad-value", "bad-value", "bad-value", "file-hidden", "missing-key", "no-effect", "package-twice"],
    );
    check(
        &format!("{IMAGE}  packages: [tcpdump, -tcpdump]\n{SITE_AFTER}"),
        &["missing-key", "package-twice"],
    );
}

const SITE_AFTER: &str =
    "---\napiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec: {salt: x}\n";
