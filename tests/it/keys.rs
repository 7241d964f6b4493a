//! The reference's keys, tried: another value of each changes what is rendered, or what an image is built from. Those of
//! which this is not true stand in a table, with the reason.

use std::fs;

use serde_json::{Value, json};
use wrtpod::diag::{Diagnostics, SourceMap};
use wrtpod::sink;
use wrtpod::spec::{self, Input, SchemaKind, schema};
use wrtpod::{catalog, overlay, recipe};

use crate::defaults::{records, with};
use crate::support::outcome;

/// Keys that change nothing of it, and what they are for.
const ELSEWHERE: &[(&str, &str)] = &[
    ("ApplianceSpec.description", "the catalog, charts and `init` show it"),
    ("ImageSpec.description", "the catalog shows it"),
    ("OverlaySpec.description", "the catalog shows it"),
    ("OverlaySpec.notes", "`explain` shows them"),
    ("ApplianceSpec.allow", "rules ask for the reasons"),
    ("ApplianceSpec.pair", "rules compare the two"),
    ("ApplianceSpec.privileged", "refused"),
    ("Image: Metadata.annotations", "a warning says so"),
    ("Image: Metadata.labels", "a warning says so"),
    ("Overlay: Metadata.annotations", "a warning says so"),
    ("Overlay: Metadata.labels", "a warning says so"),
    ("Network.wire", "rules compare networks by it"),
    ("Node.architecture", "rules ask for it"),
    ("Device.path", "a pod can open /dev/net/tun alone; others are refused"),
    ("Requirements.hostModules", "rules and `doctor` ask for them"),
    ("Requirements.sysctls", "rules ask for them"),
    ("Paths.cniBin", "the key `paths` is a warning: it never did anything"),
    ("Paths.cniConf", "the key `paths` is a warning: it never did anything"),
];

