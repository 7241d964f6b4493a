//! A folder with a file for each object and a `kustomization.yaml`.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use serde_json::{Value, json};

use super::error::FolderError;
use super::written::{self, File, LIST, Older, Written};
use crate::objects::{APPLIANCE, Identity, MANAGED_BY, Object, ObjectSet, WRTPOD};
use crate::yaml;

/// First line of the kustomization: by it a folder of wrtpod 0.1, which kept no list, is known.
const MARK: &str = "# Written by wrtpod; edit the documents that it was made from.\n";
/// Its name.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// Writes the folder. What an earlier run wrote and the set has no more goes; what somebody else put there stays.
pub fn write(folder: &Path, sets: &[ObjectSet]) -> Result<Written, FolderError> {
    let older = if folder.join(LIST).exists() { Vec::new() } else { listed(folder)? };
    written::write(folder, &files(sets), &older)
}

/// The files that a kustomization of wrtpod's lists, and itself. One that says more than wrtpod wrote is somebody's, and so is a
/// listed file that is not named as its object or not wrtpod's: they are refused.
fn listed(folder: &Path) -> Result<Vec<Older>, FolderError> {
    let text = std::fs::read_to_string(folder.join(KUSTOMIZATION)).unwrap_or_default();
    if !text.starts_with(MARK) {
        return Ok(Vec::new());
    }
    let names: Vec<String> =
        text.lines().filter_map(|line| line.strip_prefix("- ")).map(str::to_owned).collect();
    let more: Vec<String> = names.iter().filter(|name| !is_object(folder, name)).cloned().collect();
    if !more.is_empty() || text != kustomization(&names) {
        return Err(FolderError::Kustomized { path: folder.join(KUSTOMIZATION), more });
    }
    let own = Older { name: KUSTOMIZATION.to_owned(), text: Some(text) };
    Ok(names.into_iter().map(|name| Older { name, text: None }).chain([own]).collect())
}

/// Whether a file is missing, or an object of wrtpod's under its name, in the words that wrtpod writes.
fn is_object(folder: &Path, name: &str) -> bool {
    if name.contains('/') {
        return false;
    }
    let text = match std::fs::read_to_string(folder.join(name)) {
        Ok(text) => text,
        Err(error) => return error.kind() == ErrorKind::NotFound,
    };
    // The namespace has none of an appliance's labels.
    let managed = if name.starts_with("namespace-") {
        "    pod-security.kubernetes.io/enforce: privileged".to_owned()
    } else {
        format!("    {MANAGED_BY}: {WRTPOD}")
    };
    let after = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    text.lines().any(|line| line == managed)
        && name == named(after("kind: "), after("  name: ").trim_matches('"'))
}

/// The kustomization of files in this order.
fn kustomization(names: &[String]) -> String {
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": names,
    });
    format!("{MARK}{}", yaml::write(&kustomization))
}

/// File names and texts; the kustomization has them in the order of the objects.
fn files(sets: &[ObjectSet]) -> BTreeMap<String, File> {
    let objects: Vec<&Object> = sets.iter().flatten().collect();
    let names: Vec<String> = objects.iter().map(|object| file_name(&object.identity)).collect();
    let text = kustomization(&names);
    let of = |value: &Value| value["metadata"]["labels"][APPLIANCE].as_str().map(str::to_owned);
    let files = objects.into_iter().zip(names);
    let files =
        files.map(|(object, name)| (name, File { text: yaml::write(&object.value), of: of(&object.value) }));
    files.chain([(KUSTOMIZATION.to_owned(), File { text, of: None })]).collect()
}

/// `statefulset-openwrt.yaml`; one namespace holds them all, so kind and name say which.
fn file_name(identity: &Identity) -> String {
    named(&identity.kind, &identity.name)
}

fn named(kind: &str, name: &str) -> String {
    format!("{}-{name}.yaml", kind.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a folder of a wrtpod that kept no list, only what has its form is taken for its own.
    #[test]
    fn a_folder_without_a_list_is_judged_by_its_form() {
        let place = tempfile::tempdir().expect("a folder");
        let put = |name: &str, text: &str| std::fs::write(place.path().join(name), text).expect("written");
        let service = json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "vpn", "labels": {MANAGED_BY: WRTPOD}},
        });
        put("service-vpn.yaml", &yaml::write(&service));
        let levels = json!({"pod-security.kubernetes.io/enforce": "privileged"});
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab", "labels": levels}});
        put("namespace-lab.yaml", &yaml::write(&namespace));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        put(KUSTOMIZATION, &kustomization(&names(&["namespace-lab.yaml", "service-vpn.yaml", "gone.yaml"])));
        let own = listed(place.path()).expect("its own");
        let own: Vec<(&str, bool)> = own.iter().map(|one| (one.name.as_str(), one.text.is_some())).collect();
        let [namespace, service, gone] = ["namespace-lab.yaml", "service-vpn.yaml", "gone.yaml"];
        assert_eq!(own, [(namespace, false), (service, false), (gone, false), (KUSTOMIZATION, true)]);
        let refused = || listed(place.path()).expect_err("somebody's").to_string();
        put("mine.yaml", "kind: Ingress\n");
        put(KUSTOMIZATION, &kustomization(&names(&["service-vpn.yaml", "mine.yaml"])));
        assert!(refused().ends_with("than wrtpod wrote: `mine.yaml`"), "{}", refused());
        put(KUSTOMIZATION, &(kustomization(&names(&["service-vpn.yaml"])) + "namespace: other\n"));
        assert!(refused().ends_with("keys beside `resources`"), "{}", refused());
        put(KUSTOMIZATION, "resources: []\n");
        assert!(listed(place.path()).expect("nobody's").is_empty());
    }
}
