//! A tree as untyped JSON, read as kubectl reads it: by the rules of YAML 1.1, so that a fragment means the same as in
//! a file given to `kubectl apply`. Source: go-yaml v2 `resolve.go` behind `sigs.k8s.io/yaml`, and kubectl 1.37 as run.

use super::{Key, Kind, Tree};
use crate::diag::Span;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// The tree as JSON. Unquoted `on`, `yes`, `y` are true, `0644` and `0o644` are 420, `1_000` is 1000; `22:30:00`, MAC
/// addresses and dates stay texts. What JSON has no number for (infinity) stays a text.
pub fn to_json(tree: &Tree) -> Value {
    match &tree.kind {
        Kind::Null => Value::Null,
        Kind::Scalar { text, plain: true } => plain(text),
        Kind::Scalar { text, plain: false } => Value::String(text.clone()),
        Kind::Seq(items) => items.iter().map(to_json).collect(),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|entry| (key(&entry.key), to_json(&entry.value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// Where the parts of that JSON were written, by their pointers: a scalar itself, of a list or a mapping the key.
pub fn places(tree: &Tree) -> BTreeMap<String, Span> {
    let mut places = BTreeMap::new();
    add_places(tree, "", &mut places);
    places
}

fn add_places(tree: &Tree, pointer: &str, places: &mut BTreeMap<String, Span>) {
    match &tree.kind {
        Kind::Null | Kind::Scalar { .. } => {}
        Kind::Seq(items) => {
            for (index, item) in items.iter().enumerate() {
                let pointer = format!("{pointer}/{index}");
                places.insert(pointer.clone(), item.span);
                add_places(item, &pointer, places);
            }
        }
        Kind::Map(entries) => {
            for entry in entries {
                let key = key(&entry.key).replace('~', "~0").replace('/', "~1");
                let pointer = format!("{pointer}/{key}");
                let scalar = matches!(entry.value.kind, Kind::Scalar { .. });
                places.insert(pointer.clone(), if scalar { entry.value.span } else { entry.key.span });
                add_places(&entry.value, &pointer, places);
            }
        }
    }
}

/// The text of a key: what its value as a scalar is written as in JSON.
fn key(key: &Key) -> String {
    match key.plain.then(|| plain(&key.text)) {
        None | Some(Value::String(_)) => key.text.clone(),
        Some(other) => other.to_string(),
    }
}

fn plain(text: &str) -> Value {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        _ if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) => text.into(),
        _ => integer(text).or_else(|| float(text)).map_or_else(|| text.into(), Value::Number),
    }
}

fn integer(text: &str) -> Option<Number> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (negative, digits) = match digits.as_bytes().first()? {
        b'-' => (true, &digits[1..]),
        b'+' => (false, &digits[1..]),
        _ => (false, &digits[..]),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, body) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    if !body.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let number = u64::from_str_radix(body, radix).ok()?;
    if negative { 0_i64.checked_sub_unsigned(number).map(Number::from) } else { Some(Number::from(number)) }
}

fn float(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mantissa = unsigned.split(['e', 'E']).next().unwrap_or_default();
    let shape = unsigned.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !shape || !mantissa.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    // JSON made from Go has no `.0` behind a whole number, and Kubernetes takes none for an integer.
    let whole = format!("{number:.0}");
    match whole.parse::<i64>() {
        Ok(integer) if number.fract() == 0.0 && number.abs() < 1e15 => Some(integer.into()),
        _ => Number::from_f64(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_plain_scalars_as_kubectl_does() {
        let table = [
            ("on", json!(true)),
            ("Y", json!(true)),
            ("off", json!(false)),
            ("oN", json!("oN")),
            ("0644", json!(420)),
            ("0o644", json!(420)),
            ("-0644", json!(-420)),
            ("0b11", json!(3)),
            ("0x1F", json!(31)),
            ("1_000", json!(1000)),
            ("+7", json!(7)),
            ("08", json!(8)),
            ("0", json!(0)),
            ("1e3", json!(1000)),
            ("1.5", json!(1.5)),
            (".5", json!(0.5)),
            ("-", json!("-")),
            ("+", json!("+")),
            (".", json!(".")),
            ("1.2.3", json!("1.2.3")),
            ("22:30:00", json!("22:30:00")),
            ("52:54:00:12:34:56", json!("52:54:00:12:34:56")),
            ("2001-01-01", json!("2001-01-01")),
            (".inf", json!(".inf")),
            ("1e999", json!("1e999")),
            ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("0x", json!("0x")),
        ];
        for (text, want) in table {
            assert_eq!(plain(text), want, "{text}");
        }
    }
}
