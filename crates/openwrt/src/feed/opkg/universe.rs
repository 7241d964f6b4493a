//! Every package that could be installed or is, and which of them opkg would take for a name.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Request;
use super::unresolved::Error;
use super::{Control, Demand, Dependency, Version, provided_by_host};

/// Candidates looked at in one run. OpenWrt's feeds have some 10,000 packages with five dependencies each; a feed made to
/// take for ever is stopped within a second.
const MOST_STEPS: u64 = 5_000_000;

/// A package, installed or in a feed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub control: &'a Control,
    /// Where it comes from: feed and entry; none when it is installed.
    pub offered: Option<(usize, usize)>,
    /// The priority of its architecture.
    priority: u32,
    /// Marked `hold` or `prefer` in the status file.
    held: bool,
}

/// All candidates, each known by its number. Numbers rise with name, version and priority of the architecture, so that
/// of several numbers the last is the one that opkg prefers (`pkg_name_version_and_architecture_compare`).
pub(super) struct Universe<'a> {
    candidates: Vec<Candidate<'a>>,
    by_name: BTreeMap<&'a str, Vec<usize>>,
    /// By every name that a package answers to.
    providers: BTreeMap<&'a str, Vec<usize>>,
    /// A package, and the first that both replaces it and conflicts with it.
    replaced: BTreeMap<&'a str, &'a str>,
    /// Architectures that a name is offered for and that the image does not have.
    foreign: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Packages whose dependencies nothing satisfies; opkg passes over them (`pkg_hash_check_unresolved`).
    broken: Vec<bool>,
    steps: Cell<u64>,
}

impl<'a> Universe<'a> {
    /// What the request offers, without what it removes.
    pub fn new(request: &Request<'a>) -> Result<Self, Error> {
        let mut found: BTreeMap<(&str, &Version, &str), Candidate<'a>> = BTreeMap::new();
        let mut replaced: BTreeMap<&str, &str> = BTreeMap::new();
        let mut foreign: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let installed = request.installed.installed().map(|one| (&one.control, None, one.is_held()));
        let offered = request.feeds.iter().enumerate().flat_map(|(feed, index)| {
            let entries = index.entries.iter().enumerate();
            entries.map(move |(number, entry)| (&entry.control, Some((feed, number)), false))
        });
        // A later feed takes the place of an earlier one with the very same package, and what is installed that of all.
        for (control, offered, held) in offered.chain(installed) {
            let priority = request.architectures.get(&control.architecture).copied().unwrap_or(0);
            if request.removed.contains(&control.name) {
                continue;
            }
            if priority == 0 {
                for name in control.names() {
                    foreign.entry(name).or_default().insert(&control.architecture);
                }
                continue;
            }
            if !control.replaces.is_empty() {
                let conflicts: BTreeSet<&str> = names_in(&control.conflicts).collect();
                for old in control.replaces.iter().filter(|old| conflicts.contains(old.as_str())) {
                    if *old != control.name {
                        replaced.entry(old).or_insert(&control.name);
                    }
                }
            }
            let key = (control.name.as_str(), &control.version, control.architecture.as_str());
            found.insert(key, Candidate { control, offered, priority, held });
        }
        let mut candidates: Vec<_> = found.into_values().collect();
        candidates.sort_by_key(|one| (one.control.name.as_str(), &one.control.version, one.priority));
        let (mut by_name, mut providers): (BTreeMap<_, Vec<_>>, BTreeMap<_, Vec<_>>) = Default::default();
        for (number, one) in candidates.iter().enumerate() {
            by_name.entry(one.control.name.as_str()).or_default().push(number);
            for name in one.control.names().collect::<BTreeSet<_>>() {
                providers.entry(name).or_default().push(number);
            }
        }
        let broken = vec![false; candidates.len()];
        let steps = Cell::new(0);
        let mut universe = Self { candidates, by_name, providers, replaced, foreign, broken, steps };
        universe.find_broken()?;
        Ok(universe)
    }

