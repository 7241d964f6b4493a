//! The networks of a Site.

use super::Entries;
use crate::diag::Loc;
use crate::spec::table::{choice, one_of, record};
use crate::types::{Cidr, InterfaceName, IpRange, Name, ObjectName, Vlan};
use serde_json::Value;
use std::net::IpAddr;

record! {
    /// A network that appliances attach to: how, and what is known of its addresses.
    pub struct Network, "a network" {
        one of {
            /// How an interface is attached to the network.
            attachment: Attachment,
        }
        /// The network's subnets, such as `192.168.1.0/24`; one of each family for dual stack.
        "subnet" => subnet: Vec<Loc<Cidr>> [one or many],
        /// The network's routers, one of each family.
        "gateway" => gateway: Vec<Loc<IpAddr>> [one or many],
        /// The node's interface on nodes where it has another name than the one above, such as `{n2: eno1}`. A pod's
        /// attachment is the same on all nodes, so an appliance has to be on nodes of one name (`nodes`).
        "parents" => parents: Entries<String, InterfaceName>,
        /// The addresses that interfaces with `address: pool` get theirs from, such as
        /// `192.168.1.200-192.168.1.216`: one address of each family. Where `nodes` pins the network to one node, or with
        /// `ipam: whereabouts`.
        "pool" => pool: Vec<Loc<IpRange>> [one or many],
        /// Who keeps the list of the pool's addresses that are taken. Default: `host-local`.
        "ipam" => ipam: Option<Loc<PoolIpam>>,
        /// The network's DNS servers.
        "dns" => dns: Vec<Loc<IpAddr>> [one or many],
        /// Networks behind routers of this one, such as `{to: 10.50.0.0/16, via: 192.168.1.254}`. Each interface on the
        /// network that has an address of the family gets a route there.
        "routes" => routes: Vec<Loc<Route>>,
        /// True when this is the cluster's only network plugin: pods get it as their first interface, without Multus.
        /// Default: false.
        "primary" => primary: Option<Loc<bool>>,
        /// The nodes that have the network. Default: those whose `parents` list its parent, or all.
        "nodes" => nodes: Vec<Loc<String>>,
        /// A word for the LAN behind it. Networks of one word are one LAN, those of different words are not, whatever their parents
        /// are called. Default: two networks are one LAN where their parents have one name, on the nodes that have both; on
        /// nodes that have none in common too, such as those of two places.
        "wire" => wire: Option<Loc<Name>>,
        /// Kernel settings inside the pod, set by the `tuning` plugin when an interface is attached.
        "sysctls" => sysctls: Entries<String, String>,
        /// CNI plugin configurations that are appended to the generated list, as they are.
        "chain" => chain: Vec<Loc<Value>>,
    }
}

record! {
    /// A network behind a router.
    pub struct Route, "a route" {
        /// The network, such as `10.50.0.0/16`.
        "to" => to: Loc<Cidr>,
        /// The router, a neighbour. Default: the gateway of that family.
        "via" => via: Option<Loc<IpAddr>>,
    }
}

one_of! {
    /// How an interface is attached to a network.
    pub enum Attachment {
        /// A macvlan child of an interface of the node: the interface has its own MAC address on the LAN.
        "macvlan" => Macvlan(Macvlan),
        /// An ipvlan child of an interface of the node: the interface shares the node's MAC address.
        "ipvlan" => Ipvlan(Ipvlan),
        /// An interface of a VLAN, made on an interface of the node.
        "vlan" => Vlan(VlanLink),
        /// A port of a bridge on the node.
        "bridge" => Bridge(Bridge),
        /// An interface of the node, moved into the pod.
        "hostDevice" => HostDevice(HostDevice),
        /// A NetworkAttachmentDefinition that somebody else made: pods ask for that one, and wrtpod makes none.
        "existing" => Existing(Existing),
    }
}

record! {
    /// A macvlan attachment.
    pub struct Macvlan, "`macvlan`" {
        /// The node's interface, such as `enp3s0`.
        "parent" => parent: Loc<InterfaceName>,
        /// The VLAN to use on the parent: the attachment goes over `PARENT.VLAN`, which node preparation creates.
        "vlan" => vlan: Option<Loc<Vlan>>,
        /// How the children of one parent see each other. Default: `bridge`.
        "mode" => mode: Option<Loc<MacvlanMode>>,
        /// The MTU in bytes. Default: the parent's.
        "mtu" => mtu: Option<Loc<u32>>,
    }
}

