//! A recipe resolved into a lock, and built into a bundle.
//!
//! [`Request::for_build`] finds what the recipe names, [`build`] resolves it against the feeds as they are now, or takes a lock, and
//! makes the images; with the same recipe and lock it gives the same bytes. Runs nothing of what it installs. Files come
//! by `fetch`, bases from registries by `registry`; must not know Kubernetes, the environment or the terminal.

mod apk;
mod base;
mod compare;
mod error;
mod feeds;
mod images;
mod lock;
mod opkg;
mod request;
#[cfg(test)]
mod tests;

pub use base::pull_all;
pub use compare::{Change, Difference, compare};
pub use error::Error;
pub use feeds::Release;
pub use images::{Built, BuiltRoot, HOST_MODULES, build, why};
pub use lock::{Family, Lock, LockError, LockedFeed, LockedModule, LockedPackage, LockedRoot, LockedSums};
pub use request::Request;

use std::collections::BTreeMap;
use std::fs::File;

use crate::fetch::{self, Fetcher, Place, Want};
use crate::registry::{Client, Credentials};

/// The largest package that is taken, in bytes: it bounds what a wrong index can make a build fetch.
const LARGEST_PACKAGE: u64 = 1 << 30;

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

/// A name that was to be removed and that nothing has, and one that was likely meant.
type Unknown = (String, Option<String>);
/// For a package, the chains from what was asked for to it.
type Why = Box<dyn Fn(&str) -> Vec<Vec<String>>>;

/// One architecture, resolved.
struct Resolved {
    lock: LockedRoot,
    unknown: Vec<Unknown>,
    why: Why,
}

/// The file of a package.
struct Fetched {
    /// Where it lies.
    place: String,
    want: Want,
    file: File,
}

/// Fetches a package of a lock. `whole` says whether the lock has the digest of the whole file.
async fn fetched(
    places: &BTreeMap<String, Place>,
    package: &LockedPackage,
    whole: bool,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Fetched, Error> {
    let feed = places.get(&package.feed).ok_or_else(|| Error::Stale {
        problem: format!("it has {} from the feed {}, and there is no such feed", package.name, package.feed),
    })?;
    let place = feed.join(&package.file);
    watch.step(&format!("installing {} {}", package.name, package.version));
    let want = Want { size: Some(package.size), digest: package.sha256.clone(), whole };
    let file = supply.fetcher.file(&place, &want, LARGEST_PACKAGE, watch.bytes()).await?;
    Ok(Fetched { place: place.to_string(), want, file })
}
