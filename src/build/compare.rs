//! What tells two images apart: packages and files.

use std::collections::BTreeMap;
use std::fmt;

use super::{Error, Family, apk, feeds, opkg};
use crate::image::{Base, Root};
use crate::types::RootPath;

/// What tells two images apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Packages that only one has, or that have other versions: before and after.
    pub packages: BTreeMap<String, (Option<String>, Option<String>)>,
    /// Files, links and folders.
    pub files: BTreeMap<RootPath, Change>,
}

/// What became of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another content, kind, mode or owner.
    Changed,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "+",
            Self::Removed => "-",
            Self::Changed => "~",
        })
    }
}

impl Difference {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.files.is_empty()
    }
}

/// Compares two images.
pub fn compare(before: &Base, after: &Base) -> Result<Difference, Error> {
    let (old, new) = (packages(before)?, packages(after)?);
    let mut difference = Difference::default();
    for name in old.keys().chain(new.keys()) {
        let versions = (old.get(name).cloned(), new.get(name).cloned());
        if versions.0 != versions.1 {
            difference.packages.insert(name.clone(), versions);
        }
    }
    for (path, node) in before.tree().nodes() {
        match after.tree().get(path) {
            None => difference.files.insert(path.clone(), Change::Removed),
            Some(other) if !node.is_same(other) => difference.files.insert(path.clone(), Change::Changed),
            Some(_) => None,
        };
    }
    let added = after.tree().nodes().filter(|(path, _)| before.tree().get(path).is_none());
    difference.files.extend(added.map(|(path, _)| (path.clone(), Change::Added)));
    Ok(difference)
}

/// The packages of an image with their versions; none where it has no database.
fn packages(base: &Base) -> Result<BTreeMap<String, String>, Error> {
    let root = Root::new(base.tree().clone());
    Ok(match feeds::family(&root, "the image") {
        Err(_) => BTreeMap::new(),
        Ok(Family::Opkg) => opkg::database(&root)?
            .installed()
            .map(|package| (package.control.name.clone(), package.control.version.to_string()))
            .collect(),
        Ok(Family::Apk) => {
            apk::database(&root)?.packages().map(|info| (info.name.clone(), info.version.clone())).collect()
        }
    })
}
