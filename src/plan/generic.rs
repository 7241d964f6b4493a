//! An appliance that is not OpenWrt: its own container, and an init container `wire` that checks its NICs
//! and makes the routes that no CNI plugin can make.

use super::model::{Addressing, Nic};
use super::openwrt::Parts;
use super::pod::{
    ConfigFiles, Container, ContainerPort, Grant, Mount, Probes, Resources, RouteReason, RunAs, Scratch,
    Volume, VolumeSource,
};
use super::variables::{self, EnvValue};
use super::{probes, volumes};
use crate::diag::{Diagnostics, Loc};
use crate::pod::Scripts;
use crate::spec::ApplianceSpec;
use crate::types::{AccountId, Cidr, ImageRef, TimeZone};

/// What the parts are made of.
pub struct Input<'a> {
    /// Name of the appliance.
    pub name: &'a str,
    /// The document.
    pub spec: &'a ApplianceSpec,
    /// Its image.
    pub image: &'a Loc<ImageRef>,
    /// Its NICs.
    pub nics: &'a [Nic],
    /// Its ports.
    pub ports: Vec<ContainerPort>,
    /// Capabilities that the user added.
    pub grants: Vec<Grant>,
    /// Requests and limits.
    pub resources: Resources,
    /// Pod and Service networks of the cluster.
    pub cluster: &'a [Cidr],
}

/// Decides the parts.
pub fn parts(input: &Input<'_>, diags: &mut Diagnostics) -> Parts {
    let wired = input.nics.iter().any(|nic| nic.attachment.is_some());
    let mut volumes = Vec::new();
    let mut config = Vec::new();
    if wired {
        let plan = VolumeSource::ConfigMap(format!("{}-plan", input.name));
        for (name, source) in [
            ("wrtpod-scripts", VolumeSource::Scripts(Scripts::Wire)),
            ("wrtpod-plan", plan),
            ("wrtpod-run", VolumeSource::Scratch(Scratch::default())),
        ] {
            volumes.push(Volume { name: name.to_owned().into(), source });
        }
        config.push(ConfigFiles::text(
            format!("{}-plan", input.name),
            vec![("settings".into(), settings(input).into())],
        ));
    }
    volumes.extend(volumes::volumes(input.name, input.spec));
    Parts {
        init: if wired { vec![wire(input)] } else { Vec::new() },
        main: main(input, probes::decide(input.spec.probes.as_ref(), diags)),
        volumes,
        scripts: wired.then_some(Scripts::Wire),
        config,
    }
}

fn wire(input: &Input<'_>) -> Container {
    let image = input.spec.helper_image.as_ref().map_or(input.image, |image| image);
    let mount = |volume: &str, path: &str, read_only| Mount {
        volume: volume.into(),
        path: Loc::bare(path.to_owned()),
        sub_path: None,
        read_only,
    };
    Container {
        name: "wire".into(),
        image: image.clone(),
        pull_policy: pull_policy(input.spec),
        command: vec!["/bin/sh".into(), "/wrtpod/bin/wire".into()],
        args: Vec::new(),
        env: vec![("WRTPOD_HOST_IPS".into(), EnvValue::Field("status.hostIPs".into()))],
        env_from: Vec::new(),
        mounts: vec![
            mount("wrtpod-scripts", "/wrtpod/bin", true),
            mount("wrtpod-plan", "/wrtpod/plan", true),
            mount("wrtpod-run", "/wrtpod/run", false),
        ],
        grants: vec![Grant {
            capability: Loc::bare("NET_ADMIN".parse().expect("a Linux capability")),
            reason: "routes to the cluster stay on eth0; the appliance itself does not hold it".into(),
        }],
        run_as: RunAs::Root("the kernel takes routes from nobody else"),
        ports: Vec::new(),
        probes: Probes::default(),
        resources: Resources::default(),
    }
}

fn main(input: &Input<'_>, probes: Probes) -> Container {
    let spec = input.spec;
    let texts = |items: &[Loc<String>]| items.iter().map(|item| variables::literal(&item.value)).collect();
    let zone = spec.timezone.as_ref().map(|zone| {
        let known = zone.parse::<TimeZone>();
        let text = known.as_ref().map_or(zone.as_str(), TimeZone::variable);
        ("TZ".to_owned(), EnvValue::Text(text.to_owned()))
    });
    Container {
        name: input.name.to_owned(),
        image: input.image.clone(),
        pull_policy: pull_policy(input.spec),
        command: texts(&spec.command),
        args: texts(&spec.args),
        env: zone.into_iter().chain(variables::values(&spec.env)).collect(),
        env_from: variables::sources(&spec.env_from),
        mounts: volumes::mounts(spec),
        grants: input.grants.clone(),
        run_as: run_as(spec.user.as_ref(), spec.group.as_ref()),
        ports: input.ports.clone(),
        probes,
        resources: input.resources.clone(),
    }
}

/// When a node pulls the appliance's image, and those of its helpers.
pub fn pull_policy(spec: &ApplianceSpec) -> Option<String> {
    spec.image_pull_policy.as_ref().map(|policy| policy.as_str().to_owned())
}

