//! From documents to a plan: every default is filled in here, and nowhere else.

use std::net::IpAddr;

use super::model::{Addressing, Appliance, AppliedOverlay, Network, Nic, Plan, Profile, Workload};
use super::nics::{self, Place};
use super::once::once;
use super::openwrt::{self, Parts, Taken};
use super::pair::Half;
use super::pod::{ContainerPort, Credentials, Service};
use super::{
    access, attachments, cluster, duid, generic, grants, modules, overlays, pair, placement, probes, profile,
    resources, routes, secrets, sidecars, storage,
};
use crate::cores;
use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::overlay::Overlays;
use crate::spec::{self, ApplianceSpec, Documents, SiteSpec, UpdateStrategy, WorkloadKind};
use crate::types::{AddressSpec, Cidr, ImageRef};

/// Decides the whole site. `None` without a Site document. After a fault, which is reported, the plan is good for
/// finding others, and for nothing else.
pub fn decide(documents: &Documents, overlays: &Overlays, diags: &mut Diagnostics) -> Option<Plan> {
    overlays::reject_loose(documents, diags);
    let site = documents.site.as_ref()?;
    if let Some(paths) = &site.spec.paths {
        diags.push(
            Finding::warning(Code::NoEffect, "`paths` has no effect: wrtpod reads and writes nothing there")
                .at(paths.span)
                .help("remove it"),
        );
    }
    let context = Context::new(&site.value, documents, overlays);
    let mut plan = Plan {
        site: site.metadata.name.to_string(),
        namespace: context.namespace.clone(),
        labels: site.metadata.labels.clone(),
        annotations: site.metadata.annotations.clone(),
        networks: site
            .spec
            .networks
            .iter()
            .map(|(name, network)| network_facts(&context, name, network, diags))
            .collect(),
        cluster: context.cluster.clone(),
        pods: cluster::ranges_by_use(&site.spec).0,
        appliances: Vec::new(),
    };
    let planned = cores::map(&documents.appliances, |document| {
        let mut found = Diagnostics::new();
        (appliance(&context, document, &mut found), found)
    });
    for (appliance, found) in planned {
        plan.appliances.push(appliance);
        diags.append(found);
    }
    if !context.is_faulty(site.span) {
        reject_missing_salt(site, &plan, diags);
    }
    Some(plan)
}

fn network_facts(
    context: &Context<'_>,
    name: &Loc<crate::types::Name>,
    network: &spec::Network,
    diags: &mut Diagnostics,
) -> Network {
    placement::check_nodes_of(context.site, network, diags);
    Network {
        name: name.clone().map(|name| name.to_string()),
        link: Loc::new(attachments::link(network).seen_from(&context.namespace), network.attachment.span),
        parent: attachments::parent_span(network),
        elsewhere: network
            .parents
            .iter()
            .map(|(node, parent)| {
                (Loc::new(node.value.clone(), parent.span), attachments::link_over(network, parent.as_str()))
            })
            .collect(),
        whereabouts: network.ipam.as_ref().map(|ipam| ipam.map(|_| attachments::is_whereabouts(network))),
        subnets: network.subnet.iter().map(|subnet| (*subnet).map(Cidr::network)).collect(),
        gateways: network.gateway.clone(),
        pools: network.pool.clone(),
        dns: network.dns.clone(),
        routes: routes::of_network(network, diags),
        nodes: placement::nodes_of(context.site, network),
        primary: network.primary.as_ref().is_some_and(|primary| primary.value),
        wire: network.wire.as_ref().map(|wire| wire.value.to_string()),
        mtu: attachments::mtu(network),
        sysctls: network.sysctls.clone(),
        chain: attachments::chain(network),
    }
}

