//! The connection to a cluster.

use std::path::PathBuf;

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use super::wire::{CONNECT, Wire, root_cause};
use super::{Cluster, Error};
use crate::{secret, tls};

/// Where the cluster is.
#[derive(Debug, Clone, Default)]
pub struct ConnectOptions {
    /// The kubeconfig file; by default `$KUBECONFIG`, then `~/.kube/config`, then the pod's own account.
    pub kubeconfig: Option<PathBuf>,
    /// The context in it; by default the current one.
    pub context: Option<String>,
}

/// Connects to the cluster of a kubeconfig. No request is sent yet, unless a credential plugin has to be asked.
pub async fn connect(options: &ConnectOptions) -> Result<Cluster, Error> {
    tls::install_provider();
    let mut config = config(options).await?;
    // The wire has its own retries, which know what is being done and for how long.
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT);
    config.read_timeout = None;
    // A kubeconfig may name a user and a password in its addresses: nobody is told.
    let server = secret::without_users(&config.cluster_url.to_string()).into_owned();
    let namespace = config.default_namespace.clone();
    let client = Client::try_from(config)
        .map_err(|error| Error::Setup { reason: secret::without_users(&root_cause(&error)).into_owned() })?;
    Ok(Cluster { wire: Wire::new(client, server), namespace })
}

async fn config(options: &ConnectOptions) -> Result<Config, Error> {
    let selection = KubeConfigOptions { context: options.context.clone(), ..KubeConfigOptions::default() };
    let failed = |error: KubeconfigError| Error::Kubeconfig { reason: explain(&error, options) };
    if let Some(path) = &options.kubeconfig {
        let file = Kubeconfig::read_from(path).map_err(failed)?;
        return Config::from_custom_kubeconfig(file, &selection).await.map_err(failed);
    }
    match Config::from_kubeconfig(&selection).await {
        Ok(config) => Ok(config),
        Err(error) if options.context.is_some() => Err(failed(error)),
        Err(error) => Config::incluster().map_err(|_| failed(error)),
    }
}

/// What is wrong, and what to do.
fn explain(error: &KubeconfigError, options: &ConnectOptions) -> String {
    const WHERE: &str = "give --kubeconfig FILE, or set KUBECONFIG";
    match error {
        KubeconfigError::FindPath => format!("there is none: {WHERE}"),
        KubeconfigError::ReadConfig(cause, path) => format!("{}: {cause}: {WHERE}", path.display()),
        KubeconfigError::CurrentContextNotSet => "it has no current context: give --context NAME".to_owned(),
        KubeconfigError::LoadContext(name) => {
            format!("it has no context {name}: `kubectl config get-contexts` lists those that it has")
        }
        KubeconfigError::LoadClusterOfContext(name) => {
            format!("its context names a cluster {name} that it lacks")
        }
        // What stands in the file, credentials among it, stays there.
        KubeconfigError::Parse(_) => match &options.kubeconfig {
            Some(path) => format!("{} is no kubeconfig", path.display()),
            None => "it is no kubeconfig".to_owned(),
        },
        other => secret::without_users(&other.to_string()).into_owned(),
    }
}
