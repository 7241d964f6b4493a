//! Tests of reading.

use super::*;

/// A tree on one line: plain scalars bare, others in quotes.
fn shown(tree: &Tree) -> String {
    match &tree.kind {
        Kind::Null => "null".into(),
        Kind::Scalar { text, plain: true } => text.clone(),
        Kind::Scalar { text, plain: false } => format!("{text:?}"),
        Kind::Seq(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|entry| format!("{}: {}", entry.key.text, shown(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The documents, then the faults as `code line:column`.
fn outcome(text: &str) -> (Vec<String>, Vec<String>) {
    let mut sources = SourceMap::new();
    let file = sources.add("f", text);
    let mut diagnostics = Diagnostics::new();
    let trees = read(file, &sources, &mut diagnostics);
    let faults = diagnostics.sorted().into_iter().map(|diagnostic| {
        let at = diagnostic.span.map(|span| sources.position(span.file, span.start));
        format!("{} {}:{}", diagnostic.code, at.map_or(0, |at| at.line), at.map_or(0, |at| at.column))
    });
    (trees.iter().map(shown).collect(), faults.collect())
}

#[test]
fn keeps_source_text() {
    let table = [
        (
            "a: 0644\nb: 1.10\nc: on\nd: 22:30:00\ne: '1'\n",
            "{a: 0644, b: 1.10, c: on, d: 22:30:00, e: \"1\"}",
        ),
        ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{a: \"x\\ny\\n\", b: \"x y\"}"),
        ("a:\nb: ~\nc: null\nd: ''\ne: 'null'\n", "{a: null, b: null, c: null, d: \"\", e: \"null\"}"),
        ("a: !!str 1\nb: !!str\nc: !!int 1\n", "{a: \"1\", b: \"\", c: 1}"),
        ("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n", "{a: 1, b: \"x\\ny\\n\"}"),
        (
            "a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}\nf: {b: 3, <<: [*x, {g: 4}]}\n",
            "{a: {b: 1}, c: {b: 1}, d: {b: 1, e: 2}, f: {b: 3, g: 4}}",
        ),
        ("'<<': 1\n", "{<<: 1}"),
        ("日本: ü\n", "{日本: ü}"),
    ];
    for (text, want) in table {
        assert_eq!(outcome(text), (vec![want.to_owned()], Vec::new()), "{text:?}");
    }
}

#[test]
fn skips_empty_documents() {
    assert_eq!(outcome("").0.len(), 0);
    assert_eq!(outcome("# nothing\n---\n---\na: 1\n---\n...\n"), (vec!["{a: 1}".into()], vec![]));
}

#[test]
fn goes_on_after_faults() {
    assert_eq!(outcome("a: 'x\nb: 1\n---\nc: 1\n"), (vec!["{c: 1}".into()], vec!["yaml-syntax 1:4".into()]));
    assert_eq!(
        outcome("a: 1\nb: 2\na: 3\n"),
        (vec!["{a: 1, b: 2}".into()], vec!["duplicate-key 3:1".into()])
    );
    let (documents, faults) = outcome("? [x]\n: 1\n~: 2\nc: *none\nd: !x 1\ne: {<<: 1}\nf: 2\n");
    assert_eq!(documents, ["{c: null, d: 1, e: {}, f: 2}"]);
    assert_eq!(faults, ["yaml-key 1:3", "yaml-key 3:1", "yaml-alias 4:4", "yaml-tag 5:4", "yaml-merge 6:9"]);
}

#[test]
fn finds_duplicates_in_large_mappings() {
    let text = (0..40).fold(String::new(), |text, i| text + &format!("k{i}: 1\n")) + "k3: 2\nk39: 2\n";
    assert_eq!(outcome(&text).1, ["duplicate-key 41:1", "duplicate-key 42:1"]);
}

#[test]
fn hostile_input_ends_in_a_diagnostic() {
    let lists = |depth: usize| "[".repeat(depth);
    let bomb = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, i| {
        text + &format!("a{i}: &a{i} [*a{0}, *a{0}]\n", i - 1)
    });
    let deep = (1..9).fold(format!("a0: &a0 {}{}\n", lists(60), "]".repeat(60)), |text, i| {
        text + &format!("a{i}: &a{i} {}*a{}{}\n", lists(60), i - 1, "]".repeat(60))
    });
    let cases = [
        (lists(100_000), Code::TooLarge),
        (format!("{}{}", lists(101), "]".repeat(101)), Code::TooLarge),
        (format!("{}x", "- ".repeat(50_000)), Code::TooLarge),
        ("{a: ".repeat(5_000), Code::TooLarge),
        (bomb, Code::TooLarge),
        (deep, Code::TooLarge),
        ("a: &x [*x]".into(), Code::YamlAlias),
        ("a: \0".into(), Code::YamlCharacter),
        ("a: \u{1b}[31m".into(), Code::YamlCharacter),
        ("\u{9b}".into(), Code::YamlCharacter),
        ("---\na\n".repeat(20_001), Code::TooLarge),
        ("x".repeat(MOST_BYTES + 1), Code::TooLarge),
        ("\"".to_owned() + &"\\q".repeat(100_000), Code::YamlSyntax),
        ("a: 'b\n---\n".repeat(1000), Code::YamlSyntax),
        ("%TAG ! x\n".repeat(2000), Code::YamlSyntax),
    ];
    for (text, code) in cases {
        let (_, faults) = outcome(&text);
        let shown: String = text.chars().take(30).collect();
        assert!(faults.first().is_some_and(|fault| fault.starts_with(code.as_str())), "{shown}: {faults:?}");
        assert!(faults.len() <= MOST_ERRORS, "{shown}: {}", faults.len());
    }
}

#[test]
fn marks_where_the_fault_was_written() {
    let table = [
        // Tabs: in front of a key, behind a value or a text that would go on, behind spaces.
        ("a:\n  b: c\n\td: e\n", "3:1"),
        ("a:\n  b: {c: d}\n\te: f\n", "3:1"),
        ("a:\n  b:\n\t  c: d\n", "3:1"),
        ("a:\n  - b\n  \t- c\n", "3:3"),
        ("a:\n  b:\tc\n\n\td: e\n", "4:1"),
        ("a: |\n\tb\n", "2:1"),
        // Brackets that are not closed, and entries that nothing separates.
        ("a:\n  b: {c: {}\n  d: e\n", "2:6"),
        ("a:\n  b: {c: d\n  e: f\n", "2:6"),
        ("a:\n  b: [{c: d}, {e: f}\n  g: h\n", "2:6"),
        ("a:\n  - {b: c}\n  - {d: [e, f\nb: c\n", "3:9"),
        ("a: {b: c, d\n\n# x\ne: f\n", "1:4"),
        ("a: [\n  {b: c}\n  {d: e}\n]\n", "3:3"),
        ("a: {\n  b: c\n  d: e\n}\n", "3:3"),
        ("a: {b: c d: e}\n", "1:11"),
        ("a: {b: c, d: [e, f}\n", "1:14"),
        // Quotes.
        ("a:\n  b: \"c\n  d: e\n", "2:6"),
        ("a:\n  b: 'it''s \\'\n  c: \"d # e\nf: g\n", "3:6"),
        ("a: \"b\n---\nc: d\n", "1:4"),
    ];
    for (text, place) in table {
        let faults = outcome(text).1;
        assert_eq!(faults, [format!("yaml-syntax {place}")], "{text:?}");
    }
}

#[test]
fn a_large_scalar_is_read() {
    let text = format!("a: {}\nb: \"{}\"\n", "x".repeat(4 << 20), "y".repeat(4 << 20));
    let (documents, faults) = outcome(&text);
    assert_eq!((documents.len(), faults.len()), (1, 0));
}

#[test]
fn spans_cover_the_text_of_each_node() {
    let text = "a:\n  b: [1, 'x']\n\nc: 1 # d\n";
    let mut sources = SourceMap::new();
    let file = sources.add("f", text);
    let trees = read(file, &sources, &mut Diagnostics::new());
    let at = |path: &[&str]| {
        let tree = path.iter().try_fold(&trees[0], |tree, key| tree.get(key));
        tree.map(|tree| sources.slice(tree.span))
    };
    assert_eq!(at(&[]), Some("a:\n  b: [1, 'x']\n\nc: 1"));
    assert_eq!(at(&["a"]), Some("b: [1, 'x']"));
    assert_eq!(at(&["a", "b"]), Some("[1, 'x']"));
    assert_eq!(at(&["c"]), Some("1"));
}
