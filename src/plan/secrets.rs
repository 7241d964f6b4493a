//! Secrets of an appliance: settings that name one, which the pod's scripts find in a file and put into UCI when they merge, and
//! texts of a document that should be in one.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Diagnostics, Finding, Loc};
use crate::secret;
use crate::spec::{ApplianceSpec, SecretKeyRef, UciValue, VariableSource, VariableValue};
use crate::types::EnvName;
use crate::uci::Place;

/// The keys that the settings name, by Secret.
pub fn keys(spec: &ApplianceSpec) -> BTreeMap<String, BTreeSet<String>> {
    let sections = spec.uci.iter().flat_map(|(_, sections)| &sections.value);
    let options = sections.flat_map(|(_, options)| &options.value);
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, value) in options {
        if let UciValue::Secret(from) = &value.value {
            keys.entry(from.name.to_string()).or_default().insert(from.key.to_string());
        }
    }
    keys
}

/// Where the file of a key lies, below the folder of the Secrets.
pub fn path(from: &SecretKeyRef) -> String {
    format!("{}/{}", from.name.value, from.key.value)
}

/// A secret that stands in a document: it would be in a ConfigMap or a pod's template, for everybody who may read those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// What has it, for example `uci.network.wg0.private_key`; the span is the value's.
    pub path: Loc<String>,
    /// The option or variable.
    pub name: String,
    /// A good key for it in a Secret; none for a list of several, of which a Secret cannot have the values.
    key: Option<String>,
}

impl Literal {
    /// What to write in its place.
    fn reference(&self, secret: &str) -> String {
        let Self { name, path, .. } = self;
        match &self.key {
            Some(key) => format!("write `{name}: {{secretKeyRef: {{name: {secret}, key: {key}}}}}`"),
            None => format!(
                "a Secret's key makes an option, no list: leave `{}` out of the document, and set it inside the appliance, where \
                 `persistence` keeps it",
                path.value
            ),
        }
    }
}

/// Those of an appliance, in the order of the document.
pub fn literals(spec: &ApplianceSpec) -> Vec<Literal> {
    let mut found = Vec::new();
    for (file, sections) in &spec.uci {
        for (section, options) in &sections.value {
            let stated = options.iter().find_map(|(option, value)| match &value.value {
                UciValue::One(kind) if option.value == ".type" => Some(kind.as_str()),
                _ => None,
            });
            let place = Place::read(section).ok();
            let network = (file.value == "network").then_some("interface");
            let kind =
                stated.or(place.as_ref().map(|place| place.kind.as_str())).or(network).unwrap_or_default();
            for (option, value) in &options.value {
                let texts: Vec<&str> = match &value.value {
                    UciValue::One(text) => vec![text],
                    UciValue::Many(items) => items.iter().map(|item| item.as_str()).collect(),
                    UciValue::Secret(_) => continue,
                };
                let is_literal = texts.iter().any(|text| !secret::is_harmless(option, text));
                if secret::is_option(kind, option) && is_literal {
                    // A key of a Secret; the first of a type has no number in it.
                    let of = match &place {
                        Some(Place { kind, index: 0 }) => kind.clone(),
                        Some(Place { kind, index }) => format!("{kind}{index}"),
                        None => section.value.clone(),
                    };
                    found.push(Literal {
                        path: Loc::new(
                            format!("uci.{}.{}.{}", file.value, section.value, option.value),
                            value.span,
                        ),
                        name: option.value.clone(),
                        key: (texts.len() == 1).then(|| key_of(&format!("{of}-{}", option.value))),
                    });
                }
            }
        }
    }
    for (path, name, value) in variables(spec) {
        if let VariableValue::Text(text) = &value.value
            && secret::is_name(name.as_str())
            && !secret::is_harmless(name.as_str(), text)
        {
            found.push(Literal {
                path: Loc::new(format!("{path}env.{}", name.value), value.span),
                name: name.value.to_string(),
                key: Some(key_of(name.as_str())),
            });
        }
    }
    set_apart(&mut found);
    found
}

/// What a Secret takes for a key, and a shell for a plain word: a type of UCI may have brackets or a `$`.
fn key_of(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(plain).collect::<String>().trim_start_matches(['-', '.']).to_owned()
}

/// The variables of all containers, each with the path up to `env`.
fn variables(spec: &ApplianceSpec) -> impl Iterator<Item = (String, &Loc<EnvName>, &Loc<VariableValue>)> {
    let own = spec.env.iter().map(|(name, value)| (String::new(), name, value));
    own.chain(spec.containers.iter().flat_map(|(container, one)| {
        one.env.iter().map(move |(name, value)| (format!("containers.{}.", container.value), name, value))
    }))
}

/// Gives those that would have one key in the Secret a number each.
fn set_apart(literals: &mut [Literal]) {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for key in literals.iter_mut().filter_map(|literal| literal.key.as_mut()) {
        let numbered = (2..).map(|number| format!("{key}-{number}"));
        let free = std::iter::once(key.clone()).chain(numbered).find(|key| !known.contains(key));
        *key = free.unwrap_or_default();
        known.insert(key.clone());
    }
}

/// Warns of each. The first one says how the Secret for all of them is made: of one name there is one.
pub fn warn(appliance: &str, namespace: &str, spec: &ApplianceSpec, diags: &mut Diagnostics) {
    let literals = literals(spec);
    let secret = free_name(appliance, spec);
    let keys: Vec<&str> = literals.iter().filter_map(|literal| literal.key.as_deref()).collect();
    let files: Vec<String> = keys.iter().map(|key| format!("--from-file={key}")).collect();
    let create = format!("kubectl -n {namespace} create secret generic {secret} {}", files.join(" "));
    for literal in &literals {
        let what = format!("`{}` is a secret, and stands in the document", literal.path.value);
        let write = literal.reference(&secret);
        let help = match &literal.key {
            Some(key) if keys.len() == 1 => {
                format!("put it into a file `{key}` and that into a Secret, by `{create}`, and {write}")
            }
            Some(key) if keys.first() == Some(&key.as_str()) => format!(
                "put it and the others into files of these names, and those into one Secret, by `{create}`, and {write}"
            ),
            _ => write,
        };
        diags.push(
            Finding::warning(Code::SecretLiteral, what)
                .at(literal.path.span)
                .label("whoever reads the ConfigMap or the pod has it")
                .help(help),
        );
    }
}

/// A name for the Secret. The settings may name one already, and nothing is said of what is in it.
fn free_name(appliance: &str, spec: &ApplianceSpec) -> String {
    let of_variables = variables(spec).filter_map(|(_, _, value)| match &value.value {
        VariableValue::From(VariableSource::Secret(from)) => Some(from.name.to_string()),
        VariableValue::Text(_) | VariableValue::From(VariableSource::ConfigMap(_)) => None,
    });
    let known: BTreeSet<String> = keys(spec).into_keys().chain(of_variables).collect();
    let numbered = (2..).map(|number| format!("{appliance}-secrets-{number}"));
    let free =
        std::iter::once(format!("{appliance}-secrets")).chain(numbered).find(|name| !known.contains(name));
    free.unwrap_or_default()
}
