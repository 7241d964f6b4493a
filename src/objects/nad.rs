//! NetworkAttachmentDefinitions. The kind is a custom one: its type stands here.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::config::hex;
use super::meta::{MANAGED_BY, WRTPOD, annotations};
use crate::net;
use crate::plan::{Attachment, Plan};

/// API version of the kind.
pub const API_VERSION: &str = "k8s.cni.cncf.io/v1";
/// The kind.
pub const KIND: &str = "NetworkAttachmentDefinition";

/// The NAD of an attachment. It belongs to the site, not to an appliance.
pub fn attachment(plan: &Plan, attachment: &Attachment) -> Value {
    let mut labels = BTreeMap::from([
        (MANAGED_BY, WRTPOD),
        ("wrtpod.dev/site", plan.site.as_str()),
        ("wrtpod.dev/network", attachment.network.value.as_str()),
    ]);
    labels.extend(plan.labels.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": attachment.name,
            "namespace": attachment.namespace,
            "labels": labels,
            "annotations": annotations(&plan.annotations),
        },
        "spec": {"config": net::conflist(attachment)},
    })
}

/// SHA-256, in hex, over `<namespace>/<name>` and `spec.config` of each attachment, each once, sorted by name, every
/// text ended by a newline: the same from the plan and from the cluster.
pub fn digest(mut attachments: Vec<(String, String)>) -> String {
    attachments.sort();
    attachments.dedup();
    let mut hash = Sha256::new();
    for (name, config) in &attachments {
        hash.update(format!("{name}\n{config}\n"));
    }
    hex(&hash.finalize())
}
