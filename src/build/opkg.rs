//! Roots that opkg keeps: choosing packages, and installing them.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::error::Reading;
use super::feeds::{self, Known, Release, fixed};
use super::lock::{LockedModule, LockedPackage, LockedRoot};
use super::request::Request;
use super::{Error, Family, Fetched, Resolved, Supply, Watch};
use crate::feed::opkg::{self, Arrival, Change, Database, HostModule, STATUS, ipk};
use crate::feed::{Kind, Verified};
use crate::fetch::Place;
use crate::image::{Attributes, Root};
use crate::install::Installer;
use crate::types::{Digest, RootPath};

pub(super) fn database(root: &Root) -> Result<Database, Error> {
    let status = root.read(&fixed(STATUS))?.unwrap_or_default();
    Database::parse(&status, |path| root.read(path).ok().flatten())
        .map_err(|error| Error::feed("the base", error))
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
    let (locked, indexes) = feeds::indexes(known, Known::opkg_index, supply, watch).await?;
    let architectures = [("all", 1), ("noarch", 1), (release.architecture.as_str(), 10)]
        .map(|(name, priority)| (name.to_owned(), priority));
    let question = opkg::Request {
        feeds: &indexes,
        installed: &database,
        wanted: &request.wanted,
        removed: &request.unwanted,
        architectures: &BTreeMap::from(architectures),
    };
    let resolution = opkg::resolve(&question)
        .map_err(|error| Error::packages(&release.architecture, opkg::faults(&question, error)))?;
    let install = resolution.install.iter().map(|step| {
        let entry = &indexes[step.feed].entries[step.entry];
        LockedPackage {
            name: entry.control.name.clone(),
            version: entry.control.version.to_string(),
            feed: known[step.feed].name.clone(),
            file: entry.filename.clone(),
            size: entry.size,
            sha256: entry.sha256.clone(),
            asked: step.wanted,
        }
    });
    let modules = resolution.host_modules.iter().map(|module| {
        let locked = LockedModule {
            version: None,
            wanted_by: module.needed_by.iter().cloned().collect(),
            in_root: !module.is_unknown,
        };
        (module.name.clone(), locked)
    });
    let lock = LockedRoot {
        base: base.clone(),
        sums: None,
        packages_by: Family::Opkg,
        feeds: locked,
        remove: resolution.remove.iter().map(|removal| removal.name.clone()).collect(),
        install: install.collect(),
        world: Vec::new(),
        already: resolution.already.clone(),
        host_modules: modules.collect(),
    };
    let unknown = resolution.unknown.clone();
    Ok(Resolved { lock, unknown, why: Box::new(move |name| resolution.why(name)) })
}

/// Installs what a lock has.
pub(super) async fn install(
    installer: &mut Installer,
    lock: &LockedRoot,
    places: &BTreeMap<String, Place>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
    epoch: u64,
) -> Result<(), Error> {
    let mut database = database(installer.root())?;
    let mut links = BTreeSet::new();
    for name in &lock.remove {
        links.extend(offered(&database, name));
        let conffiles: Vec<RootPath> =
            database.get(name).into_iter().flat_map(|package| package.conffiles.keys().cloned()).collect();
        for file in database.remove(name, |path| hash_of(installer.root(), path)) {
            installer.take_out(&file)?;
        }
        let stay = conffiles.iter().filter(|path| installer.root().get(path).is_some());
        stay.cloned().collect::<Vec<_>>().iter().for_each(|path| installer.leave(name, path));
    }
    for package in &lock.install {
        let Fetched { place: shown, mut file, .. } =
            super::fetched(places, package, true, supply, watch).await?;
        let control = ipk::read_control(&file).map_err(|error| Error::feed(&shown, error))?;
        if (control.control.name.as_str(), control.control.version.to_string())
            != (&package.name, package.version.clone())
        {
            let problem =
                format!("the file holds {} {} instead", control.control.name, control.control.version);
            return Err(Error::feed(&shown, problem));
        }
        std::io::Seek::rewind(&mut file).map_err(|error| Error::feed(&shown, error))?;
        let conffiles: BTreeSet<RootPath> = control.package.conffiles.iter().cloned().collect();
        let mut hashes = BTreeMap::new();
        let mut reader = Verified::new(file, package.size, package.sha256.clone());
        let ipk = ipk::read(&mut reader, &mut |item, content| -> Result<(), Reading> {
            if item.kind == Kind::Folder || !conffiles.contains(&item.path) {
                installer.item(&package.name, item, content, &|_, _| None)?;
                return Ok(());
            }
            // Conffiles are small: they are compared with what is there before they are put.
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map_err(|error| Reading::Feed(error.to_string()))?;
            let new = Digest::of_hash(Sha256::digest(&bytes).into());
            installer.item(&package.name, item, &mut bytes.as_slice(), &|root, path| {
                let there = hash_of(root, path)?;
                let keeps = database.keeps_conffile(&package.name, path, &there, &new);
                keeps.then(|| format!("{}-opkg", path.as_str()).parse().ok()).flatten()
            })?;
            hashes.insert(item.path.clone(), new);
            Ok(())
        })
        .map_err(|error| error.at(&shown))?;
        reader.finish().map_err(|error| Error::feed(&shown, error))?;
        links.extend(offered(&database, &package.name));
        let arrival = Arrival { ipk: &ipk, conffiles: &hashes, wanted: package.asked, time: epoch };
        let gone = database.install(&arrival).map_err(|clash| crate::install::Error::Clash {
            path: clash.path,
            package: clash.package,
            owner: clash.owner,
        })?;
        for file in gone {
            installer.take_out(&file)?;
        }
        links.extend(ipk.package.alternatives.iter().map(|offer| offer.path.clone()));
        installer.package(&ipk.package)?;
    }
    for (name, module) in lock.host_modules.iter().filter(|(_, module)| !module.in_root) {
        let needed_by = module.wanted_by.iter().cloned().collect();
        let module = HostModule { name: name.clone(), needed_by, is_unknown: true };
        database.stub(&module, None, epoch);
    }
    for name in &lock.already {
        database.mark_wanted(name);
    }
    for link in links {
        match database.alternative(&link) {
            Some(target) => installer.root_mut().put_symlink(&link, target)?,
            None => {
                installer.root_mut().remove_file(&link);
            }
        }
    }
    write(installer.root_mut(), &database)
}

/// The links that an installed package offers.
fn offered(database: &Database, package: &str) -> Vec<RootPath> {
    let installed = database.get(package);
    installed
        .into_iter()
        .flat_map(|package| &package.control.alternatives)
        .map(|offer| offer.path.clone())
        .collect()
}

fn hash_of(root: &Root, path: &RootPath) -> Option<Digest> {
    let bytes = root.read(path).ok().flatten()?;
    Some(Digest::of_hash(Sha256::digest(bytes).into()))
}

fn write(root: &mut Root, database: &Database) -> Result<(), Error> {
    for (path, change) in database.changes() {
        match change {
            Change::Write { content, mode } => {
                root.put_file(&path, Attributes::root(mode), &mut content.as_slice())?;
            }
            Change::Remove => {
                root.remove_file(&path);
            }
        }
    }
    Ok(())
}
