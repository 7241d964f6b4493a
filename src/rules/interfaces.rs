//! Names of interfaces and attachments.

use super::network_of;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Appliance, Nic, Plan, Profile};

/// What the kernel takes.
const LONGEST: usize = 15;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        if appliance.nics.is_empty() {
            diags.push(
                Diagnostic::error("no-interfaces", format!("`{}` is on no network", appliance.name.value))
                    .at(appliance.name.span)
                    .help("write `interfaces: [{network: lan, address: dhcp}]`"),
            );
        }
        for (index, nic) in appliance.nics.iter().enumerate() {
            check_primary(plan, appliance, nic, diags);
            if nic.attachment.is_some() {
                check_name(appliance, nic, diags);
            }
            let same = |other: &&Nic| other.interface.value == nic.interface.value;
            if let Some(first) = appliance.nics[..index].iter().find(same) {
                diags.push(
                    Diagnostic::error(
                        "duplicate-interface",
                        format!("two interfaces of `{}` are called `{}`", appliance.name.value, nic.interface.value),
                    )
                    .at(nic.interface.span)
                    .also(first.interface.span, "the first one")
                    .help("give one of them a `name`"),
                );
            }
        }
    }
    check_attachments(plan, diags);
}

fn check_name(appliance: &Appliance, nic: &Nic, diags: &mut Diagnostics) {
    let name = nic.interface.value.as_str();
    let problem = if matches!(name, "eth0" | "lo" | "veth0") {
        "is taken: eth0 is the cluster's, lo the loopback, veth0 other tools'".to_owned()
    } else if name.len() > LONGEST {
        format!("has {} characters, the kernel takes {LONGEST}", name.len())
    } else if appliance.profile == Profile::OpenWrt && !is_uci_name(name) {
        "is no UCI section's name: a small letter, then small letters, digits and `_`".to_owned()
    } else if appliance.profile == Profile::OpenWrt && matches!(name, "cluster" | "loopback" | "globals") {
        "is a section that wrtpod writes itself".to_owned()
    } else {
        return;
    };
    let wanted: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .take(LONGEST)
        .collect();
    let proposal = if is_uci_name(&wanted) && wanted != name { wanted } else { "lan0".to_owned() };
    diags.push(
        Diagnostic::error("interface-name", format!("interface name `{name}` {problem}"))
            .at(nic.interface.span)
            .help(format!("give the interface another `name`, for example `{proposal}`")),
    );
}

fn is_uci_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// On the cluster's own network the pod decides nothing.
fn check_primary(plan: &Plan, appliance: &Appliance, nic: &Nic, diags: &mut Diagnostics) {
    let Some(network) = network_of(plan, nic).filter(|network| network.primary) else { return };
    let (what, span) = if appliance.profile == Profile::OpenWrt {
        ("OpenWrt must not own eth0", nic.network.span)
    } else if let Some(mac) = &nic.mac {
        ("a `mac` cannot be asked for", mac.span)
    } else if let Some(address) = nic.fixed_addresses().first() {
        ("an `address` cannot be asked for", address.span)
    } else if nic.interface.value != "eth0" {
        ("its NIC is called eth0", nic.interface.span)
    } else {
        return;
    };
    diags.push(
        Diagnostic::error(
            "primary-network",
            format!("`{}` is the cluster's primary network: {what}", network.name.value),
        )
        .at(span)
        .also(network.name.span, "the network")
        .help("use a second network through Multus for fixed MACs and addresses"),
    );
}

fn check_attachments(plan: &Plan, diags: &mut Diagnostics) {
    for (index, attachment) in plan.attachments.iter().enumerate() {
        if let Some(first) = plan.attachments[..index].iter().find(|first| first.name == attachment.name) {
            diags.push(
                Diagnostic::error(
                    "attachment-collision",
                    format!(
                        "networks `{}` and `{}` both get an attachment `{}`",
                        first.network.value, attachment.network.value, attachment.name
                    ),
                )
                .at(attachment.network.span)
                .also(first.network.span, "the other one")
                .help("rename one of the networks"),
            );
        }
    }
}
