//! The reference's words about defaults, tried: a key that is left out and one that is written with the default that the
//! reference (the schema's descriptions) states render the same.

use serde_json::{Value, json};
use wrtpod::sink;
use wrtpod::spec::{SchemaKind, schema};

use crate::support::outcome;

/// Documents that have a record of every kind; each is good as it stands.
fn documents() -> Vec<Value> {
    let meta = |kind: &str, name: &str, spec: Value| json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec});
    let lan = |link: Value| {
        let mut network = json!({"subnet": "192.168.1.0/24", "gateway": "192.168.1.1"});
        network.as_object_mut().expect("a map").extend(link.as_object().cloned().expect("a map"));
        network
    };
    let networks = json!({
        "lan": lan(json!({"macvlan": {"parent": "enp3s0"}})),
        "ip": {"ipvlan": {"parent": "enp4s0"}, "subnet": "192.168.2.0/24"},
        "old": {"existing": {"name": "old"}, "subnet": "192.168.3.0/24"},
    });
    let router = json!({
        "profile": "openwrt",
        "image": "openwrt/rootfs:x86-64-24.10.4",
        "interfaces": [{"network": "lan", "address": "dhcp"}],
        "persistence": {"mode": "etc"},
    });
    let probe = json!({"http": {"port": "http"}});
    let hub = json!({
        "image": "nginx:1.29.3",
        "interfaces": [
            {"network": "lan", "address": "192.168.1.80/24"},
            {"network": "ip", "address": "192.168.2.80/24"},
            {"network": "old", "address": "192.168.3.80/24"},
        ],
        "ports": {"http": {"port": 80}},
        "service": {},
        "egress": {},
        "ingress": {"host": "hub.example.org"},
        "httpRoute": {"parentRefs": [{"name": "internal"}]},
        "volumes": {"data": {"mountPath": "/data"}},
        "devices": [{"resource": "squat.ai/zigbee"}],
        "probes": {"readiness": probe},
    });
    vec![
        meta("Site", "home", json!({"salt": "a", "networks": networks})),
        meta("Appliance", "router", router),
        meta("Appliance", "hub", hub),
    ]
}

/// What is rendered of documents; nothing when they are refused.
fn rendered(documents: &[Value]) -> Option<String> {
    let text: Vec<String> = documents.iter().map(ToString::to_string).collect();
    let outcome = outcome("site.yaml", &text.join("\n---\n"));
    (!outcome.diagnostics.has_errors()).then(|| sink::yaml_texts(&outcome.sets).collect())
}

/// The default that a description states, where it is a value and no prose.
fn stated(description: &str) -> Option<Value> {
    let rest = description.split_once("Default: ")?.1;
    let text = match rest.strip_prefix('`') {
        // A word that a sentence goes on behind is prose.
        Some(quoted) => quoted.split_once('`').filter(|(_, behind)| behind.starts_with(['.', ',', ';']))?.0,
        None => rest.split(['.', ',', ';']).next()?,
    };
    match (text, rest.starts_with('`')) {
        ("true" | "false", _) => Some(json!(text == "true")),
        (text, _) if text.parse::<u32>().is_ok() => text.parse::<u32>().ok().map(Value::from),
        ("UTC", _) => Some(json!("UTC")),
        (text, true) => Some(json!(text)),
        (_, false) => None,
    }
}

/// Every record of the documents: the name of its kind, the document and the pointer in it.
pub fn records(
    root: &Value,
    node: &Value,
    value: &Value,
    at: (usize, String),
    found: &mut Vec<(String, usize, String)>,
) {
    if let Some(name) = node["$ref"].as_str().and_then(|text| text.strip_prefix("#/$defs/")) {
        let definition = &root["$defs"][name];
        if definition["properties"].is_object() && value.is_object() {
            found.push((name.to_owned(), at.0, at.1.clone()));
        }
        return records(root, definition, value, at, found);
    }
    for branch in node["anyOf"].as_array().into_iter().flatten() {
        records(root, branch, value, at.clone(), found);
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        records(root, &node["items"], item, (at.0, format!("{}/{index}", at.1)), found);
    }
    for (key, inner) in value.as_object().into_iter().flatten() {
        let below = node["properties"].get(key).unwrap_or(&node["additionalProperties"]);
        if below.is_object() {
            let escaped = key.replace('~', "~0").replace('/', "~1");
            records(root, below, inner, (at.0, format!("{}/{escaped}", at.1)), found);
        }
    }
}

/// The documents with another value of a key, or without it.
pub fn with(
    documents: &[Value],
    document: usize,
    pointer: &str,
    key: &str,
    value: Option<&Value>,
) -> Vec<Value> {
    let mut changed = documents.to_vec();
    let record = changed[document].pointer_mut(pointer).and_then(Value::as_object_mut).expect("a record");
    match value {
        Some(value) => record.insert(key.to_owned(), value.clone()),
        None => record.remove(key),
    };
    changed
}

/// Kubernetes takes 0 for nothing said, and the objects say it where the document does.
const SAID: [(&str, &str); 1] = [("Probe", "initialDelaySeconds")];

#[test]
fn what_the_reference_calls_a_default_is_one() {
    let documents = documents();
    assert!(rendered(&documents).is_some(), "{}", outcome("x", &documents[0].to_string()).text());
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (kind, word) in [(SchemaKind::Site, "Site"), (SchemaKind::Appliance, "Appliance")] {
        let schema = schema(kind);
        let mut found = Vec::new();
        for (index, document) in documents.iter().enumerate().filter(|(_, one)| one["kind"] == word) {
            records(&schema, &schema, document, (index, String::new()), &mut found);
        }
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            for (key, property) in definition["properties"].as_object().into_iter().flatten() {
                let default = property["description"].as_str().and_then(stated);
                let Some(default) = default.filter(|_| !SAID.contains(&(name.as_str(), key.as_str()))) else {
                    continue;
                };
                let places: Vec<_> = found.iter().filter(|(known, ..)| known == name).collect();
                let holds = places.iter().any(|(_, document, pointer)| {
                    let without = rendered(&with(&documents, *document, pointer, key, None));
                    without.is_some()
                        && without == rendered(&with(&documents, *document, pointer, key, Some(&default)))
                });
                tried += 1;
                if !holds && !places.is_empty() {
                    wrong.push(format!("{name}.{key}: {default} is not what holds"));
                } else if places.is_empty() {
                    wrong.push(format!("{name}.{key}: no document of this test has a {name}"));
                }
            }
        }
    }
    assert!(tried > 30, "only {tried} defaults were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// dnsmasq's `localservice` is void as soon as it is told which interfaces to answer on, or not.
#[test]
fn dns_keeps_strangers_out() {
    let mut seen = 0;
    for name in ["openwrt", "openwrt-router"] {
        let site = "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {name: home}\nspec: {salt: a, networks: {lan: {macvlan: {parent: e0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}}}\n";
        let appliance = format!(
            "---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: wrt}}\nspec: {{from: {name}, interfaces: [{{network: lan, address: 192.168.1.9/24}}]}}\n"
        );
        let outcome = outcome("site.yaml", &format!("{site}{appliance}"));
        let text: String = sink::yaml_texts(&outcome.sets).collect();
        for section in text.split("config ").filter(|section| section.starts_with("dnsmasq ")) {
            seen += 1;
            assert!(section.contains("option localservice '1'"), "{name}: {section}");
            assert!(!section.contains("interface '"), "{name}: {section}");
        }
    }
    assert_eq!(seen, 2);
}
