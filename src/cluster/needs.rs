//! What a release's pod needs that the release does not bring: claims, Secrets and their keys, ConfigMaps. Read from the
//! objects that are sent, so that the user's patches count. Pure.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{Container, KeyToPath, PersistentVolumeClaim, PodSpec, Volume};
use serde_json::Value;

use super::Release;

/// The volume with the keys of Secrets that settings name.
const SETTINGS: &str = "wrtpod-secrets";

/// The keys of a Secret that a registry's credentials lie under, by its type.
pub(super) const PULL_KEYS: [&str; 2] = [".dockerconfigjson", ".dockercfg"];

/// What a pod needs.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// The release's own claims, and the storage classes that they ask for.
    pub claims: BTreeMap<String, Option<String>>,
    /// Claims that have to be there.
    pub existing: BTreeSet<String>,
    /// Secrets, each with the keys that have to be in it.
    pub secrets: BTreeMap<String, BTreeSet<String>>,
    /// Secrets with a registry's credentials.
    pub pull_secrets: BTreeSet<String>,
    /// ConfigMaps, each with the keys that have to be in it.
    pub config_maps: BTreeMap<String, BTreeSet<String>>,
    /// Those Secrets and ConfigMaps, kind and name, that are read only when the pod starts: by its variables and by wrtpod's
    /// settings. Others are files, which the kubelet keeps up to date.
    pub at_start: BTreeSet<(&'static str, String)>,
}

/// The pod of a release.
pub(super) fn pod(release: &Release) -> PodSpec {
    let spec = release.template().and_then(|template| template.get("spec"));
    spec.and_then(|spec| serde_json::from_value(spec.clone()).ok()).unwrap_or_default()
}

impl Needs {
    /// Reads what a release's pod refers to.
    pub(super) fn of(release: &Release, pod: &PodSpec) -> Self {
        let mut needs = Self::default();
        let own = |kind: &str| {
            let of_kind = release
                .objects
                .iter()
                .chain(release.shared.iter())
                .filter(move |object| object.identity.kind == kind);
            of_kind.map(|object| (&object.identity.name, &object.value)).collect::<Vec<(&String, &Value)>>()
        };
        for (name, value) in own("PersistentVolumeClaim") {
            let claim: PersistentVolumeClaim = serde_json::from_value(value.clone()).unwrap_or_default();
            needs.claims.insert(name.clone(), claim.spec.and_then(|spec| spec.storage_class_name));
        }
        for volume in pod.volumes.iter().flatten() {
            needs.volume(volume);
        }
        for container in pod.init_containers.iter().flatten().chain(&pod.containers) {
            needs.environment(container);
        }
        needs.pull_secrets = pod.image_pull_secrets.iter().flatten().map(|one| one.name.clone()).collect();
        needs.existing.retain(|name| !needs.claims.contains_key(name));
        for (name, _) in own("ConfigMap") {
            needs.config_maps.remove(name);
            needs.at_start.remove(&("ConfigMap", name.clone()));
        }
        for (name, _) in own("Secret") {
            needs.secrets.remove(name);
            needs.at_start.remove(&("Secret", name.clone()));
        }
        needs
    }

