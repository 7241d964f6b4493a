//! Digests: of manifests, layers, packages, files.

use super::{Invalid, TextForm, quoted};
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

    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;

        Self::of_hash(sha2::Sha256::digest(bytes).into())
    }

    /// The digest of a hash.
    pub fn of_hash(hash: [u8; 32]) -> Self {
        let hex = hash.iter().fold(String::from("sha256:"), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Self(hex)
    }

    /// The hash itself.
    pub fn bytes(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(self.hex().as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).expect("a digest is of hexadecimal digits");
            *byte = u8::from_str_radix(digits, 16).expect("a digest is of hexadecimal digits");
        }
        hash
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

/// The SHA-256 of a file, as `sha256sum` writes it: 64 hexadecimal digits, kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(String);

impl Sha256 {
    /// The same as a digest.
    pub fn digest(&self) -> Digest {
        Digest(format!("sha256:{}", self.0))
    }

    /// The digits, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sha256 {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        let problem = format!("{} is no SHA-256 of a file", quoted(text));
        Err(match text.strip_prefix("sha256:").filter(|hex| hex.len() == 64) {
            Some(hex) => Invalid::new(problem, format!("write it without `sha256:`: `{hex}`")),
            None => Invalid::new(problem, "write the 64 hexadecimal digits that `sha256sum` prints"),
        })
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TextForm for Sha256 {
    const WHAT: &'static str = "a SHA-256";
    const PATTERN: &'static str = "^[0-9A-Fa-f]{64}$";
    const EXAMPLE: &'static str = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
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

    #[test]
    fn takes_what_sha256sum_prints() {
        let good = "0A".repeat(32);
        assert_eq!(good.parse().map(|sum: Sha256| sum.to_string()), Ok("0a".repeat(32)));
        let digest = format!("sha256:{good}");
        let refused = digest.parse::<Sha256>().map_err(|invalid| invalid.fix);
        assert_eq!(refused, Err(format!("write it without `sha256:`: `{good}`")));
        for bad in ["", &good[..63], "sha256:"] {
            assert!(bad.parse::<Sha256>().is_err(), "{bad}");
        }
    }
}
