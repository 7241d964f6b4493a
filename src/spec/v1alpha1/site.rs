//! The Site: facts of the place.

use super::{Entries, Network};
use crate::diag::Loc;
use crate::spec::table::{choice, record};
use crate::types::{Cidr, InterfaceName, Name};

record! {
    /// The facts of a place: its networks, its cluster, its nodes.
    pub struct Site, "a Site" {
        /// Name, labels and annotations.
        "metadata" => metadata: Loc<Metadata>,
        /// The facts.
        "spec" => spec: Loc<SiteSpec>,
    }
}

record! {
    /// What identifies a document.
    pub struct Metadata, "metadata" {
        /// The document's name, unique among those of its kind. Documents of the same kind and name in several files
        /// are merged.
        "name" => name: Loc<Name>,
        /// Labels for every object that is made from the document (Site, Appliance).
        "labels" => labels: Entries<String, String>,
        /// Annotations for every object that is made from the document (Site, Appliance).
        "annotations" => annotations: Entries<String, String>,
    }
}

record! {
    /// What a Site states.
    pub struct SiteSpec, "the spec of a Site" {
        /// Random text that derived MAC addresses depend on, so that two sites on one LAN do not collide. `wrtpod init`
        /// writes it; changing it changes every derived MAC address.
        "salt" => salt: Option<Loc<String>>,
        /// The Kubernetes namespace that appliances are deployed to. Default: `default`.
        "namespace" => namespace: Option<Loc<Name>>,
        /// The Kubernetes distribution: decides the default address ranges. Default: `k3s`.
        "distribution" => distribution: Option<Loc<Distribution>>,
        /// The storage class of claims that name none. Default: the cluster's default class.
        "storageClass" => storage_class: Option<Loc<String>>,
        /// False to give the pods of its appliances users of their own, where an appliance says nothing else: their root is
        /// nobody on the nodes. Default: Kubernetes decides, and gives them the node's.
        "hostUsers" => host_users: Option<Loc<bool>>,
        /// False where the nodes were booted without IPv6 (`ipv6.disable=1`), for its appliances that say nothing else. Default: true.
        "ipv6" => ipv6: Option<Loc<bool>>,
        /// The networks that appliances can attach to, by name.
        "networks" => networks: Entries<Name, Network>,
        /// The nodes, by the name that Kubernetes knows them by.
        "nodes" => nodes: Entries<String, Node>,
        /// Address ranges of the cluster itself. Default: those of the distribution.
        "cluster" => cluster: Option<Loc<ClusterRanges>>,
        /// Paths on the nodes. They have no effect: wrtpod reads and writes nothing there.
        "paths" => paths: Option<Loc<Paths>>,
    }
}

record! {
    /// A node of the cluster.
    pub struct Node, "a node" {
        /// Interfaces of the node that networks can use as `parent`, such as `enp3s0`.
        "parents" => parents: Vec<Loc<InterfaceName>>,
        /// The architecture of the node.
        "architecture" => architecture: Option<Loc<Architecture>>,
    }
}

record! {
    /// Address ranges of the cluster.
    pub struct ClusterRanges, "the address ranges of the cluster" {
        /// The ranges that pods get their addresses from, such as `10.42.0.0/16`.
        "podCIDRs" => pod_cidrs: Vec<Loc<Cidr>> [one or many],
        /// The ranges of Service addresses, such as `10.43.0.0/16`.
        "serviceCIDRs" => service_cidrs: Vec<Loc<Cidr>> [one or many],
    }
}

record! {
    /// Paths on the nodes.
    pub struct Paths, "the paths of a Site" {
        /// The folder of CNI configuration files, such as `/etc/cni/net.d`.
        "cniConf" => cni_conf: Option<Loc<String>>,
        /// The folder of CNI plugins, such as `/opt/cni/bin`.
        "cniBin" => cni_bin: Option<Loc<String>>,
    }
}

choice! {
    /// A Kubernetes distribution.
    pub enum Distribution, "a distribution" {
        /// K3s.
        "k3s" => K3s,
        /// RKE2.
        "rke2" => Rke2,
        /// k0s.
        "k0s" => K0s,
        /// MicroK8s.
        "microk8s" => Microk8s,
        /// A cluster made with kubeadm, or anything that uses its paths.
        "kubeadm" => Kubeadm,
        /// Talos Linux.
        "talos" => Talos,
        /// kind (Kubernetes in Docker).
        "kind" => Kind,
    }
}

choice! {
    /// A CPU architecture, as Kubernetes and images name it.
    pub enum Architecture, "an architecture" {
        /// x86, 64 bits.
        "amd64" => Amd64,
        /// ARM, 64 bits.
        "arm64" => Arm64,
        /// ARM, 32 bits.
        "arm" => Arm,
        /// x86, 32 bits.
        "386" => I386,
    }
}
