//! A folder of files that wrtpod writes again and again: it remembers what it wrote, in a list in the folder itself, and what
//! somebody else put there or changed stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path};

use serde_json::{Value, json};

use super::error::{FolderError, io};
use crate::temporary;
use crate::types::Digest;

/// The list's name. Without an ending: `kubectl apply -f FOLDER` takes every `.json` and `.yaml` for objects.
pub const LIST: &str = ".wrtpod";
/// The largest list that is read; one of 10,000 files has some 2 MiB.
const LONGEST_LIST: u64 = 16 << 20;

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its content.
    pub text: String,
    /// The appliance that it is of, where it is of one.
    pub of: Option<String>,
}

/// A file of a run that kept no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// Its path in the folder.
    pub name: String,
    /// Its text, where that can only be wrtpod's; else it is put aside and not written over.
    pub text: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// How many files there are now.
    pub files: usize,
    /// How many were removed since they are not among the files any more, by the appliance that they were of.
    pub removed: BTreeMap<Option<String>, usize>,
    /// Those that are not among the files any more either, and stay: somebody changed them.
    pub kept: Vec<String>,
    /// Those of a run that kept no list which were in the way of new ones or are needed no more: they are `NAME.before` now.
    pub aside: Vec<String>,
}

/// The ending of a file that was put aside: nothing takes it for objects.
const ASIDE: &str = ".before";

/// A file that was written before: the digests of what it may hold, none where an older wrtpod kept no list, and whose it was.
#[derive(Debug, Clone, Default)]
struct Before {
    digests: Vec<String>,
    of: Option<String>,
}

type List = BTreeMap<String, Before>;

/// Writes the files, by their paths in the folder, and removes those of an earlier run that are not among them. `older` are the
/// files of a run that kept no list. Everything is looked at first and written beside the folder: a refusal changes nothing.
pub fn write(folder: &Path, files: &BTreeMap<String, File>, older: &[Older]) -> Result<Written, FolderError> {
    let before = before(folder, older)?;
    refuse_changed(folder, files, &before)?;
    let parent = temporary::folder_of(folder);
    std::fs::create_dir_all(parent).map_err(io(parent))?;
    let stage = temporary::folder(parent).map_err(io(parent))?;
    for (number, (name, file)) in files.iter().enumerate() {
        put(&stage.path().join(number.to_string()), &folder.join(name), &file.text)?;
    }
    std::fs::create_dir_all(folder).map_err(io(folder))?;
    let mut written = Written { files: files.len(), ..Written::default() };
    // First, while the folder still tells which they are: a run that is cut short here can be repeated too.
    for name in to_put_aside(folder, files, &before)? {
        let path = folder.join(&name);
        std::fs::rename(&path, folder.join(format!("{name}{ASIDE}"))).map_err(io(&path))?;
        written.aside.push(name);
    }
    // Either content is wrtpod's while the one becomes the other: a run that is cut short here can be repeated.
    put_list(folder, stage.path(), &both(files, &before))?;
    for (number, name) in files.keys().enumerate() {
        let path = folder.join(name);
        let parent = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(parent).map_err(io(parent))?;
        std::fs::rename(stage.path().join(number.to_string()), &path).map_err(io(&path))?;
    }
    for (name, old) in before.iter().filter(|(name, _)| !files.contains_key(*name)) {
        match there(folder, name)? {
            There::Nothing => {}
            there if is_own(&there, old) => {
                let path = folder.join(name);
                std::fs::remove_file(&path).map_err(io(&path))?;
                remove_empty(folder, name);
                *written.removed.entry(old.of.clone()).or_default() += 1;
            }
            _ => written.kept.push(name.clone()),
        }
    }
    put_list(folder, stage.path(), &both(files, &List::new()))?;
    Ok(written)
}

/// What an earlier run wrote. A folder that is not empty and has nothing of wrtpod's is refused.
fn before(folder: &Path, older: &[Older]) -> Result<List, FolderError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(List::new()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(FolderError::NoFolder { path: folder.to_owned() });
        }
        Err(source) => return Err(io(folder)(source)),
    };
    if let Some(list) = read_list(&folder.join(LIST))? {
        return Ok(list);
    }
    if !older.is_empty() {
        let digests = |text: &Option<String>| text.iter().map(|text| digest(text.as_bytes())).collect();
        let of = |one: &Older| (one.name.clone(), Before { digests: digests(&one.text), of: None });
        return Ok(older.iter().map(of).collect());
    }
    let names =
        entries.map(|entry| Ok(entry.map_err(io(folder))?.file_name().to_string_lossy().into_owned()));
    let names: BTreeSet<String> = names.collect::<Result<_, FolderError>>()?;
    match names.into_iter().next() {
        None => Ok(List::new()),
        Some(found) => Err(FolderError::Foreign { folder: folder.to_owned(), found }),
    }
}

