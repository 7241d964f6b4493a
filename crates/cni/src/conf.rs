//! Network configurations: a plugin, or a list of them.

mod ipam;
mod plugin;

pub use ipam::{
    Dhcp, HostLocal, Ipam, LocalRange, OtherIpam, ProvidedOption, RequestedOption, Route, Static,
    StaticAddress, Whereabouts, WhereaboutsRange,
};
pub use plugin::{
    Bandwidth, Bridge, Capabilities, Firewall, HostDevice, Ipvlan, IpvlanMode, Macvlan, MacvlanMode,
    OtherPlugin, Plugin, Portmap, Sbr, Tuning, Vlan, VlanTrunk,
};

use crate::json::Json;
use crate::keys::{Field, entries, object};
use crate::{Fault, Read};

/// What stands in a configuration file, or in the `spec.config` of a `NetworkAttachmentDefinition`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configuration {
    /// A list of plugins (`.conflist`).
    List(ConfList),
    /// One plugin (`.conf`).
    Single(Box<Plugin>),
}

object! {
    /// A list of plugins, each of which gets the result of the one before.
    pub struct ConfList by exact {
        /// Version of the CNI specification that plugins are to answer by.
        "cniVersion" => version: String,
        /// Name of the network.
        "name" => name: String,
        /// The plugins, in the order in which they are called.
        "plugins" => plugins: Vec<Plugin>,
    }
}

impl Configuration {
    /// Reads a configuration. One whose `type` says something is a single plugin, whatever else it has (Multus, `LoadDelegateNetConf`).
    pub fn parse(text: &str) -> Result<Read<Self>, Fault> {
        let json = Json::parse(text)?;
        let mut faults = Vec::new();
        entries(&json, &mut faults);
        if let Some(fault) = faults.pop() {
            return Err(fault);
        }
        let is_single = json.get("type").and_then(Json::as_text).is_some_and(|kind| !kind.is_empty());
        let value = if is_single {
            Plugin::read(&json, &mut faults).map(|plugin| Self::Single(Box::new(plugin)))
        } else {
            ConfList::read(&json, &mut faults).map(Self::List)
        };
        Ok(Read { value: value.expect("it is an object"), faults })
    }

    /// Its plugins.
    pub fn plugins(&self) -> &[Plugin] {
        match self {
            Self::List(list) => list.plugins.as_deref().unwrap_or_default(),
            Self::Single(plugin) => std::slice::from_ref(plugin),
        }
    }

    /// As JSON, indented.
    pub fn write(&self) -> String {
        match self {
            Self::List(list) => list.write(),
            Self::Single(plugin) => plugin.write(),
        }
        .indented()
    }
}
