//! From JSON values to YAML text.
//!
//! serde-saphyr knows what each reader of YAML takes a text for: it writes all keys and scalars but plain words and plain
//! blocks. These, and the layout round all of them, are written here, for a large site has half a million lines. A test
//! compares the whole with what serde-saphyr makes of the same values.

use std::fmt::Write;

use serde::ser::Serialize;
use serde_json::{Map, Value};
use serde_saphyr::{DoubleQuoted, ser_options};

use crate::shown;

/// How many columns a level is indented by.
const STEP: usize = 2;
const SPACES: &str = "                                ";
/// Words that YAML 1.1 has for values, in any mixture of small and capital letters.
const RESERVED: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
/// A longer text is left to serde-saphyr, for a key may be too long for the line of its value.
const LONGEST_WORD: usize = 300;
/// A key that is longer stands behind a `?`: readers look no further for its colon than 1024 characters.
const LONGEST_KEY: usize = 1000;
const ANY_TEXT: &str = "a JSON value has string keys and finite numbers, and a String takes any text";

/// A value as one YAML document, without `---`, ending in a line break.
///
/// `apiVersion`, `kind` and `metadata` come first, everything else keeps its order. Texts that any YAML reader would
/// take for something else are quoted; texts of several lines become literal blocks; nothing is folded. What steers a terminal,
/// reorders a line or cannot be seen is written as its escape.
///
/// # Panics
/// Never: a JSON value has nothing that YAML cannot hold.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    append(value, &mut text);
    text
}

/// Values as the documents of one YAML file, each behind a `---` but the first.
pub fn write_all<'a>(values: impl IntoIterator<Item = &'a Value>) -> String {
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        append(value, &mut text);
    }
    text
}

/// The outermost value: the keys that say what it is come first.
fn append(value: &Value, text: &mut String) {
    const FIRST: [&str; 3] = ["apiVersion", "kind", "metadata"];
    match value {
        Value::Object(object) => {
            let first = FIRST.iter().filter_map(|key| object.get_key_value(*key));
            let rest = object.iter().filter(|(key, _)| !FIRST.contains(&key.as_str()));
            entries(first.chain(rest), 0, text);
        }
        Value::Array(list) => items(list, 0, text),
        single => scalar(single, STEP, text),
    }
}

/// A value that starts where the text ends; its further lines start in this column.
fn node(value: &Value, column: usize, text: &mut String) {
    match value {
        Value::Object(object) => entries(object.iter(), column, text),
        Value::Array(list) => items(list, column, text),
        single => scalar(single, column, text),
    }
}

fn entries<'a>(entries: impl Iterator<Item = (&'a String, &'a Value)>, column: usize, text: &mut String) {
    let start = text.len();
    for (key, value) in entries {
        if text.len() > start {
            indent(column, text);
        }
        let own_line = self::key(key, column, text);
        match value {
            Value::Object(object) if !own_line && !object.is_empty() => {
                text.push('\n');
                indent(column + STEP, text);
            }
            // The dashes of a list stand right below its key.
            Value::Array(list) if !list.is_empty() => {
                text.push('\n');
                indent(column, text);
                items(list, column, text);
                continue;
            }
            _ => text.push(' '),
        }
        node(value, column + STEP, text);
    }
    if text.len() == start {
        text.push_str("{}\n");
    }
}

fn items(list: &[Value], column: usize, text: &mut String) {
    if list.is_empty() {
        text.push_str("[]\n");
    }
    for (position, item) in list.iter().enumerate() {
        if position > 0 {
            indent(column, text);
        }
        text.push_str("- ");
        node(item, column + STEP, text);
    }
}

/// A key up to its colon. The answer is whether the colon has a line of its own, behind a `?` and a key that is too long to
/// share one: a mapping then begins beside it.
fn key(key: &str, column: usize, text: &mut String) -> bool {
    if is_word(key) {
        text.push_str(key);
        text.push(':');
        return false;
    }
    if steers(key) {
        let written = unsteered(key);
        let is_long = written.len() > LONGEST_KEY;
        text.push_str(if is_long { "? " } else { "" });
        text.push_str(written.trim_end());
        if is_long {
            text.push('\n');
            indent(column, text);
        }
        text.push(':');
        return is_long;
    }
    let entry = of_serde_saphyr(&Map::from_iter([(key.to_owned(), Value::Null)]));
    let entry = entry.strip_suffix(" null\n").expect("the value comes last");
    let Some((question, colon)) = entry.split_once('\n') else {
        text.push_str(entry);
        return false;
    };
    text.push_str(question);
    text.push('\n');
    indent(column, text);
    text.push_str(colon);
    true
}

