//! A set of packages on its way: what was taken, and what is still wished for.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Dependency;
use super::universe::{Provider, Universe, is_of_host};

/// A wish of a package, or of the world.
#[derive(Clone, Copy)]
pub(super) struct Wish<'a> {
    pub by: Option<usize>,
    pub dependency: &'a Dependency,
}

/// A set that is being put together.
#[derive(Clone, Default)]
pub(super) struct Way<'a> {
    /// Each package, and the wish that it was taken for.
    pub chosen: BTreeMap<usize, Option<Wish<'a>>>,
    pub names: BTreeMap<&'a str, Vec<Provider<'a>>>,
    /// All wishes by their names, with those that are done and those for what is not to be there.
    pub wishes: BTreeMap<&'a str, Vec<Wish<'a>>>,
    pub open: Vec<Wish<'a>>,
    /// What the node is to have.
    host: Vec<Wish<'a>>,
    /// Packages that could come of themselves and were tried in vain.
    pub declined: BTreeSet<usize>,
}

/// Whether one of the packages that have the name is as it is wished for.
pub(super) fn way_has(
    names: &BTreeMap<&str, Vec<Provider<'_>>>,
    universe: &Universe<'_>,
    wish: &Dependency,
) -> bool {
    names.get(wish.name.as_str()).into_iter().flatten().any(|provider| universe.matches(wish, *provider))
}

impl<'a> Way<'a> {
    pub fn ask(&mut self, wish: Wish<'a>) {
        let name = wish.dependency.name.as_str();
        self.wishes.entry(name).or_default().push(wish);
        if !wish.dependency.conflict {
            self.open.push(wish);
        }
    }

    pub fn take(&mut self, universe: &Universe<'a>, package: usize, wish: Option<Wish<'a>>) {
        let info = universe.packages[package].info;
        self.chosen.insert(package, wish);
        let mut seen = BTreeSet::new();
        for (name, version) in info.names().filter(|(name, _)| seen.insert(*name)) {
            self.names.entry(name).or_default().push(Provider { package, version });
        }
        for dependency in &info.depends {
            self.ask(Wish { by: Some(package), dependency });
        }
    }

    /// Wishes for the kernel and its modules that the root itself does not do are the node's.
    pub fn leave_to_host(&mut self, universe: &Universe<'a>) {
        let is_of_host = |wish: &mut Wish<'a>| {
            let name = &wish.dependency.name;
            let mut providers = universe.providers(name).iter();
            is_of_host(name) && !providers.any(|provider| universe.matches(wish.dependency, *provider))
        };
        self.host.extend(self.open.extract_if(.., is_of_host));
    }

    /// Whether somebody wishes for that name itself.
    pub fn is_asked_for(&self, name: &str) -> bool {
        self.wishes.get(name).into_iter().flatten().any(|wish| !wish.dependency.conflict)
    }

    /// The chosen packages that do a wish.
    pub fn doing<'w>(
        &'w self,
        universe: &'w Universe<'a>,
        wish: &'w Dependency,
    ) -> impl Iterator<Item = usize> + 'w {
        let providers = self.names.get(wish.name.as_str()).into_iter().flatten();
        providers.filter(|provider| universe.matches(wish, **provider)).map(|provider| provider.package)
    }
}
