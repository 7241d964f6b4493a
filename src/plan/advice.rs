//! What to write where the site lacks something that an appliance needs: YAML that can be pasted as it is.

use std::fmt::Write as _;
use std::net::IpAddr;

use super::{attachments, cluster, nics};
use crate::diag::{Code, Finding, Loc};
use crate::spec::{Attachment, Documents, Interface, MacvlanMode, Network, SiteSpec};
use crate::types::{AddressSpec, Cidr, InterfaceName, nearest};

/// What a network is for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Where the machines of the place are.
    Lan,
    /// The way to the Internet.
    Wan,
    /// A part of its own, mostly a VLAN of the LAN's wire.
    Segment,
}

/// Names that networks usually have: none of them is a slip of the pen for another one.
const USUAL: &[(&str, Role)] = &[
    ("lan", Role::Lan),
    ("home", Role::Lan),
    ("wan", Role::Wan),
    ("wwan", Role::Wan),
    ("uplink", Role::Wan),
    ("internet", Role::Wan),
    ("dsl", Role::Wan),
    ("lte", Role::Wan),
    ("iot", Role::Segment),
    ("guest", Role::Segment),
    ("guests", Role::Segment),
    ("dmz", Role::Segment),
    ("cctv", Role::Segment),
    ("voip", Role::Segment),
    ("vlan", Role::Segment),
    ("mgmt", Role::Segment),
    ("storage", Role::Segment),
    ("servers", Role::Segment),
];

/// The name without the number behind it: `wan6` is a WAN, `vlan30` a VLAN.
fn stem(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-')
}

fn usual(name: &str) -> Option<Role> {
    USUAL.iter().find(|(known, _)| *known == stem(name)).map(|(_, role)| *role)
}

/// An interface is on a network that the site does not have. One with a usual name is to be added to the site; a
/// near miss in the user's own document may be a slip of the pen.
pub fn unknown_network(site: &SiteSpec, interface: &Interface, documents: &Documents) -> Finding {
    let name = interface.network.as_str();
    let own = documents.is_own(interface.network.span);
    let finding = Finding::error(Code::UnknownNetwork, format!("the site has no network `{name}`"))
        .at(interface.network.span)
        .label("no such network");
    let names = || site.networks.iter().map(|(name, _)| name.as_str());
    let slip = nearest(name, names()).filter(|near| own && usual(name).is_none() && stem(near) != stem(name));
    if let Some(near) = slip {
        return finding.help(format!("did you mean `{near}`?"));
    }
    let help = match (own, names().next().filter(|_| !own || usual(name).is_none())) {
        (_, None) => "add it under `networks` of the Site".to_owned(),
        (true, Some(_)) => {
            let known: Vec<&str> = names().collect();
            format!("add it under `networks` of the Site, or write one that is there: {}", known.join(", "))
        }
        (false, Some(_)) => {
            "add it under `networks` of the Site, or give the appliance `interfaces` of its own".to_owned()
        }
    };
    let last = site.networks.last().and_then(|(name, _)| name.span);
    finding.also(last, "the Site's networks").help(help).example(network_block(site, name))
}

/// A network of that name, as it stands below `networks`.
fn network_block(site: &SiteSpec, name: &str) -> String {
    let known = Known::of(site);
    let body = match usual(name).unwrap_or(Role::Segment) {
        Role::Lan => format!(
            "      # The node's interface on the LAN, the LAN's addresses and its router.\n      \
             macvlan: {{parent: {}}}\n      subnet: {}\n      gateway: {}\n",
            known.free_interface(),
            known.free_subnet(1),
            nth(known.free_subnet(1), 1),
        ),
        Role::Wan => {
            let device = known.free_interface();
            format!(
                "      # The node's interface on the WAN. `hostDevice: {{device: {device}}}` gives it to one pod whole.\n      \
                 macvlan: {{parent: {device}}}\n"
            )
        }
        Role::Segment => {
            let (link, over) = known.vlan_link(name);
            format!(
                "      # The VLAN's number and addresses. {over}\n      {link}\n      subnet: {}\n",
                known.free_subnet(32)
            )
        }
    };
    format!("    {name}:\n{body}")
}

/// What a site says of wires and addresses.
struct Known<'a> {
    site: &'a SiteSpec,
    networks: Vec<(&'a str, &'a Network)>,
    /// The nodes' interfaces that networks hang on, without VLANs.
    used: Vec<String>,
}

impl<'a> Known<'a> {
    fn of(site: &'a SiteSpec) -> Self {
        let networks: Vec<_> =
            site.networks.iter().map(|(name, network)| (name.as_str(), &network.value)).collect();
        let links = networks.iter().map(|(_, network)| attachments::link(network));
        let used = links.filter_map(|link| link.parent().map(|parent| base(parent).to_owned())).collect();
        Self { site, networks, used }
    }

