//! The cluster sink on a real API server. `WRTPOD_TEST_KUBECONFIG` names its kubeconfig; nodes are not needed
//! except by the tests of `pods`. Run with `cargo test --test apiserver -- --ignored`.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod apply;
mod fixture;
mod speed;
