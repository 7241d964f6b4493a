//! The database of what is installed, `/usr/lib/opkg`, edited as opkg itself would have left it after an image build.
//!
//! Paragraphs that nothing changes stay as they were, byte for byte. Scripts that have done their work at build time
//! (`postinst`, `postinst-pkg`) are not kept, as OpenWrt's own build removes them (`rootfs.mk`, `prepare_rootfs`).
//! Knows no files but those of the database: the caller reads, writes and removes the packages' own.
//!
//! Entry: [`Database::parse`]; then removals and installations in the order of the resolution; then
//! [`Database::changes`].

use std::collections::{BTreeMap, BTreeSet};

use super::paragraph::paragraphs;
use super::status::{Flags, Installed};
use super::{Control, Error, HostModule, Ipk};
use crate::feed::{Item, Kind};
use crate::types::{Digest, RootPath, quoted};

/// Where the status file lies.
pub const STATUS: &str = "usr/lib/opkg/status";
/// Where the lists and scripts of packages lie.
const INFO: &str = "usr/lib/opkg/info";
/// What opkg may have left in [`INFO`] of a package.
const KINDS: [&str; 9] =
    ["conffiles", "control", "list", "postinst", "postinst-pkg", "postrm", "preinst", "prerm", "prerm-pkg"];
/// Links that nobody offers any more fall back to BusyBox where it has the applet (`pkg_alternatives.c`).
const FALLBACK: (&str, &str) = ("busybox", "/bin/busybox");

/// What is installed.
#[derive(Debug, Clone, Default)]
pub struct Database {
    stanzas: Vec<Stanza>,
    /// The files and links of each installed package.
    files: BTreeMap<String, BTreeSet<RootPath>>,
    /// Who owns a path; as in opkg the last package that lists it.
    owners: BTreeMap<RootPath, String>,
    changes: BTreeMap<RootPath, Change>,
    /// Packages whose list of files has changed.
    listed: BTreeSet<String>,
    is_changed: bool,
}

/// A paragraph of the status file.
#[derive(Debug, Clone)]
enum Stanza {
    /// As it was, about a package that is not installed.
    Other(String),
    /// An installed package, with its paragraph as it was unless that changed.
    Installed(Box<Installed>, Option<String>),
}

/// What to do to a file of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It has this content and these permissions, and belongs to root.
    Write {
        /// All of it.
        content: Vec<u8>,
        /// `0o755` for scripts, else `0o644`.
        mode: u32,
    },
    /// It goes, if it is there.
    Remove,
}

/// Two packages with one file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the package {package} brings {path}, which belongs to {owner}: leave one of the two out (one of the base by `-NAME` among the packages)"
)]
pub struct Clash {
    /// The new package, quoted.
    pub package: String,
    /// The file.
    pub path: RootPath,
    /// Whose it is, quoted.
    pub owner: String,
}

/// A package that has come, as the database is to remember it.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// What was read of it, with its items.
    pub ipk: &'a Ipk,
    /// The SHA-256 of those of its conffiles that it has, as they came.
    pub conffiles: &'a BTreeMap<RootPath, Digest>,
    /// Whether the user asked for it; else something needed it.
    pub wanted: bool,
    /// Seconds since 1970, of the image, never the clock's; 0 writes none.
    pub time: u64,
}

