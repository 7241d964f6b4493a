//! Signatures of opkg feeds: usign's public keys and signature files, which are signify's.
//!
//! A file is a comment line and a line of base64. A key is `Ed`, eight bytes that identify it (the fingerprint) and an
//! Ed25519 key; a signature is `Ed`, the fingerprint of the key that made it, and an Ed25519 signature of the message
//! as it is, not of a hash of it (usign's `main.c`). Must not know where keys and feeds come from.
//!
//! Entry: [`Keyring::verify`].

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::types::quoted;

/// A key or signature file is about 150 bytes; the comment is free.
const LONGEST_FILE: usize = 4096;
/// The only algorithm that there is: Ed25519.
const ALGORITHM: &[u8] = b"Ed";
/// Algorithm, fingerprint, key.
const KEY_LENGTH: usize = 2 + 8 + 32;
/// Algorithm, fingerprint, signature.
const SIGNATURE_LENGTH: usize = 2 + 8 + 64;

/// Why a key or a signature is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It has no comment line and line of base64 after it, or is far too long.
    #[error("the {0} is not a line `untrusted comment: …` and a line of base64")]
    NoSuchFile(What),
    /// The base64 holds something else.
    #[error("the {what} has {found} bytes, and a usign {what} has {wanted}")]
    Length {
        /// Which file.
        what: What,
        /// How many bytes its base64 stands for.
        found: usize,
        /// How many it has to have.
        wanted: usize,
    },
    /// Not Ed25519.
    #[error("the {what} is for the algorithm {found}; the only one known is `Ed`")]
    Algorithm {
        /// Which file.
        what: What,
        /// The first two bytes, as text.
        found: String,
    },
    /// The 32 bytes are no point of the curve, or one of those that verify anything.
    #[error("the key {0} is not a usable Ed25519 key")]
    WeakKey(Fingerprint),
    /// Two keys with one fingerprint: one of them is not what it says.
    #[error("two different keys have the fingerprint {0}; drop one of them")]
    TwoKeys(Fingerprint),
    /// The signature is of a key that is not there.
    #[error(
        "it is signed with the key {0}, which is not among the trusted keys: add that key if you trust it"
    )]
    UnknownKey(Fingerprint),
    /// The key is there, and did not sign this.
    #[error("the signature of the key {0} does not fit: the file was changed after it was signed")]
    Wrong(Fingerprint),
}

/// Which kind of file an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A public key.
    Key,
    /// A signature.
    Signature,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "public key",
            Self::Signature => "signature",
        })
    }
}

/// Eight bytes that identify a key; the key's file name in `/etc/opkg/keys`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 8]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    fingerprint: Fingerprint,
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads a key file.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (fingerprint, key) = parts::<32>(What::Key, text, KEY_LENGTH)?;
        let usable = VerifyingKey::from_bytes(&key).ok().filter(|key| !key.is_weak());
        Ok(Self { fingerprint, key: usable.ok_or(Error::WeakKey(fingerprint))? })
    }

    /// What identifies it.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

/// The trusted keys.
#[derive(Debug, Clone, Default)]
pub struct Keyring(BTreeMap<Fingerprint, VerifyingKey>);

impl Keyring {
    /// The keyring of these keys; one that comes twice counts once.
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Result<Self, Error> {
        let mut ring = BTreeMap::new();
        for PublicKey { fingerprint, key } in keys {
            if ring.insert(fingerprint, key).is_some_and(|other| other != key) {
                return Err(Error::TwoKeys(fingerprint));
            }
        }
        Ok(Self(ring))
    }

    /// Verifies a message (of a feed: the uncompressed `Packages`) against a signature file; gives the key that signed.
    pub fn verify(&self, message: &[u8], signature: &str) -> Result<Fingerprint, Error> {
        let (fingerprint, signature) = parts::<64>(What::Signature, signature, SIGNATURE_LENGTH)?;
        let key = self.0.get(&fingerprint).ok_or(Error::UnknownKey(fingerprint))?;
        let fits = key.verify_strict(message, &Signature::from_bytes(&signature)).is_ok();
        if fits { Ok(fingerprint) } else { Err(Error::Wrong(fingerprint)) }
    }
}

