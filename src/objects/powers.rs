//! What a pod may do beyond its own bounds, read from a workload in its JSON form: whatever made it so.
//!
//! Looks at every container of the pod template: init, main, ephemeral.

use std::borrow::Cow;

use serde_json::Value;

use crate::types::Privilege;

/// Prefix of the annotation that older clusters read a container's AppArmor profile from; behind it, its name.
pub const APPARMOR_ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Something that a pod may do, and where its object says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Power {
    /// What.
    pub kind: PowerKind,
    /// The container that has it; `None` for the whole pod.
    pub container: Option<String>,
    /// Where it is said, from the object down.
    pub path: Vec<Step>,
}

impl Power {
    /// What it takes a reason for, where that is all that it takes.
    pub fn privilege(&self) -> Option<&Privilege> {
        match &self.kind {
            PowerKind::Has(privilege) => Some(privilege),
            _ => None,
        }
    }
}

/// What a pod may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PowerKind {
    /// Everything: the container is privileged.
    Privileged,
    /// Every capability there is.
    AllCapabilities,
    /// This.
    Has(Privilege),
    /// The container keeps what the runtime gives it: it does not drop all capabilities first.
    KeepsCapabilities,
    /// The container has no seccomp profile: whether system calls are filtered is kubelet's choice.
    NoSeccomp,
    /// Nobody forbids the container to get more rights by a set-uid program.
    MayEscalate,
}

/// A step down into an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a field.
    Field(Cow<'static, str>),
    /// Into the item of a list whose `name` is this.
    Named(String),
    /// To the item of a list that is this text.
    Text(String),
}

impl Step {
    /// The value behind the step, and what a JSON pointer has for it.
    pub fn follow<'a>(&self, value: &'a Value) -> Option<(&'a Value, String)> {
        let item = |fits: &dyn Fn(&Value) -> bool| {
            let items = value.as_array()?;
            let index = items.iter().position(fits)?;
            Some((&items[index], index.to_string()))
        };
        match self {
            Self::Field(name) => Some((value.get(&**name)?, name.replace('~', "~0").replace('/', "~1"))),
            Self::Named(name) => item(&|item| item["name"] == name.as_str()),
            Self::Text(text) => item(&|item| item == text.as_str()),
        }
    }
}

/// What the pod of a workload may do; nothing for any other object.
pub fn powers(object: &Value) -> Vec<Power> {
    let mut found = Found { powers: Vec::new(), path: fields(["spec", "template"]).into(), container: None };
    let Some(template) = object.get("spec").and_then(|spec| spec.get("template")) else {
        return found.powers;
    };
    let pod = &template["spec"];
    annotations(template, &mut found);
    found.inside("spec", |found| {
        of_pod(pod, found);
        found.inside("securityContext", |found| of_context(&pod["securityContext"], found));
        for list in LISTS {
            found.inside(list, |found| {
                for container in pod[list].as_array().into_iter().flatten() {
                    of_container(pod, container, found);
                }
            });
        }
    });
    found.powers
}

/// The containers of a workload's pod template by name, in the order in which they start.
pub fn every_container(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let pod = object.pointer("/spec/template/spec");
    let lists = LISTS.into_iter().filter_map(move |list| pod?.get(list)?.as_array());
    lists.flatten().map(|container| (container["name"].as_str().unwrap_or_default(), container))
}

