//! Findings for machines: one JSON object a line.

use super::hidden::Hidden;
use super::{Diagnostics, Finding, SourceMap};
use crate::secret;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The findings in the order of their places, one JSON object a line, each as [`value`] has it.
pub fn render_json(diagnostics: &Diagnostics, sources: &SourceMap) -> String {
    let mut out = String::new();
    let hidden = diagnostics.hidden(sources);
    for finding in diagnostics.sorted() {
        let _ = writeln!(out, "{}", object(finding, &hidden, sources));
    }
    out
}

/// One finding as machines read it, from whatever verb: `code`, `severity`, `message` (its claim), `file`, `line`, `column`, `endLine`,
/// `endColumn` (from 1, in characters; `null` without a place), `label`, `note` (what the text there is, where it is not the
/// user's own), `help`, `example` (lines to write), `related` (other places), `appliance`, `object`, `log` and `transient`.
pub fn value(finding: &Finding, sources: &SourceMap) -> Value {
    let hidden = Hidden::new(finding.hidden.iter().copied().chain(sources.hidden()));
    object(finding, &hidden, sources)
}

fn object(finding: &Finding, hidden: &Hidden, sources: &SourceMap) -> Value {
    let start = finding.span.map(|span| sources.position(span.file, span.start));
    let end = finding.span.map(|span| sources.position(span.file, span.end));
    let related: Vec<_> = finding
        .secondary
        .iter()
        .map(|(span, label)| {
            let at = sources.position(span.file, span.start);
            let label = secret::without_users(label);
            json!({"file": sources.name(span.file), "line": at.line, "column": at.column, "label": label})
        })
        .collect();
    let shown = |text: Option<&str>| text.map(|text| secret::without_users(text).into_owned());
    json!({
        "code": finding.code.as_str(),
        "severity": finding.severity.as_str(),
        "message": hidden.veiled(&finding.claim, finding, sources),
        "file": finding.span.map(|span| sources.name(span.file)),
        "line": start.map(|at| at.line),
        "column": start.map(|at| at.column),
        "endLine": end.map(|at| at.line),
        "endColumn": end.map(|at| at.column),
        "label": shown(finding.span_label.as_deref()),
        "note": shown(finding.span.and_then(|span| sources.remark_at(span.file, span.start))),
        "help": finding.help.as_deref().map(|help| hidden.veiled(help, finding, sources)),
        "example": shown(finding.example.as_deref()),
        "related": related,
        "appliance": finding.appliance,
        "object": finding.object,
        "log": finding.log.iter().map(|line| secret::without_users(line)).collect::<Vec<_>>(),
        "transient": finding.transient,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Span};

    #[test]
    fn shows_no_secret() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", "k: hunter2\n");
        let mut diags = Diagnostics::new();
        let place = Span::new(file, 3, 10);
        diags.push(
            Finding::error(Code::BadValue, "found `hunter2`").at(place).help("no `hunter2`").hide(place),
        );
        assert!(!render_json(&diags, &sources).contains("hunter2"));
    }

    #[test]
    fn writes_one_object_a_line() {
        let mut sources = SourceMap::new();
        let file = sources.add("site.yaml", "a: 1\nb: 2\n");
        let mut diags = Diagnostics::new();
        diags.push(
            Finding::error(Code::BadValue, "two\nlines")
                .at(Span::new(file, 8, 9))
                .also(Span::new(file, 0, 1), "here"),
        );
        diags.push(Finding::note(Code::ConfigLarge, "nowhere").help("nothing"));
        assert_eq!(
            render_json(&diags, &sources),
            concat!(
                r#"{"code":"config-large","severity":"note","message":"nowhere","file":null,"line":null,"column":null,"endLine":null,"endColumn":null,"label":null,"note":null,"help":"nothing","example":null,"related":[],"appliance":null,"object":null,"log":[],"transient":false}"#,
                "\n",
                r#"{"code":"bad-value","severity":"error","message":"two\nlines","file":"site.yaml","line":2,"column":4,"endLine":2,"endColumn":5,"label":null,"note":null,"help":null,"example":null,"related":[{"file":"site.yaml","line":1,"column":1,"label":"here"}],"appliance":null,"object":null,"log":[],"transient":false}"#,
                "\n"
            )
        );
    }
}
