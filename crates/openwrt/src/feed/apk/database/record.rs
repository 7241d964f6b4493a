//! One package in `/lib/apk/db/installed`.
//!
//! Lines of a letter, `:` and a value: first what an index would say, then folders (`F:`) and their files (`R:`) with
//! owners and modes (`M:`, `a:`, left out where usual) and hashes (`Z:`). What is not changed is written as it was read.
//! Source: apk-tools' `package.c` (`apk_pkg_write_index_header`), `database.c` (`apk_db_fdb_write`).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::dependency::{parse_list, write_list};
use super::super::{Content, Error, Info};
use super::{Access, INSTALLED};
use crate::feed::{Kind, Owner};
use crate::types::{RootPath, quoted};

/// Modes that apk does not write down when root has the item.
const USUAL_FOLDER: u32 = 0o755;
const USUAL_FILE: u32 = 0o644;

/// A package and its files.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// What the lines say of the package, for choosing.
    pub info: Info,
    /// All lines before the first folder.
    head: String,
    /// By their paths; the root's own is empty.
    folders: BTreeMap<String, Folder>,
}

#[derive(Debug, Clone, Default)]
struct Folder {
    /// The `M:` line, if there is one.
    access: String,
    /// The `a:` and `Z:` lines of each file.
    files: BTreeMap<String, String>,
}

impl Record {
    /// Of a package that is being installed. `ids` gives the numbers of user and group.
    pub fn new(content: &Content, flags: &str, ids: &dyn Fn(&Owner) -> (u32, u32)) -> Self {
        let mut record = Self::bare(content.info.clone());
        if !content.info.replaces.is_empty() {
            record.line('r', &write_list(&content.info.replaces, " "));
        }
        if content.replaces_priority > 0 {
            record.line('q', &content.replaces_priority.to_string());
        }
        if !flags.is_empty() {
            record.line('f', flags);
        }
        for (item, digest) in content.package.items.iter().zip(&content.digests) {
            let usual = if item.kind == Kind::Folder { USUAL_FOLDER } else { USUAL_FILE };
            let (user, group) = ids(&item.owner);
            let access = ((user, group, item.mode) != (0, 0, usual))
                .then(|| format!("{user}:{group}:{:o}", item.mode));
            if item.kind == Kind::Folder {
                let folder = record.folders.entry(item.path.as_str().to_owned()).or_default();
                folder.access = access.map(|access| format!("M:{access}\n")).unwrap_or_default();
                continue;
            }
            let mut lines = access.map(|access| format!("a:{access}\n")).unwrap_or_default();
            if let Some(digest) = digest {
                let _ = writeln!(lines, "Z:{}", digest_text(digest));
            }
            let folder = item.path.parent().map(|parent| parent.as_str().to_owned()).unwrap_or_default();
            let folder = record.folders.entry(folder).or_default();
            folder.files.insert(item.path.name().to_owned(), lines);
        }
        record
    }

    /// Of a package without files.
    pub fn bare(info: Info) -> Self {
        let head = head(&info);
        Self { info, head, folders: BTreeMap::new() }
    }

    fn line(&mut self, letter: char, value: &str) {
        let _ = writeln!(self.head, "{letter}:{value}");
    }

