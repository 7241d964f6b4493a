//! The values of an appliance's chart: the words of its documents where Helm has no convention of its own.

use serde_json::{Map, Value, json};

use super::entry::{Entry, leaf, section};
use super::shapes;
use super::source::Source;
use crate::plan::Profile;
use crate::spec::{Attachment, Interface, Network, Persistence, UciSettings, UciValue};
use crate::types::ImageRef;

/// The values, with what the documents say as their defaults.
pub fn values(source: &Source<'_>) -> Vec<Entry> {
    let mut entries = names(source);
    entries.extend(place(source));
    entries.push(networks(source));
    entries.push(interfaces(source));
    match source.profile() {
        Profile::OpenWrt => entries.extend(openwrt(source)),
        Profile::Generic => entries.extend(generic(source)),
    }
    entries.extend(access(source));
    entries.extend(pod(source));
    entries
}

fn names(source: &Source<'_>) -> Vec<Entry> {
    let spec = source.spec;
    let secrets: Vec<Value> =
        spec.image_pull_secrets.iter().map(|name| json!({"name": name.to_string()})).collect();
    let mut entries =
        vec![image(source.image(), spec.image_pull_policy.as_ref().map_or("", |policy| policy.as_str()))];
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

fn image(image: &ImageRef, policy: &str) -> Entry {
    let repository = match image.registry() {
        Some(registry) => format!("{registry}/{}", image.repository()),
        None => image.repository().to_owned(),
    };
    let digest = image.digest().map(ToString::to_string).unwrap_or_default();
    section(
        "image",
        vec![
            leaf("repository", repository, shapes::filled(), "The registry and repository."),
            leaf("tag", image.tag().unwrap_or_default(), shapes::tag(), "The tag."),
            leaf(
                "digest",
                digest,
                shapes::digest(),
                "The digest, `sha256:…`: with one, the tag is for people.",
            ),
            leaf(
                "pullPolicy",
                policy,
                shapes::one_of(&["", "Always", "IfNotPresent", "Never"]),
                "When a node pulls the image: Always, IfNotPresent or Never. Empty: Kubernetes decides by the tag.",
            ),
        ],
        "The container image.",
    )
}

fn place(source: &Source<'_>) -> Vec<Entry> {
    let ranges = source.cluster_ranges();
    vec![
        leaf("site", source.site_name, shapes::name(), "The name of the place: a label of the NADs."),
        leaf(
            "salt",
            source.site.salt.as_ref().map_or("", |salt| salt.as_str()),
            shapes::text(),
            "Random text that derived MACs depend on, so that two sites on one LAN do not collide. Write your own,\n\
             once: changing it changes every derived MAC.",
        ),
        section(
            "cluster",
            vec![
                leaf("podCIDRs", ranges.0, shapes::cidrs(), "The ranges that pods get their addresses from."),
                leaf("serviceCIDRs", ranges.1, shapes::cidrs(), "The ranges of Service addresses."),
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

fn networks(source: &Source<'_>) -> Entry {
    let entries =
        source.networks().map(|(name, network)| section(name, network_entries(network), "")).collect();
    Entry {
        schema: Some(json!({
            "type": "object",
            "propertyNames": shapes::name(),
            "additionalProperties": shapes::network(),
        })),
        ..section(
            "networks",
            entries,
            "The networks that interfaces attach to, by name. A network that an interface uses becomes a\n\
             NetworkAttachmentDefinition in the release's namespace.\n\n\
             Keys beside those below: `existing` (NAME or NAMESPACE/NAME of a NAD that is used as it is), `vlan` (over\n\
             PARENT.VLAN; with kind vlan the VLAN's id), `mtu`, `pool` (addresses for `address: pool`, as\n\
             192.168.1.200-192.168.1.216), `dns`, `sysctls` (set in the pod by the tuning plugin), `chain` (further\n\
             CNI plugins, each as JSON text).",
        )
    }
}

fn network_entries(network: &Network) -> Vec<Entry> {
    let any = || json!({});
    let texts = |items: Vec<String>| Value::from(items);
    let (kind, parent, mode, vlan, mtu) = link(&network.attachment.value);
    let mut entries = vec![
        leaf("create", true, any(), "Whether this release makes the NAD; `false` where another one made it."),
        leaf("kind", kind, any(), "macvlan, ipvlan, vlan, bridge or hostDevice."),
        leaf(
            "parent",
            parent,
            any(),
            "The interface of the node; with kind bridge the bridge, with hostDevice the device.",
        ),
    ];
    if let Some(mode) = mode {
        entries.push(leaf(
            "mode",
            mode,
            any(),
            "macvlan: bridge, private, vepa or passthru; ipvlan: l2, l3 or l3s.",
        ));
    }
    if let Some(vlan) = vlan {
        entries.push(leaf("vlan", vlan, any(), "The VLAN."));
    }
    if let Some(mtu) = mtu {
        entries.push(leaf("mtu", mtu, any(), "The MTU in bytes."));
    }
    let subnets = network.subnet.iter().map(|subnet| subnet.network().to_string()).collect();
    entries.push(leaf("subnets", texts(subnets), any(), "The subnets, one of each family."));
    let gateways = network.gateway.iter().map(|gateway| gateway.value.to_string()).collect();
    entries.push(leaf("gateways", texts(gateways), any(), "The routers, one of each family."));
    if !network.pool.is_empty() {
        let pools = network.pool.iter().map(|pool| pool.value.to_string()).collect();
        entries.push(leaf("pool", texts(pools), any(), "Addresses for interfaces with `address: pool`."));
    }
    if !network.dns.is_empty() {
        let servers = network.dns.iter().map(|server| server.value.to_string()).collect();
        entries.push(leaf("dns", texts(servers), any(), "The DNS servers."));
    }
    if !network.sysctls.is_empty() {
        let sysctls: Map<String, Value> = pairs(&network.sysctls);
        entries.push(leaf(
            "sysctls",
            sysctls,
            any(),
            "Kernel settings in the pod, set by the tuning plugin.",
        ));
    }
    if !network.chain.is_empty() {
        let plugins = network.chain.iter().map(|plugin| {
            serde_json::to_string_pretty(&plugin.value).expect("a JSON value is written to a string")
        });
        entries.push(leaf(
            "chain",
            texts(plugins.collect()),
            any(),
            "Further CNI plugins, each as JSON text.",
        ));
    }
    entries
}

/// Kind, parent, mode, VLAN and MTU.
fn link(attachment: &Attachment) -> (&'static str, String, Option<&'static str>, Option<u16>, Option<u32>) {
    let mtu = |mtu: &Option<crate::diag::Loc<u32>>| mtu.as_ref().map(|mtu| mtu.value);
    let id = |vlan: &Option<crate::diag::Loc<crate::types::Vlan>>| vlan.as_ref().map(|vlan| vlan.get());
    match attachment {
        Attachment::Macvlan(link) => {
            let mode = link.mode.as_ref().map_or("bridge", |mode| mode.as_str());
            ("macvlan", link.parent.to_string(), Some(mode), id(&link.vlan), mtu(&link.mtu))
        }
        Attachment::Ipvlan(link) => {
            let mode = link.mode.as_ref().map_or("l2", |mode| mode.as_str());
            ("ipvlan", link.parent.to_string(), Some(mode), id(&link.vlan), mtu(&link.mtu))
        }
        Attachment::Vlan(link) => {
            ("vlan", link.parent.to_string(), None, Some(link.id.get()), mtu(&link.mtu))
        }
        Attachment::Bridge(link) => ("bridge", link.name.to_string(), None, id(&link.vlan), mtu(&link.mtu)),
        Attachment::HostDevice(link) => ("hostDevice", link.device.to_string(), None, None, None),
    }
}

fn interfaces(source: &Source<'_>) -> Entry {
    let items: Vec<Value> =
        source.spec.interfaces.iter().map(|interface| interface_value(interface)).collect();
    let default_address = match source.profile() {
        Profile::OpenWrt => "Default: dhcp.",
        Profile::Generic => "It has to be there.",
    };
    leaf(
        "interfaces",
        items,
        json!({"type": "array", "minItems": 1, "items": shapes::interface()}),
        &format!(
            "The interfaces on those networks; add and remove as you like.\n\n\
             network       its name in `networks`\n\
             name          the interface in the pod. Default: the network's name\n\
             mac           the MAC. Default: derived from salt, namespace, name, network and the `name` above\n\
             address       dhcp, pool, none, gateway, or a list such as [192.168.1.32/24]. {default_address}\n\
             gateways, dns in the place of the network's\n\
             defaultRoute  whether the default route leaves by it\n\
             serve         whether the appliance is the network's router and DHCP server\n\
             discovery     whether multicast discovery leaves by it\n\
             metric        the metric of its routes\n\
             bridge        whether the guest puts it into a bridge br-NAME"
        ),
    )
}

fn interface_value(interface: &Interface) -> Value {
    let mut value = Map::new();
    let mut put = |key: &str, content: Option<Value>| {
        if let Some(content) = content {
            value.insert(key.to_owned(), content);
        }
    };
    let list = |items: Vec<String>| (!items.is_empty()).then(|| Value::from(items));
    let switch = |switch: &Option<crate::diag::Loc<bool>>| switch.as_ref().map(|switch| switch.value.into());
    put("network", Some(interface.network.to_string().into()));
    put("name", interface.name.as_ref().map(|name| name.to_string().into()));
    put("mac", interface.mac.as_ref().map(|mac| mac.to_string().into()));
    let addresses: Vec<String> = interface.address.iter().map(|address| address.to_string()).collect();
    put(
        "address",
        match addresses.as_slice() {
            [] => None,
            [word] if !word.contains('/') => Some(word.clone().into()),
            _ => Some(addresses.into()),
        },
    );
    put("gateways", list(interface.gateway.iter().map(|gateway| gateway.value.to_string()).collect()));
    put("dns", list(interface.dns.iter().map(|server| server.value.to_string()).collect()));
    put("defaultRoute", switch(&interface.default_route));
    put("serve", switch(&interface.serve));
    put("discovery", switch(&interface.discovery));
    put("metric", interface.metric.as_ref().map(|metric| metric.value.into()));
    put("bridge", switch(&interface.bridge));
    value.into()
}

fn openwrt(source: &Source<'_>) -> Vec<Entry> {
    let spec = source.spec;
    let overlays: Vec<Value> =
        source.plan.overlays.iter().map(|overlay| overlay.name.value.clone().into()).collect();
    let mut entries = vec![
        leaf(
            "reservedAddresses",
            source.reserved(),
            shapes::texts(),
            "With `serve`: addresses, or ranges FIRST-LAST, that the DHCP range leaves alone, beside those of this release\n\
             and the gateways and pools of `networks`.",
        ),
        hostname(source, "The host name. Empty: the release's."),
        leaf(
            "timezone",
            spec.timezone.as_ref().map_or("UTC", |zone| zone.as_str()),
            shapes::text(),
            "The time zone as a POSIX string, such as CET-1CEST,M3.5.0,M10.5.0/3.",
        ),
        persistence(source, spec.persistence.as_ref().map(|persistence| &persistence.value)),
        leaf(
            "uci",
            uci(&spec.uci),
            shapes::uci(),
            "UCI settings over those that are planned: file → list of sections in their order, each with `section` (its\n\
             name, or \"@TYPE[0]\"), `type` (where the section is a new one) and `options`.",
        ),
        leaf(
            "overlays",
            overlays,
            shapes::texts(),
            "The overlays that the image was built with, for the record inside; their settings are part of `uci`.",
        ),
        leaf(
            "firstBoot",
            pairs(&spec.first_boot),
            shapes::text_map(),
            "Shell scripts that run once, on the first boot, in the order of their names.",
        ),
    ];
    if source.plan.credentials.is_some() {
        entries.push(section(
            "credentials",
            vec![
                leaf(
                    "existingSecret",
                    spec.secret.as_ref().map(|secret| secret.to_string()).unwrap_or_default(),
                    shapes::name_or_empty(),
                    "A Secret with the keys `password-hash` (a crypt(3) string) and, if there are any,\n\
                     `authorized_keys`. Empty: NAME-credentials, which has to be there unless the hash is given below.",
                ),
                leaf(
                    "passwordHash",
                    "",
                    shapes::text(),
                    "The hash of root's password, as `openssl passwd -6` prints it: the chart makes the Secret. It is then part\n\
                     of the release's record in the cluster.",
                ),
                leaf("authorizedKeys", "", shapes::text(), "SSH keys of root, a line each, beside that hash."),
            ],
            "How root logs in.",
        ));
    }
    entries
}

fn hostname(source: &Source<'_>, comment: &str) -> Entry {
    let name = source.spec.hostname.as_ref().map(|name| name.to_string()).unwrap_or_default();
    leaf("hostname", name, shapes::name_or_empty(), comment)
}

fn persistence(source: &Source<'_>, stated: Option<&Persistence>) -> Entry {
    let main =
        source.plan.claims.iter().find(|claim| *claim.name == format!("{}-data", source.plan.name.value));
    let existing = stated.and_then(|persistence| persistence.existing_claim.as_ref());
    let packages = stated.and_then(|persistence| persistence.packages.as_ref());
    section(
        "persistence",
        vec![
            leaf(
                "mode",
                source.persistence_mode(),
                shapes::one_of(&["config", "etc", "system", "none"]),
                "What survives a restart: config (/etc/config and what sysupgrade keeps), etc (all of /etc), system\n\
                 (installed packages too) or none.",
            ),
            leaf(
                "size",
                main.map(|claim| claim.size.to_string()).unwrap_or_default(),
                shapes::quantity_or_empty(),
                "The size of the claim. Empty: 64Mi, with mode system 512Mi.",
            ),
            leaf(
                "storageClass",
                main.and_then(|claim| claim.storage_class.clone()).unwrap_or_default(),
                shapes::text(),
                "The storage class. Empty: the cluster's default.",
            ),
            leaf(
                "existingClaim",
                existing.map(|claim| claim.to_string()).unwrap_or_default(),
                shapes::name_or_empty(),
                "A claim that is there already, in the place of one of the release's.",
            ),
            leaf(
                "accessMode",
                main.map_or("ReadWriteOnce", |claim| claim.access_mode.as_str()),
                shapes::one_of(&["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]),
                "Who may mount the claim.",
            ),
            leaf(
                "packages",
                packages.map_or("drop", |packages| packages.as_str()),
                shapes::one_of(&["drop", "reinstall", "keep"]),
                "What becomes of packages that were installed at run time when the release of OpenWrt changes.",
            ),
        ],
        "What survives. The claim stays when the release is uninstalled.",
    )
}

/// File → sections in their order.
fn uci(settings: &UciSettings) -> Value {
    let mut files: Map<String, Value> = Map::new();
    for (file, sections) in settings {
        let listed = files.entry(file.value.clone()).or_insert_with(|| json!([]));
        let listed = listed.as_array_mut().expect("every file has a list of sections");
        for (name, options) in &sections.value {
            let mut section = Map::from_iter([("section".to_owned(), name.value.clone().into())]);
            let mut set = Map::new();
            for (option, value) in &options.value {
                let value: Value = match &value.value {
                    UciValue::One(text) => text.clone().into(),
                    UciValue::Many(items) => items.iter().map(|item| item.value.clone()).collect(),
                };
                if option.value == ".type" {
                    section.insert("type".to_owned(), value);
                } else {
                    set.insert(option.value.clone(), value);
                }
            }
            section.insert("options".to_owned(), set.into());
            listed.push(section.into());
        }
    }
    files.into()
}

fn generic(source: &Source<'_>) -> Vec<Entry> {
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
                        ),
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
        hostname(source, "The host name. Empty: the pod's name."),
        leaf(
            "timezone",
            source.spec.timezone.as_ref().map_or("", |zone| zone.as_str()),
            shapes::text(),
            "The time zone, such as Europe/Berlin (variable TZ). Empty: the image's.",
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

fn access(source: &Source<'_>) -> Vec<Entry> {
    let ports: Vec<Value> = source
        .plan
        .main
        .ports
        .iter()
        .map(|port| json!({"name": port.name.value, "port": port.port.value, "protocol": port.protocol}))
        .collect();
    let service = source.plan.service.as_ref();
    let stated = source.spec.service.as_ref();
    let service_ports: Vec<Value> = stated
        .map_or_else(Vec::new, |service| service.ports.iter().map(|name| name.to_string().into()).collect());
    let ingress = source.spec.ingress.as_ref();
    let text = |text: Option<String>| text.unwrap_or_default();
    vec![
        leaf("ports", ports, shapes::ports(), "The ports that the appliance listens on."),
        section(
            "service",
            vec![
                leaf("enabled", service.is_some(), shapes::switch(), "Whether there is one."),
                leaf(
                    "type",
                    service.map_or("ClusterIP", |service| service.kind.as_str()),
                    shapes::one_of(&["ClusterIP", "NodePort", "LoadBalancer"]),
                    "ClusterIP, NodePort or LoadBalancer.",
                ),
                leaf(
                    "ports",
                    service_ports,
                    shapes::texts(),
                    "Names of the ports that it offers. Empty: all of `ports`.",
                ),
                leaf(
                    "annotations",
                    stated.map_or_else(Map::new, |service| pairs(&service.annotations)),
                    shapes::text_map(),
                    "Annotations of the Service.",
                ),
            ],
            "The Service on the cluster's network.",
        ),
        section(
            "ingress",
            vec![
                leaf("enabled", ingress.is_some(), shapes::switch(), "Whether there is one."),
                leaf(
                    "host",
                    text(ingress.map(|ingress| ingress.host.value.clone())),
                    shapes::text(),
                    "The host name that it answers to.",
                ),
                leaf(
                    "className",
                    text(ingress.and_then(|ingress| ingress.class.as_ref()).map(|class| class.value.clone())),
                    shapes::text(),
                    "The ingress class. Empty: the cluster's default.",
                ),
                leaf(
                    "path",
                    ingress.and_then(|ingress| ingress.path.as_ref()).map_or("/", |path| path.as_str()),
                    json!({"type": "string", "pattern": "^/"}),
                    "The path that it answers to.",
                ),
                leaf(
                    "port",
                    text(ingress.and_then(|ingress| ingress.port.as_ref()).map(|port| port.to_string())),
                    shapes::text(),
                    "The name of the port behind it. Empty: the Service's first.",
                ),
                leaf(
                    "tlsSecret",
                    text(
                        ingress
                            .and_then(|ingress| ingress.tls_secret.as_ref())
                            .map(|secret| secret.to_string()),
                    ),
                    shapes::name_or_empty(),
                    "The Secret with the TLS certificate. Empty: no TLS.",
                ),
                leaf(
                    "annotations",
                    ingress.map_or_else(Map::new, |ingress| pairs(&ingress.annotations)),
                    shapes::text_map(),
                    "Annotations of the Ingress.",
                ),
            ],
            "The Ingress to that Service.",
        ),
    ]
}

fn pod(source: &Source<'_>) -> Vec<Entry> {
    let built = |pointer: &str, empty: Value| source.workload.pointer(pointer).cloned().unwrap_or(empty);
    let metadata = &source.document.metadata;
    let nodes: Vec<Value> = source.plan.placement.nodes.iter().map(|node| node.clone().into()).collect();
    vec![
        leaf(
            "resources",
            built("/spec/template/spec/containers/0/resources", json!({})),
            shapes::object(),
            "CPU, memory and devices of the appliance.",
        ),
        leaf("nodes", nodes, shapes::texts(), "The nodes that have all its networks, by name. Empty: any."),
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
            shapes::objects(),
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
            shapes::texts(),
            "Capabilities beside those that the chart asks for, such as SYS_NICE.",
        ),
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

/// A map of texts.
fn pairs<K: ToString>(entries: &[(crate::diag::Loc<K>, crate::diag::Loc<String>)]) -> Map<String, Value> {
    entries.iter().map(|(key, value)| (key.value.to_string(), value.value.clone().into())).collect()
}
