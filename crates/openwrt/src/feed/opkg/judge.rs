//! Whether a choice holds: opkg does not look back, so that a later package can spoil an earlier one.

use std::collections::BTreeSet;

use super::Dependency;
use super::resolve::Run;
use super::unresolved::{Chain, Error};
use crate::types::quoted;

impl Run<'_> {
    /// Whether the base or a feed has a package of this very name, one that is to be removed too.
    pub fn has_package(&self, name: &str) -> bool {
        let offered =
            || self.request.feeds.iter().flat_map(|index| &index.entries).map(|entry| &entry.control);
        let installed = self.request.installed.installed().map(|one| &one.control);
        installed.chain(offered()).any(|control| control.name == name)
    }

    /// A name that is to be removed and is no package's own: who provides it has to be named.
    pub fn check_removed(&self) -> Result<(), Error> {
        for name in self.request.removed.iter().filter(|name| !self.has_package(name)) {
            let mut present = self.present.values().map(|number| self.universe.control(*number));
            if let Some(package) = present.find(|control| control.names().any(|other| other == name)) {
                return Err(Error::Provided { name: quoted(name), package: package.name.clone() });
            }
        }
        Ok(())
    }

    /// Judges the outcome: no two that conflict, and nobody without what it needs.
    pub fn judge(&self) -> Result<(), Error> {
        let universe = self.universe;
        for (name, number) in &self.present {
            for conflict in universe.control(*number).conflicts.iter().flat_map(|one| &one.choices) {
                let Some(other) = self.present.get(conflict.name.as_str()) else { continue };
                let new = [number, other].iter().any(|number| universe.get(**number).offered.is_some());
                if new && other != number && conflict.takes(&universe.control(*other).version) {
                    let (first, second) = (self.chain_of(*number), self.chain_of(*other));
                    let of_base =
                        [number, other].into_iter().find(|number| universe.get(**number).offered.is_none());
                    let way_out = of_base.map_or("leave one of them out".to_owned(), |number| {
                        format!(
                            "write `-{}` among the packages to take the base's out",
                            universe.control(*number).name
                        )
                    });
                    return Err(Error::Conflict { first, second, declared: quoted(name), way_out });
                }
            }
        }
        let before: BTreeSet<usize> = universe.installed().collect();
        let was = |number| before.contains(&number);
        let is = |number| self.present.get(universe.control(number).name.as_str()) == Some(&number);
        for number in self.present.values() {
            let control = universe.control(*number);
            for dependency in control.depends.iter().filter(|dependency| !dependency.greedy) {
                let held_before =
                    universe.get(*number).offered.is_some() || self.held_before(dependency, &was)?;
                if held_before && !self.is_satisfied(dependency, is)? {
                    let culprit = self.culprit(dependency);
                    let (package, dependency) = (quoted(&control.name), quoted(&dependency.to_string()));
                    return Err(Error::Left { package, dependency, culprit });
                }
            }
        }
        Ok(())
    }

    /// Whether the base had it: it may have lacked something before, and that is not this build's doing.
    fn held_before(&self, dependency: &Dependency, was: &impl Fn(usize) -> bool) -> Result<bool, Error> {
        let removed = |name: &str| self.request.removed.contains(name);
        let gone = self.request.installed.installed().filter(|one| removed(&one.control.name));
        let mut gone = gone.flat_map(|one| one.control.names().map(move |name| (name, &one.control.version)));
        Ok(self.is_satisfied(dependency, was)?
            || gone.any(|(name, version)| {
                dependency.choices.iter().any(|one| one.name == name && one.takes(version))
            }))
    }

    /// Whether somebody who is there, or the node, satisfies a dependency.
    pub fn is_satisfied(
        &self,
        dependency: &Dependency,
        there: impl Fn(usize) -> bool,
    ) -> Result<bool, Error> {
        for choice in &dependency.choices {
            if self.universe.provider(choice, &there)?.is_some() || self.universe.module(choice)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What took away that a dependency of an installed package is satisfied.
    fn culprit(&self, dependency: &Dependency) -> String {
        let named = |name: &str| dependency.choices.iter().any(|choice| choice.name == name);
        let gone = self.request.installed.installed().filter(|one| one.control.names().any(named));
        for old in gone.map(|one| one.control.name.as_str()) {
            if self.request.removed.contains(old) {
                return format!("the removal of {}", quoted(old));
            }
            if let Some(new) = self.replaced.get(old) {
                return format!("{}, which replaces {},", quoted(new), quoted(old));
            }
        }
        "another version of that".to_owned()
    }

    fn chain_of(&self, number: usize) -> Chain {
        let name = &self.universe.control(number).name;
        self.chains.get(&number).cloned().unwrap_or_else(|| Chain(vec!["the base".to_owned(), name.clone()]))
    }
}
