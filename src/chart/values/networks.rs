//! Networks and interfaces as values.

use serde_json::{Map, Value, json};

use super::pairs;
use crate::chart::entry::{Entry, leaf, section};
use crate::chart::source::Source;
use crate::chart::{place, shapes};
use crate::diag::Loc;
use crate::plan::{self, Profile};
use crate::spec::{Attachment, Existing, Interface, Network, Route};
use crate::types::Vlan;

/// The networks that the appliance uses.
pub(super) fn networks(source: &Source<'_>) -> Entry {
    let entries = source
        .networks()
        .map(|(name, network)| {
            section(
                name,
                network_entries(source, network, source.takes_gateway(name)),
                "How the node has it, and what is known of its addresses.",
            )
        })
        .collect();
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
             NetworkAttachmentDefinition of the release.\n\n\
             Keys beside those below: `existing` (NAME or NAMESPACE/NAME of a NAD that is used as it is; `mac: false` where that\n\
             sets no MAC that is asked for), `vlan` (over\n\
             PARENT.VLAN; with kind vlan the VLAN's id), `mtu`, `pool` (addresses for `address: pool`, as\n\
             192.168.1.200-192.168.1.216), `ipam` (host-local, or whereabouts for a pool of all nodes, with its configuration\n\
             in `ipamConfig` where it does not look there itself), `dns`, `routes` (networks behind its routers, as `{to: 10.50.0.0/16, via: 192.168.1.254}`), `sysctls` (set in the pod by the tuning plugin), `chain` (further\n\
             CNI plugins, each as JSON text).",
        )
    }
}

