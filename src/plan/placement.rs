//! Where the pod may run: on nodes that have the parent interfaces, by the site's own list.

use super::attachments;
use super::model::Nic;
use super::once::once;
use super::pod::Placement;
use super::{nics, tolerations};
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::spec::{ApplianceSpec, Network, Node, SiteSpec};
use crate::types::nearest;

/// Decides the placement. Without `nodes` in the site nothing is known of the nodes, and nothing is asked.
pub fn decide(site: &SiteSpec, spec: &ApplianceSpec, nics: &[Nic], diags: &mut Diagnostics) -> Placement {
    let networks: Vec<&Network> = nics.iter().filter_map(|nic| nics::network(site, &nic.network)).collect();
    for name in &spec.nodes {
        reject_unknown_node(site, name, diags);
    }
    let mut pinned = spec.nodes.iter().chain(networks.iter().flat_map(|network| &network.nodes));
    let all_known = pinned.all(|name| is_known(site, name));
    let architecture = image_architecture(spec);
    Placement {
        nodes: nodes(site, spec, &networks, nics, architecture).unwrap_or_else(|finding| {
            // What an unknown node would have, nobody knows.
            diags.extend(all_known.then_some(*finding));
            Vec::new()
        }),
        pinned: !spec.nodes.is_empty(),
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

/// Judges the nodes that a network names.
pub fn check_nodes_of(site: &SiteSpec, network: &Network, diags: &mut Diagnostics) {
    for name in network.nodes.iter().chain(network.parents.iter().map(|(node, _)| node)) {
        reject_unknown_node(site, name, diags);
    }
}

/// The nodes that have what the appliance needs, by name; none when nothing is known of the nodes.
fn nodes(
    site: &SiteSpec,
    spec: &ApplianceSpec,
    networks: &[&Network],
    nics: &[Nic],
    architecture: Option<&str>,
) -> Result<Vec<String>, Box<Finding>> {
    let restricted = !spec.nodes.is_empty() || networks.iter().any(|network| !network.nodes.is_empty());
    let allowed = intersection(&spec.nodes, networks);
    let span = spec.nodes.first().and_then(|node| node.span);
    let span = span.or_else(|| nics.first().and_then(|nic| nic.network.span));
    let none = |what: String, help: &str| {
        Err(Box::new(Finding::error(Code::NoNodeHasParent, what).at(span).help(help)))
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
        .filter(|(name, node)| networks.iter().all(|network| has_parent(network, name, node)))
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

/// Hangs each NIC on the interface that its network has on the nodes where the appliance may run. The annotation by which a
/// pod asks for a NIC is the same on every node, so names that differ are refused; and a node that is left out because the
/// network's interface has another name there, as it seems, is told.
pub fn settle_parents(
    site: &SiteSpec,
    appliance: &Loc<String>,
    placement: &Placement,
    nics: &mut [Nic],
    diags: &mut Diagnostics,
) {
    for nic in nics {
        let network = nics::network(site, &nic.network).filter(|network| !nics::is_primary(network));
        let Some(network) = network else { continue };
        let nodes = nodes_in_question(site, network, placement);
        if let Some((first, rest)) = nodes.split_first() {
            let over = attachments::parent_on(network, first);
            if let Some(other) = rest.iter().find(|node| attachments::parent_on(network, node) != over) {
                diags.push(parent_differs(site, nic, network, (first, other), &nodes));
            } else if let Some(attachment) = &mut nic.attachment {
                attachment.link = attachments::link_over(network, over);
            }
        }
        note_left_out(site, appliance, network, placement, nic, diags);
    }
}

/// The nodes where the appliance may run, as far as they are known; only where a network has several parents.
fn nodes_in_question(site: &SiteSpec, network: &Network, placement: &Placement) -> Vec<String> {
    if network.parents.is_empty() || attachments::link(network).is_existing() {
        return Vec::new();
    }
    if !placement.nodes.is_empty() {
        return placement.nodes.clone();
    }
    let mut names: Vec<String> = site.nodes.iter().map(|(name, _)| name.value.clone()).collect();
    if names.is_empty() {
        // Nobody lists the nodes: any other one has the common name.
        names.extend(network.parents.iter().map(|(name, _)| name.value.clone()));
        names.push("others".to_owned());
    }
    names
}

/// Of the nodes in question, two whose interfaces differ.
fn parent_differs(
    site: &SiteSpec,
    nic: &Nic,
    network: &Network,
    nodes: (&str, &str),
    all: &[String],
) -> Finding {
    let [one, other] = [nodes.0, nodes.1].map(|node| attachments::parent_on(network, node));
    let what = format!(
        "`{}` is `{one}` on {} and `{other}` on {}, and a pod's attachment is the same on all nodes",
        nic.network.value, nodes.0, nodes.1
    );
    let pinned = format!("write `nodes: [{}]` at the appliance", nodes.0);
    let help = match one_name(site, network, all) {
        Some(commands) => {
            format!("{pinned}; or give the interfaces one name, by {commands}, and leave `parents` out")
        }
        None => pinned,
    };
    Finding::error(Code::ParentDiffers, what)
        .at(nic.network.span)
        .also(network.parents.first().and_then(|(_, parent)| parent.span), "the other names")
        .help(help)
}

/// How the interfaces that have not the common name get it; `None` where a node has another one of that name.
fn one_name(site: &SiteSpec, network: &Network, nodes: &[String]) -> Option<String> {
    let common = attachments::link(network);
    let exceptions = nodes.iter().map(|node| (node, attachments::link_on(network, node)));
    let commands = exceptions.filter(|(_, link)| *link != common).map(|(node, link)| {
        let listed = site.nodes.iter().find(|(name, _)| name.value == *node);
        let has = |name: &str| {
            listed.is_some_and(|(_, known)| known.parents.iter().any(|one| one.as_str() == name))
        };
        let (own, common) = (link.parent()?, common.parent()?);
        (!has(common)).then(|| format!("`ip link property add dev {own} altname {common}` on {node}"))
    });
    Some(commands.collect::<Option<Vec<String>>>()?.join(" and "))
}

/// A node that lacks the parent, and has an interface that is no network's: it may be the same network by another name.
fn note_left_out(
    site: &SiteSpec,
    appliance: &Loc<String>,
    network: &Network,
    placement: &Placement,
    nic: &Nic,
    diags: &mut Diagnostics,
) {
    if placement.nodes.is_empty() || placement.pinned || !network.nodes.is_empty() {
        return;
    }
    let known = |parent: &str| {
        let of_network = |network: &Network| {
            let over = |link: super::link::Link| {
                link.parent().is_some_and(|over| over.split('.').next() == Some(parent))
            };
            over(attachments::link(network))
                || network.parents.iter().any(|(_, other)| other.as_str() == parent)
        };
        site.networks.iter().any(|(_, network)| of_network(&network.value))
    };
    for (name, node) in site.nodes.iter().filter(|(name, node)| !has_parent(network, name, node)) {
        let idle = node.parents.iter().find(|parent| !known(parent.as_str()));
        let Some(idle) = idle else { continue };
        let missing = attachments::parent_on(network, &name.value);
        let runs_on = placement.nodes.join(", ");
        let what =
            format!("`{}` runs on {runs_on} alone: {} has no `{missing}`", appliance.value, name.value);
        diags.push(
            Finding::warning(Code::ParentPerNode, what)
                .at(nic.network.span)
                .also(idle.span, "an interface that no network has")
                .help(format!(
                    "if that is its way into `{}`, write `parents: {{{}: {}}}` at the network, and `nodes` at the appliance; \
                     or give it the name of the others, by `ip link property add dev {} altname {missing}`; if not, `nodes: \
                     [{runs_on}]`",
                    nic.network.value, name.value, idle.as_str(), idle.as_str()
                )),
        );
    }
}

/// The nodes that have a network: those that it names, else those that list its parent; none when nothing is
/// known of the nodes.
pub fn nodes_of(site: &SiteSpec, network: &Network) -> Vec<String> {
    if !network.nodes.is_empty() {
        return intersection(&network.nodes, &[]);
    }
    let having = site.nodes.iter().filter(|(name, node)| has_parent(network, name, node));
    having.map(|(name, _)| name.value.clone()).collect()
}

/// Nodes that every list that is not empty names, in the order of the first such list.
fn intersection(own: &[Loc<String>], networks: &[&Network]) -> Vec<String> {
    let lists: Vec<&[Loc<String>]> = std::iter::once(own)
        .chain(networks.iter().map(|network| network.nodes.as_slice()))
        .filter(|list| !list.is_empty())
        .collect();
    let Some((first, rest)) = lists.split_first() else { return Vec::new() };
    let common = first
        .iter()
        .filter(|name| rest.iter().all(|list| list.iter().any(|other| other.value == name.value)));
    once(common.map(|name| name.value.clone()))
}

/// The VLAN interface over a parent counts as the parent: node preparation makes it. A bridge is not a
/// parent that a node lists, unless it does.
fn has_parent(network: &Network, name: &str, node: &Node) -> bool {
    let link = attachments::link_on(network, name);
    let Some(parent) = link.parent() else { return true };
    let base = parent.split('.').next().unwrap_or(parent);
    node.parents.is_empty()
        || node.parents.iter().any(|known| known.as_str() == parent || known.as_str() == base)
}

fn parents(networks: &[&Network]) -> String {
    let links = networks.iter().map(|network| attachments::link(network));
    let parents = links.filter_map(|link| link.parent().map(|parent| format!("`{parent}`")));
    once(parents).join(" and ")
}

fn is_known(site: &SiteSpec, name: &Loc<String>) -> bool {
    site.nodes.is_empty() || site.nodes.iter().any(|(known, _)| known.value == name.value)
}

fn reject_unknown_node(site: &SiteSpec, name: &Loc<String>, diags: &mut Diagnostics) {
    if is_known(site, name) {
        return;
    }
    let known: Vec<&str> = site.nodes.iter().map(|(known, _)| known.as_str()).collect();
    let help = match nearest(&name.value, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of the site's nodes: {}", known.join(", ")),
    };
    diags.push(
        Finding::error(Code::UnknownNode, format!("the site has no node `{}`", name.value))
            .at(name.span)
            .help(help),
    );
}

/// OpenWrt's image tags begin with their target or architecture; other images are built for several.
fn image_architecture(spec: &ApplianceSpec) -> Option<&'static str> {
    let tag = spec.image.as_ref()?.tag()?;
    (tag.starts_with("x86-64") || tag.starts_with("x86_64")).then_some("amd64")
}
