//! Decoding of single values.

use super::decode::{Decode, Decoder, MapKey};
use super::schema::Defs;
use crate::diag::Written;
use crate::types::{
    AccountId, AddressSpec, Capability, CapabilityWish, Cidr, DataKey, EnvName, FeedName, FeedUrl, FileMode,
    FileOwner, HttpUrl, ImageRef, InterfaceName, Invalid, IpRange, Mac, ModuleName, Name, ObjectName,
    OverlayRef, PackageWish, Port, Privilege, Quantity, RootPath, Sha256, TextForm, Vlan, nearest, quoted,
};
use crate::yaml::{Kind, Tree};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::str::FromStr;

/// A scalar with this text.
pub(crate) fn text_of(text: &str) -> Kind {
    Kind::Scalar { text: text.to_owned(), plain: true }
}

/// Words in backticks, the last one joined with `and`.
pub(crate) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// The refusal of a word that is not among the choices.
pub(crate) fn not_a_choice(text: &str, what: &str, words: &[&str]) -> Invalid {
    let problem = format!("{} is not {what}", quoted(text));
    let fix = match nearest(text, words.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("write one of {}", listed(words.iter().copied()).replace(" and ", " or ")),
    };
    Invalid::new(problem, fix)
}

/// Values with a form of their own, as texts and as keys.
macro_rules! forms {
    ($($ty:ty),* $(,)?) => {
        $(impl Decode for $ty {
            const WHAT: &'static str = <$ty as TextForm>::WHAT;

            fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
                let fix = format!("write it like `{}`", <$ty as TextForm>::EXAMPLE);
                decoder.parse(tree, <$ty as TextForm>::WHAT, &fix)
            }

            fn example() -> Kind {
                text_of(<$ty as TextForm>::EXAMPLE)
            }

            fn schema(_: &mut Defs) -> Value {
                let (pattern, example) = (<$ty as TextForm>::PATTERN, <$ty as TextForm>::EXAMPLE);
                json!({"type": ["string", "number"], "pattern": pattern, "examples": [example]})
            }
        }

        impl MapKey for $ty {
            const EXAMPLE_KEY: &'static str = <$ty as TextForm>::EXAMPLE;

            fn from_key(text: &str) -> Result<Self, Invalid> {
                text.parse()
            }

            fn key_schema() -> Value {
                json!({"pattern": <$ty as TextForm>::PATTERN})
            }
        })*
    };
}

forms! {
    AddressSpec, Capability, CapabilityWish, Cidr, DataKey, EnvName,
    FeedName, FeedUrl, FileMode, FileOwner, HttpUrl, ImageRef,
    InterfaceName, IpRange, Mac, ModuleName, Name, ObjectName,
    OverlayRef, PackageWish, Privilege, Quantity, RootPath, Sha256,
}

impl MapKey for String {
    const EXAMPLE_KEY: &'static str = "example";

    fn from_key(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("the key is empty", "write a name in front of the `:`"));
        }
        Ok(text.to_owned())
    }

    fn key_schema() -> Value {
        json!({"minLength": 1})
    }
}

impl Decode for String {
    const WHAT: &'static str = "a text";

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        match &tree.kind {
            Kind::Scalar { text, .. } => Some(text.clone()),
            Kind::Null => decoder.wrong_type(tree, Self::WHAT, "write a text, or `\"\"` for an empty one"),
            Kind::Seq(_) | Kind::Map(_) => decoder.wrong_type(
                tree,
                Self::WHAT,
                "write one text; in quotes when it contains `[`, `{` or `: `",
            ),
        }
    }

    fn example() -> Kind {
        text_of("example")
    }

    fn schema(_: &mut Defs) -> Value {
        json!({"type": ["string", "number", "boolean"]})
    }
}

