//! What differs between two configurations.

use super::{Config, Section, Value};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The section: its name, or `@TYPE[INDEX]` for an anonymous one (counted as `uci` does).
    pub section: String,
    /// The type of the section.
    pub kind: String,
    /// The option; `None` when the whole section came or went.
    pub option: Option<String>,
    /// The value before; for a section its type.
    pub before: Option<Value>,
    /// The value after; for a section its type.
    pub after: Option<Value>,
}

/// The differences from `base` to `live`, in the order of `base`, then of what only `live` has. A section that came or
/// went is one change for itself and one for each of its options.
pub fn diff(base: &Config, live: &Config) -> Vec<Change> {
    let partners = partners(base, live);
    let (before, after) = (labels(base), labels(live));
    let mut changes = Vec::new();
    for (position, section) in base.sections().iter().enumerate() {
        let partner = partners[position];
        let label = partner.map_or(&before[position], |other| &after[other]);
        changes.extend(differences(label, Some(section), partner.map(|other| &live.sections()[other])));
    }
    let known: HashSet<usize> = partners.into_iter().flatten().collect();
    for (position, section) in live.sections().iter().enumerate().filter(|(at, _)| !known.contains(at)) {
        changes.extend(differences(&after[position], None, Some(section)));
    }
    changes
}

/// The names of the sections, `@TYPE[INDEX]` of those that have none.
pub fn labels(config: &Config) -> Vec<String> {
    let mut of_type: HashMap<&str, usize> = HashMap::new();
    let label = |section: &'_ Section, index: usize| {
        section.name().map_or_else(|| format!("@{}[{index}]", section.kind()), str::to_owned)
    };
    let mut labels = Vec::new();
    for section in config.sections() {
        let index = of_type.entry(section.kind()).or_default();
        labels.push(label(section, *index));
        *index += 1;
    }
    labels
}

/// For each section of `base` its position in `live`, as the pod's merge pairs them (`pair_up` of `uci-text.awk`): by name; an
/// anonymous one with another of its type by its content, or else its option `name`, or else its place among as many, or
/// else by half of its options; those first that have the most in common, of equals one that a plan calls by its place.
pub fn partners(base: &Config, live: &Config) -> Vec<Option<usize>> {
    let (before, after) = (Anonymous::of(base), Anonymous::of(live));
    let mut partners: Vec<Option<usize>> = base
        .sections()
        .iter()
        .map(|section| {
            live.sections().iter().position(|other| section.name.is_some() && other.name == section.name)
        })
        .collect();
    let mut taken: HashSet<usize> = partners.iter().copied().flatten().collect();
    for by in [By::Content, By::Title, By::Place] {
        for one in &before {
            if partners[one.at].is_some() {
                continue;
            }
            let fits = |other: &&Anonymous<'_>| !taken.contains(&other.at) && one.is(other, by);
            if let Some(other) = after.iter().find(fits) {
                partners[one.at] = Some(other.at);
                taken.insert(other.at);
            }
        }
    }
    let mut alike = Vec::new();
    for one in before.iter().filter(|one| partners[one.at].is_none()) {
        for other in after.iter().filter(|other| !taken.contains(&other.at)) {
            let same = one.in_common(other);
            if same > 0 && same * 2 >= one.content.len().max(other.content.len()) {
                alike.push((Reverse((same, one.is_placed)), one.at, other.at));
            }
        }
    }
    alike.sort_unstable();
    for (_, one, other) in alike {
        if partners[one].is_none() && taken.insert(other) {
            partners[one] = Some(other);
        }
    }
    partners
}

/// A section without a name, by what it is found again.
struct Anonymous<'a> {
    at: usize,
    kind: &'a str,
    title: &'a str,
    content: BTreeMap<&'a str, Vec<&'a str>>,
    /// Its place among those without a name of its type, and how many they are.
    place: usize,
    of: usize,
    /// Whether a plan calls it by its place.
    is_placed: bool,
}

impl<'a> Anonymous<'a> {
    fn of(config: &'a Config) -> Vec<Self> {
        let mut count: HashMap<&str, usize> = HashMap::new();
        let mut all = Vec::new();
        for (at, section) in
            config.sections().iter().enumerate().filter(|(_, section)| section.name.is_none())
        {
            let place = count.entry(section.kind()).or_default();
            let content: BTreeMap<_, _> =
                section.options().map(|(name, value)| (name, value.said())).collect();
            let title = match content.get("name").map(Vec::as_slice) {
                Some([title]) => title,
                _ => "",
            };
            let is_placed = !section.places.is_empty();
            all.push(Self { at, kind: section.kind(), title, content, place: *place, of: 0, is_placed });
            *place += 1;
        }
        for one in &mut all {
            one.of = count[one.kind];
        }
        all
    }

    fn is(&self, other: &Self, by: By) -> bool {
        let same_title = self.title == other.title;
        let is = match by {
            By::Content => self.content == other.content,
            By::Title => same_title && !self.title.is_empty(),
            By::Place => {
                let may_be = same_title || self.title.is_empty() || other.title.is_empty();
                self.place == other.place && self.of == other.of && may_be
            }
        };
        is && self.kind == other.kind
    }

