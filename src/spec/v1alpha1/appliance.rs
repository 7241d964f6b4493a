//! The Appliance: what runs.

use super::{AccessMode, ProcMount, Sidecar, UciValue, UpdateStrategy, VariableValue, Volume, WorkloadKind};
use super::{
    Device, Egress, Entries, EnvSource, HttpRoute, Ingress, Metadata, Probes, PullPolicy, Resources, Route,
    Service, ServicePort,
};
use crate::diag::{Loc, Written};
use crate::spec::table::{choice, record};
use crate::types::{
    AccountId, AddressSpec, CapabilityWish, EnvName, ImageRef, InterfaceName, Mac, Name, ObjectName,
    OverlayRef, Privilege, Quantity,
};
use serde_json::Value;
use std::net::IpAddr;

record! {
    /// A network appliance: a machine on the LAN that runs as a pod.
    pub struct Appliance, "an Appliance" {
        /// Name, labels and annotations.
        "metadata" => metadata: Loc<Metadata>,
        /// What it is.
        "spec" => spec: Loc<ApplianceSpec>,
    }
}

record! {
    /// What an Appliance states.
    pub struct ApplianceSpec, "the spec of an Appliance" {
        /// The catalog entry that this appliance builds on; everything else here overrides it. `wrtpod catalog` lists
        /// them.
        "from" => from: Option<Loc<String>>,
        /// What kind of machine it is: decides who configures its interfaces. Default: `generic`.
        "profile" => profile: Option<Loc<Profile>>,
        /// One sentence about the appliance, shown by `wrtpod catalog`.
        "description" => description: Option<Loc<String>>,
        /// The container image.
        "image" => image: Option<Loc<ImageRef>>,
        /// The image of the helper containers that wrtpod adds. Default: the appliance's own image where it has a
        /// shell.
        "helperImage" => helper_image: Option<Loc<ImageRef>>,
        /// The Image that `image` is built from, such as `openwrt-vpn`: a document, or one of `wrtpod catalog`. What its
        /// overlays need becomes the appliance's.
        "build" => build: Option<Loc<Name>>,
        /// When a node pulls the image. Default: Kubernetes decides by the tag.
        "imagePullPolicy" => image_pull_policy: Option<Loc<PullPolicy>>,
        /// Secrets with credentials for the registry.
        "imagePullSecrets" => image_pull_secrets: Vec<Loc<ObjectName>>,
        /// The kind of the workload. Default: `StatefulSet`.
        "workload" => workload: Option<Loc<WorkloadKind>>,
        /// How many pods. Default: 1; more are refused with a fixed MAC address or address.
        "replicas" => replicas: Option<Loc<u32>>,
        /// How a change replaces the pod. Default: `Recreate`.
        "strategy" => strategy: Option<Loc<UpdateStrategy>>,
        /// The interfaces on the site's networks.
        "interfaces" => interfaces: Vec<Loc<Interface>>,
        /// The name of a pair: two appliances that serve one network together, such as routers with a common address by VRRP.
        /// Each hands out half of the range of addresses, and names the network's gateway as the router (profile `openwrt`).
        "pair" => pair: Option<Loc<Name>>,
        /// What survives a restart (profile `openwrt`).
        "persistence" => persistence: Option<Loc<Persistence>>,
        /// UCI settings: file, section, option. The key `.type` of a section gives its type; `"@TYPE[N]"` is a section by its
        /// number, as for OpenWrt's `uci`: `"@dropbear[0]"` the first, `"@dropbear[-1]"` the last. A password or key comes
        /// from a Secret: `private_key: {secretKeyRef: {name: vpn, key: private-key}}`.
        "uci" => uci: UciSettings,
        /// True to let packets pass between eth0, the cluster's network, and the other interfaces while OpenWrt's firewall is
        /// not up: before it has started, and where it is switched off. While it is up, its zones decide. Default: false.
        "clusterForwarding" => cluster_forwarding: Option<Loc<bool>>,
        /// Overlays: their settings and what they need of the pod become the appliance's. Each is a name of `wrtpod
        /// catalog`, or a folder such as `./overlays/mine`. Those of the Image behind `build` need not be named; others
        /// the pod installs itself, which takes persistence mode `system`.
        "overlays" => overlays: Vec<Loc<OverlayRef>>,
        /// Shell scripts that run once, on the first boot, in the order of their names.
        "firstBoot" => first_boot: Entries<Name, String>,
        /// The Secret with the password hash (key `password-hash`, a crypt(3) string) and the SSH keys (key
        /// `authorized_keys`) of root. Default: `deploy` makes one with a random password.
        "secret" => secret: Option<Loc<ObjectName>>,
        /// True for an empty root password, which is refused where a Service or Ingress shows the appliance. Default:
        /// false.
        "emptyRootPassword" => empty_root_password: Option<Loc<bool>>,
        /// The host name that DHCP servers are told, and by which OpenWrt calls itself; the pod of a StatefulSet keeps its
        /// own. Default: the appliance's name.
        "hostname" => hostname: Option<Loc<Name>>,
        /// The time zone: a name such as `Europe/Berlin`, or a POSIX string such as `CET-1CEST,M3.5.0,M10.5.0/3`. Default:
        /// UTC.
        "timezone" => timezone: Option<Loc<String>>,
        /// The command, in place of the image's entry point.
        "command" => command: Vec<Loc<String>>,
        /// The arguments, in place of the image's.
        "args" => args: Vec<Loc<String>>,
        /// Environment variables: each a text, or a key of another object: `{secretKeyRef: {name: mqtt, key: password}}`,
        /// `{configMapKeyRef: {name: mqtt, key: host}}`.
        "env" => env: Entries<EnvName, VariableValue>,
        /// Environment variables from Secrets and ConfigMaps, each with all its keys; those of `env` win. Who changes one restarts
        /// the pod.
        "envFrom" => env_from: Vec<Loc<EnvSource>>,
        /// The user that the appliance runs as, a number (profile `generic`). Default: the image's.
        "user" => user: Option<Loc<AccountId>>,
        /// The group that the appliance runs as, a number; what is on its claims belongs to it too (profile `generic`).
        /// Default: the number of `user`.
        "group" => group: Option<Loc<AccountId>>,
        /// False to give the pod users of its own: its root is nobody on the node (`wrtpod explain user-namespaces`). Kernel,
        /// runtime and file systems have to support it. Default: the site's.
        "hostUsers" => host_users: Option<Loc<bool>>,
        /// `Unmasked` to let the appliance see all of /proc and write the kernel's settings that are its network's; it takes
        /// `hostUsers: false`. OpenWrt then relays IPv6 neighbours (`ndp 'relay'`), and its service `sysctl` sets `accept_ra` 0
        /// on every interface, whatever the network's `sysctls` say. Default: `Default`.
        "procMount" => proc_mount: Option<Loc<ProcMount>>,
        /// False for nodes that were booted without IPv6 (`ipv6.disable=1`): its attachments set nothing of IPv6, which no such node
        /// has, and OpenWrt asks for none and serves none (`wrtpod explain no-ipv6`). Default: the site's.
        "ipv6" => ipv6: Option<Loc<bool>>,
        /// Ports that the appliance listens on, by name; those of its `containers` among them.
        "ports" => ports: Entries<Name, ServicePort>,
        /// The Service on the cluster's network.
        "service" => service: Option<Loc<Service>>,
        /// The Ingress.
        "ingress" => ingress: Option<Loc<Ingress>>,
        /// The HTTPRoute: what an Ingress is, for clusters with the Gateway API.
        "httpRoute" => http_route: Option<Loc<HttpRoute>>,
        /// True when eth0 admits the Service's ports and nothing else, by a NetworkPolicy. The node's probes pass in any
        /// case. Default: `true` for OpenWrt, `false` for a generic appliance.
        "guard" => guard: Option<Loc<bool>>,
        /// What the appliance may reach by eth0, by a NetworkPolicy: names (port 53), answers, and what stands here. Its
        /// interfaces on the site's networks are out of a policy's reach. Default: everything.
        "egress" => egress: Option<Loc<Egress>>,
        /// Volumes, by name.
        "volumes" => volumes: Entries<Name, Volume>,
        /// Devices of the node, such as a USB stick.
        "devices" => devices: Vec<Loc<Device>>,
        /// Capabilities beyond those that the profile needs, each with the reason for it; or a set of them that has its own:
        /// `root-entrypoint` for an image that starts as root and drops to a user, `s6` for one with s6-overlay.
        "capabilities" => capabilities: Entries<CapabilityWish, String>,
        /// True for a privileged container, which wrtpod refuses. Default: false.
        "privileged" => privileged: Option<Loc<bool>>,
        /// Kernel settings of the pod.
        "sysctls" => sysctls: Entries<String, String>,
        /// Health checks, in place of the profile's.
        "probes" => probes: Option<Loc<Probes>>,
        /// CPU and memory.
        "resources" => resources: Option<Loc<Resources>>,
        /// Further containers of the pod, by name, beside the appliance's own.
        "containers" => containers: Entries<Name, Sidecar>,
        /// The nodes it may run on. Default: those that have all its networks.
        "nodes" => nodes: Vec<Loc<String>>,
        /// Labels that its node must have.
        "nodeSelector" => node_selector: Entries<String, String>,
        /// Tolerations, as Kubernetes writes them.
        "tolerations" => tolerations: Vec<Loc<Value>>,
        /// Labels for the pod alone.
        "labels" => labels: Entries<String, String>,
        /// Annotations for the pod alone.
        "annotations" => annotations: Entries<String, String>,
        /// Partial Kubernetes objects that are merged onto the generated ones of the same kind and name.
        "patches" => patches: Vec<Loc<Written>>,
        /// What the pod may have of its node or its cluster, each with the reason for it, such as
        /// `hostPID: it lists the node's processes`: `patches` that take it without are refused. One of `hostPID`, `hostIPC`,
        /// `hostPorts`, `seccompUnconfined`, `appArmorUnconfined`, `seLinuxUnconfined`, `procMountUnmasked`,
        /// `allowPrivilegeEscalation`, `serviceAccountToken`, a capability, or a path of the node.
        "allow" => allow: Entries<Privilege, String>,
    }
}

