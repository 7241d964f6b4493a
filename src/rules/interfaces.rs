//! Names of interfaces.

use super::network_of;
use crate::diag::{Code, Diagnostics, Finding};
use crate::plan::{Appliance, Nic, Plan, Profile, interface_fault, proposed_interface};

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        for (index, nic) in appliance.nics.iter().enumerate() {
            check_primary(plan, appliance, nic, diags);
            if nic.attachment.is_some() {
                check_name(appliance, nic, diags);
            }
            let same = |other: &&Nic| other.interface.value == nic.interface.value;
            if let Some(first) = appliance.nics[..index].iter().find(same) {
                diags.push(
                    Finding::error(
                        Code::DuplicateInterface,
                        format!(
                            "two interfaces of `{}` are called `{}`",
                            appliance.name.value, nic.interface.value
                        ),
                    )
                    .at(nic.interface.span)
                    .also(first.interface.span, "the first one")
                    .help("give one of them a `name`"),
                );
            }
        }
    }
}

fn check_name(appliance: &Appliance, nic: &Nic, diags: &mut Diagnostics) {
    if let Some(problem) = interface_fault(appliance.profile, &appliance.nics, nic) {
        let name = &nic.interface;
        let proposal = proposed_interface(appliance.profile, name);
        diags.push(
            Finding::error(Code::InterfaceName, format!("interface name `{}` {problem}", name.value))
                .at(name.span)
                .help(format!("give the interface another `name`, for example `{proposal}`")),
        );
    }
}

/// On the cluster's own network the pod decides nothing.
fn check_primary(plan: &Plan, appliance: &Appliance, nic: &Nic, diags: &mut Diagnostics) {
    let Some(network) = network_of(plan, nic).filter(|network| network.primary) else { return };
    let faults = if appliance.profile == Profile::OpenWrt {
        vec![("OpenWrt must not own eth0", nic.network.span)]
    } else {
        let switches = [&nic.default_route, &nic.discovery].into_iter().filter(|switch| switch.value);
        let stated = [
            nic.mac.as_ref().map(|mac| ("a `mac` cannot be asked for", mac.span)),
            nic.fixed_addresses().first().map(|address| ("an `address` cannot be asked for", address.span)),
            (nic.interface.value != "eth0").then_some(("its NIC is called eth0", nic.interface.span)),
        ];
        let own =
            nic.routes.iter().filter(|route| !network.routes.contains(route)).map(|route| route.to.span);
        let routes =
            switches.map(|switch| switch.span).chain(own).map(|span| ("its routes are the cluster's", span));
        stated.into_iter().flatten().chain(routes).collect()
    };
    for (what, span) in faults {
        diags.push(
            Finding::error(
                Code::PrimaryNetwork,
                format!("`{}` is the cluster's primary network: {what}", network.name.value),
            )
            .at(span)
            .also(network.name.span, "the network")
            .help("remove it; for a NIC of the appliance's own use a second network, through Multus"),
        );
    }
}
