//! The values of a chart, as `values.yaml` has them.

use super::containers::Container;
use super::given::Given;
use super::variables::{EnvSource, EnvVar};
use crate::diag::Loc;
use crate::spec::table::record;
use crate::spec::{
    AccessMode, ClusterRanges, Entries, PackagePolicy, PersistenceMode, PullPolicy, Route, ServiceType,
    Transport, UciValue,
};
use crate::types::{
    AccountId, AddressSpec, CapabilityWish, Cidr, ImageRef, InterfaceName, IpRange, Mac, Name, ObjectName,
    Port, Privilege, Quantity, Vlan,
};
use serde_json::Value;
use std::net::IpAddr;

record! {
    /// The values of a chart.
    pub struct Values, "the values" {
        /// The container image.
        "image" => image: Loc<Image>,
        /// Secrets with credentials for the registry.
        "imagePullSecrets" => image_pull_secrets: Vec<Loc<SecretName>>,
        /// The label `app.kubernetes.io/name`.
        "nameOverride" => name_override: Given<Name>,
        /// The name of all objects.
        "fullnameOverride" => fullname_override: Given<Name>,
        /// How many pods.
        "replicas" => replicas: Option<Loc<u32>>,
        /// The site's name.
        "site" => site: Loc<Name>,
        /// What derived MACs depend on.
        "salt" => salt: Given<String>,
        /// Address ranges of the cluster.
        "cluster" => cluster: Option<Loc<ClusterRanges>>,
        /// The networks.
        "networks" => networks: Loc<Entries<Name, Network>>,
        /// The interfaces.
        "interfaces" => interfaces: Vec<Loc<Interface>>,
        /// Addresses that the DHCP range leaves alone.
        "reservedAddresses" => reserved_addresses: Vec<Loc<String>>,
        /// The host name.
        "hostname" => hostname: Given<Name>,
        /// The time zone.
        "timezone" => timezone: Given<String>,
        /// Its name (profile `openwrt`).
        "zonename" => zonename: Given<String>,
        /// The user that it runs as (profile `generic`).
        "user" => user: Given<AccountId>,
        /// The group that it runs as (profile `generic`).
        "group" => group: Given<AccountId>,
        /// Whether the cluster's network is open while the firewall is not up (profile `openwrt`).
        "clusterForwarding" => cluster_forwarding: Option<Loc<bool>>,
        /// The nodes it may run on.
        "nodes" => nodes: Vec<Loc<String>>,
        /// Affinity in the place of what `nodes` say.
        "affinity" => affinity: Entries<String, Value>,
        /// Labels that its node must have.
        "nodeSelector" => node_selector: Entries<String, String>,
        /// Tolerations.
        "tolerations" => tolerations: Vec<Loc<Value>>,
        /// CPU and memory.
        "resources" => resources: Option<Loc<Resources>>,
        /// The ports that the appliance listens on.
        "ports" => ports: Vec<Loc<NamedPort>>,
        /// The Service.
        "service" => service: Option<Loc<Service>>,
        /// The Ingress.
        "ingress" => ingress: Option<Loc<Ingress>>,
        /// The HTTPRoute.
        "httpRoute" => http_route: Option<Loc<HttpRoute>>,
        /// Further environment variables.
        "extraEnv" => extra_env: Vec<Loc<EnvVar>>,
        /// Environment variables from whole objects (profile `generic`).
        "extraEnvFrom" => extra_env_from: Vec<Loc<EnvSource>>,
        /// Whether the pod has the node's users.
        "hostUsers" => host_users: Given<bool>,
        /// What the appliance sees of /proc.
        "procMount" => proc_mount: Given<String>,
        /// Whether its nodes have IPv6.
        "ipv6" => ipv6: Option<Loc<bool>>,
        /// Further containers.
        "containers" => containers: Entries<Name, Container>,
        /// Further volumes.
        "extraVolumes" => extra_volumes: Vec<Loc<Value>>,
        /// Further mounts.
        "extraVolumeMounts" => extra_volume_mounts: Vec<Loc<Value>>,
        /// Further capabilities.
        "extraCapabilities" => extra_capabilities: Vec<Loc<CapabilityWish>>,
        /// What other values may give the pod, with reasons.
        "allow" => allow: Entries<Privilege, String>,
        /// Whether eth0 admits the Service's ports alone.
        "guard" => guard: Option<Loc<bool>>,
        /// What may be reached by eth0.
        "egress" => egress: Option<Loc<Egress>>,
        /// Labels of every object.
        "labels" => labels: Entries<String, String>,
        /// Annotations of every object.
        "annotations" => annotations: Entries<String, String>,
        /// Labels of the pod.
        "podLabels" => pod_labels: Entries<String, String>,
        /// Annotations of the pod.
        "podAnnotations" => pod_annotations: Entries<String, String>,
        /// How the chart looks for Multus.
        "multus" => multus: Option<Loc<Multus>>,
        /// Which half of a pair of routers it is (profile `openwrt`).
        "pair" => pair: Given<String>,
        /// What survives a restart (profile `openwrt`).
        "persistence" => persistence: Option<Loc<Persistence>>,
        /// UCI settings (profile `openwrt`).
        "uci" => uci: Entries<String, Vec<Loc<UciSection>>>,
        /// Overlays that the pod applies itself (profile `openwrt`).
        "overlays" => overlays: Vec<Loc<String>>,
        /// Scripts of the first boot (profile `openwrt`).
        "firstBoot" => first_boot: Entries<Name, String>,
        /// Root's password and keys (profile `openwrt`).
        "credentials" => credentials: Option<Loc<Credentials>>,
        /// The image of the helper containers (profile `generic`).
        "helperImage" => helper_image: Given<ImageRef>,
        /// Claims of the appliance's own volumes.
        "volumes" => volumes: Entries<Name, VolumeClaim>,
        /// What Helm gives to all charts of a release.
        "global" => global: Option<Loc<Value>>,
    }
}

