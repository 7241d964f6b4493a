//! What to install and to remove, as opkg would choose.
//!
//! opkg goes depth first and never back: for each demand it takes what is installed, else the best candidate, and stops
//! where there is none. Three things are stricter than opkg, so that one recipe has one outcome: wanted packages are
//! taken in the order of their names; a conflict holds in both directions; in the end every package has what it needs,
//! or the removal or replacement that took it away is an error.
//!
//! Entries: [`resolve`], and [`faults`] of what it refuses.

use std::collections::{BTreeMap, BTreeSet};

use super::universe::{Universe, names_in};
use super::unresolved::{Chain, Error};
use super::{Database, Demand, Dependency, Index, Resolution, Version, provided_by_host};
use crate::types::{nearest, quoted};

/// Packages on the way from a wanted one to one that it needs; some 20 in OpenWrt's feeds.
const DEEPEST: usize = 200;

/// What is asked for, and what there is.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The lists of the feeds, in the order of the feeds.
    pub feeds: &'a [Index],
    /// What the base has.
    pub installed: &'a Database,
    /// Names of packages that are to be there in the end.
    pub wanted: &'a BTreeSet<String>,
    /// Names of packages that are not, by their own names.
    pub removed: &'a BTreeSet<String>,
    /// Architectures that the image runs, with their priorities: OpenWrt has `all` 1, `noarch` 1, its own 10.
    pub architectures: &'a BTreeMap<String, u32>,
}

/// Decides what to install and to remove.
pub fn resolve(request: &Request<'_>) -> Result<Resolution, Error> {
    if let Some(both) = request.wanted.intersection(request.removed).next() {
        return Err(Error::Both(quoted(both)));
    }
    let mut asked = Vec::new();
    for one in request.installed.installed().filter(|one| request.removed.contains(&one.control.name)) {
        if one.control.essential {
            return Err(Error::Essential(quoted(&one.control.name)));
        }
        asked.push(one.control.name.clone());
    }
    let universe = Universe::new(request)?;
    let present =
        universe.installed().map(|number| (universe.control(number).name.as_str(), number)).collect();
    let wanted = request.wanted.iter().map(String::as_str).collect();
    let mut run = Run {
        request,
        universe: &universe,
        wanted,
        meant: BTreeSet::new(),
        present,
        order: Vec::new(),
        taken: BTreeSet::new(),
        chains: BTreeMap::new(),
        chosen: BTreeMap::new(),
        way: Vec::new(),
        replaced: BTreeMap::new(),
        already: Vec::new(),
        host: BTreeSet::new(),
    };
    for name in request.wanted {
        run.want(name)?;
    }
    run.check_removed()?;
    run.judge()?;
    Resolution::of(&run, asked)
}

/// All that is wrong with a request that `together` was the answer to: each wanted package that cannot be had, whatever the
/// others are.
pub fn faults(request: &Request<'_>, together: Error) -> Vec<Error> {
    let mut faults = vec![together];
    for name in request.wanted {
        let alone = resolve(&Request { wanted: &BTreeSet::from([name.clone()]), ..*request });
        let fault = alone.err().filter(|fault| !faults.contains(fault));
        faults.extend(
            fault.filter(|fault| matches!(fault, Error::Unknown { .. } | Error::Unsatisfiable { .. })),
        );
    }
    faults
}

/// A resolution under way.
pub(super) struct Run<'a> {
    pub request: &'a Request<'a>,
    pub universe: &'a Universe<'a>,
    wanted: BTreeSet<&'a str>,
    /// The packages that the wanted names stand for.
    pub meant: BTreeSet<&'a str>,
    /// What is there after the wanted packages so far, by name.
    pub present: BTreeMap<&'a str, usize>,
    /// What to install, dependencies first.
    pub order: Vec<usize>,
    /// Those in `order`.
    taken: BTreeSet<usize>,
    /// For each of these the first way to it, from a wanted package.
    pub chains: BTreeMap<usize, Chain>,
    /// Every package taken or on the way to be, by name.
    chosen: BTreeMap<&'a str, usize>,
    way: Vec<&'a str>,
    /// Installed packages that a new one replaces, and which.
    pub replaced: BTreeMap<&'a str, &'a str>,
    /// Wanted packages that are installed as they are.
    pub already: Vec<&'a str>,
    /// Wanted names that are a matter of the node.
    pub host: BTreeSet<&'a str>,
}

