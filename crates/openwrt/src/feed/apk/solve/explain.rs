//! Why a search has failed: which wish it was, who has it, and what stands against it.

use std::collections::BTreeSet;

use super::super::Dependency;
use super::search::{Obstacle, Search};
use super::way::{Way, Wish};
use super::{Problem, Wants};
use crate::types::nearest;

impl<'a> Search<'_, 'a> {
    /// Names of packages from the world to the one that has the wish.
    fn chain(&self, way: &Way<'a>, by: Option<usize>) -> Vec<String> {
        let mut chain = Vec::new();
        let mut by = by;
        while let Some(package) = by {
            chain.push(self.universe.packages[package].info.name.clone());
            by = way.chosen.get(&package).and_then(|wish| wish.as_ref()?.by);
        }
        chain.reverse();
        chain
    }

    fn named(&self, package: usize) -> String {
        let info = self.universe.packages[package].info;
        format!("{}-{}", info.name, info.version)
    }

    /// The wish waits for somebody to name one of several packages.
    pub fn choice(&self, way: &Way<'a>, wish: Wish<'a>) -> Problem {
        let providers = self.universe.providers(&wish.dependency.name).iter();
        let choices: BTreeSet<&str> =
            providers.map(|provider| self.universe.packages[provider.package].info.name.as_str()).collect();
        Problem::Choice {
            who: Wants(self.chain(way, wish.by)),
            wish: wish.dependency.to_string(),
            choices: choices.into_iter().take(10).collect::<Vec<_>>().join(", "),
        }
    }

    /// A name that is to be removed and is no package's own takes out what is there by a wish for that name alone, as
    /// `apk del` does. Whoever stays has to be named.
    pub fn check_removed(&self, way: &Way<'a>) -> Result<(), Problem> {
        for name in self.removed.iter().filter(|name| !self.universe.has_package(name)) {
            let Some(stays) = way.names.get(name).and_then(|providers| providers.first()) else { continue };
            let (by, wish) = self.taken_for(way, stays.package);
            return Err(Problem::Provided {
                who: Wants(self.chain(way, by)),
                wish: wish.to_string(),
                name: (*name).to_owned(),
                package: self.universe.packages[stays.package].info.name.clone(),
            });
        }
        Ok(())
    }

    /// Why nothing can do this wish: of the provider that would have been best.
    pub fn failure(&self, way: &Way<'a>, wish: Wish<'a>) -> Problem {
        let mut chain = self.chain(way, wish.by);
        let mut dependency = wish.dependency;
        // Down through packages that can never be, to the wish that is to blame. Each is there once, so that it ends.
        let mut seen = BTreeSet::new();
        loop {
            // Made where it is told: the way down may be long.
            let who = || Wants(chain.clone());
            let wish = dependency.to_string();
            let providers = self.universe.providers(&dependency.name);
            if providers.is_empty() {
                let nearest = nearest(&dependency.name, self.universe.names()).map(str::to_owned);
                return Problem::Unknown { who: who(), wish, nearest };
            }
            let matching = providers.iter().filter(|provider| self.universe.matches(dependency, **provider));
            let Some(best) = matching
                .copied()
                .reduce(|best, next| if self.universe.prefer(next, best).is_gt() { next } else { best })
            else {
                let versions = providers.iter().map(|provider| {
                    let info = self.universe.packages[provider.package].info;
                    match provider.version {
                        Some(version) if info.name == dependency.name => version.to_owned(),
                        Some(version) => format!("{version} of {}", info.name),
                        None => format!("{}-{}", info.name, info.version),
                    }
                });
                return Problem::Version {
                    who: who(),
                    wish,
                    offered: versions.take(10).collect::<Vec<_>>().join(", "),
                };
            };
            let package = best.package;
            let name = self.universe.packages[package].info.name.clone();
            let clash = |by: Option<usize>, also: &Dependency, reason: String| Problem::Clash {
                who: who(),
                wish: wish.clone(),
                other: Wants(self.chain(way, by)),
                other_wish: also.to_string(),
                reason,
            };
            match self.obstacle(way, package) {
                Some(Obstacle::Impossible(deeper)) if seen.insert(package) => {
                    chain.push(name);
                    dependency = deeper;
                }
                Some(Obstacle::Itself) => {
                    return Problem::Itself { who: who(), wish, package: self.named(package) };
                }
                Some(Obstacle::Removed | Obstacle::Impossible(_)) | None => {
                    return Problem::Removed { who: who(), wish, package: name };
                }
                Some(Obstacle::Name(shared, other)) => {
                    let (by, also) = self.taken_for(way, other);
                    let reason = format!(
                        "{} and {} both are `{shared}`, which only one can be{}",
                        self.named(package),
                        self.named(other),
                        self.way_out(other)
                    );
                    return clash(by, &also, reason);
                }
                Some(Obstacle::Refused(refusing)) => {
                    let reason = format!("there is no {name} that does both");
                    return clash(refusing.by, refusing.dependency, reason);
                }
                Some(Obstacle::Refuses(own, other)) => {
                    let (by, also) = self.taken_for(way, other);
                    return clash(by, &also, format!("{name} asks for `{own}`{}", self.way_out(other)));
                }
            }
        }
    }

    /// How a package of the base makes room.
    fn way_out(&self, package: usize) -> String {
        let package = &self.universe.packages[package];
        let out = || format!(": write `-{}` among the packages to take the base's out", package.info.name);
        if package.installed { out() } else { String::new() }
    }

    fn taken_for(&self, way: &Way<'a>, package: usize) -> (Option<usize>, Dependency) {
        match way.chosen.get(&package) {
            Some(Some(wish)) => (wish.by, wish.dependency.clone()),
            _ => (None, Dependency::on(&self.universe.packages[package].info.name)),
        }
    }
}
