//! The only way to stdout and stderr. Data goes to stdout, everything else to stderr.

use std::io::{IsTerminal, Write};

use super::args::{Color, MessageFormat};
use crate::diag::{Diagnostics, SourceMap, Style, render_json, render_text};
use crate::shown;

/// Writes for one run of the program.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    messages: MessageFormat,
    color: bool,
}

impl Printer {
    /// What the command line asked for, and what the terminal can do.
    pub fn new(color: Color, messages: MessageFormat) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            }
        };
        Self { messages, color }
    }

    /// Whether somebody looks at stderr: a terminal, on which lines are rewritten in place and questions are asked.
    pub fn is_live(self) -> bool {
        self.messages == MessageFormat::Text && std::io::stderr().is_terminal()
    }

    /// Data for people: tables, reports, differences. What others wrote cannot steer the terminal.
    pub fn told(text: &str) -> std::io::Result<()> {
        Self::data(&shown::block(text))
    }

    /// Data, byte for byte. A reader that has gone (`| head`) is no fault.
    pub fn data(text: &str) -> std::io::Result<()> {
        Self::data_of([text])
    }

    /// Data in several parts.
    pub fn data_of(texts: impl IntoIterator<Item: AsRef<str>>) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        let mut texts = texts.into_iter();
        match texts.try_for_each(|text| out.write_all(text.as_ref().as_bytes())).and_then(|()| out.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// A line of stderr for people. One that cannot be written has no one to be told to.
    fn write(text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", shown::block(text));
    }

    /// A line of stderr for machines.
    fn write_json(object: &serde_json::Value) {
        let _ = writeln!(std::io::stderr().lock(), "{object}");
    }

    /// What goes on, or came of it.
    pub fn line(self, text: &str) {
        match self.messages {
            MessageFormat::Text => Self::write(text),
            MessageFormat::Json => {
                let object =
                    serde_json::json!({"code": "progress", "severity": "note", "message": text.trim()});
                Self::write_json(&object);
            }
        }
    }

    /// Something worth knowing that is no finding.
    pub fn note(self, text: &str) {
        match self.messages {
            MessageFormat::Text => Self::write(&format!("note: {text}")),
            MessageFormat::Json => {
                let object = serde_json::json!({"code": "note", "severity": "note", "message": text});
                Self::write_json(&object);
            }
        }
    }

    /// Several of these.
    pub fn notes(self, texts: &[String]) {
        for text in texts {
            self.note(text);
        }
    }

    /// Findings, sorted by place.
    pub fn diagnostics(self, diagnostics: &Diagnostics, sources: &SourceMap) {
        if diagnostics.is_empty() {
            return;
        }
        let text = match self.messages {
            MessageFormat::Json => render_json(diagnostics, sources),
            MessageFormat::Text => {
                render_text(diagnostics, sources, if self.color { Style::Coloured } else { Style::Plain })
            }
        };
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }

    /// The one line that an error ends in, with its hint.
    pub fn error(self, message: &str, hint: Option<&str>) {
        match self.messages {
            MessageFormat::Json => {
                let object = serde_json::json!({"code": "error", "severity": "error", "message": message, "help": hint});
                Self::write_json(&object);
            }
            MessageFormat::Text => {
                let (on, off) = if self.color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
                // The colour is ours; the rest passes the filter.
                let _ = writeln!(std::io::stderr().lock(), "{on}error{off}: {}", shown::block(message));
                if let Some(hint) = hint {
                    Self::write(&format!("help: {hint}"));
                }
            }
        }
    }
}