impl Database {
    /// Reads the status file, and through `read` the lists of files below `/usr/lib/opkg/info`.
    pub fn parse(status: &[u8], mut read: impl FnMut(&RootPath) -> Option<Vec<u8>>) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(status);
        let mut database = Self::default();
        for paragraph in paragraphs(STATUS, &text) {
            let paragraph = paragraph?;
            let Some(installed) = Installed::of(&paragraph)? else {
                database.stanzas.push(Stanza::Other(paragraph.text.to_owned()));
                continue;
            };
            let name = installed.control.name.clone();
            let list = read(&info(&name, "list")).unwrap_or_default();
            let files: BTreeSet<RootPath> = String::from_utf8_lossy(&list)
                .lines()
                .map(str::trim_end)
                .filter(|line| !line.is_empty())
                .map(|line| line.split('\t').next().unwrap_or_default().parse())
                .collect::<Result<_, crate::types::Invalid>>()
                .map_err(|invalid| Error::text(info(&name, "list").as_str(), 1, invalid.problem))?;
            database.owners.extend(files.iter().map(|file| (file.clone(), name.clone())));
            if database.files.insert(name, files).is_some() {
                return Err(paragraph.refused("Package", "the package is installed twice"));
            }
            database.stanzas.push(Stanza::Installed(Box::new(installed), Some(paragraph.text.to_owned())));
        }
        Ok(database)
    }

    /// The installed packages, in the order of the status file.
    pub fn installed(&self) -> impl Iterator<Item = &Installed> {
        self.stanzas.iter().filter_map(|stanza| match stanza {
            Stanza::Installed(installed, _) => Some(&**installed),
            Stanza::Other(_) => None,
        })
    }

    /// An installed package.
    pub fn get(&self, name: &str) -> Option<&Installed> {
        self.installed().find(|installed| installed.control.name == name)
    }

    /// The package that a file or link belongs to.
    pub fn owner(&self, path: &RootPath) -> Option<&str> {
        self.owners.get(path).map(String::as_str)
    }

    /// Whether a conffile that is there already stays, and the package's own goes beside it with `-opkg` appended:
    /// when it was changed since its package was installed, or did not come from an earlier version of the package, and
    /// is not the same anyway (`backup_modified_conffiles`, `resolve_conffiles`).
    pub fn keeps_conffile(&self, package: &str, path: &RootPath, there: &Digest, new: &Digest) -> bool {
        let recorded = self.get(package).and_then(|installed| installed.conffiles.get(path));
        there != new && recorded.is_none_or(|sum| sum != hex(there))
    }

    /// Forgets an installed package, and says which of its files and links are to go: those that no other package has,
    /// without conffiles that were changed. `there` gives the SHA-256 of a conffile as it is. Folders stay, as in opkg.
    pub fn remove(
        &mut self,
        name: &str,
        mut there: impl FnMut(&RootPath) -> Option<Digest>,
    ) -> Vec<RootPath> {
        let conffiles = self.get(name).map(|installed| installed.conffiles.clone()).unwrap_or_default();
        let mut changed = |path: &RootPath, sum: &String| there(path).is_some_and(|there| hex(&there) != sum);
        let kept: BTreeSet<RootPath> =
            conffiles.iter().filter(|(path, sum)| changed(path, sum)).map(|(path, _)| path.clone()).collect();
        let mut gone = self.forget(name);
        gone.retain(|path| !kept.contains(path));
        gone
    }

    /// Takes a package into the database, in place of an installed version of it. Gives the files of that version that
    /// the new one has no more.
    pub fn install(&mut self, arrival: &Arrival<'_>) -> Result<Vec<RootPath>, Clash> {
        let control = &arrival.ipk.control;
        let items = &arrival.ipk.package.items;
        let files: BTreeSet<RootPath> =
            items.iter().filter(|item| is_listed(item)).map(|item| item.path.clone()).collect();
        for path in &files {
            self.take_over(control, path)?;
        }
        let was_automatic = self.get(&control.name).map(|old| old.is_automatic);
        let place = self.place(&control.name);
        let mut obsolete = self.forget(&control.name);
        obsolete.retain(|path| !files.contains(path));
        let conffiles = &arrival.ipk.package.conffiles;
        let sums = conffiles
            .iter()
            .filter_map(|path| Some((path.clone(), hex(arrival.conffiles.get(path)?).to_owned())));
        let installed = Installed {
            control: control.clone(),
            conffiles: sums.collect(),
            flags: Flags { is_wanted: arrival.wanted, ..Flags::default() },
            time: arrival.time,
            is_automatic: was_automatic.unwrap_or(!arrival.wanted),
        };
        for (kind, content) in arrival.ipk.controls.iter().filter(|(kind, _)| !kind.starts_with("postinst")) {
            let mode = if matches!(kind.as_str(), "control" | "conffiles") { 0o644 } else { 0o755 };
            self.changes.insert(info(&control.name, kind), Change::Write { content: content.clone(), mode });
        }
        self.add(place, installed, files);
        Ok(obsolete)
    }

    /// Writes down a kernel module of the node as installed and held, without files, so that `opkg install` in the
    /// image does not fetch it. `offered` is what a feed says of it, where one has it.
    pub fn stub(&mut self, module: &HostModule, offered: Option<&Control>, time: u64) {
        let control = Control {
            name: module.name.clone(),
            version: offered
                .map_or_else(|| "0".parse().expect("a version"), |offered| offered.version.clone()),
            architecture: offered.map_or("all", |offered| &offered.architecture).to_owned(),
            provides: offered.map(|offered| offered.provides.clone()).unwrap_or_default(),
            abi_version: None,
            depends: Vec::new(),
            recommends: Vec::new(),
            suggests: Vec::new(),
            replaces: Vec::new(),
            conflicts: Vec::new(),
            essential: false,
            alternatives: Vec::new(),
            users: Vec::new(),
            license: None,
        };
        let flags = Flags { is_held: true, ..Flags::default() };
        let installed = Installed { control, conffiles: BTreeMap::new(), flags, time, is_automatic: true };
        let place = self.place(&module.name);
        self.forget(&module.name);
        self.add(place, installed, BTreeSet::new());
    }

    /// Remembers that the user asked for an installed package.
    pub fn mark_wanted(&mut self, name: &str) {
        for stanza in &mut self.stanzas {
            if let Stanza::Installed(installed, text) = stanza
                && installed.control.name == name
                && !installed.flags.is_wanted
            {
                installed.flags.is_wanted = true;
                *text = None;
                self.is_changed = true;
            }
        }
    }

    /// What a link that packages offer points to: the offer with the highest priority, of several the first in the
    /// status file, else BusyBox if it has the applet. None: the link goes.
    pub fn alternative(&self, link: &RootPath) -> Option<&str> {
        let offers = self.installed().flat_map(|installed| &installed.control.alternatives);
        let offers: Vec<_> = offers.filter(|offer| offer.path == *link).collect();
        let best = offers.iter().rev().max_by_key(|offer| offer.priority);
        let busybox = || self.files.get(FALLBACK.0)?.contains(link).then_some(FALLBACK.1);
        best.map(|offer| offer.target.as_str()).or_else(busybox)
    }

    /// The files of the database that differ from what was parsed.
    pub fn changes(&self) -> BTreeMap<RootPath, Change> {
        let mut changes = self.changes.clone();
        let lists = self.listed.iter().filter_map(|name| Some((name, self.files.get(name)?)));
        for (name, files) in lists {
            let content =
                files.iter().flat_map(|path| [path.to_string(), "\n".to_owned()]).collect::<String>();
            let content = content.into_bytes();
            changes.insert(info(name, "list"), Change::Write { content, mode: 0o644 });
        }
        if self.is_changed {
            let text: String = self.stanzas.iter().map(|stanza| stanza.text() + "\n").collect();
            let path = STATUS.parse().expect("a path");
            changes.insert(path, Change::Write { content: text.into_bytes(), mode: 0o644 });
        }
        changes
    }

    /// Gives a file to a package, if nobody else has it or the package may take it (`check_data_file_clashes`).
    fn take_over(&mut self, control: &Control, path: &RootPath) -> Result<(), Clash> {
        let Some(owner) = self.owners.get(path).filter(|owner| **owner != control.name).cloned() else {
            return Ok(());
        };
        let names =
            self.get(&owner).map(|owner| owner.control.names().map(str::to_owned).collect::<Vec<_>>());
        if !names.unwrap_or_default().iter().any(|name| control.replaces.contains(name)) {
            let (package, owner) = (quoted(&control.name), quoted(&owner));
            return Err(Clash { package, path: path.clone(), owner });
        }
        if let Some(files) = self.files.get_mut(&owner) {
            files.remove(path);
        }
        self.listed.insert(owner);
        Ok(())
    }

    /// Drops a package, and gives the files that were its alone.
    fn forget(&mut self, name: &str) -> Vec<RootPath> {
        let before = self.stanzas.len();
        self.stanzas.retain(|stanza| stanza.name() != Some(name));
        if self.stanzas.len() == before {
            return Vec::new();
        }
        self.is_changed = true;
        self.listed.remove(name);
        for kind in KINDS {
            self.changes.insert(info(name, kind), Change::Remove);
        }
        let mut files: Vec<RootPath> = self.files.remove(name).into_iter().flatten().collect();
        files.retain(|path| self.owners.get(path).is_some_and(|owner| owner == name));
        for path in &files {
            self.owners.remove(path);
        }
        files
    }

    fn add(&mut self, place: usize, installed: Installed, files: BTreeSet<RootPath>) {
        let name = installed.control.name.clone();
        self.owners.extend(files.iter().map(|path| (path.clone(), name.clone())));
        self.files.insert(name.clone(), files);
        self.listed.insert(name);
        self.stanzas.insert(place, Stanza::Installed(Box::new(installed), None));
        self.is_changed = true;
    }

    /// Where the paragraph of a package stands, or would.
    fn place(&self, name: &str) -> usize {
        self.stanzas.iter().position(|stanza| stanza.name() == Some(name)).unwrap_or(self.stanzas.len())
    }
}

impl Stanza {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Installed(installed, _) => Some(&installed.control.name),
            Self::Other(_) => None,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Other(text) | Self::Installed(_, Some(text)) if text.ends_with('\n') => text.clone(),
            Self::Other(text) | Self::Installed(_, Some(text)) => format!("{text}\n"),
            Self::Installed(installed, None) => installed.paragraph(),
        }
    }
}

fn info(package: &str, kind: &str) -> RootPath {
    format!("{INFO}/{package}.{kind}").parse().expect("a package's name is a file name")
}

fn is_listed(item: &Item) -> bool {
    item.kind != Kind::Folder
}

/// The digits of a digest.
fn hex(digest: &Digest) -> &str {
    digest.as_str().trim_start_matches("sha256:")
}

#[cfg(test)]
mod tests;
