//! Values below objects: numbers, lists, maps, addresses.

mod address;

use std::fmt::Display;
use std::net::IpAddr;
use std::ops::Deref;
use std::str::FromStr;

pub use address::{Address, Cidr, HardwareAddress};

use crate::Fault;
use crate::json::{Entry, Json, Kind};
use crate::keys::{Field, entries, expected, items};

/// What has a text form in JSON.
pub trait Word: FromStr + Display {
    /// What it is, with its article.
    const WHAT: &'static str;
}

/// Reads a word; the empty text stands for none.
pub(crate) fn word<T: Word>(json: &Json, faults: &mut Vec<Fault>) -> Option<T> {
    let Kind::Text(text) = &json.kind else { return expected(T::WHAT, json, faults) };
    let read = text.parse().ok();
    if read.is_none() && !text.is_empty() {
        let what = format!("{} is not {}", wrtpod_shown::quoted(text), T::WHAT);
        faults.push(Fault { span: json.span.clone(), what });
    }
    read
}

/// A value with the text that it was read from, which is written again; `ff:00::1` and `FF:0:0::1` are equal.
#[derive(Debug, Clone)]
pub struct Spelled<T> {
    value: T,
    text: String,
}

impl<T: Display> From<T> for Spelled<T> {
    fn from(value: T) -> Self {
        Self { text: value.to_string(), value }
    }
}

impl<T> Deref for Spelled<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Spelled<T> {
    /// As it was written.
    pub fn as_written(&self) -> &str {
        &self.text
    }
}

impl<T: PartialEq> PartialEq for Spelled<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spelled<T> {}

impl<T: Word> Field for Spelled<T> {
    fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self> {
        let value = word(json, faults)?;
        Some(Self { value, text: json.as_text().unwrap_or_default().to_owned() })
    }

    fn write(&self) -> Json {
        Json::text(&self.text)
    }
}

impl Word for IpAddr {
    const WHAT: &'static str = "an IP address";
}

impl Field for String {
    fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self> {
        match &json.kind {
            Kind::Text(text) => Some(text.clone()),
            _ => expected("a text", json, faults),
        }
    }

    fn write(&self) -> Json {
        Json::text(self)
    }
}

impl Field for bool {
    fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self> {
        match json.kind {
            Kind::Bool(value) => Some(value),
            _ => expected("`true` or `false`", json, faults),
        }
    }

    fn write(&self) -> Json {
        Json::made(Kind::Bool(*self))
    }
}

macro_rules! numbers {
    ($($ty:ty)+) => { $(
        impl Field for $ty {
            /// As Go reads whole numbers: `1.0` and `1e3` are none.
            fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self> {
                let Kind::Number(text) = &json.kind else { return expected("a number", json, faults) };
                let read = text.parse().ok();
                if read.is_none() {
                    let what = format!("{} is not a whole number from 0 to {}", wrtpod_shown::quoted(text), Self::MAX);
                    faults.push(Fault { span: json.span.clone(), what });
                }
                read
            }

            fn write(&self) -> Json {
                Json::made(Kind::Number(self.to_string()))
            }
        }
    )+ };
}

numbers!(u16 u32 u64);

/// A list whose items are all of the type: Go refuses the others with one that is not.
impl<T: Field> Field for Vec<T> {
    fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self> {
        let items = items(json, faults)?;
        let mut read = Vec::new();
        for item in items {
            let before = faults.len();
            match T::read(item, faults) {
                Some(value) => read.push(value),
                None if faults.len() == before => {
                    faults.push(Fault {
                        span: item.span.clone(),
                        what: "an empty text among others".to_owned(),
                    });
                }
                None => {}
            }
        }
        (read.len() == items.len()).then_some(read)
    }

    fn write(&self) -> Json {
        Json::made(Kind::List(self.iter().map(Field::write).collect()))
    }
}

/// A map of texts, in the order in which it was read or made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<(String, String)>);

impl Field for Texts {
    fn read(json: &Json, faults: &mut Vec<Fault>) -> Option<Self> {
        let entries = entries(json, faults)?;
        let texts: Vec<_> = entries
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), String::read(&entry.value, faults)?)))
            .collect();
        (texts.len() == entries.len()).then_some(Self(texts))
    }

    fn write(&self) -> Json {
        let entry =
            |(key, text): &(String, String)| Entry { key: key.clone(), span: 0..0, value: Json::text(text) };
        Json::made(Kind::Object(self.0.iter().map(entry).collect()))
    }
}

/// What is kept as it is.
impl Field for Json {
    fn read(json: &Json, _: &mut Vec<Fault>) -> Option<Self> {
        Some(json.clone())
    }

    fn write(&self) -> Json {
        self.clone()
    }
}

/// A choice between words of JSON; the empty text chooses nothing.
macro_rules! choice {
    (
        $(#[$doc:meta])*
        pub enum $name:ident, $what:literal {
            $( $(#[$case_doc:meta])* $word:literal => $case:ident, )+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$case_doc])* $case, )+
        }

        impl $name {
            /// The word in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$case => $word, )+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $( $word => Ok(Self::$case), )+ _ => Err(()) }
            }
        }

        impl $crate::value::Word for $name {
            const WHAT: &'static str = $what;
        }

        impl $crate::keys::Field for $name {
            fn read(json: &$crate::json::Json, faults: &mut Vec<$crate::Fault>) -> Option<Self> {
                $crate::value::word(json, faults)
            }

            fn write(&self) -> $crate::json::Json {
                $crate::json::Json::text(self.as_str())
            }
        }
    };
}

pub(crate) use choice;
