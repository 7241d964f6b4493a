//! `/lib/apk/db/scripts.tar.gz`, or `scripts.tar`: the scripts that run when a package goes or is replaced.
//!
//! A tar whose names are `NAME-VERSION.X1HASH.KIND`. Source: apk-tools' `database.c` (`apk_db_scriptdb_write`).

use std::io::{Read, Write};

use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};

use super::super::signature::hex;
use super::super::{Content, Error};
use super::SCRIPTS;
use crate::feed::ScriptKind;
use crate::types::{in_short, quoted};

/// The most bytes of the unpacked archive; some 200 packages take 400 KiB.
const LIMIT: u64 = 64 << 20;
/// The most scripts in it.
const SCRIPT_COUNT: usize = 100_000;

/// One script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    name: String,
    /// Seconds since 1970.
    time: u64,
    text: Vec<u8>,
}

impl Entry {
    /// The 40 hexadecimal digits of the package's id.
    pub fn id(&self) -> Option<&str> {
        let (rest, _) = self.name.rsplit_once('.')?;
        rest.rsplit_once(".X1").map(|(_, id)| id)
    }
}

/// Unpacks the archive; an empty file is an archive of nothing.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Error> {
    let unpacked: Box<dyn Read + '_> =
        if bytes.starts_with(&[0x1f, 0x8b]) { Box::new(GzDecoder::new(bytes)) } else { Box::new(bytes) };
    let wrong = |problem: String| Error::field(format!("/{SCRIPTS}"), problem);
    let mut archive = tar::Archive::new(unpacked.take(LIMIT));
    let mut entries = Vec::new();
    for entry in archive.entries().map_err(Error::Read)? {
        let mut entry = entry.map_err(|error| wrong(in_short(&error.to_string())))?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        if entries.len() == SCRIPT_COUNT {
            return Err(wrong(format!("it has more than {SCRIPT_COUNT} scripts")));
        }
        let name = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| wrong("a name is not UTF-8".into()))?;
        let time = entry.header().mtime().unwrap_or_default();
        let size = entry.size();
        let mut text = Vec::new();
        entry.read_to_end(&mut text).map_err(|error| wrong(in_short(&error.to_string())))?;
        if (text.len() as u64) < size {
            return Err(wrong(format!("{} is cut short", quoted(&name))));
        }
        entries.push(Entry { name, time, text });
    }
    Ok(entries)
}

/// What the database keeps of a package's scripts. The one after the installation is done with, as in the images of
/// OpenWrt's own builder, and would be of no more use.
pub(super) fn of(content: &Content) -> Vec<Entry> {
    let name = |kind: &str| {
        let id = content.info.id().map(|id| hex(id)).unwrap_or_default();
        format!("{}-{}.X1{id}.{kind}", content.info.name, content.info.version)
    };
    let scripts = content.package.scripts.iter();
    let kept = scripts.filter_map(|script| Some((kind(script.kind)?, script.text.clone())));
    kept.map(|(kind, text)| Entry { name: name(kind), time: content.info.build_time, text }).collect()
}

fn kind(kind: ScriptKind) -> Option<&'static str> {
    Some(match kind {
        ScriptKind::PreInstall => "pre-install",
        ScriptKind::PreRemove => "pre-deinstall",
        ScriptKind::PostRemove => "post-deinstall",
        ScriptKind::PreUpgrade => "pre-upgrade",
        ScriptKind::PostUpgrade => "post-upgrade",
        ScriptKind::Trigger => "trigger",
        ScriptKind::PostInstall | ScriptKind::PostInstallOwn | ScriptKind::PreRemoveOwn => return None,
    })
}

/// Packs the archive.
pub(super) fn write<'a>(entries: impl Iterator<Item = &'a Entry>, gzip: bool) -> Vec<u8> {
    const IN_MEMORY: &str = "memory takes all";
    let mut archive = tar::Builder::new(Vec::new());
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        // apk passes over an entry whose type is a NUL, the older way to say the same.
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(entry.text.len() as u64);
        header.set_mode(0o755);
        header.set_mtime(entry.time);
        header.set_uid(0);
        header.set_gid(0);
        header.set_username("root").expect("it is short");
        header.set_groupname("root").expect("it is short");
        archive.append_data(&mut header, &entry.name, entry.text.as_slice()).expect(IN_MEMORY);
    }
    let archive = archive.into_inner().expect(IN_MEMORY);
    if !gzip {
        return archive;
    }
    let mut packed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packed.write_all(&archive).expect(IN_MEMORY);
    packed.finish().expect(IN_MEMORY)
}
