//! The generated Secret: a random root password and its crypt hash, made once and never written again.
//!
//! The password is in the request and nowhere else: not in a log, not in an error, not in a result.

use serde_json::json;
use sha_crypt::{PasswordHasher as _, ShaCrypt};

use super::kinds::Kind;
use super::session::Session;
use super::{Error, Event, Outcome, PASSWORD_HASH_KEY, PASSWORD_KEY, Release, SecretNote, request};

/// Letters and digits that cannot be taken for one another when they are read aloud or typed off a screen.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// What the format means when it says nothing; left out, because that is the form that every tool writes.
const DEFAULT_ROUNDS: &str = "$rounds=5000$";

/// Groups of letters: 4 × 5 of 31 letters are 99 bits.
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// Makes the release's Secret unless it is there; answers its version when it was made.
pub(super) async fn ensure(
    session: &Session<'_>,
    release: &Release,
    exists: bool,
) -> Result<(Option<SecretNote>, Option<String>), Error> {
    let Some(secret) = &release.secret else { return Ok((None, None)) };
    let note = |created| SecretNote {
        name: secret.name.clone(),
        created,
        read_command: format!(
            "kubectl -n {} get secret {} -o jsonpath='{{.data.{PASSWORD_KEY}}}' | base64 -d",
            release.namespace, secret.name
        ),
    };
    if exists {
        return Ok((Some(note(false)), None));
    }
    let password = password()?;
    let hash = hash(&password)?;
    let value = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": secret.name,
            "namespace": release.namespace,
            "labels": secret.labels,
            "annotations": secret.annotations,
        },
        "type": "Opaque",
        "stringData": {PASSWORD_HASH_KEY: hash, PASSWORD_KEY: password},
    });
    let kind = Kind::named("Secret");
    match session.send(request::create(kind, &release.namespace, &value, false)).await {
        Ok(reply) => {
            session.tell(&Event::Applied(kind.identity(&release.namespace, &secret.name), Outcome::Created));
            let version = reply.value["metadata"]["resourceVersion"].as_str().map(str::to_owned);
            Ok((Some(note(true)), version))
        }
        // Made by another deploy a moment ago: the next one stamps the pod with its version.
        Err(failure) if failure.is(409) => Ok((Some(note(false)), None)),
        Err(failure) => Err(failure.during(session.wire, &format!("create Secret {}", secret.name))),
    }
}

/// A random password, for example `k7mqz-2hxve-9rtpa-w4ncd`.
fn password() -> Result<String, Error> {
    // Bytes beyond the last whole alphabet would make its first letters likelier.
    let fair = u8::MAX - u8::MAX % u8::try_from(ALPHABET.len()).unwrap_or(1);
    let mut password = String::new();
    let mut letters = 0;
    while letters < GROUPS * GROUP {
        let mut random = [0_u8; GROUPS * GROUP];
        fill(&mut random)?;
        for byte in random.into_iter().filter(|byte| *byte < fair).take(GROUPS * GROUP - letters) {
            if letters > 0 && letters % GROUP == 0 {
                password.push('-');
            }
            password.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
            letters += 1;
        }
    }
    Ok(password)
}

/// The crypt hash of a password (`$6$`, SHA-512), as /etc/shadow holds it.
fn hash(password: &str) -> Result<String, Error> {
    let mut salt = [0_u8; 12];
    fill(&mut salt)?;
    hash_with(password, &salt)
}

fn hash_with(password: &str, salt: &[u8]) -> Result<String, Error> {
    ShaCrypt::SHA512
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.as_str().replacen(DEFAULT_ROUNDS, "$", 1))
        .map_err(|error| Error::Random { reason: error.to_string() })
}

fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| Error::Random { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_differ() {
        let one = password().expect("random bytes");
        assert_eq!(one.len(), GROUPS * GROUP + GROUPS - 1);
        assert_ne!(one, password().expect("random bytes"));
    }

    /// What `openssl passwd -6` makes of the same password and salt.
    #[test]
    fn the_hash_is_what_crypt_makes() {
        let hash = hash_with("k7mqz-2hxve-9rtpa-w4ncd", b"twelve bytes").expect("a hash");
        assert_eq!(
            hash,
            "$6$oRLNgNLNU6KSoJqQ$zGnsEkLqncCAUr4MjmmTU5nH1N6pgpW5dz71D8P4.wKfVT54/o0NdCeV1vltAasGx/Cpa6P.TJD/ZGFEufFTX."
        );
    }
}
