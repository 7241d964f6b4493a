//! No more privilege than needed, and nothing that lets anybody in.

use crate::diag::{Code, Diagnostics, Finding, Span};
use crate::plan::{Addressing, Appliance, Nic, Plan, Profile, VolumeSource};

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
        check_pppoe(appliance, diags);
        check_grants(appliance, diags);
    }
}

fn check_privileged(appliance: &Appliance, diags: &mut Diagnostics) {
    if let Some(privileged) = &appliance.privileged {
        diags.push(
            Finding::error(
                Code::Privileged,
                format!("`{}` asks for a privileged container", appliance.name.value),
            )
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
            Finding::error(
                Code::EmptyRootPassword,
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
        check_sysctl(&name.value, name.span, diags);
    }
}

/// A sysctl of the pod is one that kubelet takes without being asked.
pub(super) fn check_sysctl(name: &str, span: Option<Span>, diags: &mut Diagnostics) {
    if SAFE_SYSCTLS.contains(&name) {
        return;
    }
    let help = if name.starts_with("net.") {
        "write it under `sysctls` of the network: the tuning plugin sets it"
    } else {
        "remove it: it is the node's, and only who runs the node can set it"
    };
    diags.push(
        Finding::error(Code::UnsafeSysctl, format!("kubelet refuses `{name}` on a pod")).at(span).help(help),
    );
}

/// Each capability of the user's has its reason, and SYS_ADMIN would undo what keeps OpenWrt alive in a pod.
fn check_grants(appliance: &Appliance, diags: &mut Diagnostics) {
    let sidecars = appliance.sidecars.iter().flat_map(|one| &one.grants);
    for grant in appliance.main.grants.iter().chain(sidecars).filter(|grant| grant.capability.span.is_some())
    {
        if grant.reason.trim().is_empty() {
            diags.push(
                Finding::error(
                    Code::CapabilityReason,
                    format!("{} is given without a reason", grant.capability.value),
                )
                .at(grant.capability.span)
                .help("write why the appliance needs it; `wrtpod render NAME --explain` shows it"),
            );
        }
    }
    for grant in appliance.main.grants.iter().filter(|grant| grant.capability.span.is_some()) {
        if appliance.profile == Profile::OpenWrt && grant.capability.to_string() == "SYS_ADMIN" {
            diags.push(
                Finding::error(
                    Code::OpenwrtSysAdmin,
                    "with SYS_ADMIN OpenWrt's init mounts over what the pod has",
                )
                .at(grant.capability.span)
                .help("remove it"),
            );
        }
    }
}

/// pppd opens /dev/ppp, which a device plugin hands out.
fn check_pppoe(appliance: &Appliance, diags: &mut Diagnostics) {
    let dials = |nic: &Nic| match nic.addressing {
        Addressing::Pppoe(span) => Some(span),
        _ => None,
    };
    let Some(span) = appliance.nics.iter().find_map(dials) else { return };
    let has_device = appliance.main.resources.limits.iter().any(|(name, _)| name.contains('/'));
    if appliance.profile == Profile::OpenWrt && !has_device {
        diags.push(
            Finding::error(
                Code::PppoeDevice,
                format!("`{}` dials by PPPoE, and has no /dev/ppp", appliance.name.value),
            )
            .at(span)
            .help("write `overlays: [pppoe]`; or `devices: [{resource: …}]` with what your device plugin calls it"),
        );
    }
}

fn check_devices(appliance: &Appliance, diags: &mut Diagnostics) {
    for volume in &appliance.volumes {
        let VolumeSource::Device(path) = &volume.source else { continue };
        if path.value != "/dev/net/tun" {
            diags.push(
                Finding::error(Code::DeviceHostpath, format!("`{}` cannot be opened in the pod", path.value))
                    .at(path.span)
                    .help("install a device plugin and write `resource: …` in the place of `path`"),
            );
        }
    }
}
