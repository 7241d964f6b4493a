//! An object as a Helm template: its text as `objects` made it, with actions at the places that values decide.
//!
//! Knows YAML text and Helm's actions, nothing of what the objects are.

use serde_json::{Map, Value};

use crate::yaml;

/// What stands at a place in the place of the object's own content. Expressions are Helm's, without braces; `.` is
/// the root of the chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A scalar: the expression's text.
    Scalar(String),
    /// A text of several lines without a line break at its end.
    Text(String),
    /// A map or a list: the expression prints it as YAML.
    Block(String),
    /// As `Block`, and nothing at all, not even the key, where the expression gives nothing.
    OptionalBlock(String),
    /// The value of the expression, and nothing at all where it is empty.
    OptionalValue(String),
    /// A scalar, quoted, and nothing at all where it is empty.
    OptionalScalar(String),
    /// Items of a list or entries of a map beside the fixed ones; the expression prints them as YAML, or nothing.
    More(String),
    /// As `More`, from a value that may be empty.
    MoreValues(String),
}

/// A place of an object, as a JSON pointer, and its action.
pub type Slot = (String, Action);

/// A text of the object that stands for an expression wherever it occurs.
#[derive(Debug, Clone)]
pub struct Sentinel {
    /// The text.
    pub text: &'static str,
    /// The expression.
    pub expression: String,
}

/// What marks a slot until the YAML is written: no reader of YAML would quote it.
const MARK: &str = "WRTPOD-SLOT-";

/// The object as a template.
///
/// # Panics
/// On a slot whose parent is not in the object, or a sentinel that is part of a longer word of a block: a table of
/// slots that does not fit the objects is a fault of the program, and the tests of every chart show it.
pub fn template(object: &Value, slots: &[Slot], sentinels: &[Sentinel]) -> String {
    let mut object = escaped(object);
    for (number, (pointer, action)) in slots.iter().enumerate() {
        mark(&mut object, pointer, &format!("{MARK}{number}-"), action);
    }
    let text = yaml::write(&object);
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        match slot_of(line, slots) {
            Some((before, action)) => act(before, action, &mut out),
            None => fixed(line, sentinels, &mut out),
        }
    }
    out
}

/// A text whose braces are none of Helm's. The form with backquotes contains no quote of YAML's, so it stands in any
/// scalar.
pub fn verbatim(text: &str) -> String {
    text.replace("{{", "{{`{{`}}")
}

