//! The recipe: an Image and its overlays with every question answered that needs no base.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Error;
use crate::diag::{Loc, SourceMap, Span};
use crate::fetch::Place;
use crate::overlay::{Overlay, Overlays};
use crate::spec::{
    BaseSource, FeedSource, FileContent, FileSource, Image, ImageFile, Key, TextSource, VerifyBy,
};
use crate::types::{Digest, FeedUrl, FileOwner, ImageRef, RootPath};

/// No key is as long.
const LONGEST_KEY: u64 = 64 << 10;

/// What is built.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The Image's name.
    pub name: String,
    /// One sentence about it.
    pub description: Option<String>,
    /// What each architecture stands on, by Kubernetes' name.
    pub(super) bases: BTreeMap<String, Base>,
    pub(super) feeds: Vec<Feed>,
    /// Whether the base's own feeds are read too.
    pub(super) default_feeds: bool,
    /// Packages to install.
    pub(super) wanted: BTreeSet<String>,
    /// Packages that must not be there.
    pub(super) unwanted: BTreeSet<String>,
    pub(super) overlays: Vec<Overlay>,
    pub(super) files: Vec<File>,
    /// Services that do not start.
    pub(super) disabled: BTreeSet<String>,
    pub(super) entrypoint: Vec<String>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) env: BTreeMap<String, String>,
}

/// Where a base comes from.
#[derive(Debug, Clone)]
pub(super) enum Base {
    Rootfs { place: Place, verify: Verify },
    Image(ImageRef),
    Layout(PathBuf),
    Archive(PathBuf),
}

/// How a root tar is known to be the right one.
#[derive(Debug, Clone)]
pub(super) enum Verify {
    Sha256(Digest),
    Sums { key: String, list: Place, signature: Place },
}

/// A feed beside the base's own.
#[derive(Debug, Clone)]
pub(super) struct Feed {
    pub name: String,
    pub place: FeedPlace,
    /// Texts of keys, with what to call them; none for those of the base.
    pub keys: Vec<(String, String)>,
    pub unsigned: bool,
}

/// Where a feed is; a URL may still have words of the base to be filled in.
#[derive(Debug, Clone)]
pub(super) enum FeedPlace {
    Url(FeedUrl),
    Folder(PathBuf),
}

/// A file of the recipe.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub path: RootPath,
    pub content: FileBytes,
    pub mode: Option<u32>,
    pub owner: Option<FileOwner>,
}

#[derive(Debug, Clone)]
pub(super) enum FileBytes {
    Text(String),
    Path(PathBuf),
    Link(String),
}

impl Recipe {
    /// Decides. Paths are relative to the file that names them; of two wishes for one package the later one counts: the
    /// overlays' in their order, then the Image's own.
    pub fn new(image: &Image, overlays: &Overlays, sources: &SourceMap) -> Result<Self, Error> {
        let spec = &image.spec.value;
        let beside = Beside { sources };
        let overlays: Vec<Overlay> =
            spec.overlays.iter().filter_map(|reference| overlays.get(reference)).cloned().collect();
        let wishes = overlays.iter().flat_map(|overlay| &overlay.spec.packages).chain(&spec.packages);
        let (mut wanted, mut unwanted) = (BTreeSet::new(), BTreeSet::new());
        for wish in wishes {
            let name = wish.value.name().to_owned();
            let (into, out_of) = match wish.value.is_unwanted() {
                true => (&mut unwanted, &mut wanted),
                false => (&mut wanted, &mut unwanted),
            };
            out_of.remove(&name);
            into.insert(name);
        }
        let mut bases = BTreeMap::new();
        for (architecture, base) in &spec.base.value {
            let base = beside.base(&base.value.source)?;
            bases.insert(architecture.value.as_str().to_owned(), base);
        }
        let mut feeds = Vec::new();
        for (name, feed) in &spec.feeds {
            let place = match &feed.value.source.value {
                FeedSource::Url(url) => FeedPlace::Url(url.clone()),
                FeedSource::Folder(folder) => FeedPlace::Folder(beside.path(folder, feed.value.source.span)),
            };
            let keys = feed.value.keys.iter().map(|key| beside.key(key)).collect::<Result<_, _>>()?;
            let unsigned = feed.value.unsigned.as_ref().is_some_and(|unsigned| unsigned.value);
            feeds.push(Feed { name: name.value.to_string(), place, keys, unsigned });
        }
        let disabled = overlays.iter().flat_map(|overlay| &overlay.spec.disabled_services);
        let disabled = disabled.chain(&spec.disabled_services).map(|service| service.value.clone()).collect();
        Ok(Self {
            name: image.metadata.value.name.to_string(),
            description: spec.description.as_ref().map(|text| text.value.clone()),
            bases,
            feeds,
            default_feeds: spec.default_feeds.as_ref().is_none_or(|default| default.value),
            wanted,
            unwanted,
            files: spec.files.iter().map(|(path, file)| beside.file(&path.value, file)).collect(),
            overlays,
            disabled,
            entrypoint: spec.entrypoint.iter().map(|word| word.value.clone()).collect(),
            labels: texts(&spec.labels),
            env: spec.env.iter().map(|(name, value)| (name.value.to_string(), value.value.clone())).collect(),
        })
    }

