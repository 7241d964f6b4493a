//! The Overlay: what is laid onto an OpenWrt root, and what it needs of the pod.

use super::{Device, Entries, Metadata, UciSettings};
use crate::diag::Loc;
use crate::spec::table::record;
use crate::types::{Capability, ModuleName, PackageWish};

record! {
    /// A part of an OpenWrt machine: packages, settings, and the folders `files` and `uci-defaults` beside it.
    pub struct Overlay, "an Overlay" {
        /// Name, labels and annotations.
        "metadata" => metadata: Loc<Metadata>,
        /// What it is.
        "spec" => spec: Loc<OverlaySpec>,
    }
}

record! {
    /// What an Overlay states.
    pub struct OverlaySpec, "the spec of an Overlay" {
        /// One sentence about the overlay, shown by `wrtpod catalog`.
        "description" => description: Option<Loc<String>>,
        /// Packages to install, such as `wireguard-tools`; with a `-` in front, a package to leave out or to remove.
        "packages" => packages: Vec<Loc<PackageWish>>,
        /// UCI settings: file, section, option. The key `.type` of a section gives its type.
        "uci" => uci: UciSettings,
        /// Services that are installed and not started, by the names of their scripts in `/etc/init.d`.
        "disabledServices" => disabled_services: Vec<Loc<String>>,
        /// What an appliance with this overlay needs of its pod and its node.
        "requires" => requires: Option<Loc<Requirements>>,
        /// What its user has to know or to do, in a few lines.
        "notes" => notes: Option<Loc<String>>,
    }
}

record! {
    /// What an appliance needs of its pod and its node.
    pub struct Requirements, "`requires`" {
        /// Capabilities beyond those that the profile has, each with the reason for it.
        "capabilities" => capabilities: Entries<Capability, String>,
        /// Devices of the node, such as `path: /dev/net/tun`.
        "devices" => devices: Vec<Loc<Device>>,
        /// Kernel settings that one of the appliance's networks has to make under its `sysctls`, such as
        /// `net.ipv4.ip_forward: 1`.
        "sysctls" => sysctls: Entries<String, String>,
        /// Kernel modules that the node must have, each with the reason for it: a pod cannot load one.
        "hostModules" => host_modules: Entries<ModuleName, String>,
    }
}
