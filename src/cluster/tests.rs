//! The sink against an API server that keeps objects in a map and fails when told to.

mod by_hand;
mod doctor;
mod fake;
mod faults;
mod judging;
mod keeping;
mod nodes;
mod requests;
mod status;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ApplyOptions, ConfiguredBy, Event, ExpectedNic, GeneratedSecret, Progress, Release};
use crate::objects::{Identity, NAD_API_VERSION, NAD_KIND, Object, ObjectSet};

const PLAIN: ApplyOptions = ApplyOptions { force_conflicts: false, delete_data: false };

/// Keeps what it is told.
#[derive(Default)]
struct Told(Vec<String>);

impl Progress for Told {
    fn event(&mut self, event: &Event) {
        self.0.push(event.to_string());
    }
}

fn set(values: impl IntoIterator<Item = Value>) -> ObjectSet {
    let mut set = ObjectSet::new();
    for value in values {
        set.push(Object::from_value(value).expect("an object")).expect("no duplicate");
    }
    set
}

fn object(api_version: &str, kind: &str, name: &str) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "metadata": {
        "name": name, "namespace": "home",
        "labels": {"app.kubernetes.io/managed-by": "wrtpod", "app.kubernetes.io/instance": "openwrt"}}})
}

/// Four objects, one of them an attachment, and one Secret to be made.
pub(super) fn release() -> Release {
    let mut workload = object("apps/v1", "StatefulSet", "openwrt");
    workload["spec"] = json!({
        "selector": {"matchLabels": {"app.kubernetes.io/instance": "openwrt"}},
        "template": {"metadata": {"annotations": {"k8s.v1.cni.cncf.io/networks": "[{\"name\":\"lan\"}]"}}},
    });
    Release {
        appliance: "openwrt".into(),
        namespace: "home".into(),
        site: "flat".into(),
        objects: set([
            object("v1", "ConfigMap", "openwrt"),
            object("v1", "PersistentVolumeClaim", "openwrt"),
            object(NAD_API_VERSION, NAD_KIND, "lan"),
            workload,
        ]),
        shared: set([]),
        expected: vec![ExpectedNic {
            interface: "lan".into(),
            network_name: "home/lan".into(),
            existing: false,
            mac: Some("02:00:00:00:00:01".into()),
            addresses: vec!["192.168.1.2/24".into()],
            dynamic: false,
            configured_by: ConfiguredBy::Guest,
        }],
        workload: Identity {
            api_version: "apps/v1".into(),
            kind: "StatefulSet".into(),
            namespace: Some("home".into()),
            name: "openwrt".into(),
        },
        container: "openwrt".into(),
        create_namespace: true,
        credentials: Some("openwrt-password".into()),
        cluster_ranges: Vec::new(),
        modules: Vec::new(),
        secret: Some(GeneratedSecret {
            name: "openwrt-password".into(),
            labels: BTreeMap::new(),
            annotations: BTreeMap::new(),
        }),
    }
}
