//! `wrtpod explain`: the page behind a rule's name.

use std::fmt::Write;

use super::args::ExplainArgs;
use super::error::{CliError, Outcome};
use super::markdown;
use super::printer::Printer;
use super::wrap;
use crate::explain::{self, Page};
use crate::shown;
use crate::types::nearest;

/// Runs the verb.
pub fn run(args: &ExplainArgs, printer: Printer) -> Result<Outcome, CliError> {
    let text = match (&args.name, Printer::columns()) {
        (None, columns) => list(columns),
        (Some(name), None) => page(name)?.text.to_owned(),
        (Some(name), Some(columns)) => markdown::render(page(name)?.text, columns, printer.colours_data()),
    };
    Printer::data(&text)?;
    Ok(Outcome::Done)
}

fn page(name: &str) -> Result<&'static Page, CliError> {
    explain::find(name).ok_or_else(|| unknown(name))
}

/// Names and first sentences, within so many columns where there is a limit.
fn list(columns: Option<usize>) -> String {
    let pages = || explain::RULES.iter().chain(explain::TOPICS);
    let width = pages().map(|page| page.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (heading, pages) in [("Topics", explain::TOPICS), ("Rules", explain::RULES)] {
        let _ = writeln!(text, "{heading}:");
        for Page { name, .. } in pages {
            let summary = explain::find(name).map_or("", Page::summary);
            let (first, rest) = (format!("  {name:width$}  "), " ".repeat(width + 4));
            let _ = match columns {
                Some(columns) => writeln!(text, "{}", wrap::fill(summary, columns, &first, &rest)),
                None => writeln!(text, "{first}{summary}"),
            };
        }
    }
    text
}

fn unknown(name: &str) -> CliError {
    let names = explain::RULES.iter().chain(explain::TOPICS).map(|page| page.name);
    let hint = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`wrtpod explain` lists the pages".to_owned(),
    };
    CliError::refused(format!("there is no page `{}`", shown::line(name)), hint)
}
