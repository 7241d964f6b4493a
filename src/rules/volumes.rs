//! Volumes: where they are mounted, and how large they are.

use std::net::IpAddr;

use crate::diag::{Code, Diagnostics, Finding, Loc, Severity};
use crate::plan::{Appliance, ConfigFiles, Mount, Plan, Profile, VolumeSource, bytes_without_unit};
use crate::types::{Privilege, quoted};

/// What OpenWrt's init makes anew at each boot, and what is the kernel's.
const HIDDEN: [&str; 6] = ["/tmp", "/var", "/run", "/dev", "/proc", "/sys"];

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        for (index, mount) in appliance.main.mounts.iter().enumerate() {
            check_path(mount, diags);
            check_own(mount, diags);
            check_sub_path(mount, diags);
            check_twice(mount, &appliance.main.mounts[..index], diags);
            check_hidden(appliance, mount, diags);
        }
        for sidecar in &appliance.sidecars {
            for (index, mount) in sidecar.mounts.iter().enumerate() {
                check_path(mount, diags);
                check_twice(mount, &sidecar.mounts[..index], diags);
            }
        }
        for volume in &appliance.volumes {
            check_source(appliance, &volume.source, diags);
        }
        for claim in &appliance.claims {
            if let Some(finding) = bytes_without_unit(&claim.size) {
                diags.push(finding);
            }
            if claim.size.units() == 0 {
                diags.push(
                    Finding::error(
                        Code::ClaimSize,
                        format!("the claim `{}` would hold nothing", claim.name.value),
                    )
                    .at(claim.size.span)
                    .help("write a size, for example 64Mi"),
                );
            }
        }
        for config in &appliance.config {
            let size = config.size();
            if size > ConfigFiles::LARGEST {
                let what = format!(
                    "`{}` comes with {} KiB of settings, scripts and files of overlays",
                    appliance.name.value,
                    size.div_ceil(1 << 10)
                );
                diags.push(
                    Finding::error(Code::ConfigTooLarge, what)
                        .at(appliance.name.span)
                        .help("a ConfigMap holds 1024 KiB: put large files into the image, or on a volume"),
                );
            } else if config.annotated_size() > ConfigFiles::NOTED {
                let what = format!(
                    "the ConfigMap `{}` takes {} KiB in a client-side apply, which ends at 256",
                    config.name,
                    config.annotated_size().div_ceil(1 << 10)
                );
                diags.push(Finding::note(Code::ConfigLarge, what).at(appliance.name.span).help(
                    "`wrtpod deploy NAME` and Flux apply it; so do `kubectl apply --server-side -f FILE`, and Argo CD with `ServerSideApply=true`",
                ));
            }
        }
    }
}

/// Without a slash at the end.
fn trimmed(path: &str) -> &str {
    path.trim_end_matches('/')
}

/// An absolute path without empty parts and `.`: what is judged, however it is written.
fn plain(path: &str) -> String {
    parts(path).flat_map(|part| ["/", part]).collect()
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !matches!(*part, "" | "."))
}

/// Whether a path is this folder or lies in it.
fn is_below(path: &str, folder: &str) -> bool {
    let mut parts = parts(path);
    self::parts(folder).all(|part| parts.next() == Some(part))
}

fn check_path(mount: &Mount, diags: &mut Diagnostics) {
    let path = mount.path.value.as_str();
    let (what, help) = if !path.starts_with('/') {
        ("is not absolute", format!("write `/{path}`"))
    } else if plain(path).is_empty() {
        ("is the whole file system", "mount it on a folder, for example /data".to_owned())
    } else if path.contains(':') || path.split('/').any(|part| part == "..") {
        ("cannot be a mount's", "write it without `:` and `..`".to_owned())
    } else if plain(path) != trimmed(path) {
        ("is not written plainly", format!("write `{}`", plain(path)))
    } else {
        return;
    };
    diags.push(bad_path(mount, what, &help));
}

/// What wrtpod has in the appliance's own container; those beside it have nothing there.
fn check_own(mount: &Mount, diags: &mut Diagnostics) {
    if is_below(&mount.path.value, "/wrtpod") && mount.path.span.is_some() {
        diags.push(bad_path(mount, "is wrtpod's own", "mount it elsewhere, for example below /srv"));
    }
}

