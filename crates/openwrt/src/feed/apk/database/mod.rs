//! What a root knows of its packages: `installed`, `triggers` and the scripts under /lib/apk/db, and /etc/apk/world.
//!
//! Read from texts, edited as apk itself would, written as texts. Knows nothing of how packages are chosen. Entry:
//! [`Database::read`].

mod record;
mod scripts;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use sha2::{Digest, Sha256};

use self::record::Record;
pub use self::record::digest_text;
use super::dependency::write_list;
use super::signature::hex;
use super::{Content, Dependency, Error, Info};
use crate::feed::{Kind, Owner};
use crate::types::RootPath;

const INSTALLED: &str = "lib/apk/db/installed";
const WORLD: &str = "etc/apk/world";
const TRIGGERS: &str = "lib/apk/db/triggers";
const SCRIPTS: &str = "lib/apk/db/scripts.tar.gz";
/// The package that stands for what the node has.
const HOST: &str = ".wrtpod-host-modules";

/// The files of the database, by their contents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    /// /lib/apk/db/installed.
    pub installed: Vec<u8>,
    /// /etc/apk/world.
    pub world: Vec<u8>,
    /// /lib/apk/db/triggers.
    pub triggers: Vec<u8>,
    /// /lib/apk/db/scripts.tar.gz or scripts.tar, whichever the root has.
    pub scripts: Vec<u8>,
    /// Whether that is the first of them.
    pub scripts_gzip: bool,
}

/// What goes when a package goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removed {
    /// Files and links that no other package has.
    pub files: Vec<RootPath>,
    /// The hash, `Q1…`, that each of them had when it was installed: another one in the root is a user's change.
    pub digests: BTreeMap<RootPath, String>,
    /// Folders that no other package has, the innermost first; those that hold something else stay.
    pub folders: Vec<RootPath>,
}

/// What a folder is to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The package that says so.
    pub package: String,
    /// Permission bits, `0o7777` at most.
    pub mode: u32,
    /// Number of the user.
    pub user: u32,
    /// Number of the group.
    pub group: u32,
}

/// The packages of a root.
#[derive(Debug, Clone)]
pub struct Database {
    records: BTreeMap<Place, Record>,
    world: Vec<Dependency>,
    /// The folders that a package watches, by its id.
    triggers: BTreeMap<String, String>,
    /// The scripts of a package, by its id in hexadecimal.
    scripts: BTreeMap<String, Vec<scripts::Entry>>,
    scripts_gzip: bool,
    owners: BTreeMap<RootPath, Place>,
    /// The flags of a package that is installed now.
    flags: &'static str,
}

/// Where a package stands: by its name without regard to case, then by its name.
type Place = (String, String);

fn place(name: &str) -> Place {
    (name.to_ascii_lowercase(), name.to_owned())
}

impl Database {
    /// Reads the files of a root.
    pub fn read(files: &Files) -> Result<Self, Error> {
        let list = record::read_all(utf8(INSTALLED, &files.installed)?)?;
        // An older apk refuses a flag that it does not know, so that only a root that has it gets more of it.
        let knows_flag = list.iter().any(|record| record.flags().contains('S'));
        let is_young = list.iter().all(|record| record.files().next().is_none());
        let mut records = BTreeMap::new();
        for record in list {
            let name = record.info.name.clone();
            if records.insert(place(&name), record).is_some() {
                return Err(Error::field(
                    format!("/{INSTALLED}"),
                    format!("it has the package {name} twice"),
                ));
            }
        }
        let mut owners = BTreeMap::new();
        for (place, record) in &records {
            owners.extend(record.files().map(|file| (file, place.clone())));
        }
        let mut scripts: BTreeMap<String, Vec<scripts::Entry>> = BTreeMap::new();
        for entry in scripts::read(&files.scripts)? {
            if let Some(id) = entry.id().map(str::to_owned) {
                scripts.entry(id).or_default().push(entry);
            }
        }
        Ok(Self {
            records,
            world: world(utf8(WORLD, &files.world)?)?,
            triggers: triggers(utf8(TRIGGERS, &files.triggers)?)?,
            scripts,
            scripts_gzip: files.scripts_gzip,
            owners,
            flags: if knows_flag || is_young { "S" } else { "" },
        })
    }

