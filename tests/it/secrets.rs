//! Secrets in documents: from a Secret they reach the pod, and nothing that is rendered, charted or printed holds one.

use serde_json::Value;

use crate::place::Place;
use crate::support::{Outcome, outcome};

/// As somebody's public issue has it: the key of a tunnel in plain sight.
const LITERAL: &str = include_str!("wireguard-key.yaml");
const KEY: &str = "bm90LWEta2V5";

/// The same with what the finding says to write.
fn referring() -> String {
    LITERAL.replace(KEY, "{secretKeyRef: {name: vpn-secrets, key: wg0-private-key}}")
}

fn rendered(outcome: &Outcome) -> Vec<&Value> {
    outcome.sets.iter().flat_map(|set| set.iter()).map(|object| &object.value).collect()
}

#[test]
fn a_key_in_a_document_is_told_and_not_shown() {
    let outcome = outcome("site.yaml", LITERAL);
    assert_eq!(outcome.codes(), ["secret-literal"]);
    let text = outcome.text();
    assert!(!text.contains(KEY), "{text}");
    assert!(
        text.contains("write `private_key: {secretKeyRef: {name: vpn-secrets, key: wg0-private-key}}`"),
        "{text}"
    );
}

#[test]
fn a_key_of_a_secret_is_mounted_and_in_no_config_map() {
    let outcome = outcome("site.yaml", &referring());
    assert_eq!(outcome.text(), "");
    let objects = rendered(&outcome);
    let plan = objects.iter().find_map(|object| object["data"]["uci.network"].as_str()).expect("a plan");
    assert!(plan.contains("\tsecret private_key 'vpn-secrets/wg0-private-key'\n"), "{plan}");
    let pod = objects.iter().find_map(|object| object.pointer("/spec/template/spec")).expect("a pod");
    let of = |list: &Value, name: &str| {
        list.as_array().into_iter().flatten().filter(|one| one["name"] == name).cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        of(&pod["volumes"], "wrtpod-secrets"),
        [serde_json::json!({"name": "wrtpod-secrets", "projected": {"defaultMode": 0o400, "sources": [
            {"secret": {"name": "vpn-secrets", "items": [
                {"key": "wg0-private-key", "path": "vpn-secrets/wg0-private-key"}]}}]}})]
    );
    assert_eq!(
        of(&pod["containers"][0]["volumeMounts"], "wrtpod-secrets"),
        [serde_json::json!({"name": "wrtpod-secrets", "mountPath": "/wrtpod/secrets", "readOnly": true})]
    );
}

#[test]
fn a_variable_is_from_a_secret() {
    let text = include_str!("rules/secret-literal.env.good.yaml");
    let outcome = outcome("site.yaml", text);
    let objects = rendered(&outcome);
    let pod = objects.iter().find_map(|object| object.pointer("/spec/template/spec")).expect("a pod");
    assert_eq!(
        pod["containers"][0]["env"][0],
        serde_json::json!({"name": "MQTT_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "mqtt", "key": "password"}}})
    );
}

#[test]
fn a_chart_holds_no_secret_unless_it_is_told_to() {
    let place = Place::new();
    place.write("site.yaml", LITERAL);
    let refused = place.run(&["chart", "vpn"]);
    assert!(
        refused.text().contains("exit: 1") && refused.text().contains("--show-secrets"),
        "{}",
        refused.text()
    );
    assert!(!refused.text().contains(KEY), "{}", refused.text());
    assert!(place.names("vpn").is_empty());
    assert!(place.run(&["chart", "vpn", "--show-secrets"]).text().contains("exit: 0"));
    assert!(place.read("vpn/values.yaml").contains(KEY));

    let place = Place::new();
    place.write("site.yaml", &referring());
    let run = place.run(&["chart", "vpn"]);
    assert!(run.text().contains("exit: 0"), "{}", run.text());
    assert!(place.read("vpn/values.yaml").contains("secretKeyRef"));
}

#[test]
fn what_is_typed_is_not_shown_again() {
    let place = Place::new();
    place.write("site.yaml", &referring());
    let run = place.run(&["render", "vpn", "--set", "uci.network.wg0.private_key=c2VjcmV0"]);
    assert!(run.text().contains("secret-literal") && !run.stderr.contains("c2VjcmV0"), "{}", run.stderr);
}
