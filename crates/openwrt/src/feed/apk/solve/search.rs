//! The search for a set of packages.
//!
//! Takes what has one answer only, then the first wish in apk's order of preference; a way that ends is left for the
//! last one that was not tried. The work is bounded, so that a hostile feed ends in an error and not in a hang.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::Dependency;
use super::Problem;
use super::universe::{Provider, Universe, is_of_host};
use super::way::{Way, Wish, way_has};

/// How many ways are tried before giving up. OpenWrt's feeds have few alternatives: one is the rule.
const ATTEMPTS: usize = 1000;
/// How often a package is judged in all; 300 packages take some 20,000.
const WORK: usize = 20_000_000;

/// What stands against a package.
pub(super) enum Obstacle<'a> {
    Removed,
    /// It provides its own name with a version.
    Itself,
    /// Its own wish that nothing can do.
    Impossible(&'a Dependency),
    /// One that has the same name.
    Name(&'a str, usize),
    /// Somebody, or the world, wishes for something else of that name, or wishes it away.
    Refused(Wish<'a>),
    /// It refuses, or does not go with, a package that is there.
    Refuses(&'a Dependency, usize),
}

/// Where another way branches off.
struct Branch<'a> {
    way: Way<'a>,
    wish: Option<Wish<'a>>,
    /// Best last.
    left: Vec<usize>,
}

/// Which wish is looked at first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// There is one way to do it.
    Only,
    /// A package has that name.
    Named,
    /// Packages only offer it: another wish may decide which.
    Offered,
}

struct Next<'a> {
    rank: Rank,
    wish: Wish<'a>,
    /// The best last.
    candidates: Vec<usize>,
}

pub(super) struct Search<'u, 'a> {
    pub universe: &'u Universe<'a>,
    pub removed: &'u BTreeSet<&'a str>,
    /// Packages with a wish that no set can do.
    impossible: BTreeMap<usize, &'a Dependency>,
    work: Cell<usize>,
}

