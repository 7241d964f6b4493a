//! The values of an appliance's chart: the words of its documents where Helm has no convention of its own.

mod access;
mod generic;
mod networks;
mod openwrt;
mod sidecars;
mod volumes;

pub use openwrt::uci;

use serde_json::{Map, Value, json};

use super::entry::{Entry, leaf, section};
use super::overlays::Carried;
use super::shapes;
use super::source::Source;
use crate::diag::Loc;
use crate::plan::Profile;
use crate::types::{ImageRef, Privilege};

/// The values, with what the documents say as their defaults.
pub fn values(source: &Source<'_>, carried: &Carried) -> Vec<Entry> {
    let mut entries = names(source, carried);
    entries.extend(place(source));
    entries.push(networks::networks(source));
    entries.push(networks::interfaces(source));
    match source.profile() {
        Profile::OpenWrt => entries.extend(openwrt::openwrt(source, carried)),
        Profile::Generic => entries.extend(generic::generic(source)),
    }
    entries.extend(access::access(source));
    entries.extend(users(source));
    entries.extend(pod(source));
    entries
}

fn names(source: &Source<'_>, carried: &Carried) -> Vec<Entry> {
    let spec = source.spec;
    let secrets: Vec<Value> =
        spec.image_pull_secrets.iter().map(|name| json!({"name": name.to_string()})).collect();
    let policy = spec.image_pull_policy.as_ref().map_or("", |policy| policy.as_str());
    let mut image = image(source.image(), policy);
    if source.profile() == Profile::OpenWrt {
        image.push(openwrt::overlays(
            source,
            carried,
            true,
            "The overlays that the image was built with, in their order, out of those in files/overlays.",
        ));
    }
    let mut entries = vec![section("image", image, "The container image.")];
    if source.profile() == Profile::Generic {
        let helper = spec.helper_image.as_ref().map(|image| image.to_string()).unwrap_or_default();
        entries.push(leaf(
            "helperImage",
            helper,
            shapes::text(),
            "The image of the init container that wires the network: any with `sh` and `ip`.\nEmpty: the appliance's own.",
        ));
    }
    entries.extend([
        leaf("imagePullSecrets", secrets, shapes::objects(), "Secrets with credentials for the registry: `- name: regcred`."),
        leaf("nameOverride", "", shapes::name_or_empty(), "The label app.kubernetes.io/name. Empty: what the chart is."),
        leaf(
            "fullnameOverride",
            "",
            shapes::name_or_empty(),
            "The name of all objects, and part of what MACs are derived from. Empty: the release's name, with the\n\
             chart's behind it unless it is part of it.",
        ),
        leaf(
            "replicas",
            source.plan.replicas.value,
            json!({"type": "integer", "minimum": 0}),
            "How many pods. More than one is refused with a fixed MAC or address.",
        ),
    ]);
    entries
}

fn image(image: &ImageRef, policy: &str) -> Vec<Entry> {
    let repository = match image.registry() {
        Some(registry) => format!("{registry}/{}", image.repository()),
        None => image.repository().to_owned(),
    };
    let digest = image.digest().map(ToString::to_string).unwrap_or_default();
    vec![
        leaf("repository", repository, shapes::filled(), "The registry and repository."),
        leaf("tag", image.tag().unwrap_or_default(), shapes::tag(), "The tag."),
        leaf("digest", digest, shapes::digest(), "The digest, `sha256:…`: with one, the tag is for people."),
        leaf(
            "pullPolicy",
            policy,
            shapes::one_of(&["", "Always", "IfNotPresent", "Never"]),
            "When a node pulls the image: Always, IfNotPresent or Never. Empty: Kubernetes decides by the tag.",
        ),
    ]
}

fn place(source: &Source<'_>) -> Vec<Entry> {
    let ranges = source.cluster_ranges();
    vec![
        leaf("site", source.site_name, shapes::name(), "The name of the place: a label of the NADs.")
            .of_place(Some("home".into())),
        leaf(
            "salt",
            source.site.salt.as_ref().map_or("", |salt| salt.as_str()),
            shapes::text(),
            "Random text that derived MACs depend on, so that two sites on one LAN do not collide. Write your own,\n\
             once: changing it changes every derived MAC.",
        )
        .needed("", "For example what `openssl rand -hex 8` prints."),
        section(
            "cluster",
            vec![
                leaf("podCIDRs", ranges.0, shapes::cidrs(), "The ranges that pods get their addresses from.")
                    .needed(json!([]), "For example [10.42.0.0/16] as k3s has it, [10.244.0.0/16] as kubeadm."),
                leaf("serviceCIDRs", ranges.1, shapes::cidrs(), "The ranges of Service addresses.")
                    .needed(json!([]), "For example [10.43.0.0/16] as k3s has it, [10.96.0.0/12] as kubeadm."),
            ],
            "The cluster's own address ranges: they stay reachable over eth0, wherever the default route leads.",
        ),
        section(
            "multus",
            vec![leaf(
                "check",
                true,
                shapes::switch(),
                "Whether to stop where the cluster does not know NetworkAttachmentDefinitions. `false` renders without a\n\
                 cluster, as `helm template` does.",
            )],
            "Multus attaches the interfaces; this chart does not install it.",
        ),
    ]
}

