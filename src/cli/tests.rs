//! Every command that a message or a document names can be typed.

use std::fs;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Parser};

use super::args::Cli;
use super::usage;

/// Where text for people stands, below the project's folder.
const PLACES: [&str; 11] = [
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "charts",
    "docs",
    "examples",
    "images",
    "overlays",
    "src",
    "tests/cluster",
    "tests/it/snapshots",
];

/// Options of other programs, which texts name too.
const OF_OTHERS: [&str; 9] = [
    "--create-namespace",
    "--from-literal",
    "--overwrite",
    "--server-side",
    "--netfilter-mode",
    "--from-env-file",
    "--from-file",
    "--minify",
    "--sparse",
];

/// A line of a text.
struct Line {
    file: PathBuf,
    number: usize,
    text: String,
    /// Whether it stands in a block of code.
    code: bool,
}

impl Line {
    fn at(&self) -> String {
        format!("{}:{}: {}", self.file.display(), self.number, self.text.trim())
    }

    /// What stands between backticks.
    fn spans(&self) -> impl Iterator<Item = &str> {
        let closed = self.text.matches('`').count() / 2;
        self.text.split('`').skip(1).step_by(2).take(closed)
    }

    fn is_rust(&self) -> bool {
        self.file.extension().is_some_and(|end| end == "rs")
    }

    fn is_comment(&self) -> bool {
        self.is_rust() && self.text.trim_start().starts_with("//")
    }
}

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for place in PLACES {
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(place), &mut lines);
    }
    assert!(lines.len() > 10_000, "{}", lines.len());
    lines
}

fn read(path: &Path, lines: &mut Vec<Line>) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in &entries {
            read(entry, lines);
        }
        return;
    }
    // These two are about words that are no verbs.
    if ["src/cli/usage.rs", "src/cli/tests.rs"].iter().any(|end| path.ends_with(end)) {
        return;
    }
    let Ok(text) = fs::read_to_string(path) else { return };
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let text = line.to_owned();
        // A command over several lines is one.
        if let Some(before) = lines.last_mut().filter(|before| before.code && before.text.ends_with(" \\")) {
            before.text.truncate(before.text.len() - 1);
            before.text.push_str(text.trim_start());
            continue;
        }
        lines.push(Line { file: path.to_owned(), number: index + 1, text, code: fenced });
    }
}

/// The words of a command line, up to what the shell does with its output.
fn words(command: &str) -> Option<Vec<String>> {
    let end = [" | ", " > ", " # ", " && ", ";"].iter().filter_map(|end| command.find(end)).min();
    shlex::split(&command[..end.unwrap_or(command.len())])
}

/// The commands of a line: between backticks, or on a line of a block of code.
fn commands<'a>(line: &'a Line, program: &'a str) -> impl Iterator<Item = &'a str> {
    let whole = line.text.trim().trim_start_matches("$ ");
    let begins = move |text: &&str| text.strip_prefix(program).is_some_and(|rest| rest.starts_with(' '));
    line.spans().chain(line.code.then_some(whole)).filter(begins)
}

/// Why a command of wrtpod's cannot be typed; `whole` ones lack nothing.
fn fault(command: &str, whole: bool) -> Option<String> {
    let Some(words) = words(command) else { return Some("its quotes are not closed".to_owned()) };
    let error =
        Cli::try_parse_from(words.iter().filter(|word| !matches!(word.as_str(), "…" | "..."))).err()?;
    let is_placeholder = |value: &str| {
        let text = value.trim_matches(|c: char| "{}<>$".contains(c));
        text != value
            || text.is_empty()
            || text.chars().all(|c| c.is_ascii_uppercase() || "_-./:".contains(c))
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => None,
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            if !whole =>
        {
            None
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => match error.get(ContextKind::InvalidValue) {
            Some(ContextValue::String(value)) if is_placeholder(value) => None,
            _ => Some(error.to_string()),
        },
        _ => Some(error.to_string()),
    }
}

#[test]
fn every_command_that_is_named_exists() {
    let mut wrong = Vec::new();
    for line in &lines() {
        let is_help = line.text.starts_with("help: ");
        for command in commands(line, "wrtpod") {
            wrong.extend(fault(command, is_help).map(|why| format!("{}\n  {command}: {why}", line.at())));
        }
        // In prose, without backticks: a word that stands for a verb elsewhere.
        let mut rest = line.text.as_str();
        while let Some((_, behind)) = rest.split_once("wrtpod ") {
            let word: String = behind.chars().take_while(char::is_ascii_lowercase).collect();
            if usage::is_foreign(&word) && !line.is_comment() {
                wrong.push(format!("{}\n  wrtpod {word}: there is no such verb", line.at()));
            }
            rest = behind;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn commands_of_other_programs_are_complete() {
    // What has to stand behind the program and its verb.
    const NEEDS: [(&str, usize); 11] = [
        ("kubectl apply", 2),
        ("kubectl config", 1),
        ("kubectl delete", 2),
        ("kubectl describe", 2),
        ("kubectl exec", 2),
        ("kubectl explain", 1),
        ("kubectl get", 1),
        ("kubectl logs", 1),
        ("docker login", 1),
        ("podman login", 1),
        ("helm registry login", 1),
    ];
    let mut wrong = Vec::new();
    let lines = lines();
    let texts =
        lines.iter().filter(|line| line.is_rust() && !line.is_comment() || line.text.starts_with("help: "));
    for line in texts {
        for (start, more) in NEEDS {
            for command in commands(line, start) {
                let given = words(&command[start.len()..]).map_or(0, |words| words.len());
                let applies =
                    start != "kubectl apply" || command.contains(" -f ") || command.contains(" -k ");
                if given < more || command.contains(['…', '\'']) || !applies {
                    wrong.push(format!("{}\n  {command}", line.at()));
                }
            }
            if line.spans().any(|span| span == start) {
                wrong.push(format!("{}\n  {start} alone", line.at()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The long options of a command and of those below it.
fn options(command: &Command, all: &mut Vec<String>) {
    all.extend(
        command.get_arguments().filter_map(|option| option.get_long()).map(|long| format!("--{long}")),
    );
    for verb in command.get_subcommands() {
        options(verb, all);
    }
}

#[test]
fn every_option_that_a_message_names_exists() {
    let mut all: Vec<String> =
        OF_OTHERS.iter().chain(&["--help", "--version"]).map(|name| (*name).to_owned()).collect();
    options(&Cli::command(), &mut all);
    let mut wrong = Vec::new();
    for line in lines().iter().filter(|line| line.is_rust() && !line.is_comment()) {
        // The packages' own tools, whose words their scripts may hold.
        if line.file.to_string_lossy().contains("/src/feed/")
            || line.file.to_string_lossy().contains("/tests")
        {
            continue;
        }
        for (at, _) in line.text.match_indices("--") {
            let option: String =
                line.text[at..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            let begins = line.text[..at].ends_with([' ', '`', '"', '(']);
            let is_name = option.len() > 3 && !option.ends_with('-');
            if begins && is_name && !all.contains(&option) {
                wrong.push(format!("{}\n  {option}", line.at()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
