//! Where the pod may run: on nodes that have the parent interfaces, by the site's own list.

use super::attachments;
use super::model::{Nic, Placement};
use super::nics;
use crate::diag::{Diagnostic, Diagnostics, Loc};
use crate::spec::{ApplianceSpec, Network, Node, SiteSpec};
use crate::types::nearest;

/// Decides the placement. Without `nodes` in the site nothing is known of the nodes, and nothing is asked.
pub fn decide(site: &SiteSpec, spec: &ApplianceSpec, nics: &[Nic], diags: &mut Diagnostics) -> Placement {
    let networks: Vec<&Network> =
        nics.iter().filter_map(|nic| nics::network(site, &nic.network)).collect();
    for name in spec.nodes.iter().chain(networks.iter().flat_map(|network| &network.nodes)) {
        reject_unknown_node(site, name, diags);
    }
    let mut nodes: Vec<String> = Vec::new();
    if site.nodes.is_empty() {
        nodes = intersection(&spec.nodes, &networks);
    } else {
        let allowed = intersection(&spec.nodes, &networks);
        let restricted = !spec.nodes.is_empty() || networks.iter().any(|network| !network.nodes.is_empty());
        for (name, node) in &site.nodes {
            let has_parents = networks.iter().all(|network| has_parent(network, node));
            if has_parents && (!restricted || allowed.contains(&name.value)) {
                nodes.push(name.value.clone());
            }
        }
        if nodes.is_empty() && !networks.is_empty() {
            diags.push(no_node(&networks, nics));
        }
    }
    Placement {
        nodes,
        architectures: image_architecture(spec).map_or_else(Vec::new, |name| vec![name.to_owned()]),
        selector: spec
            .node_selector
            .iter()
            .map(|(key, value)| (key.value.clone(), value.value.clone()))
            .collect(),
        tolerations: spec
            .tolerations
            .iter()
            .filter(|raw| reject_bad_toleration(raw, diags))
            .map(|raw| raw.value.clone())
            .collect(),
    }
}

/// Nodes that every list that is not empty names, in the order of the first such list.
fn intersection(own: &[Loc<String>], networks: &[&Network]) -> Vec<String> {
    let lists: Vec<&[Loc<String>]> = std::iter::once(own)
        .chain(networks.iter().map(|network| network.nodes.as_slice()))
        .filter(|list| !list.is_empty())
        .collect();
    let Some((first, rest)) = lists.split_first() else { return Vec::new() };
    first
        .iter()
        .filter(|name| rest.iter().all(|list| list.iter().any(|other| other.value == name.value)))
        .map(|name| name.value.clone())
        .collect()
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

fn no_node(networks: &[&Network], nics: &[Nic]) -> Diagnostic {
    let parents: Vec<String> =
        networks.iter().map(|network| format!("`{}`", attachments::link(network).parent())).collect();
    let span = nics.first().and_then(|nic| nic.network.span);
    Diagnostic::error("no-node-has-parent", format!("no node of the site has {}", parents.join(" and ")))
        .at(span)
        .help("correct `parents` of the site's nodes, `nodes`, or the parent of the network")
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

fn reject_bad_toleration(raw: &Loc<serde_json::Value>, diags: &mut Diagnostics) -> bool {
    let read = serde_json::from_value::<k8s_openapi::api::core::v1::Toleration>(raw.value.clone());
    if let Err(error) = &read {
        diags.push(
            Diagnostic::error("not-kubernetes", format!("this is no toleration: {error}"))
                .at(raw.span)
                .help("write it as `kubectl explain pod.spec.tolerations` shows it"),
        );
    }
    read.is_ok()
}

/// OpenWrt's image tags begin with their target or architecture; other images are built for several.
fn image_architecture(spec: &ApplianceSpec) -> Option<&'static str> {
    let tag = spec.image.as_ref()?.tag()?;
    (tag.starts_with("x86-64") || tag.starts_with("x86_64")).then_some("amd64")
}
