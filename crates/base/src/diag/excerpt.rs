//! The lines that a finding is about, as they are shown: near what they mark, and without secrets.

use super::hidden::Hidden;
use super::{FileId, Finding, SourceMap, Span};
use crate::{secret, shown};
use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// Spans of one file that are at most this many lines apart are shown in one excerpt.
const NEAR: usize = 100;
/// An excerpt longer than this many bytes is left out.
const LONG: usize = 20_000;
/// Of a line longer than this many bytes, as programs write JSON, an excerpt has only what is near its marks: there may be as many
/// findings as words in it, and each would be drawn from the whole line.
pub(super) const WIDE: usize = 1000;
/// How many bytes of a wide line are shown of a mark and on its sides, and how far apart marks of one excerpt are. More than any
/// terminal has columns, so that the excerpt looks as one of the whole line would.
pub(super) const SIDE: usize = 400;
/// Stands before what the renderer takes for the place in a line of which it has a part, or stars for a secret. In no text that is
/// shown.
const NOT_THERE: char = '\0';

/// The secrets of the wide lines that findings are in: each line is read once, however many it has.
pub(super) fn secrets_of_wide_lines(diagnostics: &[&Finding], sources: &SourceMap) -> Hidden {
    let spans = diagnostics.iter().flat_map(|diagnostic| {
        diagnostic.span.iter().chain(diagnostic.secondary.iter().map(|(span, _)| span))
    });
    let lines: BTreeSet<(FileId, usize)> =
        spans.map(|span| (span.file, sources.line_at(span.file, span.start))).collect();
    let wide = lines
        .into_iter()
        .map(|(file, line)| (file, sources.line_range(file, line)))
        .filter(|(_, range)| range.len() > WIDE);
    Hidden::new(wide.flat_map(|(file, range)| {
        let secrets = secret::ranges(sources.text(file).get(range.clone()).unwrap_or(""));
        secrets
            .into_iter()
            .map(move |found| Span::new(file, range.start + found.start, range.start + found.end))
    }))
}

/// A rendering without the renderer's own places: line and column that follow [`NOT_THERE`].
pub(super) fn with_own_places(rendered: String) -> String {
    if !rendered.contains(NOT_THERE) {
        return rendered;
    }
    let is_place = |one: char| one == ':' || one.is_ascii_digit();
    rendered.split(NOT_THERE).enumerate().fold(String::new(), |shown, (index, part)| {
        shown + if index == 0 { part } else { part.trim_start_matches(is_place) }
    })
}

/// An excerpt without secrets and without characters that steer a terminal. In the place of each secret there are as many stars
/// as of any other; every other character is replaced by as many bytes.
struct Seen<'a> {
    text: Cow<'a, str>,
    /// The secrets, in bytes of the excerpt, each within a line; and where their stars begin.
    secrets: Vec<(Range<usize>, usize)>,
}

impl<'a> Seen<'a> {
    fn new(excerpt: &'a str, hidden: &[Range<usize>]) -> Self {
        // Those of ASCII are pictures in an excerpt already.
        let steers = |one: char| shown::steers(one) && !one.is_ascii();
        if hidden.is_empty() && !excerpt.contains(steers) {
            return Self { text: excerpt.into(), secrets: Vec::new() };
        }
        let mut is_secret = vec![false; excerpt.len()];
        for range in hidden {
            if let Some(secret) = is_secret.get_mut(range.clone()) {
                secret.fill(true);
            }
        }
        let mut text = String::with_capacity(excerpt.len());
        let mut secrets: Vec<(Range<usize>, usize)> = Vec::new();
        for (at, one) in excerpt.char_indices() {
            let length = one.len_utf8();
            if is_secret[at] && !matches!(one, '\n' | '\r') {
                match secrets.last_mut() {
                    Some((last, _)) if last.end == at => last.end += length,
                    _ => {
                        secrets.push((at..at + length, text.len()));
                        text.push_str(secret::HIDDEN);
                    }
                }
                continue;
            }
            match length {
                _ if !steers(one) => text.push(one),
                2 => text.push('·'),
                3 => text.push('\u{fffd}'),
                _ => text.push('🯄'),
            }
        }
        Self { text: text.into(), secrets }
    }