/// Values that fit one key or another; each key takes what it can of them.
fn pool() -> Vec<Value> {
    const TEXTS: &str = "other lan iot extra http web /other /srv/other UTC CET-1 Europe/Berlin 10.9.0.0/16 192.168.1.7 192.168.1.77/24 \
                         192.168.9.0/24 192.168.1.230-192.168.1.240 enp9s0 node1 node2 2Gi 65Mi 70m squat.ai/other /dev/net/tun \
                         02:00:5e:10:00:01 wireguard a.example.org a/b:2 htop https://feeds.example/x 0600 1:1 fast dhcp none nginx-lan /dev/ppp 192.168.6.0/23 packed";
    let texts: Vec<Value> = TEXTS.split_whitespace().map(Value::from).collect();
    let digest = json!("7e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    let lists = texts.iter().map(|text| json!([text])).collect::<Vec<_>>();
    let maps = [
        json!({"example.org/a": "b"}),
        json!({"A": "b"}),
        json!({"a": "b"}),
        json!({"10-a": "true"}),
        json!({"/etc/other": {"content": "x"}}),
        json!({"net.ipv4.conf.IFNAME.arp_notify": "1"}),
        json!({"net.ipv4.ping_group_range": "0 1"}),
        json!({"SYS_NICE": "a scheduler"}),
        json!({"system": {"@system[0]": {"hostname": "other"}}}),
        json!({"hostPID": "it lists the node's processes"}),
        json!({"http": {"port": 81}}),
        json!({"extra": {"mountPath": "/extra"}}),
        json!({"extra": {"url": "https://feeds.example/x"}}),
        json!({"node3": {}}),
        json!({"node1": "enp9s0"}),
        json!({"host": "b.example.org"}),
        json!([{"type": "other"}]),
        json!([{"operator": "Exists"}]),
        json!([{"path": "/dev/net/tun"}]),
        json!([{"kind": "Service", "metadata": {"annotations": {"a": "b"}}}]),
        json!([{"file": "./other.pub"}]),
    ];
    let plain = [true.into(), false.into(), 2.into(), 7.into(), 1400.into(), digest];
    plain.into_iter().chain(texts).chain(lists).chain(maps).collect()
}

/// An image with a root of every kind.
fn image() -> Value {
    let verify = json!({"sha256": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"});
    let sums = json!({"sha256sums": {"key": {"file": "./a.pub"}}});
    json!({
        "base": {
            "amd64": {"image": "openwrt/rootfs:x86-64-24.10.4"},
            "arm64": {"rootfs": {"url": "https://downloads.example/a.tar.gz", "verify": verify}},
            "arm": {"rootfs": {"file": "./a.tar.gz", "verify": sums}},
            "386": {"layout": "./a.oci"},
        },
        "feeds": {"mine": {"folder": "./feed", "keys": [{"text": "a"}]}, "theirs": {"url": "https://feeds.example/a"}},
        "files": {"/etc/a": {"content": "a"}, "/etc/b": {"file": "./b"}, "/etc/c": {"link": "/etc/a"}},
    })
}

/// Documents that have a record of every kind; each is good as it stands. `overlay`: the folder of an overlay of their own.
fn documents(overlay: &str) -> Vec<Value> {
    let meta = |kind: &str, name: &str, spec: Value| json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec});
    let subnet = |number: u8| format!("192.168.{number}.0/24");
    let networks = json!({
        "lan": {"macvlan": {"parent": "enp3s0"}, "subnet": subnet(1), "gateway": "192.168.1.1", "pool": "192.168.1.200-192.168.1.216", "nodes": ["node1"], "routes": [{"to": "10.50.0.0/16", "via": "192.168.1.254"}]},
        "pooled": {"ipvlan": {"parent": "enp8s0"}, "subnet": subnet(6), "pool": "192.168.6.200-192.168.6.210", "nodes": ["node1"]},
        "guests": {"bridge": {"name": "br1"}, "subnet": subnet(7)},
        "first": {"macvlan": {"parent": "enp7s0"}, "subnet": subnet(8)},
        "ip": {"ipvlan": {"parent": "enp4s0"}, "subnet": subnet(2), "pool": "192.168.2.200-192.168.2.210", "nodes": ["node1"]},
        "tagged": {"vlan": {"parent": "enp5s0", "id": 5}, "subnet": subnet(3)},
        "bridged": {"bridge": {"name": "br0"}, "subnet": subnet(4)},
        "whole": {"hostDevice": {"device": "enp6s0"}, "subnet": subnet(5)},
        "wan": {"macvlan": {"parent": "enp7s0"}},
        "old": {"existing": {"name": "old"}, "subnet": subnet(9)},
    });
    let parents = json!(["enp3s0", "enp4s0", "enp5s0", "br0", "br1", "enp6s0", "enp7s0", "enp8s0", "enp9s0"]);
    let site = json!({
        "salt": "a",
        "networks": networks,
        "nodes": {"node1": {"parents": parents, "architecture": "amd64"}, "node2": {}},
        "cluster": {"podCIDRs": "10.42.0.0/16"},
        "paths": {},
    });
    let router = json!({
        "profile": "openwrt",
        "image": "openwrt/rootfs:x86-64-24.10.4",
        "interfaces": [{"network": "lan", "address": "192.168.1.1/24", "serve": true}, {"network": "guests", "address": "192.168.7.1/24"}, {"network": "wan", "address": "dhcp"}],
        "persistence": {"mode": "system"},
        "overlays": [overlay],
        "devices": [{"path": "/dev/net/tun"}],
        "uci": {"network": {"tunnel": {".type": "interface", "private_key": {"secretKeyRef": {"name": "tunnel", "key": "key"}}}}},
    });
    let hub = json!({
        "image": "nginx:1.29.3",
        "interfaces": [
            {"network": "lan", "address": "192.168.1.80/24", "routes": [{"to": "10.60.0.0/16", "via": "192.168.1.254"}]},
            {"network": "ip", "address": "192.168.2.80/24"},
            {"network": "tagged", "address": "192.168.3.80/24"},
            {"network": "bridged", "address": "192.168.4.80/24"},
            {"network": "whole", "address": "192.168.5.80/24"},
            {"network": "old", "address": "192.168.9.80/24"},
        ],
        "ports": {"http": {"port": 80}, "web": {"port": 8080}},
        "service": {},
        "egress": {},
        "ingress": {"host": "hub.example.org"},
        "httpRoute": {"parentRefs": [{"name": "internal"}]},
        "env": {"FIRST": {"configMapKeyRef": {"name": "words", "key": "first"}}},
        "envFrom": [{"secret": "login"}, {"configMap": "plain"}],
        "allow": {"/run/dbus": "it asks the node's Bluetooth"},
        "volumes": {
            "data": {"mountPath": "/data"},
            "config": {"mountPath": "/config", "configMap": "hub"},
            "tls": {"mountPath": "/tls", "secret": "hub"},
            "scratch": {"mountPath": "/scratch", "emptyDir": true},
            "bus": {"mountPath": "/run/dbus", "hostPath": "/run/dbus"},
            "media": {"mountPath": "/media", "nfs": {"server": "nas.lan", "path": "/export"}},
        },
        "devices": [{"resource": "squat.ai/zigbee"}],
        "probes": {"startup": {"exec": ["true"]}, "readiness": {"http": {"port": "http"}}, "liveness": {"tcp": "http"}},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "containers": {"exporter": {"image": "a/exporter:1", "mounts": {"data": "/data"}}},
    });
    let many = json!({
        "image": "nginx:1.29.3",
        "interfaces": [{"network": "pooled", "address": "pool"}],
        "workload": "Deployment",
    });
    vec![
        meta("Site", "home", site),
        meta("Appliance", "router", router),
        meta("Appliance", "hub", hub),
        meta("Appliance", "many", many),
        meta(
            "Appliance",
            "plain",
            json!({"image": "a:1", "interfaces": [{"network": "bridged", "address": "none"}], "hostUsers": false}),
        ),
        meta(
            "Appliance",
            "primary",
            json!({"image": "a:1", "interfaces": [{"network": "first", "address": "192.168.8.7/24"}]}),
        ),
        meta(
            "Appliance",
            "small",
            json!({"profile": "openwrt", "image": "a:1", "interfaces": [{"network": "guests", "address": "192.168.7.9/24"}], "persistence": {"mode": "etc"}}),
        ),
        meta("Image", "mine", image()),
        meta("Image", "packed", json!({"base": {"amd64": {"archive": "./a.tar"}}, "overlays": ["pppoe"]})),
        meta(
            "Overlay",
            "own",
            json!({"requires": {"devices": [{"path": "/dev/net/tun"}, {"resource": "squat.ai/own"}]}, "packages": ["nano"], "uci": {"network": {"wire": {".type": "interface", "password": {"secretKeyRef": {"name": "wire", "key": "key"}}}}}}),
        ),
    ]
}

/// Those of the documents that one is tried with. The overlay's, the last one, lies in its folder.
fn company(documents: &[Value], document: usize) -> Vec<usize> {
    let of_kind = |kind: &str| {
        (0..documents.len()).filter(|index| documents[*index]["kind"] == kind).collect::<Vec<_>>()
    };
    match documents[document]["kind"].as_str() {
        Some("Site") => [of_kind("Site"), of_kind("Appliance")].concat(),
        Some("Appliance") => [vec![0, document], of_kind("Image")].concat(),
        Some("Image") => vec![document],
        _ => vec![0, 1],
    }
}

/// What is rendered of documents and built from them; nothing when they are refused.
fn made(documents: &[Value], members: &[usize], folder: &str) -> Option<String> {
    let overlay = documents.last().expect("there are documents");
    fs::write(format!("{folder}/overlay.yaml"), overlay.to_string()).expect("written");
    let text: Vec<String> = members.iter().map(|index| documents[*index].to_string()).collect();
    let text = text.join("\n---\n");
    let outcome = outcome("site.yaml", &text);
    if outcome.diagnostics.has_errors() {
        return None;
    }
    Some(sink::yaml_texts(&outcome.sets).collect::<String>() + &recipes(text))
}

/// The recipes of documents, without places.
fn recipes(text: String) -> String {
    let inputs = [Input { name: "site.yaml".to_owned(), text }];
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let request = spec::Request {
        inputs: &inputs,
        catalog: catalog::ENTRIES,
        images: catalog::IMAGES,
        ..Default::default()
    };
    let documents = spec::load(&request, &mut sources, &mut diags);
    let overlays = overlay::gather(&documents, &mut sources, &mut diags);
    let decide = |image| format!("{:?}", recipe::decide(image, &overlays, &mut diags));
    let texts: Vec<String> = documents.images.iter().map(|image| &**image).map(decide).collect();
    let all = texts.join("\n");
    let mut parts = all.split("span: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// Where a record is: the name of its kind, its document and the pointer in it.
type Place = (String, usize, String);

/// Whether another value of the key, or none, makes something else.
fn is_heard(documents: &[Value], folder: &str, place: &Place, key: &str, values: &[Value]) -> bool {
    let (_, document, pointer) = place;
    let members = company(documents, *document);
    let plain = made(documents, &members, folder);
    assert!(plain.is_some(), "{pointer} of {}", documents[*document]["metadata"]["name"]);
    let present = documents[*document].pointer(pointer).is_some_and(|record| record.get(key).is_some());
    let differs = |value: Option<&Value>| {
        let made = made(&with(documents, *document, pointer, key, value), &members, folder);
        made.is_some() && made != plain
    };
    (present && differs(None)) || values.iter().any(|value| differs(Some(value)))
}

/// Whether what stands behind a key are records: their own keys are tried.
fn holds_records(root: &Value, property: &Value) -> bool {
    let branches = property["anyOf"].as_array().into_iter().flatten();
    let nodes = branches.chain([property, &property["items"], &property["additionalProperties"]]);
    let names = nodes.filter_map(|node| node["$ref"].as_str()?.strip_prefix("#/$defs/"));
    names.into_iter().any(|name| root["$defs"][name]["properties"].is_object())
}

/// The values to try: those that the schema names, or all that is known.
fn values(root: &Value, property: &Value, pool: &[Value]) -> Vec<Value> {
    let name = property["$ref"].as_str().and_then(|text| text.strip_prefix("#/$defs/"));
    let choices = name.and_then(|name| root["$defs"][name]["oneOf"].as_array());
    let named: Vec<Value> =
        choices.into_iter().flatten().filter_map(|one| one.get("const").cloned()).collect();
    let fits = |value: &&Value| {
        let kind = match value {
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            _ => "string",
        };
        let of = |node: &Value| {
            node["type"] == kind
                || node["type"].as_array().is_some_and(|kinds| kinds.iter().any(|one| *one == *kind))
        };
        of(property)
            || property["anyOf"].as_array().is_some_and(|branches| branches.iter().any(of))
            || name.is_some() && kind == "object"
    };
    if named.is_empty() { pool.iter().filter(fits).cloned().collect() } else { named }
}

/// Tries every key of a kind of document; says which change nothing without standing in the table, and the other way round.
fn try_keys(kind: SchemaKind, word: &str) {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("own");
    fs::create_dir(&folder).expect("a folder");
    let folder = folder.to_str().expect("a path of text").to_owned();
    let documents = documents(&folder);
    let pool = pool();
    let schema = schema(kind);
    let mut found = Vec::new();
    for (index, document) in documents.iter().enumerate().filter(|(_, one)| one["kind"] == word) {
        records(&schema, &schema, document, (index, String::new()), &mut found);
    }
    let mut wrong = Vec::new();
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        for (key, property) in definition["properties"].as_object().into_iter().flatten() {
            if holds_records(&schema, property) {
                continue;
            }
            let path = format!("{name}.{key}");
            let values = values(&schema, property, &pool);
            let mut places = found.iter().filter(|(known, ..)| known == name);
            let is_heard = places.any(|place| is_heard(&documents, &folder, place, key, &values));
            let mut elsewhere =
                ELSEWHERE.iter().map(|(known, _)| known.rsplit_once(": ").unwrap_or((word, known)));
            match (elsewhere.any(|known| known == (word, path.as_str())), is_heard) {
                (false, false) => wrong.push(format!("nothing hears of {path}")),
                (true, true) => wrong.push(format!("the table has {path}, which is heard of")),
                _ => {}
            }
        }
    }
    assert!(found.len() > 3, "records of {word}: {found:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_key_of_a_site_changes_something() {
    try_keys(SchemaKind::Site, "Site");
}

#[test]
fn every_key_of_an_appliance_changes_something() {
    try_keys(SchemaKind::Appliance, "Appliance");
}

#[test]
fn every_key_of_an_image_changes_something() {
    try_keys(SchemaKind::Image, "Image");
}

#[test]
fn every_key_of_an_overlay_changes_something() {
    try_keys(SchemaKind::Overlay, "Overlay");
}
