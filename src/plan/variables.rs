//! Environment variables of a container.

use crate::diag::Loc;
use crate::spec::{self, Entries, VariableSource, VariableValue};
use crate::types::EnvName;

/// Where an environment variable's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvValue {
    /// This text.
    Text(String),
    /// A field of the pod (downward API).
    Field(String),
    /// What a Secret has under a key: its name, and the key.
    Secret(String, String),
    /// What a ConfigMap has under a key: its name, and the key.
    ConfigMap(String, String),
}

/// Environment variables from an object's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvSource {
    /// The object.
    pub object: EnvObject,
    /// What stands before each key.
    pub prefix: Option<String>,
}

/// An object whose keys become environment variables, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvObject {
    /// A ConfigMap.
    ConfigMap(String),
    /// A Secret.
    Secret(String),
}

/// The variables that a document states one by one.
pub fn values(stated: &Entries<EnvName, VariableValue>) -> impl Iterator<Item = (String, EnvValue)> {
    stated.iter().map(|(name, value)| {
        let value = match &value.value {
            VariableValue::Text(text) => EnvValue::Text(literal(text)),
            VariableValue::From(VariableSource::Secret(from)) => {
                EnvValue::Secret(from.name.to_string(), from.key.to_string())
            }
            VariableValue::From(VariableSource::ConfigMap(from)) => {
                EnvValue::ConfigMap(from.name.to_string(), from.key.to_string())
            }
        };
        (name.value.to_string(), value)
    })
}

/// Those that are the keys of whole objects.
pub fn sources(stated: &[Loc<spec::EnvSource>]) -> Vec<EnvSource> {
    let source = |stated: &Loc<spec::EnvSource>| {
        let object = match &stated.object.value {
            spec::EnvObject::ConfigMap(name) => EnvObject::ConfigMap(name.to_string()),
            spec::EnvObject::Secret(name) => EnvObject::Secret(name.to_string()),
        };
        EnvSource { object, prefix: stated.prefix.as_ref().map(|prefix| prefix.to_string()) }
    };
    stated.iter().map(source).collect()
}

/// Kubernetes expands `$(NAME)` and turns `$$` into `$`: a text that has either is written so that the
/// process sees it as it stands in the document.
pub fn literal(text: &str) -> String {
    if text.contains("$(") || text.contains("$$") { text.replace('$', "$$") } else { text.to_owned() }
}
