//! The site as far as it is known: its text, and what the rules of `render` say of it.

use std::fmt::Write as _;
use std::net::IpAddr;

use crate::catalog;
use crate::diag::{Diagnostics, Severity, SourceMap};
use crate::overlay;
use crate::plan;
use crate::rules;
use crate::spec::{self, Distribution, Input};
use crate::types::{AddressSpec, Cidr, InterfaceName, Invalid, Name, Vlan};
use crate::yaml;

/// What has been answered.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Name of the site.
    pub name: Name,
    /// Namespace of the appliances.
    pub namespace: Name,
    /// Distribution of the cluster.
    pub distribution: Distribution,
    /// What derived MACs depend on.
    pub salt: String,
    /// Whether the pods have the nodes' users; unsaid where nobody chose.
    pub host_users: Option<bool>,
    /// Whether the nodes have IPv6; unsaid where they have.
    pub ipv6: Option<bool>,
    /// The networks, the LAN first.
    pub networks: Vec<Network>,
    /// The catalog entry that the site is for.
    pub entry: Option<Entry>,
}

/// A network of the draft.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its name.
    pub name: Name,
    /// The node's interface.
    pub parent: InterfaceName,
    /// A VLAN of it.
    pub vlan: Option<Vlan>,
    /// Its addresses.
    pub subnet: Option<Cidr>,
    /// Its router.
    pub gateway: Option<IpAddr>,
}

/// A catalog entry, and what its document has to say.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name, the appliance's too.
    pub name: String,
    /// The networks that it needs, in the order of its interfaces.
    pub networks: Vec<Name>,
    /// Its interfaces, as the catalog has them.
    pub interfaces: Vec<Interface>,
}

/// An interface of the entry.
#[derive(Debug, Clone)]
pub struct Interface {
    /// The network.
    pub network: Name,
    /// The catalog's address, or the one that was answered.
    pub address: Option<AddressSpec>,
    /// Whether the catalog leaves the address to the site.
    pub open: bool,
    /// Other keys of the catalog's interface, as they are written.
    pub switches: Vec<String>,
}

impl Entry {
    /// The catalog entry of that name.
    pub fn find(name: &str) -> Option<Self> {
        catalog::ENTRIES.iter().find(|entry| entry.name == name)?;
        let request = spec::Request {
            named: &[name.to_owned()],
            catalog: catalog::ENTRIES,
            ..spec::Request::default()
        };
        let documents = spec::load(&request, &mut SourceMap::new(), &mut Diagnostics::new());
        let spec = &documents.appliances.first()?.spec;
        let generic = spec.profile.as_ref().is_none_or(|profile| profile.value == spec::Profile::Generic);
        let interfaces = spec.interfaces.iter().map(|interface| {
            let switches = [
                ("defaultRoute", &interface.default_route),
                ("serve", &interface.serve),
                ("discovery", &interface.discovery),
            ];
            let switches = switches.iter();
            Interface {
                network: interface.network.value.clone(),
                address: interface.address.first().map(|address| address.value),
                open: generic && interface.address.is_empty(),
                switches: switches
                    .filter_map(|(key, switch)| Some(format!("{key}: {}", (*switch).as_ref()?.value)))
                    .collect(),
            }
        });
        let networks = spec.networks().into_iter().cloned().collect();
        Some(Self { name: name.to_owned(), networks, interfaces: interfaces.collect() })
    }

    /// Whether its address on that network is the one that the network calls its gateway.
    pub fn is_gateway_of(&self, network: &str) -> bool {
        let mut here = self.interfaces.iter().filter(|interface| interface.network.as_str() == network);
        here.any(|interface| matches!(interface.address, Some(AddressSpec::Gateway)))
    }

    /// Whether the site has to say something that the catalog does not.
    pub fn is_open(&self) -> bool {
        self.interfaces.iter().any(|interface| interface.open)
    }
}

impl Draft {
    /// A VLAN of that interface, and a subnet, that no network has yet: for examples.
    pub fn free(&self, parent: &str) -> (u16, String) {
        let is_link = |vlan: u16| self.networks.iter().any(|one| link(one) == format!("{parent}.{vlan}"));
        let overlaps = |subnet: &str| {
            let subnet = subnet.parse::<Cidr>().ok();
            let taken = self.networks.iter().filter_map(|network| network.subnet);
            subnet.is_some_and(|subnet| taken.into_iter().any(|other| other.overlaps(subnet)))
        };
        let vlan = (2..=99).find(|vlan| !is_link(*vlan)).unwrap_or(2);
        // Of each range of private addresses one, and a second one of the usual.
        let subnets = ["192.168.32.0/24", "192.168.33.0/24", "172.20.32.0/24", "10.32.0.0/24"];
        let subnet = subnets.into_iter().find(|subnet| !overlaps(subnet)).unwrap_or(subnets[0]);
        (vlan, subnet.to_owned())
    }

