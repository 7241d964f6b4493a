//! Capabilities that a document asks for, sets taken apart, each with its reason.

use super::pod::Grant;
use crate::diag::Loc;
use crate::spec::Entries;
use crate::types::CapabilityWish;

/// The capabilities, each once.
pub fn decide(wishes: &Entries<CapabilityWish, String>) -> Vec<Grant> {
    let stated = |capability| {
        let same = |wish: CapabilityWish| wish == CapabilityWish::One(capability);
        wishes.iter().find(|(wish, _)| same(wish.value)).map(|(_, reason)| reason.value.as_str())
    };
    let mut grants: Vec<Grant> = Vec::new();
    for (wish, reason) in wishes {
        for (capability, of_set) in wish.value.members() {
            // What the document says of a capability itself is nearer than what its set says.
            let reason = stated(capability).or(of_set).unwrap_or(reason.value.as_str());
            if !grants.iter().any(|known| known.capability.value == capability) {
                let capability = Loc::new(capability, wish.span);
                grants.push(Grant { capability, reason: reason.to_owned() });
            }
        }
    }
    grants
}