/// Reads the list; `None` when there is none. Whoever can change the folder can change it, so its paths are judged.
fn read_list(path: &Path) -> Result<Option<List>, FolderError> {
    let wrong = |problem: &str| FolderError::List { path: path.to_owned(), problem: problem.to_owned() };
    let bytes = match std::fs::metadata(path) {
        Ok(metadata) if metadata.len() > LONGEST_LIST => return Err(wrong("it is too large")),
        Ok(_) => std::fs::read(path).map_err(io(path))?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io(path)(source)),
    };
    let list: Value =
        serde_json::from_slice(&bytes).map_err(|error| wrong(&format!("line {}: no JSON", error.line())))?;
    let files = list["files"].as_object().ok_or_else(|| wrong("it has no `files`"))?;
    let mut before = List::new();
    for (name, entry) in files {
        let is_inside =
            !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_inside {
            return Err(wrong("it names a file outside the folder"));
        }
        let digests = entry["sha256"].as_array().into_iter().flatten();
        let digests: Vec<String> = digests.filter_map(|digest| Some(digest.as_str()?.to_owned())).collect();
        if digests.is_empty() {
            return Err(wrong("it has a file without a digest"));
        }
        before.insert(name.clone(), Before { digests, of: entry["of"].as_str().map(str::to_owned) });
    }
    Ok(Some(before))
}

/// Refuses to write over what is somebody else's, or through a link.
fn refuse_changed(folder: &Path, files: &BTreeMap<String, File>, before: &List) -> Result<(), FolderError> {
    let mut changed = Vec::new();
    for (name, file) in files {
        for above in Path::new(name).ancestors().skip(1) {
            let path = folder.join(above);
            let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
            if is_link && !above.as_os_str().is_empty() {
                return Err(FolderError::Link { path });
            }
        }
        let is_free = match there(folder, name)? {
            There::Nothing => true,
            There::File(bytes) if bytes == file.text.as_bytes() => true,
            there => before.get(name).is_some_and(|before| is_own(&there, before)),
        };
        if !is_free {
            changed.push(name.clone());
        }
    }
    for name in to_put_aside(folder, files, before)? {
        let aside = format!("{name}{ASIDE}");
        if !matches!(there(folder, &aside)?, There::Nothing) {
            changed.push(aside);
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    Err(FolderError::Changed { folder: folder.to_owned(), files: changed })
}

/// The files of a run that kept no list, where they are not what is to be written: whether somebody changed them is not known.
fn to_put_aside(
    folder: &Path,
    files: &BTreeMap<String, File>,
    before: &List,
) -> Result<Vec<String>, FolderError> {
    let mut names = Vec::new();
    for name in before.iter().filter(|(_, old)| old.digests.is_empty()).map(|(name, _)| name) {
        let text = files.get(name).map(|file| file.text.as_bytes());
        if matches!(there(folder, name)?, There::File(bytes) if Some(bytes.as_slice()) != text) {
            names.push(name.clone());
        }
    }
    Ok(names)
}

/// What is at a path.
enum There {
    Nothing,
    File(Vec<u8>),
    /// A folder, a link, a device.
    Other,
}

fn there(folder: &Path, name: &str) -> Result<There, FolderError> {
    let path = folder.join(name);
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => Ok(There::File(std::fs::read(&path).map_err(io(&path))?)),
        Ok(_) => Ok(There::Other),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(There::Nothing)
        }
        Err(source) => Err(io(&path)(source)),
    }
}

/// Whether it is as wrtpod wrote it, as far as is known.
fn is_own(there: &There, before: &Before) -> bool {
    let There::File(bytes) = there else { return false };
    before.digests.is_empty() || before.digests.contains(&digest(bytes))
}

fn digest(bytes: &[u8]) -> String {
    Digest::of(bytes).hex().to_owned()
}

/// The list of what the folder may hold: the files, each also as it was before.
fn both(files: &BTreeMap<String, File>, before: &List) -> Value {
    let mut list: BTreeMap<&str, (BTreeSet<String>, Option<&str>)> = BTreeMap::new();
    for (name, old) in before.iter().filter(|(_, old)| !old.digests.is_empty()) {
        list.insert(name, (old.digests.iter().cloned().collect(), old.of.as_deref()));
    }
    for (name, file) in files {
        let entry = list.entry(name).or_default();
        entry.0.insert(digest(file.text.as_bytes()));
        entry.1 = file.of.as_deref();
    }
    let entry = |(digests, of): (BTreeSet<String>, Option<&str>)| match of {
        Some(of) => json!({"sha256": digests, "of": of}),
        None => json!({"sha256": digests}),
    };
    let files: serde_json::Map<String, Value> =
        list.into_iter().map(|(name, known)| (name.to_owned(), entry(known))).collect();
    json!({"writtenBy": "wrtpod", "files": files})
}

fn put_list(folder: &Path, stage: &Path, list: &Value) -> Result<(), FolderError> {
    let (staged, path) = (stage.join(LIST), folder.join(LIST));
    put(&staged, &path, &format!("{list:#}\n"))?;
    std::fs::rename(&staged, &path).map_err(io(&path))
}

/// Writes a file that is to be moved to `path`, which errors name.
fn put(staged: &Path, path: &Path, text: &str) -> Result<(), FolderError> {
    let mut file = std::fs::File::create(staged).map_err(io(path))?;
    file.write_all(text.as_bytes()).map_err(io(path))
}

