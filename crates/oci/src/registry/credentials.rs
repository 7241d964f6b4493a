//! Credentials of registries, from the files in which `docker login`, `podman login` and `helm registry login` keep them.
//!
//! All have one form. Read are the entries of `auths` (user and password, or identity token) and the names of credential helpers
//! (`credHelpers`, `credsStore`). Running a helper is the caller's: see [`Helper`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use serde_json::Value;

use super::place::{DOCKER_HUB, canonical};

/// What Docker calls its own registry where credentials are kept, behind `https://`.
const HUB_ENTRY: &str = "index.docker.io/v1/";

/// Runs a credential helper.
pub trait Helper: Send + Sync {
    /// Runs `docker-credential-NAME get` with `server` on its standard input. Only when it cannot be run at all is
    /// this an error, whose words are shown.
    fn get(&self, name: &str, server: &str) -> Result<HelperOutput, String>;
}

/// What a credential helper said. No `Debug`: it holds a secret.
pub struct HelperOutput {
    /// Whether its exit code was 0.
    pub success: bool,
    /// Its standard output.
    pub stdout: Vec<u8>,
}

/// What is known of each registry. Its `Debug` form names registries and nothing else.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The files, the one that is asked first before the others.
    files: Vec<LoginFile>,
    helper: Option<Arc<dyn Helper>>,
}

#[derive(Clone)]
struct LoginFile {
    /// What messages call it.
    name: String,
    /// By registry, or registry and the beginning of a repository's name (containers-auth.json(5)).
    known: BTreeMap<String, Entry>,
    /// The helper of every registry that is not listed.
    store: Option<String>,
}

#[derive(Clone)]
enum Entry {
    Login(Login),
    Helper(String),
}

/// What is shown to a registry.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// Nothing.
    Anonymous,
    /// A user and a password.
    Basic { user: String, password: String },
    /// A token that is exchanged for tokens (OAuth 2 refresh token).
    Identity(String),
}

impl Login {
    /// Whether a text has its secret.
    pub(super) fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Anonymous => false,
            Self::Basic { password: secret, .. } | Self::Identity(secret) => {
                !secret.is_empty() && text.contains(secret.as_str())
            }
        }
    }
}

/// How a registry is to be asked.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Access {
    /// What is shown.
    pub login: Login,
    /// What to say when that is refused.
    pub refused: String,
}

/// The file is none with logins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no file of logins: {0}")]
pub struct Unreadable(String);

impl Credentials {
    /// Reads a file of Docker's form (`config.json`, `auth.json`), which messages call `name`. Entries that make no sense are left
    /// out: other tools write there.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, Unreadable> {
        // As a tree: its errors tell a place and no value, while those of typed reading quote what they found.
        let config: Value = serde_json::from_slice(text)
            .map_err(|error| Unreadable(format!("line {}, column {}", error.line(), error.column())))?;
        if !config.is_object() {
            return Err(Unreadable("it holds no object".to_owned()));
        }
        let mut known = BTreeMap::new();
        for (key, entry) in entries(&config, "auths") {
            if let Some(login) = login(entry) {
                known.insert(scope(key), Entry::Login(login));
            }
        }
        for (key, name) in entries(&config, "credHelpers") {
            if let Some(name) = name.as_str() {
                known.insert(scope(key), Entry::Helper(name.to_owned()));
            }
        }
        let store = config["credsStore"].as_str().filter(|name| !name.is_empty()).map(str::to_owned);
        Ok(Self { files: vec![LoginFile { name: name.to_owned(), known, store }], helper: None })
    }

    /// These, and behind them others, for what these do not know.
    #[must_use]
    pub fn then(mut self, others: Self) -> Self {
        self.files.extend(others.files);
        self
    }

    /// The same, with somebody who runs the helpers that the config names.
    #[must_use]
    pub fn with_helper(self, helper: Arc<dyn Helper>) -> Self {
        Self { helper: Some(helper), ..self }
    }

    /// How to ask this registry for a repository. May run helpers, and waits for them.
    pub(super) fn of(&self, registry: &str, repository: &str) -> Access {
        let mut failed = None;
        for file in &self.files {
            let access = match (file.entry(registry, repository), &file.store) {
                (Some(Entry::Login(login)), _) => Access {
                    login: login.clone(),
                    refused: format!("the credentials in {} do not do", file.name),
                },
                (Some(Entry::Helper(name)), _) | (None, Some(name)) => match self.helped_by(name, registry) {
                    Some(access) => access,
                    None => continue,
                },
                (None, None) => continue,
            };
            if access.login != Login::Anonymous {
                return access;
            }
            failed.get_or_insert(access);
        }
        failed.unwrap_or_else(|| nothing(registry))
    }

    /// A helper that fails is no reason to stop: another file may know, or the image be public. The refusal, if there is one, names
    /// it. `None` when it does not know the registry.
    fn helped_by(&self, name: &str, registry: &str) -> Option<Access> {
        let name_shown = crate::shown::line(&name.chars().take(60).collect::<String>()).into_owned();
        let without = |what: String| {
            let refused = format!("its credentials are in the helper `{name_shown}`, {what}");
            Some(Access { login: Login::Anonymous, refused })
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || !name.chars().all(is_name) {
            return without("which is no name of a program".to_owned());
        }
        let Some(helper) = &self.helper else { return without("which is not asked here".to_owned()) };
        let server =
            if registry == DOCKER_HUB { format!("https://{HUB_ENTRY}") } else { registry.to_owned() };
        let output = match helper.get(name, &server) {
            Ok(output) => output,
            Err(reason) => return without(format!("which cannot be run: {reason}")),
        };
        if !output.success {
            // The words of docker-credential-helpers for a registry that they do not know.
            let unknown = output.stdout.trim_ascii() == b"credentials not found in native keychain";
            return if unknown { None } else { without("which failed".to_owned()) };
        }
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let login = match (answer["Username"].as_str(), answer["Secret"].as_str()) {
            (Some("<token>"), Some(token)) => Login::Identity(token.to_owned()),
            (Some(user), Some(password)) => {
                Login::Basic { user: user.to_owned(), password: password.to_owned() }
            }
            _ => return without("whose answer is no user and secret".to_owned()),
        };
        Some(Access { login, refused: format!("the credentials of the helper `{name_shown}` do not do") })
    }
}

