//! Answers, from options or from the person at the terminal, who is asked again until an answer will do.

use std::io::{BufRead, Write};
use std::path::Path;

use crate::cli::error::CliError;
use crate::types::Invalid;

/// The terminal.
pub struct Terminal<'a> {
    /// Where answers are read.
    pub input: &'a mut dyn BufRead,
    /// Where questions are asked.
    pub output: &'a mut dyn Write,
}

/// One thing to know.
pub struct Question<'a> {
    /// The option that answers it, with its value's name where it takes several: `--address lan=`.
    pub option: &'a str,
    /// What stands behind the option.
    pub given: Option<&'a str>,
    /// What is asked.
    pub text: String,
    /// An answer, to show its form.
    pub example: String,
    /// What an empty answer stands for.
    pub default: Option<String>,
}

/// Who is asked, and what nobody answered.
pub struct Questions<'a> {
    terminal: Option<Terminal<'a>>,
    /// Options, and how each is written with an example.
    missing: Vec<(String, String)>,
    /// Options that will not do, with their names.
    faults: Vec<(String, CliError)>,
}

impl<'a> Questions<'a> {
    /// With a terminal, or with options alone.
    pub fn new(terminal: Option<Terminal<'a>>) -> Self {
        Self { terminal, missing: Vec::new(), faults: Vec::new() }
    }

    /// Whether there is somebody to ask.
    pub fn is_interactive(&self) -> bool {
        self.terminal.is_some()
    }

    /// A line for the person who answers.
    pub fn say(&mut self, line: &str) {
        if let Some(terminal) = &mut self.terminal {
            let _ = writeln!(terminal.output, "{line}");
        }
    }

    /// Notes an option that will not do: all of them are told at the end.
    pub fn refuse(&mut self, option: &str, fault: CliError) {
        self.faults.push((option.to_owned(), fault));
    }

    /// The answer as `read` makes it, if it `fits` those before. Without option and terminal the question counts as missing,
    /// and the example stands in for its answer, as for that of an option that cannot be read: what fits no example is no fault,
    /// for all ends in what is missing or faulty.
    pub fn ask<T>(
        &mut self,
        question: &Question<'_>,
        mut read: impl FnMut(&str) -> Result<T, Invalid>,
        mut fits: impl FnMut(&T) -> Result<(), Invalid>,
    ) -> Result<T, CliError> {
        let refused = |invalid| CliError::flag(question.option.trim_end_matches('='), invalid);
        if let Some(given) = question.given {
            let value = match read(given) {
                Ok(value) => value,
                Err(invalid) => {
                    self.refuse(question.option, refused(invalid));
                    return read(&question.example).map_err(refused);
                }
            };
            if let Err(invalid) = fits(&value)
                && self.missing.is_empty()
                && self.faults.is_empty()
            {
                // Options alone were judged before the first question: it is an answer that it does not fit, and each answer to
                // come would be blamed for it.
                if self.terminal.is_some() {
                    return Err(refused(invalid));
                }
                self.refuse(question.option, refused(invalid));
            }
            return Ok(value);
        }
        let Some(terminal) = &mut self.terminal else {
            let separator = if question.option.ends_with('=') { "" } else { " " };
            let name = question.option.trim_end_matches('=').to_owned();
            self.missing.push((name, format!("{}{separator}{}", question.option, question.example)));
            return read(&question.example).map_err(refused);
        };
        let shown = match &question.default {
            Some(default) => format!("{} [{default}]: ", question.text),
            None => format!("{} (for example {}): ", question.text, question.example),
        };
        loop {
            let answer = line(terminal, &shown)?;
            let answer = match (answer.is_empty(), &question.default) {
                (true, Some(default)) => default.clone(),
                (true, None) => {
                    let _ =
                        writeln!(terminal.output, "  an answer is needed, for example {}", question.example);
                    continue;
                }
                (false, _) => answer,
            };
            match read(&answer).and_then(|value| fits(&value).map(|()| value)) {
                Ok(value) => return Ok(value),
                Err(Invalid { problem, fix, .. }) => {
                    let _ = writeln!(terminal.output, "  {problem}\n  {fix}");
                }
            }
        }
    }

    /// The options that will not do, and an error that names all that are missing.
    pub fn finish(self) -> Result<(), CliError> {
        let faults = self.faults(false);
        if faults.is_empty() { Ok(()) } else { Err(CliError::several(faults)) }
    }

    /// The options that will not do, and those that are missing where nobody asks for them.
    pub fn faults(self, asks: bool) -> Vec<CliError> {
        let missing = self.missing().filter(|_| !asks);
        self.faults.into_iter().map(|(_, fault)| fault).chain(missing).collect()
    }

    fn missing(&self) -> Option<CliError> {
        // One that was given and will not do is not missing.
        let is_faulty =
            |name: &str| self.faults.iter().any(|(option, _)| name.split(' ').next() == Some(option));
        let missing = self.missing.iter().filter(|(name, _)| !is_faulty(name));
        let (names, examples): (Vec<&str>, Vec<&str>) =
            missing.map(|(name, example)| (name.as_str(), example.as_str())).unzip();
        if names.is_empty() {
            return None;
        }
        let hint = format!("add {}", examples.join(" "));
        let (verb, all) = (if names.len() == 1 { "is" } else { "are" }, names.join(", "));
        Some(CliError::usage(format!("{all} {verb} missing"), hint))
    }
}

/// A line of the person at the terminal.
fn line(terminal: &mut Terminal<'_>, shown: &str) -> Result<String, CliError> {
    let _ = write!(terminal.output, "{shown}");
    let _ = terminal.output.flush();
    let mut bytes = Vec::new();
    let read = terminal.input.read_until(b'\n', &mut bytes);
    if read.map_err(|error| CliError::file(Path::new("<stdin>"), "read", &error))? == 0 {
        let _ = writeln!(terminal.output);
        let hint = "nothing was written; answer the questions, or give all by options: `wrtpod init --help`";
        return Err(CliError::usage("the answers ended early", hint.to_owned()));
    }
    // What is no text is refused as any other wrong answer is.
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}
