//! The containers of a workload in its JSON form, built or live.

use serde_json::Value;

const LISTS: [&str; 2] = ["/spec/template/spec/initContainers", "/spec/template/spec/containers"];

/// The containers of a workload's pod template, init containers first; none for any other object.
pub fn containers(object: &Value) -> impl Iterator<Item = &Value> {
    LISTS.iter().filter_map(|list| object.pointer(list)?.as_array()).flatten()
}

/// The same, to be changed in place.
pub fn containers_mut(object: &mut Value, mut change: impl FnMut(&mut Value)) {
    for list in LISTS {
        if let Some(containers) = object.pointer_mut(list).and_then(Value::as_array_mut) {
            containers.iter_mut().for_each(&mut change);
        }
    }
}
