//! A recipe with its places: where base and feeds are, and whose keys they are signed with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Error;
use super::error::Faults;
use crate::diag::{Loc, SourceMap, Span};
use crate::fetch::Place;
use crate::recipe::{Recipe, RecipeFile};
use crate::spec::{BaseSource, FeedSource, FileSource, Key, TextSource, VerifyBy};
use crate::types::{Digest, FeedUrl, ImageRef};

/// No key is as long.
const LONGEST_KEY: u64 = 64 << 10;

/// What is to be built, and from where.
#[derive(Debug)]
pub struct Request<'r> {
    pub(super) recipe: &'r Recipe,
    sources: &'r SourceMap,
    /// What each architecture stands on, by Kubernetes' name.
    pub(super) bases: BTreeMap<String, Base>,
    pub(super) feeds: Vec<Feed>,
    /// Packages to install.
    pub(super) wanted: BTreeSet<String>,
    /// Packages that must not be there.
    pub(super) unwanted: BTreeSet<String>,
}

/// Where a base comes from.
#[derive(Debug)]
pub(super) enum Base {
    Rootfs { place: Place, verify: Verify },
    Image(ImageRef),
    Layout(PathBuf),
    Archive(PathBuf),
}

/// How a root tar is known to be the right one.
#[derive(Debug)]
pub(super) enum Verify {
    Sha256(Digest),
    Sums { key: String, list: Place, signature: Place },
}

/// A feed beside the base's own.
#[derive(Debug)]
pub(super) struct Feed {
    pub name: String,
    pub place: FeedPlace,
    /// In the words of the recipe.
    pub written: String,
    /// Texts of keys, with what to call them; none for those of the base.
    pub keys: Vec<(String, String)>,
    pub unsigned: bool,
}

/// Where a feed is; a URL may still have words of the base to be filled in.
#[derive(Debug)]
pub(super) enum FeedPlace {
    Url(FeedUrl),
    Folder(PathBuf),
}

impl<'r> Request<'r> {
    /// Reads the keys, and resolves paths beside the files that name them.
    ///
    /// # Errors
    /// Each key that cannot be read.
    pub fn new(recipe: &'r Recipe, sources: &'r SourceMap) -> Result<Self, Error> {
        let (request, faults) = Self::read(recipe, sources);
        faults.end()?;
        Ok(request)
    }

    /// The same for a build, which needs more than the keys.
    ///
    /// # Errors
    /// Each key that cannot be read, and then each of the recipe's own files that cannot: without the keys, nothing else can be
    /// told. Where all keys are there, the build itself tells of the files.
    pub fn for_build(recipe: &'r Recipe, sources: &'r SourceMap) -> Result<Self, Error> {
        let (request, mut faults) = Self::read(recipe, sources);
        if !faults.is_empty() {
            request.files(&mut faults);
        }
        faults.end()?;
        Ok(request)
    }

    fn read(recipe: &'r Recipe, sources: &'r SourceMap) -> (Self, Faults) {
        let (unwanted, wanted): (Vec<_>, Vec<_>) =
            recipe.packages.iter().partition(|wish| wish.is_unwanted());
        let names = |wishes: Vec<&Loc<_>>| {
            wishes.into_iter().map(|wish: &Loc<crate::types::PackageWish>| wish.name().to_owned()).collect()
        };
        let mut request = Self {
            recipe,
            sources,
            bases: BTreeMap::new(),
            feeds: Vec::new(),
            wanted: names(wanted),
            unwanted: names(unwanted),
        };
        let mut faults = Faults::default();
        for (architecture, base) in &recipe.bases {
            if let Some(base) = faults.keep(request.base(&base.source)) {
                request.bases.insert(architecture.as_str().to_owned(), base);
            }
        }
        for (name, feed) in &recipe.feeds {
            let (place, written) = match &feed.source.value {
                FeedSource::Url(url) => (FeedPlace::Url(url.clone()), url.to_string()),
                FeedSource::Folder(folder) => {
                    (FeedPlace::Folder(request.path(folder, feed.source.span)), folder.clone())
                }
            };
            let keys = feed.keys.iter().filter_map(|key| faults.keep(request.key(key))).collect();
            let unsigned = feed.unsigned.as_ref().is_some_and(|unsigned| unsigned.value);
            request.feeds.push(Feed { name: name.to_string(), place, written, keys, unsigned });
        }
        (request, faults)
    }

