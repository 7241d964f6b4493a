//! What differs between two configurations.

use super::{Config, Section, Value};
use std::collections::{HashMap, HashSet};

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
///
/// Anonymous sections correspond when they have the same type and the same option `name`, or else the same position
/// among those of their type without such a partner.
pub fn diff(base: &Config, live: &Config) -> Vec<Change> {
    let (before, after) = (identities(base), identities(live));
    let partners: HashMap<&Identity, (&Section, &str)> =
        after.iter().map(|(identity, section, label)| (identity, (*section, label.as_str()))).collect();
    let known: HashSet<&Identity> = before.iter().map(|(identity, ..)| identity).collect();
    let mut changes = Vec::new();
    for (identity, section, label) in &before {
        match partners.get(identity) {
            Some((other, label)) => compare(label, Some(section), Some(other), &mut changes),
            None => compare(label, Some(section), None, &mut changes),
        }
    }
    for (_, section, label) in after.iter().filter(|(identity, ..)| !known.contains(identity)) {
        compare(label, None, Some(section), &mut changes);
    }
    changes
}

/// What makes a section the same one in two configurations.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    Named(String),
    /// Type, value of the option `name`, and which of those it is.
    Titled(String, String, usize),
    /// Type and position among the untitled of this type.
    Counted(String, usize),
}

/// The sections with their identity and their label.
fn identities(config: &Config) -> Vec<(Identity, &Section, String)> {
    let mut of_type: HashMap<&str, usize> = HashMap::new();
    let mut counted: HashMap<(&str, &str), usize> = HashMap::new();
    let mut found = Vec::new();
    for section in config.sections() {
        let kind = section.kind();
        let index = of_type.entry(kind).or_default();
        let label = section.name().map_or_else(|| format!("@{kind}[{index}]"), str::to_owned);
        *index += 1;
        let title = match section.get("name") {
            Some(Value::One(title)) => title.as_str(),
            Some(Value::List(_) | Value::Secret(_)) | None => "",
        };
        let identity = if let Some(name) = section.name() {
            Identity::Named(name.to_owned())
        } else {
            let count = counted.entry((kind, title)).or_default();
            *count += 1;
            match title {
                "" => Identity::Counted(kind.to_owned(), *count),
                title => Identity::Titled(kind.to_owned(), title.to_owned(), *count),
            }
        };
        found.push((identity, section, label));
    }
    found
}

fn compare(label: &str, before: Option<&Section>, after: Option<&Section>, changes: &mut Vec<Change>) {
    let type_now = after.or(before).map(Section::kind).unwrap_or_default();
    let mut push = |option: Option<&str>, before: Option<Value>, after: Option<Value>| {
        if before != after {
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
    let options = |section: Option<&'_ Section>| -> HashMap<String, Value> {
        let options = section.into_iter().flat_map(Section::options);
        options.map(|(name, value)| (name.to_owned(), value.clone())).collect()
    };
    let (old, new) = (options(before), options(after));
    for (name, value) in before.into_iter().flat_map(Section::options) {
        push(Some(name), Some(value.clone()), new.get(name).cloned());
    }
    for (name, value) in after.into_iter().flat_map(Section::options) {
        if !old.contains_key(name) {
            push(Some(name), None, Some(value.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uci::parse;

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
    }
}
