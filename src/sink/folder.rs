//! A folder with a file for each object and a `kustomization.yaml`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::objects::{Identity, ObjectSet};
use crate::yaml;

/// First line of the kustomization: by it a folder is known as wrtpod's own.
const MARK: &str = "# Written by wrtpod; edit the documents that it was made from.\n";
/// Its name.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// Why a folder was not written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It holds files that wrtpod did not write.
    #[error("`{}` holds `{found}`, which wrtpod did not write", .folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// One of the files.
        found: String,
    },
    /// The file system failed.
    #[error("cannot write `{}`: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Writes the folder. One that wrtpod wrote before is written anew, and what left the set goes; any other that
/// is not empty is left alone. All files are written beside it first, so a fault leaves the folder as it was.
pub fn write(folder: &Path, sets: &[ObjectSet]) -> Result<Vec<String>, FolderError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| FolderError::Io { path, source }
    };
    let old = own_files(folder)?;
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(parent).map_err(io(parent))?;
    let stage = tempfile::Builder::new().prefix(".wrtpod-").tempdir_in(parent).map_err(io(parent))?;
    let files = files(sets);
    for (name, text) in &files {
        let path = stage.path().join(name);
        let mut file = std::fs::File::create(&path).map_err(io(&path))?;
        file.write_all(text.as_bytes()).map_err(io(&path))?;
    }
    std::fs::create_dir_all(folder).map_err(io(folder))?;
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for (name, _) in &files {
        let path = folder.join(name);
        std::fs::rename(stage.path().join(name), &path).map_err(io(&path))?;
    }
    for gone in old.iter().filter(|name| !names.contains(name.as_str())) {
        let path = folder.join(gone);
        std::fs::remove_file(&path).map_err(io(&path))?;
    }
    Ok(files.into_iter().map(|(name, _)| name).collect())
}

/// The files that an earlier run wrote: those that its kustomization lists.
fn own_files(folder: &Path) -> Result<Vec<String>, FolderError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(FolderError::Io { path: folder.to_owned(), source }),
    };
    let mut present: Vec<String> = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|source| FolderError::Io { path: folder.to_owned(), source })?;
        present.push(entry.file_name().to_string_lossy().into_owned());
    }
    present.sort();
    let kustomization = std::fs::read_to_string(folder.join(KUSTOMIZATION)).unwrap_or_default();
    let listed: Vec<String> = if kustomization.starts_with(MARK) {
        kustomization.lines().filter_map(|line| line.trim().strip_prefix("- ")).map(str::to_owned).collect()
    } else {
        Vec::new()
    };
    let ours =
        |name: &String| listed.contains(name) || (name == KUSTOMIZATION && kustomization.starts_with(MARK));
    match present.iter().find(|name| !ours(name)) {
        Some(found) => Err(FolderError::Foreign { folder: folder.to_owned(), found: found.clone() }),
        None => Ok(present),
    }
}

/// File names and texts, in the order of the objects; the kustomization comes last.
fn files(sets: &[ObjectSet]) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = sets
        .iter()
        .flatten()
        .map(|object| (file_name(&object.identity), yaml::write(&object.value)))
        .collect();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": names,
    });
    files.push((KUSTOMIZATION.to_owned(), format!("{MARK}{}", yaml::write(&kustomization))));
    files
}

/// `statefulset-openwrt.yaml`; one namespace holds them all, so kind and name say which.
fn file_name(identity: &Identity) -> String {
    format!("{}-{}.yaml", identity.kind.to_ascii_lowercase(), identity.name)
}