/// `is_routers`: the appliance has the address that the network calls its gateway.
fn network_entries(source: &Source<'_>, network: &Network, is_routers: bool) -> Vec<Entry> {
    let any = || json!({});
    let texts = |items: Vec<String>| Value::from(items);
    let mut entries = match &network.attachment.value {
        Attachment::Existing(nad) => existing(nad),
        of_node => link_entries(source, network, link(of_node)),
    };
    let of_lan = |entry: Entry, example: &str| {
        if is_routers { entry.needed(json!([]), example) } else { entry.of_place(Some(json!([]))) }
    };
    let subnets = network.subnet.iter().map(|subnet| subnet.network().to_string()).collect();
    let subnets = leaf("subnets", texts(subnets), any(), "The subnets, one of each family.");
    entries.push(of_lan(subnets, "For example [192.168.1.0/24]."));
    let gateways = network.gateway.iter().map(|gateway| gateway.value.to_string()).collect();
    let gateways = leaf("gateways", texts(gateways), any(), "The routers, one of each family.");
    entries.push(of_lan(gateways, "The appliance takes these addresses. For example [192.168.1.1]."));
    entries.extend(pool_keeper(source, network));
    if !network.pool.is_empty() {
        let pools = network.pool.iter().map(|pool| pool.value.to_string()).collect();
        let pool = leaf("pool", texts(pools), any(), "Addresses for interfaces with `address: pool`.");
        entries.push(pool.of_place(None));
    }
    if !network.dns.is_empty() {
        let servers = network.dns.iter().map(|server| server.value.to_string()).collect();
        entries.push(leaf("dns", texts(servers), any(), "The DNS servers.").of_place(None));
    }
    if !network.routes.is_empty() {
        entries.push(
            leaf("routes", routes(&network.routes), any(), "Networks behind its routers.").of_place(None),
        );
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

/// The NAD of somebody else's.
fn existing(nad: &Existing) -> Vec<Entry> {
    let any = || json!({});
    let name = match &nad.namespace {
        Some(namespace) => format!("{}/{}", namespace.value, nad.name.value),
        None => nad.name.to_string(),
    };
    let mut entries =
        vec![leaf("existing", name, any(), "The NAD that is used as it is: NAME or NAMESPACE/NAME.")];
    if let Some(mac) = &nad.mac {
        entries.push(leaf("mac", mac.value, any(), "Whether it sets the MAC that an interface asks for."));
    }
    entries
}

/// Kind, parent, mode, VLAN and MTU.
type Link = (&'static str, String, Option<&'static str>, Option<u16>, Option<u32>);

/// How the node has the network.
fn link_entries(source: &Source<'_>, network: &Network, link: Link) -> Vec<Entry> {
    let any = || json!({});
    let (kind, parent, mode, vlan, mtu) = link;
    // All nodes where the appliance may run call it the same.
    let nodes = &source.plan.placement.nodes;
    let parent = nodes.first().map_or(parent, |node| plan::parent_on(network, node).to_owned());
    let mut entries = vec![
        leaf("kind", kind, any(), "macvlan, ipvlan, vlan, bridge or hostDevice."),
        leaf(
            "parent",
            parent,
            any(),
            "The interface of the node; with kind bridge the bridge, with hostDevice the device.",
        )
        .needed("", "For example enp3s0: `ip link` on the node lists them."),
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
        entries.push(leaf("vlan", vlan, any(), "The VLAN.").of_place(None));
    }
    if let Some(mtu) = mtu {
        entries.push(leaf("mtu", mtu, any(), "The MTU in bytes.").of_place(None));
    }
    entries
}

/// Who keeps the list of the pool's addresses, where that is the cluster.
fn pool_keeper(source: &Source<'_>, network: &Network) -> Vec<Entry> {
    let Some(ipam) = network.ipam.as_ref().filter(|_| plan::is_whereabouts(network)) else {
        return Vec::new();
    };
    let distribution = source.site.distribution.as_ref().map(|distribution| distribution.value);
    let keeper = leaf("ipam", ipam.as_str(), json!({}), "Who keeps the list of the pool's addresses.");
    let config = plan::whereabouts_configuration(distribution)
        .map(|path| leaf("ipamConfig", path, json!({}), "Its configuration on the node."));
    std::iter::once(keeper).chain(config).map(|entry| entry.of_place(None)).collect()
}

fn routes(routes: &[Loc<Route>]) -> Value {
    let value = |route: &Loc<Route>| {
        let mut value = json!({"to": route.to.network().to_string()});
        if let Some(via) = &route.via {
            value["via"] = via.value.to_string().into();
        }
        value
    };
    routes.iter().map(value).collect()
}

/// How the node has a network; a NAD of somebody else's says nothing of it.
fn link(attachment: &Attachment) -> Link {
    let mtu = |mtu: &Option<Loc<u32>>| mtu.as_ref().map(|mtu| mtu.value);
    let id = |vlan: &Option<Loc<Vlan>>| vlan.as_ref().map(|vlan| vlan.get());
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
        Attachment::Existing(_) => ("", String::new(), None, None, None),
    }
}

/// Its interfaces on them.
pub(super) fn interfaces(source: &Source<'_>) -> Entry {
    let items: Vec<Value> =
        source.spec.interfaces.iter().map(|interface| interface_value(interface)).collect();
    let default_address = match source.profile() {
        Profile::OpenWrt => "Default: dhcp.",
        Profile::Generic => "It has to be there.",
    };
    let source_routing = match source.profile() {
        Profile::OpenWrt => "false",
        Profile::Generic => "true, where a gateway is known",
    };
    let elsewhere = place::interfaces(&items);
    let entry = leaf(
        "interfaces",
        items,
        json!({"type": "array", "minItems": 1, "items": shapes::interface()}),
        &format!(
            "The interfaces on those networks; add and remove as you like.\n\n\
             network       its name in `networks`\n\
             name          the interface in the pod. Default: the network's name\n\
             mac           the MAC. Default: derived from salt, namespace, name, network and the `name` above\n\
             address       dhcp, pppoe (OpenWrt), pool, none, gateway, or a list such as [192.168.1.32/24]. {default_address}\n\
             gateways, dns in the place of the network's\n\
             defaultRoute  whether the default route leaves by it\n\
             routes        networks behind its routers, in the place of the network's\n\
             sourceRouting whether answers to its addresses leave by it. Default: {source_routing}\n\
             serve         whether the appliance is the network's router and DHCP server\n\
             discovery     whether multicast discovery leaves by it\n\
             metric        the metric of its routes\n\
             bridge        whether the guest puts it into a bridge br-NAME"
        ),
    );
    match elsewhere {
        Some((bare, addresses)) if addresses.is_empty() => entry.of_place(Some(bare)),
        Some((bare, addresses)) => {
            entry.needed(bare, format!("An address that is free, for example {}.", addresses.join(" and ")))
        }
        None => entry,
    }
}

fn interface_value(interface: &Interface) -> Value {
    let mut value = Map::new();
    let mut put = |key: &str, content: Option<Value>| {
        if let Some(content) = content {
            value.insert(key.to_owned(), content);
        }
    };
    let list = |items: Vec<String>| (!items.is_empty()).then(|| Value::from(items));
    let switch = |switch: &Option<Loc<bool>>| switch.as_ref().map(|switch| switch.value.into());
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
    put("routes", (!interface.routes.is_empty()).then(|| routes(&interface.routes)));
    put("sourceRouting", switch(&interface.source_routing));
    put("defaultRoute", switch(&interface.default_route));
    put("serve", switch(&interface.serve));
    put("discovery", switch(&interface.discovery));
    put("metric", interface.metric.as_ref().map(|metric| metric.value.into()));
    put("bridge", switch(&interface.bridge));
    value.into()
}
