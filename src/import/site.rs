//! The place: what the values say of networks and cluster.

use super::pieces::Pieces;
use super::text::Document;
use super::unmapped::not_imported;
use super::values::{Interface, Network, Values};
use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::spec::Attachment;
use crate::spec::decode::OneOf;
use crate::spec::scalar::not_a_choice;
use crate::types::{AddressSpec, Name};
use serde_json::{Map, Value, json};

/// The Site.
pub fn document(values: &Values, namespace: &str, diagnostics: &mut Diagnostics) -> Document {
    let mut spec = Pieces::default();
    spec.text("salt", values.salt.get());
    spec.put("namespace", namespace);
    // A site that says nothing is k3s', which keeps whereabouts' configuration where whereabouts itself does not look. Values
    // without a place for it are of a cluster where it does.
    let finds_itself = |network: &Loc<Network>| {
        network.ipam.get().is_some_and(|ipam| ipam.value == "whereabouts")
            && network.ipam_config.get().is_none()
    };
    if values.networks.iter().any(|(_, network)| finds_itself(network)) {
        spec.put("distribution", "kubeadm");
    }
    if let Some(cluster) = &values.cluster {
        let mut ranges = Pieces::default();
        ranges.one_or_many("podCIDRs", &cluster.pod_cidrs);
        ranges.one_or_many("serviceCIDRs", &cluster.service_cidrs);
        spec.map("cluster", ranges.finish());
    }
    let networks = values.networks.iter();
    let networks = networks
        .filter_map(|(name, value)| Some((name.to_string(), network(values, name, value, diagnostics)?)));
    spec.map("networks", networks.collect());
    Document {
        head: "The place, from the values of a chart. `wrtpod schema site` has every key.".into(),
        kind: "Site",
        metadata: json!({"name": values.site.as_str()}),
        spec: spec.finish(),
        comments: &[
            ("salt", "MACs that nobody chose are derived from it: keep it as it is."),
            ("cluster", "What pods and Services get their addresses from."),
            ("networks", "Those of all releases of the place belong here: a Site has all its networks."),
        ],
    }
}

/// A network; `None` when nothing says how it is attached to, which is reported.
fn network(
    values: &Values,
    name: &Loc<Name>,
    network: &Loc<Network>,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let path = |key: &str| format!("networks.{}.{key}", name.value);
    if let Some(existing) = network.existing.get() {
        return Some(known(network, existing));
    }
    if let Some(create) = network.create.filter(|create| !create.value) {
        let why = "each appliance has attachments of its own";
        not_imported(
            diagnostics,
            &path("create"),
            create.span,
            why,
            "write the network as it is, and leave this out",
        );
    }
    let (key, link) = link(name, network, diagnostics)?;
    let mut made = Pieces::default();
    made.put(key, link);
    made.one_or_many("subnet", &network.subnets);
    made.one_or_many("gateway", &network.gateways);
    made.one_or_many("pool", &network.pool);
    made.text("ipam", network.ipam.get());
    if let Some(path) = network.ipam_config.get() {
        let why = "the site's `distribution` decides it";
        let key = format!("networks.{}.ipamConfig", name.value);
        not_imported(diagnostics, &key, path.span, why, "write the `distribution` of the site");
    }
    made.one_or_many("dns", &network.dns);
    made.routes(&network.routes);
    let takes_from_pool = |interface: &Loc<Interface>| {
        interface.network.value == name.value
            && interface.address.iter().any(|address| matches!(address.value, AddressSpec::Pool))
    };
    // A pool is handed out node by node, so the network has to say which one has it.
    let of_one_node = network.ipam.get().is_none_or(|ipam| ipam.value != "whereabouts");
    if of_one_node && values.interfaces.iter().any(takes_from_pool) {
        made.list("nodes", &values.nodes);
    }
    made.pairs("sysctls", &network.sysctls);
    if !network.chain.is_empty() {
        made.put("chain", chain(&network.chain, diagnostics));
    }
    Some(Value::Object(made.finish()))
}

