//! What documents say of a pod that its home's clusters ask for, as it is rendered.

use serde_json::{Value, json};

use crate::support::outcome;

/// The objects of an appliance with these keys, by kind.
fn rendered(spec: &Value) -> impl Fn(&str) -> Value + use<> {
    let site = json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Site", "metadata": {"name": "home"}, "spec":
        {"salt": "a", "namespace": "home", "networks": {"lan": {"macvlan": {"parent": "e0"}, "subnet": "192.168.1.0/24"}}}});
    let mut whole = json!({"image": "example/frigate:1", "interfaces": [{"network": "lan", "address": "192.168.1.60/24"}],
        "ports": {"stun": {"port": 3478, "protocol": "UDP"}, "http": {"port": 5000}}, "service": {}});
    whole.as_object_mut().expect("a map").extend(spec.as_object().cloned().expect("a map"));
    let appliance = json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Appliance", "metadata": {"name": "frigate"}, "spec": whole});
    let outcome = outcome("site.yaml", &format!("{site}\n---\n{appliance}\n"));
    assert!(!outcome.diagnostics.has_errors(), "{}", outcome.text());
    move |kind| {
        let found =
            outcome.sets.iter().flat_map(|set| set.iter()).find(|object| object.identity.kind == kind);
        found.map_or(Value::Null, |object| object.value.clone())
    }
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().into_iter().flatten().find(|one| one["name"] == name).expect("it is there")
}

#[test]
fn volumes_are_memory_paths_of_the_node_and_folders_of_a_server() {
    let of = rendered(&json!({
        "volumes": {
            "shm": {"mountPath": "/dev/shm", "emptyDir": true, "size": "512Mi"},
            "cache": {"mountPath": "/cache", "emptyDir": true},
            "dbus": {"mountPath": "/run/dbus", "hostPath": "/run/dbus"},
            "media": {"mountPath": "/media", "nfs": {"server": "nas.lan", "path": "/export"}, "readOnly": true},
        },
        "allow": {"/run/dbus": "it asks the node's Bluetooth"},
    }));
    let pod = &of("StatefulSet")["spec"]["template"]["spec"];
    let volumes = &pod["volumes"];
    assert_eq!(named(volumes, "shm")["emptyDir"], json!({"medium": "Memory", "sizeLimit": "512Mi"}));
    assert_eq!(named(volumes, "cache")["emptyDir"], json!({}));
    assert_eq!(named(volumes, "dbus")["hostPath"], json!({"path": "/run/dbus"}));
    assert_eq!(named(volumes, "media")["nfs"], json!({"server": "nas.lan", "path": "/export"}));
    assert_eq!(named(&pod["containers"][0]["volumeMounts"], "media")["readOnly"], true);
    assert_eq!(of("PersistentVolumeClaim"), Value::Null);
}

#[test]
fn variables_come_from_whole_objects_and_the_pod_has_users_of_its_own() {
    let of = rendered(&json!({
        "envFrom": [{"secret": "login"}, {"configMap": "plain", "prefix": "P_"}],
        "hostUsers": false,
    }));
    let pod = &of("StatefulSet")["spec"]["template"]["spec"];
    let wanted =
        json!([{"secretRef": {"name": "login"}}, {"configMapRef": {"name": "plain"}, "prefix": "P_"}]);
    assert_eq!(pod["containers"][0]["envFrom"], wanted);
    assert_eq!(pod["hostUsers"], false);
    assert!(rendered(&json!({}))("StatefulSet")["spec"]["template"]["spec"].get("hostUsers").is_none());
}

#[test]
fn a_variable_is_from_one_key_of_a_config_map() {
    let env = json!({"HOST": {"configMapKeyRef": {"name": "kube-root-ca.crt", "key": "tls.host"}}});
    let of = rendered(&json!({"env": env}));
    let container = &of("StatefulSet")["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(
        container["env"],
        json!([{"name": "HOST", "valueFrom": {"configMapKeyRef": {"name": "kube-root-ca.crt", "key": "tls.host"}}}])
    );
}