    pub fn get(&self, number: usize) -> Candidate<'a> {
        self.candidates[number]
    }

    pub fn control(&self, number: usize) -> &'a Control {
        self.candidates[number].control
    }

    /// The numbers of what is installed.
    pub fn installed(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.candidates.len()).filter(|number| self.candidates[*number].offered.is_none())
    }

    /// Every name that something answers to.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.providers.keys().copied()
    }

    /// Whether something answers to that name.
    pub fn knows(&self, name: &str) -> bool {
        self.providers.contains_key(name)
    }

    /// The versions of a name that there are, as written.
    pub fn versions(&self, name: &str) -> Vec<&'a str> {
        self.providers
            .get(name)
            .into_iter()
            .flatten()
            .map(|number| self.control(*number).version.as_str())
            .collect()
    }

    /// Architectures that the name is offered for and that the image does not have.
    pub fn foreign(&self, name: &str) -> Vec<&'a str> {
        self.foreign.get(name).into_iter().flatten().copied().collect()
    }

    /// Who provides a name, in rising order; a package that another replaces stands back for it.
    pub fn candidates(&self, name: &str) -> Result<BTreeSet<usize>, Error> {
        let providers = self.providers.get(name).map_or(&[][..], Vec::as_slice);
        let provided = |package: &str| providers.iter().any(|number| self.control(*number).name == package);
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for number in providers {
            self.step(1)?;
            let package = self.control(*number).name.as_str();
            match self.replaced.get(package) {
                None => {
                    found.insert(*number);
                }
                Some(replacement) if seen.insert(package) => {
                    self.step(providers.len())?;
                    if !provided(replacement) {
                        found.extend(self.by_name.get(replacement).into_iter().flatten());
                    }
                }
                Some(_) => {}
            }
        }
        Ok(found)
    }

    /// Who satisfies a demand best: whose own name it is, then what the user asked for, then the last. `usable` says
    /// which ones count.
    pub fn best(
        &self,
        demand: &Demand,
        wanted: &BTreeSet<&str>,
        usable: impl Fn(usize) -> bool,
    ) -> Result<Option<usize>, Error> {
        let fits = |number: &usize| usable(*number) && demand.takes(&self.control(*number).version);
        let score = |number: &usize| {
            let name = self.control(*number).name.as_str();
            (u8::from(name == demand.name) + u8::from(wanted.contains(name)), *number)
        };
        Ok(self.candidates(&demand.name)?.into_iter().filter(fits).max_by_key(score))
    }

    /// The first of those that are there that satisfies a demand.
    pub fn provider(&self, demand: &Demand, there: impl Fn(usize) -> bool) -> Result<Option<usize>, Error> {
        let providers = self.providers.get(demand.name.as_str()).map_or(&[][..], Vec::as_slice);
        self.step(providers.len())?;
        let mut providers = providers.iter().copied().filter(|number| there(*number));
        Ok(providers.find(|number| demand.takes(&self.control(*number).version)))
    }

    /// The kernel module that would satisfy a demand: the one named, or the last that provides the name.
    pub fn module<'b>(&self, demand: &'b Demand) -> Result<Option<&'b str>, Error>
    where
        'a: 'b,
    {
        if provided_by_host(&demand.name) {
            return Ok(Some(demand.name.as_str()));
        }
        let providers = self.providers.get(demand.name.as_str()).map_or(&[][..], Vec::as_slice);
        self.step(providers.len())?;
        let all = providers.iter().rev().map(|number| self.control(*number));
        let mut names = all.filter(|one| demand.takes(&one.version)).map(|one| one.name.as_str());
        Ok(names.find(|name| provided_by_host(name)))
    }

    /// Which package a user means by a name (`pkg_hash_fetch_best_installation_candidate_by_name`).
    pub fn meant(&self, name: &str, usable: impl Fn(usize) -> bool) -> Result<Option<usize>, Error> {
        let all: Vec<usize> = self.candidates(name)?.into_iter().filter(|number| usable(*number)).collect();
        let last = |fits: &dyn Fn(Candidate<'_>) -> bool| {
            all.iter().copied().rfind(|number| fits(self.get(*number)))
        };
        let first_of_highest = all.iter().copied().rev().max_by_key(|number| self.get(*number).priority);
        Ok(last(&|one| one.control.name == name)
            .or_else(|| last(&|one| one.held))
            .or_else(|| last(&|one| one.offered.is_none()))
            .or(first_of_highest))
    }

    /// Whether everything that it needs, and what that needs, can be had.
    pub fn is_whole(&self, number: usize) -> bool {
        !self.broken[number]
    }

    /// Finds the packages that cannot be installed because of what they need. Those that need one another can; what is
    /// installed is, whatever the base lacks.
    fn find_broken(&mut self) -> Result<(), Error> {
        let mut needed_by: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, one) in self.candidates.iter().enumerate() {
            for name in names_in(&one.control.depends) {
                needed_by.entry(name).or_default().push(number);
            }
        }
        let mut open: Vec<usize> = (0..self.candidates.len()).collect();
        while let Some(number) = open.pop() {
            let one = self.get(number);
            if self.broken[number] || one.offered.is_none() || provided_by_host(&one.control.name) {
                continue;
            }
            for dependency in one.control.depends.iter().filter(|dependency| !dependency.greedy) {
                if !self.can_be_had(dependency)? {
                    self.broken[number] = true;
                    for again in one.control.names().filter_map(|name| needed_by.get(name)) {
                        self.step(again.len())?;
                        open.extend(again);
                    }
                    break;
                }
            }
        }
        Ok(())
    }

    fn can_be_had(&self, dependency: &Dependency) -> Result<bool, Error> {
        for choice in &dependency.choices {
            let providers = self.providers.get(choice.name.as_str()).map_or(&[][..], Vec::as_slice);
            for number in providers {
                self.step(1)?;
                if !self.broken[*number] && choice.takes(&self.control(*number).version) {
                    return Ok(true);
                }
            }
            if provided_by_host(&choice.name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn step(&self, count: usize) -> Result<(), Error> {
        self.steps.set(self.steps.get().saturating_add(count as u64));
        if self.steps.get() > MOST_STEPS { Err(Error::TooMuch { most: MOST_STEPS }) } else { Ok(()) }
    }
}

/// Every name that a list mentions.
pub(super) fn names_in(list: &[Dependency]) -> impl Iterator<Item = &str> {
    list.iter().flat_map(|one| &one.choices).map(|choice| choice.name.as_str())
}