    /// The first thing that `render` would refuse. The appliance is judged as far as its networks are known.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut text = self.header() + &self.networks();
        if let Some(entry) = &self.entry {
            let known = |interface: &&Interface| {
                let network = self.networks.iter().find(|network| network.name == interface.network);
                network.is_some_and(|network| match interface.address {
                    None => false,
                    Some(AddressSpec::Gateway) => network.gateway.is_some(),
                    Some(_) => true,
                })
            };
            let lines: String = entry.interfaces.iter().filter(known).map(line).collect();
            if !lines.is_empty() {
                let _ = write!(text, "---\n{}  interfaces:\n{lines}", document(&entry.name));
            }
        }
        self.refuse_shared()?;
        let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
        let inputs = [Input { name: "site.yaml".to_owned(), text }];
        let request = spec::Request {
            inputs: &inputs,
            catalog: catalog::ENTRIES,
            images: catalog::IMAGES,
            ..spec::Request::default()
        };
        let documents = spec::load(&request, &mut sources, &mut diags);
        let overlays = overlay::gather(&documents, &mut sources, &mut diags);
        if let Some(plan) = plan::decide(&documents, &overlays, &mut diags) {
            rules::check(&plan, &mut diags);
        }
        let errors = diags.sorted().into_iter().filter(|finding| finding.severity == Severity::Error);
        match errors.into_iter().next() {
            None => Ok(()),
            Some(error) => Err(Invalid::new(error.claim.clone(), error.help.clone().unwrap_or_default())),
        }
    }

    /// Two of the networks that are asked for are two wires: a router between a wire and itself serves the wrong side.
    /// An appliance on two networks of one subnet cannot tell them apart.
    fn refuse_shared(&self) -> Result<(), Invalid> {
        for (at, network) in self.networks.iter().enumerate() {
            let overlaps = |other: &&Network| {
                other.subnet.zip(network.subnet).is_some_and(|(one, two)| one.overlaps(two))
            };
            if let Some((other, subnet)) = self.networks[..at].iter().find(overlaps).zip(network.subnet) {
                let problem = format!("{subnet} overlaps the subnet of `{}`", other.name);
                return Err(Invalid::new(
                    problem,
                    "write the subnet of this network; each has one of its own",
                ));
            }
            if let Some(other) = self.networks[..at].iter().find(|other| link(other) == link(network)) {
                let over = link(network);
                let problem = format!("`{}` is on {over}, and so is `{}`", network.name, other.name);
                return Err(Invalid::new(problem, "name another interface of the node, or a VLAN"));
            }
        }
        Ok(())
    }

    /// The Site up to its networks.
    fn header(&self) -> String {
        let Self { distribution, salt, .. } = self;
        let (name, namespace) = (scalar(self.name.as_str()), scalar(self.namespace.as_str()));
        format!(
            "apiVersion: wrtpod.dev/v1alpha1\n\
             kind: Site\n\
             metadata:\n  name: {name}\n\
             spec:\n  \
               # MACs that nobody chose are derived from it: keep it as it is.\n  \
               salt: \"{salt}\"\n  \
               namespace: {namespace}\n  \
               distribution: {distribution}\n"
        )
    }

    fn networks(&self) -> String {
        let mut text = "  networks:\n".to_owned();
        for network in &self.networks {
            let _ = writeln!(text, "    {}:", scalar(network.name.as_str()));
            if let Some(vlan) = network.vlan {
                let _ = writeln!(text, "      # The node needs the interface {}.{vlan}.", network.parent);
            }
            let vlan = network.vlan.map(|vlan| format!(", vlan: {vlan}")).unwrap_or_default();
            let _ = writeln!(text, "      macvlan: {{parent: {}{vlan}}}", scalar(network.parent.as_str()));
            if let Some(subnet) = network.subnet {
                let _ = writeln!(text, "      subnet: {subnet}");
            }
            if let Some(gateway) = network.gateway {
                let _ = writeln!(text, "      gateway: {gateway}");
            }
        }
        text
    }

    /// The file: the Site, and the appliance where the catalog leaves something open.
    pub fn text(&self, schema: &str) -> String {
        let schema = format!("# yaml-language-server: $schema={schema}\n");
        let mut text = schema.clone()
            + "# The place: networks, namespace, storage. `wrtpod schema site` has every key.\n"
            + &self.header();
        text.push_str(&storage(self.distribution));
        let word = match self.host_users {
            Some(shares) => format!("hostUsers: {shares}"),
            None => "# hostUsers: false".to_owned(),
        };
        let _ = write!(
            text,
            "  # false: pods whose root is nobody on the nodes (`wrtpod explain user-namespaces`).\n  {word}\n"
        );
        if let Some(has) = self.ipv6 {
            let _ = write!(
                text,
                "  # false: the nodes were booted without IPv6 (`wrtpod explain no-ipv6`).\n  ipv6: {has}\n"
            );
        }
        let parent = &scalar(self.networks.first().map_or("enp3s0", |lan| lan.parent.as_str()));
        let _ = write!(
            text,
            "  # Name the nodes that have the interfaces, if not all of them do:\n  \
               # nodes:\n  \
               #   node1: {{parents: [{parent}], architecture: amd64}}\n"
        );
        text.push_str(&self.networks());
        text.push_str(&self.further_networks(parent));
        match &self.entry {
            Some(entry) if entry.is_open() => {
                let lines: String = entry.interfaces.iter().map(line).collect();
                let _ = write!(text, "---\n{schema}{}  interfaces:\n{lines}", document(&entry.name));
            }
            Some(entry) => text.push_str(&self.how_to_change(entry)),
            None => {
                let entry = Entry::find("openwrt").expect("it is in the catalog");
                text.push_str(&self.how_to_change(&entry));
            }
        }
        text
    }

    /// Networks that other appliances may want, as comments.
    fn further_networks(&self, parent: &str) -> String {
        let mut text = String::new();
        if !self.networks.iter().any(|network| network.vlan.is_some()) {
            let _ = write!(
                text,
                "    # A VLAN of the same wire; the node needs the interface {parent}.2:\n    \
                 # iot:\n    \
                 #   macvlan: {{parent: {parent}, vlan: 2}}\n    \
                 #   subnet: 192.168.32.0/24\n"
            );
        }
        if !self.networks.iter().any(|network| network.name.as_str() == "wan") {
            text.push_str(
                "    # A second wire, for a router's WAN:\n    # wan:\n    #   macvlan: {parent: enp4s0}\n",
            );
        }
        text
    }

    /// Its document as a comment. Interfaces take the place of the catalog's, so all of them stand in it, as the catalog has them; the
    /// address of an only one is an example.
    fn how_to_change(&self, entry: &Entry) -> String {
        let name = &entry.name;
        let mut text = format!(
            "# Appliances follow as documents of their own. One without a document is the catalog's:\n\
             # `wrtpod deploy {name}` needs nothing more. To change one:\n"
        );
        let interfaces: String = match &entry.interfaces[..] {
            [only] => line(&Interface { address: self.example_address().parse().ok(), ..only.clone() }),
            several => several.iter().map(line).collect(),
        };
        let lines = format!("---\n{}  interfaces:\n{interfaces}", document(name));
        for line in lines.lines() {
            let _ = writeln!(text, "# {line}");
        }
        text
    }

    /// An address of the LAN that is not the gateway's, for examples.
    pub fn example_address(&self) -> String {
        let Some((lan, subnet)) = self.networks.first().and_then(|lan| Some((lan, lan.subnet?))) else {
            return "dhcp".to_owned();
        };
        example_address(subnet, lan.gateway)
    }
}