    /// The files as they are to be in the root.
    pub fn write(&self) -> Files {
        let (mut installed, mut triggers) = (String::new(), String::new());
        let mut entries = Vec::new();
        for record in self.records.values() {
            record.write(&mut installed);
            let id = record.info.id_text();
            if let Some(folders) = self.triggers.get(&id) {
                let _ = writeln!(triggers, "{id} {folders}");
            }
            entries.extend(self.scripts.get(&script_id(&record.info)).into_iter().flatten());
        }
        Files {
            installed: installed.into_bytes(),
            world: format!("{}\n", write_list(&self.world, "\n")).into_bytes(),
            triggers: triggers.into_bytes(),
            scripts: scripts::write(entries.into_iter(), self.scripts_gzip),
            scripts_gzip: self.scripts_gzip,
        }
    }

    /// The installed packages, in the order of their names.
    pub fn packages(&self) -> impl Iterator<Item = &Info> {
        self.records.values().map(|record| &record.info)
    }

    /// What the root was told to have, sorted.
    pub fn world(&self) -> &[Dependency] {
        &self.world
    }

    /// Sets what the root is to have.
    pub fn set_world(&mut self, mut world: Vec<Dependency>) {
        world.sort_by_key(|dependency| place(&dependency.name));
        self.world = world;
    }

    /// Who has a file.
    pub fn owner(&self, path: &RootPath) -> Option<&str> {
        self.owners.get(path).map(|(_, name)| name.as_str())
    }

    /// The hash, `Q1…`, that a package's file had when it was installed: another one in the root is a user's change.
    pub fn digest(&self, path: &RootPath) -> Option<&str> {
        self.records.get(self.owners.get(path)?)?.digest(path)
    }

    /// The folders of all packages, each as the package has it which decides (apk-tools' `apk_pkg_replaces_dir`).
    pub fn folders(&self) -> BTreeMap<RootPath, Access> {
        let mut deciding: BTreeMap<RootPath, &Record> = BTreeMap::new();
        for record in self.records.values() {
            for folder in record.folders() {
                let there = deciding.entry(folder).or_insert(record);
                if record.decides_over(there) {
                    *there = record;
                }
            }
        }
        let access = |(folder, record): (RootPath, &Record)| {
            let access = record.access(&folder);
            (folder, access)
        };
        deciding.into_iter().map(access).collect()
    }

    /// Puts a package in, in place of another version of it. `ids` gives the numbers of a user and a group; apk takes
    /// 65534 for those that the root does not know. What goes is what only the version before had.
    pub fn install(
        &mut self,
        content: &Content,
        ids: &dyn Fn(&Owner) -> (u32, u32),
    ) -> Result<Removed, Error> {
        let name = &content.info.name;
        for item in content.package.items.iter().filter(|item| item.kind != Kind::Folder) {
            self.take_over(content, &item.path)?;
        }
        let old = self.records.remove(&place(name));
        // apk opens no package that says to have nothing in it.
        let record = match content.info.installed_size {
            0 => Record::bare(content.info.clone()),
            _ => Record::new(content, self.flags, ids),
        };
        self.owners.extend(record.files().map(|file| (file, place(name))));
        self.records.insert(place(name), record);
        let removed = old.map(|old| self.forget(&old)).unwrap_or_default();
        if !content.triggers.is_empty() {
            self.triggers.insert(content.info.id_text(), content.triggers.join(" "));
        }
        self.scripts.insert(script_id(&content.info), scripts::of(content));
        Ok(removed)
    }

    /// A file of another package is taken from it where the new one replaces that, or both are of one source.
    fn take_over(&mut self, content: &Content, path: &RootPath) -> Result<(), Error> {
        let info = &content.info;
        let Some(owner) = self.owners.get(path).filter(|owner| owner.1 != info.name).cloned() else {
            return Ok(());
        };
        let record = self.records.get_mut(&owner).expect("owners are packages");
        let replaced = info.replaces.iter().any(|replaces| {
            replaces.name == record.info.name
                && replaces.matches(Some(&record.info.version), &record.info.id_text())
        });
        let same_source = !info.origin.is_empty() && info.origin == record.info.origin;
        if !replaced && !same_source {
            return Err(Error::Owned { package: info.name.clone(), path: path.to_string(), owner: owner.1 });
        }
        record.lose(path);
        self.owners.remove(path);
        Ok(())
    }

