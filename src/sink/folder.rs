//! A folder with a file for each object and a `kustomization.yaml`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::written::{self, File, FolderError, LIST, Written};
use crate::objects::{APPLIANCE, Identity, Object, ObjectSet};
use crate::yaml;

/// First line of the kustomization: by it a folder of wrtpod 0.1, which kept no list, is known.
const MARK: &str = "# Written by wrtpod; edit the documents that it was made from.\n";
/// Its name.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// Writes the folder. What an earlier run wrote and the set has no more goes; what somebody else put there stays.
pub fn write(folder: &Path, sets: &[ObjectSet]) -> Result<Written, FolderError> {
    let older = if folder.join(LIST).exists() { Vec::new() } else { listed(folder) };
    written::write(folder, &files(sets), &older)
}

/// The files that a kustomization of wrtpod's lists, and itself.
fn listed(folder: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(KUSTOMIZATION)).unwrap_or_default();
    if !text.starts_with(MARK) {
        return Vec::new();
    }
    let names = text.lines().filter_map(|line| line.trim().strip_prefix("- "));
    let plain = names.filter(|name| !name.contains('/')).map(str::to_owned);
    plain.chain([KUSTOMIZATION.to_owned()]).collect()
}

/// File names and texts; the kustomization has them in the order of the objects.
fn files(sets: &[ObjectSet]) -> BTreeMap<String, File> {
    let objects: Vec<&Object> = sets.iter().flatten().collect();
    let names: Vec<String> = objects.iter().map(|object| file_name(&object.identity)).collect();
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": names,
    });
    let text = format!("{MARK}{}", yaml::write(&kustomization));
    let of = |value: &Value| value["metadata"]["labels"][APPLIANCE].as_str().map(str::to_owned);
    let files = objects.into_iter().zip(names);
    let files =
        files.map(|(object, name)| (name, File { text: yaml::write(&object.value), of: of(&object.value) }));
    files.chain([(KUSTOMIZATION.to_owned(), File { text, of: None })]).collect()
}

/// `statefulset-openwrt.yaml`; one namespace holds them all, so kind and name say which.
fn file_name(identity: &Identity) -> String {
    format!("{}-{}.yaml", identity.kind.to_ascii_lowercase(), identity.name)
}
