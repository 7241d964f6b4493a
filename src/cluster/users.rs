//! Pods with users of their own (`hostUsers: false`): what they take of the API server, of a node and of storage. Pure.

use k8s_openapi::api::core::v1::{Node, PodSpec};
use serde_json::Value;

use super::causes::problem;
use super::{NodeState, Obstacle};
use crate::diag::{Code, Finding, Severity};

/// The first kernel that maps users in tmpfs, where Secrets are.
const KERNEL: (u32, u32) = (6, 3);

/// Words of provisioners whose file systems map no users: NFS, SMB, and such as run by FUSE.
const UNMAPPED: [&str; 13] = [
    "nfs",
    "smb",
    "cifs",
    "ganesha",
    "efs.csi.aws.com",
    "file.csi.azure.com",
    "s3",
    "fuse",
    "sshfs",
    "juicefs",
    "gluster",
    "seaweedfs",
    "moosefs",
];

/// What stands in the way of a pod's own users, beside its node's runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsersFault {
    /// The API server leaves the key out.
    Dropped {
        /// The appliance.
        appliance: String,
    },
    /// A node's kernel is older than what the users take.
    OldKernel {
        /// The node.
        node: String,
        /// Its kernel's version.
        version: String,
    },
    /// A claim is on storage that maps no users.
    Storage {
        /// The claim.
        claim: String,
        /// Who provides its volume.
        provisioner: String,
    },
}

impl UsersFault {
    /// The stable code.
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Dropped { .. } | Self::OldKernel { .. } => Code::UserNamespaceMissing,
            Self::Storage { .. } => Code::UserNamespaceStorage,
        }
    }

    /// How much it matters. A distribution may have given its old kernel what it takes.
    pub(super) fn severity(&self) -> Severity {
        match self {
            Self::OldKernel { .. } => Severity::Warning,
            Self::Dropped { .. } | Self::Storage { .. } => Severity::Error,
        }
    }

    /// What is so.
    pub(super) fn claim(&self) -> String {
        match self {
            Self::Dropped { appliance } => {
                format!(
                    "the API server leaves out `hostUsers: false`, and {appliance} would have the node's users"
                )
            }
            Self::OldKernel { node, version } => {
                format!("{node} has the kernel {version}: users of Secrets' files are mapped since 6.3")
            }
            Self::Storage { claim, provisioner } => {
                format!("the claim {claim} is on storage of {provisioner}, which maps no users")
            }
        }
    }

    /// What to do about it.
    pub(super) fn fix(&self) -> String {
        let fix = match self {
            Self::Dropped { .. } => {
                "update the API server to 1.33, or switch on its feature gate UserNamespacesSupport; or write `hostUsers: true` for \
                 the appliance"
            }
            Self::OldKernel { .. } => {
                "update it; or keep the appliance to other nodes, or write `hostUsers: true` for it"
            }
            Self::Storage { .. } => {
                "write a `storageClass` on a disk; or `hostUsers: true` for the appliance"
            }
        };
        fix.to_owned()
    }
}

/// Whether a pod has users of its own.
pub(super) fn are_own(pod: &PodSpec) -> bool {
    pod.host_users == Some(false)
}

/// Why a node cannot give a pod users of its own: what its kubelet reports of its runtime.
pub(super) fn against(pod: &PodSpec, node: &Node) -> Option<NodeState> {
    (are_own(pod) && !has_runtime(node)).then(|| {
        let info = node.status.as_ref().and_then(|status| status.node_info.as_ref());
        let (runtime, kubelet) = info.map_or((String::new(), String::new()), |info| {
            (info.container_runtime_version.clone(), info.kubelet_version.clone())
        });
        NodeState::NoUsers { runtime, kubelet }
    })
}