fn hostname(source: &Source<'_>, comment: &str) -> Entry {
    let name = source.spec.hostname.as_ref().map(|name| name.to_string()).unwrap_or_default();
    leaf("hostname", name, shapes::name_or_empty(), comment)
}

fn users(source: &Source<'_>) -> Vec<Entry> {
    let shares = source.plan.host_users.as_ref();
    let host_users = leaf(
        "hostUsers",
        shares.map_or_else(|| Value::from(""), |shares| shares.value.into()),
        json!({"anyOf": [{"const": ""}, {"type": "boolean"}]}),
        "false gives the pod users of its own: its root is nobody on the node, and it has no device by path, no NFS and\n\
         no D-Bus of the node. Kernel, runtime and file systems have to support it. Empty: Kubernetes decides.",
    );
    let proc_mount = leaf(
        "procMount",
        source.plan.proc_unmasked.map_or("", |_| "Unmasked"),
        shapes::one_of(&["", "Unmasked"]),
        "With `hostUsers: false`: Unmasked lets the appliance write the kernel's settings that are its network's, as NDP\n\
         relay of OpenWrt does, whose service `sysctl` then sets `accept_ra` 0 everywhere. Empty: they are read-only.",
    );
    let ipv6 = leaf(
        "ipv6",
        source.plan.without_ipv6().is_none(),
        shapes::switch(),
        "false for nodes that were booted without IPv6 (`ipv6.disable=1`): attachments set nothing of IPv6, which no such\n\
         node has, and networks and interfaces state nothing of it.",
    );
    // What its nodes can is the place's to know, unless the appliance says it.
    let of_place = |entry: Entry, is_stated: bool, default: Value| {
        if is_stated { entry } else { entry.of_place(Some(default)) }
    };
    vec![
        of_place(host_users, source.spec.host_users.is_some(), "".into()),
        proc_mount,
        of_place(ipv6, source.spec.ipv6.is_some(), true.into()),
    ]
}

fn pod(source: &Source<'_>) -> Vec<Entry> {
    let metadata = &source.document.metadata;
    let nodes: Vec<Value> = source.plan.placement.nodes.iter().map(|node| node.clone().into()).collect();
    vec![
        leaf(
            "resources",
            source.resources(),
            shapes::resources(),
            "CPU, memory and devices of the appliance.",
        ),
        leaf("nodes", nodes, shapes::texts(), "The nodes that have all its networks, by name. Empty: any.")
            .of_place(Some(json!([]))),
        leaf(
            "affinity",
            json!({}),
            shapes::object(),
            "An affinity of your own, in the place of the one that `nodes` and the image's architecture make.",
        ),
        leaf(
            "nodeSelector",
            pairs(&source.spec.node_selector),
            shapes::text_map(),
            "Labels that its node must have.",
        ),
        leaf(
            "tolerations",
            source.spec.tolerations.iter().map(|one| one.value.clone()).collect::<Vec<_>>(),
            shapes::tolerations(),
            "Taints that it tolerates.",
        ),
        leaf(
            "extraEnv",
            json!([]),
            shapes::objects(),
            "Environment variables beside the chart's own, as Kubernetes writes them.",
        ),
        leaf("extraVolumes", json!([]), shapes::objects(), "Volumes beside the chart's own."),
        leaf("extraVolumeMounts", json!([]), shapes::objects(), "Where the appliance sees them."),
        leaf(
            "extraCapabilities",
            json!([]),
            shapes::capabilities(),
            "Capabilities beside those that the chart asks for, such as SYS_NICE; or a set of them: root-entrypoint for an\n\
             image that starts as root and drops to a user, s6 for one with s6-overlay.",
        ),
        leaf(
            "allow",
            allowed(source),
            shapes::allow(),
            "What the values above may give the pod of its node or its cluster, each with the reason for it: a path of the\n\
             node that gives it away (/run/docker.sock: it watches the containers), serviceAccountToken,\n\
             appArmorUnconfined. Without one they are refused.",
        ),
        sidecars::sidecars(source),
        leaf("labels", pairs(&metadata.labels), shapes::text_map(), "Labels of every object but the NADs."),
        leaf(
            "annotations",
            pairs(&metadata.annotations),
            shapes::text_map(),
            "Annotations of every object but the NADs.",
        ),
        leaf("podLabels", pairs(&source.spec.labels), shapes::text_map(), "Labels of the pod alone."),
        leaf(
            "podAnnotations",
            pairs(&source.spec.annotations),
            shapes::text_map(),
            "Annotations of the pod alone.",
        ),
    ]
}

/// The reasons for the paths of the node that volumes of the document have. What patches take, no chart has.
fn allowed(source: &Source<'_>) -> Value {
    let paths = source.spec.volumes.iter().filter_map(|(_, volume)| volume.host_path.as_ref());
    let paths: Vec<Privilege> = paths.map(|path| Privilege::host_path(path)).collect();
    let stated = source.spec.allow.iter().filter(|(privilege, _)| paths.contains(&privilege.value));
    let reasons = stated.map(|(privilege, reason)| (privilege.to_string(), reason.value.clone().into()));
    reasons.collect::<Map<String, Value>>().into()
}

/// A map of texts.
pub fn pairs<K: ToString>(entries: &[(Loc<K>, Loc<String>)]) -> Map<String, Value> {
    entries.iter().map(|(key, value)| (key.value.to_string(), value.value.clone().into())).collect()
}
