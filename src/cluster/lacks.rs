//! Secrets, ConfigMaps and keys that a pod waits for, in the kubelet's words. Pure.

use crate::diag::Code;

/// What a volume or a variable lacks, in the kubelet's words, and what mends it. It does not come by itself.
pub(super) fn missing(message: &str) -> Option<(Code, &'static str)> {
    const SECRET: &str = "create the Secret that is named, in the appliance's namespace, or correct its name";
    const KEY: &str = "add the key to the Secret, or name another one";
    const MAP: &str = "create the ConfigMap that is named, in the appliance's namespace, or correct its name";
    const MAP_KEY: &str = "add the key to the ConfigMap, or name another one";
    let says = |words: &[&str]| words.iter().all(|word| message.contains(word));
    if says(&["secret \"", "\" not found"]) {
        Some((Code::SecretMissing, SECRET))
    } else if says(&["references non-existent secret key"]) || says(&["couldn't find key", "in Secret"]) {
        Some((Code::SecretKeyMissing, KEY))
    } else if says(&["configmap \"", "\" not found"]) {
        Some((Code::ConfigMapMissing, MAP))
    } else if says(&["references non-existent config key"]) || says(&["couldn't find key", "in ConfigMap"]) {
        Some((Code::ConfigMapKeyMissing, MAP_KEY))
    } else {
        None
    }
}
