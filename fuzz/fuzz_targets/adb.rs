//! Any bytes are an index, a package, a key or a database, or are refused with an error that can be shown; what is
//! read can be chosen from, installed and written, and is read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Read;
use wrtpod::feed::apk::{
    Database, Dependency, Error, Files, Index, Info, Key, Promise, Request, Trust, read, solve,
};
use wrtpod::feed::{Item, Owner};

/// A container of one header and what follows it, so that the fuzzer need not find the frame.
fn container(schema: &[u8; 4], header: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut file = b"ADB.".to_vec();
    file.extend(schema);
    file.extend((header.len() as u32 + 4).to_le_bytes());
    file.extend(header);
    file.resize(file.len().next_multiple_of(8), 0);
    file.extend(rest);
    file
}

fn index(file: &[u8]) {
    match Index::read(file, Trust::Unsigned) {
        Ok(index) => choose(&index.packages),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Asks for every package of a small index.
fn choose(packages: &[Info]) {
    if packages.len() > 20 {
        return;
    }
    let wanted: Vec<Dependency> = packages.iter().map(|info| Dependency::on(&info.name)).collect();
    let architectures: Vec<String> = packages.iter().map(|info| info.architecture.clone()).collect();
    let (installed, world, removed) = (&[], &[], &[]);
    let request = Request {
        feeds: &[packages],
        architectures: &architectures,
        installed,
        world,
        wanted: &wanted,
        removed,
    };
    match solve(&request) {
        Ok(solution) => solution.install.iter().for_each(|choice| {
            assert!(!solution.why(&choice.info.name).is_empty());
        }),
        Err(problem) => assert!(!problem.to_string().is_empty()),
    }
}

fn package(file: &[u8]) {
    let mut visit = |item: &Item, reader: &mut dyn Read| -> Result<(), Error> {
        assert!(!item.path.as_str().split('/').any(|part| part == ".."));
        std::io::copy(reader, &mut std::io::sink()).map(drop).map_err(Error::Read)
    };
    match read(file, Promise::File { size: file.len() as u64 }, &mut visit) {
        Ok(content) => {
            let mut database = Database::read(&Files::default()).expect("a root without packages");
            let ids = |_: &Owner| (0, 0);
            if database.install(&content, &ids).is_ok() {
                let written = database.write();
                let again = Database::read(&written).expect("what was written can be read");
                assert_eq!(again.write(), written);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn database(bytes: &[u8]) {
    let parts: Vec<&[u8]> = bytes.splitn(4, |byte| *byte == 0).collect();
    let part = |number: usize| parts.get(number).copied().unwrap_or_default().to_vec();
    let files = Files {
        installed: part(0),
        world: part(1),
        triggers: part(2),
        scripts: part(3),
        scripts_gzip: false,
    };
    if let Ok(mut database) = Database::read(&files) {
        let names: Vec<String> = database.packages().map(|info| info.name.clone()).collect();
        let written = database.write();
        let again = Database::read(&written).expect("what was written can be read");
        assert_eq!(again.write(), written);
        for name in names {
            database.remove(&name);
        }
        assert!(database.write().installed.is_empty());
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let cut = rest.first().map_or(0, |length| usize::from(*length) * 8).min(rest.len());
    match kind % 6 {
        0 => index(rest),
        1 => package(rest),
        2 => index(&container(b"indx", rest, &[])),
        3 => package(&container(b"pckg", &rest[..cut], &rest[cut..])),
        4 => database(rest),
        _ => drop(Key::from_pem("key", &String::from_utf8_lossy(rest))),
    }
});
