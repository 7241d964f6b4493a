//! The NICs of an appliance: which network, which MAC, which addresses, who puts them there.

use std::net::IpAddr;

use super::mac::{self, MacSeed};
use super::model::{Addressing, Attachment, ConfiguredBy, Nic, Profile, Route};
use super::{advice, attachments, routes};
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::spec::{Documents, Interface, Network, SiteSpec};
use crate::types::{AddressSpec, Cidr};

/// Addresses after a fault that was reported: fixed ones, and none of them known. No rule says more of them.
const UNDECIDED: Addressing = Addressing::Static(Vec::new());

/// What the NICs of an appliance depend on besides themselves.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The site.
    pub site: &'a SiteSpec,
    /// All documents.
    pub documents: &'a Documents,
    /// The catalog entry that the appliance builds on.
    pub from: Option<&'a str>,
    /// The site's salt, where it has one.
    pub salt: Option<&'a str>,
    /// Namespace of the appliance.
    pub namespace: &'a str,
    /// Name of the appliance.
    pub appliance: &'a Loc<String>,
    /// What DHCP servers are told.
    pub hostname: &'a str,
    /// Profile of the appliance.
    pub profile: Profile,
    /// How many pods it has: each of several has MACs of its own where its addresses are of a pool.
    pub replicas: u32,
    /// Whether it is one of a pair of routers.
    pub in_pair: bool,
    /// Whether every NIC that leads out is an uplink: its mwan3 chooses between them.
    pub several_uplinks: bool,
    /// Whether its nodes have IPv6, where somebody says it.
    pub ipv6: Option<Loc<bool>>,
    /// Whether its document has faults that were reported.
    pub faulty: bool,
}

/// The network of that name.
pub fn network<'a>(site: &'a SiteSpec, name: &str) -> Option<&'a Network> {
    site.networks.iter().find(|(key, _)| key.value == *name).map(|(_, network)| &network.value)
}

/// Decides the NICs; of one whose network is unknown, which is reported, nothing else is known than what it states itself.
pub fn decide(place: Place<'_>, interfaces: &[Loc<Interface>], diags: &mut Diagnostics) -> Vec<Nic> {
    if interfaces.is_empty() && !place.faulty {
        diags.push(
            Finding::error(Code::NoInterfaces, format!("`{}` is on no network", place.appliance.value))
                .at(place.appliance.span)
                .help("write `interfaces: [{network: lan, address: dhcp}]`"),
        );
    }
    if place.profile == Profile::Generic && !place.faulty {
        let Place { site, appliance, from, documents, .. } = place;
        diags.extend(advice::addresses_missing(site, appliance, from, interfaces, documents));
    }
    let mut nics: Vec<Nic> = Vec::new();
    let mut stated = Vec::new();
    for interface in interfaces {
        let before: Vec<Route> = nics.iter().flat_map(|nic| nic.routes.iter().copied()).collect();
        nics.push(nic(place, interface, &before, diags));
        stated.push(interface.default_route.is_some());
    }
    if place.several_uplinks {
        default_routes_of_uplinks(&mut nics, &stated, diags);
    } else if place.profile == Profile::OpenWrt {
        default_route_of_guest(&mut nics, &stated);
    }
    for nic in &mut nics {
        nic.attachment = attachment(place, nic);
    }
    nics
}

/// A machine on the LAN uses the LAN's way out: where nobody chose, the first NIC that does not serve and
/// knows a gateway, or asks for one by DHCP, has the default route.
fn default_route_of_guest(nics: &mut [Nic], stated: &[bool]) {
    if stated.contains(&true) {
        return;
    }
    if let Some(nic) = nics.iter_mut().find(|nic| leads_out(nic)) {
        nic.default_route.value = true;
    }
}

/// Beside mwan3 each NIC that leads out is an uplink, with a default route of its own metric. Where two have one metric, the
/// second goes without, as a machine without mwan3 has it.
fn default_routes_of_uplinks(nics: &mut [Nic], stated: &[bool], diags: &mut Diagnostics) {
    let metric = |nic: &Nic| nic.metric.unwrap_or(0);
    let leading = nics.iter().filter(|nic| nic.default_route.value);
    let mut taken: Vec<(u32, String)> =
        leading.map(|nic| (metric(nic), nic.interface.value.clone())).collect();
    let open = nics.iter_mut().zip(stated).filter(|(nic, stated)| !**stated && leads_out(nic));
    for (nic, _) in open {
        let Some((_, first)) = taken.iter().find(|(other, _)| *other == metric(nic)) else {
            nic.default_route.value = true;
            taken.push((metric(nic), nic.interface.value.clone()));
            continue;
        };
        let what = format!(
            "`{}` goes without a default route, and mwan3 without that uplink: its metric is that of `{first}`",
            nic.interface.value
        );
        diags.push(
            Finding::warning(Code::TwoDefaultRoutes, what)
                .at(nic.network.span)
                .help("give each uplink a `metric` of its own, or write `defaultRoute: false`"),
        );
    }
}

