//! `docs/reference/cli.md`: what `--help` says, for every verb.

use std::fmt::Write;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The document.
pub fn page() -> Result<String> {
    let built =
        Command::new(env!("CARGO")).args(["build", "--quiet", "--locked", "--bin", "wrtpod"]).status()?;
    ensure!(built.success(), "wrtpod does not build");
    let top = help(&[])?;
    let mut text = format!(
        "# Command line\n\n<!-- Written by `cargo xtask generate` from the program's own help. -->\n\n\
         ## wrtpod\n\n```text\n{top}```\n"
    );
    for verb in verbs(&top) {
        let help = help(&[&verb])?;
        let _ = write!(text, "\n## wrtpod {verb}\n\n```text\n{help}```\n");
        for inner in verbs(&help) {
            let _ = write!(
                text,
                "\n### wrtpod {verb} {inner}\n\n```text\n{}```\n",
                self::help(&[&verb, &inner])?
            );
        }
    }
    Ok(text)
}

/// What `wrtpod VERB… --help` prints, without blanks at the ends of lines.
fn help(verbs: &[&str]) -> Result<String> {
    let folder = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let output = Command::new(format!("{folder}/debug/wrtpod"))
        .args(verbs)
        .arg("--help")
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .output()
        .context("cannot run wrtpod")?;
    ensure!(output.status.success(), "`wrtpod {} --help` failed", verbs.join(" "));
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().fold(String::new(), |page, line| page + line.trim_end() + "\n"))
}

/// The verbs that a help text lists, but for `help` itself.
fn verbs(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .map(str::to_owned)
        .collect()
}
