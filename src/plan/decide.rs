//! From documents to a plan: every default is filled in here, and nowhere else.

use std::net::IpAddr;

use super::model::{
    Addressing, Appliance, Attachment, Claim, ContainerPort, Credentials, Grant, Ingress, Network, Nic, Plan,
    Profile, Resources, Service, Workload,
};
use super::nics::{self, Place};
use super::openwrt::{self, Taken};
use super::{attachments, cluster, generic, placement};
use crate::diag::{Diagnostic, Diagnostics, Loc};
use crate::spec::{
    self, ApplianceSpec, DeviceSource, Documents, PersistenceMode, ServiceType, SiteSpec, Transport,
    UpdateStrategy, WorkloadKind,
};
use crate::types::{Cidr, Quantity};

/// Decides the whole site. `None` without a Site document; appliances with faults are left out and reported.
pub fn decide(documents: &Documents, diags: &mut Diagnostics) -> Option<Plan> {
    let site = documents.site.as_ref()?;
    let context = Context::new(&site.value, documents);
    let mut plan = Plan {
        site: site.metadata.name.to_string(),
        namespace: context.namespace.clone(),
        networks: site.spec.networks.iter().map(|(name, network)| network_facts(name, network)).collect(),
        cluster: context.cluster.clone(),
        attachments: Vec::new(),
        appliances: Vec::new(),
    };
    for document in &documents.appliances {
        if let Some(appliance) = appliance(&context, document, diags) {
            attach(&context, document, &appliance, &mut plan.attachments);
            plan.appliances.push(appliance);
        }
    }
    reject_missing_salt(site, &plan, diags);
    plan.attachments.sort_by_key(|attachment| context.network_order(&attachment.network));
    Some(plan)
}

fn network_facts(name: &Loc<crate::types::Name>, network: &spec::Network) -> Network {
    Network {
        name: name.clone().map(|name| name.to_string()),
        link: Loc::new(attachments::link(network), network.attachment.span),
        subnets: network.subnet.clone(),
        gateways: network.gateway.clone(),
        pools: network.pool.clone(),
        dns: network.dns.clone(),
        nodes: network.nodes.iter().map(|node| node.value.clone()).collect(),
        primary: network.primary.as_ref().is_some_and(|primary| primary.value),
    }
}

