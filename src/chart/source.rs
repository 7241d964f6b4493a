//! What a chart is made from: the documents of one appliance, the plan that came of them, and the same documents with
//! words that are found again in the objects.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::lift::Sentinel;
use crate::diag::{Diagnostics, Loc, SourceMap};
use crate::objects::{self, ObjectSet, ScriptsOwner};
use crate::overlay;
use crate::plan::{self, Profile};
use crate::spec::{
    self, ApplianceSpec, Attachment, Documents, Egress, HttpRoute, Ingress, Macvlan, Network, ParentRef,
    Persistence, PersistenceMode, Service, ServicePort, SiteSpec,
};
use crate::types::{AddressSpec, ImageRef, Name};

/// A name that no user has.
const NAME: &str = "zz9-wrtpod-name";
const NAMESPACE: &str = "zz9-wrtpod-namespace";
const IMAGE: &str = "zz9.invalid/wrtpod-image:zz9";
const HELPER: &str = "zz9.invalid/wrtpod-helper:zz9";

/// The expressions of the sentinels in a template whose root is `root` (`.`, or `$` inside a loop).
pub fn sentinels(root: &str) -> Vec<Sentinel> {
    let sentinel = |text, expression: String| Sentinel { text, expression };
    let namespace = if root == "." { ".Release.Namespace" } else { "$.Release.Namespace" };
    vec![
        sentinel(NAMESPACE, namespace.to_owned()),
        sentinel(NAME, format!("include \"wrtpod.fullname\" {root}")),
        sentinel(IMAGE, format!("include \"wrtpod.image\" {root}")),
        sentinel(HELPER, format!("include \"wrtpod.helperImage\" {root}")),
    ]
}

/// An appliance and its place.
pub struct Source<'a> {
    /// All documents.
    documents: &'a Documents,
    /// The site's name.
    pub site_name: &'a str,
    /// The site.
    pub site: &'a SiteSpec,
    /// The appliance's document.
    pub document: &'a spec::Appliance,
    /// Its spec: its own words, without those of overlays.
    pub spec: &'a ApplianceSpec,
    /// Its plan.
    pub plan: &'a plan::Appliance,
}

impl<'a> Source<'a> {
    /// The appliance's source.
    pub fn new(
        documents: &'a Documents,
        site: &'a spec::Site,
        document: &'a spec::Appliance,
        plan: &'a plan::Appliance,
    ) -> Self {
        Self {
            documents,
            site_name: site.metadata.name.as_str(),
            site: &site.spec.value,
            document,
            spec: &document.spec.value,
            plan,
        }
    }

    /// The profile.
    pub fn profile(&self) -> Profile {
        self.plan.profile
    }

    /// The image.
    pub fn image(&self) -> &ImageRef {
        &self.plan.image.value
    }

    /// The site's networks that the appliance uses, in the site's order.
    pub fn networks(&self) -> impl Iterator<Item = (&str, &Network)> {
        let used = |name: &str| self.plan.nics.iter().any(|nic| nic.network.value == name);
        self.site
            .networks
            .iter()
            .filter(move |(name, _)| used(name.as_str()))
            .map(|(name, network)| (name.as_str(), &network.value))
    }

    /// Whether the appliance has the addresses that a network calls its gateways.
    pub fn takes_gateway(&self, network: &str) -> bool {
        self.spec.interfaces.iter().any(|interface| {
            let is_gateway = |address: &Loc<AddressSpec>| matches!(address.value, AddressSpec::Gateway);
            interface.network.value.as_str() == network && interface.address.iter().any(is_gateway)
        })
    }

    /// The namespace of the site.
    pub fn namespace(&self) -> &str {
        self.site.namespace.as_ref().map_or("default", |name| name.as_str())
    }

    /// Pod and Service ranges as texts.
    pub fn cluster_ranges(&self) -> (Vec<String>, Vec<String>) {
        let (pods, services) = plan::cluster_ranges_by_use(self.site);
        let texts = |ranges: Vec<crate::types::Cidr>| ranges.iter().map(ToString::to_string).collect();
        (texts(pods), texts(services))
    }

