//! The ways out of a NIC beside the default route: to networks behind its routers, and back to where a request came from.

use std::net::IpAddr;

use super::attachments;
use super::model::{Addressing, Profile, Route, SourceRouting};
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::spec::{self, Interface, Network};
use crate::types::Cidr;

/// The routes that a network states, each with its router; one that has none is reported and left out.
pub fn of_network(network: &Network, diags: &mut Diagnostics) -> Vec<Route> {
    decided(&network.routes, &network.gateway, diags)
}

/// The routes of a NIC: its own, or those of its network that it has an address for and whose router it is not itself.
/// The first NIC of a network takes them: `before` are those of the NICs in front of it.
pub fn of_nic(
    interface: &Interface,
    network: &Network,
    addressing: &Addressing,
    before: &[Route],
    diags: &mut Diagnostics,
) -> Vec<Route> {
    if !interface.routes.is_empty() {
        return decided(&interface.routes, gateways(interface, network), diags);
    }
    // What is wrong with them is said once, of the network.
    let mut routes = of_network(network, &mut Diagnostics::new());
    routes.retain(|route| {
        has_family(network, addressing, route.via.value)
            && !is_own(addressing, route.via.value)
            && !before.iter().any(|other| other.to == route.to)
    });
    routes
}

fn decided(routes: &[Loc<spec::Route>], gateways: &[Loc<IpAddr>], diags: &mut Diagnostics) -> Vec<Route> {
    let mut made = Vec::new();
    for route in routes {
        let to = route.to.map(Cidr::network);
        let of_family = gateways.iter().find(|gateway| gateway.is_ipv4() == to.is_ipv4());
        match route.via.as_ref().or(of_family) {
            Some(via) => made.push(Route { to, via: *via }),
            None => diags.push(
                Finding::error(
                    Code::RouteValue,
                    format!("nobody names the router on the way to {}", to.value),
                )
                .at(route.to.span)
                .help("add `via: ` and the address of the router, or `gateway` to the network"),
            ),
        }
    }
    made
}

/// The routers of a NIC's network, whether it serves that or not.
fn gateways<'a>(interface: &'a Interface, network: &'a Network) -> &'a [Loc<IpAddr>] {
    if interface.gateway.is_empty() { &network.gateway } else { &interface.gateway }
}

/// Whether the NIC has, or may get, an address of the family.
pub fn has_family(network: &Network, addressing: &Addressing, family: IpAddr) -> bool {
    match addressing {
        Addressing::Static(addresses) => {
            addresses.iter().any(|address| address.is_ipv4() == family.is_ipv4())
        }
        Addressing::Pool(_) => attachments::pool_has(network, family.is_ipv4()),
        Addressing::Dhcp(_) => true,
        // The other end of the tunnel is its only neighbour.
        Addressing::Pppoe(_) => false,
        // Its addresses, if there are any, come of router advertisements.
        Addressing::None => family.is_ipv6(),
    }
}

fn is_own(addressing: &Addressing, address: IpAddr) -> bool {
    matches!(addressing, Addressing::Static(own) if own.iter().any(|own| own.address() == address))
}

/// How answers leave by the NIC that they came in by; `None` where nothing is done about it. Asked for without what it
/// takes, it is reported.
pub fn source_routing(
    profile: Profile,
    interface: &Interface,
    network: &Network,
    addressing: &Addressing,
    diags: &mut Diagnostics,
) -> Option<SourceRouting> {
    let asked = interface.source_routing.as_ref();
    if !asked.map_or(profile == Profile::Generic, |asked| asked.value) {
        return None;
    }
    let routers = gateways(interface, network).iter().filter(|gateway| {
        has_family(network, addressing, gateway.value) && !is_own(addressing, gateway.value)
    });
    let routers: Vec<IpAddr> = routers.map(|gateway| gateway.value).collect();
    let sources = sources(profile, network, addressing);
    let serves = interface.serve.is_some_and(|serve| serve.value);
    let idle = if serves {
        Some(("it serves the network, and is the router there", "remove it, or `serve`"))
    } else if routers.is_empty() {
        Some(("nobody names a gateway", "add `gateway` to the network, or remove `sourceRouting`"))
    } else if profile == Profile::OpenWrt && sources.is_empty() {
        Some(("its addresses are not known", "add `subnet` to the network, or remove `sourceRouting`"))
    } else {
        None
    };
    if let Some((why, help)) = idle {
        if let Some(asked) = asked {
            let what = format!("`sourceRouting` of the interface on `{}`: {why}", interface.network.as_str());
            diags.push(Finding::error(Code::NoEffect, what).at(asked.span).help(help));
        }
        return None;
    }
    Some(SourceRouting { sources, gateways: routers, asked: asked.and_then(|asked| asked.span) })
}

/// What the NIC's own packets come from: its addresses where they are known, else its subnets. A generic appliance's
/// init container sees what the plugins gave; advertised addresses may come later.
fn sources(profile: Profile, network: &Network, addressing: &Addressing) -> Vec<Cidr> {
    let subnets = |only_ipv6: bool| {
        let subnets = network.subnet.iter().map(|subnet| subnet.network());
        subnets.filter(|subnet| !(only_ipv6 && subnet.is_ipv4())).collect()
    };
    match (profile, addressing) {
        (Profile::OpenWrt, Addressing::Static(addresses)) => {
            let host =
                |address: &Loc<Cidr>| Cidr::new(address.address(), if address.is_ipv4() { 32 } else { 128 });
            addresses.iter().filter_map(host).collect()
        }
        (Profile::OpenWrt, Addressing::Dhcp(_)) => subnets(false),
        (Profile::Generic, Addressing::Dhcp(_) | Addressing::None) => subnets(true),
        _ => Vec::new(),
    }
}