/// Removes the folders that a file leaves empty; one that is not stays.
fn remove_empty(folder: &Path, name: &str) {
    for above in Path::new(name).ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
        if std::fs::remove_dir(folder.join(above)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, File> {
        let file = |text: &str| File { text: text.to_owned(), of: Some("vpn".to_owned()) };
        list.iter().map(|(name, text)| ((*name).to_owned(), file(text))).collect()
    }

    fn all(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name != LIST)
            .collect();
        names.sort();
        names
    }

    #[test]
    fn an_error_names_the_file_that_it_is_for() {
        let place = tempfile::tempdir().expect("a folder");
        let failed = put(&place.path().join("gone/0"), Path::new("out/a"), "x").expect_err("no folder");
        assert_eq!(failed.to_string(), "cannot write `out/a`: No such file or directory (os error 2)");
    }

    fn put_file(path: PathBuf, text: &str) {
        std::fs::write(path, text).expect("it can be written");
    }

    #[test]
    fn what_is_not_its_own_stays() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("chart");
        write(&folder, &files(&[("values.yaml", "1"), ("templates/a", "1"), ("templates/b", "1")]), &[])
            .expect("it is new");
        std::fs::create_dir(folder.join("ci")).expect("a folder");
        put_file(folder.join("ci/test-values.yaml"), "mine");
        put_file(folder.join("templates/b"), "mine");
        let written = write(&folder, &files(&[("values.yaml", "2")]), &[]).expect("it is written again");
        assert_eq!(written.removed, BTreeMap::from([(Some("vpn".to_owned()), 1)]));
        assert_eq!((written.files, written.kept), (1, vec!["templates/b".to_owned()]));
        assert_eq!(all(&folder), ["ci", "templates", "values.yaml"]);
        assert_eq!(all(&folder.join("templates")), ["b"]);
        // What was changed is not written over, and nothing else is written either.
        put_file(folder.join("values.yaml"), "mine");
        let again = files(&[("a", "3"), ("values.yaml", "3")]);
        let error = write(&folder, &again, &[]).expect_err("it was changed");
        assert!(error.to_string().ends_with("somebody else wrote or changed `values.yaml`"), "{error}");
        assert_eq!(all(&folder), ["ci", "templates", "values.yaml"]);
        // Until it is away, or the same.
        std::fs::remove_file(folder.join("values.yaml")).expect("it is there");
        write(&folder, &again, &[]).expect("it is not there");
    }

    #[test]
    fn refuses_a_folder_of_somebody_else_and_a_file() {
        let place = tempfile::tempdir().expect("a folder");
        put_file(place.path().join("mine"), "mine");
        let one = files(&[("a", "1")]);
        assert!(matches!(write(place.path(), &one, &[]), Err(FolderError::Foreign { .. })));
        assert!(matches!(write(&place.path().join("mine"), &one, &[]), Err(FolderError::NoFolder { .. })));
        // Of a run that kept no list nothing is lost, and a second one does not write over what the first put aside.
        let older = [Older { name: "mine".to_owned(), text: None }];
        put_file(place.path().join("mine.before"), "older");
        assert!(matches!(write(place.path(), &one, &older), Err(FolderError::Changed { .. })));
        std::fs::remove_file(place.path().join("mine.before")).expect("it is there");
        assert_eq!(write(place.path(), &one, &older).expect("its own").aside, ["mine"]);
        assert_eq!(all(place.path()), ["a", "mine.before"]);
    }

    #[test]
    fn a_list_and_a_link_lead_nowhere_else() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = place.path().join("chart");
        put_file(place.path().join("outside"), "mine");
        write(&folder, &files(&[("a", "1")]), &[]).expect("it is new");
        let list =
            |name: &str| format!("{{\"files\": {{\"{name}\": {{\"sha256\": [\"{}\"]}}}}}}", digest(b"mine"));
        for name in ["../outside", "/etc/passwd", "a/../../outside", ""] {
            put_file(folder.join(LIST), &list(name));
            let error = write(&folder, &files(&[("b", "1")]), &[]).expect_err(name);
            assert!(matches!(error, FolderError::List { .. }), "{name}: {error}");
        }
        put_file(folder.join(LIST), &list("a"));
        std::os::unix::fs::symlink(place.path(), folder.join("templates")).expect("a link");
        let error = write(&folder, &files(&[("templates/outside", "1")]), &[]).expect_err("a link");
        assert!(matches!(error, FolderError::Link { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(place.path().join("outside")).expect("it is there"), "mine");
    }

    #[test]
    fn a_run_that_was_cut_short_can_be_repeated() {
        let place = tempfile::tempdir().expect("a folder");
        let (first, second) = (files(&[("a", "1"), ("b", "1")]), files(&[("a", "2"), ("b", "2")]));
        write(place.path(), &first, &[]).expect("it is new");
        // Killed between the two files.
        let before = before(place.path(), &[]).expect("a list");
        put_list(place.path(), place.path(), &both(&second, &before)).expect("it can be written");
        put_file(place.path().join("a"), "2");
        write(place.path(), &files(&[("a", "3"), ("b", "3")]), &[]).expect("both contents are its own");
    }
}