fn bad_path(mount: &Mount, what: &str, help: &str) -> Finding {
    let claim = format!("the path `{}` {what}", mount.path.value);
    Finding::error(Code::MountPath, claim).at(mount.path.span).help(help)
}

fn check_sub_path(mount: &Mount, diags: &mut Diagnostics) {
    let leaves = |path: &&Loc<String>| path.starts_with('/') || path.split('/').any(|part| part == "..");
    if let Some(path) = mount.sub_path.as_ref().filter(leaves) {
        diags.push(
            Finding::error(Code::MountPath, format!("`{}` leads out of the volume", path.value))
                .at(path.span)
                .help("write a path inside the volume, without `/` in front and without `..`"),
        );
    }
}

fn check_twice(mount: &Mount, before: &[Mount], diags: &mut Diagnostics) {
    let same = |other: &&Mount| parts(&other.path).eq(parts(&mount.path));
    let Some(first) = before.iter().find(same) else { return };
    let what = match first.path.span {
        Some(_) => format!("two volumes are mounted on `{}`", plain(&mount.path)),
        None => format!("`{}` is kept by `persistence` already", plain(&mount.path)),
    };
    diags.push(
        Finding::error(Code::MountPath, what)
            .at(mount.path.span)
            .also(first.path.span, "the first one")
            .help("mount it elsewhere, or remove one of the two"),
    );
}

/// What is the node's, or somewhere else, by its path; and what a folder may hold.
fn check_source(appliance: &Appliance, source: &VolumeSource, diags: &mut Diagnostics) {
    match source {
        VolumeSource::HostPath(path) => {
            if !check_elsewhere(path, "the node", diags) {
                return;
            }
            let privilege = Privilege::host_path(path);
            if !appliance.allowed.iter().any(|(known, _)| known.value == privilege) {
                let severity = if privilege.is_grave() { Severity::Error } else { Severity::Warning };
                diags.push(
                    Finding::new(
                        severity,
                        Code::PrivilegeReason,
                        format!("the pod has `{privilege}` of the node, and no reason is given"),
                    )
                    .at(path.span)
                    .help(format!("write why under `allow`: `allow: {{{privilege}: REASON}}`; or remove it")),
                );
            }
        }
        VolumeSource::Nfs { server, path } => {
            check_server(server, diags);
            check_elsewhere(path, "the server", diags);
        }
        VolumeSource::Scratch(scratch) => {
            if let Some(finding) = scratch.limit.as_ref().and_then(bytes_without_unit) {
                diags.push(finding);
            }
        }
        _ => {}
    }
}

/// A name or an address, and nothing of what a URL has beside these.
fn check_server(server: &Loc<String>, diags: &mut Diagnostics) {
    let is_address = server.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.contains(|one: char| one.is_whitespace() || one.is_control() || "/:@".contains(one))
    };
    if !is_address && !is_name(server) {
        diags.push(
            Finding::error(Code::MountPath, format!("{} is no NFS server", quoted(server)))
                .at(server.span)
                .help("write its name or address alone, such as nas.lan"),
        );
    }
}

/// Whether a path may be one of another machine; one that may not is reported.
fn check_elsewhere(path: &Loc<String>, whose: &str, diags: &mut Diagnostics) -> bool {
    let good = path.starts_with('/') && !path.split('/').any(|part| part == "..");
    if !good {
        diags.push(
            Finding::error(Code::MountPath, format!("`{}` is no path of {whose}", path.value))
                .at(path.span)
                .help("write it from `/` on, without `..`"),
        );
    }
    good
}

/// What OpenWrt's init makes anew at each boot hides what is mounted there.
fn check_hidden(appliance: &Appliance, mount: &Mount, diags: &mut Diagnostics) {
    let device = appliance
        .volumes
        .iter()
        .any(|volume| *volume.name.value == mount.volume && matches!(volume.source, VolumeSource::Device(_)));
    if appliance.profile != Profile::OpenWrt || device {
        return;
    }
    if let Some(root) = HIDDEN.iter().find(|root| is_below(&mount.path, root)) {
        diags.push(
            Finding::error(
                Code::PersistenceHidden,
                format!("`{}` is mounted below {root}, which OpenWrt's init makes anew", mount.path.value),
            )
            .at(mount.path.span)
            .help("mount it elsewhere, for example below /srv"),
        );
    }
}
