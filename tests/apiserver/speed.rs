//! Figures for people: how long an apply takes and how many requests it sends, beside `kubectl apply` of the same
//! objects when `WRTPOD_TEST_KUBECTL` names a kubectl. Nothing fails here for being slow.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wrtpod::cluster::{ApplyOptions, Silent};

use crate::fixture::{Fixture, kubeconfig};

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG; prints figures"]
#[expect(clippy::print_stderr, reason = "the figures are the result")]
async fn figures() {
    let mut times: [Vec<Duration>; 4] = Default::default();
    let mut requests = [0; 2];
    for run in 0..5 {
        let fixture = Fixture::new(&format!("speed{run}")).await;
        let release = fixture.release();
        for place in 0..2 {
            let begin = Instant::now();
            let cluster = fixture.connect().await;
            let report =
                cluster.apply(&release, &ApplyOptions::default(), &mut Silent).await.expect("applied");
            times[place].push(begin.elapsed());
            requests[place] = report.requests;
        }
        fixture.done().await;
        let Some(kubectl) = std::env::var_os("WRTPOD_TEST_KUBECTL") else { continue };
        let fixture = Fixture::new(&format!("speedk{run}")).await;
        let release = fixture.release();
        let objects: Vec<&Value> = release.objects.iter().map(|object| &object.value).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("list.json");
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        std::fs::write(&file, list.to_string()).expect("written");
        for times in &mut times[2..] {
            let begin = Instant::now();
            let output = Command::new(&kubectl)
                .arg("--kubeconfig")
                .arg(kubeconfig())
                .args(["apply", "--server-side", "-f"])
                .arg(&file)
                .output()
                .expect("kubectl runs");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            times.push(begin.elapsed());
        }
        fixture.done().await;
    }
    let names = ["first deploy", "second deploy", "kubectl, first", "kubectl, second"];
    for (name, times) in names.iter().zip(&mut times) {
        times.sort();
        eprintln!("{name}: median {:?} of {}", times.get(times.len() / 2), times.len());
    }
    eprintln!("requests for 9 objects: {} and {}", requests[0], requests[1]);
}
