//! wrtpod puts network appliances (OpenWrt, Home Assistant and their kin) on Kubernetes as machines that
//! live on the LAN. `docs/architecture.md` says how a site file becomes objects on a cluster.

pub mod build;
pub mod catalog;
pub mod chart;
pub mod cli;
pub mod cluster;
pub mod cores;
pub mod explain;
pub mod import;
pub mod install;
pub mod net;
pub mod objects;
pub mod overlay;
pub mod passes;
pub mod plan;
pub mod pod;
pub mod recipe;
pub mod rules;
pub mod sink;
pub mod spec;

// What other programs need too has crates of its own; here it has the names by which the modules know it.
pub use wrtpod_base::{diag, secret, shown, temporary, types, yaml};
pub use wrtpod_oci::{fetch, image, registry, tls};
pub use wrtpod_openwrt::{feed, uci};
