//! Networks whose NAD somebody else made: what they cannot ask for.

use crate::diag::{Code, Diagnostics, Finding, Span};
use crate::plan::{Network, Plan};

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for network in plan.networks.iter().filter(|network| network.link.is_existing()) {
        for (key, span) in stated(network) {
            diags.push(
                Finding::error(
                    Code::ExistingAttachment,
                    format!("`{key}` of `{}` changes nothing: its NAD is somebody else's", network.name.value),
                )
                .at(span)
                .also(network.link.span, "the NAD that is there already")
                .help(format!("remove `{key}`, and write it into the NAD; or describe the link, as `macvlan: {{parent: …}}`")),
            );
        }
    }
}

/// The keys of which wrtpod would make the NAD.
fn stated(network: &Network) -> Vec<(&'static str, Option<Span>)> {
    let mut stated = Vec::new();
    stated.extend(network.elsewhere.first().map(|(node, _)| ("parents", node.span)));
    stated.extend(network.pools.first().map(|pool| ("pool", pool.span)));
    stated.extend(network.whereabouts.as_ref().map(|ipam| ("ipam", ipam.span)));
    stated.extend(network.sysctls.first().map(|(key, _)| ("sysctls", key.span)));
    stated.extend(network.chain.first().map(|plugin| ("chain", plugin.span)));
    stated.extend(network.primary.then_some(("primary", network.link.span)));
    stated
}
