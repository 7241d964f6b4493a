//! What no finding shows: the secrets of documents and of the command line.

use super::{Finding, SourceMap, Span};
use crate::secret;
use std::borrow::Cow;
use std::ops::Range;

/// Stretches of texts, in order and without overlaps.
#[derive(Debug, Default)]
pub(super) struct Hidden(Vec<Span>);

impl Hidden {
    pub(super) fn new(spans: impl Iterator<Item = Span>) -> Self {
        let mut spans: Vec<Span> = spans.collect();
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if last.file == span.file && span.start <= last.end => {
                    last.end = last.end.max(span.end);
                }
                _ => merged.push(span),
            }
        }
        Self(merged)
    }

    /// Those that reach into a stretch.
    fn within(&self, place: Span) -> &[Span] {
        let first = self.0.partition_point(|span| (span.file, span.end) <= (place.file, place.start));
        let last = self.0.partition_point(|span| (span.file, span.start) < (place.file, place.end));
        self.0.get(first..last).unwrap_or_default()
    }

    /// What is hidden of a stretch, in bytes from its start.
    pub(super) fn ranges(&self, place: Span) -> Vec<Range<usize>> {
        let from = |at: usize| at.clamp(place.start, place.end) - place.start;
        self.within(place).iter().map(|span| from(span.start)..from(span.end)).collect()
    }

    /// What a finding says, without a secret that stands at its place: it would quote that.
    pub(super) fn veiled<'a>(
        &self,
        text: &'a str,
        diagnostic: &Finding,
        sources: &SourceMap,
    ) -> Cow<'a, str> {
        let mut text = secret::without_users(text);
        for quoted in diagnostic.span.iter().flat_map(|place| sources.quotes_in(*place)) {
            if text.contains(quoted) {
                text = text.replace(quoted, &format!("`{}`", secret::HIDDEN)).into();
            }
        }
        for span in diagnostic.span.iter().flat_map(|place| self.within(*place)) {
            let hidden = sources.slice(*span).trim().trim_matches(['\'', '"']);
            if hidden.is_empty() {
                continue;
            }
            let shown = text.replace(&format!("`{hidden}`"), &format!("`{}`", secret::HIDDEN));
            let bare = bare(hidden);
            // What stands between two backticks: each second part.
            let parts = shown
                .split('`')
                .enumerate()
                .map(|(at, part)| if at % 2 == 1 && is_quoted(part, &bare) { secret::HIDDEN } else { part });
            text = parts.collect::<Vec<_>>().join("`").into();
        }
        text
    }
}

/// Whether a message quotes this text, perhaps cut at its end and with other escapes than YAML's.
fn is_quoted(part: &str, text: &str) -> bool {
    match part.strip_suffix('…') {
        Some(start) => text.starts_with(&bare(start)),
        None => !text.is_empty() && bare(part) == text,
    }
}

/// The letters and digits of a text, without those of escapes.
fn bare(text: &str) -> String {
    let mut chars = text.chars();
    let mut letters = String::new();
    while let Some(one) = chars.next() {
        if one == '\\' {
            chars.next();
        } else if one.is_alphanumeric() {
            letters.push(one);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Finding};

    #[test]
    fn what_overlaps_is_one() {
        let mut sources = SourceMap::new();
        let (a, b) = (sources.add("a", "0123456789"), sources.add("b", "0123456789"));
        let hidden = Hidden::new(
            [Span::new(b, 2, 4), Span::new(a, 6, 8), Span::new(a, 1, 5), Span::new(a, 2, 3)].into_iter(),
        );
        assert_eq!(hidden.ranges(Span::new(a, 3, 7)), [0..2, 3..4]);
        assert!(hidden.ranges(Span::new(a, 8, 10)).is_empty());
        assert_eq!(hidden.ranges(Span::new(b, 0, 10)), std::iter::once(2..4).collect::<Vec<_>>());
    }

    #[test]
    fn a_secret_is_not_quoted_at_its_place() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", "k: 'word' # word");
        let hidden = Hidden::new(std::iter::once(Span::new(file, 3, 9)));
        let says = |span| {
            let finding = Finding::error(Code::BadValue, "x").at(span);
            hidden.veiled("`word` is a word", &finding, &sources).into_owned()
        };
        assert_eq!(says(Span::new(file, 3, 9)), "`***` is a word");
        assert_eq!(says(Span::new(file, 12, 16)), "`word` is a word");
    }

    #[test]
    fn a_secret_is_known_however_it_is_quoted() {
        let long = "x".repeat(80);
        let mut sources = SourceMap::new();
        for (written, quoted) in
            [("'it''s'", "it's".to_owned()), ("\"a\\tb\"", "a\\tb".to_owned()), (&long, "x".repeat(60) + "…")]
        {
            let file = sources.add("f", written);
            let place = Span::new(file, 0, written.len());
            let finding = Finding::error(Code::BadValue, "x").at(place);
            let message = format!("`k` is `{quoted}`");
            let hidden = Hidden::new(std::iter::once(place));
            assert_eq!(hidden.veiled(&message, &finding, &sources), "`k` is `***`");
        }
    }
}
