//! The feeds of a root: the recipe's and the base's own, their keys and their indexes.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::error::Faults;
use super::lock::LockedFeed;
use super::request::{Feed, FeedPlace, Request};
use super::{Error, Family, Supply, Watch};
use crate::feed::{apk, opkg};
use crate::fetch::Place;
use crate::image::Root;
use crate::types::{Digest, RootPath, quoted};

/// The largest index that is taken; OpenWrt's largest have some 5 MiB.
const LONGEST_INDEX: u64 = 64 << 20;
/// The longest signature file of an index.
const LONGEST_SIGNATURE: u64 = 64 << 10;

/// What `/etc/openwrt_release` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Release {
    /// `24.10.4`.
    pub version: String,
    /// `x86/64`.
    pub target: String,
    /// `x86_64`.
    pub architecture: String,
}

impl Release {
    pub(super) fn of(root: &Root) -> Result<Self, Error> {
        let text = text(root, "etc/openwrt_release")?.unwrap_or_default();
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            line.unwrap_or_default().trim().trim_matches(['\'', '"']).to_owned()
        };
        Ok(Self {
            version: value("DISTRIB_RELEASE"),
            target: value("DISTRIB_TARGET"),
            architecture: value("DISTRIB_ARCH"),
        })
    }
}

/// Who keeps the packages of a root: detected by the database, never by the release.
pub(super) fn family(root: &Root, architecture: &str) -> Result<Family, Error> {
    let has = |path: &str| root.get(&fixed(path)).is_some();
    match (has("usr/lib/opkg/status"), has("lib/apk/db/installed")) {
        (true, _) => Ok(Family::Opkg),
        (false, true) => Ok(Family::Apk),
        (false, false) => Err(Error::NoDatabase { architecture: architecture.to_owned() }),
    }
}

/// A feed with its place filled in.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub name: String,
    pub place: Place,
    /// For locks: its URL without credentials, or its folder as the recipe has it, which is the same wherever that lies.
    pub written: String,
    keys: Vec<(String, String)>,
    unsigned: bool,
}

/// An index, and its text.
pub(super) struct Read<I> {
    pub index: I,
    pub text: Vec<u8>,
}

/// The feeds of a root, the recipe's own first.
pub(super) fn feeds(
    request: &Request<'_>,
    root: &Root,
    family: Family,
    release: &Release,
) -> Result<Vec<Known>, Error> {
    let base_keys = keys(root, family)?;
    let mut known = Vec::new();
    for feed in &request.feeds {
        let keys = if feed.keys.is_empty() { base_keys.clone() } else { feed.keys.clone() };
        let (name, unsigned, place) = (feed.name.clone(), feed.unsigned, place(feed, release)?);
        let written = match &place {
            Place::Local(_) => feed.written.clone(),
            Place::Web(_) => place.to_string(),
        };
        known.push(Known { name, place, written, keys, unsigned });
    }
    if request.recipe.default_feeds {
        for (name, url) in of_base(root, family)? {
            // Modules are the node's business; their feed is often gone, for it lives as long as one kernel.
            if url.contains("/kmods/") || known.iter().any(|feed| feed.name == name) {
                continue;
            }
            let place = match Place::of(&url, std::path::Path::new("/")) {
                Ok(place @ Place::Web(_)) => place,
                Ok(Place::Local(_)) => {
                    let problem = "the base names this feed, and means a folder of its own machine: give the recipe \
                                   `defaultFeeds: false` and the feeds that it needs";
                    return Err(Error::feed(quoted(&url), problem));
                }
                Err(problem) => return Err(Error::feed(quoted(&url), problem)),
            };
            let written = place.to_string();
            known.push(Known { name, place, written, keys: base_keys.clone(), unsigned: false });
        }
    }
    Ok(known)
}

fn place(feed: &Feed, release: &Release) -> Result<Place, Error> {
    match &feed.place {
        FeedPlace::Folder(folder) => Ok(Place::Local(folder.clone())),
        FeedPlace::Url(url) => {
            let url = url.of(&release.architecture, &release.version, &release.target);
            Place::of(&url, std::path::Path::new("")).map_err(|problem| Error::feed(url, problem))
        }
    }
}

/// Names and URLs of the feeds that a base names itself.
fn of_base(root: &Root, family: Family) -> Result<Vec<(String, String)>, Error> {
    let mut feeds = Vec::new();
    match family {
        Family::Opkg => {
            for path in ["etc/opkg/distfeeds.conf", "etc/opkg/customfeeds.conf"] {
                let Some(text) = text(root, path)? else { continue };
                let listed = opkg::feeds(&fixed(path).to_string(), &text)
                    .map_err(|error| Error::feed("the base", error))?;
                feeds.extend(listed.into_iter().map(|feed| (feed.name, feed.url)));
            }
        }
        Family::Apk => {
            let lists: Vec<RootPath> =
                root.below(&fixed("etc/apk/repositories.d")).map(|(path, _)| path.clone()).collect();
            for list in lists.iter().filter(|path| has_ending(path, "list")) {
                let text = text(root, list.as_str())?.unwrap_or_default();
                let lines =
                    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                for line in lines {
                    let folder = line.strip_suffix("/packages.adb").unwrap_or(line);
                    feeds.push((name_of(folder), folder.to_owned()));
                }
            }
        }
    }
    Ok(feeds)
}

