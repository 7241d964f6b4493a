//! What is one LAN: NICs and networks over one wire, whatever the nodes call their interfaces.

use crate::plan::{Appliance, Network, Plan};

/// Whether two networks are over one wire on a node that has both: then they are one LAN under two names.
pub(super) fn are_one(one: &Network, other: &Network) -> bool {
    stated(one, other).unwrap_or_else(|| on_any(nodes_of_both(one, other), one, other))
}

/// What the documents say of it; nothing where one of the two says nothing.
fn stated(one: &Network, other: &Network) -> Option<bool> {
    Some(one.wire.as_ref()? == other.wire.as_ref()?)
}

/// A help about two networks that are taken for one LAN. Where no node has both, nobody knows whether their parents of one name are
/// one wire: then it tells how that is said.
pub(super) fn or_apart(help: &str, one: &Network, other: &Network) -> String {
    let is_known = one.name.value == other.name.value || stated(one, other).is_some();
    if is_known || one.nodes.is_empty() || one.nodes.iter().any(|node| has(other, node)) {
        return help.to_owned();
    }
    // A word that is there stays: other networks may have it too.
    let taken: Vec<&String> = [one, other].into_iter().filter_map(|network| network.wire.as_ref()).collect();
    let words = [one, other].into_iter().filter(|network| network.wire.is_none()).map(|network| {
        let name = network.name.value.as_str();
        let word = if taken.iter().any(|word| *word == name) { format!("{name}-2") } else { name.to_owned() };
        format!("`wire: {word}` at the network `{name}`")
    });
    format!("{help}; or, where these are two LANs, say so: {}", words.collect::<Vec<_>>().join(", "))
}

/// The other networks over the wire of this one.
pub(super) fn beside<'a>(plan: &'a Plan, network: &'a Network) -> impl Iterator<Item = &'a Network> {
    plan.networks.iter().filter(|other| other.name.value != network.name.value && are_one(network, other))
}

/// Whether NICs of two appliances are on one LAN: by the interfaces of the nodes where these run, where they are known. One name
/// may be one wire on a node and another one on the next.
pub(super) fn meet(one: (&Appliance, &Network), other: (&Appliance, &Network)) -> bool {
    let (network, beside) = (one.1, other.1);
    if network.name.value == beside.name.value {
        return true;
    }
    if let Some(is_one) = stated(network, beside) {
        return is_one;
    }
    let (nodes, others) = (&one.0.placement.nodes, &other.0.placement.nodes);
    let placed = nodes.iter().chain(others).map(String::as_str);
    let placed: Vec<&str> = placed.filter(|node| has(network, node) && has(beside, node)).collect();
    if placed.is_empty() || nodes.is_empty() || others.is_empty() {
        return are_one(network, beside);
    }
    on_any(placed, network, beside)
}

fn on_any(nodes: Vec<&str>, one: &Network, other: &Network) -> bool {
    nodes.into_iter().any(|node| one.link_on(node).wire() == other.link_on(node).wire())
}

fn has(network: &Network, node: &str) -> bool {
    network.nodes.is_empty() || network.nodes.iter().any(|known| known == node)
}

/// The nodes by which two networks are compared; one without a name stands for all that have no interface of another name.
fn nodes_of_both<'a>(one: &'a Network, other: &'a Network) -> Vec<&'a str> {
    let named = one.elsewhere.iter().chain(&other.elsewhere).map(|(node, _)| node.as_str());
    let known = if one.nodes.is_empty() { &other.nodes } else { &one.nodes };
    let nodes: Vec<&str> = match (named.clone().next(), known.as_slice()) {
        (None, _) => Vec::new(),
        (Some(_), []) => named.chain([""]).collect(),
        (Some(_), known) => known.iter().map(String::as_str).filter(|node| has(other, node)).collect(),
    };
    if nodes.is_empty() { vec![""] } else { nodes }
}
