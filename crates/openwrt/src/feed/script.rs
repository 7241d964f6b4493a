//! What a package's own part of its installation would do at build time: opkg's `postinst-pkg`, apk's `post-install`.
//!
//! Scripts are never run here. Most do one thing, and only on a running system; those are known by their whole text.
//! Entries: [`classify`], [`own_part`].

/// What a script comes to when an image is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offline {
    /// It does nothing anywhere: comments, `exit 0`, or OpenWrt's wrapper, whose work is done natively.
    Nothing,
    /// Everything in it is guarded to run on a running system only.
    OnlyOnline,
    /// Anything else: it has to run at first boot.
    Unknown,
}

/// OpenWrt's own lines of a script (`package-pack.mk`), from 19.07 on: users, services and links, which are made natively.
/// opkg's packages have them in a script of their own, apk's in one with the package's own part.
const WRAPPER: [&str; 8] = [
    "[ \"${IPKG_NO_SCRIPT}\" = \"1\" ] && exit 0",
    "[ -x $IPKG_INSTROOT/lib/functions.sh ] || exit 0",
    "[ -s $IPKG_INSTROOT/lib/functions.sh ] || exit 0",
    ". $IPKG_INSTROOT/lib/functions.sh",
    "export root=\"$IPKG_INSTROOT\"",
    "add_group_and_user",
    "default_postinst",
    "default_postinst $0 $@",
];
/// The line of the wrapper that has the package's name.
const NAMING: &str = "export pkgname=\"";

/// First lines after which nothing runs while an image is built, since `IPKG_INSTROOT` is set then.
const LEAVES: [&str; 3] = [
    "[ -n \"$IPKG_INSTROOT\" ] && exit 0",
    "[ -z \"$IPKG_INSTROOT\" ] || exit 0",
    "test -n \"$IPKG_INSTROOT\" && exit 0",
];

/// Beginnings of a block that runs only on a running system, and the last lines that end it. What follows a beginning on
/// its line belongs to the block, as in LuCI's `[ -n "${IPKG_INSTROOT}" ] || { rm -f /tmp/luci-indexcache.*`.
const BLOCKS: [(&str, &[&str]); 3] = [
    ("[ -n \"$IPKG_INSTROOT\" ] || {", &["}", "} || exit 1"]),
    ("[ -z \"$IPKG_INSTROOT\" ] && {", &["}"]),
    ("if [ -z \"$IPKG_INSTROOT\" ]; then", &["fi"]),
];

/// Beginnings of a line that does one thing, on a running system only.
const LINES: [&str; 2] = ["[ -n \"$IPKG_INSTROOT\" ] || ", "[ -z \"$IPKG_INSTROOT\" ] && "];

/// What a script comes to, by its whole text; in doubt [`Offline::Unknown`].
pub fn classify(text: &[u8]) -> Offline {
    let Ok(text) = std::str::from_utf8(text) else { return Offline::Unknown };
    let text = plain(&own_part(text));
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let lines: Vec<&str> = lines.collect();
    let is_idle = |line: &&str| matches!(*line, "exit 0" | "true" | ":" | "return 0");
    if lines.iter().all(is_idle) {
        return Offline::Nothing;
    }
    let leaves = lines.first().is_some_and(|line| LEAVES.contains(line));
    if leaves || lines.iter().all(|line| is_idle(line) || is_guarded(line)) {
        return Offline::OnlyOnline;
    }
    let end = lines.iter().rposition(|line| !is_idle(line)).map_or(0, |last| last + 1);
    if is_block(&lines[..end]) { Offline::OnlyOnline } else { Offline::Unknown }
}

/// A script without OpenWrt's own lines.
pub fn own_part(text: &str) -> String {
    let is_own = |line: &&str| {
        let line = plain(line.trim());
        !WRAPPER.contains(&line.as_str()) && !line.starts_with(NAMING)
    };
    text.lines().filter(is_own).flat_map(|line| [line, "\n"]).collect()
}

/// With one spelling of the root.
fn plain(text: &str) -> String {
    text.replace("${IPKG_INSTROOT}", "$IPKG_INSTROOT")
}

/// One guarded command: what could run another one after it, whatever the guard says, is not understood.
fn is_guarded(line: &str) -> bool {
    let command = LINES.iter().find_map(|guard| line.strip_prefix(guard));
    command.is_some_and(|command| !command.contains([';', '&', '|', '\\', '{', '(', '`', '<']))
}

