//! Anchors of a document, and how much their aliases may unfold to.

use super::{Kind, Tree};
use std::collections::HashMap;

/// How many nodes, and bytes of text, the anchors and aliases of one file may copy.
const MOST_COPIED: usize = 1_000_000;

/// The anchored nodes of a document.
#[derive(Default)]
pub(super) struct Anchors {
    trees: HashMap<usize, (Tree, Size)>,
    /// Kept over the documents of a file.
    copied: usize,
}

/// Why an alias stands for nothing.
pub(super) enum Unresolved {
    /// It stands inside the node that it refers to.
    Cycle,
    /// The aliases of the file unfold to too much.
    TooMuch,
}

#[derive(Clone, Copy)]
struct Size {
    weight: usize,
    depth: usize,
}

fn size(tree: &Tree) -> Size {
    let within = |sizes: &mut dyn Iterator<Item = Size>| {
        sizes.fold(Size { weight: 1, depth: 1 }, |all, one| Size {
            weight: all.weight + one.weight,
            depth: all.depth.max(one.depth + 1),
        })
    };
    match &tree.kind {
        Kind::Null => Size { weight: 1, depth: 1 },
        Kind::Scalar { text, .. } => Size { weight: 1 + text.len() / 64, depth: 1 },
        Kind::Seq(items) => within(&mut items.iter().map(size)),
        Kind::Map(entries) => within(&mut entries.iter().map(|entry| size(&entry.value))),
    }
}

impl Anchors {
    /// Forgets the anchors, for the next document.
    pub(super) fn clear(&mut self) {
        self.trees.clear();
    }

    /// Keeps an anchored node; false when that is too much.
    pub(super) fn keep(&mut self, id: usize, tree: &Tree) -> bool {
        let size = size(tree);
        self.copied = self.copied.saturating_add(size.weight);
        if self.copied > MOST_COPIED {
            return false;
        }
        self.trees.insert(id, (tree.clone(), size));
        true
    }

    /// A copy of an anchored node that fits into `room` more levels.
    pub(super) fn resolve(&mut self, id: usize, room: usize) -> Result<Tree, Unresolved> {
        let (tree, size) = self.trees.get(&id).ok_or(Unresolved::Cycle)?;
        self.copied = self.copied.saturating_add(size.weight);
        if self.copied > MOST_COPIED || size.depth > room {
            return Err(Unresolved::TooMuch);
        }
        Ok(tree.clone())
    }
}
