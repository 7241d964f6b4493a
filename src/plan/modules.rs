//! Kernel modules that an appliance's settings take of its node, beside those that its overlays name.

use super::model::{Nic, Profile};
use super::openwrt;
use crate::diag::Loc;
use crate::spec::ApplianceSpec;

/// Sysctls, by how their keys begin, that are there once a module is: an attachment with one of them fails on a node without it.
const OF_SYSCTLS: &[(&str, &str)] = &[
    ("net.netfilter.nf_conntrack", "nf_conntrack"),
    ("net.nf_conntrack", "nf_conntrack"),
    ("net.bridge.", "br_netfilter"),
];

/// The modules and what each is for; the span is that of the word that takes it.
pub fn decide(profile: Profile, spec: &ApplianceSpec, nics: &[Nic]) -> Vec<(Loc<String>, String)> {
    let mut modules: Vec<(Loc<String>, String)> = Vec::new();
    if let Some(word) = openwrt::offloads(spec).filter(|_| profile == Profile::OpenWrt) {
        let (module, reason) = openwrt::OFFLOAD;
        modules.push((Loc::new(module.to_owned(), word.span), reason.to_owned()));
    }
    let attachments = nics.iter().filter_map(|nic| Some((nic, nic.attachment.as_ref()?)));
    for (nic, sysctl) in
        attachments.flat_map(|(nic, one)| one.sysctls.iter().map(move |sysctl| (nic, sysctl)))
    {
        let Some((_, module)) = OF_SYSCTLS.iter().find(|(prefix, _)| sysctl.key.starts_with(prefix)) else {
            continue;
        };
        if modules.iter().all(|(known, _)| known.value != *module) {
            let reason = format!("the sysctl {} of the network {}", sysctl.key, nic.network.value);
            modules.push((Loc::new((*module).to_owned(), nic.network.span), reason));
        }
    }
    modules
}
