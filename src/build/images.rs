//! From a recipe to a bundle: base, packages, overlays, files, layer, image.

use std::collections::{BTreeMap, BTreeSet};

use super::error::Faults;
use super::feeds::{self, Known, Release};
use super::request::{Request, opened};
use super::{Error, Family, Lock, LockedRoot, LockedSums, Resolved, Supply, Unknown, Watch, apk, opkg};
use crate::fetch::Place;
use crate::image::{Attributes, Base, Bundle, Component, Image, Root, Sbom, Settings, Store};
use crate::install::{FIRST_BOOT, Installer, Note};
use crate::recipe::{Recipe, RecipeContent, RecipeFile};
use crate::types::RootPath;

/// The folder in the cache's with the layers of former builds.
const LAYERS: &str = "layers";

/// What came of a build.
#[derive(Debug)]
pub struct Built {
    /// One image, or an index of several.
    pub bundle: Bundle,
    /// What it was built of.
    pub lock: Lock,
    /// Each architecture, in the order of the names.
    pub roots: Vec<BuiltRoot>,
}

/// One architecture of a build.
#[derive(Debug)]
pub struct BuiltRoot {
    /// Kubernetes' name of it.
    pub architecture: String,
    /// What OpenWrt calls itself.
    pub release: Release,
    /// The layer that was added, in bytes as it is pushed; none when nothing differs from the base.
    pub layer: Option<u64>,
    /// What its user has to know.
    pub notes: Vec<Note>,
    /// Names that were to be removed and that neither the base nor a feed has, each with one that was likely meant; of a lock,
    /// this was told when it was made.
    pub unknown: Vec<(String, Option<String>)>,
    /// Kernel modules that the node must have, sorted.
    pub host_modules: Vec<String>,
}

/// An open base with what is known of it.
struct Ground {
    architecture: String,
    base: Base,
    sums: Option<LockedSums>,
    root: Root,
    release: Release,
    family: Option<Family>,
    feeds: Vec<Known>,
}

/// Which architectures: all of the recipe, or the one of this name.
fn chosen<'r>(request: &'r Request<'_>, only: Option<&'r str>) -> impl Iterator<Item = &'r str> {
    request.architectures().filter(move |name| only.is_none_or(|only| only == *name))
}

