//! What a package's own part of its installation (`postinst-pkg`, `postinst`) would do at build time.
//!
//! Scripts are never run here. Most do one thing, and only on a running system; those are known by their whole text.

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

/// OpenWrt's `postinst` (`package-pack.mk`), in the forms of 19.07 to 24.10: it calls `default_postinst`.
const WRAPPER: [&str; 5] = [
    "[ \"${IPKG_NO_SCRIPT}\" = \"1\" ] && exit 0",
    "[ -x ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0",
    "[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0",
    ". ${IPKG_INSTROOT}/lib/functions.sh",
    "default_postinst $0 $@",
];

/// First lines after which nothing runs while an image is built, since `IPKG_INSTROOT` is set then.
const LEAVES: [&str; 5] = [
    "[ -n \"${IPKG_INSTROOT}\" ] && exit 0",
    "[ -n \"$IPKG_INSTROOT\" ] && exit 0",
    "[ -z \"${IPKG_INSTROOT}\" ] || exit 0",
    "[ -z \"$IPKG_INSTROOT\" ] || exit 0",
    "test -n \"$IPKG_INSTROOT\" && exit 0",
];

/// First words of a block that runs only on a running system; `}` or `fi` ends it and has to be the last line.
const GUARDS: [(&str, &[&str]); 6] = [
    ("[ -n \"${IPKG_INSTROOT}\" ] || {", &["}", "} || exit 1"]),
    ("[ -n \"$IPKG_INSTROOT\" ] || {", &["}", "} || exit 1"]),
    ("[ -z \"${IPKG_INSTROOT}\" ] && {", &["}"]),
    ("[ -z \"$IPKG_INSTROOT\" ] && {", &["}"]),
    ("if [ -z \"${IPKG_INSTROOT}\" ]; then", &["fi"]),
    ("if [ -z \"$IPKG_INSTROOT\" ]; then", &["fi"]),
];

/// What a script comes to, by its whole text; in doubt [`Offline::Unknown`].
pub fn classify(text: &[u8]) -> Offline {
    let Ok(text) = std::str::from_utf8(text) else { return Offline::Unknown };
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let idle = |line: &&str| matches!(*line, "exit 0" | "true" | ":" | "return 0");
    if lines.iter().all(|line| idle(line) || WRAPPER.contains(line)) {
        return Offline::Nothing;
    }
    if lines.first().is_some_and(|line| LEAVES.contains(line)) {
        return Offline::OnlyOnline;
    }
    let body = match lines.iter().rposition(|line| !idle(line)) {
        Some(last) => &lines[..=last],
        None => &lines[..],
    };
    let [first, inside @ .., last] = body else { return Offline::Unknown };
    let guard = GUARDS.iter().find(|(guard, ends)| guard == first && ends.contains(last));
    // A block that ends before the last line would let what follows run; one line each way is all that is understood.
    let closes = |line: &&str| {
        line.starts_with('}')
            || line.split([' ', ';']).any(|word| word == "fi" || word == "else" || word == "elif")
    };
    let opens = |line: &&str| line.ends_with('{') || line.starts_with("if ") || line.contains("<<");
    if guard.is_some() && !inside.iter().any(|line| closes(line) || opens(line)) {
        return Offline::OnlyOnline;
    }
    Offline::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_wrapper_and_what_does_nothing() {
        let wrapper = "#!/bin/sh\n[ \"${IPKG_NO_SCRIPT}\" = \"1\" ] && exit 0\n[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0\n\
                       . ${IPKG_INSTROOT}/lib/functions.sh\ndefault_postinst $0 $@\n";
        for text in ["", "#!/bin/sh\n", "#!/bin/sh\n# nothing\nexit 0\n", wrapper] {
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
        ] {
            assert_eq!(classify(text.as_bytes()), Offline::OnlyOnline, "{text}");
        }
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
            "rm x\n[ -n \"$IPKG_INSTROOT\" ] && exit 0\n",
            "[ -n \"$IPKG_INSTROOT\" ] && exit 0 || true; b\n",
        ] {
            assert_eq!(classify(text.as_bytes()), Offline::Unknown, "{text}");
        }
        assert_eq!(classify(b"\xff"), Offline::Unknown);
    }
}
