//! ConfigMaps.

use k8s_openapi::api::core::v1::ConfigMap;
use sha2::{Digest, Sha256};

use super::meta::metadata;
use crate::plan::{Appliance, ConfigFiles};

/// The ConfigMap of these files.
pub fn config_map(appliance: &Appliance, namespace: &str, files: &ConfigFiles) -> ConfigMap {
    ConfigMap {
        metadata: metadata(appliance, namespace, &files.name),
        data: Some(files.files.iter().map(|(name, text)| (name.clone(), text.to_string())).collect()),
        ..ConfigMap::default()
    }
}

/// SHA-256 over all files of the appliance, each as `NAME\nBYTES\nTEXT` with the text's length in decimal digits, which a
/// chart's template can compute too: in the pod's template, it rolls the pod when one of them changes.
pub fn digest(config: &[ConfigFiles]) -> String {
    let mut hash = Sha256::new();
    for (name, text) in config.iter().flat_map(|files| &files.files) {
        hash.update(format!("{name}\n{}\n", text.len()));
        hash.update(text.as_bytes());
    }
    hex(&hash.finalize())
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
