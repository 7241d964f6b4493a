//! The scripts that run in the pod, as they are shipped: POSIX sh and awk for BusyBox, each a file of its own
//! beside this one, without its comments. What they expect of the pod is written in `README.md` beside them.

mod strip;

use std::borrow::Cow;
use std::sync::LazyLock;

/// Name and text of files.
pub type Files = Vec<(String, Cow<'static, str>)>;
/// Name and bytes of files that are no text.
pub type BinaryFiles = Vec<(String, Cow<'static, [u8]>)>;

/// Name and text of each of these files.
macro_rules! scripts {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!($name))),+]
    };
}

/// What an OpenWrt appliance's containers run: `prepare`, then `start`, and `probe` from outside.
const OPENWRT: &[(&str, &str)] = scripts![
    "accounts.awk",
    "actions",
    "apk.awk",
    "backup",
    "banner",
    "board.json",
    "boot-files",
    "cluster",
    "cluster.awk",
    "conflicts",
    "eth0",
    "first-boot",
    "forwarding",
    "guard",
    "hold",
    "hosts",
    "install",
    "keep",
    "leftovers",
    "logs",
    "manifest",
    "manifest.awk",
    "merge.awk",
    "messages",
    "modules.awk",
    "nics",
    "opkg.awk",
    "overlay-files",
    "overlays",
    "packages",
    "preinit-01",
    "preinit-11",
    "prepare",
    "previous",
    "probe",
    "restore",
    "routes.awk",
    "scope",
    "secrets",
    "seed",
    "settings",
    "settle",
    "start",
    "uci",
    "uci-changes.awk",
    "uci-merge.awk",
    "uci-text.awk",
    "upgrade.sh",
];

/// What the init container `wire` of a generic appliance runs.
const WIRE: &[(&str, &str)] =
    scripts!["eth0", "guard", "messages", "nics", "routes.awk", "settings", "sources", "wire"];

/// What keeps OpenWrt's boot from taking eth0: path in the root and text. `start` writes these files, and so do images that
/// are built; what each is for is said in `boot-files`.
pub const BOOT_FILES: &[(&str, &str)] = &[
    ("etc/board.json", include_str!("board.json")),
    ("lib/preinit/01_wrtpod", include_str!("preinit-01")),
    ("lib/preinit/11_wrtpod", include_str!("preinit-11")),
];

/// Which scripts a pod runs: the same for all pods of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scripts {
    /// Those of an OpenWrt appliance.
    OpenWrt,
    /// Those of a generic appliance's init container.
    Wire,
}

impl Scripts {
    /// The files, in order of names.
    pub fn files(self) -> &'static Files {
        static OF_OPENWRT: LazyLock<Files> = LazyLock::new(|| shipped(OPENWRT));
        static OF_WIRE: LazyLock<Files> = LazyLock::new(|| shipped(WIRE));
        match self {
            Self::OpenWrt => &OF_OPENWRT,
            Self::Wire => &OF_WIRE,
        }
    }
}

fn shipped(scripts: &[(&str, &'static str)]) -> Files {
    scripts.iter().map(|(name, text)| ((*name).to_owned(), strip::stripped(name, text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A script that is added and not shipped would be found missing in the pod only.
    #[test]
    fn every_script_of_the_folder_is_shipped() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pod");
        let mut present: Vec<String> = std::fs::read_dir(folder)
            .expect("the sources are here")
            .map(|entry| entry.expect("a folder's entry").file_name().to_string_lossy().into_owned())
            .filter(|name| !matches!(name.as_str(), "mod.rs" | "strip.rs" | "README.md"))
            .collect();
        present.sort();
        let mut shipped: Vec<&str> = OPENWRT.iter().chain(WIRE).map(|(name, _)| *name).collect();
        shipped.sort_unstable();
        shipped.dedup();
        assert_eq!(shipped, present);
    }
}
