//! One step of `ci`: a command, its time, and how many tests it says it ran.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};

/// How a step ended.
#[derive(Debug, Default)]
pub struct Count {
    /// Tests that passed; a step that counts none and ran is one.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// What it says that it could not run, each `NOT RUN …`.
    pub not_run: Vec<String>,
}

/// Runs a step, shows what it says, and closes with its count and time.
pub fn run(name: &str, command: &[&str], environment: &[(&str, &str)]) -> Result<Count> {
    println!("\n==> {name}: {}", command.join(" "));
    let start = Instant::now();
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", command[0]))?;
    let mut count = Count::default();
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        if let Some((passed, failed)) = counts(&line) {
            count.passed += passed;
            count.failed += failed;
        }
        if line.starts_with("NOT RUN ") {
            count.not_run.push(line);
        }
    }
    let good = child.wait()?.success();
    if count.passed + count.failed == 0 && good && count.not_run.is_empty() {
        count.passed = 1;
    }
    if !good {
        count.failed = count.failed.max(1);
    }
    let word = if good { "ok" } else { "FAILED" };
    let seconds = start.elapsed().as_secs_f64();
    println!("<== {name}: {word} in {seconds:.1} s: {} passed, {} failed", count.passed, count.failed);
    Ok(count)
}

/// The numbers of `N passed, N failed`, or of cargo's `N passed; N failed`.
fn counts(line: &str) -> Option<(u64, u64)> {
    let (before, after) = line.split_once(" passed, ").or_else(|| line.split_once(" passed; "))?;
    let failed = after.strip_suffix(" failed").or_else(|| Some(after.split_once(" failed;")?.0))?;
    Some((before.rsplit(' ').next()?.parse().ok()?, failed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn reads_both_forms() {
        assert_eq!(counts("12 passed, 3 failed"), Some((12, 3)));
        assert_eq!(counts("test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured"), Some((7, 0)));
        assert_eq!(counts("passed, failed"), None);
    }
}
