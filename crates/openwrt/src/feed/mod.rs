//! OpenWrt's packages: feeds, their signatures, what to install and in which order, and the database of what is installed.
//!
//! Two families: `opkg` (OpenWrt up to 24.10) and `apk` (from 25.12). Both read untrusted bytes into the same
//! [`Package`], whose [`Item`]s come with their contents in one pass, never all in memory. This module is pure: it gets
//! readers and texts and gives texts; it does not fetch, write files, or know images, documents, the environment or the
//! terminal.

pub mod apk;
pub mod opkg;
mod package;
pub mod script;
mod users;
pub mod usign;
mod verified;

pub use package::{Alternative, Item, Kind, Owner, Package, Script, ScriptKind, Visitor, WantedUser};
pub use users::wanted_users;
pub use verified::{Mismatch, Verified};
