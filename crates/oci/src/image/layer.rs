//! One layer of what was changed in a root.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read, Write};

use tar::{Builder, EntryType, Header};

use super::bundle::{Blob, Bytes};
use super::deflate::Gzip;
use super::measure::Measured;
use super::tree::WHITEOUT;
use super::{Attributes, Descriptor, Error, FilePart, Kind, Node, Root, Store, media_type};
use crate::temporary;
use crate::types::{Digest, RootPath};

/// A layer that is ready to be pushed.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its media type, digest and size.
    pub descriptor: Descriptor,
    /// The digest of the archive without compression.
    pub diff_id: Digest,
    /// Its bytes.
    pub blob: Blob,
}

/// What the layer says of a path.
enum Change<'a> {
    Put(&'a Node),
    Whiteout,
}

impl Change<'_> {
    /// The bytes of the file; of a further name of one, too, where nothing follows.
    fn size(&self) -> u64 {
        match self {
            Self::Put(Node { kind: Kind::File(content), .. }) => content.size,
            _ => 0,
        }
    }
}

type Changes<'a> = BTreeMap<RootPath, Change<'a>>;

impl Root {
    /// One layer of all that differs from the base; none when nothing does. The order is that of the paths' bytes, all
    /// times are `epoch` (seconds since 1970), owners are numbers. Its bytes are the same whatever is in the
    /// store; they lie there, or in a temporary file without a name.
    pub fn layer(&self, epoch: u64, store: Option<&Store>) -> Result<Option<Layer>, Error> {
        let changes = self.changes()?;
        if changes.is_empty() {
            return Ok(None);
        }
        let writing =
            || Error::io(format!("write a layer to a temporary file in `{}`", temporary::place().display()));
        let draft = store.and_then(Store::draft);
        let file = match &draft {
            Some(draft) => draft.file().try_clone(),
            None => temporary::nameless(),
        };
        let output = Measured::new(BufWriter::new(file.map_err(writing())?));
        let former = store.map(Store::pieces).unwrap_or_default();
        let gzip = Gzip::new(output, former).map_err(writing())?;
        let mut builder = Builder::new(Measured::new(gzip));
        let mut names = BTreeMap::new();
        for (path, change) in &changes {
            let gzip = builder.get_mut().get_mut();
            gzip.entry(path.as_str(), change.size()).map_err(writing())?;
            append(&mut builder, &mut names, path, change, epoch)?;
        }
        let (gzip, diff_id, _) = builder.into_inner().map_err(writing())?.finish();
        let (output, pieces) = gzip.finish().map_err(writing())?;
        let (output, digest, size) = output.finish();
        let file = output.into_inner().map_err(|error| writing()(error.into_error()))?;
        let mut part = FilePart::whole(file).map_err(writing())?;
        if let Some(path) = store.zip(draft).and_then(|(store, draft)| store.keep(draft, &digest, &pieces)) {
            part = part.named(path);
        }
        let descriptor = Descriptor::new(media_type::LAYER_GZIP, digest, size);
        Ok(Some(Layer { descriptor, diff_id, blob: Blob { bytes: Bytes::File(part), origin: None } }))
    }

    fn changes(&self) -> Result<Changes<'_>, Error> {
        let mut changes = Changes::new();
        for (path, node) in self.nodes() {
            if !self.base().get(path).is_some_and(|base| base.is_same(node)) {
                changes.insert(path.clone(), Change::Put(node));
            }
        }
        for (path, _) in self.base().nodes() {
            if self.node(path).is_none() && self.holds_folder_of(path) {
                let name = format!("{WHITEOUT}{}", path.name());
                let whiteout = match path.parent() {
                    Some(parent) => parent.join(&name),
                    None => name.parse(),
                };
                let whiteout = whiteout
                    .map_err(|_| Error::path(path, "its name is too long to be removed by a layer"))?;
                changes.insert(whiteout, Change::Whiteout);
            }
        }
        // Runtimes give a folder that is missing in a layer some mode of their own.
        let parents: Vec<RootPath> = changes.keys().flat_map(RootPath::ancestors).collect();
        for parent in parents {
            if let Some(node) = self.node(&parent) {
                changes.entry(parent).or_insert(Change::Put(node));
            }
        }
        Ok(changes)
    }

    /// Whether the folder of a path is still one: else the path goes with it.
    fn holds_folder_of(&self, path: &RootPath) -> bool {
        path.parent().is_none_or(|parent| matches!(self.node(&parent), Some(Node { kind: Kind::Folder, .. })))
    }
}

