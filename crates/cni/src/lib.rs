//! CNI configurations and the annotations of Multus, in types.
//!
//! What others wrote is read leniently: unknown keys and unknown plugins are kept, and what is of a wrong type is told with its place, the
//! bytes of the text. What is written is the same for the same values, byte by byte: keys in the order in which they were read, those of
//! a value that was made in the order of its table.
//!
//! ```
//! use wrtpod_cni::{Configuration, Plugin};
//!
//! let text = r#"{"cniVersion": "1.0.0", "name": "lan", "plugins": [{"type": "macvlan", "master": "eth0", "mtu": "1500"}]}"#;
//! let read = Configuration::parse(text).expect("it is JSON");
//! let Plugin::Macvlan(link) = &read.value.plugins()[0] else { panic!("it is a macvlan") };
//! assert_eq!((link.master.as_deref(), link.mtu), (Some("eth0"), None));
//!
//! let fault = &read.faults[0];
//! assert_eq!(&text[fault.span.clone()], "\"1500\"");
//! assert_eq!(fault.to_string(), "expected a number, found a text");
//! // What could not be understood is not lost.
//! assert!(read.value.write().contains("\"mtu\": \"1500\""));
//! ```
//!
//! It knows nothing of Kubernetes' objects and of YAML, and stands on nearly nothing: a CNI plugin is started for each NIC of each pod.
//! Facts are those of containernetworking/plugins 1.9.1, libcni 1.3.0 and Multus 4.3.

mod conf;
mod fault;
mod json;
mod keys;
pub mod multus;
mod value;

pub use conf::{
    Bandwidth, Bridge, Capabilities, ConfList, Configuration, Dhcp, Firewall, HostDevice, HostLocal, Ipam,
    Ipvlan, IpvlanMode, LocalRange, Macvlan, MacvlanMode, OtherIpam, OtherPlugin, Plugin, Portmap,
    ProvidedOption, RequestedOption, Route, Sbr, Static, StaticAddress, Tuning, Vlan, VlanTrunk, Whereabouts,
    WhereaboutsRange,
};
pub use fault::{Fault, Read, line_and_column};
pub use json::{DEPTH, Entry, Json, Kind, Span};
pub use keys::{Field, Keys};
pub use value::{Address, Cidr, HardwareAddress, Spelled, Texts, Word};