record! {
    /// An interface of an appliance on a network of the site.
    pub struct Interface, "an interface" {
        /// The network, by its name in the Site.
        "network" => network: Loc<Name>,
        /// The name of the interface inside the appliance. Default: the network's name.
        "name" => name: Option<Loc<InterfaceName>>,
        /// The addresses: each `dhcp`, `pppoe`, `pool`, `none`, `gateway` or an address such as `192.168.1.32/24`. With
        /// `pppoe`, for OpenWrt, the login is under `uci`: `network: {wan: {username: …}}`, and the overlay `pppoe` has what it
        /// takes. Default: `dhcp` for OpenWrt; a generic appliance has to say.
        "address" => address: Vec<Loc<AddressSpec>> [one or many],
        /// The MAC address. Default: derived from the site's salt and the names, the same for ever.
        "mac" => mac: Option<Loc<Mac>>,
        /// The routers, one of each family. Default: the network's.
        "gateway" => gateway: Vec<Loc<IpAddr>> [one or many],
        /// The DNS servers. Default: the network's.
        "dns" => dns: Vec<Loc<IpAddr>> [one or many],
        /// True when the default route leaves through this interface. On OpenWrt several may have it, each with a `metric` of
        /// its own. Default: false; on OpenWrt, where no interface has the key, true for the first that is no server and
        /// knows a gateway; with mwan3 among the packages of its Image or overlays, for each such interface with a metric of its own.
        "defaultRoute" => default_route: Option<Loc<bool>>,
        /// Networks behind its routers, such as `{to: 10.50.0.0/16, via: 192.168.1.254}`. Default: the network's.
        "routes" => routes: Vec<Loc<Route>>,
        /// True when answers leave by this interface if they come from its addresses, whatever the other routes say: a host
        /// of another subnet then gets its answer. It takes a gateway. Default: true for a generic appliance where one is
        /// known, false for OpenWrt, where it also takes fixed addresses or a `subnet`, and neither mwan3 nor pbr.
        "sourceRouting" => source_routing: Option<Loc<bool>>,
        /// True when the appliance is the network's DHCP server or router. Default: false, it is a client.
        "serve" => serve: Option<Loc<bool>>,
        /// True when multicast discovery (mDNS, SSDP) leaves through this interface. Default: false.
        "discovery" => discovery: Option<Loc<bool>>,
        /// The metric of the interface's routes; the lowest wins.
        "metric" => metric: Option<Loc<u32>>,
        /// True to put the interface into a bridge `br-NAME` inside the guest. Default: false.
        "bridge" => bridge: Option<Loc<bool>>,
    }
}

