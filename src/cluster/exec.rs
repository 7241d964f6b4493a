//! Commands in a running container: what only the guest knows.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::Api;
use kube::api::AttachParams;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::timeout;

use super::network::{self, Guest};
use super::session::all;
use super::wire::{Wire, root_cause};
use super::{ConfiguredBy, Error, ExecOutput, ExpectedNic, Files};
use crate::shown;

/// The longest time for one command.
const LONGEST: Duration = Duration::from_secs(20);

/// The most that is read from a command: a configuration is a thousandth of it.
const MOST: u64 = 16 * 1024 * 1024;

/// Prints the files of folders: path, NUL, size, newline, content.
const READ_FILES: &str = include_str!("read-files.sh");

/// ubus' exit code for an object that does not exist.
const UBUS_NOT_FOUND: i32 = 4;

/// Runs a command.
pub(super) async fn run(
    wire: &Wire,
    namespace: &str,
    pod: &str,
    container: &str,
    command: &[&str],
) -> Result<ExecOutput, Error> {
    let failed =
        |reason: String| Error::Exec { pod: pod.to_owned(), reason: shown::line(&reason).into_owned() };
    let running = async {
        let api: Api<Pod> = Api::namespaced(wire.client.clone(), namespace);
        let params = AttachParams::default().container(container).stdin(false).stdout(true).stderr(true);
        wire.count();
        let mut process =
            api.exec(pod, command.iter().copied(), &params).await.map_err(|error| root_cause(&error))?;
        let status = process.take_status();
        let (stdout, stderr) = (process.stdout(), process.stderr());
        let (stdout, stderr) = futures_util::join!(drain(stdout), drain(stderr));
        let status = match status {
            Some(status) => status.await,
            None => None,
        };
        let code = code(status.as_ref())?;
        Ok(ExecOutput { stdout: stdout?, stderr: stderr?, code })
    };
    match timeout(LONGEST, running).await {
        Ok(result) => result.map_err(failed),
        Err(_) => Err(failed(format!("no answer within {} s", LONGEST.as_secs()))),
    }
}

async fn drain(pipe: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let read = pipe.take(MOST).read_to_end(&mut bytes).await.map_err(|error| error.to_string())?;
        if read as u64 == MOST {
            return Err("it printed too much".to_owned());
        }
    }
    Ok(bytes)
}

/// The exit code in the status that ends an exec.
fn code(status: Option<&Status>) -> Result<i32, String> {
    let status = status.ok_or("the connection ended before the command")?;
    if status.status.as_deref() == Some("Success") {
        return Ok(0);
    }
    let causes = status.details.as_ref().and_then(|details| details.causes.as_deref()).unwrap_or_default();
    let exit = causes.iter().find(|cause| cause.reason.as_deref() == Some("ExitCode"));
    exit.and_then(|cause| cause.message.as_deref()?.parse().ok())
        .ok_or_else(|| status.message.clone().unwrap_or_else(|| "it did not run".to_owned()))
}

/// Asks netifd for the addresses of the NICs that it configures.
pub(super) async fn guest(
    wire: &Wire,
    namespace: &str,
    pod: &str,
    container: &str,
    expected: &[ExpectedNic],
) -> Guest {
    let nics = expected.iter().filter(|nic| nic.configured_by == ConfiguredBy::Guest);
    let answers = all(nics.map(|nic| async move {
        let object = format!("network.interface.{}", nic.interface);
        let answer = run(wire, namespace, pod, container, &["ubus", "call", &object, "status"]).await;
        let addresses = match answer {
            Ok(output) if output.code == 0 => network::guest_addresses(&output.stdout),
            Ok(output) if output.code == UBUS_NOT_FOUND => Ok(Vec::new()),
            Ok(output) => Err(format!("ubus ended with exit code {}", output.code)),
            Err(Error::Exec { reason, .. }) => Err(reason),
            Err(error) => Err(error.to_string()),
        };
        (nic.interface.clone(), addresses)
    }))
    .await;
    answers.into_iter().collect()
}

/// Reads the files of folders.
pub(super) async fn files(
    wire: &Wire,
    namespace: &str,
    pod: &str,
    container: &str,
    folders: &[&str],
) -> Files {
    let command = [&["/bin/sh", "-c", READ_FILES, "read-files"], folders].concat();
    match run(wire, namespace, pod, container, &command).await {
        Ok(output) if output.code == 0 => match unpack(&output.stdout) {
            Some(files) => Files::Known(files),
            None => Files::Unknown("a file changed while it was read".to_owned()),
        },
        Ok(output) => {
            Files::Unknown(format!("reading {} ended with exit code {}", folders.join(", "), output.code))
        }
        Err(error) => Files::Unknown(error.to_string()),
    }
}

fn unpack(mut bytes: &[u8]) -> Option<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    while !bytes.is_empty() {
        let (path, rest) = cut(bytes, 0)?;
        let (size, rest) = cut(rest, b'\n')?;
        let size: usize = std::str::from_utf8(size).ok()?.trim().parse().ok()?;
        if rest.len() < size {
            return None;
        }
        let (content, rest) = rest.split_at(size);
        files.insert(String::from_utf8_lossy(path).into_owned(), content.to_vec());
        bytes = rest;
    }
    Some(files)
}

fn cut(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = bytes.iter().position(|byte| *byte == at)?;
    Some((&bytes[..place], &bytes[place + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_any_content_come_back_whole() {
        let files = unpack(b"/a/b\x003\n\n\0x/a/c\x000\n").expect("well formed");
        assert_eq!(files["/a/b"], b"\n\0x");
        assert_eq!(files["/a/c"], b"");
        assert_eq!(unpack(b"/a\x009\nshort"), None);
    }
}
