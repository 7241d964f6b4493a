//! What only a generic appliance has.

use serde_json::{Value, json};

use super::hostname;
use crate::chart::entry::{Entry, leaf, section};
use crate::chart::shapes;
use crate::chart::source::Source;
use crate::diag::Loc;
use crate::plan;
use crate::spec::Volume;
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
            let mounted = format!("What is mounted at {}.", volume.mount_path.value);
            if let Some(entries) = elsewhere(volume) {
                return Some(section(name.as_str(), entries, &mounted));
            }
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
                    &mounted,
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
            "What it has beside its image. Claims stay when the release is uninstalled.",
        ));
    }
    entries.extend([
        leaf(
            "extraEnvFrom",
            json!([]),
            shapes::objects(),
            "Secrets and ConfigMaps whose keys become environment variables, as Kubernetes writes them: `- secretRef: {name: mine}`.",
        ),
        leaf(
            "hostUsers",
            source.spec.host_users.as_ref().map_or_else(|| Value::from(""), |shares| shares.value.into()),
            json!({"anyOf": [{"const": ""}, {"type": "boolean"}]}),
            "false gives the pod users of its own: its root is nobody on the node. Empty: Kubernetes decides.",
        ),
    ]);
    entries
}

/// The values of a volume that is no claim; nothing for others.
fn elsewhere(volume: &Volume) -> Option<Vec<Entry>> {
    let path = || json!({"type": "string", "pattern": "^/"});
    if let Some(host) = &volume.host_path {
        let comment = "The path of the node. It takes a reason under `allow`.";
        return Some(vec![leaf("hostPath", host.value.clone(), path(), comment)]);
    }
    if let Some(nfs) = &volume.nfs {
        return Some(vec![
            leaf(
                "server",
                nfs.server.value.clone(),
                json!({"type": "string", "pattern": r"^[^\s/@]+$"}),
                "The NFS server, as the node knows it.",
            ),
            leaf("path", nfs.path.value.clone(), path(), "The folder that it exports."),
        ]);
    }
    plan::is_scratch(volume).then(|| {
        let size = volume.size.as_ref().map(|size| size.to_string()).unwrap_or_default();
        vec![leaf("size", size, shapes::quantity_or_empty(), "The most that it may hold. Empty: no limit.")]
    })
}

/// The number, or the empty text for none.
fn account(id: Option<&Loc<AccountId>>) -> Value {
    id.map_or_else(|| Value::from(""), |id| id.get().into())
}
