//! Text in columns of a terminal.

use textwrap::{Options, WordSplitter, core::display_width};

/// Blanks between columns.
const GAP: usize = 2;
/// Text in lines of at most `width` columns, where its words allow; `first` stands before the first line, `rest` before the
/// others. Ends without a line break.
pub fn fill(text: &str, width: usize, first: &str, rest: &str) -> String {
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options)
}

/// Rows as columns, two blanks between them. Where they are wider than `width`, the widest ones are wrapped.
pub fn columns(rows: &[Vec<String>], width: usize) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widest = |column: usize, width: &dyn Fn(&str) -> usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or_default()
    };
    // A column holds its longest word whole.
    let longest_word = |cell: &str| cell.split_whitespace().map(display_width).max().unwrap_or_default();
    let least: Vec<usize> = (0..count).map(|column| widest(column, &longest_word)).collect();
    let mut widths: Vec<usize> = (0..count).map(|column| widest(column, &display_width)).collect();
    let room = width.saturating_sub(GAP * count.saturating_sub(1));
    while widths.iter().sum::<usize>() > room {
        let shrinking = widths.iter_mut().zip(&least).filter(|(width, least)| **width > **least);
        let Some((width, _)) = shrinking.max_by_key(|(width, _)| **width) else { break };
        *width -= 1;
    }
    let mut text = String::new();
    for row in rows {
        line(row, &widths, &mut text);
    }
    text
}

/// A row, as many lines as its longest cell has.
fn line(row: &[String], widths: &[usize], text: &mut String) {
    let cells: Vec<Vec<String>> = row
        .iter()
        .zip(widths)
        .map(|(cell, width)| fill(cell, *width, "", "").lines().map(str::to_owned).collect())
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or_default().max(1);
    for at in 0..height {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let part = cell.get(at).map_or("", String::as_str);
            line.push_str(part);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(display_width(part)) + GAP));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{columns, fill};

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn the_widest_column_is_wrapped() {
        let table = rows(&[&["NAME", "WHAT IT IS"], &["openwrt", "a machine on the LAN and a client of it"]]);
        assert_eq!(
            columns(&table, 100),
            "NAME     WHAT IT IS\nopenwrt  a machine on the LAN and a client of it\n"
        );
        assert_eq!(
            columns(&table, 30),
            "NAME     WHAT IT IS\nopenwrt  a machine on the LAN\n         and a client of it\n"
        );
        let names = rows(&[&["a-name-of-some-length", "is one word and stays whole"]]);
        assert_eq!(
            columns(&names, 30),
            "a-name-of-some-length  is one\n                       word\n                       and\n                       stays\n                       whole\n"
        );
        // A terminal of no width: every word still stands there.
        assert!(columns(&table, 0).contains("machine"));
    }

    #[test]
    fn words_are_never_broken() {
        assert_eq!(
            fill("a very-long-word/without-a-blank b", 14, "- ", "  "),
            "- a\n  very-long-word/without-a-blank\n  b"
        );
    }
}
