//! The parser's complaints in words for users.

use super::place;
use crate::diag::{Code, FileId, Finding, Span};
use serde_saphyr::granit_parser::{ErrorKind, ScanError};
use std::ops::Range;

/// What is wrong with the syntax, where, and what to write instead.
/// `text` begins at byte `from` of the file; `open` is the innermost bracket that is known to be open, as a place in the file.
pub(super) fn describe(
    error: &ScanError,
    file: FileId,
    from: usize,
    text: &str,
    open: Option<Span>,
) -> Finding {
    let kind = error.kind();
    let stopped = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let stopped = (0..=stopped).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0);
    let open = open.and_then(|open| open.start.checked_sub(from));
    let span = |bytes: Range<usize>| Span::new(file, from + bytes.start, from + bytes.end);
    let at = |start: usize| {
        let one = text[start..].chars().next().filter(|c| *c != '\n').map_or(start, |c| start + c.len_utf8());
        span(start..one)
    };
    let fault = |message: String, help: String| Finding::error(Code::YamlSyntax, message).help(help);
    if is_tab(kind) {
        let (message, help) = words(kind);
        let begins_above = matches!(kind, ErrorKind::TabInPlainScalar | ErrorKind::TabAtBlockScalarStart);
        let tabs = if begins_above { place::tabs_below } else { place::tabs };
        return fault(message, help.to_owned()).at(tabs(text, stopped).map_or(at(stopped), span));
    }
    let missing = is_missing_separator(kind);
    let open = if missing { open.or_else(|| place::open_bracket(text, stopped)) } else { None };
    if let Some(open) = open.filter(|open| place::ends_before(text, *open, stopped)) {
        let (bracket, closing) = if text[open..].starts_with('[') { ("[", "]") } else { ("{", "}") };
        let line = place::line_start(text, stopped);
        return fault(format!("this `{bracket}` is never closed"), format!("close it with `{closing}`"))
            .at(at(open))
            .also(at(line + place::indent(&text[line..])), "a line of its own begins here");
    }
    if is_quote_left_open(kind)
        && let Some(quote) = place::open_quote(text, stopped)
    {
        let help = "close it, or remove it; or indent the text that goes on";
        return fault("this quote is never closed".to_owned(), help.to_owned())
            .at(at(quote))
            .also(at(stopped), "this does not belong to the text");
    }
    let (message, help) = words(kind);
    let code =
        if matches!(kind, ErrorKind::RecursionLimitExceeded) { Code::TooLarge } else { Code::YamlSyntax };
    let start = if missing { place::key_before_colon(text, stopped) } else { stopped };
    Finding::error(code, message).at(at(start)).help(help)
}

/// True for a tab in the place of spaces.
fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabInBlockIndentation
            | ErrorKind::TabNotAllowed
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar
    )
}

/// True for entries in brackets that nothing separates, or whose bracket was not closed before them.
fn is_missing_separator(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ExpectedFlowMappingSeparator
            | ErrorKind::ExpectedFlowSequenceSeparator
            | ErrorKind::InvalidColonPlacement
    )
}

/// True for what can only stand there because a quote above it is open.
fn is_quote_left_open(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::InvalidQuotedScalarIndent | ErrorKind::DocumentIndicatorInQuotedScalar)
}

/// The claim and the advice for a kind of error.
fn words(kind: &ErrorKind) -> (String, &'static str) {
    match kind {
        ErrorKind::UnexpectedCharacter { character } => {
            (format!("a value cannot start with `{}`", character.escape_debug()), "put the value in quotes")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            (format!("this `{open}` is closed by `{close}`"), "close it with its own kind of bracket")
        }
        _ => {
            let known = of_scalars(kind).or_else(|| of_brackets(kind)).or_else(|| of_lines(kind));
            let (message, help) =
                known.unwrap_or(("this is not valid YAML", "check quotes, brackets and indentation here"));
            (message.to_owned(), help)
        }
    }
}

/// A claim and an advice.
type Words = (&'static str, &'static str);

/// Faults of single values.
fn of_scalars(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        ErrorKind::MappingValueNotAllowed => (
            "a second `: ` stands in one value",
            "put the value in quotes if it contains `: `; if this is a key of its own, indent it like its neighbours",
        ),
        ErrorKind::SimpleKeyExpected => {
            ("this line has no `: `", "write `key: value`, or indent a text that goes on")
        }
        ErrorKind::UnclosedQuotedScalar => ("this quote is never closed", "close it, or remove it"),
        ErrorKind::InvalidQuotedScalarIndent => (
            "this line belongs to a quoted text but is not indented",
            "close the quote that is open above; or, if the text goes on, indent this line",
        ),
        ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("a quoted text is still open at this `---`", "close the quote that is open above")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => {
            ("text follows the closing quote", "write a quote inside single quotes twice: `'it''s'`")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("text follows the closing quote", "write a quote inside double quotes with a backslash: `\\\"`")
        }
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => (
            "a backslash in this text starts no known escape",
            "double the backslash, or use single quotes, where it has no meaning",
        ),
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => {
            ("a value cannot start like this", "put it in quotes")
        }
        ErrorKind::MissingAnchorOrAliasName => {
            ("`&` or `*` has no name behind it", "put the value in quotes")
        }
        _ => return None,
    })
}

/// Faults of lists and mappings in brackets.
fn of_brackets(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => ("this bracket is never closed", "close it"),
        ErrorKind::MisplacedFlowCollectionEnd => {
            ("this bracket closes nothing", "remove it, or put the text in quotes")
        }
        ErrorKind::ExpectedFlowMappingSeparator => {
            ("a `,` or `}` is missing before this", "separate entries with `,` and close with `}`")
        }
        ErrorKind::ExpectedFlowSequenceSeparator | ErrorKind::InvalidColonPlacement => {
            ("a `,` or `]` is missing before this", "separate items with `,` and close the list with `]`")
        }
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            ("a list cannot start here", "begin the list on a line of its own, indented below its key")
        }
        _ => return None,
    })
}

/// Faults of lines and documents.
fn of_lines(kind: &ErrorKind) -> Option<Words> {
    Some(match kind {
        kind if is_tab(kind) => ("a tab stands where YAML wants spaces", "indent with spaces"),
        ErrorKind::ExpectedBlockSequenceEntry => (
            "this line stands in a list but has no `- `",
            "write `- ` in front, or indent it to where it belongs",
        ),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::MappingKeyNotAllowed
        | ErrorKind::InvalidIndentation => (
            "this line does not fit the indentation above it",
            "indent it like the lines it belongs to, with spaces",
        ),
        ErrorKind::InvalidBlockScalarIndent => {
            ("this line is indented less than the text above it", "indent all lines of the text alike")
        }
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => (
            "`|` or `>` is followed by something else",
            "begin the text on the next line; quote a value that starts with `|` or `>`",
        ),
        ErrorKind::RecursionLimitExceeded => ("the document is nested too deeply", "write it flatter"),
        ErrorKind::BomInsideDocument => {
            ("a byte-order mark stands inside a document", "remove the invisible character")
        }
        ErrorKind::CommentNotSeparated => {
            ("a comment touches the text before it", "write a space in front of the `#`")
        }
        ErrorKind::CommentInterceptedScalar => {
            ("a comment interrupts a text", "move the comment, or quote the text")
        }
        ErrorKind::InvalidDocumentEnd | ErrorKind::ExpectedDocumentStart => {
            ("a document ends before this", "write `---` on a line of its own between documents")
        }
        _ => return None,
    })
}
