//! What can be typed behind `wrtpod init`.

use std::path::PathBuf;

use clap::Args;

use super::draft::Entry;
use crate::cli::complete;
use crate::cli::error::CliError;
use crate::types::{AddressSpec, Name, quoted};

/// `wrtpod init`.
#[derive(Debug, Clone, Args)]
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
    /// False for pods whose root is nobody on the nodes, where all nodes have user namespaces; true for the nodes' users
    #[arg(long, value_name = "BOOLEAN")]
    pub host_users: Option<bool>,
    /// False where the nodes were booted without IPv6 (`ipv6.disable=1`)
    #[arg(long, value_name = "BOOLEAN")]
    pub ipv6: Option<bool>,
    /// File to write; an existing one is never overwritten
    #[arg(long, value_name = "FILE", default_value = "site.yaml")]
    pub out: PathBuf,
}

impl InitArgs {
    /// Options that name a network twice, or one that nobody has, each with its name.
    pub fn loose(&self, entry: Option<&Entry>) -> Vec<(&'static str, CliError)> {
        let mut seen: Vec<&str> = Vec::new();
        let mut faults = Vec::new();
        for given in &self.networks {
            match loose_network(given, &seen) {
                Ok(name) => seen.push(name),
                Err(fault) => faults.push(("--network", fault)),
            }
        }
        let interfaces = entry.iter().flat_map(|entry| &entry.interfaces);
        let open: Vec<&str> = interfaces.filter(|one| one.open).map(|one| one.network.as_str()).collect();
        seen.clear();
        for given in &self.addresses {
            match loose_address(given, &seen, &open, entry) {
                Ok(network) => seen.push(network),
                Err(fault) => faults.push(("--address", fault)),
            }
        }
        faults
    }
}

/// The name of a further network; `seen` are those before it.
fn loose_network<'a>(given: &'a str, seen: &[&str]) -> Result<&'a str, CliError> {
    let Some((name, _)) = given.split_once('=') else {
        let hint = "write NAME=INTERFACE.VLAN,SUBNET, for example --network iot=enp3s0.2,192.168.32.0/24";
        return Err(CliError::usage(format!("--network: {} has no `=`", quoted(given)), hint.to_owned()));
    };
    name.parse::<Name>().map_err(|invalid| CliError::flag("--network", invalid))?;
    let option = match name {
        "lan" => Some("--parent, --subnet and --gateway"),
        "wan" => Some("--wan-parent"),
        _ => None,
    };
    if let Some(option) = option {
        let hint = format!("use {option}");
        return Err(CliError::usage(format!("--network: `{name}` has options of its own"), hint));
    }
    if seen.contains(&name) {
        let hint = "give each network another name".to_owned();
        return Err(CliError::usage(format!("--network: `{name}` stands twice"), hint));
    }
    Ok(name)
}

/// The network of an address that the catalog leaves `open`; `seen` are those before it.
fn loose_address<'a>(
    given: &'a str,
    seen: &[&str],
    open: &[&str],
    entry: Option<&Entry>,
) -> Result<&'a str, CliError> {
    let Some((network, address)) = given.split_once('=') else {
        let hint = match open.first().filter(|_| given.parse::<AddressSpec>().is_ok()) {
            Some(first) => format!("write --address {first}={given}"),
            None => "write NETWORK=ADDRESS, for example --address lan=192.168.1.32".to_owned(),
        };
        return Err(CliError::usage(format!("--address: {} has no `=`", quoted(given)), hint));
    };
    if seen.contains(&network) {
        let hint = "give each network one address".to_owned();
        return Err(CliError::usage(format!("--address: {} stands twice", quoted(network)), hint));
    }
    if open.contains(&network) {
        return Ok(network);
    }
    let (problem, hint) = match (entry, open.first()) {
        (Some(_), Some(first)) => (
            format!("{} is for none of {}", quoted(given), open.join(", ")),
            format!("write --address {first}={address}"),
        ),
        (Some(entry), None) => (
            format!("the catalog decides the addresses of `{}`", entry.name),
            "leave it out; another address goes into a document of the appliance".to_owned(),
        ),
        (None, _) => (
            "there is no appliance to give it to".to_owned(),
            "name a catalog entry, such as home-assistant".to_owned(),
        ),
    };
    Err(CliError::usage(format!("--address: {problem}"), hint))
}