/// A network whose NAD somebody else made. Of the other values a chart heeds none that describe a NAD.
fn known(network: &Network, existing: &str) -> Value {
    let (namespace, name) = existing.split_once('/').map_or((None, existing), |(of, name)| (Some(of), name));
    let mut nad = Pieces::default();
    nad.put("name", name);
    if let Some(namespace) = namespace {
        nad.put("namespace", namespace);
    }
    let shares = network.kind.get().is_some_and(|kind| kind.value == "ipvlan");
    if shares || network.mac.is_some_and(|mac| !mac.value) {
        nad.put("mac", false);
    }
    let mut made = Pieces::default();
    made.put("existing", nad.finish());
    made.one_or_many("subnet", &network.subnets);
    made.one_or_many("gateway", &network.gateways);
    made.one_or_many("dns", &network.dns);
    made.routes(&network.routes);
    Value::Object(made.finish())
}

/// How the network is attached to: the key, and what stands below it.
fn link(
    name: &Loc<Name>,
    network: &Loc<Network>,
    diagnostics: &mut Diagnostics,
) -> Option<(&'static str, Map<String, Value>)> {
    let (Some(kind), Some(parent)) = (network.kind.get(), network.parent.get()) else {
        let key = if network.kind.get().is_none() { "kind" } else { "parent" };
        let message = format!("`networks.{}` has no `{key}`", name.value);
        let help = "add it: a document describes the network, also where a NAD is there";
        diagnostics.push(Finding::error(Code::MissingKey, message).at(name.span).help(help));
        return None;
    };
    let Some(key) = Attachment::KEYS.iter().find(|key| **key == kind.value) else {
        let invalid = not_a_choice(kind, "a kind of network", Attachment::KEYS);
        diagnostics.push(Finding::error(Code::BadValue, invalid.problem).at(kind.span).help(invalid.fix));
        return None;
    };
    let (parent_key, vlan_key, default_mode) = match *key {
        "macvlan" => ("parent", Some("vlan"), Some("bridge")),
        "ipvlan" => ("parent", Some("vlan"), Some("l2")),
        "vlan" => ("parent", Some("id"), None),
        "bridge" => ("name", Some("vlan"), None),
        _ => ("device", None, None),
    };
    let mut link = Pieces::default();
    link.text(parent_key, Some(parent));
    let mut idle = |key: &str, span: Option<Span>| {
        let why = format!("it means nothing to the kind `{}`", kind.value);
        not_imported(diagnostics, &format!("networks.{}.{key}", name.value), span, &why, "remove it");
    };
    match (network.vlan, vlan_key) {
        (Some(vlan), Some(key)) => link.put(key, vlan.get()),
        (Some(vlan), None) => idle("vlan", vlan.span),
        (None, _) => {}
    }
    match (network.mode.get(), default_mode) {
        (mode, Some(default)) => link.unless(default, "mode", mode),
        (Some(mode), None) => idle("mode", mode.span),
        (None, None) => {}
    }
    match network.mtu {
        Some(mtu) if vlan_key.is_some() => link.put("mtu", mtu.value),
        Some(mtu) => idle("mtu", mtu.span),
        None => {}
    }
    Some((*key, link.finish()))
}

/// Plugins, each written as JSON.
fn chain(plugins: &[Loc<String>], diagnostics: &mut Diagnostics) -> Value {
    let read = |plugin: &Loc<String>| match serde_json::from_str::<Value>(plugin) {
        Ok(value) => Some(value),
        Err(error) => {
            let message = format!("the plugin is no JSON: {error}");
            let help = "write a JSON object, for example `{\"type\": \"tuning\"}`";
            diagnostics.push(Finding::error(Code::BadValue, message).at(plugin.span).help(help));
            None
        }
    };
    plugins.iter().filter_map(read).collect()
}
