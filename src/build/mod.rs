//! A recipe resolved into a lock, and built into a bundle.
//!
//! [`Request::new`] finds what the recipe names, [`build`] resolves it against the feeds as they are now, or takes a lock, and
//! makes the images; with the same recipe and lock it gives the same bytes. Runs nothing of what it installs. Files come by `fetch`, bases from
//! registries by `registry`; must not know Kubernetes, the environment or the terminal.

mod apk;
mod base;
mod compare;
mod error;
mod feeds;
mod images;
mod lock;
mod opkg;
mod request;

pub use base::pull_all;
pub use compare::{Change, Difference, compare};
pub use error::Error;
pub use feeds::Release;
pub use images::{Built, BuiltRoot, HOST_MODULES, build, why};
pub use lock::{Family, Lock, LockError, LockedFeed, LockedModule, LockedPackage, LockedRoot};
pub use request::Request;

use std::collections::BTreeMap;

use crate::fetch::{self, Fetcher, Place};
use crate::registry::{Client, Credentials};

/// Where files and images come from.
pub struct Supply<'a> {
    /// Files.
    pub fetcher: &'a Fetcher,
    /// Images.
    pub registry: &'a Client,
    /// For registries.
    pub credentials: &'a Credentials,
}

/// Is told what goes on.
pub trait Watch {
    /// What is being done now: `reading https://…`.
    fn step(&mut self, what: &str);
    /// Who is told of the bytes of files.
    fn bytes(&mut self) -> &mut dyn fetch::Progress;
}

/// For a package, the chains from what was asked for to it.
type Why = Box<dyn Fn(&str) -> Vec<Vec<String>>>;

/// One architecture, resolved.
struct Resolved {
    lock: LockedRoot,
    why: Why,
}

/// Where a package lies.
fn package_place(places: &BTreeMap<String, Place>, package: &LockedPackage) -> Result<Place, Error> {
    let feed = places.get(&package.feed).ok_or_else(|| Error::Stale {
        problem: format!("it has {} from the feed {}, and there is no such feed", package.name, package.feed),
    })?;
    Ok(feed.join(&package.file))
}
