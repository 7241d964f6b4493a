//! Pages of Markdown for a terminal: wrapped to its width, code and headings set apart by colour where there is some.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::wrap::{self, columns};

const HEADING: Style = Style::new().bold().underline();
const STRONG: Style = Style::new().bold();
const EMPHASIS: Style = Style::new().italic();
const CODE: Style = AnsiColor::Cyan.on_default();

/// The page as lines of at most `width` columns; longer lines of code stay whole.
pub fn render(text: &str, width: usize, coloured: bool) -> String {
    let mut page = Page { width, coloured, ..Page::default() };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        page.event(event);
    }
    page.out
}

/// A page that is being written.
#[derive(Default)]
struct Page {
    width: usize,
    coloured: bool,
    out: String,
    /// The text of the block that is open.
    inline: String,
    /// The lists that are open: the number of the next item where they are numbered.
    lists: Vec<Option<u64>>,
    /// The mark of the item whose first block is still to come.
    mark: Option<String>,
    /// The last thing written was an item of a list, which needs no empty line behind it.
    tight: bool,
    /// Rows of the table that is open.
    rows: Vec<Vec<String>>,
    /// Where links lead, innermost last.
    links: Vec<String>,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.inline.push_str(&text),
            Event::Code(text) => {
                let text = if self.coloured { text.to_string() } else { format!("`{text}`") };
                self.styled(CODE, &text);
            }
            Event::SoftBreak => self.inline.push(' '),
            Event::HardBreak => self.inline.push('\n'),
            Event::Rule => self.lines(&"─".repeat(self.width.min(20))),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::List(first) => {
                // A list inside of an item: the item's own text comes first.
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                self.mark = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                });
            }
            Tag::CodeBlock(_) => self.flush(),
            Tag::Strong => self.open(STRONG),
            Tag::Emphasis => self.open(EMPHASIS),
            Tag::Heading { .. } => self.open(HEADING),
            Tag::Link { dest_url, .. } => self.links.push(dest_url.to_string()),
            Tag::Table(_) => self.rows.clear(),
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.flush(),
            TagEnd::Heading(_) => {
                self.close(HEADING);
                self.flush();
            }
            TagEnd::Item => {
                self.flush();
                self.tight = true;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.tight = !self.lists.is_empty();
            }
            TagEnd::CodeBlock => self.code_block(),
            TagEnd::Strong => self.close(STRONG),
            TagEnd::Emphasis => self.close(EMPHASIS),
            TagEnd::Link => {
                let to = self.links.pop().unwrap_or_default();
                if to.starts_with("http") && !self.inline.ends_with(&to) {
                    let _ = write!(self.inline, " ({to})");
                }
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.inline);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                let text = columns(&std::mem::take(&mut self.rows), self.width);
                self.block(&text);
            }
            _ => {}
        }
    }

    fn open(&mut self, style: Style) {
        if self.coloured {
            self.inline.push_str(&style.render().to_string());
        }
    }

    fn close(&mut self, style: Style) {
        if self.coloured {
            self.inline.push_str(&style.render_reset().to_string());
        }
    }

    fn styled(&mut self, style: Style, text: &str) {
        self.open(style);
        self.inline.push_str(text);
        self.close(style);
    }

    /// Writes the open text as a block of its own.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.inline);
        if !text.trim().is_empty() {
            self.lines(&text);
        }
    }

    /// Writes text, wrapped and indented by the lists that it is in.
    fn lines(&mut self, text: &str) {
        let indent = "  ".repeat(self.lists.len().saturating_sub(1));
        let mark = self.mark.take();
        let inner = if self.lists.is_empty() { String::new() } else { format!("{indent}  ") };
        let first = match &mark {
            Some(mark) => format!("{indent}{mark}"),
            None => inner.clone(),
        };
        let rest = match &mark {
            Some(mark) => " ".repeat(indent.len() + mark.len()),
            None => inner,
        };
        self.tight = self.tight && mark.is_some();
        let text = wrap::fill(text.trim(), self.width, &first, &rest);
        self.block(&text);
        self.tight = mark.is_some();
    }

    fn code_block(&mut self) {
        let code = std::mem::take(&mut self.inline);
        let indent = " ".repeat(4 + 2 * self.lists.len());
        let mut text = String::new();
        for line in code.lines() {
            let line = format!("{indent}{line}");
            text.push_str(line.trim_end());
            text.push('\n');
        }
        self.tight = false;
        let (on, off) = if self.coloured {
            (CODE.render().to_string(), CODE.render_reset().to_string())
        } else {
            Default::default()
        };
        self.block(&format!("{on}{}{off}", text.trim_end()));
    }

    /// Writes lines, with an empty one before them unless they belong to a list.
    fn block(&mut self, text: &str) {
        if !self.out.is_empty() && !self.tight {
            self.out.push('\n');
        }
        self.out.push_str(text.trim_end_matches('\n'));
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::explain;

    const PAGE: &str = "# a-page\n\nThe first *sentence* is a `long-word` one, and goes on until it has to be wrapped.\n\n\
        - an **item**\n- another one, which is longer than the line that it stands on here\n  and goes on\n\n  ```sh\n  wrtpod render\n  ```\n\
        - the last\n\n1. first\n2. second\n\n| mode | what is kept of the appliance |\n|---|---|\n| `etc` | all of /etc |\n| `none` | nothing |\n\n\
        [a page](topics.md), [a place](https://example.org).\n";

    #[test]
    fn pages_are_wrapped_and_set() {
        insta::assert_snapshot!(render(PAGE, 40, false));
    }

    #[test]
    fn colours_take_the_place_of_marks() {
        let page = render(PAGE, 40, true);
        assert!(page.contains("\u{1b}[1m\u{1b}[4ma-page\u{1b}[0m\n"), "{page:?}");
        assert!(page.contains("\u{1b}[36mlong-word\u{1b}[0m") && !page.contains('`'), "{page:?}");
    }

    /// Nothing of a page gets lost, and only code is wider than the terminal.
    #[test]
    fn every_page_fits() {
        for page in explain::RULES.iter().chain(explain::TOPICS) {
            let words = |text: &str| {
                let marks = |c: char| c.is_whitespace() || "`*|#_-".contains(c);
                text.split(marks).filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
            };
            for width in [60, 80, 120] {
                let text = render(page.text, width, false);
                for line in text.lines().filter(|line| !line.trim_start().contains("://")) {
                    let fits = line.chars().count() <= width || line.starts_with("    ");
                    assert!(fits, "{} at {width}: {line}", page.name);
                }
                if !page.text.contains("|--") && !page.text.contains("](") {
                    assert_eq!(words(&text), words(page.text), "{}", page.name);
                }
            }
        }
    }
}
