//! opkg, OpenWrt's package manager up to 24.10: its lists, its packages, what it would install, and its database.
//!
//! What opkg does was read in its source (openwrt/opkg-lede of October 2024); where the text of a file or function there
//! decides, the doc comment names it. Pure: texts and readers in, values and texts out. Must not know images, the file
//! system, the network or the terminal; runs no script.
//!
//! Entries: [`Index::parse`], [`resolve`], [`ipk::read`], [`Database`].

mod archive;
mod control;
mod database;
mod dependency;
mod error;
mod feeds;
mod index;
pub mod ipk;
mod judge;
mod paragraph;
mod resolution;
mod resolve;
mod status;
mod universe;
mod unresolved;
mod version;

pub use control::Control;
pub use database::{Arrival, Change, Clash, Database, STATUS};
pub use dependency::{Demand, Dependency, Relation};
pub use error::Error;
pub use feeds::{Feed, feeds};
pub use index::{Entry, Index, inflate};
pub use ipk::Ipk;
pub use resolution::{HostModule, Removal, Resolution, Step};
pub use resolve::{Request, faults, resolve};
pub use status::Installed;
pub use unresolved::{Chain, Error as Unresolved};
pub use version::Version;

/// Whether a package is a matter of the node's kernel: a pod cannot load modules, so these are never installed.
pub fn provided_by_host(name: &str) -> bool {
    name == "kernel" || name.starts_with("kmod-")
}
