//! What a registry wants before it answers: the header `WWW-Authenticate` (RFC 9110, 11.6.1). Pure.

/// One way to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A user and a password with each request.
    Basic,
    /// A token of this service (distribution spec, token authentication).
    Bearer { realm: String, service: Option<String> },
}

/// The best of the ways that these headers offer: a token, else a password.
pub(super) fn best<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    let all: Vec<Challenge> = headers.flat_map(parse).collect();
    let is_bearer = |challenge: &&Challenge| matches!(challenge, Challenge::Bearer { .. });
    all.iter().find(is_bearer).or(all.first()).cloned()
}

/// The challenges of one header that are known.
fn parse(header: &str) -> Vec<Challenge> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        if end == 0 {
            break; // The end, or no header of this form.
        }
        let word = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start_matches([' ', '\t']);
        if let (Some(after), Some((_, params))) = (rest.strip_prefix('='), found.last_mut()) {
            let (value, after) = value(after.trim_start_matches([' ', '\t']));
            params.push((word, value));
            rest = after;
        } else {
            found.push((word, Vec::new()));
        }
    }
    found.into_iter().filter_map(|(scheme, params)| known(&scheme, &params)).collect()
}

fn known(scheme: &str, params: &[(String, String)]) -> Option<Challenge> {
    let param = |name: &str| params.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    match scheme {
        "basic" => Some(Challenge::Basic),
        "bearer" => Some(Challenge::Bearer { realm: param("realm")?, service: param("service") }),
        _ => None,
    }
}

/// A value, quoted or not, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(inner) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return (value, &inner[at + 1..]),
            _ => value.push(c),
        }
    }
    (value, "")
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>) -> Challenge {
        Challenge::Bearer { realm: realm.to_owned(), service: service.map(str::to_owned) }
    }

    #[test]
    fn the_known_ways_are_read() {
        let table = [
            ("Basic realm=\"x\"", Some(Challenge::Basic)),
            ("basic", Some(Challenge::Basic)),
            (
                "Bearer realm=\"https://a/t?x=1,2\",service=\"a b\",scope=\"r:p:pull\"",
                Some(bearer("https://a/t?x=1,2", Some("a b"))),
            ),
            ("bearer Realm = \"https://a\\\"b\"", Some(bearer("https://a\"b", None))),
            ("Bearer realm=https://a/t, service=s", Some(bearer("https://a/t", Some("s")))),
            ("Negotiate, Basic realm=\"x\", Bearer realm=\"r\"", Some(bearer("r", None))),
            ("Bearer service=\"s\"", None),
            ("Bearer realm=\"open", Some(bearer("open", None))),
            ("Negotiate", None),
            ("=", None),
            ("", None),
            ("\"", None),
        ];
        for (header, want) in table {
            assert_eq!(best([header].into_iter()), want, "{header}");
        }
        assert_eq!(best(["Basic", "Bearer realm=r"].into_iter()), Some(bearer("r", None)));
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read_to_its_end(header in "[ -~\\PC]{0,60}") {
            best([header.as_str()].into_iter());
        }
    }
}
