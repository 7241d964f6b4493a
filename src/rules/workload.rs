//! The workload: at most one holder of a MAC, images that stay.

use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::plan::{AccessMode, Appliance, Plan, Profile, Workload};
use crate::types::ImageRef;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        check_holders(appliance, diags);
        for container in std::iter::once(&appliance.main).chain(&appliance.sidecars) {
            check_image(appliance, &container.image, diags);
        }
    }
}

/// Whether the pod is somebody on the LAN: a NIC of its own with a MAC or a fixed address.
fn has_identity(appliance: &Appliance) -> bool {
    appliance
        .nics
        .iter()
        .any(|nic| nic.attachment.is_some() && (nic.mac.is_some() || !nic.fixed_addresses().is_empty()))
}

fn check_holders(appliance: &Appliance, diags: &mut Diagnostics) {
    if !has_identity(appliance) {
        return;
    }
    let name = &appliance.name.value;
    if appliance.replicas.value > 1 {
        diags.push(
            Finding::error(
                Code::ReplicasFixedIdentity,
                format!("{} replicas of `{name}` would share one MAC and address", appliance.replicas.value),
            )
            .at(appliance.replicas.span)
            .help("keep one replica, and write a second appliance with a name of its own; or take addresses of a pool"),
        );
    }
    let Workload::Deployment { rolling } = appliance.workload.value else { return };
    if rolling {
        diags.push(
            Finding::error(
                Code::RollingUpdateFixedIdentity,
                format!("a rolling update runs two pods of `{name}` with one MAC"),
            )
            .at(appliance.workload.span)
            .help("leave `strategy` out; best leave `workload` out too"),
        );
    }
    let single_holder =
        appliance.claims.iter().any(|claim| claim.access_mode == AccessMode::ReadWriteOncePod)
            || appliance.placement.nodes.len() == 1;
    if !single_holder {
        diags.push(
            Finding::error(
                Code::DeploymentTwoHolders,
                format!("a Deployment may run two pods of `{name}` while a node does not answer"),
            )
            .at(appliance.workload.span)
            .help("leave `workload` out, or pin it to one node, or use `accessMode: ReadWriteOncePod`"),
        );
    }
}

fn check_image(appliance: &Appliance, image: &Loc<ImageRef>, diags: &mut Diagnostics) {
    let tag = image.tag().unwrap_or_default();
    if image.digest().is_none() {
        let moving = tag.is_empty()
            || matches!(tag, "latest" | "stable" | "edge" | "nightly" | "x86-64" | "x86_64")
            || tag.contains("SNAPSHOT")
            || tag.contains("snapshot");
        if moving {
            let what = if tag.is_empty() {
                "the image has no tag: it is whatever `latest` is today".to_owned()
            } else {
                format!("the image's tag `{tag}` moves")
            };
            diags.push(
                Finding::warning(Code::MovingTag, what)
                    .at(image.span)
                    .help("name a release or a digest, or a node's reboot upgrades the appliance"),
            );
        }
    }
    let is_stock =
        image.repository().ends_with("openwrt/rootfs") || image.repository() == "openwrtorg/rootfs";
    let is_arm = ["armsr", "armvirt", "aarch64", "arm_"].iter().any(|prefix| tag.starts_with(prefix));
    if appliance.profile == Profile::OpenWrt && is_stock && is_arm {
        diags.push(
            Finding::error(
                Code::StockArmImage,
                format!(
                    "`{}` names its architecture in OpenWrt's words: kubelet finds no match",
                    image.value
                ),
            )
            .at(image.span)
            .help("use an image whose architecture is written as arm64 or arm"),
        );
    }
}
