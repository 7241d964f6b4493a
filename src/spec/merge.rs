//! Merging of trees, before they are decoded.

use crate::yaml::{Entry, Kind, Tree};
use std::collections::HashMap;

/// Up to this many keys are searched one by one.
const FEW: usize = 12;

/// Lays `over` onto `base`: mappings merge key by key, everything else replaces. `null` replaces as well and is kept,
/// so that it still removes what lies further below; the decoder takes it for absent.
pub(crate) fn merge(base: &mut Tree, over: Tree) {
    match (&mut base.kind, over.kind) {
        (Kind::Map(base), Kind::Map(over)) => merge_entries(base, over),
        (_, kind) => *base = Tree { span: over.span, kind },
    }
}

fn merge_entries(base: &mut Vec<Entry>, over: Vec<Entry>) {
    let index: Option<HashMap<String, usize>> = (base.len() > FEW && over.len() > FEW).then(|| {
        base.iter().enumerate().map(|(position, entry)| (entry.key.text.clone(), position)).collect()
    });
    for entry in over {
        let position = match &index {
            Some(index) => index.get(&entry.key.text).copied(),
            None => base.iter().position(|known| known.key.text == entry.key.text),
        };
        match position {
            Some(position) => {
                let known = &mut base[position];
                known.key = entry.key;
                merge(&mut known.value, entry.value);
            }
            None => base.push(entry),
        }
    }
}
