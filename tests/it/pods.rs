//! What the tests of the pod's scripts (`tests/pod`) take from wrtpod.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::support::outcome;

/// How many files of UCI are tried.
const SAMPLES: usize = 96;

/// A value: mostly what means something to a shell, to UCI, to awk or to YAML.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "['\"\\\\#;$`&%/ \t\r\n-]{0,8}",
        2 => "[a-z0-9.:/]{1,12}",
        2 => "(?s).{0,12}",
        1 => Just(String::new()),
        1 => "(config|option|list|package) [a-z'\n\t]{1,9}",
        1 => "[0-9]{1,3}(\\.0|e[0-9])?",
    ]
}

/// What an option holds: a value or a list.
fn content() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => value().prop_map(Value::String),
        1 => prop::collection::vec(value(), 0..4).prop_map(|values| json!(values)),
    ]
}

fn section() -> impl Strategy<Value = (String, Value)> {
    let kind = prop_oneof![4 => "[a-z_-]{1,6}", 2 => "[!-~]{1,5}", 1 => "(?s).{0,3}"];
    let options = prop::collection::btree_map("[a-zA-Z0-9_]{1,4}", content(), 0..6);
    (prop_oneof![3 => "[a-zA-Z0-9_]{1,5}", 1 => Just("@".to_owned())], kind, options).prop_map(
        |(name, kind, options)| {
            let mut all: Map<String, Value> = options.into_iter().collect();
            if name == "@" {
                return (format!("@{kind}[0]"), Value::Object(all));
            }
            all.insert(".type".to_owned(), Value::String(kind));
            (name, Value::Object(all))
        },
    )
}

fn file() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec(section(), 0..5).prop_map(|sections| sections.into_iter().collect())
}

/// The planned text of a file of UCI; none where the documents are refused.
fn planned(name: &str, sections: &Map<String, Value>) -> Option<String> {
    let site = json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Site", "metadata": {"name": "home"}, "spec":
        {"salt": "a", "networks": {"lan": {"macvlan": {"parent": "e0"}, "subnet": "10.9.0.0/24"}}}});
    let appliance = json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Appliance", "metadata": {"name": "wrt"}, "spec":
        {"profile": "openwrt", "image": "a:1", "interfaces": [{"network": "lan", "address": "10.9.0.2/24"}], "uci": {name: sections}}});
    let outcome = outcome("sample.yaml", &format!("{site}\n---\n{appliance}\n"));
    let plan = outcome.plan.as_ref().filter(|_| !outcome.diagnostics.has_errors())?;
    let files =
        plan.appliances.iter().flat_map(|appliance| &appliance.config).flat_map(|config| &config.files);
    let wanted = format!("uci.{name}");
    files.into_iter().find(|(file, _)| *file == wanted).map(|(_, text)| text.to_string())
}

/// The planned `dhcp` of an appliance on a network whose router has a link-local address.
fn planned_dhcp(link: &Value, interface: &str) -> String {
    let mut site = json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Site", "metadata": {"name": "home"}, "spec":
        {"salt": "a", "networks": {"lan": {"subnet": "2001:db8:1::/64", "gateway": "fe80::1"}}}});
    site["spec"]["networks"]["lan"]
        .as_object_mut()
        .expect("a network")
        .extend(link.as_object().cloned().unwrap_or_default());
    let appliance = format!(
        "{{apiVersion: wrtpod.dev/v1alpha1, kind: Appliance, metadata: {{name: wrt}}, spec: {{profile: openwrt, image: 'a:1', \
         interfaces: [{{network: lan, address: '2001:db8:1::34/64', {interface}}}]}}}}"
    );
    let outcome = outcome("fe80.yaml", &format!("{site}\n---\n{appliance}\n"));
    let plan = outcome.plan.as_ref().expect("the documents have a site");
    let mut files = plan.appliances[0].config.iter().flat_map(|config| &config.files);
    let (_, dhcp) = files.find(|(file, _)| file == "uci.dhcp").expect("dhcp is planned");
    dhcp.to_string()
}

