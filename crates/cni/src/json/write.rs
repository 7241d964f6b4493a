//! The writer.

use std::fmt::{self, Write as _};

use super::{Json, Kind};

impl Json {
    /// On one line, without blanks.
    pub fn compact(&self) -> String {
        let mut text = String::new();
        self.put(&mut text, None);
        text
    }

    /// Each item on a line of its own, indented by two blanks for each level.
    pub fn indented(&self) -> String {
        let mut text = String::new();
        self.put(&mut text, Some(0));
        text
    }

    /// Puts the value behind the text; `level` is how deep its own line is indented.
    fn put(&self, text: &mut String, level: Option<usize>) {
        match &self.kind {
            Kind::Null => text.push_str("null"),
            Kind::Bool(true) => text.push_str("true"),
            Kind::Bool(false) => text.push_str("false"),
            Kind::Number(number) => text.push_str(number),
            Kind::Text(content) => quote(content, text),
            Kind::List(items) => group(text, level, ['[', ']'], items, |item, text, level| {
                item.put(text, level);
            }),
            Kind::Object(entries) => group(text, level, ['{', '}'], entries, |entry, text, level| {
                quote(&entry.key, text);
                text.push_str(if level.is_some() { ": " } else { ":" });
                entry.value.put(text, level);
            }),
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.compact())
    }
}

fn group<T>(
    text: &mut String,
    level: Option<usize>,
    [open, close]: [char; 2],
    items: &[T],
    put: impl Fn(&T, &mut String, Option<usize>),
) {
    text.push(open);
    let inside = level.map(|level| level + 1);
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        begin_line(text, inside);
        put(item, text, inside);
    }
    if !items.is_empty() {
        begin_line(text, level);
    }
    text.push(close);
}

fn begin_line(text: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", level));
    }
}

/// A text in JSON. What readers of YAML take for line breaks or do not take at all, what turns a line's direction and what cannot be
/// seen stands as an escape: configurations are read by people, in manifests.
fn quote(content: &str, text: &mut String) {
    text.push('"');
    for one in content.chars() {
        match one {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            // Above these, an escape would be a pair.
            one if u32::from(one) <= 0xffff && wrtpod_shown::steers(one) => {
                let _ = write!(text, "\\u{:04x}", u32::from(one));
            }
            one => text.push(one),
        }
    }
    text.push('"');
}
