//! OpenWrt's own formats: its configuration (UCI), and packages, indexes, signatures and databases of opkg and apk.
//!
//! Everything is read from hands that are not trusted, and nothing of a package is run.
//!
//! ```
//! use wrtpod_openwrt::uci;
//!
//! let system = uci::parse("config system\n\toption hostname 'router'\n").expect("it is UCI");
//! assert_eq!(system.sections().len(), 1);
//! ```

pub mod feed;
pub mod uci;

use wrtpod_base::{ahead, types};
