//! The files of a run, and places in them.

use std::sync::OnceLock;

/// A file of a [`SourceMap`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A stretch of a file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start, end: end.max(start) }
    }

    /// A place of what nobody wrote, one for each number: it is in no file.
    pub fn nowhere(number: usize) -> Self {
        Self::new(FileId(u32::MAX), number, number)
    }
}

/// A position as people count: line and column from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

/// The texts of a run, with their names. A text need not be a file: `--set` assignments have one each.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<File>,
    /// What no finding shows.
    hidden: Vec<Span>,
    /// How findings quote some of it.
    quotes: Vec<(Span, String)>,
}

#[derive(Debug)]
struct File {
    name: String,
    text: String,
    /// Offset of the first byte of each line; made when first asked for.
    lines: OnceLock<Vec<usize>>,
    /// What has to be known of the text from a byte on, in the order of these bytes.
    remarks: Vec<(usize, String)>,
}

impl File {
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(ends.map(|(offset, _)| offset + 1)).collect()
        })
    }
}

impl SourceMap {
    /// A map without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under the name that messages show.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(File {
            name: name.into(),
            text: text.into(),
            lines: OnceLock::new(),
            remarks: Vec::new(),
        });
        id
    }

    /// Keeps a text out of what all findings show: they may be about what stands beside it.
    pub fn hide(&mut self, span: Span) {
        self.hidden.push(span);
    }

    /// The same of a text that findings about it quote so.
    pub fn hide_quoted(&mut self, span: Span, quoted: String) {
        self.hide(span);
        self.quotes.push((span, quoted));
    }

    /// How findings quote what is hidden and reaches into a stretch.
    pub(super) fn quotes_in(&self, place: Span) -> impl Iterator<Item = &str> {
        let reaches =
            move |span: &Span| span.file == place.file && span.start < place.end && place.start < span.end;
        self.quotes.iter().filter(move |(span, _)| reaches(span)).map(|(_, quoted)| quoted.as_str())
    }

    pub(super) fn hidden(&self) -> impl Iterator<Item = Span> {
        self.hidden.iter().copied()
    }

    /// From byte `start` of a file on, findings say this beside their place; it holds up to the next remark. For text that
    /// is not the reader's own: what it is, and how else it is changed. Remarks are added in the order of their places.
    pub fn remark(&mut self, file: FileId, start: usize, text: impl Into<String>) {
        let index = usize::try_from(file.0).ok();
        if let Some(file) = index.and_then(|index| self.files.get_mut(index)) {
            file.remarks.push((start, text.into()));
        }
    }

    /// The remark that holds at a byte.
    pub fn remark_at(&self, file: FileId, offset: usize) -> Option<&str> {
        let remarks = &self.file(file)?.remarks;
        remarks.iter().rev().find(|(start, _)| *start <= offset).map(|(_, text)| text.as_str())
    }

    /// The name of a file; empty for a file of another map.
    pub fn name(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.name)
    }

    /// The text of a file; empty for a file of another map.
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.text)
    }

    /// The text that a span covers; empty when it does not fit the file.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start..span.end).unwrap_or("")
    }

    /// Where a byte stands, for people. An offset behind the end counts as the end.
    pub fn position(&self, file: FileId, offset: usize) -> Position {
        let Some(source) = self.file(file) else { return Position { line: 1, column: 1 } };
        let line = self.line_at(file, offset);
        let start = source.lines()[line - 1];
        let before = source.text.get(start..offset.min(source.text.len())).unwrap_or("");
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        Position { line, column: before.chars().count() + 1 }
    }

    /// The number, from 1, of the line that holds a byte.
    pub fn line_at(&self, file: FileId, offset: usize) -> usize {
        self.file(file).map_or(1, |file| file.lines().partition_point(|start| *start <= offset).max(1))
    }

    /// The bytes of a line (from 1), without its line break; empty for a line that is not there.
    pub fn line_range(&self, file: FileId, line: usize) -> std::ops::Range<usize> {
        let Some(source) = self.file(file) else { return 0..0 };
        let Some(start) = line.checked_sub(1).and_then(|index| source.lines().get(index)).copied() else {
            return 0..0;
        };
        let end = source.lines().get(line).map_or(source.text.len(), |next| next - 1);
        let end = if source.text[start..end].ends_with('\r') { end - 1 } else { end };
        start..end
    }

    fn file(&self, file: FileId) -> Option<&File> {
        self.files.get(usize::try_from(file.0).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let mut map = SourceMap::new();
        let id = map.add("f", "\u{feff}aé\r\n日本x\n");
        let at = |offset| map.position(id, offset);
        assert_eq!(at(3), Position { line: 1, column: 1 });
        assert_eq!(at(6), Position { line: 1, column: 3 });
        assert_eq!(at(8), Position { line: 2, column: 1 });
        assert_eq!(at(14), Position { line: 2, column: 3 });
        assert_eq!(at(999), Position { line: 3, column: 1 });
        assert_eq!(map.line_range(id, 1), 0..6);
        assert_eq!(map.line_range(id, 9), 0..0);
        assert_eq!(map.slice(Span::new(id, 14, 15)), "x");
        assert_eq!(map.slice(Span::new(id, 9, 10)), "");
    }

    #[test]
    fn a_remark_holds_up_to_the_next() {
        let mut map = SourceMap::new();
        let (id, other) = (map.add("f", "0123456789"), map.add("g", "0123456789"));
        map.remark(id, 2, "from two");
        map.remark(id, 5, "from five");
        let at = |offset| map.remark_at(id, offset);
        assert_eq!(
            [at(1), at(2), at(4), at(9)],
            [None, Some("from two"), Some("from two"), Some("from five")]
        );
        assert_eq!(map.remark_at(other, 9), None);
    }
}
