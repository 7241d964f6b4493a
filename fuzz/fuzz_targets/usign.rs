//! Any text is a key, a signature, or neither; nothing that was not signed is taken.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wrtpod::feed::usign::{Keyring, PublicKey};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (key, signature) = text.split_once("\n\n").unwrap_or((&text, &text));
    let Ok(key) = PublicKey::parse(key) else { return };
    let ring = Keyring::new([key]).expect("one key");
    // A signature of this message would have to be found by chance.
    assert!(ring.verify(b"Package: a\n", signature).is_err());
});
