//! The root of an image while it is being made: a base, and what is put into it and taken out of it.

use std::collections::BTreeMap;
use std::io::Read;

use super::node::Place;
use super::spool::Spool;
use super::tree::{self, WHITEOUT};
use super::{Attributes, Content, Error, Kind, Node, Tree, measure};
use crate::types::{Digest, RootPath};

/// How many symbolic links one path may lead through, as on Linux.
const LINKS: usize = 40;
/// The folder that is empty memory when the machine runs.
const VOLATILE: &str = "tmp";
/// The most that [`Root::read`] takes into memory.
const READ: u64 = 16 << 20;

/// A root that can be written to. Paths are followed as a process in it would follow them: what is put behind a link of
/// the base lands where the link leads, and the link stays.
#[derive(Debug)]
pub struct Root {
    base: Tree,
    nodes: BTreeMap<RootPath, Node>,
    spool: Spool,
    next: u64,
}

impl Root {
    /// A root that is as the base is.
    pub fn new(base: Tree) -> Self {
        Self { nodes: base.clone().into_nodes(), next: base.next(), base, spool: Spool::default() }
    }

    /// The base that it stands on.
    pub fn base(&self) -> &Tree {
        &self.base
    }

    /// Where a path really is: links of its folders are followed inside the root, its last part is not. Folders that are
    /// not there are taken as they are named.
    pub fn resolve(&self, path: &RootPath) -> Result<RootPath, Error> {
        let place = self.walk(path, false)?;
        Ok(place.expect("the last part of a path is a name"))
    }

