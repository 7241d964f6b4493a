//! The questions of `wrtpod init`, each judged with what was answered before it.

use std::net::IpAddr;

use super::args::InitArgs;
use super::draft::{self, Draft, Entry, Network};
use super::machine::Machine;
use super::questions::{Question, Questions};
use crate::cli::error::CliError;
use crate::spec::Distribution;
use crate::types::{AddressSpec, Cidr, InterfaceName, Invalid, Name, Vlan, quoted};

/// What a draft starts from, and who completes it.
struct Interview<'a, 't> {
    args: &'a InitArgs,
    machine: &'a Machine,
    questions: Questions<'t>,
    draft: Draft,
}

/// Everything that the site needs.
pub fn answers(
    args: &InitArgs,
    entry: Option<Entry>,
    machine: &Machine,
    questions: Questions<'_>,
    salt: String,
) -> Result<Draft, CliError> {
    let interview = hold(args, entry, machine, questions, salt)?;
    interview.questions.finish()?;
    Ok(interview.draft)
}

/// The options that will not do, all of them, before anybody is asked anything; those that are missing where nobody is.
pub fn faults(args: &InitArgs, entry: Option<Entry>, machine: &Machine, asks: bool) -> Vec<CliError> {
    match hold(args, entry, machine, Questions::new(None), "0".repeat(16)) {
        Ok(interview) => interview.questions.faults(asks),
        Err(fault) => vec![fault],
    }
}

fn hold<'a, 't>(
    args: &'a InitArgs,
    entry: Option<Entry>,
    machine: &'a Machine,
    mut questions: Questions<'t>,
    salt: String,
) -> Result<Interview<'a, 't>, CliError> {
    for (option, fault) in args.loose(entry.as_ref()) {
        questions.refuse(option, fault);
    }
    let mut parse = |flag: &str, text: &str, instead: &str| match text.parse::<Name>() {
        Ok(name) => name,
        Err(invalid) => {
            questions.refuse(flag, CliError::flag(flag, invalid));
            instead.parse().expect("it is a name")
        }
    };
    let draft = Draft {
        name: parse("--name", &args.name, "home"),
        namespace: parse("--namespace", &args.namespace, "appliances"),
        distribution: Distribution::K3s,
        salt,
        host_users: args.host_users,
        ipv6: args.ipv6.or(machine.without_ipv6.then_some(false)),
        networks: Vec::new(),
        entry,
    };
    let mut interview = Interview { args, machine, questions, draft };
    interview.distribution()?;
    interview.lan()?;
    interview.wan()?;
    interview.further_networks()?;
    interview.addresses()?;
    interview.users()?;
    Ok(interview)
}

impl Interview<'_, '_> {
    fn distribution(&mut self) -> Result<(), CliError> {
        let detected = self.machine.distribution.unwrap_or(Distribution::K3s).to_string();
        let given = self.args.distribution.as_deref();
        // Where nothing else is asked of the LAN, what this machine runs needs no answer.
        let given = given.or_else(|| (!self.asks_of_lan()).then_some(detected.as_str()));
        let question = Question {
            option: "--distribution",
            given,
            text: "The cluster's distribution".to_owned(),
            example: "k3s".to_owned(),
            default: Some(detected.clone()),
        };
        self.draft.distribution = self.questions.ask(&question, str::parse, |_| Ok(()))?;
        Ok(())
    }

    fn asks_of_lan(&self) -> bool {
        let of_lan = [&self.args.parent, &self.args.subnet, &self.args.gateway];
        self.questions.is_interactive() && of_lan.iter().any(|option| option.is_none())
    }