/// Two sites called `home` on one LAN would derive the same MACs.
fn reject_missing_salt(site: &Loc<spec::Site>, plan: &Plan, diags: &mut Diagnostics) {
    let derived = plan.appliances.iter().flat_map(|appliance| &appliance.nics).any(|nic| nic.mac_derived);
    let salt = site.spec.salt.as_ref();
    if derived && salt.is_none_or(|salt| salt.trim().is_empty()) {
        diags.push(
            Finding::error(Code::SaltMissing, "the site has no `salt`, and MACs are to be derived")
                .at(salt.and_then(|salt| salt.span).or(site.span))
                .help("add `salt: ` and random text, once; `wrtpod init` writes one"),
        );
    }
}

/// What all appliances of a site share.
struct Context<'a> {
    site: &'a SiteSpec,
    salt: Option<&'a str>,
    namespace: String,
    cluster: Vec<Cidr>,
    taken: Taken,
    documents: &'a Documents,
    overlays: &'a Overlays,
}

impl<'a> Context<'a> {
    fn new(site: &'a spec::Site, documents: &'a Documents, overlays: &'a Overlays) -> Self {
        let spec = &site.spec.value;
        Self {
            site: spec,
            salt: spec.salt.as_ref().map(|salt| salt.as_str()),
            namespace: spec.namespace.as_ref().map_or("default", |name| name.as_str()).to_owned(),
            cluster: cluster::ranges(spec),
            taken: taken(spec, documents),
            documents,
            overlays,
        }
    }

    /// Whether a document has faults that were reported: what it lacks may be what was meant there.
    fn is_faulty(&self, document: Option<Span>) -> bool {
        document.is_some_and(|span| self.documents.faulty.contains(&span))
    }
}

/// Fixed addresses and pools of the whole site: a router's DHCP range leaves them alone.
fn taken(site: &SiteSpec, documents: &Documents) -> Taken {
    let of_appliances = documents
        .appliances
        .iter()
        .flat_map(|appliance| &appliance.spec.interfaces)
        .flat_map(|interface| &interface.address)
        .filter_map(|address| match address.value {
            AddressSpec::Static(cidr) => Some(cidr.address()),
            _ => None,
        });
    let networks = || site.networks.iter().map(|(_, network)| &network.value);
    let of_networks = networks().flat_map(|network| &network.gateway).map(|gateway| gateway.value);
    Taken {
        addresses: of_appliances.chain(of_networks).collect(),
        ranges: networks().flat_map(|network| &network.pool).map(|range| range.value).collect(),
    }
}

fn profile_of(spec: &ApplianceSpec) -> Profile {
    match spec.profile.as_ref().map(|profile| profile.value) {
        Some(spec::Profile::Openwrt) => Profile::OpenWrt,
        Some(spec::Profile::Generic) | None => Profile::Generic,
    }
}

