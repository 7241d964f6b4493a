//! wrtpod puts network appliances (OpenWrt, Home Assistant and their kin) on Kubernetes as machines that
//! live on the LAN. `docs/architecture.md` says how a site file becomes objects on a cluster.

pub mod diag;
pub mod net;
pub mod objects;
pub mod plan;
pub mod pod;
pub mod rules;
pub mod spec;
pub mod types;
pub mod uci;
pub mod yaml;
