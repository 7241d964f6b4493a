//! The HTTPRoute. The kind is a custom one of the Gateway API: its type stands here.

use serde_json::{Map, Value, json};

use super::meta::{annotate, map, metadata};
use crate::plan::{Appliance, HttpRoute};

/// Group of the kind.
const GROUP: &str = "gateway.networking.k8s.io";

/// The object. What the API server would fill in is said, so that nobody who compares sees a difference.
pub fn object(appliance: &Appliance, namespace: &str, plan: &HttpRoute) -> Value {
    let mut metadata = metadata(appliance, namespace, &appliance.name);
    annotate(&mut metadata, map(&plan.annotations).unwrap_or_default());
    let parents: Vec<Value> = plan
        .parents
        .iter()
        .map(|parent| {
            let mut value = json!({"group": GROUP, "kind": "Gateway", "name": parent.name});
            let optional = [
                ("namespace", parent.namespace.clone().map(Value::from)),
                ("sectionName", parent.section.clone().map(Value::from)),
                ("port", parent.port.map(Value::from)),
            ];
            for (key, content) in optional {
                if let Some(content) = content {
                    value[key] = content;
                }
            }
            value
        })
        .collect();
    let backend = json!({
        "group": "", "kind": "Service", "name": appliance.name.value, "port": plan.number, "weight": 1,
    });
    let mut spec = Map::from_iter([("parentRefs".to_owned(), Value::from(parents))]);
    if !plan.hostnames.is_empty() {
        let names: Vec<&str> = plan.hostnames.iter().map(|name| name.as_str()).collect();
        spec.insert("hostnames".to_owned(), names.into());
    }
    let matches = json!([{"path": {"type": "PathPrefix", "value": plan.path.value}}]);
    spec.insert("rules".to_owned(), json!([{"matches": matches, "backendRefs": [backend]}]));
    json!({"apiVersion": format!("{GROUP}/v1"), "kind": "HTTPRoute", "metadata": metadata, "spec": spec})
}
