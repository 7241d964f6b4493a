//! The ConfigMap with the scripts of a pod. It is named by what it holds, so that no pod sees it change under its feet: other scripts
//! have another name, which stands in the pod's template and rolls the pod.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use k8s_openapi::api::core::v1::ConfigMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::config::sum;
use super::meta::{MANAGED_BY, WRTPOD, annotate, annotations, keep, map, metadata, of_texts};
use crate::plan::{Appliance, Plan};
use crate::pod::Scripts;

/// How many digits of the digest stand in a name: enough that no two releases of wrtpod share one by chance.
const DIGITS: usize = 10;

/// Whose the ConfigMap is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptsOwner {
    /// The appliance's: it comes and goes with it, as a chart and a folder of one appliance do.
    Appliance,
    /// The site's: written once for all appliances that run the same.
    Site,
}

impl ScriptsOwner {
    /// Who it is where this many appliances are rendered together.
    pub fn of_rendered(appliances: usize) -> Self {
        if appliances == 1 { Self::Appliance } else { Self::Site }
    }
}

/// The name of the ConfigMap.
pub fn name(appliance: &Appliance, scripts: Scripts, owner: ScriptsOwner) -> String {
    let owner = match owner {
        ScriptsOwner::Appliance => &appliance.name.value,
        ScriptsOwner::Site => WRTPOD,
    };
    format!("{owner}-scripts-{}", digest(scripts))
}

/// The ConfigMap of an appliance's own.
pub fn of_appliance(appliance: &Appliance, namespace: &str, scripts: Scripts) -> ConfigMap {
    config_map(metadata(appliance, namespace, &name(appliance, scripts, ScriptsOwner::Appliance)), scripts)
}

/// The ConfigMap of a site's. Tools that prune keep it: what they do not apply themselves may name it too.
pub fn of_site(plan: &Plan, scripts: Scripts) -> ConfigMap {
    let mut labels = BTreeMap::from([
        (MANAGED_BY.to_owned(), WRTPOD.to_owned()),
        ("wrtpod.dev/site".to_owned(), plan.site.clone()),
    ]);
    labels.extend(map(&plan.labels).unwrap_or_default());
    let mut metadata = ObjectMeta {
        name: Some(format!("{WRTPOD}-scripts-{}", digest(scripts))),
        namespace: Some(plan.namespace.clone()),
        labels: Some(labels),
        annotations: Some(annotations(&plan.annotations)),
        ..ObjectMeta::default()
    };
    keep(&mut metadata);
    let extraneous = ("argocd.argoproj.io/compare-options", "IgnoreExtraneous");
    annotate(&mut metadata, [(extraneous.0.to_owned(), extraneous.1.to_owned())]);
    config_map(metadata, scripts)
}

fn config_map(metadata: ObjectMeta, scripts: Scripts) -> ConfigMap {
    ConfigMap {
        metadata: of_texts(metadata),
        data: Some(scripts.files().iter().map(|(name, text)| (name.clone(), text.to_string())).collect()),
        immutable: Some(true),
        ..ConfigMap::default()
    }
}

fn digest(scripts: Scripts) -> &'static str {
    static OF_OPENWRT: LazyLock<String> = LazyLock::new(|| short(Scripts::OpenWrt));
    static OF_WIRE: LazyLock<String> = LazyLock::new(|| short(Scripts::Wire));
    match scripts {
        Scripts::OpenWrt => &OF_OPENWRT,
        Scripts::Wire => &OF_WIRE,
    }
}

fn short(scripts: Scripts) -> String {
    let files = scripts.files().iter().map(|(name, text)| (name.as_str(), text.as_bytes()));
    let mut digest = sum(files);
    digest.truncate(DIGITS);
    digest
}
