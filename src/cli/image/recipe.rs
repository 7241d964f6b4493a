//! From the command line to a recipe: one that comes with the binary, or a file.

use std::path::{Path, PathBuf};

use super::args::RecipeArgs;
use crate::build::{Lock, LockError};
use crate::catalog;
use crate::cli::error::CliError;
use crate::cli::printer::Printer;
use crate::diag::{Diagnostics, SourceMap};
use crate::overlay;
use crate::recipe::{self, Recipe};
use crate::shown;
use crate::spec::{self, Input};
use crate::types::nearest;

/// A recipe, and where its lock is.
pub struct Chosen {
    /// The recipe.
    pub recipe: Recipe,
    /// The files that its places are relative to.
    pub sources: SourceMap,
    /// The lock file that goes with it, whether it is there or not.
    pub lock: PathBuf,
}

/// Reads and decides; prints every finding.
pub fn load(args: &RecipeArgs, lock: Option<&Path>, printer: Printer) -> Result<Chosen, CliError> {
    let input = input(&args.recipe)?;
    let beside = Path::new(&input.name).parent().filter(|_| is_file(&args.recipe)).map(Path::to_owned);
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let inputs = [input];
    let request = spec::Request {
        inputs: &inputs,
        catalog: catalog::ENTRIES,
        images: catalog::IMAGES,
        ..spec::Request::default()
    };
    let documents = spec::load(&request, &mut sources, &mut diags);
    let overlays = overlay::gather(&documents, &mut sources, &mut diags);
    let decided: Vec<Recipe> = documents.judged(&mut diags, |documents, diags| {
        // An Image of the catalog is there too where an appliance names it behind `build`.
        let own = documents.images.iter().filter(|image| documents.is_own(image.span));
        own.map(|image| recipe::decide(&image.value, &overlays, diags)).collect()
    });
    printer.diagnostics(&diags, &sources);
    if diags.has_errors() {
        return Err(CliError::Input);
    }
    let names: Vec<String> = decided.iter().map(|recipe| recipe.name.value.clone()).collect();
    let Ok([recipe]) = <[Recipe; 1]>::try_from(decided) else {
        let message = if names.is_empty() {
            format!("`{}` holds no Image", shown::line(&args.recipe))
        } else {
            format!("`{}` holds several Images: {}", shown::line(&args.recipe), names.join(", "))
        };
        return Err(CliError::refused(message, "give a file with one document of `kind: Image`".to_owned()));
    };
    if let Some(arch) = &args.arch
        && !recipe.bases.iter().any(|(known, _)| known.as_str() == arch)
    {
        let known: Vec<&str> = recipe.bases.iter().map(|(known, _)| known.as_str()).collect();
        let message = format!("{} has no base for `{}`", recipe.name.value, shown::line(arch));
        return Err(CliError::refused(message, format!("it has: {}", known.join(", "))));
    }
    let beside = beside.unwrap_or_default();
    let lock = lock.map_or_else(|| beside.join(format!("{}.lock.json", recipe.name.value)), Path::to_owned);
    Ok(Chosen { recipe, sources, lock })
}

/// Whether a word means a file, and no recipe by name.
fn is_file(word: &str) -> bool {
    word == "-"
        || word.contains('/')
        || Path::new(word).extension().is_some_and(|end| end == "yaml" || end == "yml")
}

fn input(word: &str) -> Result<Input, CliError> {
    if is_file(word) {
        return crate::cli::load::read_input(Path::new(word));
    }
    let entry = catalog::IMAGES.iter().find(|entry| entry.name == word).ok_or_else(|| {
        let hint = match nearest(word, catalog::IMAGES.iter().map(|entry| entry.name)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => {
                format!("`wrtpod catalog` lists them; a file of your own is `./{}.yaml`", shown::line(word))
            }
        };
        CliError::refused(format!("no image `{}` comes with wrtpod", shown::line(word)), hint)
    })?;
    Ok(Input { name: entry.file.to_owned(), text: entry.text.to_owned() })
}

/// Reads the lock that goes with a recipe.
pub fn read_lock(path: &Path) -> Result<Lock, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => CliError::refused(
            format!("there is no lock file `{}`", shown::path(path)),
            "write it with `wrtpod image lock`".to_owned(),
        ),
        _ => CliError::file(path, "read", &error),
    })?;
    Lock::parse(&text).map_err(|error| {
        let path = shown::path(path);
        let (message, hint) = match error {
            LockError::Malformed(_) => (
                format!("`{path}` is no lock file: {error}"),
                "move it away, and make it again with `wrtpod image lock`",
            ),
            LockError::Empty => (
                format!("the lock file `{path}` is empty"),
                "remove it, and make it again with `wrtpod image lock`",
            ),
            LockError::Format(_) => (
                format!("the lock file `{path}` is of another wrtpod: {error}"),
                "make it again with `wrtpod image lock`, or build with the wrtpod that made it",
            ),
        };
        CliError::refused(message, hint.to_owned())
    })
}

/// Refuses a path at which there is anything but a lock, such as the recipe: only a lock is written over, of whatever format.
pub fn refuse_other(path: &Path) -> Result<(), CliError> {
    let unreadable = |error: std::io::Error| CliError::file(path, "read", &error);
    let what = match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(error)),
        // A FIFO or a device might never end.
        Ok(there) if !there.is_file() => "is no lock file",
        Ok(_) => {
            match String::from_utf8(std::fs::read(path).map_err(unreadable)?).map(|text| Lock::parse(&text)) {
                Ok(Ok(_) | Err(LockError::Format(_))) => return Ok(()),
                Ok(Err(LockError::Empty)) => "is empty",
                Ok(Err(LockError::Malformed(_))) | Err(_) => "is no lock file",
            }
        }
    };
    let message = format!("`{}` is there already, and {what}", shown::path(path));
    Err(CliError::refused(message, "move it away, or name another file with --lock".to_owned()))
}
