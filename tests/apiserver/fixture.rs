//! A namespace of its own for each test, a release to play with, and a look at what is really there.

use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams,
    PostParams,
};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use wrtpod::cluster::{
    Cluster, ConfiguredBy, ConnectOptions, ExpectedNic, GeneratedSecret, Release, connect,
};
use wrtpod::objects::{Identity, Object, ObjectSet};
use wrtpod::tls;

/// What a test works with.
pub struct Fixture {
    /// The sink.
    pub cluster: Cluster,
    /// A client that the sink knows nothing of.
    pub client: Client,
    /// The test's own namespace.
    pub namespace: String,
}

/// The kubeconfig of the tests.
pub fn kubeconfig() -> std::path::PathBuf {
    std::env::var_os("WRTPOD_TEST_KUBECONFIG").expect("WRTPOD_TEST_KUBECONFIG names a kubeconfig").into()
}

/// The kubeconfig with another user in the place of its own.
pub fn with_user(user: &str) -> String {
    let text = std::fs::read_to_string(kubeconfig()).expect("readable");
    let mut file: Kubeconfig = Kubeconfig::from_yaml(&text).expect("a kubeconfig");
    let name = file.auth_infos[0].name.clone();
    file.auth_infos.clear();
    let mut value = serde_json::to_value(&file).expect("JSON");
    value["users"] = Value::Null;
    let mut text = value.to_string();
    text = text.replace("\"users\":null", &format!("\"users\":[{{\"name\":\"{name}\",\"user\":{user}}}]"));
    text
}

impl Fixture {
    /// A fixture with a namespace that lets every pod in.
    pub async fn new(name: &str) -> Self {
        let fixture = Self::without_namespace(name).await;
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {
            "name": fixture.namespace, "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}});
        fixture.create(&namespace).await;
        fixture
    }

    /// A fixture whose namespace is not there.
    pub async fn without_namespace(name: &str) -> Self {
        let path = kubeconfig();
        tls::install_provider();
        let file = Kubeconfig::read_from(&path).expect("a kubeconfig");
        let config =
            Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.expect("a context");
        let client = Client::try_from(config).expect("a client");
        let options = ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() };
        let cluster = connect(&options).await.expect("a connection");
        let namespace = format!("{name}-{}", std::process::id());
        let fixture = Self { cluster, client, namespace };
        fixture.know_attachments().await;
        fixture
    }

    /// A connection of its own, as a new process has one.
    pub async fn connect(&self) -> Cluster {
        let options = ConnectOptions { kubeconfig: Some(kubeconfig()), ..ConnectOptions::default() };
        connect(&options).await.expect("a connection")
    }

