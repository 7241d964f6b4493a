//! The cluster sink: applies a release, waits for it, looks at it and removes it again.
//!
//! The only module that talks to an API server. It knows objects, their kinds and their order, and the few
//! things about a running pod that a user wants to hear of; it must not know documents, plans or terminals:
//! what it has to know comes as a [`Release`], what happens goes to a [`Progress`].
//!
//! Entry: [`connect`], then the methods of [`Cluster`]. Nothing is stored locally, and every step can be run
//! again: a deploy that was cut short is finished by the next one.

mod apply;
mod applyset;
mod causes;
mod conditions;
mod conflict;
mod connect;
mod containers;
mod contexts;
mod delete;
mod deploy;
mod diagnose;
mod diff;
mod doctor;
mod drift;
mod error;
mod exec;
mod existing;
mod extensions;
mod follow;
mod ground;
mod kinds;
mod lacks;
mod modules;
mod named;
mod needs;
mod network;
mod no_proxy;
mod node_state;
mod nodes;
mod obstacle;
mod overlays;
mod password;
mod patterns;
mod placement;
mod progress;
mod proxies;
mod prune;
mod ranges;
mod release;
mod remedy;
mod report;
mod request;
mod root;
mod security;
mod session;
mod status;
#[cfg(test)]
mod tests;
mod users;
mod wait;
mod wire;

pub use connect::{ConnectOptions, connect};
pub use contexts::contexts;
pub use diff::Write;
pub use doctor::{Check, CheckState, DoctorReport, Raised};
pub use error::{Class, Error, FieldConflict, ObjectConflict};
pub use existing::ExistingFault;
pub use extensions::Missing;
pub use node_state::NodeState;
pub use obstacle::Obstacle;
pub use progress::{Event, Progress, Silent, Stage};
pub use release::{
    ApplyOptions, ConfiguredBy, DeleteOptions, DeployOptions, ExpectedNic, GeneratedSecret, KernelModule,
    PASSWORD_HASH_KEY, PASSWORD_KEY, Release, WaitOptions,
};
pub use remedy::make_credentials;
pub use report::{
    ApplianceStatus, Applied, ApplyReport, Change, ClaimStatus, DeleteReport, DeployReport, DiffReport,
    ExecOutput, Files, Kept, NicReport, ObjectDiff, OtherPod, Outcome, OverlayReport, OverlayState,
    PodStatus, SecretNote, Verdict, WorkloadStatus,
};

pub use users::UsersFault;

use crate::diag::Finding;

use session::Session;
use wire::Wire;

/// The field manager of everything that is applied.
pub const FIELD_MANAGER: &str = "wrtpod";

/// The annotation of a pod template that says which version of the credentials' Secret it was written for.
pub const CREDENTIALS_ANNOTATION: &str = "wrtpod.dev/credentials-version";
/// The annotation of a pod's template with the versions of the Secrets and ConfigMaps whose keys are the pod's settings and variables.
pub const SECRETS_ANNOTATION: &str = "wrtpod.dev/secrets-version";

/// A connected cluster.
#[derive(Clone)]
pub struct Cluster {
    wire: Wire,
    namespace: String,
}

impl Cluster {
    /// The namespace of the kubeconfig's context.
    pub fn default_namespace(&self) -> &str {
        &self.namespace
    }

    /// Whether every node can give a pod users of its own.
    pub async fn user_namespaces(&self) -> Result<bool, Error> {
        let mut silent = Silent;
        let session = Session::new(&self.wire, &mut silent);
        let nodes =
            session.items("list the nodes", request::list(kinds::Kind::named("Node"), None, &[])).await?;
        Ok(users::everywhere(&wait::typed(nodes.iter())))
    }

    /// How many requests were sent so far, retries included.
    pub fn requests(&self) -> u64 {
        self.wire.sent()
    }

    /// Applies, prunes, waits and looks at the NICs: all of `wrtpod deploy`. A pod that was made without
    /// its NICs is deleted once, so that it comes back with them.
    pub async fn deploy(
        &self,
        release: &Release,
        options: &DeployOptions,
        progress: &mut dyn Progress,
    ) -> Result<DeployReport, Error> {
        deploy::run(&Session::new(&self.wire, progress), release, options).await
    }

    /// Applies and prunes.
    pub async fn apply(
        &self,
        release: &Release,
        options: &ApplyOptions,
        progress: &mut dyn Progress,
    ) -> Result<ApplyReport, Error> {
        apply::run(&Session::new(&self.wire, progress), release, options).await
    }

