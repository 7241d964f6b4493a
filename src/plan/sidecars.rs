//! Containers beside the appliance's own. They share its interfaces and, where they say so, its volumes; everything else is made as the
//! appliance's own container is made.

use super::openwrt::Parts;
use super::pod::{Container, ContainerPort, Mount, Probe, ProbeAction};
use super::{generic, grants, probes, resources, variables, volumes};
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::spec::{ApplianceSpec, Sidecar};
use crate::types::{Name, Port, label, nearest};

/// Decides them, in the order of their names: what order they are written in means nothing, and a chart's values have none.
pub fn decide(spec: &ApplianceSpec, parts: &Parts, diags: &mut Diagnostics) -> Vec<Container> {
    for (name, _) in &spec.containers {
        if parts.init.iter().chain([&parts.main]).any(|known| name.as_str() == known.name) {
            let what = format!("the name `{}` is taken: another container of the pod has it", name.value);
            let finding = Finding::error(Code::ReservedName, what).at(name.span);
            diags.push(finding.help("use another name"));
        }
    }
    let ports = &parts.main.ports;
    let mut sidecars: Vec<Container> =
        spec.containers.iter().map(|(name, one)| sidecar(spec, name, one, ports, diags)).collect();
    sidecars.sort_by(|one, other| one.name.cmp(&other.name));
    sidecars
}

fn sidecar(
    spec: &ApplianceSpec,
    name: &Name,
    one: &Sidecar,
    ports: &[ContainerPort],
    diags: &mut Diagnostics,
) -> Container {
    let texts = |items: &[Loc<String>]| items.iter().map(|item| variables::literal(&item.value)).collect();
    let mut probes = probes::decide(one.probes.as_ref(), diags);
    for probe in [&mut probes.startup, &mut probes.readiness, &mut probes.liveness].into_iter().flatten() {
        number_port(probe, name, ports, diags);
    }
    Container {
        name: name.to_string(),
        image: one.image.clone(),
        pull_policy: one.image_pull_policy.as_ref().map(|policy| policy.as_str().to_owned()),
        command: texts(&one.command),
        args: texts(&one.args),
        env: variables::values(&one.env).collect(),
        env_from: variables::sources(&one.env_from),
        mounts: mounts(spec, one, diags),
        grants: grants::decide(&one.capabilities),
        run_as: generic::run_as(one.user.as_ref(), one.group.as_ref()),
        ports: Vec::new(),
        probes,
        resources: resources::of_amounts(one.resources.as_ref(), diags),
    }
}

/// Ports are the pod's: their names stand at the appliance, and kubelet looks for a name in the container that it probes.
fn number_port(probe: &mut Probe, name: &Name, ports: &[ContainerPort], diags: &mut Diagnostics) {
    let (ProbeAction::Http { port, .. } | ProbeAction::Tcp(port)) = &mut probe.action else { return };
    if let Some(known) = ports.iter().find(|known| known.name.value == port.value) {
        diags.extend(probes::udp_fault(port, known));
        port.value = known.port.value.to_string();
        return;
    }
    let help = port_help(&port.value, name, ports);
    let what = format!("a probe of the container `{name}` names a port `{}`", port.value);
    diags.push(Finding::error(Code::UnknownPort, what).at(port.span).help(help));
}

/// What to write in the place of a port that is none.
fn port_help(port: &str, container: &Name, ports: &[ContainerPort]) -> String {
    let names = || ports.iter().map(|known| known.name.as_str());
    if let Some(known) = ports.iter().find(|known| known.port.to_string() == port) {
        return format!("write its name: {}", known.name.value);
    }
    let is_free = |name: &&str| label::port_fault(name).is_none() && !names().any(|known| known == *name);
    if let Ok(number) = port.parse::<Port>()
        && let Some(name) = [container.as_str(), "metrics", "probe"].into_iter().find(is_free)
    {
        return format!(
            "ports of a pod go by name: add `{name}: {{port: {number}}}` under `ports` of the appliance, and write `{name}` here"
        );
    }
    if let Some(near) = nearest(port, names()) {
        return format!("did you mean `{near}`?");
    }
    let add = match label::port_fault(port) {
        None => format!("add it under `ports` of the appliance, for example `{port}: {{port: 9100}}`"),
        Some(_) => "add one under `ports` of the appliance, for example `metrics: {port: 9100}`".to_owned(),
    };
    if ports.is_empty() {
        return add;
    }
    format!("{add}, or write one that is there: {}", names().collect::<Vec<_>>().join(", "))
}

/// Where it sees volumes of the appliance: the same folder of each, and as the appliance may use it.
fn mounts(spec: &ApplianceSpec, one: &Sidecar, diags: &mut Diagnostics) -> Vec<Mount> {
    let mut mounts = Vec::new();
    for (name, path) in &one.mounts {
        match spec.volumes.iter().find(|(known, _)| known.value == name.value) {
            Some((_, volume)) => mounts.push(Mount { path: path.clone(), ..volumes::mount(name, volume) }),
            None => diags.push(unknown_volume(spec, name)),
        }
    }
    mounts
}

fn unknown_volume(spec: &ApplianceSpec, name: &Loc<Name>) -> Finding {
    let names: Vec<&str> = spec.volumes.iter().map(|(name, _)| name.as_str()).collect();
    let add = format!(
        "add it under `volumes` of the appliance, for example `{}: {{emptyDir: true, mountPath: /{0}}}`",
        name.value
    );
    let help = match nearest(name.as_str(), names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => add,
        None => format!("{add}, or write one that it has: {}", names.join(", ")),
    };
    let what = format!("the appliance has no volume `{}`", name.value);
    Finding::error(Code::UnknownVolume, what).at(name.span).help(help)
}
