//! Attachments, and what a site's appliances share, stay while anything names them.

use serde_json::{Value, json};

use super::fake::{Fake, Fault};
use super::{PLAIN, object, release, set};
use crate::cluster::applyset::{ApplySet, PART_OF, Parent, SITE};
use crate::cluster::{Change, DeleteOptions, Outcome, Release, Silent};
use crate::objects::{NAD_API_VERSION, NAD_KIND};

const NADS: &str = "/apis/k8s.cni.cncf.io/v1/namespaces/home/network-attachment-definitions";
const SITE_PARENT: &str = "/api/v1/namespaces/home/configmaps/wrtpod-site.flat";

/// A server on which wrtpod 0.1 has deployed: the site's attachments have a set of their own, and `web` runs on one of them.
fn formerly() -> Fake {
    let fake = Fake::with_namespace();
    let set = ApplySet::of_site("home", "flat");
    let content = Parent {
        kinds: ["NetworkAttachmentDefinition.k8s.cni.cncf.io".to_owned()].into(),
        namespaces: ["home".to_owned()].into(),
    };
    fake.put(SITE_PARENT, set.object(&content));
    for name in ["lan-openwrt", "lan-pool"] {
        let mut nad = object(NAD_API_VERSION, NAD_KIND, name);
        nad["metadata"]["labels"] = json!({PART_OF: set.id(), SITE: "flat"});
        fake.put(&format!("{NADS}/{name}"), nad);
    }
    fake.put("/apis/apps/v1/namespaces/home/statefulsets/web", workload("web", "lan-pool"));
    fake
}

fn workload(name: &str, network: &str) -> Value {
    let mut workload = object("apps/v1", "StatefulSet", name);
    let annotations = json!({"k8s.v1.cni.cncf.io/networks": network});
    workload["metadata"]["labels"] = json!({"app.kubernetes.io/instance": name});
    workload["spec"]["template"]["metadata"]["annotations"] = annotations;
    workload
}

