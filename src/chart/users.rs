//! What templates have to know of pods with users of their own.

use serde_json::{Value, json};

use super::source::Source;
use super::templates::File;
use crate::spec::DeviceSource;
use crate::types::user_namespace::{BUS, LACKING_SYSCTLS, OPEN_DEVICES, UNMAPPED};

/// What such a pod cannot have, and the devices by path of the appliance's document, as JSON.
pub(super) fn facts(source: &Source<'_>) -> File {
    let known = json!({"unmapped": UNMAPPED, "bus": BUS, "openDevices": OPEN_DEVICES, "lackingSysctls": LACKING_SYSCTLS});
    let known = serde_json::to_string_pretty(&known).expect("a JSON value is written to a string");
    let paths = source.spec.devices.iter().filter_map(|device| match &device.source.value {
        DeviceSource::Path(path) => Some(Value::from(path.as_str())),
        DeviceSource::Resource(_) => None,
    });
    let devices: Value = paths.collect();
    let text = format!(
        "{{{{/* What a pod with users of its own cannot have of its node. */}}}}\n\
         {{{{- define \"wrtpod.userNamespace\" -}}}}\n{known}\n{{{{- end -}}}}\n\n\
         {{{{/* Devices that the appliance has by their paths. */}}}}\n\
         {{{{- define \"wrtpod.ownDevices\" -}}}}\n{devices}\n{{{{- end -}}}}\n"
    );
    ("templates/_user_namespace.tpl".to_owned(), text)
}
