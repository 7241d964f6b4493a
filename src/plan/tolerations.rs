//! Tolerations are written as Kubernetes writes them, and checked as its API server checks them.

use serde_json::Value;

use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::types::{label, nearest};

/// Keys of a toleration.
const KEYS: [&str; 5] = ["key", "operator", "value", "effect", "tolerationSeconds"];

/// Reports a mapping that is no toleration; true for a good one.
pub fn check(raw: &Loc<Value>, diags: &mut Diagnostics) -> bool {
    let mut faults = unknown_keys(&raw.value);
    // What an unknown key was meant to say is not known.
    if faults.is_empty() {
        faults.extend(fault(&raw.value));
    }
    let good = faults.is_empty();
    for (what, help) in faults {
        diags.push(
            Finding::error(Code::NotKubernetes, format!("this is no toleration: {what}"))
                .at(raw.span)
                .help(help),
        );
    }
    good
}

fn unknown_keys(raw: &Value) -> Vec<(String, String)> {
    let keys = raw.as_object().into_iter().flat_map(serde_json::Map::keys);
    let fault = |unknown: &String| {
        let help = match nearest(unknown, KEYS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its keys are {}", KEYS.join(", ")),
        };
        (format!("there is no key `{unknown}`"), help)
    };
    keys.filter(|key| !KEYS.contains(&key.as_str())).map(fault).collect()
}

fn fault(raw: &Value) -> Option<(String, String)> {
    let fields = raw.as_object()?;
    let text = |key: &str| match fields.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err((format!("`{key}` is no text"), "write it in quotes".to_owned())),
    };
    let (key, operator, value, effect) = match (text("key"), text("operator"), text("value"), text("effect"))
    {
        (Ok(key), Ok(operator), Ok(value), Ok(effect)) => (key, operator, value, effect),
        (key, operator, value, effect) => {
            return [key, operator, value, effect].into_iter().find_map(Result::err);
        }
    };
    let seconds = fields.get("tolerationSeconds").filter(|seconds| !seconds.is_null());
    let (what, help) = if !matches!(operator, "" | "Equal" | "Exists") {
        (format!("the operator `{operator}` is unknown"), "write Equal or Exists")
    } else if !matches!(effect, "" | "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
        (format!("the effect `{effect}` is unknown"), "write NoSchedule, PreferNoSchedule or NoExecute")
    } else if !key.is_empty() && label::key_fault(key).is_some() {
        (format!("`{key}` is no key of a taint"), "write the key as `kubectl describe node NODE` shows it")
    } else if key.is_empty() && operator != "Exists" {
        (
            "without a `key` it tolerates everything".to_owned(),
            "write `key`, or `operator: Exists` for everything",
        )
    } else if operator == "Exists" && !value.is_empty() {
        ("`Exists` looks at no value".to_owned(), "remove `value`, or write `operator: Equal`")
    } else if label::value_fault(value).is_some() {
        (
            format!("`{value}` is no value of a taint"),
            "write the value as `kubectl describe node NODE` shows it",
        )
    } else if seconds.is_some_and(|seconds| !seconds.is_i64()) {
        ("`tolerationSeconds` is no whole number".to_owned(), "write a number of seconds")
    } else if seconds.is_some() && effect != "NoExecute" {
        (
            "`tolerationSeconds` is for the effect NoExecute".to_owned(),
            "remove it, or write `effect: NoExecute`",
        )
    } else {
        return None;
    };
    Some((what, help.to_owned()))
}
