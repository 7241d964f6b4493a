//! Ports that the Ingress, the HTTPRoute and the probes name, and what the API server says to their other values.

use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::objects;
use crate::plan::{
    Appliance, Container, ContainerPort, HttpRoute, Ingress, Plan, Probe, ProbeAction, Profile, Service,
    Transport, known_ports, udp_fault,
};
use crate::types::{label, quoted};

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
        if appliance.profile == Profile::OpenWrt {
            check_admitted(appliance, diags);
        }
    }
}

fn unknown_port(who: &str, port: &Loc<String>, help: String) -> Finding {
    Finding::error(Code::UnknownPort, format!("{who} names a port `{}`", port.value)).at(port.span).help(help)
}

fn without_service(appliance: &Appliance, what: &str, span: Option<Span>) -> Finding {
    let what = format!("`{}` has {what} and no service", appliance.name.value);
    Finding::error(Code::IngressWithoutService, what)
        .at(span)
        .label("nothing to lead to")
        .help("add `service: {}`")
}

fn check_route(appliance: &Appliance, route: &HttpRoute, diags: &mut Diagnostics) {
    if route.parents.is_empty() {
        diags.push(
            Finding::error(Code::RouteParent, "no Gateway leads to the HTTP route")
                .at(route.span)
                .help("write the cluster's: `parentRefs: [{name: NAME, namespace: NAMESPACE}]`; `kubectl get gateways -A` lists them"),
        );
    }
    match &appliance.service {
        None => diags.push(without_service(appliance, "an HTTP route", route.span)),
        Some(service) => {
            check_tcp_port(appliance, ("an HTTP route", "the HTTP route"), &route.port, service, diags);
        }
    }
    for host in &route.hostnames {
        check_host(host, diags);
    }
    check_page(&route.path, page_fault(&route.path).or_else(|| route_page_fault(&route.path)), diags);
}

/// Who forwards HTTP does it to TCP ports alone; `way` is what leads there, `named` what it says of a port.
fn check_tcp_port(
    appliance: &Appliance,
    way: (&str, &str),
    named: &Loc<String>,
    service: &Service,
    diags: &mut Diagnostics,
) {
    let is_tcp = |port: &&ContainerPort| port.protocol == Transport::Tcp;
    let shown: Vec<ContainerPort> = service.ports.iter().filter(is_tcp).cloned().collect();
    if shown.is_empty() {
        let what = format!(
            "{} leads to a TCP port, and the service of `{}` shows none",
            way.0, appliance.name.value
        );
        let own: Vec<&str> =
            appliance.main.ports.iter().filter(is_tcp).map(|port| port.name.as_str()).collect();
        let help = match own.first() {
            Some(_) => format!("add one of these to the service's `ports`: {}", own.join(", ")),
            None => known_ports(&[]),
        };
        diags.push(Finding::error(Code::UnknownPort, what).at(named.span).help(help));
    } else if service.ports.iter().any(|port| port.name == *named && port.protocol != Transport::Tcp) {
        let what = format!("{} leads to a TCP port, and `{}` is one of UDP", way.0, named.value);
        diags.push(Finding::error(Code::UnknownPort, what).at(named.span).help(known_ports(&shown)));
    } else if !shown.iter().any(|port| port.name == *named) {
        diags.push(unknown_port(way.1, named, known_ports(&shown)));
    }
}

/// Home Assistant answers 400 to whatever a proxy sends on until it is told which proxies it can trust. That is in its own
/// configuration, which nobody sees from here.
fn check_proxies(plan: &Plan, appliance: &Appliance, diags: &mut Diagnostics) {
    let by_route = || appliance.http_route.as_ref().map(|route| route.span);
    let proxied = appliance.ingress.as_ref().map(|ingress| ingress.host.span).or_else(by_route);
    let Some(span) = proxied.filter(|_| appliance.image.is_home_assistant()) else { return };
    let pods: Vec<String> = plan.pods.iter().map(ToString::to_string).collect();
    let help = format!("if it is not there yet, {}", objects::trust_proxies(&pods.join(", ")));
    diags.push(Finding::note(Code::ProxyUntrusted, objects::PROXY_UNTRUSTED).at(span).help(help));
}

fn check_ingress(appliance: &Appliance, ingress: &Ingress, diags: &mut Diagnostics) {
    match &appliance.service {
        None => diags.push(without_service(appliance, "an ingress", ingress.host.span)),
        Some(service) => {
            check_tcp_port(appliance, ("an ingress", "the ingress"), &ingress.port, service, diags);
        }
    }
    check_host(&ingress.host, diags);
    check_page(&ingress.path, page_fault(&ingress.path), diags);
}