impl LoginFile {
    /// What it has for a repository, or for the nearest above it.
    fn entry(&self, registry: &str, repository: &str) -> Option<&Entry> {
        let whole = format!("{registry}/{repository}");
        let mut scope = whole.as_str();
        loop {
            if let Some(entry) = self.known.get(scope) {
                return Some(entry);
            }
            scope = scope.rsplit_once('/')?.0;
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.files.iter().flat_map(|file| file.known.keys())).finish()
    }
}

fn nothing(registry: &str) -> Access {
    let refused = format!(
        "the image is private or does not exist, and there are no credentials: `docker login {registry}`, or the same with podman or `helm registry`"
    );
    Access { login: Login::Anonymous, refused }
}

fn entries<'a>(config: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    config[key].as_object().into_iter().flatten()
}

/// What a key is for: a host, in older files a URL, in those of containers also a host and the beginning of a repository's name.
fn scope(key: &str) -> String {
    let rest = key.strip_prefix("https://").or(key.strip_prefix("http://"));
    let (host, path) = rest.unwrap_or(key).split_once('/').unwrap_or((rest.unwrap_or(key), ""));
    let path = path.trim_end_matches('/');
    if rest.is_some() || matches!(path, "" | "v1" | "v2") {
        canonical(host).to_owned()
    } else {
        format!("{}/{path}", canonical(host))
    }
}

