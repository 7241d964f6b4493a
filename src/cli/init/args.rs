//! What can be typed behind `wrtpod init`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::complete;

/// `wrtpod init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Catalog entry that the site is to fit, for example openwrt-router: its networks and addresses are asked for too
    #[arg(value_name = "NAME", add = complete::entries())]
    pub entry: Option<String>,
    /// The node's interface on the LAN, for example enp3s0; what is left out is asked at the terminal
    #[arg(long, value_name = "INTERFACE")]
    pub parent: Option<String>,
    /// The LAN's subnet, for example 192.168.1.0/24
    #[arg(long, value_name = "CIDR")]
    pub subnet: Option<String>,
    /// The LAN's gateway, for example 192.168.1.1
    #[arg(long, value_name = "ADDRESS")]
    pub gateway: Option<String>,
    /// The interface on the WAN, for a router
    #[arg(long, value_name = "INTERFACE")]
    pub wan_parent: Option<String>,
    /// A further network: an interface of the node, mostly a VLAN of it, and the subnet. For example
    /// iot=enp3s0.2,192.168.32.0/24; may be repeated
    #[arg(long = "network", value_name = "NAME=INTERFACE,CIDR")]
    pub networks: Vec<String>,
    /// An address that the catalog entry needs, for example lan=192.168.1.32; may be repeated
    #[arg(long = "address", value_name = "NETWORK=ADDRESS")]
    pub addresses: Vec<String>,
    /// Name of the site
    #[arg(long, value_name = "NAME", default_value = "home")]
    pub name: String,
    /// Namespace of the appliances
    #[arg(short, long, value_name = "NAME", default_value = "appliances")]
    pub namespace: String,
    /// Kubernetes distribution: k3s, rke2, k0s, microk8s, kubeadm, talos or kind [default: k3s]
    #[arg(long, value_name = "NAME", add = complete::distributions())]
    pub distribution: Option<String>,
    /// File to write; an existing one is never overwritten
    #[arg(long, value_name = "FILE", default_value = "site.yaml")]
    pub out: PathBuf,
}
