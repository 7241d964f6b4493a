//! ApplySets (KEP-3659): which objects belong together, recorded on a parent ConfigMap in the cluster.
//!
//! Pure: names, labels, annotations and the parent's form. Members carry `part-of`, which only this sink puts
//! on them; Namespaces and claims never do, so that nothing prunes them.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::objects::{Identity, Object};

use super::kinds::Kind;
use super::{Error, Obstacle};

/// The label that makes an object a parent.
pub(super) const ID: &str = "applyset.kubernetes.io/id";
/// The label of members.
pub(super) const PART_OF: &str = "applyset.kubernetes.io/part-of";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";
const TOOL: &str = "wrtpod";

/// The label that everything of wrtpod carries.
pub(super) const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The label with the appliance's name.
pub(super) const INSTANCE: &str = "app.kubernetes.io/instance";
/// The label with the site's name on the parent of what its appliances share.
pub(super) const SITE: &str = "wrtpod.dev/site";

/// One ApplySet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApplySet {
    /// The namespace of its parent.
    pub namespace: String,
    /// The name of its parent.
    pub name: String,
    /// The label that tells whose it is.
    owner: (&'static str, String),
}

/// What a parent in the cluster says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parent {
    /// The `Kind.group` names of what the set may contain.
    pub kinds: BTreeSet<String>,
    /// The namespaces of members beside the parent's own.
    pub namespaces: BTreeSet<String>,
}

impl ApplySet {
    /// The set of an appliance.
    pub(super) fn of_appliance(namespace: &str, appliance: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: format!("wrtpod-{appliance}"),
            owner: (INSTANCE, appliance.to_owned()),
        }
    }

    /// The set of what a site's appliances share; up to 0.1 that was their attachments. The dot keeps it apart from every
    /// appliance's: those are labels.
    pub(super) fn of_site(namespace: &str, site: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: format!("wrtpod-site.{site}"),
            owner: (SITE, site.to_owned()),
        }
    }

    /// The value of the parent's `id` and the members' `part-of`.
    pub(super) fn id(&self) -> String {
        let text = format!("{}.{}.ConfigMap.", self.name, self.namespace);
        format!("applyset-{}-v1", URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes())))
    }

    /// The parent's identity.
    pub(super) fn identity(&self) -> Identity {
        Kind::named("ConfigMap").identity(&self.namespace, &self.name)
    }

    /// The selector of its members.
    pub(super) fn selector(&self) -> String {
        format!("{PART_OF}={}", self.id())
    }

    /// The parent as it is applied.
    pub(super) fn object(&self, content: &Parent) -> Value {
        let join = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(",");
        let mut parent = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": self.name,
                "namespace": self.namespace,
                "labels": {ID: self.id(), MANAGED_BY: TOOL, self.owner.0: self.owner.1},
                "annotations": {TOOLING: format!("{TOOL}/v1"), KINDS: join(&content.kinds)},
            },
        });
        let others: BTreeSet<String> =
            content.namespaces.iter().filter(|namespace| **namespace != self.namespace).cloned().collect();
        if !others.is_empty() {
            parent["metadata"]["annotations"][NAMESPACES] = Value::from(join(&others));
        }
        parent
    }

    /// The object as a member; Namespaces, cluster-scoped objects and claims stay as they are.
    pub(super) fn member(&self, object: &Object) -> Object {
        let mut object = object.clone();
        if !is_member_kind(&object.identity) {
            return object;
        }
        let id = self.id();
        if let Some(metadata) = object.value.get_mut("metadata").and_then(Value::as_object_mut) {
            let labels = metadata.entry("labels").or_insert_with(|| json!({}));
            if let Some(labels) = labels.as_object_mut() {
                labels.insert(PART_OF.to_owned(), Value::from(id));
            }
        }
        object
    }
}

/// Whether objects of this kind are members of an ApplySet.
pub(super) fn is_member_kind(identity: &Identity) -> bool {
    identity.kind != "PersistentVolumeClaim" && Kind::of(identity).is_ok_and(|kind| kind.namespaced)
}

/// What the members of a set amount to.
pub(super) fn content<'a>(members: impl Iterator<Item = &'a Identity>) -> Parent {
    let mut parent = Parent::default();
    for identity in members.filter(|identity| is_member_kind(identity)) {
        if let Ok(kind) = Kind::of(identity) {
            parent.kinds.insert(kind.group_kind());
        }
        parent.namespaces.extend(identity.namespace.clone());
    }
    parent
}

impl Parent {
    /// Reads a parent; refuses one of another tool.
    pub(super) fn read(value: &Value) -> Result<Self, Error> {
        let annotation = |key: &str| {
            value.pointer("/metadata/annotations").and_then(|all| all.get(key)).and_then(Value::as_str)
        };
        let tooling = annotation(TOOLING).unwrap_or("an unnamed tool");
        if tooling.split('/').next() != Some(TOOL) {
            let name = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            let name = name.to_owned();
            return Err(Obstacle::ForeignApplySet { name, tooling: tooling.to_owned() }.into());
        }
        let split = |text: Option<&str>| {
            text.unwrap_or_default()
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        Ok(Self { kinds: split(annotation(KINDS)), namespaces: split(annotation(NAMESPACES)) })
    }

    /// Both together: what has to be recorded while one becomes the other.
    pub(super) fn union(&self, other: &Self) -> Self {
        Self {
            kinds: self.kinds.union(&other.kinds).cloned().collect(),
            namespaces: self.namespaces.union(&other.namespaces).cloned().collect(),
        }
    }

    /// Whether both say the same for a parent in this namespace.
    pub(super) fn same(&self, other: &Self, namespace: &str) -> bool {
        let others = |parent: &Self| -> BTreeSet<String> {
            parent.namespaces.iter().filter(|other| *other != namespace).cloned().collect()
        };
        self.kinds == other.kinds && others(self) == others(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    /// Checked against `printf 'wrtpod-openwrt.appliances.ConfigMap.' | sha256sum` and URL-safe base64.
    #[test]
    fn the_id_is_the_hash_of_the_parent() {
        let set = ApplySet::of_appliance("appliances", "openwrt");
        assert_eq!(set.id(), "applyset-PAO0hCa8roE-qx-9x49quOMETI20gw3cW81V4q8qLIo-v1");
    }

    #[test]
    fn claims_and_namespaces_never_become_members() {
        let set = ApplySet::of_appliance("a", "openwrt");
        for kind in ["PersistentVolumeClaim", "Namespace"] {
            let value = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}});
            let object = Object::from_value(value).expect("an object");
            assert_eq!(set.member(&object), object);
        }
    }

    #[test]
    fn another_tools_parent_is_refused() {
        let value = json!({"metadata": {"name": "wrtpod-x", "annotations": {TOOLING: "kubectl/v1.34"}}});
        let error = Parent::read(&value).expect_err("refused");
        assert!(matches!(error, Error::Obstacle(obstacle) if obstacle.code() == Code::OtherOwner));
    }

    #[test]
    fn a_parent_reads_what_it_writes() {
        let set = ApplySet::of_site("a", "home");
        let content = Parent {
            kinds: ["Secret".to_owned(), "StatefulSet.apps".to_owned()].into(),
            namespaces: ["a".to_owned(), "b".to_owned()].into(),
        };
        let object = set.object(&content);
        assert_eq!(object["metadata"]["annotations"][NAMESPACES], "b");
        let read = Parent::read(&object).expect("our own parent");
        assert!(read.same(&content, "a"));
    }
}
