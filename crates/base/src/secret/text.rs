//! Secrets in texts of any kind: UCI, YAML, JSON, shell, files, URLs.

use std::borrow::Cow;
use std::ops::Range;

use super::users::users;
use super::{HIDDEN, flow, is_harmless, is_name, is_option, may_be_option};

/// Where secrets stand in a text, in order: values behind a name that says so, options of UCI, private keys in PEM, hashes of
/// passwords, users and passwords of addresses. What a line says that is none of these stays.
pub fn ranges(text: &str) -> Vec<Range<usize>> {
    found(text, Reader::default())
}

/// The same, and what stands behind a name that is a secret's in sections of some type: of a text that is not understood, nobody
/// knows which.
pub fn suspects(text: &str) -> Vec<Range<usize>> {
    found(text, Reader { suspicious: true, ..Reader::default() })
}

fn found(text: &str, mut reader: Reader) -> Vec<Range<usize>> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        reader.line(line.trim_end_matches(['\n', '\r']), at);
        at += line.len();
    }
    merged(reader.found)
}

/// Ranges in order, those that overlap as one, without empty ones.
pub(super) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| range.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// A text with each of its secrets replaced by [`HIDDEN`].
pub fn without(text: &str) -> Cow<'_, str> {
    replaced(text, &ranges(text))
}

/// A text whose addresses have no user and no password: for what is no file of the user's, such as an error.
pub fn without_users(text: &str) -> Cow<'_, str> {
    replaced(text, &users(text))
}

fn replaced<'a>(text: &'a str, ranges: &[Range<usize>]) -> Cow<'a, str> {
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
    for range in ranges {
        shown.push_str(&text[at..range.start]);
        shown.push_str(HIDDEN);
        at = range.end;
    }
    shown.push_str(&text[at..]);
    Cow::Owned(shown)
}

/// What is known of the lines before.
#[derive(Default)]
struct Reader {
    found: Vec<Range<usize>>,
    /// The type of UCI's section.
    kind: String,
    /// Within a value that goes on: until when.
    within: Option<Within>,
    /// Whether a name is enough that is a secret's in sections of some type.
    suspicious: bool,
}

enum Within {
    /// A private key in PEM.
    Key,
    /// A quoted value.
    Quote(char),
    /// A block of YAML, whose lines are indented more than this.
    Block(usize),
}

impl Reader {
    fn line(&mut self, line: &str, at: usize) {
        let indent = line.len() - line.trim_start().len();
        match self.within {
            Some(Within::Key) => {
                if line.contains("-----END") {
                    self.within = None;
                } else {
                    self.hide(at + indent..at + line.trim_end().len());
                }
                return;
            }
            Some(Within::Quote(quote)) => {
                let end = closing(line, quote);
                self.hide(at..at + end.unwrap_or(line.len()));
                if end.is_some() {
                    self.within = None;
                }
                return;
            }
            Some(Within::Block(outer)) if line.trim().is_empty() || indent > outer => {
                self.hide(at + indent..at + line.trim_end().len());
                return;
            }
            Some(Within::Block(_)) => self.within = None,
            None => {}
        }
        if let Some(begin) = line.find("-----BEGIN").filter(|_| line.contains("PRIVATE KEY-----")) {
            match line.find("-----END") {
                Some(end) if end > begin => self.hide(at + begin..at + end),
                _ => self.within = Some(Within::Key),
            }
            return;
        }
        self.found
            .extend(users(line).into_iter().chain(hashes(line)).map(|one| one.start + at..one.end + at));
        if !self.uci(line, indent, at) {
            self.assignments(line, indent, at);
        }
    }

    fn hide(&mut self, range: Range<usize>) {
        self.found.push(range);
    }

    /// A line of a UCI file; false for any other.
    fn uci(&mut self, line: &str, indent: usize, at: usize) -> bool {
        let mut words = line.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match first {
            "config" => {
                second.trim_matches(['\'', '"']).clone_into(&mut self.kind);
                true
            }
            "option" | "list" if words.next().is_some() => {
                let behind = indent + line[indent..].find(second).unwrap_or_default() + second.len();
                let value = behind + line[behind..].len() - line[behind..].trim_start().len();
                let text = line[value..].trim().trim_matches(['\'', '"']);
                // Of a type that is not in the table, or mistyped, a path is still none.
                let may_be = || may_be_option(&self.kind, second) && !is_harmless(second, text);
                if is_option(&self.kind, second) || may_be() {
                    self.value(&line[value..], at + value);
                }
                true
            }
            _ => false,
        }
    }

    /// The value of an option: what is within its quotes, which may be closed in a later line.
    fn value(&mut self, value: &str, at: usize) {
        let value = value.trim_end();
        let Some(quote) = value.chars().next().filter(|one| matches!(one, '\'' | '"')) else {
            return self.hide(at..at + value.len());
        };
        let end = closing(&value[1..], quote);
        self.hide(at + 1..at + 1 + end.unwrap_or(value.len() - 1));
        if end.is_none() {
            self.within = Some(Within::Quote(quote));
        }
    }

