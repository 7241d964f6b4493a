//! The volumes that an appliance's document names, as values.

use serde_json::json;

use crate::chart::entry::{Entry, leaf, section};
use crate::chart::shapes;
use crate::chart::source::Source;
use crate::plan;
use crate::spec::Volume;

/// The value; nothing where no volume has anything to decide.
pub(super) fn volumes(source: &Source<'_>) -> Option<Entry> {
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
                            shapes::object_name_or_empty(),
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
    let comment = "What it has beside its image. Claims stay when the release is uninstalled.";
    (!volumes.is_empty()).then(|| section("volumes", volumes, comment))
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
