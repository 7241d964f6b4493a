//! `wrtpod catalog`: what comes with the binary.

use std::fmt::Write;

use super::args::{CatalogArgs, CatalogVerb};
use super::error::{CliError, Outcome};
use super::printer::Printer;
use crate::catalog;
use crate::diag::{Diagnostics, SourceMap};
use crate::spec::{self, CatalogEntry, Input, Request};
use crate::types::nearest;

/// Runs the verb.
pub fn run(args: &CatalogArgs) -> Result<Outcome, CliError> {
    let text = match &args.verb {
        None => list(),
        Some(CatalogVerb::Show { name }) => catalog::find(name).ok_or_else(|| unknown(name))?.text.to_owned(),
    };
    Printer::data(&text)?;
    Ok(Outcome::Done)
}

fn list() -> String {
    let width = catalog::ENTRIES.iter().map(|entry| entry.name.len()).max().unwrap_or_default();
    catalog::ENTRIES.iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{:width$}  {}", entry.name, description(entry));
        text
    })
}

/// The sentence that the entry says of itself.
fn description(entry: &CatalogEntry<'_>) -> String {
    let inputs = [Input { name: entry.file.to_owned(), text: entry.text.to_owned() }];
    let request = Request { inputs: &inputs, ..Request::default() };
    let documents = spec::load(&request, &mut SourceMap::new(), &mut Diagnostics::new());
    documents
        .appliances
        .first()
        .and_then(|appliance| appliance.spec.description.as_ref())
        .map_or_else(String::new, |description| description.value.clone())
}

fn unknown(name: &str) -> CliError {
    let names: Vec<&str> = catalog::ENTRIES.iter().map(|entry| entry.name).collect();
    let hint = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    CliError::refused(format!("the catalog has no `{name}`"), hint)
}
