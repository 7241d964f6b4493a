//! Plugins and their keys (containernetworking/plugins 1.9.1, `plugins/main` and `plugins/meta`).

use super::ipam::Ipam;
use crate::Fault;
use crate::json::Json;
use crate::keys::{Field, object};
use crate::value::{HardwareAddress, Spelled, Texts, choice};

/// The key that says what a plugin is.
pub(super) const TYPE: &str = "type";

object! {
    /// What a plugin is handed as `runtimeConfig`, for it says that it understands it.
    pub struct Capabilities by exact {
        /// The MAC.
        "mac" => mac: bool,
        /// The addresses.
        "ips" => ips: bool,
    }
}

choice! {
    /// How macvlan children of one parent see each other.
    pub enum MacvlanMode, "a mode of macvlan: `bridge`, `private`, `vepa` or `passthru`" {
        /// They reach each other directly; the default.
        "bridge" => Bridge,
        /// They never reach each other.
        "private" => Private,
        /// They reach each other through a switch that sends frames back.
        "vepa" => Vepa,
        /// There is one child only, and it takes over the parent.
        "passthru" => Passthru,
    }
}

choice! {
    /// The layer that ipvlan works on.
    pub enum IpvlanMode, "a mode of ipvlan: `l2`, `l3` or `l3s`" {
        /// Switching; the default.
        "l2" => L2,
        /// Routing.
        "l3" => L3,
        /// Routing, with the node's connection tracking.
        "l3s" => L3s,
    }
}

