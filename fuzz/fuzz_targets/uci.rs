//! Any text is parsed or refused; what is parsed is written and parsed back the same, and differs from itself in
//! nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wrtpod::uci;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(config) = uci::parse(text) {
        let written = config.to_string();
        assert_eq!(uci::parse(&written).as_ref(), Ok(&config), "{written}");
        assert_eq!(uci::diff(&config, &config), []);
    }
});