    /// How many options say the same; none of another type's.
    fn in_common(&self, other: &Self) -> usize {
        let is_said = |(name, value): &(&&str, &Vec<&str>)| other.content.get(**name) == Some(*value);
        if self.kind == other.kind { self.content.iter().filter(is_said).count() } else { 0 }
    }
}

/// How two sections without names are told to be the same, the surest first.
#[derive(Clone, Copy)]
enum By {
    Content,
    Title,
    Place,
}

impl Value {
    /// The value's items, which are compared: LuCI writes a list of one where a file had an option, which is no change.
    pub fn said(&self) -> Vec<&str> {
        match self {
            Self::One(text) | Self::Secret(text) => vec![text],
            Self::List(texts) => texts.iter().map(String::as_str).collect(),
        }
    }
}

/// The differences between a section before and after, under the name that is told.
pub fn differences(label: &str, before: Option<&Section>, after: Option<&Section>) -> Vec<Change> {
    let mut changes = Vec::new();
    let type_now = after.or(before).map(Section::kind).unwrap_or_default();
    let mut push = |option: Option<&str>, before: Option<Value>, after: Option<Value>| {
        let is_secret = matches!(before, Some(Value::Secret(_)));
        if is_secret || before.as_ref().map(Value::said) != after.as_ref().map(Value::said) {
            changes.push(Change {
                section: label.to_owned(),
                kind: type_now.to_owned(),
                option: option.map(str::to_owned),
                before,
                after,
            });
        }
    };
    let kind = |section: Option<&Section>| section.map(|section| Value::One(section.kind().to_owned()));
    push(None, kind(before), kind(after));
    let old: HashSet<&str> = before.into_iter().flat_map(Section::options).map(|(name, _)| name).collect();
    for (name, value) in before.into_iter().flat_map(Section::options) {
        push(Some(name), Some(value.clone()), after.and_then(|section| section.get(name)).cloned());
    }
    for (name, value) in after.into_iter().flat_map(Section::options) {
        if !old.contains(name) {
            push(Some(name), None, Some(value.clone()));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uci::{parse, parse_plan};

    fn changes(base: &str, live: &str) -> Vec<String> {
        let (Ok(base), Ok(live)) = (parse(base), parse(live)) else { return vec!["not UCI".into()] };
        let shown = |value: Option<Value>| match value {
            None => "-".to_owned(),
            Some(Value::One(text) | Value::Secret(text)) => text,
            Some(Value::List(texts)) => texts.join("+"),
        };
        diff(&base, &live)
            .into_iter()
            .map(|c| {
                format!(
                    "{} {} {} {}",
                    c.section,
                    c.option.unwrap_or("*".into()),
                    shown(c.before),
                    shown(c.after)
                )
            })
            .collect()
    }

    #[test]
    fn names_sections_and_options() {
        let base =
            "c interface lan; o proto static; o mtu 1500; l dns 1; c rule; o name A; c rule; o name B; o x 1";
        let live =
            "c interface lan; o proto dhcp; l dns 1; l dns 2; o new 1; c rule; o name B; o x 2; c wifi w";
        assert_eq!(
            changes(base, live),
            [
                "lan proto static dhcp",
                "lan mtu 1500 -",
                "lan dns 1 1+2",
                "lan new - 1",
                "@rule[0] * rule -",
                "@rule[0] name A -",
                "@rule[0] x 1 2",
                "w * - wifi"
            ]
        );
        assert!(changes(base, base).is_empty());
        // LuCI's list of one.
        assert!(changes("c a b; o x 1", "c a b; l x 1").is_empty());
    }

    #[test]
    fn a_section_that_the_user_puts_before_moves_nothing() {
        let base =
            "c rule; o a 1; o b 1; c rule; o a 2; o b 2; c host; o name A; o ip 1; c host; o name B; o ip 2";
        let live = "c rule; o x y; c rule; o a 1; o b 1; c rule; o a 2; o b 3; c host; o name B; o ip 2; c host; o name A; o ip 3";
        assert_eq!(
            changes(base, live),
            ["@rule[2] b 2 3", "@host[1] ip 1 3", "@rule[0] * - rule", "@rule[0] x - y"]
        );
        assert_eq!(changes("c d; o a 1", "c d; o a 2"), ["@d[0] a 1 2"]);
    }

    #[test]
    fn of_several_that_are_like_it_the_likest_is_the_one() {
        let base = "c r; o a 1; o b 1; o c 1; o d 1; c r; o e 1";
        let live = "c r; o a 1; o b 2; o c 1; o d 2; c r; o a 1; o b 1; o c 2; o d 1; c r; o e 1";
        assert_eq!(changes(base, live)[0], "@r[1] c 1 2");
        let partners = |base: &str| {
            let (base, live) = (parse_plan(base).expect("UCI"), parse("c r; o a 1; o b 3").expect("UCI"));
            super::partners(&base, &live)
        };
        assert_eq!(partners("c r; o a 1; o b 1; c r; o a 1; o b 2"), [Some(0), None]);
        assert_eq!(partners("c r; o a 1; o b 1; c r; place 1; o a 1; o b 2"), [None, Some(0)]);
    }
}
