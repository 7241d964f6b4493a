//! Why a node does not take a pod, or not as it is meant, and the words for it. Pure.

use crate::diag::Code;

/// Why a node does not take a pod, or not as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeState {
    /// It is named, and the cluster does not have it.
    Missing,
    /// Its kubelet does not report that it is ready; what it says.
    NotReady(String),
    /// It is cordoned.
    Cordoned,
    /// It has a taint that the pod does not tolerate.
    Tainted {
        /// The taint's key.
        key: String,
        /// Its value, where it has one.
        value: Option<String>,
        /// Its effect.
        effect: String,
    },
    /// The image is for another architecture.
    Architecture {
        /// The node's.
        has: String,
        /// The image's.
        wanted: String,
    },
    /// It lacks a label that the pod asks for; the term that it does not fit.
    Unlabelled(String),
    /// It cannot give a pod users of its own.
    NoUsers {
        /// What its kubelet says of its runtime.
        runtime: String,
        /// The kubelet's version.
        kubelet: String,
    },
    /// It was booted without IPv6, which the pod's attachments set something of.
    NoIpv6,
    /// It has IPv6, and the pod's attachments set nothing of it.
    HasIpv6,
    /// It offers too few of a device, or none.
    Device {
        /// The device plugin's resource.
        resource: String,
        /// How many there are.
        has: i64,
        /// How many the pod asks for.
        wanted: i64,
    },
}

impl NodeState {
    /// The stable code.
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Missing => Code::NodeMissing,
            Self::NotReady(_) => Code::NodeNotReady,
            Self::Cordoned => Code::NodeCordoned,
            Self::Tainted { .. } => Code::NodeTainted,
            Self::Architecture { .. } | Self::Unlabelled(_) => Code::NodeUnfit,
            Self::NoUsers { .. } => Code::UserNamespaceMissing,
            Self::NoIpv6 | Self::HasIpv6 => Code::NoIpv6,
            Self::Device { .. } => Code::DeviceMissing,
        }
    }

    /// What is so.
    pub(super) fn claim(&self, node: &str, appliance: &str, others: &[String]) -> String {
        let what = match self {
            Self::Missing => format!("the cluster has no node {node}, where {appliance} may run"),
            Self::NotReady(reason) => format!("{node}, where {appliance} may run, is not ready: {reason}"),
            Self::Cordoned => format!("{node}, where {appliance} may run, is cordoned and takes no pods"),
            Self::Tainted { .. } => {
                format!("{node} has the taint {}, which {appliance} does not tolerate", self.taint())
            }
            Self::Architecture { has, wanted } => {
                format!("{node} is {has}, and the image of {appliance} is for {wanted}")
            }
            Self::Unlabelled(term) => {
                format!("{node} does not have the label that {appliance} asks for: {term}")
            }
            Self::NoUsers { runtime, kubelet } => format!(
                "{node} cannot give {appliance} users of its own: its runtime ({runtime}, kubelet {kubelet}) reports no user namespaces"
            ),
            Self::NoIpv6 => {
                format!(
                    "{node}, where {appliance} may run, was booted without IPv6, and its attachments set sysctls of that"
                )
            }
            Self::HasIpv6 => format!(
                "{node} has IPv6, and {appliance} is to be without: there it takes an address and a default route from whoever advertises one"
            ),
            Self::Device { resource, has: 0, .. } => {
                format!("{node} offers no {resource}, which {appliance} asks for")
            }
            Self::Device { resource, has, wanted } => {
                format!("{node} offers {has} of {resource}, and {appliance} asks for {wanted}")
            }
        };
        if others.is_empty() { what } else { format!("{what}; {} can take it", others.join(", ")) }
    }

    /// What to do about it.
    pub(super) fn fix(&self, node: &str) -> String {
        match self {
            Self::Missing => "correct `nodes` (`kubectl get nodes`), or let the node join".to_owned(),
            Self::NotReady(_) => format!("see why: kubectl describe node {node}"),
            Self::Cordoned => format!("kubectl uncordon {node}"),
            Self::Tainted { key, value, effect } => {
                let operator = match value {
                    Some(value) => format!("value: {value}"),
                    None => "operator: Exists".to_owned(),
                };
                format!(
                    "`kubectl taint node {node} {}-`, or write {{key: {key}, {operator}, effect: {effect}}} under \
                     `tolerations`",
                    self.taint()
                )
            }
            Self::Architecture { .. } => "use an image for that architecture, or another node".to_owned(),
            Self::Unlabelled(term) if !term.contains(' ') => {
                format!("`kubectl label node {node} {term}`, or correct `nodeSelector`")
            }
            Self::Unlabelled(_) => "label the node, or correct what asks for it".to_owned(),
            Self::NoUsers { .. } => "update the node to Kubernetes 1.33, and containerd 2 with runc 1.2, or CRI-O; or keep the appliance \
                 to other nodes by `nodes`, or write `hostUsers: true` for it"
                .to_owned(),
            Self::NoIpv6 => {
                "write `ipv6: false`, for the appliance or the site; or keep the appliance to other nodes by `nodes`".to_owned()
            }
            Self::HasIpv6 => {
                "keep the appliance to nodes without IPv6 by `nodes`, or remove `ipv6: false` where all have it".to_owned()
            }
            Self::Device { .. } => format!(
                "let its device plugin run there and see the device (`kubectl describe node {node}`, under \
                 Allocatable), or correct `devices`"
            ),
        }
    }

    /// A taint as kubectl writes it.
    fn taint(&self) -> String {
        match self {
            Self::Tainted { key, value: Some(value), effect } => format!("{key}={value}:{effect}"),
            Self::Tainted { key, value: None, effect } => format!("{key}:{effect}"),
            _ => String::new(),
        }
    }
}
