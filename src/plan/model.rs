//! The plan: every question answered, in the words of the domain. Nothing here is optional because it
//! was not said; `None` means that the appliance does not have the thing.

use std::net::IpAddr;

use wrtpod_cni::Plugin;

use super::boot::BootOverlay;
use super::link::Link;
use super::pair::Half;
use super::pod::{
    Claim, ConfigFiles, Container, Credentials, Egress, HttpRoute, Ingress, Placement, RouteReason, Service,
    Volume,
};
use crate::diag::{Loc, Span, Written};
use crate::pod::Scripts;
use crate::types::{Cidr, ImageRef, IpRange, Mac, Privilege};

/// Labels or annotations of the user's.
pub type Pairs = Vec<(Loc<String>, Loc<String>)>;

/// What is rendered or deployed: the appliances of a site.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The site's name.
    pub site: String,
    /// Namespace of everything in the plan.
    pub namespace: String,
    /// Labels of the site's on the attachments to its networks.
    pub labels: Pairs,
    /// Annotations of the site's on the attachments to its networks.
    pub annotations: Pairs,
    /// The site's networks, used or not.
    pub networks: Vec<Network>,
    /// Pod and Service ranges of the cluster.
    pub cluster: Vec<Cidr>,
    /// Those of its pods alone.
    pub pods: Vec<Cidr>,
    /// The appliances, in the order in which they were asked for.
    pub appliances: Vec<Appliance>,
}

/// A network of the site.
#[derive(Debug, Clone)]
pub struct Network {
    /// Its name.
    pub name: Loc<String>,
    /// Its link; the span is that of the `macvlan`, `vlan`, … that was written.
    pub link: Loc<Link>,
    /// Where the interface of the node was written.
    pub parent: Option<Span>,
    /// Its links on nodes where the interface has another name; the name's span is that of the interface there.
    pub elsewhere: Vec<(Loc<String>, Link)>,
    /// Whether the cluster keeps the list of the pool's addresses.
    pub whereabouts: Option<Loc<bool>>,
    /// Its subnets, host bits zero.
    pub subnets: Vec<Loc<Cidr>>,
    /// Its gateways.
    pub gateways: Vec<Loc<IpAddr>>,
    /// Its pools.
    pub pools: Vec<Loc<IpRange>>,
    /// Its name servers.
    pub dns: Vec<Loc<IpAddr>>,
    /// Nodes that have it: those that it is pinned to, else those whose parents the site lists; any when empty.
    pub nodes: Vec<String>,
    /// A word for the LAN behind it, where one is stated.
    pub wire: Option<String>,
    /// MTU, where one was chosen.
    pub mtu: Option<Loc<u32>>,
    /// Sysctls of the user's.
    pub sysctls: Pairs,
    /// Further plugins of the user's.
    pub chain: Vec<Loc<Plugin>>,
    /// Networks behind its routers.
    pub routes: Vec<Route>,
    /// Whether it is the cluster's own, without Multus.
    pub primary: bool,
}

impl Network {
    /// Its link on a node; on one that nobody names, that of most.
    pub fn link_on(&self, node: &str) -> &Link {
        let own = self.elsewhere.iter().find(|(name, _)| name.value == node);
        own.map_or(&self.link.value, |(_, link)| link)
    }
}

/// A network behind a router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The network, host bits zero.
    pub to: Loc<Cidr>,
    /// The router.
    pub via: Loc<IpAddr>,
}

/// What makes answers leave by the NIC that they came in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRouting {
    /// What its own packets come from, beside the addresses that an init container finds on it.
    pub sources: Vec<Cidr>,
    /// Its routers, one of each family.
    pub gateways: Vec<IpAddr>,
    /// Where it was asked for.
    pub asked: Option<Span>,
}

/// How a NIC joins its network: becomes a NetworkAttachmentDefinition of the appliance, one for all NICs that join alike.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Name of the CNI network: the site's network and a word for the variant. It stays the same for ever, whatever the
    /// object is called: host-local keeps its leases on the node under it.
    pub name: String,
    /// How the link is made.
    pub link: Link,
    /// Who hands out addresses.
    pub ipam: Ipam,
    /// Sysctls that the `tuning` plugin writes in the pod's network namespace; `IFNAME` stands for the interface.
    pub sysctls: Vec<Sysctl>,
    /// Whether `tuning` has to set the MAC, because the link's own plugin takes none.
    pub mac_by_tuning: bool,
    /// Further plugins of the user's, appended to the chain as they are.
    pub chain: Vec<Plugin>,
}

