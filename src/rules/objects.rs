//! What is rendered is what is judged: the objects after the user's patches, by what their pods may do.
//!
//! What the plan gives a pod has its reasons there. What patches add needs one, and some of it is never right.

use std::collections::BTreeMap;

use serde_json::Value;

use super::security::check_sysctl;
use super::users;
use crate::diag::{Code, Diagnostics, Finding, Severity, Span, Written};
use crate::objects::{Object, ObjectSet, Power, PowerKind, Step, powers};
use crate::plan::{Appliance, Profile};
use crate::types::Privilege;

/// What the pods of a set may do before its patches: what the plan has its reasons for. An annotation is the user's.
pub fn planned(objects: &ObjectSet) -> Vec<Power> {
    let annotated = |power: &Power| power.kind == PowerKind::Has(Privilege::AppArmorUnconfined);
    objects.iter().flat_map(|object| powers(&object.value)).filter(|power| !annotated(power)).collect()
}

/// Judges the objects of an appliance after its patches; `planned` is what the plan gave them.
pub fn check_objects(appliance: &Appliance, planned: &[Power], objects: &ObjectSet, diags: &mut Diagnostics) {
    let mut taken: Vec<Privilege> = Vec::new();
    for object in objects {
        let powers = powers(&object.value);
        taken.extend(powers.iter().filter_map(Power::privilege).cloned());
        let known = |power: &&Power| {
            planned.iter().any(|known| known.kind == power.kind && known.container == power.container)
        };
        let new: Vec<&Power> = powers.iter().filter(|power| !known(power)).collect();
        check_powers(appliance, object, &new, diags);
        check_unhardened(appliance, object, &new, diags);
        check_sysctls(appliance, object, diags);
        users::check_object(appliance, object, diags);
    }
    let planned: Vec<&Privilege> = planned.iter().filter_map(Power::privilege).collect();
    check_allowed(appliance, &planned, &taken, diags);
}

fn check_powers(appliance: &Appliance, object: &Object, new: &[&Power], diags: &mut Diagnostics) {
    for power in new {
        let at = place(appliance, object, &power.path);
        let who =
            power.container.as_deref().map_or("the pod".to_owned(), |name| format!("container `{name}`"));
        let finding = match &power.kind {
            PowerKind::Privileged => {
                Finding::error(Code::Privileged, format!("the patch makes {who} privileged"))
                    .help(format!("add what is missing under `{}`, with a reason", wishes(appliance, power)))
            }
            PowerKind::AllCapabilities => {
                Finding::error(Code::Privileged, format!("`ALL` gives {who} every capability")).help(format!(
                    "name each one that is missing under `{}`, with its reason",
                    wishes(appliance, power)
                ))
            }
            PowerKind::Has(privilege) => match unfounded(appliance, power, privilege, &who) {
                Some(finding) => finding,
                None => continue,
            },
            PowerKind::KeepsCapabilities | PowerKind::NoSeccomp | PowerKind::MayEscalate => continue,
        };
        diags.push(finding.at(at));
    }
}

/// The finding about something that nobody gives a reason for.
fn unfounded(appliance: &Appliance, power: &Power, privilege: &Privilege, who: &str) -> Option<Finding> {
    let of_main = power.container.as_ref() == Some(&appliance.main.name);
    let is_planned = of_main || sidecar(appliance, power).is_some();
    if appliance.profile == Profile::OpenWrt && of_main && privilege.to_string() == "SYS_ADMIN" {
        let what = "with SYS_ADMIN OpenWrt's init mounts over what the pod has";
        return Some(Finding::error(Code::OpenwrtSysAdmin, what).help("remove it"));
    }
    if appliance.allowed.iter().any(|(known, _)| known.value == *privilege) {
        return None;
    }
    let severity = if privilege.is_grave() { Severity::Error } else { Severity::Warning };
    let what = format!("{}, and no reason is given", claim(privilege, who));
    let help = match privilege {
        Privilege::Capability(name) if is_planned => {
            let key = wishes(appliance, power);
            format!("write `{name}: REASON` under `{key}`, in the place of the patch")
        }
        other => format!("remove it, or write `{other}: REASON` under `allow`"),
    };
    Some(Finding::new(severity, Code::PrivilegeReason, what).help(help))
}

/// The container beside the appliance's own that has the power.
fn sidecar<'a>(appliance: &'a Appliance, power: &Power) -> Option<&'a str> {
    let mut names = appliance.sidecars.iter().map(|one| one.name.as_str());
    names.find(|name| power.container.as_deref() == Some(name))
}

/// The key of the document under which the container's capabilities stand.
fn wishes(appliance: &Appliance, power: &Power) -> String {
    sidecar(appliance, power)
        .map_or("capabilities".to_owned(), |name| format!("containers.{name}.capabilities"))
}

fn claim(privilege: &Privilege, who: &str) -> String {
    match privilege {
        Privilege::HostPid => format!("{who} sees the node's processes"),
        Privilege::HostIpc => format!("{who} shares the node's memory segments"),
        Privilege::HostPorts => format!("{who} takes a port of the node"),
        Privilege::SeccompUnconfined => format!("{who} may make every system call"),
        Privilege::AppArmorUnconfined => format!("no AppArmor profile confines {who}"),
        Privilege::SeLinuxUnconfined => format!("no rule of SELinux confines {who}"),
        Privilege::ProcMountUnmasked => format!("{who} may write the kernel's settings in /proc"),
        Privilege::Escalation => format!("{who} may get more rights by a set-uid program"),
        Privilege::Token => format!("{who} has a token for the API server"),
        Privilege::Capability(name) => format!("{who} has {name}"),
        Privilege::HostPath(path) => format!("{who} has `{path}` of the node"),
    }
}

