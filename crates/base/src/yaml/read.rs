//! From text to trees.

use super::anchors::{Anchors, Unresolved};
use super::map::Mapping;
use super::{Key, Kind, Tree, syntax};
use crate::diag::{Code, Diagnostics, FileId, Finding, SourceMap, Span};
use crate::types::quoted;
use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, StructureStyle, Tag};
use std::borrow::Cow;

/// The largest text that is read, in bytes.
const MOST_BYTES: usize = 64 << 20;
/// The most documents in a file.
const MOST_DOCUMENTS: usize = 20_000;
/// The most nodes in a file.
const MOST_NODES: usize = 1_000_000;
/// The deepest nesting.
const MOST_LEVELS: usize = 100;
/// How many syntax errors of a file are reported.
const MOST_ERRORS: usize = 20;

/// Reads all documents of a file. Empty ones are left out; one with a syntax error is reported and left out, and
/// reading goes on behind the next `---`.
pub fn read(file: FileId, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Vec<Tree> {
    read_from(file, 0, sources, diagnostics)
}

/// Reads the one value that stands in a file from byte `start` to the end; `None` after a fault, which has been
/// reported. No value is null.
pub fn read_value(
    file: FileId,
    start: usize,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<Tree> {
    let mut found = Diagnostics::new();
    let mut values = read_from(file, start, sources, &mut found);
    let clean = !found.has_errors();
    diagnostics.extend(found.sorted().into_iter().cloned());
    let end = sources.text(file).len();
    match values.len() {
        _ if !clean => None,
        0 => Some(Tree::new(Span::new(file, start.min(end), end), Kind::Null)),
        1 => values.pop(),
        _ => {
            let diagnostic =
                Finding::error(Code::YamlSyntax, "a value ends before this `---`").at(values[1].span);
            diagnostics.push(diagnostic.help("put the value in quotes"));
            None
        }
    }
}

fn read_from(file: FileId, start: usize, sources: &SourceMap, diagnostics: &mut Diagnostics) -> Vec<Tree> {
    let text = sources.text(file).get(start..).unwrap_or_default();
    if text.len() > MOST_BYTES {
        let message = format!("`{}` has {} MiB", sources.name(file), text.len() >> 20);
        let help = format!("split it: a file may have up to {} MiB", MOST_BYTES >> 20);
        diagnostics.push(Finding::error(Code::TooLarge, message).help(help));
        return Vec::new();
    }
    if refuse_control_characters(file, start, text, diagnostics) {
        return Vec::new();
    }
    let mut options = granit_parser::options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: MOST_LEVELS,
        block_nesting_limit: MOST_LEVELS,
    };
    options.set_emit_comments(false);
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader::new(file, diagnostics);
    let mut errors = 0;
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or_default();
                let tag = span.tag_span().and_then(|tag| tag.byte_range());
                reader.tag = tag.map(|tag| Span::new(file, start + tag.start, start + tag.end));
                if !reader.take(event, Span::new(file, start + range.start, start + range.end)) {
                    break;
                }
            }
            Err(error) => {
                errors += 1;
                let open = reader.open.last().filter(|open| open.flow).map(|open| open.start);
                reader.diagnostics.push(syntax::describe(&error, file, start, text, open));
                reader.abandon();
                if errors == MOST_ERRORS || !parser.proceed_next_document().unwrap_or(false) {
                    break;
                }
            }
        }
    }
    reader.documents
}

/// Reports characters that YAML forbids outside of escapes; true when there is one.
fn refuse_control_characters(file: FileId, start: usize, text: &str, diagnostics: &mut Diagnostics) -> bool {
    let forbidden = |c: char| {
        c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}') || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    let mut found = false;
    for (offset, bad) in text.char_indices().filter(|(_, c)| forbidden(*c)).take(5) {
        found = true;
        let message = format!("the character U+{:04X} is not allowed in YAML", u32::from(bad));
        let help = if bad == '\0' {
            "is this a text file in UTF-8? remove the character, or write it as `\\0` in double quotes"
                .to_owned()
        } else {
            format!("remove it, or write it as `\\u{:04X}` in double quotes", u32::from(bad))
        };
        let span = Span::new(file, start + offset, start + offset + bad.len_utf8());
        diagnostics.push(Finding::error(Code::YamlCharacter, message).at(span).help(help));
    }
    found
}

/// A collection whose end has not come yet.
struct Open {
    start: Span,
    anchor: usize,
    flow: bool,
    kind: OpenKind,
}

enum OpenKind {
    Seq(Vec<Tree>),
    Map(Mapping, NextKey),
}

/// What a mapping waits for.
enum NextKey {
    /// A key.
    Wanted,
    /// The value of this key.
    Has(Key),
    /// The value of a key that was refused.
    Refused,
}

struct Reader<'a> {
    file: FileId,
    diagnostics: &'a mut Diagnostics,
    documents: Vec<Tree>,
    open: Vec<Open>,
    anchors: Anchors,
    nodes: usize,
    /// Where the tag of the node at hand was written.
    tag: Option<Span>,
}

impl<'a> Reader<'a> {
    fn new(file: FileId, diagnostics: &'a mut Diagnostics) -> Self {
        let (documents, open) = (Vec::new(), Vec::new());
        Self { file, diagnostics, documents, open, anchors: Anchors::default(), nodes: 0, tag: None }
    }

    /// Drops what was read of a faulty document.
    fn abandon(&mut self) {
        self.open.clear();
        self.anchors.clear();
    }

    fn refuse(&mut self, code: Code, message: impl Into<String>, span: Span, help: impl Into<String>) {
        self.diagnostics.push(Finding::error(code, message).at(span).help(help));
    }

