//! Archives and roots that the tests of this module make.

mod archive;
mod base;
mod layer;
mod layout;
mod root;
mod sbom;
mod store;
mod tree;

use std::io::Read;

use tar::{Builder, EntryType, Header};

use super::{Attributes, Kind, Root, Tree};
use crate::types::RootPath;

/// Writes whatever a test wants into a tar archive, sound or not.
pub(super) struct Tar(Builder<Vec<u8>>);

impl Tar {
    pub(super) fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0.into_inner().expect("memory")
    }

    /// Names are written as they are, whatever they are.
    pub(super) fn entry(self, kind: EntryType, name: &str, link: &str, content: &[u8]) -> Self {
        self.with(kind, name, link, content, |_| {})
    }

    pub(super) fn with(
        mut self,
        kind: EntryType,
        name: &str,
        link: &str,
        content: &[u8],
        change: impl FnOnce(&mut Header),
    ) -> Self {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_mode(if kind == EntryType::Directory { 0o755 } else { 0o644 });
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(1);
        header.set_size(content.len() as u64);
        change(&mut header);
        header.set_cksum();
        self.0.append(&header, content).expect("memory");
        self
    }

    pub(super) fn file(self, name: &str, content: &str) -> Self {
        self.entry(EntryType::Regular, name, "", content.as_bytes())
    }

    pub(super) fn folder(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name, "", b"")
    }

    pub(super) fn symlink(self, name: &str, text: &str) -> Self {
        self.entry(EntryType::Symlink, name, text, b"")
    }

    pub(super) fn hardlink(self, name: &str, target: &str) -> Self {
        self.entry(EntryType::Link, name, target, b"")
    }

    /// A PAX record for the next entry.
    pub(super) fn pax(self, key: &str, value: &str) -> Self {
        let rest = format!(" {key}={value}\n");
        let length = (1..10)
            .map(|digits| rest.len() + digits)
            .find(|length| length.to_string().len() + rest.len() == *length);
        let record = format!("{}{rest}", length.expect("there is such a length"));
        self.entry(EntryType::XHeader, "pax", "", record.as_bytes())
    }
}

/// As small as a root of OpenWrt can be.
pub(super) fn openwrt(arch: &str) -> Tar {
    Tar::new()
        .folder("./")
        .folder("./bin/")
        .file("./bin/busybox", "ELF")
        .folder("./etc/")
        .file("./etc/openwrt_release", &format!("DISTRIB_ID='OpenWrt'\nDISTRIB_ARCH='{arch}'\n"))
        .symlink("./etc/resolv.conf", "/tmp/resolv.conf")
        .folder("./lib/")
        .symlink("./lib64", "lib")
        .folder("./sbin/")
        .file("./sbin/ujail", "ELF")
        .folder("./tmp/")
        .symlink("./var", "tmp")
}

pub(super) fn path(text: &str) -> RootPath {
    text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
}

pub(super) fn tree(layers: impl IntoIterator<Item = Tar>) -> Tree {
    let mut tree = Tree::default();
    for layer in layers {
        tree.apply("a layer", &layer.bytes()[..]).unwrap_or_else(|error| panic!("{error}"));
    }
    tree
}

pub(super) fn root(base: Tar) -> Root {
    Root::new(tree([base]))
}

pub(super) fn put(root: &mut Root, name: &str, content: &str) {
    let put = root.put_file(&path(name), Attributes::root(0o644), &mut content.as_bytes());
    put.unwrap_or_else(|error| panic!("{error}"));
}

/// All of a tree or root, a line each: `path kind mode uid:gid what`.
pub(super) fn listing<'a>(nodes: impl Iterator<Item = (&'a RootPath, &'a super::Node)>) -> Vec<String> {
    nodes
        .map(|(path, node)| {
            let what = match &node.kind {
                Kind::Folder => "folder".to_owned(),
                Kind::Symlink(text) => format!("-> {text}"),
                Kind::Special => "special".to_owned(),
                Kind::File(content) => match content.reader() {
                    None => format!("{} bytes", content.size()),
                    Some(mut reader) => {
                        let mut text = Vec::new();
                        reader.read_to_end(&mut text).expect("it can be read");
                        format!("{:?}", String::from_utf8_lossy(&text))
                    }
                },
            };
            let Attributes { mode, uid, gid } = node.attributes;
            format!("{path} {mode:o} {uid}:{gid} {what}")
        })
        .collect()
}

/// What went wrong, in words.
pub(super) fn problem<T>(result: Result<T, super::Error>) -> String {
    result.map(|_| ()).expect_err("it is refused").to_string()
}