/// Two sites called `home` on one LAN would derive the same MACs.
fn reject_missing_salt(site: &Loc<spec::Site>, plan: &Plan, diags: &mut Diagnostics) {
    let derived = plan.appliances.iter().flat_map(|appliance| &appliance.nics).any(|nic| nic.mac_derived);
    if site.spec.salt.is_none() && derived {
        diags.push(
            Diagnostic::error("salt-missing", "the site has no `salt`, and MACs are to be derived")
                .at(site.spec.span.or(site.span))
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
}

impl<'a> Context<'a> {
    fn new(site: &'a spec::Site, documents: &Documents) -> Self {
        let spec = &site.spec.value;
        Self {
            site: spec,
            salt: spec.salt.as_ref().map(|salt| salt.as_str()),
            namespace: spec.namespace.as_ref().map_or("default", |name| name.as_str()).to_owned(),
            cluster: cluster::ranges(spec),
            taken: taken(spec, documents),
        }
    }

    fn network_order(&self, name: &str) -> usize {
        self.site.networks.iter().position(|(key, _)| key.value == *name).unwrap_or(usize::MAX)
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
            crate::types::AddressSpec::Static(cidr) => Some(cidr.address()),
            _ => None,
        });
    let networks = || site.networks.iter().map(|(_, network)| &network.value);
    let of_networks = networks().flat_map(|network| &network.gateway).map(|gateway| gateway.value);
    Taken {
        addresses: of_appliances.chain(of_networks).collect(),
        ranges: networks().flat_map(|network| &network.pool).map(|range| range.value).collect(),
    }
}

/// Adds the attachments of an appliance that no other one brought.
fn attach(
    context: &Context<'_>,
    document: &spec::Appliance,
    appliance: &Appliance,
    attachments: &mut Vec<Attachment>,
) {
    for nic in &appliance.nics {
        let Some(name) = &nic.attachment else { continue };
        if attachments.iter().any(|known| known.name == *name && *known.network == *nic.network) {
            continue;
        }
        if let Some(network) = nics::network(context.site, &nic.network) {
            attachments.push(attachments::attachment(
                &context.namespace,
                &nic.network,
                network,
                profile(&document.spec),
                &nic.addressing,
                nic.serve.is_some(),
            ));
        }
    }
}

fn profile(spec: &ApplianceSpec) -> Profile {
    match spec.profile.as_ref().map(|profile| profile.value) {
        Some(spec::Profile::Openwrt) => Profile::OpenWrt,
        Some(spec::Profile::Generic) | None => Profile::Generic,
    }
}

fn appliance(
    context: &Context<'_>,
    document: &Loc<spec::Appliance>,
    diags: &mut Diagnostics,
) -> Option<Appliance> {
    let spec = &document.spec.value;
    let name = document.metadata.name.clone().map(|name| name.to_string());
    let profile = profile(spec);
    let Some(image) = spec.image.clone() else {
        diags.push(
            Diagnostic::error("image-missing", format!("appliance `{}` has no image", name.value))
                .at(name.span)
                .help("write `image`, or `from` with an entry of `wrtpod catalog`"),
        );
        return None;
    };
    let place = Place {
        site: context.site,
        salt: context.salt,
        namespace: &context.namespace,
        appliance: &name,
        profile,
    };
    reject_other_profile(profile, spec, diags);
    let nics = nics::decide(place, &spec.interfaces, diags);
    let ports = ports(spec);
    let service = service(spec, &ports, diags);
    let claims = claims(context.site, profile, &name, spec);
    let credentials = credentials(profile, &name, spec);
    let grants = grants(spec);
    let resources = resources(spec);
    let parts = match profile {
        Profile::OpenWrt => {
            let claim = main_claim(&name, spec);
            openwrt::parts(
                &openwrt::Input {
                    name: &name,
                    spec,
                    image: &image,
                    nics: &nics,
                    ports,
                    service_ports: service.as_ref().map_or_else(Vec::new, |service| service.ports.clone()),
                    extra_grants: grants,
                    resources,
                    claim: claim.as_deref(),
                    credentials: credentials.as_ref(),
                    cluster: &context.cluster,
                    ula_prefix: ula_prefix(context, &name, &nics),
                    taken: &context.taken,
                },
                diags,
            )
        }
        Profile::Generic => generic::parts(&generic::Input {
            name: &name,
            spec,
            image: &image,
            nics: &nics,
            ports,
            grants,
            resources,
            cluster: &context.cluster,
        }),
    };
    Some(Appliance {
        kind: spec.from.as_ref().map_or(name.as_str(), |from| from.as_str()).to_owned(),
        profile,
        workload: workload(spec, &name),
        replicas: spec.replicas.clone().unwrap_or_else(|| Loc::new(1, name.span)),
        image,
        pull_policy: spec.image_pull_policy.as_ref().map(|policy| policy.as_str().to_owned()),
        pull_secrets: spec.image_pull_secrets.iter().map(|name| name.to_string()).collect(),
        init: parts.init,
        main: parts.main,
        volumes: parts.volumes,
        claims,
        config: parts.config,
        credentials,
        guarded: profile == Profile::OpenWrt,
        service,
        ingress: ingress(spec),
        placement: placement::decide(context.site, spec, &nics, diags),
        grace_seconds: if profile == Profile::OpenWrt { 60 } else { 30 },
        hostname: spec.hostname.as_ref().map(|name| name.to_string()),
        pod_sysctls: spec.sysctls.clone(),
        labels: pairs(document.metadata.labels.iter().chain(&spec.labels)),
        annotations: pairs(document.metadata.annotations.iter().chain(&spec.annotations)),
        privileged: spec.privileged.clone().filter(|privileged| privileged.value),
        empty_password: spec.empty_root_password.clone().filter(|empty| empty.value),
        patches: spec.patches.clone(),
        routes: generic::routes(&nics, &context.cluster),
        nics,
        name,
    })
}

/// `CET-1CEST,M3.5.0,M10.5.0/3`, `UTC`, `<+03>-3`: a slash comes behind a comma, if at all.
fn is_posix_zone(zone: &str) -> bool {
    let before_rules = zone.split(',').next().unwrap_or(zone);
    !zone.is_empty() && zone.chars().all(|c| c.is_ascii_graphic() && c != '\'') && !before_rules.contains('/')
}

/// Keys that mean nothing to the appliance's profile.
fn reject_other_profile(profile: Profile, spec: &ApplianceSpec, diags: &mut Diagnostics) {
    let key = |name: &'static str, span: Option<Option<crate::diag::Span>>| span.map(|span| (name, span));
    let (word, keys) = match profile {
        Profile::Generic => (
            "generic",
            [
                key("persistence", spec.persistence.as_ref().map(|value| value.span)),
                key("uci", spec.uci.first().map(|(name, _)| name.span)),
                key("firstBoot", spec.first_boot.first().map(|(name, _)| name.span)),
                key("secret", spec.secret.as_ref().map(|value| value.span)),
                key("emptyRootPassword", spec.empty_root_password.as_ref().map(|value| value.span)),
            ],
        ),
        Profile::OpenWrt => (
            "openwrt",
            [
                key("command", spec.command.first().map(|value| value.span)),
                key("args", spec.args.first().map(|value| value.span)),
                key("env", spec.env.first().map(|(name, _)| name.span)),
                key("probes", spec.probes.as_ref().map(|value| value.span)),
                key("helperImage", spec.helper_image.as_ref().map(|value| value.span)),
            ],
        ),
    };
    for (name, span) in keys.into_iter().flatten() {
        diags.push(
            Diagnostic::error("profile-mismatch", format!("`{name}` means nothing to the profile `{word}`"))
                .at(span)
                .help("remove it, or correct `profile`"),
        );
    }
    if let Some(zone) = spec.timezone.as_ref().filter(|zone| !is_posix_zone(zone)) {
        if profile == Profile::OpenWrt {
            diags.push(
                Diagnostic::error("timezone-name", format!("OpenWrt reads no time zone by name: `{}`", zone.value))
                    .at(zone.span)
                    .help("write its POSIX string, for example `CET-1CEST,M3.5.0,M10.5.0/3`"),
            );
        }
    }
}

fn pairs<'a>(entries: impl Iterator<Item = &'a (Loc<String>, Loc<String>)>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (key, value) in entries {
        pairs.retain(|(known, _)| *known != key.value);
        pairs.push((key.value.clone(), value.value.clone()));
    }
    pairs
}

