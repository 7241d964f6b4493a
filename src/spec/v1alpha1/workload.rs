//! Words for the Kubernetes workload of an appliance.

use crate::spec::table::choice;

choice! {
    /// The kind of the workload.
    pub enum WorkloadKind, "a kind of workload" {
        /// At most one pod holds the appliance's addresses, even when a node dies.
        "StatefulSet" => StatefulSet,
        /// Only with a ReadWriteOncePod claim or on exactly one node.
        "Deployment" => Deployment,
    }
}

choice! {
    /// How a change replaces the pod.
    pub enum UpdateStrategy, "an update strategy" {
        /// The old pod ends before the new one starts.
        "Recreate" => Recreate,
        /// The new pod starts first: refused with a fixed MAC address or address.
        "RollingUpdate" => RollingUpdate,
    }
}

choice! {
    /// When a node pulls the image.
    pub enum PullPolicy, "a pull policy" {
        /// At every start.
        "Always" => Always,
        /// When the node does not have it.
        "IfNotPresent" => IfNotPresent,
        /// Never: the node must have it.
        "Never" => Never,
    }
}

choice! {
    /// What a container sees of /proc.
    pub enum ProcMount, "a kind of /proc" {
        /// What of it is the node's is hidden or read-only, the settings of the pod's own network among it.
        "Default" => Default,
        /// All of it, as far as its users may.
        "Unmasked" => Unmasked,
    }
}
