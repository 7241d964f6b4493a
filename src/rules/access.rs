//! Ports that the Ingress, the HTTPRoute and the probes name, and what the API server says to their other values.

use crate::diag::{Diagnostic, Diagnostics, Loc, Span};
use crate::plan::{Appliance, ContainerPort, HttpRoute, Ingress, Plan, Probe, ProbeAction, known_ports};
use crate::types::label;

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    for appliance in &plan.appliances {
        if let Some(ingress) = &appliance.ingress {
            check_ingress(appliance, ingress, diags);
        }
        if let Some(route) = &appliance.http_route {
            check_route(appliance, route, diags);
        }
        check_proxies(plan, appliance, diags);
        let probes = &appliance.main.probes;
        for probe in [&probes.startup, &probes.readiness, &probes.liveness].into_iter().flatten() {
            check_probe(appliance, probe, diags);
        }
    }
}

fn unknown_port(who: &str, port: &Loc<String>, help: String) -> Diagnostic {
    Diagnostic::error("unknown-port", format!("{who} names a port `{}`", port.value)).at(port.span).help(help)
}

fn without_service(appliance: &Appliance, what: &str, span: Option<Span>) -> Diagnostic {
    let what = format!("`{}` has {what} and no service", appliance.name.value);
    Diagnostic::error("ingress-without-service", what)
        .at(span)
        .label("nothing to lead to")
        .help("add `service: {}`")
}

fn check_route(appliance: &Appliance, route: &HttpRoute, diags: &mut Diagnostics) {
    if route.parents.is_empty() {
        diags.push(
            Diagnostic::error("route-parent", "no Gateway leads to the HTTP route")
                .at(route.span)
                .help("write the cluster's: `parentRefs: [{name: NAME, namespace: NAMESPACE}]`; `kubectl get gateways -A` lists them"),
        );
    }
    match &appliance.service {
        None => diags.push(without_service(appliance, "an HTTP route", route.span)),
        Some(service) => {
            let tcp: Vec<ContainerPort> =
                service.ports.iter().filter(|port| port.protocol == "TCP").cloned().collect();
            if !tcp.iter().any(|port| port.name == route.port) {
                diags.push(unknown_port("the HTTP route", &route.port, known_ports(&tcp)));
            }
        }
    }
    for host in &route.hostnames {
        check_host(host, diags);
    }
    check_page(&route.path, diags);
}

/// Home Assistant answers 400 to whatever a proxy sends on until it is told which proxies it can trust. That is in its own
/// configuration, which nobody sees from here.
fn check_proxies(plan: &Plan, appliance: &Appliance, diags: &mut Diagnostics) {
    let is_home_assistant = appliance.image.repository().ends_with("home-assistant/home-assistant");
    let by_route = || appliance.http_route.as_ref().map(|route| route.span);
    let proxied = appliance.ingress.as_ref().map(|ingress| ingress.host.span).or_else(by_route);
    let Some(span) = proxied.filter(|_| is_home_assistant) else { return };
    let pods: Vec<String> = plan.pods.iter().map(ToString::to_string).collect();
    let help = format!(
        "if it is not there yet, add to /config/configuration.yaml, and restart it: `http: {{use_x_forwarded_for: true, trusted_proxies: [{}]}}`",
        pods.join(", ")
    );
    diags.push(
        Diagnostic::note(
            "proxy-untrusted",
            "Home Assistant answers 400 to a proxy that its configuration does not name",
        )
        .at(span)
        .help(help),
    );
}

fn check_ingress(appliance: &Appliance, ingress: &Ingress, diags: &mut Diagnostics) {
    match &appliance.service {
        None => diags.push(without_service(appliance, "an ingress", ingress.host.span)),
        Some(service) if !service.ports.iter().any(|port| port.name == ingress.port) => {
            diags.push(unknown_port("the ingress", &ingress.port, known_ports(&service.ports)));
        }
        Some(_) => {}
    }
    check_host(&ingress.host, diags);
    check_page(&ingress.path, diags);
}

fn check_host(stated: &Loc<String>, diags: &mut Diagnostics) {
    let host = stated.value.as_str();
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if is_address || !label::is_domain(name) {
        let what = if is_address { "an address" } else { "no DNS name" };
        diags.push(
            Diagnostic::error("ingress-host", format!("the host `{host}` is {what}"))
                .at(stated.span)
                .help("write a name like `home.example.org`, without scheme and port"),
        );
    }
}

fn check_page(path: &Loc<String>, diags: &mut Diagnostics) {
    if !path.starts_with('/') || path.contains("//") {
        diags.push(
            Diagnostic::error("ingress-host", format!("`{}` is not the path of a page", path.value))
                .at(path.span)
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