fn workload(spec: &ApplianceSpec, name: &Loc<String>) -> Loc<Workload> {
    let rolling = spec.strategy.as_ref().is_some_and(|strategy| strategy.value == UpdateStrategy::RollingUpdate);
    match &spec.workload {
        Some(kind) if kind.value == WorkloadKind::Deployment => {
            Loc::new(Workload::Deployment { rolling }, kind.span)
        }
        Some(kind) => Loc::new(Workload::StatefulSet, kind.span),
        None => Loc::new(Workload::StatefulSet, name.span),
    }
}

fn ports(spec: &ApplianceSpec) -> Vec<ContainerPort> {
    spec.ports
        .iter()
        .map(|(name, port)| ContainerPort {
            name: name.value.to_string(),
            port: port.port.get(),
            protocol: port.protocol.as_ref().map_or(Transport::Tcp, |protocol| protocol.value).to_string(),
        })
        .collect()
}

/// A Service names ports of the appliance; all of them where it names none.
fn service(spec: &ApplianceSpec, ports: &[ContainerPort], diags: &mut Diagnostics) -> Option<Service> {
    let service = spec.service.as_ref()?;
    let mut chosen = Vec::new();
    for name in &service.ports {
        match ports.iter().find(|port| port.name == name.as_str()) {
            Some(port) => chosen.push(port.clone()),
            None => diags.push(
                Diagnostic::error("unknown-port", format!("there is no port `{}`", name.as_str()))
                    .at(name.span)
                    .help(known_ports(ports)),
            ),
        }
    }
    if service.ports.is_empty() {
        chosen = ports.to_vec();
    }
    let kind = match &service.kind {
        Some(kind) => Loc::new(kind.to_string(), kind.span),
        None => Loc::new(ServiceType::ClusterIp.to_string(), service.span),
    };
    (!chosen.is_empty()).then(|| Service { kind, ports: chosen, annotations: pairs(service.annotations.iter()) })
}

/// The help of a message about a port that is not there.
pub fn known_ports(ports: &[ContainerPort]) -> String {
    if ports.is_empty() {
        return "add it under `ports`".to_owned();
    }
    let names: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
    format!("write one of the appliance's `ports`: {}", names.join(", "))
}

fn ingress(spec: &ApplianceSpec) -> Option<Ingress> {
    let ingress = spec.ingress.as_ref()?;
    let only_port = || spec.ports.first().map_or_else(String::new, |(name, _)| name.value.to_string());
    Some(Ingress {
        host: ingress.host.value.clone(),
        class: ingress.class.as_ref().map(|class| class.value.clone()),
        path: ingress.path.as_ref().map_or("/", |path| path.as_str()).to_owned(),
        port: ingress.port.as_ref().map_or_else(only_port, |port| port.to_string()),
        tls_secret: ingress.tls_secret.as_ref().map(|secret| secret.to_string()),
        annotations: pairs(ingress.annotations.iter()),
    })
}