    /// Offered where the cluster was seen to have it.
    fn users(&mut self) -> Result<(), CliError> {
        if self.args.host_users.is_some() || !self.machine.user_namespaces || !self.asks_of_lan() {
            return Ok(());
        }
        let question = Question {
            option: "--host-users",
            given: None,
            text: "Pods whose root is nobody on the nodes (`hostUsers: false`), yes or no".to_owned(),
            example: "yes".to_owned(),
            default: Some("no".to_owned()),
        };
        let read = |answer: &str| match answer {
            "yes" | "y" => Ok(Some(false)),
            "no" | "n" => Ok(None),
            other => Err(Invalid::new(format!("{} is neither", quoted(other)), "write yes or no")),
        };
        self.draft.host_users = self.questions.ask(&question, read, |_| Ok(()))?;
        Ok(())
    }

    fn lan(&mut self) -> Result<(), CliError> {
        let parents: Vec<String> = self.machine.parents().into_iter().map(str::to_owned).collect();
        let name: Name = "lan".parse().expect("it is a name");
        let question = Question {
            option: "--parent",
            given: self.args.parent.as_deref(),
            text: choice("The node's interface on the LAN", &parents),
            example: "enp3s0".to_owned(),
            default: parents.first().cloned(),
        };
        let (draft, machine) = (&self.draft, self.machine);
        let read = |answer: &str| {
            let parent = interface(machine, answer)?;
            Ok(Network { name: name.clone(), parent, vlan: None, subnet: None, gateway: None })
        };
        let lan = self.questions.ask(&question, read, |lan| with(draft, lan.clone()).check())?;
        self.tell_of_unknown(lan.parent.as_str());
        // What the machine knows is of its own way out.
        let here = self.machine.uplink.as_deref() == Some(lan.parent.as_str());
        let question = Question {
            option: "--subnet",
            given: self.args.subnet.as_deref(),
            text: "The LAN's subnet".to_owned(),
            example: "192.168.1.0/24".to_owned(),
            default: self.machine.subnet.filter(|_| here).map(|subnet| subnet.to_string()),
        };
        let draft = &self.draft;
        let read = |answer: &str| Ok(answer.parse::<Cidr>()?.network());
        let subnet = self.questions.ask(&question, read, |subnet| {
            with(draft, Network { subnet: Some(*subnet), ..lan.clone() }).check()
        })?;
        let lan = Network { subnet: Some(subnet), ..lan };
        let gateway = self.gateway(&lan, here)?;
        self.draft.networks.push(Network { gateway: Some(gateway), ..lan });
        Ok(())
    }

    /// A router that takes the gateway's address asks for its own: the one that the machine uses now is another's.
    fn gateway(&mut self, lan: &Network, here: bool) -> Result<IpAddr, CliError> {
        let router = self.draft.entry.as_ref().filter(|entry| entry.is_gateway_of("lan"));
        let subnet = lan.subnet.expect("it was answered before");
        let first = draft::example_gateway(subnet);
        let question = Question {
            option: "--gateway",
            given: self.args.gateway.as_deref(),
            text: match router {
                Some(entry) => {
                    format!("The LAN's gateway, an address that {} gets and nobody else has", entry.name)
                }
                None => "The LAN's gateway".to_owned(),
            },
            example: first,
            default: self
                .machine
                .gateway
                .filter(|_| here && router.is_none())
                .map(|gateway| gateway.to_string()),
        };
        let draft = &self.draft;
        let read = |answer: &str| {
            answer.parse().map_err(|_| {
                Invalid::new(format!("{} is no address", quoted(answer)), "write it as 192.168.1.1")
            })
        };
        self.questions.ask(&question, read, |gateway| {
            with(draft, Network { gateway: Some(*gateway), ..lan.clone() }).check()
        })
    }

