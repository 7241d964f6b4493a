//! Where a fault of the syntax was written: the parser says where it stopped, which may be lines behind.

use std::ops::Range;

/// The start of the line that holds a byte.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// How many bytes of white space a line begins with.
pub(super) fn indent(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The tabs that the parser did not like: where it stopped, in the indentation of that line, or right in front.
pub(super) fn tabs(text: &str, stopped: usize) -> Option<Range<usize>> {
    let run = |start: usize| {
        let tabs = text[start..].bytes().take_while(|byte| *byte == b'\t').count();
        (tabs > 0).then(|| start..start + tabs)
    };
    let in_front = stopped - text[..stopped].bytes().rev().take_while(|byte| *byte == b'\t').count();
    run(stopped).or_else(|| indentation_tabs(text, line_start(text, stopped))).or_else(|| run(in_front))
}

/// The same where the parser names the value that the line with the tab would belong to.
pub(super) fn tabs_below(text: &str, value: usize) -> Option<Range<usize>> {
    let breaks = text[value..].match_indices('\n').map(|(at, _)| value + at + 1);
    breaks.into_iter().find_map(|start| indentation_tabs(text, start))
}

/// The first tabs that the line at `start` is indented with, unless it is empty.
fn indentation_tabs(text: &str, start: usize) -> Option<Range<usize>> {
    let line = text[start..].split('\n').next().unwrap_or_default();
    let white = &line[..indent(line)];
    let first = white.find('\t').filter(|_| !line.trim().is_empty())?;
    let tabs = white[first..].bytes().take_while(|byte| *byte == b'\t').count();
    Some(start + first..start + first + tabs)
}

/// Whether what stands at `at` is no part of the bracket that opens at `open`: on a line below, and no deeper than the
/// line with the bracket.
pub(super) fn ends_before(text: &str, open: usize, at: usize) -> bool {
    let (first, last) = (line_start(text, open), line_start(text, at));
    last > first && indent(&text[last..]) <= indent(&text[first..])
}

/// Where the parser stopped at a `:`, the key in front of it, when that begins its line.
pub(super) fn key_before_colon(text: &str, stopped: usize) -> usize {
    let start = line_start(text, stopped);
    let key = start + indent(&text[start..]);
    let is_key =
        text[stopped..].starts_with(':') && !text[key.min(stopped)..stopped].contains([',', '{', '[']);
    if is_key { key.min(stopped) } else { stopped }
}

/// The quote that is open at a byte: of the nearest line above on which one opens and does not close.
pub(super) fn open_quote(text: &str, stopped: usize) -> Option<usize> {
    let mut end = line_start(text, stopped);
    while end > 0 {
        let start = line_start(text, end - 1);
        if let Some(quote) = left_open(&text[start..end]) {
            return Some(start + quote);
        }
        end = start;
    }
    None
}

/// The quote that a line leaves open. One opens only in front of a value or a key.
fn left_open(line: &str) -> Option<usize> {
    let mut open = None;
    each(line, |at, mark| match mark {
        Mark::QuoteOpens => open = Some(at),
        Mark::QuoteCloses => open = None,
        Mark::Opens | Mark::Closes => {}
    });
    open
}

/// The innermost bracket that is open at a byte, of the document that holds it.
pub(super) fn open_bracket(text: &str, stopped: usize) -> Option<usize> {
    let start = text[..stopped].rfind("\n---").map_or(0, |at| at + "\n---".len());
    let mut open = Vec::new();
    each(&text[start..stopped], |at, mark| match mark {
        Mark::Opens => open.push(start + at),
        Mark::Closes => {
            open.pop();
        }
        Mark::QuoteOpens | Mark::QuoteCloses => {}
    });
    open.pop()
}

/// What stands outside of texts and comments.
enum Mark {
    QuoteOpens,
    QuoteCloses,
    /// `[` or `{` in front of a value or a key.
    Opens,
    /// `]` or `}`.
    Closes,
}

/// Finds quotes and brackets.
fn each(text: &str, mut found: impl FnMut(usize, Mark)) {
    let mut quote = None;
    let mut before = '-';
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let begins = matches!(before, '-' | ':' | ',' | '[' | '{' | '?');
        match (quote, c) {
            (Some('"'), '\\') => {
                characters.next();
            }
            (Some('\''), '\'') if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                characters.next();
            }
            (Some(open), _) if c == open => {
                quote = None;
                found(at, Mark::QuoteCloses);
            }
            (None, '"' | '\'') if begins => {
                quote = Some(c);
                found(at, Mark::QuoteOpens);
            }
            (None, '[' | '{') if begins => found(at, Mark::Opens),
            (None, ']' | '}') => found(at, Mark::Closes),
            (None, '#') if at == 0 || text[..at].ends_with([' ', '\t', '\n']) => {
                while characters.next_if(|(_, c)| *c != '\n').is_some() {}
                continue;
            }
            _ => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
}
