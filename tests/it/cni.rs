//! CNI's configurations and Multus' requests in what is rendered, read again by the types that wrote them.

use proptest::prelude::*;
use wrtpod::catalog;
use wrtpod::objects::Object;
use wrtpod_cni::multus::{self, NETWORKS};
use wrtpod_cni::{Configuration, Plugin};

use crate::properties::{config, documents};
use crate::support::{outcome, outcome_of};

/// Says of an object's configuration or request that it is read without a fault, and written again byte by byte; how many there were.
fn check(object: &Object) -> Result<usize, TestCaseError> {
    let mut found = 0;
    if let Some(config) = object.value.pointer("/spec/config").and_then(|config| config.as_str()) {
        let read = Configuration::parse(config).expect("it is a configuration");
        prop_assert_eq!(&read.faults, &[]);
        prop_assert_eq!(read.value.write(), config);
        found += 1;
    }
    let annotations = object.value.pointer("/spec/template/metadata/annotations");
    if let Some(asked) = annotations.and_then(|all| all.get(NETWORKS)?.as_str()) {
        let read = multus::networks(asked).expect("it is a request");
        prop_assert_eq!(&read.faults, &[]);
        prop_assert_eq!(multus::write(&read.value), Some(asked.to_owned()));
        found += 1;
    }
    Ok(found)
}

/// A plugin of a chain: its keys in any order, known and unknown ones.
fn plugin() -> impl Strategy<Value = String> {
    let entries = vec![
        r#""type": "bandwidth""#,
        r#""ingressRate": 8000000, "ingressBurst": 80000"#,
        r#""egressRate": 64"#,
        r#""capabilities": {"bandwidth": true, "mac": false}"#,
        r#""ipam": {"routes": [{"gw": "FD00:0::1", "dst": "fd01::/64"}], "type": "static"}"#,
        r#""own": {"b": [1.5e300, true, null, "a\u2028b"], "a": {}}"#,
        r#""mtu": 1000000"#,
    ];
    Just(entries).prop_shuffle().prop_map(|entries| format!("{{{}}}", entries.join(", ")))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_rendered_of_any_document_is_written_as_it_was_read(text in documents()) {
        for object in outcome("random.yaml", &text).sets.iter().flatten() {
            check(object)?;
        }
    }

    #[test]
    fn a_chain_is_rendered_as_it_was_written(plugin in plugin()) {
        let site = format!(
            "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {{name: home}}\nspec:\n  networks:\n    \
             lan: {{bridge: {{name: br0, vlan: 7}}, chain: [{plugin}]}}\n---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\n\
             metadata: {{name: web}}\nspec:\n  image: a/b:1\n  interfaces: [{{network: lan, address: 10.0.0.5/24, mac: '02:00:00:00:00:01'}}]\n"
        );
        let outcome = outcome("chain.yaml", &site);
        prop_assert!(!outcome.diagnostics.has_errors(), "{}", outcome.text());
        let mut found = 0;
        for object in outcome.sets.iter().flatten() {
            found += check(object)?;
            let Some(config) = object.value.pointer("/spec/config").and_then(|config| config.as_str()) else { continue };
            let value: serde_json::Value = serde_json::from_str(config).expect("it is JSON");
            let wanted: serde_json::Value = serde_json::from_str(&plugin).expect("it is JSON");
            let keys = |value: &serde_json::Value| value.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>());
            prop_assert_eq!(&value["plugins"][1], &wanted);
            prop_assert_eq!(keys(&value["plugins"][1]), keys(&wanted));
            let read = Configuration::parse(config).expect("it is a configuration");
            prop_assert!(matches!(&read.value.plugins()[1], Plugin::Bandwidth(limits) if limits.ingress_rate == Some(8_000_000)));
        }
        prop_assert_eq!(found, 2);
    }
}

#[test]
fn the_catalog_on_the_example_site_is_written_as_it_was_read() {
    let names: Vec<String> = catalog::ENTRIES.iter().map(|entry| entry.name.to_owned()).collect();
    let site = wrtpod::spec::Input { name: "site.yaml".to_owned(), text: catalog::EXAMPLE_SITE.to_owned() };
    let outcome = outcome_of(&[site], &names);
    assert_eq!(outcome.text(), "");
    let found: usize =
        outcome.sets.iter().flatten().map(|object| check(object).expect("it is as it was")).sum();
    assert!(found >= 10, "{found}");
}
