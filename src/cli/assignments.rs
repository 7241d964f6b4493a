//! The values that stand on the command line: `--set` and `-n`.

use super::args::DocumentArgs;
use super::error::CliError;
use crate::shown;
use crate::spec::{Assignment, Typed};
use crate::types::Name;

/// `--set` and `-n`: the appliance's values belong to the one that was named. Beside them each of them that is none.
pub fn assignments(args: &DocumentArgs, names: &[String]) -> (Vec<Assignment>, Vec<CliError>) {
    let (mut assignments, mut faults) = (Vec::new(), Vec::new());
    for set in &args.sets {
        match assignment(set, names) {
            Ok(assignment) => assignments.push(assignment),
            Err(fault) => faults.push(fault),
        }
    }
    if let Some(namespace) = &args.namespace {
        let (path, value) = ("site.namespace".to_owned(), namespace.clone());
        match namespace.parse::<Name>() {
            Ok(_) => assignments.push(Assignment { path, value, appliance: None, typed: Typed::Namespace }),
            Err(invalid) => faults.push(CliError::flag("--namespace", invalid)),
        }
    }
    (assignments, faults)
}

fn assignment(set: &str, names: &[String]) -> Result<Assignment, CliError> {
    let (path, value) = split(set).map_err(|path| {
        let hint = "write PATH=VALUE, for example --set image=openwrt/rootfs:x86-64-24.10.4";
        let shown = shown::line(path);
        let problem = if path.len() < set.len() {
            format!("`--set {shown}…` has no `=` behind its path")
        } else {
            format!("`--set {shown}` has no `=`")
        };
        CliError::usage(problem, hint.to_owned())
    })?;
    let mine = !path.starts_with("site.");
    if mine && names.len() > 1 {
        let hint = "name one appliance, or write the value into the file".to_owned();
        return Err(CliError::usage(
            format!("`--set {}=…` with several appliances", shown::line(path)),
            hint,
        ));
    }
    let appliance = if mine { names.first().cloned() } else { None };
    Ok(Assignment { path: path.to_owned(), value: value.to_owned(), appliance, typed: Typed::Set })
}

/// The path and the value of `--set`; where no `=` parts them the path alone, for what follows it may be a secret, and a
/// key that ends in `=`.
fn split(set: &str) -> Result<(&str, &str), &str> {
    let mut quoted = false;
    for (at, one) in set.char_indices() {
        match one {
            '"' => quoted = !quoted,
            '=' if !quoted => return Ok((&set[..at], &set[at + 1..])),
            ':' if !quoted => return Err(&set[..at]),
            _ if !quoted && one.is_whitespace() => return Err(&set[..at]),
            _ => {}
        }
    }
    let before_quote = || &set[..set.find('"').unwrap_or(set.len())];
    if quoted { set.split_once('=').ok_or_else(before_quote) } else { Err(set) }
}