fn escaped(value: &Value) -> Value {
    match value {
        Value::String(own) => Value::String(verbatim(own)),
        Value::Array(items) => items.iter().map(escaped).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| (verbatim(key), escaped(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Puts the mark where the action belongs. A pointer that ends in a list's index, or in `-` for its end, inserts.
fn mark(object: &mut Value, pointer: &str, mark: &str, action: &Action) {
    let (parent, last) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
    let last = last.replace("~1", "/");
    let at = object.pointer_mut(parent).unwrap_or_else(|| panic!("the object has `{parent}`"));
    let beside = matches!(action, Action::More(_) | Action::MoreValues(_));
    match at {
        Value::Array(items) if beside => {
            let index = last.parse().unwrap_or(items.len());
            items.insert(index, mark.into());
        }
        Value::Object(entries) if beside => {
            let inner = entries.get_mut(&last).unwrap_or_else(|| panic!("the object has `{pointer}`"));
            inner
                .as_object_mut()
                .expect("entries are added to a map")
                .insert(mark.to_owned(), Value::String(String::new()));
        }
        Value::Object(entries) => {
            // What opens an item of a list is never what may be missing.
            let is_item = parent.rsplit('/').next().is_some_and(|index| index.parse::<usize>().is_ok());
            set_sorted(entries, last, mark.into(), usize::from(is_item));
        }
        other => {
            *other.pointer_mut(&format!("/{last}")).unwrap_or_else(|| panic!("the object has `{pointer}`")) =
                mark.into();
        }
    }
}

/// Typed objects have their keys in alphabetical order: a new one goes where it belongs. Annotations stand behind the
/// labels, which `objects` puts first. No new key stands before the `least` first ones.
fn set_sorted(entries: &mut Map<String, Value>, key: String, value: Value, least: usize) {
    if let Some(known) = entries.get_mut(&key) {
        *known = value;
        return;
    }
    let at = match entries.keys().position(|other| key == "annotations" && other == "labels") {
        Some(labels) => labels + 1,
        None => entries.keys().position(|other| **other > *key).unwrap_or(entries.len()),
    };
    entries.shift_insert(at.max(least), key, value);
}

/// What stands before the mark of a line, and the action.
fn slot_of<'a, 's>(line: &'a str, slots: &'s [Slot]) -> Option<(&'a str, &'s Action)> {
    let at = line.find(MARK)?;
    let number = line[at + MARK.len()..].split('-').next()?.parse::<usize>().ok()?;
    Some((&line[..at], &slots.get(number)?.1))
}

fn act(before: &str, action: &Action, out: &mut String) {
    let indent = before.len() - before.trim_start_matches(' ').len();
    let pad = " ".repeat(indent);
    let deeper = indent + 2;
    let key = before.trim_end();
    let lines = match action {
        Action::Scalar(expression) => vec![format!("{before}{{{{ {expression} }}}}")],
        Action::Text(expression) => {
            vec![format!("{before}|-"), format!("{pad}  {{{{- {expression} | nindent {deeper} }}}}")]
        }
        Action::Block(expression) => {
            vec![key.to_owned(), format!("{pad}  {{{{- {expression} | nindent {deeper} }}}}")]
        }
        Action::OptionalBlock(expression) => vec![
            format!("{pad}{{{{- with {expression} }}}}"),
            key.to_owned(),
            format!("{pad}  {{{{- . | nindent {deeper} }}}}"),
            format!("{pad}{{{{- end }}}}"),
        ],
        Action::OptionalValue(expression) => vec![
            format!("{pad}{{{{- with {expression} }}}}"),
            key.to_owned(),
            format!("{pad}  {{{{- include \"wrtpod.yaml\" . | nindent {deeper} }}}}"),
            format!("{pad}{{{{- end }}}}"),
        ],
        Action::OptionalScalar(expression) => vec![
            format!("{pad}{{{{- with {expression} }}}}"),
            format!("{before}{{{{ . | quote }}}}"),
            format!("{pad}{{{{- end }}}}"),
        ],
        Action::More(expression) => vec![
            format!("{pad}{{{{- with {expression} }}}}"),
            format!("{pad}{{{{- . | nindent {indent} }}}}"),
            format!("{pad}{{{{- end }}}}"),
        ],
        Action::MoreValues(expression) => vec![
            format!("{pad}{{{{- with {expression} }}}}"),
            format!("{pad}{{{{- include \"wrtpod.yaml\" . | nindent {indent} }}}}"),
            format!("{pad}{{{{- end }}}}"),
        ],
    };
    for line in lines {
        out.push_str(&line);
        out.push('\n');
    }
}

/// A line without a slot; a scalar that begins with a sentinel is quoted, since a name may look like a number or a boolean,
/// and may hold what YAML reads otherwise.
fn fixed(line: &str, sentinels: &[Sentinel], out: &mut String) {
    let mut line = line.to_owned();
    for Sentinel { text, expression } in sentinels {
        let is_word = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let scalar = line
            .split_once(text)
            .filter(|(before, rest)| (before.ends_with(": ") || before.ends_with("- ")) && is_word(rest));
        line = match scalar {
            Some((before, "")) => format!("{before}{{{{ {expression} | quote }}}}"),
            Some((before, rest)) => {
                format!("{before}{{{{ {expression} | printf \"%s{rest}\" | quote }}}}")
            }
            None => line.replace(text, &format!("{{{{ {expression} }}}}")),
        };
    }
    out.push_str(&line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lifted(object: &Value, slots: &[(&str, Action)]) -> String {
        let slots: Vec<Slot> =
            slots.iter().map(|(pointer, action)| ((*pointer).to_owned(), action.clone())).collect();
        let name = Sentinel { text: "zz-name", expression: "include \"f\" .".into() };
        template(object, &slots, &[name])
    }

    #[test]
    fn what_may_be_missing_opens_no_item() {
        let object = json!({"spec": {"items": [{"image": "x"}]}});
        let text = lifted(&object, &[("/spec/items/0/env", Action::OptionalScalar(".Values.b".into()))]);
        assert!(text.contains("- image: x\n    {{- with .Values.b }}\n    env:"), "{text}");
    }

    #[test]
    fn a_key_that_is_not_there_comes_in_alphabetical_order() {
        let object = json!({"spec": {"a": 1, "c": 3}});
        let text = lifted(&object, &[("/spec/b", Action::OptionalScalar(".Values.b".into()))]);
        assert_eq!(
            text,
            "spec:\n  a: 1\n  {{- with .Values.b }}\n  b: {{ . | quote }}\n  {{- end }}\n  c: 3\n"
        );
    }

    #[test]
    fn blocks_are_indented_below_their_key() {
        let object = json!({"metadata": {"labels": {"x": "y"}}});
        let text = lifted(&object, &[("/metadata/labels", Action::Block("include \"l\" .".into()))]);
        assert_eq!(text, "metadata:\n  labels:\n    {{- include \"l\" . | nindent 4 }}\n");
    }

    #[test]
    fn items_and_entries_stand_beside_the_fixed_ones() {
        let object = json!({"list": ["one", "two"], "map": {"k": "v"}});
        let slots = [
            ("/list/1", Action::More("include \"x\" .".into())),
            ("/list/-", Action::MoreValues(".Values.y".into())),
            ("/map", Action::MoreValues(".Values.z".into())),
        ];
        let expected = "\
list:
- one
{{- with include \"x\" . }}
{{- . | nindent 0 }}
{{- end }}
- two
{{- with .Values.y }}
{{- include \"wrtpod.yaml\" . | nindent 0 }}
{{- end }}
map:
  k: v
  {{- with .Values.z }}
  {{- include \"wrtpod.yaml\" . | nindent 2 }}
  {{- end }}
";
        assert_eq!(lifted(&object, &slots), expected);
    }

    #[test]
    fn sentinels_are_lifted_everywhere_and_quoted_alone() {
        let object = json!({"name": "zz-name", "claim": "zz-name-data", "list": ["zz-name"]});
        let text = lifted(&object, &[]);
        assert_eq!(
            text,
            "name: {{ include \"f\" . | quote }}\nclaim: {{ include \"f\" . | printf \"%s-data\" | quote }}\nlist:\n- {{ include \"f\" . | quote }}\n"
        );
    }

    #[test]
    fn braces_of_the_object_are_not_helms() {
        let text = lifted(&json!({"command": ["echo {{ x }}"]}), &[]);
        assert_eq!(text, "command:\n- echo {{`{{`}} x }}\n");
    }
}
