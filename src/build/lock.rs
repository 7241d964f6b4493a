//! The lock: what an Image came to when it was resolved, so that a later build needs no feed and no tag.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::types::{Digest, PackageWish, quoted};

/// The format that is written and understood.
const VERSION: u32 = 1;

/// What an Image was resolved to. Written as JSON beside the recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Lock {
    /// Of the format.
    version: u32,
    /// The Image's name.
    pub image: String,
    /// Over what was asked for: base, feeds, packages. A recipe that asks for something else does not fit the lock.
    pub request: Digest,
    /// By Kubernetes' name of the architecture.
    pub roots: BTreeMap<String, LockedRoot>,
}

/// One architecture of a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LockedRoot {
    /// The base: the digest of its manifest, or of the file that it is.
    pub base: Digest,
    /// Where a signed list of checksums vouches for the base: that list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sums: Option<LockedSums>,
    /// `opkg` or `apk`.
    pub packages_by: Family,
    /// The feeds that were read, in their order.
    pub feeds: Vec<LockedFeed>,
    /// Packages of the base that are taken out, or replaced by another version.
    pub remove: Vec<String>,
    /// Packages that are installed, dependencies first.
    pub install: Vec<LockedPackage>,
    /// What the root is told to have afterwards: apk's world. Empty for opkg, which marks packages instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub world: Vec<String>,
    /// Packages of the base that were asked for and are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub already: Vec<String>,
    /// Kernel modules that the node must have, by the names of the packages that they would be.
    pub host_modules: BTreeMap<String, LockedModule>,
}

/// A list of checksums that vouches for a base. It is verified again in each build, so that a lock cannot say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LockedSums {
    /// Of the list.
    pub list: Digest,
    /// Of its signature.
    pub signature: Digest,
}

impl LockedRoot {
    /// A name that cannot be a package's, or a version that cannot be a version: both go into databases and names of files.
    fn fault(&self) -> Option<String> {
        let names = self.install.iter().map(|package| &package.name);
        let mut names = names.chain(self.host_modules.keys());
        let bad = names.find(|name| name.starts_with('-') || name.parse::<PackageWish>().is_err());
        if let Some(name) = bad {
            return Some(format!("{} is no name of a package", quoted(name)));
        }
        let versions = self.install.iter().map(|package| &package.version);
        let mut versions =
            versions.chain(self.host_modules.values().filter_map(|module| module.version.as_ref()));
        let bad = versions.find(|version| !version.bytes().all(|byte| byte.is_ascii_graphic()));
        bad.map(|version| format!("{} is no version", quoted(version)))
    }
}

/// A kernel module that packages want.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LockedModule {
    /// The version that a package asks for or that a feed has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The packages that want it; empty when only the recipe does.
    pub wanted_by: Vec<String>,
    /// Whether the base's database has it, so that a later installation inside the root does not fetch it.
    pub in_root: bool,
}

/// Who keeps the packages of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// OpenWrt up to 24.10.
    Opkg,
    /// OpenWrt from 25.12.
    Apk,
}

impl Family {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opkg => "opkg",
            Self::Apk => "apk",
        }
    }
}

/// A feed as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LockedFeed {
    /// Its name.
    pub name: String,
    /// Where it was: a URL without credentials, or a folder.
    pub place: String,
    /// Of its index.
    pub index: Digest,
    /// Whether nobody's signature was asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
}

/// A package as a feed announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct LockedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The feed that has it.
    pub feed: String,
    /// Its file, relative to the feed.
    pub file: String,
    /// The file's size in bytes.
    pub size: u64,
    /// What its index has: the SHA-256 of the file (opkg), or of the package's header (apk), which has those of all its files.
    pub sha256: Digest,
    /// Whether it was asked for, and not only wanted by another package.
    pub asked: bool,
}

/// Why a lock cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// It is no lock.
    #[error("{0}")]
    Malformed(String),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is one of another version of wrtpod.
    #[error("its format is {0}, and this wrtpod knows {VERSION}")]
    Format(u32),
}

/// What a lock of any format begins with.
#[derive(Deserialize)]
struct Head {
    version: u32,
    #[serde(rename = "roots")]
    _roots: serde::de::IgnoredAny,
}

