//! Requests, limits and devices.

use super::pod::Resources;
use super::units;
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::spec::{self, Amounts, ApplianceSpec, Device, DeviceSource};
use crate::types::{Quantity, label};

/// Requests and limits; a device plugin's resource is a limit.
pub fn decide(spec: &ApplianceSpec, diags: &mut Diagnostics) -> Resources {
    let mut resources = of_amounts(spec.resources.as_ref(), diags);
    for device in &spec.devices {
        if let DeviceSource::Resource(resource) = &device.source.value {
            check_device(device, resource, &resources, diags);
            let count = device.count.as_ref().map_or(1, |count| count.value);
            resources.limits.push((resource.clone(), count.to_string()));
        }
    }
    resources
}

/// CPU and memory.
pub fn of_amounts(stated: Option<&Loc<spec::Resources>>, diags: &mut Diagnostics) -> Resources {
    let Some(stated) = stated else { return Resources::default() };
    let (requests, limits) = (amounts(stated.requests.as_ref()), amounts(stated.limits.as_ref()));
    for (name, request) in &requests {
        let limit = limits.iter().find(|(known, _)| known == name);
        if let Some((_, limit)) = limit.filter(|(_, limit)| request.value > limit.value) {
            diags.push(above_limit(name, request, limit));
        }
    }
    for (name, amount) in requests.iter().chain(&limits) {
        let finding = if *name == "cpu" { units::cores(amount) } else { units::bytes(amount) };
        if let Some(finding) = finding {
            diags.push(finding);
        }
    }
    let texts = |amounts: Vec<(&str, Loc<Quantity>)>| {
        amounts.into_iter().map(|(name, amount)| (name.to_owned(), amount.to_string())).collect()
    };
    Resources { requests: texts(requests), limits: texts(limits) }
}

fn amounts(stated: Option<&Loc<Amounts>>) -> Vec<(&'static str, Loc<Quantity>)> {
    let Some(stated) = stated else { return Vec::new() };
    [("cpu", &stated.cpu), ("memory", &stated.memory)]
        .into_iter()
        .filter_map(|(name, amount)| Some((name, amount.clone()?)))
        .collect()
}

fn above_limit(name: &str, request: &Loc<Quantity>, limit: &Loc<Quantity>) -> Finding {
    let what = format!("{} of {name} are requested, and {} are the limit", request.value, limit.value);
    Finding::error(Code::RequestAboveLimit, what)
        .at(request.span)
        .also(limit.span, "the limit")
        .help("lower the request, or raise the limit")
}

/// An extended resource: `DOMAIN/NAME`, each once.
fn check_device(device: &Loc<Device>, resource: &str, known: &Resources, diags: &mut Diagnostics) {
    let count = device.count.as_ref();
    let (domain, _) = resource.split_once('/').unwrap_or(("", resource));
    let (what, help, span) = if domain.is_empty() || label::key_fault(resource).is_some() {
        (
            format!("`{resource}` is no resource of a device plugin"),
            "write it as DOMAIN/NAME, for example squat.ai/zigbee",
            device.span,
        )
    } else if domain.ends_with("kubernetes.io") {
        (
            format!("`{resource}` belongs to Kubernetes itself"),
            "write the resource that the device plugin offers",
            device.span,
        )
    } else if known.limits.iter().any(|(name, _)| name == resource) {
        (format!("`{resource}` stands twice"), "write it once, with `count`", device.span)
    } else if let Some(count) = count.filter(|count| count.value == 0) {
        ("no device at all is asked for".to_owned(), "write a `count` of 1 or more", count.span)
    } else {
        return;
    };
    diags.push(Finding::error(Code::DeviceResource, what).at(span).help(help));
}