    /// The value of the head's line with that letter.
    fn value(&self, letter: char) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(letter)?.strip_prefix(':'))
    }

    /// Its flags (`f:`).
    pub fn flags(&self) -> &str {
        self.value('f').unwrap_or_default()
    }

    /// Files and links, sorted.
    pub fn files(&self) -> impl Iterator<Item = RootPath> + '_ {
        self.folders.iter().flat_map(|(folder, content)| {
            content.files.keys().filter_map(move |name| format!("{folder}/{name}").parse().ok())
        })
    }

    /// Its folders but for the root, sorted.
    pub fn folders(&self) -> impl Iterator<Item = RootPath> + '_ {
        self.folders.keys().filter_map(|folder| folder.parse().ok())
    }

    /// What one of its folders is to be like.
    pub fn access(&self, folder: &RootPath) -> Access {
        let line =
            self.folders.get(folder.as_str()).and_then(|folder| folder.access.trim_end().strip_prefix("M:"));
        let mut parts = line.unwrap_or_default().split(':');
        let mut part = |radix| parts.next().and_then(|part| u32::from_str_radix(part, radix).ok());
        let package = self.info.name.clone();
        match (part(10), part(10), part(8)) {
            (Some(user), Some(group), Some(mode)) => Access { package, mode, user, group },
            _ => Access { package, mode: USUAL_FOLDER, user: 0, group: 0 },
        }
    }

    /// Whether it, and not another package, decides what a folder of both is like: by their priorities, then by which has the
    /// name of their common source, then the one whose name comes first.
    pub fn decides_over(&self, other: &Self) -> bool {
        let rank = |record: &Self| {
            let priority: u64 = record.value('q').and_then(|value| value.parse().ok()).unwrap_or_default();
            let is_source = self.info.origin == other.info.origin && record.info.origin == record.info.name;
            (Reverse(priority), !is_source, record.info.name.clone())
        };
        rank(self) < rank(other)
    }

    /// The hash that a file had when it was installed.
    pub fn digest(&self, path: &RootPath) -> Option<&str> {
        let folder = path.parent();
        let folder = self.folders.get(folder.as_ref().map_or("", RootPath::as_str))?;
        folder.files.get(path.name())?.lines().find_map(|line| line.strip_prefix("Z:"))
    }

    /// Another package has taken over this file.
    pub fn lose(&mut self, path: &RootPath) {
        let folder = path.parent();
        if let Some(folder) = self.folders.get_mut(folder.as_ref().map_or("", RootPath::as_str)) {
            folder.files.remove(path.name());
        }
    }

    /// Appends its lines and the empty one that ends them.
    pub fn write(&self, into: &mut String) {
        into.push_str(&self.head);
        for (path, folder) in &self.folders {
            let _ = write!(into, "F:{path}\n{}", folder.access);
            for (name, lines) in &folder.files {
                let _ = write!(into, "R:{name}\n{lines}");
            }
        }
        into.push('\n');
    }
}

/// Reads all packages.
pub(super) fn read_all(text: &str) -> Result<Vec<Record>, Error> {
    let mut records = Vec::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, first)) = lines.next() {
        if first.is_empty() {
            continue;
        }
        let mut reading = Reading::default();
        reading.line(number + 1, first)?;
        while let Some((number, line)) = lines.next_if(|(_, line)| !line.is_empty()) {
            reading.line(number + 1, line)?;
        }
        records.push(reading.finish(number + 1)?);
    }
    Ok(records)
}

#[derive(Default)]
struct Reading {
    info: Info,
    head: String,
    folders: BTreeMap<String, Folder>,
    folder: Option<String>,
    file: Option<String>,
}

impl Reading {
    fn line(&mut self, number: usize, line: &str) -> Result<(), Error> {
        let wrong = |problem: String| Error::Line { file: INSTALLED, line: number, problem };
        let mut parts = line.splitn(2, ':');
        let (letter, value) = match (parts.next(), parts.next()) {
            (Some(letter), Some(value)) if letter.len() == 1 => (letter, value),
            _ => return Err(wrong(format!("{} is not a letter, `:` and a value", quoted(line)))),
        };
        if letter == "F" {
            self.folder = Some(value.to_owned());
            self.file = None;
            self.folders.entry(value.to_owned()).or_default();
            return Ok(());
        }
        let Some(folder) = &self.folder else {
            self.head.push_str(line);
            self.head.push('\n');
            return self.describe(letter, value).map_err(|error| wrong(error.to_string()));
        };
        let folder = self.folders.get_mut(folder).expect("it was put there with its line");
        match (letter, &self.file) {
            ("R", _) => {
                folder.files.insert(value.to_owned(), String::new());
                self.file = Some(value.to_owned());
            }
            ("M", None) => folder.access = format!("{line}\n"),
            ("a" | "Z", Some(file)) => {
                let lines = folder.files.get_mut(file).expect("it was put there with its line");
                let _ = writeln!(lines, "{line}");
            }
            _ => return Err(wrong(format!("`{letter}:` has no place among files"))),
        }
        Ok(())
    }

