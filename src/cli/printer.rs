//! The only way to stdout and stderr. Data goes to stdout, everything else to stderr; what is worth knowing of documents
//! waits for the data to be out.

use std::io::{IsTerminal, Write};
use std::sync::{LazyLock, Mutex, PoisonError};

use clap::builder::StyledStr;
use indicatif::MultiProgress;

use super::args::{Color, MessageFormat};
use crate::diag::{self, Code, Diagnostics, Finding, SourceMap, Style, render_json, render_text};
use crate::{secret, shown};

/// The lines at the bottom of a terminal that are redrawn: they step aside for what is written.
static LIVE: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);
/// The widest text that reads well, in columns.
const WIDEST: usize = 100;

/// Writes for one run of the program.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    messages: MessageFormat,
    color: bool,
    /// Whether data that is read on the terminal has colours.
    color_data: bool,
    /// What is said at the end.
    last: &'static Mutex<Vec<String>>,
}

impl Printer {
    /// What the command line asked for, and what the terminal can do.
    pub fn new(color: Color, messages: MessageFormat) -> Self {
        let coloured = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        };
        Self {
            messages,
            color: coloured(std::io::stderr().is_terminal()),
            color_data: coloured(std::io::stdout().is_terminal()),
            last: Box::leak(Box::default()),
        }
    }

    /// How many columns text has on stdout; `None` where it is no terminal, and text stays as it is.
    pub fn columns() -> Option<usize> {
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return None;
        }
        let size = terminal_size::terminal_size_of(stdout);
        Some(size.map_or(80, |(width, _)| usize::from(width.0)).min(WIDEST))
    }

    /// Whether data that is read on the terminal has colours.
    pub fn colours_data(self) -> bool {
        self.color_data
    }

    /// The lines at the bottom of the terminal.
    pub fn live() -> &'static MultiProgress {
        &LIVE
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
        let mut texts = texts.into_iter();
        let result = LIVE.suspend(|| {
            let mut out = std::io::stdout().lock();
            texts.try_for_each(|text| out.write_all(text.as_ref().as_bytes())).and_then(|()| out.flush())
        });
        match result {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }

    /// Text on stderr, as it is. What cannot be written has no one to be told to.
    fn write(text: &str) {
        LIVE.suspend(|| {
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        });
    }

    /// A line of stderr for people.
    fn write_line(text: &str) {
        Self::write(&format!("{}\n", shown::block(&secret::without_users(text))));
    }

    /// What goes on, or came of it.
    pub fn line(self, text: &str) {
        match self.messages {
            MessageFormat::Text => Self::write_line(text),
            MessageFormat::Json => {
                Self::write(&json_line(&Finding::note(Code::Progress, text.trim())));
            }
        }
    }

    /// Something worth knowing that is no finding.
    pub fn note(self, text: &str) {
        Self::write(&self.note_line(text));
    }

    fn note_line(self, text: &str) -> String {
        match self.messages {
            MessageFormat::Text => format!("note: {}\n", shown::block(&secret::without_users(text))),
            MessageFormat::Json => json_line(&Finding::note(Code::Note, text)),
        }
    }

    /// The same, behind all data.
    pub fn note_last(self, text: &str) {
        self.at_the_end(self.note_line(text));
    }

    /// Several of these.
    pub fn notes_last(self, texts: &[String]) {
        for text in texts {
            self.note_last(text);
        }
    }

    fn at_the_end(self, text: String) {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    /// Says what was left for the end: at the end of the run, and before a verb that takes long or changes something.
    pub fn flush(self) {
        let texts = std::mem::take(&mut *self.last.lock().unwrap_or_else(PoisonError::into_inner));
        if !texts.is_empty() {
            Self::write(&texts.concat());
        }
    }

    /// Findings, sorted by place.
    pub fn diagnostics(self, diagnostics: &Diagnostics, sources: &SourceMap) {
        if !diagnostics.is_empty() {
            Self::write(&self.findings(diagnostics, sources));
        }
    }

    fn findings(self, diagnostics: &Diagnostics, sources: &SourceMap) -> String {
        match self.messages {
            MessageFormat::Json => render_json(diagnostics, sources),
            MessageFormat::Text => {
                render_text(diagnostics, sources, if self.color { Style::Coloured } else { Style::Plain })
            }
        }
    }

    /// Findings of documents: at once with an error among them, else behind all data.
    pub fn documents(self, diagnostics: &Diagnostics, sources: &SourceMap) {
        if diagnostics.has_errors() {
            self.flush();
            self.diagnostics(diagnostics, sources);
        } else if !diagnostics.is_empty() {
            self.at_the_end(self.findings(diagnostics, sources));
        }
    }

    /// What is said of a command line that cannot be read.
    pub fn usage(self, text: &StyledStr) {
        let text = if self.color { text.ansi().to_string() } else { text.to_string() };
        Self::write(&secret::without_users(&text));
    }

    /// The one line that an error ends in, with its hint.
    pub fn error(self, message: &str, hint: Option<&str>) {
        let message = secret::without_users(message);
        let hint = hint.map(secret::without_users);
        match self.messages {
            MessageFormat::Json => {
                let error = Finding::error(Code::Error, message);
                Self::write(&json_line(&Finding { help: hint.map(Into::into), ..error }));
            }
            MessageFormat::Text => {
                let (on, off) = if self.color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
                // The colour is ours; the rest passes the filter. Several causes have lines of their own.
                Self::write(&format!("{on}error{off}: {}\n", shown::block(&message)));
                if let Some(hint) = hint {
                    Self::write_line(&format!("help: {hint}"));
                }
            }
        }
    }
}

/// What is no finding of anything, for machines: it has the same keys.
fn json_line(said: &Finding) -> String {
    format!("{}\n", diag::value(said, &SourceMap::new()))
}
