//! Whatever is done to a root: the layer, put on the base, gives what the root says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wrtpod::image::{Attributes, Base, FilePart, Image, Kind, Node, Root, Settings, faults};
use wrtpod::types::RootPath;

/// Short names, so that the steps meet; those of whiteouts among them.
const NAMES: &[&str] = &["a", "b", "a-", "etc", "tmp", "var", ".wh.a", "..", "aé"];

fn path(bytes: &mut impl Iterator<Item = u8>) -> Option<String> {
    let parts = bytes.next()? % 4 + 1;
    let part = |byte: u8| NAMES[usize::from(byte) % NAMES.len()];
    let parts: Option<Vec<&str>> = (0..parts).map(|_| bytes.next().map(part)).collect();
    Some(parts?.join("/"))
}

fn step(root: &mut Root, bytes: &mut impl Iterator<Item = u8>) -> Option<()> {
    let (what, text) = (bytes.next()?, path(bytes)?);
    let Ok(path): Result<RootPath, _> = text.parse() else { return Some(()) };
    let attributes = Attributes { mode: u32::from(bytes.next()?), uid: u32::from(what), gid: 0 };
    let _ = match what % 5 {
        0 => root.put_file(&path, attributes, &mut text.repeat(usize::from(what)).as_bytes()),
        1 => root.put_folder(&path, attributes),
        2 => root.put_symlink(&path, &self::path(bytes)?),
        3 => match self::path(bytes)?.parse() {
            Ok(file) => root.put_hardlink(&path, &file),
            Err(_) => Ok(()),
        },
        _ => root.remove(&path).map(drop),
    };
    Some(())
}

fn lines<'a>(nodes: impl Iterator<Item = (&'a RootPath, &'a Node)>) -> Vec<String> {
    let line = |(path, node): (&RootPath, &Node)| match &node.kind {
        Kind::File(content) => format!("{path} {:?} {}", node.attributes, content.size()),
        Kind::Symlink(text) => format!("{path} -> {text}"),
        other => format!("{path} {:?} {other:?}", node.attributes),
    };
    nodes.map(line).collect()
}

fuzz_target!(|data: &[u8]| {
    let mut bytes = data.iter().copied();
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    let text = &b"DISTRIB_ARCH='x86_64'\n"[..];
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    tar.append_data(&mut header, "etc/openwrt_release", text).expect("memory");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), tar.into_inner().expect("memory")).expect("it can be written");
    let mut base = Base::of_rootfs(
        "a root",
        FilePart::whole(file.reopen().expect("it was made")).expect("it is a file"),
    )
    .expect("it is a root");
    // Two layers, so that the second one meets what the first one made.
    for _ in 0..2 {
        let mut root = Root::new(base.tree().clone());
        for _ in 0..12 {
            if step(&mut root, &mut bytes).is_none() {
                break;
            }
        }
        let layer = root.layer(0, None).expect("every step was taken");
        let image = Image::assemble(&base, layer, &Settings::default(), 0);
        assert_eq!(faults(&image.bundle), [""; 0]);
        base = Base::of_bundle("it", &image.bundle, None).expect("it was made here");
        assert_eq!(lines(base.tree().nodes()), lines(root.nodes()));
    }
});
