//! The overlays that come with the binary: the folders of `overlays/`. A test keeps the lists true.

use std::borrow::Cow;

use super::{Content, File, Script};

/// An overlay that comes with the binary.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// Its name.
    pub name: &'static str,
    /// The name of its `overlay.yaml` in messages.
    pub file: &'static str,
    /// The text of that file.
    pub text: &'static str,
    /// Paths in the root and texts of its files, all of mode 0644.
    files: &'static [(&'static str, &'static str)],
    /// Names and texts of its scripts.
    scripts: &'static [(&'static str, &'static str)],
}

/// One of `overlays/`, with what lies in its `files/` and its `uci-defaults/`.
macro_rules! overlay {
    ($name:literal, files: [$($path:literal)*], scripts: [$($script:literal)*]) => {
        Embedded {
            name: $name,
            file: concat!("the catalog's overlay/", $name),
            text: include_str!(concat!("../../overlays/", $name, "/overlay.yaml")),
            files: &[$((
                $path,
                include_str!(concat!("../../overlays/", $name, "/files/", $path)),
            )),*],
            scripts: &[$((
                $script,
                include_str!(concat!("../../overlays/", $name, "/uci-defaults/", $script)),
            )),*],
        }
    };
}

/// All of them, by name.
pub const EMBEDDED: &[Embedded] = &[
    overlay!("adblock", files: [], scripts: ["60-adblock"]),
    overlay!("ddns", files: [], scripts: []),
    overlay!("luci", files: [], scripts: []),
    overlay!("mosquitto", files: ["lib/upgrade/keep.d/wrtpod-mosquitto"], scripts: ["60-mosquitto"]),
    overlay!("mwan3", files: [], scripts: ["60-mwan3"]),
    overlay!("pppoe", files: [], scripts: []),
    overlay!("prometheus-exporter", files: [], scripts: []),
    overlay!("sqm", files: [], scripts: ["60-sqm"]),
    overlay!("tailscale", files: [], scripts: []),
    overlay!("wireguard", files: [], scripts: []),
];

impl Embedded {
    /// Its files.
    pub(super) fn files(&self) -> Vec<File> {
        let file = |(path, text): &(&str, &'static str)| File {
            path: path.parse().expect("our own paths are paths in a root"),
            content: Content::Bytes { bytes: Cow::Borrowed(text.as_bytes()), mode: 0o644 },
        };
        self.files.iter().map(file).collect()
    }

    /// Its scripts.
    pub(super) fn uci_defaults(&self) -> Vec<Script> {
        self.scripts
            .iter()
            .map(|(name, text)| Script { name: (*name).to_owned(), text: Cow::Borrowed(text) })
            .collect()
    }
}
