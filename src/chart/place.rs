//! What only the place knows, apart from the rest of a chart's values: a chart for any place comes without it.

use serde_json::{Map, Value};

use super::entry::{Content, Entry};

/// The values for any place, and those that the place of the documents has in their stead.
pub fn apart(entries: Vec<Entry>) -> (Vec<Entry>, Vec<Entry>) {
    let (mut kept, mut facts) = (Vec::new(), Vec::new());
    for entry in entries {
        let (left, fact) = part(entry);
        kept.extend(left);
        facts.extend(fact);
    }
    (kept, facts)
}

fn part(entry: Entry) -> (Option<Entry>, Option<Entry>) {
    if let Some(elsewhere) = &entry.elsewhere {
        let left = elsewhere.default.clone().map(|default| with(&entry, Content::Value(default)));
        let is_same = matches!((&left, &entry.content), (Some(Entry { content: Content::Value(left), .. }), Content::Value(own)) if left == own);
        return (left, (!is_same).then_some(entry));
    }
    match &entry.content {
        Content::Value(_) => (Some(entry), None),
        Content::Section(inner) => {
            let (kept, facts) = apart(inner.clone());
            let facts = (!facts.is_empty()).then(|| with(&entry, Content::Section(facts)));
            (Some(with(&entry, Content::Section(kept))), facts)
        }
    }
}

fn with(entry: &Entry, content: Content) -> Entry {
    Entry { content, ..entry.clone() }
}

/// Those of these facts without which nothing can be rendered, with what is to be written in their comments, and empty.
pub fn to_fill_in(facts: &[Entry]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for fact in facts {
        match (&fact.elsewhere, &fact.content) {
            (Some(elsewhere), _) => {
                if let (Some(example), Some(default)) = (&elsewhere.needed, &elsewhere.default) {
                    let first = fact.comment.split("\n\n").next().unwrap_or_default();
                    entries.push(Entry {
                        comment: format!("{first}\n{example}"),
                        ..with(fact, Content::Value(default.clone()))
                    });
                }
            }
            (None, Content::Section(inner)) => {
                let inner = to_fill_in(inner);
                if !inner.is_empty() {
                    entries.push(Entry { comment: String::new(), ..with(fact, Content::Section(inner)) });
                }
            }
            (None, Content::Value(_)) => {}
        }
    }
    entries
}

/// The paths of the other facts, which may stay as they are.
pub fn optional(facts: &[Entry]) -> Vec<String> {
    let mut paths = Vec::new();
    for fact in facts {
        match (&fact.elsewhere, &fact.content) {
            (Some(elsewhere), _) if elsewhere.needed.is_none() => paths.push(fact.key.clone()),
            (None, Content::Section(inner)) => {
                paths.extend(optional(inner).into_iter().map(|path| format!("{}.{path}", fact.key)));
            }
            _ => {}
        }
    }
    paths
}

/// Interfaces without what only their place can give them, or nothing where they have none of it: with `address` empty in the
/// place of fixed ones. And those addresses.
pub fn interfaces(items: &[Value]) -> Option<(Value, Vec<String>)> {
    const OF_PLACE: [&str; 4] = ["mac", "gateways", "dns", "routes"];
    let mut addresses = Vec::new();
    let bare: Vec<Value> = items
        .iter()
        .map(|item| {
            let mut bare: Map<String, Value> = item.as_object().cloned().unwrap_or_default();
            bare.retain(|key, _| !OF_PLACE.contains(&key.as_str()));
            if let Some(Value::Array(fixed)) = item.get("address") {
                addresses.extend(fixed.iter().filter_map(Value::as_str).map(str::to_owned));
                bare.insert("address".to_owned(), "".into());
            }
            bare.into()
        })
        .collect();
    (bare != items).then(|| (bare.into(), addresses))
}
