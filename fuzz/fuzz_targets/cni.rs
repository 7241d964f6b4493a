//! Any text is read as a configuration, a request and an answer of Multus, or refused with a place in it; what is written is read as it
//! was, and written the same again. Whether a text is JSON, another reader says too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wrtpod_cni::{Configuration, Fault, Json, multus};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lies_in_it = |fault: &Fault| assert!(text.get(fault.span.clone()).is_some(), "{fault:?}");
    match Json::parse(text) {
        Ok(json) => {
            assert_eq!(Json::parse(&json.indented()).as_ref(), Ok(&json));
            assert_eq!(Json::parse(&json.compact()).as_ref(), Ok(&json));
        }
        Err(fault) => lies_in_it(&fault),
    }
    if serde_json::from_str::<serde_json::Value>(text).is_ok() {
        assert!(Json::parse(text).is_ok(), "another reader takes it");
    }
    if let Ok(read) = Configuration::parse(text) {
        read.faults.iter().for_each(lies_in_it);
        let written = read.value.write();
        let again = Configuration::parse(&written).expect("what is written is read");
        assert_eq!(again.value, read.value, "{written}");
        assert_eq!(again.value.write(), written);
    }
    match multus::networks(text) {
        Ok(read) => {
            read.faults.iter().for_each(lies_in_it);
            if let Some(written) = multus::write(&read.value) {
                assert_eq!(multus::networks(&written).expect("what is written is read").value, read.value);
            }
        }
        Err(fault) => lies_in_it(&fault),
    }
    match multus::status(text) {
        Ok(read) => read.faults.iter().for_each(lies_in_it),
        Err(fault) => lies_in_it(&fault),
    }
});