impl Decode for bool {
    const WHAT: &'static str = "`true` or `false`";

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(text) = tree.text() else {
            return decoder.wrong_type(tree, Self::WHAT, "write `true` or `false`");
        };
        let fix = match (text, text.to_ascii_lowercase().as_str()) {
            ("true", _) => return Some(true),
            ("false", _) => return Some(false),
            (_, "on" | "yes" | "y" | "true" | "1" | "enabled") => "write `true`",
            (_, "off" | "no" | "n" | "false" | "0" | "disabled") => "write `false`",
            _ => "write `true` or `false`",
        };
        decoder.wrong_type(tree, Self::WHAT, fix)
    }

    fn example() -> Kind {
        text_of("true")
    }

    fn guess(text: &str) -> Kind {
        let off =
            matches!(text.to_ascii_lowercase().as_str(), "off" | "no" | "n" | "0" | "disabled" | "false");
        text_of(if off { "false" } else { "true" })
    }

    fn schema(_: &mut Defs) -> Value {
        json!({"type": "boolean"})
    }
}

impl Decode for u32 {
    const WHAT: &'static str = "a whole number";

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        let number = tree.text().filter(|text| {
            text.bytes().all(|b| b.is_ascii_digit()) && (*text == "0" || !text.starts_with('0'))
        });
        match number.and_then(|text| text.parse().ok()) {
            Some(number) => Some(number),
            None => {
                decoder.wrong_type(tree, Self::WHAT, "write a number of decimal digits, at most 4294967295")
            }
        }
    }

    fn example() -> Kind {
        text_of("1500")
    }

    fn schema(_: &mut Defs) -> Value {
        json!({"type": "integer", "minimum": 0, "maximum": u32::MAX})
    }
}

/// Numbers with a range of their own.
macro_rules! bounded {
    ($($ty:ty, $what:literal, $fix:literal;)*) => {
        $(impl Decode for $ty {
            const WHAT: &'static str = $what;

            fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
                decoder.parse(tree, $what, $fix)
            }

            fn example() -> Kind {
                text_of(&Self::MAX.to_string())
            }

            fn schema(_: &mut Defs) -> Value {
                json!({"type": "integer", "minimum": Self::MIN, "maximum": Self::MAX})
            }
        })*
    };
}

bounded! {
    Vlan, "a VLAN id", "write a whole number from 1 to 4094";
    Port, "a port", "write a whole number from 1 to 65535";
    AccountId, "the number of a user or a group", "write a whole number from 0 to 2147483647";
}

/// An IP address as a text.
struct Address(IpAddr);

impl FromStr for Address {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Ok(address) = text.parse() {
            return Ok(Self(address));
        }
        let problem = format!("{} is not an IP address", quoted(text));
        let bare = text.split_once('/').filter(|(address, _)| address.parse::<IpAddr>().is_ok());
        Err(match bare {
            Some((address, _)) => {
                Invalid::new(problem, format!("write `{address}`, without the prefix length"))
            }
            None => Invalid::new(problem, "write it like `192.168.1.1` or `fd00::1`"),
        })
    }
}

impl Decode for IpAddr {
    const WHAT: &'static str = "an IP address";

    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        let fix = "write it like `192.168.1.1` or `fd00::1`";
        let Some(text) = tree.text() else { return decoder.wrong_type(tree, Self::WHAT, fix) };
        match text.parse::<Address>() {
            Ok(address) => Some(address.0),
            Err(invalid) => {
                decoder.repair::<Self>(tree);
                decoder.invalid(tree.span, invalid);
                None
            }
        }
    }

    fn example() -> Kind {
        text_of("192.0.2.1")
    }

    fn schema(_: &mut Defs) -> Value {
        json!({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]})
    }
}

impl Decode for Value {
    const WHAT: &'static str = "a mapping";

    /// An object, as it is.
    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.entries::<Self>(tree, "an object")?;
        Some(crate::yaml::to_json(tree))
    }

    fn example() -> Kind {
        Kind::Map(Vec::new())
    }

    fn schema(_: &mut Defs) -> Value {
        json!({"type": "object"})
    }
}

impl Decode for Written {
    const WHAT: &'static str = "a mapping";

    /// An object, as it is, with the places of its parts.
    fn decode(tree: &Tree, decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.entries::<Self>(tree, "an object")?;
        Some(Self { value: crate::yaml::to_json(tree), places: crate::yaml::places(tree) })
    }

    fn example() -> Kind {
        Value::example()
    }

    fn schema(defs: &mut Defs) -> Value {
        Value::schema(defs)
    }
}
