//! The connection to a cluster.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use super::error::WITHOUT_PROXY;
use super::wire::{CONNECT, Waiting, Wire, root_cause};
use super::{Cluster, Error, no_proxy};
use crate::types::quoted;
use crate::{secret, tls};

/// Where the cluster is.
#[derive(Clone, Default)]
pub struct ConnectOptions {
    /// The kubeconfig file that was named.
    pub kubeconfig: Option<PathBuf>,
    /// Where it is looked for otherwise: the files of `$KUBECONFIG`, or `~/.kube/config`. As with kubectl, those that are not
    /// there are passed over, and of what several say the first word counts. Without any, the pod's own account.
    pub looked_for: Vec<PathBuf>,
    /// The context in it; by default the current one.
    pub context: Option<String>,
    /// Is told the address of a server that takes its time for its first answer.
    pub waiting: Option<Waiting>,
    /// The servers that a proxy of the environment is not for, as `$NO_PROXY` lists them.
    pub no_proxy: Option<String>,
}

/// Where k3s has its kubeconfig.
const OF_K3S: &str = "/etc/rancher/k3s/k3s.yaml";

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
    if let Some(proxy) = &config.proxy_url {
        let proxy = secret::without_users(&proxy.to_string()).into_owned();
        return Err(Error::Proxy { server, proxy });
    }
    let client = Client::try_from(config)
        .map_err(|error| Error::Setup { reason: secret::without_users(&root_cause(&error)).into_owned() })?;
    let mut wire = Wire::new(client, server);
    wire.waiting.clone_from(&options.waiting);
    Ok(Cluster { wire, namespace })
}

async fn config(options: &ConnectOptions) -> Result<Config, Error> {
    let selection = KubeConfigOptions { context: options.context.clone(), ..KubeConfigOptions::default() };
    let Some((file, names)) = kubeconfig(options)? else {
        let alone = if options.context.is_none() { Config::incluster().ok() } else { None };
        return alone.ok_or_else(|| missing(&options.looked_for));
    };
    let named = names_a_proxy(&file, options.context.as_deref());
    let config = Config::from_custom_kubeconfig(file, &selection).await;
    let mut config = config.map_err(|error| unusable(&error, &names))?;
    // kube takes the environment's where the kubeconfig names none, and holds NO_PROXY against the proxy's own address.
    if !named && no_proxy::covers(&config.cluster_url, options.no_proxy.as_deref().unwrap_or_default()) {
        config.proxy_url = None;
    }
    Ok(config)
}

/// Whether the kubeconfig itself names a proxy: to that one, as with kubectl, NO_PROXY means nothing.
fn names_a_proxy(file: &Kubeconfig, context: Option<&str>) -> bool {
    let context = context.or(file.current_context.as_deref());
    let context = file.contexts.iter().find(|named| Some(named.name.as_str()) == context);
    let cluster = context.and_then(|named| named.context.as_ref()).map(|context| context.cluster.as_str());
    let cluster = file.clusters.iter().find(|named| Some(named.name.as_str()) == cluster);
    let proxy = cluster.and_then(|named| named.cluster.as_ref()?.proxy_url.as_deref());
    proxy.is_some_and(|proxy| !proxy.is_empty())
}

/// The kubeconfig, merged of all its files, and their names; none where there is no file.
pub(super) fn kubeconfig(options: &ConnectOptions) -> Result<Option<(Kubeconfig, String)>, Error> {
    let named = options.kubeconfig.as_slice();
    let there = options.looked_for.iter().filter(|path| named.is_empty() && path.exists());
    let mut whole: Option<Kubeconfig> = None;
    let mut names = Vec::new();
    for path in named.iter().chain(there) {
        let name = quoted(&path.display().to_string());
        let mut file = Kubeconfig::read_from(path).map_err(|error| unusable(&error, &name))?;
        // `kubectl config unset current-context` leaves "", which to kube would be the first word on it.
        file.current_context = file.current_context.filter(|context| !context.is_empty());
        whole = Some(match whole {
            Some(whole) => whole.merge(file).map_err(|error| unusable(&error, &name))?,
            None => file,
        });
        names.push(name);
    }
    Ok(whole.map(|whole| (whole, names.join(" and "))))
}

