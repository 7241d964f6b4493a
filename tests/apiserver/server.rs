//! An API server that goes away, does not want us, or is not there at all. `WRTPOD_TEST_API_STOP` and
//! `WRTPOD_TEST_API_START` are commands that kill it and start it again.

use std::process::Command;
use std::time::Duration;

use wrtpod::cluster::{ApplyOptions, Class, ConnectOptions, Error, Event, Progress, Silent, connect};

use crate::fixture::{Fixture, with_user};

/// Runs the command that an environment variable holds.
pub fn run(variable: &str) {
    let command = std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is a command"));
    let status = Command::new("sh").args(["-c", &command]).status().expect("a shell");
    assert!(status.success(), "{command}");
}

/// Kills the API server after so many applied objects.
struct Killer {
    left: usize,
    retries: usize,
}

impl Progress for Killer {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Applied(..) => {
                self.left = self.left.saturating_sub(1);
                if self.left == 0 {
                    run("WRTPOD_TEST_API_STOP");
                    self.left = usize::MAX;
                }
            }
            Event::Retry(_) => {
                self.retries += 1;
                if self.retries == 3 {
                    run("WRTPOD_TEST_API_START");
                }
            }
            _ => {}
        }
    }
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG and a server that may be killed; run it alone"]
async fn a_server_that_is_killed_in_mid_deploy_is_waited_for() {
    let fixture = Fixture::new("killed").await;
    let release = fixture.release();
    let mut killer = Killer { left: 3, retries: 0 };
    let report =
        fixture.cluster.apply(&release, &ApplyOptions::default(), &mut killer).await.expect("survived");
    assert!(killer.retries >= 3);
    assert_eq!(report.applied.len(), 9);
    let again =
        fixture.cluster.apply(&release, &ApplyOptions::default(), &mut Silent).await.expect("applied");
    assert!(again.is_unchanged(), "{again:?}");
    fixture.done().await;
}

#[tokio::test]
async fn no_server_and_no_kubeconfig_are_environment_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config");
    let options = |context: Option<&str>| ConnectOptions {
        kubeconfig: Some(path.clone()),
        context: context.map(str::to_owned),
        ..ConnectOptions::default()
    };
    let absent = connect(&options(None)).await.err().expect("an error");
    assert_eq!(absent.class(), Class::Environment);
    assert!(absent.to_string().contains("No such file") && absent.help().is_some(), "{absent}");

    std::fs::write(&path, "secret-token: [").expect("written");
    let broken = connect(&options(None)).await.err().expect("an error");
    assert!(broken.to_string().ends_with("is no kubeconfig"), "{broken}");

    let config = "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:9'}}]\n\
                  users: [{name: u, user: {token: x}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\ncurrent-context: x\n";
    std::fs::write(&path, config).expect("written");
    let context = connect(&options(Some("nowhere"))).await.err().expect("an error");
    assert!(context.to_string().contains("no context `nowhere`"), "{context}");

    let cluster = connect(&options(None)).await.expect("no request yet");
    let error = cluster.status("default", None, &[]).await.expect_err("nobody there");
    assert_eq!(error.class(), Class::Environment);
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
    assert!(error.to_string().contains("https://127.0.0.1:9"), "{error}");
}

/// Of a server that accepts and then says nothing: time stands still here but for such waits.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_an_environment_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config");
    let config = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: 'https://127.0.0.1:{port}'}}}}]\n\
         users: [{{name: u, user: {{token: x}}}}]\ncontexts: [{{name: x, context: {{cluster: c, user: u}}}}]\ncurrent-context: x\n"
    );
    std::fs::write(&path, config).expect("written");
    let cluster = connect(&ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() })
        .await
        .expect("a client");
    let error = cluster.status("default", None, &[]).await.expect_err("nobody answers");
    assert_eq!(error.class(), Class::Environment);
    assert!(error.to_string().ends_with("it let no connection be made within 10 s"), "{error}");
}

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG"]
async fn a_stranger_is_told_so_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config");
    std::fs::write(&path, with_user(r#"{"token": "wrong"}"#)).expect("written");
    let options = ConnectOptions { kubeconfig: Some(path), ..ConnectOptions::default() };
    let cluster = connect(&options).await.expect("a client");
    let begin = std::time::Instant::now();
    let error = cluster.status("default", None, &[]).await.expect_err("refused");
    assert!(matches!(error, Error::Unauthorized { .. }), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(5));
}