/// The keys of a plugin, and those that each has: before `capabilities`, and behind it.
macro_rules! plugin {
    (
        $(#[$doc:meta])*
        pub struct $name:ident $(type $type:literal)? { $($fields:tt)* } then { $($rest:tt)* }
    ) => {
        object! {
            $(#[$doc])*
            pub struct $name by folded $(type $type)? {
                $($fields)*
                /// What it is handed as `runtimeConfig`.
                "capabilities" => capabilities: Capabilities,
                $($rest)*
                /// Who hands out addresses.
                "ipam" => ipam: Ipam,
                /// In a configuration of one plugin: the version of the CNI specification.
                "cniVersion" => version: String,
                /// In a configuration of one plugin: the name of the network.
                "name" => name: String,
            }
        }
    };
}

plugin! {
    /// A child of the node's interface with a MAC of its own.
    pub struct Macvlan type "macvlan" {
        /// The parent; the interface of the default route where it is left out.
        "master" => master: String,
        /// How children see each other.
        "mode" => mode: MacvlanMode,
        /// MTU in bytes; the parent's where it is left out or 0.
        "mtu" => mtu: u32,
    } then {
        /// Its MAC.
        "mac" => mac: Spelled<HardwareAddress>,
        /// Whether the parent is one of the pod's (1.3.0 and later).
        "linkInContainer" => link_in_container: bool,
        /// Length of the queue for broadcasts (1.6.0 and later).
        "bcqueuelen" => broadcast_queue: u32,
    }
}

plugin! {
    /// A child that shares its parent's MAC.
    pub struct Ipvlan type "ipvlan" {
        /// The parent; the interface of the default route where it is left out.
        "master" => master: String,
        /// The layer that it works on.
        "mode" => mode: IpvlanMode,
        /// MTU in bytes; the parent's where it is left out or 0.
        "mtu" => mtu: u32,
    } then {
        /// Whether the parent is one of the pod's (1.3.0 and later).
        "linkInContainer" => link_in_container: bool,
    }
}

plugin! {
    /// A VLAN sub-interface; it sets no MAC.
    pub struct Vlan type "vlan" {
        /// The parent.
        "master" => master: String,
        /// The VLAN id, 0 to 4094; 0 where it is left out.
        "vlanId" => id: u16,
        /// MTU in bytes; the parent's where it is left out or 0.
        "mtu" => mtu: u32,
    } then {
        /// Whether the parent is one of the pod's (1.3.0 and later).
        "linkInContainer" => link_in_container: bool,
    }
}

plugin! {
    /// A port of a bridge of the node.
    pub struct Bridge type "bridge" {
        /// The bridge, which is made where it is not there; `cni0` where it is left out.
        "bridge" => bridge: String,
        /// The VLAN of the port, untagged.
        "vlan" => vlan: u16,
        /// Whether the port is in the bridge's own VLAN too (1.6.0 and later); left out, it is.
        "preserveDefaultVlan" => preserve_default_vlan: bool,
        /// MTU in bytes.
        "mtu" => mtu: u32,
    } then {
        /// VLANs of the port, tagged.
        "vlanTrunk" => vlan_trunk: Vec<VlanTrunk>,
        /// Whether the bridge gets the gateway's address.
        "isGateway" => is_gateway: bool,
        /// Whether it is the default route besides.
        "isDefaultGateway" => is_default_gateway: bool,
        /// Whether another address of the bridge is taken away for it.
        "forceAddress" => force_address: bool,
        /// Whether what leaves the node gets the node's address.
        "ipMasq" => masquerade: bool,
        /// By which packet filter: `iptables` or `nftables`.
        "ipMasqBackend" => masquerade_by: String,
        /// Whether a frame may leave by the port that it came in by.
        "hairpinMode" => hairpin: bool,
        /// Whether the bridge hears every frame.
        "promiscMode" => promiscuous: bool,
        /// Whether the port passes frames of its own MAC only.
        "macspoofchk" => mac_spoof_check: bool,
        /// Whether duplicates of its IPv6 addresses are looked for.
        "enabledad" => duplicate_detection: bool,
        /// Whether the interface in the pod stays down.
        "disableContainerInterface" => keeps_down: bool,
        /// Whether ports of the bridge do not reach each other.
        "portIsolation" => port_isolation: bool,
    }
}

object! {
    /// VLANs of a bridge's port: one, or a range.
    pub struct VlanTrunk by folded {
        /// The first of a range.
        "minID" => first: u16,
        /// The last of a range.
        "maxID" => last: u16,
        /// The one.
        "id" => id: u16,
    }
}

plugin! {
    /// The node's NIC itself, moved into the pod; it sets no MAC.
    pub struct HostDevice type "host-device" {
        /// The NIC by its name.
        "device" => device: String,
        /// By its MAC.
        "hwaddr" => mac: Spelled<HardwareAddress>,
        /// By its folder below `/sys/devices`.
        "kernelpath" => kernel_path: String,
        /// By its address on the PCI bus.
        "pciBusID" => pci: String,
    } then {}
}

plugin! {
    /// Behind another plugin: sysctls of the pod's network namespace, MAC, MTU.
    pub struct Tuning type "tuning" {
        /// Where it notes what was there before; `/run/cni/tuning` where it is left out.
        "dataDir" => data_dir: String,
    } then {
        /// Sysctls below `net.`, with dots; `IFNAME` stands for the interface.
        "sysctl" => sysctl: Texts,
        /// The MAC.
        "mac" => mac: Spelled<HardwareAddress>,
        /// MTU in bytes.
        "mtu" => mtu: u32,
        /// Whether it hears every frame.
        "promisc" => promiscuous: bool,
        /// Whether it hears every multicast.
        "allmulti" => all_multicast: bool,
        /// Length of the queue to send, in packets.
        "txQLen" => send_queue: u32,
    }
}

plugin! {
    /// Behind another plugin: routing by source address.
    pub struct Sbr type "sbr" {
        /// The routing table (1.6.0 and later); one of its own where it is left out.
        "table" => table: u32,
    } then {}
}

plugin! {
    /// Behind a plugin that makes veth pairs: limits. 0 is no limit.
    pub struct Bandwidth type "bandwidth" {
        /// Into the pod, bits in a second.
        "ingressRate" => ingress_rate: u64,
        /// Into the pod at once, bits.
        "ingressBurst" => ingress_burst: u64,
        /// Out of the pod, bits in a second.
        "egressRate" => egress_rate: u64,
        /// Out of the pod at once, bits.
        "egressBurst" => egress_burst: u64,
    } then {}
}

plugin! {
    /// Behind another plugin: ports of the node lead to the pod's.
    pub struct Portmap type "portmap" {
        /// By which packet filter: `iptables` or `nftables`.
        "backend" => backend: String,
        /// Whether what goes back to the node gets its address.
        "snat" => snat: bool,
        /// Further conditions for IPv4, as iptables takes them.
        "conditionsV4" => conditions_v4: Vec<String>,
        /// Further conditions for IPv6.
        "conditionsV6" => conditions_v6: Vec<String>,
        /// Whether everything gets the node's address.
        "masqAll" => masquerade_all: bool,
        /// The bit of the mark by which packets are known.
        "markMasqBit" => mark_bit: u32,
        /// Somebody else's chain that sets it.
        "externalSetMarkChain" => mark_chain: String,
    } then {}
}

plugin! {
    /// Behind another plugin: what the node forwards to the pod.
    pub struct Firewall type "firewall" {
        /// By which packet filter: `iptables` or `firewalld`.
        "backend" => backend: String,
        /// The chain that is asked first.
        "iptablesAdminChainName" => admin_chain: String,
        /// The zone of firewalld.
        "firewalldZone" => zone: String,
        /// Who may begin: `open`, `same-bridge` or `isolated`.
        "ingressPolicy" => ingress_policy: String,
    } then {}
}

plugin! {
    /// A plugin that is not known here.
    pub struct OtherPlugin {
        /// The name of its binary.
        "type" => kind: String,
    } then {}
}

macro_rules! plugins {
    ($( $(#[$doc:meta])* $case:ident = $type:literal, )+) => {
        /// A plugin and its keys.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Plugin {
            $( $(#[$doc])* $case($case), )+
            /// One that is not known here, or that does not say what it is.
            Other(OtherPlugin),
        }

        impl Field for Plugin {
            fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self> {
                match json.get(TYPE).and_then(Json::as_text) {
                    $( Some($type) => $case::read(json, faults).map(Self::$case), )+
                    _ => OtherPlugin::read(json, faults).map(Self::Other),
                }
            }

            fn write(&self) -> Json {
                match self { $( Self::$case(plugin) => plugin.write(), )+ Self::Other(plugin) => plugin.write() }
            }
        }

        impl Plugin {
            /// The name of its binary; empty where it has none.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$case(_) => $type, )+
                    Self::Other(plugin) => plugin.kind.as_deref().unwrap_or_default(),
                }
            }

            /// What it is handed as `runtimeConfig`.
            pub fn capabilities(&self) -> Option<&Capabilities> {
                match self {
                    $( Self::$case(plugin) => plugin.capabilities.as_ref(), )+
                    Self::Other(plugin) => plugin.capabilities.as_ref(),
                }
            }

            /// Who hands out addresses; nobody where that has no `type` (plugins 1.9.1: `ipam: {}` is none).
            pub fn ipam(&self) -> Option<&Ipam> {
                match self {
                    $( Self::$case(plugin) => plugin.ipam.as_ref(), )+
                    Self::Other(plugin) => plugin.ipam.as_ref(),
                }
                .filter(|ipam| !ipam.kind().is_empty())
            }

            /// What was read beside its keys.
            pub fn keys(&self) -> &crate::keys::Keys {
                match self { $( Self::$case(plugin) => &plugin.keys, )+ Self::Other(plugin) => &plugin.keys }
            }
        }
    };
}

plugins! {
    /// A child of the node's interface with a MAC of its own.
    Macvlan = "macvlan",
    /// A child that shares its parent's MAC.
    Ipvlan = "ipvlan",
    /// A VLAN sub-interface.
    Vlan = "vlan",
    /// A port of a bridge of the node.
    Bridge = "bridge",
    /// The node's NIC itself.
    HostDevice = "host-device",
    /// Sysctls, MAC, MTU.
    Tuning = "tuning",
    /// Routing by source address.
    Sbr = "sbr",
    /// Limits.
    Bandwidth = "bandwidth",
    /// Ports of the node.
    Portmap = "portmap",
    /// What the node forwards.
    Firewall = "firewall",
}

impl Plugin {
    /// The interface of the node that it hangs on, where it says so.
    pub fn parent(&self) -> Option<&str> {
        match self {
            Self::Macvlan(link) => link.master.as_deref(),
            Self::Ipvlan(link) => link.master.as_deref(),
            Self::Vlan(link) => link.master.as_deref(),
            Self::Bridge(link) => link.bridge.as_deref(),
            Self::HostDevice(link) => link.device.as_deref(),
            _ => None,
        }
    }
}
