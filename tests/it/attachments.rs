//! Which attachment a NIC gets, and the sysctls in it.

use crate::support::outcome;

const TWO_NETWORKS: &str = "
apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  salt: abc
  networks:
    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}
    iot: {macvlan: {parent: enp4s0}, subnet: 192.168.32.0/24}
---
";

/// Name of each attachment and what it says of a router's default route.
fn default_routes(appliance: &str) -> Vec<(String, Option<String>)> {
    default_routes_of(&format!("{TWO_NETWORKS}{appliance}"))
}

fn default_routes_of(documents: &str) -> Vec<(String, Option<String>)> {
    let outcome = outcome("site.yaml", documents);
    assert_eq!(outcome.text(), "");
    let plan = outcome.plan.expect("a plan");
    let of = |attachment: &wrtpod::plan::Attachment| {
        let key = "net.ipv6.conf.IFNAME.accept_ra_defrtr";
        let found = attachment.sysctls.iter().find(|sysctl| sysctl.key == key);
        (attachment.name.clone(), found.map(|sysctl| sysctl.value.clone()))
    };
    plan.appliances[0].nics.iter().filter_map(|nic| nic.attachment.as_ref()).map(of).collect()
}

#[test]
fn a_routers_advertisement_makes_a_default_route_only_where_the_plan_has_one() {
    let is = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
    let openwrt = "
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: box}
spec:
  from: openwrt
  interfaces: [{network: lan, address: 192.168.1.9/24}, {network: iot, address: dhcp}]
";
    assert_eq!(
        default_routes(openwrt),
        [is("lan-openwrt", Some("1")), is("iot-openwrt-no-default", Some("0"))]
    );
    let generic = "
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: box}
spec:
  image: docker.io/library/box:1
  interfaces: [{network: lan, address: dhcp, defaultRoute: true}, {network: iot, address: dhcp}]
";
    assert_eq!(default_routes(generic), [is("lan-dhcp-default", Some("1")), is("iot-dhcp", Some("0"))]);
    // Where advertisements are not heard at all, nothing is to be said of their routes.
    let fixed =
        generic.replace("dhcp", "192.168.1.9/24").replacen("192.168.1.9/24}]", "192.168.32.9/24}]", 1);
    assert_eq!(default_routes(&fixed), [is("lan", None), is("iot", None)]);
}

/// A site that has a NIC listen, for the routes to Thread that a border router advertises, does not ask for a default.
#[test]
fn a_site_that_listens_to_routers_gets_no_default_route_of_theirs_beside() {
    let is = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
    let with = |sysctls: &str, interfaces: &str| {
        let site =
            TWO_NETWORKS.replace("192.168.32.0/24}", &format!("192.168.32.0/24, sysctls: {{{sysctls}}}}}"));
        let appliance = "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: box}\n";
        let spec = format!("spec: {{image: \"docker.io/library/box:1\", interfaces: [{interfaces}]}}\n");
        default_routes_of(&format!("{site}{appliance}{spec}"))
    };
    let listens = "net.ipv6.conf.IFNAME.accept_ra: 2";
    let iot = "{network: iot, address: 192.168.32.9/24, gateway: 192.168.32.1";
    assert_eq!(with(listens, &format!("{iot}}}")), [is("iot", Some("0"))]);
    assert_eq!(with("net.ipv6.conf.iot.accept_ra: 1", &format!("{iot}}}")), [is("iot", Some("0"))]);
    assert_eq!(with(listens, &format!("{iot}, defaultRoute: true}}")), [is("iot", Some("1"))]);
    // Who says so itself is obeyed.
    let own = format!("{listens}, net.ipv6.conf.IFNAME.accept_ra_defrtr: 1");
    assert_eq!(with(&own, &format!("{iot}}}")), [is("iot", Some("1"))]);
    // `all` and `default` are nothing to an interface that is there.
    assert_eq!(with("net.ipv6.conf.all.accept_ra: 2", &format!("{iot}}}")), [is("iot", None)]);
}

/// The name and `spec.config` of each NAD.
fn nads(appliances: &str) -> Vec<(String, serde_json::Value)> {
    let outcome = outcome("site.yaml", &format!("{TWO_NETWORKS}{appliances}"));
    assert_eq!(outcome.text(), "");
    let objects =
        outcome.sets.iter().flatten().filter(|object| object.identity.kind == "NetworkAttachmentDefinition");
    let config = |value: &serde_json::Value| {
        serde_json::from_str(value["spec"]["config"].as_str().expect("a text")).expect("JSON")
    };
    objects.map(|object| (object.identity.name.clone(), config(&object.value))).collect()
}

const TWO_BOXES: &str = "
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: one}
spec: {from: openwrt, interfaces: [{network: lan, address: 192.168.1.9/24}]}
---
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: two}
spec: {from: openwrt, interfaces: [{network: lan, address: 192.168.1.10/24}]}
";

/// The name inside is what host-local's leases on the node hang on: it is the network's use, as build 0.1 wrote it.
#[test]
fn appliances_share_the_network_and_no_attachment() {
    let nads = nads(TWO_BOXES);
    let names: Vec<&str> = nads.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["one-lan-openwrt-79976515d3", "two-lan-openwrt-79976515d3"]);
    assert!(nads.iter().all(|(_, config)| config["name"] == "lan-openwrt"), "{nads:?}");
}