    /// Takes a package out. One that is not there leaves all as it is.
    pub fn remove(&mut self, name: &str) -> Removed {
        self.records.remove(&place(name)).map(|record| self.forget(&record)).unwrap_or_default()
    }

    /// Scripts, triggers and files of a record that is no longer there, but for those that are still somebody's.
    fn forget(&mut self, record: &Record) -> Removed {
        let own = place(&record.info.name);
        self.triggers.remove(&record.info.id_text());
        self.scripts.remove(&script_id(&record.info));
        let still: BTreeSet<RootPath> = self.records.get(&own).into_iter().flat_map(Record::files).collect();
        let mut removed = Removed::default();
        for file in record.files() {
            if still.contains(&file) || self.owners.get(&file).is_some_and(|owner| *owner != own) {
                continue;
            }
            self.owners.remove(&file);
            removed.digests.extend(record.digest(&file).map(|digest| (file.clone(), digest.to_owned())));
            removed.files.push(file);
        }
        let kept: BTreeSet<RootPath> = self.records.values().flat_map(Record::folders).collect();
        removed.folders = record.folders().filter(|folder| !kept.contains(folder)).collect();
        removed.folders.reverse();
        removed
    }

    /// Notes that the node has these kernel modules, each with the version that a package asks for or an index has, so
    /// that a later `apk add` finds them: in a package without files, in world. It keeps what an earlier one had.
    pub fn provide_by_host(&mut self, modules: &BTreeMap<String, Option<String>>) {
        if modules.is_empty() {
            return;
        }
        let mut offers: BTreeMap<String, Dependency> = BTreeMap::new();
        if let Some(old) = self.records.get(&place(HOST)) {
            offers.extend(old.info.provides.iter().map(|offer| (offer.name.clone(), offer.clone())));
        }
        for (name, version) in modules {
            let offer = match version {
                Some(version) => Dependency::exactly(name, version),
                None => Dependency::on(name),
            };
            offers.insert(name.clone(), offer);
        }
        let mut info = Info {
            name: HOST.to_owned(),
            version: "0".to_owned(),
            architecture: "noarch".to_owned(),
            description: "kernel modules that the node has to have".to_owned(),
            provides: offers.into_values().collect(),
            ..Info::default()
        };
        let said = format!("{}-{}\n{}", info.name, info.version, write_list(&info.provides, "\n"));
        info.hash = Sha256::digest(said).to_vec();
        self.records.insert(place(HOST), Record::bare(info));
        if self.world.iter().all(|wish| wish.name != HOST) {
            let mut world = self.world.clone();
            world.push(Dependency::on(HOST));
            self.set_world(world);
        }
    }
}

fn script_id(info: &Info) -> String {
    info.id().map(|id| hex(id)).unwrap_or_default()
}

fn utf8<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Error> {
    std::str::from_utf8(bytes).map_err(|_| Error::field(format!("/{file}"), "it is not UTF-8"))
}

fn world(text: &str) -> Result<Vec<Dependency>, Error> {
    let words = text
        .lines()
        .enumerate()
        .flat_map(|(number, line)| line.split(' ').map(move |word| (number + 1, word)));
    let wishes = words.filter(|(_, word)| !word.is_empty()).map(|(line, word)| {
        let wrong = |error: Error| Error::Line { file: WORLD, line, problem: error.to_string() };
        Dependency::parse_with_tag(word).map_err(wrong)
    });
    wishes.collect()
}

fn triggers(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let pairs = text.lines().enumerate().filter(|(_, line)| !line.is_empty()).map(|(number, line)| {
        let (id, folders) = line.split_once(' ').ok_or_else(|| Error::Line {
            file: TRIGGERS,
            line: number + 1,
            problem: "it is no hash with folders".to_owned(),
        })?;
        Ok((id.to_owned(), folders.to_owned()))
    });
    pairs.collect()
}
