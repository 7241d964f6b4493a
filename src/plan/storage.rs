//! Claims: which ones an appliance has, how large, of which class.

use super::model::Profile;
use super::pod::Claim;
use super::{openwrt, volumes};
use crate::diag::Loc;
use crate::spec::{AccessMode, ApplianceSpec, PersistenceMode, SiteSpec, Volume};
use crate::types::Quantity;

/// The claim of an OpenWrt appliance; its span is that of the document's word for it, or of its name.
pub fn main_claim(name: &Loc<String>, spec: &ApplianceSpec) -> Option<Loc<String>> {
    if openwrt::mode(spec) == PersistenceMode::None {
        return None;
    }
    let existing = spec.persistence.as_ref().and_then(|persistence| persistence.existing_claim.clone());
    Some(match existing {
        Some(claim) => claim.map(|claim| claim.to_string()),
        None => Loc::new(format!("{}-data", name.value), name.span),
    })
}

/// Sizes that hold what the mode keeps, where nobody chose one.
fn default_size(mode: PersistenceMode) -> Loc<Quantity> {
    Loc::bare(mode.claim_size().parse().expect("our own sizes are quantities"))
}

/// Whether the volume is a claim that wrtpod makes.
pub fn is_own_claim(volume: &Volume) -> bool {
    let elsewhere = volumes::is_scratch(volume)
        || volume.existing_claim.is_some()
        || volume.config_map.is_some()
        || volume.secret.is_some()
        || volume.host_path.is_some()
        || volume.nfs.is_some();
    !elsewhere
}

/// The claims that wrtpod makes.
pub fn claims(site: &SiteSpec, profile: Profile, name: &Loc<String>, spec: &ApplianceSpec) -> Vec<Claim> {
    let class =
        |own: Option<&Loc<String>>| own.or(site.storage_class.as_ref()).map(|class| class.value.clone());
    let access = |mode: Option<&Loc<AccessMode>>| mode.map_or(AccessMode::ReadWriteOnce, |mode| mode.value);
    let mut claims = Vec::new();
    if profile == Profile::OpenWrt {
        let persistence = spec.persistence.as_ref();
        let existing = persistence.is_some_and(|persistence| persistence.existing_claim.is_some());
        if let Some(claim) = main_claim(name, spec).filter(|_| !existing) {
            let chosen = persistence.and_then(|persistence| persistence.size.clone());
            claims.push(Claim {
                name: claim,
                storage_class: class(persistence.and_then(|persistence| persistence.storage_class.as_ref())),
                access_mode: access(persistence.and_then(|persistence| persistence.access_mode.as_ref())),
                size: chosen.unwrap_or_else(|| default_size(openwrt::mode(spec))),
            });
        }
    }
    for (volume_name, volume) in spec.volumes.iter().filter(|(_, volume)| is_own_claim(volume)) {
        claims.push(Claim {
            name: Loc::new(format!("{}-{}", name.value, volume_name.value), volume_name.span),
            storage_class: class(volume.storage_class.as_ref()),
            access_mode: access(volume.access_mode.as_ref()),
            size: volume
                .size
                .clone()
                .unwrap_or_else(|| Loc::bare("1Gi".parse().expect("our own sizes are quantities"))),
        });
    }
    claims
}
