//! What others wrote, as a terminal may have it: guests, logs, events, registries and archives are not to be trusted with it.
//!
//! Characters that steer a terminal, reorder a line or cannot be seen are shown as escapes such as `\u{1b}`. Everything that
//! is printed for people passes here once more on its way out; what stands in a line of wrtpod's own words passes through
//! [`line()`] first, so that it cannot begin a line of its own. JSON and YAML have their own escapes.
//!
//! ```
//! assert_eq!(wrtpod_shown::line("fine\nerror: not"), "fine\\nerror: not");
//! assert_eq!(wrtpod_shown::quoted("a\u{1b}[2J"), "`a\\u{1b}[2J`");
//! ```

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

/// A text in a line: line breaks are shown too; tabs stay.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, steers)
}

/// A text of several lines: tabs and line feeds stay.
pub fn block(text: &str) -> Cow<'_, str> {
    escaped(text, |one| one != '\n' && steers(one))
}

/// A file's or a folder's path in a line.
pub fn path(path: &Path) -> String {
    line(&path.display().to_string()).into_owned()
}

/// Whether a character does something else than to be seen: controls, line separators, marks of direction, what has no width.
pub fn steers(one: char) -> bool {
    one.is_control() && one != '\t'
        || matches!(
            one,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'
                | '\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The text between backticks in a message: cut when long, so that a hostile scalar cannot flood the terminal.
pub fn quoted(text: &str) -> String {
    const LIMIT: usize = 60;
    let mut shown: String = text.chars().take(LIMIT).flat_map(char::escape_debug).collect();
    shown = shown.replace("\\'", "'").replace("\\\"", "\"");
    if text.chars().nth(LIMIT).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

fn escaped(text: &str, steers: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for one in text.chars() {
        match one {
            _ if !steers(one) => shown.push(one),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            _ => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(one));
            }
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown() {
        let hostile = "\u{1b}]0;x\u{7}\u{9b}31m\u{7f}\r\u{85}\u{2028}\u{202e}\u{200b}\u{feff}\u{e0041}";
        let want =
            "\\u{1b}]0;x\\u{7}\\u{9b}31m\\u{7f}\\r\\u{85}\\u{2028}\\u{202e}\\u{200b}\\u{feff}\\u{e0041}";
        assert_eq!(line(hostile), want);
        assert_eq!(block(hostile), want);
    }

    #[test]
    fn lines_begin_only_where_they_may() {
        assert_eq!(line("a\tb\nerror: c"), "a\tb\\nerror: c");
        assert_eq!(block("a\tb\nc"), "a\tb\nc");
        assert_eq!(path(Path::new("a\nb")), "a\\nb");
    }

    #[test]
    fn long_text_is_cut_in_messages() {
        assert_eq!(quoted("a\tb"), "`a\\tb`");
        assert_eq!(quoted("it's \"x\""), "`it's \"x\"`");
        assert_eq!(quoted(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
    }

    #[test]
    fn what_people_write_stays() {
        let text = "naïve 日本 👍 “q” → é e\u{301} \u{a0}";
        assert!(matches!(line(text), Cow::Borrowed(same) if same == text));
    }
}
