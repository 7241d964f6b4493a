//! The machine: what the values say of the release itself.

use super::Names;
use super::base::Base;
use super::containers;
use super::pieces::Pieces;
use super::text::Document;
use super::unmapped::{is_amount, is_device, is_taken, literal, not_imported};
use super::values::{Interface, Persistence, Resources, Values, VolumeClaim};
use super::variables::EnvSource;
use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::spec::{Entries, PackagePolicy, PersistenceMode, Profile};
use crate::types::{ImageRef, Name, ObjectName, Quantity, TimeZone};
use serde_json::{Map, Value, json};

/// What a document says of a capability that came with the values: they have no reasons.
pub const REASON: &str = "the chart's values ask for it (say here what needs it)";

/// The profile of the appliance: the catalog entry's, else that of which the values have keys; OpenWrt's are always among
/// the values of its charts.
pub fn profile(values: &Values, base: &Base) -> Profile {
    let openwrt = values.persistence.is_some() || values.credentials.is_some() || !values.uci.is_empty();
    base.profile().unwrap_or(if openwrt { Profile::Openwrt } else { Profile::Generic })
}

/// The Appliance with these overlays of its own; `None` after a fault, which has been reported.
pub fn document(
    values: &Values,
    names: &Names,
    base: &Base,
    overlays: &[Loc<String>],
    diagnostics: &mut Diagnostics,
) -> Option<Document> {
    let profile = profile(values, base);
    let mut defaults = json!({
        "replicas": 1,
        "persistence": {
            "mode": PersistenceMode::DEFAULT.as_str(),
            "accessMode": "ReadWriteOnce",
            "packages": PackagePolicy::DEFAULT.as_str(),
        },
    });
    let mut spec = Map::new();
    let head = if let Some((from, _)) = &names.from {
        spec.insert("from".into(), json!(from));
        format!(
            "The release, on top of the catalog's `{from}`, which has what no value says: probes, the command."
        )
    } else {
        spec.insert("profile".into(), json!(profile.as_str()));
        "The release. What no value says, such as probes and capabilities, is in the chart's templates alone."
            .into()
    };
    if profile == Profile::Openwrt {
        defaults["timezone"] = json!("UTC");
    }
    defaults["guard"] = json!(profile == Profile::Openwrt);
    let wanted = wanted(values, profile, base, overlays, diagnostics)?;
    spec.extend(base.differences(wanted, &defaults));
    let mut metadata = Pieces::default();
    metadata.put("name", names.appliance.as_str());
    metadata.pairs("labels", &values.labels);
    metadata.pairs("annotations", &values.annotations);
    Some(Document {
        head,
        kind: "Appliance",
        metadata: Value::Object(metadata.finish()),
        spec,
        comments: &[
            ("secret", "The Secret with root's password hash and SSH keys; it has to be there."),
            ("volumes", "The claims are those of the release: they keep their names."),
            ("labels", "Of the pod alone."),
            ("annotations", "Of the pod alone."),
        ],
    })
}

/// Everything that the values say, in the order in which `wrtpod schema appliance` has it.
fn wanted(
    values: &Values,
    profile: Profile,
    base: &Base,
    overlays: &[Loc<String>],
    diagnostics: &mut Diagnostics,
) -> Option<Map<String, Value>> {
    let mut spec = Pieces::default();
    spec.put("image", image(values, diagnostics)?.to_string());
    spec.text("helperImage", values.helper_image.get());
    spec.text("imagePullPolicy", values.image.pull_policy.get());
    let secrets: Vec<Loc<ObjectName>> =
        values.image_pull_secrets.iter().map(|secret| secret.value.name.clone()).collect();
    spec.list("imagePullSecrets", &secrets);
    spec.number("replicas", values.replicas);
    let interfaces: Vec<Value> =
        values.interfaces.iter().map(|interface| self::interface(interface)).collect();
    spec.put("interfaces", interfaces);
    openwrt(values, overlays, &mut spec);
    spec.text("hostname", values.hostname.get());
    spec.text("timezone", time_zone(values, diagnostics));
    let env = values.extra_env.iter();
    let env = env.filter_map(|variable| Some((variable.name.to_string(), literal(variable, profile).ok()?)));
    spec.map("env", env.collect());
    let sources: Vec<Value> = values.extra_env_from.iter().filter_map(|source| env_source(source)).collect();
    if !sources.is_empty() {
        spec.put("envFrom", sources);
    }
    if let Some(shares) = values.host_users.get() {
        spec.put("hostUsers", shares.value);
    }
    spec.text("procMount", values.proc_mount.get());
    if values.ipv6.is_some_and(|has| !has.value) {
        spec.put("ipv6", false);
    }
    for (key, id) in [("user", values.user.get()), ("group", values.group.get())] {
        if let Some(id) = id {
            spec.put(key, id.get());
        }
    }
    access(values, &mut spec);
    spec.map("volumes", volumes(&values.volumes, base, diagnostics));
    let capabilities = values.extra_capabilities.iter().map(|capability| capability.value.to_string());
    let capabilities = capabilities.filter(|name| !base.has_capability(name));
    spec.map("capabilities", capabilities.map(|name| (name, json!(REASON))).collect());
    if let Some(resources) = &values.resources {
        spec.map("resources", self::resources(resources));
        let devices = resources.limits.iter().filter(|(name, _)| is_device(name));
        let devices = devices.map(|(name, count)| device(name, &count.value.to_string()));
        let devices: Vec<Value> = base.devices_by_path().cloned().chain(devices).collect();
        if !devices.is_empty() {
            spec.put("devices", devices);
        }
    }
    spec.map("containers", containers::documents(values, base, diagnostics));
    spec.list("nodes", &values.nodes);
    spec.pairs("nodeSelector", &values.node_selector);
    if !values.tolerations.is_empty() {
        let tolerations: Vec<Value> =
            values.tolerations.iter().map(|toleration| toleration.value.clone()).collect();
        spec.put("tolerations", tolerations);
    }
    spec.pairs("labels", &values.pod_labels);
    spec.pairs("annotations", &values.pod_annotations);
    let taken = values.allow.iter().filter(|(privilege, _)| is_taken(values, privilege));
    spec.map(
        "allow",
        taken.map(|(privilege, reason)| (privilege.to_string(), json!(reason.value))).collect(),
    );
    Some(spec.finish())
}

