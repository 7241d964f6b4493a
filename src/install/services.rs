//! Which services start: the links in `/etc/rc.d` that OpenWrt's `rc.common enable` makes. Pure.

/// The first line of an init script that `rc.common` runs.
const SHEBANG: &str = "#!/bin/sh /etc/rc.common";

/// The links in `/etc/rc.d` that enable a service, by name; all of them lead to `../init.d/NAME`. None for a script that
/// rc.common does not run or that states neither START nor STOP.
pub fn links(service: &str, script: &str) -> Vec<String> {
    if script.lines().next().map(str::trim_end) != Some(SHEBANG) {
        return Vec::new();
    }
    // rc.common drops a number that the script's own name begins with.
    let plain = |letter: char| {
        let numbered = service.strip_prefix(letter).and_then(|rest| rest.split_at_checked(2));
        match numbered {
            Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => rest.to_owned(),
            _ => service.to_owned(),
        }
    };
    let link = |letter: char, variable: &str| {
        let number = value(script, variable)?;
        Some(format!("{letter}{number}{}", plain(letter)))
    };
    [link('S', "START"), link('K', "STOP")].into_iter().flatten().collect()
}

/// Whether a name in `/etc/rc.d` is a link of that service: `S19dnsmasq`.
pub fn is_link_of(name: &str, service: &str) -> bool {
    name.strip_prefix(['S', 'K'])
        .and_then(|rest| rest.split_at_checked(2))
        .is_some_and(|(number, rest)| number.bytes().all(|b| b.is_ascii_digit()) && rest == service)
}

/// The number that a script assigns to a variable at the start of a line; the last assignment counts.
fn value<'a>(script: &'a str, variable: &str) -> Option<&'a str> {
    let text = script.lines().rev().find_map(|line| line.strip_prefix(variable)?.strip_prefix('='))?;
    let text = text.split(['#', ';', ' ', '\t']).next().unwrap_or_default().trim_matches(['"', '\'']);
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_those_of_rc_common() {
        let table: [(&str, &str, &[&str]); 8] = [
            ("dnsmasq", "#!/bin/sh /etc/rc.common\n\nUSE_PROCD=1\nSTART=19\n", &["S19dnsmasq"]),
            ("umount", "#!/bin/sh /etc/rc.common\nSTOP=90\n", &["K90umount"]),
            ("network", "#!/bin/sh /etc/rc.common\nSTART=20\nSTOP=90\n", &["S20network", "K90network"]),
            ("a", "#!/bin/sh /etc/rc.common \nSTART=\"95\" # late\nSTART=96\n", &["S96a"]),
            ("S50old", "#!/bin/sh /etc/rc.common\nSTART=50\n", &["S50old"]),
            ("none", "#!/bin/sh /etc/rc.common\nUSE_PROCD=1\n", &[]),
            ("plain", "#!/bin/sh\nSTART=50\n", &[]),
            ("odd", "#!/bin/sh /etc/rc.common\n\tSTART=50\nSTOP=$STOP\n", &[]),
        ];
        for (service, script, want) in table {
            assert_eq!(links(service, script), want, "{service}");
        }
    }

    #[test]
    fn a_link_is_of_one_service() {
        assert!(is_link_of("S19dnsmasq", "dnsmasq") && is_link_of("K90network", "network"));
        for name in ["S19dnsmasq-x", "dnsmasq", "S1dnsmasq", "X19dnsmasq", "S19", "Sé9dnsmasq"] {
            assert!(!is_link_of(name, "dnsmasq"), "{name}");
        }
    }
}
