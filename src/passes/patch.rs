//! The user's patches: partial Kubernetes objects, merged onto the built ones of the same kind and name as
//! Kubernetes' own list and map types say (`DeepMerge`). There is no other way to change what was built.

use k8s_openapi::DeepMerge;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim, Service};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use wrtpod_cni::multus::NETWORKS;

use crate::diag::{Code, Diagnostics, Finding, Loc, Written};
use crate::objects::{NAD_KIND, Object, ObjectSet};
use crate::types::nearest;

/// Merges each patch; one that fits no object, or is not what Kubernetes reads, is reported.
pub fn patch(set: &mut ObjectSet, patches: &[Loc<Written>], diags: &mut Diagnostics) {
    for patch in patches {
        if let Err(findings) = apply(set, patch) {
            diags.extend(findings);
        }
    }
}

fn apply(set: &mut ObjectSet, patch: &Loc<Written>) -> Result<(), Vec<Finding>> {
    let written = &patch.value.value;
    let kind = written.get("kind").and_then(Value::as_str).unwrap_or_default();
    let name = written.pointer("/metadata/name").and_then(Value::as_str);
    // What an attachment says is in its name: the site's networks decide it.
    let known = set.iter().filter(|object| object.identity.kind != NAD_KIND);
    let known: Vec<String> = known.map(|object| object.identity.to_string()).collect();
    let fits = |object: &&mut Object| {
        object.identity.kind == kind
            && kind != NAD_KIND
            && name.is_none_or(|name| object.identity.name == name)
    };
    let mut fitting: Vec<&mut Object> = set.iter_mut().filter(|object| fits(object)).collect();
    let [object] = fitting.as_mut_slice() else {
        let wanted = format!("{kind} {}", name.unwrap_or_default());
        let what = if fitting.is_empty() { "no object" } else { "several objects" };
        let help = match nearest(&wanted, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("write `kind` and `metadata.name` of one of: {}", known.join(", ")),
        };
        let finding = Finding::error(Code::PatchTarget, format!("the patch fits {what}"));
        return Err(vec![finding.at(patch.span).help(help)]);
    };
    let merged = match kind {
        "ConfigMap" => merge::<ConfigMap>(object, written),
        "Deployment" => merge::<Deployment>(object, written),
        "Ingress" => merge::<Ingress>(object, written),
        "NetworkPolicy" => merge::<NetworkPolicy>(object, written),
        "PersistentVolumeClaim" => merge::<PersistentVolumeClaim>(object, written),
        "Service" => merge::<Service>(object, written),
        "StatefulSet" => merge::<StatefulSet>(object, written),
        _ => Err(vec!["this kind is not patched".to_owned()]),
    };
    let (merged, lost) = match merged {
        Ok((merged, lost)) => (Some(merged), lost),
        Err(reasons) => (None, reasons),
    };
    let mut findings: Vec<Finding> = Vec::new();
    for reason in lost {
        findings.push(
            Finding::error(Code::NotKubernetes, format!("the patch is no {kind}: {reason}"))
                .at(patch.span)
                .help(format!("write it as `kubectl explain {}` shows it", kind.to_ascii_lowercase())),
        );
    }
    let Some(merged) = merged else { return Err(findings) };
    if merged.identity != object.identity {
        findings.push(
            Finding::error(Code::PatchTarget, "a patch cannot rename or move an object")
                .at(patch.span)
                .help("leave `metadata.name`, `metadata.namespace` and `apiVersion` as they are"),
        );
    }
    for (pointer, what) in undone(object, &merged) {
        let place = patch.value.places.get(&pointer).copied();
        findings.push(
            Finding::error(Code::PatchUndoes, format!("the patch changes {what}"))
                .at(place.or(patch.span))
                .help("write it into the document, where there is a key for it"),
        );
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    **object = merged;
    Ok(())
}

/// What a patch must not undo: the pointers and what they are.
fn undone(before: &Object, after: &Object) -> Vec<(String, &'static str)> {
    let (before, after) = (&before.value, &after.value);
    let workload = after.pointer("/spec/template/spec").is_some();
    let nics = format!("/spec/template/metadata/annotations/{}", NETWORKS.replace('/', "~1"));
    let pinned = [
        ("/spec/selector", "the selector, which is immutable"),
        ("/spec/serviceName", "the name of its Service, which is immutable"),
        ("/spec/podManagementPolicy", "the way its pod is replaced, which is immutable"),
        ("/spec/volumeClaimTemplates", "claim templates, which are immutable"),
        ("/spec/replicas", "the number of pods, which would share one MAC"),
        ("/spec/strategy", "the update strategy"),
        (&nics, "the NICs"),
        ("/spec/template/spec/hostNetwork", "the pod's network: with the node's there are no NICs"),
        ("/spec/template/spec/shareProcessNamespace", "PID 1, which has to be the appliance's init"),
        ("/spec/storageClassName", "the storage class of a claim, which is immutable"),
    ];
    let changed = pinned.into_iter().filter(|(pointer, _)| {
        let selects = workload || matches!(*pointer, "/spec/selector" | "/spec/storageClassName");
        selects && before.pointer(pointer) != after.pointer(pointer)
    });
    changed.map(|(pointer, what)| (pointer.to_owned(), what)).collect()
}

/// The object with its patch, and what Kubernetes would not understand of the patch; or why it is none at all.
type Merged = Result<(Object, Vec<String>), Vec<String>>;

fn merge<T: DeepMerge + Serialize + DeserializeOwned>(object: &Object, patch: &Value) -> Merged {
    let said = |error: serde_json::Error| vec![error.to_string()];
    let mut base = object.value.clone();
    move_ports(&mut base, 1);
    let mut typed: T = serde_json::from_value(base).map_err(said)?;
    let mut complete = patch.clone();
    move_ports(&mut complete, 1);
    // A patch may leave the API version out; the typed reader wants it.
    if let Some(map) = complete.as_object_mut() {
        map.entry("apiVersion").or_insert_with(|| object.identity.api_version.clone().into());
    }
    let patch: T = serde_json::from_value(complete.clone()).map_err(said)?;
    // The typed reader skips what it does not know, and a patch that does nothing is none.
    let understood = serde_json::to_value(&patch).map_err(said)?;
    let mut fields = Vec::new();
    lost(&complete, &understood, "", &mut fields);
    typed.merge_from(patch);
    let mut merged = Object::of(&typed);
    move_ports(&mut merged.value, -1);
    Ok((merged, fields))
}

/// Moves the ports of UDP and SCTP above all that there are, or back (-1). `DeepMerge` tells the entries of a list of ports apart by
/// their number alone; to the API server 53 of UDP is another port than 53 of TCP.
fn move_ports(value: &mut Value, direction: i64) {
    match value {
        Value::Object(fields) => {
            let by = match fields.get("protocol").and_then(Value::as_str) {
                Some("UDP") => 1 << 16,
                Some("SCTP") => 2 << 16,
                _ => 0,
            };
            for key in ["port", "containerPort"] {
                if let Some(number) = fields.get(key).and_then(Value::as_i64)
                    && by > 0
                {
                    fields.insert(key.to_owned(), (number + direction * by).into());
                }
            }
            fields.values_mut().for_each(|value| move_ports(value, direction));
        }
        Value::Array(entries) => entries.iter_mut().for_each(|value| move_ports(value, direction)),
        _ => {}
    }
}

/// The fields of `written` that are not in `understood`, in words.
fn lost(written: &Value, understood: &Value, path: &str, fields: &mut Vec<String>) {
    match (written, understood) {
        (Value::Object(written), Value::Object(understood)) => {
            for (key, value) in written {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match understood.get(key) {
                    _ if value.is_null() => fields.push(format!("`{path}: null` removes nothing")),
                    // An empty list or map is left out by the typed writer.
                    None if is_empty(value) => {}
                    None => fields.push(format!("there is no field `{path}`")),
                    Some(understood) => lost(value, understood, &path, fields),
                }
            }
        }
        (Value::Array(written), Value::Array(understood)) => {
            for (index, (written, understood)) in written.iter().zip(understood).enumerate() {
                lost(written, understood, &format!("{path}[{index}]"), fields);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ports_of_one_number_are_told_apart_by_their_protocol() {
        let written = json!({
            "metadata": {"name": "dns"},
            "spec": {"ports": [{"name": "dns-tcp", "port": 53}, {"name": "dns", "port": 53, "protocol": "UDP"}]},
        });
        let service: Service = serde_json::from_value(written).expect("a Service");
        let object = Object::of(&service);
        let patch = json!({"kind": "Service", "spec": {"ports": [{"port": 53, "protocol": "UDP", "nodePort": 30053}]}});
        let (merged, lost) = merge::<Service>(&object, &patch).expect("it is one");
        assert_eq!(lost, Vec::<String>::new());
        let udp = json!({"name": "dns", "port": 53, "protocol": "UDP", "nodePort": 30053});
        assert_eq!(merged.value["spec"]["ports"], json!([{"name": "dns-tcp", "port": 53}, udp]));
        let (same, _) = merge::<Service>(&object, &object.value).expect("it is one");
        assert_eq!(same.value, object.value);
        let (more, _) =
            merge::<Service>(&object, &json!({"spec": {"ports": [{"port": 53, "protocol": "SCTP"}]}}))
                .expect("it is one");
        assert_eq!(more.value["spec"]["ports"][2], json!({"port": 53, "protocol": "SCTP"}));
    }
}
