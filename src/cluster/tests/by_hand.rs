//! What `doctor` makes of volumes that nobody provisioned.

use serde_json::{Value, json};

use super::doctor::{attachment, doctor, healthy, needy};
use super::fake::Fault;
use super::{object, set};
use crate::diag::Code;

/// Nobody provisioned a volume that was made by hand: what it is it says itself.
#[tokio::test]
async fn a_volume_made_by_hand_is_looked_into() {
    let mut release = needy();
    let mut workload = object("apps/v1", "StatefulSet", "openwrt");
    workload["spec"] = json!({"template": {"spec": {"hostUsers": false, "containers": [{"name": "openwrt", "image": "openwrt:1"}],
        "volumes": [{"name": "a", "persistentVolumeClaim": {"claimName": "mine"}}]}}});
    release.objects = set([attachment(), workload]);
    release.cluster_ranges = Vec::new();
    let found = async |volume: Option<Value>| {
        let fake = healthy();
        let claim = json!({"metadata": {"name": "mine"}, "spec": {"storageClassName": "by-hand", "volumeName": "pv1"}});
        fake.put("/api/v1/namespaces/home/persistentvolumeclaims/mine", claim);
        match volume {
            Some(spec) => {
                fake.put("/api/v1/persistentvolumes/pv1", json!({"metadata": {"name": "pv1"}, "spec": spec}));
            }
            None => fake.fail("GET /api/v1/persistentvolumes/pv1", Fault::Status(403)),
        }
        let report = doctor(&fake, release.clone()).await;
        let told = report.findings.iter().map(|one| (one.obstacle.code(), one.obstacle.claim()));
        let told =
            told.filter(|(_, claim)| claim.contains("claim mine") || claim.contains("PersistentVolume"));
        told.map(|(code, _)| code).collect::<Vec<_>>()
    };
    assert_eq!(
        found(Some(json!({"nfs": {"server": "nas.lan", "path": "/export"}}))).await,
        [Code::UserNamespaceStorage]
    );
    assert_eq!(found(Some(json!({"local": {"path": "/mnt/disk"}}))).await, Vec::<Code>::new());
    assert_eq!(found(None).await, [Code::NotChecked]);
}
