//! From a recipe to a bundle: base, packages, overlays, files, layer, image.

use std::collections::BTreeMap;
use std::fs::File;

use super::decide::{FileBytes, Recipe};
use super::feeds::{self, Known, Release};
use super::{Error, Family, Lock, LockedRoot, Resolved, Supply, Watch, apk, opkg};
use crate::fetch::Place;
use crate::image::{Attributes, Base, Bundle, Component, Image, Root, Sbom, Settings};
use crate::install::{Installer, Note};
use crate::overlay::{Content, Overlay};
use crate::types::RootPath;

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
}

/// An open base with what is known of it.
struct Ground {
    architecture: String,
    base: Base,
    root: Root,
    release: Release,
    family: Option<Family>,
    feeds: Vec<Known>,
}

/// Which architectures: all of the recipe, or the one of this name.
fn chosen<'r>(recipe: &'r Recipe, only: Option<&'r str>) -> impl Iterator<Item = &'r str> {
    recipe.architectures().filter(move |name| only.is_none_or(|only| only == *name))
}

async fn ground(
    recipe: &Recipe,
    architecture: &str,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Ground, Error> {
    watch.step(&format!("opening the base for {architecture}"));
    let base = recipe.bases[architecture].open(architecture, supply, watch).await?;
    let root = Root::new(base.tree().clone());
    let release = Release::of(&root)?;
    let needs_packages = !recipe.wanted.is_empty() || !recipe.unwanted.is_empty();
    let family = match feeds::family(&root, architecture) {
        Err(Error::NoDatabase { .. }) if !needs_packages => None,
        family => Some(family?),
    };
    let feeds = match family {
        Some(family) if needs_packages => feeds::feeds(recipe, &root, family, &release)?,
        _ => Vec::new(),
    };
    Ok(Ground { architecture: architecture.to_owned(), base, root, release, family, feeds })
}

impl Ground {
    /// Resolves against the feeds as they are now.
    async fn resolve(&self, recipe: &Recipe, supply: &Supply<'_>, watch: &mut dyn Watch) -> Result<Resolved, Error> {
        let (base, release, feeds) = (self.base.digest(), &self.release, &self.feeds);
        match self.family {
            Some(Family::Apk) => apk::choose(recipe, &self.root, base, release, feeds, supply, watch).await,
            // Without a database nothing was asked for, and opkg's answer to that is nothing.
            Some(Family::Opkg) | None => {
                opkg::choose(recipe, &self.root, base, release, feeds, supply, watch).await
            }
        }
    }
}

/// Resolves a recipe against bases and feeds as they are now. `only` names one architecture.
pub async fn lock(
    recipe: &Recipe,
    only: Option<&str>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Lock, Error> {
    let mut roots = BTreeMap::new();
    for architecture in chosen(recipe, only) {
        let ground = ground(recipe, architecture, supply, watch).await?;
        roots.insert(architecture.to_owned(), ground.resolve(recipe, supply, watch).await?.lock);
    }
    Ok(Lock::new(recipe.name.clone(), recipe.request(), roots))
}

/// Why a package is in the image: for each architecture the chains from what was asked for to it.
pub async fn why(
    recipe: &Recipe,
    package: &str,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<BTreeMap<String, Vec<Vec<String>>>, Error> {
    let mut chains = BTreeMap::new();
    for architecture in recipe.architectures() {
        let ground = ground(recipe, architecture, supply, watch).await?;
        let resolved = ground.resolve(recipe, supply, watch).await?;
        chains.insert(architecture.to_owned(), (resolved.why)(package));
    }
    Ok(chains)
}

/// Builds. With a lock, exactly what that has; without, what the feeds have now. `epoch` is the time of all files and documents, in
/// seconds since 1970; without one, that of the base.
pub async fn build(
    recipe: &Recipe,
    locked: Option<&Lock>,
    only: Option<&str>,
    epoch: Option<u64>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<Built, Error> {
    if let Some(lock) = locked
        && lock.request != recipe.request()
    {
        return Err(Error::Stale { problem: "base, feeds or packages were changed since".to_owned() });
    }
    let (mut images, mut roots, mut locks) = (Vec::new(), Vec::new(), BTreeMap::new());
    for architecture in chosen(recipe, only) {
        let ground = ground(recipe, architecture, supply, watch).await?;
        let lock = match locked {
            None => ground.resolve(recipe, supply, watch).await?.lock,
            Some(lock) => of_lock(lock, &ground)?,
        };
        let epoch = epoch.unwrap_or_else(|| ground.base.epoch());
        let (image, root) = ground.build(recipe, &lock, epoch, supply, watch).await?;
        images.push(image);
        roots.push(root);
        locks.insert(architecture.to_owned(), lock);
    }
    let bundle = match (images.len(), recipe.bases.len()) {
        (1, 1) => images.remove(0).bundle,
        _ => Bundle::index(images, annotations(recipe)),
    };
    let lock = Lock::new(recipe.name.clone(), recipe.request(), locks);
    Ok(Built { bundle, lock, roots })
}

/// The part of a lock for an architecture, of the same base.
fn of_lock(lock: &Lock, ground: &Ground) -> Result<LockedRoot, Error> {
    let root = lock.roots.get(&ground.architecture).ok_or_else(|| Error::Stale {
        problem: format!("it has nothing for {}", ground.architecture),
    })?;
    if root.base != *ground.base.digest() {
        let problem = format!(
            "the base for {} is {} now, and was {}",
            ground.architecture,
            ground.base.digest().short(),
            root.base.short()
        );
        return Err(Error::Stale { problem });
    }
    Ok(root.clone())
}

impl Ground {
    async fn build(
        self,
        recipe: &Recipe,
        lock: &LockedRoot,
        epoch: u64,
        supply: &Supply<'_>,
        watch: &mut dyn Watch,
    ) -> Result<(Image, BuiltRoot), Error> {
        let places: BTreeMap<String, Place> =
            self.feeds.iter().map(|feed| (feed.name.clone(), feed.place.clone())).collect();
        let mut installer = Installer::new(self.root)?;
        match self.family {
            Some(Family::Opkg) => opkg::install(&mut installer, lock, &places, supply, watch, epoch).await?,
            Some(Family::Apk) => apk::install(&mut installer, lock, &places, supply, watch).await?,
            None => {}
        }
        for overlay in &recipe.overlays {
            lay(&mut installer, overlay)?;
        }
        for file in &recipe.files {
            put(&mut installer, file)?;
        }
        for service in &recipe.disabled {
            installer.disable(service)?;
        }
        let (root, notes) = installer.finish()?;
        watch.step(&format!("writing the layer for {}", self.architecture));
        let layer = root.layer(epoch)?;
        let size = layer.as_ref().map(|layer| layer.descriptor.size);
        let settings = settings(recipe, lock, &self.base, &self.release, self.family);
        let mut image = Image::assemble(&self.base, layer, &settings, epoch);
        let subject = image.bundle.top.clone();
        sbom(recipe, &self.architecture, lock, &self.base, &self.release)
            .attach(&mut image.bundle, &subject, epoch);
        let built =
            BuiltRoot { architecture: self.architecture, release: self.release, layer: size, notes };
        Ok((image, built))
    }
}

/// Lays an overlay onto the root: its files, and what it wants done at the first boot.
fn lay(installer: &mut Installer, overlay: &Overlay) -> Result<(), Error> {
    for file in &overlay.files {
        match &file.content {
            Content::Bytes { bytes, mode } => installer.file(&file.path, Attributes::root(*mode), &mut &bytes[..])?,
            Content::Link(text) => installer.root_mut().put_symlink(&file.path, text)?,
        }
    }
    for script in overlay.settings_script().iter().chain(&overlay.uci_defaults) {
        let path: RootPath = format!("etc/uci-defaults/{}", script.name)
            .parse()
            .map_err(|invalid| Error::feed(format!("the overlay {}", overlay.name), invalid))?;
        installer.file(&path, Attributes::root(0o755), &mut script.text.as_bytes())?;
    }
    Ok(())
}

/// Puts a file of the recipe.
fn put(installer: &mut Installer, file: &super::decide::File) -> Result<(), Error> {
    let (uid, gid) = match &file.owner {
        None => (0, 0),
        Some(owner) => installer.owner(owner.user(), owner.group()).ok_or_else(|| Error::Owner {
            path: file.path.clone(),
            owner: owner.to_string(),
        })?,
    };
    let attributes = |mode: u32| Attributes { mode: file.mode.unwrap_or(mode), uid, gid };
    match &file.content {
        FileBytes::Text(text) => installer.file(&file.path, attributes(0o644), &mut text.as_bytes())?,
        FileBytes::Link(text) => installer.root_mut().put_symlink(&file.path, text)?,
        FileBytes::Path(path) => {
            use std::os::unix::fs::PermissionsExt as _;

            let failed = |error: std::io::Error| Error::File {
                path: path.display().to_string(),
                problem: error.to_string(),
            };
            let mut from = File::open(path).map_err(failed)?;
            let meta = from.metadata().map_err(failed)?;
            if !meta.is_file() {
                return Err(Error::File { path: path.display().to_string(), problem: "is no file".to_owned() });
            }
            // Whether it can be run is the file's own; how it is shared on this machine is not.
            let mode = if meta.permissions().mode() & 0o100 != 0 { 0o755 } else { 0o644 };
            installer.file(&file.path, attributes(mode), &mut from)?;
        }
    }
    Ok(())
}

fn annotations(recipe: &Recipe) -> BTreeMap<String, String> {
    let mut annotations =
        BTreeMap::from([("org.opencontainers.image.title".to_owned(), recipe.name.clone())]);
    if let Some(description) = &recipe.description {
        annotations.insert("org.opencontainers.image.description".to_owned(), description.clone());
    }
    annotations
}

/// The label that names the kernel modules which the node must have, separated by commas.
pub const HOST_MODULES: &str = "dev.wrtpod.host-modules";

fn settings(recipe: &Recipe, lock: &LockedRoot, base: &Base, release: &Release, family: Option<Family>) -> Settings {
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
    let modules: Vec<&str> = lock.host_modules.keys().map(String::as_str).collect();
    label(HOST_MODULES, &modules.join(","));
    labels.extend(recipe.labels.clone());
    let entrypoint = match recipe.entrypoint.is_empty() {
        true => vec!["/sbin/init".to_owned()],
        false => recipe.entrypoint.clone(),
    };
    // procd takes itself for the machine's own init unless it is told (openwrt.md §2.1).
    let mut env = BTreeMap::from([("container".to_owned(), "oci".to_owned())]);
    env.extend(recipe.env.clone());
    Settings {
        entrypoint: Some(entrypoint),
        env,
        labels,
        stop_signal: Some("SIGTERM".to_owned()),
        annotations: annotations(recipe),
        created_by: format!("wrtpod image build {}", recipe.name),
    }
}

/// The bill of materials: what was installed here, on which base.
fn sbom(recipe: &Recipe, architecture: &str, lock: &LockedRoot, base: &Base, release: &Release) -> Sbom {
    let components = lock.install.iter().map(|package| Component {
        name: package.name.clone(),
        version: package.version.clone(),
        architecture: release.architecture.clone(),
        licence: None,
        sha256: Some(package.sha256.hex().to_owned()),
        feed: Some(package.feed.clone()),
    });
    Sbom::new(&recipe.name, &recipe.bases[architecture].to_string(), base, components.collect())
}
