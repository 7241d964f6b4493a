//! Routes to networks behind a router, and answers that leave by the NIC that they came in by.

use super::network_of;
use super::networks::reject_gateway_outside;
use crate::diag::{Code, Diagnostics, Finding};
use crate::plan::{Appliance, Nic, Plan, Route};

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for network in &plan.networks {
        check_routes(plan, &network.routes, diags);
        for route in &network.routes {
            reject_gateway_outside(network, None, &route.via, diags);
        }
    }
    for appliance in &plan.appliances {
        for nic in &appliance.nics {
            let Some(network) = network_of(plan, nic) else { continue };
            let own: Vec<Route> =
                nic.routes.iter().filter(|route| !network.routes.contains(route)).copied().collect();
            check_routes(plan, &own, diags);
            // A router that the network names too was judged there.
            let known = |route: &&Route| network.gateways.iter().all(|gateway| *gateway != route.via);
            for route in own.iter().filter(known) {
                reject_gateway_outside(network, Some(nic), &route.via, diags);
            }
        }
        reject_twice(appliance, diags);
        reject_policy_router(appliance, diags);
    }
}

fn check_routes(plan: &Plan, routes: &[Route], diags: &mut Diagnostics) {
    for (at, route) in routes.iter().enumerate() {
        let to = route.to.value;
        let (what, help) = if to.prefix() == 0 {
            let what = format!("{to} is everything, which is the default route");
            (what, "remove it, and write `defaultRoute: true` at the interface")
        } else if to.is_ipv4() != route.via.is_ipv4() {
            let what = format!("{to} and its router {} are of two families", route.via.value);
            (what, "write a router of the network's family")
        } else if let Some(range) = plan.cluster.iter().find(|range| range.overlaps(to)) {
            let what = format!("the route to {to} overlaps the cluster's {range}, which stays with eth0");
            (what, "correct `to`, or `cluster` of the site")
        } else if routes[..at].iter().any(|other| other.to == route.to) {
            (format!("there are two routes to {to}"), "keep one of them")
        } else {
            continue;
        };
        diags.push(Finding::error(Code::RouteValue, what).at(route.to.span).help(help));
    }
}

/// Of two NICs with a route to one network, the kernel would take either.
fn reject_twice(appliance: &Appliance, diags: &mut Diagnostics) {
    for (at, nic) in appliance.nics.iter().enumerate() {
        for route in &nic.routes {
            let same = |other: &&Nic| other.routes.iter().any(|one| one.to == route.to);
            let Some(first) = appliance.nics[..at].iter().find(same) else { continue };
            let what = format!(
                "`{}` and `{}` both have a route to {}",
                first.interface.value, nic.interface.value, route.to.value
            );
            diags.push(
                Finding::error(Code::RouteValue, what).at(route.to.span).help("keep it on one interface"),
            );
        }
    }
}

/// Two programs that both make rules by where packets come from undo each other's.
fn reject_policy_router(appliance: &Appliance, diags: &mut Diagnostics) {
    let Some(package) = &appliance.policy_router else { return };
    for nic in &appliance.nics {
        let Some(routing) = &nic.source_routing else { continue };
        let name = &nic.interface.value;
        diags.push(
            Finding::error(
                Code::TwoPolicyRouters,
                format!("`sourceRouting` of `{name}` beside `{}`, which makes such rules too", package.value),
            )
            .at(routing.asked)
            .also(package.span, "what brings it")
            .help("remove `sourceRouting`"),
        );
    }
}
