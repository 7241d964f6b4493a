//! The plan: documents in, every question answered. It knows the site and the appliances, and nothing of
//! Kubernetes' formats; of CNI's only the plugins that documents bring along. Entry: [`decide`]; `rules` then judges what came out.

mod access;
mod advice;
mod attachments;
mod boot;
mod cluster;
mod decide;
mod duid;
mod generic;
mod grants;
mod link;
mod mac;
mod model;
mod modules;
mod names;
mod nics;
mod once;
mod openwrt;
mod overlays;
mod pair;
mod placement;
mod pod;
mod probes;
mod profile;
mod resources;
mod routes;
mod secrets;
mod sidecars;
mod storage;
mod tolerations;
mod units;
mod variables;
mod volumes;

pub use access::{LINK_LOCAL, known_ports};
pub use attachments::{is_whereabouts, parent_on, whereabouts_configuration};
pub use boot::{BootOverlay, as_text};
pub use cluster::{ranges as cluster_ranges, ranges_by_use as cluster_ranges_by_use};
pub use decide::decide;
pub use link::Link;
pub use mac::{MacSeed, derive as derive_mac};
pub use model::{
    Addressing, Appliance, AppliedOverlay, Attachment, ConfiguredBy, Ipam, Network, Nic, Pairs, Plan,
    PoolRange, Profile, Route, SourceRouting, Sysctl, Workload,
};
pub use names::{interface_fault, proposal as proposed_interface};
pub use openwrt::mode as persistence_mode;
pub use overlays::{Named as NamedOverlay, of_appliance as overlays_of};
pub use pair::Half;
pub use pod::{
    Claim, ConfigFiles, Container, ContainerPort, Credentials, Egress, Grant, HttpRoute, Ingress, Mount,
    Placement, Probe, ProbeAction, Probes, Resources, RouteReason, RunAs, Scratch, Service, Volume,
    VolumeSource,
};
pub use probes::udp_fault;
pub use secrets::{Literal as LiteralSecret, literals as literal_secrets};
pub use units::bytes as bytes_without_unit;
pub use variables::{EnvObject, EnvSource, EnvValue};
pub use volumes::is_scratch;

// The words of documents for them are a plan's too.
pub use crate::spec::{AccessMode, IpvlanMode, MacvlanMode, Transport};