/// What an entry says; `None` for an empty one, which only notes that a helper has it.
fn login(entry: &Value) -> Option<Login> {
    let text = |key: &str| entry[key].as_str().filter(|text| !text.is_empty());
    if let Some(token) = text("identitytoken") {
        return Some(Login::Identity(token.to_owned()));
    }
    if let (Some(user), Some(password)) = (text("username"), text("password")) {
        return Some(Login::Basic { user: user.to_owned(), password: password.to_owned() });
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(text("auth")?.trim()).ok()?;
    let pair = String::from_utf8(bytes).ok()?;
    let (user, password) = pair.split_once(':')?;
    // Docker has padded with zero bytes.
    let password = password.trim_end_matches('\0').to_owned();
    Some(Login::Basic { user: user.to_owned(), password })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(config: &Value) -> Credentials {
        Credentials::parse("the Docker config", config.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    fn shown(credentials: &Credentials, registry: &str) -> String {
        let (host, repository) = registry.split_once('/').unwrap_or((registry, "team/box"));
        match credentials.of(host, repository).login {
            Login::Anonymous => "anonymous".to_owned(),
            Login::Basic { user, password } => format!("{user} {password}"),
            Login::Identity(token) => format!("token {token}"),
        }
    }

    #[test]
    fn every_form_of_an_entry_is_read() {
        let config = json!({
            "auths": {
                "index.docker.io/v1/": {"auth": "YTpiOmM="},
                "localhost:5000": {"auth": "dTpw\n"},
                "http://old.example/v2/": {"username": "x", "password": "y"},
                "token.example": {"auth": "MDA6", "identitytoken": "long"},
                "empty.example": {},
                "broken.example": {"auth": "%%%"},
                "colonless.example": {"auth": "YWJj"},
                "wrong.example": 7,
            },
        });
        let credentials = read(&config);
        let table = [
            ("docker.io", "a b:c"),
            ("localhost:5000", "u p"),
            ("old.example", "x y"),
            ("token.example", "token long"),
            ("empty.example", "anonymous"),
            ("broken.example", "anonymous"),
            ("colonless.example", "anonymous"),
            ("wrong.example", "anonymous"),
            ("localhost:5001", "anonymous"),
        ];
        for (registry, want) in table {
            assert_eq!(shown(&credentials, registry), want, "{registry}");
        }
    }

    #[test]
    fn the_nearest_entry_of_the_first_file_that_knows_is_taken() {
        let containers = json!({
            "auths": {
                "a.example/team": {"username": "team", "password": "1"},
                "a.example/team/box": {"username": "box", "password": "2"},
                "b.example": {"username": "b", "password": "3"},
            },
            "credHelpers": {"broken.example": "broken"},
        });
        let docker = json!({
            "auths": {
                "a.example": {"username": "a", "password": "4"},
                "b.example": {"username": "late", "password": "5"},
                "https://index.docker.io/v1/": {"username": "hub", "password": "6"},
                "broken.example": {"username": "whole", "password": "7"},
            },
        });
        let credentials = read(&containers).then(read(&docker)).with_helper(Arc::new(Fake));
        for (image, want) in [
            ("a.example/team/box", "box 2"),
            ("a.example/team/other", "team 1"),
            ("a.example/teams/box", "a 4"),
            ("b.example/x", "b 3"),
            ("docker.io/library/x", "hub 6"),
            ("broken.example/x", "whole 7"),
            ("c.example/x", "anonymous"),
        ] {
            assert_eq!(shown(&credentials, image), want, "{image}");
        }
    }

    /// Knows a registry or two, and fails in every way.
    struct Fake;

    impl Helper for Fake {
        fn get(&self, name: &str, server: &str) -> Result<HelperOutput, String> {
            let said = |success, text: &str| Ok(HelperOutput { success, stdout: text.as_bytes().to_vec() });
            match (name, server) {
                ("pass", server) if server.strip_prefix("https://") == Some(HUB_ENTRY) => {
                    said(true, "{\"Username\": \"hub\", \"Secret\": \"h\"}\n")
                }
                ("pass", "a.example") => said(true, "{\"Username\": \"<token>\", \"Secret\": \"t\"}"),
                ("pass", _) => said(false, "credentials not found in native keychain\n"),
                ("odd", _) => said(true, "s3cret"),
                ("broken", _) => said(false, "s3cret"),
                _ => Err("No such file or directory".to_owned()),
            }
        }
    }

    #[test]
    fn helpers_are_asked() {
        let config = json!({
            "credsStore": "pass",
            "auths": {"a.example": {}, "b.example": {"auth": "dTpw"}},
            "credHelpers": {
                "odd.example": "odd", "broken.example": "broken", "gone.example": "gone", "path.example": "../../bin/x",
            },
        });
        let credentials = read(&config).with_helper(Arc::new(Fake));
        let table = [
            ("docker.io", "hub h", "the helper `pass` do not do"),
            ("a.example", "token t", "the helper `pass` do not do"),
            ("b.example", "u p", "in the Docker config do not do"),
            ("c.example", "anonymous", "there are no credentials"),
            ("odd.example", "anonymous", "the helper `odd`, whose answer is no user and secret"),
            ("broken.example", "anonymous", "the helper `broken`, which failed"),
            ("gone.example", "anonymous", "the helper `gone`, which cannot be run: No such file"),
            ("path.example", "anonymous", "which is no name of a program"),
        ];
        for (registry, want, refused) in table {
            assert_eq!(shown(&credentials, registry), want, "{registry}");
            let said = credentials.of(registry, "team/box").refused;
            assert!(said.contains(refused) && !said.contains("s3cret"), "{registry}: {said}");
        }
        let unasked = read(&config).of("c.example", "team/box").refused;
        assert!(unasked.contains("the helper `pass`, which is not asked here"), "{unasked}");
    }

    #[test]
    fn a_secret_is_known_where_it_is_repeated() {
        let login = |entry| read(&json!({"auths": {"a.example": entry}})).of("a.example", "b").login;
        let password = login(json!({"username": "u", "password": "s3cret"}));
        let token = login(json!({"identitytoken": "t0ken"}));
        assert!(password.is_in("no user with s3cret") && !password.is_in("no user u"));
        assert!(token.is_in("what is t0ken?") && !Login::Anonymous.is_in(""));
    }

    #[test]
    fn nothing_shows_a_secret() {
        let credentials = read(&json!({"auths": {"a.example": {"auth": "dTpzM2NyZXQ="}}}));
        assert_eq!(format!("{credentials:?}"), "{\"a.example\"}");
        for text in ["{\"auths\": {\"a\": s3cret}}", "\"s3cret\"", "[\"s3cret\"]", "", "\u{feff}{}"] {
            let error = Credentials::parse("x", text.as_bytes()).expect_err("no config");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
    }
}
