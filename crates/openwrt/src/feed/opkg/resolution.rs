//! What a resolution says: what to do, in which order, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::provided_by_host;
use super::resolve::{Run, upgraded};
use super::unresolved::Error;
use super::{Dependency, Version};
use crate::types::nearest;

/// What to do to a base, in this order: remove, then install one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Installed packages that go.
    pub remove: Vec<Removal>,
    /// What to install, what a package needs before it (in a circle one of them comes first).
    pub install: Vec<Step>,
    /// Wanted packages that the base has already.
    pub already: Vec<String>,
    /// Names that were to be removed and that neither the base nor a feed knows, each with one that was likely meant.
    pub unknown: Vec<(String, Option<String>)>,
    /// Kernel modules that packages of the image need, from all packages, the base's own too.
    pub host_modules: Vec<HostModule>,
    /// For each package the packages that satisfy what it needs.
    needs: BTreeMap<String, BTreeSet<String>>,
    /// The packages that are there by each name that they provide.
    providers: BTreeMap<String, BTreeSet<String>>,
    wanted: BTreeSet<String>,
}

/// A package that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Its name.
    pub name: String,
    /// The new package that replaces it; none when the user removes it.
    pub replaced_by: Option<String>,
}

/// A package to install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The number of the feed in the request.
    pub feed: usize,
    /// The number of the entry in that feed's list.
    pub entry: usize,
    /// The installed version that it takes the place of.
    pub upgrades: Option<Version>,
    /// Whether the user asked for it; else something needs it.
    pub wanted: bool,
}

/// A kernel module, or the kernel itself, that the node has to bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostModule {
    /// The package that it would be: `kmod-tun`.
    pub name: String,
    /// The packages that need it; the empty set when only the user asked for it.
    pub needed_by: BTreeSet<String>,
    /// Whether the database does not know it yet, so that opkg in the image would fetch it: [`super::Database::stub`].
    pub is_unknown: bool,
}

impl Resolution {
    pub(super) fn of(run: &Run<'_>, asked: Vec<String>) -> Result<Self, Error> {
        let (request, universe) = (run.request, run.universe);
        let replaced = run.replaced.iter();
        let replaced = replaced
            .map(|(old, new)| Removal { name: (*old).to_owned(), replaced_by: Some((*new).to_owned()) });
        let installed = || request.installed.installed().map(|one| one.control.name.as_str());
        let unknown = request.removed.iter().filter(|name| !run.has_package(name) && !universe.knows(name));
        let unknown = unknown.map(|name| (name.clone(), nearest(name, installed()).map(str::to_owned)));
        let unknown = unknown.collect();
        let mut providers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, number) in &run.present {
            for other in universe.control(*number).names().filter(|other| other != name) {
                providers.entry(other.to_owned()).or_default().insert((*name).to_owned());
            }
        }
        let steps = run.order.iter().filter_map(|number| {
            let one = universe.get(*number);
            let (feed, entry) = one.offered?;
            let name = one.control.name.as_str();
            Some(Step {
                feed,
                entry,
                upgrades: upgraded(request, name).cloned(),
                wanted: run.meant.contains(name),
            })
        });
        let (needs, modules) = needs(run)?;
        let known: BTreeSet<&str> =
            universe.installed().map(|number| universe.control(number).name.as_str()).collect();
        let host_modules = modules.into_iter().map(|(name, needed_by)| HostModule {
            is_unknown: !known.contains(name.as_str()),
            name,
            needed_by,
        });
        Ok(Self {
            install: steps.collect(),
            host_modules: host_modules.collect(),
            already: run.already.iter().map(|name| (*name).to_owned()).collect(),
            wanted: run.meant.iter().map(|name| (*name).to_owned()).collect(),
            remove: asked
                .into_iter()
                .map(|name| Removal { name, replaced_by: None })
                .chain(replaced)
                .collect(),
            unknown,
            providers,
            needs,
        })
    }

    /// Why a package is there: for each wanted package, and each of the base that nothing needs, the shortest chain
    /// from it to that package, or to each that provides this name. Empty when it is not there.
    pub fn why(&self, name: &str) -> Vec<Vec<String>> {
        match self.providers.get(name).filter(|_| !self.needs.contains_key(name)) {
            Some(providers) => providers.iter().flat_map(|package| self.chains(package)).collect(),
            None => self.chains(name),
        }
    }

    fn chains(&self, name: &str) -> Vec<Vec<String>> {
        let needed: BTreeSet<&String> =
            self.needs.iter().flat_map(|(own, all)| all.iter().filter(move |one| *one != own)).collect();
        let tops = self.needs.keys().filter(|top| self.wanted.contains(*top) || !needed.contains(top));
        tops.filter_map(|top| self.chain(top, name)).collect()
    }

    /// The shortest chain, found from its end.
    fn chain(&self, top: &str, name: &str) -> Option<Vec<String>> {
        let mut before: BTreeMap<&str, Option<&str>> = BTreeMap::from([(top, None)]);
        let mut level = vec![top];
        while !before.contains_key(name) {
            let mut next = Vec::new();
            for from in level {
                for to in self.needs.get(from).into_iter().flatten() {
                    if !before.contains_key(to.as_str()) {
                        before.insert(to, Some(from));
                        next.push(to.as_str());
                    }
                }
            }
            if next.is_empty() {
                return None;
            }
            level = next;
        }
        let mut chain: Vec<String> =
            std::iter::successors(Some(name), |at| before[*at]).map(str::to_owned).collect();
        chain.reverse();
        Some(chain)
    }
}

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Who needs whom in the end, and who needs what of the node.
fn needs(run: &Run<'_>) -> Result<(Edges, Edges), Error> {
    let universe = run.universe;
    let (mut needs, mut modules): (Edges, Edges) = Default::default();
    for name in &run.host {
        modules.entry((*name).to_owned()).or_default();
    }
    let there = |number| run.present.get(universe.control(number).name.as_str()) == Some(&number);
    let satisfier = |dependency: &Dependency| -> Result<Option<String>, Error> {
        for choice in &dependency.choices {
            if let Some(number) = universe.provider(choice, there)? {
                return Ok(Some(universe.control(number).name.clone()));
            }
            if let Some(module) = universe.module(choice)? {
                return Ok(Some(module.to_owned()));
            }
        }
        Ok(None)
    };
    for (name, number) in run.present.iter().filter(|(name, _)| !provided_by_host(name)) {
        let control = universe.control(*number);
        let all = control.depends.iter().chain(&control.recommends);
        let own: BTreeSet<String> =
            all.filter_map(|one| satisfier(one).transpose()).collect::<Result<_, _>>()?;
        for module in own.iter().filter(|name| provided_by_host(name)) {
            modules.entry(module.clone()).or_default().insert((*name).to_owned());
        }
        needs.insert((*name).to_owned(), own);
    }
    Ok((needs, modules))
}
