//! The pod's side of the plan: containers, volumes, claims, and how the cluster reaches them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::model::{Appliance, Pairs};
use super::variables::{EnvSource, EnvValue};
use crate::diag::{Loc, Span};
use crate::pod;
use crate::spec::{AccessMode, Transport};
use crate::types::{AccountId, Capability, Cidr, ImageRef, Quantity};

/// A container.
#[derive(Debug, Clone)]
pub struct Container {
    /// Name.
    pub name: String,
    /// Image.
    pub image: Loc<ImageRef>,
    /// When a node pulls it: `Always`, `IfNotPresent` or `Never`; Kubernetes decides when absent.
    pub pull_policy: Option<String>,
    /// Entry point; the image's when empty.
    pub command: Vec<String>,
    /// Arguments; the image's when empty.
    pub args: Vec<String>,
    /// Environment.
    pub env: Vec<(String, EnvValue)>,
    /// Environment from whole objects.
    pub env_from: Vec<EnvSource>,
    /// Mounts.
    pub mounts: Vec<Mount>,
    /// Capabilities; everything else is dropped.
    pub grants: Vec<Grant>,
    /// Who it runs as.
    pub run_as: RunAs,
    /// Ports.
    pub ports: Vec<ContainerPort>,
    /// Startup, readiness, liveness.
    pub probes: Probes,
    /// Requests and limits.
    pub resources: Resources,
}

/// Who a container's process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunAs {
    /// Root, whatever the pod says, for this reason.
    Root(&'static str),
    /// Whoever the image says, or these.
    Image {
        /// Its user.
        user: Option<AccountId>,
        /// Its group, which also owns what is on its claims.
        group: Option<AccountId>,
    },
}

impl Appliance {
    /// All containers of its pod.
    pub fn containers(&self) -> impl Iterator<Item = &Container> {
        self.init.iter().chain([&self.main]).chain(&self.sidecars)
    }

    /// The word by which its pod has users of its own, if it has.
    pub fn own_users(&self) -> Option<&Loc<bool>> {
        self.host_users.as_ref().filter(|shares| !shares.value)
    }

    /// The word by which its nodes have no IPv6, if they have none.
    pub fn without_ipv6(&self) -> Option<&Loc<bool>> {
        self.ipv6.as_ref().filter(|has| !has.value)
    }
}

/// A volume mounted into a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Name of the volume.
    pub volume: String,
    /// Path in the container.
    pub path: Loc<String>,
    /// Path in the volume.
    pub sub_path: Option<Loc<String>>,
    /// Whether the container may only read it.
    pub read_only: bool,
}

/// A capability with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The capability; it stands in a document where the user added it.
    pub capability: Loc<Capability>,
    /// Why the container has it.
    pub reason: String,
}

/// A port of the main container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerPort {
    /// Name.
    pub name: Loc<String>,
    /// Number.
    pub port: Loc<u16>,
    /// Protocol.
    pub protocol: Transport,
}

/// Probes of a container.
#[derive(Debug, Clone, Default)]
pub struct Probes {
    /// Until it succeeds the others wait.
    pub startup: Option<Probe>,
    /// Whether the Service may send traffic.
    pub readiness: Option<Probe>,
    /// Whether the container has to be restarted.
    pub liveness: Option<Probe>,
}

/// A probe.
#[derive(Debug, Clone)]
pub struct Probe {
    /// What is done.
    pub action: ProbeAction,
    /// Seconds before the first one.
    pub initial_delay: Option<u32>,
    /// Seconds between two.
    pub period: u32,
    /// Seconds that one may take.
    pub timeout: u32,
    /// Failures in a row that count.
    pub failures: u32,
}

/// What a probe does.
#[derive(Debug, Clone)]
pub enum ProbeAction {
    /// Runs a command in the container.
    Exec(Vec<String>),
    /// Asks for a page.
    Http {
        /// Path.
        path: String,
        /// Port name.
        port: Loc<String>,
    },
    /// Opens a connection to a named port.
    Tcp(Loc<String>),
}

/// Requests, limits, and device-plugin resources.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// Requests by name.
    pub requests: Vec<(String, String)>,
    /// Limits by name.
    pub limits: Vec<(String, String)>,
}

/// A volume of the pod.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Name.
    pub name: Loc<String>,
    /// What is behind it.
    pub source: VolumeSource,
}

/// What is behind a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeSource {
    /// A claim by name.
    Claim(Loc<String>),
    /// Scratch space that lives as long as the pod.
    Scratch(Scratch),
    /// A path of the node.
    HostPath(Loc<String>),
    /// A folder of an NFS server.
    Nfs {
        /// The server.
        server: Loc<String>,
        /// The folder.
        path: Loc<String>,
    },
    /// A ConfigMap by name.
    ConfigMap(String),
    /// The ConfigMap with wrtpod's scripts, which are run. What it is called depends on who else is rendered.
    Scripts(pod::Scripts),
    /// A Secret, each key a file.
    Secret(String),
    /// The Secret with root's credentials: the hash must be there, keys may be. What else is in it, the readable
    /// password of a generated one for example, stays outside.
    Credentials(String),
    /// Keys of Secrets, each a file `SECRET/KEY`: nothing else of them is in the pod.
    SecretKeys(BTreeMap<String, BTreeSet<String>>),
    /// A character device of the node.
    Device(Loc<String>),
}

/// An empty folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scratch {
    /// Whether it is in memory.
    pub in_memory: bool,
    /// What it may hold.
    pub limit: Option<Loc<Quantity>>,
}