    /// The architectures, by Kubernetes' names.
    pub fn architectures(&self) -> impl Iterator<Item = &str> {
        self.bases.keys().map(String::as_str)
    }

    /// The digest of all that decides what is installed: base, feeds, packages. What a lock has to be of.
    pub fn request(&self) -> Digest {
        let mut hash = Sha256::new();
        // Debug output is no format, but this is compared with what the same program makes of the same recipe; another
        // version of the program asks for a new lock.
        let mut part = |text: String| hash.update(format!("{}:{text}", text.len()));
        for (architecture, base) in &self.bases {
            part(format!("{architecture} {base}"));
        }
        for feed in &self.feeds {
            let place = match &feed.place {
                FeedPlace::Url(url) => url.to_string(),
                FeedPlace::Folder(folder) => folder.display().to_string(),
            };
            part(format!("{} {place} {}", feed.name, feed.unsigned));
        }
        part(self.default_feeds.to_string());
        self.wanted.iter().for_each(|name| part(format!("+{name}")));
        self.unwanted.iter().for_each(|name| part(format!("-{name}")));
        Digest::of_hash(hash.finalize().into())
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rootfs { place, .. } => place.fmt(f),
            Self::Image(image) => image.fmt(f),
            Self::Layout(path) | Self::Archive(path) => path.display().fmt(f),
        }
    }
}

fn texts(entries: &[(Loc<String>, Loc<String>)]) -> BTreeMap<String, String> {
    entries.iter().map(|(key, value)| (key.value.clone(), value.value.clone())).collect()
}

/// Resolves paths beside the files that name them.
struct Beside<'s> {
    sources: &'s SourceMap,
}

impl Beside<'_> {
    fn path(&self, path: &str, span: Option<Span>) -> PathBuf {
        let file = span.map_or("", |span| self.sources.name(span.file));
        Path::new(file).parent().unwrap_or(Path::new("")).join(path)
    }

    fn place(&self, source: &Loc<FileSource>) -> Result<Place, Error> {
        match &source.value {
            FileSource::File(path) => Ok(Place::Local(self.path(path, source.span))),
            FileSource::Url(url) => {
                Place::of(url.as_str(), Path::new("")).map_err(|problem| Error::feed(url.as_str(), problem))
            }
        }
    }

    fn base(&self, source: &Loc<BaseSource>) -> Result<Base, Error> {
        Ok(match &source.value {
            BaseSource::Image(image) => Base::Image(image.clone()),
            BaseSource::Layout(path) => Base::Layout(self.path(path, source.span)),
            BaseSource::Archive(path) => Base::Archive(self.path(path, source.span)),
            BaseSource::Rootfs(rootfs) => {
                let place = self.place(&rootfs.source)?;
                let verify = match &rootfs.verify.value.by.value {
                    VerifyBy::Sha256(sum) => Verify::Sha256(sum.digest()),
                    VerifyBy::Sums(sums) => Verify::Sums {
                        key: self.key(&sums.key)?.1,
                        list: place.sibling("sha256sums"),
                        signature: place.sibling("sha256sums.sig"),
                    },
                };
                Base::Rootfs { place, verify }
            }
        })
    }

    /// What to call a key, and its text.
    fn key(&self, key: &Loc<Key>) -> Result<(String, String), Error> {
        match &key.value.source.value {
            TextSource::Text(text) => Ok(("the key of the recipe".to_owned(), text.clone())),
            TextSource::File(path) => {
                let path = self.path(path, key.value.source.span);
                Ok((path.display().to_string(), read_text(&path)?))
            }
        }
    }

    fn file(&self, path: &RootPath, file: &Loc<ImageFile>) -> File {
        let content = match &file.value.content.value {
            FileContent::Content(text) => FileBytes::Text(text.clone()),
            FileContent::File(path) => FileBytes::Path(self.path(path, file.value.content.span)),
            FileContent::Link(text) => FileBytes::Link(text.clone()),
        };
        File {
            path: path.clone(),
            content,
            mode: file.value.mode.as_ref().map(|mode| mode.value.bits()),
            owner: file.value.owner.as_ref().map(|owner| owner.value.clone()),
        }
    }
}

fn read_text(path: &Path) -> Result<String, Error> {
    use std::io::Read as _;

    let failed = |problem: String| Error::File { path: path.display().to_string(), problem };
    let file = std::fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    let mut text = String::new();
    file.take(LONGEST_KEY).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    Ok(text)
}
