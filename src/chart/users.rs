//! What templates have to know of pods with users of their own.

use serde_json::{Value, json};

use super::additions::added;
use super::source::Source;
use super::templates::File;
use crate::spec::{DeviceSource, PersistenceMode};
use crate::types::user_namespace::{BUS, LACKING_SYSCTLS, OPEN_DEVICES, UNMAPPED, device_words};

/// What such a pod cannot have, and the devices by path of the appliance's document, as JSON.
pub(super) fn facts(source: &Source<'_>) -> File {
    let open: Vec<String> = OPEN_DEVICES.iter().flat_map(|path| device_words(path)).collect();
    let known =
        json!({"unmapped": UNMAPPED, "bus": BUS, "openDevices": open, "lackingSysctls": LACKING_SYSCTLS});
    let known = serde_json::to_string_pretty(&known).expect("a JSON value is written to a string");
    let devices = own_devices(source);
    let text = format!(
        "{{{{/* What a pod with users of its own cannot have of its node. */}}}}\n\
         {{{{- define \"wrtpod.userNamespace\" -}}}}\n{known}\n{{{{- end -}}}}\n\n\
         {{{{/* Devices that the appliance has by their paths. */}}}}\n\
         {{{{- define \"wrtpod.ownDevices\" -}}}}\n{devices}\n{{{{- end -}}}}\n"
    );
    ("templates/_user_namespace.tpl".to_owned(), text)
}

/// The document's devices by path, as the pod has them.
fn own_devices(source: &Source<'_>) -> Value {
    let is_path = |source: &DeviceSource| matches!(source, DeviceSource::Path(_));
    let own: Vec<_> =
        source.spec.devices.iter().filter(|device| is_path(&device.source.value)).cloned().collect();
    let with = source.changed_skeleton(PersistenceMode::None, |spec| spec.devices = own);
    let without = source.skeleton(PersistenceMode::None);
    let more = |pointer: &str| added(&with, &without, &format!("/spec/template/spec/{pointer}"));
    json!({"volumes": more("volumes"), "volumeMounts": more("containers/0/volumeMounts")})
}
