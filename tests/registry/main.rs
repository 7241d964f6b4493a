//! Talks to a registry as the verbs do. `tests/registry/run` builds it and runs it against real registries; without
//! arguments, as `cargo test` runs it, it does nothing.
//!
//! - `registry resolve IMAGE [DOCKER-CONFIG]` prints the digest.
//! - `registry push LAYOUT IMAGE [DOCKER-CONFIG]` prints what became of each blob, the digest and the peak of memory.
//! - `registry mount LAYOUT FROM IMAGE [DOCKER-CONFIG]` pushes it as if its blobs were in the image FROM only.
//! - `registry pull IMAGE LAYOUT [DOCKER-CONFIG]` writes a layout from one image.
//! - `registry tokens ADDRESS FILE` is a token service: the file for user:s3cret, nothing for anybody else.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the script reads what it prints")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wrtpod::image::{Blob, Bundle, Bytes, FilePart};
use wrtpod::registry::{Client, Credentials, Error, Event, Limits, Progress};
use wrtpod::types::{Digest, ImageRef};

/// Prints what becomes of blobs.
struct Lines;

impl Progress for Lines {
    fn report(&self, blob: &Digest, event: Event<'_>) {
        if !matches!(event, Event::Bytes(_)) {
            println!("{} {event:?}", blob.short());
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let client = Client::new(Limits::default());
    let result = runtime.block_on(async {
        match *args {
            ["resolve", name, ref rest @ ..] => {
                println!("{}", client.resolve(&image(name), &config(rest)).await?);
            }
            ["push", layout, to, ref rest @ ..] => {
                push(&client, &read(layout), to, &config(rest)).await?;
            }
            ["mount", layout, from, to, ref rest @ ..] => {
                let mut bundle = read(layout);
                for blob in bundle.blobs.values_mut() {
                    *blob = Blob { bytes: Bytes::Elsewhere(blob.size()), origin: Some(image(from)) };
                }
                push(&client, &bundle, to, &config(rest)).await?;
            }
            ["pull", name, layout, ref rest @ ..] => pull(&client, name, layout, &config(rest)).await?,
            ["tokens", address, file] => tokens(address, &fs::read_to_string(file).expect("a file")).await,
            _ => {}
        }
        Ok::<(), Error>(())
    });
    let Err(error) = result else { return ExitCode::SUCCESS };
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn image(text: &str) -> ImageRef {
    text.parse().expect("a reference")
}

fn config(rest: &[&str]) -> Credentials {
    let read =
        |path: &&str| Credentials::parse(path, &fs::read(path).expect("a file")).expect("a Docker config");
    rest.first().map_or_else(Credentials::default, read)
}

fn read(layout: &str) -> Bundle {
    Bundle::read_layout(Path::new(layout), Some("1")).expect("a layout")
}

async fn push(client: &Client, bundle: &Bundle, to: &str, credentials: &Credentials) -> Result<(), Error> {
    let pushed = client.push(bundle, &image(to), credentials, &Lines).await?;
    println!("{} {}", if pushed.sent { "sent" } else { "unchanged" }, pushed.digest);
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).expect("Linux"));
    Ok(())
}

async fn pull(client: &Client, name: &str, layout: &str, credentials: &Credentials) -> Result<(), Error> {
    let source = client.source(&image(name), credentials)?;
    let document = source.manifest().await?;
    let manifest = document.manifest().expect("a manifest");
    let mut blobs = BTreeMap::new();
    for part in manifest.layers.iter().chain([&manifest.config]) {
        let mut file = tempfile::tempfile().expect("a file");
        source.blob(&part.digest, part.size, &mut file, &Lines).await?;
        let bytes = Bytes::File(FilePart::whole(file).expect("a file"));
        blobs.insert(part.digest.clone(), Blob { bytes, origin: None });
    }
    let bundle = Bundle { top: document.descriptor.clone(), documents: vec![document], blobs };
    bundle.write_layout(Path::new(layout), Some("1")).expect("a layout");
    Ok(())
}

async fn tokens(address: &str, token: &str) {
    let listener = TcpListener::bind(address).await.expect("a port");
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut head = vec![0; 8192];
        let length = stream.read(&mut head).await.unwrap_or(0);
        let asked = String::from_utf8_lossy(&head[..length]);
        let first = asked.lines().next().unwrap_or_default();
        println!("{first}");
        let body = format!("{{\"token\": \"{}\"}}", token.trim());
        let answer = if asked.to_lowercase().contains("authorization: basic dxnlcjpzm2nyzxq=") {
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        } else {
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned()
        };
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}
