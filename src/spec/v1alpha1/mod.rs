//! The documents of `apiVersion: wrtpod.dev/v1alpha1`.

mod appliance;
mod container;
mod image;
mod network;
mod overlay;
mod parts;
mod secret;
mod site;
mod workload;

pub use appliance::{Appliance, ApplianceSpec, Interface, Persistence, UciSettings};
pub use appliance::{PackagePolicy, PersistenceMode, Profile};
pub use container::Sidecar;
pub use image::{Base, BaseSource, Feed, FeedSource, FileContent, FileSource, Image, ImageFile, ImageSpec};
pub use image::{Key, Rootfs, SignedSums, TextSource, Verify, VerifyBy};
pub use network::{
    Attachment, Bridge, Existing, HostDevice, Ipvlan, IpvlanMode, Macvlan, MacvlanMode, Network, PoolIpam,
    Route, VlanLink,
};
pub use overlay::{Overlay, OverlaySpec, Requirements};
pub use parts::{
    AccessMode, Amounts, Device, DeviceSource, Egress, EnvObject, EnvSource, HttpGet, HttpRoute, Ingress,
    Nfs, ParentRef, Probe, ProbeAction, Probes, Resources,
};
pub use parts::{Service, ServicePort, ServiceType, Transport, Volume};
pub use secret::{ConfigMapKeyRef, SecretKeyRef, UciValue, VariableSource, VariableValue};
pub use site::{Architecture, ClusterRanges, Distribution, Metadata, Node, Paths, Site, SiteSpec};
pub use workload::{ProcMount, PullPolicy, UpdateStrategy, WorkloadKind};

use crate::diag::Loc;

/// A mapping in the order of the source.
pub type Entries<K, V> = Vec<(Loc<K>, Loc<V>)>;

/// The `apiVersion` of these documents.
pub const API_VERSION: &str = "wrtpod.dev/v1alpha1";
