//! Where files and images come from: the cache, the servers, the registries and their credentials.

use std::path::PathBuf;

use super::args::SupplyArgs;
use crate::build::Supply;
use crate::cli::credentials;
use crate::cli::error::CliError;
use crate::cli::printer::Printer;
use crate::fetch::{Cache, Fetcher, Limits};
use crate::registry::{self, Client, Credentials};

/// What a run fetches with.
pub struct Stock {
    fetcher: Fetcher,
    registry: Client,
    credentials: Credentials,
}

impl Stock {
    /// As the command line wants it.
    pub fn new(args: &SupplyArgs, printer: Printer) -> Result<Self, CliError> {
        let folder = match &args.cache {
            Some(folder) => folder.clone(),
            None => default_cache()?,
        };
        let registry = Client::new(registry::Limits::default()).without_tls(args.insecure_registry.clone());
        Ok(Self {
            fetcher: Fetcher::new(Limits::default(), Cache::new(folder), args.offline),
            registry,
            credentials: credentials::of_user(printer),
        })
    }

    /// For the library.
    pub fn supply(&self) -> Supply<'_> {
        Supply { fetcher: &self.fetcher, registry: &self.registry, credentials: &self.credentials }
    }
}

fn default_cache() -> Result<PathBuf, CliError> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    let missing = || {
        let hint = "name a folder with --cache".to_owned();
        CliError::Usage { message: "neither XDG_CACHE_HOME nor HOME is set".to_owned(), hint: Some(hint) }
    };
    Ok(folder.ok_or_else(missing)?.join("wrtpod"))
}
