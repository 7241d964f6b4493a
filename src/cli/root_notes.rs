//! What is said of an image that may start as root: with no capabilities, root is nobody.

use serde_json::Value;

use super::load::Loaded;
use crate::objects::every_container;
use crate::plan::Profile;

/// A note for each container of a document that has neither a capability nor a user of its own, as it is rendered. OpenWrt's has what
/// it needs.
pub fn root_notes(loaded: &Loaded) -> Vec<String> {
    let mut notes = Vec::new();
    for (appliance, objects) in loaded.chosen() {
        let powerless = |name: &str| {
            objects.iter().any(|object| {
                let of_pod = &object.value["spec"]["template"]["spec"]["securityContext"];
                every_container(&object.value)
                    .any(|(known, container)| known == name && is_powerless(of_pod, container))
            })
        };
        let own = (appliance.profile == Profile::Generic && powerless(&appliance.main.name))
            .then(|| (format!("`{}`", appliance.name.value), String::new()));
        let beside = appliance.sidecars.iter().filter(|one| powerless(&one.name)).map(|one| {
            (
                format!("the container `{}` of `{}`", one.name, appliance.name.value),
                format!(" under `containers.{}`", one.name),
            )
        });
        for (who, place) in own.into_iter().chain(beside) {
            notes.push(format!(
                "{who} names no capabilities and no user: if its image starts as root (nginx, s6-overlay), it can change \
                 neither user nor owner, and ends\n  with `capabilities: {{root-entrypoint: REASON}}`{place} it can: \
                 `wrtpod explain capabilities`"
            ));
        }
    }
    notes
}

fn is_powerless(of_pod: &Value, container: &Value) -> bool {
    let own = &container["securityContext"];
    let added = own["capabilities"]["add"].as_array().is_some_and(|names| !names.is_empty());
    let has_user =
        |context: &Value| context["runAsUser"].as_u64() > Some(0) || context["runAsNonRoot"] == true;
    !added && !has_user(own) && !has_user(of_pod)
}
