//! What is wrong with a text, and where.

use std::fmt;

use crate::json::Span;

/// Something in a text that its readers do not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The bytes that it is about; none at the end of the text.
    pub span: Span,
    /// What is so: one line, in lower case, without a full stop.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}

/// What could be read, and what could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    /// What could be read.
    pub value: T,
    /// What the real readers would refuse, in the order of the text.
    pub faults: Vec<Fault>,
}

/// The line and the column of a byte, both from 1; columns are characters.
pub fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..byte.min(text.len())];
    let line = before.split(|one| *one == b'\n').count();
    let start = before.iter().rposition(|one| *one == b'\n').map_or(0, |at| at + 1);
    // Each character has one byte that does not continue another.
    let column = 1 + before[start..].iter().map(|one| usize::from(*one & 0xc0 != 0x80)).sum::<usize>();
    (line, column)
}