/// A user and group of a document; a user without a group has the group of its number.
pub fn run_as(user: Option<&Loc<AccountId>>, group: Option<&Loc<AccountId>>) -> RunAs {
    let user = user.map(|id| id.value);
    RunAs::Image { user, group: group.map(|id| id.value).or(user) }
}

/// What `wire` reads: shell assignments of words that need no quoting.
fn settings(input: &Input<'_>) -> String {
    let wired = || input.nics.iter().filter(|nic| nic.attachment.is_some());
    let nics: Vec<String> = wired()
        .map(|nic| {
            let mac = nic.mac.as_ref().map_or(String::new(), |mac| mac.value.to_string());
            format!("{}={mac}", nic.interface.value)
        })
        .collect();
    let cluster: Vec<String> = input.cluster.iter().map(ToString::to_string).collect();
    let default: Vec<String> = default_routes(input.nics);
    let discovery = wired().find(|nic| nic.discovery.value).map_or("", |nic| nic.interface.as_str());
    [
        ("NICS", nics.join(" ")),
        ("CLUSTER_CIDRS", cluster.join(" ")),
        ("DEFAULT_ROUTE", default.join(" ")),
        ("DISCOVERY", discovery.to_owned()),
        ("ROUTES", wired().flat_map(route_words).collect::<Vec<_>>().join(" ")),
        ("SOURCE_ROUTING", wired().filter_map(source_word).collect::<Vec<_>>().join(" ")),
    ]
    .map(|(key, value)| format!("{key}='{value}'\n"))
    .concat()
}

/// `NIC,DESTINATION,ROUTER` for each route of a NIC.
fn route_words(nic: &Nic) -> impl Iterator<Item = String> {
    nic.routes.iter().map(|route| format!("{},{},{}", nic.interface.value, route.to.value, route.via.value))
}

/// `NIC,GATEWAY…,SUBNET…` where answers leave by the NIC that they came in by: the subnets are those from which it may
/// have addresses later.
fn source_word(nic: &Nic) -> Option<String> {
    let routing = nic.source_routing.as_ref()?;
    let gateways = routing.gateways.iter().map(ToString::to_string);
    let sources = routing.sources.iter().map(ToString::to_string);
    let words = std::iter::once(nic.interface.value.clone()).chain(gateways).chain(sources);
    Some(words.collect::<Vec<_>>().join(","))
}

/// The interface of the default route and its gateways.
fn default_routes(nics: &[Nic]) -> Vec<String> {
    let Some(nic) = nics.iter().find(|nic| nic.default_route.value) else { return Vec::new() };
    let mut words = vec![nic.interface.value.clone()];
    words.extend(nic.gateways.iter().map(|gateway| gateway.value.to_string()));
    words
}

/// The routes that the appliance gets, with reasons.
pub fn routes(nics: &[Nic], cluster: &[Cidr]) -> Vec<RouteReason> {
    // On the cluster's own network alone, nothing is added.
    if nics.iter().all(|nic| nic.attachment.is_none()) {
        return Vec::new();
    }
    let reason = |route: String, reason: &str| RouteReason { route, reason: reason.into() };
    let mut routes: Vec<RouteReason> = cluster
        .iter()
        .map(|cidr| {
            reason(format!("{cidr} via eth0's gateway"), "pods, Services and DNS stay reachable over eth0")
        })
        .collect();
    routes.push(reason(
        "the node's addresses via eth0's gateway".into(),
        "a NIC in the node's own LAN cannot reach its node: answers would leave by the other NIC",
    ));
    routes.push(reason(
        "resolv.conf's name servers via eth0's gateway".into(),
        "name resolution does not depend on a NIC",
    ));
    for nic in nics {
        if nic.default_route.value {
            let gateways: Vec<String> =
                nic.gateways.iter().map(|gateway| gateway.value.to_string()).collect();
            let via = if gateways.is_empty() && matches!(nic.addressing, Addressing::Dhcp(_)) {
                "its lease's gateway".to_owned()
            } else {
                gateways.join(" and ")
            };
            routes.push(reason(
                format!("default via {via} dev {}", nic.interface.value),
                "the appliance is a machine of that network and leaves by its gateway",
            ));
        }
        for route in &nic.routes {
            routes.push(reason(
                format!("{} via {} dev {}", route.to.value, route.via.value, nic.interface.value),
                "the network is behind that router",
            ));
        }
        if let Some(routing) = &nic.source_routing {
            let via: Vec<String> = routing.gateways.iter().map(ToString::to_string).collect();
            routes.push(reason(
                format!("from the addresses of {0}: via {1} dev {0}", nic.interface.value, via.join(" and ")),
                "answers leave by the NIC that they came in by; `sourceRouting: false` ends that",
            ));
        }
        if nic.discovery.value {
            routes.push(reason(
                format!("224.0.0.0/4 dev {}", nic.interface.value),
                "mDNS and SSDP leave by the NIC that routes to multicast",
            ));
        }
    }
    routes
}
