//! Where the pod may run: on nodes that have the parent interfaces, by the site's own list.

use super::attachments;
use super::model::Nic;
use super::pod::Placement;
use super::{nics, tolerations};
use crate::diag::{Diagnostic, Diagnostics, Loc};
use crate::spec::{ApplianceSpec, Network, Node, SiteSpec};
use crate::types::nearest;

/// Decides the placement. Without `nodes` in the site nothing is known of the nodes, and nothing is asked.
pub fn decide(site: &SiteSpec, spec: &ApplianceSpec, nics: &[Nic], diags: &mut Diagnostics) -> Placement {
    let networks: Vec<&Network> = nics.iter().filter_map(|nic| nics::network(site, &nic.network)).collect();
    for name in spec.nodes.iter().chain(networks.iter().flat_map(|network| &network.nodes)) {
        reject_unknown_node(site, name, diags);
    }
    let architecture = image_architecture(spec);
    Placement {
        nodes: nodes(site, spec, &networks, nics, architecture).unwrap_or_else(|finding| {
            diags.push(*finding);
            Vec::new()
        }),
        architectures: architecture.map_or_else(Vec::new, |name| vec![name.to_owned()]),
        selector: spec.node_selector.clone(),
        tolerations: spec
            .tolerations
            .iter()
            .filter(|raw| tolerations::check(raw, diags))
            .map(|raw| raw.value.clone())
            .collect(),
    }
}

/// The nodes that have what the appliance needs, by name; none when nothing is known of the nodes.
fn nodes(
    site: &SiteSpec,
    spec: &ApplianceSpec,
    networks: &[&Network],
    nics: &[Nic],
    architecture: Option<&str>,
) -> Result<Vec<String>, Box<Diagnostic>> {
    let restricted = !spec.nodes.is_empty() || networks.iter().any(|network| !network.nodes.is_empty());
    let allowed = intersection(&spec.nodes, networks);
    let span = spec.nodes.first().and_then(|node| node.span);
    let span = span.or_else(|| nics.first().and_then(|nic| nic.network.span));
    let none = |what: String, help: &str| {
        Err(Box::new(Diagnostic::error("no-node-has-parent", what).at(span).help(help)))
    };
    if site.nodes.is_empty() {
        return if restricted && allowed.is_empty() {
            none(
                "no node is in all lists of nodes".to_owned(),
                "correct `nodes` of the appliance or of a network",
            )
        } else {
            Ok(allowed)
        };
    }
    let wired: Vec<_> = site
        .nodes
        .iter()
        .filter(|(_, node)| networks.iter().all(|network| has_parent(network, node)))
        .collect();
    let parents = parents(networks);
    if wired.is_empty() && !networks.is_empty() {
        let help = "correct `parents` of the site's nodes, or the parent of the network";
        return none(format!("no node of the site has {parents}"), help);
    }
    let wired: Vec<_> =
        wired.into_iter().filter(|(name, _)| !restricted || allowed.contains(&name.value)).collect();
    if wired.is_empty() && !networks.is_empty() {
        let help = "correct `nodes`, or `parents` of the site's nodes";
        return none(format!("none of the nodes that it is pinned to has {parents}"), help);
    }
    let runs = |node: &Node| match (&node.architecture, architecture) {
        (Some(own), Some(wanted)) => own.as_str() == wanted,
        _ => true,
    };
    let names: Vec<String> =
        wired.iter().filter(|(_, node)| runs(node)).map(|(name, _)| name.value.clone()).collect();
    if names.is_empty() && !networks.is_empty() {
        let wanted = architecture.unwrap_or_default();
        let help = "use an image for the node's architecture, or correct `architecture` of the node";
        return none(format!("no node that has {parents} runs the image: it is for {wanted}"), help);
    }
    Ok(names)
}

/// The nodes that have a network: those that it names, else those that list its parent; none when nothing is
/// known of the nodes.
pub fn nodes_of(site: &SiteSpec, network: &Network) -> Vec<String> {
    if !network.nodes.is_empty() {
        return intersection(&network.nodes, &[]);
    }
    let having = site.nodes.iter().filter(|(_, node)| has_parent(network, node));
    having.map(|(name, _)| name.value.clone()).collect()
}

/// Nodes that every list that is not empty names, in the order of the first such list.
fn intersection(own: &[Loc<String>], networks: &[&Network]) -> Vec<String> {
    let lists: Vec<&[Loc<String>]> = std::iter::once(own)
        .chain(networks.iter().map(|network| network.nodes.as_slice()))
        .filter(|list| !list.is_empty())
        .collect();
    let Some((first, rest)) = lists.split_first() else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    let common = first
        .iter()
        .filter(|name| rest.iter().all(|list| list.iter().any(|other| other.value == name.value)))
        .map(|name| name.value.clone());
    for name in common {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The VLAN interface over a parent counts as the parent: node preparation makes it. A bridge is not a
/// parent that a node lists, unless it does.
fn has_parent(network: &Network, node: &Node) -> bool {
    let link = attachments::link(network);
    let parent = link.parent();
    let base = parent.split('.').next().unwrap_or(parent);
    node.parents.is_empty()
        || node.parents.iter().any(|known| known.as_str() == parent || known.as_str() == base)
}

fn parents(networks: &[&Network]) -> String {
    let mut parents: Vec<String> = Vec::new();
    for network in networks {
        let parent = format!("`{}`", attachments::link(network).parent());
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }
    parents.join(" and ")
}

fn reject_unknown_node(site: &SiteSpec, name: &Loc<String>, diags: &mut Diagnostics) {
    if site.nodes.is_empty() || site.nodes.iter().any(|(known, _)| known.value == name.value) {
        return;
    }
    let known: Vec<&str> = site.nodes.iter().map(|(known, _)| known.as_str()).collect();
    let help = match nearest(&name.value, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of the site's nodes: {}", known.join(", ")),
    };
    diags.push(
        Diagnostic::error("unknown-node", format!("the site has no node `{}`", name.value))
            .at(name.span)
            .help(help),
    );
}

/// OpenWrt's image tags begin with their target or architecture; other images are built for several.
fn image_architecture(spec: &ApplianceSpec) -> Option<&'static str> {
    let tag = spec.image.as_ref()?.tag()?;
    (tag.starts_with("x86-64") || tag.starts_with("x86_64")).then_some("amd64")
}
