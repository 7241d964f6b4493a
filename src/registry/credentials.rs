//! Credentials of registries, from the Docker config.
//!
//! Read are the entries of `auths` that hold a user and a password. Credential helpers (`credsStore`,
//! `credHelpers`) and identity tokens are noticed, so that a refusal can name them, and not used yet.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use serde_json::Value;

use super::place::canonical;

/// What is known of each registry. Its `Debug` form names registries and nothing else.
#[derive(Clone, Default)]
pub struct Credentials {
    known: BTreeMap<String, Access>,
    /// The helper of every registry that is not listed.
    helper: Option<String>,
}

/// How a registry is to be asked.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Access {
    /// Without credentials.
    Anonymous,
    /// With these.
    Basic { user: String, password: String },
    /// With credentials that are kept where wrtpod does not look yet.
    Elsewhere(String),
}

/// The file is no Docker config.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no Docker config: {0}")]
pub struct Unreadable(String);

impl Credentials {
    /// Reads a Docker config (`config.json`). Entries that make no sense are left out: other tools write there.
    pub fn parse(text: &[u8]) -> Result<Self, Unreadable> {
        // As a tree: its errors tell a place and no value, while those of typed reading quote what they found.
        let config: Value = serde_json::from_slice(text)
            .map_err(|error| Unreadable(format!("line {}, column {}", error.line(), error.column())))?;
        if !config.is_object() {
            return Err(Unreadable("it holds no object".to_owned()));
        }
        let mut known = BTreeMap::new();
        for (key, entry) in entries(&config, "auths") {
            if let Some(access) = access(entry) {
                known.insert(host(key).to_owned(), access);
            }
        }
        for (key, name) in entries(&config, "credHelpers") {
            if let Some(name) = name.as_str() {
                known.insert(host(key).to_owned(), helper(name));
            }
        }
        let store = config["credsStore"].as_str().filter(|name| !name.is_empty());
        Ok(Self { known, helper: store.map(str::to_owned) })
    }

    pub(super) fn of(&self, registry: &str) -> Access {
        match (self.known.get(registry), &self.helper) {
            (Some(access), _) => access.clone(),
            (None, Some(name)) => helper(name),
            (None, None) => Access::Anonymous,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.known.keys()).finish()
    }
}

fn entries<'a>(config: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    config[key].as_object().into_iter().flatten()
}

fn helper(name: &str) -> Access {
    let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    Access::Elsewhere(format!("its credentials are in the helper `{name}`, which wrtpod does not ask yet"))
}

/// The registry of a key: a host, in older files a URL.
fn host(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or(key.strip_prefix("http://")).unwrap_or(key);
    canonical(rest.split('/').next().unwrap_or(rest))
}

/// What an entry says; `None` for an empty one, which only notes that a helper has it.
fn access(entry: &Value) -> Option<Access> {
    let text = |key: &str| entry[key].as_str().filter(|text| !text.is_empty());
    if text("identitytoken").is_some() {
        let reason = "its login is an identity token, which wrtpod does not exchange yet";
        return Some(Access::Elsewhere(reason.to_owned()));
    }
    if let (Some(user), Some(password)) = (text("username"), text("password")) {
        return Some(Access::Basic { user: user.to_owned(), password: password.to_owned() });
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(text("auth")?.trim()).ok()?;
    let pair = String::from_utf8(bytes).ok()?;
    let (user, password) = pair.split_once(':')?;
    // Docker has padded with zero bytes.
    let password = password.trim_end_matches('\0').to_owned();
    Some(Access::Basic { user: user.to_owned(), password })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(config: &Value) -> Credentials {
        Credentials::parse(config.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn basic(user: &str, password: &str) -> Access {
        Access::Basic { user: user.into(), password: password.into() }
    }

    fn pair(access: &Access) -> String {
        match access {
            Access::Anonymous => "anonymous".to_owned(),
            Access::Basic { user, password } => format!("{user} {password}"),
            Access::Elsewhere(reason) => reason.clone(),
        }
    }

    #[test]
    fn every_form_of_an_entry_is_read() {
        let config = json!({
            "auths": {
                "https://index.docker.io/v1/": {"auth": "YTpiOmM="},
                "localhost:5000": {"auth": "dTpw\n"},
                "http://old.example/v2/": {"username": "x", "password": "y"},
                "token.example": {"auth": "MDA6", "identitytoken": "long"},
                "empty.example": {},
                "broken.example": {"auth": "%%%"},
                "colonless.example": {"auth": "YWJj"},
                "wrong.example": 7,
            },
            "credHelpers": {"helped.example": "pass"},
        });
        let credentials = read(&config);
        let table = [
            ("docker.io", pair(&basic("a", "b:c"))),
            ("localhost:5000", pair(&basic("u", "p"))),
            ("old.example", pair(&basic("x", "y"))),
            ("empty.example", pair(&Access::Anonymous)),
            ("broken.example", pair(&Access::Anonymous)),
            ("colonless.example", pair(&Access::Anonymous)),
            ("wrong.example", pair(&Access::Anonymous)),
            ("localhost:5001", pair(&Access::Anonymous)),
            ("helped.example", pair(&helper("pass"))),
        ];
        for (registry, want) in table {
            assert_eq!(pair(&credentials.of(registry)), want, "{registry}");
        }
        assert!(pair(&credentials.of("token.example")).contains("identity token"));
    }

    #[test]
    fn a_store_is_named_for_what_is_not_listed() {
        let credentials = read(
            &json!({"credsStore": "desktop", "auths": {"a.example": {}, "b.example": {"auth": "dTpw"}}}),
        );
        assert!(pair(&credentials.of("a.example")).contains("`desktop`"));
        assert_eq!(pair(&credentials.of("b.example")), "u p");
    }

    #[test]
    fn nothing_shows_a_secret() {
        let credentials = read(&json!({"auths": {"a.example": {"auth": "dTpzM2NyZXQ="}}}));
        assert_eq!(format!("{credentials:?}"), "{\"a.example\"}");
        for text in ["{\"auths\": {\"a\": s3cret}}", "\"s3cret\"", "[\"s3cret\"]", "", "\u{feff}{}"] {
            let error = Credentials::parse(text.as_bytes()).expect_err("no config");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }
}
