//! What `render --explain` says of the pod itself: what its containers may do and see, read from the objects as they leave
//! the program, with the reasons that the plan and the document have.

use std::fmt::Write;

use serde_json::Value;

use crate::objects::{ObjectSet, Power, PowerKind, every_container, powers};
use crate::plan::{Appliance, RunAs};
use crate::types::Privilege;

/// Capabilities, bounds and mounts of every container.
pub fn explain_pod(text: &mut String, appliance: &Appliance, objects: &ObjectSet) {
    for object in objects {
        let Some(pod) = object.value.pointer("/spec/template/spec") else { continue };
        let powers = powers(&object.value);
        for (name, container) in every_container(&object.value) {
            explain_user(text, appliance, name, container);
            explain_capabilities(text, appliance, name, container);
        }
        explain_bounds(text, appliance, pod, &powers);
        for (name, container) in every_container(&object.value) {
            explain_mounts(text, pod, name, container);
        }
    }
}

/// Who a container runs as, where its image does not say it alone.
fn explain_user(text: &mut String, appliance: &Appliance, name: &str, container: &Value) {
    let stated = |field: &str| container["securityContext"][field].as_i64();
    let (user, group) = (stated("runAsUser"), stated("runAsGroup"));
    let mut planned = appliance.containers().filter(|planned| planned.name == name);
    let _ = match (planned.next().map(|planned| planned.run_as), user, group) {
        (Some(RunAs::Root(reason)), Some(0), _) => {
            writeln!(text, "  container {name} runs as root, whatever the pod says: {reason}")
        }
        (_, None, None) => Ok(()),
        _ => {
            let told = |id: Option<i64>| id.map_or("that of the image".to_owned(), |id| id.to_string());
            writeln!(text, "  container {name} runs as user {}, group {}", told(user), told(group))
        }
    };
}

fn explain_capabilities(text: &mut String, appliance: &Appliance, name: &str, container: &Value) {
    let capabilities = &container["securityContext"]["capabilities"];
    let names = |field: &str| {
        let list = capabilities[field].as_array();
        list.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>()
    };
    let others = if names("drop").iter().any(|name| name.eq_ignore_ascii_case("ALL")) {
        "all others are dropped"
    } else {
        "beside those that the runtime gives"
    };
    let _ = writeln!(text, "  capabilities of container {name} ({others})");
    if names("add").is_empty() {
        let _ = writeln!(text, "    none");
    }
    for capability in names("add") {
        let _ = writeln!(text, "    {capability}: {}", reason_of(appliance, name, capability));
    }
}

/// Why a container has a capability: the plan's reason, else that of `allow`.
fn reason_of<'a>(appliance: &'a Appliance, container: &str, capability: &str) -> &'a str {
    let Some(privilege) = Privilege::capability(capability) else { return NO_REASON };
    let planned = appliance.containers().find(|planned| planned.name == container);
    let granted = planned.into_iter().flat_map(|planned| &planned.grants);
    let granted = granted.filter(|grant| Privilege::Capability(grant.capability.value) == privilege);
    granted.map(|grant| grant.reason.as_str()).next().unwrap_or_else(|| allowed(appliance, &privilege))
}

const NO_REASON: &str = "no reason is given";

fn allowed<'a>(appliance: &'a Appliance, privilege: &Privilege) -> &'a str {
    let found = appliance.allowed.iter().find(|(known, _)| known.value == *privilege);
    found.map_or(NO_REASON, |(_, reason)| reason.value.as_str())
}

/// What the pod has of its node and its cluster, and what stands between its containers and the kernel.
fn explain_bounds(text: &mut String, appliance: &Appliance, pod: &Value, powers: &[Power]) {
    let with =
        |privilege: &Privilege| powers.iter().any(|power| power.kind == PowerKind::Has(privilege.clone()));
    let namespaces = [("PID", Privilege::HostPid), ("IPC", Privilege::HostIpc)];
    let shared: Vec<String> = namespaces
        .iter()
        .filter(|(_, privilege)| with(privilege))
        .map(|(name, privilege)| format!("{name} ({})", allowed(appliance, privilege)))
        .collect();
    let token = if with(&Privilege::Token) {
        let account = pod["serviceAccountName"].as_str().unwrap_or("default");
        format!("of {account} ({})", allowed(appliance, &Privilege::Token))
    } else {
        "none".to_owned()
    };
    let _ = writeln!(text, "  bounds of the pod");
    let _ = writeln!(text, "    users: {}", users(pod));
    let none = |list: &[String]| if list.is_empty() { "none".to_owned() } else { list.join(", ") };
    let _ = writeln!(text, "    namespaces of the node: {}", none(&shared));
    let _ = writeln!(text, "    token for the API server: {token}");
    let _ = writeln!(text, "    paths of the node: {}", none(&host_paths(appliance, powers)));
    for (what, rule, loose) in [
        ("system calls", "filtered by the runtime's profile", &[Privilege::SeccompUnconfined][..]),
        (
            "AppArmor and SELinux",
            "as the runtime has them",
            &[Privilege::AppArmorUnconfined, Privilege::SeLinuxUnconfined],
        ),
        ("/proc", "masked", &[Privilege::ProcMountUnmasked]),
        ("more rights by set-uid programs", "none", &[Privilege::Escalation]),
        ("ports of the node", "none", &[Privilege::HostPorts]),
    ] {
        let exceptions = exceptions(appliance, powers, loose);
        let but = if exceptions.is_empty() {
            String::new()
        } else {
            format!("; not so in {}", exceptions.join(", "))
        };
        let _ = writeln!(text, "    {what}: {rule}{but}");
    }
}

