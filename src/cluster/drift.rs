//! What a pod template says about its attachments: which NICs it asks for, and whether the attachments are
//! still those that it was written for. Pure.

use serde_json::Value;

use crate::objects::{ATTACHMENTS_DIGEST, attachments_digest};

use super::prune::{NETWORKS, names};
use super::{ConfiguredBy, ExpectedNic};

/// One NetworkAttachmentDefinition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attachment {
    /// `<namespace>/<name>`.
    pub name: String,
    /// Its `spec.config`.
    pub config: String,
}

impl Attachment {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let metadata = &value["metadata"];
        let (namespace, name) =
            (metadata["namespace"].as_str().unwrap_or_default(), metadata["name"].as_str()?);
        let config = value["spec"]["config"].as_str().unwrap_or_default();
        Some(Self { name: format!("{namespace}/{name}"), config: config.to_owned() })
    }

    /// Whether CNI gives the interface its addresses.
    fn has_ipam(&self) -> bool {
        let Ok(config) = serde_json::from_str::<Value>(&self.config) else { return false };
        let plugins = config["plugins"].as_array().cloned().unwrap_or_else(|| vec![config.clone()]);
        plugins.iter().any(|plugin| plugin["ipam"]["type"].as_str().is_some_and(|kind| !kind.is_empty()))
    }
}

fn digest(attachments: Vec<Attachment>) -> String {
    attachments_digest(
        attachments.into_iter().map(|attachment| (attachment.name, attachment.config)).collect(),
    )
}

fn annotation<'a>(workload: &'a Value, key: &str) -> Option<&'a str> {
    workload.pointer("/spec/template/metadata/annotations")?.get(key)?.as_str()
}

/// Whether an attachment has changed, or is gone, since the pod template was written.
pub(super) fn changed(workload: &Value, namespace: &str, live: &[Attachment]) -> bool {
    let Some(written_for) = annotation(workload, ATTACHMENTS_DIGEST) else { return false };
    let used = names(annotation(workload, NETWORKS).unwrap_or_default(), namespace);
    let now = live.iter().filter(|attachment| used.contains(&attachment.name)).cloned().collect();
    digest(now) != written_for
}

/// Whether an attachment in the cluster says something else than the planned one of its name.
pub(super) fn differs(live: &Value, planned: &Value) -> bool {
    let config = |value| Attachment::read(value).map(|attachment| attachment.config);
    config(live) != config(planned)
}

/// The NICs that a pod template asks for; without the plan, only the annotation and the attachments tell.
pub(super) fn expected(workload: &Value, namespace: &str, live: &[Attachment]) -> Vec<ExpectedNic> {
    let text = annotation(workload, NETWORKS).unwrap_or_default();
    let Ok(Value::Array(elements)) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let read = |element: &Value| {
        let text = |key: &str| element[key].as_str().map(str::to_owned);
        let network = names(&Value::Array(vec![element.clone()]).to_string(), namespace).pop()?;
        let by_cni = live.iter().any(|attachment| attachment.name == network && attachment.has_ipam());
        let ips = element["ips"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Some(ExpectedNic {
            interface: text("interface")?,
            mac: text("mac"),
            addresses: ips.map(str::to_owned).collect(),
            dynamic: false,
            configured_by: if by_cni { ConfiguredBy::Cni } else { ConfiguredBy::Guest },
            network_name: network,
        })
    };
    elements.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nad(name: &str, config: &str) -> Value {
        json!({"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
               "metadata": {"name": name, "namespace": "a"}, "spec": {"config": config}})
    }

    /// `printf 'a/iot\n{}\na/lan\n{"x":1}\n' | sha256sum`.
    #[test]
    fn the_digest_does_not_depend_on_the_order() {
        let read = [nad("lan", r#"{"x":1}"#), nad("iot", "{}")].iter().filter_map(Attachment::read).collect();
        assert_eq!(digest(read), "a655ad6765218e52ababf94cafbe1e1a024fed56fc98f190127ad0d3b4100392");
    }

    #[test]
    fn a_changed_attachment_is_seen() {
        let live = [nad("lan", "{}")].iter().filter_map(Attachment::read).collect::<Vec<_>>();
        let workload = |hash: &str| {
            json!({"spec": {"template": {"metadata": {"annotations": {
                NETWORKS: r#"[{"name":"lan","interface":"lan"}]"#, ATTACHMENTS_DIGEST: hash}}}}})
        };
        assert!(!changed(&workload(&digest(live.clone())), "a", &live));
        assert!(changed(&workload("0000"), "a", &live));
        assert!(changed(&workload(&digest(live.clone())), "a", &[]));
    }

    #[test]
    fn labels_are_no_difference_of_attachments() {
        let (mut live, planned) = (nad("lan", "{}"), nad("lan", "{}"));
        live["metadata"]["labels"] = json!({"part-of": "x"});
        assert!(!differs(&live, &planned) && differs(&nad("lan", r#"{"x":1}"#), &planned));
    }
}