/// What to call a feed of apk, which has only a URL: its last two parts. OpenWrt has `…/targets/x86/64/packages` beside
/// `…/packages/x86_64/packages`.
fn name_of(url: &str) -> String {
    let mut parts = url.trim_end_matches('/').rsplit('/');
    let (last, before) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{before}/{last}")
}

/// The keys of a base: what to call each, and its text.
fn keys(root: &Root, family: Family) -> Result<Vec<(String, String)>, Error> {
    let folder = match family {
        Family::Opkg => "etc/opkg/keys",
        Family::Apk => "etc/apk/keys",
    };
    let files: Vec<RootPath> = root.below(&fixed(folder)).map(|(path, _)| path.clone()).collect();
    let mut keys = Vec::new();
    for file in files {
        if let Some(text) = text(root, file.as_str())? {
            keys.push((format!("{file} of the base"), text));
        }
    }
    Ok(keys)
}

impl Known {
    /// What is wrong with a feed that has to be signed and has no key.
    fn needs_keys(&self) -> Result<(), Error> {
        if self.keys.is_empty() && !self.unsigned {
            let problem =
                "the base has no key to check this feed with: give the feed `keys`, or say `unsigned: true`";
            return Err(Error::Signature { place: self.place.to_string(), problem: problem.to_owned() });
        }
        Ok(())
    }

    pub(super) async fn opkg_index(&self, supply: &Supply<'_>) -> Result<Read<opkg::Index>, Error> {
        use crate::feed::usign::{Keyring, PublicKey};

        self.needs_keys()?;
        let list = self.place.join("Packages.gz");
        let packed = supply.fetcher.text(&list, LONGEST_INDEX).await?;
        let text = opkg::inflate(&list.to_string(), &packed).map_err(|error| Error::feed(&list, error))?;
        if !self.unsigned {
            let place = self.place.join("Packages.sig");
            let signature = supply.fetcher.text(&place, LONGEST_SIGNATURE).await.map_err(|error| match error {
                crate::fetch::Error::NotFound { .. } => Error::Signature {
                    place: place.to_string(),
                    problem: "there is no signature: say `unsigned: true` if this feed is to be trusted without one"
                        .to_owned(),
                },
                error => error.into(),
            })?;
            let mut keys = Vec::new();
            for (name, text) in &self.keys {
                keys.push(PublicKey::parse(text).map_err(Error::untrusted(name))?);
            }
            let untrusted = Error::untrusted(&place);
            let keyring = Keyring::new(keys).map_err(&untrusted)?;
            keyring.verify(&text, &String::from_utf8_lossy(&signature)).map_err(untrusted)?;
        }
        let index =
            opkg::Index::parse(&list.to_string(), &text).map_err(|error| Error::feed(&list, error))?;
        Ok(Read { index, text })
    }

    pub(super) async fn apk_index(&self, supply: &Supply<'_>) -> Result<Read<apk::Index>, Error> {
        self.needs_keys()?;
        let place = self.place.join("packages.adb");
        let text = supply.fetcher.text(&place, LONGEST_INDEX).await?;
        let keys: Vec<apk::Key> = self
            .keys
            .iter()
            .map(|(name, text)| apk::Key::from_pem(name, text))
            .collect::<Result<_, _>>()
            .map_err(|error| Error::feed(&place, error))?;
        let trust = if self.unsigned { apk::Trust::Unsigned } else { apk::Trust::Keys(&keys) };
        let index = apk::Index::read(text.as_slice(), trust).map_err(|error| Error::feed(&place, error))?;
        Ok(Read { index, text })
    }
}

/// Whether a file's name ends so, as apk asks: case counts.
pub(super) fn has_ending(path: &RootPath, ending: &str) -> bool {
    path.name().rsplit_once('.').is_some_and(|(_, found)| found == ending)
}

/// The indexes of feeds, each read by `read`, with what a lock has of them; or what is wrong with each of the feeds.
pub(super) async fn indexes<I>(
    feeds: &[Known],
    read: impl AsyncFn(&Known, &Supply<'_>) -> Result<Read<I>, Error>,
    supply: &Supply<'_>,
    watch: &mut dyn Watch,
) -> Result<(Vec<LockedFeed>, Vec<I>), Error> {
    let (mut locked, mut indexes) = (Vec::new(), Vec::new());
    let mut faults = Faults::default();
    // Servers that fail: each is named once, and waited for once.
    let mut away = BTreeSet::new();
    for feed in feeds {
        let server = feed.place.server();
        if server.as_ref().is_some_and(|server| away.contains(server)) {
            continue;
        }
        watch.step(&format!("reading {}", feed.place));
        let result = read(feed, supply).await;
        if result.as_ref().is_err_and(Error::is_environment) {
            away.extend(server);
        }
        let Some(read) = faults.keep(result) else { continue };
        let index = Digest::of_hash(Sha256::digest(&read.text).into());
        locked.push(LockedFeed {
            name: feed.name.clone(),
            place: feed.written.clone(),
            index,
            unsigned: feed.unsigned,
        });
        indexes.push(read.index);
    }
    faults.end()?;
    Ok((locked, indexes))
}

/// The text of a file of a root.
pub(super) fn text(root: &Root, path: &str) -> Result<Option<String>, Error> {
    let path = fixed(path);
    let Some(bytes) = root.read(&path)? else { return Ok(None) };
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| Error::File { path: format!("{path} of the base"), problem: "it is no text".to_owned() })
}

pub(super) fn fixed(path: &str) -> RootPath {
    path.parse().expect("it is a path in a root")
}