/// Two NICs that join alike share one; uses that have one CNI name are told apart by their content.
#[test]
fn an_appliance_has_one_attachment_for_each_use() {
    let alike = "
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: box}
spec:
  image: docker.io/library/box:1
  interfaces: [{network: lan, address: none, name: a}, {network: lan, address: none, name: b}]
";
    assert_eq!(nads(alike).len(), 1);
    let named = TWO_NETWORKS.replace("iot:", "lan-l2:");
    let text = format!(
        "{named}{}",
        alike
            .replace("{network: lan, address: none, name: b}", "{network: lan-l2, address: 192.168.32.9/24}")
    );
    let outcome = outcome("site.yaml", &text);
    assert_eq!(outcome.text(), "");
    let names = outcome.sets[0].iter().map(|object| object.identity.name.as_str());
    let names: Vec<&str> = names.filter(|name| name.starts_with("box-lan")).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("box-lan-l2-")) && names[0] != names[1], "{names:?}");
}

/// A tool that moves objects to another namespace does not read this text.
#[test]
fn the_annotation_names_no_namespace() {
    let outcome = outcome("site.yaml", &format!("{TWO_NETWORKS}{TWO_BOXES}"));
    // What they share comes first.
    for set in &outcome.sets[1..] {
        let workload = set.iter().last().expect("a workload");
        let annotations = &workload.value["spec"]["template"]["metadata"]["annotations"];
        let asked = annotations["k8s.v1.cni.cncf.io/networks"].as_str().expect("a request");
        assert!(asked.contains("-lan-openwrt-79976515d3\"") && !asked.contains("namespace"), "{asked}");
    }
}

/// An Ingress forwards HTTP, which no port of UDP takes.
#[test]
fn an_ingress_leads_to_the_first_port_of_tcp() {
    let outcome = outcome("site.yaml", include_str!("rules/unknown-port.tcp.good.yaml"));
    let mut objects = outcome.sets.iter().flatten();
    let ingress = objects.find(|object| object.identity.kind == "Ingress").expect("there is one");
    let port = ingress.value.pointer("/spec/rules/0/http/paths/0/backend/service/port/name");
    assert_eq!(port.and_then(|port| port.as_str()), Some("http"));
}

/// The attachment of the only appliance of a document.
fn only_attachment(document: &str) -> wrtpod::plan::Attachment {
    let outcome = outcome("site.yaml", document);
    assert_eq!(outcome.text(), "");
    let plan = outcome.plan.expect("it has a site");
    plan.appliances[0].nics[0].attachment.clone().expect("it has an attachment")
}

#[test]
fn an_appliance_hangs_on_the_interface_that_its_node_has() {
    let there = only_attachment(include_str!("rules/parent-differs.node.good.yaml"));
    assert_eq!(there.link.parent(), Some("eno1"));
    let here = only_attachment(
        &include_str!("rules/parent-differs.node.good.yaml").replace("nodes: [n2]", "nodes: [n1]"),
    );
    assert_eq!(here.link.parent(), Some("enp3s0"));
}

/// Each of several pods has a MAC of its own, and whereabouts is told where its configuration is.
#[test]
fn a_pool_of_the_cluster_has_one_list() {
    let outcome = outcome("site.yaml", include_str!("rules/pool-many-nodes.whereabouts.good.yaml"));
    assert_eq!(outcome.text(), "");
    let objects: Vec<_> = outcome.sets.iter().flat_map(|set| set.iter()).collect();
    let nad = objects.iter().find(|object| object.identity.kind == "NetworkAttachmentDefinition");
    let config = nad.expect("there is one").value["spec"]["config"].as_str().expect("a text").to_owned();
    let list: serde_json::Value = serde_json::from_str(&config).expect("JSON");
    let range = serde_json::json!({
        "range": "192.168.1.0/24", "range_start": "192.168.1.200", "range_end": "192.168.1.216",
    });
    let ipam = serde_json::json!({
        "type": "whereabouts",
        "ipRanges": [range],
        "configuration_path": "/var/lib/rancher/k3s/agent/etc/cni/net.d/whereabouts.d/whereabouts.conf",
    });
    assert_eq!(list["plugins"][0]["ipam"], ipam);
    let workload = objects.last().expect("the workload comes last");
    let networks =
        &workload.value["spec"]["template"]["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"];
    assert!(!networks.as_str().expect("a text").contains("mac"), "{networks}");
}

/// A NAD that somebody else made stays that one; what else a chart's values say of the link means nothing beside it.
#[test]
fn a_network_that_is_there_already_stays() {
    for (values, want) in [
        ("existing: net/lan.2", "existing:\n        name: lan.2\n        namespace: net\n"),
        ("existing: lan, kind: ipvlan", "existing:\n        name: lan\n        mac: false\n"),
        ("existing: lan, mac: false", "existing:\n        name: lan\n        mac: false\n"),
    ] {
        let own = format!("networks: {{lan: {{{values}}}}}\ninterfaces: [{{network: lan, address: dhcp}}]\n");
        let (documents, said) = crate::import::imported_entry("nginx-lan", "nginx-lan", &own);
        assert_eq!(said, "", "{values}");
        let documents = documents.expect("nothing was refused");
        assert!(documents.contains(want), "{documents}");
        let outcome = crate::support::outcome("<imported>", &documents);
        assert!(!outcome.diagnostics.has_errors(), "{}", outcome.text());
        assert!(
            crate::import::objects_of(&outcome)
                .iter()
                .all(|one| !one.contains("\"NetworkAttachmentDefinition\""))
        );
    }
}
