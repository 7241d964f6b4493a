//! Credentials of registries as the user of this machine has them: the files of containers, Helm and Docker, and their helpers.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::printer::Printer;
use crate::registry::{Credentials, Helper, HelperOutput};
use crate::shown;

/// No such file is as large.
const LARGEST_CONFIG: u64 = 4 << 20;

/// The longest answer of a helper: user and secret, which is a token at the longest.
const LONGEST_ANSWER: u64 = 1 << 20;

/// Those of every file that is there. One that cannot be read is noted, and the others are asked.
pub fn of_user(printer: Printer) -> Credentials {
    let files =
        login_files(|name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from));
    let known = files.iter().map(|path| read(path, printer));
    known.fold(Credentials::default(), Credentials::then).with_helper(Arc::new(Programs))
}

/// Where logins may be, in the order in which they are asked: podman's and skopeo's (containers-auth.json(5)), Helm's
/// (`helm help registry login`), and behind them Docker's, as both have it.
fn login_files(set: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let home = |path: &str| set("HOME").map(|home| home.join(path));
    let config = || set("XDG_CONFIG_HOME").or_else(|| home(".config"));
    let mut files = Vec::new();
    if let Some(file) = set("REGISTRY_AUTH_FILE") {
        files.push(file);
    } else {
        files.extend(set("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")));
        files.extend(config().map(|folder| folder.join("containers/auth.json")));
    }
    let helm = || set("HELM_CONFIG_HOME").or_else(|| config().map(|folder| folder.join("helm")));
    files.extend(
        set("HELM_REGISTRY_CONFIG").or_else(|| helm().map(|folder| folder.join("registry/config.json"))),
    );
    let docker = set("DOCKER_CONFIG").or_else(|| home(".docker"));
    files.extend(docker.map(|folder| folder.join("config.json")));
    files
}

fn read(path: &Path, printer: Printer) -> Credentials {
    let mut text = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(LARGEST_CONFIG).read_to_end(&mut text));
    let name = format!("`{}`", shown::path(path));
    let reason = match read.map(|_| Credentials::parse(&name, &text)) {
        Ok(Ok(credentials)) => return credentials,
        // `podman logout` and `touch` leave one behind that is empty.
        Ok(Err(_)) if text.trim_ascii().is_empty() => return Credentials::default(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Credentials::default(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    printer.note(&format!("registries are asked without the logins of {name}: {reason}"));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn files(set: &[(&str, &str)]) -> Vec<String> {
        let set =
            |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, path)| PathBuf::from(path));
        login_files(set).into_iter().map(|path| path.display().to_string()).collect()
    }

    #[test]
    fn logins_are_where_the_tools_keep_them() {
        assert_eq!(
            files(&[("HOME", "/h")]),
            [
                "/h/.config/containers/auth.json",
                "/h/.config/helm/registry/config.json",
                "/h/.docker/config.json"
            ]
        );
        assert_eq!(
            files(&[
                ("HOME", "/h"),
                ("XDG_CONFIG_HOME", "/c"),
                ("XDG_RUNTIME_DIR", "/r"),
                ("HELM_CONFIG_HOME", "/m")
            ]),
            [
                "/r/containers/auth.json",
                "/c/containers/auth.json",
                "/m/registry/config.json",
                "/h/.docker/config.json"
            ]
        );
        let named = [("REGISTRY_AUTH_FILE", "/a"), ("HELM_REGISTRY_CONFIG", "/b"), ("DOCKER_CONFIG", "/d")];
        assert_eq!(files(&named), ["/a", "/b", "/d/config.json"]);
        assert!(files(&[]).is_empty());
    }
}
