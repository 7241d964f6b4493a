//! The documents of `apiVersion: wrtpod.dev/v1alpha1`.

mod appliance;
mod network;
mod parts;
mod site;
mod workload;

pub use appliance::{Appliance, ApplianceSpec, Interface, Persistence, UciValue};
pub use appliance::{PackagePolicy, PersistenceMode, Profile};
pub use network::{
    Attachment, Bridge, HostDevice, Ipvlan, IpvlanMode, Macvlan, MacvlanMode, Network, VlanLink,
};
pub use parts::{
    AccessMode, Amounts, Device, DeviceSource, HttpGet, Ingress, Probe, ProbeAction, Probes, Resources,
};
pub use parts::{Service, ServicePort, ServiceType, Transport, Volume};
pub use site::{Architecture, ClusterRanges, Distribution, Metadata, Node, Paths, Site, SiteSpec};
pub use workload::{PullPolicy, UpdateStrategy, WorkloadKind};

use crate::diag::Loc;

/// A mapping in the order of the source.
pub type Entries<K, V> = Vec<(Loc<K>, Loc<V>)>;

/// The `apiVersion` of these documents.
pub const API_VERSION: &str = "wrtpod.dev/v1alpha1";
