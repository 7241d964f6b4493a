//! What an index and a package say of a package: the `pkginfo` of apk.
//!
//! Source of the fields: apk-tools' `apk_adb.h`. Entry: [`Info`].

use super::dependency::{self, Dependency};
use super::value::Object;
use super::{Error, version};
use crate::types::quoted;

/// The most dependencies of one kind; `luci` has some ten, a kernel's virtual package some hundred provides.
const DEPENDENCIES: usize = 4096;
/// As much of a description as apk keeps.
const DESCRIPTION: usize = 512;

/// The numbers of the fields.
mod field {
    pub const NAME: usize = 1;
    pub const VERSION: usize = 2;
    pub const HASHES: usize = 3;
    pub const DESCRIPTION: usize = 4;
    pub const ARCHITECTURE: usize = 5;
    pub const LICENSE: usize = 6;
    pub const ORIGIN: usize = 7;
    pub const MAINTAINER: usize = 8;
    pub const URL: usize = 9;
    pub const COMMIT: usize = 10;
    pub const BUILD_TIME: usize = 11;
    pub const INSTALLED_SIZE: usize = 12;
    pub const FILE_SIZE: usize = 13;
    pub const PROVIDER_PRIORITY: usize = 14;
    pub const DEPENDS: usize = 15;
    pub const PROVIDES: usize = 16;
    pub const REPLACES: usize = 17;
    pub const INSTALL_IF: usize = 18;
    pub const TAGS: usize = 21;
}

/// What is known of a package without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Info {
    /// Its name, with the ABI version that OpenWrt appends.
    pub name: String,
    /// Its version.
    pub version: String,
    /// In an index, the SHA-256 of the package's header.
    pub hash: Vec<u8>,
    /// One line, 512 bytes at most.
    pub description: String,
    /// OpenWrt's name of the architecture, or `noarch`.
    pub architecture: String,
    /// SPDX expression, as the packager wrote it.
    pub license: String,
    /// The source that it was built from.
    pub origin: String,
    /// Name and address.
    pub maintainer: String,
    /// Home page.
    pub url: String,
    /// The commit that it was built from, in hexadecimal.
    pub commit: String,
    /// Seconds since 1970; 0 if unknown.
    pub build_time: u64,
    /// Bytes when unpacked. 0 for a package that is only a name: apk then opens no package at all.
    pub installed_size: u64,
    /// In an index, the bytes of the .apk.
    pub file_size: u64,
    /// The higher is preferred among those that provide a name.
    pub provider_priority: u64,
    /// What must be there.
    pub depends: Vec<Dependency>,
    /// What it stands for; with a version it is the only one to do so.
    pub provides: Vec<Dependency>,
    /// Whose files it may overwrite.
    pub replaces: Vec<Dependency>,
    /// When all of these are there it is installed of itself.
    pub install_if: Vec<Dependency>,
    /// Free words, of OpenWrt `openwrt:abiversion=…`.
    pub tags: Vec<String>,
}

impl Info {
    pub(super) fn read(object: Object<'_>) -> Result<Self, Error> {
        let name = object.text(field::NAME)?.to_owned();
        if !dependency::is_name(&name) || name.contains('/') {
            return Err(Error::field("a package", format!("its name {} is none", quoted(&name))));
        }
        let line = |number, what: &str| {
            let text = object.text(number)?;
            if text.contains(|c: char| c.is_control()) {
                return Err(Error::field(&name, format!("its {what} has control characters")));
            }
            Ok(text.to_owned())
        };
        let info = Self {
            version: line(field::VERSION, "version")?,
            hash: object.bytes(field::HASHES)?.to_vec(),
            description: description(object.text(field::DESCRIPTION)?),
            architecture: line(field::ARCHITECTURE, "architecture")?,
            license: line(field::LICENSE, "license")?,
            origin: line(field::ORIGIN, "origin")?,
            maintainer: line(field::MAINTAINER, "maintainer")?,
            url: line(field::URL, "URL")?,
            commit: super::signature::hex(object.bytes(field::COMMIT)?),
            build_time: object.number(field::BUILD_TIME)?,
            installed_size: object.number(field::INSTALLED_SIZE)?,
            file_size: object.number(field::FILE_SIZE)?,
            provider_priority: object.number(field::PROVIDER_PRIORITY)?,
            depends: dependencies(object, field::DEPENDS, &name)?,
            provides: dependencies(object, field::PROVIDES, &name)?,
            replaces: dependencies(object, field::REPLACES, &name)?,
            install_if: dependencies(object, field::INSTALL_IF, &name)?,
            tags: words(object, field::TAGS, &name)?,
            name,
        };
        if !version::is_valid(&info.version) {
            return Err(Error::field(&info.name, format!("its version {} is none", quoted(&info.version))));
        }
        Ok(info)
    }

    /// The id of the package in the database: the first 20 bytes of its hash.
    pub fn id(&self) -> Option<&[u8; 20]> {
        self.hash.first_chunk()
    }

    /// Its id as the database writes it: `Q1…`.
    pub fn id_text(&self) -> String {
        self.id().map(super::database::digest_text).unwrap_or_default()
    }

    /// What it is called: its name and what it provides, each with its version.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let own = std::iter::once((self.name.as_str(), Some(self.version.as_str())));
        own.chain(self.provides.iter().map(|offer| (offer.name.as_str(), offer.version())))
    }
}

/// In one line, as the database has one for it.
fn description(text: &str) -> String {
    let mut line: String = text.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ");
    let mut end = line.len().min(DESCRIPTION);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line.truncate(end);
    line
}

fn dependencies(object: Object<'_>, field: usize, package: &str) -> Result<Vec<Dependency>, Error> {
    let read = |item: Object<'_>| {
        let version = Some(item.text(2)?).filter(|version| !version.is_empty());
        Dependency::from_header(item.text(1)?, version, item.number(3)?)
            .map_err(|error| Error::field(package, error.to_string()))
    };
    object.list(field, DEPENDENCIES)?.into_iter().map(read).collect()
}

/// A list of words, none of which may part a line of the database.
fn words(object: Object<'_>, field: usize, package: &str) -> Result<Vec<String>, Error> {
    let Some(list) = object.object(field)? else { return Ok(Vec::new()) };
    if list.len() > DEPENDENCIES {
        return Err(Error::field(package, "it has too many tags"));
    }
    (1..=list.len())
        .map(|item| match list.text(item)? {
            "" => Err(Error::field(package, "one of its tags is empty")),
            word if word.contains(|c: char| c.is_whitespace() || c.is_control()) => {
                Err(Error::field(package, format!("its tag {} is no word", quoted(word))))
            }
            word => Ok(word.to_owned()),
        })
        .collect()
}