/// The objects of an appliance on a network whose NAD somebody else made.
fn on_existing(nad: &Value, interface: &Value, spec: &Value) -> Vec<Value> {
    let site = json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Site", "metadata": {"name": "home"}, "spec":
        {"salt": "a", "namespace": "home", "networks": {"lan": {"existing": nad, "subnet": "192.168.1.0/24", "gateway": "192.168.1.1"}}}});
    let mut whole = json!({"image": "example/frigate:1", "interfaces": [interface]});
    whole.as_object_mut().expect("a map").extend(spec.as_object().cloned().expect("a map"));
    let appliance = json!({"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Appliance", "metadata": {"name": "frigate"}, "spec": whole});
    let outcome = outcome("site.yaml", &format!("{site}\n---\n{appliance}\n"));
    assert_eq!(outcome.text(), "");
    outcome.sets.iter().flat_map(|set| set.iter()).map(|object| object.value.clone()).collect()
}

fn asked(objects: &[Value]) -> Value {
    let of = |object: &Value| {
        let annotations = &object["spec"]["template"]["metadata"]["annotations"];
        annotations["k8s.v1.cni.cncf.io/networks"].as_str().map(str::to_owned)
    };
    let text = objects.iter().find_map(of).expect("it asks for networks");
    serde_json::from_str(&text).expect("it is JSON")
}

#[test]
fn a_pod_asks_for_a_nad_that_somebody_else_made() {
    let fixed = json!({"network": "lan", "address": "192.168.1.60/24", "mac": "02:00:00:00:00:01"});
    let objects = on_existing(&json!({"name": "lan.2", "namespace": "net"}), &fixed, &json!({}));
    assert!(objects.iter().all(|object| object["kind"] != "NetworkAttachmentDefinition"));
    let want = json!([{"name": "lan.2", "namespace": "net", "interface": "lan", "mac": "02:00:00:00:00:01", "ips": ["192.168.1.60/24"]}]);
    assert_eq!(asked(&objects), want);
    // The appliances' own namespace is no word of the annotation: objects may be moved.
    let objects =
        on_existing(&json!({"name": "lan", "namespace": "home"}), &fixed, &json!({"profile": "openwrt"}));
    assert_eq!(asked(&objects), json!([{"name": "lan", "interface": "lan", "mac": "02:00:00:00:00:01"}]));
    for address in ["dhcp", "pool", "none"] {
        let leased = json!({"network": "lan", "address": address});
        let objects = on_existing(&json!({"name": "lan", "mac": false}), &leased, &json!({}));
        assert_eq!(asked(&objects), json!([{"name": "lan", "interface": "lan"}]), "{address}");
    }
}

/// Of a pool that a NAD hands out nobody knows the families: both gateways are of use.
#[test]
fn an_address_from_a_nad_s_pool_has_the_network_s_gateway() {
    let leased = json!({"network": "lan", "address": "pool", "defaultRoute": true});
    let objects = on_existing(&json!({"name": "lan"}), &leased, &json!({}));
    let mut settings = objects.iter().filter_map(|object| object["data"]["settings"].as_str());
    let settings = settings.find(|text| text.starts_with("NICS=")).expect("a plan");
    assert!(settings.contains("DEFAULT_ROUTE='lan 192.168.1.1'"), "{settings}");
}

/// Whatever is added, it is hardened as the appliance's own container is.
#[test]
fn a_container_beside_the_appliance_shares_its_volumes_and_no_privilege() {
    let of = rendered(&json!({
        "volumes": {"media": {"mountPath": "/media", "emptyDir": true, "readOnly": true, "subPath": "a"}},
        "containers": {
            "watch": {"image": "example/watch:1", "args": ["$(A)"], "user": 1000},
            "exporter": {
                "image": "example/exporter:1",
                "imagePullPolicy": "Always",
                "env": {"HOST": {"configMapKeyRef": {"name": "mqtt", "key": "host"}}},
                "envFrom": [{"secret": "login"}],
                "mounts": {"media": "/data"},
                "capabilities": {"NET_RAW": "it pings the cameras"},
                "probes": {"readiness": {"http": {"path": "/metrics", "port": "http"}}},
                "resources": {"limits": {"memory": "64Mi"}},
            },
        },
    }));
    let containers = &of("StatefulSet")["spec"]["template"]["spec"]["containers"];
    let names: Vec<&str> =
        containers.as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["frigate", "exporter", "watch"]);
    let seccomp = json!({"type": "RuntimeDefault"});
    assert_eq!(
        *named(containers, "exporter"),
        json!({
            "name": "exporter",
            "image": "example/exporter:1",
            "imagePullPolicy": "Always",
            "env": [{"name": "HOST", "valueFrom": {"configMapKeyRef": {"name": "mqtt", "key": "host"}}}],
            "envFrom": [{"secretRef": {"name": "login"}}],
            "volumeMounts": [{"name": "media", "mountPath": "/data", "subPath": "a", "readOnly": true}],
            "readinessProbe": {"httpGet": {"path": "/metrics", "port": 5000}, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3},
            "resources": {"limits": {"memory": "64Mi"}},
            "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"add": ["NET_RAW"], "drop": ["ALL"]}, "seccompProfile": seccomp},
        })
    );
    assert_eq!(
        *named(containers, "watch"),
        json!({
            "name": "watch",
            "image": "example/watch:1",
            "args": ["$$(A)"],
            "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsUser": 1000, "runAsGroup": 1000, "seccompProfile": seccomp},
        })
    );
}

