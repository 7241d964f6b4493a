//! Ways out of NICs: routes to networks behind routers, and answers that leave by the NIC that they came in by.

use crate::support::outcome;

const SITE: &str = r#"
apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  salt: b2f1c4d8
  networks:
    lan:
      macvlan: {parent: enp3s0}
      subnet: [192.168.1.0/24, "fd00:1::/64"]
      gateway: [192.168.1.1, "fe80::1"]
      routes: [{to: 10.50.0.0/16, via: 192.168.1.254}, {to: "fd00:9::/48"}]
    iot:
      macvlan: {parent: enp3s0, vlan: 2}
      subnet: 192.168.32.0/24
      gateway: 192.168.32.1
---
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: one}
spec:
"#;

/// What a file of the appliance's plan says.
fn planned(file: &str, spec: &str) -> String {
    let outcome = outcome("site.yaml", &format!("{SITE}{spec}"));
    assert_eq!(outcome.text(), "");
    let objects = outcome.sets.iter().flat_map(|set| set.iter());
    let mut plans = objects.filter(|object| object.identity.name == "one-plan");
    let plan = plans.next().expect("the appliance has a plan");
    plan.value["data"][file].as_str().expect("the file is there").to_owned()
}

fn check(name: &str, text: &str) {
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/ways"
    }, {
        insta::assert_snapshot!(name, text);
    });
}

/// A NIC with addresses and one with a lease: tables, rules for packets of the machine itself, and what goes to the cluster.
#[test]
fn openwrt_answers_by_the_nic_that_was_asked() {
    let openwrt = "  profile: openwrt\n  image: openwrt/rootfs:x86-64-24.10.4\n  interfaces:\n";
    let nics = r#"    - {network: lan, address: [192.168.1.2/24, "fd00:1::2/64"], sourceRouting: true}
    - {network: iot, address: dhcp, sourceRouting: true, defaultRoute: false, routes: [{to: 10.60.0.0/16, via: 192.168.32.9}]}
"#;
    check("openwrt", &planned("uci.network", &format!("{openwrt}{nics}")));
}

/// With mwan3, each uplink has a default route, and what asks for IPv6 prefixes is as near as its uplink.
#[test]
fn every_uplink_leads_out_beside_mwan3() {
    let outcome = outcome("site.yaml", include_str!("rules/two-default-routes.metrics.good.yaml"));
    let objects = outcome.sets.iter().flat_map(|set| set.iter());
    let mut plans = objects.filter(|object| object.identity.name == "router-plan");
    let plan = plans.next().expect("the appliance has a plan");
    check("uplinks", plan.value["data"]["uci.network"].as_str().expect("the file is there"));
}

/// The login is the user's; what asks for IPv6 prefixes does so through the tunnel.
#[test]
fn pppoe_is_dialled_over_the_nic() {
    let outcome = outcome("site.yaml", include_str!("rules/pppoe-by-uci.word.good.yaml"));
    assert_eq!(outcome.text(), "");
    let plan = |name: &str| {
        let mut objects = outcome.sets.iter().flat_map(|set| set.iter());
        objects.find(|object| object.identity.name.starts_with(name)).expect("it is there").value.clone()
    };
    let nad = plan("router-wan-openwrt-pppoe-")["spec"]["config"].as_str().expect("a text").to_owned();
    let uci = plan("router-plan")["data"]["uci.network"].as_str().expect("the file is there").to_owned();
    check("pppoe", &format!("{uci}\n{nad}\n"));
}

#[test]
fn a_generic_appliance_does_so_unless_told_otherwise() {
    let generic = "  image: nginx:1.29.3\n  interfaces:\n";
    let nics = |more: &str| {
        format!(
            "{generic}    - {{network: lan, address: dhcp{more}}}\n    - {{network: iot, address: 192.168.32.3/24{more}}}\n"
        )
    };
    check("generic", &planned("settings", &nics("")));
    let off = planned("settings", &nics(", sourceRouting: false"));
    assert!(off.ends_with("SOURCE_ROUTING=''\n"), "{off}");
}