record! {
    /// What survives a restart.
    pub struct Persistence, "the persistence" {
        /// Which folders are kept. Default: `etc`.
        "mode" => mode: Option<Loc<PersistenceMode>>,
        /// The size of the claim, such as `256Mi`. Default: `64Mi`, with mode `system` `512Mi`.
        "size" => size: Option<Loc<Quantity>>,
        /// The storage class of the claim. Default: the site's.
        "storageClass" => storage_class: Option<Loc<String>>,
        /// A claim that exists, in place of a generated one.
        "existingClaim" => existing_claim: Option<Loc<ObjectName>>,
        /// Who may mount the claim. Default: `ReadWriteOnce`.
        "accessMode" => access_mode: Option<Loc<AccessMode>>,
        /// What happens to packages installed at run time when the release changes. Default: `drop`.
        "packages" => packages: Option<Loc<PackagePolicy>>,
    }
}

choice! {
    /// What kind of machine an appliance is.
    pub enum Profile, "a profile" {
        /// OpenWrt: interfaces are attached without addresses, and UCI configures them.
        "openwrt" => Openwrt,
        /// Anything else: the network plugins configure the interfaces.
        "generic" => Generic,
    }
}

choice! {
    /// Which folders survive a restart.
    pub enum PersistenceMode, "a persistence mode" {
        /// /etc/config and the files that sysupgrade keeps.
        "config" => Config,
        /// All of /etc.
        "etc" => Etc,
        /// /etc, /usr, /lib, /bin, /sbin, /www and /root, so that installed packages stay.
        "system" => System,
        /// Nothing.
        "none" => None,
    }
}

