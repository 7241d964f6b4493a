//! The connection to a cluster.

use std::path::PathBuf;

use crate::objects::ObjectSet;
use serde_json::Value;

use super::{
    ApplianceStatus, ApplyOptions, ApplyReport, DeleteOptions, DeleteReport, DeployOptions, DeployReport,
    DiffReport, Error, ExecOutput, Files, NicReport, Problem, Progress, Release, WaitOptions,
};

/// Where the cluster is.
#[derive(Debug, Clone, Default)]
pub struct ConnectOptions {
    /// The kubeconfig file; by default `$KUBECONFIG`, then `~/.kube/config`, then the pod's own account.
    pub kubeconfig: Option<PathBuf>,
    /// The context in it; by default the current one.
    pub context: Option<String>,
}

/// A connected cluster.
#[derive(Clone)]
pub struct Cluster {}

/// Installs the TLS provider of the process; a second call changes nothing.
pub fn install_tls_provider() {}

/// Connects to the cluster of a kubeconfig. No request is sent yet.
pub async fn connect(_options: &ConnectOptions) -> Result<Cluster, Error> {
    unimplemented!()
}

#[expect(clippy::unused_async, unused_variables, reason = "first the signatures")]
impl Cluster {
    /// The namespace of the kubeconfig's context.
    pub fn default_namespace(&self) -> &str {
        unimplemented!()
    }

    /// How many requests were sent so far.
    pub fn requests(&self) -> u64 {
        unimplemented!()
    }

    /// Applies, prunes, waits and looks at the NICs: all of `wrtpod deploy`. A pod that was made without
    /// its NICs is deleted once, so that it comes back with them.
    pub async fn deploy(
        &self,
        release: &Release,
        options: &DeployOptions,
        progress: &mut dyn Progress,
    ) -> Result<DeployReport, Error> {
        unimplemented!()
    }

    /// Applies and prunes.
    pub async fn apply(
        &self,
        release: &Release,
        options: &ApplyOptions,
        progress: &mut dyn Progress,
    ) -> Result<ApplyReport, Error> {
        unimplemented!()
    }

    /// Sends what `apply` sends with `dryRun=All`: the API server checks it, nothing is written.
    pub async fn dry_run(
        &self,
        release: &Release,
        options: &ApplyOptions,
        progress: &mut dyn Progress,
    ) -> Result<ApplyReport, Error> {
        unimplemented!()
    }

    /// Compares the release with the cluster; `yaml` writes an object as text.
    pub async fn diff(
        &self,
        release: &Release,
        yaml: &dyn Fn(&Value) -> String,
    ) -> Result<DiffReport, Error> {
        unimplemented!()
    }

    /// Waits until the workload is ready; answers the name of the pod.
    pub async fn wait(
        &self,
        release: &Release,
        options: &WaitOptions,
        progress: &mut dyn Progress,
    ) -> Result<String, Error> {
        unimplemented!()
    }

    /// What keeps an appliance from being ready.
    pub async fn diagnose(&self, namespace: &str, appliance: &str) -> Result<Vec<Problem>, Error> {
        unimplemented!()
    }

    /// Compares the NICs of the release's pod with the plan.
    pub async fn check_network(&self, release: &Release) -> Result<Vec<NicReport>, Error> {
        unimplemented!()
    }

    /// The appliance's state, or that of all appliances of the namespace, sorted by name. With a release of
    /// that name at hand its NICs are compared with the plan, else with the pod's own annotation.
    pub async fn status(
        &self,
        namespace: &str,
        appliance: Option<&str>,
        releases: &[Release],
    ) -> Result<Vec<ApplianceStatus>, Error> {
        unimplemented!()
    }

    /// Deletes an appliance in reverse order. Claims and the generated Secret stay unless told.
    pub async fn delete(
        &self,
        options: &DeleteOptions,
        progress: &mut dyn Progress,
    ) -> Result<DeleteReport, Error> {
        unimplemented!()
    }

    /// Runs a command in a container without a terminal.
    pub async fn exec(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        command: &[&str],
    ) -> Result<ExecOutput, Error> {
        unimplemented!()
    }

    /// Reads the files right inside a folder of the running appliance; never fails.
    pub async fn read_files(&self, release: &Release, folder: &str) -> Files {
        unimplemented!()
    }
}

/// The value of [`super::ATTACHMENTS_ANNOTATION`] for these attachments.
pub fn attachments_sha256(_attachments: &ObjectSet) -> String {
    unimplemented!()
}
