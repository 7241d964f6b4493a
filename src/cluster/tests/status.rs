//! What `status` reads of an appliance, through the API server.

use serde_json::{Value, json};
use wrtpod_cni::multus::NETWORKS;

use super::fake::{Fake, Fault};
use super::object;
use crate::cluster::{ApplianceStatus, Verdict};
use crate::diag::Code;

const STATEFUL_SETS: &str = "/apis/apps/v1/namespaces/home/statefulsets";
const PODS: &str = "/api/v1/namespaces/home/pods";
const OTHERS_NAD: &str = "/apis/k8s.cni.cncf.io/v1/namespaces/net/network-attachment-definitions/lan";

/// An appliance with so many pods, which are on a network of another namespace.
fn appliance(image: &str, pods: usize) -> Fake {
    let fake = Fake::with_namespace();
    let asked = json!([{"name": "lan", "namespace": "net", "interface": "lan", "ips": ["192.168.1.9/24"]}]);
    let mut workload = object("apps/v1", "StatefulSet", "openwrt");
    workload["metadata"]["generation"] = json!(1);
    workload["spec"] = json!({
        "replicas": pods,
        "selector": {"matchLabels": {"app.kubernetes.io/instance": "openwrt"}},
        "template": {
            "metadata": {"annotations": {NETWORKS: asked.to_string()}},
            "spec": {"containers": [{"name": "main", "image": image}]},
        },
    });
    workload["status"] = json!({"observedGeneration": 1, "replicas": pods, "readyReplicas": pods});
    fake.put(&format!("{STATEFUL_SETS}/openwrt"), workload);
    for number in 0..pods {
        let name = format!("openwrt-{number}");
        let has = json!([{"name": "net/lan", "interface": "lan", "mac": "02:00:00:00:00:01", "ips": ["192.168.1.9"]}]);
        let mut pod = object("v1", "Pod", &name);
        pod["metadata"]["annotations"] = json!({"k8s.v1.cni.cncf.io/network-status": has.to_string()});
        // The first is the newest.
        pod["metadata"]["creationTimestamp"] = json!(format!("2026-01-0{}T00:00:00Z", 9 - number));
        pod["spec"] = json!({"nodeName": "n1", "containers": [{"name": "main", "image": image}]});
        pod["status"] = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
        fake.put(&format!("{PODS}/{name}"), pod);
    }
    fake.put(OTHERS_NAD, nad());
    fake
}

/// An attachment of somebody else's, whose plugin gives the addresses.
fn nad() -> Value {
    let config = json!({"type": "macvlan", "capabilities": {"ips": true}, "ipam": {"type": "static"}});
    json!({"metadata": {"name": "lan", "namespace": "net"}, "spec": {"config": config.to_string()}})
}

async fn status(fake: &Fake) -> ApplianceStatus {
    let mut all = fake.cluster.status("home", None, &[]).await.expect("it is read");
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[tokio::test]
async fn an_attachment_of_another_namespace_is_known_without_documents() {
    let fake = appliance("nginx:1", 1);
    let seen = status(&fake).await;
    let row = &seen.nics[0];
    assert_eq!((row.network.as_str(), row.verdict, &row.reason), ("net/lan", Verdict::Ok, &None));
    // Who may not see it knows nothing of it, and sees the rest.
    fake.fail("GET /apis/k8s.cni.cncf.io/v1/namespaces/net/", Fault::Status(403));
    assert_eq!(status(&fake).await.nics[0].verdict, Verdict::Unknown);
}

#[tokio::test]
async fn all_pods_of_an_appliance_are_told_of() {
    let seen = status(&appliance("nginx:1", 3)).await;
    let first = seen.pod.expect("it has a pod").name;
    let mut names: Vec<&str> = seen.others.iter().map(|other| other.pod.name.as_str()).collect();
    assert!(names.is_sorted());
    names.push(&first);
    names.sort_unstable();
    assert_eq!(names, ["openwrt-0", "openwrt-1", "openwrt-2"]);
    for other in &seen.others {
        assert_eq!((other.nics.len(), other.nics[0].verdict), (1, Verdict::Ok));
        assert!(other.pod.ready);
    }
}

#[tokio::test]
async fn another_pod_that_ends_or_has_ended_is_not_asked() {
    let fake = appliance("nginx:1", 4);
    for (number, part, value) in [
        (1, "/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z")),
        (2, "/status/phase", json!("Failed")),
        (3, "/status/phase", json!("Succeeded")),
    ] {
        let path = format!("{PODS}/openwrt-{number}");
        let mut state = fake.state();
        let pod = state.objects.get_mut(&path).expect("it is there");
        let (parent, key) = part.rsplit_once('/').expect("a pointer");
        pod.pointer_mut(parent).expect("it is there")[key] = value;
    }
    let seen = status(&fake).await;
    assert_eq!(seen.pod.expect("it has a pod").name, "openwrt-0");
    let others: Vec<_> =
        seen.others.iter().map(|other| (other.pod.name.as_str(), other.nics.len())).collect();
    assert_eq!(others, [("openwrt-1", 0)]);
}

/// The command in the pod ends with 1 where no file names a proxy, with 0 where one does.
#[tokio::test]
async fn a_home_assistant_that_trusts_no_proxy_is_told_of() {
    let ingress = |fake: &Fake| {
        let path = "/apis/networking.k8s.io/v1/namespaces/home/ingresses/web";
        fake.put(path, object("networking.k8s.io/v1", "Ingress", "web"));
    };
    let image = "ghcr.io/home-assistant/home-assistant:2026.1";
    for (image, leads_there, code, said) in [
        (image, true, 1, true),
        (image, true, 0, false),
        (image, true, 2, false),
        (image, false, 1, false),
        ("nginx:1", true, 1, false),
    ] {
        let fake = appliance(image, 1);
        if leads_there {
            ingress(&fake);
        }
        let (cluster, server) = fake.on_a_socket(code).await;
        let seen = cluster.status("home", None, &[]).await.expect("it is read");
        let codes: Vec<(&str, Code)> = seen[0]
            .problems
            .iter()
            .map(|problem| (problem.object.as_deref().unwrap_or_default(), problem.code))
            .collect();
        let wanted: &[(&str, Code)] = if said { &[("Ingress web", Code::ProxyUntrusted)] } else { &[] };
        assert_eq!(codes, wanted, "{image} {leads_there} {code}");
        for problem in
            &serde_json::to_value(&seen[0]).expect("JSON")["problems"].as_array().cloned().unwrap_or_default()
        {
            assert_eq!(
                (&problem["severity"], &problem["object"]),
                (&json!("warning"), &json!("Ingress web"))
            );
            // What scripts of former releases read.
            assert!(problem["fix"].is_string() && problem["fix"] == problem["help"], "{problem}");
        }
        let asks = server.log().iter().any(|line| line.contains("/pods/openwrt-0/exec?"));
        assert_eq!(asks, leads_there && image != "nginx:1");
    }
}