fn leads_out(nic: &Nic) -> bool {
    let knows_a_way = match nic.addressing {
        Addressing::Dhcp(_) | Addressing::Pppoe(_) => true,
        Addressing::Static(_) => !nic.gateways.is_empty(),
        Addressing::Pool(_) | Addressing::None => false,
    };
    nic.serve.is_none() && knows_a_way
}

/// How the NIC joins its network; none on the cluster's own.
fn attachment(place: Place<'_>, nic: &Nic) -> Option<Attachment> {
    let network = network(place.site, &nic.network)?;
    let distribution = place.site.distribution.as_ref().map(|distribution| distribution.value);
    (!is_primary(network))
        .then(|| attachments::attachment(network, distribution, place.profile, place.hostname, nic))
}

/// Whether it is the cluster's own network.
pub fn is_primary(network: &Network) -> bool {
    network.primary.as_ref().is_some_and(|primary| primary.value)
}

/// A NIC on a network that the site does not have.
fn nic_of_nothing(place: Place<'_>, interface: &Interface) -> Nic {
    let network = interface.network.clone().map(|name| name.to_string());
    let name = interface.name.clone().map(|name| name.map(|name| name.to_string()));
    Nic {
        interface: name.unwrap_or_else(|| network.clone()),
        network,
        attachment: None,
        mac: interface.mac,
        mac_derived: false,
        gateways: Vec::new(),
        routes: Vec::new(),
        source_routing: None,
        told_router: None,
        dns: Vec::new(),
        addressing: UNDECIDED,
        default_route: wanted(interface.default_route.as_ref(), interface),
        serve: interface.serve.filter(|serve| serve.value),
        discovery: wanted(interface.discovery.as_ref(), interface),
        metric: interface.metric.as_ref().map(|metric| metric.value),
        bridge: interface.bridge.filter(|bridge| bridge.value),
        configured_by: configured_by(place.profile),
        ipv6: place.ipv6.is_none_or(|has| has.value),
    }
}

fn configured_by(profile: Profile) -> ConfiguredBy {
    match profile {
        Profile::OpenWrt => ConfiguredBy::Guest,
        Profile::Generic => ConfiguredBy::Cni,
    }
}

fn nic(place: Place<'_>, interface: &Loc<Interface>, before: &[Route], diags: &mut Diagnostics) -> Nic {
    let Some(network) = network(place.site, interface.network.as_str()) else {
        diags.push(advice::unknown_network(place.site, interface, place.documents));
        return nic_of_nothing(place, interface);
    };
    let primary = is_primary(network);
    let serve = interface.serve.filter(|serve| serve.value);
    let addressing = addressing(place, interface, network, diags);
    let name = match &interface.name {
        Some(name) => Loc::new(name.to_string(), name.span),
        None if primary => Loc::new("eth0".to_owned(), interface.network.span),
        None => Loc::new(interface.network.to_string(), interface.network.span),
    };
    let (mac, mac_derived) =
        if primary { (interface.mac, false) } else { decide_mac(place, interface, network, &addressing) };
    Nic {
        interface: name,
        network: interface.network.clone().map(|name| name.to_string()),
        attachment: None,
        mac,
        mac_derived,
        // OpenWrt's DHCP client brings its own, and so does pppd.
        gateways: match (place.profile, &addressing) {
            (Profile::OpenWrt, Addressing::Dhcp(_) | Addressing::Pppoe(_)) => Vec::new(),
            _ => gateways(interface, network, &addressing, serve.is_some()),
        },
        dns: dns(interface, network, &addressing, serve.is_some()),
        told_router: if place.in_pair && serve.is_some() { told_router(network, &addressing) } else { None },
        routes: routes::of_nic(interface, network, &addressing, before, diags),
        source_routing: if primary {
            None
        } else {
            routes::source_routing(place.profile, interface, network, &addressing, diags)
        },
        addressing,
        default_route: wanted(interface.default_route.as_ref(), interface),
        serve,
        discovery: wanted(interface.discovery.as_ref(), interface),
        metric: interface.metric.as_ref().map(|metric| metric.value),
        bridge: interface.bridge.filter(|bridge| bridge.value),
        configured_by: configured_by(place.profile),
        ipv6: place.ipv6.is_none_or(|has| has.value),
    }
}

/// The network's IPv4 gateway, where it is nobody's own.
fn told_router(network: &Network, addressing: &Addressing) -> Option<IpAddr> {
    let own = |gateway: IpAddr| matches!(addressing, Addressing::Static(own) if own.iter().any(|own| own.address() == gateway));
    let mut gateways = network.gateway.iter().map(|gateway| gateway.value);
    gateways.find(|gateway| gateway.is_ipv4() && !own(*gateway))
}