async fn ground(
    request: &Request<'_>,
    architecture: &str,
    locked: Option<&LockedRoot>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Ground, Error> {
    watch.step(&format!("opening the base for {architecture}"));
    let (base, sums) = request.bases[architecture].open(architecture, locked, supply, watch).await?;
    let root = Root::new(base.tree().clone());
    let release = Release::of(&root)?;
    let needs_packages = !request.wanted.is_empty() || !request.unwanted.is_empty();
    let family = match feeds::family(&root, architecture) {
        Err(Error::NoDatabase { .. }) if !needs_packages => None,
        family => Some(family?),
    };
    let feeds = match family {
        Some(family) if needs_packages => feeds::feeds(request, &root, family, &release)?,
        _ => Vec::new(),
    };
    Ok(Ground { architecture: architecture.to_owned(), base, sums, root, release, family, feeds })
}

impl Ground {
    /// Resolves against the feeds as they are now.
    async fn resolve(
        &self,
        request: &Request<'_>,
        supply: &Supply<'_>,
        watch: &mut dyn Watch,
    ) -> Result<Resolved, Error> {
        let (base, release, feeds) = (self.base.digest(), &self.release, &self.feeds);
        match self.family {
            Some(Family::Apk) => apk::choose(request, &self.root, base, release, feeds, supply, watch).await,
            // Without a database nothing was asked for, and opkg's answer to that is nothing.
            Some(Family::Opkg) | None => {
                opkg::choose(request, &self.root, base, release, feeds, supply, watch).await
            }
        }
    }
}

/// Why a package is in the image: for each architecture the chains from what was asked for to it, and beside them what kept other
/// architectures from being resolved.
pub async fn why(
    request: &Request<'_>,
    package: &str,
    only: Option<&str>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> (BTreeMap<String, Vec<Vec<String>>>, Result<(), Error>) {
    let (mut chains, mut faults) = (BTreeMap::new(), Faults::default());
    for architecture in chosen(request, only) {
        let resolving = async {
            let ground = ground(request, architecture, None, supply, watch).await?;
            ground.resolve(request, supply, watch).await
        };
        if let Some(resolved) = faults.keep(resolving.await) {
            chains.insert(architecture.to_owned(), (resolved.why)(package));
        }
        // A server that is away is asked nothing more.
        if faults.is_environment() {
            break;
        }
    }
    (chains, faults.end())
}

/// Builds. With a lock, exactly what that has; without, what the feeds have now. `epoch` is the time of all files and documents, in
/// seconds since 1970; without one, that of the base.
pub async fn build(
    request: &Request<'_>,
    locked: Option<&Lock>,
    only: Option<&str>,
    epoch: Option<u64>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Built, Error> {
    if let Some(lock) = locked
        && lock.request != request.digest()
    {
        return Err(Error::Stale { problem: "base, feeds or packages were changed since".to_owned() });
    }
    let mut faults = Faults::default();
    request.files(&mut faults);
    let store = Store::new(supply.fetcher.cache().folder().join(LAYERS));
    let (mut images, mut roots, mut locks) = (Vec::new(), Vec::new(), BTreeMap::new());
    for architecture in chosen(request, only) {
        let resolved = faults.keep(resolved(request, architecture, locked, supply, watch).await);
        // Also with a fault elsewhere: who owns files, and what services there are, shows only in the finished root.
        if let Some((ground, lock, unknown)) = resolved {
            let epoch = epoch.unwrap_or_else(|| ground.base.epoch());
            let built = ground.build(request, &lock, epoch, supply, &store, watch).await;
            if let Some((image, root)) = faults.keep(built) {
                let root = BuiltRoot { unknown, ..root };
                images.push(image);
                roots.push(root);
                locks.insert(architecture.to_owned(), lock);
            }
        }
        // A server that is away is asked nothing more.
        if faults.is_environment() {
            break;
        }
    }
    faults.end()?;
    let bundle = match (images.len(), request.bases.len()) {
        (1, 1) => images.remove(0).bundle,
        _ => Bundle::index(images, annotations(request.recipe)),
    };
    let lock = Lock::new(request.recipe.name.value.clone(), request.digest(), locks);
    Ok(Built { bundle, lock, roots })
}

/// An architecture with its packages chosen: as the feeds are now, or as in the lock.
async fn resolved(
    request: &Request<'_>,
    architecture: &str,
    lock: Option<&Lock>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<(Ground, LockedRoot, Vec<Unknown>), Error> {
    let locked = lock.map(|lock| of_lock(lock, architecture)).transpose()?;
    let ground = ground(request, architecture, locked, supply, watch).await?;
    let (root, unknown) = match locked {
        None => {
            let Resolved { lock, unknown, .. } = ground.resolve(request, supply, watch).await?;
            (LockedRoot { sums: ground.sums.clone(), ..lock }, unknown)
        }
        Some(root) => (root.clone(), Vec::new()),
    };
    Ok((ground, root, unknown))
}

/// The part of a lock for an architecture.
fn of_lock<'l>(lock: &'l Lock, architecture: &str) -> Result<&'l LockedRoot, Error> {
    let nothing = || Error::Stale { problem: format!("it has nothing for {architecture}") };
    lock.roots.get(architecture).ok_or_else(nothing)
}

impl Ground {
    async fn build(
        self,
        request: &Request<'_>,
        lock: &LockedRoot,
        epoch: u64,
        supply: &Supply<'_>,
        store: &Store,
        watch: &mut dyn Watch,
    ) -> Result<(Image, BuiltRoot), Error> {
        let recipe = request.recipe;
        let places: BTreeMap<String, Place> =
            self.feeds.iter().map(|feed| (feed.name.clone(), feed.place.clone())).collect();
        let mut installer = Installer::new(self.root)?;
        match self.family {
            Some(Family::Opkg) => opkg::install(&mut installer, lock, &places, supply, watch, epoch).await?,
            Some(Family::Apk) => apk::install(&mut installer, lock, &places, supply, watch).await?,
            None => {}
        }
        let mut faults = Faults::default();
        for (path, file) in &recipe.files {
            faults.keep(put(&mut installer, request, path, file));
        }
        for script in &recipe.scripts {
            let path = format!("{FIRST_BOOT}/{}", script.name).parse();
            let path = path.map_err(|invalid| Error::feed("an overlay", invalid))?;
            let put = installer.file(&path, Attributes::root(0o755), &mut script.text.as_bytes());
            faults.keep(put.map_err(Error::from));
        }
        for service in &recipe.disabled_services {
            faults.keep(installer.disable(service).map_err(Error::from));
        }
        faults.end()?;
        let (root, notes) = installer.finish()?;
        watch.step(&format!("writing the layer for {}", self.architecture));
        let layer = root.layer(epoch, Some(store))?;
        let size = layer.as_ref().map(|layer| layer.descriptor.size);
        let host_modules = host_modules(recipe, lock);
        let settings = settings(recipe, &host_modules, &self.base, &self.release, self.family);
        let mut image = Image::assemble(&self.base, layer, &settings, epoch);
        let subject = image.bundle.top.clone();
        sbom(request, &self.architecture, lock, &self.base, &self.release).attach(
            &mut image.bundle,
            &subject,
            epoch,
        );
        let built = BuiltRoot {
            architecture: self.architecture,
            release: self.release,
            layer: size,
            notes,
            unknown: Vec::new(),
            host_modules,
        };
        Ok((image, built))
    }
}

/// Puts a file of the recipe or of an overlay.
fn put(
    installer: &mut Installer,
    request: &Request<'_>,
    path: &RootPath,
    file: &RecipeFile,
) -> Result<(), Error> {
    let (uid, gid) = match &file.owner {
        None => (0, 0),
        Some(owner) => installer
            .owner(owner.user(), owner.group())
            .ok_or_else(|| Error::Owner { path: path.clone(), owner: owner.to_string() })?,
    };
    let attributes = |mode: u32| Attributes { mode: file.mode.unwrap_or(mode), uid, gid };
    match &file.content {
        RecipeContent::Bytes(bytes) => installer.file(path, attributes(0o644), &mut &bytes[..])?,
        RecipeContent::Link(text) => installer.root_mut().put_symlink(path, text)?,
        RecipeContent::Disk(from) => {
            let (mut file, can_be_run) = opened(&request.path(&from.value, from.span))?;
            // How it is shared on this machine is not the file's own.
            let mode = if can_be_run { 0o755 } else { 0o644 };
            installer.file(path, attributes(mode), &mut file)?;
        }
    }
    Ok(())
}

fn annotations(recipe: &Recipe) -> BTreeMap<String, String> {
    BTreeMap::from([("org.opencontainers.image.title".to_owned(), recipe.name.value.clone())])
}

/// The label that names the kernel modules which the node must have, separated by commas.
pub const HOST_MODULES: &str = "dev.wrtpod.host-modules";

/// What packages want of the node, and what overlays say of it.
fn host_modules(recipe: &Recipe, lock: &LockedRoot) -> Vec<String> {
    let stated = recipe.host_modules.iter().map(|(name, _)| name);
    let modules: BTreeSet<&String> = lock.host_modules.keys().chain(stated).collect();
    modules.into_iter().cloned().collect()
}

fn settings(
    recipe: &Recipe,
    host_modules: &[String],
    base: &Base,
    release: &Release,
    family: Option<Family>,
) -> Settings {
    let mut labels = annotations(recipe);
    let mut label = |name: &str, value: &str| {
        if !value.is_empty() {
            labels.insert(name.to_owned(), value.to_owned());
        }
    };
    label("org.opencontainers.image.version", &release.version);
    label("org.opencontainers.image.base.digest", base.digest().as_str());
    label("dev.wrtpod.openwrt.architecture", &release.architecture);
    label("dev.wrtpod.openwrt.target", &release.target);
    label("dev.wrtpod.packages-by", family.map_or("", Family::as_str));
    label(HOST_MODULES, &host_modules.join(","));
    let own = recipe.labels.iter().map(|(name, value)| (name.value.clone(), value.value.clone()));
    labels.extend(own);
    // procd takes itself for the machine's own init unless it is told (openwrt.md §2.1).
    let mut env = BTreeMap::from([("container".to_owned(), "oci".to_owned())]);
    env.extend(recipe.env.iter().map(|(name, value)| (name.to_string(), value.value.clone())));
    Settings {
        entrypoint: Some(recipe.entrypoint.clone()),
        env,
        labels,
        stop_signal: Some("SIGTERM".to_owned()),
        annotations: annotations(recipe),
        created_by: format!("wrtpod image build {}", recipe.name.value),
    }
}

/// The bill of materials: what was installed here, on which base.
fn sbom(
    request: &Request<'_>,
    architecture: &str,
    lock: &LockedRoot,
    base: &Base,
    release: &Release,
) -> Sbom {
    let unsigned: BTreeSet<&str> =
        lock.feeds.iter().filter(|feed| feed.unsigned).map(|feed| feed.name.as_str()).collect();
    let components = lock.install.iter().map(|package| Component {
        name: package.name.clone(),
        version: package.version.clone(),
        architecture: release.architecture.clone(),
        licence: None,
        // apk's index has the digest of a part of the file only.
        sha256: (lock.packages_by == Family::Opkg).then(|| package.sha256.hex().to_owned()),
        feed: Some(package.feed.clone()),
        unsigned: unsigned.contains(package.feed.as_str()),
    });
    Sbom::new(&request.recipe.name, &request.base_as_written(architecture), base, components.collect())
}