/// A PersistentVolumeClaim.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Name; the span is that of what asks for it.
    pub name: Loc<String>,
    /// Storage class; the cluster's default when absent.
    pub storage_class: Option<String>,
    /// Access mode.
    pub access_mode: AccessMode,
    /// Size.
    pub size: Loc<Quantity>,
}

/// A ConfigMap and what it holds.
#[derive(Debug, Clone)]
pub struct ConfigFiles {
    /// Name.
    pub name: String,
    /// File name and text, in order of names.
    pub files: pod::Files,
    /// File name and bytes of what is no text.
    pub binary: pod::BinaryFiles,
}

impl ConfigFiles {
    /// What a ConfigMap takes, in bytes (apimachinery `MaxSecretSize`, the same for both).
    pub const LARGEST: usize = 1 << 20;

    /// The bytes that count: names and contents.
    pub fn size(&self) -> usize {
        let text = self.files.iter().map(|(name, text)| name.len() + text.len());
        let binary = self.binary.iter().map(|(name, bytes)| name.len() + bytes.len());
        text.chain(binary).sum()
    }

    /// From here on a ConfigMap is noted, in bytes: what it takes in the annotation that a client-side apply keeps of it, which ends with
    /// all other annotations at 256 KiB (apimachinery `TotalAnnotationSizeLimitB`).
    pub const NOTED: usize = 200 << 10;

    /// What its files take there: as JSON that Go writes.
    pub fn annotated_size(&self) -> usize {
        let text = self.files.iter().map(|(name, text)| name.len() + json_size(text));
        let binary = self.binary.iter().map(|(name, bytes)| name.len() + bytes.len().div_ceil(3) * 4);
        text.chain(binary).sum()
    }

    /// A ConfigMap of text alone.
    pub fn text(name: String, files: pod::Files) -> Self {
        Self { name, files, binary: Vec::new() }
    }
}

/// The bytes of a text in JSON as Go's `encoding/json` writes it, without the quotes.
fn json_size(text: &str) -> usize {
    let size = |byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..=0x1f | b'<' | b'>' | b'&' => 6,
        _ => 1,
    };
    text.bytes().map(size).sum()
}

/// The Secret with root's credentials; never rendered, only referred to.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Name of the Secret.
    pub secret: String,
    /// Whether `deploy` makes it when it is missing (else it is the user's).
    pub generated: bool,
}

/// A Service.
#[derive(Debug, Clone)]
pub struct Service {
    /// `ClusterIP`, `NodePort` or `LoadBalancer`.
    pub kind: Loc<String>,
    /// Those of the container's ports that it shows.
    pub ports: Vec<ContainerPort>,
    /// Annotations.
    pub annotations: Pairs,
}

/// An Ingress.
#[derive(Debug, Clone)]
pub struct Ingress {
    /// Host name.
    pub host: Loc<String>,
    /// Class.
    pub class: Option<String>,
    /// Path prefix.
    pub path: Loc<String>,
    /// Name of the Service's port.
    pub port: Loc<String>,
    /// Secret with the certificate.
    pub tls_secret: Option<String>,
    /// Annotations.
    pub annotations: Pairs,
}

/// An HTTPRoute.
#[derive(Debug, Clone)]
pub struct HttpRoute {
    /// Where its document has it.
    pub span: Option<Span>,
    /// The Gateways.
    pub parents: Vec<ParentRef>,
    /// Host names; the Gateways' own when empty.
    pub hostnames: Vec<Loc<String>>,
    /// Path prefix.
    pub path: Loc<String>,
    /// Name of the Service's port.
    pub port: Loc<String>,
    /// Its number.
    pub number: u16,
    /// Annotations.
    pub annotations: Pairs,
}

/// A Gateway, or one of its listeners.
#[derive(Debug, Clone)]
pub struct ParentRef {
    /// Name.
    pub name: String,
    /// Namespace; the appliance's when absent.
    pub namespace: Option<String>,
    /// Name of the listener.
    pub section: Option<String>,
    /// Port of the listener.
    pub port: Option<u16>,
}

/// What the appliance may reach by eth0, beside names and answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// The cluster's pods and Services, as ranges of addresses too, for what is no pod: nobody's when empty.
    pub cluster: Vec<Cidr>,
    /// Ranges, and what is left out of each.
    pub ranges: Vec<(Cidr, Vec<Cidr>)>,
}

/// Where the pod may run.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// Whether the document names the nodes itself.
    pub pinned: bool,
    /// Nodes by name; any when empty.
    pub nodes: Vec<String>,
    /// Architectures (`kubernetes.io/arch`); any when empty.
    pub architectures: Vec<String>,
    /// Labels that the node must have.
    pub selector: Pairs,
    /// Tolerations as Kubernetes writes them.
    pub tolerations: Vec<Value>,
}

/// A route that wrtpod puts into the pod, for `render --explain`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteReason {
    /// The route in `ip route` form.
    pub route: String,
    /// Why.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted by Go 1.26: `len(must(json.Marshal(text))) - 2`.
    #[test]
    fn a_text_is_counted_as_go_writes_it() {
        assert_eq!(json_size("a\"\\\n\t\u{1}<>&\u{e4}"), 1 + 4 * 2 + 6 + 3 * 6 + 2);
    }

    /// Else every Argo CD without server-side apply would stumble.
    #[test]
    fn the_scripts_are_small_enough_for_a_client_side_apply() {
        for scripts in [pod::Scripts::OpenWrt, pod::Scripts::Wire] {
            let size = ConfigFiles::text(String::new(), scripts.files().clone()).annotated_size();
            assert!(size < ConfigFiles::NOTED, "{scripts:?} take {size} bytes");
        }
    }
}