fn scalar(value: &Value, column: usize, text: &mut String) {
    match value {
        Value::String(word) if is_word(word) => {
            text.push_str(word);
            text.push('\n');
        }
        Value::String(lines) if is_plain_block(lines) => block(lines, column, text),
        Value::String(other) if steers(other) => text.push_str(&unsteered(other)),
        Value::String(other) if needs_double_quotes(other) => {
            text.push_str(&of_serde_saphyr(&DoubleQuoted(other.as_str())));
        }
        other => {
            // What follows the first line is indented by one level already.
            let written = of_serde_saphyr(other);
            for (position, line) in written.split_inclusive('\n').enumerate() {
                if position > 0 && line != "\n" {
                    indent(column - STEP, text);
                }
                text.push_str(line);
            }
        }
    }
}

/// A text of several lines; the sign behind the `|` says how many line breaks it ends in.
fn block(lines: &str, column: usize, text: &mut String) {
    text.push_str(match lines.strip_suffix('\n') {
        None => "|-\n",
        Some(rest) if rest.ends_with('\n') => "|+\n",
        Some(_) => "|\n",
    });
    for line in lines.split_inclusive('\n') {
        if line != "\n" {
            indent(column, text);
        }
        text.push_str(line);
    }
    if !lines.ends_with('\n') {
        text.push('\n');
    }
}

fn of_serde_saphyr(value: &impl Serialize) -> String {
    let options = ser_options! {
        yaml_12: false,
        prefer_block_scalars: true,
        compact_list_indent: true,
        folded_wrap_chars: usize::MAX,
        min_fold_chars: usize::MAX,
    };
    let mut text = String::new();
    serde_saphyr::to_fmt_writer_with_options(&mut text, value, options).expect(ANY_TEXT);
    text
}

fn indent(column: usize, text: &mut String) {
    let mut missing = column;
    while missing > 0 {
        let some = missing.min(SPACES.len());
        text.push_str(&SPACES[..some]);
        missing -= some;
    }
}

/// Whether a text means itself to every reader, as a key too.
fn is_word(text: &str) -> bool {
    let begins = |byte: u8| byte.is_ascii_alphabetic() || byte == b'/';
    let goes_on = |byte: u8| begins(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    text.bytes().next().is_some_and(begins)
        && text.bytes().all(goes_on)
        && text.len() <= LONGEST_WORD
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a text of several lines is a block to every reader: ordinary characters, and a first line that shows how far the block is
/// indented.
fn is_plain_block(text: &str) -> bool {
    text.contains('\n')
        && text.starts_with(|first: char| first.is_ascii_graphic())
        && text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n'))
}

/// Whether a text has characters that do something else than to be seen; the controls of ASCII, serde-saphyr escapes.
fn steers(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(|one| !one.is_ascii() && shown::steers(one))
}

/// Such a text between double quotes, with escapes for these characters, and a line break behind it.
fn unsteered(text: &str) -> String {
    let written = of_serde_saphyr(&DoubleQuoted(text));
    let mut safe = String::with_capacity(written.len() + 16);
    for one in written.chars() {
        let _ = match u32::from(one) {
            _ if one.is_ascii() || !shown::steers(one) => safe.write_char(one),
            code @ ..=0xffff => write!(safe, "\\u{code:04X}"),
            code => write!(safe, "\\U{code:08X}"),
        };
    }
    safe
}

/// A block whose first line that is not blank starts with a tab is valid YAML that libyaml and its descendants, kubectl
/// among them, refuse (yaml/go-yaml #383).
fn needs_double_quotes(text: &str) -> bool {
    text.contains('\n')
        && text
            .lines()
            .find(|line| !line.trim_matches(' ').is_empty())
            .is_none_or(|line| line.trim_start_matches(' ').starts_with('\t'))
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
