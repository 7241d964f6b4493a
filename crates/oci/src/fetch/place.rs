//! Where a file lies.

use std::fmt;
use std::path::{Path, PathBuf};

use reqwest::Url;

/// A file or folder, here or on a web server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// On a web server.
    Web(Url),
    /// On this machine.
    Local(PathBuf),
}

impl Place {
    /// Of a text: `http://…`, `https://…`, `file:///…`, or a path, which is relative to `base`.
    pub fn of(text: &str, base: &Path) -> Result<Self, String> {
        if !text.contains("://") {
            return Ok(Self::Local(base.join(text)));
        }
        let url = Url::parse(text).map_err(|error| error.to_string())?;
        match url.scheme() {
            "http" | "https" if url.host().is_some() => Ok(Self::Web(url)),
            "file" => url.to_file_path().map(Self::Local).map_err(|()| "it names another machine".to_owned()),
            scheme => Err(format!("files are not fetched by `{scheme}`: write http, https or file")),
        }
    }

    /// What lies below it under a relative path.
    #[must_use]
    pub fn join(&self, path: &str) -> Self {
        match self {
            Self::Local(folder) => Self::Local(folder.join(path)),
            Self::Web(url) => {
                let mut url = url.clone();
                if let Ok(mut segments) = url.path_segments_mut() {
                    segments.pop_if_empty().extend(path.split('/').filter(|part| !part.is_empty()));
                }
                Self::Web(url)
            }
        }
    }

    /// Another file in the same folder.
    #[must_use]
    pub fn sibling(&self, name: &str) -> Self {
        match self {
            Self::Local(path) => Self::Local(path.with_file_name(name)),
            Self::Web(url) => {
                let mut url = url.clone();
                url.set_query(None);
                if let Ok(mut segments) = url.path_segments_mut() {
                    segments.pop().push(name);
                }
                Self::Web(url)
            }
        }
    }

    /// The server that it is on; none for this machine.
    pub fn server(&self) -> Option<String> {
        match self {
            Self::Local(_) => None,
            Self::Web(url) => Some(server_of(url)),
        }
    }

    /// The last part of it.
    pub fn file_name(&self) -> String {
        let name = match self {
            Self::Local(path) => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            Self::Web(url) => url.path_segments().and_then(|mut parts| parts.next_back()).map(str::to_owned),
        };
        name.unwrap_or_default()
    }
}

/// The server of an address: its scheme, host and port.
pub(super) fn server_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl fmt::Display for Place {
    /// Without user and password: both are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => write!(f, "{}", path.display()),
            Self::Web(url) => {
                let mut url = url.clone();
                // Neither fails: only URLs without a host refuse these parts.
                let _ = url.set_username("");
                let _ = url.set_password(None);
                f.write_str(url.as_str())
            }
        }
    }
}