/// Whether the runtime that pods of a node get maps users, as far as the kubelet reports it.
fn has_runtime(node: &Node) -> bool {
    let handlers =
        node.status.as_ref().and_then(|status| status.runtime_handlers.as_deref()).unwrap_or_default();
    let default = handlers.iter().find(|handler| handler.name.as_deref().unwrap_or_default().is_empty());
    let features = default.and_then(|handler| handler.features.as_ref());
    features.is_some_and(|features| features.user_namespaces == Some(true))
}

/// Whether every node can give a pod users of its own; there has to be one.
pub(super) fn everywhere(nodes: &[Node]) -> bool {
    !nodes.is_empty() && nodes.iter().all(|node| has_runtime(node) && old_kernel(node).is_none())
}

/// The kernel of a node, where it is too old.
pub(super) fn old_kernel(node: &Node) -> Option<Obstacle> {
    let version = &node.status.as_ref()?.node_info.as_ref()?.kernel_version;
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let (major, minor) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    ((major, minor) < KERNEL).then(|| {
        let node = node.metadata.name.clone().unwrap_or_default();
        UsersFault::OldKernel { node, version: version.clone() }.into()
    })
}

/// A claim whose storage maps no users: by what its volume was provided with, or by its class.
pub(super) fn storage(claim: &str, live: Option<&Value>, class: Option<&Value>) -> Option<Obstacle> {
    let of_claim = live.and_then(|live| {
        live["metadata"]["annotations"]["volume.kubernetes.io/storage-provisioner"].as_str()
    });
    let provisioner = of_claim.or_else(|| class?["provisioner"].as_str())?;
    maps_none(provisioner)
        .then(|| UsersFault::Storage { claim: claim.to_owned(), provisioner: provisioner.to_owned() }.into())
}

/// The same of the volume that a claim is bound to: by its own source, or the driver that mounts it.
pub(super) fn volume(claim: &str, volume: &Value) -> Option<Obstacle> {
    let spec = &volume["spec"];
    let driver = ["csi", "flexVolume"].into_iter().find_map(|kind| spec[kind]["driver"].as_str());
    let kind = ["nfs", "azureFile", "glusterfs"].into_iter().find(|kind| spec[*kind].is_object());
    let provisioner = kind.or(driver.filter(|driver| maps_none(driver)))?.to_owned();
    Some(UsersFault::Storage { claim: claim.to_owned(), provisioner }.into())
}

fn maps_none(provisioner: &str) -> bool {
    UNMAPPED.iter().any(|word| provisioner.contains(word))
}

/// What a kubelet or a runtime says when it cannot give a pod users of its own.
pub(super) fn refused(pod: &str, message: &str) -> Option<Finding> {
    let (code, fix) = if message.contains("does not support user namespaces") {
        (
            Code::UserNamespaceMissing,
            "the node's runtime maps no users: it takes containerd 2 with runc 1.2, or CRI-O; let the appliance run on a node that \
             has them, or write `hostUsers: true` for the appliance",
        )
    } else if message.contains("MOUNT_ATTR_IDMAP") {
        (
            Code::UserNamespaceStorage,
            "the file system of the mount that is named maps no users: put the claim on a disk, have a device by a device \
             plugin, or write `hostUsers: true`",
        )
    } else {
        return None;
    };
    Some(problem(pod, code, message, fix))
}