    /// As a process whose root this is would walk; none for the root itself.
    fn walk(&self, path: &RootPath, follow_last: bool) -> Result<Option<RootPath>, Error> {
        let mut links = 0;
        let mut todo: Vec<String> = path.as_str().rsplit('/').map(str::to_owned).collect();
        let mut at: Option<RootPath> = None;
        while let Some(part) = todo.pop() {
            if part == ".." {
                at = at.and_then(|at| at.parent());
                continue;
            }
            let next = match &at {
                Some(at) => at.join(&part),
                None => part.parse(),
            };
            let next = next.map_err(|invalid| Error::path(path, invalid.problem))?;
            let is_last = todo.is_empty();
            match self.nodes.get(&next).map(|node| &node.kind) {
                Some(Kind::Symlink(text)) if follow_last || !is_last => {
                    links += 1;
                    if links > LINKS {
                        return Err(Error::path(
                            path,
                            format!("{next} leads through more than {LINKS} symbolic links"),
                        ));
                    }
                    if text.starts_with('/') {
                        at = None;
                    }
                    todo.extend(
                        text.rsplit('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned),
                    );
                }
                Some(Kind::File(_) | Kind::Special) if !is_last => {
                    return Err(Error::path(path, format!("{next} is a file, not a folder")));
                }
                _ => at = Some(next),
            }
        }
        Ok(at)
    }

    /// What lies at exactly this path.
    pub(super) fn node(&self, path: &RootPath) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// What lies at a path, the links of its folders followed.
    pub fn get(&self, path: &RootPath) -> Option<&Node> {
        self.nodes.get(&self.resolve(path).ok()?)
    }

    /// The bytes of a file, links followed; none when there is no file.
    pub fn read(&self, path: &RootPath) -> Result<Option<Vec<u8>>, Error> {
        let Some(place) = self.walk(path, true)? else {
            return Ok(None);
        };
        let Some(Node { kind: Kind::File(content), .. }) = self.nodes.get(&place) else {
            return Ok(None);
        };
        let unread = |problem: &str| Error::Unread { path: place.clone(), problem: problem.to_owned() };
        let reader = content
            .reader()
            .ok_or_else(|| unread("only small files of /etc and of the package databases are kept"))?;
        if content.size > READ {
            return Err(unread("it is longer than 16 MiB"));
        }
        let mut bytes = Vec::new();
        reader.take(READ).read_to_end(&mut bytes).map_err(Error::io(format!("read {place} again")))?;
        Ok(Some(bytes))
    }

    /// What lies below a folder, however deep, ordered by path; links are followed to it, and the paths are where things
    /// really are.
    pub fn below(&self, folder: &RootPath) -> impl Iterator<Item = (&RootPath, &Node)> {
        let place = self.walk(folder, true).ok().flatten();
        place.into_iter().flat_map(|place| tree::under(&self.nodes, &place))
    }

    /// The SHA-256 of what lies at a path, the links of its folders followed: of a file's bytes, of a link's text; none where
    /// neither is.
    pub fn digest(&self, path: &RootPath) -> Result<Option<Digest>, Error> {
        match self.get(path).map(|node| &node.kind) {
            Some(Kind::File(content)) => {
                content.digest().map(Some).map_err(Error::io(format!("read {path} again")))
            }
            Some(Kind::Symlink(text)) => Ok(Some(measure::digest(text.as_bytes()))),
            _ => Ok(None),
        }
    }

    /// Everything, ordered by path.
    pub fn nodes(&self) -> impl Iterator<Item = (&RootPath, &Node)> {
        self.nodes.iter()
    }

    /// Puts a file, in place of a file or link that is there. Read to its end.
    pub fn put_file(
        &mut self,
        path: &RootPath,
        attributes: Attributes,
        content: &mut dyn Read,
    ) -> Result<(), Error> {
        let place = self.free(path)?;
        let (size, bytes) = self.spool.take_in(&path.to_string(), content)?;
        let id = self.next;
        self.next += 1;
        self.insert(place, Node { kind: Kind::File(Content { id, size, place: bytes }), attributes });
        Ok(())
    }

    /// Puts a symbolic link with this text, in place of a file or link that is there.
    pub fn put_symlink(&mut self, path: &RootPath, text: &str) -> Result<(), Error> {
        if text.is_empty() || text.contains('\0') || text.len() > 4095 {
            return Err(Error::path(path, "a symbolic link needs a text of 1 to 4095 bytes without NUL"));
        }
        let place = self.free(path)?;
        self.insert(
            place,
            Node { kind: Kind::Symlink(text.to_owned()), attributes: Attributes::root(0o777) },
        );
        Ok(())
    }

    /// Makes sure of a folder: one that is there, or that a link there leads to, gets these attributes.
    pub fn put_folder(&mut self, path: &RootPath, attributes: Attributes) -> Result<(), Error> {
        let place =
            self.walk(path, true)?.ok_or_else(|| Error::path(path, "it is a link to the root itself"))?;
        // The folder itself is what the memory is mounted over.
        let is_itself = path.as_str() == VOLATILE && place == *path;
        let place = if is_itself { place } else { Self::lasting(path, place)? };
        if let Some(Kind::File(_) | Kind::Special) = self.nodes.get(&place).map(|node| &node.kind) {
            return Err(Error::path(path, "a file is there"));
        }
        self.insert(place, Node::folder(attributes));
        Ok(())
    }

    /// Gives a file that was put before another name, in place of a file or link that is there.
    pub fn put_hardlink(&mut self, path: &RootPath, file: &RootPath) -> Result<(), Error> {
        let Some(Node { kind: Kind::File(content), .. }) = self.get(file) else {
            return Err(Error::path(path, format!("it is a hard link to {file}, which is no file")));
        };
        if matches!(content.place, Place::Base(_)) {
            return Err(Error::path(
                path,
                format!("it is a hard link to {file} of the base: put a copy of that in its place"),
            ));
        }
        let node = self.get(file).expect("it was just found").clone();
        let place = self.free(path)?;
        self.insert(place, node);
        Ok(())
    }

    /// Takes a file, a link, or a folder with all that is in it, out; whether it was there.
    pub fn remove(&mut self, path: &RootPath) -> Result<bool, Error> {
        let place = self.resolve(path)?;
        Ok(tree::remove(&mut self.nodes, &place))
    }

    /// Takes out a file or link; whether it was there. A folder stays, and what cannot be reached is not there.
    pub fn remove_file(&mut self, path: &RootPath) -> bool {
        self.remove_if(path, |_, node| !matches!(node.kind, Kind::Folder))
    }

    /// Takes out a folder in which nothing is; whether it was there. A link to one stays.
    pub fn remove_empty_folder(&mut self, path: &RootPath) -> bool {
        self.remove_if(path, |root, node| {
            matches!(node.kind, Kind::Folder) && root.below(path).next().is_none()
        })
    }

    fn remove_if(&mut self, path: &RootPath, goes: impl Fn(&Self, &Node) -> bool) -> bool {
        let place = self.resolve(path).ok();
        let place = place.filter(|place| self.nodes.get(place).is_some_and(|node| goes(self, node)));
        place.is_some_and(|place| self.nodes.remove(&place).is_some())
    }

    /// The real place of what is no folder.
    fn free(&self, path: &RootPath) -> Result<RootPath, Error> {
        let place = Self::lasting(path, self.resolve(path)?)?;
        match self.nodes.get(&place).map(|node| &node.kind) {
            Some(Kind::Folder) => Err(Error::path(path, "a folder is there: take that out first")),
            _ => Ok(place),
        }
    }

    /// The place, unless a layer cannot hold it.
    fn lasting(path: &RootPath, place: RootPath) -> Result<RootPath, Error> {
        if place.is_below(VOLATILE) {
            return Err(Error::Volatile { path: path.clone(), place });
        }
        if place.as_str().split('/').any(|part| part.starts_with(WHITEOUT)) {
            return Err(Error::path(path, "names that begin with `.wh.` mean removals in a layer"));
        }
        Ok(place)
    }

    fn insert(&mut self, place: RootPath, node: Node) {
        for parent in place.ancestors() {
            self.nodes.entry(parent).or_insert_with(|| Node::folder(Attributes::root(0o755)));
        }
        self.nodes.insert(place, node);
    }
}