    /// Looks for the recipe's own files.
    pub(super) fn files(&self, faults: &mut Faults) {
        for from in self.recipe.files.values().filter_map(RecipeFile::on_disk) {
            faults.keep(opened(&self.path(&from.value, from.span)));
        }
    }

    /// The architectures, by Kubernetes' names.
    pub fn architectures(&self) -> impl Iterator<Item = &str> {
        self.bases.keys().map(String::as_str)
    }

    /// The digest of all that decides what is installed: bases, feeds, packages, each as it is written and with what it
    /// is verified by, wherever the recipe lies. What a lock has to be of.
    pub fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        let mut part = |text: String| hash.update(format!("{}:{text}", text.len()));
        for (architecture, base) in &self.bases {
            part(format!("{architecture} {}", self.base_as_written(architecture)));
            if let Base::Rootfs { verify, .. } = base {
                part(match verify {
                    Verify::Sha256(digest) => digest.to_string(),
                    Verify::Sums { key, .. } => key.clone(),
                });
            }
        }
        for feed in &self.feeds {
            part(format!("{} {} {}", feed.name, feed.written, feed.unsigned));
            feed.keys.iter().for_each(|(_, key)| part(key.clone()));
        }
        part(self.recipe.default_feeds.to_string());
        self.wanted.iter().for_each(|name| part(format!("+{name}")));
        self.unwanted.iter().for_each(|name| part(format!("-{name}")));
        Digest::of_hash(hash.finalize().into())
    }

    /// What an architecture stands on, in the words of the recipe.
    pub(super) fn base_as_written(&self, architecture: &str) -> String {
        let base = self.recipe.bases.iter().find(|(known, _)| known.as_str() == architecture);
        let (_, base) = base.expect("the architectures are the recipe's");
        match &base.source.value {
            BaseSource::Image(image) => image.to_string(),
            BaseSource::Layout(path) | BaseSource::Archive(path) => path.clone(),
            BaseSource::Rootfs(rootfs) => match &rootfs.source.value {
                FileSource::File(path) => path.clone(),
                FileSource::Url(url) => url.to_string(),
            },
        }
    }

    /// A path beside the file that names it.
    pub(super) fn path(&self, path: &str, span: Option<Span>) -> PathBuf {
        let file = span.map_or("", |span| self.sources.name(span.file));
        let joined = Path::new(file).parent().unwrap_or(Path::new("")).join(path);
        // Without the `.` in the middle that `./recipe.yaml` and `./feed` make together.
        joined.components().collect()
    }

    fn base(&self, source: &Loc<BaseSource>) -> Result<Base, Error> {
        Ok(match &source.value {
            BaseSource::Image(image) => Base::Image(image.clone()),
            BaseSource::Layout(path) => Base::Layout(self.path(path, source.span)),
            BaseSource::Archive(path) => Base::Archive(self.path(path, source.span)),
            BaseSource::Rootfs(rootfs) => {
                let place = match &rootfs.source.value {
                    FileSource::File(path) => Place::Local(self.path(path, rootfs.source.span)),
                    FileSource::Url(url) => Place::of(url.as_str(), Path::new(""))
                        .map_err(|problem| Error::feed(url.as_str(), problem))?,
                };
                let verify = match &rootfs.verify.by.value {
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
        match &key.source.value {
            TextSource::Text(text) => Ok(("the key of the recipe".to_owned(), text.clone())),
            TextSource::File(path) => {
                let path = self.path(path, key.source.span);
                let failed = |error: std::io::Error| Error::File {
                    path: path.display().to_string(),
                    problem: error.to_string(),
                };
                let file = File::open(&path).map_err(failed)?;
                let mut text = String::new();
                file.take(LONGEST_KEY).read_to_string(&mut text).map_err(failed)?;
                Ok((path.display().to_string(), text))
            }
        }
    }
}

/// A file of the recipe's own, and whether it can be run.
pub(super) fn opened(path: &Path) -> Result<(File, bool), Error> {
    use std::os::unix::fs::PermissionsExt as _;

    let failed = |problem: String| Error::File { path: path.display().to_string(), problem };
    let file = File::open(path).map_err(|error| failed(error.to_string()))?;
    let meta = file.metadata().map_err(|error| failed(error.to_string()))?;
    if !meta.is_file() {
        return Err(failed("is no file".to_owned()));
    }
    Ok((file, meta.permissions().mode() & 0o100 != 0))
}
