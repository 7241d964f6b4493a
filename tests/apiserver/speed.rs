//! Figures for people: how long an apply takes and how many requests it sends. Nothing fails here for being slow.

use std::time::Instant;

use wrtpod::cluster::{ApplyOptions, Silent};

use crate::fixture::Fixture;

#[tokio::test]
#[ignore = "needs WRTPOD_TEST_KUBECONFIG; prints figures"]
#[expect(clippy::print_stderr, reason = "the figures are the result")]
async fn figures() {
    for run in 0..3 {
        let fixture = Fixture::new(&format!("speed{run}")).await;
        let release = fixture.release();
        let options = ApplyOptions::default();
        for what in ["first", "again", "again"] {
            let begin = Instant::now();
            let cluster = fixture.connect().await;
            let report = cluster.apply(&release, &options, &mut Silent).await.expect("applied");
            eprintln!(
                "{what}: {:?}, {} objects, {} requests",
                begin.elapsed(),
                report.applied.len(),
                report.requests
            );
        }
        fixture.done().await;
    }
}
