//! What becomes of a package's own script: an image is built without running anything, so what a package wants done after
//! its installation is done at the first boot, by OpenWrt's own `uci-defaults`. Pure.

use crate::feed::script::{Offline, classify, own_part};
use crate::feed::{Package, ScriptKind};

/// The script for `/etc/uci-defaults`; none for a package whose own does nothing while an image is built.
pub fn at_boot(package: &Package) -> Option<Vec<u8>> {
    let of_kind = |kind| package.scripts.iter().find(|script| script.kind == kind);
    // opkg's packages have their own part in a file of its own, apk's in one with OpenWrt's.
    let script = of_kind(ScriptKind::PostInstallOwn).or_else(|| of_kind(ScriptKind::PostInstall))?;
    if classify(&script.text) != Offline::Unknown {
        return None;
    }
    let mut text = format!(
        "# written by wrtpod: what {} wants done after it is installed, done once at the first boot\n. /lib/functions.sh\n",
        package.name
    )
    .into_bytes();
    match std::str::from_utf8(&script.text) {
        Ok(whole) => text.extend_from_slice(own_part(whole).as_bytes()),
        // OpenWrt's own lines do no harm twice.
        Err(_) => text.extend_from_slice(&script.text),
    }
    Some(text)
}
