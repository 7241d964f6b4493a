//! Which packages to install and to remove, as apk would choose.
//!
//! A package that offers a name with a version is the only one to have it (`dnsmasq` and `dnsmasq-full`); offers without
//! a version go side by side. What is installed is preferred, then the later version, then the priority. The kernel and
//! its modules are the node's: they are never installed, but listed with who wants them. The rules are those of
//! apk-tools' `solver.c`, the search is another: it goes back where it fails. Entries: [`solve`], and [`problems`] of what it refuses.

mod explain;
mod problem;
mod search;
mod universe;
mod way;

use std::collections::{BTreeMap, BTreeSet};

pub use self::problem::{Problem, Wants};
use self::search::Search;
use self::universe::{Universe, is_of_host};
use self::way::{Way, Wish};
use super::{Dependency, Info};
use crate::types::nearest;

/// What there is, and what is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The packages of each feed; of two feeds that have the same, the earlier one is taken.
    pub feeds: &'a [&'a [Info]],
    /// The architectures that the root runs (/etc/apk/arch); `noarch` and `all` go without saying.
    pub architectures: &'a [String],
    /// The packages in the root.
    pub installed: &'a [&'a Info],
    /// What the root was told to have.
    pub world: &'a [Dependency],
    /// What it is to have too.
    pub wanted: &'a [Dependency],
    /// Packages that it is not to have, by their own names; one that is not there is no fault.
    pub removed: &'a [String],
}

impl Request<'_> {
    fn fits(&self, info: &Info) -> bool {
        let architecture = info.architecture.as_str();
        matches!(architecture, "noarch" | "all" | "")
            || self.architectures.iter().any(|known| known == architecture)
    }
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Solution {
    /// What to install, each after what it depends on.
    pub install: Vec<Choice>,
    /// Installed packages that go without another version in their place, each before what it depends on.
    pub remove: Vec<String>,
    /// What the root is then told to have.
    pub world: Vec<Dependency>,
    /// What the node has to have, by name.
    pub host_modules: BTreeMap<String, HostModule>,
    /// Names that were to be removed and that neither the root nor a feed knows, each with one that was likely meant.
    pub unknown: Vec<(String, Option<String>)>,
    /// Each package that is then there, and who it is there for: another one, or nobody but the user.
    wanted_by: BTreeMap<String, Option<String>>,
    /// The packages that are then there by each name that they provide.
    providers: BTreeMap<String, BTreeSet<String>>,
}

/// A package to install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The number of the feed in the request.
    pub feed: usize,
    /// What the feed says of it.
    pub info: Info,
    /// The version that it replaces.
    pub before: Option<String>,
    /// Whether it was asked for by its name; all else are dependencies.
    pub asked_for: bool,
}

/// A kernel module, or the kernel, that packages want.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostModule {
    /// The version that is asked for, or that the feeds have.
    pub version: Option<String>,
    /// The packages that want it; empty if only the user does.
    pub wanted_by: BTreeSet<String>,
    /// Whether the root has a package for it, so that a later `apk add` finds it there.
    pub in_root: bool,
}

impl Solution {
    /// The chains of packages from one that was asked for to this one, or to each of those that provide this name; none for
    /// what is not there.
    pub fn why(&self, name: &str) -> Vec<Vec<String>> {
        match self.chain(name) {
            Some(chain) => vec![chain],
            None => {
                self.providers.get(name).into_iter().flatten().filter_map(|name| self.chain(name)).collect()
            }
        }
    }

    fn chain(&self, name: &str) -> Option<Vec<String>> {
        let module = self.host_modules.get(name).map(|module| module.wanted_by.first().cloned());
        let mut chain = vec![name.to_owned()];
        let mut next = self.wanted_by.get(name).cloned().or(module)?;
        // The chain has no circle: each package was taken for one that was there before it.
        while let Some(by) = next {
            next = self.wanted_by.get(&by).cloned().flatten();
            chain.push(by);
        }
        chain.reverse();
        Some(chain)
    }

