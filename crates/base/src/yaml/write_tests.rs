//! Tests of writing.

use super::*;
use crate::diag::{Diagnostics, SourceMap};
use crate::yaml::{read, to_json};
use proptest::prelude::*;
use serde_json::json;

/// What a reader of YAML 1.1 gets from the text.
fn reread(text: &str) -> Vec<Value> {
    let mut sources = SourceMap::new();
    let file = sources.add("f", text);
    let mut diagnostics = Diagnostics::new();
    let trees = read(file, &sources, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:?}\n{text}", diagnostics.sorted());
    trees.iter().map(to_json).collect()
}

#[test]
fn says_first_what_a_document_is() {
    let value = json!({"data": {"x": 1}, "metadata": {"z": "a", "name": "x"}, "kind": "ConfigMap", "apiVersion": "v1"});
    assert_eq!(
        write(&value),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  z: a\n  name: x\ndata:\n  x: 1\n"
    );
}

/// Who looks at a manifest sees what is in it, and readers get what was written.
#[test]
fn what_steers_a_terminal_is_an_escape() {
    let long = format!("{}\u{200b}", "x".repeat(2000));
    let value = json!({
        "a": "user \u{202e}nimda\u{202c} x",
        "block": "one\ntwo \u{2066}three\u{2069}\n",
        "k\u{200b}ey": {"list": ["\u{feff}", "\u{e0041}tag", "\u{ad}", {"\u{202e}": 1}]},
        long: [{"b": "\u{61c}"}],
        "plain": "naïve 日本 👍",
    });
    let text = write(&value);
    assert!(!text.chars().any(|one| one != '\n' && shown::steers(one)), "{text}");
    assert!(text.contains("a: \"user \\u202Enimda\\u202C x\"\n"), "{text}");
    assert!(
        text.contains("\"one\\ntwo \\u2066three\\u2069\\n\"\n") && text.contains("\\U000E0041tag"),
        "{text}"
    );
    assert!(text.contains("naïve 日本 👍"), "{text}");
    assert_eq!(reread(&text), [value]);
}

#[test]
fn quotes_what_some_reader_would_change() {
    let texts = [
        "on",
        "y",
        "0644",
        "1e3",
        "null",
        "~",
        "",
        "22:30:00",
        "52:54:00:12:34:56",
        "2001-01-01",
        "=",
        "<<",
        "1_000",
        "a: b",
        "-x",
    ];
    let object: Map<String, Value> = texts.iter().map(|text| ((*text).to_owned(), json!(text))).collect();
    let text = write(&Value::Object(object.clone()));
    for line in text.lines().filter(|line| !line.ends_with("-x")) {
        let (key, value) = line.rsplit_once(": ").unwrap_or_default();
        assert!(key.starts_with(['"', '\'']) && value.ends_with(['"', '\'']), "{line}");
    }
    assert_eq!(reread(&text), [Value::Object(object)]);
}

#[test]
fn writes_texts_of_several_lines_as_blocks() {
    let long = "word ".repeat(60);
    let value = json!({
        "uci": "config a\n\toption b 'c'\n",
        "tab": "\toption b\n",
        "blank": "\n\n\tx\n",
        "json": "{\n  \"a\": 1\n}",
        "long": long.trim(),
        "list": [{"a": "x\ny\n"}, ["b"]],
        "none": {},
        "empty": [],
    });
    let want = format!(
        "uci: |\n  config a\n  \toption b 'c'\ntab: \"\\toption b\\n\"\nblank: \"\\n\\n\\tx\\n\"\njson: |-\n  {{\n    \"a\": 1\n  }}\nlong: {}\nlist:\n- a: |\n    x\n    y\n- - b\nnone: {{}}\nempty: []\n",
        long.trim()
    );
    let text = write(&value);
    assert_eq!(text, want);
    assert_eq!(reread(&text), [value]);
}

#[test]
fn writes_several_documents() {
    let values = [json!({"a": 1}), json!([1]), json!("x"), json!({"b": "x\n"})];
    let text = write_all(&values);
    assert_eq!(text, "a: 1\n---\n- 1\n---\nx\n---\nb: |\n  x\n");
    assert_eq!(reread(&text), values);
}

#[test]
fn long_keys_stand_on_lines_of_their_own() {
    let long = ["k".repeat(1024), "k".repeat(1025), "日 ".repeat(600)];
    for value in
        [json!("x"), json!("x\ny\n"), json!({"a": {"b": "c\nd"}}), json!([1, [2], {"a": "b\n"}]), json!([])]
    {
        let of_long: Map<String, Value> = long.iter().map(|key| (key.clone(), value.clone())).collect();
        let whole = json!({"a": of_long, "list": [of_long]});
        assert!(
            write(&whole) == whole_by_serde_saphyr(&whole) && reread(&write(&whole)) == [whole],
            "{value}"
        );
    }
}

/// What serde-saphyr makes of a value without our layout.
fn whole_by_serde_saphyr(value: &Value) -> String {
    struct Node<'a>(&'a Value);
    impl Serialize for Node<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                Value::String(text) if needs_double_quotes(text) => {
                    DoubleQuoted(text.as_str()).serialize(serializer)
                }
                Value::Array(items) => serializer.collect_seq(items.iter().map(Node)),
                Value::Object(object) => {
                    serializer.collect_map(object.iter().map(|(key, value)| (key, Node(value))))
                }
                scalar => scalar.serialize(serializer),
            }
        }
    }
    of_serde_saphyr(&Node(value))
}

/// Pieces of texts that YAML writers get wrong.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "\t", "\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{feff}", " ", "  ", "\n\n", ":", ": ", " #", "#",
    "- ", "-", "'", "\"", "\\", "|", ">", "&a", "*a", "!t", "%", "@", "`", "{", "}", "[", "]", ",", "?",
    "? ", "on", "0644", "1e3", "null", "~", "---", "...", "--- ", "x", "é", "日", "\0", "\u{7f}",
    "\u{1b}", "52:54:00:12:34:56", "{{ x }}", "<<", "=", "😀", "\u{fffe}",
    "word", "a/b.c-d_e", "/", "Yes", "NaN", "inf", "n", "TRUE", "9", ".", "_",
];

/// Texts that YAML writers get wrong.
fn hostile_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::collection::vec(prop::sample::select(PIECES), 0..8).prop_map(|pieces| pieces.concat()),
        1 => any::<String>(),
    ]
}

fn hostile_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => hostile_text().prop_map(Value::String),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(Value::from),
        1 => (0_u32..1000).prop_map(|n| json!(f64::from(n) / 8.0 + 0.0625)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((hostile_text(), inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_layout_is_that_of_serde_saphyr(value in hostile_value()) {
        let whole = whole_by_serde_saphyr(&value);
        // It writes these as they are.
        prop_assume!(!whole.chars().any(|one| !one.is_ascii() && shown::steers(one)));
        prop_assert_eq!(write(&value), whole);
    }

    #[test]
    fn write_then_read_is_identity(value in prop::collection::vec((hostile_text(), hostile_value()), 1..4)) {
        let value = Value::Object(value.into_iter().collect());
        let text = write(&value);
        // `apiVersion`, `kind` and `metadata` move; equality of maps does not see order.
        prop_assert_eq!(reread(&text), vec![value]);
    }
}
