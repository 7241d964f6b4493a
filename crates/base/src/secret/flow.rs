//! Mappings in braces, as YAML and JSON write them in one line.

use std::ops::Range;

use super::text::closing;

/// The texts in a mapping in braces, as in YAML or JSON, but for keys and for what names the key of a Secret or ConfigMap; and
/// the mapping's length.
pub(super) fn texts(flow: &str) -> (Vec<Range<usize>>, usize) {
    let (mut found, mut at, mut depth) = (Vec::new(), 0, 0_usize);
    // Behind `secretKeyRef` or `configMapKeyRef`, and the depth of its own mapping.
    let (mut refers, mut reference) = (false, None);
    while let Some(one) = flow[at..].chars().next() {
        let mut length = one.len_utf8();
        match one {
            '{' | '[' => {
                depth += 1;
                if std::mem::take(&mut refers) && reference.is_none() {
                    reference = Some(depth);
                }
            }
            '}' | ']' => {
                if reference == Some(depth) {
                    reference = None;
                }
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            ',' => refers = false,
            _ if one == ':' || one.is_whitespace() => {}
            _ => {
                let text;
                (text, length) = text_at(&flow[at..]);
                if flow[at + length..].trim_start().starts_with(':') {
                    let key = &flow[at + text.start..at + text.end];
                    refers = matches!(key, "secretKeyRef" | "configMapKeyRef");
                } else if reference.is_none() {
                    found.push(at + text.start..at + text.end);
                }
            }
        }
        at += length;
    }
    (found, at)
}

/// The text that a mapping in braces goes on with: what is within its quotes, and the length with them.
fn text_at(rest: &str) -> (Range<usize>, usize) {
    if let Some(quote) = rest.chars().next().filter(|one| matches!(one, '\'' | '"')) {
        return match closing(&rest[1..], quote) {
            Some(end) => (1..1 + end, end + 2),
            None => (1..rest.len(), rest.len()),
        };
    }
    let colon = rest.match_indices(':').map(|(at, _)| at).find(|at| {
        let behind = rest[at + 1..].chars().next();
        behind.is_none_or(|one| one.is_whitespace() || "{}[],".contains(one))
    });
    let end = rest.find(['{', '}', '[', ']', ',']).unwrap_or(rest.len()).min(colon.unwrap_or(rest.len()));
    let end = rest[..end].trim_end().len();
    (0..end, end)
}

#[cfg(test)]
mod tests {
    use crate::secret::without;

    #[test]
    fn all_but_the_words_of_a_reference_is_hidden() {
        for (text, want) in [
            ("password: {value: hunter2}", "password: {value: ***}"),
            ("{token: {value: hunter2, x: \"a}b\"}, y: z}", "{token: {value: ***, x: \"***\"}, y: z}"),
            ("token: {a:b, c:", "token: {***, c:"),
            (
                "token: {configMapKeyRef: {name: a, key: b}, value: c}",
                "token: {configMapKeyRef: {name: a, key: b}, value: ***}",
            ),
            (
                "token: {secretKeyRef: {name: a, key: b}, value: c}",
                "token: {secretKeyRef: {name: a, key: b}, value: ***}",
            ),
            ("token: {secretKeyRef: hunter3}", "token: {secretKeyRef: ***}"),
        ] {
            assert_eq!(without(text), want);
        }
    }
}
