//! What is said of folders that verbs write again and again.

use std::path::Path;

use super::error::CliError;
use super::printer::Printer;
use crate::shown;
use crate::sink::{FolderError, LIST, Written};

/// Says what was written, removed and kept.
pub fn tell(folder: &Path, written: &Written, printer: Printer) {
    printer.note(&format!("wrote {} files to {}", written.files, shown::path(folder)));
    for (of, count) in &written.removed {
        let files = if *count == 1 { "file" } else { "files" };
        let of = of.as_ref().map(|name| format!(" of appliance {name}")).unwrap_or_default();
        printer.note(&format!("removed {count} {files}{of}"));
    }
    if let Some(first) = written.aside.first() {
        printer.note(&format!(
            "{} files of a wrtpod that kept no list of them are put aside, as `{first}.before` is: take what is yours out of them, and \
             remove them",
            written.aside.len()
        ));
    }
    for name in &written.kept {
        let path = folder.join(name);
        printer
            .note(&format!("`{}` is needed no more, and stays: it was changed by hand", shown::path(&path)));
    }
}

/// A folder that is not written, and what to do.
pub fn refusal(error: &FolderError) -> CliError {
    let hint = match error {
        FolderError::Io { .. } => {
            return CliError::Environment { message: error.to_string(), hint: None };
        }
        FolderError::Foreign { .. } | FolderError::NoFolder { .. } => {
            "name an empty folder, or one that wrtpod wrote, with --out".to_owned()
        }
        FolderError::Changed { .. } => {
            "keep what is yours in files of your own, and remove these to have them written again".to_owned()
        }
        FolderError::Kustomized { .. } => {
            "put what is yours into a kustomization of your own above the folder, or name another one with --out".to_owned()
        }
        FolderError::Link { .. } => "put a folder in its place".to_owned(),
        FolderError::List { .. } => {
            format!("restore {LIST}, or name another folder with --out")
        }
    };
    CliError::refused(error.to_string(), hint)
}
