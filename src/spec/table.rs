//! The tables of document types: each makes a type, its decoder and its JSON Schema from one text.

/// A mapping with fixed keys.
///
/// `one of { FIELD: TYPE, }` in front takes exactly one key out of those of a [`one_of!`] type. A line
/// `"key" => field: TYPE` takes one key: `Loc<T>` is required, `Option<Loc<T>>` and lists and maps are not;
/// `[one or many]` behind a list lets a single value stand for a list of one.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident, $what:literal {
            $( one of {
                $(#[doc = $one_doc:literal])+
                $one_field:ident: $one_ty:ty,
            } )?
            $(
                $(#[doc = $field_doc:literal])+
                $key:literal => $field:ident: $ty:ty $([$($shape:tt)+])?,
            )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $( $(#[doc = $one_doc])+ pub $one_field: crate::diag::Loc<$one_ty>, )?
            $( $(#[doc = $field_doc])+ pub $field: $ty, )*
        }

        impl $crate::spec::decode::Decode for $name {
            const WHAT: &'static str = $what;

            fn decode(
                tree: &$crate::yaml::Tree,
                decoder: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                const KEYS: &[&str] = &[$($key),*];
                let one_of: &[&str] = $crate::spec::table::keys!($($one_ty)?);
                let entries = decoder.entries::<Self>(tree, $what)?;
                $( let mut $field = None; )*
                let mut chosen: Vec<&$crate::yaml::Entry> = Vec::new();
                let mut meant: Vec<&str> = Vec::new();
                for entry in entries {
                    match entry.key.text.as_str() {
                        key if entry.value.is_null() && (KEYS.contains(&key) || one_of.contains(&key)) => {}
                        $( $key => $field = Some(decoder.inside(entry, |decoder| {
                            $crate::spec::table::field!(read $ty; $($($shape)+)?)(&entry.value, decoder)
                        })), )*
                        key if one_of.contains(&key) => chosen.push(entry),
                        _ => meant.extend(decoder.unknown_key(&entry.key, $what, KEYS, one_of)),
                    }
                }
                $( let $one_field = decoder.one_of::<$one_ty>(&chosen, $what, &meant, tree.span); )?
                $( let $field = match $field {
                    Some(read) => read,
                    None => decoder.absent::<$ty>($key, $what, &meant, tree.span),
                }; )*
                Some(Self { $( $one_field: $one_field?, )? $( $field: $field?, )* })
            }

            fn example() -> $crate::yaml::Kind {
                $crate::yaml::Kind::Map(Vec::new())
            }

            fn schema(defs: &mut $crate::spec::schema::Defs) -> serde_json::Value {
                defs.named(stringify!($name), |defs| {
                    let mut record = $crate::spec::schema::Record::new(&[$($doc),+]);
                    $( record.one_of::<$one_ty>(defs); )?
                    $( record.field(
                        $key,
                        &[$($field_doc),+],
                        <$ty as $crate::spec::decode::Field>::REQUIRED,
                        $crate::spec::table::field!(schema $ty; $($($shape)+)?)(defs),
                    ); )*
                    record.finish()
                })
            }
        }
    };
}

/// The keys of a [`one_of!`] type, or none.
macro_rules! keys {
    () => {
        &[]
    };
    ($ty:ty) => {
        <$ty as $crate::spec::decode::OneOf>::KEYS
    };
}

/// The functions of a field, by the shape behind its type.
macro_rules! field {
    (read $ty:ty;) => {
        <$ty as $crate::spec::decode::Field>::read
    };
    (schema $ty:ty;) => {
        <$ty as $crate::spec::decode::Field>::schema
    };
    (read $ty:ty; one or many) => {
        <$ty as $crate::spec::decode::OneOrMany>::read_one_or_many
    };
    (schema $ty:ty; one or many) => {
        <$ty as $crate::spec::decode::OneOrMany>::schema_one_or_many
    };
}

/// A choice between keys, each with a value of its own: `macvlan: {…}` or `bridge: {…}`.
macro_rules! one_of {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $( $(#[doc = $case_doc:literal])+ $key:literal => $case:ident($ty:ty), )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $( $(#[doc = $case_doc])+ $case($ty), )+
        }

        impl $name {
            /// The key it is written with.
            pub fn key(&self) -> &'static str {
                match self {
                    $( Self::$case(_) => $key, )+
                }
            }
        }

        impl $crate::spec::decode::OneOf for $name {
            const KEYS: &'static [&'static str] = &[$($key),+];

            fn decode_case(
                entry: &$crate::yaml::Entry,
                decoder: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                match entry.key.text.as_str() {
                    $( $key => <$ty as $crate::spec::decode::Decode>::decode(&entry.value, decoder).map(Self::$case), )+
                    _ => None,
                }
            }

            fn example() -> $crate::yaml::Kind {
                let mut examples =
                    [$( <$ty as $crate::spec::decode::Decode>::example as fn() -> $crate::yaml::Kind, )+].into_iter();
                examples.next().map_or($crate::yaml::Kind::Null, |example| example())
            }

            fn schemas(defs: &mut $crate::spec::schema::Defs) -> Vec<(&'static str, serde_json::Value)> {
                vec![$( (
                    $key,
                    $crate::spec::schema::described(
                        <$ty as $crate::spec::decode::Decode>::schema(defs),
                        &[$($case_doc),+],
                    ),
                ), )+]
            }
        }
    };
}

/// A choice between words.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident, $what:literal {
            $( $(#[doc = $case_doc:literal])+ $word:literal => $case:ident, )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[doc = $case_doc])+ $case, )+
        }

        impl $name {
            /// Every choice, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// The word as documents write it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$case => $word, )+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::types::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $word => Ok(Self::$case), )+
                    _ => Err($crate::spec::scalar::not_a_choice(text, $what, &[$($word),+])),
                }
            }
        }

        impl $crate::spec::decode::MapKey for $name {
            fn from_key(text: &str) -> Result<Self, $crate::types::Invalid> {
                text.parse()
            }

            const EXAMPLE_KEY: &'static str = Self::ALL[Self::ALL.len() - 1].as_str();

            fn key_schema() -> serde_json::Value {
                serde_json::json!({"enum": [$($word),+]})
            }
        }

        impl $crate::spec::decode::Decode for $name {
            const WHAT: &'static str = $what;

            fn decode(
                tree: &$crate::yaml::Tree,
                decoder: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                decoder.parse(tree, $what, concat!("write one of the words that `wrtpod schema` lists for ", $what))
            }

            /// The last one: the first is often what holds where nobody chose.
            fn example() -> $crate::yaml::Kind {
                $crate::spec::scalar::text_of(<Self as $crate::spec::decode::MapKey>::EXAMPLE_KEY)
            }

            fn guess(text: &str) -> $crate::yaml::Kind {
                let near = $crate::types::nearest(text, [$($word),+]);
                near.map_or_else(Self::example, $crate::spec::scalar::text_of)
            }

            fn schema(defs: &mut $crate::spec::schema::Defs) -> serde_json::Value {
                defs.named(stringify!($name), |_| {
                    $crate::spec::schema::choice(&[$($doc),+], &[$(($word, &[$($case_doc),+])),+])
                })
            }
        }
    };
}

pub(crate) use {choice, field, keys, one_of, record};