fn missing(looked_for: &[PathBuf]) -> Error {
    let files: Vec<String> = looked_for.iter().map(|path| quoted(&path.display().to_string())).collect();
    let reason = match files.as_slice() {
        [] => "there is none".to_owned(),
        files => format!("there is no {}", files.join(", no ")),
    };
    Error::Kubeconfig { reason, help: Some(where_to_look(Path::new(OF_K3S))) }
}

/// How to name a kubeconfig; that of k3s on this machine where there is one.
fn where_to_look(of_k3s: &Path) -> String {
    let shown = of_k3s.display();
    match std::fs::File::open(of_k3s) {
        Ok(_) => format!("k3s has one here: `--kubeconfig {shown}`"),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            format!("k3s has one here, which only root reads: {}", copied(of_k3s))
        }
        Err(_) => format!("give `--kubeconfig FILE`, or set KUBECONFIG; on its node, k3s has it in {shown}"),
    }
}

/// How to get a copy of a file that only root reads: never in the place of kubectl's own, which may have other clusters.
fn copied(path: &Path) -> String {
    let shown = path.display();
    let copy = "~/.kube/k3s.yaml";
    format!(
        "`mkdir -p ~/.kube && sudo install -m 600 -o \"$USER\" {shown} {copy}`, then `--kubeconfig {copy}`"
    )
}

/// What is wrong with a kubeconfig, and what to do. `files` are their names.
fn unusable(error: &KubeconfigError, files: &str) -> Error {
    let (reason, help) = match error {
        KubeconfigError::ReadConfig(cause, path) if cause.kind() == ErrorKind::PermissionDenied => {
            (format!("{files}: {cause}"), format!("copy it for yourself: {}", copied(path)))
        }
        KubeconfigError::ReadConfig(cause, _) => {
            (format!("{files}: {cause}"), where_to_look(Path::new(OF_K3S)))
        }
        KubeconfigError::CurrentContextNotSet => {
            (format!("{files} has no current context"), format!("give `--context NAME`; {CONTEXTS}"))
        }
        KubeconfigError::LoadContext(name) => {
            (format!("{files} has no context {}", quoted(name)), CONTEXTS.to_owned())
        }
        KubeconfigError::LoadClusterOfContext(name) => (
            format!("{files} lacks the cluster {}, which its context names", quoted(name)),
            "correct the context, or choose another one with `--context NAME`".to_owned(),
        ),
        // Of the environment or the file: kube does not say which.
        KubeconfigError::ParseProxyUrl(cause) => {
            (format!("the proxy in HTTPS_PROXY or {files} has no address: {cause}"), WITHOUT_PROXY.to_owned())
        }
        // What stands in the file, credentials among it, stays there.
        KubeconfigError::Parse(_) => {
            (format!("{files} is no kubeconfig"), "give `--kubeconfig FILE` with another file".to_owned())
        }
        other => (
            secret::without_users(&format!("{files}: {other}")).into_owned(),
            "correct it, or give `--kubeconfig FILE` with another file".to_owned(),
        ),
    };
    Error::Kubeconfig { reason, help: Some(help) }
}

