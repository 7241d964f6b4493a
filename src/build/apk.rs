//! Roots that apk keeps: choosing packages, and installing them.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Reading;
use super::feeds::{self, Known, Release, fixed, has_ending, text};
use super::lock::{LockedModule, LockedPackage, LockedRoot};
use super::request::Request;
use super::{Error, Family, Fetched, Resolved, Supply, Watch};
use crate::feed::apk::{self, Access, Database, Dependency, Files, Info, Promise};
use crate::feed::{Alternative, Owner};
use crate::fetch::Place;
use crate::image::{self, Attributes, Root};
use crate::install::Installer;
use crate::types::{Digest, RootPath};

/// What apk protects from packages, unless told otherwise.
const PROTECTED: &str = "etc";
const INSTALLED: &str = "lib/apk/db/installed";
const WORLD: &str = "etc/apk/world";
const TRIGGERS: &str = "lib/apk/db/triggers";
const SCRIPTS: &str = "lib/apk/db/scripts.tar";
const SCRIPTS_GZIP: &str = "lib/apk/db/scripts.tar.gz";

pub(super) fn database(root: &Root) -> Result<Database, Error> {
    let read = |path: &str| root.read(&fixed(path));
    let packed = read(SCRIPTS_GZIP)?;
    let scripts_gzip = packed.is_some() || read(SCRIPTS)?.is_none();
    let files = Files {
        installed: read(INSTALLED)?.unwrap_or_default(),
        world: read(WORLD)?.unwrap_or_default(),
        triggers: read(TRIGGERS)?.unwrap_or_default(),
        scripts: match packed {
            Some(packed) => packed,
            None => read(SCRIPTS)?.unwrap_or_default(),
        },
        scripts_gzip,
    };
    Database::read(&files).map_err(|error| Error::feed("the base", error))
}

