use proptest::prelude::*;

use super::*;

fn told(text: &str) -> (Span, String) {
    let fault = Json::parse(text).expect_err(text);
    (fault.span, fault.what)
}

#[test]
fn what_gos_reader_refuses_is_refused_with_its_place() {
    let table = [
        ("", 0..0, "expected a value, and the text ends"),
        ("\u{feff}{}", 0..3, "expected a value"),
        ("{\"a\": 1,}", 8..9, "expected a key in `\"`"),
        ("[1,]", 3..4, "expected a value"),
        ("[1 2]", 3..4, "expected `,` or `]`"),
        ("{\"a\" 1}", 5..6, "expected `:` behind the key"),
        ("{\"a\":1", 6..6, "expected `,` or `}`, and the text ends"),
        ("// a\n{}", 0..1, "expected a value"),
        ("{} {}", 3..4, "expected the end"),
        ("01", 1..2, "expected the end"),
        ("1.", 2..2, "expected a digit, and the text ends"),
        ("+1", 0..1, "expected a value"),
        ("\"a", 2..2, "expected `\"` behind the text, and the text ends"),
        ("\"a\nb\"", 2..3, "expected a character that can be seen; others are escapes"),
        ("\"\\x\"", 2..3, "expected an escape such as `\\n`"),
        ("\"\\u12é4\"", 5..7, "expected four hexadecimal digits behind `\\u`"),
        ("nul", 0..1, "expected a value"),
    ];
    for (text, span, what) in table {
        assert_eq!(told(text), (span, what.to_owned()), "{text}");
    }
}

#[test]
fn the_depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Json::parse(&nested(DEPTH)).is_ok());
    let (span, what) = told(&nested(DEPTH + 1));
    assert_eq!((span, what.as_str()), (DEPTH..DEPTH + 1, "more than 128 lists and objects in one another"));
    assert!(Json::parse(&"{\"a\":".repeat(1_000_000)).is_err());
}

#[test]
fn of_a_key_that_stands_twice_the_last_value_counts() {
    let json = Json::parse(r#"{"a":1,"b":2,"a":3}"#).expect("it is JSON");
    assert_eq!(json.compact(), r#"{"a":3,"b":2}"#);
    let json = Json::parse(r#"{"mode":"vepa","Mode":"bridge"}"#).expect("it is JSON");
    assert_eq!(json.get("mode").and_then(Json::as_text), Some("bridge"));
}

#[test]
fn texts_are_read_with_their_escapes_and_written_so_that_they_can_be_seen() {
    let read = |text: &str| Json::parse(text).expect("it is JSON").as_text().map(str::to_owned);
    assert_eq!(read(r#""\u00e9\ud83d\ude00\/\n""#).as_deref(), Some("é😀/\n"));
    assert_eq!(read(r#""\ud83d \ud83dA\ude00""#).as_deref(), Some("\u{fffd} \u{fffd}A\u{fffd}"));
    let hostile = Json::text("a\u{85}\u{2028}\u{202e}\u{feff}\u{7f}\u{1}\u{e0041}\tb");
    assert_eq!(hostile.compact(), "\"a\\u0085\\u2028\\u202e\\ufeff\\u007f\\u0001\u{e0041}\\tb\"");
}

/// Any value, as `serde_json` has it.
fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn it_reads_and_writes_what_another_reader_does(value in any_value()) {
        let text = serde_json::to_string_pretty(&value).expect("a JSON value is written to a string");
        let json = Json::parse(&text).expect("it is JSON");
        let again = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
        prop_assert_eq!(again(&json.indented()), again(&text));
        prop_assert_eq!(again(&json.compact()), again(&text));
        prop_assert_eq!(Json::parse(&json.indented()), Ok(json));
        if text.chars().all(|one| !wrtpod_shown::steers(one) || one == '\n') {
            prop_assert_eq!(Json::parse(&text).expect("it is JSON").indented(), text);
        }
    }

    #[test]
    fn both_readers_refuse_the_same(text in "[\\[\\]{}\",:\\\\ 01ntrue.eE+-]{0,24}") {
        prop_assert_eq!(Json::parse(&text).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn no_text_is_too_much_for_it(text in any::<String>()) {
        if let Err(fault) = Json::parse(&text) {
            prop_assert!(text.get(fault.span).is_some());
        }
    }
}
