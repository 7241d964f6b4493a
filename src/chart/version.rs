//! The version of a chart.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::types::{Digest, Invalid, quoted};

/// The version of this program.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// How long a tag of a registry can be, in characters; a chart's version becomes one.
const LONGEST: usize = 128;

/// The version that a chart gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// This program's: for a chart that follows from it alone.
    Program,
    /// This program's and, as build metadata, a digest of the chart's content. Both a later content and an earlier one are the
    /// same release to who compares versions, and another one to who asks for it.
    Content,
    /// This one.
    Stated(Stated),
}

/// A version as SemVer 2 has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated(String);

impl std::str::FromStr for Stated {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fix = "write MAJOR.MINOR.PATCH like 1.4.0, and -PRERELEASE or +BUILD behind it";
        if text.len() > LONGEST {
            let problem = format!("{} has {} characters, at most {LONGEST} fit", quoted(text), text.len());
            return Err(Invalid::new(problem, fix));
        }
        match semver::Version::parse(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(error) => Err(Invalid::new(format!("{} is no version: {error}", quoted(text)), fix)),
        }
    }
}

impl Version {
    /// The text for a chart of these files, and what else Chart.yaml says.
    pub fn of(&self, files: &BTreeMap<String, String>, metadata: &Value) -> String {
        match self {
            Self::Program => PROGRAM.to_owned(),
            Self::Stated(version) => version.0.clone(),
            Self::Content => {
                let all = serde_json::json!([metadata, files]).to_string();
                format!("{PROGRAM}+{}", &Digest::of(all.as_bytes()).hex()[..10])
            }
        }
    }
}

/// The tag under which registries have a chart of this version: a tag has no `+`, and Helm writes `_` for it.
pub fn tag(version: &str) -> String {
    version.replace('+', "_")
}