/// The reference that repository, tag and digest make.
fn image(values: &Values, diagnostics: &mut Diagnostics) -> Option<ImageRef> {
    let image = &values.image;
    let mut text = image.repository.value.clone();
    for (mark, part) in [(':', image.tag.get()), ('@', image.digest.get())] {
        if let Some(part) = part {
            text.push(mark);
            text += part;
        }
    }
    let invalid = match text.parse::<ImageRef>() {
        Ok(reference) => return Some(reference),
        Err(invalid) => invalid,
    };
    let span = image.repository.span;
    let hidden = if invalid.secret { span } else { None };
    diagnostics.push(Finding::error(Code::BadValue, invalid.problem).at(span).help(invalid.fix).hide(hidden));
    None
}

/// The time zone. Its name stands for its rule too, but where the values have another rule beside it: that is what the machine
/// goes by.
fn time_zone<'a>(values: &'a Values, diagnostics: &mut Diagnostics) -> Option<&'a Loc<String>> {
    let (Some(name), Some(rule)) = (values.zonename.get(), values.timezone.get()) else {
        return values.zonename.get().or_else(|| values.timezone.get());
    };
    let posix = |text: &str| text.parse::<TimeZone>().ok().map(|zone| zone.posix().to_owned());
    let of_name = posix(&name.value);
    if of_name.is_some() && of_name == posix(&rule.value) {
        return Some(name);
    }
    let why = match of_name {
        Some(_) => "the zone of that name has another rule than `timezone`, which is what counts",
        None => "no zone of that name is known: `timezone` counts",
    };
    let help = "where the name is meant, write it as `timezone` of the appliance";
    not_imported(diagnostics, "zonename", name.span, why, help);
    Some(rule)
}

fn interface(interface: &Interface) -> Value {
    let mut made = Pieces::default();
    made.put("network", interface.network.as_str());
    made.text("name", interface.name.get());
    made.one_or_many("address", &interface.address);
    made.text("mac", interface.mac.get());
    made.one_or_many("gateway", &interface.gateways);
    made.one_or_many("dns", &interface.dns);
    // Where nobody says so, the plan chooses; `false` is a choice as well.
    if let Some(default_route) = interface.default_route {
        made.put("defaultRoute", default_route.value);
    }
    made.routes(&interface.routes);
    if let Some(source_routing) = interface.source_routing {
        made.put("sourceRouting", source_routing.value);
    }
    made.on("serve", interface.serve);
    made.on("discovery", interface.discovery);
    made.number("metric", interface.metric);
    made.on("bridge", interface.bridge);
    Value::Object(made.finish())
}

/// Keys of OpenWrt alone; beside another profile the plan refuses them.
fn openwrt(values: &Values, overlays: &[Loc<String>], spec: &mut Pieces) {
    if let Some(persistence) = &values.persistence {
        spec.put("persistence", self::persistence(persistence));
    }
    spec.map("uci", super::uci::settings(&values.uci));
    spec.on("clusterForwarding", values.cluster_forwarding);
    spec.list("overlays", overlays);
    spec.pairs("firstBoot", &values.first_boot);
    let credentials = values.credentials.as_ref();
    spec.text("secret", credentials.and_then(|credentials| credentials.existing_secret.get()));
}

