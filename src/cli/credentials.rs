//! Credentials of registries as the user of this machine has them: the Docker config and its helpers.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::printer::Printer;
use crate::registry::{Credentials, Helper, HelperOutput};

/// No Docker config is as large.
const LARGEST_CONFIG: u64 = 4 << 20;

/// The longest answer of a helper: user and secret, which is a token at the longest.
const LONGEST_ANSWER: u64 = 1 << 20;

/// Those of the Docker config; one that cannot be read is noted, and registries are asked without.
pub fn docker_credentials(printer: Printer) -> Credentials {
    docker_config().map_or_else(Credentials::default, |path| read(&path, printer))
}

/// Where the Docker config would be.
fn docker_config() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("DOCKER_CONFIG").or_else(|| set("HOME").map(|home| home.join(".docker")))?;
    Some(folder.join("config.json"))
}

fn read(path: &Path, printer: Printer) -> Credentials {
    let mut text = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST_CONFIG).read_to_end(&mut text));
    let reason = match read.map(|_| Credentials::parse(&text)) {
        Ok(Ok(credentials)) => return credentials.with_helper(Arc::new(Programs)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Credentials::default(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    printer.note(&format!("registries are asked without credentials: `{}`: {reason}", path.display()));
    Credentials::default()
}

/// Helpers as programs on the path, as Docker runs them.
struct Programs;

impl Helper for Programs {
    fn get(&self, name: &str, server: &str) -> Result<HelperOutput, String> {
        let run = || -> std::io::Result<HelperOutput> {
            let mut child = Command::new(format!("docker-credential-{name}"))
                .arg("get")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()?;
            if let Some(mut stdin) = child.stdin.take() {
                stdin.write_all(server.as_bytes())?;
            }
            let mut stdout = Vec::new();
            if let Some(out) = child.stdout.take() {
                // What is longer is no answer, and the pipe that closes ends the helper.
                out.take(LONGEST_ANSWER).read_to_end(&mut stdout)?;
            }
            Ok(HelperOutput { success: child.wait()?.success(), stdout })
        };
        run().map_err(|error| error.to_string())
    }
}