/// `names` has the first name of each file, under its number.
fn append<'a>(
    builder: &mut Builder<impl Write>,
    names: &mut BTreeMap<u64, &'a RootPath>,
    path: &'a RootPath,
    change: &Change<'_>,
    epoch: u64,
) -> Result<(), Error> {
    let writing = || Error::io(format!("put {path} into the layer"));
    let empty = &mut io::empty();
    let node = match change {
        Change::Put(node) => node,
        Change::Whiteout => {
            let entry = entry(EntryType::Regular, Attributes::root(0o644), 0, epoch);
            return write(builder, entry, path, "", empty).map_err(writing());
        }
    };
    let entry = |kind, size| entry(kind, node.attributes, size, epoch);
    let written = match &node.kind {
        Kind::Folder => write(builder, entry(EntryType::Directory, 0), path, "", empty),
        Kind::Symlink(text) => write(builder, entry(EntryType::Symlink, 0), path, text, empty),
        Kind::File(content) => {
            if let Some(first) = names.get(&content.id) {
                write(builder, entry(EntryType::Link, 0), path, first.as_str(), empty)
            } else {
                names.insert(content.id, path);
                let mut bytes = content.reader().ok_or_else(|| lost(path))?;
                write(builder, entry(EntryType::Regular, content.size), path, "", &mut bytes)
            }
        }
        Kind::Special => return Err(lost(path)),
    };
    written.map_err(writing())
}

fn lost(path: &RootPath) -> Error {
    Error::Unread { path: path.clone(), problem: "a layer can hold only what was put into it".to_owned() }
}

fn entry(kind: EntryType, attributes: Attributes, size: u64, epoch: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(attributes.mode);
    header.set_uid(attributes.uid.into());
    header.set_gid(attributes.gid.into());
    header.set_size(size);
    header.set_mtime(epoch);
    header
}

/// Writes an entry; a name or text that has no room in its header goes into a PAX header before it.
fn write(
    builder: &mut Builder<impl Write>,
    mut header: Header,
    path: &RootPath,
    link: &str,
    content: &mut dyn Read,
) -> io::Result<()> {
    let is_folder = header.entry_type() == EntryType::Directory;
    let name = format!("{}{}", path.as_str(), if is_folder { "/" } else { "" });
    let mut long = Vec::new();
    if header.set_path(&name).is_err() {
        long.push(("path", name.as_bytes()));
    }
    if header.set_link_name_literal(link).is_err() {
        long.push(("linkpath", link.as_bytes()));
    }
    if !long.is_empty() {
        extend(builder, &header, &long)?;
    }
    header.set_cksum();
    builder.append(&header, content)
}

/// A PAX header (POSIX pax, extended header records).
fn extend(builder: &mut Builder<impl Write>, entry: &Header, records: &[(&str, &[u8])]) -> io::Result<()> {
    let mut bytes = Vec::new();
    for (key, value) in records {
        // The length at the front counts its own digits.
        let rest = key.len() + value.len() + " =\n".len();
        let mut length = rest + 1;
        while length != rest + length.to_string().len() {
            length = rest + length.to_string().len();
        }
        bytes.extend(format!("{length} {key}=").into_bytes());
        bytes.extend_from_slice(value);
        bytes.push(b'\n');
    }
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::XHeader);
    header.set_path("pax")?;
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(entry.mtime()?);
    header.set_size(bytes.len() as u64);
    header.set_cksum();
    builder.append(&header, &bytes[..])
}