fn appliance(context: &Context<'_>, document: &Loc<spec::Appliance>, diags: &mut Diagnostics) -> Appliance {
    let own = &document.spec.value;
    let name = document.metadata.name.clone().map(|name| name.to_string());
    let profile = profile_of(own);
    profile::check(profile, own, diags);
    let named = match profile {
        Profile::OpenWrt => overlays::of_appliance(context.documents, context.overlays, own),
        Profile::Generic => Vec::new(),
    };
    let spec = &overlays::lay_under(own, &named);
    let routers = overlays::routers(context.documents, own, &named);
    let faulty = context.is_faulty(document.span);
    let image = spec.image.clone().unwrap_or_else(|| no_image(&name, faulty, diags));
    let half = match profile {
        Profile::OpenWrt => pair::half(context.documents, &name, spec, diags),
        Profile::Generic => None,
    };
    let ipv6 = spec.ipv6.or(context.site.ipv6);
    let place = Place {
        site: context.site,
        documents: context.documents,
        from: spec.from.as_ref().map(|from| from.as_str()),
        salt: context.salt,
        namespace: &context.namespace,
        appliance: &name,
        hostname: spec.hostname.as_ref().map_or(name.as_str(), |hostname| hostname.as_str()),
        profile,
        several_uplinks: routers.several_uplinks && profile == Profile::OpenWrt,
        replicas: spec.replicas.as_ref().map_or(1, |replicas| replicas.value),
        in_pair: half.is_some(),
        ipv6,
        faulty,
    };
    let mut nics = nics::decide(place, &spec.interfaces, diags);
    let placement = placement::decide(context.site, spec, &nics, diags);
    placement::settle_parents(context.site, &name, &placement, &mut nics, diags);
    let ports = access::ports(spec);
    let service = access::service(spec, &ports, diags);
    let credentials = credentials(profile, &name, spec);
    let applied = overlays::applied(own, &named);
    let whole = Whole {
        name: &name,
        overlays: &applied,
        spec,
        image: &image,
        nics: &nics,
        ports,
        service: service.as_ref(),
    };
    secrets::warn(&name, &context.namespace, spec, diags);
    let parts = parts(context, profile, whole, half, credentials.as_ref(), diags);
    let sidecars = sidecars::decide(spec, &parts, diags);
    Appliance {
        kind: spec.from.as_ref().map_or(name.as_str(), |from| from.as_str()).to_owned(),
        profile,
        workload: workload(spec, &name),
        replicas: spec.replicas.unwrap_or_else(|| Loc::new(1, name.span)),
        image,
        build: spec.build.as_ref().map(|build| build.as_ref().map(ToString::to_string)),
        overlays: applied,
        modules: modules::decide(profile, spec, &nics),
        pair: spec.pair.as_ref().map(|pair| pair.as_ref().map(ToString::to_string)),
        half,
        policy_router: routers.policy_router,
        pull_secrets: once(spec.image_pull_secrets.iter().map(|name| name.to_string())),
        init: parts.init,
        min_ready_seconds: probes::min_ready_seconds(std::iter::once(&parts.main).chain(&sidecars)),
        main: parts.main,
        sidecars,
        volumes: parts.volumes,
        claims: storage::claims(context.site, profile, &name, spec),
        scripts: parts.scripts,
        config: parts.config,
        credentials,
        guarded: spec.guard.as_ref().map_or(profile == Profile::OpenWrt, |guard| guard.value),
        egress: access::egress(spec, context.site, &context.cluster),
        ingress: access::ingress(spec, service.as_ref()),
        http_route: access::http_route(spec, service.as_ref()),
        service,
        placement,
        grace_seconds: if profile == Profile::OpenWrt { 60 } else { 30 },
        hostname: spec.hostname.as_ref().map(|name| name.to_string()),
        host_users: spec.host_users.or(context.site.host_users),
        proc_unmasked: spec.unmasks_proc(),
        ipv6,
        pod_sysctls: spec.sysctls.clone(),
        labels: document.metadata.labels.clone(),
        annotations: document.metadata.annotations.clone(),
        pod_labels: spec.labels.clone(),
        pod_annotations: spec.annotations.clone(),
        privileged: spec.privileged.filter(|privileged| privileged.value),
        empty_password: spec.empty_root_password.filter(|empty| empty.value),
        patches: spec.patches.clone(),
        allowed: spec.allow.clone(),
        routes: generic::routes(&nics, &context.cluster),
        nics,
        name,
    }
}

/// In the place of an image that is missing, which is reported unless it comes of another fault: the rest is judged all the same.
fn no_image(name: &Loc<String>, faulty: bool, diags: &mut Diagnostics) -> Loc<ImageRef> {
    if !faulty {
        diags.push(
            Finding::error(Code::ImageMissing, format!("appliance `{}` has no image", name.value))
                .at(name.span)
                .help("write `image`, or `from` with an entry of `wrtpod catalog`"),
        );
    }
    Loc::bare("none:0".parse().expect("a repository and a tag"))
}