fn grants(spec: &ApplianceSpec) -> Vec<Grant> {
    let grant = |(capability, reason): &(Loc<crate::types::Capability>, Loc<String>)| Grant {
        capability: capability.value,
        reason: reason.value.clone(),
    };
    spec.capabilities.iter().map(grant).collect()
}

/// Requests and limits; a device plugin's resource is a limit.
fn resources(spec: &ApplianceSpec) -> Resources {
    let amounts = |amounts: &Option<Loc<spec::Amounts>>| -> Vec<(String, String)> {
        let Some(amounts) = amounts else { return Vec::new() };
        [("cpu", &amounts.cpu), ("memory", &amounts.memory)]
            .into_iter()
            .filter_map(|(name, amount)| Some((name.to_owned(), amount.as_ref()?.to_string())))
            .collect()
    };
    let mut resources = Resources::default();
    if let Some(spec) = &spec.resources {
        resources = Resources { requests: amounts(&spec.requests), limits: amounts(&spec.limits) };
    }
    for device in &spec.devices {
        if let DeviceSource::Resource(resource) = &device.source.value {
            let count = device.count.as_ref().map_or(1, |count| count.value);
            resources.limits.push((resource.clone(), count.to_string()));
        }
    }
    resources
}

/// The claim of an OpenWrt appliance.
fn main_claim(name: &str, spec: &ApplianceSpec) -> Option<String> {
    if openwrt::mode(spec) == PersistenceMode::None {
        return None;
    }
    let existing = spec.persistence.as_ref().and_then(|persistence| persistence.existing_claim.as_ref());
    Some(existing.map_or_else(|| format!("{name}-data"), |claim| claim.to_string()))
}

/// Sizes that hold what the mode keeps, where nobody chose one.
fn default_size(mode: PersistenceMode) -> Quantity {
    let text = if mode == PersistenceMode::System { "512Mi" } else { "64Mi" };
    text.parse().expect("our own sizes are quantities")
}

fn claims(site: &SiteSpec, profile: Profile, name: &str, spec: &ApplianceSpec) -> Vec<Claim> {
    let class = |own: Option<&Loc<String>>| {
        own.or(site.storage_class.as_ref()).map(|class| class.value.clone())
    };
    let access = |mode: Option<&Loc<spec::AccessMode>>| {
        mode.map_or(spec::AccessMode::ReadWriteOnce, |mode| mode.value).to_string()
    };
    let mut claims = Vec::new();
    if profile == Profile::OpenWrt {
        let persistence = spec.persistence.as_ref();
        let existing = persistence.is_some_and(|persistence| persistence.existing_claim.is_some());
        if let Some(claim) = main_claim(name, spec).filter(|_| !existing) {
            let size = persistence.and_then(|persistence| persistence.size.as_ref());
            claims.push(Claim {
                name: claim,
                storage_class: class(persistence.and_then(|persistence| persistence.storage_class.as_ref())),
                access_mode: access(persistence.and_then(|persistence| persistence.access_mode.as_ref())),
                size: size.map_or_else(|| default_size(openwrt::mode(spec)), |size| size.value.clone()),
            });
        }
    }
    for (volume_name, volume) in &spec.volumes {
        let made_elsewhere = volume.existing_claim.is_some()
            || volume.config_map.is_some()
            || volume.secret.is_some()
            || volume.empty_dir.as_ref().is_some_and(|scratch| scratch.value);
        if made_elsewhere {
            continue;
        }
        claims.push(Claim {
            name: format!("{name}-{}", volume_name.value),
            storage_class: class(volume.storage_class.as_ref()),
            access_mode: access(volume.access_mode.as_ref()),
            size: volume
                .size
                .as_ref()
                .map_or_else(|| "1Gi".parse().expect("a quantity"), |size| size.value.clone()),
        });
    }
    claims
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
    nics.iter().find(|nic| nic.serve.is_some())?;
    let mac = super::mac::derive(super::mac::MacSeed {
        salt: context.salt.unwrap_or_default(),
        namespace: &context.namespace,
        appliance: name,
        network: "",
        interface: Some("ula"),
    });
    let [_, a, b, c, d, e] = mac.0;
    Some(format!("fd{a:02x}:{b:02x}{c:02x}:{d:02x}{e:02x}::/48"))
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