    fn wan(&mut self) -> Result<(), CliError> {
        let mut networks = self.draft.entry.iter().flat_map(|entry| &entry.networks);
        let needed = networks.any(|name| name.as_str() == "wan");
        if !needed && self.args.wan_parent.is_none() {
            return Ok(());
        }
        let taken: Vec<&str> = self.draft.networks.iter().map(|network| network.parent.as_str()).collect();
        let free = self.machine.parents().into_iter().filter(|name| !taken.contains(name));
        let free: Vec<String> = free.map(str::to_owned).collect();
        let question = Question {
            option: "--wan-parent",
            given: self.args.wan_parent.as_deref(),
            text: choice("The node's interface on the WAN", &free),
            example: if taken.contains(&"enp4s0") { "enp5s0" } else { "enp4s0" }.to_owned(),
            default: free.first().cloned(),
        };
        let (draft, machine) = (&self.draft, self.machine);
        let read = |answer: &str| {
            let (parent, vlan) = wire(machine, answer)?;
            let name = "wan".parse().expect("it is a name");
            Ok(Network { name, parent, vlan, subnet: None, gateway: None })
        };
        let wan = self.questions.ask(&question, read, |wan| with(draft, wan.clone()).check())?;
        self.tell_of_unknown(wan.parent.as_str());
        self.draft.networks.push(wan);
        Ok(())
    }

    /// Networks that the entry needs beside LAN and WAN, and those of options.
    fn further_networks(&mut self) -> Result<(), CliError> {
        let given = |name: &str| {
            let pairs = self.args.networks.iter().filter_map(|given| given.split_once('='));
            pairs.filter(|(known, _)| *known == name).map(|(_, value)| value).next()
        };
        let needed = self.draft.entry.iter().flat_map(|entry| &entry.networks).map(ToString::to_string);
        let mut names: Vec<String> = needed.filter(|name| name != "lan" && name != "wan").collect();
        let named = self.args.networks.iter().filter_map(|given| given.split_once('='));
        for (name, _) in named.filter(|(name, _)| name.parse::<Name>().is_ok()) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        let options: Vec<(String, Option<String>)> =
            names.into_iter().map(|name| (name.clone(), given(&name).map(str::to_owned))).collect();
        for (name, option) in options {
            let network = self.further_network(&name, option.as_deref())?;
            self.draft.networks.push(network);
        }
        Ok(())
    }

    fn further_network(&mut self, name: &str, given: Option<&str>) -> Result<Network, CliError> {
        let own: Name = name.parse().map_err(|invalid| CliError::flag("--network", invalid))?;
        let lan = self.draft.networks.first().map_or("enp3s0", |lan| lan.parent.as_str()).to_owned();
        let (draft, machine) = (&self.draft, self.machine);
        let (free_vlan, free_subnet) = draft.free(&lan);
        let network = |(parent, vlan): (InterfaceName, Option<Vlan>), subnet: Option<Cidr>| Network {
            name: own.clone(),
            parent,
            vlan,
            subnet,
            gateway: None,
        };
        let fits = |network: &Network| with(draft, network.clone()).check();
        if given.is_some() || !self.questions.is_interactive() {
            let question = Question {
                option: &format!("--network {name}="),
                given,
                text: String::new(),
                example: format!("{lan}.{free_vlan},{free_subnet}"),
                default: None,
            };
            let read = |answer: &str| {
                let (link, subnet) = answer.split_once(',').map_or((answer, None), |(a, b)| (a, Some(b)));
                let subnet = subnet.map(|subnet| subnet.parse::<Cidr>().map(Cidr::network)).transpose()?;
                Ok(network(wire(machine, link)?, subnet))
            };
            return self.questions.ask(&question, read, fits);
        }
        let question = Question {
            option: "--network",
            given: None,
            text: format!("The VLAN of `{name}` on {lan}, or another interface of the node"),
            example: format!("{free_vlan} for {lan}.{free_vlan}"),
            default: Some(free_vlan.to_string()),
        };
        let read = |answer: &str| match answer.parse::<Vlan>() {
            Ok(vlan) => Ok((lan.parse()?, Some(vlan))),
            Err(invalid) if answer.bytes().all(|byte| byte.is_ascii_digit()) => Err(invalid),
            Err(_) => wire(machine, answer),
        };
        let link = self.questions.ask(&question, read, |link| fits(&network(link.clone(), None)))?;
        let question = Question {
            option: "--network",
            given: None,
            text: format!("The subnet of `{name}`"),
            example: free_subnet,
            default: None,
        };
        let read = |answer: &str| Ok(network(link.clone(), Some(answer.parse::<Cidr>()?.network())));
        self.questions.ask(&question, read, fits)
    }

