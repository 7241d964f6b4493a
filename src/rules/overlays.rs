//! Overlays: each is in the image or can be applied at boot, and what they need of the networks is set.

use crate::diag::{Code, Diagnostics, Finding};
use crate::plan::{Appliance, AppliedOverlay, Plan};

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        for overlay in &appliance.overlays {
            check_image(appliance, overlay, diags);
            check_sysctls(appliance, overlay, diags);
        }
    }
}

fn check_image(appliance: &Appliance, overlay: &AppliedOverlay, diags: &mut Diagnostics) {
    if overlay.in_image || !overlay.needs_image {
        return;
    }
    let what = format!(
        "the image of `{}` is not built with the overlay `{}`",
        appliance.name.value, overlay.name.value
    );
    let (faults, or_system) = match &overlay.boot {
        Some(boot) => (boot.faults().into_iter().map(|fault| format!("{what}, and {fault}")).collect(), ""),
        None => (vec![what], ", or have the pod install it at boot with `persistence: {mode: system}`"),
    };
    for fault in faults {
        let finding = Finding::error(Code::OverlayNotInImage, fault).at(overlay.name.span);
        diags.push(match &appliance.build {
            Some(build) => finding.also(build.span, "what it is built from").help(format!(
                "add it to `overlays` of the Image `{}`, and build that{or_system}",
                build.value
            )),
            None => finding.help(format!(
                "write `build` with the name of an Image that has it among its `overlays`, and build that{or_system}"
            )),
        });
    }
}

/// The pod's sysctls are those of its network namespace, which the attachments set.
fn check_sysctls(appliance: &Appliance, overlay: &AppliedOverlay, diags: &mut Diagnostics) {
    let attachments = || appliance.nics.iter().filter_map(|nic| nic.attachment.as_ref());
    for (key, value) in &overlay.sysctls {
        let mut set = attachments().flat_map(|attachment| &attachment.sysctls);
        // What a NAD of somebody else's sets, nobody knows.
        if attachments().next().is_none()
            || attachments().any(|attachment| attachment.link.is_existing())
            || set.any(|sysctl| sysctl.key == key.value && sysctl.value == value.value)
        {
            continue;
        }
        diags.push(
            Finding::error(
                Code::OverlaySysctl,
                format!(
                    "the overlay `{}` needs {} = {}, and no network of `{}` sets it so",
                    overlay.name.value, key.value, value.value, appliance.name.value
                ),
            )
            .at(overlay.name.span)
            .also(key.span, "what it needs")
            .help("write it under `sysctls` of one of the appliance's networks"),
        );
    }
}
