//! Both clients in one process: they share a TLS provider, and each panics when there is none to be had.

use std::time::Duration;

use wrtpod::cluster::{ConnectOptions, connect};
use wrtpod::registry::{Client, Credentials, Error, Limits};
use wrtpod::types::ImageRef;

const KUBECONFIG: &str = "
apiVersion: v1
kind: Config
current-context: a
contexts: [{name: a, context: {cluster: a, user: a}}]
clusters: [{name: a, cluster: {server: https://127.0.0.1:1}}]
users: [{name: a, user: {}}]
";

#[tokio::test]
async fn both_clients_are_made_in_one_process() {
    // An address of this machine that counts as a remote registry: the connection is refused, after TLS was set up.
    let image: ImageRef = "127.0.0.2:1/box:1".parse().expect("a reference");
    let limits = Limits { total: Duration::from_secs(60), ..Limits::default() };
    let answer = Client::new(limits).resolve(&image, &Credentials::default()).await;
    assert!(matches!(answer, Err(Error::Unreachable { .. })), "{answer:?}");

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kubeconfig");
    std::fs::write(&path, KUBECONFIG).expect("a file");
    let options = ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() };
    assert!(connect(&options).await.is_ok());

    let answer = Client::new(limits).resolve(&image, &Credentials::default()).await;
    assert!(matches!(answer, Err(Error::Unreachable { .. })), "{answer:?}");
}
