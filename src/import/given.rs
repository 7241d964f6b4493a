//! A value that is not said by being empty, as charts have it: `tag: ""`.

use crate::diag::Loc;
use crate::spec::decode::{Decode, Decoder, Field};
use crate::spec::schema::Defs;
use crate::yaml::{Kind, Tree};
use serde_json::{Value, json};

/// A value, or none for a key that is absent, `null` or `""`.
#[derive(Debug, Clone, PartialEq)]
pub struct Given<T>(Option<Loc<T>>);

impl<T> Given<T> {
    /// The value, when there is one.
    pub fn get(&self) -> Option<&Loc<T>> {
        self.0.as_ref()
    }
}

impl<T: Decode> Field for Given<T> {
    const REQUIRED: bool = false;

    fn absent() -> Option<Self> {
        Some(Self(None))
    }

    fn read(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        if tree.text() == Some("") {
            return Self::absent();
        }
        T::decode(tree, decoder).map(|value| Self(Some(Loc::new(value, tree.span))))
    }

    fn example() -> Kind {
        T::example()
    }

    fn schema(defs: &mut Defs) -> Value {
        json!({"anyOf": [{"const": ""}, T::schema(defs)]})
    }
}
