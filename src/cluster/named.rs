//! What the pods and pod templates of a namespace name: an attachment or a ConfigMap that one of them names stays, for a pod
//! that is being made again has to find it. Pure but for [`read`], which lists them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use wrtpod_cni::multus::{self, DEFAULT_NETWORK, NETWORKS};

use crate::objects::Identity;

use super::kinds::{Kind, NAD};
use super::session::{Session, all};
use super::{Error, request};

/// The kinds that hold pods' templates, and where in them; what goes back to an earlier template holds that as well. What
/// others own comes before its owners.
const HOLDERS: [(&str, &str); 10] = [
    ("Pod", ""),
    ("ControllerRevision", "/data/spec/template"),
    ("ReplicaSet", "/spec/template"),
    ("Job", "/spec/template"),
    ("StatefulSet", "/spec/template"),
    ("Deployment", "/spec/template"),
    ("DaemonSet", "/spec/template"),
    ("CronJob", "/spec/jobTemplate/spec/template"),
    ("ReplicationController", "/spec/template"),
    ("PodTemplate", "/template"),
];

/// What is named in a namespace.
#[derive(Debug, Default)]
pub(super) struct Named {
    /// The kind and `<namespace>/<name>` of each object that is named, and what names it, `Pod openwrt-0`.
    holders: BTreeMap<(&'static str, String), String>,
    /// Why not all of it is known.
    unseen: Option<String>,
}

/// Lists what holds templates. What may not be listed makes everything count as named: nobody knows that it is not.
pub(super) async fn read(session: &Session<'_>, namespace: &str) -> Result<Named, Error> {
    let kinds = HOLDERS.map(|(kind, pointer)| (Kind::named(kind), pointer));
    let lists = all(kinds.iter().map(|(kind, _)| {
        let request = request::list(kind, Some(namespace), &[]);
        async move { session.items(&format!("list the {}", kind.plural), request).await }
    }));
    let lists = Box::pin(lists).await;
    let mut items = Vec::new();
    let mut unseen = None;
    for ((kind, pointer), list) in kinds.into_iter().zip(lists) {
        match list {
            Ok(list) => items.push((kind, pointer, list)),
            Err(Error::Refused { status: 403, .. }) => {
                unseen.get_or_insert_with(|| format!("{} may name it, and may not be listed", kind.plural));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Named { unseen, ..Named::of(&items, namespace) })
}

impl Named {
    /// What the templates in these objects name.
    fn of(items: &[(&'static Kind, &str, Vec<Value>)], namespace: &str) -> Self {
        let mut named = Self::default();
        let living: BTreeSet<&str> = items
            .iter()
            .flat_map(|(.., items)| items)
            .filter_map(|item| item["metadata"]["uid"].as_str())
            .collect();
        for (kind, pointer, items) in items {
            for item in items.iter().filter(|item| kind.kind == "Pod" || !is_orphan(item, &living)) {
                let name = item["metadata"]["name"].as_str().unwrap_or_default();
                let template = item.pointer(pointer).unwrap_or(&Value::Null);
                for object in attachments(template, namespace).chain(config_maps(template, namespace)) {
                    named.holders.entry(object).or_insert_with(|| format!("{} {name}", kind.kind));
                }
            }
        }
        named
    }

    /// Why an object stays, half a sentence; `None` where nothing names it.
    pub(super) fn keeps(&self, identity: &Identity) -> Option<String> {
        let name = format!("{}/{}", identity.namespace.as_deref().unwrap_or_default(), identity.name);
        let known = [NAD, CONFIG_MAP].into_iter().find(|kind| *kind == identity.kind)?;
        let holder = self.holders.get(&(known, name)).map(|holder| format!("{holder} refers to it"));
        holder.or_else(|| self.unseen.clone())
    }
}

const CONFIG_MAP: &str = "ConfigMap";

/// Whether its owner is gone, so that the garbage collector takes it, and nothing goes back to its template.
fn is_orphan(item: &Value, living: &BTreeSet<&str>) -> bool {
    let owners = item["metadata"]["ownerReferences"].as_array();
    let controller = owners.into_iter().flatten().find(|owner| owner["controller"] == true);
    controller.is_some_and(|owner| {
        HOLDERS.iter().any(|(kind, _)| owner["kind"] == *kind)
            && owner["uid"].as_str().is_some_and(|uid| !living.contains(uid))
    })
}

type Object = (&'static str, String);

fn attachments(template: &Value, namespace: &str) -> impl Iterator<Item = Object> {
    let annotations = &template["metadata"]["annotations"];
    let texts = [NETWORKS, DEFAULT_NETWORK].into_iter().filter_map(|key| annotations[key].as_str());
    texts
        .flat_map(move |text| networks(text, namespace))
        .map(|name| (NAD, name))
        .collect::<Vec<_>>()
        .into_iter()
}

/// The ConfigMaps that a pod mounts or takes its environment from.
fn config_maps(template: &Value, namespace: &str) -> impl Iterator<Item = Object> {
    let pod = &template["spec"];
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut names = Vec::new();
    for volume in list(&pod["volumes"]) {
        names.push(volume["configMap"]["name"].clone());
        names
            .extend(list(&volume["projected"]["sources"]).iter().map(|one| one["configMap"]["name"].clone()));
    }
    for container in
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|key| list(&pod[key]))
    {
        names.extend(list(&container["envFrom"]).iter().map(|one| one["configMapRef"]["name"].clone()));
        names.extend(
            list(&container["env"]).iter().map(|one| one["valueFrom"]["configMapKeyRef"]["name"].clone()),
        );
    }
    let names =
        names.iter().filter_map(Value::as_str).map(|name| (CONFIG_MAP, format!("{namespace}/{name}")));
    names.collect::<Vec<_>>().into_iter()
}

/// `<namespace>/<name>` of each network in an annotation, in its JSON or its short form.
pub(super) fn networks(annotation: &str, namespace: &str) -> Vec<String> {
    let asked = multus::networks(annotation).map(|read| read.value).unwrap_or_default();
    asked.iter().map(|element| element.full_name(namespace)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_of_the_annotation_name_networks() {
        assert_eq!(networks(r#"[{"name":"lan"},{"name":"iot","namespace":"b"}]"#, "a"), ["a/lan", "b/iot"]);
        assert_eq!(networks("lan, b/iot@net2 ,", "a"), ["a/lan", "b/iot"]);
        assert_eq!(networks("", "a"), Vec::<String>::new());
    }

    fn template(networks: &str) -> Value {
        json!({"metadata": {"annotations": {NETWORKS: networks}}})
    }

    /// One object of each kind that can hold a template.
    fn holder(kind: &str, pointer: &str) -> Value {
        let mut object = template("lan");
        for key in pointer.split('/').skip(1).collect::<Vec<_>>().into_iter().rev() {
            object = json!({key: object});
        }
        object["metadata"]["name"] = json!("x");
        object["metadata"]["uid"] = json!(kind);
        object
    }

    fn named(items: impl IntoIterator<Item = (&'static str, &'static str, Value)>) -> Named {
        let items: Vec<_> =
            items.into_iter().map(|(kind, at, item)| (Kind::named(kind), at, vec![item])).collect();
        Named::of(&items, "a")
    }

    fn reason(named: &Named, kind: &str, name: &str) -> Option<String> {
        named.keeps(&Kind::named(kind).identity("a", name))
    }

    #[test]
    fn a_template_of_any_kind_keeps_an_attachment() {
        for (kind, pointer) in HOLDERS {
            let named = named([(kind, pointer, holder(kind, pointer))]);
            assert_eq!(reason(&named, NAD, "lan"), Some(format!("{kind} x refers to it")));
            assert_eq!(reason(&named, NAD, "iot"), None);
        }
    }

    #[test]
    fn whatever_takes_a_config_map_keeps_it() {
        let spec = json!({
            "volumes": [{"configMap": {"name": "mounted"}}, {"projected": {"sources": [{"configMap": {"name": "projected"}}]}}],
            "initContainers": [{"env": [{"name": "A", "value": "b"}, {"valueFrom": {"configMapKeyRef": {"name": "key"}}}]}],
            "containers": [{"envFrom": [{"configMapRef": {"name": "all"}}]}],
        });
        let named = named([("Pod", "", json!({"metadata": {"name": "x"}, "spec": spec}))]);
        for name in ["mounted", "projected", "key", "all"] {
            assert_eq!(reason(&named, "ConfigMap", name).as_deref(), Some("Pod x refers to it"), "{name}");
        }
        assert_eq!(reason(&named, "ConfigMap", "b"), None);
    }

    /// What Kubernetes' garbage collector has not got to yet.
    #[test]
    fn an_earlier_template_counts_as_long_as_its_workload_is_there() {
        let owned = |kind: &str, pointer: &str, owner: &str| {
            let mut object = holder(kind, pointer);
            object["metadata"]["ownerReferences"] =
                json!([{"kind": owner, "uid": owner, "controller": true}]);
            object
        };
        let at = "/data/spec/template";
        let revision = ("ControllerRevision", at, owned("ControllerRevision", at, "StatefulSet"));
        let set = ("StatefulSet", "/spec/template", json!({"metadata": {"name": "x", "uid": "StatefulSet"}}));
        assert_eq!(reason(&named([revision.clone()]), NAD, "lan"), None);
        assert!(reason(&named([revision, set]), NAD, "lan").is_some());
        // A pod runs until it has ended, and what other kinds own is theirs to clean up.
        assert!(reason(&named([("Pod", "", owned("Pod", "", "ReplicaSet"))]), NAD, "lan").is_some());
        let at = "/spec/template";
        assert!(
            reason(&named([("ReplicaSet", at, owned("ReplicaSet", at, "Rollout"))]), NAD, "lan").is_some()
        );
    }

    #[test]
    fn what_may_not_be_seen_keeps_everything_that_can_be_named() {
        let named = Named { unseen: Some("cronjobs may name it".to_owned()), ..Named::default() };
        assert_eq!(reason(&named, NAD, "lan").as_deref(), Some("cronjobs may name it"));
        assert_eq!(reason(&named, "Service", "lan"), None);
    }
}