impl<'u, 'a> Search<'u, 'a> {
    pub fn new(
        universe: &'u Universe<'a>,
        removed: &'u BTreeSet<&'a str>,
        world: &'a [Dependency],
    ) -> Result<Self, Problem> {
        let mut search = Self { universe, removed, impossible: BTreeMap::new(), work: Cell::new(0) };
        let mut open = search.reachable(world);
        let info = |package: &usize| universe.packages[*package].info;
        let mut wanted_by: BTreeMap<&'a str, Vec<usize>> = BTreeMap::new();
        for package in &open {
            for wish in info(package).depends.iter().filter(|wish| !wish.conflict) {
                wanted_by.entry(&wish.name).or_default().push(*package);
            }
        }
        // Round by round, so that each is blamed on the wish that fails first; only those are looked at again that want one of
        // the round before.
        while !open.is_empty() {
            let mut found: Vec<(usize, &'a Dependency)> = Vec::new();
            for package in open.into_iter().filter(|package| !search.impossible.contains_key(package)) {
                found.extend(search.lacking(package).map(|wish| (package, wish)));
                search.bounded()?;
            }
            let names = found.iter().flat_map(|(package, _)| info(package).names());
            open = names.filter_map(|(name, _)| wanted_by.get(name)).flatten().copied().collect();
            search.impossible.extend(found);
        }
        Ok(search)
    }

    /// All packages that some way could take.
    fn reachable(&self, world: &'a [Dependency]) -> BTreeSet<usize> {
        let mut names: Vec<&'a str> = world.iter().map(|wish| wish.name.as_str()).collect();
        let packages = &self.universe.packages;
        names.extend(self.universe.triggered.iter().map(|package| packages[*package].info.name.as_str()));
        let mut seen: BTreeSet<&'a str> = names.iter().copied().collect();
        let mut reachable = BTreeSet::new();
        while let Some(name) = names.pop() {
            for provider in self.universe.providers(name) {
                if reachable.insert(provider.package) {
                    let depends = packages[provider.package].info.depends.iter();
                    names.extend(depends.map(|wish| wish.name.as_str()).filter(|name| seen.insert(name)));
                }
            }
        }
        reachable
    }

    /// A wish of a package that nothing at all can do.
    fn lacking(&self, package: usize) -> Option<&'a Dependency> {
        let mut depends = self.universe.packages[package].info.depends.iter();
        depends.find(|wish| {
            let is_possible = |provider: &&Provider<'_>| {
                self.universe.matches(wish, **provider)
                    && !self.impossible.contains_key(&provider.package)
                    && !self.is_removed(provider.package)
                    && !self.is_in_its_own_way(provider.package)
            };
            let providers = self.universe.providers(&wish.name);
            self.spend(providers.len() + 1);
            !wish.conflict && !is_of_host(&wish.name) && !providers.iter().any(|p| is_possible(&p))
        })
    }

    fn is_removed(&self, package: usize) -> bool {
        self.removed.contains(self.universe.packages[package].info.name.as_str())
    }

    /// Whether apk would take it for two packages of one name. One that is installed as it is, is none of ours.
    fn is_in_its_own_way(&self, package: usize) -> bool {
        let package = &self.universe.packages[package];
        let own = |name: &Dependency| name.name == package.info.name && name.version().is_some();
        !package.installed && package.info.provides.iter().any(own)
    }

    /// Does all wishes of the world.
    pub fn run(&self, world: &'a [Dependency]) -> Result<Way<'a>, Problem> {
        let mut way = Way::default();
        for dependency in world {
            way.ask(Wish { by: None, dependency });
        }
        let mut branches: Vec<Branch<'a>> = Vec::new();
        let mut first: Option<Problem> = None;
        let mut attempts = 0;
        loop {
            let problem = match self.follow(&mut way, &mut branches) {
                Ok(()) => return Ok(way),
                Err(problem) => problem,
            };
            let first = first.get_or_insert(problem);
            attempts += 1;
            if matches!(first, Problem::TooMuch { .. }) {
                return Err(first.clone());
            }
            if attempts == ATTEMPTS || self.bounded().is_err() {
                return Err(Problem::GaveUp { first: Box::new(first.clone()) });
            }
            let Some(mut branch) = branches.pop() else { return Err(first.clone()) };
            let next = branch.left.pop();
            let wish = branch.wish;
            way = branch.way.clone();
            if !branch.left.is_empty() {
                branches.push(branch);
            }
            if let Some(package) = next {
                way.take(self.universe, package, wish);
            }
        }
    }

    fn spend(&self, work: usize) {
        self.work.set(self.work.get().saturating_add(work));
    }

    /// Ends a search that has taken too long.
    fn bounded(&self) -> Result<(), Problem> {
        if self.work.get() > WORK { Err(Problem::TooMuch { most: WORK }) } else { Ok(()) }
    }

    /// Goes one way to its end, and notes where others branch off.
    fn follow(&self, way: &mut Way<'a>, branches: &mut Vec<Branch<'a>>) -> Result<(), Problem> {
        loop {
            self.spend(way.open.len());
            self.bounded()?;
            way.leave_to_host(self.universe);
            way.open.retain(|wish| !way_has(&way.names, self.universe, wish.dependency));
            let next = self.next(way)?;
            if let Some(Next { rank: Rank::Only, wish, mut candidates }) = next {
                let package = candidates.pop().expect("there is one");
                way.take(self.universe, package, Some(wish));
            } else if let Some(package) = self.triggered(way) {
                let mut before = way.clone();
                before.declined.insert(package);
                branches.push(Branch { way: before, wish: None, left: Vec::new() });
                way.take(self.universe, package, None);
            } else if let Some(Next { wish, mut candidates, .. }) = next {
                let package = candidates.pop().expect("there is one at least");
                branches.push(Branch { way: way.clone(), wish: Some(wish), left: candidates });
                way.take(self.universe, package, Some(wish));
            } else {
                let open = way.open.first();
                return open.map_or(Ok(()), |wish| Err(self.choice(way, *wish)));
            }
        }
    }

    /// The open wish to look at first; none when all that are open wait for somebody to name a package.
    fn next(&self, way: &Way<'a>) -> Result<Option<Next<'a>>, Problem> {
        let mut best: Option<Next<'a>> = None;
        for wish in way.open.iter().copied() {
            let candidates = self.candidates(way, wish)?;
            self.bounded()?;
            let name = |package: &usize| self.universe.packages[*package].info.name == wish.dependency.name;
            let rank = match candidates.len() {
                // None that apk would take of itself.
                0 => continue,
                1 => Rank::Only,
                _ if candidates.iter().any(name) => Rank::Named,
                _ => Rank::Offered,
            };
            if best.as_ref().is_none_or(|best| rank < best.rank) {
                best = Some(Next { rank, wish, candidates });
            }
            if rank == Rank::Only {
                break;
            }
        }
        Ok(best)
    }

    /// A package that is to come of itself now.
    fn triggered(&self, way: &Way<'a>) -> Option<usize> {
        let ready = self.universe.triggered.iter().copied().find(|package| {
            let mut wishes = self.universe.packages[*package].info.install_if.iter();
            !way.chosen.contains_key(package)
                && !way.declined.contains(package)
                && wishes.all(|wish| way_has(&way.names, self.universe, wish) != wish.conflict)
                && self.obstacle(way, *package).is_none()
        });
        self.spend(self.universe.triggered.len());
        ready
    }

    /// The packages that can do a wish, the best last; empty when there are some, but none to be taken unasked.
    fn candidates(&self, way: &Way<'a>, wish: Wish<'a>) -> Result<Vec<usize>, Problem> {
        let providers = self.universe.providers(&wish.dependency.name);
        self.spend(providers.len() + 1);
        let mut able: Vec<Provider<'a>> = providers
            .iter()
            .copied()
            .filter(|provider| self.universe.matches(wish.dependency, *provider))
            .filter(|provider| self.obstacle(way, provider.package).is_none())
            .collect();
        if able.is_empty() {
            return Err(self.failure(way, wish));
        }
        able.retain(|provider| {
            let info = self.universe.packages[provider.package].info;
            provider.version.is_some() || info.provider_priority > 0 || way.is_asked_for(&info.name)
        });
        // The order is apk's and need not be one that sorting may rely on; there are few.
        self.spend(able.len() * able.len() / 2);
        self.bounded()?;
        let mut sorted = Vec::with_capacity(able.len());
        while !able.is_empty() {
            let mut best = 0;
            for at in 1..able.len() {
                if self.universe.prefer(able[at], able[best]).is_gt() {
                    best = at;
                }
            }
            sorted.push(able.remove(best).package);
        }
        sorted.reverse();
        Ok(sorted)
    }

    pub fn obstacle(&self, way: &Way<'a>, package: usize) -> Option<Obstacle<'a>> {
        if self.is_removed(package) {
            return Some(Obstacle::Removed);
        }
        if self.is_in_its_own_way(package) {
            return Some(Obstacle::Itself);
        }
        if let Some(wish) = self.impossible.get(&package) {
            return Some(Obstacle::Impossible(wish));
        }
        let info = self.universe.packages[package].info;
        for (name, version) in info.names() {
            self.spend(way.wishes.get(name).map_or(1, Vec::len) + way.names.get(name).map_or(0, Vec::len));
            let own = Provider { package, version };
            let same = way.names.get(name).into_iter().flatten();
            for other in same.filter(|other| other.package != package) {
                if version.is_some() || other.version.is_some() {
                    return Some(Obstacle::Name(name, other.package));
                }
            }
            for wish in way.wishes.get(name).into_iter().flatten().filter(|wish| wish.by != Some(package)) {
                let matches = self.universe.matches(wish.dependency, own);
                if wish.dependency.conflict && matches
                    || !wish.dependency.conflict && !matches && version.is_some()
                {
                    return Some(Obstacle::Refused(*wish));
                }
            }
        }
        self.spend(info.depends.len());
        for wish in &info.depends {
            for other in way
                .names
                .get(wish.name.as_str())
                .into_iter()
                .flatten()
                .filter(|other| other.package != package)
            {
                let matches = self.universe.matches(wish, *other);
                if wish.conflict && matches || !wish.conflict && !matches && other.version.is_some() {
                    return Some(Obstacle::Refuses(wish, other.package));
                }
            }
        }
        None
    }
}