    /// Takes the next event; false when a limit is reached and reading must stop.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        match event {
            Event::DocumentStart(..) => {
                self.abandon();
                if self.documents.len() >= MOST_DOCUMENTS {
                    let message = format!("the file has more than {MOST_DOCUMENTS} documents");
                    self.refuse(
                        Code::TooLarge,
                        message,
                        span,
                        "split the file, and give each part with `-f`",
                    );
                    return false;
                }
                true
            }
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), span),
            Event::SequenceStart(style, anchor, tag) => {
                self.start(OpenKind::Seq(Vec::new()), style, anchor, tag.as_deref(), span)
            }
            Event::MappingStart(style, anchor, tag) => {
                let kind = OpenKind::Map(Mapping::default(), NextKey::Wanted);
                self.start(kind, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                let message =
                    format!("the alias {} refers to no anchor above it", quoted(&format!("*{name}")));
                let anchor = quoted(&format!("&{name}"));
                let help =
                    format!("write {anchor} in front of a value above, or quote a text that starts with `*`");
                self.refuse(Code::YamlAlias, message, span, help);
                self.place(Tree::new(span, Kind::Null), 0)
            }
            _ => true,
        }
    }

    fn scalar(
        &mut self,
        mut text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> bool {
        let mut plain = style == ScalarStyle::Plain;
        let mut null = plain && matches!(&*text, "~" | "null" | "Null" | "NULL" | "");
        match tag.map(|tag| (tag.is_yaml_core_schema(), tag.suffix())) {
            None | Some((true, "bool" | "int" | "float")) => {}
            Some((true, "str")) => {
                (plain, null) = (false, false);
                if span.start == span.end {
                    text = Cow::Borrowed("");
                }
            }
            Some((true, "null")) => null = true,
            Some(_) => self.refuse_tag(tag, span),
        }
        let kind = if null { Kind::Null } else { Kind::Scalar { text: text.into_owned(), plain } };
        self.place(Tree::new(span, kind), anchor)
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, span: Span) {
        let name = tag.map(Tag::original).unwrap_or_default();
        let message = format!("the tag {} has no meaning here", quoted(&name));
        self.refuse(
            Code::YamlTag,
            message,
            self.tag.unwrap_or(span),
            "remove it; quote a text that starts with `!`",
        );
    }

    fn start(
        &mut self,
        kind: OpenKind,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> bool {
        if tag.is_some_and(|tag| !(tag.is_yaml_core_schema() && matches!(tag.suffix(), "map" | "seq"))) {
            self.refuse_tag(tag, span);
        }
        if self.open.len() >= MOST_LEVELS {
            let message = format!("the document is nested more than {MOST_LEVELS} levels deep");
            self.refuse(Code::TooLarge, message, span, "write it flatter");
            return false;
        }
        self.open.push(Open { start: span, anchor, flow: style == StructureStyle::Flow, kind });
        true
    }

    fn end(&mut self, span: Span) -> bool {
        let Some(open) = self.open.pop() else { return true };
        let (kind, last) = match open.kind {
            OpenKind::Seq(items) => {
                let last = items.last().map(|item| item.span.end);
                (Kind::Seq(items), last)
            }
            OpenKind::Map(mapping, _) => {
                let entries = mapping.finish(self.diagnostics);
                let last = entries.last().map(|entry| entry.value.span.end.max(entry.key.span.end));
                (Kind::Map(entries), last)
            }
        };
        let end = if open.flow { span.end } else { last.unwrap_or(span.end) };
        self.place(Tree::new(Span::new(self.file, open.start.start, end), kind), open.anchor)
    }

    fn alias(&mut self, id: usize, span: Span) -> bool {
        match self.anchors.resolve(id, MOST_LEVELS.saturating_sub(self.open.len())) {
            Ok(tree) => self.place(tree, 0),
            Err(Unresolved::Cycle) => {
                self.refuse(
                    Code::YamlAlias,
                    "the alias stands inside the value it refers to",
                    span,
                    "remove the alias",
                );
                self.place(Tree::new(span, Kind::Null), 0)
            }
            Err(Unresolved::TooMuch) => {
                self.refuse(
                    Code::TooLarge,
                    "the aliases unfold to too much",
                    span,
                    "write out what they stand for",
                );
                false
            }
        }
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, tree: Tree, anchor: usize) -> bool {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            let message = format!("the file has more than {MOST_NODES} values");
            self.refuse(Code::TooLarge, message, tree.span, "split the file, and give each part with `-f`");
            return false;
        }
        if anchor != 0 && !self.anchors.keep(anchor, &tree) {
            self.refuse(Code::TooLarge, "the anchors hold too much", tree.span, "anchor smaller values");
            return false;
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None if tree.is_null() => {}
            None => self.documents.push(tree),
            Some(OpenKind::Seq(items)) => items.push(tree),
            Some(OpenKind::Map(mapping, next)) => match std::mem::replace(next, NextKey::Wanted) {
                NextKey::Has(key) => mapping.push(key, tree, self.diagnostics),
                NextKey::Refused => {}
                NextKey::Wanted => *next = key(tree, self.diagnostics),
            },
        }
        true
    }
}

/// The key that a node in the place of a key makes.
fn key(tree: Tree, diagnostics: &mut Diagnostics) -> NextKey {
    let span = tree.span;
    match tree.kind {
        Kind::Scalar { text, plain } => NextKey::Has(Key { text, plain, span }),
        Kind::Null | Kind::Seq(_) | Kind::Map(_) => {
            let message = format!("a key must be a single text, found {}", tree.what());
            let help = "write `key: value`; a text with `{`, `[` or `~` in front needs quotes";
            diagnostics.push(Finding::error(Code::YamlKey, message).at(span).help(help));
            NextKey::Refused
        }
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
