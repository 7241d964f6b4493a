//! All packages that there are, by the names that they have and provide.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::super::version;
use super::super::{Dependency, Info};
use super::Request;

/// Whether the node is to have it: the kernel, and its modules.
pub(super) fn is_of_host(name: &str) -> bool {
    name == "kernel" || name.starts_with("kmod-")
}

/// A package that may be chosen.
pub(super) struct Package<'a> {
    pub info: &'a Info,
    /// The feed that has it; none for one that only the root has.
    pub feed: Option<usize>,
    pub installed: bool,
    /// As the database writes it.
    pub id: String,
}

/// A package under one of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Provider<'a> {
    pub package: usize,
    /// The version of the name; none for a mere offer, which other packages may make too.
    pub version: Option<&'a str>,
}

pub(super) struct Universe<'a> {
    pub packages: Vec<Package<'a>>,
    names: BTreeMap<&'a str, Vec<Provider<'a>>>,
    /// Versions of kernel modules that the feeds have.
    pub modules: BTreeMap<&'a str, &'a str>,
    /// Packages that come of themselves.
    pub triggered: Vec<usize>,
}

impl<'a> Universe<'a> {
    pub fn new(request: &Request<'a>) -> Self {
        let mut universe = Self {
            packages: Vec::new(),
            names: BTreeMap::new(),
            modules: BTreeMap::new(),
            triggered: Vec::new(),
        };
        let mut known = BTreeMap::new();
        for info in request.installed.iter().copied() {
            known.insert((&info.name, &info.version, info.id()), universe.packages.len());
            universe.add(info, None, true);
        }
        for (number, feed) in request.feeds.iter().enumerate() {
            for info in *feed {
                if is_of_host(&info.name) {
                    universe.modules.entry(&info.name).or_insert(&info.version);
                } else if let Some(same) = known.get(&(&info.name, &info.version, info.id())) {
                    universe.packages[*same].feed.get_or_insert(number);
                } else if request.fits(info) {
                    known.insert((&info.name, &info.version, info.id()), universe.packages.len());
                    universe.add(info, Some(number), false);
                }
            }
        }
        universe
    }

    fn add(&mut self, info: &'a Info, feed: Option<usize>, installed: bool) {
        let package = self.packages.len();
        let mut seen = BTreeSet::new();
        for (name, version) in info.names() {
            if seen.insert(name) {
                self.names.entry(name).or_default().push(Provider { package, version });
            }
        }
        if !info.install_if.is_empty() {
            self.triggered.push(package);
        }
        self.packages.push(Package { info, feed, installed, id: info.id_text() });
    }

    /// Those that have a name, in the order of the root and the feeds.
    pub fn providers(&self, name: &str) -> &[Provider<'a>] {
        self.names.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a package has this for its own name.
    pub fn has_package(&self, name: &str) -> bool {
        self.modules.contains_key(name)
            || self.providers(name).iter().any(|provider| self.packages[provider.package].info.name == name)
    }

    /// Whether anything has that name.
    pub fn knows(&self, name: &str) -> bool {
        self.modules.contains_key(name) || !self.providers(name).is_empty()
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.names.keys().copied()
    }

    /// Whether this provider has the version that is named, `!` left aside.
    pub fn matches(&self, dependency: &Dependency, provider: Provider<'_>) -> bool {
        dependency.matches(provider.version, &self.packages[provider.package].id)
    }

    /// The better one of two that have the same name; apk's order: what is installed, the later version of the name, of
    /// the package, the higher priority, the earlier feed.
    pub fn prefer(&self, a: Provider<'_>, b: Provider<'_>) -> Ordering {
        let (first, second) = (&self.packages[a.package], &self.packages[b.package]);
        let installed = first.installed.cmp(&second.installed);
        let same_name = first.info.name == second.info.name;
        if (same_name || a.version.is_some() || b.version.is_some()) && installed != Ordering::Equal {
            return installed;
        }
        let by_name = match (a.version, b.version) {
            (Some(a), Some(b)) => version::compare(a, b),
            _ => Ordering::Equal,
        };
        let by_package = || {
            if same_name {
                version::compare(&first.info.version, &second.info.version)
            } else {
                Ordering::Equal
            }
        };
        // What only the root has comes from no feed, and so from none before another.
        let feed = |package: &Package<'_>| package.feed.unwrap_or(usize::MAX);
        by_name
            .then_with(by_package)
            .then_with(|| first.info.provider_priority.cmp(&second.info.provider_priority))
            .then(installed)
            .then_with(|| feed(second).cmp(&feed(first)))
    }
}