/// One guarded block from the first line to the last. A block within it, or a second one after it, is not understood.
fn is_block(lines: &[&str]) -> bool {
    let [first, inside @ .., last] = lines else { return false };
    let begun = BLOCKS.iter().find_map(|(guard, ends)| Some((first.strip_prefix(guard)?, ends)));
    let closes = |line: &str| {
        line.starts_with('}')
            || line.split([' ', ';', '\t']).any(|word| matches!(word, "fi" | "else" | "elif" | "}"))
    };
    let opens = |line: &str| line.ends_with('{') || line.starts_with("if ") || line.contains("<<");
    begun.is_some_and(|(rest, ends)| {
        let mut body = inside.iter().copied().chain([rest]);
        (rest.is_empty() || rest.starts_with(' '))
            && ends.contains(last)
            && !body.any(|line| closes(line) || opens(line))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_wrapper_and_what_does_nothing() {
        let wrapper = "#!/bin/sh\n[ \"${IPKG_NO_SCRIPT}\" = \"1\" ] && exit 0\n[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0\n\
                       . ${IPKG_INSTROOT}/lib/functions.sh\ndefault_postinst $0 $@\n";
        let apk = "#!/bin/sh\n[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0\n. ${IPKG_INSTROOT}/lib/functions.sh\n\
                   export root=\"${IPKG_INSTROOT}\"\nexport pkgname=\"a\"\nadd_group_and_user\ndefault_postinst\n";
        for text in ["", "#!/bin/sh\n", "#!/bin/sh\n# nothing\nexit 0\n", wrapper, apk] {
            assert_eq!(classify(text.as_bytes()), Offline::Nothing, "{text}");
        }
    }

    #[test]
    fn knows_what_runs_only_on_a_running_system() {
        for text in [
            "#!/bin/sh\n[ -n \"${IPKG_INSTROOT}\" ] || {\n\t/etc/init.d/x enable\n\t/etc/init.d/x start\n}\nexit 0\n",
            "[ -n \"$IPKG_INSTROOT\" ] || {\nrm -f /tmp/luci-indexcache\n} || exit 1\n",
            "#!/bin/sh\nif [ -z \"$IPKG_INSTROOT\" ]; then\n  killall -HUP rpcd 2>/dev/null\nfi\n",
            "#!/bin/sh\n[ -n \"$IPKG_INSTROOT\" ] && exit 0\nanything at all\nif x; then y; fi\n",
            "[ -n \"${IPKG_INSTROOT}\" ] || { rm -f /tmp/luci-indexcache.*\n\trm -rf /tmp/x/\n\texit 0\n}\n",
            "export pkgname=\"a\"\nadd_group_and_user\ndefault_postinst\n[ -n \"${IPKG_INSTROOT}\" ] || {\n a\n}\nexit 0\n",
            "[ -n \"${IPKG_INSTROOT}\" ] || sed -i '/x/d' /etc/x\n[ -z \"$IPKG_INSTROOT\" ] && echo y >> /etc/x\n",
        ] {
            assert_eq!(classify(text.as_bytes()), Offline::OnlyOnline, "{text}");
        }
    }

    #[test]
    fn the_own_part_is_what_openwrt_did_not_write() {
        let text =
            "#!/bin/sh\nexport pkgname=\"a\"\n\tdefault_postinst $0 $@\n\trm ${IPKG_INSTROOT}/x\nexit 0";
        assert_eq!(own_part(text), "#!/bin/sh\n\trm ${IPKG_INSTROOT}/x\nexit 0\n");
    }

    #[test]
    fn leaves_everything_else_to_the_first_boot() {
        for text in [
            "#!/bin/sh\nrm /etc/x\n",
            "[ -n \"$IPKG_INSTROOT\" ] || {\n a\n}\nb\n",
            "[ -n \"$IPKG_INSTROOT\" ] || {\n a\n}\nb\n{\nc\n}\n",
            "if [ -z \"$IPKG_INSTROOT\" ]; then\n a\nelse\n b\nfi\n",
            "if [ -z \"$IPKG_INSTROOT\" ]; then\n a; fi; b\nif c; then\n d\nfi\n",
            "[ -z \"$IPKG_INSTROOT\" ] && {\n cat <<X\n}\nX\n}\n",
            "[ -n \"$IPKG_INSTROOT\" ] || exit 0\nb\n",
            "[ -n \"$IPKG_INSTROOT\" ] || a && b\n",
            "[ -n \"$IPKG_INSTROOT\" ] || a; b\n",
            "[ -n \"$IPKG_INSTROOT\" ] || a \\\n&& b\n",
            "[ -n \"$IPKG_INSTROOT\" ] || { a; }; b\nc\n}\n",
            "[ -n \"$IPKG_INSTROOT\" ] || { a\n b; }\nc {\n}\n",
            "rm x\n[ -n \"$IPKG_INSTROOT\" ] && exit 0\n",
            "[ -n \"$IPKG_INSTROOT\" ] && exit 0 || true; b\n",
        ] {
            assert_eq!(classify(text.as_bytes()), Offline::Unknown, "{text}");
        }
        assert_eq!(classify(b"\xff"), Offline::Unknown);
    }
}
