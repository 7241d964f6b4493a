//! Who serves a network: one router, or a pair of them.

use super::network_of;
use super::wires::{meet, or_apart};
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::plan::{Addressing, Appliance, Network, Nic, Plan, Profile};

/// A NIC that serves its network.
struct Server<'a> {
    appliance: &'a Appliance,
    nic: &'a Nic,
    network: &'a Network,
    serve: &'a Loc<bool>,
}

impl Server<'_> {
    fn is_with(&self, other: &Server<'_>) -> bool {
        meet((self.appliance, self.network), (other.appliance, other.network))
    }
}

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    let mut servers: Vec<Server<'_>> = Vec::new();
    let mut rivals: Vec<&Loc<bool>> = Vec::new();
    for appliance in &plan.appliances {
        for server in servers_of(plan, appliance) {
            let rival = |other: &&Server<'_>| !are_pair(other.appliance, appliance) && other.is_with(&server);
            if let Some(first) = servers.iter().find(rival) {
                diags.push(two_servers(first, &server));
                rivals.extend([first.serve, server.serve]);
            }
            servers.push(server);
        }
        check_own_server(plan, appliance, diags);
    }
    // Of two that serve one network, one is to stop, and then needs no address.
    let alone =
        servers.iter().filter(|server| !rivals.iter().any(|rival| std::ptr::eq(*rival, server.serve)));
    for server in alone.filter(|server| !matches!(server.nic.addressing, Addressing::Static(_))) {
        diags.push(without_address(server));
    }
    for (index, appliance) in plan.appliances.iter().enumerate() {
        if let Some(first) = plan.appliances[..index].iter().find(|first| are_pair(first, appliance)) {
            check_pair(plan, first, appliance, diags);
        }
    }
}

/// Those of an OpenWrt appliance: that others cannot serve is said elsewhere.
fn servers_of<'a>(plan: &'a Plan, appliance: &'a Appliance) -> impl Iterator<Item = Server<'a>> {
    let nics = appliance.nics.iter().filter(move |_| appliance.profile == Profile::OpenWrt);
    nics.filter_map(move |nic| {
        Some(Server { appliance, nic, network: network_of(plan, nic)?, serve: nic.serve.as_ref()? })
    })
}

fn without_address(server: &Server<'_>) -> Finding {
    let what = format!("`{}` serves its network without a fixed address", server.nic.interface.value);
    Finding::error(Code::ServeNeedsAddress, what)
        .at(server.serve.span)
        .help("write the router's address on this network, or `address: gateway`")
}

fn two_servers(first: &Server<'_>, second: &Server<'_>) -> Finding {
    let (what, help) = if first.appliance.name.value == second.appliance.name.value {
        let (one, other) = (&first.nic.interface.value, &second.nic.interface.value);
        (
            format!("`{one}` and `{other}` of `{}` serve one wire", second.appliance.name.value),
            "keep `serve: true` on one of them; or give the network another `parent`, or a `vlan`",
        )
    } else {
        (
            format!("two appliances serve `{}`", second.network.name.value),
            "keep `serve: true` on one interface of a network; or write the same `pair: NAME` at both appliances",
        )
    };
    Finding::error(Code::TwoServers, what)
        .at(second.serve.span)
        .also(first.serve.span, "the first one")
        .help(or_apart(help, first.network, second.network))
}

/// A router between a wire and itself: its server answers on the side where others serve, and itself first of all.
fn check_own_server(plan: &Plan, appliance: &Appliance, diags: &mut Diagnostics) {
    for nic in appliance.nics.iter().filter(|nic| nic.serve.is_none()) {
        let (Addressing::Dhcp(asks), Some(network)) = (&nic.addressing, network_of(plan, nic)) else {
            continue;
        };
        let answers = |server: &Server<'_>| meet((appliance, server.network), (appliance, network));
        if let Some(server) = servers_of(plan, appliance).find(answers) {
            let (one, other) = (&nic.interface.value, &server.nic.interface.value);
            diags.push(
                Finding::error(
                    Code::OwnServer,
                    format!("`{one}` asks for an address on the wire that `{other}` serves"),
                )
                .at(*asks)
                .label("the answer would be its own")
                .also(server.serve.span, "the server")
                .help("give the network another `parent`, or a `vlan`"),
            );
        }
    }
}

/// Whether two appliances say that they serve together.
fn are_pair(one: &Appliance, other: &Appliance) -> bool {
    one.half.is_some()
        && other.half.is_some()
        && one.name.value != other.name.value
        && one.pair.as_ref().map(|pair| &pair.value) == other.pair.as_ref().map(|pair| &pair.value)
}

/// The two of a pair serve a network together, else each of them hands out half of a range of its own.
fn check_pair(plan: &Plan, first: &Appliance, second: &Appliance, diags: &mut Diagnostics) {
    let of_first: Vec<Server<'_>> = servers_of(plan, first).collect();
    let together = |server: Server<'_>| of_first.iter().any(|other| other.is_with(&server));
    // Of a network that the site lacks, which is reported, nobody knows whether it is the other's.
    let is_open = |nic: &Nic| nic.serve.is_some() && network_of(plan, nic).is_none();
    if servers_of(plan, second).any(together) || first.nics.iter().chain(&second.nics).any(is_open) {
        return;
    }
    let Some(pair) = &second.pair else { return };
    let (one, other) = (&first.name.value, &second.name.value);
    let what = format!("`{one}` and `{other}` are the pair `{}`, and serve no network together", pair.value);
    diags.push(
        Finding::error(Code::PairOfTwo, what)
            .at(pair.span)
            .also(first.pair.as_ref().and_then(|pair| pair.span), "the other one")
            .help("write `serve: true` at the interface of both on one network; or leave `pair` out"),
    );
}
