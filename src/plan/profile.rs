//! Words of a document that would be read and then do nothing: keys of the other profile, and keys that
//! another one beside them makes idle. A document is never half obeyed.

use super::model::Profile;
use super::storage;
use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::spec::{
    ApplianceSpec, DeviceSource, Interface, PersistenceMode, UpdateStrategy, Volume, WorkloadKind,
};
use crate::types::{AddressSpec, Invalid, TimeZone};

/// A key and its place, where it was written.
type Written = Option<(&'static str, Option<Span>)>;

fn at<T>(key: &'static str, value: Option<&Loc<T>>) -> Written {
    value.map(|value| (key, value.span))
}

fn first<T>(key: &'static str, values: &[Loc<T>]) -> Written {
    values.first().map(|value| (key, value.span))
}

fn first_key<K, V>(key: &'static str, entries: &[(Loc<K>, Loc<V>)]) -> Written {
    entries.first().map(|(name, _)| (key, name.span))
}

/// Reports what cannot be obeyed.
pub fn check(profile: Profile, spec: &ApplianceSpec, diags: &mut Diagnostics) {
    reject_other_profile(profile, spec, diags);
    for interface in &spec.interfaces {
        check_interface(profile, interface, diags);
    }
    if profile == Profile::OpenWrt {
        check_persistence(spec, diags);
    } else if let (Some(zone), Some((name, _))) =
        (&spec.timezone, spec.env.iter().find(|(name, _)| name.as_str() == "TZ"))
    {
        diags.push(
            no_effect("`timezone` and the variable TZ both set the zone", zone.span)
                .also(name.span, "the variable")
                .help("keep one of the two"),
        );
    }
    check_zone(profile, spec, diags);
    check_workload(spec, diags);
    check_volumes(spec, diags);
}

fn no_effect(what: impl Into<String>, span: Option<Span>) -> Finding {
    Finding::error(Code::NoEffect, what).at(span)
}

/// Keys that mean nothing to the appliance's profile.
fn reject_other_profile(profile: Profile, spec: &ApplianceSpec, diags: &mut Diagnostics) {
    let keys: &[Written] = match profile {
        Profile::Generic => &[
            at("build", spec.build.as_ref()),
            first("overlays", &spec.overlays),
            at("pair", spec.pair.as_ref()),
            at("persistence", spec.persistence.as_ref()),
            first_key("uci", &spec.uci),
            first_key("firstBoot", &spec.first_boot),
            at("secret", spec.secret.as_ref()),
            at("emptyRootPassword", spec.empty_root_password.as_ref()),
            at("clusterForwarding", spec.cluster_forwarding.as_ref()),
        ],
        Profile::OpenWrt => &[
            first("command", &spec.command),
            first("args", &spec.args),
            first_key("env", &spec.env),
            first("envFrom", &spec.env_from),
            at("probes", spec.probes.as_ref()),
            at("helperImage", spec.helper_image.as_ref()),
            at("user", spec.user.as_ref()),
            at("group", spec.group.as_ref()),
        ],
    };
    for key in keys {
        reject_foreign(profile, *key, diags);
    }
}

fn reject_foreign(profile: Profile, key: Written, diags: &mut Diagnostics) {
    let word = if profile == Profile::OpenWrt { "openwrt" } else { "generic" };
    if let Some((name, span)) = key {
        diags.push(
            Finding::error(Code::ProfileMismatch, format!("`{name}` means nothing to the profile `{word}`"))
                .at(span)
                .help("remove it, or correct `profile`"),
        );
    }
}

fn check_interface(profile: Profile, interface: &Interface, diags: &mut Diagnostics) {
    if profile == Profile::Generic {
        for key in [
            first("dns", &interface.dns),
            at("metric", interface.metric.as_ref()),
            at("bridge", interface.bridge.as_ref()),
        ] {
            reject_foreign(profile, key, diags);
        }
        let dials = interface.address.iter().find(|address| address.value == AddressSpec::Pppoe);
        reject_foreign(profile, at("address: pppoe", dials), diags);
        return;
    }
    let told = match interface.address.first().map(|address| address.value) {
        None | Some(AddressSpec::Dhcp) => "`address: dhcp`: OpenWrt takes the gateway of its lease",
        Some(AddressSpec::Pppoe) => "`address: pppoe`: the provider is the gateway",
        Some(_) => return,
    };
    if let Some(gateway) = interface.gateway.first() {
        diags.push(
            no_effect(format!("`gateway` beside {told}"), gateway.span)
                .help("remove `gateway`, or write a fixed address"),
        );
    }
}

/// OpenWrt reads no other zones; the image of a generic appliance may know some that are not in the tz database, and files.
fn check_zone(profile: Profile, spec: &ApplianceSpec, diags: &mut Diagnostics) {
    let Some(zone) = &spec.timezone else { return };
    let Err(Invalid { problem, fix, .. }) = zone.parse::<TimeZone>() else { return };
    let finding = match profile {
        Profile::OpenWrt => Finding::error(Code::TimezoneName, problem),
        Profile::Generic if zone.starts_with([':', '/']) => return,
        Profile::Generic => Finding::warning(Code::TimezoneName, problem),
    };
    diags.push(finding.at(zone.span).help(fix));
}

fn check_persistence(spec: &ApplianceSpec, diags: &mut Diagnostics) {
    if let (Some(empty), Some(secret)) = (&spec.empty_root_password, &spec.secret)
        && empty.value
    {
        diags.push(
            no_effect("`emptyRootPassword` beside `secret`: the Secret has the password", empty.span)
                .also(secret.span, "the secret")
                .help("keep one of the two"),
        );
    }
    let Some(persistence) = &spec.persistence else { return };
    let claim = [
        at("size", persistence.size.as_ref()),
        at("storageClass", persistence.storage_class.as_ref()),
        at("accessMode", persistence.access_mode.as_ref()),
    ];
    let existing = at("existingClaim", persistence.existing_claim.as_ref());
    let nothing_persists = persistence.mode.as_ref().filter(|mode| mode.value == PersistenceMode::None);
    if let Some(mode) = nothing_persists {
        let packages = at("packages", persistence.packages.as_ref());
        for (key, span) in claim.into_iter().chain([existing, packages]).flatten() {
            diags.push(
                no_effect(format!("`{key}` beside mode `none`: there is no claim"), span)
                    .also(mode.span, "the mode")
                    .help(format!("remove `{key}`, or choose another mode")),
            );
        }
    } else if let Some(existing) = &persistence.existing_claim {
        for (key, span) in claim.into_iter().flatten() {
            diags.push(
                no_effect(format!("`{key}` beside `existingClaim`: that claim is as it is"), span)
                    .also(existing.span, "the claim")
                    .help(format!("remove `{key}`")),
            );
        }
    }
}

fn check_workload(spec: &ApplianceSpec, diags: &mut Diagnostics) {
    let deployment = spec.workload.as_ref().is_some_and(|kind| kind.value == WorkloadKind::Deployment);
    let rolling = spec.strategy.as_ref().filter(|strategy| strategy.value == UpdateStrategy::RollingUpdate);
    if let Some(strategy) = rolling.filter(|_| !deployment) {
        diags.push(
            no_effect(
                "a StatefulSet always ends the old pod first: it knows no other strategy",
                strategy.span,
            )
            .help("remove `strategy`"),
        );
    }
    for device in &spec.devices {
        let by_path = matches!(device.source.value, DeviceSource::Path(_));
        if let Some(count) = device.count.as_ref().filter(|_| by_path) {
            diags.push(
                no_effect("`count` beside `path`: a path is one device", count.span).help("remove `count`"),
            );
        }
    }
}

/// A volume has one source, and only a claim of wrtpod's making has a class.
fn check_volumes(spec: &ApplianceSpec, diags: &mut Diagnostics) {
    for (name, volume) in &spec.volumes {
        let scratch = volume.empty_dir.filter(|scratch| scratch.value);
        let sources: Vec<(&str, Option<Span>)> = [
            at("existingClaim", volume.existing_claim.as_ref()),
            at("emptyDir", scratch.as_ref()),
            at("configMap", volume.config_map.as_ref()),
            at("secret", volume.secret.as_ref()),
            at("hostPath", volume.host_path.as_ref()),
            at("nfs", volume.nfs.as_ref()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if let [first, second, ..] = sources.as_slice() {
            let what = format!("volume `{}` has both `{}` and `{}`", name.value, first.0, second.0);
            diags.push(no_effect(what, second.1).also(first.1, "the other one").help("keep one of the two"));
        }
        if let Some(source) = sources.first() {
            check_claim_keys(volume, source.0, diags);
        }
        if let Some(memory) = volume.memory.as_ref().filter(|_| scratch.is_none()) {
            diags.push(
                no_effect("`memory` without `emptyDir`: only an empty folder can be in memory", memory.span)
                    .help("remove `memory`, or write `emptyDir: true`"),
            );
        }
    }
}

fn check_claim_keys(volume: &Volume, source: &str, diags: &mut Diagnostics) {
    debug_assert!(!storage::is_own_claim(volume));
    // An empty folder has a size too.
    let size = volume.size.as_ref().filter(|_| source != "emptyDir");
    for (key, span) in [
        at("size", size),
        at("storageClass", volume.storage_class.as_ref()),
        at("accessMode", volume.access_mode.as_ref()),
    ]
    .into_iter()
    .flatten()
    {
        diags.push(
            no_effect(format!("`{key}` beside `{source}`: no claim is made"), span)
                .help(format!("remove `{key}`, or `{source}`")),
        );
    }
}
