//! What every program of wrtpod reads and says: checked values, findings with the places that they are about, YAML.
//!
//! It knows nothing of Kubernetes, of CNI or of OpenWrt.
//!
//! ```
//! use wrtpod_base::types::Mac;
//!
//! let mac: Mac = "52:54:00:12:34:56".parse().expect("it is one");
//! assert_eq!(mac.to_string(), "52:54:00:12:34:56");
//! assert!("01:00:5e:00:00:01".parse::<Mac>().is_err(), "no machine has a multicast address");
//! ```

pub mod ahead;
pub mod diag;
pub mod secret;
pub mod shown;
pub mod temporary;
pub mod types;
pub mod yaml;