const CONTEXTS: &str = "`kubectl config get-contexts` lists those that there are";

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, name: &str, context: &str) -> PathBuf {
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {context}\ncontexts: [{{name: {context}, context: {{cluster: {context}, \
             user: u}}}}]\nclusters: [{{name: {context}, cluster: {{server: 'https://{context}.example'}}}}]\nusers: [{{name: u, user: {{token: t}}}}]\n"
        );
        std::fs::write(folder.join(name), text).expect("a file");
        folder.join(name)
    }

    #[tokio::test]
    async fn files_that_are_not_there_are_passed_over_and_the_first_word_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (file(folder.path(), "one", "one"), file(folder.path(), "two", "two"));
        let server = async |looked_for: &[&PathBuf], context: Option<&str>| {
            let looked_for = looked_for.iter().map(|path| (*path).clone()).collect();
            let context = context.map(str::to_owned);
            let options = ConnectOptions { looked_for, context, ..ConnectOptions::default() };
            config(&options)
                .await
                .map(|config| config.cluster_url.to_string())
                .map_err(|error| error.to_string())
        };
        let gone = folder.path().join("gone");
        let unset = file(folder.path(), "unset", "one");
        let text = std::fs::read_to_string(&unset).expect("a file");
        std::fs::write(&unset, text.replace("current-context: one", "current-context: ''")).expect("a file");
        assert_eq!(server(&[&unset, &two], None).await.as_deref(), Ok("https://two.example/"));
        assert_eq!(server(&[&gone, &two], None).await.as_deref(), Ok("https://two.example/"));
        assert_eq!(server(&[&one, &gone, &two], None).await.as_deref(), Ok("https://one.example/"));
        assert_eq!(server(&[&one, &two], Some("two")).await.as_deref(), Ok("https://two.example/"));
        let offered = |looked_for: &[&PathBuf], kubeconfig: Option<&PathBuf>| {
            let looked_for = looked_for.iter().map(|path| (*path).clone()).collect();
            let kubeconfig = kubeconfig.cloned();
            crate::cluster::contexts(&ConnectOptions { kubeconfig, looked_for, ..ConnectOptions::default() })
        };
        assert_eq!(offered(&[&gone, &two], None), ["two"]);
        assert_eq!(offered(&[&one, &two], None), ["one", "two"]);
        assert_eq!(offered(&[&one], Some(&two)), ["two"]);
        assert_eq!(offered(&[&gone], None), Vec::<String>::new());
        let none = server(&[&gone], Some("two")).await.expect_err("there is none");
        assert_eq!(none, format!("failed to read the kubeconfig: there is no `{}`", gone.display()));
    }

    #[tokio::test]
    async fn a_proxy_is_named_as_what_is_in_the_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = file(folder.path(), "one", "one");
        let text = std::fs::read_to_string(&path).expect("a file");
        let text = text.replace("server:", "proxy-url: 'http://me:s3cret@proxy.example:3128', server:");
        std::fs::write(&path, &text).expect("a file");
        let options = ConnectOptions { kubeconfig: Some(path.clone()), ..ConnectOptions::default() };
        let error = connect(&options).await.err().expect("there is a proxy");
        let (said, help) = (error.to_string(), error.help().expect("it has help"));
        assert!(said.contains("https://one.example/") && said.contains("proxy.example:3128"), "{said}");
        assert!(!said.contains("s3cret") && !help.contains("correct the kubeconfig"), "{said}: {help}");
        assert!(help.contains("unset HTTPS_PROXY") && help.contains("`proxy-url`"), "{help}");
        std::fs::write(&path, text.replace("http://me:s3cret@proxy.example:3128", "http://["))
            .expect("a file");
        let error = connect(&options).await.err().expect("the proxy has no address");
        assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
        assert_eq!(error.help(), Some(help));
    }

    #[tokio::test]
    async fn no_proxy_says_nothing_of_the_proxy_of_a_kubeconfig() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = file(folder.path(), "one", "one");
        let text = std::fs::read_to_string(&path).expect("a file");
        std::fs::write(&path, text.replace("server:", "proxy-url: 'http://proxy.example:3128', server:"))
            .expect("a file");
        let no_proxy = Some("*".to_owned());
        let options = ConnectOptions { kubeconfig: Some(path), no_proxy, ..ConnectOptions::default() };
        assert!(matches!(connect(&options).await, Err(Error::Proxy { .. })));
    }

    #[test]
    fn the_kubeconfig_of_k3s_is_pointed_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("k3s.yaml");
        assert!(where_to_look(&path).ends_with(&format!("k3s has it in {}", path.display())));
        std::fs::write(&path, "").expect("a file");
        assert_eq!(where_to_look(&path), format!("k3s has one here: `--kubeconfig {}`", path.display()));
        let denied = std::io::Error::from(ErrorKind::PermissionDenied);
        let error = unusable(&KubeconfigError::ReadConfig(denied, path.clone()), "`k3s.yaml`");
        let help = error.help().expect("it has help");
        let copy = format!("{} ~/.kube/k3s.yaml`, then `--kubeconfig ~/.kube/k3s.yaml`", path.display());
        assert!(help.contains("sudo install -m 600") && help.ends_with(&copy), "{help}");
        assert!(!help.contains("~/.kube/config"), "{help}");
    }
}
