//! The user's patches: partial Kubernetes objects, merged onto the built ones of the same kind and name as
//! Kubernetes' own list and map types say (`DeepMerge`). There is no other way to change what was built.

use k8s_openapi::DeepMerge;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim, Service};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::diag::{Diagnostic, Diagnostics, Loc, Written};
use crate::objects::{NAD_KIND, Object, ObjectSet};
use crate::types::nearest;

/// Merges each patch; one that fits no object, or is not what Kubernetes reads, is reported.
pub fn patch(set: &mut ObjectSet, patches: &[Loc<Written>], diags: &mut Diagnostics) {
    for patch in patches {
        if let Err(finding) = apply(set, patch) {
            diags.push(finding);
        }
    }
}

#[expect(clippy::result_large_err, reason = "a finding is made once for each bad patch")]
fn apply(set: &mut ObjectSet, patch: &Loc<Written>) -> Result<(), Diagnostic> {
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
        return Err(Diagnostic::error("patch-target", format!("the patch fits {what}"))
            .at(patch.span)
            .help(help));
    };
    let merged = match kind {
        "ConfigMap" => merge::<ConfigMap>(object, written),
        "Deployment" => merge::<Deployment>(object, written),
        "Ingress" => merge::<Ingress>(object, written),
        "NetworkPolicy" => merge::<NetworkPolicy>(object, written),
        "PersistentVolumeClaim" => merge::<PersistentVolumeClaim>(object, written),
        "Service" => merge::<Service>(object, written),
        "StatefulSet" => merge::<StatefulSet>(object, written),
        _ => Err("this kind is not patched".to_owned()),
    };
    let merged = merged.map_err(|reason| {
        Diagnostic::error("not-kubernetes", format!("the patch is no {kind}: {reason}"))
            .at(patch.span)
            .help(format!("write it as `kubectl explain {}` shows it", kind.to_ascii_lowercase()))
    })?;
    if merged.identity != object.identity {
        return Err(Diagnostic::error("patch-target", "a patch cannot rename or move an object")
            .at(patch.span)
            .help("leave `metadata.name`, `metadata.namespace` and `apiVersion` as they are"));
    }
    if let Some((pointer, what)) = undone(object, &merged) {
        let place = patch.value.places.get(pointer).copied();
        return Err(Diagnostic::error("patch-undoes", format!("the patch changes {what}"))
            .at(place.or(patch.span))
            .help("write it into the document, where there is a key for it"));
    }
    **object = merged;
    Ok(())
}

/// What a patch must not undo: the pointer and what it is.
fn undone(before: &Object, after: &Object) -> Option<(&'static str, &'static str)> {
    let (before, after) = (&before.value, &after.value);
    let workload = after.pointer("/spec/template/spec").is_some();
    let pinned = [
        ("/spec/selector", "the selector, which is immutable"),
        ("/spec/serviceName", "the name of its Service, which is immutable"),
        ("/spec/podManagementPolicy", "the way its pod is replaced, which is immutable"),
        ("/spec/volumeClaimTemplates", "claim templates, which are immutable"),
        ("/spec/replicas", "the number of pods, which would share one MAC"),
        ("/spec/strategy", "the update strategy"),
        ("/spec/template/metadata/annotations/k8s.v1.cni.cncf.io~1networks", "the NICs"),
        ("/spec/template/spec/hostNetwork", "the pod's network: with the node's there are no NICs"),
        ("/spec/template/spec/shareProcessNamespace", "PID 1, which has to be the appliance's init"),
        ("/spec/storageClassName", "the storage class of a claim, which is immutable"),
    ];
    pinned.into_iter().find(|(pointer, _)| {
        let selects = *pointer == "/spec/selector" || workload || *pointer == "/spec/storageClassName";
        selects && before.pointer(pointer) != after.pointer(pointer)
    })
}

fn merge<T: DeepMerge + Serialize + DeserializeOwned>(
    object: &Object,
    patch: &Value,
) -> Result<Object, String> {
    let mut typed: T = serde_json::from_value(object.value.clone()).map_err(|error| error.to_string())?;
    let mut complete = patch.clone();
    // A patch may leave the API version out; the typed reader wants it.
    if let Some(map) = complete.as_object_mut() {
        map.entry("apiVersion").or_insert_with(|| object.identity.api_version.clone().into());
    }
    let patch: T = serde_json::from_value(complete.clone()).map_err(|error| error.to_string())?;
    // The typed reader skips what it does not know, and a patch that does nothing is none.
    let understood = serde_json::to_value(&patch).map_err(|error| error.to_string())?;
    if let Some(lost) = lost(&complete, &understood, "") {
        return Err(lost);
    }
    typed.merge_from(patch);
    Ok(Object::of(&typed))
}

/// The first field of `written` that is not in `understood`, in words.
fn lost(written: &Value, understood: &Value, path: &str) -> Option<String> {
    match (written, understood) {
        (Value::Object(written), Value::Object(understood)) => written.iter().find_map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match understood.get(key) {
                _ if value.is_null() => Some(format!("`{path}: null` removes nothing")),
                // An empty list or map is left out by the typed writer.
                None if is_empty(value) => None,
                None => Some(format!("there is no field `{path}`")),
                Some(understood) => lost(value, understood, &path),
            }
        }),
        (Value::Array(written), Value::Array(understood)) => {
            written.iter().zip(understood).enumerate().find_map(|(index, (written, understood))| {
                lost(written, understood, &format!("{path}[{index}]"))
            })
        }
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}