fn names(of: &[crate::objects::Identity]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

fn nads(fake: &Fake) -> Vec<String> {
    let state = fake.state();
    state
        .objects
        .keys()
        .filter_map(|path| path.strip_prefix(NADS)?.strip_prefix('/'))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn an_attachment_of_the_site_goes_when_the_last_appliance_has_its_own() {
    let fake = formerly();
    let foreseen = fake.cluster.dry_run(&release(), &PLAIN, &mut Silent).await.expect("a dry run");
    assert_eq!(nads(&fake), ["lan-openwrt", "lan-pool"]);
    let report = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!((&foreseen.pruned, &foreseen.kept), (&report.pruned, &report.kept));
    assert_eq!(names(&report.pruned), ["NetworkAttachmentDefinition lan-openwrt"]);
    assert_eq!(report.kept[0].reason, "StatefulSet web refers to it");
    assert_eq!(nads(&fake), ["lan", "lan-pool"]);
    // Now `web` is deployed anew, and nothing names the site's any more.
    fake.put("/apis/apps/v1/namespaces/home/statefulsets/web", workload("web", "web-lan-pool-0123456789"));
    let diff = fake
        .cluster
        .diff(&release(), &|sides| sides.map(|side| side.map(ToString::to_string).unwrap_or_default()))
        .await
        .expect("a diff");
    let pruned = diff.objects.iter().filter(|object| object.change == Change::Prune);
    let pruned: Vec<String> = pruned.map(|object| object.identity.to_string()).collect();
    let report = fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!(names(&report.pruned), ["NetworkAttachmentDefinition lan-pool", "ConfigMap wrtpod-site.flat"]);
    assert_eq!(pruned, names(&report.pruned));
    assert!(!fake.state().objects.contains_key(SITE_PARENT));
}

/// Of the appliance's own, the one with older content: an earlier revision can be gone back to.
#[tokio::test]
async fn an_attachment_of_older_content_stays_while_a_revision_names_it() {
    let fake = Fake::with_namespace();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    let revision = "/apis/apps/v1/namespaces/home/controllerrevisions/openwrt-1";
    let data =
        json!({"spec": {"template": {"metadata": {"annotations": {"k8s.v1.cni.cncf.io/networks": "lan"}}}}});
    fake.put(revision, json!({"metadata": {"name": "openwrt-1"}, "data": data}));
    let workload = workload("openwrt", "other");
    let newer = Release { objects: set([object(NAD_API_VERSION, NAD_KIND, "other"), workload]), ..release() };
    let report = fake.cluster.apply(&newer, &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!(names(&report.pruned), ["ConfigMap openwrt"]);
    assert_eq!(report.kept[1].reason, "ControllerRevision openwrt-1 refers to it");
    assert_eq!(nads(&fake), ["lan", "other"]);
    // Nor may it go while nobody can see who names it.
    fake.fail("GET /apis/batch/v1/namespaces/home/cronjobs", Fault::Status(403));
    fake.state().objects.remove(revision);
    let report = fake.cluster.apply(&newer, &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!(report.kept[1].reason, "cronjobs may name it, and may not be listed");
    let report = fake.cluster.apply(&newer, &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!(names(&report.pruned), ["NetworkAttachmentDefinition lan"]);
    assert!(report.applied.iter().all(|applied| applied.outcome == Outcome::Unchanged));
}

/// What a deletion leaves is found by the next one.
#[tokio::test]
async fn delete_keeps_the_attachment_of_somebodys_pod_and_its_record() {
    let fake = formerly();
    fake.cluster.apply(&release(), &PLAIN, &mut Silent).await.expect("applied");
    let pod = "/api/v1/namespaces/home/pods/theirs";
    fake.put(pod, json!({"metadata": {"name": "theirs", "annotations": {"k8s.v1.cni.cncf.io/networks": "home/lan@net1"}}}));
    let options = DeleteOptions {
        appliance: "openwrt".into(),
        namespace: "home".into(),
        delete_data: false,
        timeout: std::time::Duration::from_secs(1),
    };
    let report = fake.cluster.delete(&options, &mut Silent).await.expect("deleted");
    assert_eq!(names(&report.deleted), ["StatefulSet openwrt", "ConfigMap openwrt"]);
    assert_eq!(nads(&fake), ["lan", "lan-pool"]);
    fake.state().objects.remove(pod);
    fake.state().objects.remove("/apis/apps/v1/namespaces/home/statefulsets/web");
    let report = fake.cluster.delete(&options, &mut Silent).await.expect("deleted");
    assert_eq!(
        names(&report.deleted),
        [
            "NetworkAttachmentDefinition lan",
            "NetworkAttachmentDefinition lan-pool",
            "ConfigMap wrtpod-site.flat",
            "ConfigMap wrtpod-openwrt",
        ]
    );
}

/// A site's set can hold more than attachments.
#[tokio::test]
async fn what_appliances_share_stays_for_the_other() {
    let fake = Fake::with_namespace();
    let mut shared = object("v1", "ConfigMap", "wrtpod-scripts-1");
    shared["immutable"] = json!(true);
    let first = Release { shared: set([shared.clone()]), ..release() };
    fake.cluster.apply(&first, &PLAIN, &mut Silent).await.expect("applied");
    let mut other = workload("web", "lan");
    other["spec"]["template"]["spec"]["volumes"] = json!([{"configMap": {"name": "wrtpod-scripts-1"}}]);
    fake.put("/apis/apps/v1/namespaces/home/statefulsets/web", other);
    let mut newer = shared;
    newer["metadata"]["name"] = json!("wrtpod-scripts-2");
    let second = Release { shared: set([newer]), ..release() };
    let report = fake.cluster.apply(&second, &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!(report.kept[0].reason, "StatefulSet web refers to it");
    fake.state().objects.remove("/apis/apps/v1/namespaces/home/statefulsets/web");
    let report = fake.cluster.apply(&second, &PLAIN, &mut Silent).await.expect("applied");
    assert_eq!(names(&report.pruned), ["ConfigMap wrtpod-scripts-1"]);
    assert!(fake.state().objects.contains_key(SITE_PARENT));
}
