//! The recipe: an Image document and its overlays as one list of what is to be done, every question answered.
//!
//! Pure: it knows neither feeds' formats nor roots nor registries, and reads no file: what a document names by its path is
//! still a path. Entry: [`decide`].

mod checks;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diag::{Diagnostics, Loc};
use crate::overlay::{Content, File, Overlay, Overlays, Script};
use crate::spec::{Architecture, Base, Entries, Feed, FileContent, Image, ImageFile};
use crate::types::{EnvName, FeedName, FileOwner, PackageWish, RootPath};

/// The program that an image starts with, where its document names none: OpenWrt's own first process.
const INIT: &str = "/sbin/init";

/// The mode of a text in a document, where it states none: everybody reads it, root alone writes.
const TEXT_MODE: u32 = 0o644;

/// What is to be built.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The image's name.
    pub name: Loc<String>,
    /// Each architecture and what it is built on, in the order of the document.
    pub bases: Entries<Architecture, Base>,
    /// Feeds beside those of the base, the preferred first.
    pub feeds: Entries<FeedName, Feed>,
    /// Whether the base's own feeds are used.
    pub default_feeds: bool,
    /// Packages to install and to leave out, each once; where several name one, the last word counts: the image's own
    /// after those of its overlays.
    pub packages: Vec<Loc<PackageWish>>,
    /// Files of the overlays and of the image, in the order of paths; a later one has replaced an earlier of its path.
    pub files: BTreeMap<RootPath, RecipeFile>,
    /// Scripts for the first boot, in the order in which they run.
    pub scripts: Vec<Script>,
    /// Services that do not start.
    pub disabled_services: Vec<Loc<String>>,
    /// Kernel modules that overlays say the node must have, with reasons.
    pub host_modules: Vec<(String, String)>,
    /// The command.
    pub entrypoint: Vec<String>,
    /// Labels.
    pub labels: Entries<String, String>,
    /// Environment.
    pub env: Entries<EnvName, String>,
}

/// A file of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct RecipeFile {
    /// What it holds.
    pub content: RecipeContent,
    /// Its mode; none for a link, and for a file on the disk that brings its own.
    pub mode: Option<u32>,
    /// Its owner; none for root.
    pub owner: Option<FileOwner>,
}

impl RecipeFile {
    /// Its path on the disk, relative to the file that names it, and where that names it.
    pub fn on_disk(&self) -> Option<&Loc<String>> {
        match &self.content {
            RecipeContent::Disk(path) => Some(path),
            RecipeContent::Bytes(_) | RecipeContent::Link(_) => None,
        }
    }
}

/// What a file of an image holds.
#[derive(Debug, Clone, PartialEq)]
pub enum RecipeContent {
    /// These bytes.
    Bytes(Cow<'static, [u8]>),
    /// What the file of this path holds, relative to the file that names it.
    Disk(Loc<String>),
    /// A symbolic link to this.
    Link(String),
}

/// Decides a recipe. An overlay that could not be read is left out; that, and every fault that is found here, is in
/// `diags`.
pub fn decide(image: &Image, overlays: &Overlays, diags: &mut Diagnostics) -> Recipe {
    checks::check(image, diags);
    let spec = &image.spec.value;
    let laid_on: Vec<&Overlay> =
        spec.overlays.iter().filter_map(|reference| overlays.get(reference)).collect();
    for overlay in &laid_on {
        checks::check_settings(overlay, diags);
    }
    let of_overlays = |overlay: &&Overlay| overlay.spec.disabled_services.clone();
    let mut disabled_services: Vec<Loc<String>> = Vec::new();
    for service in laid_on.iter().flat_map(of_overlays).chain(spec.disabled_services.iter().cloned()) {
        if !disabled_services.contains(&service) {
            disabled_services.push(service);
        }
    }
    Recipe {
        name: image.metadata.name.clone().map(|name| name.to_string()),
        bases: spec.base.value.clone(),
        feeds: spec.feeds.clone(),
        default_feeds: spec.default_feeds.is_none_or(|wanted| wanted.value),
        packages: packages(image, &laid_on),
        files: files(image, &laid_on),
        scripts: scripts(&laid_on),
        disabled_services,
        host_modules: host_modules(&laid_on),
        entrypoint: match spec.entrypoint.as_slice() {
            [] => vec![INIT.to_owned()],
            words => words.iter().map(|word| word.value.clone()).collect(),
        },
        labels: spec.labels.clone(),
        env: spec.env.clone(),
    }
}

fn packages(image: &Image, overlays: &[&Overlay]) -> Vec<Loc<PackageWish>> {
    let mut packages: Vec<Loc<PackageWish>> = Vec::new();
    for wish in overlays.iter().flat_map(|overlay| &overlay.spec.packages).chain(&image.spec.packages) {
        match packages.iter_mut().find(|known| known.name() == wish.name()) {
            Some(known) => *known = wish.clone(),
            None => packages.push(wish.clone()),
        }
    }
    packages
}

fn files(image: &Image, overlays: &[&Overlay]) -> BTreeMap<RootPath, RecipeFile> {
    let of_overlays = overlays.iter().flat_map(|overlay| &overlay.files).map(of_overlay);
    let own = image.spec.files.iter().map(|(path, file)| (path.value.clone(), of_image(file)));
    of_overlays.chain(own).collect()
}

fn of_overlay(file: &File) -> (RootPath, RecipeFile) {
    let (content, mode) = match &file.content {
        Content::Bytes { bytes, mode } => (RecipeContent::Bytes(bytes.clone()), Some(*mode)),
        Content::Link(target) => (RecipeContent::Link(target.clone()), None),
    };
    (file.path.clone(), RecipeFile { content, mode, owner: None })
}

fn of_image(file: &ImageFile) -> RecipeFile {
    let stated = file.mode.map(|mode| mode.bits());
    let at = file.content.span;
    let (content, mode) = match &file.content.value {
        FileContent::Content(text) => {
            (RecipeContent::Bytes(Cow::Owned(text.clone().into_bytes())), stated.or(Some(TEXT_MODE)))
        }
        FileContent::File(path) => (RecipeContent::Disk(Loc::new(path.clone(), at)), stated),
        FileContent::Link(target) => (RecipeContent::Link(target.clone()), None),
    };
    RecipeFile { content, mode, owner: file.owner.as_ref().map(|owner| owner.value.clone()) }
}

/// In the order in which the first boot runs them, which is that of their names; of two scripts of one name the later
/// overlay's is taken.
fn scripts(overlays: &[&Overlay]) -> Vec<Script> {
    let mut scripts = BTreeMap::new();
    for overlay in overlays {
        for script in overlay.settings_script().into_iter().chain(overlay.uci_defaults.iter().cloned()) {
            scripts.insert(script.name.clone(), script);
        }
    }
    scripts.into_values().collect()
}

fn host_modules(overlays: &[&Overlay]) -> Vec<(String, String)> {
    let requires = overlays.iter().filter_map(|overlay| overlay.spec.requires.as_ref());
    let mut modules: Vec<(String, String)> = Vec::new();
    for (module, reason) in requires.flat_map(|requires| &requires.host_modules) {
        if !modules.iter().any(|(known, _)| module.value == *known.as_str()) {
            modules.push((module.value.to_string(), reason.value.clone()));
        }
    }
    modules
}
