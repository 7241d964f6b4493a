//! Kinds of link, and what each of them can do.

use crate::spec::{IpvlanMode, MacvlanMode};

/// The kinds of link that a pod can be given (facts: CNI plugins 1.9.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// A child of the node's interface with a MAC of its own.
    Macvlan {
        /// Interface of the node, `enp3s0` or `enp3s0.2`.
        master: String,
        /// How children of one parent see each other.
        mode: MacvlanMode,
        /// MTU in bytes; the parent's when absent.
        mtu: Option<u32>,
    },
    /// A child that shares its parent's MAC.
    Ipvlan {
        /// Interface of the node.
        master: String,
        /// The layer that it works on.
        mode: IpvlanMode,
        /// MTU in bytes; the parent's when absent.
        mtu: Option<u32>,
    },
    /// The VLAN sub-interface itself; one pod on each node for each id.
    Vlan {
        /// Interface of the node.
        master: String,
        /// VLAN id, 1 to 4094.
        id: u16,
        /// MTU in bytes; the parent's when absent.
        mtu: Option<u32>,
    },
    /// A port of a bridge of the node.
    Bridge {
        /// The bridge of the node.
        name: String,
        /// VLAN id of the port.
        vlan: Option<u16>,
        /// MTU in bytes.
        mtu: Option<u32>,
    },
    /// The node's NIC itself, moved into the pod.
    HostDevice {
        /// Interface of the node.
        device: String,
    },
    /// What a NAD says that somebody else made.
    Existing {
        /// Its namespace; the appliance's when absent.
        namespace: Option<String>,
        /// Its name.
        name: String,
        /// Whether it sets a MAC.
        sets_mac: bool,
    },
}

impl Link {
    /// The interface of the node that has to exist, where that is known.
    pub fn parent(&self) -> Option<&str> {
        match self {
            Self::Macvlan { master, .. } | Self::Ipvlan { master, .. } | Self::Vlan { master, .. } => {
                Some(master)
            }
            Self::Bridge { name, .. } => Some(name),
            Self::HostDevice { device } => Some(device),
            Self::Existing { .. } => None,
        }
    }

    /// The wire behind it: two links with one wire are on one LAN.
    pub fn wire(&self) -> String {
        match self {
            Self::Macvlan { master, .. } | Self::Ipvlan { master, .. } => master.clone(),
            Self::Vlan { master, id, .. } => format!("{master}.{id}"),
            Self::Bridge { name, vlan, .. } => match vlan {
                Some(vlan) => format!("{name}.{vlan}"),
                None => name.clone(),
            },
            Self::HostDevice { device } => device.clone(),
            Self::Existing { namespace, name, .. } => {
                format!("existing {}/{name}", namespace.as_deref().unwrap_or_default())
            }
        }
    }

    /// The link as appliances of this namespace know it: one NAD has one name there, whether its namespace was stated or not.
    #[must_use]
    pub fn seen_from(self, home: &str) -> Self {
        match self {
            Self::Existing { namespace, name, sets_mac } => {
                let namespace = namespace.filter(|namespace| namespace != home);
                Self::Existing { namespace, name, sets_mac }
            }
            other => other,
        }
    }

    /// Whether somebody else made the NAD, so that nothing can be added to it.
    pub fn is_existing(&self) -> bool {
        matches!(self, Self::Existing { .. })
    }

    /// What the document calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Macvlan { mode: MacvlanMode::Passthru, .. } => "macvlan in mode passthru",
            Self::Macvlan { .. } => "macvlan",
            Self::Ipvlan { .. } => "ipvlan",
            Self::Vlan { .. } => "vlan",
            Self::Bridge { .. } => "bridge",
            Self::HostDevice { .. } => "hostDevice",
            Self::Existing { .. } => "existing",
        }
    }

    /// Whether a pod's NIC of this kind can have a MAC of its own.
    pub fn has_mac(&self) -> bool {
        !matches!(self, Self::Ipvlan { .. } | Self::Existing { sets_mac: false, .. })
    }

    /// Whether the MAC has to be set by `tuning`: the kind's own plugin drops it, or (passthru) gives the
    /// parent's in its place.
    pub fn mac_by_tuning(&self) -> bool {
        match self {
            Self::Vlan { .. } | Self::HostDevice { .. } => true,
            Self::Macvlan { mode, .. } => *mode == MacvlanMode::Passthru,
            Self::Ipvlan { .. } | Self::Bridge { .. } | Self::Existing { .. } => false,
        }
    }

    /// Whether the link comes without addresses: `vlan` and `ipvlan` call their IPAM plugin in any case.
    pub fn can_be_l2(&self) -> bool {
        !matches!(self, Self::Vlan { .. } | Self::Ipvlan { .. })
    }

    /// Whether it takes the node's interface whole.
    pub fn is_exclusive(&self) -> bool {
        match self {
            Self::HostDevice { .. } => true,
            Self::Macvlan { mode, .. } => *mode == MacvlanMode::Passthru,
            _ => false,
        }
    }
}
