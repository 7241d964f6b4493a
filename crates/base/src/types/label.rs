//! Keys and values of Kubernetes' labels and annotations (apimachinery `validation.IsQualifiedName`,
//! `IsValidLabelValue`), and names of ports (`IsValidPortName`).

use super::{Invalid, quoted};

/// Longest name behind a key's prefix, and longest value of a label.
const LONGEST: usize = 63;
/// Longest prefix of a key.
const LONGEST_PREFIX: usize = 253;
/// Longest name of a port: IANA's, not DNS'.
const LONGEST_PORT: usize = 15;

/// Why a text is no key of a label, an annotation or an extended resource; `None` for a good one.
pub fn key_fault(text: &str) -> Option<Invalid> {
    const RULE: &str =
        "write NAME or DOMAIN/NAME: letters, digits, `-`, `_` and `.`, a letter or digit at both ends";
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    if name.len() > LONGEST {
        let problem = format!("the name in the key {} has {} characters", quoted(text), name.len());
        return Some(Invalid::new(problem, format!("use at most {LONGEST}")));
    }
    let good = is_word(name) && prefix.is_none_or(is_domain);
    (!good).then(|| Invalid::new(format!("{} is not a key", quoted(text)), RULE))
}

/// Why a text is no value of a label; `None` for a good one.
pub fn value_fault(text: &str) -> Option<Invalid> {
    const RULE: &str = "use letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";
    if text.len() > LONGEST {
        let problem = format!("the value {} has {} characters", quoted(text), text.len());
        return Some(Invalid::new(problem, format!("use at most {LONGEST}; an annotation may be longer")));
    }
    let good = text.is_empty() || is_word(text);
    (!good).then(|| Invalid::new(format!("{} is not a value of a label", quoted(text)), RULE))
}

/// Why a text is no name of a port; `None` for a good one.
pub fn port_fault(text: &str) -> Option<Invalid> {
    if text.len() > LONGEST_PORT {
        let problem = format!("the name of port {} has {} characters", quoted(text), text.len());
        return Some(Invalid::new(problem, format!("use at most {LONGEST_PORT}")));
    }
    let good = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && !text.contains("--")
        && !text.starts_with('-')
        && !text.ends_with('-');
    let fix = "use small letters, digits and single `-`, with a letter somewhere";
    (!good).then(|| Invalid::new(format!("{} is not a name of a port", quoted(text)), fix))
}

/// Whether a text is a DNS subdomain: labels of small letters, digits and `-`, joined by dots.
pub fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= LONGEST
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= LONGEST_PREFIX && text.split('.').all(label)
}

fn is_word(text: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let middle = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    ends(text.chars().next()) && ends(text.chars().next_back()) && text.chars().all(middle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_kubernetes_takes() {
        for key in ["a", "A_b.c-d", "example.org/Role", "squat.ai/zigbee", &"x".repeat(63)] {
            assert_eq!(key_fault(key), None, "{key}");
        }
        for value in ["", "a", "1.10", "Yes_no", &"x".repeat(63)] {
            assert_eq!(value_fault(value), None, "{value}");
        }
        for port in ["http", "a", "9p", "mqtt-tls", "fifteen-letters"] {
            assert_eq!(port_fault(port), None, "{port}");
        }
    }

    #[test]
    fn refuses_what_kubernetes_refuses() {
        for key in ["", "/a", "a/", "a/b/c", "-a", "a b", "Example.org/a", "ä", &"x".repeat(64)] {
            assert!(key_fault(key).is_some(), "{key}");
        }
        for value in ["-", "a b", ".a", "a/b", &"x".repeat(64)] {
            assert!(value_fault(value).is_some(), "{value}");
        }
        for port in ["", "80", "a--b", "-a", "a-", "HTTP", "sixteen-letters-"] {
            assert!(port_fault(port).is_some(), "{port}");
        }
    }
}
