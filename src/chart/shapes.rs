//! JSON Schemas of values: what one value alone can be refused for. What takes two is `wrtpod.check`'s, in the chart.

use serde_json::{Value, json};

use crate::types::{AccountId, Capability, CapabilitySet, DataKey, ObjectName, Privilege, TextForm};

/// Any text.
pub fn text() -> Value {
    json!({"type": "string"})
}

/// A text that says something.
pub fn filled() -> Value {
    json!({"type": "string", "minLength": 1})
}

/// A list of texts.
pub fn texts() -> Value {
    json!({"type": "array", "items": filled()})
}

/// A map of texts.
pub fn text_map() -> Value {
    json!({"type": "object", "additionalProperties": text()})
}

/// True or false.
pub fn switch() -> Value {
    json!({"type": "boolean"})
}

/// The number of a user or a group, or nothing.
pub fn account() -> Value {
    json!({"anyOf": [{"const": ""}, {"type": "integer", "minimum": AccountId::MIN, "maximum": AccountId::MAX}]})
}

/// One of these texts.
pub fn one_of(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// Capabilities and sets of them, each by its name: `ALL` is none.
pub fn capabilities() -> Value {
    let sets = CapabilitySet::all().map(|set| set.to_string());
    let known: Vec<String> = Capability::all().map(|one| one.to_string()).chain(sets).collect();
    json!({"type": "array", "items": {"enum": known}})
}

/// What is allowed beyond the pod, with reasons.
pub fn allow() -> Value {
    let reason = json!({"type": "string", "pattern": r"\S"});
    let words: serde_json::Map<String, Value> =
        Privilege::words().map(|word| (word.to_owned(), reason.clone())).collect();
    json!({
        "type": "object",
        "properties": words,
        "patternProperties": {"^/": reason},
        "additionalProperties": false,
    })
}

/// A map as Kubernetes has it.
pub fn object() -> Value {
    json!({"type": "object"})
}

/// A list of maps as Kubernetes has them.
pub fn objects() -> Value {
    json!({"type": "array", "items": object()})
}

const NAME: &str = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

/// A name of Kubernetes'.
pub fn name() -> Value {
    json!({"type": "string", "pattern": format!("^{NAME}$")})
}

/// The same, or nothing.
pub fn name_or_empty() -> Value {
    json!({"type": "string", "pattern": format!("^({NAME})?$")})
}

/// The name of an object that is there, with dots or without.
pub fn object_name() -> Value {
    json!({"type": "string", "pattern": ObjectName::PATTERN, "maxLength": 253})
}

/// The same, or nothing.
pub fn object_name_or_empty() -> Value {
    let pattern = ObjectName::PATTERN.trim_start_matches('^').trim_end_matches('$');
    json!({"type": "string", "pattern": format!("^({pattern})?$"), "maxLength": 253})
}

/// An image's tag, or none.
pub fn tag() -> Value {
    json!({"type": "string", "pattern": "^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$"})
}

/// A digest, or none.
pub fn digest() -> Value {
    json!({"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"})
}

const QUANTITY: &str = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?";

/// An amount such as 64Mi.
pub fn quantity() -> Value {
    json!({"type": "string", "pattern": format!("^{QUANTITY}$")})
}

/// The same, or nothing.
pub fn quantity_or_empty() -> Value {
    json!({"type": "string", "pattern": format!("^({QUANTITY})?$")})
}

/// Requests and limits: amounts by name, also as plain numbers.
pub fn resources() -> Value {
    let amount = json!({"anyOf": [quantity(), {"type": "number", "minimum": 0}]});
    let amounts = json!({"type": "object", "additionalProperties": amount});
    json!({"type": "object", "properties": {"requests": amounts, "limits": amounts}})
}

/// Tolerations as Kubernetes has them, which takes `null` for nothing.
pub fn tolerations() -> Value {
    let text = |pattern: &str| json!({"type": ["string", "null"], "pattern": pattern});
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "key": text(&format!("^(({DOMAIN}/)?{WORD})?$")),
                "operator": {"enum": ["", "Equal", "Exists", null]},
                "value": text(&format!("^({WORD})?$")),
                "effect": {"enum": ["", "NoSchedule", "PreferNoSchedule", "NoExecute", null]},
                "tolerationSeconds": {"type": ["integer", "null"]},
            },
        },
    })
}

/// What stands before and behind the slash of a label's key; the latter is also its value.
const DOMAIN: &str = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*";
const WORD: &str = "[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";

/// The Gateways of an HTTPRoute.
pub fn parent_refs() -> Value {
    let object = json!({"type": "string", "pattern": format!("^{DOMAIN}$"), "maxLength": 253});
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["name"],
            "properties": {
                "name": object,
                "namespace": name(),
                "sectionName": object,
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            },
        },
    })
}

/// An address or a part of one: digits, dots, colons. What it means is checked in the chart.
const ADDRESS: &str = r"([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f]*:[0-9A-Fa-f:]*)";

fn addresses() -> Value {
    json!({"type": "array", "items": {"type": "string", "pattern": format!("^{ADDRESS}$")}})
}

/// Address ranges.
pub fn cidrs() -> Value {
    json!({"type": "array", "items": {"type": "string", "pattern": format!("^{ADDRESS}/[0-9]{{1,3}}$")}})
}

