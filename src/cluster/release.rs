//! What the cluster sink is given: plain data, filled in from the plan by the caller.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use wrtpod_cni::{Configuration, Ipam, Plugin};

use crate::objects::{Identity, NAD_KIND, Object, ObjectSet};
use crate::types::Cidr;

/// The key of a generated Secret under which the crypt hash of the password lies.
pub const PASSWORD_HASH_KEY: &str = "password-hash";

/// The key of a generated Secret under which the readable password lies.
pub const PASSWORD_KEY: &str = "password";

/// One appliance, decided and built, with all that the sink has to know about it.
#[derive(Debug, Clone)]
pub struct Release {
    /// The appliance's name, a DNS label; its ApplySet is `wrtpod-<appliance>`.
    pub appliance: String,
    /// The namespace in which everything lives.
    pub namespace: String,
    /// The site's name; the ApplySet of what its appliances share is `wrtpod-site.<site>`.
    pub site: String,
    /// The appliance's own objects in their order; a Namespace among them is applied first.
    pub objects: ObjectSet,
    /// What it shares with other appliances of the site: named by content, and kept while anything names it.
    pub shared: ObjectSet,
    /// The NICs that the pod has to have.
    pub expected: Vec<ExpectedNic>,
    /// The StatefulSet or Deployment among `objects`.
    pub workload: Identity,
    /// The name of the appliance's own container, for logs and exec.
    pub container: String,
    /// Whether a namespace that is missing is made.
    pub create_namespace: bool,
    /// The name of the Secret with root's credentials that the pod mounts, generated or the user's.
    pub credentials: Option<String>,
    /// Pod and Service ranges that the appliance keeps on eth0, as CIDRs; compared with the cluster's.
    pub cluster_ranges: Vec<Cidr>,
    /// The Secret that is made once when it does not exist.
    pub secret: Option<GeneratedSecret>,
    /// Kernel modules that the node must have: a pod cannot load one.
    pub modules: Vec<KernelModule>,
}

impl Release {
    /// Its NetworkAttachmentDefinitions.
    pub(super) fn attachments(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|object| object.identity.kind == NAD_KIND)
    }

    /// The NICs that ask for NetworkAttachmentDefinitions of somebody else's, by `<namespace>/<name>` of these.
    pub(super) fn existing(&self) -> BTreeMap<&str, Vec<&ExpectedNic>> {
        let mut existing: BTreeMap<&str, Vec<&ExpectedNic>> = BTreeMap::new();
        for nic in self.expected.iter().filter(|nic| nic.existing) {
            existing.entry(&nic.network_name).or_default().push(nic);
        }
        existing
    }

    /// Whether its pod asks Multus for anything.
    pub(super) fn is_attached(&self) -> bool {
        self.attachments().next().is_some() || self.expected.iter().any(|nic| nic.existing)
    }

    /// Whether one of its attachments gets its address by the CNI plugins' DHCP daemon.
    pub(super) fn asks_by_daemon(&self) -> bool {
        self.configurations().any(|configuration| {
            let first = configuration.plugins().first();
            matches!(first.and_then(Plugin::ipam), Some(Ipam::Dhcp(_)))
        })
    }

    /// The CNI configurations of its own attachments.
    pub(super) fn configurations(&self) -> impl Iterator<Item = Configuration> {
        let configs = self.attachments().filter_map(|one| one.value.pointer("/spec/config")?.as_str());
        configs.filter_map(|config| Some(Configuration::parse(config).ok()?.value))
    }

    /// Whether its attachments set sysctls of IPv6; `None` where none of them is its own.
    pub(super) fn sets_ipv6(&self) -> Option<bool> {
        let of_ipv6 = |plugin: &Plugin| match plugin {
            Plugin::Tuning(tuning) => {
                tuning.sysctl.iter().flat_map(|all| &all.0).any(|(key, _)| key.starts_with("net.ipv6."))
            }
            _ => false,
        };
        let sets = self.configurations().map(|configuration| configuration.plugins().iter().any(of_ipv6));
        sets.reduce(|one, other| one || other)
    }

    /// The pod template of its workload.
    pub(super) fn template(&self) -> Option<&Value> {
        let workload = self.objects.iter().find(|object| object.identity == self.workload)?;
        workload.value.pointer("/spec/template")
    }
}

/// A kernel module, and what needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelModule {
    /// Its name, as `modprobe` takes it.
    pub name: String,
    /// What needs it, half a sentence.
    pub reason: String,
}

/// A Secret with a random root password that is made when there is none, and never written again.
#[derive(Debug, Clone)]
pub struct GeneratedSecret {
    /// Its name, in the release's namespace.
    pub name: String,
    /// Its labels; `app.kubernetes.io/managed-by` and `app.kubernetes.io/instance` belong among them.
    pub labels: BTreeMap<String, String>,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
}

/// One NIC that the plan promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedNic {
    /// The interface's name in the pod; for OpenWrt also the name of its UCI section.
    pub interface: String,
    /// `<namespace>/<name>` of the NetworkAttachmentDefinition.
    pub network_name: String,
    /// Whether somebody else made that.
    pub existing: bool,
    /// The MAC; `None` where the attachment kind has none of its own.
    pub mac: Option<String>,
    /// The fixed addresses as CIDRs; empty for `dhcp`, `pool` and `none`.
    pub addresses: Vec<String>,
    /// Whether an address has to come from elsewhere (`dhcp`, `pool`).
    pub dynamic: bool,
    /// Who puts the addresses on it.
    pub configured_by: ConfiguredBy,
}

/// Who configures a NIC's addresses, and so who can be asked about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfiguredBy {
    /// IPAM of the CNI configuration: network-status has the addresses.
    Cni,
    /// The guest's netifd: only `ubus`, by exec, has them.
    Guest,
}

/// How `apply`, `dry_run` and `deploy` behave.
#[derive(Debug, Clone, Copy, Default)]
pub struct ApplyOptions {
    /// Take fields over from other field managers.
    pub force_conflicts: bool,
    /// Delete claims that left the set as well.
    pub delete_data: bool,
}

/// How long to wait, and for what.
#[derive(Debug, Clone, Copy)]
pub struct WaitOptions {
    /// The longest time until the workload has to be ready.
    pub timeout: Duration,
    /// How long a cause that does not go away by itself may last before the wait is given up.
    pub patience: Duration,
}

impl Default for WaitOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(300), patience: Duration::from_secs(20) }
    }
}

/// How `deploy` behaves.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeployOptions {
    /// How objects are applied.
    pub apply: ApplyOptions,
    /// How to wait; `None` returns after prune.
    pub wait: Option<WaitOptions>,
}

/// What `delete` removes.
#[derive(Debug, Clone)]
pub struct DeleteOptions {
    /// The appliance's name.
    pub appliance: String,
    /// Its namespace.
    pub namespace: String,
    /// Delete claims and the generated Secret as well.
    pub delete_data: bool,
    /// The longest time until the pod has to be gone.
    pub timeout: Duration,
}
