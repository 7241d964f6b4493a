//! Pods with users of their own: what they cannot have of their node, and what only they can have.

use super::network_of;
use super::objects::place;
use crate::diag::{Code, Diagnostics, Finding, Span};
use crate::objects::{Object, Step, every_container};
use crate::plan::{Appliance, Plan, Volume, VolumeSource};
use crate::types::Privilege;
use crate::types::user_namespace::{LACKING_SYSCTLS, OPEN_DEVICES, path_fault, stands_for};

const NODES_USERS: &str = "`hostUsers: true` for this appliance gives it the node's users";

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        if let Some(own) = appliance.own_users() {
            check_volumes(appliance, own.span, diags);
            check_devices(appliance, own.span, diags);
            check_sysctls(plan, appliance, own.span, diags);
        } else if let Some(unmasked) = &appliance.proc_unmasked {
            diags.push(
                unmasked_fault("`procMount: Unmasked` is for a pod with users of its own").at(unmasked.span),
            );
        }
    }
}

fn unmasked_fault(what: &str) -> Finding {
    Finding::error(Code::ProcUnmasked, what).help("write `hostUsers: false` beside it, or remove it")
}

/// A fault of the pod's users; `own` is the word that gives them.
fn fault(what: String, at: Option<Span>, own: Option<Span>) -> Finding {
    Finding::error(Code::UserNamespace, what).at(at.or(own)).also(at.and(own), "its users are the pod's own")
}

fn check_volumes(appliance: &Appliance, own: Option<Span>, diags: &mut Diagnostics) {
    let name = &appliance.name.value;
    for volume in &appliance.volumes {
        match &volume.source {
            VolumeSource::Device(path) if path.value == "/dev/net/tun" => diags.push(
                fault(format!("`{name}` cannot have `{}` by its path: the node's kernel maps no users there", path.value), path.span, own)
                    .help("install a device plugin that offers it, and write its resource: `devices: [{resource: squat.ai/tun}]`; its last word is `tun` or `net_tun`"),
            ),
            VolumeSource::HostPath(path) => {
                if let Some(why) = path_fault(path) {
                    diags.push(
                        fault(format!("`{name}` cannot have `{}` of the node: {why}", path.value), path.span, own)
                            .help(format!("remove it; or {NODES_USERS}")),
                    );
                }
            }
            VolumeSource::Nfs { server, .. } => diags.push(
                fault(format!("`{name}` cannot have the folder of `{}`: NFS maps no users", server.value), server.span, own)
                    .help(format!("write a claim on a disk; or {NODES_USERS}")),
            ),
            _ => {}
        }
    }
}

/// In the pod the owner and the group of a device are nobody: what its mode gives to all is what there is.
fn check_devices(appliance: &Appliance, own: Option<Span>, diags: &mut Diagnostics) {
    let devices =
        appliance.main.resources.limits.iter().map(|(name, _)| name).filter(|name| name.contains('/'));
    let is_open = |name: &str| OPEN_DEVICES.iter().any(|path| stands_for(name, path));
    for resource in devices.filter(|name| !is_open(name)) {
        let what =
            format!("the device of `{resource}` opens in the pod only if its mode lets everybody in (0666)");
        diags.push(
            Finding::warning(Code::UserNamespaceDevice, what)
                .at(own)
                .help(format!("see to that with a udev rule on the node: `MODE=\"0666\"`; or {NODES_USERS}")),
        );
    }
}

/// `tuning` opens them, fails, and with it each pod.
fn check_sysctls(plan: &Plan, appliance: &Appliance, own: Option<Span>, diags: &mut Diagnostics) {
    let networks = appliance.nics.iter().filter(|nic| nic.attachment.is_some());
    let keys = networks.filter_map(|nic| network_of(plan, nic)).flat_map(|network| &network.sysctls);
    let mut seen: Vec<&str> = Vec::new();
    for (key, _) in keys.filter(|(key, _)| LACKING_SYSCTLS.contains(&key.as_str())) {
        if !seen.contains(&key.as_str()) {
            seen.push(key.as_str());
            let what = format!("the network of `{}` has no `{}`", appliance.name.value, key.value);
            diags.push(fault(what, key.span, own).help(format!("remove it; or {NODES_USERS}")));
        }
    }
}

/// What patches have made of the users of a pod, and what its users do not go with.
pub(super) fn check_object(appliance: &Appliance, object: &Object, diags: &mut Diagnostics) {
    let Some(pod) = object.value.pointer("/spec/template/spec") else { return };
    let at = |names: &[&'static str]| {
        let path: Vec<Step> = ["spec", "template", "spec"]
            .iter()
            .chain(names)
            .map(|name| Step::Field((*name).into()))
            .collect();
        place(appliance, object, &path)
    };
    let name = &appliance.name.value;
    if pod["hostUsers"] != false {
        let unmasked = |context: &serde_json::Value| context["procMount"] == "Unmasked";
        // Without a reason the patch is refused anyway, and the document's own word has its finding.
        let allowed = appliance.allowed.iter().any(|(known, _)| known.value == Privilege::ProcMountUnmasked);
        let by_patch = appliance.own_users().is_some() || (appliance.proc_unmasked.is_none() && allowed);
        if by_patch
            && every_container(&object.value).any(|(_, container)| unmasked(&container["securityContext"]))
        {
            let what =
                format!("the API server refuses an unmasked /proc where `{name}` has the node's users");
            diags.push(unmasked_fault(&what).at(at(&["containers"])));
        }
        return;
    }
    let own = appliance.own_users().and_then(|own| own.span);
    // The node's network is refused in any pod.
    for field in ["hostPID", "hostIPC"] {
        if pod[field] == true {
            let what = format!("the API server refuses `{field}` where `{name}` has users of its own");
            diags.push(fault(what, at(&[field]), own).help(format!("remove it; or {NODES_USERS}")));
        }
    }
    if every_container(&object.value).any(|(_, container)| container.get("volumeDevices").is_some()) {
        let what = format!("the API server refuses `volumeDevices` where `{name}` has users of its own");
        diags.push(fault(what, at(&["containers"]), own).help(format!("remove them; or {NODES_USERS}")));
    }
    // What the document says has been judged, unless a patch put another thing in its place.
    let is_as_planned = |known: &Volume, volume: &serde_json::Value| match &known.source {
        VolumeSource::HostPath(path) | VolumeSource::Device(path) => {
            volume["hostPath"]["path"] == path.value.as_str()
        }
        VolumeSource::Nfs { server, .. } => volume["nfs"]["server"] == server.value.as_str(),
        _ => false,
    };
    let planned = |volume: &serde_json::Value| {
        let mut known = appliance.volumes.iter().filter(|known| volume["name"] == known.name.value.as_str());
        appliance.own_users().is_some() && known.any(|known| is_as_planned(known, volume))
    };
    for volume in pod["volumes"].as_array().into_iter().flatten().filter(|volume| !planned(volume)) {
        let path = volume.pointer("/hostPath/path").and_then(serde_json::Value::as_str);
        let why = path.and_then(|path| Some((path, path_fault(path)?)));
        let what = match (why, volume.pointer("/nfs/server").and_then(serde_json::Value::as_str)) {
            (Some((path, why)), _) => format!("`{name}` cannot have `{path}` of the node: {why}"),
            (None, Some(server)) => {
                format!("`{name}` cannot have the folder of `{server}`: NFS maps no users")
            }
            (None, None) => continue,
        };
        diags.push(fault(what, at(&["volumes"]), own).help(format!("remove it; or {NODES_USERS}")));
    }
}