/// An address of the subnet that is not the gateway's, as it is written.
pub fn example_address(subnet: Cidr, gateway: Option<IpAddr>) -> String {
    let nth = |n: u8| match subnet.network().address() {
        IpAddr::V4(base) => IpAddr::V4(u32::from(base).saturating_add(u32::from(n)).into()),
        IpAddr::V6(base) => IpAddr::V6(u128::from(base).saturating_add(u128::from(n)).into()),
    };
    let fits = |address: &IpAddr| {
        let own = Cidr::new(*address, subnet.prefix());
        let reserved = own.is_none_or(|own| own.is_network_address() || own.is_broadcast());
        Some(*address) != gateway && subnet.contains(*address) && !reserved
    };
    match [nth(9), nth(2), nth(3), nth(1)].into_iter().find(fits) {
        Some(address) => format!("{address}/{}", subnet.prefix()),
        None => "dhcp".to_owned(),
    }
}

/// The first address of the subnet, where routers usually are.
pub fn example_gateway(subnet: Cidr) -> String {
    match subnet.network().address() {
        IpAddr::V4(first) => IpAddr::V4(u32::from(first).saturating_add(1).into()).to_string(),
        IpAddr::V6(_) => "fe80::1".to_owned(),
    }
}

fn link(network: &Network) -> String {
    match network.vlan {
        Some(vlan) => format!("{}.{vlan}", network.parent),
        None => network.parent.to_string(),
    }
}

/// An appliance up to its interfaces.
fn document(name: &str) -> String {
    format!(
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: {name}}}\nspec:\n  from: {name}\n"
    )
}

fn line(interface: &Interface) -> String {
    let mut words = vec![format!("network: {}", scalar(interface.network.as_str()))];
    words.extend(interface.address.map(|address| format!("address: {address}")));
    words.extend(interface.switches.iter().cloned());
    format!("    - {{{}}}\n", words.join(", "))
}

/// The storage class that a distribution brings with it.
fn storage(distribution: Distribution) -> String {
    let class = match distribution {
        Distribution::K3s => "local-path",
        Distribution::Microk8s => "microk8s-hostpath",
        Distribution::Kind => "standard",
        Distribution::Rke2 | Distribution::K0s | Distribution::Kubeadm | Distribution::Talos => {
            return "  # The cluster's default class is used unless one is named here.\n  # storageClass: fast\n".to_owned();
        }
    };
    format!("  storageClass: {class}\n")
}

/// A name as YAML, in quotes where it could be read as something else, between braces too.
fn scalar(text: &str) -> String {
    let value = serde_json::Value::from(text);
    if text.contains([',', '[', ']', '{', '}']) {
        value.to_string()
    } else {
        yaml::write(&value).trim_end().to_owned()
    }
}