/// Chooses.
pub(super) async fn choose(
    request: &Request<'_>,
    root: &Root,
    base: &Digest,
    release: &Release,
    known: &[Known],
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Resolved, Error> {
    let database = database(root)?;
    let (locked, indexes) = feeds::indexes(known, Known::apk_index, supply, watch).await?;
    let own = text(root, "etc/apk/arch")?.unwrap_or_else(|| release.architecture.clone());
    let architectures: Vec<String> = own.split_whitespace().map(str::to_owned).collect();
    let installed: Vec<&Info> = database.packages().collect();
    let wanted: Vec<Dependency> = request.wanted.iter().map(|name| Dependency::on(name)).collect();
    let removed: Vec<String> = request.unwanted.iter().cloned().collect();
    let lists: Vec<&[Info]> = indexes.iter().map(|index: &apk::Index| index.packages.as_slice()).collect();
    let question = apk::Request {
        feeds: &lists,
        architectures: &architectures,
        installed: &installed,
        world: database.world(),
        wanted: &wanted,
        removed: &removed,
    };
    let solution = apk::solve(&question)
        .map_err(|problem| Error::packages(&release.architecture, apk::problems(&question, problem)))?;
    let mut install = Vec::new();
    for choice in &solution.install {
        let index = &indexes[choice.feed];
        let file =
            index.file_name(&choice.info).map_err(|error| Error::feed(&known[choice.feed].place, error))?;
        let hash: [u8; 32] =
            choice.info.hash.as_slice().try_into().expect("the index was read with SHA-256 only");
        install.push(LockedPackage {
            name: choice.info.name.clone(),
            version: choice.info.version.clone(),
            feed: known[choice.feed].name.clone(),
            file,
            size: choice.info.file_size,
            sha256: Digest::of_hash(hash),
            asked: choice.asked_for,
        });
    }
    let modules = solution.host_modules.iter().map(|(name, module)| {
        let locked = LockedModule {
            version: module.version.clone(),
            wanted_by: module.wanted_by.iter().cloned().collect(),
            in_root: module.in_root,
        };
        (name.clone(), locked)
    });
    let lock = LockedRoot {
        base: base.clone(),
        sums: None,
        packages_by: Family::Apk,
        feeds: locked,
        remove: solution.remove.clone(),
        install,
        world: solution.world.iter().map(ToString::to_string).collect(),
        already: Vec::new(),
        host_modules: modules.collect(),
    };
    let unknown = solution.unknown.clone();
    Ok(Resolved { lock, unknown, why: Box::new(move |name| solution.why(name)) })
}

/// Installs what a lock has.
pub(super) async fn install(
    installer: &mut Installer,
    lock: &LockedRoot,
    places: &BTreeMap<String, Place>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<(), Error> {
    let mut database = database(installer.root())?;
    let offers = best_offers(installer.root())?;
    let folders = database.folders();
    for name in &lock.remove {
        let removed = database.remove(name);
        take_out(installer, name, &removed)?;
        // Its services do not start any more, those too whose scripts were changed and stay.
        removed.files.iter().try_for_each(|file| installer.stop(file))?;
    }
    for package in &lock.install {
        let Fetched { place: shown, want, file } =
            super::fetched(places, package, false, supply, watch).await?;
        let promised = Info {
            name: package.name.clone(),
            version: package.version.clone(),
            hash: package.sha256.bytes().to_vec(),
            file_size: package.size,
            ..Info::default()
        };
        let read = apk::read(file, Promise::Index(&promised), &mut |item, content| -> Result<(), Reading> {
            installer.item(&package.name, item, content, &|root, path| aside(&database, root, path))?;
            Ok(())
        });
        if let Err(Reading::Feed(_)) = &read {
            // The cache cannot tell a damaged package of apk by itself; it is fetched anew next time.
            supply.fetcher.cache().forget(&want)?;
        }
        let content = read.map_err(|error| error.at(&shown))?;
        installer.package(&content.package)?;
        let ids = |owner: &Owner| installer.ids(owner);
        let gone = database.install(&content, &ids).map_err(|error| Error::feed(&shown, error))?;
        take_out(installer, &package.name, &gone)?;
    }
    settle_folders(installer.root_mut(), &folders, &database, &lock.install)?;
    let world = apk::parse_list(&lock.world.join(" ")).map_err(|problem| Error::feed("the lock", problem))?;
    database.set_world(world);
    let missing = lock.host_modules.iter().filter(|(_, module)| !module.in_root);
    database.provide_by_host(&missing.map(|(name, module)| (name.clone(), module.version.clone())).collect());
    link_alternatives(installer.root_mut(), &database, &offers)?;
    write(installer.root_mut(), &database)
}

/// Whether apk leaves what is there alone: below /etc, what it did not install so. `recorded` is the hash that it had then.
fn is_protected(root: &Root, path: &RootPath, recorded: Option<&str>) -> bool {
    let as_installed = || {
        let there = root.digest(path).ok().flatten()?;
        Some(recorded? == apk::digest_text(there.bytes().first_chunk()?))
    };
    path.is_below(PROTECTED) && root.get(path).is_some() && as_installed() != Some(true)
}

/// Where a package's file or link goes when what is there stays.
fn aside(database: &Database, root: &Root, path: &RootPath) -> Option<RootPath> {
    is_protected(root, path, database.digest(path)).then(|| beside(path)).flatten()
}

fn beside(path: &RootPath) -> Option<RootPath> {
    format!("{}.apk-new", path.as_str()).parse().ok()
}

fn take_out(installer: &mut Installer, package: &str, removed: &apk::Removed) -> Result<(), Error> {
    for file in &removed.files {
        if is_protected(installer.root(), file, removed.digests.get(file).map(String::as_str)) {
            installer.leave(package, file);
        } else {
            installer.take_out(file)?;
        }
        if let Some(aside) = beside(file).filter(|_| file.is_below(PROTECTED)) {
            installer.root_mut().remove_file(&aside);
        }
    }
    for folder in &removed.folders {
        installer.root_mut().remove_empty_folder(folder);
    }
    Ok(())
}

/// Gives folders the access of the package that decides, where it was installed now; but for those that somebody changed in the
/// base. `before` is what packages wanted of them then.
fn settle_folders(
    root: &mut Root,
    before: &BTreeMap<RootPath, Access>,
    database: &Database,
    installed: &[LockedPackage],
) -> Result<(), Error> {
    let installed: BTreeSet<&str> = installed.iter().map(|package| package.name.as_str()).collect();
    for (folder, access) in database.folders() {
        if !installed.contains(access.package.as_str()) {
            continue;
        }
        let there = root.get(&folder).filter(|node| matches!(node.kind, image::Kind::Folder));
        let Some(there) = there.map(|node| node.attributes) else { continue };
        let place = root.resolve(&folder)?;
        let is_as_before = before.get(&folder).is_some_and(|before| attributes(before) == there);
        if is_as_before || root.base().get(&place).is_none() {
            root.put_folder(&folder, attributes(&access))?;
        }
    }
    Ok(())
}

fn attributes(access: &Access) -> Attributes {
    Attributes { mode: access.mode, uid: access.user, gid: access.group }
}

/// Links again what packages offer, where that is not as it was: OpenWrt's scripts do so from
/// `/lib/apk/packages/*.alternatives` (`update_alternatives`). What nobody offers any more is BusyBox's again where that has
/// it, and else goes.
fn link_alternatives(
    root: &mut Root,
    database: &Database,
    before: &BTreeMap<RootPath, Alternative>,
) -> Result<(), Error> {
    let now = best_offers(root)?;
    for (path, offer) in now.iter().filter(|(path, offer)| before.get(*path) != Some(offer)) {
        root.put_symlink(path, &offer.target)?;
    }
    for path in before.keys().filter(|path| !now.contains_key(*path)) {
        match database.owner(path) {
            Some("busybox") => root.put_symlink(path, "/bin/busybox")?,
            _ => {
                root.remove_file(path);
            }
        }
    }
    Ok(())
}

/// The offer with the highest priority for each link, of several the first in the order of the packages' names.
fn best_offers(root: &Root) -> Result<BTreeMap<RootPath, Alternative>, Error> {
    let folder = fixed("lib/apk/packages");
    let lists = root.below(&folder).map(|(path, _)| path).filter(|path| has_ending(path, "alternatives"));
    let mut best: BTreeMap<RootPath, Alternative> = BTreeMap::new();
    for list in lists {
        let text = text(root, list.as_str())?.unwrap_or_default();
        for offer in text.split_ascii_whitespace() {
            let offer: Alternative = offer.parse().map_err(|invalid| Error::feed(list, invalid))?;
            if best.get(&offer.path).is_none_or(|known| known.priority < offer.priority) {
                best.insert(offer.path.clone(), offer);
            }
        }
    }
    Ok(best)
}

fn write(root: &mut Root, database: &Database) -> Result<(), Error> {
    let files = database.write();
    let scripts = if files.scripts_gzip { SCRIPTS_GZIP } else { SCRIPTS };
    for (path, bytes, mode) in [
        (INSTALLED, files.installed, 0o644),
        (WORLD, files.world, 0o644),
        (TRIGGERS, files.triggers, 0o644),
        (scripts, files.scripts, 0o644),
    ] {
        let path = fixed(path);
        if root.read(&path)?.as_ref() != Some(&bytes) {
            root.put_file(&path, Attributes::root(mode), &mut bytes.as_slice())?;
        }
    }
    Ok(())
}