    /// Where bytes of the excerpt are now; a part of a secret is all of its stars.
    fn range(&self, bytes: Range<usize>) -> Range<usize> {
        let place =
            |at: usize, inside: usize| match self.secrets.iter().rfind(|(secret, _)| secret.start < at) {
                None => at,
                Some((secret, stars)) if at < secret.end => stars + inside,
                Some((secret, stars)) => stars + secret::HIDDEN.len() + (at - secret.end),
            };
        place(bytes.start, 0)..place(bytes.end, secret::HIDDEN.len())
    }
}

/// A mark: its bytes within one line, its remark, and whether it is the place of the finding itself.
struct Mark<'a> {
    line: usize,
    bytes: Range<usize>,
    label: Option<&'a str>,
    primary: bool,
}

/// Lines of one file that are shown together, or a part of one wide line.
pub(super) struct Excerpt<'a> {
    span: Span,
    marks: Vec<Mark<'a>>,
    wide: bool,
}

/// The excerpts of a finding; the one with the place of the finding comes first.
pub(super) fn excerpts<'a>(diagnostic: &'a Finding, sources: &SourceMap) -> Vec<Excerpt<'a>> {
    let primary = diagnostic.span.map(|span| (span, diagnostic.span_label.as_deref(), true));
    let secondary = diagnostic.secondary.iter().map(|(span, label)| (*span, Some(label.as_str()), false));
    let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
    for (span, label, primary) in primary.into_iter().chain(secondary) {
        let line = sources.line_at(span.file, span.start);
        let wide = sources.line_range(span.file, line).len() > WIDE;
        let mark = Mark { line, bytes: first_line(span, line, wide, sources), label, primary };
        let near = |other: &Mark<'_>| {
            if wide {
                other.line == line && other.bytes.start.abs_diff(mark.bytes.start) <= SIDE
            } else {
                other.line.abs_diff(line) <= NEAR
            }
        };
        let fits = |excerpt: &Excerpt<'_>| {
            excerpt.span.file == span.file && excerpt.wide == wide && excerpt.marks.iter().any(near)
        };
        match excerpts.iter_mut().find(|excerpt| fits(excerpt)) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => excerpts.push(Excerpt { span, marks: vec![mark], wide }),
        }
    }
    excerpts
}

/// The part of a span on its first line, without trailing white space: a whole block is marked by its first line. In a wide one
/// only the beginning.
fn first_line(span: Span, line: usize, wide: bool, sources: &SourceMap) -> Range<usize> {
    let text = sources.text(span.file);
    let start = boundary(text, span.start);
    let end = if wide { span.end.min(start + SIDE) } else { span.end };
    let end = boundary(text, end.min(sources.line_range(span.file, line).end)).max(start);
    start..start + text[start..end].trim_end().len()
}

