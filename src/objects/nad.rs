//! NetworkAttachmentDefinitions. The kind is a custom one: its type stands here.

use serde_json::{Value, json};

use super::meta::{APPLIANCE, annotations, map, metadata};
use crate::net::{self, Nad};
use crate::plan::{Appliance, Nic, Plan};

/// API version of the kind.
pub const API_VERSION: &str = "k8s.cni.cncf.io/v1";
/// The kind.
pub const KIND: &str = "NetworkAttachmentDefinition";

/// The NADs of an appliance's NICs; none on the cluster's own network.
pub fn of_nics(appliance: &Appliance) -> Vec<(&Nic, Nad)> {
    let attached = appliance.nics.iter().filter_map(|nic| Some((nic, nic.attachment.as_ref()?)));
    attached.map(|(nic, attachment)| (nic, Nad::of(&appliance.name, attachment))).collect()
}

/// The object, of a NAD that is the appliance's own. It also carries the site's labels and annotations; the appliance's own win.
pub fn object(plan: &Plan, appliance: &Appliance, nic: &Nic, nad: &Nad) -> Value {
    let mut metadata = metadata(appliance, &plan.namespace, &nad.name);
    let mut labels = map(&plan.labels).unwrap_or_default();
    labels.insert("wrtpod.dev/site".into(), plan.site.clone());
    labels.insert("wrtpod.dev/network".into(), nic.network.value.clone());
    labels.extend(metadata.labels.take().unwrap_or_default());
    metadata.labels = Some(labels);
    let mut all = annotations(&plan.annotations);
    all.extend(map(&appliance.annotations).unwrap_or_default());
    metadata.annotations = Some(all);
    json!({
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": metadata,
        "spec": {"config": nad.config},
    })
}

/// Whether a NAD that is in a cluster says what its name says. One that no appliance of wrtpod's has is right as it is.
pub fn is_as_named(nad: &Value) -> bool {
    let metadata = &nad["metadata"];
    let own = metadata["labels"].get(APPLIANCE).is_some();
    let config = nad["spec"]["config"].as_str().unwrap_or_default();
    !own || metadata["name"].as_str().is_some_and(|name| name.ends_with(&format!("-{}", net::digest(config))))
}
