//! What the cluster of the kubeconfig has, where one answers soon: `init` offers it, and does without.

use std::time::Duration;

use crate::cli::cluster::{block_on, options};
use crate::cluster;

/// How long it is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether every node can give a pod users of its own; false where nobody answers.
pub fn has_user_namespaces() -> bool {
    let asked = async {
        let cluster = cluster::connect(&options()).await?;
        cluster.user_namespaces().await
    };
    block_on(async { Ok(tokio::time::timeout(PATIENCE, asked).await) })
        .is_ok_and(|answer| matches!(answer, Ok(Ok(true))))
}
