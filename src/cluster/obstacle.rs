//! What stands in a deploy's way on this cluster: what `deploy` refuses before it writes anything, and what `doctor`
//! looks for beside that. The words of both are here, once. Pure.

use std::collections::BTreeSet;

use super::{ExistingFault, Missing, NodeState, UsersFault, modules, remedy};
use crate::diag::{Code, Finding, Severity};
use crate::objects::Identity;

/// Something on the cluster that a deploy would fail of, or what could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The cluster does not know NetworkAttachmentDefinitions.
    NoMultus,
    /// The cluster lacks what somebody has to install, and an appliance needs it.
    NoExtension(Missing),
    /// The namespace is missing and may not be made.
    NoNamespace {
        /// Its name.
        namespace: String,
    },
    /// The namespace is missing, and the API server would not let `deploy` make it.
    NamespaceRefused {
        /// Its name.
        namespace: String,
        /// What the API server said.
        reason: String,
    },
    /// The namespace is being deleted.
    NamespaceTerminating {
        /// Its name.
        namespace: String,
    },
    /// The namespace forbids the pod.
    PodSecurity {
        /// Its name.
        namespace: String,
        /// What is forbidden.
        reason: String,
    },
    /// An ApplySet's parent belongs to another tool.
    ForeignApplySet {
        /// The parent's name.
        name: String,
        /// The tool.
        tooling: String,
    },
    /// An object belongs to another ApplySet.
    ForeignMember {
        /// The object.
        identity: Identity,
    },
    /// An attachment is there with another configuration than it was made with.
    AttachmentDiffers {
        /// The attachment.
        identity: Identity,
    },
    /// An attachment that somebody else made does not do.
    Existing {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Why not.
        fault: ExistingFault,
    },
    /// The cluster has other address ranges than the site says.
    OtherRanges {
        /// What has the address, for example `the Service kubernetes has`.
        what: String,
        /// The address or range.
        address: String,
        /// The site's ranges.
        ranges: String,
    },
    /// The cluster has no node at all.
    NoNodes,
    /// A node does not take an appliance's pod.
    Node {
        /// The node.
        node: String,
        /// The appliance.
        appliance: String,
        /// Why not.
        state: NodeState,
        /// The nodes that do.
        others: Vec<String>,
    },
    /// No DaemonSet of Multus was found.
    MultusUnseen,
    /// Multus does not run on a node.
    MultusNotReady {
        /// The node.
        node: String,
        /// Its DaemonSet, `namespace/name`.
        daemon_set: String,
    },
    /// A claim asks for a storage class that is not there.
    NoStorageClass {
        /// The claim.
        claim: String,
        /// The class; `None` asks for the cluster's default.
        class: Option<String>,
        /// The classes that there are.
        known: Vec<String>,
    },
    /// A claim that the documents name is missing.
    NoClaim {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// The Secret with root's credentials, which the documents name, is missing.
    NoCredentials {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// Whether the namespace is missing too: then it has to be there first.
        new_namespace: bool,
    },
    /// Another Secret that the pod needs is missing.
    NoSecret {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The keys that the pod needs of it; none where it takes all that there are.
        keys: BTreeSet<String>,
        /// Whether the namespace is missing too.
        new_namespace: bool,
    },
    /// A Secret lacks a key that the pod needs.
    NoSecretKey {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
    /// A ConfigMap that the pod needs is missing.
    NoConfigMap {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The keys that it is to have.
        keys: BTreeSet<String>,
        /// Whether the namespace is missing too.
        new_namespace: bool,
    },
    /// A ConfigMap lacks a key that the pod needs.
    NoConfigMapKey {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
    /// A pod cannot have users of its own.
    Users(UsersFault),
    /// A node lacks a kernel module that an overlay needs.
    NoModule {
        /// The node.
        node: String,
        /// The module.
        module: String,
        /// What needs it.
        reason: String,
    },
    /// Something could not be looked at.
    NotChecked {
        /// What, for example `the nodes`.
        what: String,
        /// The right that it takes, where that was missing: `list nodes`.
        right: Option<String>,
        /// What the API server said.
        reason: String,
    },
}

impl Obstacle {
    /// As it is told.
    pub fn finding(&self) -> Finding {
        Finding::new(self.severity(), self.code(), self.claim()).help(self.fix())
    }

    /// Its stable code; `wrtpod explain` has a page for it.
    pub fn code(&self) -> Code {
        match self {
            Self::NoMultus => Code::NoMultus,
            Self::NoExtension(missing) => missing.code,
            Self::NoNamespace { .. } | Self::NamespaceRefused { .. } => Code::NamespaceMissing,
            Self::NamespaceTerminating { .. } => Code::NamespaceTerminating,
            Self::PodSecurity { .. } => Code::PodSecurity,
            Self::ForeignApplySet { .. } | Self::ForeignMember { .. } => Code::OtherOwner,
            Self::AttachmentDiffers { .. } => Code::AttachmentDiffers,
            Self::Existing { fault, .. } => fault.code(),
            Self::OtherRanges { .. } => Code::ClusterRanges,
            Self::NoNodes => Code::NodeMissing,
            Self::Node { state, .. } => state.code(),
            Self::MultusUnseen => Code::MultusUnseen,
            Self::MultusNotReady { .. } => Code::MultusNotReady,
            Self::NoStorageClass { .. } => Code::StorageClassMissing,
            Self::NoClaim { .. } => Code::ClaimMissing,
            Self::NoCredentials { .. } | Self::NoSecret { .. } => Code::SecretMissing,
            Self::NoSecretKey { .. } => Code::SecretKeyMissing,
            Self::NoConfigMap { .. } => Code::ConfigMapMissing,
            Self::NoConfigMapKey { .. } => Code::ConfigMapKeyMissing,
            Self::Users(fault) => fault.code(),
            Self::NoModule { .. } => Code::KernelModuleMissing,
            Self::NotChecked { .. } => Code::NotChecked,
        }
    }

    /// How much it matters.
    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::Node { state: NodeState::HasIpv6, .. } => Severity::Note,
            Self::Node { others, .. } if others.is_empty() => Severity::Error,
            Self::NoModule { module, .. } if modules::comes_by_itself(module) => Severity::Note,
            Self::Node { state: NodeState::Missing, .. } | Self::NoModule { .. } => Severity::Warning,
            Self::Node { .. }
            | Self::AttachmentDiffers { .. }
            | Self::MultusUnseen
            | Self::NotChecked { .. } => Severity::Note,
            Self::Users(fault) => fault.severity(),
            _ => Severity::Error,
        }
    }

    /// What is so, in one line.
    pub(super) fn claim(&self) -> String {
        match self {
            Self::NoMultus => {
                "Multus is not installed: the cluster does not know NetworkAttachmentDefinition".to_owned()
            }
            Self::NoExtension(missing) => missing.claim.to_owned(),
            Self::NoNamespace { namespace } => format!("namespace {namespace} does not exist"),
            Self::NamespaceRefused { namespace, reason } => {
                format!("namespace {namespace} does not exist, and `deploy` could not create it ({reason})")
            }
            Self::NamespaceTerminating { namespace } => format!("namespace {namespace} is being deleted"),
            Self::PodSecurity { namespace, reason } => {
                format!("namespace {namespace} forbids the appliance's pod ({reason})")
            }
            Self::ForeignApplySet { name, tooling } => {
                format!("ConfigMap {name} is the ApplySet of {tooling}")
            }
            Self::ForeignMember { identity } => format!("{identity} belongs to another ApplySet"),
            Self::AttachmentDiffers { identity } => {
                format!("{identity} was edited in the cluster: it says something else than the documents")
            }
            Self::Existing { namespace, name, fault } => fault.claim(&format!("{namespace}/{name}")),
            Self::OtherRanges { what, address, ranges } => {
                format!("{what} {address}, which is in none of the site's ranges ({ranges})")
            }
            Self::NoNodes => "the cluster has no nodes".to_owned(),
            Self::Node { node, appliance, state, others } => state.claim(node, appliance, others),
            Self::MultusUnseen => {
                "no DaemonSet of Multus was found: whether it runs cannot be seen".to_owned()
            }
            Self::MultusNotReady { node, daemon_set } => {
                format!("Multus has no ready pod on {node} (DaemonSet {daemon_set})")
            }
            Self::NoStorageClass { claim, class: Some(class), .. } => {
                format!("the storage class {class} of the claim {claim} does not exist")
            }
            Self::NoStorageClass { claim, class: None, .. } => {
                format!("the claim {claim} names no storage class, and the cluster has no default one")
            }
            Self::NoClaim { name, .. } => {
                format!("the claim {name} that the appliance names does not exist")
            }
            Self::NoCredentials { name, .. } | Self::NoSecret { name, .. } => {
                format!("the Secret {name} that the appliance names does not exist")
            }
            Self::NoSecretKey { name, key, .. } => format!("the Secret {name} has no key `{key}`"),
            Self::NoConfigMap { name, .. } => {
                format!("the ConfigMap {name} that the appliance names does not exist")
            }
            Self::NoConfigMapKey { name, key, .. } => format!("the ConfigMap {name} has no key `{key}`"),
            Self::Users(fault) => fault.claim(),
            Self::NoModule { node, module, reason } => {
                format!("{node} has no kernel module {module} loaded ({reason})")
            }
            Self::NotChecked { what, reason, .. } => format!("{what} could not be looked at: {reason}"),
        }
    }

    /// What to do about it.
    pub(super) fn fix(&self) -> String {
        match self {
            Self::NoMultus => {
                "apply its manifest (thin is the safer choice on k3s), then deploy again".to_owned()
            }
            Self::NoExtension(missing) => missing.fix.to_owned(),
            Self::NoNamespace { .. } => "create it, or let `deploy` do it".to_owned(),
            Self::NamespaceRefused { namespace, .. } => format!(
                "have it made: kubectl create namespace {namespace}; \
                 kubectl label namespace {namespace} pod-security.kubernetes.io/enforce=privileged"
            ),
            Self::NamespaceTerminating { .. } => "wait until it is gone, then deploy again".to_owned(),
            Self::PodSecurity { namespace, .. } => format!(
                "kubectl label --overwrite namespace {namespace} pod-security.kubernetes.io/enforce=privileged"
            ),
            Self::ForeignApplySet { .. } => "rename the appliance, or delete that ConfigMap".to_owned(),
            Self::ForeignMember { .. } => {
                "rename the appliance, or give the site a namespace of its own".to_owned()
            }
            Self::AttachmentDiffers { .. } => {
                "`wrtpod diff NAME` shows how, and `wrtpod deploy NAME --force-conflicts` puts it back; a pod that was made in between has to be made anew".to_owned()
            }
            Self::Existing { fault, .. } => fault.fix(),
            Self::OtherRanges { .. } => "pods, Services or DNS would be cut off; correct `cluster.podCIDRs` and \
                                         `cluster.serviceCIDRs`, or `distribution`, of the site"
                .to_owned(),
            Self::NoNodes => "let one join".to_owned(),
            Self::Node { node, state, .. } => state.fix(node),
            Self::MultusUnseen => {
                "it may be a part of the node; where it is not in charge, `wrtpod status` shows a pod without its NICs"
                    .to_owned()
            }
            Self::MultusNotReady { daemon_set, .. } => {
                let (namespace, name) = daemon_set.split_once('/').unwrap_or(("kube-system", daemon_set));
                format!("see why: kubectl -n {namespace} describe daemonset {name}")
            }
            Self::NoStorageClass { class, known, .. } => remedy::class(class.as_deref(), known),
            Self::NoClaim { namespace, name } => format!(
                "create it (`kubectl -n {namespace} get pvc` lists those that there are), or leave `existingClaim` out \
                 to have one made in the place of {name}"
            ),
            Self::NoCredentials { namespace, name, new_namespace } => {
                remedy::make_credentials(namespace, name, *new_namespace)
            }
            Self::NoSecret { namespace, name, keys, new_namespace } => {
                remedy::secret(namespace, name, keys, *new_namespace)
            }
            Self::NoConfigMap { namespace, name, keys, new_namespace } => {
                remedy::config_map(namespace, name, keys, *new_namespace)
            }
            Self::NoSecretKey { namespace, key, .. } => {
                format!("add `{key}` to the Secret in namespace {namespace}, or name another one")
            }
            Self::NoConfigMapKey { namespace, key, .. } => {
                format!("add `{key}` to the ConfigMap in namespace {namespace}, or name another one")
            }
            Self::Users(fault) => fault.fix(),
            Self::NoModule { module, .. } if modules::comes_by_itself(module) => format!(
                "nothing, where the kernel has it built in or loads it itself; where the pod then lacks it, `modprobe {module}`"
            ),
            Self::NoModule { module, .. } => format!(
                "`modprobe {module}` there, and a line `{module}` in /etc/modules-load.d/wrtpod.conf keeps it"
            ),
            Self::NotChecked { right: Some(right), .. } => format!("it takes the right to {right}"),
            Self::NotChecked { right: None, .. } => "look at it by hand, or run `wrtpod doctor` again".to_owned(),
        }
    }
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.claim())
    }
}
