//! Reads what the API server says when it does not apply an object.

use kube::core::Status;

use crate::objects::Identity;

use super::{Error, FieldConflict, ObjectConflict, Obstacle};

/// The fields that other managers own, when that is why the apply was refused.
pub(super) fn of(identity: &Identity, status: &Status) -> Option<ObjectConflict> {
    if status.code != 409 {
        return None;
    }
    let causes = status.details.as_ref()?.causes.iter();
    let fields: Vec<FieldConflict> = causes
        .filter(|cause| cause.reason == "FieldManagerConflict")
        .map(|cause| FieldConflict { field: cause.field.clone(), manager: manager(&cause.message) })
        .collect();
    (!fields.is_empty()).then(|| ObjectConflict { identity: identity.clone(), fields })
}

/// `conflict with "kubectl-edit" using apps/v1`: what stands in the quotes.
fn manager(message: &str) -> String {
    message.split('"').nth(1).unwrap_or("another manager").to_owned()
}

/// Refusals that need more than the API server's own words.
pub(super) fn refusal(identity: &Identity, status: &Status) -> Option<Error> {
    let caused = |reason: &str| {
        status
            .details
            .as_ref()
            .is_some_and(|details| details.causes.iter().any(|cause| cause.reason == reason))
    };
    if status.code == 403 && (caused("NamespaceTerminating") || status.message.contains("being terminated")) {
        let namespace = identity.namespace.clone().unwrap_or_default();
        return Some(Obstacle::NamespaceTerminating { namespace }.into());
    }
    let immutable = status.code == 422
        && (status.message.contains("Forbidden: updates to") || status.message.contains("is immutable"));
    immutable.then(|| Error::Immutable {
        identity: Box::new(identity.clone()),
        reason: first_line(&status.message),
    })
}

/// The first line, without the list of fields that the API server repeats.
fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::kinds::Kind;

    fn status(text: &str) -> Status {
        serde_json::from_str(text).expect("a Status")
    }

    #[test]
    fn names_field_and_manager() {
        let status = status(
            r#"{"status":"Failure","reason":"Conflict","code":409,"message":"Apply failed with 2 conflicts","details":{"causes":[
            {"reason":"FieldManagerConflict","message":"conflict with \"kubectl-edit\" using apps/v1","field":".spec.replicas"},
            {"reason":"FieldManagerConflict","message":"conflict with \"helm\" with subresource \"scale\" using apps/v1","field":".spec.template"}]}}"#,
        );
        let identity = Kind::named("StatefulSet").identity("a", "openwrt");
        let conflict = of(&identity, &status).expect("a conflict");
        let pairs: Vec<_> =
            conflict.fields.iter().map(|one| (one.field.as_str(), one.manager.as_str())).collect();
        assert_eq!(pairs, [(".spec.replicas", "kubectl-edit"), (".spec.template", "helm")]);
    }

    #[test]
    fn a_lost_race_is_no_field_conflict() {
        let status = status(
            r#"{"status":"Failure","reason":"Conflict","code":409,"message":"the object has been modified"}"#,
        );
        assert_eq!(of(&Kind::named("Secret").identity("a", "x"), &status), None);
    }
}
