//! The root that the layers of a base make together.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::ops::Bound;

use super::archive::{self, Entry, EntryKind};
use super::measure::Measured;
use super::node::Place;
use super::{Attributes, Content, Error, Kind, Node};
use crate::types::RootPath;

/// Where the files lie whose bytes are kept, since building an image reads them: configuration and package databases.
const KEPT: &[&str] = &["etc", "lib/apk", "usr/lib/apk", "usr/lib/opkg", "usr/lib/os-release"];
/// A file longer than this is not kept; apk's database of a full image has half of it.
const KEPT_EACH: u64 = 4 << 20;
/// All that is kept together.
const KEPT_TOGETHER: u64 = 16 << 20;
/// Before the name of what a layer removes.
pub(super) const WHITEOUT: &str = ".wh.";
/// The name that hides all that lower layers have in its folder.
const OPAQUE: &str = ".wh..wh..opq";

/// Every file, folder and link of a base, with the bytes of those files that are read later.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: BTreeMap<RootPath, Node>,
    /// The number of the next file.
    next: u64,
    kept: u64,
    /// When the youngest of its files was changed, in seconds since 1970.
    newest: u64,
}

/// What one layer says.
#[derive(Default)]
struct Changes {
    added: BTreeMap<RootPath, Node>,
    /// What it removes of the layers below it.
    removed: BTreeSet<RootPath>,
    /// Folders of which it hides what the layers below it have; none stands for the root.
    hidden: BTreeSet<Option<RootPath>>,
}

impl Tree {
    /// What lies at a path; symbolic links are not followed.
    pub fn get(&self, path: &RootPath) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// All of it, ordered by path.
    pub fn nodes(&self) -> impl Iterator<Item = (&RootPath, &Node)> {
        self.nodes.iter()
    }

    pub(super) fn into_nodes(self) -> BTreeMap<RootPath, Node> {
        self.nodes
    }

    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// The number that no file has yet.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Puts a layer on top, an inflated tar archive. `name` is for messages.
    pub(super) fn apply(&mut self, name: &str, layer: impl Read) -> Result<(), Error> {
        let mut changes = Changes::default();
        archive::read(name, layer, &mut |entry, content| self.take_in(name, &mut changes, entry, content))?;
        for folder in &changes.hidden {
            match folder {
                Some(folder) => below(&mut self.nodes, folder),
                None => self.nodes.clear(),
            }
        }
        for path in &changes.removed {
            remove(&mut self.nodes, path);
        }
        for (path, node) in changes.added {
            self.add(name, path, node)?;
        }
        Ok(())
    }

    /// Of several entries for a path the last one counts.
    fn take_in(
        &mut self,
        name: &str,
        changes: &mut Changes,
        entry: Entry,
        content: &mut dyn Read,
    ) -> Result<(), Error> {
        let Entry { path, kind, attributes, time, .. } = entry;
        self.newest = self.newest.max(time);
        if path.name() == OPAQUE {
            changes.hidden.insert(path.parent());
            return Ok(());
        }
        if let Some(hidden) = path.name().strip_prefix(WHITEOUT) {
            if matches!(hidden, "" | "." | "..") {
                return Err(Error::archive(name, format!("{path} is a whiteout of nothing")));
            }
            let removed = match path.parent() {
                Some(parent) => parent.join(hidden),
                None => hidden.parse(),
            };
            let removed = removed.expect("it is a part of a path, and a shorter one");
            changes.removed.insert(removed);
            return Ok(());
        }
        let kind = match kind {
            EntryKind::Folder => Kind::Folder,
            EntryKind::Symlink(text) => Kind::Symlink(text),
            EntryKind::Special => Kind::Special,
            EntryKind::File(size) => Kind::File(self.content(name, &path, size, content)?),
            EntryKind::Hardlink(target) => {
                let file = changes.added.get(&target).or_else(|| self.nodes.get(&target));
                let Some(Node { kind: kind @ (Kind::File(_) | Kind::Symlink(_) | Kind::Special), .. }) = file
                else {
                    return Err(Error::archive(
                        name,
                        format!("{path} is a hard link to {target}, which is no earlier file"),
                    ));
                };
                kind.clone()
            }
        };
        if !matches!(kind, Kind::Folder) {
            below(&mut changes.added, &path);
        }
        changes.added.insert(path, Node { kind, attributes });
        Ok(())
    }

    fn content(
        &mut self,
        name: &str,
        path: &RootPath,
        size: u64,
        content: &mut dyn Read,
    ) -> Result<Content, Error> {
        let id = self.next;
        self.next += 1;
        let wanted = KEPT.iter().any(|folder| path.is_below(folder));
        if !wanted || size > KEPT_EACH || self.kept + size > KEPT_TOGETHER {
            let mut measured = Measured::new(io::sink());
            io::copy(content, &mut measured)
                .map_err(|error| Error::archive(name, format!("{path}: {error}")))?;
            let (_, digest, _) = measured.finish();
            return Ok(Content { id, size, place: Place::Base(digest) });
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(|error| Error::archive(name, format!("{path}: {error}")))?;
        self.kept += size;
        Ok(Content { id, size, place: Place::Memory(bytes.into()) })
    }

    /// Folders that an archive forgot are made. What lies behind a symbolic link is refused: some runtimes would put it
    /// where the link leads, others would put a folder in the place of the link.
    fn add(&mut self, name: &str, path: RootPath, node: Node) -> Result<(), Error> {
        for parent in path.ancestors() {
            match self.nodes.get(&parent).map(|node| &node.kind) {
                Some(Kind::Folder) => {}
                None => {
                    self.nodes.insert(parent, Node::folder(Attributes::root(0o755)));
                }
                Some(_) => {
                    let problem = format!(
                        "{path} lies in {parent}, which is no folder: runtimes do not agree on where it goes"
                    );
                    return Err(Error::archive(name, problem));
                }
            }
        }
        if !matches!(node.kind, Kind::Folder) {
            below(&mut self.nodes, &path);
        }
        self.nodes.insert(path, node);
        Ok(())
    }
}

/// Removes a path and all below it; whether anything was there.
pub(super) fn remove(nodes: &mut BTreeMap<RootPath, Node>, path: &RootPath) -> bool {
    below(nodes, path);
    nodes.remove(path).is_some()
}

/// Removes all below a path.
fn below(nodes: &mut BTreeMap<RootPath, Node>, path: &RootPath) {
    let gone: Vec<RootPath> = under(nodes, path).map(|(path, _)| path.clone()).collect();
    for path in gone {
        nodes.remove(&path);
    }
}

/// What lies below a path, however deep.
pub(super) fn under<'a>(
    nodes: &'a BTreeMap<RootPath, Node>,
    path: &RootPath,
) -> impl Iterator<Item = (&'a RootPath, &'a Node)> + use<'a> {
    // All that begins with `path/`: `0` is the byte behind `/`.
    let (from, to) = (format!("{}/", path.as_str()), format!("{}0", path.as_str()));
    nodes.range::<str, _>((Bound::Excluded(from.as_str()), Bound::Excluded(to.as_str())))
}