/// What root in the pod is on the node.
fn users(pod: &Value) -> &'static str {
    if pod["hostUsers"] == false {
        "its own: root in the pod is nobody on the node"
    } else {
        "the node's: root in the pod is the node's root, within these bounds"
    }
}

fn host_paths(appliance: &Appliance, powers: &[Power]) -> Vec<String> {
    let path = |power: &Power| match &power.kind {
        PowerKind::Has(privilege @ Privilege::HostPath(path)) => {
            let reason = allowed(appliance, privilege);
            Some(if reason == NO_REASON { path.clone() } else { format!("{path} ({reason})") })
        }
        _ => None,
    };
    powers.iter().filter_map(path).collect()
}

/// The containers that one of these frees, with the reason.
fn exceptions(appliance: &Appliance, powers: &[Power], loose: &[Privilege]) -> Vec<String> {
    let mut found = Vec::new();
    for power in powers {
        let who = power.container.as_deref().unwrap_or("the pod");
        match &power.kind {
            PowerKind::Has(privilege) if loose.contains(privilege) => {
                found.push(format!("{who} ({})", reason(appliance, power, privilege)));
            }
            PowerKind::NoSeccomp if loose.contains(&Privilege::SeccompUnconfined) => {
                found.push(format!("{who} (as kubelet is told)"));
            }
            PowerKind::MayEscalate if loose.contains(&Privilege::Escalation) => {
                found.push(format!("{who} (nothing forbids it)"));
            }
            _ => {}
        }
    }
    found
}

/// Why a container has something: it is planned, or `allow` says it.
fn reason<'a>(appliance: &'a Appliance, power: &Power, privilege: &Privilege) -> &'a str {
    let of_main = power.container.as_ref() == Some(&appliance.main.name);
    if *privilege == Privilege::ProcMountUnmasked && of_main && appliance.proc_unmasked.is_some() {
        "`procMount: Unmasked`: the settings of its network are its own to write"
    } else {
        allowed(appliance, privilege)
    }
}

fn explain_mounts(text: &mut String, pod: &Value, name: &str, container: &Value) {
    let _ = writeln!(text, "  mounts of container {name}");
    let mounts = container["volumeMounts"].as_array();
    if mounts.is_none_or(Vec::is_empty) {
        let _ = writeln!(text, "    none");
    }
    for mount in mounts.into_iter().flatten() {
        let volume = mount["name"].as_str().unwrap_or_default();
        let folder =
            mount["subPath"].as_str().map_or_else(String::new, |path| format!(", its folder {path}"));
        let only = if mount["readOnly"] == true { ", read-only" } else { "" };
        let path = mount["mountPath"].as_str().unwrap_or_default();
        let _ = writeln!(text, "    {path}: {}{folder}{only}", source(pod, volume));
    }
}

/// What is behind a volume, in the words of the object.
fn source(pod: &Value, name: &str) -> String {
    let volume = pod["volumes"].as_array().into_iter().flatten().find(|volume| volume["name"] == name);
    let Some(volume) = volume else { return format!("volume {name}") };
    let text = |pointer: &str| volume.pointer(pointer).and_then(Value::as_str);
    for (word, pointer) in [
        ("claim", "/persistentVolumeClaim/claimName"),
        ("ConfigMap", "/configMap/name"),
        ("Secret", "/secret/secretName"),
        ("the node's", "/hostPath/path"),
        ("driver", "/csi/driver"),
    ] {
        if let Some(found) = text(pointer) {
            return format!("{word} {found}");
        }
    }
    if let Some(sources) = volume.pointer("/projected/sources").and_then(Value::as_array) {
        return projected(sources);
    }
    if let (Some(server), Some(path)) = (text("/nfs/server"), text("/nfs/path")) {
        return format!("NFS {server}:{path}");
    }
    match volume.pointer("/emptyDir/medium").and_then(Value::as_str) {
        Some("Memory") => "memory, gone with the pod".to_owned(),
        _ if volume.get("emptyDir").is_some() => "a folder that goes with the pod".to_owned(),
        _ => format!("volume {name}"),
    }
}

fn projected(sources: &[Value]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for source in sources {
        let part = if let Some(name) = source.pointer("/secret/name").and_then(Value::as_str) {
            format!("Secret {name}")
        } else if let Some(name) = source.pointer("/configMap/name").and_then(Value::as_str) {
            format!("ConfigMap {name}")
        } else if source.get("serviceAccountToken").is_some() {
            "a token for the API server".to_owned()
        } else {
            "facts of the pod".to_owned()
        };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(" and ")
}
