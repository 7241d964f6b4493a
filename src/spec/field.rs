//! Decoding of what every document is made of: values with places, lists, mappings.

use super::decode::{Decode, Decoder, Field, MapKey, OneOrMany};
use super::schema::Defs;
use crate::diag::{Loc, Span};
use crate::yaml::{Entry, Key, Kind, Tree};
use serde_json::{Value, json};

impl<T: Decode> Field for Loc<T> {
    const REQUIRED: bool = true;

    fn absent() -> Option<Self> {
        None
    }

    fn read(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        T::decode(tree, decoder).map(|value| Loc::new(value, tree.span))
    }

    fn example() -> Kind {
        T::example()
    }

    fn schema(defs: &mut Defs) -> Value {
        T::schema(defs)
    }
}

impl<T: Decode> Field for Option<Loc<T>> {
    const REQUIRED: bool = false;

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn read(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        Loc::read(tree, decoder).map(Some)
    }

    fn example() -> Kind {
        T::example()
    }

    fn schema(defs: &mut Defs) -> Value {
        T::schema(defs)
    }
}

impl<T: Decode> Decode for Loc<T> {
    const WHAT: &'static str = T::WHAT;

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        T::decode(tree, decoder).map(|value| Loc::new(value, tree.span))
    }

    fn example() -> Kind {
        T::example()
    }

    fn schema(defs: &mut Defs) -> Value {
        T::schema(defs)
    }
}

impl<T: Decode> Decode for Vec<Loc<T>> {
    const WHAT: &'static str = "a list";

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &tree.kind {
            Kind::Seq(items) => decoder.items(items),
            Kind::Scalar { text, .. } if text.len() < 40 => decoder.wrong_type::<Self>(
                tree,
                "a list",
                &format!("write `[{text}]`, or one item a line behind `- `"),
            ),
            Kind::Null | Kind::Scalar { .. } | Kind::Map(_) => {
                decoder.wrong_type(tree, "a list", "write one item a line, each behind `- `")
            }
        }
    }

    fn example() -> Kind {
        Kind::Seq(Vec::new())
    }

    fn guess(text: &str) -> Kind {
        let item = Kind::Scalar { text: text.to_owned(), plain: true };
        Kind::Seq(vec![Tree::new(Span::nowhere(0), item)])
    }

    fn schema(defs: &mut Defs) -> Value {
        json!({"type": "array", "items": T::schema(defs)})
    }
}

impl<T: Decode> OneOrMany for Vec<Loc<T>> {
    fn read_one_or_many(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &tree.kind {
            Kind::Seq(items) => decoder.items(items),
            Kind::Null | Kind::Scalar { .. } | Kind::Map(_) => {
                T::decode(tree, decoder).map(|value| vec![Loc::new(value, tree.span)])
            }
        }
    }

    fn schema_one_or_many(defs: &mut Defs) -> Value {
        let one = T::schema(defs);
        json!({"anyOf": [one, {"type": "array", "items": one}]})
    }
}

impl<K: MapKey, T: Decode> Decode for Vec<(Loc<K>, Loc<T>)> {
    const WHAT: &'static str = "a mapping";

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(entries) = tree.entries() else {
            return decoder.wrong_type(tree, Self::WHAT, "write `key: value` lines, indented below the key");
        };
        let mut values = Some(Vec::with_capacity(entries.len()));
        for entry in entries.iter().filter(|entry| !entry.value.is_null()) {
            let key = K::from_key(&entry.key.text);
            let key =
                key.map_err(|invalid| decoder.invalid_key(entry.key.span, K::EXAMPLE_KEY, invalid)).ok();
            let value = decoder.inside(entry, |decoder| T::decode(&entry.value, decoder));
            match (key, value, &mut values) {
                (Some(key), Some(value), Some(values)) => {
                    values.push((Loc::new(key, entry.key.span), Loc::new(value, entry.value.span)));
                }
                _ => values = None,
            }
        }
        values
    }

    fn example() -> Kind {
        let nowhere = Span::nowhere(0);
        let key = Key { text: K::EXAMPLE_KEY.to_owned(), plain: false, span: nowhere };
        Kind::Map(vec![Entry { key, value: Tree::new(nowhere, T::example()) }])
    }

    fn schema(defs: &mut Defs) -> Value {
        json!({"type": "object", "propertyNames": K::key_schema(), "additionalProperties": T::schema(defs)})
    }
}

/// Lists and maps: not there means empty.
macro_rules! empty_when_absent {
    ($([$($generics:tt)*] $ty:ty;)*) => {
        $(impl<$($generics)*> Field for $ty {
            const REQUIRED: bool = false;

            fn absent() -> Option<Self> {
                Some(Vec::new())
            }

            fn read(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
                Self::decode(tree, decoder)
            }

            fn example() -> Kind {
                <Self as Decode>::example()
            }

            fn schema(defs: &mut Defs) -> Value {
                <Self as Decode>::schema(defs)
            }
        })*
    };
}

empty_when_absent! {
    [T: Decode] Vec<Loc<T>>;
    [K: MapKey, T: Decode] Vec<(Loc<K>, Loc<T>)>;
}