    /// The addresses that the catalog leaves open.
    fn addresses(&mut self) -> Result<(), CliError> {
        let interfaces = self.draft.entry.as_ref().map_or(0, |entry| entry.interfaces.len());
        for at in 0..interfaces {
            let Some(entry) = &self.draft.entry else { continue };
            let interface = &entry.interfaces[at];
            if !interface.open {
                continue;
            }
            let name = interface.network.to_string();
            let network = self.draft.networks.iter().find(|network| network.name == interface.network);
            let subnet = network.and_then(|network| network.subnet);
            let gateway = network.and_then(|network| network.gateway);
            let given = self.args.addresses.iter().filter_map(|given| given.split_once('='));
            let given = given.filter(|(network, _)| *network == name).map(|(_, address)| address).next();
            let question = Question {
                option: &format!("--address {name}="),
                given,
                text: format!(
                    "A free address for {} on `{name}`, outside of what a DHCP server hands out",
                    entry.name
                ),
                example: subnet.map_or_else(
                    || "192.168.32.9/24".to_owned(),
                    |subnet| draft::example_address(subnet, gateway),
                ),
                default: None,
            };
            let draft = &self.draft;
            let fits = |address: &AddressSpec| {
                let mut draft = draft.clone();
                if let Some(entry) = &mut draft.entry {
                    entry.interfaces[at].address = Some(*address);
                }
                draft.check()
            };
            let address = self.questions.ask(&question, |answer| address(answer, subnet), fits)?;
            if let Some(entry) = &mut self.draft.entry {
                entry.interfaces[at].address = Some(address);
            }
        }
        Ok(())
    }

    /// Other nodes may have other interfaces.
    fn tell_of_unknown(&mut self, name: &str) {
        let known: Vec<&str> = self.machine.parents();
        if !known.is_empty() && self.machine.interface(name).is_none() {
            let line =
                format!("  note: this node has no `{name}`, it has {}; another node may", known.join(", "));
            self.questions.say(&line);
        }
    }
}

/// A question with what there is to choose from.
fn choice(text: &str, parents: &[String]) -> String {
    match parents {
        [] | [_] => text.to_owned(),
        several => format!("{text}, one of {}", several.join(", ")),
    }
}

/// The draft with one more network.
fn with(draft: &Draft, network: Network) -> Draft {
    let mut draft = draft.clone();
    draft.networks.push(network);
    draft
}

/// An interface of a node; what this node knows of its own is said.
fn interface(machine: &Machine, answer: &str) -> Result<InterfaceName, Invalid> {
    let name: InterfaceName = answer.parse()?;
    match machine.interface(answer) {
        Some(known) if known.wireless => {
            let problem = format!("`{answer}` is Wi-Fi: access points drop frames of a second MAC");
            Err(Invalid::new(problem, "name a wired interface"))
        }
        _ => Ok(name),
    }
}

/// An interface, or a VLAN of one: `enp3s0.2`.
fn wire(machine: &Machine, answer: &str) -> Result<(InterfaceName, Option<Vlan>), Invalid> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match answer.rsplit_once('.').filter(|(_, vlan)| is_number(vlan)) {
        Some((parent, vlan)) => Ok((interface(machine, parent)?, Some(vlan.parse()?))),
        None => Ok((interface(machine, answer)?, None)),
    }
}

/// An address of an appliance; without a prefix length it has the subnet's.
fn address(answer: &str, subnet: Option<Cidr>) -> Result<AddressSpec, Invalid> {
    if let (Ok(address), Some(subnet)) = (answer.parse::<IpAddr>(), subnet)
        && let Some(address) = Cidr::new(address, subnet.prefix())
    {
        return Ok(AddressSpec::Static(address));
    }
    answer.parse()
}
