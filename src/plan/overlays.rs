//! What overlays give to an appliance: their settings, and what they need of the pod, laid under its own words.

use super::boot::BootOverlay;
use super::model::AppliedOverlay;
use super::openwrt;
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::overlay::{Overlay, Overlays};
use crate::spec::{ApplianceSpec, Device, DeviceSource, Documents, Image, PersistenceMode};
use crate::types::user_namespace;
use crate::types::{CapabilityWish, OverlayRef};

/// An overlay of an appliance, and where it is named.
pub struct Named<'a> {
    /// The word that names it.
    pub reference: &'a Loc<OverlayRef>,
    /// What it is.
    pub overlay: &'a Overlay,
    /// Whether the appliance's image is built with it.
    pub in_image: bool,
}

/// The Image that an appliance's image is built from.
pub fn image<'a>(documents: &'a Documents, spec: &ApplianceSpec) -> Option<&'a Image> {
    let build = spec.build.as_ref()?;
    let images = documents.images.iter().map(|image| &image.value);
    images.into_iter().find(|image| image.metadata.name.value == build.value)
}

/// The overlays of an appliance: those that its image is built with, then its own. One that could not be read is left
/// out: that was reported.
pub fn of_appliance<'a>(
    documents: &'a Documents,
    overlays: &'a Overlays,
    spec: &'a ApplianceSpec,
) -> Vec<Named<'a>> {
    let built = image(documents, spec).map_or(&[][..], |image| &image.spec.overlays);
    let mut named: Vec<Named<'a>> = Vec::new();
    let both = built.iter().map(|one| (one, true)).chain(spec.overlays.iter().map(|one| (one, false)));
    for (reference, in_image) in both {
        let Some(overlay) = overlays.get(reference) else { continue };
        if !named.iter().any(|known| known.overlay == overlay) {
            named.push(Named { reference, overlay, in_image });
        }
    }
    named
}

/// The document with what the overlays state, where the document itself says nothing of it.
pub fn lay_under(spec: &ApplianceSpec, named: &[Named<'_>]) -> ApplianceSpec {
    let mut whole = spec.clone();
    // A later setting of the same option wins, so the document's own come last.
    whole.uci = named.iter().flat_map(|one| one.overlay.spec.uci.iter().cloned()).collect();
    whole.uci.extend(spec.uci.iter().cloned());
    for requires in named.iter().filter_map(|one| one.overlay.spec.requires.as_ref()) {
        for (capability, reason) in &requires.capabilities {
            let wish = capability.map(CapabilityWish::One);
            if !whole.capabilities.iter().any(|(known, _)| known.value == wish.value) {
                whole.capabilities.push((wish, reason.clone()));
            }
        }
        for device in &requires.devices {
            if !whole.devices.iter().any(|known| known.source.value == device.source.value) {
                whole.devices.push(device.clone());
            }
        }
    }
    drop_paths(&mut whole.devices);
    whole
}

/// A resource of a device plugin takes the place of a file of the node: a pod with users of its own has no other way.
fn drop_paths(devices: &mut Vec<Loc<Device>>) {
    let resources: Vec<String> = devices
        .iter()
        .filter_map(|device| match &device.source.value {
            DeviceSource::Resource(resource) => Some(resource.clone()),
            DeviceSource::Path(_) => None,
        })
        .collect();
    devices.retain(|device| match &device.source.value {
        DeviceSource::Path(path) => !resources.iter().any(|known| user_namespace::stands_for(known, path)),
        DeviceSource::Resource(_) => true,
    });
}

/// What the rules and the report have to know of an appliance's overlays. One that comes with the image stands, for the
/// reader of a finding, where the document names the Image.
pub fn applied(spec: &ApplianceSpec, named: &[Named<'_>]) -> Vec<AppliedOverlay> {
    let build = spec.build.as_ref().and_then(|build| build.span);
    let in_system = openwrt::mode(spec) == PersistenceMode::System;
    let own_scripts: Vec<&str> = spec.first_boot.iter().map(|(name, _)| name.as_str()).collect();
    named
        .iter()
        .enumerate()
        .map(|(at, Named { reference, overlay, in_image })| {
            let later: Vec<&Overlay> = named[at + 1..].iter().map(|one| one.overlay).collect();
            let spec = &overlay.spec;
            let requires = spec.requires.as_ref().map(|requires| &requires.value);
            let bare = spec.packages.is_empty() && spec.disabled_services.is_empty();
            let needs_image = !bare || !overlay.files.is_empty() || !overlay.uci_defaults.is_empty();
            let at_boot = in_system && needs_image && !in_image;
            AppliedOverlay {
                name: Loc::new(overlay.name.clone(), if *in_image { build } else { reference.span }),
                in_image: *in_image,
                needs_image,
                boot: at_boot.then(|| BootOverlay::new(overlay, &later, &own_scripts)),
                sysctls: requires.map_or_else(Vec::new, |requires| requires.sysctls.clone()),
                host_modules: requires.map_or_else(Vec::new, |requires| {
                    let module = |(name, reason): &(Loc<crate::types::ModuleName>, Loc<String>)| {
                        (name.clone().map(|name| name.to_string()), reason.value.clone())
                    };
                    requires.host_modules.iter().map(module).collect()
                }),
            }
        })
        .collect()
}

/// Packages that choose between several uplinks.
const UPLINK_CHOOSERS: [&str; 2] = ["mwan3", "luci-app-mwan3"];

/// Further ones that make routing rules of their own.
const POLICY_ROUTERS: [&str; 4] = ["pbr", "pbr-iptables", "pbr-netifd", "luci-app-pbr"];

/// What packages do to the routes of an appliance.
#[derive(Debug, Default)]
pub struct Routers {
    /// Whether one chooses between several uplinks.
    pub several_uplinks: bool,
    /// The first that makes routing rules of its own, and where it comes from.
    pub policy_router: Option<Loc<String>>,
}

/// Those among the packages of the appliance's Image and overlays.
pub fn routers(documents: &Documents, spec: &ApplianceSpec, named: &[Named<'_>]) -> Routers {
    let build = spec.build.as_ref().and_then(|build| build.span);
    let of_image = image(documents, spec).into_iter().flat_map(|image| &image.spec.packages);
    let of_overlays = named.iter().flat_map(|one| {
        let place = if one.in_image { build } else { one.reference.span };
        one.overlay.spec.packages.iter().map(move |wish| (wish, place))
    });
    let mut routers = Routers::default();
    for (wish, place) in of_image.map(|wish| (wish, build)).chain(of_overlays) {
        let chooses = UPLINK_CHOOSERS.contains(&wish.name());
        if wish.is_unwanted() || !(chooses || POLICY_ROUTERS.contains(&wish.name())) {
            continue;
        }
        routers.several_uplinks |= chooses;
        routers.policy_router.get_or_insert_with(|| Loc::new(wish.name().to_owned(), place));
    }
    routers
}

/// An Overlay among the documents of a site has no folder, so it would be nobody's.
pub fn reject_loose(documents: &Documents, diags: &mut Diagnostics) {
    for overlay in &documents.overlays {
        let name = &overlay.metadata.name.value;
        diags.push(
            Finding::error(Code::NoEffect, format!("the Overlay `{name}` stands among other documents"))
                .at(overlay.span)
                .help(format!(
                    "write it into `overlays/{name}/overlay.yaml`, and `overlays: [./overlays/{name}]` here"
                )),
        );
    }
}
