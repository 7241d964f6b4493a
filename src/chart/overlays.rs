//! The overlays that a chart carries: a file for each, with what its templates need of it.
//!
//! Carried are those that the appliance has and all that come with wrtpod, so that a release can have another choice of
//! them. What an overlay makes of the pod is what the objects have more with it than without it.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::additions::added;
use super::source::Source;
use super::values::{pairs, uci};
use crate::diag::{Code, Finding};
use crate::objects::ObjectSet;
use crate::overlay::{self, Content, File, Overlay};
use crate::plan::{BootOverlay, ConfigFiles, NamedOverlay, as_text};
use crate::spec::{PersistenceMode, Requirements};
use crate::types::CapabilityWish;
use crate::yaml;

/// Overlays by name.
pub type Carried = BTreeMap<String, Overlay>;

/// The folder of a chart in which they are.
pub const FOLDER: &str = "files/overlays";

/// The overlays that come with wrtpod, and those of the appliance, which take the place of one of their name.
#[expect(clippy::result_large_err, reason = "a finding is made once for each chart")]
pub fn carried(named: &[NamedOverlay<'_>]) -> Result<Carried, Finding> {
    for (at, one) in named.iter().enumerate() {
        let name = &one.overlay.name;
        // The same overlay stands once among them.
        if let Some(first) = named[..at].iter().find(|other| other.overlay.name == *name) {
            let what = format!("two overlays are called `{name}`, and a chart knows them by their names");
            return Err(Finding::error(Code::ChartOverlays, what)
                .at(one.reference.span)
                .also(first.reference.span, "the other one")
                .help("give one of them another `metadata.name`"));
        }
    }
    let all = overlay::embedded().into_iter().chain(named.iter().map(|one| one.overlay.clone()));
    Ok(all.map(|overlay| (overlay.name.clone(), overlay)).collect())
}

/// The files, by their paths in the chart.
pub fn files(source: &Source<'_>, carried: &Carried) -> Vec<(String, String)> {
    let plain = source.skeleton(PersistenceMode::System);
    carried
        .values()
        .map(|overlay| (format!("{FOLDER}/{}.yaml", overlay.name), text(source, &plain, overlay)))
        .collect()
}

fn text(source: &Source<'_>, plain: &ObjectSet, overlay: &Overlay) -> String {
    let mut facts = Map::new();
    let mut put = |key: &str, value: Value| {
        let is_empty =
            value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
        if !is_empty {
            facts.insert(key.to_owned(), value);
        }
    };
    let spec = &overlay.spec;
    put("packages", spec.packages.iter().map(|wish| wish.to_string()).collect());
    put("uci", uci(&spec.uci));
    put("disabledServices", spec.disabled_services.iter().map(|service| service.value.clone()).collect());
    let faults = faults(overlay);
    if faults.is_empty() {
        let scripts = overlay.uci_defaults.iter();
        put("scripts", scripts.map(|script| (script.name.clone(), script.text.clone())).collect());
        put("files", overlay.files.iter().map(file).collect());
    } else {
        put("faults", faults.into());
    }
    if let Some(requires) = &spec.requires {
        for (key, value) in needs(source, plain, requires) {
            put(key, value);
        }
    }
    if let Some(notes) = &spec.notes {
        put("notes", notes.value.clone().into());
    }
    let description = spec.description.as_ref().map_or_else(String::new, |text| {
        format!(": {}", text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.'))
    });
    format!("# The overlay {}{description}.\n{}", overlay.name, yaml::write(&Value::Object(facts)))
}

/// Why no pod can apply an overlay itself, each as a half sentence.
fn faults(overlay: &Overlay) -> Vec<String> {
    let mut faults = BootOverlay::new(overlay, &[], &[]).faults();
    let scripts = overlay.uci_defaults.iter().map(|script| script.text.len());
    let files = overlay.files.iter().map(|file| match &file.content {
        Content::Bytes { bytes, .. } => bytes.len(),
        Content::Link(target) => target.len(),
    });
    let size: usize = scripts.chain(files).sum();
    if size > ConfigFiles::LARGEST {
        faults.push(format!(
            "its files and scripts have {} KiB: a ConfigMap holds 1024",
            size.div_ceil(1 << 10)
        ));
    }
    faults
}

fn file(file: &File) -> Value {
    let mut value = json!({"path": file.path.as_str()});
    match &file.content {
        Content::Link(target) => value["link"] = target.clone().into(),
        Content::Bytes { bytes, mode } => {
            value["mode"] = format!("{mode:04o}").into();
            match as_text(bytes) {
                Some(text) => value["text"] = text.into(),
                None => value["base64"] = BASE64.encode(bytes).into(),
            }
        }
    }
    value
}

/// What an overlay makes of the pod beside what the appliance has anyway, and what it needs of its node.
fn needs(source: &Source<'_>, plain: &ObjectSet, requires: &Requirements) -> Vec<(&'static str, Value)> {
    let with = source.changed_skeleton(PersistenceMode::System, |spec| {
        let wishes = requires.capabilities.iter();
        spec.capabilities.extend(wishes.map(|(name, why)| (name.map(CapabilityWish::One), why.clone())));
        let known: Vec<_> = spec.devices.iter().map(|device| device.source.value.clone()).collect();
        let own = requires.devices.iter().filter(|device| !known.contains(&device.source.value));
        spec.devices.extend(own.cloned());
    });
    let more = |pointer: &str| added(&with, plain, &format!("/spec/template/spec/{pointer}"));
    let granted = more("containers/0/securityContext/capabilities/add");
    let capabilities =
        requires.capabilities.iter().filter(|(name, _)| granted.contains(&name.to_string().into()));
    let workload = with.iter().last().expect("the workload comes last");
    let limits = workload.value.pointer("/spec/template/spec/containers/0/resources/limits");
    vec![
        // A list: their order counts in the pod.
        (
            "capabilities",
            capabilities.map(|(name, why)| json!({"name": name.to_string(), "reason": why.value})).collect(),
        ),
        ("volumes", more("volumes").into()),
        ("volumeMounts", more("containers/0/volumeMounts").into()),
        ("limits", limits.cloned().unwrap_or_else(|| json!({}))),
        ("sysctls", pairs(&requires.sysctls).into()),
        ("hostModules", pairs(&requires.host_modules).into()),
    ]
}