fn check_host(stated: &Loc<String>, diags: &mut Diagnostics) {
    let host = stated.value.as_str();
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if is_address || !label::is_domain(name) {
        let what = if is_address { "an address" } else { "no DNS name" };
        diags.push(
            Finding::error(Code::IngressHost, format!("the host `{host}` is {what}"))
                .at(stated.span)
                .help("write a name like `home.example.org`, without scheme and port"),
        );
    }
}

fn check_page(path: &Loc<String>, fault: Option<(&str, &str)>, diags: &mut Diagnostics) {
    if let Some((what, help)) = fault {
        diags.push(
            Finding::error(Code::IngressHost, format!("{} {what}", quoted(path))).at(path.span).help(help),
        );
    }
}

/// What the API server refuses in the path of an Ingress (`ValidateIngress`) and of an HTTPRoute; and what to write instead.
fn page_fault(path: &str) -> Option<(&'static str, &'static str)> {
    if !path.starts_with('/') || path.contains("//") {
        Some(("is not the path of a page", "start it with one `/`"))
    } else if path.split('/').any(|part| matches!(part, "." | "..")) {
        Some(("has a part `.` or `..`", "write the path that it leads to"))
    } else if path.to_ascii_lowercase().contains("%2f") {
        Some(("has a `/` that is written as `%2f`", "write `/`"))
    } else {
        None
    }
}

/// What is refused in the path of an HTTPRoute beside that (Gateway API v1, the rules of `HTTPPathMatch`).
fn route_page_fault(path: &str) -> Option<(&'static str, &'static str)> {
    const LONGEST: usize = 1024;
    let is_known = |one: char| one.is_ascii_alphanumeric() || "-/._~!$&'()*+,;=:@".contains(one);
    let is_escape = |rest: &str| rest.len() > 1 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    let is_good = |(at, one): (usize, char)| is_known(one) || one == '%' && is_escape(&path[at + 1..]);
    if path.len() > LONGEST {
        Some(("is longer than 1024 bytes", "write a shorter path"))
    } else if !path.char_indices().all(is_good) {
        Some((
            "has characters that a path has not",
            "write them as `%` and two hexadecimal digits; leave out what begins with `#` or `?`",
        ))
    } else {
        None
    }
}

fn check_probe(appliance: &Appliance, probe: &Probe, diags: &mut Diagnostics) {
    let ports = &appliance.main.ports;
    match &probe.action {
        ProbeAction::Http { port, .. } | ProbeAction::Tcp(port) => {
            match ports.iter().find(|known| known.name == *port) {
                Some(known) => diags.extend(udp_fault(port, known)),
                None => diags.push(unknown_port("a probe", port, known_ports(ports))),
            }
        }
        ProbeAction::Exec(_) => {}
    }
}

/// The node probes what stands beside OpenWrt by eth0, where OpenWrt's firewall admits the Service's ports.
fn check_admitted(appliance: &Appliance, diags: &mut Diagnostics) {
    let admitted = |number: &str| {
        let shown = appliance.service.iter().flat_map(|service| &service.ports);
        shown.filter(|port| port.protocol == Transport::Tcp).any(|port| port.port.to_string() == number)
    };
    let probes = |sidecar: &'_ Container| {
        let probes = sidecar.probes.clone();
        [probes.startup, probes.readiness, probes.liveness].into_iter().flatten()
    };
    let shut = |probe: &Probe| {
        let (ProbeAction::Http { port, .. } | ProbeAction::Tcp(port)) = &probe.action else { return None };
        let is =
            |known: &&ContainerPort| known.protocol == Transport::Tcp && known.port.to_string() == port.value;
        let known = appliance.main.ports.iter().find(is).filter(|_| !admitted(&port.value))?;
        Some((port.clone(), known.name.value.as_str()))
    };
    let probed = appliance.sidecars.iter().flat_map(|one| probes(one).map(move |probe| (one, probe)));
    let found: Vec<_> =
        probed.filter_map(|(one, probe)| shut(&probe).map(|(port, name)| (one, port, name))).collect();
    // The whole list: what a document says of `ports` replaces that of a catalog entry.
    let mut wanted: Vec<&str> =
        appliance.service.iter().flat_map(|service| &service.ports).map(|port| port.name.as_str()).collect();
    for (_, _, name) in &found {
        if !wanted.contains(name) {
            wanted.push(name);
        }
    }
    for (sidecar, port, name) in &found {
        diags.push(
            Finding::warning(
                Code::ProbeFirewall,
                format!(
                    "OpenWrt's firewall lets no probe of `{}` through to the port `{name}`",
                    sidecar.name
                ),
            )
            .at(port.span)
            .help(format!(
                "write `service: {{ports: [{}]}}`, or ask inside the container: `exec: [COMMAND]`",
                wanted.join(", ")
            )),
        );
    }
}