/// A switch; one that nobody touched is off, and its place is the network's name.
fn wanted(switch: Option<&Loc<bool>>, interface: &Interface) -> Loc<bool> {
    switch.copied().unwrap_or_else(|| Loc::new(false, interface.network.span))
}

fn decide_mac(
    place: Place<'_>,
    interface: &Interface,
    network: &Network,
    addressing: &Addressing,
) -> (Option<Loc<crate::types::Mac>>, bool) {
    if let Some(mac) = &interface.mac {
        return (Some(*mac), false);
    }
    let of_each_pod = place.replicas > 1 && matches!(addressing, Addressing::Pool(_));
    if of_each_pod || !attachments::link(network).has_mac() {
        return (None, false);
    }
    let derived = mac::derive(MacSeed {
        salt: place.salt.unwrap_or_default(),
        namespace: place.namespace,
        appliance: place.appliance.as_str(),
        network: interface.network.as_str(),
        interface: interface.name.as_ref().map(|name| name.as_str()),
    });
    (Some(Loc::new(derived, interface.network.span)), true)
}

fn addressing(
    place: Place<'_>,
    interface: &Loc<Interface>,
    network: &Network,
    diags: &mut Diagnostics,
) -> Addressing {
    let primary = is_primary(network);
    let Some(first) = interface.address.first() else {
        if place.profile == Profile::OpenWrt && !primary {
            return Addressing::Dhcp(interface.network.span);
        }
        return if primary { Addressing::None } else { UNDECIDED };
    };
    let mut fixed = Vec::new();
    for address in &interface.address {
        match address.value {
            AddressSpec::Static(cidr) => fixed.push(Loc::new(cidr, address.span)),
            _ if interface.address.len() > 1 => {
                diags.push(
                    Finding::error(
                        Code::AddressMix,
                        format!("`{}` stands beside other addresses", address.value),
                    )
                    .at(address.span)
                    .label("a word stands alone")
                    .help("write either fixed addresses, or one of dhcp, pppoe, pool, none, gateway"),
                );
                return UNDECIDED;
            }
            AddressSpec::Dhcp => return Addressing::Dhcp(first.span),
            AddressSpec::Pppoe => return Addressing::Pppoe(first.span),
            AddressSpec::Pool => return Addressing::Pool(first.span),
            AddressSpec::None => return Addressing::None,
            AddressSpec::Gateway => return gateway_address(interface, network, first.span, diags),
        }
    }
    Addressing::Static(fixed)
}

/// `gateway` stands for the address that the network calls its gateway: the router's own.
fn gateway_address(
    interface: &Interface,
    network: &Network,
    span: Option<crate::diag::Span>,
    diags: &mut Diagnostics,
) -> Addressing {
    let with_prefix = |gateway: IpAddr| {
        let subnet = network.subnet.iter().find(|subnet| subnet.contains(gateway))?;
        Cidr::new(gateway, subnet.prefix())
    };
    let addresses: Vec<Loc<Cidr>> = network
        .gateway
        .iter()
        .filter_map(|gateway| with_prefix(gateway.value))
        .map(|cidr| Loc::new(cidr, span))
        .collect();
    let serves = interface.serve.as_ref().is_some_and(|serve| serve.value);
    if addresses.is_empty() || !serves {
        let (what, help) = if serves {
            (
                "the network has no `gateway` in one of its subnets",
                "add `gateway` and `subnet` to the network",
            )
        } else {
            ("the interface does not serve the network", "add `serve: true`, or write the address out")
        };
        diags.push(
            Finding::error(Code::GatewayAddress, format!("`address: gateway` cannot be decided: {what}"))
                .at(span)
                .help(help),
        );
        return UNDECIDED;
    }
    Addressing::Static(addresses)
}

/// A router is its network's gateway and has none there. A NIC without an address of a family has no use for
/// the network's gateway of that family.
fn gateways(
    interface: &Interface,
    network: &Network,
    addressing: &Addressing,
    serves: bool,
) -> Vec<Loc<IpAddr>> {
    if !interface.gateway.is_empty() {
        return interface.gateway.clone();
    }
    // Advertised addresses come with a router of their own.
    if serves || *addressing == Addressing::None {
        return Vec::new();
    }
    let has_family = |gateway: &&Loc<IpAddr>| routes::has_family(network, addressing, gateway.value);
    network.gateway.iter().filter(has_family).copied().collect()
}

/// Name servers behind the NIC: its own, the network's; where the address is fixed and nobody names one, the
/// gateway, which answers DNS on most LANs.
fn dns(interface: &Interface, network: &Network, addressing: &Addressing, serves: bool) -> Vec<Loc<IpAddr>> {
    let chosen = if interface.dns.is_empty() { &network.dns } else { &interface.dns };
    if chosen.is_empty() && !serves && matches!(addressing, Addressing::Static(_)) {
        return gateways(interface, network, addressing, serves);
    }
    chosen.clone()
}
