//! wrtpod puts network appliances (OpenWrt, Home Assistant and their kin) on Kubernetes as machines that
//! live on the LAN. `docs/architecture.md` says how a site file becomes objects on a cluster.

pub mod ahead;
pub mod build;
pub mod catalog;
pub mod chart;
pub mod cli;
pub mod cluster;
pub mod cores;
pub mod diag;
pub mod explain;
pub mod feed;
pub mod fetch;
pub mod image;
pub mod import;
pub mod install;
pub mod net;
pub mod objects;
pub mod overlay;
pub mod passes;
pub mod plan;
pub mod pod;
pub mod recipe;
pub mod registry;
pub mod rules;
pub mod secret;
#[cfg(test)]
mod server_of_tests;
pub mod shown;
pub mod sink;
pub mod spec;
pub mod temporary;
pub mod tls;
pub mod types;
pub mod uci;
pub mod yaml;
