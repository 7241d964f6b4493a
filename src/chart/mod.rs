//! Helm charts from the same objects as `render`.
//!
//! The templates are lifted: `objects` builds the appliance once more with words that are found again (`lift`), and
//! every place that a value decides becomes an action of Helm's. What follows from several values is computed by the
//! hand-written templates in `parts/`, which Helm's real engine proves equal to the plan (tests/chart). Knows documents,
//! the plan, objects and YAML; nothing of the file system, registries or the command line. Entry: [`chart`].

mod access;
mod additions;
mod archive;
mod entry;
mod lift;
mod overlays;
mod package;
mod pages;
mod place;
mod shapes;
mod source;
mod templates;
#[cfg(test)]
mod tests;
mod users;
mod values;
mod version;

use std::collections::BTreeMap;

use serde_json::Value;

pub use archive::{ArchiveError, Unpacked, unpack};
pub use package::{CONFIG_TYPE, CONTENT_TYPE, package};
pub use pages::MARK;
pub use version::{Stated as StatedVersion, Version, tag};

use crate::diag::{Code, Finding};
use crate::overlay::Overlays;
use crate::plan::{self, Profile, Workload};
use crate::spec::{self, Documents};
use crate::types::{CapabilitySet, Privilege};
use crate::{secret, yaml};
use source::Source;

/// A chart: its name, and its files by their path in its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The name: the appliance's.
    pub name: String,
    /// What Chart.yaml says.
    pub metadata: Value,
    /// Path to text.
    pub files: BTreeMap<String, String>,
}

impl Chart {
    /// Its version, as Chart.yaml has it.
    pub fn version(&self) -> &str {
        self.metadata["version"].as_str().expect("every chart has a version")
    }
}

/// What the values of a chart come with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defaults {
    /// All that the documents say: a chart for their place.
    OfSite,
    /// What no place has to know: a chart for anybody. What only the place knows is empty, and refused where it is needed; that of
    /// the documents is in `ci/example-values.yaml`.
    AnyPlace,
}

/// The values of the documents' own place, in a chart for any place; where Helm's chart-testing looks for values.
const EXAMPLE_VALUES: &str = "ci/example-values.yaml";

const SHARED: &[(&str, &str)] = &[
    ("templates/_access.tpl", include_str!("parts/_access.tpl")),
    ("templates/_addresses.tpl", include_str!("parts/_addresses.tpl")),
    ("templates/_attachments.tpl", include_str!("parts/_attachments.tpl")),
    ("templates/_check.tpl", include_str!("parts/_check.tpl")),
    ("templates/_check_access.tpl", include_str!("parts/_check_access.tpl")),
    ("templates/_check_addresses.tpl", include_str!("parts/_check_addresses.tpl")),
    ("templates/_check_interfaces.tpl", include_str!("parts/_check_interfaces.tpl")),
    ("templates/_check_networks.tpl", include_str!("parts/_check_networks.tpl")),
    ("templates/_check_pod.tpl", include_str!("parts/_check_pod.tpl")),
    ("templates/_check_privilege.tpl", include_str!("parts/_check_privilege.tpl")),
    ("templates/_config.tpl", include_str!("parts/_config.tpl")),
    ("templates/_containers.tpl", include_str!("parts/_containers.tpl")),
    ("templates/_interfaces.tpl", include_str!("parts/_interfaces.tpl")),
    ("templates/_names.tpl", include_str!("parts/_names.tpl")),
    ("templates/_placement.tpl", include_str!("parts/_placement.tpl")),
    ("templates/_pod.tpl", include_str!("parts/_pod.tpl")),
    ("templates/_ipv6.tpl", include_str!("parts/_ipv6.tpl")),
    ("templates/_routes.tpl", include_str!("parts/_routes.tpl")),
    ("templates/_users.tpl", include_str!("parts/_users.tpl")),
    ("templates/_yaml.tpl", include_str!("parts/_yaml.tpl")),
    ("templates/tests/connection.yaml", include_str!("parts/connection.yaml")),
];

const OPENWRT: &[(&str, &str)] = &[
    ("templates/NOTES.txt", include_str!("parts/openwrt/NOTES.txt")),
    ("templates/_check_overlays.tpl", include_str!("parts/openwrt/_check_overlays.tpl")),
    ("templates/_check_profile.tpl", include_str!("parts/openwrt/_check_profile.tpl")),
    ("templates/_check_uci.tpl", include_str!("parts/openwrt/_check_uci.tpl")),
    ("templates/_credentials.tpl", include_str!("parts/openwrt/_credentials.tpl")),
    ("templates/_dhcp.tpl", include_str!("parts/openwrt/_dhcp.tpl")),
    ("templates/_firewall.tpl", include_str!("parts/openwrt/_firewall.tpl")),
    ("templates/_network.tpl", include_str!("parts/openwrt/_network.tpl")),
    ("templates/_overlays.tpl", include_str!("parts/openwrt/_overlays.tpl")),
    ("templates/_overlays_boot.tpl", include_str!("parts/openwrt/_overlays_boot.tpl")),
    ("templates/_plan.tpl", include_str!("parts/openwrt/_plan.tpl")),
    ("templates/_profile.tpl", include_str!("parts/openwrt/_profile.tpl")),
    ("templates/_secrets.tpl", include_str!("parts/openwrt/_secrets.tpl")),
    ("templates/_uci_routes.tpl", include_str!("parts/openwrt/_routes.tpl")),
    ("templates/_uci.tpl", include_str!("parts/openwrt/_uci.tpl")),
    ("templates/secret.yaml", include_str!("parts/openwrt/secret.yaml")),
];