record! {
    /// The container image.
    pub struct Image, "the image" {
        /// The repository, with its registry.
        "repository" => repository: Loc<String>,
        /// The tag.
        "tag" => tag: Given<String>,
        /// The digest.
        "digest" => digest: Given<String>,
        /// When a node pulls it.
        "pullPolicy" => pull_policy: Given<PullPolicy>,
        /// The overlays that it was built with (profile `openwrt`).
        "overlays" => overlays: Vec<Loc<String>>,
    }
}

record! {
    /// A Secret by name.
    pub struct SecretName, "a pull secret" {
        /// Its name.
        "name" => name: Loc<ObjectName>,
    }
}

record! {
    /// A network.
    pub struct Network, "a network" {
        /// False where another release made its NADs (charts up to 0.1).
        "create" => create: Option<Loc<bool>>,
        /// A NAD that is used as it is.
        "existing" => existing: Given<String>,
        /// Whether that sets a MAC.
        "mac" => mac: Option<Loc<bool>>,
        /// How it is attached to.
        "kind" => kind: Given<String>,
        /// The node's interface.
        "parent" => parent: Given<InterfaceName>,
        /// The mode of macvlan or ipvlan.
        "mode" => mode: Given<String>,
        /// The VLAN.
        "vlan" => vlan: Option<Loc<Vlan>>,
        /// The MTU in bytes.
        "mtu" => mtu: Option<Loc<u32>>,
        /// The subnets.
        "subnets" => subnets: Vec<Loc<Cidr>>,
        /// The routers.
        "gateways" => gateways: Vec<Loc<IpAddr>>,
        /// The addresses that `address: pool` is from.
        "pool" => pool: Vec<Loc<IpRange>>,
        /// Who keeps the list of the pool's addresses.
        "ipam" => ipam: Given<String>,
        /// Its configuration on the node.
        "ipamConfig" => ipam_config: Given<String>,
        /// The DNS servers.
        "dns" => dns: Vec<Loc<IpAddr>>,
        /// Networks behind its routers.
        "routes" => routes: Vec<Loc<Route>>,
        /// Kernel settings.
        "sysctls" => sysctls: Entries<String, String>,
        /// Further plugins, as JSON.
        "chain" => chain: Vec<Loc<String>>,
    }
}

record! {
    /// An interface.
    pub struct Interface, "an interface" {
        /// The network.
        "network" => network: Loc<Name>,
        /// The name inside the appliance.
        "name" => name: Given<InterfaceName>,
        /// The MAC address.
        "mac" => mac: Given<Mac>,
        /// The addresses.
        "address" => address: Vec<Loc<AddressSpec>> [one or many],
        /// The routers.
        "gateways" => gateways: Vec<Loc<IpAddr>>,
        /// The DNS servers.
        "dns" => dns: Vec<Loc<IpAddr>>,
        /// Networks behind its routers.
        "routes" => routes: Vec<Loc<Route>>,
        /// Whether answers leave by it.
        "sourceRouting" => source_routing: Option<Loc<bool>>,
        /// Whether the default route leaves by it.
        "defaultRoute" => default_route: Option<Loc<bool>>,
        /// Whether the appliance is the network's server.
        "serve" => serve: Option<Loc<bool>>,
        /// Whether multicast discovery leaves by it.
        "discovery" => discovery: Option<Loc<bool>>,
        /// The metric of its routes.
        "metric" => metric: Option<Loc<u32>>,
        /// Whether the guest bridges it.
        "bridge" => bridge: Option<Loc<bool>>,
    }
}

