//! The cluster sink on a real API server. `WRTPOD_TEST_KUBECONFIG` names its kubeconfig; nodes are not needed
//! except by the tests of `pods`. Run with `cargo test --test apiserver -- --ignored`.

mod apply;
mod fixture;
mod pods;
mod server;
mod speed;
