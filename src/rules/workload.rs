//! The workload: at most one holder of a MAC, names that fit, images that stay.

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Appliance, Plan, Profile, VolumeSource, Workload, known_ports};

/// A StatefulSet's pod carries `NAME-<hash>` in a label of 63 characters.
const LONGEST_NAME: usize = 50;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        check_name(appliance, diags);
        check_holders(appliance, diags);
        check_image(appliance, diags);
        check_ports(appliance, diags);
        check_mounts(appliance, diags);
    }
}

fn check_name(appliance: &Appliance, diags: &mut Diagnostics) {
    let name = &appliance.name;
    if name.value.len() > LONGEST_NAME {
        diags.push(
            Diagnostic::error(
                "name-too-long",
                format!("`{}` has {} characters, at most {LONGEST_NAME} fit", name.value, name.value.len()),
            )
            .at(name.span)
            .help("use a shorter name"),
        );
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
            Diagnostic::error(
                "replicas-fixed-identity",
                format!("{} replicas of `{name}` would share one MAC and address", appliance.replicas.value),
            )
            .at(appliance.replicas.span)
            .help("keep one replica; write a second appliance with a name of its own"),
        );
    }
    let Workload::Deployment { rolling } = appliance.workload.value else { return };
    if rolling {
        diags.push(
            Diagnostic::error(
                "rolling-update-fixed-identity",
                format!("a rolling update runs two pods of `{name}` with one MAC"),
            )
            .at(appliance.workload.span)
            .help("leave `strategy` out; best leave `workload` out too"),
        );
    }
    let single_holder = appliance.claims.iter().any(|claim| claim.access_mode == "ReadWriteOncePod")
        || appliance.placement.nodes.len() == 1;
    if !single_holder {
        diags.push(
            Diagnostic::error(
                "deployment-two-holders",
                format!("a Deployment may run two pods of `{name}` while a node does not answer"),
            )
            .at(appliance.workload.span)
            .help("leave `workload` out, or pin it to one node, or use `accessMode: ReadWriteOncePod`"),
        );
    }
}

fn check_image(appliance: &Appliance, diags: &mut Diagnostics) {
    let image = &appliance.image;
    let tag = image.tag().unwrap_or_default();
    if image.digest().is_none() {
        let moving = tag.is_empty()
            || matches!(tag, "latest" | "stable" | "edge" | "nightly" | "x86-64" | "x86_64")
            || tag.contains("SNAPSHOT")
            || tag.contains("snapshot");
        if moving {
            let shown = if tag.is_empty() { "no tag".to_owned() } else { format!("the tag `{tag}`") };
            diags.push(
                Diagnostic::warning("moving-tag", format!("the image has {shown}, which moves"))
                    .at(image.span)
                    .help("name a release or a digest, or a node's reboot upgrades the appliance"),
            );
        }
    }
    let is_stock = image.repository().ends_with("openwrt/rootfs") || image.repository() == "openwrtorg/rootfs";
    let is_arm = ["armsr", "armvirt", "aarch64", "arm_"].iter().any(|prefix| tag.starts_with(prefix));
    if appliance.profile == Profile::OpenWrt && is_stock && is_arm {
        diags.push(
            Diagnostic::error(
                "stock-arm-image",
                format!("`{}` names its architecture in OpenWrt's words: kubelet finds no match", image.value),
            )
            .at(image.span)
            .help("use an image whose architecture is written as arm64 or arm"),
        );
    }
}

fn check_ports(appliance: &Appliance, diags: &mut Diagnostics) {
    let ports = &appliance.main.ports;
    let known = |name: &str| ports.iter().any(|port| port.name == name);
    if let Some(ingress) = appliance.ingress.as_ref().filter(|ingress| !known(&ingress.port)) {
        diags.push(
            Diagnostic::error("unknown-port", format!("the ingress names a port `{}`", ingress.port))
                .at(appliance.name.span)
                .help(known_ports(ports)),
        );
    }
    let probes = &appliance.main.probes;
    for probe in [&probes.startup, &probes.readiness, &probes.liveness].into_iter().flatten() {
        let port = match &probe.action {
            crate::plan::ProbeAction::Http { port, .. } | crate::plan::ProbeAction::Tcp(port) => port,
            crate::plan::ProbeAction::Exec(_) => continue,
        };
        if !known(port) {
            diags.push(
                Diagnostic::error("unknown-port", format!("a probe names a port `{port}`"))
                    .at(appliance.name.span)
                    .help(known_ports(ports)),
            );
        }
    }
}

/// What OpenWrt's init makes anew at each boot hides what is mounted there.
fn check_mounts(appliance: &Appliance, diags: &mut Diagnostics) {
    if appliance.profile != Profile::OpenWrt {
        return;
    }
    let hidden = ["/tmp", "/var", "/run", "/dev", "/proc", "/sys"];
    for mount in &appliance.main.mounts {
        let device = appliance
            .volumes
            .iter()
            .any(|volume| volume.name == mount.volume && matches!(volume.source, VolumeSource::Device(_)));
        let path = mount.path.as_str();
        let below = |root: &&&str| path.strip_prefix(**root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if let Some(root) = hidden.iter().find(below).filter(|_| !device) {
            diags.push(
                Diagnostic::error(
                    "persistence-hidden",
                    format!("`{path}` is mounted below {root}, which OpenWrt's init makes anew"),
                )
                .at(mount.path.span)
                .help("mount it elsewhere, for example below /srv"),
            );
        }
    }
}