fn fields<const N: usize>(names: [&'static str; N]) -> [Step; N] {
    names.map(|name| Step::Field(Cow::Borrowed(name)))
}

/// What was found, and where one is.
struct Found {
    powers: Vec<Power>,
    path: Vec<Step>,
    container: Option<String>,
}

impl Found {
    fn below(&mut self, steps: impl IntoIterator<Item = Step>, look: impl FnOnce(&mut Self)) {
        let depth = self.path.len();
        self.path.extend(steps);
        look(self);
        self.path.truncate(depth);
    }

    fn inside(&mut self, field: &'static str, look: impl FnOnce(&mut Self)) {
        self.below(fields([field]), look);
    }

    fn add(&mut self, kind: PowerKind, steps: impl IntoIterator<Item = Step>) {
        let mut path = self.path.clone();
        path.extend(steps);
        self.powers.push(Power { kind, container: self.container.clone(), path });
    }

    fn has<const N: usize>(&mut self, privilege: Privilege, names: [&'static str; N]) {
        self.add(PowerKind::Has(privilege), fields(names));
    }
}

fn annotations(template: &Value, found: &mut Found) {
    let annotations = template["metadata"]["annotations"].as_object();
    for (key, value) in annotations.into_iter().flatten() {
        if key.starts_with(APPARMOR_ANNOTATION) && value == "unconfined" {
            found.container = Some(key[APPARMOR_ANNOTATION.len()..].to_owned());
            let key = Step::Field(Cow::Owned(key.clone()));
            let steps = fields(["metadata", "annotations"]).into_iter().chain([key]);
            found.add(PowerKind::Has(Privilege::AppArmorUnconfined), steps);
        }
    }
    found.container = None;
}

fn of_pod(pod: &Value, found: &mut Found) {
    for (field, privilege) in [
        ("hostPID", Privilege::HostPid),
        ("hostIPC", Privilege::HostIpc),
        ("automountServiceAccountToken", Privilege::Token),
    ] {
        if pod[field] == true {
            found.has(privilege, [field]);
        }
    }
    for volume in pod["volumes"].as_array().into_iter().flatten() {
        let name = volume["name"].as_str().unwrap_or_default().to_owned();
        let [volumes] = fields(["volumes"]);
        found.below([volumes, Step::Named(name)], |found| {
            if let Some(path) = volume["hostPath"]["path"].as_str() {
                found.has(Privilege::host_path(path), ["hostPath", "path"]);
            }
            let sources = volume["projected"]["sources"].as_array();
            if sources.into_iter().flatten().any(|source| source.get("serviceAccountToken").is_some()) {
                found.has(Privilege::Token, ["projected", "sources"]);
            }
        });
    }
}

/// What a security context of the pod or of a container says.
fn of_context(context: &Value, found: &mut Found) {
    for (pointer, worst, privilege) in [
        ("seccompProfile", "Unconfined", Privilege::SeccompUnconfined),
        ("appArmorProfile", "Unconfined", Privilege::AppArmorUnconfined),
    ] {
        if context[pointer]["type"] == worst {
            found.has(privilege, [pointer, "type"]);
        }
    }
    // Types of container-selinux that no rule confines.
    let label = context["seLinuxOptions"]["type"].as_str().unwrap_or_default();
    if label == "spc_t" || label.starts_with("unconfined") {
        found.has(Privilege::SeLinuxUnconfined, ["seLinuxOptions", "type"]);
    }
    if context["procMount"] == "Unmasked" {
        found.has(Privilege::ProcMountUnmasked, ["procMount"]);
    }
    if context["allowPrivilegeEscalation"] == true {
        found.has(Privilege::Escalation, ["allowPrivilegeEscalation"]);
    }
    if context["privileged"] == true {
        found.add(PowerKind::Privileged, fields(["privileged"]));
    }
}

fn of_container(pod: &Value, container: &Value, found: &mut Found) {
    let name = container["name"].as_str().unwrap_or_default().to_owned();
    let context = &container["securityContext"];
    found.container = Some(name.clone());
    found.below([Step::Named(name)], |found| {
        if container["ports"].as_array().into_iter().flatten().any(|port| port["hostPort"].as_u64() > Some(0))
        {
            found.has(Privilege::HostPorts, ["ports"]);
        }
        found.inside("securityContext", |found| {
            of_context(context, found);
            capabilities(&context["capabilities"], found);
            if context["seccompProfile"].is_null() && pod["securityContext"]["seccompProfile"].is_null() {
                found.add(PowerKind::NoSeccomp, []);
            }
            if context["allowPrivilegeEscalation"].is_null() {
                found.add(PowerKind::MayEscalate, []);
            }
        });
    });
    found.container = None;
}

fn capabilities(capabilities: &Value, found: &mut Found) {
    let names = |field: &str| {
        let list = capabilities[field].as_array();
        list.into_iter().flatten().filter_map(Value::as_str)
    };
    let is_all = |name: &str| name.eq_ignore_ascii_case("ALL");
    for name in names("add") {
        let kind = match Privilege::capability(name) {
            Some(privilege) => PowerKind::Has(privilege),
            None if is_all(name) => PowerKind::AllCapabilities,
            // The runtime refuses it.
            None => continue,
        };
        let [capabilities, add] = fields(["capabilities", "add"]);
        found.add(kind, [capabilities, add, Step::Text(name.to_owned())]);
    }
    if !names("drop").any(is_all) {
        found.add(PowerKind::KeepsCapabilities, []);
    }
}