choice! {
    /// What happens to packages installed at run time when the release changes.
    pub enum PackagePolicy, "a package policy" {
        /// They are removed.
        "drop" => Drop,
        /// They are installed again.
        "reinstall" => Reinstall,
        /// They stay as they are.
        "keep" => Keep,
    }
}

impl ApplianceSpec {
    /// The networks that it needs of its site, in the order of its interfaces.
    pub fn networks(&self) -> Vec<&Name> {
        let mut networks: Vec<&Name> = Vec::new();
        for interface in &self.interfaces {
            if !networks.contains(&&interface.network.value) {
                networks.push(&interface.network.value);
            }
        }
        networks
    }

    /// The word by which it sees all of /proc, if it does.
    pub fn unmasks_proc(&self) -> Option<Loc<bool>> {
        let unmasked = self.proc_mount.map(|kind| kind.map(|kind| kind == ProcMount::Unmasked));
        unmasked.filter(|unmasked| unmasked.value)
    }
}

impl PackagePolicy {
    /// What holds where nobody chose.
    pub const DEFAULT: Self = Self::Drop;
}

impl PersistenceMode {
    /// What holds where nobody chose.
    pub const DEFAULT: Self = Self::Etc;

    /// The size of a claim that holds what the mode keeps, where nobody chose one.
    pub fn claim_size(self) -> &'static str {
        if self == Self::System { "512Mi" } else { "64Mi" }
    }
}

/// UCI settings: file, section, option.
pub type UciSettings = Entries<String, Entries<String, Entries<String, UciValue>>>;
