//! Values that come from other objects: from Secrets those of UCI options, from Secrets and ConfigMaps environment variables.

use crate::diag::{Code, Finding, Loc, Span};
use crate::spec::decode::{Decode, Decoder, OneOrMany};
use crate::spec::schema::Defs;
use crate::spec::table::{one_of, record};
use crate::types::{DataKey, ObjectName};
use crate::yaml::{Kind, Tree};
use serde_json::{Value, json};

record! {
    /// A value that stands elsewhere.
    pub struct Reference, "a value from elsewhere" {
        /// The key of a Secret that holds the value.
        "secretKeyRef" => secret_key_ref: Loc<SecretKeyRef>,
    }
}

record! {
    /// The key of a Secret in the appliances' namespace.
    pub struct SecretKeyRef, "a reference to a Secret" {
        /// The Secret.
        "name" => name: Loc<ObjectName>,
        /// Its key. A line break at the end of what is under it is left out of a UCI option.
        "key" => key: Loc<DataKey>,
    }
}

record! {
    /// The value of an environment variable that stands elsewhere.
    pub struct VariableReference, "a value from elsewhere" {
        one of {
            /// What has it.
            source: VariableSource,
        }
    }
}

one_of! {
    /// What has the value of an environment variable.
    pub enum VariableSource {
        /// The key of a Secret that holds the value.
        "secretKeyRef" => Secret(SecretKeyRef),
        /// The key of a ConfigMap that holds the value.
        "configMapKeyRef" => ConfigMap(ConfigMapKeyRef),
    }
}

record! {
    /// The key of a ConfigMap in the appliances' namespace.
    pub struct ConfigMapKeyRef, "a reference to a ConfigMap" {
        /// The ConfigMap.
        "name" => name: Loc<ObjectName>,
        /// Its key, one of `data`.
        "key" => key: Loc<DataKey>,
    }
}

/// The value of a UCI option.
#[derive(Debug, Clone, PartialEq)]
pub enum UciValue {
    /// An option.
    One(String),
    /// A list.
    Many(Vec<Loc<String>>),
    /// An option whose value a Secret has.
    Secret(SecretKeyRef),
}

/// The value of an environment variable.
#[derive(Debug, Clone, PartialEq)]
pub enum VariableValue {
    /// A text.
    Text(String),
    /// What another object has.
    From(VariableSource),
}

/// Reads a reference. Somebody may have written a secret into its place: faults show none of it.
fn reference<T: Decode>(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<T> {
    let mut texts = Vec::new();
    texts_of(tree, &mut texts);
    decoder.secretly(texts, |decoder| T::decode(tree, decoder))
}

/// Whether `secretKeyRef` stands there.
fn is_reference(tree: &Tree) -> bool {
    matches!(&tree.kind, Kind::Map(entries) if entries.iter().any(|entry| entry.key.text == "secretKeyRef"))
}

/// The pod's scripts put what a Secret has into an option, and into no list.
fn refuse_in_list(item: &Tree, decoder: &mut Decoder<'_>) {
    let mut texts = Vec::new();
    texts_of(item, &mut texts);
    let finding = Finding::error(Code::WrongType, "`secretKeyRef` stands in a list: the key of a Secret makes an option, no list")
        .at(item.span)
        .help(
            "where UCI takes a single value, write `OPTION: {secretKeyRef: {name: NAME, key: KEY}}`; else leave the list out of the \
             document, and set it inside the appliance, where `persistence` keeps it",
        );
    decoder.secretly(texts, |decoder| decoder.report(finding));
}

/// Where a secret may stand that was written where the reference belongs: all but the words of a reference.
fn texts_of(tree: &Tree, texts: &mut Vec<Span>) {
    match &tree.kind {
        Kind::Map(entries) => {
            for entry in entries {
                let words = ["secretKeyRef", "configMapKeyRef", "name", "key"];
                if !words.contains(&entry.key.text.as_str()) {
                    texts.push(entry.key.span);
                }
                texts_of(&entry.value, texts);
            }
        }
        Kind::Seq(items) => items.iter().for_each(|item| texts_of(item, texts)),
        Kind::Scalar { .. } => texts.push(tree.span),
        Kind::Null => {}
    }
}

impl Decode for UciValue {
    const WHAT: &'static str = "a text, a list of texts, or `secretKeyRef`";

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &tree.kind {
            Kind::Seq(items) => {
                let references: Vec<&Tree> = items.iter().filter(|item| is_reference(item)).collect();
                if references.is_empty() {
                    return Vec::<Loc<String>>::read_one_or_many(tree, decoder).map(Self::Many);
                }
                for item in references {
                    refuse_in_list(item, decoder);
                }
                decoder.repair::<Self>(tree);
                None
            }
            Kind::Scalar { text, .. } => Some(Self::One(text.clone())),
            Kind::Map(_) => {
                let read: Option<Reference> = reference(tree, decoder);
                read.map(|one| Self::Secret(one.secret_key_ref.value))
            }
            Kind::Null => decoder.wrong_type(tree, Self::WHAT, "write one value, or a list of values"),
        }
    }

    fn example() -> Kind {
        String::example()
    }

    fn schema(defs: &mut Defs) -> Value {
        let mut schema = Vec::<Loc<String>>::schema_one_or_many(defs);
        if let Some(cases) = schema["anyOf"].as_array_mut() {
            cases.push(Reference::schema(defs));
        }
        schema
    }
}

impl Decode for VariableValue {
    const WHAT: &'static str = "a text, `secretKeyRef` or `configMapKeyRef`";

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &tree.kind {
            Kind::Scalar { text, .. } => Some(Self::Text(text.clone())),
            Kind::Map(_) => {
                let read: Option<VariableReference> = reference(tree, decoder);
                read.map(|one| Self::From(one.source.value))
            }
            Kind::Null => decoder.wrong_type(tree, Self::WHAT, "write a text, or `\"\"` for an empty one"),
            Kind::Seq(_) => {
                decoder.wrong_type(tree, Self::WHAT, "write one text; in quotes when it contains `[`")
            }
        }
    }

    fn example() -> Kind {
        String::example()
    }

    fn schema(defs: &mut Defs) -> Value {
        json!({"anyOf": [String::schema(defs), VariableReference::schema(defs)]})
    }
}
