//! Ports that the Ingress and the probes name, and what the API server says to their other values.

use crate::diag::{Diagnostic, Diagnostics, Loc};
use crate::plan::{Appliance, Ingress, Plan, Probe, ProbeAction, known_ports};
use crate::types::label;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        if let Some(ingress) = &appliance.ingress {
            check_ingress(appliance, ingress, diags);
        }
        let probes = &appliance.main.probes;
        for probe in [&probes.startup, &probes.readiness, &probes.liveness].into_iter().flatten() {
            check_probe(appliance, probe, diags);
        }
    }
}

fn unknown_port(who: &str, port: &Loc<String>, help: String) -> Diagnostic {
    Diagnostic::error("unknown-port", format!("{who} names a port `{}`", port.value)).at(port.span).help(help)
}

fn check_ingress(appliance: &Appliance, ingress: &Ingress, diags: &mut Diagnostics) {
    match &appliance.service {
        None => diags.push(
            Diagnostic::error(
                "ingress-without-service",
                format!("`{}` has an ingress and no service", appliance.name.value),
            )
            .at(ingress.host.span)
            .label("nothing to lead to")
            .help("add `service: {}`"),
        ),
        Some(service) if !service.ports.iter().any(|port| port.name == ingress.port) => {
            diags.push(unknown_port("the ingress", &ingress.port, known_ports(&service.ports)));
        }
        Some(_) => {}
    }
    let host = ingress.host.value.as_str();
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if is_address || !label::is_domain(name) {
        let what = if is_address { "an address" } else { "no DNS name" };
        diags.push(
            Diagnostic::error("ingress-host", format!("the host `{host}` is {what}"))
                .at(ingress.host.span)
                .help("write a name like `home.example.org`, without scheme and port"),
        );
    }
    if !ingress.path.starts_with('/') || ingress.path.contains("//") {
        diags.push(
            Diagnostic::error("ingress-host", format!("`{}` is not the path of a page", ingress.path.value))
                .at(ingress.path.span)
                .help("start it with one `/`"),
        );
    }
}

fn check_probe(appliance: &Appliance, probe: &Probe, diags: &mut Diagnostics) {
    let ports = &appliance.main.ports;
    match &probe.action {
        ProbeAction::Http { port, .. } | ProbeAction::Tcp(port) => {
            if !ports.iter().any(|known| known.name == *port) {
                diags.push(unknown_port("a probe", port, known_ports(ports)));
            }
        }
        ProbeAction::Exec(_) => {}
    }
}
