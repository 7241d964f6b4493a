//! What every program of wrtpod reads and says: checked values, findings with the places that they are about, YAML.
//!
//! It knows nothing of Kubernetes, of CNI or of OpenWrt.
//!
//! ```
//! use wrtpod_base::types::Mac;
//!
//! let mac: Mac = "52:54:00:12:34:56".parse().expect("it is one");
//! assert_eq!(mac.to_string(), "52:54:00:12:34:56");
//! assert!("52:54:00:12:34".parse::<Mac>().is_err(), "six bytes");
//! ```

pub mod ahead;
pub mod diag;
pub mod secret;
pub mod temporary;
pub mod types;
pub mod yaml;

pub use wrtpod_shown as shown;
