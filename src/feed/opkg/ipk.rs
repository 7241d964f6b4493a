//! The packages themselves: a gzip'd tar of `debian-binary`, `data.tar.gz` and `control.tar.gz`.
//!
//! The contents come before what the package says of itself, since that is how OpenWrt's `ipkg-build` orders them:
//! whoever has to know the control first reads it first, with [`read_control`].

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::GzDecoder;

use super::archive::walk;
use super::{Control, Error};
use crate::ahead;
use crate::feed::{Item, Kind, Package, Script, ScriptKind, Visitor};
use crate::types::{RootPath, quoted};

/// What a package may hold, inflated: far above the largest of OpenWrt's, and soon reached by a bomb.
const MOST_BYTES: u64 = 2 << 30;
/// What a control file or script may hold; the largest of OpenWrt's have some 10 KiB.
const LONGEST_CONTROL: u64 = 1 << 20;
/// Control files: opkg knows nine.
const MOST_CONTROLS: usize = 64;

const PACKAGE: &str = "the package";
const DATA: &str = "data.tar.gz";
const CONTROL: &str = "control.tar.gz";

/// An opkg package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ipk {
    /// What it says of itself.
    pub control: Control,
    /// The same with its items and scripts, as both families have it.
    pub package: Package,
    /// The files of its control archive as they are, by name: `control`, `conffiles`, `postinst`, …
    pub controls: BTreeMap<String, Vec<u8>>,
}

/// Reads a package in one pass; `visitor` gets every item with its content.
pub fn read<E: From<Error>>(reader: impl Read + Send, visitor: Visitor<'_, E>) -> Result<Ipk, E> {
    parts(reader, Some(visitor))
}

/// Reads what a package says of itself; its contents are passed over and not looked at, so there are no items.
pub fn read_control(reader: impl Read + Send) -> Result<Ipk, Error> {
    parts(reader, None)
}

/// The archive itself is inflated on a thread of its own, what is in it on this one.
fn parts<E: From<Error>>(reader: impl Read + Send, mut visitor: Option<Visitor<'_, E>>) -> Result<Ipk, E> {
    let (mut version, mut items, mut controls) = (None, None, None);
    let mut part = |item: &Item, content: &mut dyn Read| {
        match item.path.as_str() {
            "debian-binary" => version = Some(small(PACKAGE, item, content)?),
            CONTROL => controls = Some(control_files(content)?),
            DATA => {
                items = Some(visitor.as_mut().map_or(Ok(Vec::new()), |visitor| contents(content, visitor))?);
            }
            _ => return Err(unexpected(PACKAGE, item).into()),
        }
        Ok::<_, E>(())
    };
    let walked = ahead::read(inflated(PACKAGE, reader), |inflated| walk(PACKAGE, inflated, &mut part));
    let (walked, _) = walked.map_err(|source| Error::Read { archive: PACKAGE, source })?;
    walked?;
    let missing = |name: &str| Error::archive(PACKAGE, format!("it has no `{name}`"));
    let version = version.ok_or_else(|| missing("debian-binary"))?;
    if version.trim_ascii() != b"2.0" {
        let found = quoted(&String::from_utf8_lossy(&version));
        return Err(Error::archive(PACKAGE, format!("its format is {found}; only 2.0 is known")).into());
    }
    let items = items.ok_or_else(|| missing(DATA))?;
    Ok(assembled(items, controls.ok_or_else(|| missing(CONTROL))?)?)
}

/// A gzip stream of at most [`MOST_BYTES`].
fn inflated<R: Read>(archive: &'static str, reader: R) -> Bounded<GzDecoder<R>> {
    Bounded { archive, reader: GzDecoder::new(reader), left: MOST_BYTES }
}

struct Bounded<R> {
    archive: &'static str,
    reader: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            let problem = format!("{} inflates to more than {MOST_BYTES} bytes", self.archive);
            io::Error::new(io::ErrorKind::InvalidData, problem)
        })?;
        Ok(count)
    }
}

fn contents<E: From<Error>>(reader: impl Read, visitor: Visitor<'_, E>) -> Result<Vec<Item>, E> {
    let mut items = Vec::new();
    walk(DATA, inflated(DATA, reader), |item, content| {
        items.push(item.clone());
        visitor(item, content)
    })?;
    Ok(items)
}

fn control_files(reader: impl Read) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let mut files = BTreeMap::new();
    walk(CONTROL, inflated(CONTROL, reader), |item, content| {
        let name = item.path.as_str();
        // The names become `info/PACKAGE.NAME`.
        let plain =
            name.len() <= 40 && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
        if !plain || files.len() == MOST_CONTROLS {
            return Err(unexpected(CONTROL, item));
        }
        files.insert(name.to_owned(), small(CONTROL, item, content)?);
        Ok(())
    })?;
    Ok(files)
}

/// The content of a small regular file.
fn small(archive: &'static str, item: &Item, content: &mut dyn Read) -> Result<Vec<u8>, Error> {
    if !matches!(item.kind, Kind::File(size) if size <= LONGEST_CONTROL) {
        return Err(unexpected(archive, item));
    }
    let mut bytes = Vec::new();
    content.read_to_end(&mut bytes).map_err(|source| Error::Read { archive, source })?;
    Ok(bytes)
}

fn unexpected(archive: &'static str, item: &Item) -> Error {
    let what = match item.kind {
        Kind::File(size) => format!("a file of {size} bytes"),
        _ => "no regular file".to_owned(),
    };
    Error::archive(
        archive,
        format!("{} ({what}) is not what such an archive holds", quoted(item.path.as_str())),
    )
}

fn assembled(items: Vec<Item>, controls: BTreeMap<String, Vec<u8>>) -> Result<Ipk, Error> {
    let control = controls.get("control").ok_or_else(|| Error::archive(CONTROL, "it has no `control`"))?;
    let control = Control::parse("control", &String::from_utf8_lossy(control))?;
    let package = Package {
        name: control.name.clone(),
        version: control.version.as_str().to_owned(),
        architecture: control.architecture.clone(),
        items,
        conffiles: controls.get("conffiles").map_or(Ok(Vec::new()), |text| conffiles(text))?,
        alternatives: control.alternatives.clone(),
        users: control.users.clone(),
        scripts: SCRIPTS
            .iter()
            .filter_map(|(name, kind)| Some(Script { kind: *kind, text: controls.get(*name)?.clone() }))
            .collect(),
    };
    Ok(Ipk { control, package, controls })
}

const SCRIPTS: [(&str, ScriptKind); 6] = [
    ("preinst", ScriptKind::PreInstall),
    ("postinst", ScriptKind::PostInstall),
    ("postinst-pkg", ScriptKind::PostInstallOwn),
    ("prerm", ScriptKind::PreRemove),
    ("prerm-pkg", ScriptKind::PreRemoveOwn),
    ("postrm", ScriptKind::PostRemove),
];

fn conffiles(text: &[u8]) -> Result<Vec<RootPath>, Error> {
    let text = String::from_utf8_lossy(text);
    let lines =
        text.lines().enumerate().map(|(at, line)| (at, line.trim())).filter(|(_, line)| !line.is_empty());
    lines
        .map(|(at, line)| {
            line.parse()
                .map_err(|invalid: crate::types::Invalid| Error::text("conffiles", at + 1, invalid.problem))
        })
        .collect()
}

#[cfg(test)]
mod tests;