    /// An interface of the nodes that no network is on; where the site lists none, a name in the usual style.
    fn free_interface(&self) -> String {
        let listed = self.site.nodes.iter().flat_map(|(_, node)| &node.parents).map(|parent| parent.as_str());
        let style = ["enp3s0", "enp4s0", "enp5s0"];
        let after: Vec<String> = (0..4).map(|number| format!("eth{number}")).collect();
        let plain = self.used.iter().any(|used| stem(used) == "eth");
        let usual: Vec<&str> =
            if plain { after.iter().map(String::as_str).collect() } else { style.to_vec() };
        let mut candidates = listed.chain(usual);
        candidates.find(|name| !self.used.iter().any(|used| used == name)).unwrap_or("eth9").to_owned()
    }

    /// A /24 that nothing here overlaps, from 192.168.`from`.0 on.
    fn free_subnet(&self, from: u8) -> Cidr {
        let taken: Vec<Cidr> = cluster::ranges(self.site)
            .into_iter()
            .chain(self.networks.iter().flat_map(|(_, network)| &network.subnet).map(|subnet| subnet.value))
            .collect();
        let candidates =
            (from..=u8::MAX).filter_map(|third| Cidr::new(IpAddr::from([192, 168, third, 0]), 24));
        let mut candidates = candidates.peekable();
        let first = candidates.peek().copied();
        candidates
            .find(|subnet| !taken.iter().any(|one| one.overlaps(*subnet)))
            .or(first)
            .expect("the first candidate is a subnet")
    }

    /// How to reach a VLAN of a wire that the site has, and what it takes.
    fn vlan_link(&self, name: &str) -> (String, String) {
        let shared = |network: &&(&str, &Network)| match &network.1.attachment.value {
            Attachment::Macvlan(link) => {
                link.mode.as_ref().is_none_or(|mode| mode.value != MacvlanMode::Passthru)
            }
            Attachment::Ipvlan(_) | Attachment::Vlan(_) | Attachment::Bridge(_) => true,
            Attachment::HostDevice(_) | Attachment::Existing(_) => false,
        };
        let lan = self.networks.iter().filter(shared).find(|(name, _)| usual(name) == Some(Role::Lan));
        let over = lan.or_else(|| self.networks.iter().find(shared));
        let number = self.free_vlan(name);
        if let Some(Attachment::Bridge(bridge)) = over.map(|(_, network)| &network.attachment.value) {
            let link = format!("bridge: {{name: {}, vlan: {number}}}", bridge.name.as_str());
            return (link, format!("The bridge {} has to filter VLANs.", bridge.name.as_str()));
        }
        let kind = match over.map(|(_, network)| &network.attachment.value) {
            Some(Attachment::Ipvlan(_)) => "ipvlan",
            _ => "macvlan",
        };
        let link = over.map(|(_, network)| attachments::link(network));
        let parent = link.as_ref().and_then(|link| link.parent());
        let parent = parent.map_or_else(|| self.free_interface(), |parent| base(parent).to_owned());
        let interface = format!("{parent}.{number}");
        if interface.parse::<InterfaceName>().is_err() {
            // The kernel takes no longer one: the VLAN's interface has a name of its own.
            let needs = format!("The node needs the interface vlan{number}: VLAN {number} of {parent}.");
            return (format!("{kind}: {{parent: vlan{number}}}"), needs);
        }
        let needs = format!("The node needs the interface {interface}.");
        (format!("{kind}: {{parent: {parent}, vlan: {number}}}"), needs)
    }

    /// The number at the end of the name, else the first from 2 that no network uses.
    fn free_vlan(&self, name: &str) -> u16 {
        let used: Vec<String> =
            self.networks.iter().map(|(_, network)| attachments::link(network).wire()).collect();
        let is_of = |wire: &String, number: u16| {
            wire.ends_with(&format!(".{number}")) || *wire == format!("vlan{number}")
        };
        let free = |number: &u16| !used.iter().any(|wire| is_of(wire, *number));
        let named = name[stem(name).len()..].trim_start_matches('-').parse::<u16>().ok();
        named.filter(|number| (2..=4094).contains(number)).or_else(|| (2..=4094).find(free)).unwrap_or(2)
    }
}

fn base(parent: &str) -> &str {
    parent.split('.').next().unwrap_or(parent)
}

/// Address `n` of a subnet.
fn nth(subnet: Cidr, n: u8) -> IpAddr {
    match subnet.network().address() {
        IpAddr::V4(first) => IpAddr::V4(u32::from(first).saturating_add(u32::from(n)).into()),
        IpAddr::V6(first) => IpAddr::V6(u128::from(first).saturating_add(u128::from(n)).into()),
    }
}