impl From<UsersFault> for Obstacle {
    fn from(fault: UsersFault) -> Self {
        Self::Users(fault)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node(handlers: &Value, kernel: &str) -> Node {
        let info = json!({"kernelVersion": kernel, "containerRuntimeVersion": "containerd://1.6.20", "kubeletVersion": "v1.34.4",
            "architecture": "", "bootID": "", "kubeProxyVersion": "", "machineID": "", "operatingSystem": "", "osImage": "", "systemUUID": ""});
        let node =
            json!({"metadata": {"name": "a"}, "status": {"runtimeHandlers": handlers, "nodeInfo": info}});
        serde_json::from_value(node).expect("a node")
    }

    #[test]
    fn a_node_has_what_its_default_handler_has() {
        let with = json!([{"name": "runc", "features": {"userNamespaces": true}}, {"name": "", "features": {"userNamespaces": true}}]);
        let other = json!([{"name": "gvisor", "features": {"userNamespaces": true}}, {"name": "", "features": {"userNamespaces": false}}]);
        let own = PodSpec { host_users: Some(false), ..PodSpec::default() };
        assert_eq!(against(&own, &node(&with, "6.18.44")), None);
        assert!(everywhere(&[node(&with, "6.18.44")]) && !everywhere(&[]));
        for handlers in [other, json!(null), json!([])] {
            let node = node(&handlers, "6.18.44");
            let state = against(&own, &node).expect("it has none");
            assert_eq!(
                state.claim("a", "router", &[]),
                "a cannot give router users of its own: its runtime (containerd://1.6.20, kubelet v1.34.4) reports no user namespaces"
            );
            assert_eq!(
                (state.code(), against(&PodSpec::default(), &node)),
                (Code::UserNamespaceMissing, None)
            );
            assert!(!everywhere(&[node]));
        }
    }

    #[test]
    fn a_kernel_is_old_before_6_3() {
        let is_old = |version: &str| old_kernel(&node(&json!([]), version)).is_some();
        assert!(is_old("5.15.0-91-generic") && is_old("6.2.16-20-pve") && is_old("4.19"));
        assert!(
            !is_old("6.3.0")
                && !is_old("6.18.44-fc-v782")
                && !is_old("10.0")
                && !is_old("")
                && !is_old("odd")
        );
        let found = old_kernel(&node(&json!([]), "6.1.0-57-amd64")).expect("it is old");
        assert_eq!((found.code(), found.severity()), (Code::UserNamespaceMissing, Severity::Warning));
    }

    #[test]
    fn storage_is_known_by_its_provisioner() {
        let class = |provisioner: &str| json!({"provisioner": provisioner});
        for provisioner in [
            "nfs.csi.k8s.io",
            "cluster.local/nfs-subdir-external-provisioner",
            "smb.csi.k8s.io",
            "efs.csi.aws.com",
        ] {
            assert!(storage("data", None, Some(&class(provisioner))).is_some(), "{provisioner}");
        }
        for provisioner in ["rancher.io/local-path", "driver.longhorn.io", "rbd.csi.ceph.com", "topolvm.io"] {
            assert_eq!(storage("data", None, Some(&class(provisioner))), None, "{provisioner}");
        }
        let live = json!({"metadata": {"annotations": {"volume.kubernetes.io/storage-provisioner": "nfs.csi.k8s.io"}}});
        let found =
            storage("data", Some(&live), Some(&class("rancher.io/local-path"))).expect("the claim says it");
        assert_eq!(found.claim(), "the claim data is on storage of nfs.csi.k8s.io, which maps no users");
        assert_eq!(storage("data", None, None), None);
        // A class that nobody provisions for, as volumes made by hand have, says nothing.
        assert_eq!(storage("data", None, Some(&class("kubernetes.io/no-provisioner"))), None);
    }

    #[test]
    fn a_volume_made_by_hand_says_what_it_is() {
        let found = |spec: Value| volume("data", &json!({"spec": spec})).map(|found| found.claim());
        let on = |what: &str| Some(format!("the claim data is on storage of {what}, which maps no users"));
        assert_eq!(found(json!({"nfs": {"server": "nas.lan", "path": "/export"}})), on("nfs"));
        assert_eq!(found(json!({"csi": {"driver": "smb.csi.k8s.io"}})), on("smb.csi.k8s.io"));
        assert_eq!(found(json!({"flexVolume": {"driver": "fstab/cifs"}})), on("fstab/cifs"));
        for spec in [
            json!({"local": {"path": "/mnt"}}),
            json!({"hostPath": {"path": "/mnt"}}),
            json!({"csi": {"driver": "driver.longhorn.io"}}),
            json!({}),
        ] {
            assert_eq!(found(spec), None);
        }
    }
}