    /// The modules that the root has no package for, with their versions: for [`super::Database::provide_by_host`].
    pub fn missing_modules(&self) -> BTreeMap<String, Option<String>> {
        let missing = self.host_modules.iter().filter(|(_, module)| !module.in_root);
        missing.map(|(name, module)| (name.clone(), module.version.clone())).collect()
    }
}

/// Chooses packages.
pub fn solve(request: &Request<'_>) -> Result<Solution, Problem> {
    let removed: BTreeSet<&str> = request.removed.iter().map(String::as_str).collect();
    let world = world(request, &removed)?;
    let universe = Universe::new(request);
    let search = Search::new(&universe, &removed, &world)?;
    let way = search.run(&world)?;
    search.check_removed(&way)?;
    let order = order(&universe, &way, &world);
    let chosen_names: BTreeSet<&str> =
        order.iter().map(|package| universe.packages[*package].info.name.as_str()).collect();
    let before =
        |name: &str| request.installed.iter().find(|info| info.name == name).map(|info| info.version.clone());
    let asked_for: BTreeSet<usize> =
        request.wanted.iter().flat_map(|wish| asked_for(&universe, &way, wish)).collect();
    let install = order
        .iter()
        .map(|number| (number, &universe.packages[*number]))
        .filter(|(_, package)| !package.installed);
    let install = install.map(|(number, package)| Choice {
        feed: package.feed.expect("what is not installed is of a feed"),
        info: package.info.clone(),
        before: before(&package.info.name),
        asked_for: asked_for.contains(number),
    });
    let remove = removal_order(request.installed, &chosen_names);
    let name = |package: usize| universe.packages[package].info.name.clone();
    let wanted_by =
        way.chosen.iter().map(|(package, wish)| (name(*package), wish.and_then(|wish| wish.by).map(name)));
    Ok(Solution {
        install: install.collect(),
        remove,
        host_modules: host_modules(&universe, &way, &world),
        wanted_by: wanted_by.collect(),
        providers: providers(&universe, &way),
        unknown: unknown(request, &universe),
        world: world.into_iter().filter(|wish| !is_for_host(wish, &universe)).collect(),
    })
}

/// The packages that were taken for a wish: the one of that name, or those that provide it.
fn asked_for(universe: &Universe<'_>, way: &Way<'_>, wish: &Dependency) -> Vec<usize> {
    let doing: Vec<usize> = way.doing(universe, wish).collect();
    let own = doing.iter().find(|package| universe.packages[**package].info.name == wish.name);
    own.map_or_else(|| doing.clone(), |own| vec![*own])
}

fn providers(universe: &Universe<'_>, way: &Way<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let mut providers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for info in way.chosen.keys().map(|package| universe.packages[*package].info) {
        for offer in &info.provides {
            providers.entry(offer.name.clone()).or_default().insert(info.name.clone());
        }
    }
    providers
}

fn unknown(request: &Request<'_>, universe: &Universe<'_>) -> Vec<(String, Option<String>)> {
    let installed = || request.installed.iter().map(|info| info.name.as_str());
    let unknown = request.removed.iter().filter(|name| !universe.knows(name));
    unknown.map(|name| (name.clone(), nearest(name, installed()).map(str::to_owned))).collect()
}

/// All that is wrong with a request that `together` was the answer to: each wanted package that cannot be had, whatever the
/// others are.
pub fn problems(request: &Request<'_>, together: Problem) -> Vec<Problem> {
    let mut problems = vec![together];
    for wish in request.wanted {
        let alone = solve(&Request { wanted: std::slice::from_ref(wish), ..*request });
        let problem = alone.err().filter(|problem| !problems.contains(problem));
        problems.extend(
            problem.filter(|problem| matches!(problem, Problem::Unknown { .. } | Problem::Version { .. })),
        );
    }
    problems
}

/// A wish for a module is no matter of the root's: it goes into the package that stands for the node's.
fn is_for_host(wish: &Dependency, universe: &Universe<'_>) -> bool {
    is_of_host(&wish.name) && universe.providers(&wish.name).is_empty()
}

