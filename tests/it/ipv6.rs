//! Appliances for nodes that were booted without IPv6.

use crate::support::{Outcome, outcome};

/// A router and a guest of the catalog's, on a site that says this beside its networks.
fn site(words: &str) -> Outcome {
    let outcome = outcome(
        "site.yaml",
        &format!(
            "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {{name: home}}\nspec:\n  salt: a\n{words}  networks:\n    \
             lan: {{macvlan: {{parent: enp3s0}}, subnet: 192.168.1.0/24, gateway: 192.168.1.1, sysctls: {{net.ipv6.conf.IFNAME.mtu: '1400'}}}}\n    \
             wan: {{macvlan: {{parent: enp4s0}}}}\n---\n\
             apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: router}}\nspec: {{from: openwrt-router}}\n---\n\
             apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: web}}\nspec:\n  from: nginx-lan\n  interfaces:\n    \
             - {{network: lan, address: 192.168.1.9/24}}\n    - {{network: wan, address: none}}\n"
        ),
    );
    assert!(!outcome.diagnostics.has_errors(), "{}", outcome.text());
    outcome
}

/// Name and configuration of each NAD, in order.
fn nads(outcome: &Outcome) -> Vec<(String, String)> {
    let objects = outcome.sets.iter().flatten();
    let nads = objects.filter(|object| object.identity.kind == "NetworkAttachmentDefinition");
    let config = |value: &serde_json::Value| value["spec"]["config"].as_str().expect("a text").to_owned();
    nads.map(|object| (object.identity.name.clone(), config(&object.value))).collect()
}

/// `tuning` opens every file that it is told, and one that is not there costs the pod.
#[test]
fn no_attachment_sets_anything_of_ipv6() {
    let without = nads(&site("  ipv6: false\n"));
    assert_eq!(without.len(), 4);
    for (name, config) in &without {
        assert!(
            !config.contains("ipv6") && config.contains("net.ipv4.conf.IFNAME.rp_filter"),
            "{name}: {config}"
        );
    }
    // Who runs keeps the attachments that there are: a new name is a restart.
    let with = nads(&site(""));
    assert!(with.iter().all(|(_, config)| config.contains("net.ipv6.")));
    assert_eq!(nads(&site("  ipv6: true\n")), with);
}

#[test]
fn a_router_asks_for_no_ipv6_and_serves_none() {
    let uci = |words: &str| {
        let outcome = site(words);
        let objects = outcome.sets.iter().flatten();
        let maps = objects.filter(|object| object.identity.kind == "ConfigMap");
        let of_router = maps.filter(|object| object.identity.name.starts_with("router"));
        of_router.map(|object| object.value["data"].to_string()).collect::<String>()
    };
    let words = ["wan6", "ip6assign", "ula_prefix", "dhcpv6 'server'", "ra 'server'"];
    let (with, without) = (uci(""), uci("  ipv6: false\n"));
    for word in words {
        assert!(with.contains(word) && !without.contains(word), "{word}");
    }
    assert!(without.contains("dhcpv4 'server'"), "{without}");
}
