//! Objects without their secrets, for `diff`: that one has changed is told, what it is stays hidden.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::secret::{self, HIDDEN};
use crate::yaml;

/// Both sides of an object as YAML, the live one first. A secret that only one side has is told as such.
pub fn texts(sides: [Option<&Value>; 2], show_secrets: bool) -> [String; 2] {
    let text = |side: &Value| yaml::write(side);
    if show_secrets {
        return sides.map(|side| side.map(text).unwrap_or_default());
    }
    let found = sides.map(|side| {
        let mut found = BTreeSet::new();
        if let Some(side) = side {
            object(&mut side.clone(), &mut |secret| {
                found.insert(secret.to_owned());
                secret.to_owned()
            });
        }
        found
    });
    let shown = |place: usize, word: &str| {
        let Some(mut side) = sides[place].cloned() else { return String::new() };
        // Of an object that comes or goes, every secret does.
        let alone = sides[1 - place].is_none();
        object(&mut side, &mut |secret| {
            let changed = !alone && !found[1 - place].contains(secret);
            if changed { format!("{HIDDEN} ({word})") } else { HIDDEN.to_owned() }
        });
        text(&side)
    };
    [shown(0, "before"), shown(1, "after")]
}

/// Takes each secret of a text and gives what stands in its place.
type Hide<'a> = &'a mut dyn FnMut(&str) -> String;

fn object(object: &mut Value, hide: Hide<'_>) {
    let kind = object["kind"].as_str().unwrap_or_default().to_owned();
    let paths = if kind == "ConfigMap" { paths(object) } else { BTreeMap::new() };
    let Some(fields) = object.as_object_mut() else { return };
    for (field, value) in fields {
        match (kind.as_str(), field.as_str(), value) {
            ("Secret", "data" | "stringData", Value::Object(entries)) => {
                for (_, value) in entries {
                    whole(value, hide);
                }
            }
            ("ConfigMap", "data" | "binaryData", Value::Object(entries)) => files(entries, &paths, hide),
            (_, _, value) => walk("", value, hide),
        }
    }
}

/// The paths of the files of overlays in a ConfigMap, by their keys: see the script `overlays`.
fn paths(object: &Value) -> BTreeMap<String, String> {
    let index = object.pointer("/data/index").and_then(Value::as_str).unwrap_or_default();
    let entry = |line: &str| {
        let words: Vec<&str> = line.split('\t').collect();
        let [.., key, path] = words.as_slice() else { return None };
        (words[0] == "file").then(|| ((*key).to_owned(), (*path).to_owned()))
    };
    index.lines().filter_map(entry).collect()
}

fn files(entries: &mut Map<String, Value>, paths: &BTreeMap<String, String>, hide: Hide<'_>) {
    for (key, value) in entries {
        let is_secret = secret::is_name(key) || paths.get(key).is_some_and(|path| secret::is_path(path));
        if is_secret { whole(value, hide) } else { parts(value, hide) }
    }
}

fn walk(key: &str, value: &mut Value, hide: Hide<'_>) {
    match value {
        Value::String(_) if secret::is_name(key) => whole(value, hide),
        Value::String(_) => parts(value, hide),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(key, item, hide)),
        Value::Object(fields) => {
            // A variable of a container: `{name: X, value: Y}`.
            let variable = fields.get("name").and_then(Value::as_str).is_some_and(secret::is_name);
            for (field, value) in fields {
                walk(if variable && field == "value" { "password" } else { field }, value, hide);
            }
        }
        _ => {}
    }
}

fn whole(value: &mut Value, hide: Hide<'_>) {
    if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
        *value = hide(text).into();
    }
}

fn parts(value: &mut Value, hide: Hide<'_>) {
    let Some(text) = value.as_str() else { return };
    let ranges = secret::ranges(text);
    if ranges.is_empty() {
        return;
    }
    let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
    for range in ranges {
        shown.push_str(&text[at..range.start]);
        shown.push_str(&hide(&text[range.clone()]));
        at = range.end;
    }
    shown.push_str(&text[at..]);
    *value = shown.into();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secrets_values_never_show() {
        let live = json!({"kind": "Secret", "data": {"same": "YQ==", "changed": "Yg=="}});
        let planned = json!({"kind": "Secret", "data": {"same": "YQ==", "changed": "Yw==", "new": "ZA=="}});
        let text = texts([Some(&live), Some(&planned)], false).concat();
        for secret in ["YQ==", "Yg==", "Yw==", "ZA=="] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(
            text.contains("changed: '*** (before)'") || text.contains("changed: \"*** (before)\""),
            "{text}"
        );
        assert!(text.contains("*** (after)"), "{text}");
        assert!(texts([Some(&live), None], true)[0].contains("YQ=="));
    }

    #[test]
    fn settings_files_and_variables_show_no_secret() {
        let map = |key: &str, word: &str| {
            json!({"kind": "ConfigMap", "data": {
                "uci.network": format!("\nconfig interface 'wg0'\n\toption private_key '{key}'\n\toption mtu '1420'\n"),
                "index": "overlay\tx\nfile\tx\t0600\tfile.0\t/etc/wireguard/wg0.conf\n",
                "file.0": format!("[Interface]\n# {word}\n"),
                "first-boot.60-x": "-----BEGIN PRIVATE KEY-----\nAbc\n-----END PRIVATE KEY-----\n",
            }})
        };
        let [before, after] = texts([Some(&map("abc=", "x")), Some(&map("def=", "x"))], false);
        for secret in ["abc=", "def=", "[Interface]", "Abc"] {
            assert!(!before.contains(secret) && !after.contains(secret), "{before}{after}");
        }
        assert!(before.contains("private_key '*** (before)'") && after.contains("private_key '*** (after)'"));
        assert!(before.contains("option mtu '1420'"));
        let pod = json!({"kind": "StatefulSet", "spec": {"env": [{"name": "MQTT_PASSWORD", "value": "p"}, {"name": "TZ", "value": "UTC"}]}});
        let [_, shown] = texts([None, Some(&pod)], false);
        assert!(
            shown.contains("value: '***'")
                || shown.contains("value: \"***\"")
                || shown.contains("value: ***"),
            "{shown}"
        );
        assert!(shown.contains("UTC") && !shown.contains("value: p"), "{shown}");
    }
}