/// The fingerprint and what follows it.
fn parts<const N: usize>(what: What, text: &str, wanted: usize) -> Result<(Fingerprint, [u8; N]), Error> {
    let refused = || Error::NoSuchFile(what);
    if text.len() > LONGEST_FILE {
        return Err(refused());
    }
    let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let (comment, blob) = lines.next().zip(lines.next()).ok_or_else(refused)?;
    if !comment.starts_with("untrusted comment:") || lines.next().is_some() {
        return Err(refused());
    }
    let bytes = STANDARD.decode(blob).map_err(|_| refused())?;
    if bytes.len() != wanted {
        return Err(Error::Length { what, found: bytes.len(), wanted });
    }
    let (algorithm, rest) = bytes.split_at(ALGORITHM.len());
    if algorithm != ALGORITHM {
        return Err(Error::Algorithm { what, found: quoted(&String::from_utf8_lossy(algorithm)) });
    }
    let (fingerprint, rest) = rest.split_first_chunk::<8>().expect("the length was checked");
    Ok((Fingerprint(*fingerprint), rest.try_into().expect("the length was checked")))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

    use super::*;
    use ed25519_dalek::{Signer as _, SigningKey};

    const MESSAGE: &[u8] = b"Package: a\nVersion: 1\n";

    fn file(blob: &[u8]) -> String {
        format!("untrusted comment: a test\n{}\n", STANDARD.encode(blob))
    }

    fn key(seed: u8, fingerprint: [u8; 8]) -> (SigningKey, String) {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let blob = [b"Ed", &fingerprint[..], key.verifying_key().as_bytes()].concat();
        (key, file(&blob))
    }

    fn signature(key: &SigningKey, fingerprint: [u8; 8], message: &[u8]) -> String {
        file(&[b"Ed", &fingerprint[..], &key.sign(message).to_bytes()].concat())
    }

    fn ring(text: &str) -> Keyring {
        Keyring::new([PublicKey::parse(text).unwrap()]).unwrap()
    }

    #[test]
    fn verifies_what_the_key_signed_and_names_it() {
        let (secret, public) = key(1, [0xab; 8]);
        let verified = ring(&public).verify(MESSAGE, &signature(&secret, [0xab; 8], MESSAGE));
        assert_eq!(verified.map(|key| key.to_string()), Ok("abababababababab".to_owned()));
    }

    #[test]
    fn refuses_a_changed_message_and_a_signature_of_another_key() {
        let (secret, public) = key(1, [1; 8]);
        let (other, _) = key(2, [1; 8]);
        let fingerprint = PublicKey::parse(&public).unwrap().fingerprint();
        let ring = ring(&public);
        let good = signature(&secret, [1; 8], MESSAGE);
        assert_eq!(ring.verify(b"Package: b\n", &good), Err(Error::Wrong(fingerprint)));
        assert_eq!(ring.verify(MESSAGE, &signature(&other, [1; 8], MESSAGE)), Err(Error::Wrong(fingerprint)));
    }

    #[test]
    fn names_the_key_that_is_not_there() {
        let (secret, public) = key(1, [1; 8]);
        let error = ring(&public).verify(MESSAGE, &signature(&secret, [2; 8], MESSAGE)).unwrap_err();
        assert!(error.to_string().contains("the key 0202020202020202, which is not among"), "{error}");
    }

    #[test]
    fn refuses_files_that_are_no_keys() {
        let (_, public) = key(1, [1; 8]);
        let blob = STANDARD.decode(public.lines().nth(1).unwrap()).unwrap();
        let long = format!("untrusted comment: {}\n{}\n", "x".repeat(5000), STANDARD.encode(&blob));
        let table = [
            (String::new(), Error::NoSuchFile(What::Key)),
            ("untrusted comment: x\n".to_owned(), Error::NoSuchFile(What::Key)),
            ("untrusted comment: x\n?!\n".to_owned(), Error::NoSuchFile(What::Key)),
            (format!("{public}more\n"), Error::NoSuchFile(What::Key)),
            (public.replace("untrusted comment", "comment"), Error::NoSuchFile(What::Key)),
            (long, Error::NoSuchFile(What::Key)),
            (file(&blob[..41]), Error::Length { what: What::Key, found: 41, wanted: 42 }),
            (
                file(&[b"ED", &blob[2..]].concat()),
                Error::Algorithm { what: What::Key, found: "`ED`".to_owned() },
            ),
        ];
        for (text, error) in table {
            assert_eq!(PublicKey::parse(&text), Err(error), "{text}");
        }
    }

    #[test]
    fn refuses_a_key_that_verifies_anything() {
        let neutral = [b"Ed".to_vec(), vec![3; 8], vec![1], vec![0; 31]].concat();
        assert!(matches!(PublicKey::parse(&file(&neutral)), Err(Error::WeakKey(_))));
    }

    #[test]
    fn refuses_two_keys_with_one_fingerprint() {
        let keys =
            |first, second| [first, second].map(|seed| PublicKey::parse(&key(seed, [7; 8]).1).unwrap());
        assert!(matches!(Keyring::new(keys(1, 2)), Err(Error::TwoKeys(_))));
        assert!(Keyring::new(keys(1, 1)).is_ok());
    }
}