    /// The persistence mode.
    pub fn persistence_mode(&self) -> &'static str {
        plan::persistence_mode(self.spec).as_str()
    }

    /// Addresses of the site's other appliances in the networks that this one serves: its DHCP range leaves them alone.
    pub fn reserved(&self) -> Vec<String> {
        let served: Vec<_> = self
            .plan
            .nics
            .iter()
            .filter(|nic| nic.serve.is_some())
            .flat_map(plan::Nic::fixed_addresses)
            .collect();
        let mut addresses: Vec<IpAddr> = self
            .documents
            .appliances
            .iter()
            .filter(|other| other.metadata.name.value != self.document.metadata.name.value)
            .flat_map(|other| &other.spec.interfaces)
            .flat_map(|interface| &interface.address)
            .filter_map(|address| match address.value {
                AddressSpec::Static(cidr) => Some(cidr.address()),
                _ => None,
            })
            .filter(|address| served.iter().any(|own| own.network().contains(*address)))
            .collect();
        addresses.sort();
        addresses.dedup();
        addresses.iter().map(ToString::to_string).collect()
    }

    /// Requests and limits of the main container as it is rendered without overlays.
    pub fn resources(&self) -> Value {
        let resources = self.containers().first().and_then(|main| main.get("resources").cloned());
        resources.unwrap_or_else(|| json!({}))
    }

    /// The pod's containers as they are rendered without overlays; the appliance's own is the first one.
    pub fn containers(&self) -> Vec<Value> {
        let mut spec = self.spec.clone();
        spec.build = None;
        spec.overlays.clear();
        let objects = self.planned(spec);
        let workload = objects.iter().last().expect("the workload comes last");
        let containers = workload.value.pointer("/spec/template/spec/containers").and_then(Value::as_array);
        containers.cloned().unwrap_or_default()
    }

    /// The objects as they are built for documents whose changeable words are sentinels or left out, so that what
    /// remains is what no value changes. OpenWrt's persistence mode is the one that is asked for.
    pub fn skeleton(&self, mode: PersistenceMode) -> ObjectSet {
        self.planned(self.neutral_spec(mode))
    }

    /// The skeleton of a machine that is changed in some words.
    pub fn changed_skeleton(
        &self,
        mode: PersistenceMode,
        change: impl FnOnce(&mut ApplianceSpec),
    ) -> ObjectSet {
        let mut spec = self.neutral_spec(mode);
        change(&mut spec);
        self.planned(spec)
    }

    /// The appliance of this spec, alone on the site and under names that are found again. Overlays that it names come with
    /// wrtpod.
    fn planned(&self, spec: ApplianceSpec) -> ObjectSet {
        let mut documents = Documents { site: self.documents.site.clone(), ..Documents::default() };
        let site = documents.site.as_mut().expect("an appliance is planned on a site");
        site.value.spec.value.namespace = Some(Loc::bare(name(NAMESPACE)));
        site.value.spec.value.host_users = None;
        site.value.spec.value.ipv6 = None;
        for (_, network) in &mut site.value.spec.value.networks {
            stand_in(network);
        }
        let mut appliance = self.document.clone();
        appliance.metadata.value.name = Loc::bare(name(NAME));
        appliance.metadata.value.labels.clear();
        appliance.metadata.value.annotations.clear();
        appliance.spec.value = spec;
        documents.appliances.push(Loc::bare(appliance));
        let mut diags = Diagnostics::new();
        let overlays = overlay::gather(&documents, &mut SourceMap::new(), &mut diags);
        let plan = plan::decide(&documents, &overlays, &mut diags).expect("the documents have a site");
        let appliance = plan.appliances.first().expect("what was planned once is planned again");
        objects::build(&plan, appliance, ScriptsOwner::Appliance)
    }

    fn neutral_spec(&self, mode: PersistenceMode) -> ApplianceSpec {
        let mut spec = self.spec.clone();
        let image =
            |text: &str| Loc::bare(text.parse::<ImageRef>().expect("our own references are references"));
        spec.from = None;
        spec.build = None;
        spec.overlays.clear();
        spec.image = Some(image(IMAGE));
        spec.image_pull_policy = None;
        spec.image_pull_secrets.clear();
        spec.replicas = None;
        spec.uci.clear();
        spec.first_boot.clear();
        spec.secret = None;
        spec.hostname = None;
        spec.timezone = None;
        spec.pair = None;
        spec.user = None;
        spec.group = None;
        spec.cluster_forwarding = None;
        spec.resources = None;
        spec.devices.clear();
        spec.nodes.clear();
        spec.node_selector.clear();
        spec.tolerations.clear();
        spec.labels.clear();
        spec.annotations.clear();
        spec.containers.clear();
        for (_, volume) in &mut spec.volumes {
            volume.value.existing_claim = None;
            volume.value.size = None;
            volume.value.storage_class = None;
            volume.value.access_mode = None;
        }
        spec.host_users = None;
        spec.ipv6 = None;
        spec.proc_mount = None;
        if self.profile() == Profile::Generic {
            spec.helper_image = Some(image(HELPER));
        } else {
            spec.persistence = Some(Loc::bare(Persistence {
                mode: Some(Loc::bare(mode)),
                size: None,
                storage_class: None,
                existing_claim: None,
                access_mode: None,
                packages: None,
            }));
        }
        if spec.ports.is_empty() {
            let port = ServicePort { port: Loc::bare("80".parse().expect("80 is a port")), protocol: None };
            spec.ports = vec![(Loc::bare(name("zz9")), Loc::bare(port))];
        }
        spec.guard = Some(Loc::bare(true));
        spec.egress = Some(Loc::bare(Egress { cluster: None, cidrs: Vec::new() }));
        spec.service = Some(Loc::bare(Service { kind: None, ports: Vec::new(), annotations: Vec::new() }));
        spec.ingress = Some(Loc::bare(Ingress {
            host: Loc::bare("zz9.invalid".to_owned()),
            class: None,
            path: None,
            port: None,
            tls_secret: None,
            annotations: Vec::new(),
        }));
        let gateway = "zz9".parse().expect("our own names are names");
        let parent = ParentRef { name: Loc::bare(gateway), namespace: None, section_name: None, port: None };
        spec.http_route = Some(Loc::bare(HttpRoute {
            parent_refs: vec![Loc::bare(parent)],
            hostnames: vec![Loc::bare("zz9.invalid".to_owned())],
            path: None,
            port: None,
            annotations: Vec::new(),
        }));
        spec
    }
}

/// A link in the place of a NAD that somebody else made: templates are made of objects, and of that one there is none.
fn stand_in(network: &mut Network) {
    if matches!(network.attachment.value, Attachment::Existing(_)) {
        let parent = Loc::bare("zz9".parse().expect("our own names are names"));
        network.attachment =
            Loc::bare(Attachment::Macvlan(Macvlan { parent, vlan: None, mode: None, mtu: None }));
    }
}

fn name(text: &str) -> Name {
    text.parse().expect("our own names are names")
}