/// A sysctl with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sysctl {
    /// Key with dots, `net.ipv4.ip_forward`.
    pub key: String,
    /// Value as written to the kernel.
    pub value: String,
    /// Why it is there, for `render --explain`.
    pub reason: String,
}

/// Who gives the interface its addresses.
#[derive(Debug, Clone, PartialEq)]
pub enum Ipam {
    /// Nobody in the CNI: the guest does, or there are none.
    None,
    /// `static`: the pod's annotation names them.
    Static,
    /// The `dhcp` plugin and its daemon on the node.
    Dhcp {
        /// The host name that the server is told.
        hostname: String,
    },
    /// `host-local`: one address of each family that has ranges.
    Pool(Vec<PoolRange>),
    /// `whereabouts`: an address of each range, that no other pod of the cluster has.
    Whereabouts {
        /// The ranges, one of each family.
        ranges: Vec<PoolRange>,
        /// Its configuration on the node, where it does not look there itself.
        configuration: Option<&'static str>,
    },
}

/// Addresses that `host-local` gives out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoolRange {
    /// The subnet that they lie in.
    pub subnet: Cidr,
    /// First and last address.
    pub range: IpRange,
}

/// Which kind of machine the appliance is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// OpenWrt: procd is PID 1, netifd owns the NICs' addresses.
    OpenWrt,
    /// Anything else that runs in a container.
    Generic,
}

/// How the workload is kept at one pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// A StatefulSet: never two pods, even when a node dies.
    StatefulSet,
    /// A Deployment; `rolling` starts the new pod before the old one is gone.
    Deployment {
        /// `RollingUpdate` in the place of `Recreate`.
        rolling: bool,
    },
}

/// One appliance, decided.
#[derive(Debug, Clone)]
pub struct Appliance {
    /// Its name: of the workload, the Service, and the prefix of everything else.
    pub name: Loc<String>,
    /// What it is (`app.kubernetes.io/name`): the catalog entry's name, or its own.
    pub kind: String,
    /// Profile.
    pub profile: Profile,
    /// Workload kind.
    pub workload: Loc<Workload>,
    /// Number of pods.
    pub replicas: Loc<u32>,
    /// Image of the main container.
    pub image: Loc<ImageRef>,
    /// The Image document that `image` is built from.
    pub build: Option<Loc<String>>,
    /// Its overlays: those that the image is built with, then its own.
    pub overlays: Vec<AppliedOverlay>,
    /// Kernel modules that its settings take of the node, beside those of its overlays, with reasons.
    pub modules: Vec<(Loc<String>, String)>,
    /// The pair of routers that it is one of.
    pub pair: Option<Loc<String>>,
    /// Which half of a pair's DHCP ranges is its own.
    pub half: Option<Half>,
    /// The package of its image or overlays that has routing rules of its own; the span is that of the word that brings it.
    pub policy_router: Option<Loc<String>>,
    /// Names of pull Secrets.
    pub pull_secrets: Vec<String>,
    /// Its NICs besides (or, without Multus, in the place of) the cluster's eth0.
    pub nics: Vec<Nic>,
    /// Init containers in order.
    pub init: Vec<Container>,
    /// The appliance itself.
    pub main: Container,
    /// The containers beside it, by name.
    pub sidecars: Vec<Container>,
    /// Volumes of the pod.
    pub volumes: Vec<Volume>,
    /// Claims that stand beside the workload and outlive it.
    pub claims: Vec<Claim>,
    /// The scripts of wrtpod's that its pod runs; none where it runs none.
    pub scripts: Option<Scripts>,
    /// ConfigMaps beside those of the scripts.
    pub config: Vec<ConfigFiles>,
    /// The Secret with root's password hash and keys.
    pub credentials: Option<Credentials>,
    /// Service on eth0.
    pub service: Option<Service>,
    /// Ingress to the Service.
    pub ingress: Option<Ingress>,
    /// HTTPRoute to the Service.
    pub http_route: Option<HttpRoute>,
    /// Whether a NetworkPolicy admits the Service's ports on eth0 and nothing else.
    pub guarded: bool,
    /// What a NetworkPolicy lets it reach by eth0; `None` for everything.
    pub egress: Option<Egress>,
    /// Where it may run.
    pub placement: Placement,
    /// Seconds that the appliance has to shut down.
    pub grace_seconds: i64,
    /// Seconds that the pod must have been ready to count as available; 0 where a probe says when it is ready.
    pub min_ready_seconds: i32,
    /// Host name of the pod, where it is not the pod's.
    pub hostname: Option<String>,
    /// Whether the pod has the node's users, by its document or its site's; Kubernetes decides when absent.
    pub host_users: Option<Loc<bool>>,
    /// Whether its main container sees all of /proc.
    pub proc_unmasked: Option<Loc<bool>>,
    /// Whether its nodes have IPv6, by its document or its site's; they have when absent.
    pub ipv6: Option<Loc<bool>>,
    /// Sysctls of the pod (those that kubelet calls safe).
    pub pod_sysctls: Vec<(Loc<String>, Loc<String>)>,
    /// Labels of the user's on every object and the pod.
    pub labels: Pairs,
    /// Annotations of the user's on every object and the pod.
    pub annotations: Pairs,
    /// Labels of the user's on the pod alone.
    pub pod_labels: Pairs,
    /// Annotations of the user's on the pod alone.
    pub pod_annotations: Pairs,
    /// Whether the user asked for a privileged container.
    pub privileged: Option<Loc<bool>>,
    /// Whether root's password may be empty.
    pub empty_password: Option<Loc<bool>>,
    /// Partial objects merged onto the built ones.
    pub patches: Vec<Loc<Written>>,
    /// What the pod may have of its node or its cluster, with reasons.
    pub allowed: Vec<(Loc<Privilege>, Loc<String>)>,
    /// Routes that wrtpod adds, with reasons.
    pub routes: Vec<RouteReason>,
}

