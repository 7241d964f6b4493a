//! CNI configuration and the Multus annotation, from the plan, in the types of `wrtpod-cni`. Knows nothing of Kubernetes
//! objects.
//!
//! Facts: containernetworking/plugins 1.9.1, Multus 4.2/4.3. Capabilities stand on the plugin that owns
//! them (libcni injects `runtimeConfig` by the plugin's own map), and `default-route` is never written:
//! Multus 4.2.2 and later drop the pod's default route with it.

mod annotation;
mod conflist;
mod nad;

pub use annotation::networks;
pub use nad::{Nad, digest};
