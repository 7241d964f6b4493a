//! Aligned columns for people.

use super::wrap;
use crate::shown;

/// Rows under a heading, columns as wide as their widest cell, two blanks between them.
///
/// What others wrote stays in its cell.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    table_within(None, heading, rows)
}

/// The same, wrapped where it is wider than so many columns.
pub fn table_within(width: Option<usize>, heading: &[&str], rows: &[Vec<String>]) -> String {
    let shown = |cell: &String| shown::line(cell).into_owned();
    let heading = heading.iter().map(|cell| (*cell).to_owned()).collect();
    let rows = rows.iter().map(|row| row.iter().map(shown).collect());
    let all: Vec<Vec<String>> = std::iter::once(heading).chain(rows).collect();
    wrap::columns(&all, width.unwrap_or(usize::MAX))
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
