//! What values can say and documents cannot: each is told at its place, with what to do instead.

use super::values::{Resources, Values};
use super::variables::{EnvSource, EnvVar};
use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::spec::Profile;
use crate::types::Privilege;
use serde_json::{Value, json};

/// What to do about something of a pod that no document has a word for.
pub const PATCH: &str = "write it as a patch of the workload, under `patches`";

/// Tells of a value that no document has a word for.
pub fn not_imported(diagnostics: &mut Diagnostics, path: &str, span: Option<Span>, why: &str, help: &str) {
    let message = format!("`{path}` is not imported: {why}");
    diagnostics.push(Finding::warning(Code::NotImported, message).at(span).help(help));
}

/// Tells of all that stand outside of networks, interfaces, overlays and volumes.
pub fn report(values: &Values, profile: Profile, diagnostics: &mut Diagnostics) {
    let mut tell = |path: &str, span, why: &str, help: &str| not_imported(diagnostics, path, span, why, help);
    let objects = "a document has no word for it";
    if let Some((first, _)) = values.affinity.first() {
        let help = "write it as a patch of the workload, under `patches`; it takes the place of `nodes`";
        tell("affinity", first.span, "a document has `nodes` and `nodeSelector`", help);
    }
    for (path, list) in
        [("extraVolumes", &values.extra_volumes), ("extraVolumeMounts", &values.extra_volume_mounts)]
    {
        if let Some(first) = list.first() {
            let help = "write it under `volumes`, or as a patch of the workload, under `patches`";
            tell(path, first.span, objects, help);
        }
    }
    for (privilege, _) in values.allow.iter().filter(|(privilege, _)| !is_taken(values, privilege)) {
        let help = "write it under `allow`, beside the patch that takes it";
        tell(&format!("allow.{}", privilege.value), privilege.span, "what it is for is not imported", help);
    }
    if let Some(first) = values.reserved_addresses.first() {
        let why =
            "the DHCP range leaves alone what the Site knows: fixed addresses of its appliances, and pools";
        let help = "add the documents of those appliances, or set `start` and `limit` under `uci`, `dhcp`";
        tell("reservedAddresses", first.span, why, help);
    }
    if let Some(pair) = values.pair.get() {
        let why = "which half is whose follows from the names of the two";
        tell("pair", pair.span, why, "write the same `pair: NAME` at both appliances");
    }
    if let Some(check) = values.multus.as_ref().and_then(|multus| multus.check).filter(|check| !check.value) {
        let why = "`render` never looks for the NAD kind, `deploy` always does";
        tell("multus.check", check.span, why, "remove it");
    }
    if let Some(global) = values.global.as_ref().filter(|global| !is_empty(global)) {
        tell("global", global.span, "the chart itself reads nothing of it", "remove it");
    }
    if profile == Profile::Openwrt && values.credentials.is_none() {
        let why = "without them the chart leaves root's password empty, and `deploy` makes one";
        tell("credentials", None, why, "write `emptyRootPassword: true` if it has to stay empty");
    }
    credentials(values, &mut tell);
    if let Some(resources) = &values.resources {
        resources_of_others(resources, true, &mut tell);
    }
    env_sources("extraEnvFrom", &values.extra_env_from, &mut tell);
    for (index, variable) in values.extra_env.iter().enumerate() {
        match literal(variable, profile) {
            Err((key, why, help)) => tell(&format!("extraEnv[{index}]{key}"), variable.span, why, help),
            Ok(_) => optional_key(&format!("extraEnv[{index}]"), variable, &mut tell),
        }
    }
}

/// Why nothing is optional.
const NEEDED: &str = "what a document names has to be there";

/// What is left of sources of variables, which stand at a path: a document's have to be there.
pub fn env_sources(path: &str, sources: &[Loc<EnvSource>], tell: Tell<'_>) {
    for (index, source) in sources.iter().enumerate() {
        for (key, object) in [("secretRef", &source.secret), ("configMapRef", &source.config_map)] {
            let optional = object.as_ref().and_then(|object| object.optional);
            if let Some(optional) = optional.filter(|optional| optional.value) {
                let path = format!("{path}[{index}].{key}.optional");
                tell(&path, optional.span, NEEDED, "make the object, or remove the source");
            }
        }
    }
}

/// The same of a variable that is from a Secret or a ConfigMap.
pub fn optional_key(path: &str, variable: &EnvVar, tell: Tell<'_>) {
    let Some(from) = &variable.value_from else { return };
    for (key, object) in [("secretKeyRef", &from.secret), ("configMapKeyRef", &from.config_map)] {
        let optional = object.as_ref().and_then(|object| object.optional);
        if let Some(optional) = optional.filter(|optional| optional.value) {
            let path = format!("{path}.valueFrom.{key}.optional");
            tell(&path, optional.span, NEEDED, "make the object, or remove the variable");
        }
    }
}

