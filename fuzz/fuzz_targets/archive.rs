//! Any bytes are a root tar or are refused; what is taken can be listed, and has no path outside the root.

#![no_main]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use wrtpod::image::{Base, Bundle, FilePart};

fuzz_target!(|data: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(data).expect("it can be written");
    if let Ok(base) =
        Base::of_rootfs("a root", FilePart::whole(file.reopen().expect("it was made")).expect("it is a file"))
    {
        for (path, _) in base.tree().nodes() {
            let parent = path.parent();
            assert!(!path.as_str().split('/').any(|part| matches!(part, "" | "." | "..")), "{path}");
            assert!(parent.is_none_or(|parent| base.tree().get(&parent).is_some()), "{path}");
        }
    }
    if let Ok(bundle) = Bundle::read_archive(file.path(), None) {
        let _ = Base::of_bundle("it", &bundle, None);
    }
});
