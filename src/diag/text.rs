//! Diagnostics for people.

use super::{Diagnostic, Diagnostics, Severity, SourceMap, Span};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;

/// Whether a rendering may carry terminal colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Characters only.
    Plain,
    /// With ANSI colours.
    Coloured,
}

/// Spans of one file that are at most this many lines apart are shown in one excerpt.
const NEAR: usize = 100;
/// A line longer than this many bytes is cut around what is marked in it.
const LONG: usize = 400;

/// All findings in the order of their places, each followed by an empty line.
pub fn render_text(diagnostics: &Diagnostics, sources: &SourceMap, style: Style) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.sorted() {
        out.push_str(&render_one(diagnostic, sources, style));
        out.push('\n');
    }
    out
}

/// One finding: claim, excerpt with its marks, help; ends with a line break.
pub fn render_one(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut group = Group::with_title(title);
    for excerpt in excerpts(diagnostic, sources) {
        group = group.element(excerpt.snippet(sources));
    }
    let mut out = renderer.render(&[group]);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    if let Some(help) = &diagnostic.help {
        let title = Level::HELP.secondary_title(help.as_str());
        out.push_str(renderer.render(&[Group::with_title(title)]).trim_end());
        out.push('\n');
    }
    out
}

/// A mark: its bytes within one line, its remark, and whether it is the place of the finding itself.
struct Mark<'a> {
    line: usize,
    bytes: Range<usize>,
    label: Option<&'a str>,
    primary: bool,
}

/// Lines of one file that are shown together.
struct Excerpt<'a> {
    span: Span,
    marks: Vec<Mark<'a>>,
}

/// The excerpts of a finding; the one with the place of the finding comes first.
fn excerpts<'a>(diagnostic: &'a Diagnostic, sources: &SourceMap) -> Vec<Excerpt<'a>> {
    let primary = diagnostic.span.map(|span| (span, diagnostic.span_label.as_deref(), true));
    let secondary = diagnostic.secondary.iter().map(|(span, label)| (*span, Some(label.as_str()), false));
    let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
    for (span, label, primary) in primary.into_iter().chain(secondary) {
        let line = sources.line_at(span.file, span.start);
        let mark = Mark { line, bytes: first_line(span, line, sources), label, primary };
        let near = |excerpt: &Excerpt<'_>| {
            excerpt.span.file == span.file && excerpt.marks.iter().any(|m| m.line.abs_diff(line) <= NEAR)
        };
        match excerpts.iter_mut().find(|excerpt| near(excerpt)) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => excerpts.push(Excerpt { span, marks: vec![mark] }),
        }
    }
    excerpts
}

/// The part of a span on its first line, without trailing white space: a whole block is marked by its first line.
fn first_line(span: Span, line: usize, sources: &SourceMap) -> Range<usize> {
    let end = span.end.min(sources.line_range(span.file, line).end).max(span.start);
    let text = sources.slice(Span { end, ..span });
    span.start..(span.start + text.trim_end().len()).max(span.start)
}

impl<'a> Excerpt<'a> {
    fn snippet<'s: 'a>(self, sources: &'s SourceMap) -> Snippet<'a, Annotation<'a>> {
        let file = self.span.file;
        let lines = self.marks.iter().map(|mark| mark.line);
        let (first, last) = lines.fold((usize::MAX, 1), |(low, high), line| (low.min(line), high.max(line)));
        let bytes = sources.line_range(file, first).start..sources.line_range(file, last).end;
        let shown = sources.text(file).get(bytes.clone()).unwrap_or("");
        let mut snippet = Snippet::source(shown).line_start(first).path(sources.name(file));
        for mark in self.marks {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let range =
                mark.bytes.start.saturating_sub(bytes.start)..mark.bytes.end.saturating_sub(bytes.start);
            snippet = snippet.annotation(kind.span(range).label(mark.label));
        }
        snippet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_the_form_of_the_style_guide() {
        let mut sources = SourceMap::new();
        let text = "interfaces:\n- mac: 02:00:00:00:00:01\n  x: 1\n  y: 2\n  z: 3\n  a: 3\n- mac: 02:00:00:00:00:01\n";
        let file = sources.add("examples/router/wrtpod.yaml", text);
        let diagnostic =
            Diagnostic::error("duplicate-mac", "attachment `wan` has the same MAC address as `lan`")
                .at(Span::new(file, 71, 88))
                .label("used again")
                .also(Span::new(file, 19, 36), "first used here")
                .help("remove one `mac` to have it derived from the workload and attachment names");
        println!("{}", render_one(&diagnostic, &sources, Style::Plain));
        println!("{}", render_one(&diagnostic, &sources, Style::Coloured));
        panic!();
    }
}
