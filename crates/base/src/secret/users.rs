//! Users and passwords of addresses.

use std::ops::Range;

use super::text::merged;

/// Users and passwords of URLs, and of addresses without a scheme (`me:word@registry.example/x`).
pub(super) fn users(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = text
        .match_indices("://")
        .filter_map(|(at, sign)| {
            let start = at + sign.len();
            let rest = &text[start..];
            let is_end = |one: char| is_edge(one) || "/?#".contains(one);
            let authority = &rest[..rest.find(is_end).unwrap_or(rest.len())];
            authority.rfind('@').map(|end| start..start + end)
        })
        .collect();
    let bare = text.match_indices('@').filter_map(|(at, _)| bare(text, at));
    found.extend(bare);
    merged(found)
}

/// What no address goes on behind.
fn is_edge(one: char) -> bool {
    one.is_whitespace() || one.is_control() || "\"'`<>\\".contains(one)
}

/// `USER:WORD` before the `@` at a place, where `HOST/` or `HOST:PORT/` is behind it. The path tells it from an address of mail
/// and from a version (`nginx@1.25`), the colon from a login (`me@host/x`), both from a digest (`name:tag@sha256:…`).
fn bare(text: &str, at: usize) -> Option<Range<usize>> {
    let behind = &text[at + 1..];
    // No further than a host goes: a line may be full of these signs.
    let is_host = |one: char| one.is_ascii_alphanumeric() || ".-_:[]".contains(one);
    let end = behind.find(|one| !is_host(one))?;
    let host = behind[end..].starts_with('/').then_some(&behind[..end])?;
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => (name, port),
        _ => (host, "0"),
    };
    let is_inner = |one: char| one.is_ascii_alphanumeric() || ".-_".contains(one);
    let is_name = name.starts_with(|one: char| one.is_ascii_alphanumeric()) && name.chars().all(is_inner)
        || name.starts_with('[') && name.ends_with(']');
    if !is_name || port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let before = &text[..at];
    let edge = before.char_indices().rev().find(|(_, one)| is_edge(*one) || *one == '/');
    let mut begin = edge.map_or(0, |(at, one)| at + one.len_utf8());
    // Behind the escape that colours it: `ESC [33m`.
    if before[..begin].ends_with('\u{1b}')
        && let Some((code, _)) = before[begin..].split_once('m')
        && code
            .strip_prefix('[')
            .is_some_and(|code| code.bytes().all(|one| matches!(one, b'0'..=b'9' | b';')))
    {
        begin += code.len() + 1;
    }
    // Within the path of another address, it is none.
    if before[..begin].ends_with('/') && !before[..begin].ends_with("//") {
        return None;
    }
    let (user, word) = before[begin..].split_once(':')?;
    let is_user = |one: char| one.is_alphanumeric() || "._+~$%@-".contains(one);
    let user = user.rsplit(|one| !is_user(one)).next().unwrap_or_default();
    let start = before.len() - word.len() - 1 - user.len();
    (!user.is_empty() && !word.is_empty()).then_some(start..at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str) -> String {
        let mut shown = text.to_owned();
        for range in users(text).into_iter().rev() {
            shown.replace_range(range, "***");
        }
        shown
    }

    #[test]
    fn users_and_passwords_are_found_with_a_scheme_and_without() {
        for (text, want) in [
            ("https://me:pa@ss@host.example/x and http://b/@", "https://***@host.example/x and http://b/@"),
            ("https://token@host.example", "https://***@host.example"),
            ("unexpected argument 'me:word@host/x' found", "unexpected argument '***@host/x' found"),
            ("image: me:word@reg.lan:5000/a/b:1", "image: ***@reg.lan:5000/a/b:1"),
            ("--set image={repository: me:word@10.0.0.2/x}", "--set image={repository: ***@10.0.0.2/x}"),
            ("--set=image=me:dckr_=+a,b=@reg.lan/x", "--set=image=***@reg.lan/x"),
            ("[me:a:b@c@reg.lan/x, y]", "[***@reg.lan/x, y]"),
            ("me@corp.example:word@[fd00::1]:5000/x", "***@[fd00::1]:5000/x"),
            ("robot$ci:word@reg.lan/x", "***@reg.lan/x"),
            ("//me:word@reg.lan/x", "//***@reg.lan/x"),
            ("a:b@c/d e:f@g/h", "***@c/d ***@g/h"),
            ("see\u{a0}me:word@reg.lan/x\u{3000}y", "see\u{a0}***@reg.lan/x\u{3000}y"),
            ("'\u{1b}[33mme:word@reg.lan/x\u{1b}[0m'", "'\u{1b}[33m***@reg.lan/x\u{1b}[0m'"),
        ] {
            assert_eq!(without(text), want);
        }
    }

    #[test]
    fn what_is_no_user_stays() {
        for text in [
            "user@host",
            "git@github.com:owner/name",
            "me@host.example/x",
            "mailto:me@host.example",
            "nginx@1.25",
            "nginx:1.25@sha256:0123456789abcdef",
            "reg.lan:5000/x:1@sha256:0123456789abcdef/y",
            "name@sha256:…",
            "npm:@scope/name",
            "https://host.example/a:b@c/d",
            "see https://host.example/a@b",
            "a: @b/c",
            "see\u{a0}git@host.example/x",
            "at 12:30 @home/office",
            "ü:@/x",
            "@/",
        ] {
            assert_eq!(without(text), text);
        }
    }
}
