//! A file that a verb writes once: one that is there is never overwritten.

use std::io::Write as _;
use std::path::Path;

use super::error::CliError;
use super::printer::Printer;
use crate::shown;

/// Refuses a path at which there is something.
pub fn refuse_existing(path: &Path) -> Result<(), CliError> {
    if path.exists() {
        // It may be a Site: derived MACs hang on the salt in it.
        let hint = "name another file with --out".to_owned();
        return Err(CliError::refused(format!("`{}` is there already", shown::path(path)), hint));
    }
    Ok(())
}

/// Writes the file, and says so.
pub fn write(path: &Path, text: &str, printer: Printer) -> Result<(), CliError> {
    refuse_existing(path)?;
    // `create_new`: a file that has come into being since is not overwritten either.
    let mut file = std::fs::File::create_new(path).map_err(|error| CliError::file(path, "write", &error))?;
    file.write_all(text.as_bytes()).map_err(|error| CliError::file(path, "write", &error))?;
    printer.line(&format!("wrote {}", shown::path(path)));
    Ok(())
}
