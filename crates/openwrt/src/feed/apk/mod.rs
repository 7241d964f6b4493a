//! apk 3, OpenWrt's package manager from 25.12: indexes, packages, choosing, and the database.
//!
//! [`Index::read`] verifies and reads a feed's `packages.adb`; [`solve`] chooses, as `apk add` and `apk del` would;
//! [`read`] takes a package apart; [`Database`] edits what a root has under /lib/apk/db and /etc/apk/world. Nothing here
//! is translated from apk-tools, whose sources are the reference for the formats and rules. Knows nothing of where files
//! come from or go to.

mod container;
mod database;
mod dependency;
mod error;
mod index;
mod info;
mod metadata;
mod package;
mod paths;
mod signature;
mod solve;
mod value;
mod version;

pub use database::{Access, Database, Files, Removed, digest_text};
pub use dependency::{Comparison, Dependency, parse_list};
pub use error::Error;
pub use index::Index;
pub use info::Info;
pub use package::{Content, Promise, read};
pub use signature::{Key, Trust};
pub use solve::{Choice, HostModule, Problem, Request, Solution, Wants, problems, solve};

#[cfg(test)]
mod tests;
