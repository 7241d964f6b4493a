//! Containers beside the appliance's own, among the values of a chart.

use super::appliance::{REASON, env_source, resources};
use super::base::Base;
use super::given::Given;
use super::pieces::Pieces;
use super::unmapped::{
    PATCH, Tell, env_sources, literal, not_imported, optional_key, resources_of_others, unescaped,
};
use super::values::{NamedPort, Resources, Values};
use super::variables::{EnvSource, EnvVar};
use crate::diag::{Diagnostics, Loc};
use crate::spec::table::record;
use crate::spec::{Profile, PullPolicy, Transport};
use crate::types::{AccountId, CapabilityWish, ImageRef};
use serde_json::{Map, Value, json};

record! {
    /// A container beside the appliance's own.
    pub struct Container, "a container" {
        /// Its image.
        "image" => image: Loc<ImageRef>,
        /// When a node pulls it.
        "imagePullPolicy" => pull_policy: Given<PullPolicy>,
        /// The command.
        "command" => command: Vec<Loc<String>>,
        /// The arguments.
        "args" => args: Vec<Loc<String>>,
        /// Its variables, as Kubernetes writes them.
        "env" => env: Vec<Loc<EnvVar>>,
        /// Variables from whole objects, as Kubernetes writes them.
        "envFrom" => env_from: Vec<Loc<EnvSource>>,
        /// The user that it runs as.
        "user" => user: Given<AccountId>,
        /// The group that it runs as.
        "group" => group: Given<AccountId>,
        /// Where it sees volumes, as Kubernetes writes it.
        "volumeMounts" => mounts: Vec<Loc<Value>>,
        /// Its capabilities.
        "capabilities" => capabilities: Vec<Loc<CapabilityWish>>,
        /// CPU and memory.
        "resources" => resources: Option<Loc<Resources>>,
        /// Holds the other two probes back.
        "startupProbe" => startup: Option<Loc<Value>>,
        /// Whether the pod gets traffic.
        "readinessProbe" => readiness: Option<Loc<Value>>,
        /// Whether it is started again.
        "livenessProbe" => liveness: Option<Loc<Value>>,
    }
}

/// Those of the values, as a document has them. What it has no word for is told.
pub fn documents(values: &Values, base: &Base, diagnostics: &mut Diagnostics) -> Map<String, Value> {
    let mut made = Map::new();
    for (name, container) in &values.containers {
        let mut tell = |key: &str, span, why: &str, help: &str| {
            not_imported(diagnostics, &format!("containers.{}.{key}", name.value), span, why, help);
        };
        made.insert(name.to_string(), document(container, &values.ports, base, &mut tell));
    }
    made
}

fn document(container: &Container, ports: &[Loc<NamedPort>], base: &Base, tell: Tell<'_>) -> Value {
    let mut made = Pieces::default();
    made.put("image", container.image.to_string());
    made.text("imagePullPolicy", container.pull_policy.get());
    for (key, texts) in [("command", &container.command), ("args", &container.args)] {
        let seen: Option<Vec<String>> = texts.iter().map(|text| unescaped(text)).collect();
        match seen {
            Some(seen) if !seen.is_empty() => made.put(key, seen),
            Some(_) => {}
            None => tell(
                key,
                texts.first().and_then(|text| text.span),
                "it refers to a variable, and those of a document are texts",
                PATCH,
            ),
        }
    }
    variables(container, &mut made, tell);
    for (key, id) in [("user", container.user.get()), ("group", container.group.get())] {
        if let Some(id) = id {
            made.put(key, id.get());
        }
    }
    made.map("mounts", mounts(&container.mounts, base, tell));
    let capabilities = container.capabilities.iter().map(|one| (one.value.to_string(), json!(REASON)));
    made.map("capabilities", capabilities.collect());
    made.map("probes", probes(container, ports, tell));
    if let Some(stated) = &container.resources {
        made.map("resources", resources(stated));
        resources_of_others(stated, false, tell);
    }
    Value::Object(made.finish())
}

fn variables(container: &Container, made: &mut Pieces, tell: Tell<'_>) {
    let mut env = Map::new();
    for (index, variable) in container.env.iter().enumerate() {
        match literal(variable, Profile::Generic) {
            Ok(value) => {
                env.insert(variable.name.to_string(), value);
                optional_key(&format!("env[{index}]"), variable, tell);
            }
            Err((key, why, help)) => tell(&format!("env[{index}]{key}"), variable.span, why, help),
        }
    }
    made.map("env", env);
    let sources: Vec<Value> = container.env_from.iter().filter_map(|source| env_source(source)).collect();
    if !sources.is_empty() {
        made.put("envFrom", sources);
    }
    env_sources("envFrom", &container.env_from, tell);
}

