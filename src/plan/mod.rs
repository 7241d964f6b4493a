//! The plan: documents in, every question answered. It knows the site and the appliances, and nothing of
//! Kubernetes' or CNI's formats. Entry: [`decide`]; `rules` then judges what came out.

mod attachments;
mod cluster;
mod decide;
mod generic;
mod mac;
mod model;
mod nics;
mod openwrt;
mod placement;
mod volumes;

pub use cluster::ranges as cluster_ranges;
pub use decide::{decide, known_ports};
pub use mac::{MacSeed, derive as derive_mac};
pub use model::{
    Addressing, Appliance, Attachment, Claim, ConfigFiles, ConfiguredBy, Container, ContainerPort, Credentials,
    EnvValue, Grant, Ingress, Ipam, Link, Mount, Network, Nic, Placement, Plan, Probe, ProbeAction, Probes, Profile,
    Resources, RouteReason, Service, Sysctl, Volume, VolumeSource, Workload,
};