/// Interfaces of a generic appliance say nothing about their addresses: one finding for each that the user wrote, and one
/// for all that come from the catalog, with the document to write.
pub fn addresses_missing(
    site: &SiteSpec,
    name: &Loc<String>,
    from: Option<&str>,
    interfaces: &[Loc<Interface>],
    documents: &Documents,
) -> Vec<Finding> {
    // Of a network that the site lacks, the user's own document may mean another one.
    let missing = |interface: &&Loc<Interface>| {
        interface.address.is_empty()
            && match nics::network(site, interface.network.as_str()) {
                Some(network) => !nics::is_primary(network),
                None => !documents.is_own(interface.network.span),
            }
    };
    let (own, foreign): (Vec<_>, Vec<_>) =
        interfaces.iter().filter(missing).partition(|interface| documents.is_own(interface.network.span));
    let mut findings: Vec<Finding> = own
        .into_iter()
        .map(|interface| {
            let network = interface.network.as_str();
            Finding::error(
                Code::AddressMissing,
                format!("interface on `{network}` says nothing about its address"),
            )
            .at(interface.span.or(interface.network.span))
            .help("write `address: ` with an address and its prefix length, or dhcp, pool or none")
        })
        .collect();
    if let Some(first) = foreign.first() {
        let networks: Vec<String> =
            foreign.iter().map(|interface| format!("`{}`", interface.network.as_str())).collect();
        let what =
            format!("the addresses of `{}` on {} are yours to give", name.value, networks.join(" and "));
        let lines =
            interfaces.iter().map(|interface| interface_line(site, &name.value, interface, documents));
        let lines = format!("  interfaces:\n{}", lines.collect::<String>());
        let finding =
            Finding::error(Code::AddressMissing, what).at(first.network.span).label("the catalog gives none");
        findings.push(if documents.is_own(name.span) {
            finding.also(name.span, "the appliance").help("write them into its document, below `spec`").example(lines)
        } else {
            let head = format!(
                "---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: {}}}\nspec:\n  from: {}\n",
                name.value,
                from.unwrap_or(&name.value)
            );
            finding.help("write the appliance as a document of its own, behind the Site's").example(head + &lines)
        });
    }
    findings
}

/// The interface with an address that is free as far as the documents say.
fn interface_line(site: &SiteSpec, appliance: &str, interface: &Interface, documents: &Documents) -> String {
    let network = nics::network(site, interface.network.as_str());
    let mut words = vec![format!("network: {}", interface.network.as_str())];
    if let Some(name) = &interface.name {
        words.push(format!("name: {}", name.as_str()));
    }
    let addresses: Vec<String> = match interface.address.as_slice() {
        [] => vec![match network {
            Some(network) => free_address(network, appliance, documents),
            None => format!("{}/24", nth(Known::of(site).free_subnet(32), 32)),
        }],
        given => given.iter().map(|address| address.value.to_string()).collect(),
    };
    words.push(match addresses.as_slice() {
        [one] => format!("address: {one}"),
        several => format!("address: [{}]", several.join(", ")),
    });
    let switches = [
        ("defaultRoute", &interface.default_route),
        ("serve", &interface.serve),
        ("discovery", &interface.discovery),
    ];
    words.extend(
        switches.iter().filter_map(|(key, switch)| Some(format!("{key}: {}", (*switch).as_ref()?.value))),
    );
    let mut line = String::new();
    let _ = writeln!(line, "    - {{{}}}", words.join(", "));
    line
}

/// An address of the network's first subnet that no document, pool or gateway has; `dhcp` where no subnet is known.
fn free_address(network: &Network, appliance: &str, documents: &Documents) -> String {
    let Some(subnet) = network.subnet.first() else { return "dhcp".to_owned() };
    let interfaces = documents.appliances.iter().flat_map(|appliance| &appliance.spec.interfaces);
    let fixed: Vec<IpAddr> = interfaces
        .flat_map(|interface| &interface.address)
        .filter_map(|address| match address.value {
            AddressSpec::Static(cidr) => Some(cidr.address()),
            _ => None,
        })
        .chain(network.gateway.iter().map(|gateway| gateway.value))
        .collect();
    let is_free = |address: &IpAddr| {
        let own = Cidr::new(*address, subnet.prefix());
        let reserved = own.is_none_or(|own| own.is_network_address() || own.is_broadcast());
        subnet.contains(*address)
            && !reserved
            && !fixed.contains(address)
            && !network.pool.iter().any(|pool| pool.contains(*address))
    };
    // Away from the ends, where routers and DHCP ranges usually are; in a small subnet, whatever is left. Each name has a place of
    // its own to begin at: what is proposed for two appliances, one after the other, can be pasted together.
    let first = 32 + appliance.bytes().fold(0, u8::wrapping_add) % 64;
    let candidates = (first..=254).chain(32..first).chain(1..32).map(|n| nth(subnet.value, n));
    match candidates.into_iter().find(is_free) {
        Some(address) => format!("{address}/{}", subnet.prefix()),
        None => "dhcp".to_owned(),
    }
}
