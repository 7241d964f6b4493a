//! What a pod template says about its attachments: which NICs it asks for, and whether the attachments still say what
//! they were made to say. Pure.

use std::collections::BTreeSet;

use serde_json::Value;
use wrtpod_cni::Configuration;
use wrtpod_cni::multus::{self, Element, NETWORKS};

use crate::objects;

use super::named::networks;
use super::{ConfiguredBy, ExpectedNic};

/// One NetworkAttachmentDefinition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attachment {
    /// `<namespace>/<name>`.
    pub name: String,
    /// Its `spec.config`.
    pub config: String,
    /// Whether that is what its name says.
    as_named: bool,
}

impl Attachment {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let metadata = &value["metadata"];
        let (namespace, name) =
            (metadata["namespace"].as_str().unwrap_or_default(), metadata["name"].as_str()?);
        let config = value["spec"]["config"].as_str().unwrap_or_default();
        let as_named = objects::nad_is_as_named(value);
        Some(Self { name: format!("{namespace}/{name}"), config: config.to_owned(), as_named })
    }

    /// Whether CNI gives the interface its addresses.
    fn has_ipam(&self) -> bool {
        let read = Configuration::parse(&self.config);
        read.is_ok_and(|read| read.value.plugins().iter().any(|plugin| plugin.ipam().is_some()))
    }
}

fn annotation<'a>(workload: &'a Value, key: &str) -> Option<&'a str> {
    workload.pointer("/spec/template/metadata/annotations")?.get(key)?.as_str()
}

/// Whether an attachment of the pod template was edited, or is gone. `live` has those of the namespace; of others nothing
/// is known.
pub(super) fn changed(workload: &Value, namespace: &str, live: &[Attachment]) -> bool {
    let used = networks(annotation(workload, NETWORKS).unwrap_or_default(), namespace);
    let own = format!("{namespace}/");
    used.iter().filter(|name| name.starts_with(&own)).any(|name| {
        let found = live.iter().find(|attachment| attachment.name == *name);
        found.is_none_or(|attachment| !attachment.as_named)
    })
}

/// The attachments of the pod template that other namespaces have.
pub(super) fn elsewhere(workload: &Value, namespace: &str) -> BTreeSet<String> {
    let used = networks(annotation(workload, NETWORKS).unwrap_or_default(), namespace);
    let own = format!("{namespace}/");
    used.into_iter().filter(|name| !name.starts_with(&own)).collect()
}

/// Whether an attachment in the cluster says something else than the planned one of its name.
pub(super) fn differs(live: &Value, planned: &Value) -> bool {
    let config = |value| Attachment::read(value).map(|attachment| attachment.config);
    config(live) != config(planned)
}

/// The NICs that a pod template asks for; without the plan, only the annotation and the attachments tell.
pub(super) fn expected(workload: &Value, namespace: &str, live: &[Attachment]) -> Vec<ExpectedNic> {
    let text = annotation(workload, NETWORKS).unwrap_or_default();
    let asked = multus::networks(text).map(|read| read.value).unwrap_or_default();
    let read = |element: &Element| {
        let network = element.full_name(namespace);
        let by_cni = live.iter().any(|attachment| attachment.name == network && attachment.has_ipam());
        let ips = element.ips.iter().flatten();
        Some(ExpectedNic {
            interface: element.interface()?.to_owned(),
            mac: element.mac.as_ref().map(|mac| mac.as_written().to_owned()),
            addresses: ips.map(|address| address.as_written().to_owned()).collect(),
            dynamic: false,
            configured_by: if by_cni { ConfiguredBy::Cni } else { ConfiguredBy::Guest },
            network_name: network,
            existing: false,
        })
    };
    asked.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nad(name: &str, config: &str) -> Value {
        json!({"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
               "metadata": {"name": name, "namespace": "a"}, "spec": {"config": config}})
    }

    fn is_changed(name: &str, live: &[Value]) -> bool {
        let networks = format!("{name}@lan");
        let workload = json!({"spec": {"template": {"metadata": {"annotations": {NETWORKS: networks}}}}});
        changed(&workload, "a", &live.iter().filter_map(Attachment::read).collect::<Vec<_>>())
    }

    #[test]
    fn an_attachment_that_was_edited_is_seen() {
        let name = "web-lan-44136fa355";
        let own = |config: &str| {
            let mut own = nad(name, config);
            own["metadata"]["labels"] = json!({objects::APPLIANCE: "web"});
            own
        };
        assert!(!is_changed(name, &[own("{}")]));
        assert!(is_changed(name, &[own(r#"{"x":1}"#)]));
        assert!(is_changed(name, &[]));
    }

    #[test]
    fn an_attachment_of_others_is_right_as_it_is() {
        assert!(!is_changed("lan", &[nad("lan", r#"{"x":1}"#)]));
        // What another namespace has is not looked at.
        assert!(!is_changed("elsewhere/lan", &[]) && is_changed("a/lan", &[]));
    }

    #[test]
    fn labels_are_no_difference_of_attachments() {
        let (mut live, planned) = (nad("lan", "{}"), nad("lan", "{}"));
        live["metadata"]["labels"] = json!({"part-of": "x"});
        assert!(!differs(&live, &planned) && differs(&nad("lan", r#"{"x":1}"#), &planned));
    }
}
