//! A folder in which the program is typed, and how a run of it ended.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;

use crate::support::without_digests;

/// A home and a current folder of its own.
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        for name in ["home", "here"] {
            fs::create_dir(folder.path().join(name)).expect("a folder can be made");
        }
        Self { folder }
    }

    pub fn here(&self) -> std::path::PathBuf {
        self.folder.path().join("here")
    }

    pub fn write(&self, name: &str, text: &str) -> &Self {
        fs::write(self.here().join(name), text).expect("the file can be written");
        self
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.here().join(name)).unwrap_or_else(|error| format!("[{error}]"))
    }

    /// Names of the files in the current folder, or in one below it.
    pub fn names(&self, below: &str) -> Vec<String> {
        let entries = fs::read_dir(self.here().join(below)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("wrtpod").expect("the binary is built");
        command
            .args(arguments)
            .current_dir(self.here())
            .env_clear()
            .env("HOME", self.folder.path().join("home"))
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        self.finish(&mut self.command(arguments))
    }

    pub fn run_with(&self, arguments: &[&str], stdin: &str) -> Run {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        child.stdin.take().expect("it is piped").write_all(stdin.as_bytes()).expect("it reads its stdin");
        self.of(&child.wait_with_output().expect("it ends"))
    }

    pub fn finish(&self, command: &mut Command) -> Run {
        self.of(&command.output().expect("the binary runs"))
    }

    pub fn of(&self, output: &std::process::Output) -> Run {
        let text = |bytes: &[u8]| {
            String::from_utf8_lossy(bytes).replace(&self.folder.path().display().to_string(), "[TEMP]")
        };
        Run { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// How a run ended.
#[must_use]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub fn text(&self) -> String {
        let code = self.code.map_or("a signal".to_owned(), |code| code.to_string());
        format!("exit: {code}\n-- stdout --\n{}-- stderr --\n{}", self.stdout, self.stderr)
    }

    /// Only the kinds and names of what was rendered.
    pub fn short(mut self) -> Self {
        let mut lines = String::new();
        for document in self.stdout.split("---\n") {
            let field = |key: &str| {
                document.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned()
            };
            lines.push_str(&format!("{} {}\n", field("kind: "), field("  name: ")));
        }
        self.stdout = lines;
        self
    }
}

/// One snapshot of how a run ended.
pub fn check(name: &str, run: &Run) {
    insta::with_settings!({
        prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots/cli"
    }, {
        insta::assert_snapshot!(name, without_digests(&run.text()));
    });
}
