//! Diagnostics for people.

use super::hidden::Hidden;
use super::{Diagnostic, Diagnostics, Severity, SourceMap, Span};
use crate::{secret, shown};
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use std::borrow::Cow;
use std::fmt::Write as _;
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
/// An excerpt longer than this many bytes is left out: a line of megabytes helps nobody.
const LONG: usize = 20_000;

/// All findings in the order of their places, each followed by an empty line.
pub fn render_text(diagnostics: &Diagnostics, sources: &SourceMap, style: Style) -> String {
    let mut out = String::new();
    let hidden = diagnostics.hidden(sources);
    for diagnostic in diagnostics.sorted() {
        out.push_str(&render_one(diagnostic, &hidden, sources, style));
        out.push('\n');
    }
    if diagnostics.dropped() > 0 {
        let _ = writeln!(out, "{} more findings are not shown", diagnostics.dropped());
    }
    out
}

/// One finding: claim, excerpt with its marks, remark on that text, help; ends with a line break.
fn render_one(diagnostic: &Diagnostic, hidden: &Hidden, sources: &SourceMap, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let message = hidden.veiled(&diagnostic.message, diagnostic, sources);
    let title = level.primary_title(shown::line(&message)).id(diagnostic.code);
    let mut group = Group::with_title(title);
    for excerpt in excerpts(diagnostic, sources) {
        group = group.element(excerpt.element(hidden, sources));
    }
    let mut out = renderer.render(&[group]);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    let remark = diagnostic.span.and_then(|span| sources.remark_at(span.file, span.start));
    let help = diagnostic.help.as_deref().map(|help| hidden.veiled(help, diagnostic, sources));
    let lines = [(Level::NOTE, remark), (Level::HELP, help.as_deref())];
    for (level, text) in lines.into_iter().filter_map(|(level, text)| Some((level, text?))) {
        let text = secret::without_users(text);
        let title = level.secondary_title(shown::block(&text));
        out.push_str(renderer.render(&[Group::with_title(title)]).trim_end());
        out.push('\n');
    }
    for line in diagnostic.example.iter().flat_map(|example| example.lines()) {
        let _ = writeln!(out, "{}", shown::line(&secret::without_users(line)));
    }
    out
}

/// An excerpt without secrets and without characters that steer a terminal. Each character is replaced by as many bytes, so that
/// marks keep their places.
fn seen<'a>(excerpt: &'a str, hidden: &[Range<usize>]) -> Cow<'a, str> {
    // Those of ASCII are pictures in an excerpt already.
    let steers = |one: char| shown::steers(one) && !one.is_ascii();
    if hidden.is_empty() && !excerpt.contains(steers) {
        return excerpt.into();
    }
    let mut seen = String::with_capacity(excerpt.len());
    for (at, one) in excerpt.char_indices() {
        let is_hidden = hidden.iter().any(|range| range.contains(&at)) && !matches!(one, '\n' | '\r');
        match one.len_utf8() {
            length if is_hidden => seen.extend(std::iter::repeat_n('*', length)),
            _ if !steers(one) => seen.push(one),
            2 => seen.push('·'),
            3 => seen.push('\u{fffd}'),
            _ => seen.push('🯄'),
        }
    }
    seen.into()
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
    let text = sources.text(span.file);
    let boundary =
        |offset: usize| (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let start = boundary(span.start);
    let end = boundary(span.end.min(sources.line_range(span.file, line).end)).max(start);
    start..start + text[start..end].trim_end().len()
}