/// Whether what is allowed is taken by something that is imported: an annotation of the pod.
pub fn is_taken(values: &Values, privilege: &Privilege) -> bool {
    let mut annotations = values.annotations.iter().chain(&values.pod_annotations);
    *privilege == Privilege::AppArmorUnconfined
        && annotations.any(|(key, value)| key.contains("apparmor") && value.value == "unconfined")
}

/// Takes a path, the place of its value, why it is not imported, and what to do.
pub type Tell<'a> = &'a mut dyn FnMut(&str, Option<Span>, &str, &str);

/// Passwords never stand in documents. Nor are they shown: there is no place with a line of the file.
fn credentials(values: &Values, tell: Tell<'_>) {
    let Some(credentials) = &values.credentials else { return };
    let help = "write it into the Secret that the appliance uses, which `deploy` then leaves as it is";
    for (path, value) in [
        ("credentials.passwordHash", credentials.password_hash.get()),
        ("credentials.authorizedKeys", credentials.authorized_keys.get()),
    ] {
        if value.is_some() {
            tell(path, None, "a document holds no credentials", help);
        }
    }
}

/// Documents have CPU and memory, and, of the appliance's own container, what device plugins offer.
pub fn resources_of_others(resources: &Resources, has_devices: bool, tell: Tell<'_>) {
    let of_limits = |name: &str| resources.limits.iter().any(|(known, _)| known.value == name);
    for (path, amounts) in [("requests", &resources.requests), ("limits", &resources.limits)] {
        for (name, _) in amounts {
            // Kubernetes takes the limit of a device for its request.
            let imported = is_amount(name) || has_devices && is_device(name) && of_limits(name);
            if !imported {
                let why = if has_devices {
                    "a document has `cpu`, `memory` and `devices`"
                } else {
                    "a container beside the appliance's own has `cpu` and `memory`"
                };
                tell(&format!("resources.{path}.{}", name.value), name.span, why, PATCH);
            }
        }
    }
    if let Some(first) = resources.claims.first() {
        tell("resources.claims", first.span, "a document has `devices` of device plugins", PATCH);
    }
}

/// Whether a document has the resource under this name.
pub fn is_amount(name: &str) -> bool {
    matches!(name, "cpu" | "memory")
}

/// Whether the resource is a device plugin's.
pub fn is_device(name: &str) -> bool {
    name.contains('/')
}

/// A variable as a document can have it; else the key at fault, why, and what to do.
pub fn literal(
    variable: &EnvVar,
    profile: Profile,
) -> Result<Value, (&'static str, &'static str, &'static str)> {
    if profile == Profile::Openwrt {
        return Err((
            "",
            "OpenWrt's services see no variables of the container",
            "write a setting under `uci`",
        ));
    }
    if let Some(from) = &variable.value_from {
        let stated = [("secretKeyRef", &from.secret), ("configMapKeyRef", &from.config_map)];
        let mut stated = stated.into_iter().filter_map(|(key, object)| Some((key, object.as_ref()?)));
        let why = "the variables of a document are texts, or keys of a Secret or ConfigMap";
        return stated
            .next()
            .map(|(key, object)| json!({key: {"name": object.name.to_string(), "key": object.key.to_string()}}))
            .ok_or((".valueFrom", why, PATCH));
    }
    let text = variable.value.as_ref().map_or("", |value| value.as_str());
    match unescaped(text) {
        Some(text) => Ok(text.into()),
        None => Err((".value", "it refers to another variable, and those of a document are texts", PATCH)),
    }
}

/// What the process sees of a text in which Kubernetes turns `$$` into `$`; none when it expands `$(NAME)`.
pub fn unescaped(text: &str) -> Option<String> {
    let mut seen = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        seen += before;
        if from.starts_with("$(") && from.contains(')') {
            return None;
        }
        seen.push('$');
        rest = from.strip_prefix("$$").unwrap_or(&from[1..]);
    }
    Some(seen + rest)
}

fn is_empty(object: &Value) -> bool {
    object.as_object().is_none_or(serde_json::Map::is_empty)
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn variables_are_what_the_process_sees() {
        let table = [
            ("a", Some("a")),
            ("$", Some("$")),
            ("a$b", Some("a$b")),
            ("$$(A)", Some("$(A)")),
            ("$$$$", Some("$$")),
            ("$(A", Some("$(A")),
            ("x$(A)y", None),
            ("$$$(A)", None),
        ];
        for (text, want) in table {
            assert_eq!(unescaped(text).as_deref(), want, "{text}");
        }
    }
}
