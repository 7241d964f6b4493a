//! `wrtpod explain`: the page behind a rule's name.

use std::fmt::Write;

use super::args::ExplainArgs;
use super::error::{CliError, Outcome};
use super::printer::Printer;
use crate::explain::{self, Page};
use crate::types::nearest;

/// Runs the verb.
pub fn run(args: &ExplainArgs) -> Result<Outcome, CliError> {
    let text = match &args.name {
        Some(name) => explain::find(name).ok_or_else(|| unknown(name))?.text.to_owned(),
        None => list(),
    };
    Printer::data(&text)?;
    Ok(Outcome::Done)
}

fn list() -> String {
    let pages = || explain::RULES.iter().chain(explain::TOPICS);
    let width = pages().map(|page| page.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (heading, pages) in [("Topics", explain::TOPICS), ("Rules", explain::RULES)] {
        let _ = writeln!(text, "{heading}:");
        for Page { name, .. } in pages {
            let summary = explain::find(name).map_or("", Page::summary);
            let _ = writeln!(text, "  {name:width$}  {summary}");
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
    CliError::refused(format!("there is no page `{name}`"), hint)
}
