//! Asks a registry for an image's digest, as `deploy` does: `registry IMAGE [DOCKER-CONFIG]` prints the digest, or
//! fails with the error. `tests/registry/run` builds it and runs it against real registries; without arguments,
//! as `cargo test` runs it, it does nothing.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the script reads what it prints")]

use std::process::ExitCode;

use wrtpod::registry::{Client, Credentials, Limits};
use wrtpod::types::ImageRef;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let Some(image) = args.first() else { return ExitCode::SUCCESS };
    let image: ImageRef = image.parse().expect("a reference");
    let credentials = args.get(1).map_or_else(Credentials::default, |path| {
        Credentials::parse(&std::fs::read(path).expect("a file")).expect("a Docker config")
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    match runtime.block_on(Client::new(Limits::default()).resolve(&image, &credentials)) {
        Ok(digest) => {
            println!("{digest}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