/// What the containers of an appliance are made of.
struct Whole<'a> {
    name: &'a Loc<String>,
    overlays: &'a [AppliedOverlay],
    spec: &'a ApplianceSpec,
    image: &'a Loc<ImageRef>,
    nics: &'a [Nic],
    ports: Vec<ContainerPort>,
    service: Option<&'a Service>,
}

fn parts(
    context: &Context<'_>,
    profile: Profile,
    whole: Whole<'_>,
    half: Option<Half>,
    credentials: Option<&Credentials>,
    diags: &mut Diagnostics,
) -> Parts {
    let Whole { name, overlays, spec, image, nics, ports, service } = whole;
    let grants = grants::decide(&spec.capabilities);
    let resources = resources::decide(spec, diags);
    if profile == Profile::Generic {
        let cluster = &context.cluster;
        let input = generic::Input { name, spec, image, nics, ports, grants, resources, cluster };
        return generic::parts(&input, diags);
    }
    let claim = storage::main_claim(name, spec);
    let input = openwrt::Input {
        name,
        spec,
        image,
        nics,
        ports,
        service_ports: service.map_or_else(Vec::new, |service| service.ports.clone()),
        extra_grants: grants,
        resources,
        claim: claim.as_ref(),
        credentials,
        cluster: &context.cluster,
        duid: duid::derive(context.salt.unwrap_or_default(), &context.namespace, name),
        ula_prefix: ula_prefix(context, name, nics),
        taken: &context.taken,
        half,
        overlays,
    };
    openwrt::parts(&input, diags)
}

fn workload(spec: &ApplianceSpec, name: &Loc<String>) -> Loc<Workload> {
    let strategy = spec.strategy.as_ref();
    let rolling = strategy.is_some_and(|strategy| strategy.value == UpdateStrategy::RollingUpdate);
    match &spec.workload {
        Some(kind) if kind.value == WorkloadKind::Deployment => {
            Loc::new(Workload::Deployment { rolling }, kind.span)
        }
        Some(kind) => Loc::new(Workload::StatefulSet, kind.span),
        None => Loc::new(Workload::StatefulSet, name.span),
    }
}

fn credentials(profile: Profile, name: &str, spec: &ApplianceSpec) -> Option<Credentials> {
    if profile == Profile::Generic {
        return None;
    }
    if let Some(secret) = &spec.secret {
        return Some(Credentials { secret: secret.to_string(), generated: false });
    }
    let empty = spec.empty_root_password.as_ref().is_some_and(|empty| empty.value);
    (!empty).then(|| Credentials { secret: format!("{name}-credentials"), generated: true })
}

/// A router's prefix for unique local addresses, from the same seed as its MACs.
fn ula_prefix(context: &Context<'_>, name: &str, nics: &[Nic]) -> Option<String> {
    nics.iter().find(|nic| nic.serve.is_some() && nic.ipv6)?;
    let mac = super::mac::derive(super::mac::MacSeed {
        salt: context.salt.unwrap_or_default(),
        namespace: &context.namespace,
        appliance: name,
        network: "",
        interface: Some("ula"),
    });
    let digits = mac.to_string().replace(':', "");
    // 40 random bits behind fd, as RFC 4193 has it: those behind the MAC's first byte.
    Some(format!("fd{}:{}:{}::/48", &digits[2..4], &digits[4..8], &digits[8..12]))
}

impl Network {
    /// Whether the cluster keeps the list of its pool's addresses.
    pub fn is_whereabouts(&self) -> bool {
        self.whereabouts.is_some_and(|whereabouts| whereabouts.value)
    }
}

impl Nic {
    /// Its fixed addresses.
    pub fn fixed_addresses(&self) -> &[Loc<Cidr>] {
        match &self.addressing {
            Addressing::Static(addresses) => addresses,
            _ => &[],
        }
    }

    /// Whether one of its fixed addresses is this one.
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.fixed_addresses().iter().any(|own| own.address() == address)
    }
}
