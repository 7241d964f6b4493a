//! Any bytes are read as a package or refused; so are any bytes put into a whole gzip'd tar of tars, which random bytes
//! never are. What is read keeps the promises of its type.

#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use wrtpod::feed::Kind;
use wrtpod::feed::opkg::{Error, ipk};

fuzz_target!(|data: &[u8]| {
    check(data);
    // The first byte says where the contents end and the control files begin.
    let Some((cut, data)) = data.split_first() else { return };
    let (contents, control) = data.split_at(data.len() * usize::from(*cut) / 256);
    let mut outer = Vec::new();
    for (name, bytes) in
        [("debian-binary", b"2.0\n".to_vec()), ("data.tar.gz", gz(contents)), ("control.tar.gz", gz(control))]
    {
        let mut header = tar::Header::new_ustar();
        header.set_path(name).expect("a short name");
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        outer.extend(header.as_bytes());
        outer.extend(&bytes);
        outer.resize(outer.len().next_multiple_of(512), 0);
    }
    outer.resize(outer.len() + 1024, 0);
    check(&gz(&outer));
});

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn check(bytes: &[u8]) {
    let _ = ipk::read_control(bytes);
    let mut sizes = Vec::new();
    let read = ipk::read::<Error>(bytes, &mut |item, content| {
        let mut all = Vec::new();
        if content.read_to_end(&mut all).is_ok() {
            sizes.push((item.kind.clone(), all.len() as u64));
        }
        Ok(())
    });
    if let Ok(read) = read {
        assert_eq!(read.package.items.len(), sizes.len());
        for (kind, size) in sizes {
            assert_eq!(if let Kind::File(size) = kind { size } else { 0 }, size);
        }
        assert!(read.package.items.iter().all(|item| item.mode <= 0o7777));
    }
}