    /// Sends what `apply` sends with `dryRun=All`: the API server checks it, nothing is written.
    pub async fn dry_run(
        &self,
        release: &Release,
        options: &ApplyOptions,
        progress: &mut dyn Progress,
    ) -> Result<ApplyReport, Error> {
        diff::dry_run(&Session::new(&self.wire, progress), release, options).await
    }

    /// Compares the release with the cluster; `write` makes texts of both sides of an object.
    pub async fn diff(&self, release: &Release, write: Write<'_>) -> Result<DiffReport, Error> {
        diff::run(&Session::new(&self.wire, &mut Silent), release, write).await
    }

    /// The images that the release's workload runs in the cluster; none when it is not there. One request.
    pub async fn live_images(
        &self,
        release: &Release,
        progress: &mut dyn Progress,
    ) -> Result<Vec<String>, Error> {
        deploy::live_images(&Session::new(&self.wire, progress), release).await
    }

    /// Waits until the workload is ready; answers the name of the pod, `None` when none is wanted.
    pub async fn wait(
        &self,
        release: &Release,
        options: &WaitOptions,
        progress: &mut dyn Progress,
    ) -> Result<Option<String>, Error> {
        let session = Session::new(&self.wire, progress);
        let pod = wait::for_ready(&session, release, options, false).await?;
        Ok(pod.and_then(|pod| pod.metadata.name))
    }

    /// What keeps an appliance from being ready.
    pub async fn diagnose(&self, namespace: &str, appliance: &str) -> Result<Vec<Finding>, Error> {
        diagnose::of_appliance(&Session::new(&self.wire, &mut Silent), namespace, appliance).await
    }

    /// Compares the NICs of the release's pod with the plan.
    pub async fn check_network(&self, release: &Release) -> Result<Vec<NicReport>, Error> {
        deploy::check_network(&Session::new(&self.wire, &mut Silent), release).await
    }

    /// The appliance's state, or that of all appliances of the namespace, sorted by name. With a release of
    /// that name at hand its NICs are compared with the plan, else with the pod template's own annotation.
    pub async fn status(
        &self,
        namespace: &str,
        appliance: Option<&str>,
        releases: &[Release],
    ) -> Result<Vec<ApplianceStatus>, Error> {
        status::run(&Session::new(&self.wire, &mut Silent), namespace, appliance, releases).await
    }

    /// Deletes an appliance in reverse order. Claims and the generated Secret stay unless told; so does the
    /// namespace.
    pub async fn delete(
        &self,
        options: &DeleteOptions,
        progress: &mut dyn Progress,
    ) -> Result<DeleteReport, Error> {
        delete::run(&Session::new(&self.wire, progress), options).await
    }

    /// Runs a command in a container, without input and without a terminal.
    pub async fn exec(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        command: &[&str],
    ) -> Result<ExecOutput, Error> {
        exec::run(&self.wire, namespace, pod, container, command).await
    }

    /// The kernel modules of the release that the node of its running pod seems to lack; none when it cannot be asked.
    pub async fn missing_modules(&self, release: &Release) -> Vec<Obstacle> {
        let mut silent = Silent;
        let answer = modules::of_running_pod(&Session::new(&self.wire, &mut silent), release).await;
        answer.map_or_else(|_| Vec::new(), |node| modules::missing(release, &node))
    }

    /// What a deploy of these releases would fail of; they are one site's, in one namespace. Writes nothing but, where
    /// a node has to be asked for its kernel modules, one pod that it deletes again.
    pub async fn doctor(
        &self,
        releases: &[Release],
        progress: &mut dyn Progress,
    ) -> Result<DoctorReport, Error> {
        doctor::run(&Session::new(&self.wire, progress), releases).await
    }

    /// Reads the files right inside folders of the running appliance; never fails. A folder that is not there has none.
    pub async fn read_files(&self, release: &Release, folders: &[&str]) -> Files {
        let mut silent = Silent;
        let session = Session::new(&self.wire, &mut silent);
        match deploy::running_pod(&session, release).await {
            Ok(pod) => {
                let name = pod.metadata.name.as_deref().unwrap_or_default();
                exec::files(&self.wire, &release.namespace, name, &release.container, folders).await
            }
            Err(error) => Files::Unknown(error.to_string()),
        }
    }
}
