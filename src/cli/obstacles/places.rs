//! Where in the documents a finding of the cluster comes from: the word that names what is missing or wrong there.

use crate::cli::load::Loaded;
use crate::cluster::{NodeState, Obstacle, Raised};
use crate::diag::{Loc, Span};
use crate::net::Nad;
use crate::plan::{self, VolumeSource};
use crate::spec::{
    ApplianceSpec, Attachment, Device, DeviceSource, EnvObject, Existing, SiteSpec, VariableSource,
    VariableValue,
};

/// The place; `None` for what no document names.
pub fn of(raised: &Raised, loaded: &Loaded) -> Option<Span> {
    let site = &loaded.documents.site.as_ref()?.spec;
    let name = raised.appliance.as_deref();
    let documents = &loaded.documents.appliances;
    let document =
        documents.iter().find(|one| Some(one.metadata.name.as_str()) == name).map(|one| &one.spec.value);
    let planned = loaded.plan.appliances.iter().find(|one| Some(one.name.as_str()) == name);
    match &raised.obstacle {
        Obstacle::NoNamespace { .. }
        | Obstacle::NamespaceRefused { .. }
        | Obstacle::NamespaceTerminating { .. }
        | Obstacle::PodSecurity { .. } => site.namespace.as_ref()?.span,
        Obstacle::OtherRanges { .. } => {
            let cluster = site.cluster.as_ref().and_then(|cluster| cluster.span);
            cluster.or_else(|| site.distribution.as_ref()?.span)
        }
        Obstacle::ForeignMember { identity } | Obstacle::AttachmentDiffers { identity } => {
            let planned = planned?;
            let is = |nic: &&plan::Nic| {
                let attachment = nic.attachment.as_ref();
                attachment.is_some_and(|attachment| Nad::of(&planned.name, attachment).name == identity.name)
            };
            planned.nics.iter().find(is)?.network.span
        }
        Obstacle::Existing { namespace, name, .. } => {
            let own = site.namespace.as_ref().map_or("default", |own| own.as_str());
            let is_in =
                |nad: &Existing| nad.namespace.as_ref().map_or(own, |stated| stated.as_str()) == namespace;
            let named = site.networks.iter().find_map(|(_, network)| match &network.attachment.value {
                Attachment::Existing(nad) if nad.name.as_str() == name && is_in(nad) => Some(&nad.name),
                _ => None,
            });
            named?.span
        }
        Obstacle::ForeignApplySet { .. } => planned?.name.span,
        Obstacle::Node { state: NodeState::Device { resource, .. }, .. } => {
            let asks = |device: &&Loc<Device>| matches!(&device.source.value, DeviceSource::Resource(name) if name == resource);
            document?.devices.iter().find(asks)?.source.span
        }
        Obstacle::Users(_) | Obstacle::Node { state: NodeState::NoUsers { .. }, .. } => {
            planned?.own_users()?.span
        }
        Obstacle::Node { node, .. } => {
            let own = document.and_then(|document| document.nodes.iter().find(|one| one.value == *node));
            own.or_else(|| site.nodes.iter().map(|(name, _)| name).find(|one| one.value == *node))?.span
        }
        Obstacle::NoStorageClass { claim, class, .. } => {
            let named = class.as_deref().and_then(|class| storage_class(site, document, class));
            named.or_else(|| planned?.claims.iter().find(|one| one.name.value == *claim)?.name.span)
        }
        Obstacle::NoClaim { name, .. } => existing_claim(planned?, name),
        Obstacle::NoCredentials { name, .. }
        | Obstacle::NoSecret { name, .. }
        | Obstacle::NoSecretKey { name, .. } => secret(document?, name),
        Obstacle::NoConfigMap { name, .. } | Obstacle::NoConfigMapKey { name, .. } => {
            config_map(document?, name)
        }
        Obstacle::NoModule { module, .. } => {
            let needs = |overlay: &&plan::AppliedOverlay| {
                overlay.host_modules.iter().any(|(name, _)| name.value == *module)
            };
            let planned = planned?;
            let overlay = planned.overlays.iter().find(needs).map(|overlay| overlay.name.span);
            let of_settings =
                || planned.modules.iter().find(|(name, _)| name.value == *module).map(|(name, _)| name.span);
            overlay.or_else(of_settings)?
        }
        Obstacle::NoMultus
        | Obstacle::NoExtension(_)
        | Obstacle::NoNodes
        | Obstacle::MultusUnseen
        | Obstacle::MultusNotReady { .. }
        | Obstacle::NotChecked { .. } => None,
    }
}

