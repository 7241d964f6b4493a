//! The user's patches: partial Kubernetes objects, merged onto the built ones of the same kind and name as
//! Kubernetes' own list and map types say (`DeepMerge`). There is no other way to change what was built.

use k8s_openapi::DeepMerge;
use k8s_openapi::api::apps::v1::{Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{ConfigMap, PersistentVolumeClaim, Service};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::diag::{Diagnostic, Diagnostics, Loc};
use crate::objects::{Object, ObjectSet};
use crate::types::nearest;

/// Merges each patch; one that fits no object, or is not what Kubernetes reads, is reported.
pub fn patch(set: &mut ObjectSet, patches: &[Loc<Value>], diags: &mut Diagnostics) {
    for patch in patches {
        if let Err(finding) = apply(set, patch) {
            diags.push(finding);
        }
    }
}

fn apply(set: &mut ObjectSet, patch: &Loc<Value>) -> Result<(), Diagnostic> {
    let kind = patch.value.get("kind").and_then(Value::as_str).unwrap_or_default();
    let name = patch.value.pointer("/metadata/name").and_then(Value::as_str);
    let known: Vec<String> = set.iter().map(|object| object.identity.to_string()).collect();
    let fits = |object: &&mut Object| {
        object.identity.kind == kind && name.is_none_or(|name| object.identity.name == name)
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
        "ConfigMap" => merge::<ConfigMap>(object, &patch.value),
        "Deployment" => merge::<Deployment>(object, &patch.value),
        "Ingress" => merge::<Ingress>(object, &patch.value),
        "NetworkPolicy" => merge::<NetworkPolicy>(object, &patch.value),
        "PersistentVolumeClaim" => merge::<PersistentVolumeClaim>(object, &patch.value),
        "Service" => merge::<Service>(object, &patch.value),
        "StatefulSet" => merge::<StatefulSet>(object, &patch.value),
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
    **object = merged;
    Ok(())
}

fn merge<T: DeepMerge + Serialize + DeserializeOwned>(object: &Object, patch: &Value) -> Result<Object, String> {
    let mut typed: T = serde_json::from_value(object.value.clone()).map_err(|error| error.to_string())?;
    let mut complete = patch.clone();
    // A patch may leave the API version out; the typed reader wants it.
    if let Some(map) = complete.as_object_mut() {
        map.entry("apiVersion").or_insert_with(|| object.identity.api_version.clone().into());
    }
    let patch: T = serde_json::from_value(complete).map_err(|error| error.to_string())?;
    typed.merge_from(patch);
    Ok(Object::of(&typed))
}
