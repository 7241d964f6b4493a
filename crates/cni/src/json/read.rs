//! The reader.

use std::collections::BTreeMap;

use super::{DEPTH, Entry, Json, Kind, Span};
use crate::Fault;

impl Json {
    /// Reads a text that is one value.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(DEPTH)?;
        reader.skip_blanks();
        if reader.at < text.len() {
            return Err(reader.wanted("the end"));
        }
        Ok(value)
    }
}

struct Reader<'a> {
    text: &'a str,
    /// The next byte; always the first one of a character.
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The character that is next.
    fn here(&self) -> Span {
        let width = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        self.at..self.at + width
    }

    fn wanted(&self, what: &str) -> Fault {
        let found = if self.at < self.text.len() { "" } else { ", and the text ends" };
        Fault { span: self.here(), what: format!("expected {what}{found}") }
    }

    fn value(&mut self, depth: usize) -> Result<Json, Fault> {
        self.skip_blanks();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{' | b'[') if depth == 0 => {
                let what = format!("more than {DEPTH} lists and objects in one another");
                return Err(Fault { span: self.here(), what });
            }
            Some(b'{') => Kind::Object(self.object(depth - 1)?),
            Some(b'[') => Kind::List(self.list(depth - 1)?),
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?),
            _ => self.word()?,
        };
        Ok(Json { kind, span: start..self.at })
    }

    fn word(&mut self) -> Result<Kind, Fault> {
        let words = [("null", Kind::Null), ("true", Kind::Bool(true)), ("false", Kind::Bool(false))];
        for (word, kind) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(kind);
            }
        }
        Err(self.wanted("a value"))
    }

    /// Whether another item follows; `first` stands behind the opening bracket.
    fn another(&mut self, first: bool, close: u8, wanted: &str) -> Result<bool, Fault> {
        self.skip_blanks();
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') if !first => {
                self.at += 1;
                self.skip_blanks();
                Ok(true)
            }
            _ if first => Ok(true),
            _ => Err(self.wanted(wanted)),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Vec<Entry>, Fault> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        self.at += 1;
        let mut first = true;
        while self.another(first, b'}', "`,` or `}`")? {
            first = false;
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.wanted("a key in `\"`"));
            }
            let key = self.string()?;
            let span = start..self.at;
            self.skip_blanks();
            if self.peek() != Some(b':') {
                return Err(self.wanted("`:` behind the key"));
            }
            self.at += 1;
            let entry = Entry { key, span, value: self.value(depth)? };
            if let Some(position) = known.get(&entry.key) {
                entries[*position] = entry;
            } else {
                known.insert(entry.key.clone(), entries.len());
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Json>, Fault> {
        let mut items = Vec::new();
        self.at += 1;
        while self.another(items.is_empty(), b']', "`,` or `]`")? {
            items.push(self.value(depth)?);
        }
        Ok(items)
    }

    fn number(&mut self) -> Result<String, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.text[start..self.at].to_owned())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(self.wanted("a digit")) } else { Ok(()) }
    }

    /// The text behind a `"`.
    fn string(&mut self) -> Result<String, Fault> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)) {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.wanted("a character that can be seen; others are escapes")),
                None => return Err(self.wanted("`\"` behind the text")),
            }
        }
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self) -> Result<char, Fault> {
        self.at += 1;
        let one = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unit_or_pair(),
            _ => return Err(self.wanted("an escape such as `\\n`")),
        };
        self.at += 1;
        Ok(one)
    }

    /// `u` with four digits, and the other half of a pair.
    fn unit_or_pair(&mut self) -> Result<char, Fault> {
        let first = self.unit()?;
        let behind_first = self.at;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 1;
            let second = self.unit()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            // It is none, and a character of its own.
            self.at = behind_first;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Result<u32, Fault> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code * 16 + digit.ok_or_else(|| self.wanted("four hexadecimal digits behind `\\u`"))?;
            self.at += 1;
        }
        Ok(code)
    }
}