#[test]
fn an_http_route_leads_to_the_services_first_tcp_port() {
    let parents = json!([{"name": "internal", "namespace": "network"}, {"name": "own", "sectionName": "https", "port": 443}]);
    let of = rendered(&json!({"httpRoute": {"hostnames": ["frigate.example.org"], "parentRefs": parents}}));
    let route = of("HTTPRoute");
    assert_eq!(route["apiVersion"], "gateway.networking.k8s.io/v1");
    assert_eq!(route["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/substitute"], "disabled");
    assert_eq!(
        route["spec"],
        json!({
            "parentRefs": [
                {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "internal", "namespace": "network"},
                {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "own", "sectionName": "https", "port": 443},
            ],
            "hostnames": ["frigate.example.org"],
            "rules": [{
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "backendRefs": [{"group": "", "kind": "Service", "name": "frigate", "port": 5000, "weight": 1}],
            }],
        })
    );
}

/// Who wants Flux to substitute in objects says so, and never means the pod's scripts and settings.
#[test]
fn nothing_is_substituted_in_scripts_and_settings() {
    const KEY: &str = "kustomize.toolkit.fluxcd.io/substitute";
    let text = format!(
        "apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {{name: home, annotations: {{{KEY}: enabled}}}}
spec: {{salt: a, networks: {{lan: {{macvlan: {{parent: enp3s0}}, subnet: 192.168.1.0/24}}}}}}
---
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {{name: router, annotations: {{{KEY}: enabled}}}}
spec: {{from: openwrt, interfaces: [{{network: lan, address: 192.168.1.7/24}}]}}
---
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {{name: hub, annotations: {{{KEY}: enabled}}}}
spec: {{image: 'nginx:1', interfaces: [{{network: lan, address: 192.168.1.8/24}}]}}
"
    );
    let outcome = outcome("site.yaml", &text);
    let said = |kind: &str| -> Vec<_> {
        let objects = outcome.sets.iter().flatten().filter(|object| object.identity.kind == kind);
        objects.map(|object| object.value["metadata"]["annotations"][KEY].as_str()).collect()
    };
    assert_eq!(said("StatefulSet"), [Some("enabled"); 2], "{}", outcome.text());
    assert_eq!(said("ConfigMap"), [Some("disabled"); 4]);
}

/// Kubernetes takes dots in the names of objects: those that are there are named as they are, in documents, charts and on the way
/// back.
#[test]
fn objects_that_are_there_may_have_dots_in_their_names() {
    let own = "networks: {lan: {parent: enp3s0, subnets: [192.168.1.0/24], gateways: [192.168.1.1]}}\n\
               interfaces: [{network: lan, address: [192.168.1.9/24]}]\n\
               persistence: {existingClaim: disk.of.wrt}\ncredentials: {existingSecret: root.of.wrt}\n\
               imagePullSecrets: [{name: pull.me}]\n\
               uci: {network: [{section: wg0, type: interface, options: {private_key: {secretKeyRef: {name: v.p.n, key: k}}}}]}\n";
    let (documents, said) = crate::import::imported_entry("openwrt", "openwrt", own);
    let documents = documents.unwrap_or_else(|| panic!("it is refused: {said}"));
    let outcome = crate::support::outcome("<imported>", &documents);
    assert!(!outcome.diagnostics.has_errors(), "{}", outcome.text());
    let objects = crate::import::objects_of(&outcome).join("\n");
    for name in ["disk.of.wrt", "root.of.wrt", "pull.me", "v.p.n"] {
        assert!(objects.contains(&format!("\"{name}\"")), "{name}: {objects}");
    }
}
