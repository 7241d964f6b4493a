//! Writes headers, containers and packages for the tests. `tests/feeds/apk-feed` is the independent one.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

/// A header from the leaves up.
pub struct Writer(pub Vec<u8>);

impl Writer {
    pub fn new() -> Self {
        Self(vec![0; 8])
    }

    pub fn blob(&mut self, bytes: impl AsRef<[u8]>) -> u32 {
        let bytes = bytes.as_ref();
        if bytes.is_empty() {
            return 0;
        }
        self.0.resize(self.0.len().next_multiple_of(2), 0);
        let at = u32::try_from(self.0.len()).unwrap();
        self.0.extend(u16::try_from(bytes.len()).unwrap().to_le_bytes());
        self.0.extend(bytes);
        9 << 28 | at
    }

    pub fn number(number: u32) -> u32 {
        if number == 0 { 0 } else { 1 << 28 | number }
    }

    pub fn object(&mut self, fields: &[(usize, u32)]) -> u32 {
        let last = fields.iter().filter(|(_, value)| *value != 0).map(|(field, _)| *field).max();
        let Some(last) = last else { return 0 };
        let mut slots = vec![0; last + 1];
        slots[0] = u32::try_from(last + 1).unwrap();
        for (field, value) in fields.iter().filter(|(_, value)| *value != 0) {
            slots[*field] = *value;
        }
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        let at = u32::try_from(self.0.len()).unwrap();
        self.0.extend(slots.iter().flat_map(|slot| slot.to_le_bytes()));
        0xe << 28 | at
    }

    pub fn list(&mut self, items: &[u32]) -> u32 {
        let fields: Vec<(usize, u32)> = (1..).zip(items.iter().copied()).collect();
        self.object(&fields)
    }

    pub fn finish(mut self, root: u32) -> Vec<u8> {
        self.0[4..8].copy_from_slice(&root.to_le_bytes());
        self.0
    }
}

pub fn block(kind: u32, content: &[u8]) -> Vec<u8> {
    let mut block = (kind << 30 | u32::try_from(content.len() + 4).unwrap()).to_le_bytes().to_vec();
    block.extend(content);
    block.resize(block.len().next_multiple_of(8), 0);
    block
}

/// A plain container of these blocks.
pub fn container(schema: [u8; 4], blocks: &[Vec<u8>]) -> Vec<u8> {
    [b"ADB.".as_slice(), &schema, &blocks.concat()].concat()
}

pub fn deflated(container: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(b"ADBd".to_vec(), Compression::default());
    encoder.write_all(container).unwrap();
    encoder.finish().unwrap()
}

/// A package for the tests.
#[derive(Clone, Default)]
pub struct Made<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub depends: &'a [&'a str],
    pub provides: &'a [(&'a str, &'a str)],
    pub replaces: &'a [&'a str],
    pub scripts: &'a [(usize, &'a str)],
    pub triggers: &'a [&'a str],
    /// Folder, name, content; a folder alone has no name.
    pub files: Vec<File<'a>>,
}

#[derive(Clone, Default)]
pub struct File<'a> {
    pub folder: &'a str,
    pub name: &'a str,
    pub content: &'a str,
    /// Type bits and text, in place of content.
    pub target: Option<(u16, &'a str)>,
    pub mode: u32,
    pub user: &'a str,
}

pub fn file<'a>(folder: &'a str, name: &'a str, content: &'a str) -> File<'a> {
    File { folder, name, content, mode: 0o644, user: "root", ..File::default() }
}

impl Made<'_> {
    pub fn info(&self, writer: &mut Writer, hash: &[u8], size: u32) -> u32 {
        let one = |writer: &mut Writer, name: &str, version: &str| {
            let fields = [(1, writer.blob(name)), (2, writer.blob(version))];
            writer.object(&fields)
        };
        let depends: Vec<u32> = self.depends.iter().map(|name| one(writer, name, "")).collect();
        let provides: Vec<u32> =
            self.provides.iter().map(|(name, version)| one(writer, name, version)).collect();
        let replaces: Vec<u32> = self.replaces.iter().map(|name| one(writer, name, "")).collect();
        let fields = [
            (1, writer.blob(self.name)),
            (2, writer.blob(self.version)),
            (3, writer.blob(hash)),
            (4, writer.blob("two\nlines")),
            (5, writer.blob("noarch")),
            (12, Writer::number(u32::from(!self.files.is_empty()))),
            (13, Writer::number(size)),
            (15, writer.list(&depends)),
            (16, writer.list(&provides)),
            (17, writer.list(&replaces)),
        ];
        writer.object(&fields)
    }

    pub fn header(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let info = self.info(&mut writer, &[], 0);
        let mut folders: Vec<&str> = self.files.iter().map(|file| file.folder).collect();
        folders.dedup();
        let folders: Vec<u32> = folders.into_iter().map(|folder| self.folder(&mut writer, folder)).collect();
        let scripts: Vec<(usize, u32)> =
            self.scripts.iter().map(|(number, text)| (*number, writer.blob(text))).collect();
        let triggers: Vec<u32> = self.triggers.iter().map(|folder| writer.blob(folder)).collect();
        let fields = [
            (1, info),
            (2, writer.list(&folders)),
            (3, writer.object(&scripts)),
            (4, writer.list(&triggers)),
        ];
        let root = writer.object(&fields);
        writer.finish(root)
    }

    fn folder(&self, writer: &mut Writer, folder: &str) -> u32 {
        let mut files = Vec::new();
        for file in self.files.iter().filter(|file| file.folder == folder && !file.name.is_empty()) {
            let access =
                [(1, Writer::number(file.mode)), (2, writer.blob(file.user)), (3, writer.blob("root"))];
            let target = file.target.map(|(kind, text)| [&kind.to_le_bytes(), text.as_bytes()].concat());
            let fields = [
                (1, writer.blob(file.name)),
                (2, writer.object(&access)),
                (3, Writer::number(u32::try_from(file.content.len()).unwrap())),
                (5, writer.blob(Sha256::digest(file.content))),
                (6, writer.blob(target.unwrap_or_default())),
            ];
            files.push(writer.object(&fields));
        }
        let access = [(1, Writer::number(0o755)), (2, writer.blob("root")), (3, writer.blob("root"))];
        let fields = [(1, writer.blob(folder)), (2, writer.object(&access)), (3, writer.list(&files))];
        writer.object(&fields)
    }

    /// The data blocks.
    pub fn data(&self) -> Vec<Vec<u8>> {
        let mut blocks = Vec::new();
        let (mut folder_number, mut number, mut last) = (0u32, 0u32, None);
        for file in &self.files {
            if last != Some(file.folder) {
                (folder_number, number, last) = (folder_number + 1, 0, Some(file.folder));
            }
            if file.name.is_empty() {
                continue;
            }
            number += 1;
            if file.target.is_none() && !file.content.is_empty() {
                let place = [folder_number.to_le_bytes(), number.to_le_bytes()].concat();
                blocks.push(block(2, &[&place, file.content.as_bytes()].concat()));
            }
        }
        blocks
    }

    pub fn package(&self) -> Vec<u8> {
        let blocks = [vec![block(0, &self.header())], self.data()].concat();
        container(*b"pckg", &blocks)
    }
}

/// The header of an index.
pub fn index(packages: &[Made<'_>]) -> Vec<u8> {
    let mut writer = Writer::new();
    let infos: Vec<u32> = packages
        .iter()
        .map(|package| package.info(&mut writer, &Sha256::digest(package.header()), 100))
        .collect();
    let fields = [(2, writer.list(&infos))];
    let root = writer.object(&fields);
    writer.finish(root)
}