    /// `name: value`, `"name": "value"`, `name=value`: each in a line, whatever stands before.
    fn assignments(&mut self, line: &str, indent: usize, at: usize) {
        // What was read with an earlier sign: a value may be full of them.
        let mut read = 0;
        for (sign, character) in line.match_indices([':', '=']) {
            if sign < read {
                continue;
            }
            let before = line[..sign].trim_end().trim_end_matches(['"', '\'']);
            let is_part = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.');
            let begin = before.rfind(|one| !is_part(one)).map_or(0, |at| at + 1);
            let begin = (begin..before.len()).find(|at| before.is_char_boundary(*at)).unwrap_or(before.len());
            let name = &before[begin..];
            let name = name.rsplit('.').next().unwrap_or(name);
            let is_suspect = || may_be_option("", name) || name == "value";
            let is_secret = is_name(name) || self.suspicious && is_suspect();
            if !is_secret {
                continue;
            }
            let rest = &line[sign + 1..];
            let is_key = character == ":" && before.len() == sign;
            if is_key && !rest.is_empty() && !rest.starts_with([' ', '\t']) {
                continue;
            }
            let start = sign + 1 + rest.len() - rest.trim_start().len();
            match length(&line[start..], character == ":", line[..begin].contains('{')) {
                Length::Of(length) => {
                    self.hide(at + start..at + start + length);
                    read = start + length;
                }
                Length::Quoted => self.value(&line[start..], at + start),
                Length::Block => self.within = Some(Within::Block(indent)),
                // A path ends in no name: `/etc/passwd: {content: x}`.
                Length::Map if line[..begin].ends_with('/') => {}
                Length::Map => {
                    let (texts, length) = flow::texts(&line[start..]);
                    let texts = texts.into_iter();
                    self.found.extend(texts.map(|one| one.start + at + start..one.end + at + start));
                    read = start + length;
                }
            }
            if self.within.is_some() {
                return;
            }
        }
    }
}

enum Length {
    /// So many bytes.
    Of(usize),
    /// Up to the quote that closes it.
    Quoted,
    /// The lines that follow.
    Block,
    /// A mapping in braces.
    Map,
}

/// How long a value is: `spaced` ones hold blanks, those of a `flow` of YAML or JSON end at a comma or brace.
fn length(value: &str, spaced: bool, flow: bool) -> Length {
    let whole = value.trim_end();
    match whole.chars().next() {
        Some('\'' | '"') => return Length::Quoted,
        Some('|' | '>') if spaced && !flow => return Length::Block,
        Some('[') if spaced => return Length::Of(whole.find(']').unwrap_or(whole.len())),
        Some('{') if spaced && !whole.starts_with("{{") => return Length::Map,
        // Other keys, an alias, a variable: no secret stands here.
        None | Some('{' | '[' | '*') => return Length::Of(0),
        Some('&') if !spaced => return Length::Of(0),
        Some('$') if !spaced || whole.starts_with("$(") || whole.starts_with("${") => return Length::Of(0),
        Some(_) => {}
    }
    let end = if flow {
        whole.find([',', '}'])
    } else if spaced {
        whole.find(" #")
    } else {
        whole.find(|one: char| one.is_whitespace() || matches!(one, '&' | '\'' | '"' | ';'))
    };
    let value = whole[..end.unwrap_or(whole.len())].trim_end();
    Length::Of(if matches!(value, "true" | "false" | "null" | "~") { 0 } else { value.len() })
}

/// Where a quoted value ends, of which the opening quote has been read; `None` where it goes on in the next line. A quote
/// within it is written `\"`, `''` (YAML) or `'\''` (UCI, sh).
pub(super) fn closing(text: &str, quote: char) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let found = rest.find(|one| one == quote || one == '\\' && quote == '"')?;
        let behind = &rest[found..];
        at += found
            + if behind.starts_with('\\') {
                1 + behind.chars().nth(1)?.len_utf8()
            } else if quote == '\'' && behind.starts_with("'\\''") {
                4
            } else if quote == '\'' && behind.starts_with("''") {
                2
            } else {
                return Some(at + found);
            };
    }
}

