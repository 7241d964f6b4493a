//! The configuration of an image: how it runs, on what, and of which layers it is made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::manifest::{is_empty, or_null};
use super::{Error, Platform};
use crate::types::Digest;

/// An image's configuration. What wrtpod has no name for stays as it was in the base.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// When it was made (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// What it runs on.
    #[serde(flatten)]
    pub platform: Platform,
    /// How it runs.
    #[serde(default, deserialize_with = "or_null")]
    pub config: Run,
    /// Its layers.
    pub rootfs: RootFs,
    /// How each layer was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "or_null")]
    pub history: Vec<History>,
    #[serde(flatten)]
    other: BTreeMap<String, Value>,
}

/// How a container of an image runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Run {
    /// The program, and arguments that always come first.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "or_null")]
    pub entrypoint: Vec<String>,
    /// Its arguments when none are given, or the program where there is no entrypoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "or_null")]
    pub cmd: Vec<String>,
    /// The environment, as `NAME=value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "or_null")]
    pub env: Vec<String>,
    /// What is said of it.
    #[serde(default, skip_serializing_if = "is_empty", deserialize_with = "or_null")]
    pub labels: BTreeMap<String, String>,
    /// The signal that ends it: `SIGTERM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    #[serde(flatten)]
    other: BTreeMap<String, Value>,
}

/// The layers of an image, uncompressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootFs {
    #[serde(rename = "type")]
    kind: String,
    /// Their digests, the lowest first, as text: what is read may hold anything.
    pub diff_ids: Vec<String>,
}

/// How a layer, or something that left none, was made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// When (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// By what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Whether it left no layer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_layer: bool,
    #[serde(flatten)]
    other: BTreeMap<String, Value>,
}

impl Config {
    /// That of an image without layers.
    pub(super) fn new(platform: Platform) -> Self {
        let rootfs = RootFs { kind: "layers".to_owned(), diff_ids: Vec::new() };
        let (history, other) = (Vec::new(), BTreeMap::new());
        Self { created: None, platform, config: Run::default(), rootfs, history, other }
    }

    /// Reads one. `name` is for messages.
    pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(bytes).map_err(Error::json(name))
    }

    /// Notes a layer on top.
    pub(super) fn push(&mut self, diff_id: &Digest, created_by: &str, created: &str) {
        self.rootfs.diff_ids.push(diff_id.to_string());
        let (created, created_by) = (Some(created.to_owned()), Some(created_by.to_owned()));
        self.history.push(History { created, created_by, ..History::default() });
    }
}

impl Run {
    /// Sets variables of the environment: one that is there keeps its place, others come behind.
    pub(super) fn set_env(&mut self, variables: &BTreeMap<String, String>) {
        for (name, value) in variables {
            let text = format!("{name}={value}");
            let has_name =
                |entry: &String| entry.split_once('=').map_or(entry.as_str(), |(name, _)| name) == name;
            match self.env.iter_mut().find(|entry| has_name(entry)) {
                Some(entry) => *entry = text,
                None => self.env.push(text),
            }
        }
    }
}

/// Seconds since 1970 as RFC 3339 has it, in UTC.
pub(super) fn time(epoch: u64) -> String {
    /// The end of the year 9999, the last that RFC 3339 has.
    const LAST: u64 = 253_402_300_799;
    let epoch = epoch.min(LAST);
    let (days, second) = (epoch / 86_400, epoch % 86_400);
    // Howard Hinnant's `civil_from_days`: years begin in March, so that leap days come last.
    let day = days + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", era * 400 + year + next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times() {
        // By `date -u -d @N`.
        let table = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ];
        for (epoch, text) in table {
            assert_eq!(time(epoch), text);
        }
    }

    #[test]
    fn keeps_what_it_does_not_know_and_takes_null_for_nothing() {
        let text =
            br#"{"architecture":"amd64","os":"linux","moby":{"b":1},"rootfs":{"type":"layers","diff_ids":[]},
            "config":{"Env":null,"Cmd":null,"Labels":null,"WorkingDir":"/x","Shell":["a"]},"history":null}"#;
        let config = Config::read("it", text).expect("it is a configuration");
        assert!(config.config.env.is_empty() && config.config.labels.is_empty() && config.history.is_empty());
        let written = String::from_utf8(super::super::manifest::json(&config)).expect("JSON");
        assert!(written.contains(r#""config":{"Shell":["a"],"WorkingDir":"/x"}"#), "{written}");
        assert!(written.contains(r#""moby":{"b":1}"#) && !written.contains("null"), "{written}");
    }

    #[test]
    fn sets_variables_in_their_place() {
        let mut run = Run { env: vec!["A=1".to_owned(), "AB=2".to_owned()], ..Run::default() };
        run.set_env(&BTreeMap::from([("A".to_owned(), "3".to_owned()), ("C".to_owned(), "4=5".to_owned())]));
        assert_eq!(run.env, ["A=3", "AB=2", "C=4=5"]);
    }
}
