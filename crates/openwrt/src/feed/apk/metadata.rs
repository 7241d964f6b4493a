//! What OpenWrt adds to its packages as ordinary files: `/lib/apk/packages/NAME.{conffiles,rusers,alternatives}`.
//!
//! Source: OpenWrt's `include/package-pack.mk` and `base-files/files/lib/functions.sh`. Entry: [`Metadata`].

use super::Error;
use crate::feed::{Item, Kind, Package, wanted_users};
use crate::types::{Invalid, RootPath};

/// The longest of these files; the longest known has some 20 KiB.
const LIMIT: u64 = 1 << 20;
const CONFFILES: &str = "conffiles";
const USERS: &str = "rusers";
const ALTERNATIVES: &str = "alternatives";

/// The texts of these files, as they come by.
pub(super) struct Metadata {
    package: String,
    conffiles: String,
    users: String,
    alternatives: String,
}

impl Metadata {
    pub fn new(package: &str) -> Self {
        let empty = String::new;
        Self { package: package.to_owned(), conffiles: empty(), users: empty(), alternatives: empty() }
    }

    /// Whether the content of this item is to be handed to [`Self::take`].
    pub fn wants(&self, item: &Item) -> bool {
        matches!(item.kind, Kind::File(size) if size <= LIMIT) && self.kind(item).is_some()
    }

    /// Keeps the content of one of these files, and leaves all others.
    pub fn take(&mut self, item: &Item, content: &[u8]) {
        let Some(kind) = self.kind(item) else { return };
        let text = String::from_utf8_lossy(content).into_owned();
        match kind {
            CONFFILES => self.conffiles = text,
            USERS => self.users = text,
            _ => self.alternatives = text,
        }
    }

    fn kind(&self, item: &Item) -> Option<&'static str> {
        let name = item.path.as_str().strip_prefix("lib/apk/packages/")?;
        let ending = name.strip_prefix(self.package.as_str())?.strip_prefix('.')?;
        [CONFFILES, USERS, ALTERNATIVES].into_iter().find(|known| *known == ending)
    }

    /// Puts into the package what the texts say.
    pub fn describe(&self, package: &mut Package) -> Result<(), Error> {
        let wrong = |ending: &str, problem: String| {
            Error::field(format!("/lib/apk/packages/{}.{ending}", self.package), problem)
        };
        for line in self.conffiles.lines().filter(|line| !line.is_empty()) {
            let path = line.parse::<RootPath>().map_err(|invalid| wrong(CONFFILES, invalid.to_string()))?;
            package.conffiles.push(path);
        }
        package.users = wanted_users(&self.users).map_err(|invalid| wrong(USERS, invalid.to_string()))?;
        for word in self.alternatives.split_ascii_whitespace() {
            let offer = word.parse().map_err(|invalid: Invalid| wrong(ALTERNATIVES, invalid.to_string()))?;
            package.alternatives.push(offer);
        }
        Ok(())
    }
}