/// One finding for each container that does not start from nothing.
fn check_unhardened(appliance: &Appliance, object: &Object, new: &[&Power], diags: &mut Diagnostics) {
    let mut loose: BTreeMap<&str, (Vec<&str>, &Power)> = BTreeMap::new();
    for power in new {
        let what = match power.kind {
            PowerKind::KeepsCapabilities => "keeps the runtime's capabilities",
            PowerKind::NoSeccomp => "has no seccomp profile",
            PowerKind::MayEscalate => "may get more rights by a set-uid program",
            PowerKind::Privileged | PowerKind::AllCapabilities | PowerKind::Has(_) => continue,
        };
        let name = power.container.as_deref().unwrap_or_default();
        loose.entry(name).or_insert_with(|| (Vec::new(), power)).0.push(what);
    }
    for (name, (what, power)) in loose {
        let is_first =
            power.path.iter().any(|step| matches!(step, Step::Field(key) if key == "initContainers"));
        let instead = if is_first || appliance.containers().any(|planned| planned.name == name) {
            ""
        } else {
            "write it under `containers` of the appliance, in the place of the patch; or "
        };
        diags.push(
            Finding::warning(Code::ContainerUnhardened, format!("container `{name}` {}", listed(&what)))
                .at(place(appliance, object, &power.path))
                .help(format!(
                    "{instead}write `securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}, \
                     seccompProfile: {{type: RuntimeDefault}}}}` into it"
                )),
        );
    }
}

fn listed(items: &[&str]) -> String {
    match items {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

/// Sysctls of the document are judged with the plan.
fn check_sysctls(appliance: &Appliance, object: &Object, diags: &mut Diagnostics) {
    const LIST: [&str; 5] = ["spec", "template", "spec", "securityContext", "sysctls"];
    let list = LIST.iter().try_fold(&object.value, |value, field| value.get(field)).and_then(Value::as_array);
    for name in list.into_iter().flatten().filter_map(|one| one["name"].as_str()) {
        if !appliance.pod_sysctls.iter().any(|(known, _)| known.value == name) {
            let mut path: Vec<Step> = LIST.map(|field| Step::Field(field.into())).to_vec();
            path.push(Step::Named(name.to_owned()));
            check_sysctl(name, place(appliance, object, &path), diags);
        }
    }
}

/// A reason says something, and is a reason for something. A path of the node that a patch put another one in the place of, which
/// nobody gives a reason for, is one fault, and that one has its finding.
fn check_allowed(
    appliance: &Appliance,
    planned: &[&Privilege],
    taken: &[Privilege],
    diags: &mut Diagnostics,
) {
    let is_allowed =
        |privilege: &Privilege| appliance.allowed.iter().any(|(known, _)| known.value == *privilege);
    let is_path = |privilege: &Privilege| matches!(privilege, Privilege::HostPath(_));
    let has_other = taken.iter().any(|path| is_path(path) && !planned.contains(&path) && !is_allowed(path));
    let is_replaced = |privilege: &Privilege| has_other && is_path(privilege) && planned.contains(&privilege);
    for (privilege, reason) in &appliance.allowed {
        if reason.trim().is_empty() {
            diags.push(
                Finding::error(
                    Code::PrivilegeReason,
                    format!("`{}` is allowed without a reason", privilege.value),
                )
                .at(privilege.span)
                .help("write why the appliance needs it; `wrtpod render NAME --explain` shows it"),
            );
        } else if !taken.contains(&privilege.value) && !is_replaced(privilege) {
            diags.push(
                Finding::error(
                    Code::NoEffect,
                    format!("`{}` is allowed, and nothing takes it", privilege.value),
                )
                .at(privilege.span)
                .help("remove it: `allow` gives nothing by itself"),
            );
        }
    }
}

/// Where a part of an object was written: in the last patch that says it, among the annotations of the document, or in the
/// patch that says most of what leads to it.
pub(super) fn place(appliance: &Appliance, object: &Object, path: &[Step]) -> Option<Span> {
    let kind = object.identity.kind.as_str();
    let patches = appliance.patches.iter().filter(|patch| patch.value.value["kind"] == kind);
    let best = patches
        .map(|patch| {
            let (depth, span) = followed(&patch.value, path);
            (depth, span.or(patch.span))
        })
        .max_by_key(|(depth, _)| *depth);
    match (best, path.last()) {
        (Some((depth, span)), _) if depth == path.len() => span,
        (_, Some(Step::Field(key))) if annotation(appliance, key).is_some() => annotation(appliance, key),
        (Some((_, span)), _) => span,
        (None, _) => appliance.name.span,
    }
}

fn annotation(appliance: &Appliance, key: &str) -> Option<Span> {
    let mut pairs = appliance.pod_annotations.iter().chain(&appliance.annotations);
    pairs.find(|(known, _)| known.value == key)?.1.span
}

/// How many steps a patch says, and where the last of them was written.
fn followed(patch: &Written, path: &[Step]) -> (usize, Option<Span>) {
    let (mut value, mut pointer, mut span) = (&patch.value, String::new(), None);
    for (depth, step) in path.iter().enumerate() {
        let Some((next, name)) = step.follow(value) else { return (depth, span) };
        value = next;
        pointer.push('/');
        pointer.push_str(&name);
        span = patch.places.get(&pointer).copied().or(span);
    }
    (path.len(), span)
}
