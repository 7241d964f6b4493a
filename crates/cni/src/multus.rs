//! The annotations by which Multus is asked, and answers.
//!
//! ```
//! use wrtpod_cni::multus;
//!
//! let read = multus::networks("lan, other/iot@net2").expect("it is the short form");
//! assert!(read.faults.is_empty());
//! assert_eq!(read.value[1].full_name("home"), "other/iot");
//! assert_eq!(read.value[1].interface(), Some("net2"));
//! // What Multus refuses is told with its place.
//! assert_eq!(multus::networks("lan, a/b/c").expect("it is read").faults[0].span, 5..10);
//! ```

mod request;
mod short;
mod status;

pub use request::{BandwidthRequest, Element, PortMapping, Protocol, networks, write};
pub use status::{NetworkStatus, status};

/// What begins the keys of annotations that are Multus' or its API's.
pub const PREFIX: &str = "k8s.v1.cni.cncf.io";
/// Key of a pod's request for NICs.
pub const NETWORKS: &str = "k8s.v1.cni.cncf.io/networks";
/// Key of the answer.
pub const NETWORK_STATUS: &str = "k8s.v1.cni.cncf.io/network-status";
/// Key of a pod's request for another eth0: of the same form, with one element.
pub const DEFAULT_NETWORK: &str = "v1.multus-cni.io/default-network";