fn probes(container: &Container, ports: &[Loc<NamedPort>], tell: Tell<'_>) -> Map<String, Value> {
    let mut probes = Map::new();
    for (key, kubernetes, stated) in [
        ("startup", "startupProbe", &container.startup),
        ("readiness", "readinessProbe", &container.readiness),
        ("liveness", "livenessProbe", &container.liveness),
    ] {
        // An empty one is none.
        let Some(stated) =
            stated.as_ref().filter(|stated| stated.as_object().is_none_or(|map| !map.is_empty()))
        else {
            continue;
        };
        match probe(&stated.value, ports) {
            Ok(probe) => {
                probes.insert(key.to_owned(), probe);
            }
            Err(NoProbe::Port) => tell(
                kubernetes,
                stated.span,
                "it asks a port that the appliance does not name",
                "add its port under `ports`, or write the probe as a patch of the workload, under `patches`",
            ),
            Err(NoProbe::Words) => tell(
                kubernetes,
                stated.span,
                "a document has commands, and requests to the appliance's ports",
                PATCH,
            ),
        }
    }
    probes
}

/// Mounts of volumes that the catalog entry has; how they are mounted is said there.
fn mounts(mounts: &[Loc<Value>], base: &Base, tell: Tell<'_>) -> Map<String, Value> {
    let mut made = Map::new();
    for (index, mount) in mounts.iter().enumerate() {
        let text = |key: &str| mount.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, path) = (text("name"), text("mountPath"));
        let help = if !base.has_volume(name) {
            "add the volume to the appliance, and its name to `mounts` of the container"
        } else if made.contains_key(name) || !base.is_mounted_alike(name, mount) {
            "a document mounts a volume once, and as the appliance does; write it as a patch of the workload, under `patches`"
        } else {
            made.insert(name.to_owned(), json!(path));
            continue;
        };
        tell(&format!("volumeMounts[{index}]"), mount.span, "the document has no such mount", help);
    }
    made
}

/// Why a document has no word for a probe.
enum NoProbe {
    /// No port of the appliance is asked.
    Port,
    /// It says what documents do not.
    Words,
}

/// A probe in the words of a document.
fn probe(stated: &Value, ports: &[Loc<NamedPort>]) -> Result<Value, NoProbe> {
    let port = |port: &Value| {
        let number = port.as_u64().map(|number| number.to_string());
        let named = number.or_else(|| port.as_str().map(str::to_owned)).ok_or(NoProbe::Port)?;
        let is =
            |known: &&Loc<NamedPort>| known.name.as_str() == named || known.port.value.to_string() == named;
        // A number may be one of both protocols, and a probe asks by TCP.
        let asked = ports
            .iter()
            .filter(is)
            .min_by_key(|known| known.protocol.get().is_some_and(|one| one.value == Transport::Udp));
        asked.map(|known| known.name.to_string()).ok_or(NoProbe::Port)
    };
    // Kubernetes' own; a document has another.
    let mut made = Map::from_iter([("timeoutSeconds".to_owned(), json!(1))]);
    let mut actions = 0;
    for (key, value) in stated.as_object().ok_or(NoProbe::Words)? {
        let (key, value) = match key.as_str() {
            _ if value.is_null() => continue,
            "exec" => {
                let words = value["command"].as_array().filter(|words| !words.is_empty());
                ("exec", json!(words.ok_or(NoProbe::Words)?))
            }
            "tcpSocket" if value.get("host").is_none() => ("tcp", json!(port(&value["port"])?)),
            "httpGet" => {
                let asked = value.as_object().ok_or(NoProbe::Words)?;
                let known = asked.keys().all(|key| matches!(key.as_str(), "path" | "port" | "scheme"));
                if !known || asked.get("scheme").is_some_and(|scheme| scheme != "HTTP") {
                    return Err(NoProbe::Words);
                }
                let path = asked.get("path").cloned().unwrap_or_else(|| json!("/"));
                ("http", json!({"path": path, "port": port(&value["port"])?}))
            }
            "initialDelaySeconds" | "periodSeconds" | "timeoutSeconds" | "failureThreshold" => {
                (key.as_str(), value.clone())
            }
            // The only one that two of the three may have, and Kubernetes' own.
            "successThreshold" if value == 1 => continue,
            _ => return Err(NoProbe::Words),
        };
        actions += usize::from(matches!(key, "exec" | "tcp" | "http"));
        made.insert(key.to_owned(), value);
    }
    if actions == 1 { Ok(Value::Object(made)) } else { Err(NoProbe::Words) }
}
