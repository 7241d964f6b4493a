//! The command line: what is typed, what is printed, how a run ends. The library below never talks to the
//! terminal, the environment or the user; this module does. Entry: [`run`].

mod args;
mod assignments;
mod catalog;
mod chart;
mod cluster;
mod complete;
mod credentials;
mod delete;
mod deploy;
mod diff;
mod doctor;
mod error;
mod examples;
mod explain;
mod image;
mod import;
mod init;
mod inside;
mod load;
mod markdown;
mod mask;
mod new_file;
mod obstacles;
mod pin;
mod posture;
mod printer;
mod progress;
mod render;
mod report;
mod root_notes;
mod shell;
mod status;
mod table;
#[cfg(test)]
mod tests;
mod usage;
mod wrap;
mod written;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use args::{Cli, CompletionsArgs, SchemaArgs, SchemaKind, Verb};
use error::{CliError, Outcome};
use printer::Printer;

use crate::diag::{Diagnostics, Finding, SourceMap};

/// The variable by which a shell's script asks what could come next.
const COMPLETE: &str = "WRTPOD_COMPLETE";

/// Runs one command line, program name included, and says how it ended.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    // A shell that asks what could come next; its script is that of `wrtpod completions`.
    let asked = CompleteEnv::with_factory(Cli::command).var(COMPLETE).bin("wrtpod").completer("wrtpod");
    let here = std::env::current_dir().ok();
    match asked.try_complete(args.clone(), here.as_deref()) {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    }
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return usage::report(error, &args),
    };
    let printer = Printer::new(cli.color, cli.message_format);
    let result = dispatch(&cli.verb, printer);
    printer.flush();
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(error) => {
            say(&error, printer);
            error.exit_code()
        }
    }
}

/// Says why a run failed: its findings first.
fn say(error: &CliError, printer: Printer) {
    let mut found = Diagnostics::new();
    for error in error.each() {
        if let CliError::Finding(finding) = error {
            found.push(Finding::clone(finding));
        }
    }
    printer.diagnostics(&found, &SourceMap::new());
    for error in error.each() {
        match error {
            CliError::Input | CliError::Finding(_) => {}
            other => printer.error(&other.to_string(), other.hint()),
        }
    }
}

fn dispatch(verb: &Verb, printer: Printer) -> Result<Outcome, CliError> {
    match verb {
        Verb::Init(args) => init::run(args, printer),
        Verb::Render(args) => render::run(args, printer),
        Verb::Doctor(args) => doctor::run(args, printer),
        Verb::Deploy(args) => deploy::run(args, printer),
        Verb::Diff(args) => diff::run(args, printer),
        Verb::Status(args) => status::run(args, printer),
        Verb::Delete(args) => delete::run(args, printer),
        Verb::Chart(args) => chart::run(args, printer),
        Verb::Import(args) => import::run(args, printer),
        Verb::Image(args) => image::run(args, printer),
        Verb::Catalog(args) => catalog::run(args),
        Verb::Schema(args) => schema(args),
        Verb::Explain(args) => explain::run(args, printer),
        Verb::Completions(args) => completions(args),
    }
}

fn schema(args: &SchemaArgs) -> Result<Outcome, CliError> {
    let kind = match args.kind {
        Some(SchemaKind::Site) => crate::spec::SchemaKind::Site,
        Some(SchemaKind::Appliance) => crate::spec::SchemaKind::Appliance,
        Some(SchemaKind::Image) => crate::spec::SchemaKind::Image,
        Some(SchemaKind::Overlay) => crate::spec::SchemaKind::Overlay,
        None => crate::spec::SchemaKind::Any,
    };
    Printer::data(&schema_text(kind))?;
    Ok(Outcome::Done)
}

fn schema_text(kind: crate::spec::SchemaKind) -> String {
    let schema = crate::spec::schema(kind);
    let text = serde_json::to_string_pretty(&schema).expect("a JSON value is written to a string");
    text + "\n"
}

fn completions(args: &CompletionsArgs) -> Result<Outcome, CliError> {
    let mut script = Vec::new();
    let shell = args.shell.to_string();
    match Shells::builtins().completer(&shell).filter(|_| !args.r#static) {
        Some(shell) => shell.write_registration(COMPLETE, "wrtpod", "wrtpod", "wrtpod", &mut script)?,
        None => clap_complete::generate(args.shell, &mut Cli::command(), "wrtpod", &mut script),
    }
    Printer::data(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}
