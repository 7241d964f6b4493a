//! Objects of JSON as types: which keys they have, and what becomes of the rest.
//!
//! [`object!`] is the table of an object: its keys in the order in which they are written, and a type for each. A key that is not in the
//! table, and a value of another type than the table's, are kept and written again.

use std::collections::BTreeMap;

use crate::Fault;
use crate::json::{Entry, Json, Kind, Span};

/// A type that stands for a value in JSON.
pub trait Field: Sized {
    /// Reads a value; `None` where it is not of this type, with the reason among the faults, or where it stands for nothing.
    fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self>;

    /// The value in JSON.
    fn write(&self) -> Json;
}

/// What was read of an object beside the values that its type has: the places and the order of its keys, and what it does not know. One
/// that was made has none of it, and is written in the order of its table.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Each key by the name that the table has for it, the place of its value, and the value where that is kept.
    read: Vec<(String, Span, Option<Json>)>,
    /// Where in that list a key stands: there may be very many.
    positions: BTreeMap<String, usize>,
}

/// The order of keys and their places mean nothing.
impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        self.kept().collect::<BTreeMap<_, _>>() == other.kept().collect::<BTreeMap<_, _>>()
    }
}

impl Eq for Keys {}

impl Keys {
    /// Where the value of a key stood; `None` where the key was not read.
    pub fn span(&self, key: &str) -> Option<Span> {
        self.positions.get(key).map(|position| self.read[*position].1.clone())
    }

    /// What is kept as it was: values of unknown keys, `null`, and what is of another type than the table's.
    pub fn kept(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.read.iter().filter_map(|(name, _, value)| Some((name.as_str(), value.as_ref()?)))
    }

    /// Whether a key of the table has a value of another type.
    pub fn is_mistyped(&self, key: &str) -> bool {
        let value = self.positions.get(key).and_then(|position| self.read[*position].2.as_ref());
        value.is_some_and(|value| value.kind != Kind::Null)
    }

    /// Notes a key that was read; `kept` when its value is not among those of the type. Of several the last one counts.
    pub(crate) fn note(&mut self, name: &str, value: &Json, kept: bool) {
        let content = kept.then(|| value.clone());
        let noted = (name.to_owned(), value.span.clone(), content);
        if let Some(position) = self.positions.get(name) {
            self.read[*position] = noted;
        } else {
            self.positions.insert(name.to_owned(), self.read.len());
            self.read.push(noted);
        }
    }

    /// The object: its keys in the order in which they were read, then those of the table.
    pub(crate) fn arrange(&self, mut known: Vec<(&str, Json)>) -> Json {
        // Where plugins have them, these come first in everybody's configurations.
        known.sort_by_key(|(key, _)| {
            ["cniVersion", "name", "type"].iter().position(|first| first == key).unwrap_or(3)
        });
        let mut entries = Vec::new();
        let mut put = |key: &str, value| entries.push(Entry { key: key.to_owned(), span: 0..0, value });
        for (name, _, kept) in &self.read {
            match known.iter().position(|(key, _)| key == name) {
                Some(position) => put(name, known.remove(position).1),
                None => kept.iter().for_each(|value| put(name, value.clone())),
            }
        }
        for (key, value) in known {
            put(key, value);
        }
        Json::made(Kind::Object(entries))
    }
}

/// How Go finds the field for a key: by its name, else whatever the case of its letters.
pub(crate) fn folded<'a>(table: &[&'a str], key: &str) -> Option<&'a str> {
    exact(table, key).or_else(|| table.iter().copied().find(|name| name.eq_ignore_ascii_case(key)))
}

/// How libcni finds a key of a map.
pub(crate) fn exact<'a>(table: &[&'a str], key: &str) -> Option<&'a str> {
    table.iter().copied().find(|name| *name == key)
}

/// The keys and values of an object.
pub(crate) fn entries<'a>(json: &'a Json, faults: &mut Vec<Fault>) -> Option<&'a [Entry]> {
    match &json.kind {
        Kind::Object(entries) => Some(entries),
        _ => expected("an object", json, faults),
    }
}

/// The items of a list.
pub(crate) fn items<'a>(json: &'a Json, faults: &mut Vec<Fault>) -> Option<&'a [Json]> {
    match &json.kind {
        Kind::List(items) => Some(items),
        _ => expected("a list", json, faults),
    }
}

/// Says that a value is of another type.
pub(crate) fn expected<T>(what: &str, json: &Json, faults: &mut Vec<Fault>) -> Option<T> {
    let found = match &json.kind {
        Kind::Null => "`null`",
        Kind::Bool(_) => "a truth value",
        Kind::Number(_) => "a number",
        Kind::Text(_) => "a text",
        Kind::List(_) => "a list",
        Kind::Object(_) => "an object",
    };
    faults.push(Fault { span: json.span.clone(), what: format!("expected {what}, found {found}") });
    None
}

/// A value that may be left out: Go leaves a field as it is for `null`.
pub(crate) fn optional<T: Field>(json: &Json, faults: &mut Vec<Fault>) -> Option<T> {
    if json.kind == Kind::Null { None } else { T::read(json, faults) }
}

/// An object of JSON as a type. `by folded` or `by exact` says how keys are found; `type "…"` is what its key `type` says.
macro_rules! object {
    (
        $(#[$doc:meta])*
        pub struct $name:ident by $matching:ident $(type $type:literal)? {
            $( $(#[$field_doc:meta])* $key:literal => $field:ident: $ty:ty, )*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $( $(#[$field_doc])* pub $field: Option<$ty>, )*
            /// What was read beside these.
            pub keys: $crate::keys::Keys,
        }

        impl $crate::keys::Field for $name {
            fn read(json: &$crate::json::Json, faults: &mut Vec<$crate::Fault>) -> Option<Self> {
                const TABLE: &[&str] = &[$( object!(@type $type), )? $($key),*];
                let mut this = Self::default();
                for entry in $crate::keys::entries(json, faults)? {
                    let (known, value) = ($crate::keys::$matching(TABLE, &entry.key), &entry.value);
                    let kept = match known {
                        $( Some(object!(@type $type)) => false, )?
                        $( Some($key) => {
                            this.$field = $crate::keys::optional(value, faults);
                            this.$field.is_none()
                        } )*
                        _ => true,
                    };
                    this.keys.note(known.unwrap_or(&entry.key), value, kept);
                }
                Some(this)
            }

            fn write(&self) -> $crate::json::Json {
                let mut known = Vec::new();
                $( known.push((object!(@type $type), $crate::json::Json::text($type))); )?
                $( known.extend(self.$field.as_ref().map(|value| ($key, $crate::keys::Field::write(value)))); )*
                self.keys.arrange(known)
            }
        }
    };
    (@type $type:literal) => { "type" };
}

pub(crate) use object;
