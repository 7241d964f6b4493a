//! Users and groups that packages ask for: `Require-User` of an ipk, `.rusers` of an apk.

use super::WantedUser;
use crate::types::{Invalid, quoted};

/// Entries of one package; real ones have one or two.
const MOST: usize = 64;

/// Reads entries such as `ntp=123:ntp=123` or `squid=137:squid:dialout,audio`, separated by spaces: a user, its main
/// group, further groups, each with `=` and its number where one is wanted. An entry `:dialout=20` is a group alone.
pub fn wanted_users(text: &str) -> Result<Vec<WantedUser>, Invalid> {
    let entries: Vec<&str> = text.split_ascii_whitespace().collect();
    if entries.len() > MOST {
        let fix = format!("a package may ask for {MOST}");
        return Err(Invalid::new(format!("{} users and groups are asked for", entries.len()), fix));
    }
    entries.into_iter().map(wanted_user).collect()
}

fn wanted_user(entry: &str) -> Result<WantedUser, Invalid> {
    let mut parts = entry.split(':');
    let mut part = || parts.next().filter(|part| !part.is_empty());
    let (user, group, more) = (part(), part(), part());
    if parts.next().is_some() || (user.is_none() && group.is_none()) {
        let problem = format!("the user {} is not of the form", quoted(entry));
        return Err(Invalid::new(problem, "write `user=1:group=1:more,groups`"));
    }
    Ok(WantedUser {
        user: user.map(named).transpose()?,
        group: group.map(named).transpose()?,
        more_groups: more
            .into_iter()
            .flat_map(|more| more.split(','))
            .map(named)
            .collect::<Result<_, _>>()?,
    })
}

/// A name that `/etc/passwd` and `/etc/group` can hold, and a number.
fn named(text: &str) -> Result<(String, Option<u32>), Invalid> {
    let (name, number) = text.split_once('=').map_or((text, None), |(name, number)| (name, Some(number)));
    let known = |c: char| c.is_ascii_alphanumeric() || "_-.$".contains(c);
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
    if name.len() > 32 || !name.starts_with(starts) || !name.chars().all(known) {
        let problem = format!("{} is no name of a user or group", quoted(name));
        return Err(Invalid::new(problem, "use letters, digits, `_`, `-`, and a letter first"));
    }
    // 65534 is `nobody`; OpenWrt's own numbers are below it.
    let number = number.map(|number| {
        number.parse().ok().filter(|number| *number < 65534).ok_or_else(|| {
            Invalid::new(format!("{} is no number of a user or group", quoted(number)), "use 0 to 65533")
        })
    });
    Ok((name.to_owned(), number.transpose()?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

    use super::*;

    fn pair(name: &str, number: Option<u32>) -> (String, Option<u32>) {
        (name.to_owned(), number)
    }

    #[test]
    fn reads_every_form_of_an_entry() {
        let users =
            wanted_users("dnsmasq=453:dnsmasq=453 squid:squid:dialout=20,audio  :tty=5 bare").unwrap();
        let wanted = |user, group, more_groups| WantedUser { user, group, more_groups };
        assert_eq!(
            users,
            [
                wanted(Some(pair("dnsmasq", Some(453))), Some(pair("dnsmasq", Some(453))), vec![]),
                wanted(
                    Some(pair("squid", None)),
                    Some(pair("squid", None)),
                    vec![pair("dialout", Some(20)), pair("audio", None)]
                ),
                wanted(None, Some(pair("tty", Some(5))), vec![]),
                wanted(Some(pair("bare", None)), None, vec![]),
            ]
        );
        assert_eq!(wanted_users(" "), Ok(vec![]));
    }

    #[test]
    fn refuses_what_would_spoil_passwd() {
        let many = "a ".repeat(65);
        for text in [
            "a:b:c:d",
            ":",
            "::c",
            "a=x",
            "a=65534",
            "a=-1",
            "root\n=0:\tb\u{e9}",
            "1a",
            "a,b",
            "a:b:,",
            &many,
        ] {
            assert!(wanted_users(text).is_err(), "{text}");
        }
    }
}