impl Appliance {
    /// Kernel modules that the node must have, for its overlays and for its settings, with reasons; one may be named twice.
    pub fn host_modules(&self) -> impl Iterator<Item = &(Loc<String>, String)> {
        self.overlays.iter().flat_map(|overlay| &overlay.host_modules).chain(&self.modules)
    }
}

/// An overlay of an appliance. Its settings, capabilities and devices are among the appliance's own.
#[derive(Debug, Clone)]
pub struct AppliedOverlay {
    /// Its name; the span is that of the word in the appliance's document that brought it.
    pub name: Loc<String>,
    /// Whether the image is built with it.
    pub in_image: bool,
    /// Whether it has more than settings and needs: packages, files, scripts, services.
    pub needs_image: bool,
    /// What the pod does for it, where it is not in the image and persistence mode `system` allows that.
    pub boot: Option<BootOverlay>,
    /// Sysctls that a network of the appliance has to set.
    pub sysctls: Pairs,
    /// Kernel modules that the node must have, with reasons.
    pub host_modules: Vec<(Loc<String>, String)>,
}

/// A NIC of an appliance.
#[derive(Debug, Clone)]
pub struct Nic {
    /// Name of the interface in the pod.
    pub interface: Loc<String>,
    /// Name of the site's network.
    pub network: Loc<String>,
    /// How it joins the network; `None` when that is the cluster's primary one.
    pub attachment: Option<Attachment>,
    /// Its MAC; `None` where the kind of link has none of its own.
    pub mac: Option<Loc<Mac>>,
    /// Whether the MAC was derived (else it was asked for).
    pub mac_derived: bool,
    /// Its addresses.
    pub addressing: Addressing,
    /// Its gateways.
    pub gateways: Vec<Loc<IpAddr>>,
    /// The router that its DHCP clients are told: the network's gateway, where a pair of routers shares that.
    pub told_router: Option<IpAddr>,
    /// Networks behind its routers.
    pub routes: Vec<Route>,
    /// How answers leave by it, where that is seen to.
    pub source_routing: Option<SourceRouting>,
    /// Name servers to be asked through it.
    pub dns: Vec<Loc<IpAddr>>,
    /// Whether the appliance's default route leaves by it.
    pub default_route: Loc<bool>,
    /// Whether the appliance is the network's router: DHCP and RA server.
    pub serve: Option<Loc<bool>>,
    /// Whether multicast discovery leaves by it.
    pub discovery: Loc<bool>,
    /// Metric of its routes.
    pub metric: Option<u32>,
    /// Whether the guest bridges it (`br-NAME`).
    pub bridge: Option<Loc<bool>>,
    /// Who puts the addresses on it.
    pub configured_by: ConfiguredBy,
    /// Whether the kernel that it is on has IPv6.
    pub ipv6: bool,
}

/// Addresses of a NIC.
#[derive(Debug, Clone, PartialEq)]
pub enum Addressing {
    /// These, with their prefixes.
    Static(Vec<Loc<Cidr>>),
    /// From the network's DHCP server.
    Dhcp(Option<Span>),
    /// From the provider, by PPPoE over this NIC, which has none itself.
    Pppoe(Option<Span>),
    /// One of the network's pool.
    Pool(Option<Span>),
    /// None at all.
    None,
}

/// Who configures a NIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfiguredBy {
    /// The CNI plugins, from the annotation.
    Cni,
    /// The guest: netifd.
    Guest,
}