/// What says nothing where no claim is made, a document must not say.
fn persistence(persistence: &Persistence) -> Map<String, Value> {
    let mode = persistence.mode.get().map_or(PersistenceMode::DEFAULT, |mode| mode.value);
    let mut made = Pieces::default();
    made.put("mode", mode.as_str());
    if mode == PersistenceMode::None {
        return made.finish();
    }
    if let Some(existing) = persistence.existing_claim.get() {
        made.put("existingClaim", existing.as_str());
    } else {
        made.unless(mode.claim_size(), "size", persistence.size.get());
        made.text("storageClass", persistence.storage_class.get());
        made.text("accessMode", persistence.access_mode.get());
    }
    made.text("packages", persistence.packages.get());
    made.finish()
}

/// A source of variables; nothing for one without an object.
pub fn env_source(source: &EnvSource) -> Option<Value> {
    let (key, object) = match (&source.secret, &source.config_map) {
        (Some(secret), _) => ("secret", secret),
        (None, Some(map)) => ("configMap", map),
        (None, None) => return None,
    };
    let mut made = Pieces::default();
    made.put(key, object.name.to_string());
    made.text("prefix", source.prefix.get());
    Some(Value::Object(made.finish()))
}

/// Ports, Service, Ingress, HTTPRoute.
fn access(values: &Values, spec: &mut Pieces) {
    let ports = values.ports.iter().map(|port| {
        let mut made = Pieces::default();
        made.put("port", port.port.get());
        made.unless("TCP", "protocol", port.protocol.get());
        (port.name.to_string(), Value::Object(made.finish()))
    });
    spec.map("ports", ports.collect());
    let on = |switch: Option<Loc<bool>>| switch.is_some_and(|switch| switch.value);
    if let Some(service) = values.service.as_ref().filter(|service| on(service.enabled)) {
        let mut made = Pieces::default();
        made.text("type", service.kind.get());
        made.list("ports", &service.ports);
        made.pairs("annotations", &service.annotations);
        spec.put("service", made.finish());
    }
    if let Some(ingress) = values.ingress.as_ref().filter(|ingress| on(ingress.enabled)) {
        let mut made = Pieces::default();
        made.text("host", ingress.host.get());
        made.text("class", ingress.class_name.get());
        made.unless("/", "path", ingress.path.get());
        made.text("port", ingress.port.get());
        made.text("tlsSecret", ingress.tls_secret.get());
        made.pairs("annotations", &ingress.annotations);
        spec.put("ingress", made.finish());
    }
    if let Some(route) = values.http_route.as_ref().filter(|route| on(route.enabled)) {
        let mut made = Pieces::default();
        let parents: Vec<Value> = route.parent_refs.iter().map(|parent| parent.value.clone()).collect();
        made.put("parentRefs", parents);
        made.list("hostnames", &route.hostnames);
        made.unless("/", "path", route.path.get());
        made.text("port", route.port.get());
        made.pairs("annotations", &route.annotations);
        spec.put("httpRoute", made.finish());
    }
    if let Some(guard) = values.guard {
        spec.put("guard", guard.value);
    }
    if let Some(egress) = values.egress.as_ref().filter(|egress| on(egress.enabled)) {
        let mut made = Pieces::default();
        made.on("cluster", egress.cluster);
        made.one_or_many("cidrs", &egress.cidrs);
        spec.put("egress", made.finish());
    }
}

/// The claims of volumes that the catalog entry has: where a volume is mounted, values do not say.
fn volumes(
    volumes: &Entries<Name, VolumeClaim>,
    base: &Base,
    diagnostics: &mut Diagnostics,
) -> Map<String, Value> {
    let mut made = Map::new();
    for (name, claim) in volumes {
        if !base.has_volume(name.as_str()) {
            let why = "where it is mounted stands in the chart's templates alone";
            let help = "write it under `volumes` of the appliance, with its `mountPath`";
            not_imported(diagnostics, &format!("volumes.{}", name.value), name.span, why, help);
            continue;
        }
        let mut volume = Pieces::default();
        if let Some(existing) = claim.existing_claim.get() {
            volume.put("existingClaim", existing.as_str());
        } else {
            volume.text("size", claim.size.get());
            volume.text("storageClass", claim.storage_class.get());
            volume.unless("ReadWriteOnce", "accessMode", claim.access_mode.get());
        }
        made.insert(name.to_string(), Value::Object(volume.finish()));
    }
    made
}

/// A resource of a device plugin; one of it needs no count.
fn device(resource: &str, count: &str) -> Value {
    let mut made = Pieces::default();
    made.put("resource", resource);
    if count != "1" {
        // What is no number is refused as any other document's.
        made.put("count", count.parse::<u32>().map_or_else(|_| json!(count), |count| json!(count)));
    }
    Value::Object(made.finish())
}

/// CPU and memory.
pub fn resources(stated: &Resources) -> Map<String, Value> {
    let mut made = Pieces::default();
    made.map("requests", amounts(&stated.requests));
    made.map("limits", amounts(&stated.limits));
    made.finish()
}

fn amounts(amounts: &Entries<String, Quantity>) -> Map<String, Value> {
    let known = amounts.iter().filter(|(name, _)| is_amount(name));
    known.map(|(name, amount)| (name.value.clone(), json!(amount.value.to_string()))).collect()
}
