//! Keys of Secrets and ConfigMaps.

use super::{Invalid, TextForm, quoted};
use std::fmt;
use std::str::FromStr;

/// The longest key, in bytes (apimachinery `IsConfigMapKey`).
const LONGEST: usize = 253;

/// A key of a Secret or ConfigMap: letters, digits, `-`, `_` and `.`. It becomes the name of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataKey(String);

impl DataKey {
    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DataKey {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if text.is_empty()
            || text.len() > LONGEST
            || text == "."
            || text.starts_with("..")
            || !text.bytes().all(fits)
        {
            return Err(Invalid::new(
                format!("{} is not the key of a Secret or ConfigMap", quoted(text)),
                "use letters, digits, `-`, `_` and `.`, such as `private-key`",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TextForm for DataKey {
    const WHAT: &'static str = "the key of a Secret or ConfigMap";
    const PATTERN: &'static str = "^[A-Za-z0-9._-]{1,253}$";
    const EXAMPLE: &'static str = "private-key";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_kubernetes_takes() {
        for good in ["password", "tls.key", "A_b-1", ".dockerconfigjson"] {
            assert_eq!(good.parse::<DataKey>().map(|key| key.to_string()).as_deref(), Ok(good));
        }
        for bad in ["", ".", "..", "..a", "a/b", "a b", "é", &"a".repeat(254)] {
            assert!(bad.parse::<DataKey>().is_err(), "{bad}");
        }
    }
}
