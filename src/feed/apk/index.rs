//! `packages.adb`: the list of a feed's packages.
//!
//! Verified before it is looked at. Entry: [`Index::read`].

use std::collections::BTreeSet;
use std::io::Read;

use super::container::{Container, Schema};
use super::info::Info;
use super::value::Header;
use super::{Error, Trust};
use crate::types::{RootPath, quoted};

/// The most packages of one feed; OpenWrt's largest has some 6000.
const PACKAGES: usize = 100_000;
/// How a package's file is called where the index does not say.
const FILE_NAME: &str = "${name}-${version}.apk";

mod field {
    pub const PACKAGES: usize = 2;
    pub const FILE_NAME: usize = 3;
}

/// The packages of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// In the index's order, which is that of their names.
    pub packages: Vec<Info>,
    /// The name of the key that has signed it; none for an index that need not be signed.
    pub signer: Option<String>,
    file_name: String,
}

impl Index {
    /// Reads and verifies a `packages.adb`.
    pub fn read(source: impl Read + Send, trust: Trust<'_>) -> Result<Self, Error> {
        let mut container = Container::open(source, Schema::Index)?;
        let signer = trust.verify(&container, Schema::Index)?;
        if container.data::<Error>(|_, _| Ok(()))? {
            return Err(Error::field("the index", "it has contents, as only a package may"));
        }
        let header = Header::new(&container.header, "the index")?;
        let root = header.root()?;
        let file_name = match root.text(field::FILE_NAME)? {
            "" => FILE_NAME.to_owned(),
            given => given.to_owned(),
        };
        let mut packages = Vec::new();
        let mut seen = BTreeSet::new();
        for object in root.list(field::PACKAGES, PACKAGES)? {
            let info = Info::read(object)?;
            if info.hash.len() != 32 {
                return Err(Error::field(&info.name, "the index has no SHA-256 of it"));
            }
            if !seen.insert((info.name.clone(), info.version.clone())) {
                return Err(Error::field(
                    &info.name,
                    format!("the index has its version {} twice", info.version),
                ));
            }
            packages.push(info);
        }
        let index = Self { packages, signer, file_name };
        index.packages.iter().try_for_each(|info| index.file_name(info).map(drop))?;
        Ok(index)
    }

    /// Where a package of this index lies, seen from the folder that the index is in.
    pub fn file_name(&self, info: &Info) -> Result<String, Error> {
        let wrong = |problem: String| Error::field("the index", problem);
        let mut name = String::new();
        let mut rest = self.file_name.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let (variable, after) = after.split_once('}').ok_or_else(|| {
                wrong(format!("the pattern of file names {} is open", quoted(&self.file_name)))
            })?;
            let (variable, most) = match variable.split_once(':') {
                Some((variable, most)) => (variable, most.parse().ok()),
                None => (variable, Some(usize::MAX)),
            };
            let hash = info.id().map(|id| super::signature::hex(id)).unwrap_or_default();
            let value = match variable {
                "name" => &info.name,
                "version" => &info.version,
                "arch" => &info.architecture,
                "hash" => &hash,
                _ => {
                    return Err(wrong(format!(
                        "the pattern of file names has the unknown {}",
                        quoted(variable)
                    )));
                }
            };
            let most = most.ok_or_else(|| wrong(format!("{} has no number of letters", quoted(variable))))?;
            name.push_str(before);
            name.extend(value.chars().take(most));
            rest = after;
        }
        name.push_str(rest);
        // The feed's server or folder is not to be left; the rules for a path in a root are those for one in a feed.
        match name.parse::<RootPath>() {
            Ok(path) if path.as_str() == name => Ok(name),
            _ => {
                Err(Error::field(&info.name, format!("its file {} does not lie in the feed", quoted(&name))))
            }
        }
    }
}
