//! A MAC that was asked for is the MAC on the wire.

use std::collections::HashMap;

use super::network_of;
use crate::diag::{Code, Diagnostics, Finding};
use crate::plan::{Appliance, Link, Nic, Plan};
use crate::types::Mac;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    let mut seen: HashMap<Mac, (&Appliance, &Nic)> = HashMap::new();
    let nics =
        plan.appliances.iter().flat_map(|appliance| appliance.nics.iter().map(move |nic| (appliance, nic)));
    for (appliance, nic) in nics {
        let Some(mac) = &nic.mac else { continue };
        reject_not_unicast(nic, mac.value, diags);
        reject_dropped(plan, nic, diags);
        let Some((owner, first)) = seen.get(&mac.value) else {
            seen.insert(mac.value, (appliance, nic));
            continue;
        };
        // Two interfaces of one name have one derived MAC: that they have one name is said elsewhere.
        let same_name = owner.name == appliance.name && first.interface == nic.interface;
        if !(same_name && nic.mac_derived && first.mac_derived) {
            let (one, other) = (&appliance.name.value, &owner.name.value);
            let of = if one == other { String::new() } else { format!(" of `{other}`") };
            let what = format!(
                "`{}` of `{one}` has the MAC {} of `{}`{of}",
                nic.interface.value, mac.value, first.interface.value
            );
            diags.push(
                Finding::error(Code::DuplicateMac, what)
                    .at(mac.span)
                    .label("used again")
                    .also(first.mac.as_ref().and_then(|mac| mac.span), "first used here")
                    .help("remove one `mac`: one that is left out is derived and never changes"),
            );
        }
    }
}

fn reject_not_unicast(nic: &Nic, mac: Mac, diags: &mut Diagnostics) {
    let Some(span) = nic.mac.as_ref().map(|mac| mac.span) else { return };
    let problem = if mac.is_zero() {
        "is all zeros".to_owned()
    } else if mac.is_multicast() {
        format!("is a group address: {:02x} is odd", mac.0[0])
    } else {
        return;
    };
    let mut fixed = mac;
    fixed.0[0] = (mac.0[0] & 0xfc) | 0x02;
    diags.push(
        Finding::error(Code::MacNotUnicast, format!("the MAC {mac} {problem}"))
            .at(span)
            .label("no NIC can have it")
            .help(if mac.is_zero() {
                "remove it to have one derived".into()
            } else {
                format!("write {fixed}")
            }),
    );
}

fn reject_dropped(plan: &Plan, nic: &Nic, diags: &mut Diagnostics) {
    let Some(network) = network_of(plan, nic) else { return };
    if nic.mac_derived || network.primary {
        return;
    }
    let name = &network.name.value;
    let (what, help) = match &network.link.value {
        Link::Ipvlan { .. } => (
            format!("`{name}` is an ipvlan network: its NICs share their parent's MAC"),
            "remove `mac`, or make the network a `macvlan`",
        ),
        Link::Existing { sets_mac: false, .. } => (
            format!("the NAD of `{name}` sets no MAC: its NICs have the one that it gives them"),
            "remove `mac`, or `mac: false` of the network",
        ),
        _ => return,
    };
    diags.push(
        Finding::error(Code::MacNotHonoured, what)
            .at(nic.mac.as_ref().and_then(|mac| mac.span))
            .label("would be dropped without a word")
            .also(network.link.span, "the network")
            .help(help),
    );
}