record! {
    /// CPU and memory, as Kubernetes writes them.
    pub struct Resources, "the resources" {
        /// What the node sets aside.
        "requests" => requests: Entries<String, Quantity>,
        /// What may be used at most.
        "limits" => limits: Entries<String, Quantity>,
        /// Claims of dynamic resource allocation.
        "claims" => claims: Vec<Loc<Value>>,
    }
}

record! {
    /// A port.
    pub struct NamedPort, "a port" {
        /// Its name.
        "name" => name: Loc<Name>,
        /// The number.
        "port" => port: Loc<Port>,
        /// The protocol.
        "protocol" => protocol: Given<Transport>,
    }
}

record! {
    /// The Service.
    pub struct Service, "the service" {
        /// Whether there is one.
        "enabled" => enabled: Option<Loc<bool>>,
        /// How it is reached.
        "type" => kind: Given<ServiceType>,
        /// The names of its ports.
        "ports" => ports: Vec<Loc<Name>>,
        /// Its annotations.
        "annotations" => annotations: Entries<String, String>,
    }
}

record! {
    /// The Ingress.
    pub struct Ingress, "the ingress" {
        /// Whether there is one.
        "enabled" => enabled: Option<Loc<bool>>,
        /// The host name.
        "host" => host: Given<String>,
        /// The ingress class.
        "className" => class_name: Given<String>,
        /// The path.
        "path" => path: Given<String>,
        /// The name of the port behind it.
        "port" => port: Given<Name>,
        /// The Secret with the certificate.
        "tlsSecret" => tls_secret: Given<ObjectName>,
        /// Its annotations.
        "annotations" => annotations: Entries<String, String>,
    }
}

record! {
    /// The HTTPRoute.
    pub struct HttpRoute, "the HTTP route" {
        /// Whether there is one.
        "enabled" => enabled: Option<Loc<bool>>,
        /// The Gateways.
        "parentRefs" => parent_refs: Vec<Loc<Value>>,
        /// The host names.
        "hostnames" => hostnames: Vec<Loc<String>>,
        /// The path.
        "path" => path: Given<String>,
        /// The name of the port behind it.
        "port" => port: Given<Name>,
        /// Its annotations.
        "annotations" => annotations: Entries<String, String>,
    }
}

record! {
    /// What may be reached by eth0.
    pub struct Egress, "`egress`" {
        /// Whether anything is kept from it.
        "enabled" => enabled: Option<Loc<bool>>,
        /// Pods and Services.
        "cluster" => cluster: Option<Loc<bool>>,
        /// Ranges.
        "cidrs" => cidrs: Vec<Loc<Cidr>>,
    }
}

record! {
    /// How the chart looks for Multus.
    pub struct Multus, "`multus`" {
        /// Whether it looks for the NAD kind.
        "check" => check: Option<Loc<bool>>,
    }
}

record! {
    /// What survives a restart.
    pub struct Persistence, "the persistence" {
        /// Which folders are kept.
        "mode" => mode: Given<PersistenceMode>,
        /// The size of the claim.
        "size" => size: Given<Quantity>,
        /// Its storage class.
        "storageClass" => storage_class: Given<String>,
        /// A claim that exists.
        "existingClaim" => existing_claim: Given<ObjectName>,
        /// Who may mount it.
        "accessMode" => access_mode: Given<AccessMode>,
        /// What happens to packages.
        "packages" => packages: Given<PackagePolicy>,
    }
}

record! {
    /// A section of a UCI file.
    pub struct UciSection, "a section" {
        /// Its name, or `@TYPE[N]`.
        "section" => section: Loc<String>,
        /// Its type.
        "type" => kind: Given<String>,
        /// Its options.
        "options" => options: Entries<String, UciValue>,
    }
}

record! {
    /// Root's password and keys.
    pub struct Credentials, "the credentials" {
        /// A Secret that is there.
        "existingSecret" => existing_secret: Given<ObjectName>,
        /// The hash of the password.
        "passwordHash" => password_hash: Given<String>,
        /// The SSH keys.
        "authorizedKeys" => authorized_keys: Given<String>,
    }
}

record! {
    /// What is behind a volume.
    pub struct VolumeClaim, "a volume" {
        /// Its size.
        "size" => size: Given<Quantity>,
        /// Its storage class.
        "storageClass" => storage_class: Given<String>,
        /// A claim that exists.
        "existingClaim" => existing_claim: Given<ObjectName>,
        /// Who may mount it.
        "accessMode" => access_mode: Given<AccessMode>,
        /// A path of the node.
        "hostPath" => host_path: Given<String>,
        /// An NFS server.
        "server" => server: Given<String>,
        /// The folder that it exports.
        "path" => path: Given<String>,
    }
}
