//! Sections of an image's file that were the site's or an earlier image's, and that stay since the user changed them. An earlier wrtpod
//! wrote some beside the one that they should have been, such as a second dropbear.

use std::collections::HashSet;
use std::fmt::Write;

use super::{Noted, noted_at};
use crate::{shown, uci};

/// One line for each: where it is, and the commands that end it.
pub(super) fn told(file: &str, planned: &uci::Config, live: &uci::Config, noted: &Noted) -> String {
    let applied = noted.applied.sections();
    let planned: HashSet<usize> =
        planned.sections().iter().filter_map(|section| noted_at(&noted.applied, section)).collect();
    let of_image = uci::partners(&noted.applied, &noted.stock);
    let there = uci::partners(&noted.applied, live);
    let labels = uci::labels(live);
    let mut text = String::new();
    for (at, section) in applied.iter().enumerate() {
        if planned.contains(&at) || of_image[at].is_some() {
            continue;
        }
        let left: Vec<usize> = match there[at] {
            Some(found) => vec![found].into_iter().filter(|found| differs(section, live, *found)).collect(),
            None if is_beside_another(&noted.applied, at) => alike(section, live, &there),
            None => Vec::new(),
        };
        for found in left {
            let place = shown::line(&format!("{file}.{}", labels[found])).into_owned();
            let _ = writeln!(
                text,
                "# {place} is not the site's, or no longer: an earlier wrtpod may have written it. \
                 `uci delete {place}; uci commit {file}` inside takes it away; \
                 `uci rename {place}=NAME; uci commit {file}` keeps it as yours"
            );
        }
    }
    text
}

fn differs(section: &uci::Section, live: &uci::Config, found: usize) -> bool {
    !uci::differences("", Some(section), live.sections().get(found)).is_empty()
}

/// Whether what was written last has a section with a name of the same type: then this one was written twice.
fn is_beside_another(applied: &uci::Config, at: usize) -> bool {
    let section = &applied.sections()[at];
    let mut others = applied.sections().iter();
    section.name().is_none() && others.any(|other| other.name().is_some() && other.kind() == section.kind())
}

/// Those without a name, any of which it may be.
fn alike(section: &uci::Section, live: &uci::Config, there: &[Option<usize>]) -> Vec<usize> {
    let may_be = |at: &usize| {
        let other = &live.sections()[*at];
        other.name().is_none() && other.kind() == section.kind() && !there.contains(&Some(*at))
    };
    (0..live.sections().len()).filter(may_be).collect()
}
