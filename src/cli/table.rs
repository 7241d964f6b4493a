//! Aligned columns for people.

use crate::shown;

/// Rows under a heading, columns as wide as their widest cell, two blanks between them.
///
/// What others wrote stays in its cell.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let shown = |cell: &String| shown::line(cell).into_owned();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(heading.get(column).map(|cell| cell.len())).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut text = String::new();
        for (cell, width) in cells.zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    };
    let mut text = line(&mut heading.iter().copied());
    for row in &rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn a_cell_begins_no_line() {
        let rows = [vec!["lan\nwan\u{1b}[2J".to_owned()]];
        let shown = table(&["NIC"], &rows);
        assert_eq!(shown, "NIC\nlan\\nwan\\u{1b}[2J\n");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows =
            [vec!["lan".to_owned(), "02:00:00:00:00:01".to_owned()], vec!["i".to_owned(), String::new()]];
        assert_eq!(table(&["NIC", "MAC"], &rows), "NIC  MAC\nlan  02:00:00:00:00:01\ni\n");
    }
}