    fn describe(&mut self, letter: &str, value: &str) -> Result<(), Error> {
        let info = &mut self.info;
        let number = || value.parse().map_err(|_| Error::field(quoted(value), "it is no number"));
        let text = || value.to_owned();
        match letter {
            "C" => {
                let hash = value.strip_prefix("Q1").and_then(|hash| STANDARD.decode(hash).ok());
                let no_hash = || Error::field(quoted(value), "it is no hash of the form `Q1…`");
                info.hash = hash.filter(|hash| hash.len() >= 20).ok_or_else(no_hash)?;
                info.hash.truncate(20);
            }
            "P" => info.name = text(),
            "V" => info.version = text(),
            "A" => info.architecture = text(),
            "S" => info.file_size = number()?,
            "I" => info.installed_size = number()?,
            "T" => info.description = text(),
            "U" => info.url = text(),
            "L" => info.license = text(),
            "o" => info.origin = text(),
            "m" => info.maintainer = text(),
            "t" => info.build_time = number()?,
            "c" => info.commit = text(),
            "k" => info.provider_priority = number()?,
            "D" => info.depends.extend(parse_list(value)?),
            "p" => info.provides.extend(parse_list(value)?),
            "i" => info.install_if.extend(parse_list(value)?),
            "r" => info.replaces.extend(parse_list(value)?),
            "g" => info.tags = value.split(' ').map(str::to_owned).collect(),
            // Lines that a newer apk may have added, and those that only it looks at, stay in the head.
            _ => {}
        }
        Ok(())
    }

    fn finish(self, number: usize) -> Result<Record, Error> {
        let Self { info, head, folders, .. } = self;
        let missing =
            [("C", info.hash.is_empty()), ("P", info.name.is_empty()), ("V", info.version.is_empty())];
        match missing.iter().find(|(_, is_missing)| *is_missing) {
            None => Ok(Record { info, head, folders }),
            Some((letter, _)) => {
                let problem = format!("the package that begins here has no line `{letter}:`");
                Err(Error::Line { file: INSTALLED, line: number, problem })
            }
        }
    }
}

/// The lines that an index would have too.
fn head(info: &Info) -> String {
    let mut head = format!("C:{}\nP:{}\nV:{}\n", info.id_text(), info.name, info.version);
    let mut line = |letter: char, value: &str, is_there: bool| {
        if is_there {
            let _ = writeln!(head, "{letter}:{value}");
        }
    };
    line('A', &info.architecture, !info.architecture.is_empty());
    line('S', &info.file_size.to_string(), true);
    line('I', &info.installed_size.to_string(), true);
    line('T', &info.description, true);
    line('U', &info.url, true);
    line('L', &info.license, true);
    line('o', &info.origin, !info.origin.is_empty());
    line('m', &info.maintainer, !info.maintainer.is_empty());
    line('t', &info.build_time.to_string(), info.build_time > 0);
    line('c', &info.commit, !info.commit.is_empty());
    line('k', &info.provider_priority.to_string(), info.provider_priority > 0);
    line('D', &write_list(&info.depends, " "), !info.depends.is_empty());
    line('p', &write_list(&info.provides, " "), !info.provides.is_empty());
    line('i', &write_list(&info.install_if, " "), !info.install_if.is_empty());
    line('g', &info.tags.join(" "), !info.tags.is_empty());
    head
}

/// 20 bytes of a hash as the database writes them.
pub fn digest_text(digest: &[u8; 20]) -> String {
    format!("Q1{}", STANDARD.encode(digest))
}
