//! Where each kind lives in the API, and when it is applied. Written down so that no discovery is needed.

use crate::objects::Identity;

use super::Error;

/// The stages of an apply; objects of one stage are sent at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// What other objects live in or are described by.
    Ground,
    /// What holds data. Some of its fields never change, so a refusal comes before anything else is written.
    Data,
    /// What a pod refers to.
    Parts,
    /// What makes pods.
    Workload,
}

/// One kind's place in the API.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "a kind's `kind` is what the API calls it")]
pub(super) struct Kind {
    /// Its group, empty for the core group.
    pub group: &'static str,
    /// The version in which it is listed.
    pub version: &'static str,
    /// Its name.
    pub kind: &'static str,
    /// Its name in paths.
    pub plural: &'static str,
    /// Whether it lives in a namespace.
    pub namespaced: bool,
    /// When it is applied.
    pub stage: Stage,
}

const fn kind(
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    namespaced: bool,
    stage: Stage,
) -> Kind {
    Kind { group, version: "v1", kind, plural, namespaced, stage }
}

const KINDS: &[Kind] = &[
    kind("", "Namespace", "namespaces", false, Stage::Ground),
    kind(
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false,
        Stage::Ground,
    ),
    kind("", "Node", "nodes", false, Stage::Ground),
    kind("", "ConfigMap", "configmaps", true, Stage::Parts),
    kind("", "Secret", "secrets", true, Stage::Parts),
    kind("", "ServiceAccount", "serviceaccounts", true, Stage::Parts),
    kind("", "PersistentVolumeClaim", "persistentvolumeclaims", true, Stage::Data),
    kind("", "PersistentVolume", "persistentvolumes", false, Stage::Parts),
    kind("", "Service", "services", true, Stage::Parts),
    kind("k8s.cni.cncf.io", NAD, "network-attachment-definitions", true, Stage::Parts),
    kind("networking.k8s.io", "NetworkPolicy", "networkpolicies", true, Stage::Parts),
    kind("networking.k8s.io", "Ingress", "ingresses", true, Stage::Parts),
    kind("gateway.networking.k8s.io", "HTTPRoute", "httproutes", true, Stage::Parts),
    kind("rbac.authorization.k8s.io", "Role", "roles", true, Stage::Parts),
    kind("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true, Stage::Parts),
    kind("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false, Stage::Parts),
    kind("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", false, Stage::Parts),
    kind("policy", "PodDisruptionBudget", "poddisruptionbudgets", true, Stage::Parts),
    kind("storage.k8s.io", "StorageClass", "storageclasses", false, Stage::Parts),
    kind("", "Event", "events", true, Stage::Parts),
    kind("", "Node", "nodes", false, Stage::Parts),
    kind("", "Pod", "pods", true, Stage::Workload),
    kind("apps", "StatefulSet", "statefulsets", true, Stage::Workload),
    kind("apps", "Deployment", "deployments", true, Stage::Workload),
    kind("apps", "DaemonSet", "daemonsets", true, Stage::Workload),
    kind("apps", "ReplicaSet", "replicasets", true, Stage::Workload),
    kind("apps", "ControllerRevision", "controllerrevisions", true, Stage::Parts),
    kind("", "ReplicationController", "replicationcontrollers", true, Stage::Workload),
    kind("", "PodTemplate", "podtemplates", true, Stage::Parts),
    kind("batch", "Job", "jobs", true, Stage::Workload),
    kind("batch", "CronJob", "cronjobs", true, Stage::Workload),
];

/// The kind of Multus' attachments.
pub(super) const NAD: &str = "NetworkAttachmentDefinition";

impl Kind {
    /// The kind of an object.
    pub(super) fn of(identity: &Identity) -> Result<&'static Self, Error> {
        KINDS.iter().find(|kind| kind.kind == identity.kind && kind.group == identity.group()).ok_or_else(
            || Error::UnknownKind { api_version: identity.api_version.clone(), kind: identity.kind.clone() },
        )
    }

    /// The kind that an ApplySet calls `Kind.group`; `None` for one that wrtpod never applies.
    pub(super) fn of_group_kind(text: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.group_kind() == text)
    }

    /// The kind of a name, for kinds of Kubernetes itself and attachments.
    ///
    /// # Panics
    /// When the table lacks it: only called with names that are in it.
    pub(super) fn named(name: &str) -> &'static Self {
        KINDS
            .iter()
            .find(|kind| kind.kind == name)
            .expect("the table has every kind that is named in the code")
    }

    /// `Kind.group`, as ApplySets write it; `Kind` alone for the core group.
    pub(super) fn group_kind(&self) -> String {
        if self.group.is_empty() { self.kind.to_owned() } else { format!("{}.{}", self.kind, self.group) }
    }

    /// `group/version`, or the version alone for the core group.
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The path of the collection, in a namespace or in all of them.
    pub(super) fn path(&self, namespace: Option<&str>) -> String {
        self.path_of_version(&self.api_version(), namespace)
    }

    /// The path of the collection of an object, in the object's own version.
    pub(super) fn path_for(&self, identity: &Identity) -> String {
        self.path_of_version(&identity.api_version, identity.namespace.as_deref())
    }

    fn path_of_version(&self, api_version: &str, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        match namespace {
            Some(namespace) if self.namespaced => {
                format!("{root}/{api_version}/namespaces/{namespace}/{}", self.plural)
            }
            _ => format!("{root}/{api_version}/{}", self.plural),
        }
    }

    /// The identity of an object of this kind.
    pub(super) fn identity(&self, namespace: &str, name: &str) -> Identity {
        Identity {
            api_version: self.api_version(),
            kind: self.kind.to_owned(),
            namespace: self.namespaced.then(|| namespace.to_owned()),
            name: name.to_owned(),
        }
    }

    /// The kinds that make pods.
    pub(super) fn is_workload(&self) -> bool {
        self.stage == Stage::Workload
    }
}

/// Every namespaced kind that an appliance can have had, for a deletion that finds no record of them.
pub(super) fn member_kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|kind| {
        kind.namespaced
            && !matches!(
                kind.kind,
                "PersistentVolumeClaim"
                    | "Event"
                    | "Pod"
                    | "Job"
                    | "CronJob"
                    | "DaemonSet"
                    | "ReplicaSet"
                    | "ControllerRevision"
                    | "ReplicationController"
                    | "PodTemplate"
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_api() {
        let statefulset = Kind::named("StatefulSet");
        assert_eq!(statefulset.path(Some("a")), "/apis/apps/v1/namespaces/a/statefulsets");
        assert_eq!(Kind::named("Secret").path(None), "/api/v1/secrets");
        assert_eq!(Kind::named("Namespace").path(Some("a")), "/api/v1/namespaces");
        assert_eq!(statefulset.group_kind(), "StatefulSet.apps");
        assert_eq!(Kind::of_group_kind("Secret").map(|kind| kind.plural), Some("secrets"));
        assert_eq!(Kind::of_group_kind("Certificate.cert-manager.io"), None);
    }

    #[test]
    fn refuses_a_kind_of_another_group() {
        let identity = Identity {
            api_version: "example.org/v1".into(),
            kind: "Service".into(),
            namespace: None,
            name: "x".into(),
        };
        assert!(matches!(Kind::of(&identity), Err(Error::UnknownKind { .. })));
    }
}