/// The wishes of the root with those of the request, by their names.
fn world(request: &Request<'_>, removed: &BTreeSet<&str>) -> Result<Vec<Dependency>, Problem> {
    let kept = request.world.iter().filter(|wish| !removed.contains(wish.name.as_str()));
    let mut world: BTreeMap<(String, &str), &Dependency> = BTreeMap::new();
    for wish in kept.chain(request.wanted) {
        if wish.tag.is_some() {
            return Err(Problem::Tag { wish: wish.to_string() });
        }
        world.insert((wish.name.to_ascii_lowercase(), &wish.name), wish);
    }
    Ok(world.into_values().cloned().collect())
}

/// The chosen packages, each after what it depends on; in a circle the one comes first that is asked for later.
fn order(universe: &Universe<'_>, way: &Way<'_>, world: &[Dependency]) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let roots = world.iter().flat_map(|wish| way.doing(universe, wish)).chain(way.chosen.keys().copied());
    for root in roots {
        // A package, and how many of its wishes are done.
        let mut path = if seen.insert(root) { vec![(root, 0)] } else { Vec::new() };
        while let Some((package, done)) = path.last_mut() {
            let info = universe.packages[*package].info;
            // What comes of itself comes after what it came for.
            let came_for = if way.chosen[package].is_none() { info.install_if.as_slice() } else { &[] };
            let Some(wish) = info.depends.iter().chain(came_for).nth(*done) else {
                order.push(*package);
                path.pop();
                continue;
            };
            *done += 1;
            let next = way.doing(universe, wish).find(|next| !wish.conflict && !seen.contains(next));
            if let Some(next) = next {
                seen.insert(next);
                path.push((next, 0));
            }
        }
    }
    order
}

/// The installed packages that are not chosen, each before those that it depends on.
fn removal_order(installed: &[&Info], chosen: &BTreeSet<&str>) -> Vec<String> {
    let going: BTreeMap<&str, &Info> = installed
        .iter()
        .filter(|info| !chosen.contains(info.name.as_str()))
        .map(|info| (info.name.as_str(), *info))
        .collect();
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (own, info) in &going {
        owners.extend(info.names().map(|(name, _)| (name, *own)));
    }
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for root in going.keys() {
        let mut path = if seen.insert(*root) { vec![(*root, 0)] } else { Vec::new() };
        while let Some((name, done)) = path.last_mut() {
            let Some(wish) = going[name].depends.get(*done) else {
                order.push((*name).to_owned());
                path.pop();
                continue;
            };
            *done += 1;
            if let Some(next) = owners.get(wish.name.as_str()).copied().filter(|next| seen.insert(*next)) {
                path.push((next, 0));
            }
        }
    }
    order.reverse();
    order
}

/// All wishes for the kernel and its modules.
fn host_modules(
    universe: &Universe<'_>,
    way: &Way<'_>,
    world: &[Dependency],
) -> BTreeMap<String, HostModule> {
    let mut modules: BTreeMap<String, HostModule> = BTreeMap::new();
    let of_world = world.iter().map(|dependency| Wish { by: None, dependency });
    let of_packages = way.chosen.keys().flat_map(|package| {
        let depends = &universe.packages[*package].info.depends;
        depends.iter().map(|dependency| Wish { by: Some(*package), dependency })
    });
    for wish in of_world.chain(of_packages) {
        let name = &wish.dependency.name;
        let by = wish.by.map(|package| universe.packages[package].info.name.clone());
        // What a kernel module of the root wants is between it and its kernel.
        if !is_of_host(name) || wish.dependency.conflict || by.as_deref().is_some_and(is_of_host) {
            continue;
        }
        let module = modules.entry(name.clone()).or_default();
        module.in_root |= way.doing(universe, wish.dependency).next().is_some();
        module.wanted_by.extend(by);
        if module.version.is_none() {
            let of_feed = universe.modules.get(name.as_str()).map(|version| (*version).to_owned());
            module.version = wish.dependency.version().map(str::to_owned).or(of_feed);
        }
    }
    modules
}