/// The last place up to an offset where a character begins, or the end.
fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl<'a> Excerpt<'a> {
    pub(super) fn element<'s: 'a>(
        self,
        hidden: &Hidden,
        wide: &Hidden,
        sources: &'s SourceMap,
    ) -> Element<'a> {
        let file = self.span.file;
        let bytes = self.bytes(sources);
        let (path, line) = (shown::line(sources.name(file)), sources.line_at(file, bytes.start));
        if bytes.len() > LONG {
            let at = sources.position(file, self.span.start);
            return Origin::path(path).line(at.line).char_column(at.column).into();
        }
        let excerpt = sources.text(file).get(bytes.clone()).unwrap_or("");
        let place = Span::new(file, bytes.start, bytes.end);
        let of_names = if self.wide { wide.ranges(place) } else { secret::ranges(excerpt) };
        let hidden: Vec<Range<usize>> = of_names.into_iter().chain(hidden.ranges(place)).collect();
        let seen = Seen::new(excerpt, &hidden);
        let path = if self.wide || !seen.secrets.is_empty() {
            let at = sources.position(file, self.span.start);
            format!("{path}:{}:{}{NOT_THERE}", at.line, at.column).into()
        } else {
            path
        };
        let mut snippet: Snippet<'_, Annotation<'_>> =
            Snippet::source(seen.text.clone()).line_start(line).path(path);
        for mark in self.marks {
            let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let range =
                mark.bytes.start.saturating_sub(bytes.start)..mark.bytes.end.saturating_sub(bytes.start);
            let label = mark.label.map(|label| shown::line(&secret::without_users(label)).into_owned());
            snippet = snippet.annotation(kind.span(seen.range(range)).label(label));
        }
        snippet.into()
    }

    /// Where the text is that is shown: all of its lines, or what is near the marks in a wide one.
    fn bytes(&self, sources: &SourceMap) -> Range<usize> {
        let (file, marks) = (self.span.file, &self.marks);
        let (first, last) = marks
            .iter()
            .fold((usize::MAX, 1), |(first, last), mark| (first.min(mark.line), last.max(mark.line)));
        let (mut start, mut end) =
            (sources.line_range(file, first).start, sources.line_range(file, last).end);
        let text = sources.text(file);
        if start == 0 && text.starts_with('\u{feff}') {
            start = 3;
        }
        if self.wide {
            let from = marks.iter().map(|mark| mark.bytes.start).min().unwrap_or(start);
            let to = marks.iter().map(|mark| mark.bytes.end).max().unwrap_or(end);
            start = start.max(boundary(text, from.saturating_sub(SIDE)));
            end = end.min(boundary(text, to + SIDE));
        }
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Diagnostics, Style, render_text};

    /// Documents that a program wrote: 400 findings in a line of 50 kB are not drawn from 20 MB.
    #[test]
    fn findings_in_a_wide_line_are_drawn_from_what_is_near_them() {
        let mut sources = SourceMap::new();
        let part = |number: usize| {
            format!("\"é{number}\": {{\"password\": \"hunter{}\", \"x\": {number}}}, ", "z".repeat(90))
        };
        let text: String = (0..400).map(part).collect();
        let file = sources.add("f", format!("{{{text}}}\n"));
        let places = text.match_indices("\"x\"").map(|(at, _)| Span::new(file, at + 1, at + 4));
        let mut found = Diagnostics::new();
        found.extend(places.enumerate().map(|(index, place)| {
            Finding::error(Code::BadValue, index.to_string()).at(place).also(Span::new(file, 1, 4), "here")
        }));
        let sorted = found.sorted();
        let drawn = sorted.iter().flat_map(|one| excerpts(one, &sources));
        let drawn: Vec<usize> = drawn.map(|excerpt| excerpt.bytes(&sources).len()).collect();
        assert!(text.len() > 50_000 && drawn.len() > 750, "{} {}", text.len(), drawn.len());
        assert!(drawn.iter().all(|length| *length <= 4 * SIDE), "{drawn:?}");

        let shown = render_text(&found, &sources, Style::Plain);
        assert!(!shown.contains("hunter") && !shown.contains('\0') && !shown.contains("zz"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() < 2 * SIDE), "{shown}");
        for one in sorted {
            let place = one.span.map(|span| sources.position(file, span.start).column).unwrap_or_default();
            assert!(
                shown.contains(&format!("error[bad-value]: {}\n --> f:1:{place}\n  |\n", one.claim)),
                "{shown}"
            );
        }
        assert!(shown.matches(" ::: f:1:2\n  |\n1 | {\"é0\": {\"password\": \"***").count() > 350, "{shown}");
    }
}