/// Hashes of passwords as crypt(3) writes them: `$6$SALT$HASH`.
fn hashes(line: &str) -> Vec<Range<usize>> {
    let found = line.match_indices('$').filter_map(|(at, _)| {
        let rest = &line[at + 1..];
        let (kind, rest) = rest.split_once('$')?;
        let is_hash = |one: char| one.is_ascii_alphanumeric() || "./$,=+_-".contains(one);
        let length = rest.find(|one| !is_hash(one)).unwrap_or(rest.len());
        let is_kind = matches!(kind, "1" | "2a" | "2b" | "2x" | "2y" | "5" | "6" | "7" | "y" | "gy");
        (is_kind && length >= 13).then(|| at..at + 1 + kind.len() + 1 + length)
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read once is not read again: a line of 400 kB would take minutes.
    #[test]
    fn a_long_line_is_read_once() {
        for one in ["@", "password: {x, ", "a@", "@x", "password: ", "token=", "me:word@x/"] {
            let line = one.repeat(400_000 / one.len());
            let _ = suspects(&line);
        }
    }

    #[test]
    fn secrets_that_overlap_are_hidden_to_the_end_of_both() {
        assert_eq!(without("word: 'mq:password=hun@ter/2' x"), "word: '***' x");
    }

    #[test]
    fn secrets_are_hidden_in_every_form() {
        for (text, want) in [
            (
                "config interface 'wg0'\n\toption private_key 'abc='\n",
                "config interface 'wg0'\n\toption private_key '***'\n",
            ),
            (
                "config wifi-iface\n\toption key \"x y\"\n\toption ssid 'a'\n",
                "config wifi-iface\n\toption key \"***\"\n\toption ssid 'a'\n",
            ),
            (
                "config wifi-ifac 'ap'\n\toption key 'abc'\n\tlist r0kh 'd'\n\tlist r0kh 'e'\n",
                "config wifi-ifac 'ap'\n\toption key '***'\n\tlist r0kh '***'\n\tlist r0kh '***'\n",
            ),
            (
                "config uhttpd 'main'\n\toption key '/etc/uhttpd.key'\n",
                "config uhttpd 'main'\n\toption key '/etc/uhttpd.key'\n",
            ),
            ("\toption password 'a'\\''b'\n\toption x 'y'", "\toption password '***'\n\toption x 'y'"),
            ("\toption password 'a\nb' \n\toption x 'y'", "\toption password '***\n***' \n\toption x 'y'"),
            (
                "\toption password 'a\nb'\\''c'\n\toption x 'y'",
                "\toption password '***\n***'\n\toption x 'y'",
            ),
            ("{password: 'it''s', x: 1}", "{password: '***', x: 1}"),
            ("{\"password\": \"a\\\"b\", \"x\": 1}", "{\"password\": \"***\", \"x\": 1}"),
            ("password: \"a\n  b\"\nx: y", "password: \"***\n***\"\nx: y"),
            ("password: $ecret", "password: ***"),
            ("private_key: [abc=, def=]", "private_key: ***]"),
            ("  password: my secret words # why", "  password: *** # why"),
            ("  password: &anchor word", "  password: ***"),
            ("{wg0: {private_key: abc=, proto: wireguard}}", "{wg0: {private_key: ***, proto: wireguard}}"),
            ("{\"password\": \"a, b\", \"x\": 1}", "{\"password\": \"***\", \"x\": 1}"),
            (
                "- name: A\n  token: |\n    one\n    two\n  x: y",
                "- name: A\n  token: |\n    ***\n    ***\n  x: y",
            ),
            ("uci set network.wan.password='p w'; x=1", "uci set network.wan.password='***'; x=1"),
            ("PASSWORD=abc next", "PASSWORD=*** next"),
            ("DB_PASS=abc PWD=/root next", "DB_PASS=*** PWD=/root next"),
            ("--set uci.network.wg0.private_key=abc=", "--set uci.network.wg0.private_key=***"),
            ("root:$6$salt$abcdefghijklmnop:1:0", "root:***:1:0"),
            ("https://me:pa@ss@host.example/x and http://b/@", "https://***@host.example/x and http://b/@"),
            (
                "a\n-----BEGIN EC PRIVATE KEY-----\nMHc\nAbc\n-----END EC PRIVATE KEY-----\nb",
                "a\n-----BEGIN EC PRIVATE KEY-----\n***\n***\n-----END EC PRIVATE KEY-----\nb",
            ),
        ] {
            assert_eq!(without(text), want);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "secret: vpn-credentials",
            "/etc/passwd: {content: x}",
            "emptyRootPassword: true",
            "private_key: {secretKeyRef: {name: wg, key: private-key}}",
            "{\"password\": {\"secretKeyRef\": {\"name\": \"wg\", \"key\": \"private-key\"}}}",
            "password: {{ .Values.x }}",
            "password:\n  secretKeyRef: {name: a, key: b}",
            "password=$(cat /run/x)",
            "--from-literal=password-hash=\"$(openssl passwd -6)\"",
            "option public_key 'abc'",
            "see https://host.example/a@b",
            "token",
            "é: ü",
        ] {
            assert_eq!(without(text), text);
        }
    }

    #[test]
    fn an_error_keeps_all_but_users() {
        assert_eq!(
            without_users("cannot reach https://a:b@c:6443/: token: x"),
            "cannot reach https://***@c:6443/: token: x"
        );
    }
}
