//! Makes and reads images for `tests/image/run` and `benches/image`; without arguments, as `cargo test` runs it, it does
//! nothing.
//!
//! - `image build BASE FOLDER GONE LAYOUT [STORE]`: puts the files of FOLDER on the root tar BASE, takes out what the file
//!   GONE names, writes the image into LAYOUT under the tag `new`, prints its digest. Compressed pieces come from the folder
//!   STORE, and go there.
//! - `image archive LAYOUT TAG FILE`: writes that image as an archive.
//! - `image list LAYOUT|ARCHIVE TAG`: checks an image, prints a line for each of its files.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the script reads what it prints")]

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::ExitCode;

use wrtpod::image::{Attributes, Base, Bundle, Error, FilePart, Image, Kind, Root, Settings, Store, faults};
use wrtpod::types::RootPath;

/// All times in an image.
const EPOCH: u64 = 1_700_000_000;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["build", base, folder, gone, layout] => build(base, folder, gone, layout, None),
        ["build", base, folder, gone, layout, store] => {
            build(base, folder, gone, layout, Some(&Store::new(store)))
        }
        ["archive", layout, tag, file] => Bundle::read_layout(Path::new(layout), Some(tag))
            .and_then(|it| it.write_archive(Path::new(file), Some(tag))),
        ["list", image, tag] => list(image, tag),
        _ => Ok(()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn build(base: &str, folder: &str, gone: &str, layout: &str, store: Option<&Store>) -> Result<(), Error> {
    let base = Base::of_rootfs(base, fs::File::open(base).and_then(FilePart::whole).expect("a file"))?;
    let mut root = Root::new(base.tree().clone());
    for path in fs::read_to_string(gone).expect("a file").lines() {
        root.remove(&path.parse().expect("a path"))?;
    }
    put(&mut root, Path::new(folder), "")?;
    let settings = Settings { entrypoint: Some(vec!["/sbin/init".to_owned()]), ..Settings::default() };
    let image = Image::assemble(&base, root.layer(EPOCH, store)?, &settings, EPOCH);
    image.bundle.write_layout(Path::new(layout), Some("new"))?;
    println!("{}", image.bundle.top.digest);
    Ok(())
}

/// Puts what lies in a folder, in the order in which the machine lists it.
fn put(root: &mut Root, folder: &Path, below: &str) -> Result<(), Error> {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let text = format!("{below}{}", entry.file_name().to_str().expect("UTF-8"));
        let (path, meta): (RootPath, _) =
            (text.parse().expect("a path"), entry.metadata().expect("it is there"));
        let attributes = Attributes { mode: meta.mode() & 0o7777, uid: meta.uid(), gid: meta.gid() };
        if meta.is_dir() {
            root.put_folder(&path, attributes)?;
            put(root, &entry.path(), &format!("{text}/"))?;
        } else if meta.is_symlink() {
            let target = fs::read_link(entry.path()).expect("a link");
            root.put_symlink(&path, target.to_str().expect("UTF-8"))?;
        } else {
            root.put_file(&path, attributes, &mut fs::File::open(entry.path()).expect("a file"))?;
        }
    }
    Ok(())
}

fn list(image: &str, tag: &str) -> Result<(), Error> {
    let path = Path::new(image);
    let read = if path.is_dir() { Bundle::read_layout } else { Bundle::read_archive };
    let bundle = read(path, Some(tag))?;
    for fault in faults(&bundle) {
        println!("FAULT {fault}");
    }
    for (path, node) in Base::of_bundle(image, &bundle, None)?.tree().nodes() {
        let Attributes { mode, uid, gid } = node.attributes;
        let (kind, more) = match &node.kind {
            Kind::Folder => ('d', String::new()),
            Kind::File(content) => ('f', content.size().to_string()),
            Kind::Symlink(text) => ('l', text.clone()),
            Kind::Special => ('s', String::new()),
        };
        println!("{} {kind} {mode:o} {uid}:{gid} {more}", path.as_str());
    }
    Ok(())
}
