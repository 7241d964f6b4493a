//! `wrtpod init`: a site file for this place, with a word on every line that one may want to change.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Write as _};
use std::net::IpAddr;

use super::args::InitArgs;
use super::error::{CliError, Outcome};
use super::new_file;
use super::printer::Printer;
use crate::spec::Distribution;
use crate::types::{Cidr, InterfaceName, Invalid, Name};

/// What has been answered, by flag or at the prompt.
struct Answers {
    name: Name,
    namespace: Name,
    distribution: Distribution,
    parent: InterfaceName,
    subnet: Cidr,
    gateway: IpAddr,
    wan_parent: Option<InterfaceName>,
}

/// Runs the verb.
pub fn run(args: &InitArgs, printer: Printer) -> Result<Outcome, CliError> {
    new_file::refuse_existing(&args.out)?;
    let answers = answers(args, printer)?;
    new_file::write(&args.out, &site(&answers, &salt()?), printer)?;
    printer.line("next: wrtpod render openwrt, then wrtpod deploy openwrt");
    Ok(Outcome::Done)
}

fn answers(args: &InitArgs, printer: Printer) -> Result<Answers, CliError> {
    let ask = |flag, question, example, given| ask(flag, question, example, given, printer);
    let parent = ask("--parent", "The node's interface on the LAN", "enp3s0", args.parent.as_deref())?;
    let subnet = ask("--subnet", "The LAN's subnet", "192.168.1.0/24", args.subnet.as_deref())?;
    let gateway = ask("--gateway", "The LAN's gateway", "192.168.1.1", args.gateway.as_deref())?;
    let subnet: Cidr = parse("--subnet", &subnet)?;
    let gateway: IpAddr = gateway.parse().map_err(|_| {
        let hint = "write it as 192.168.1.1".to_owned();
        CliError::usage(format!("--gateway: `{gateway}` is no address"), hint)
    })?;
    let subnet = subnet.network();
    let link_local = matches!(gateway, IpAddr::V6(address) if address.is_unicast_link_local());
    if !subnet.contains(gateway) && (!link_local || subnet.is_ipv4()) {
        let hint = "the gateway is an address of the subnet".to_owned();
        return Err(CliError::usage(format!("--gateway: {gateway} is not in {subnet}"), hint));
    }
    let own = Cidr::new(gateway, subnet.prefix());
    if gateway.is_ipv4() && own.is_some_and(|own| own.is_network_address() || own.is_broadcast()) {
        let hint = "take an address between the first and the last".to_owned();
        return Err(CliError::usage(
            format!("--gateway: {gateway} is no machine's address in {subnet}"),
            hint,
        ));
    }
    Ok(Answers {
        name: parse("--name", &args.name)?,
        namespace: parse("--namespace", &args.namespace)?,
        distribution: parse("--distribution", &args.distribution)?,
        parent: parse("--parent", &parent)?,
        subnet,
        gateway,
        wan_parent: args.wan_parent.as_deref().map(|parent| parse("--wan-parent", parent)).transpose()?,
    })
}

fn parse<T: std::str::FromStr<Err = Invalid>>(flag: &str, text: &str) -> Result<T, CliError> {
    text.parse().map_err(|invalid| CliError::flag(flag, invalid))
}

/// The flag's value; without one, the answer of the person at the terminal.
fn ask(
    flag: &str,
    question: &str,
    example: &str,
    given: Option<&str>,
    printer: Printer,
) -> Result<String, CliError> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if !std::io::stdin().is_terminal() || !printer.is_live() {
        let hint = format!("write {flag}, for example {flag} {example}");
        return Err(CliError::usage(format!("{flag} is missing"), hint));
    }
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{question} (for example {example}): ");
    let _ = err.flush();
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| CliError::file(std::path::Path::new("<stdin>"), "read", &error))?;
    let answer = line.trim();
    if answer.is_empty() {
        return Err(CliError::usage(format!("{flag} is missing"), format!("write {flag} {example}")));
    }
    Ok(answer.to_owned())
}

/// 16 hexadecimal digits from the operating system.
fn salt() -> Result<String, CliError> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| CliError::Environment {
        message: format!("cannot get random bytes: {error}"),
        hint: None,
    })?;
    Ok(crate::objects::hex(&bytes))
}

/// The storage class that a distribution brings with it.
fn storage_class(distribution: Distribution) -> Option<&'static str> {
    match distribution {
        Distribution::K3s => Some("local-path"),
        Distribution::Microk8s => Some("microk8s-hostpath"),
        Distribution::Kind => Some("standard"),
        Distribution::Rke2 | Distribution::K0s | Distribution::Kubeadm | Distribution::Talos => None,
    }
}

fn site(answers: &Answers, salt: &str) -> String {
    let Answers { name, namespace, distribution, parent, subnet, gateway, wan_parent } = answers;
    let mut text = format!(
        "# The place: networks, namespace, storage. `wrtpod schema site` has every key.\n\
         apiVersion: wrtpod.dev/v1alpha1\n\
         kind: Site\n\
         metadata:\n  name: {name}\n\
         spec:\n  \
           # MACs that nobody chose are derived from it: keep it as it is.\n  \
           salt: \"{salt}\"\n  \
           namespace: {namespace}\n  \
           distribution: {distribution}\n"
    );
    let _ = match storage_class(*distribution) {
        Some(class) => writeln!(text, "  storageClass: {class}"),
        None => writeln!(
            text,
            "  # The cluster's default class is used unless one is named here.\n  # storageClass: fast"
        ),
    };
    let _ = write!(
        text,
        "  # Name the nodes that have the interfaces, if not all of them do:\n  \
           # nodes:\n  \
           #   node1: {{parents: [{parent}], architecture: amd64}}\n  \
           networks:\n    \
             lan:\n      \
               macvlan: {{parent: {parent}}}\n      \
               subnet: {subnet}\n      \
               gateway: {gateway}\n    \
             # A VLAN of the same wire; the node needs the interface {parent}.2:\n    \
             # iot:\n    \
             #   macvlan: {{parent: {parent}, vlan: 2}}\n    \
             #   subnet: 192.168.32.0/24\n"
    );
    let _ = match wan_parent {
        Some(wan) => writeln!(text, "    wan:\n      macvlan: {{parent: {wan}}}"),
        None => writeln!(
            text,
            "    # A second wire, for a router's WAN:\n    # wan:\n    #   macvlan: {{parent: enp4s0}}"
        ),
    };
    text.push_str(
        "# Appliances follow as documents of their own. One without a document is the catalog's:\n\
         # `wrtpod deploy openwrt` needs nothing more. To change one:\n\
         # ---\n\
         # apiVersion: wrtpod.dev/v1alpha1\n\
         # kind: Appliance\n\
         # metadata: {name: openwrt}\n\
         # spec:\n\
         #   from: openwrt\n\
         #   interfaces:\n",
    );
    let _ = writeln!(text, "#     - {{network: lan, address: {}}}", example_address(*subnet, *gateway));
    text
}

/// An address of the subnet that is not the gateway's, for the example.
fn example_address(subnet: Cidr, gateway: IpAddr) -> String {
    let nth = |n: u8| match subnet.address() {
        IpAddr::V4(base) => IpAddr::V4((u32::from(base) + u32::from(n)).into()),
        IpAddr::V6(base) => IpAddr::V6((u128::from(base) + u128::from(n)).into()),
    };
    let address = [nth(9), nth(2), nth(3)].into_iter().find(|at| *at != gateway && subnet.contains(*at));
    match address {
        Some(address) => format!("{address}/{}", subnet.prefix()),
        None => "dhcp".to_owned(),
    }
}