fn storage_class(site: &SiteSpec, document: Option<&ApplianceSpec>, class: &str) -> Option<Span> {
    let persistence = document.and_then(|document| document.persistence.as_ref()?.storage_class.as_ref());
    let volumes = document.into_iter().flat_map(|document| &document.volumes);
    let mut named: Vec<&Loc<String>> = persistence.into_iter().collect();
    named.extend(volumes.filter_map(|(_, volume)| volume.storage_class.as_ref()));
    named.extend(&site.storage_class);
    named.into_iter().find(|one| one.value == class)?.span
}

fn existing_claim(planned: &plan::Appliance, name: &str) -> Option<Span> {
    planned.volumes.iter().find_map(|volume| match &volume.source {
        VolumeSource::Claim(claim) if claim.value == name => claim.span,
        _ => None,
    })
}

/// What the variables of all its containers are from, one by one and as whole objects.
fn variables(
    document: &ApplianceSpec,
) -> (impl Iterator<Item = &VariableValue>, impl Iterator<Item = &EnvObject>) {
    let sidecars = || document.containers.iter().map(|(_, one)| &one.value);
    let env = document.env.iter().chain(sidecars().flat_map(|one| &one.env));
    let env_from = document.env_from.iter().chain(sidecars().flat_map(|one| &one.env_from));
    (env.map(|(_, value)| &value.value), env_from.map(|source| &source.object.value))
}

fn config_map(document: &ApplianceSpec, name: &str) -> Option<Span> {
    let volumes = document.volumes.iter().filter_map(|(_, volume)| volume.config_map.as_ref());
    let (values, objects) = variables(document);
    let objects = objects.filter_map(|object| match object {
        EnvObject::ConfigMap(name) => Some(name),
        EnvObject::Secret(_) => None,
    });
    let values = values.filter_map(|value| match value {
        VariableValue::From(VariableSource::ConfigMap(from)) => Some(&from.name),
        _ => None,
    });
    volumes.chain(objects).chain(values).find(|one| one.value.as_str() == name)?.span
}

fn secret(document: &ApplianceSpec, name: &str) -> Option<Span> {
    let volumes = document.volumes.iter().filter_map(|(_, volume)| volume.secret.as_ref());
    let (values, objects) = variables(document);
    let objects = objects.filter_map(|object| match object {
        EnvObject::Secret(name) => Some(name),
        EnvObject::ConfigMap(_) => None,
    });
    let values = values.filter_map(|value| match value {
        VariableValue::From(VariableSource::Secret(from)) => Some(&from.name),
        _ => None,
    });
    let named = document.secret.iter().chain(&document.image_pull_secrets);
    let mut named = named.chain(volumes).chain(objects).chain(values);
    named.find(|one| one.value.as_str() == name)?.span
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::cli::args::{Color, DocumentArgs, MessageFormat};
    use crate::cli::load::judge;
    use crate::cli::printer::Printer;
    use crate::objects::{self, ScriptsOwner};
    use crate::spec::Input;

    const SITE: &str = "
apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  salt: x
  namespace: appliances
  distribution: k3s
  storageClass: fast
  nodes: {node1: {parents: [eth1]}, node2: {parents: [eth1]}}
  networks: {lan: {macvlan: {parent: eth1}, subnet: 192.168.1.0/24}}
---
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: router}
spec:
  from: openwrt
  image: openwrt/rootfs:x86-64-24.10.4
  persistence: {mode: system}
  interfaces: [{network: lan, address: 192.168.1.2/24}]
  nodes: [node2]
  overlays: [wireguard]
  devices: [{resource: example.com/stick}]
  secret: login
  imagePullSecrets: [registry]
  volumes:
    old: {existingClaim: mine, mountPath: /old}
    new: {storageClass: slow, mountPath: /new}
    feed: {configMap: packages, mountPath: /feed}
