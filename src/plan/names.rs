//! Names of NICs: what the kernel, the CNI plugins and, in OpenWrt, UCI take. The planned UCI files are built
//! only of names that pass here; the rule `interface-name` says so of the others.

use super::model::{Nic, Profile};
use super::openwrt::{asks_for_ipv6, route_sections};

/// What the kernel takes.
const LONGEST: usize = 15;
/// Prefix of a bridge's device.
const BRIDGE: &str = "br-";

/// Why a NIC of these cannot have its name; `None` when it can.
pub fn interface_fault(profile: Profile, nics: &[Nic], nic: &Nic) -> Option<String> {
    let name = nic.interface.value.as_str();
    let guest = profile == Profile::OpenWrt;
    let problem = if matches!(name, "eth0" | "lo" | "veth0") {
        "is taken: eth0 is the cluster's, lo the loopback, veth0 other tools'".to_owned()
    } else if name.len() > LONGEST {
        format!("has {} characters, the kernel takes {LONGEST}", name.len())
    } else if guest && !is_uci_name(name) {
        "is no UCI section's name: a small letter, then small letters, digits and `_`".to_owned()
    } else if !is_interface_name(name) {
        "is not one that every plugin takes: a small letter, then small letters, digits, `_` and `-`"
            .to_owned()
    } else if guest && nic.bridge.is_some() && name.len() + BRIDGE.len() > LONGEST {
        format!("is too long for a bridge `{BRIDGE}{name}`: the kernel takes {LONGEST} characters")
    } else if guest && is_own_section(nics, name) {
        "is a section that wrtpod writes itself".to_owned()
    } else {
        return None;
    };
    Some(problem)
}

/// A name near this one that passes; another one where there is none.
pub fn proposal(profile: Profile, name: &str) -> String {
    let wanted: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || profile == Profile::Generic && c == '-' { c } else { '_' })
        .take(LONGEST - BRIDGE.len())
        .collect();
    let wanted = wanted.trim_end_matches(['-', '_']).to_owned();
    let taken = matches!(wanted.as_str(), "eth0" | "lo" | "veth0") || wanted == name;
    if is_interface_name(&wanted) && !taken && !is_own_section(&[], &wanted) {
        wanted
    } else {
        "net1".to_owned()
    }
}

/// Sections that stand in the planned files beside those of the NICs. A router's DHCP client has a twin for
/// IPv6: `wan6` beside `wan`.
fn is_own_section(nics: &[Nic], name: &str) -> bool {
    let twin = |nic: &Nic| asks_for_ipv6(nic, nics) && name.strip_suffix('6') == Some(nic.interface.as_str());
    let bridge =
        |nic: &Nic| nic.bridge.is_some() && name.strip_prefix("bridge_") == Some(nic.interface.as_str());
    let route = |nic: &Nic| route_sections(nic).iter().any(|section| section == name);
    // `sources_1` and so on, for the cluster's ranges.
    matches!(name, "cluster" | "loopback" | "globals" | "dnsmasq" | "odhcpd" | "discovery")
        || name.starts_with("cluster_")
        || name.starts_with("sources_")
        || nics.iter().any(|nic| twin(nic) || bridge(nic) || route(nic))
}

/// What every CNI plugin, sysctl key and shell takes (a dot separates the parts of a sysctl's key).
fn is_interface_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
}

fn is_uci_name(name: &str) -> bool {
    is_interface_name(name) && !name.contains('-')
}
