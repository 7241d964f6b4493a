//! Containers beside the appliance's own, as values.

use serde_json::{Map, Value};

use crate::chart::entry::{Entry, leaf};
use crate::chart::shapes;
use crate::chart::source::Source;

/// Keys that are written as Kubernetes writes them.
const KEYS: [&str; 10] = [
    "imagePullPolicy",
    "command",
    "args",
    "env",
    "envFrom",
    "volumeMounts",
    "resources",
    "startupProbe",
    "readinessProbe",
    "livenessProbe",
];

/// The value.
pub(super) fn sidecars(source: &Source<'_>) -> Entry {
    let containers = source.containers();
    let named = containers
        .iter()
        .skip(1)
        .map(|one| (one["name"].as_str().unwrap_or_default().to_owned(), value(one)));
    leaf(
        "containers",
        named.collect::<Map<_, _>>(),
        shapes::by_name(&shapes::sidecar()),
        "Further containers of the pod, by name; `NAME: null` takes one away. Each has `image` and what it says of `user` and\n\
         `group` (numbers), `capabilities` (such as [NET_RAW]: it has no others) and, as Kubernetes writes them,\n\
         `imagePullPolicy`, `command`, `args`, `env`, `envFrom`, `volumeMounts`, `resources`, `startupProbe`,\n\
         `readinessProbe` and `livenessProbe`, with ports by their numbers.",
    )
}

/// A container as it is rendered, in the words of the value: what is the same for all is the template's.
fn value(container: &Value) -> Value {
    let context = &container["securityContext"];
    let further = [
        ("image", &container["image"]),
        ("user", &context["runAsUser"]),
        ("group", &context["runAsGroup"]),
        ("capabilities", &context["capabilities"]["add"]),
    ];
    let stated = further.into_iter().chain(KEYS.map(|key| (key, &container[key])));
    let stated = stated.filter(|(_, value)| !value.is_null());
    stated.map(|(key, value)| (key.to_owned(), value.clone())).collect::<Map<_, _>>().into()
}
