//! Pods with users of their own.

use serde_json::Value;

use crate::place::Place;
use crate::support::outcome;

/// An OpenWrt that applies overlays itself, on a site whose pods have users of their own.
fn with(words: &str) -> String {
    format!(
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {{name: home}}\nspec:\n  salt: a\n  hostUsers: false\n  networks:\n    \
         lan: {{macvlan: {{parent: enp3s0}}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}}\n    \
         iot: {{macvlan: {{parent: enp5s0}}, subnet: 192.168.2.0/24}}\n    wan: {{macvlan: {{parent: enp4s0}}}}\n---\n\
         apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: one}}\nspec:\n{words}"
    )
}

#[test]
fn the_catalog_says_who_can_have_users_of_its_own() {
    let table = Place::new().run(&["catalog"]).stdout;
    let mut seen = Vec::new();
    for line in table.lines().skip(1) {
        let name = line.split_whitespace().next().unwrap_or_default();
        let words = match (name.split_once('/'), name) {
            (None, "") => continue,
            (None, "home-assistant") => {
                "  from: home-assistant\n  interfaces: [{network: lan, address: 192.168.1.32/24}, {network: iot, address: 192.168.2.3/24}]\n".to_owned()
            }
            (None, "nginx-lan") => "  from: nginx-lan\n  interfaces: [{network: lan, address: 192.168.1.32/24}]\n".to_owned(),
            (None, entry) => format!("  from: {entry}\n"),
            (Some(("image", image)), _) => format!("  from: openwrt\n  build: {image}\n"),
            (Some((_, overlay)), _) => format!("  from: openwrt\n  persistence: {{mode: system}}\n  overlays: [{overlay}]\n"),
        };
        let codes = outcome("site.yaml", &with(&words)).codes();
        let fits = !codes.iter().any(|code| code.starts_with("user-namespace"));
        let says = if fits { " yes " } else { " by a plugin " };
        assert!(line.contains(says), "{line}: {codes:?}");
        seen.push(fits);
    }
    assert!(seen.contains(&true) && seen.contains(&false), "{table}");
}

#[test]
fn a_resource_stands_for_the_file_of_an_overlay() {
    let words = "  from: openwrt\n  persistence: {mode: system}\n  overlays: [tailscale]\n  procMount: Unmasked\n  devices: [{resource: x.y/tun}]\n";
    let outcome = outcome("site.yaml", &with(words));
    assert_eq!(outcome.codes(), Vec::<&str>::new(), "{}", outcome.text());
    let workload = outcome
        .sets
        .iter()
        .flatten()
        .find(|object| object.identity.kind == "StatefulSet")
        .expect("it is rendered");
    let pod = &workload.value["spec"]["template"]["spec"];
    let main = &pod["containers"][0];
    assert_eq!(
        (&pod["hostUsers"], &main["resources"]["limits"]["x.y/tun"]),
        (&Value::from(false), &Value::from("1"))
    );
    assert_eq!(main["securityContext"]["procMount"], "Unmasked");
    assert!(pod["initContainers"][0]["securityContext"]["procMount"].is_null());
    assert!(!pod.to_string().contains("/dev/net/tun"), "{pod}");
}

#[test]
fn what_root_is_is_told() {
    let place = Place::new();
    place.write("site.yaml", &with("  from: openwrt\n  procMount: Unmasked\n"));
    let told = place.run(&["render", "one", "--explain"]).stdout;
    assert!(told.contains("users: its own: root in the pod is nobody on the node\n"), "{told}");
    assert!(told.contains("/proc: masked; not so in openwrt (`procMount: Unmasked`: "), "{told}");
    let told = place
        .run(&["render", "one", "--explain", "--set", "hostUsers=true", "--set", "procMount=Default"])
        .stdout;
    assert!(
        told.contains("users: the node's: root in the pod is the node's root, within these bounds\n"),
        "{told}"
    );
}