    /// A user who may read everything in the namespace and do nothing.
    pub async fn viewer(&self) -> Cluster {
        let named = |kind: &str, version: &str, rest: Value| {
            let mut object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "viewer", "namespace": self.namespace}});
            object.as_object_mut().expect("a map").extend(rest.as_object().expect("a map").clone());
            object
        };
        let rbac = "rbac.authorization.k8s.io";
        self.create(&named("ServiceAccount", "v1", json!({}))).await;
        // Named one by one: `*` has pods/exec in it, and a WebSocket's exec is a `get`.
        let resources = [
            "pods",
            "events",
            "persistentvolumeclaims",
            "statefulsets",
            "deployments",
            "network-attachment-definitions",
        ];
        let rules = json!({"rules": [{"apiGroups": ["*"], "resources": resources, "verbs": ["get", "list", "watch"]}]});
        self.create(&named("Role", &format!("{rbac}/v1"), rules)).await;
        let binding = json!({"roleRef": {"apiGroup": rbac, "kind": "Role", "name": "viewer"},
            "subjects": [{"kind": "ServiceAccount", "name": "viewer", "namespace": self.namespace}]});
        self.create(&named("RoleBinding", &format!("{rbac}/v1"), binding)).await;
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client.clone(), &self.namespace);
        let request = serde_json::from_value(json!({"spec": {"audiences": []}})).expect("a request");
        let token =
            accounts.create_token_request("viewer", &PostParams::default(), &request).await.expect("a token");
        let token = token.status.expect("a status").token;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("config");
        std::fs::write(&path, with_user(&json!({"token": token}).to_string())).expect("written");
        let options = ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() };
        connect(&options).await.expect("a connection")
    }

    async fn know_attachments(&self) {
        let api: Api<CustomResourceDefinition> = Api::all(self.client.clone());
        let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "network-attachment-definitions.k8s.cni.cncf.io"},
        "spec": {
            "group": "k8s.cni.cncf.io", "scope": "Namespaced",
            "names": {"plural": "network-attachment-definitions", "singular": "network-attachment-definition",
                      "kind": "NetworkAttachmentDefinition", "shortNames": ["net-attach-def"]},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": {"type": "object", "properties": {"config": {"type": "string"}}}}}}}],
        }});
        let name = "network-attachment-definitions.k8s.cni.cncf.io";
        let Some(_) = api.get_opt(name).await.expect("an answer") else {
            let crd: CustomResourceDefinition = serde_json::from_value(crd).expect("a CRD");
            let _ = api.create(&PostParams::default(), &crd).await;
            let established = kube::runtime::conditions::is_crd_established();
            kube::runtime::wait::await_condition(api, name, established).await.expect("an established CRD");
            return;
        };
    }

    /// The API of a kind in the test's namespace.
    pub fn api(&self, api_version: &str, kind: &str, plural: &str) -> Api<DynamicObject> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let resource =
            ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural);
        if kind == "Namespace" {
            return Api::all_with(self.client.clone(), &resource);
        }
        Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
    }

    /// Creates an object behind the sink's back.
    pub async fn create(&self, value: &Value) {
        let api = self.of(value);
        let object: DynamicObject = serde_json::from_value(value.clone()).expect("an object");
        api.create(&PostParams::default(), &object).await.expect("a new object");
    }

    fn of(&self, value: &Value) -> Api<DynamicObject> {
        let kind = value["kind"].as_str().expect("a kind");
        let plural = format!("{}s", kind.to_lowercase());
        self.api(value["apiVersion"].as_str().expect("a version"), kind, &plural)
    }

    /// Applies as another field manager.
    pub async fn apply_as(&self, manager: &str, value: &Value) {
        let name = value["metadata"]["name"].as_str().expect("a name");
        let params = PatchParams::apply(manager).force();
        self.of(value).patch(name, &params, &Patch::Apply(value)).await.expect("an applied object");
    }

    /// The names of the objects of a kind that are there.
    pub async fn names(&self, api_version: &str, kind: &str, plural: &str) -> Vec<String> {
        let list = self.api(api_version, kind, plural).list(&ListParams::default()).await.expect("a list");
        let mut names: Vec<String> = list.items.into_iter().filter_map(|item| item.metadata.name).collect();
        names.retain(|name| name != "kube-root-ca.crt" && name != "default");
        names.sort();
        names
    }

    /// One object as it is.
    pub async fn get(&self, api_version: &str, kind: &str, plural: &str, name: &str) -> Value {
        let object = self.api(api_version, kind, plural).get(name).await.expect("the object");
        serde_json::to_value(object).expect("JSON")
    }

    /// Waits until the kubelet says that it knows of a pod's sandbox. Before that, it takes the pod away without one.
    pub async fn sandbox_seen(&self) {
        let events = self.api("v1", "Event", "events");
        let filter = ListParams::default().fields("reason=SandboxChanged");
        for _ in 0..120 {
            if !events.list(&filter).await.expect("a list").items.is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        panic!("the kubelet has seen no sandbox for a minute");
    }

    /// Removes the namespace; without a controller it stays, emptied by nobody, and does no harm.
    pub async fn done(self) {
        let api: Api<Namespace> = Api::all(self.client.clone());
        let _ = api.delete(&self.namespace, &DeleteParams::default()).await;
    }

    /// A release of nine objects, one of them an attachment.
    pub fn release(&self) -> Release {
        let namespace = self.namespace.as_str();
        let labels =
            json!({"app.kubernetes.io/managed-by": "wrtpod", "app.kubernetes.io/instance": "openwrt"});
        let meta = |name: &str| json!({"name": name, "namespace": namespace, "labels": labels});
        let objects = [
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("openwrt")}),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("openwrt-uci"), "data": {"network": "config interface 'lan'\n"}}),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("openwrt-scripts"), "data": {"init.sh": "#!/bin/sh\n"}}),
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta("openwrt-preinit"), "data": {"a": "b"}}),
            json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta("openwrt-data"), "spec": {
                "accessModes": ["ReadWriteOnce"], "storageClassName": "none", "resources": {"requests": {"storage": "64Mi"}}}}),
            json!({"apiVersion": "v1", "kind": "Service", "metadata": meta("openwrt"), "spec": {
                "selector": {"app.kubernetes.io/instance": "openwrt"}, "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}}),
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta("openwrt"), "spec": {
                "podSelector": {"matchLabels": {"app.kubernetes.io/instance": "openwrt"}}, "policyTypes": ["Ingress"]}}),
            attachment(
                namespace,
                r#"{"cniVersion":"1.0.0","name":"lan","plugins":[{"type":"macvlan","master":"enp3s0"}]}"#,
            ),
            self.statefulset("localhost/openwrt:1"),
        ];
        Release {
            appliance: "openwrt".into(),
            namespace: namespace.into(),
            site: "home".into(),
            objects: set(objects),
            shared: set([]),
            expected: vec![ExpectedNic {
                interface: "lan".into(),
                network_name: format!("{namespace}/lan"),
                existing: false,
                mac: Some("52:54:00:12:34:56".into()),
                addresses: Vec::new(),
                dynamic: false,
                configured_by: ConfiguredBy::Guest,
            }],
            workload: Identity {
                api_version: "apps/v1".into(),
                kind: "StatefulSet".into(),
                namespace: Some(namespace.into()),
                name: "openwrt".into(),
            },
            container: "openwrt".into(),
            create_namespace: true,
            credentials: Some("openwrt-password".into()),
            cluster_ranges: Vec::new(),
            modules: Vec::new(),
            secret: Some(GeneratedSecret {
                name: "openwrt-password".into(),
                labels: serde_json::from_value(labels).expect("labels"),
                annotations: std::collections::BTreeMap::new(),
            }),
        }
    }

    /// The release's workload with another image.
    pub fn statefulset(&self, image: &str) -> Value {
        let labels =
            json!({"app.kubernetes.io/managed-by": "wrtpod", "app.kubernetes.io/instance": "openwrt"});
        json!({"apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": {"name": "openwrt", "namespace": self.namespace, "labels": labels},
        "spec": {
            "replicas": 1, "serviceName": "openwrt", "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": {"app.kubernetes.io/instance": "openwrt"}},
            "template": {
                "metadata": {"labels": labels, "annotations": {"k8s.v1.cni.cncf.io/networks": "[{\"name\":\"lan\",\"interface\":\"lan\",\"mac\":\"52:54:00:12:34:56\"}]"}},
                "spec": {"terminationGracePeriodSeconds": 5, "containers": [{
                    "name": "openwrt", "image": image, "imagePullPolicy": "IfNotPresent",
                    "securityContext": {"capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}}}]},
            }}})
    }
}

/// The attachment of the release.
pub fn attachment(namespace: &str, config: &str) -> Value {
    json!({"apiVersion": "k8s.cni.cncf.io/v1", "kind": "NetworkAttachmentDefinition",
        "metadata": {"name": "lan", "namespace": namespace}, "spec": {"config": config}})
}

/// Objects in their order.
pub fn set(values: impl IntoIterator<Item = Value>) -> ObjectSet {
    let mut set = ObjectSet::new();
    for value in values {
        set.push(Object::from_value(value).expect("an object")).expect("no duplicate");
    }
    set
}

/// The release without some objects, with others in their place.
pub fn replaced(release: &Release, gone: &[&str], new: impl IntoIterator<Item = Value>) -> Release {
    let kept = release.objects.iter().filter(|object| !gone.contains(&object.identity.to_string().as_str()));
    let values: Vec<Value> = kept.map(|object| object.value.clone()).chain(new).collect();
    Release { objects: set(values), ..release.clone() }
}
