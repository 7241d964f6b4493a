//! Where in the documents a finding of the cluster comes from: the word that names what is missing or wrong there.

use crate::cli::load::Loaded;
use crate::cluster::{Finding, Obstacle};
use crate::diag::{Loc, Span};
use crate::plan::{self, VolumeSource};
use crate::spec::{ApplianceSpec, SiteSpec};

/// The place; `None` for what no document names.
pub fn of(finding: &Finding, loaded: &Loaded) -> Option<Span> {
    let site = &loaded.documents.site.as_ref()?.spec;
    let name = finding.appliance.as_deref();
    let documents = &loaded.documents.appliances;
    let document =
        documents.iter().find(|one| Some(one.metadata.name.as_str()) == name).map(|one| &one.spec.value);
    let planned = loaded.plan.appliances.iter().find(|one| Some(one.name.as_str()) == name);
    match &finding.obstacle {
        Obstacle::NoNamespace { .. }
        | Obstacle::NamespaceRefused { .. }
        | Obstacle::NamespaceTerminating { .. }
        | Obstacle::PodSecurity { .. } => site.namespace.as_ref()?.span,
        Obstacle::OtherRanges { .. } => {
            let cluster = site.cluster.as_ref().and_then(|cluster| cluster.span);
            cluster.or_else(|| site.distribution.as_ref()?.span)
        }
        Obstacle::ForeignMember { identity } | Obstacle::AttachmentDiffers { identity } => {
            let attachment = loaded.plan.attachments.iter().find(|one| one.name == identity.name)?;
            attachment.network.span
        }
        Obstacle::ForeignApplySet { .. } => planned?.name.span,
        Obstacle::Node { node, .. } => {
            let own = document.and_then(|document| document.nodes.iter().find(|one| one.value == *node));
            own.or_else(|| site.nodes.iter().map(|(name, _)| name).find(|one| one.value == *node))?.span
        }
        Obstacle::NoStorageClass { claim, class, .. } => {
            let named = class.as_deref().and_then(|class| storage_class(site, document, class));
            named.or_else(|| planned?.claims.iter().find(|one| one.name.value == *claim)?.name.span)
        }
        Obstacle::NoClaim { name, .. } => existing_claim(planned?, name),
        Obstacle::NoCredentials { name, .. }
        | Obstacle::NoSecret { name, .. }
        | Obstacle::NoSecretKey { name, .. } => secret(document?, name),
        Obstacle::NoConfigMap { name, .. } => {
            let mut maps = document?.volumes.iter().filter_map(|(_, volume)| volume.config_map.as_ref());
            maps.find(|one| one.value.as_str() == name)?.span
        }
        Obstacle::NoModule { module, .. } => {
            let needs = |overlay: &&plan::AppliedOverlay| {
                overlay.host_modules.iter().any(|(name, _)| name.value == *module)
            };
            planned?.overlays.iter().find(needs)?.name.span
        }
        Obstacle::NoMultus
        | Obstacle::NoNodes
        | Obstacle::MultusUnseen
        | Obstacle::MultusNotReady { .. }
        | Obstacle::NotChecked { .. } => None,
    }
}

fn storage_class(site: &SiteSpec, document: Option<&ApplianceSpec>, class: &str) -> Option<Span> {
    let persistence = document.and_then(|document| document.persistence.as_ref()?.storage_class.as_ref());
    let volumes = document.into_iter().flat_map(|document| &document.volumes);
    let mut named: Vec<&Loc<String>> = persistence.into_iter().collect();
    named.extend(volumes.filter_map(|(_, volume)| volume.storage_class.as_ref()));
    named.extend(&site.storage_class);
    named.into_iter().find(|one| one.value == class)?.span
}

fn existing_claim(planned: &plan::Appliance, name: &str) -> Option<Span> {
    planned.volumes.iter().find_map(|volume| match &volume.source {
        VolumeSource::Claim(claim) if claim.value == name => claim.span,
        _ => None,
    })
}

fn secret(document: &ApplianceSpec, name: &str) -> Option<Span> {
    let volumes = document.volumes.iter().filter_map(|(_, volume)| volume.secret.as_ref());
    let mut named = document.secret.iter().chain(&document.image_pull_secrets).chain(volumes);
    named.find(|one| one.value.as_str() == name)?.span
}