    fn volume(&mut self, volume: &Volume) {
        if let Some(claim) = &volume.persistent_volume_claim {
            self.existing.insert(claim.claim_name.clone());
        }
        if let Some(secret) = volume.secret.as_ref().filter(|secret| secret.optional != Some(true)) {
            self.secret(secret.secret_name.as_deref().unwrap_or_default(), keys(secret.items.as_deref()));
        }
        if let Some(map) = volume.config_map.as_ref().filter(|map| map.optional != Some(true)) {
            self.config_map(&map.name, keys(map.items.as_deref()));
        }
        for source in volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten()) {
            if let Some(secret) = source.secret.as_ref().filter(|secret| secret.optional != Some(true)) {
                if volume.name == SETTINGS {
                    self.at_start.insert(("Secret", secret.name.clone()));
                }
                self.secret(&secret.name, keys(secret.items.as_deref()));
            }
            if let Some(map) = source.config_map.as_ref().filter(|map| map.optional != Some(true)) {
                self.config_map(&map.name, keys(map.items.as_deref()));
            }
        }
    }

    fn environment(&mut self, container: &Container) {
        for from in container.env.iter().flatten().filter_map(|one| one.value_from.as_ref()) {
            if let Some(one) = from.secret_key_ref.as_ref().filter(|one| one.optional != Some(true)) {
                self.at_start.insert(("Secret", one.name.clone()));
                self.secret(&one.name, vec![one.key.clone()]);
            }
            if let Some(one) = from.config_map_key_ref.as_ref().filter(|one| one.optional != Some(true)) {
                self.at_start.insert(("ConfigMap", one.name.clone()));
                self.config_map(&one.name, vec![one.key.clone()]);
            }
        }
        for from in container.env_from.iter().flatten() {
            if let Some(one) = from.secret_ref.as_ref().filter(|one| one.optional != Some(true)) {
                self.at_start.insert(("Secret", one.name.clone()));
                self.secret(&one.name, Vec::new());
            }
            if let Some(one) = from.config_map_ref.as_ref().filter(|one| one.optional != Some(true)) {
                self.at_start.insert(("ConfigMap", one.name.clone()));
                self.config_map(&one.name, Vec::new());
            }
        }
    }

    fn secret(&mut self, name: &str, keys: Vec<String>) {
        self.secrets.entry(name.to_owned()).or_default().extend(keys);
    }

    fn config_map(&mut self, name: &str, keys: Vec<String>) {
        self.config_maps.entry(name.to_owned()).or_default().extend(keys);
    }
}

fn keys(items: Option<&[KeyToPath]>) -> Vec<String> {
    items.unwrap_or_default().iter().map(|item| item.key.clone()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_that_is_not_optional_is_needed() {
        let pod: PodSpec = serde_json::from_value(json!({
            "imagePullSecrets": [{"name": "registry"}],
            "initContainers": [{"name": "first", "envFrom": [{"secretRef": {"name": "early"}}]}],
            "containers": [{"name": "main",
                "env": [
                    {"name": "A", "valueFrom": {"secretKeyRef": {"name": "login", "key": "user"}}},
                    {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "host"}}},
                    {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "spare", "key": "x", "optional": true}}}],
                "envFrom": [{"configMapRef": {"name": "settings"}}, {"secretRef": {"name": "spare", "optional": true}}]}],
            "volumes": [
                {"name": "data", "persistentVolumeClaim": {"claimName": "mine"}},
                {"name": "own", "persistentVolumeClaim": {"claimName": "openwrt"}},
                {"name": "files", "configMap": {"name": "openwrt"}},
                {"name": "feed", "configMap": {"name": "feed"}},
                {"name": "wrtpod-secrets", "projected": {"sources": [{"secret": {"name": "vpn", "items": [{"key": "psk", "path": "k"}]}}]}},
                {"name": "tls", "secret": {"secretName": "tls"}},
                {"name": "root", "projected": {"sources": [
                    {"secret": {"name": "login", "items": [{"key": "password-hash", "path": "p"}]}},
                    {"secret": {"name": "login", "optional": true, "items": [{"key": "authorized_keys", "path": "k"}]}}]}},
            ]}))
        .expect("a pod");
        let needs = Needs::of(&crate::cluster::tests::release(), &pod);
        let names = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(names(&needs.existing), "mine");
        assert_eq!(names(&needs.pull_secrets), "registry");
        let with_keys = |objects: &BTreeMap<String, BTreeSet<String>>| -> Vec<String> {
            objects.iter().map(|(name, keys)| format!("{name}: {}", names(keys))).collect()
        };
        assert_eq!(with_keys(&needs.config_maps), ["feed: ", "settings: host"]);
        assert_eq!(with_keys(&needs.secrets), ["early: ", "login: password-hash user", "tls: ", "vpn: psk"]);
        let at_start: Vec<String> =
            needs.at_start.iter().map(|(kind, name)| format!("{kind} {name}")).collect();
        assert_eq!(at_start, ["ConfigMap settings", "Secret early", "Secret login", "Secret vpn"]);
        assert_eq!(needs.claims, BTreeMap::from([("openwrt".to_owned(), None)]));
    }
}