const GENERIC: &[(&str, &str)] = &[
    ("templates/NOTES.txt", include_str!("parts/generic/NOTES.txt")),
    ("templates/_check_profile.tpl", include_str!("parts/generic/_check_profile.tpl")),
    ("templates/_env.tpl", include_str!("parts/generic/_env.tpl")),
    ("templates/_plan.tpl", include_str!("parts/generic/_plan.tpl")),
    ("templates/_profile.tpl", include_str!("parts/generic/_profile.tpl")),
];

/// The chart of an appliance of the plan.
///
/// # Panics
/// When the appliance is none of the documents'.
#[expect(clippy::result_large_err, reason = "a finding is made once for each chart")]
pub fn chart(
    documents: &Documents,
    overlays: &Overlays,
    appliance: &plan::Appliance,
    defaults: Defaults,
    version: &Version,
) -> Result<Chart, Finding> {
    reject(appliance)?;
    let site = documents.site.as_ref().expect("a plan is made of a site");
    let document = documents
        .appliances
        .iter()
        .find(|document| document.metadata.name.as_str() == appliance.name.as_str())
        .expect("an appliance is planned from its document");
    let source = Source::new(documents, &site.value, &document.value, appliance);
    let mut files = BTreeMap::new();
    let carried = match appliance.profile {
        Profile::OpenWrt => overlays::carried(&plan::overlays_of(documents, overlays, &document.spec.value))?,
        Profile::Generic => overlays::Carried::new(),
    };
    files.extend(overlays::files(&source, &carried));
    let entries = values::values(&source, &carried);
    let (entries, facts) = match defaults {
        Defaults::OfSite => (entries, None),
        Defaults::AnyPlace => {
            let (entries, facts) = place::apart(entries);
            files.insert(EXAMPLE_VALUES.to_owned(), pages::example_values(&source, &facts));
            (entries, Some(facts))
        }
    };
    // What `wrtpod chart` remembers in the folder is nothing for a package, nor is what tests a chart.
    files.insert(".helmignore".to_owned(), ".wrtpod\nci/\n".to_owned());
    files.insert("README.md".to_owned(), pages::readme(&source, &carried, &entries, facts.as_deref()));
    files.insert("values.yaml".to_owned(), entry::values_yaml(&entries));
    files.insert("values.schema.json".to_owned(), schema_text(&entries));
    files.insert("templates/_kind.tpl".to_owned(), kind(appliance, site));
    let lists = [node_paths(), capability_sets(), link_local(), secret_names()];
    files.insert("templates/_privilege.tpl".to_owned(), lists.join("\n"));
    files.extend(templates::templates(&source));
    files.extend([users::facts(&source)]);
    let parts = match appliance.profile {
        Profile::OpenWrt => OPENWRT,
        Profile::Generic => GENERIC,
    };
    files.extend(SHARED.iter().chain(parts).map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let scripts = appliance.scripts.iter().flat_map(|scripts| scripts.files());
    files.extend(scripts.map(|(name, text)| (format!("files/scripts/{name}"), text.to_string())));
    if appliance.credentials.is_none() {
        files.retain(|path, _| {
            !matches!(path.as_str(), "templates/secret.yaml" | "templates/_credentials.tpl")
        });
    }
    let mut metadata = pages::metadata(&source, defaults);
    metadata["version"] = version.of(&files, &metadata).into();
    files.insert("Chart.yaml".to_owned(), pages::chart_yaml(&metadata));
    Ok(Chart { name: appliance.name.value.clone(), metadata, files })
}

#[expect(clippy::result_large_err, reason = "a finding is made once for each chart")]
fn reject(appliance: &plan::Appliance) -> Result<(), Finding> {
    let name = &appliance.name;
    if let Some(nic) = appliance.nics.iter().find(|nic| nic.attachment.is_none()) {
        let what = format!("`{}` is on the cluster's primary network, which has no attachment", name.value);
        return Err(Finding::error(Code::ChartPrimary, what)
            .at(nic.network.span)
            .help("render it: `wrtpod render` writes manifests for Kustomize, Flux and Argo CD"));
    }
    if let Some(patch) = appliance.patches.first() {
        return Err(Finding::error(Code::ChartPatches, format!("`{}` has patches", name.value))
            .at(patch.span)
            .help("write extraEnv, extraVolumes and what else values.yaml has, or patch what Helm renders"));
    }
    Ok(())
}

fn schema_text(entries: &[entry::Entry]) -> String {
    let mut schema = entry::schema(entries);
    // Helm gives every chart a map `global`.
    schema["properties"]["global"] = serde_json::json!({"type": "object"});
    let mut whole = serde_json::Map::from_iter([(
        "$schema".to_owned(),
        Value::from("https://json-schema.org/draft-07/schema#"),
    )]);
    whole.extend(schema.as_object().cloned().unwrap_or_default());
    let mut text =
        serde_json::to_string_pretty(&Value::Object(whole)).expect("a JSON value is written to a string");
    text.push('\n');
    text
}

/// What the appliance and its site are, where no value says otherwise.
fn kind(appliance: &plan::Appliance, site: &spec::Site) -> String {
    let workload = match appliance.workload.value {
        Workload::StatefulSet => "StatefulSet",
        Workload::Deployment { .. } => "Deployment",
    };
    let kind = &appliance.kind;
    let [labels, annotations] = [&site.metadata.labels, &site.metadata.annotations].map(|pairs| {
        let pairs = pairs.iter().map(|(key, value)| (key.value.clone(), Value::from(value.value.as_str())));
        lift::verbatim(&yaml::write(&Value::Object(pairs.collect())))
    });
    format!(
        "{{{{/* What the appliance is: the label app.kubernetes.io/name. */}}}}\n\
         {{{{- define \"wrtpod.name\" -}}}}\n{{{{- .Values.nameOverride | default \"{kind}\" }}}}\n{{{{- end }}}}\n\n\
         {{{{/* The kind of its workload. */}}}}\n\
         {{{{- define \"wrtpod.workload\" -}}}}\n{workload}\n{{{{- end -}}}}\n\n\
         {{{{/* What the site says of the attachments to its networks. */}}}}\n\
         {{{{- define \"wrtpod.siteLabels\" -}}}}\n{labels}{{{{- end -}}}}\n\n\
         {{{{- define \"wrtpod.siteAnnotations\" -}}}}\n{annotations}{{{{- end -}}}}\n"
    )
}

/// The paths of a node that the rules know, as JSON.
fn node_paths() -> String {
    let lists = serde_json::json!({
        "trees": Privilege::TREES,
        "harmless": Privilege::HARMLESS,
        "whole": Privilege::WHOLE,
        "sockets": Privilege::SOCKETS,
    });
    let text = serde_json::to_string_pretty(&lists).expect("a JSON value is written to a string");
    format!(
        "{{{{/* Paths of a node that give it away: with all that is in them, but for what is harmless; as a whole; by their\n     \
         last part. */}}}}\n{{{{- define \"wrtpod.nodePaths\" -}}}}\n{text}\n{{{{- end -}}}}\n"
    )
}

/// The sets of capabilities that values can name, as JSON.
fn capability_sets() -> String {
    let sets: serde_json::Map<String, Value> = CapabilitySet::all()
        .map(|set| (set.to_string(), set.members().map(|(one, _)| Value::from(one.as_str())).collect()))
        .collect();
    let text = serde_json::to_string_pretty(&sets).expect("a JSON value is written to a string");
    format!(
        "{{{{/* Sets of capabilities by name. */}}}}\n{{{{- define \"wrtpod.capabilitySets\" -}}}}\n{text}\n{{{{- end -}}}}\n"
    )
}

/// Names of options that hold a secret, as JSON.
fn secret_names() -> String {
    let of_types = |list: &[(&str, &str)]| -> Vec<String> {
        list.iter().map(|(kind, option)| format!("{kind} {option}")).collect()
    };
    let lists = serde_json::json!({
        "names": secret::NAMES,
        "ends": secret::ENDS,
        "ofTypes": of_types(secret::OF_TYPES),
        "harmless": of_types(secret::HARMLESS),
        "harmlessNames": secret::HARMLESS_NAMES,
    });
    format!(
        "{{{{/* Options that hold a secret: by their names, by the ends of these, by the type of their section; and those that\n     \
         are called so and hold none. */}}}}\n\
         {{{{- define \"wrtpod.secretNames\" -}}}}\n{lists}\n{{{{- end -}}}}\n"
    )
}

/// Ranges that no egress means.
fn link_local() -> String {
    let text = Value::from(plan::LINK_LOCAL.to_vec());
    format!(
        "{{{{/* Link-local ranges, and the metadata of clouds. */}}}}\n{{{{- define \"wrtpod.linkLocal\" -}}}}\n{text}\n{{{{- end -}}}}\n"
    )
}