impl<'a> Excerpt<'a> {
    fn element<'s: 'a>(self, hidden: &Hidden, sources: &'s SourceMap) -> Element<'a> {
        let file = self.span.file;
        let lines = self.marks.iter().map(|mark| mark.line);
        let (first, last) = lines.fold((usize::MAX, 1), |(low, high), line| (low.min(line), high.max(line)));
        let start = sources.line_range(file, first).start;
        let bom = if start == 0 && sources.text(file).starts_with('\u{feff}') { 3 } else { 0 };
        let bytes = start + bom..sources.line_range(file, last).end;
        if bytes.len() > LONG {
            let at = sources.position(file, self.span.start);
            return Origin::path(shown::line(sources.name(file))).line(at.line).char_column(at.column).into();
        }
        let excerpt = sources.text(file).get(bytes.clone()).unwrap_or("");
        let hidden = hidden.ranges(Span::new(file, bytes.start, bytes.end));
        let hidden: Vec<Range<usize>> = secret::ranges(excerpt).into_iter().chain(hidden).collect();
        let mut snippet: Snippet<'_, Annotation<'_>> =
            Snippet::source(seen(excerpt, &hidden)).line_start(first).path(shown::line(sources.name(file)));
        for mark in self.marks {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let range =
                mark.bytes.start.saturating_sub(bytes.start)..mark.bytes.end.saturating_sub(bytes.start);
            let label = mark.label.map(|label| shown::line(&secret::without_users(label)).into_owned());
            snippet = snippet.annotation(kind.span(range).label(label));
        }
        snippet.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "interfaces:\n- mac: 02:00:00:00:00:01\n\n\n- mac: 02:00:00:00:00:01\n";

    fn duplicate(sources: &mut SourceMap, name: &str) -> Diagnostic {
        let file = sources.add(name, TEXT);
        Diagnostic::error("duplicate-mac", "attachment `wan` has the same MAC address as `lan`")
            .at(Span::new(file, 46, 63))
            .label("used again")
            .also(Span::new(file, 19, 36), "first used here")
            .help("remove one `mac` to have it derived from the workload and attachment names")
    }

    fn plain(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
        render_one(diagnostic, &hidden(diagnostic), sources, Style::Plain)
    }

    fn hidden(diagnostic: &Diagnostic) -> Hidden {
        Hidden::new(diagnostic.hidden.iter().copied())
    }

    #[test]
    fn renders_the_form_of_the_style_guide() {
        let mut sources = SourceMap::new();
        let diagnostic = duplicate(&mut sources, "examples/router/wrtpod.yaml");
        assert_eq!(
            plain(&diagnostic, &sources),
            concat!(
                "error[duplicate-mac]: attachment `wan` has the same MAC address as `lan`\n",
                " --> examples/router/wrtpod.yaml:5:8\n",
                "  |\n",
                "2 | - mac: 02:00:00:00:00:01\n",
                "  |        ----------------- first used here\n",
                "...\n",
                "5 | - mac: 02:00:00:00:00:01\n",
                "  |        ^^^^^^^^^^^^^^^^^ used again\n",
                "help: remove one `mac` to have it derived from the workload and attachment names\n",
            )
        );
    }

    #[test]
    fn colours_only_when_asked() {
        let mut sources = SourceMap::new();
        let diagnostic = duplicate(&mut sources, "f");
        assert!(!plain(&diagnostic, &sources).contains('\u{1b}'));
        let coloured = render_one(&diagnostic, &hidden(&diagnostic), &sources, Style::Coloured);
        assert!(coloured.contains("\u{1b}[") && coloured.contains("help"));
    }

    #[test]
    fn renders_without_a_place_and_with_several_files() {
        let mut sources = SourceMap::new();
        let (a, b) = (sources.add("a", "x: 1\n"), sources.add("b", "y: 2\n"));
        assert_eq!(plain(&Diagnostic::warning("w", "it is late"), &sources), "warning[w]: it is late\n");
        let both =
            Diagnostic::note("n", "two files").at(Span::new(a, 3, 4)).also(Span::new(b, 3, 4), "and this");
        assert_eq!(
            plain(&both, &sources),
            concat!(
                "note[n]: two files\n",
                " --> a:1:4\n",
                "  |\n",
                "1 | x: 1\n",
                "  |    ^\n",
                "  |\n",
                " ::: b:1:4\n",
                "  |\n",
                "1 | y: 2\n",
                "  |    - and this\n",
            )
        );
    }

    #[test]
    fn leaves_out_what_is_too_long_to_show() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", format!("a: {}\n", "x".repeat(30 << 20)));
        let diagnostic =
            Diagnostic::error("e", "too long").at(Span::new(file, 3, 30 << 20)).help("shorten it");
        assert_eq!(plain(&diagnostic, &sources), "error[e]: too long\n--> f:1:4\nhelp: shorten it\n");
    }

    #[test]
    fn hostile_text_cannot_reach_the_terminal() {
        let mut sources = SourceMap::new();
        let file = sources.add("f\u{1b}[31m", "a: \u{1b}[31m\u{9b}\u{202e}\u{200b}\u{e0041}x\n");
        let diagnostic = Diagnostic::error("e", "\u{1b}[31mred\n").at(Span::new(file, 3, 8));
        let text = plain(&diagnostic.label("\u{1b}[0m").help("\u{1b}[0m"), &sources);
        assert!(!text.chars().any(|one| one != '\n' && shown::steers(one)), "{text:?}");
        assert!(text.starts_with("error[e]: \\u{1b}[31mred\\n\n"), "{text:?}");
    }

    #[test]
    fn an_excerpt_shows_no_secret() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", "wg0: {private_key: abc=, mtu: é}\nx: def\n");
        let diagnostic =
            Diagnostic::error("e", "x").at(Span::new(file, 25, 28)).also(Span::new(file, 34, 35), "y");
        let text = plain(&diagnostic.hide(Span::new(file, 37, 40)), &sources);
        assert!(
            text.contains("1 | wg0: {private_key: ****, mtu: é}") && text.contains("2 | x: ***"),
            "{text}"
        );
        let file = sources.add("g", "url: https://me:word@host.example/x\n");
        let seen = "see https://me:word@host.example/";
        let everywhere = Diagnostic::error("e", seen).at(Span::new(file, 5, 8)).label(seen).help(seen);
        let everywhere = everywhere.also(Span::new(file, 0, 3), seen).example(seen);
        let text = plain(&everywhere, &sources);
        assert!(!text.contains("word") && text.matches("***@host").count() == 6, "{text}");
        let mut diags = crate::diag::Diagnostics::new();
        diags.push(everywhere);
        let json = crate::diag::render_json(&diags, &sources);
        assert!(!json.contains("word") && json.matches("***@host").count() == 5, "{json}");
    }

