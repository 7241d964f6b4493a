//! What only a generic appliance has.

use serde_json::Value;

use super::hostname;
use crate::chart::entry::{Entry, leaf, section};
use crate::chart::shapes;
use crate::chart::source::Source;
use crate::diag::Loc;
use crate::types::AccountId;

/// The values.
pub(super) fn generic(source: &Source<'_>) -> Vec<Entry> {
    let volumes: Vec<Entry> = source
        .spec
        .volumes
        .iter()
        .filter_map(|(name, volume)| {
            let claim = source
                .plan
                .claims
                .iter()
                .find(|claim| claim.name.value == format!("{}-{}", source.plan.name.value, name.value));
            let existing = volume.existing_claim.as_ref().map(|claim| claim.to_string());
            (claim.is_some() || existing.is_some()).then(|| {
                let size = claim.map_or("1Gi".to_owned(), |claim| claim.size.to_string());
                let class = claim.and_then(|claim| claim.storage_class.clone()).unwrap_or_default();
                let mode = claim.map_or("ReadWriteOnce", |claim| claim.access_mode.as_str());
                section(
                    name.as_str(),
                    vec![
                        leaf("size", size, shapes::quantity(), "The size of the claim."),
                        leaf(
                            "storageClass",
                            class,
                            shapes::text(),
                            "The storage class. Empty: the cluster's default.",
                        )
                        .of_place(Some("".into())),
                        leaf(
                            "existingClaim",
                            existing.unwrap_or_default(),
                            shapes::name_or_empty(),
                            "A claim that is there already, in the place of one of the release's.",
                        ),
                        leaf(
                            "accessMode",
                            mode,
                            shapes::one_of(&["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]),
                            "Who may mount the claim.",
                        ),
                    ],
                    &format!("What is mounted at {}.", volume.mount_path.value),
                )
            })
        })
        .collect();
    let mut entries = vec![
        hostname(source, "The host name that DHCP servers are told. Empty: the release's."),
        leaf(
            "timezone",
            source.spec.timezone.as_ref().map_or("", |zone| zone.as_str()),
            shapes::text(),
            "The time zone, such as Europe/Berlin (variable TZ). Empty: the image's.",
        ),
        leaf(
            "user",
            account(source.spec.user.as_ref()),
            shapes::account(),
            "The user that the appliance runs as, a number. Empty: the image's.",
        ),
        leaf(
            "group",
            account(source.spec.group.as_ref()),
            shapes::account(),
            "The group that it runs as, a number; what is on its claims belongs to it too. Empty: the number of `user`.",
        ),
    ];
    if !volumes.is_empty() {
        entries.push(section(
            "volumes",
            volumes,
            "What survives. Claims stay when the release is uninstalled.",
        ));
    }
    entries
}

/// The number, or the empty text for none.
fn account(id: Option<&Loc<AccountId>>) -> Value {
    id.map_or_else(|| Value::from(""), |id| id.get().into())
}
