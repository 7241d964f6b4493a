//! The rules: what a plan must not be, and what its objects must not have become by patches. Each has a name, and a
//! page behind `wrtpod explain NAME`. Entries: [`check`] for the plan, [`check_objects`] for what is rendered of it.

mod access;
mod addresses;
mod existing;
mod interfaces;
mod ipv6;
mod links;
mod macs;
mod names;
mod networks;
mod objects;
mod overlays;
mod routes;
mod security;
mod servers;
mod users;
mod volumes;
mod wires;
mod workload;

use crate::diag::Diagnostics;
use crate::plan::{Network, Nic, Plan};

pub use objects::{check_objects, planned};

/// Judges the whole plan: NICs of all its appliances share LANs, so uniqueness is the site's.
pub fn check(plan: &Plan, diags: &mut Diagnostics) {
    macs::check(plan, diags);
    addresses::check(plan, diags);
    servers::check(plan, diags);
    interfaces::check(plan, diags);
    routes::check(plan, diags);
    links::check(plan, diags);
    networks::check(plan, diags);
    existing::check(plan, diags);
    names::check(plan, diags);
    workload::check(plan, diags);
    access::check(plan, diags);
    volumes::check(plan, diags);
    security::check(plan, diags);
    users::check(plan, diags);
    ipv6::check(plan, diags);
    overlays::check(plan, diags);
}

/// The network that a NIC is on.
fn network_of<'a>(plan: &'a Plan, nic: &Nic) -> Option<&'a Network> {
    plan.networks.iter().find(|network| *network.name == *nic.network)
}
