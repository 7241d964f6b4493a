//! UCI text as commands: words after quoting, escapes, comments and line joins.

use super::parser::Fault;
use std::iter::Peekable;
use std::str::Chars;

/// A command and the line it starts on, from 1.
pub(super) struct Command {
    pub(super) line: usize,
    pub(super) words: Vec<String>,
}

/// Splits a text into its commands: one a line, or several between `;`.
pub(super) fn commands(text: &str) -> Result<Vec<Command>, Fault> {
    let mut lexer = Lexer { chars: text.chars().peekable(), line: 1 };
    let mut commands = Vec::new();
    let mut words = Vec::new();
    let mut line = 1;
    loop {
        match lexer.chars.peek().copied() {
            None | Some('\n' | ';') => {
                if !words.is_empty() {
                    commands.push(Command { line, words: std::mem::take(&mut words) });
                }
                if lexer.next().is_none() {
                    return Ok(commands);
                }
            }
            Some('#') => lexer.skip_comment(),
            Some(c) if is_space(c) => {
                lexer.next();
            }
            Some(_) => {
                if words.is_empty() {
                    line = lexer.line;
                }
                words.push(lexer.word()?);
            }
        }
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    line: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.chars.next();
        self.line += usize::from(c == Some('\n'));
        c
    }

    /// Up to the end of the line, which stays.
    fn skip_comment(&mut self) {
        while self.chars.peek().is_some_and(|c| *c != '\n') {
            self.next();
        }
    }

    /// One word: quoted and bare pieces without white space between them.
    fn word(&mut self) -> Result<String, Fault> {
        let mut word = String::new();
        while let Some(c) = self.chars.peek().copied() {
            match c {
                '\'' | '"' => self.quoted(&mut word)?,
                '#' => {
                    self.skip_comment();
                    break;
                }
                ';' => break,
                '\\' => {
                    self.next();
                    match self.next() {
                        None | Some('\n') => {}
                        Some(escaped) => word.push(escaped),
                    }
                }
                c if is_space(c) => break,
                c => {
                    self.next();
                    word.push(c);
                }
            }
        }
        Ok(word)
    }

    /// A quoted piece, from its opening quote to its closing one.
    fn quoted(&mut self, word: &mut String) -> Result<(), Fault> {
        let start = self.line;
        let quote = self.next();
        loop {
            match self.next() {
                None => return Err(Fault::new(start, "a quote is not closed", "close it")),
                c if c == quote => return Ok(()),
                Some('\\') if quote == Some('"') => word.extend(self.next()),
                Some(c) => word.push(c),
            }
        }
    }
}