";

    #[test]
    fn a_finding_stands_at_the_word_that_it_is_about() {
        let input = Input { name: "site.yaml".to_owned(), text: SITE.to_owned() };
        let printer = Printer::new(Color::Never, MessageFormat::Text);
        let loaded = judge(&[input], &DocumentArgs::default(), &[], ScriptsOwner::of_rendered, printer)
            .expect("no faults");
        let word = |obstacle: Obstacle| {
            let raised = Raised { appliance: Some("router".to_owned()), obstacle };
            of(&raised, &loaded).map_or("nowhere", |span| loaded.sources.slice(span))
        };
        let (namespace, appliance) = ("appliances".to_owned(), "router".to_owned());
        let (_, objects) = loaded.chosen().next().expect("an appliance");
        let lan = objects.iter().next().expect("a NAD").identity.clone();
        assert_eq!(lan.kind, objects::NAD_KIND);
        let in_state = |node: &str, state: NodeState| Obstacle::Node {
            node: node.to_owned(),
            appliance: appliance.clone(),
            state,
            others: Vec::new(),
        };
        let node = |node: &str| in_state(node, NodeState::Cordoned);
        let stick = NodeState::Device { resource: "example.com/stick".to_owned(), has: 0, wanted: 1 };
        let class = |claim: &str, class: Option<&str>| Obstacle::NoStorageClass {
            claim: claim.to_owned(),
            class: class.map(str::to_owned),
            known: Vec::new(),
        };
        let named = |name: &str| (namespace.clone(), name.to_owned());
        let secret = |name: &str| {
            let (namespace, name) = named(name);
            Obstacle::NoSecret { namespace, name, keys: BTreeSet::new(), new_namespace: false }
        };
        let (gone, feed) = (named("mine"), named("packages"));
        let words = [
            word(Obstacle::NamespaceTerminating { namespace: namespace.clone() }),
            word(Obstacle::OtherRanges {
                what: String::new(),
                address: String::new(),
                ranges: String::new(),
            }),
            word(Obstacle::AttachmentDiffers { identity: lan }),
            word(node("node1")),
            word(node("node2")),
            word(in_state("node2", stick)),
            word(class("router-data", Some("fast"))),
            word(class("router-new", Some("slow"))),
            word(class("router-new", None)),
            word(secret("login")),
            word(secret("registry")),
            word(Obstacle::NoClaim { namespace: gone.0, name: gone.1 }),
            word(Obstacle::NoConfigMap {
                namespace: feed.0,
                name: feed.1,
                keys: BTreeSet::new(),
                new_namespace: false,
            }),
            word(Obstacle::NoModule {
                node: "node1".to_owned(),
                module: "wireguard".to_owned(),
                reason: String::new(),
            }),
            word(Obstacle::MultusUnseen),
        ];
        let expected = [
            "appliances",
            "k3s",
            "lan",
            "node1",
            "node2",
            "resource",
            "fast",
            "slow",
            "new",
            "login",
            "registry",
            "mine",
            "packages",
            "wireguard",
            "nowhere",
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn a_missing_object_of_a_variable_stands_at_its_name() {
        let site = SITE.split("---").next().unwrap_or_default();
        let text = format!(
            "{site}---\napiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: recorder}}\nspec:\n  image: a/b:1\n  \
             interfaces: [{{network: lan, address: 192.168.1.3/24}}]\n  env:\n    HOST: {{configMapKeyRef: {{name: hosts, key: mqtt}}}}\n    \
             WORD: {{secretKeyRef: {{name: login, key: mqtt}}}}\n  envFrom: [{{secret: all}}]\n"
        );
        let input = Input { name: "site.yaml".to_owned(), text };
        let printer = Printer::new(Color::Never, MessageFormat::Text);
        let loaded = judge(&[input], &DocumentArgs::default(), &[], ScriptsOwner::of_rendered, printer)
            .expect("no faults");
        let (namespace, name) = ("appliances".to_owned(), "hosts".to_owned());
        let secret = |name: &str| Obstacle::NoSecret {
            namespace: namespace.clone(),
            name: name.to_owned(),
            keys: BTreeSet::new(),
            new_namespace: false,
        };
        let table = [
            (
                Obstacle::NoConfigMapKey { namespace: namespace.clone(), name, key: "mqtt".to_owned() },
                "hosts",
            ),
            (secret("login"), "login"),
            (secret("all"), "all"),
        ];
        for (obstacle, want) in table {
            let raised = Raised { appliance: Some("recorder".to_owned()), obstacle };
            assert_eq!(of(&raised, &loaded).map(|span| loaded.sources.slice(span)), Some(want));
        }
    }
}