record! {
    /// An ipvlan attachment.
    pub struct Ipvlan, "`ipvlan`" {
        /// The node's interface, such as `enp3s0`.
        "parent" => parent: Loc<InterfaceName>,
        /// The VLAN to use on the parent: the attachment goes over `PARENT.VLAN`, which node preparation creates.
        "vlan" => vlan: Option<Loc<Vlan>>,
        /// The layer that traffic is switched on. Default: `l2`.
        "mode" => mode: Option<Loc<IpvlanMode>>,
        /// The MTU in bytes. Default: the parent's.
        "mtu" => mtu: Option<Loc<u32>>,
    }
}

record! {
    /// A VLAN attachment.
    pub struct VlanLink, "`vlan`" {
        /// The node's interface, such as `enp3s0`.
        "parent" => parent: Loc<InterfaceName>,
        /// The id of the VLAN, 1 to 4094.
        "id" => id: Loc<Vlan>,
        /// The MTU in bytes. Default: the parent's.
        "mtu" => mtu: Option<Loc<u32>>,
    }
}

record! {
    /// A bridge attachment.
    pub struct Bridge, "`bridge`" {
        /// The bridge on the node, such as `br0`.
        "name" => name: Loc<InterfaceName>,
        /// The VLAN of the port. Default: none, untagged.
        "vlan" => vlan: Option<Loc<Vlan>>,
        /// The MTU in bytes. Default: the bridge's.
        "mtu" => mtu: Option<Loc<u32>>,
    }
}

record! {
    /// An attachment by moving an interface of the node.
    pub struct HostDevice, "`hostDevice`" {
        /// The node's interface, such as `enp4s0`; while the pod runs, the node does not have it.
        "device" => device: Loc<InterfaceName>,
    }
}

record! {
    /// A NetworkAttachmentDefinition (NAD) that is there already. What it says is its maker's: wrtpod adds nothing to it, so `parents`,
    /// `pool`, `ipam`, `sysctls`, `chain` and `primary` of the network stay out. Each interface asks it for its MAC, which takes a
    /// plugin that sets one: macvlan, bridge or tuning, with `"capabilities": {"mac": true}`; `mac: false` asks for none. A generic appliance with a fixed
    /// `address` asks for that too: `"ipam": {"type": "static"}`, and `"capabilities": {"ips": true}` beside it; with `dhcp` or
    /// `pool` the NAD's `ipam` gives what it has; with `none` there is no `ipam`. For OpenWrt, which configures its interfaces
    /// itself, there is none either, and the sysctls of forwarding (`net.ipv4.ip_forward`, `net.ipv6.conf.all.forwarding`) are
    /// the NAD's to set, by the plugin tuning. `doctor` and `deploy` read the NAD, and say what does not fit.
    pub struct Existing, "`existing`" {
        /// Its name, such as `lan`.
        "name" => name: Loc<ObjectName>,
        /// Its namespace; another one than the appliances' takes a Multus without `namespaceIsolation`. Default: the appliances'.
        "namespace" => namespace: Option<Loc<Name>>,
        /// False where it sets no MAC that is asked for, as ipvlan, vlan and host-device by themselves: interfaces then have
        /// the one that it gives them. Default: true.
        "mac" => mac: Option<Loc<bool>>,
    }
}

choice! {
    /// Who keeps the list of a pool's addresses.
    pub enum PoolIpam, "an IPAM plugin for pools" {
        /// The node, which knows nothing of other nodes.
        "host-local" => HostLocal,
        /// The cluster, for all its nodes: the plugin whereabouts, which has to be installed.
        "whereabouts" => Whereabouts,
    }
}

choice! {
    /// How macvlan children of one parent see each other.
    pub enum MacvlanMode, "a macvlan mode" {
        /// They reach each other directly.
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
    pub enum IpvlanMode, "an ipvlan mode" {
        /// Switching.
        "l2" => L2,
        /// Routing.
        "l3" => L3,
        /// Routing, with the node's connection tracking.
        "l3s" => L3s,
    }
}
