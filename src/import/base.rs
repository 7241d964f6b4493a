//! What a catalog entry says already: a document on top of it says only what differs.

use crate::diag::{Diagnostics, SourceMap, Span};
use crate::spec::{self, CatalogEntry, Profile};
use crate::types::CapabilityWish;
use crate::yaml;
use serde_json::{Map, Value};

/// Keys of an appliance that the values of a chart decide altogether. The others are in the chart's templates, where the
/// catalog entry put them.
const DECIDED: [&str; 33] = [
    "annotations",
    "clusterForwarding",
    "devices",
    "egress",
    "envFrom",
    "firstBoot",
    "group",
    "guard",
    "helperImage",
    "hostUsers",
    "hostname",
    "httpRoute",
    "image",
    "imagePullPolicy",
    "imagePullSecrets",
    "ingress",
    "interfaces",
    "ipv6",
    "labels",
    "nodeSelector",
    "nodes",
    "overlays",
    "persistence",
    "ports",
    "procMount",
    "replicas",
    "resources",
    "secret",
    "service",
    "timezone",
    "tolerations",
    "uci",
    "user",
];

/// Keys of a volume of which the same is true.
const DECIDED_OF_VOLUMES: [&str; 6] =
    ["accessMode", "existingClaim", "hostPath", "nfs", "size", "storageClass"];

/// A catalog entry.
#[derive(Debug, Default)]
pub struct Base(Map<String, Value>);

/// The catalog entry of that name, named at `span`; the empty one without a name. `None` when the catalog has none of that
/// name, which has been reported.
pub fn of(
    catalog: &[CatalogEntry<'_>],
    from: Option<&(String, Span)>,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<Base> {
    let Some((name, span)) = from else { return Some(Base::default()) };
    let tree = spec::entry_spec(catalog, name, *span, sources, diagnostics)?;
    match yaml::to_json(&tree) {
        Value::Object(spec) => Some(Base(spec)),
        _ => None,
    }
}

impl Base {
    /// The profile that the entry states.
    pub fn profile(&self) -> Option<Profile> {
        self.0.get("profile")?.as_str()?.parse().ok()
    }

    /// Whether the entry has a volume of this name.
    pub fn has_volume(&self, name: &str) -> bool {
        self.0.get("volumes").and_then(|volumes| volumes.get(name)).is_some()
    }

    /// Whether the entry's appliance sees the volume as this mount has it: the same folder of it, and writable or not.
    pub fn is_mounted_alike(&self, name: &str, mount: &Value) -> bool {
        let volume = self.0.get("volumes").and_then(|volumes| volumes.get(name));
        volume.is_some_and(|volume| {
            let plain = |key: &String| matches!(key.as_str(), "name" | "mountPath" | "subPath" | "readOnly");
            let known = mount.as_object().is_some_and(|mount| mount.keys().all(plain));
            let only = |one: &Value| one["readOnly"].as_bool().unwrap_or_default();
            known && volume["subPath"].as_str() == mount["subPath"].as_str() && only(volume) == only(mount)
        })
    }

    /// Whether the entry asks for this capability.
    pub fn has_capability(&self, name: &str) -> bool {
        let wishes = self.0.get("capabilities").and_then(Value::as_object).into_iter().flat_map(Map::keys);
        let members =
            wishes.filter_map(|wish| wish.parse::<CapabilityWish>().ok()).flat_map(CapabilityWish::members);
        members.into_iter().any(|(capability, _)| capability.as_str() == name)
    }

    /// The entry's devices that are files of the node: a chart's resources have the others.
    pub fn devices_by_path(&self) -> impl Iterator<Item = &Value> {
        let devices = self.0.get("devices").and_then(Value::as_array);
        devices.into_iter().flatten().filter(|device| device.get("path").is_some())
    }

    /// What is left to say on top of the entry: what differs from it and, where it says nothing, from `defaults`; and
    /// `null` for what the values no longer have.
    pub fn differences(&self, wanted: Map<String, Value>, defaults: &Value) -> Map<String, Value> {
        let mut decided = self.0.clone();
        decided.retain(|key, _| DECIDED.contains(&key.as_str()) || wanted.contains_key(key));
        for key in ["capabilities", "env", "volumes"] {
            if let (Some(Value::Object(known)), Some(Value::Object(own))) =
                (decided.get_mut(key), wanted.get(key))
            {
                known.retain(|name, _| own.contains_key(name));
            }
        }
        let volumes = decided.get_mut("volumes").and_then(Value::as_object_mut);
        for volume in volumes.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
            volume.retain(|key, _| DECIDED_OF_VOLUMES.contains(&key.as_str()));
        }
        differences(&decided, wanted, defaults)
    }
}

fn differences(
    base: &Map<String, Value>,
    wanted: Map<String, Value>,
    defaults: &Value,
) -> Map<String, Value> {
    let gone: Vec<String> = base.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
    let mut left = Map::new();
    for (key, value) in wanted {
        let default = &defaults[&key];
        match (base.get(&key).unwrap_or(default), value) {
            (known, value) if *known == value => {}
            (Value::Object(known), Value::Object(own)) => {
                left.insert(key, Value::Object(differences(known, own, default)));
            }
            (_, value) => {
                left.insert(key, value);
            }
        }
    }
    left.extend(gone.into_iter().map(|key| (key, Value::Null)));
    left
}