impl<'a> Run<'a> {
    fn want(&mut self, name: &'a str) -> Result<(), Error> {
        let meant = self.universe.meant(name, |number| self.universe.is_whole(number))?;
        // Of a package that cannot be installed, the way down tells what is missing.
        let meant = match meant {
            None => self.universe.meant(name, |_| true)?,
            some => some,
        };
        let host = |name| provided_by_host(name).then_some(name);
        if let Some(host) = host(name).or(meant.and_then(|number| host(&self.universe.control(number).name)))
        {
            self.host.insert(host);
            return Ok(());
        }
        let Some(number) = meant else { return Err(self.unknown(name)) };
        let control = self.universe.control(number);
        self.meant.insert(&control.name);
        let installed = self.present.get(control.name.as_str());
        if let Some(there) = installed.filter(|old| self.universe.control(**old).version >= control.version) {
            if self.universe.get(*there).offered.is_none() {
                self.already.push(&control.name);
            }
            return Ok(());
        }
        // Of a package that was taken for another wanted name, one version is enough: this name asks for none in particular.
        if self.chosen.contains_key(control.name.as_str()) {
            return Ok(());
        }
        let before = self.order.len();
        self.need(number)?;
        self.take(number);
        self.install(before);
        Ok(())
    }

    /// Takes what a package needs, depth first.
    fn need(&mut self, number: usize) -> Result<(), Error> {
        let control = self.universe.control(number);
        if self.chosen.contains_key(control.name.as_str()) {
            return Ok(());
        }
        self.chosen.insert(&control.name, number);
        self.way.push(&control.name);
        self.chains.entry(number).or_insert_with(|| chain(&self.way));
        if self.way.len() > DEEPEST {
            return Err(Error::TooDeep { name: quoted(self.way[0]), most: DEEPEST });
        }
        for dependency in &control.depends {
            if dependency.greedy {
                self.take_all(dependency)?;
            } else {
                self.satisfy(number, dependency, false)?;
            }
        }
        for dependency in &control.recommends {
            self.satisfy(number, dependency, true)?;
        }
        self.way.pop();
        Ok(())
    }

    fn satisfy(&mut self, of: usize, dependency: &Dependency, optional: bool) -> Result<(), Error> {
        let universe = self.universe;
        for choice in &dependency.choices {
            let there = |number| self.present.get(universe.control(number).name.as_str()) == Some(&number);
            if universe.best(choice, &self.wanted, there)?.is_some() {
                return Ok(());
            }
        }
        let mut found = None;
        for choice in &dependency.choices {
            found = universe
                .best(choice, &self.wanted, |number| universe.is_whole(number))?
                .map(|number| (choice, number));
            if found.is_some() || provided_by_host(&choice.name) {
                break;
            }
        }
        if found.is_none()
            && (optional || dependency.choices.iter().any(|choice| provided_by_host(&choice.name)))
        {
            return Ok(());
        }
        let Some((choice, number)) = found else { return Err(self.missing(dependency)) };
        if number == of || provided_by_host(&universe.control(number).name) {
            return Ok(());
        }
        match self.is_other_version(choice, number, dependency) {
            Ok(true) => Ok(()),
            Err(_) if optional => Ok(()),
            Err(error) => Err(error),
            Ok(false) => {
                self.need(number)?;
                self.take(number);
                Ok(())
            }
        }
    }

    /// Whether another version is chosen already, and will do. A package can be there in one version only, and an older
    /// one does not take the place of a newer.
    fn is_other_version(&self, choice: &Demand, number: usize, needed: &Dependency) -> Result<bool, Error> {
        let control = self.universe.control(number);
        let name = control.name.as_str();
        let version = |number: &usize| &self.universe.control(*number).version;
        let reason = match (self.chosen.get(name), self.present.get(name).map(version)) {
            (Some(other), _) if *other == number => return Ok(false),
            (Some(other), _) if choice.takes(version(other)) => return Ok(true),
            (Some(other), _) => {
                format!("{} {} is already chosen for another package", quoted(name), version(other))
            }
            (None, Some(old)) if *old > control.version => {
                format!("{} {old} is installed: opkg does not go back to {}", quoted(name), control.version)
            }
            _ => return Ok(false),
        };
        let dependency = quoted(&needed.to_string());
        Err(Error::Unsatisfiable { chain: chain(&self.way), dependency, reason })
    }

