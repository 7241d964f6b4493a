//! What becomes of a package's own scripts: an image is built without running anything, so what a package wants done after
//! its installation is done at the first boot, by OpenWrt's own `uci-defaults`. Pure.

use crate::feed::{Package, ScriptKind};

/// What a package's scripts come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtBoot {
    /// Nothing that matters in an image.
    Nothing,
    /// This text, as a script of `/etc/uci-defaults`.
    Script(Vec<u8>),
}

/// Lines of the wrapper that OpenWrt puts before a package's own part (`package-pack.mk`): users, services and links are made
/// by the installer, and `IPKG_INSTROOT` is empty on a running machine.
const WRAPPER: &[&str] = &[
    "#!/bin/sh",
    "[ \"${IPKG_NO_SCRIPT}\" = \"1\" ] && exit 0",
    "[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0",
    "[ -s \"${IPKG_INSTROOT}/lib/functions.sh\" ] || exit 0",
    ". ${IPKG_INSTROOT}/lib/functions.sh",
    ". \"${IPKG_INSTROOT}/lib/functions.sh\"",
    "export root=\"${IPKG_INSTROOT}\"",
    "add_group_and_user",
    "default_postinst",
    "default_postinst $0 $@",
    "exit 0",
];

/// Whether a line says nothing in an image.
fn is_wrapper(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || WRAPPER.contains(&line) || line.starts_with("export pkgname=")
}

/// What the scripts of a package come to in an image.
pub fn at_boot(package: &Package) -> AtBoot {
    let wanted = |kind| package.scripts.iter().find(|script| script.kind == kind);
    // opkg's packages have their own part in a file of its own, apk's in one with the wrapper.
    let Some(script) = wanted(ScriptKind::PostInstallOwn).or_else(|| wanted(ScriptKind::PostInstall)) else {
        return AtBoot::Nothing;
    };
    let text = String::from_utf8_lossy(&script.text);
    if text.lines().all(is_wrapper) || acts_offline_only(&text) {
        return AtBoot::Nothing;
    }
    let mut body = format!(
        "# written by wrtpod: what {} wants done after it is installed, done once at the first boot\n. /lib/functions.sh\n",
        package.name
    )
    .into_bytes();
    if script.kind == ScriptKind::PostInstallOwn {
        body.extend_from_slice(&script.text);
    } else {
        // The installer has done the wrapper's part.
        let own = text.lines().filter(|line| !WRAPPER.contains(&line.trim()));
        own.for_each(|line| body.extend_from_slice(format!("{line}\n").as_bytes()));
    }
    if body.last() != Some(&b'\n') {
        body.push(b'\n');
    }
    AtBoot::Script(body)
}

/// Whether a script acts only where `IPKG_INSTROOT` is set: while an image is built by OpenWrt's own builder. Whole-file patterns
/// only: what is not known is run.
fn acts_offline_only(text: &str) -> bool {
    let mut own = text.lines().map(str::trim).filter(|line| !is_wrapper(line));
    let first = own.next();
    first == Some("[ -z \"${IPKG_INSTROOT}\" ] && exit 0")
        || first == Some("[ -n \"${IPKG_INSTROOT}\" ] || exit 0")
}