/// dnsmasq asks nobody at `fe80::1` that no interface leads to, and a LAN of IPv6 alone has no other name server.
#[test]
fn a_link_local_name_server_is_asked_through_its_interface() {
    let (macvlan, bridge) = (json!({"macvlan": {"parent": "e0"}}), json!({"bridge": {"name": "br0"}}));
    let plain = planned_dhcp(&macvlan, "defaultRoute: true");
    assert!(plain.contains("\tlist server 'fe80::1%lan'\n"), "{plain}");
    let named = planned_dhcp(&macvlan, "name: up, dns: ['fe80::2', '2001:db8::53']");
    assert!(named.contains("\tlist server 'fe80::2%up'\n\tlist server '2001:db8::53'\n"), "{named}");
    let bridged = planned_dhcp(&bridge, "bridge: true");
    assert!(bridged.contains("\tlist server 'fe80::1%br-lan'\n"), "{bridged}");
}

/// The pod's spec of the workload of an appliance.
fn pod_of(appliance: &str) -> Value {
    let site = json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Site", "metadata": {"name": "home"}, "spec":
        {"salt": "a", "networks": {"lan": {"macvlan": {"parent": "e0"}, "subnet": "10.9.0.0/24"}}}});
    let head = "apiVersion: wrtpod.dev/v1alpha1, kind: Appliance, metadata: {name: wrt}";
    let spec = format!("image: 'a:1', interfaces: [{{network: lan, address: 10.9.0.2/24}}], {appliance}");
    let outcome = outcome("pod.yaml", &format!("{site}\n---\n{{{head}, spec: {{{spec}}}}}\n"));
    assert!(!outcome.diagnostics.has_errors(), "{}", outcome.text());
    let mut objects = outcome.sets.iter().flatten();
    let workload = objects.find(|object| object.identity.kind == "StatefulSet").expect("there is a workload");
    workload.value["spec"]["template"]["spec"].clone()
}

/// A pod that is not to run as root, by a patch or by a policy's hand, means its appliance: kubelet would refuse our own containers.
#[test]
fn our_own_containers_of_root_say_so() {
    let root = |container: &Value| {
        let context = &container["securityContext"];
        (context["runAsNonRoot"] == json!(false), context["runAsUser"] == json!(0))
    };
    let openwrt = pod_of("profile: openwrt");
    assert_eq!(root(&openwrt["initContainers"][0]), (true, true));
    assert_eq!(root(&openwrt["containers"][0]), (true, true));
    let generic = pod_of("profile: generic");
    assert_eq!(root(&generic["initContainers"][0]), (true, true));
    assert_eq!(root(&generic["containers"][0]), (false, false));
}

#[test]
fn an_appliance_runs_as_its_user_and_owns_its_claims() {
    let ids = |pod: &Value| {
        let own = &pod["containers"][0]["securityContext"];
        [&own["runAsUser"], &own["runAsGroup"], &pod["securityContext"]["fsGroup"]].map(Value::as_i64)
    };
    assert_eq!(ids(&pod_of("user: 1000, group: 2000")), [Some(1000), Some(2000), Some(2000)]);
    assert_eq!(ids(&pod_of("user: 1000")), [Some(1000), Some(1000), Some(1000)]);
    assert_eq!(ids(&pod_of("user: 1000, group: 0")), [Some(1000), Some(0), Some(0)]);
    assert_eq!(ids(&pod_of("group: 5")), [None, Some(5), Some(5)]);
    assert_eq!(ids(&pod_of("hostname: x")), [None; 3]);
}

/// Random files of UCI that documents may have, as the plan writes them: `tests/pod/cases/round-trip.sh` starts pods with them.
#[test]
#[ignore = "tests/pod/run asks for it, and names the folder in WRTPOD_TEST_OUT"]
fn writes_random_uci() {
    let folder = std::env::var("WRTPOD_TEST_OUT").expect("WRTPOD_TEST_OUT names a folder");
    let mut runner = TestRunner::deterministic();
    let mut accepted = 0;
    for sample in 0..SAMPLES {
        let name = format!("sample{sample}");
        let sections = file().new_tree(&mut runner).expect("a file").current();
        if let Some(text) = planned(&name, &sections).filter(|text| !text.is_empty()) {
            fs::write(Path::new(&folder).join(&name), text).expect("the folder takes files");
            accepted += 1;
        }
    }
    assert!(accepted * 4 > SAMPLES, "only {accepted} of {SAMPLES} files are accepted");
}
