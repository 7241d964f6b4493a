//! No more privilege than needed, and nothing that lets anybody in.

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Appliance, Plan, Profile, VolumeSource};

/// Sysctls that kubelet takes without being asked (Kubernetes 1.34, `pkg/kubelet/sysctl/safe_sysctls.go`).
const SAFE_SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        check_privileged(appliance, diags);
        check_password(appliance, diags);
        check_sysctls(appliance, diags);
        check_devices(appliance, diags);
    }
}

fn check_privileged(appliance: &Appliance, diags: &mut Diagnostics) {
    if let Some(privileged) = &appliance.privileged {
        diags.push(
            Diagnostic::error("privileged", format!("`{}` asks for a privileged container", appliance.name.value))
                .at(privileged.span)
                .help("remove it, and add what is missing under `capabilities`, with a reason"),
        );
    }
}

fn check_password(appliance: &Appliance, diags: &mut Diagnostics) {
    let Some(empty) = &appliance.empty_password else { return };
    let exposed = appliance.ingress.is_some() || appliance.service.is_some();
    if appliance.profile == Profile::OpenWrt && exposed && appliance.credentials.is_none() {
        diags.push(
            Diagnostic::error(
                "empty-root-password",
                format!("`{}` has a Service and an empty root password", appliance.name.value),
            )
            .at(empty.span)
            .label("lets anybody in")
            .also(appliance.service.as_ref().and_then(|service| service.kind.span), "the service")
            .help("remove it: `deploy` makes a random password and says how to read it"),
        );
    }
}

fn check_sysctls(appliance: &Appliance, diags: &mut Diagnostics) {
    for (name, _) in &appliance.pod_sysctls {
        if !SAFE_SYSCTLS.contains(&name.value.as_str()) {
            diags.push(
                Diagnostic::error("unsafe-sysctl", format!("kubelet refuses `{}` on a pod", name.value))
                    .at(name.span)
                    .help("write it under `sysctls` of the network: the tuning plugin sets it"),
            );
        }
    }
}

fn check_devices(appliance: &Appliance, diags: &mut Diagnostics) {
    for volume in &appliance.volumes {
        let VolumeSource::Device(path) = &volume.source else { continue };
        if path.value != "/dev/net/tun" {
            diags.push(
                Diagnostic::error("device-hostpath", format!("`{}` cannot be opened in the pod", path.value))
                    .at(path.span)
                    .help("install a device plugin and write `resource: …` in the place of `path`"),
            );
        }
    }
}