impl Lock {
    /// A lock of this format.
    pub fn new(image: String, request: Digest, roots: BTreeMap<String, LockedRoot>) -> Self {
        Self { version: VERSION, image, request, roots }
    }

    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        if text.trim().is_empty() {
            return Err(LockError::Empty);
        }
        // What keys another format has, nobody here knows.
        if let Ok(Head { version, .. }) = serde_json::from_str(text)
            && version != VERSION
        {
            return Err(LockError::Format(version));
        }
        let lock: Self =
            serde_json::from_str(text).map_err(|error| LockError::Malformed(error.to_string()))?;
        match lock.roots.values().find_map(LockedRoot::fault) {
            Some(problem) => Err(LockError::Malformed(problem)),
            None => Ok(lock),
        }
    }

    /// Its text: the same lock has the same bytes.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a lock is maps, lists and texts");
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let digest = |byte: &str| -> Digest {
            format!("sha256:{}", byte.repeat(32)).parse().unwrap_or_else(|invalid| panic!("{invalid}"))
        };
        let root = LockedRoot {
            base: digest("0a"),
            sums: Some(LockedSums { list: digest("0e"), signature: digest("0f") }),
            packages_by: Family::Opkg,
            feeds: vec![LockedFeed {
                name: "base".to_owned(),
                place: "https://feeds.example/base".to_owned(),
                index: digest("0b"),
                unsigned: false,
            }],
            remove: vec!["dnsmasq".to_owned()],
            install: vec![LockedPackage {
                name: "dnsmasq-full".to_owned(),
                version: "2.90-4".to_owned(),
                feed: "base".to_owned(),
                file: "dnsmasq-full_2.90-4_x86_64.ipk".to_owned(),
                size: 12,
                sha256: digest("0c"),
                asked: true,
            }],
            world: vec![],
            already: vec![],
            host_modules: BTreeMap::from([("kmod-tun".to_owned(), LockedModule::default())]),
        };
        Lock::new("openwrt".to_owned(), digest("0d"), BTreeMap::from([("amd64".to_owned(), root)]))
    }

    #[test]
    fn what_is_written_is_read() {
        let text = lock().text();
        assert_eq!(Lock::parse(&text), Ok(lock()));
        assert!(text.contains("\"packagesBy\": \"opkg\"") && text.ends_with("}\n"), "{text}");
    }

    #[test]
    fn refuses_names_and_versions_that_are_none() {
        let text = lock().text();
        for (old, new, says) in [
            ("\"name\": \"dnsmasq-full\"", "\"name\": \"../x\"", "`../x` is no name of a package"),
            ("\"name\": \"dnsmasq-full\"", "\"name\": \"-x\"", "`-x` is no name of a package"),
            ("kmod-tun", "kmod/tun", "`kmod/tun` is no name of a package"),
            ("2.90-4\"", "2.90-4\\nPackage: x\"", "is no version"),
        ] {
            let error = Lock::parse(&text.replacen(old, new, 1)).expect_err("it is refused").to_string();
            assert!(error.ends_with(says), "{error}");
        }
    }

    #[test]
    fn refuses_what_is_no_lock() {
        let text = lock().text();
        let with = |old: &str, new: &str| Lock::parse(&text.replacen(old, new, 1));
        assert_eq!(with("\"version\": 1", "\"version\": 2"), Err(LockError::Format(2)));
        for (old, new) in [("sha256:0a", "sha512:0a"), ("\"asked\"", "\"wanted\""), ("\"opkg\"", "\"dpkg\"")]
        {
            assert!(matches!(with(old, new), Err(LockError::Malformed(_))), "{old}");
        }
        assert_eq!(with("\"version\": 1", "\"version\": 2, \"news\": []"), Err(LockError::Format(2)));
        assert!(matches!(
            with("\"version\": 1", "\"version\": 1, \"news\": []"),
            Err(LockError::Malformed(_))
        ));
        assert!(matches!(Lock::parse("{\"version\": 2}"), Err(LockError::Malformed(_))));
        assert_eq!(Lock::parse(""), Err(LockError::Empty));
        assert_eq!(Lock::parse("\n"), Err(LockError::Empty));
    }
}
