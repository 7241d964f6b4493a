//! Digests of manifests, layers and packages.

use super::{Invalid, quoted};
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// A SHA-256 digest: `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest(String);

impl Digest {
    /// The digest with its algorithm.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest of a hash.
    pub fn of_hash(hash: [u8; 32]) -> Self {
        let hex = hash.iter().fold(String::from("sha256:"), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Self(hex)
    }

    /// The hexadecimal digits alone.
    pub fn hex(&self) -> &str {
        &self.0[7..]
    }

    /// Enough of it to tell two apart, for people.
    pub fn short(&self) -> &str {
        &self.0[..19]
    }
}

impl FromStr for Digest {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let hex = text.strip_prefix("sha256:").filter(|hex| hex.len() == 64);
        if hex.is_some_and(|hex| hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))) {
            return Ok(Self(text.to_owned()));
        }
        let problem = format!("{} is no digest", quoted(text));
        Err(Invalid::new(problem, "write `sha256:` and 64 lower-case hexadecimal digits"))
    }
}

impl TryFrom<String> for Digest {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_sha256_and_nothing_else() {
        let good = format!("sha256:{}", "0a".repeat(32));
        let digest: Digest = good.parse().unwrap_or_else(|invalid| panic!("{invalid}"));
        assert_eq!((digest.as_str(), digest.short()), (good.as_str(), "sha256:0a0a0a0a0a0a"));
        let upper = good.to_uppercase();
        let long = format!("{good}0");
        let other = format!("sha512:{}", "0a".repeat(64));
        for bad in ["", "sha256:", &good[..70], &upper, &long, &other, "sha256:é"] {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }
}
