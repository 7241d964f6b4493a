//! Who hands out addresses (containernetworking/plugins 1.9.1, `plugins/ipam`; whereabouts 0.9.4).

use std::net::IpAddr;

use super::plugin::TYPE;
use crate::Fault;
use crate::json::Json;
use crate::keys::{Field, object};
use crate::value::{Cidr, Spelled};

object! {
    /// The addresses that stand here, or those that are asked for.
    pub struct Static by folded type "static" {
        /// The addresses; the capability `ips` takes their place.
        "addresses" => addresses: Vec<StaticAddress>,
        /// Routes.
        "routes" => routes: Vec<Route>,
        /// Name servers, for the result only.
        "dns" => dns: Json,
    }
}

object! {
    /// An address.
    pub struct StaticAddress by folded {
        /// The address in its network.
        "address" => address: Spelled<Cidr>,
        /// The gateway of routes that name none.
        "gateway" => gateway: Spelled<IpAddr>,
    }
}

object! {
    /// A route.
    pub struct Route by folded {
        /// Where it leads.
        "dst" => to: Spelled<Cidr>,
        /// The router; left out, the gateway of the address, else none.
        "gw" => via: Spelled<IpAddr>,
        /// MTU in bytes; plugins 1.9.1 report it and set nothing.
        "mtu" => mtu: u32,
        /// MSS in bytes, likewise.
        "advmss" => mss: u32,
        /// The metric (1.6.0 and later).
        "priority" => metric: u32,
        /// The routing table (1.6.0 and later).
        "table" => table: u32,
        /// The kernel's number of the scope; 253 is the link.
        "scope" => scope: u32,
    }
}

object! {
    /// A DHCP server's, asked by the plugin's daemon on the node.
    pub struct Dhcp by folded type "dhcp" {
        /// What the server is asked for.
        "request" => request: Vec<RequestedOption>,
        /// What the server is told.
        "provide" => provide: Vec<ProvidedOption>,
        /// The metric of the default route (1.6.0 and later).
        "priority" => metric: u32,
        /// The daemon's socket; `/run/cni/dhcp.sock` where it is left out.
        "daemonSocketPath" => socket: String,
    }
}

object! {
    /// What a DHCP server is asked for.
    pub struct RequestedOption by folded {
        /// Whether nothing is asked for that the plugin asks for by itself.
        "skipDefault" => skip_default: bool,
        /// The option: a word of dhcp-options(5), or a number. Plugins 1.1.1 refuse an element without.
        "option" => option: String,
    }
}

object! {
    /// What a DHCP server is told.
    pub struct ProvidedOption by folded {
        /// The option: a word of dhcp-options(5), or a number.
        "option" => option: String,
        /// Its value.
        "value" => value: String,
        /// Or the key of `CNI_ARGS` that has it.
        "fromArg" => from_arg: String,
    }
}

object! {
    /// One address of each set of ranges; each node knows its own only.
    pub struct HostLocal by folded type "host-local" {
        /// Sets of ranges.
        "ranges" => ranges: Vec<Vec<LocalRange>>,
        /// The only subnet, in the form without `ranges`.
        "subnet" => subnet: Spelled<Cidr>,
        /// Its first address.
        "rangeStart" => first: Spelled<IpAddr>,
        /// Its last address.
        "rangeEnd" => last: Spelled<IpAddr>,
        /// Its gateway.
        "gateway" => gateway: Spelled<IpAddr>,
        /// Routes.
        "routes" => routes: Vec<Route>,
        /// Where it keeps its list; `/var/lib/cni/networks` where it is left out.
        "dataDir" => data_dir: String,
        /// The file with the name servers of the result.
        "resolvConf" => resolv_conf: String,
    }
}

object! {
    /// Addresses of a subnet.
    pub struct LocalRange by folded {
        /// The subnet.
        "subnet" => subnet: Spelled<Cidr>,
        /// The first address; the subnet's second where it is left out.
        "rangeStart" => first: Spelled<IpAddr>,
        /// The last address; the subnet's last where it is left out.
        "rangeEnd" => last: Spelled<IpAddr>,
        /// The gateway, which is nobody's; the subnet's first address where it is left out.
        "gateway" => gateway: Spelled<IpAddr>,
    }
}

object! {
    /// An address of each range, that no other pod of the cluster has.
    pub struct Whereabouts by folded type "whereabouts" {
        /// Ranges, one of each family.
        "ipRanges" => ranges: Vec<WhereaboutsRange>,
        /// The only range, in the form without `ipRanges`.
        "range" => range: String,
        /// Its first address.
        "range_start" => first: Spelled<IpAddr>,
        /// Its last address.
        "range_end" => last: Spelled<IpAddr>,
        /// What it leaves out of it: networks or addresses.
        "exclude" => exclude: Vec<String>,
        /// The gateway of the result.
        "gateway" => gateway: Spelled<IpAddr>,
        /// Routes.
        "routes" => routes: Vec<Route>,
        /// Its configuration on the node, where it does not look there itself.
        "configuration_path" => configuration: String,
        /// A word that sets the same addresses apart.
        "network_name" => network: String,
        /// Whether an address of one range may be no other range's; left out, it may not.
        "enable_overlapping_ranges" => watches_overlaps: bool,
    }
}

object! {
    /// A range of whereabouts.
    pub struct WhereaboutsRange by folded {
        /// The network, or `FIRST-LAST/PREFIX`.
        "range" => range: String,
        /// The first address.
        "range_start" => first: Spelled<IpAddr>,
        /// The last address.
        "range_end" => last: Spelled<IpAddr>,
        /// What is left out: networks or addresses.
        "exclude" => exclude: Vec<String>,
    }
}

object! {
    /// A plugin that is not known here.
    pub struct OtherIpam by folded {
        /// The name of its binary.
        "type" => kind: String,
    }
}

macro_rules! ipams {
    ($( $(#[$doc:meta])* $case:ident = $type:literal, )+) => {
        /// Who hands out addresses.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Ipam {
            $( $(#[$doc])* $case($case), )+
            /// A plugin that is not known here; nobody, where it has no `type`.
            Other(OtherIpam),
        }

        impl Field for Ipam {
            fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self> {
                match json.get(TYPE).and_then(Json::as_text) {
                    $( Some($type) => $case::read(json, faults).map(Self::$case), )+
                    _ => OtherIpam::read(json, faults).map(Self::Other),
                }
            }

            fn write(&self) -> Json {
                match self { $( Self::$case(ipam) => ipam.write(), )+ Self::Other(ipam) => ipam.write() }
            }
        }

        impl Ipam {
            /// The name of its binary; empty where it has none.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$case(_) => $type, )+
                    Self::Other(ipam) => ipam.kind.as_deref().unwrap_or_default(),
                }
            }
        }
    };
}

ipams! {
    /// The addresses that are asked for.
    Static = "static",
    /// A DHCP server's.
    Dhcp = "dhcp",
    /// The node's.
    HostLocal = "host-local",
    /// The cluster's.
    Whereabouts = "whereabouts",
}