fn routes() -> Value {
    let text = |pattern: String| json!({"type": "string", "pattern": pattern});
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["to"],
            "properties": {
                "to": text(format!("^{ADDRESS}/[0-9]{{1,3}}$")),
                "via": text(format!("^({ADDRESS})?$")),
            },
        },
    })
}

/// The name of a network interface: what the kernel takes, without what a shell or a path would read otherwise.
const INTERFACE: &str = "[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}";

/// A network.
pub fn network() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            // Of charts up to 0.1: what a release kept of their values may have it.
            "create": switch(),
            "existing": {"type": "string", "pattern": format!("^(({NAME}/)?[a-z0-9]([a-z0-9.-]{{0,251}}[a-z0-9])?)?$")},
            "mac": switch(),
            "kind": one_of(&["macvlan", "ipvlan", "vlan", "bridge", "hostDevice"]),
            "parent": {"type": "string", "pattern": format!("^({INTERFACE})?$")},
            "mode": one_of(&["bridge", "private", "vepa", "passthru", "l2", "l3", "l3s"]),
            "vlan": {"type": "integer", "minimum": 1, "maximum": 4094},
            "mtu": {"type": "integer", "minimum": 68, "maximum": 65535},
            "subnets": cidrs(),
            "gateways": addresses(),
            "pool": {"type": "array", "items": {"type": "string", "pattern": format!("^{ADDRESS}-{ADDRESS}$")}},
            "ipam": one_of(&["", "host-local", "whereabouts"]),
            "ipamConfig": {"type": "string", "pattern": r"^(/[^\x00-\x1f\x7f]*)?$"},
            "dns": addresses(),
            "routes": routes(),
            "sysctls": text_map(),
            "chain": texts(),
        },
    })
}

/// An interface.
pub fn interface() -> Value {
    let address = format!("dhcp|pppoe|pool|none|gateway|{ADDRESS}/[0-9]{{1,3}}");
    let one = |pattern: String| json!({"type": "string", "pattern": pattern});
    let items = one(format!("^({address})$"));
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["network"],
        "properties": {
            "network": name(),
            "name": {"type": "string", "pattern": format!("^{INTERFACE}$")},
            "mac": {"type": "string", "pattern": "^([0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5})?$"},
            // Empty in a chart for any place: what is missing then is said by the chart.
            "address": {"anyOf": [one(format!("^({address})?$")), {"type": "array", "minItems": 1, "items": items}]},
            "gateways": addresses(),
            "dns": addresses(),
            "routes": routes(),
            "sourceRouting": switch(),
            "defaultRoute": switch(),
            "serve": switch(),
            "discovery": switch(),
            "metric": {"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32},
            "bridge": switch(),
        },
    })
}

/// UCI files. Names of files and options are checked in the chart, which can say whose they are.
pub fn uci() -> Value {
    // UCI holds no control character but tab and line breaks.
    let line = json!({"type": "string", "pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"});
    json!({
        "type": "object",
        "additionalProperties": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["section"],
                "properties": {
                    "section": {"type": "string", "pattern": r"^([A-Za-z0-9_]+|@[A-Za-z0-9_-]+\[(0|-?[1-9][0-9]{0,3})\])$"},
                    "type": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
                    "options": {
                        "type": "object",
                        "additionalProperties": {"anyOf": [
                            line,
                            {"type": "array", "items": line},
                            secret_key_ref(),
                        ]},
                    },
                },
            },
        },
    })
}

/// A map by names of objects. What has another name is refused where it stands: of `propertyNames` Helm tells some key of the values.
pub fn by_name(of: &Value) -> Value {
    json!({"type": "object", "patternProperties": {format!("^{NAME}$"): of}, "additionalProperties": false})
}

/// A container beside the appliance's own; null for none.
pub fn sidecar() -> Value {
    // Kubelet looks for a port's name in the container that it probes, and the ports are the pod's.
    let port = json!({"type": "object", "properties": {"port": {"type": "integer", "minimum": 1, "maximum": 65535}}});
    let probe = json!({"type": "object", "properties": {"httpGet": port, "tcpSocket": port}});
    let path = json!({"type": "string", "pattern": "^/"});
    let mount = json!({"type": "object", "required": ["name", "mountPath"], "properties": {"name": name(), "mountPath": path}});
    json!({
        "type": ["object", "null"],
        "additionalProperties": false,
        "required": ["image"],
        "properties": {
            "image": filled(),
            "imagePullPolicy": one_of(&["", "Always", "IfNotPresent", "Never"]),
            "command": {"type": "array", "items": text()},
            "args": {"type": "array", "items": text()},
            "env": objects(),
            "envFrom": objects(),
            "user": account(),
            "group": account(),
            "volumeMounts": {"type": "array", "items": mount},
            "capabilities": capabilities(),
            "resources": resources(),
            "startupProbe": probe,
            "readinessProbe": probe,
            "livenessProbe": probe,
        },
    })
}

/// A value that a Secret has, as Kubernetes writes it.
fn secret_key_ref() -> Value {
    let object = |properties: Value, required: &[&str]| json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties});
    let key = json!({"type": "string", "pattern": DataKey::PATTERN});
    object(
        json!({"secretKeyRef": object(json!({"name": object_name(), "key": key}), &["name", "key"])}),
        &["secretKeyRef"],
    )
}

/// Ports.
pub fn ports() -> Value {
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "port"],
            "properties": {
                "name": {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$"},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "protocol": one_of(&["TCP", "UDP"]),
            },
        },
    })
}
