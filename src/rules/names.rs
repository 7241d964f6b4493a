//! Names that Kubernetes takes, and that are nobody else's.

use std::collections::HashMap;

use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::plan::{Appliance, ContainerPort, Pairs, Plan, Profile, VolumeSource};
use crate::types::{Invalid, label};

/// A StatefulSet's pod carries `NAME-<hash>` in a label of 63 characters.
const LONGEST_NAME: usize = 50;
/// Prefix of wrtpod's own volumes.
const OWN: &str = "wrtpod-";

pub(super) fn check(plan: &Plan, diags: &mut Diagnostics) {
    check_pairs("label", &plan.labels, diags);
    check_pairs("annotation", &plan.annotations, diags);
    for appliance in &plan.appliances {
        check_name(plan, appliance, diags);
        check_ports(&appliance.main.ports, diags);
        check_volumes(appliance, diags);
        for labels in [&appliance.labels, &appliance.pod_labels] {
            check_pairs("label", labels, diags);
        }
        for annotations in [&appliance.annotations, &appliance.pod_annotations] {
            check_pairs("annotation", annotations, diags);
        }
        let of_service = appliance.service.iter().map(|service| &service.annotations);
        let of_ingress = appliance.ingress.iter().map(|ingress| &ingress.annotations);
        let of_route = appliance.http_route.iter().map(|route| &route.annotations);
        for annotations in of_service.chain(of_ingress).chain(of_route) {
            check_pairs("annotation", annotations, diags);
        }
        for (key, value) in &appliance.placement.selector {
            report_syntax(label::key_fault(key), key.span, diags);
            report_syntax(label::value_fault(value), value.span, diags);
        }
    }
    check_claims(plan, diags);
}

fn check_name(plan: &Plan, appliance: &Appliance, diags: &mut Diagnostics) {
    let name = &appliance.name;
    let taken = |what: &str| {
        Finding::error(Code::ReservedName, format!("the name `{}` is taken: {what}", name.value))
            .at(name.span)
            .help("use another name")
    };
    if name.value.len() > LONGEST_NAME {
        let what =
            format!("`{}` has {} characters, at most {LONGEST_NAME} fit", name.value, name.value.len());
        diags.push(Finding::error(Code::NameTooLong, what).at(name.span).help("use a shorter name"));
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) && appliance.service.is_some() {
        diags.push(
            Finding::error(Code::ServiceName, format!("a Service cannot be called `{}`", name.value))
                .at(name.span)
                .label("starts with a digit")
                .help("start the name with a letter"),
        );
    }
    if *name.value == *"kubernetes" && plan.namespace == "default" && appliance.service.is_some() {
        diags.push(taken("in the namespace `default` it is the API server's Service"));
    }
    if appliance.init.iter().any(|init| init.name == appliance.main.name) {
        diags.push(taken("wrtpod's own container in the pod has it"));
    }
}

fn check_ports(ports: &[ContainerPort], diags: &mut Diagnostics) {
    for (index, port) in ports.iter().enumerate() {
        if let Some(Invalid { problem, fix, .. }) = label::port_fault(&port.name) {
            diags.push(Finding::error(Code::PortName, problem).at(port.name.span).help(fix));
        }
        let same = |first: &&ContainerPort| first.port == port.port && first.protocol == port.protocol;
        if let Some(first) = ports[..index].iter().find(same) {
            let what = format!(
                "`{}` and `{}` are both {} {}",
                first.name.value, port.name.value, port.protocol, port.port.value
            );
            diags.push(
                Finding::error(Code::DuplicatePort, what)
                    .at(port.port.span)
                    .also(first.port.span, "the first one")
                    .help("keep one of the two"),
            );
        }
    }
}

fn check_volumes(appliance: &Appliance, diags: &mut Diagnostics) {
    let own = |volume: &&crate::plan::Volume| !matches!(volume.source, VolumeSource::Device(_));
    for volume in appliance.volumes.iter().filter(own) {
        // A volume of wrtpod's own has no place in a document.
        if volume.name.starts_with(OWN) && volume.name.span.is_some() {
            diags.push(
                Finding::error(
                    Code::ReservedName,
                    format!("the volume `{}` has a name of wrtpod's own", volume.name.value),
                )
                .at(volume.name.span)
                .help(format!("use a name that does not start with `{OWN}`")),
            );
        }
    }
}

/// Claims are named by appliance and volume, joined by a dash: `a-b` and `c` meet `a` and `b-c`.
fn check_claims(plan: &Plan, diags: &mut Diagnostics) {
    let mut made: HashMap<&str, &Loc<String>> = HashMap::new();
    for claim in plan.appliances.iter().flat_map(|appliance| &appliance.claims) {
        if let Some(first) = made.insert(&claim.name.value, &claim.name) {
            diags.push(
                Finding::error(Code::NameCollision, format!("two claims are called `{}`", claim.name.value))
                    .at(claim.name.span)
                    .also(first.span, "the other one")
                    .help("rename the volume, or the appliance"),
            );
        }
    }
    // What a whole system lives on is nobody else's.
    let mut homes: HashMap<&str, &Loc<String>> = HashMap::new();
    for appliance in plan.appliances.iter().filter(|appliance| appliance.profile == Profile::OpenWrt) {
        let home = appliance.volumes.iter().find(|volume| *volume.name.value == *"wrtpod-data");
        let Some(VolumeSource::Claim(claim)) = home.map(|volume| &volume.source) else { continue };
        if let Some(first) = homes.insert(&claim.value, claim) {
            let what = format!("two appliances would keep their system on the claim `{}`", claim.value);
            diags.push(
                Finding::error(Code::ClaimShared, what)
                    .at(claim.span)
                    .also(first.span, "the first one")
                    .help("give each a claim of its own"),
            );
        }
    }
}

/// Keys that wrtpod or the cluster writes itself.
fn is_reserved(what: &str, key: &str) -> bool {
    let ours = ["app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by"];
    let prefix = key.split_once('/').map_or("", |(prefix, _)| prefix);
    matches!(prefix, "wrtpod.dev" | "applyset.kubernetes.io" | wrtpod_cni::multus::PREFIX)
        || what == "label" && ours.contains(&key)
}

fn check_pairs(what: &str, pairs: &Pairs, diags: &mut Diagnostics) {
    for (key, value) in pairs {
        if is_reserved(what, key) {
            diags.push(
                Finding::error(
                    Code::ReservedKey,
                    format!("the {what} `{}` is written by wrtpod itself", key.value),
                )
                .at(key.span)
                .help("remove it"),
            );
        }
        // Annotations' keys are compared in small letters.
        let small = key.to_ascii_lowercase();
        report_syntax(label::key_fault(if what == "label" { &key.value } else { &small }), key.span, diags);
        if what == "label" {
            report_syntax(label::value_fault(value), value.span, diags);
        }
    }
}

fn report_syntax(fault: Option<Invalid>, span: Option<Span>, diags: &mut Diagnostics) {
    if let Some(Invalid { problem, fix, .. }) = fault {
        diags.push(Finding::error(Code::LabelSyntax, problem).at(span).help(fix));
    }
}
