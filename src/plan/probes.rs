//! Probes of a generic appliance and of containers beside one, as the document asks for them.

use super::pod::{Container, ContainerPort, Probe, ProbeAction, Probes};
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::spec::{Probe as ProbeSpec, ProbeAction as ActionSpec, Probes as ProbesSpec, Transport};

/// Decides the probes.
pub fn decide(stated: Option<&Loc<ProbesSpec>>, diags: &mut Diagnostics) -> Probes {
    let Some(probes) = stated else { return Probes::default() };
    let mut probe = |spec: &Option<Loc<ProbeSpec>>| spec.as_ref().map(|spec| one(spec, diags));
    Probes {
        startup: probe(&probes.startup),
        readiness: probe(&probes.readiness),
        liveness: probe(&probes.liveness),
    }
}

/// Without a readiness probe a container is ready from its first moment, and one that ends at once would pass for one
/// that works: the workload's controller gives it the time to fail.
pub fn min_ready_seconds<'a>(mut containers: impl Iterator<Item = &'a Container>) -> i32 {
    if containers.all(|container| container.probes.readiness.is_some()) { 0 } else { 10 }
}

/// What is wrong with a request to a port that is none of TCP's.
pub fn udp_fault(port: &Loc<String>, known: &ContainerPort) -> Option<Finding> {
    let is_udp = known.protocol == Transport::Udp;
    is_udp.then(|| {
        let what = format!("a probe asks by TCP, and the port `{}` is UDP", port.value);
        Finding::error(Code::ProbeValue, what)
            .at(port.span)
            .help("name a TCP port, or ask inside the container: `exec: [COMMAND]`")
    })
}

fn one(spec: &Loc<ProbeSpec>, diags: &mut Diagnostics) -> Probe {
    let refuse = |what: String, span, help: &str| Finding::error(Code::ProbeValue, what).at(span).help(help);
    let mut number = |value: &Option<Loc<u32>>, default| match value {
        None => default,
        Some(value) => {
            if value.value == 0 || i32::try_from(value.value).is_err() {
                let what = format!("a probe takes no {}", value.value);
                diags.push(refuse(what, value.span, "write a number from 1 to 2147483647"));
            }
            value.value
        }
    };
    let (period, timeout, failures) = (
        number(&spec.period_seconds, 10),
        number(&spec.timeout_seconds, 5),
        number(&spec.failure_threshold, 3),
    );
    let action = match &spec.action.value {
        ActionSpec::Http(http) => {
            if let Some(path) = http.path.as_ref().filter(|path| !path.starts_with('/')) {
                let what = format!("the path `{}` does not start with `/`", path.value);
                diags.push(refuse(what, path.span, "start it with `/`"));
            }
            ProbeAction::Http {
                path: http.path.as_ref().map_or("/", |path| path.as_str()).to_owned(),
                port: http.port.clone().map(|port| port.to_string()),
            }
        }
        ActionSpec::Tcp(port) => ProbeAction::Tcp(port.clone().map(|port| port.to_string())),
        ActionSpec::Exec(words) => {
            if words.is_empty() {
                diags.push(refuse(
                    "a probe without a command".to_owned(),
                    spec.action.span,
                    "write the command",
                ));
            }
            ProbeAction::Exec(words.iter().map(|word| word.value.clone()).collect())
        }
    };
    Probe {
        action,
        initial_delay: spec.initial_delay_seconds.as_ref().map(|delay| delay.value),
        period,
        timeout,
        failures,
    }
}