    #[test]
    fn what_one_finding_hides_no_other_shows() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", "{key: hunter2, x: 1}\n");
        let mut found = Diagnostics::new();
        found.push(Diagnostic::error("e", "x").at(Span::new(file, 15, 16)));
        let mut other = Diagnostics::new();
        other.push(
            Diagnostic::warning("w", "`hunter2` is a secret")
                .at(Span::new(file, 6, 13))
                .hide(Span::new(file, 6, 13)),
        );
        found.append(other);
        let text = render_text(&found, &sources, Style::Plain);
        assert!(!text.contains("hunter2") && text.matches("{key: *******, x: 1}").count() == 2, "{text}");
        assert!(text.contains("`***` is a secret"), "{text}");
        // Also where it is of no finding that is left.
        found.keep_common(&Diagnostics::new());
        found.push(Diagnostic::error("e", "x").at(Span::new(file, 15, 16)));
        assert!(!render_text(&found, &sources, Style::Plain).contains("hunter2"));
    }

    #[test]
    fn odd_spans_do_no_harm() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", "é\r\n日本");
        for (start, end) in [(0, 0), (1, 1), (0, 99), (99, 120), (3, 4), (4, 5), (10, 10), (5, 2)] {
            let _ = plain(&Diagnostic::error("e", "x").at(Span::new(file, start, end)), &sources);
        }
    }
}
