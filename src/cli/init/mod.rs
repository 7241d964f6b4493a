//! `wrtpod init`: a site file for this place, with a word on every line that one may want to change. What options do
//! not say is asked at the terminal, with what this machine knows as defaults; each answer is judged as `render` will.

mod args;
mod cluster;
mod draft;
mod interview;
mod machine;
mod questions;

use std::io::IsTerminal;
use std::path::Path;

use super::error::{CliError, Outcome};
use super::new_file;
use super::printer::Printer;
use super::shell::quoted_for_shell;
use crate::catalog;
use crate::shown;
use crate::spec;
use crate::types::{nearest, quoted};

pub use args::InitArgs;
use draft::{Draft, Entry};
use interview::answers;
use machine::Machine;
use questions::{Questions, Terminal};

/// The schema for editors, beside the site file.
const SCHEMA: &str = "wrtpod.schema.json";

/// Runs the verb.
pub fn run(args: &InitArgs, printer: Printer) -> Result<Outcome, CliError> {
    let schema = args.out.with_file_name(SCHEMA);
    let places = [refuse_existing(&args.out), refuse_odd(&schema)];
    let mut faults: Vec<CliError> = places.into_iter().filter_map(Result::err).collect();
    let entry = args.entry.as_deref().map(entry).transpose().unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
    let interactive = std::io::stdin().is_terminal() && printer.is_live();
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stderr());
    let terminal = interactive.then_some(Terminal { input: &mut input, output: &mut output });
    // Options alone mean the same on every machine.
    let machine = if interactive { Machine::read(Path::new("/")) } else { None };
    let mut machine = machine.unwrap_or_default();
    // Of an entry that is not known, nobody knows what addresses it takes.
    let unknown = args.entry.is_some() && entry.is_none();
    let without = InitArgs { addresses: Vec::new(), ..args.clone() };
    faults.extend(interview::faults(
        if unknown { &without } else { args },
        entry.clone(),
        &machine,
        interactive,
    ));
    if !faults.is_empty() {
        return Err(CliError::several(faults));
    }
    machine.user_namespaces = interactive && args.host_users.is_none() && cluster::has_user_namespaces();
    let draft = answers(args, entry, &machine, Questions::new(terminal), salt()?)?;
    new_file::write(&args.out, &draft.text(&format!("./{SCHEMA}")), printer)?;
    write_schema(&schema, printer)?;
    printer.line(&next(args, &draft));
    Ok(Outcome::Done)
}

/// A site file is never to be removed: the MACs of what runs hang on its salt. The schema beside it is written anew by hand.
fn refuse_existing(path: &Path) -> Result<(), CliError> {
    if path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(SCHEMA)) {
        let hint = "name another file, for example --out site.yaml";
        return Err(CliError::usage(format!("--out: `{SCHEMA}` is the schema's name"), hint.to_owned()));
    }
    if path.is_dir() {
        let file = path.join("site.yaml");
        let hint = format!("name a file in it: --out {}", quoted_for_shell(&file.display().to_string()));
        return Err(CliError::refused(format!("`{}` is a folder", shown::path(path)), hint));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    if let Some(folder) = folder {
        let hint = format!("make it first: `mkdir -p {}`", quoted_for_shell(&folder.display().to_string()));
        let message = format!("there is no folder `{}`", shown::path(folder));
        return Err(CliError::Environment { message, hint: Some(hint) });
    }
    if !path.exists() {
        return Ok(());
    }
    let hint = "edit it, for derived MACs hang on the salt in it: `wrtpod render NAME` shows what it lacks for an appliance; \
                or write another one with --out FILE";
    Err(CliError::refused(format!("`{}` is there already", shown::path(path)), hint.to_owned()))
}

fn entry(name: &str) -> Result<Entry, CliError> {
    Entry::find(name).ok_or_else(|| {
        let names = || catalog::ENTRIES.iter().map(|entry| entry.name);
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", names().collect::<Vec<_>>().join(", ")),
        };
        CliError::usage(format!("the catalog has no appliance {}", quoted(name)), hint)
    })
}

/// 16 hexadecimal digits from the operating system.
fn salt() -> Result<String, CliError> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| CliError::Environment {
        message: format!("cannot get random bytes: {error}"),
        hint: None,
    })?;
    Ok(crate::objects::hex(&bytes))
}

/// Before anything is asked or written: what is in the schema's place must be a file, or nothing.
fn refuse_odd(schema: &Path) -> Result<(), CliError> {
    let is_odd = match schema.symlink_metadata() {
        // A link that leads nowhere is odd too.
        Ok(_) => !schema.is_file(),
        Err(_) => false,
    };
    if !is_odd {
        return Ok(());
    }
    let hint =
        "move it away, or name a file in another folder with --out: init puts the schema for editors there";
    Err(CliError::refused(
        format!("`{}` is there already, and no file", shown::path(schema)),
        hint.to_owned(),
    ))
}

/// The schema that the site file's first line names, for editors. A file that is there already stays.
fn write_schema(path: &Path, printer: Printer) -> Result<(), CliError> {
    let text = super::schema_text(spec::SchemaKind::Any);
    if !path.exists() {
        return new_file::write(path, &text, printer);
    }
    if std::fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    let path = shown::path(path);
    printer.note(&format!("`{path}` stays as it is; `wrtpod schema > {path}` writes that of this wrtpod"));
    Ok(())
}

/// The commands that come next.
fn next(args: &InitArgs, draft: &Draft) -> String {
    let name = draft.entry.as_ref().map_or("openwrt", |entry| entry.name.as_str());
    let file = match args.out.to_str() {
        Some("site.yaml") => String::new(),
        _ => format!(" -f {}", quoted_for_shell(&args.out.display().to_string())),
    };
    format!("next: wrtpod doctor {name}{file}, then wrtpod deploy {name}{file}")
}

#[cfg(test)]
mod tests;