    /// A greedy dependency: all that fits and needs nothing more.
    fn take_all(&mut self, dependency: &'a Dependency) -> Result<(), Error> {
        for choice in &dependency.choices {
            for number in self.universe.candidates(&choice.name)?.into_iter().rev() {
                let control = self.universe.control(number);
                let name = control.name.as_str();
                let is_known = self.present.contains_key(name) || self.chosen.contains_key(name);
                let there = |number| {
                    let name = self.universe.control(number).name.as_str();
                    [&self.chosen, &self.present].iter().any(|all| all.get(name) == Some(&number))
                };
                if is_known || provided_by_host(name) {
                    continue;
                }
                let mut fits = true;
                for one in control.depends.iter().filter(|one| !one.greedy) {
                    fits = fits && self.is_satisfied(one, there)?;
                }
                if fits {
                    self.chosen.insert(name, number);
                    self.take(number);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, number: usize) {
        if self.taken.insert(number) {
            let mut way = self.way.clone();
            way.push(&self.universe.control(number).name);
            self.chains.entry(number).or_insert_with(|| chain(&way));
            self.order.push(number);
        }
    }

    /// Makes present what was chosen since, and takes away what that replaces.
    fn install(&mut self, since: usize) {
        for number in &self.order[since..] {
            let control = self.universe.control(*number);
            let conflicting: BTreeSet<&str> = names_in(&control.conflicts).collect();
            for old in &control.replaces {
                let Some(other) = self.present.get(old.as_str()).map(|other| self.universe.get(*other))
                else {
                    continue;
                };
                let conflicts = other.control.names().any(|own| conflicting.contains(own));
                let kept =
                    other.control.essential || self.wanted.contains(old.as_str()) || other.offered.is_some();
                if conflicts && !kept && *old != control.name {
                    self.present.remove(old.as_str());
                    self.replaced.insert(&other.control.name, &control.name);
                }
            }
            self.present.insert(&control.name, *number);
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let near = nearest(name, self.universe.names()).map(|near| format!("; did you mean `{near}`?"));
        let foreign = self.universe.foreign(name);
        let hint = if foreign.is_empty() {
            near.unwrap_or_default()
        } else {
            format!(" for this architecture, only for {}", foreign.join(", "))
        };
        Error::Unknown { name: quoted(name), hint }
    }

    /// Why a dependency cannot be had: the first thing that is missing on the way down.
    fn missing(&mut self, dependency: &Dependency) -> Error {
        for choice in &dependency.choices {
            let universe = self.universe;
            match universe.best(choice, &self.wanted, |_| true) {
                Ok(Some(number)) => {
                    if let Err(error) = self.need(number) {
                        return error;
                    }
                }
                Ok(None) => {}
                Err(error) => return error,
            }
        }
        let name = &dependency.choices[0].name;
        let (versions, foreign) = (self.universe.versions(name), self.universe.foreign(name));
        let reason = if self.request.removed.contains(name) {
            format!("{} is to be removed", quoted(name))
        } else if !versions.is_empty() {
            format!("there is only version {}", versions.join(", "))
        } else if !foreign.is_empty() {
            format!("it is only there for {}", foreign.join(", "))
        } else {
            "no feed has it".to_owned()
        };
        Error::Unsatisfiable { chain: chain(&self.way), dependency: quoted(&dependency.to_string()), reason }
    }
}

fn chain(way: &[&str]) -> Chain {
    Chain(way.iter().map(|name| (*name).to_owned()).collect())
}

/// The version that a step takes the place of.
pub(super) fn upgraded<'a>(request: &Request<'a>, name: &str) -> Option<&'a Version> {
    request.installed.installed().find(|one| one.control.name == name).map(|one| &one.control.version)
}

#[cfg(test)]
mod tests;
