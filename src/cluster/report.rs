//! What the cluster sink answers: plain results, ready for a table or for JSON.

use serde::{Serialize, Serializer};

use crate::diag::{self, Finding, SourceMap};
use crate::objects::Identity;

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was not there.
    Created,
    /// It was there and has changed.
    Configured,
    /// It was there and did not change: nothing was written.
    Unchanged,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
        })
    }
}

/// An object and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The object.
    #[serde(serialize_with = "reference")]
    pub identity: Identity,
    /// What became of it.
    pub outcome: Outcome,
}

/// An object that was left alone, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The object.
    #[serde(serialize_with = "reference")]
    pub identity: Identity,
    /// Why it stays, half a sentence.
    pub reason: String,
}

/// The Secret with the root password, and how to read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretNote {
    /// Its name.
    pub name: String,
    /// Whether this run made it.
    pub created: bool,
    /// The command line that prints the password.
    pub read_command: String,
}

/// What `apply` and `dry_run` did or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ApplyReport {
    /// Every object of the release in its order, the namespace included when the run made it.
    pub applied: Vec<Applied>,
    /// What left the set and was deleted.
    #[serde(serialize_with = "references")]
    pub pruned: Vec<Identity>,
    /// What left the set and stays.
    pub kept: Vec<Kept>,
    /// The generated Secret, when the release asks for one.
    pub secret: Option<SecretNote>,
    /// How many requests the API server was sent, retries included.
    pub requests: u64,
}

impl ApplyReport {
    /// Whether nothing was written, or would be.
    pub fn is_unchanged(&self) -> bool {
        self.pruned.is_empty()
            && self.applied.iter().all(|applied| applied.outcome == Outcome::Unchanged)
            && !self.secret.as_ref().is_some_and(|secret| secret.created)
    }
}

/// What `deploy` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeployReport {
    /// What was applied and pruned.
    pub apply: ApplyReport,
    /// The pod that is ready; `None` without waiting.
    pub pod: Option<String>,
    /// The planned NICs beside those that the pod has; empty without waiting.
    pub nics: Vec<NicReport>,
}

/// Whether a NIC is what the plan says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is.
    Ok,
    /// It is not.
    Wrong,
    /// The pod does not have it.
    Missing,
    /// It could not be found out.
    Unknown,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Wrong => "wrong",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        })
    }
}

/// One row of the table of NICs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NicReport {
    /// The interface's name in the pod.
    pub interface: String,
    /// `<namespace>/<name>` of the network.
    pub network: String,
    /// The MAC that it has, or that it should have when it is missing.
    pub mac: Option<String>,
    /// The addresses that it has, with prefix where that is known.
    pub addresses: Vec<String>,
    /// Whether all of it is as planned.
    pub verdict: Verdict,
    /// Why it is not `ok`.
    pub reason: Option<String>,
}

/// How far a pod is with an overlay that it applies itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OverlayState {
    /// All of it is there.
    Installed,
    /// Its packages are still to come.
    Pending,
    /// Its packages are being installed.
    Installing,
    /// Its packages could not be installed; that is tried again.
    Failed,
    /// It could not be found out.
    Unknown,
}

impl std::fmt::Display for OverlayState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Installed => "installed",
            Self::Pending => "pending",
            Self::Installing => "installing",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        })
    }
}

/// An overlay that a pod applies itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverlayReport {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: OverlayState,
    /// Why it failed, or why nothing is known, one line.
    pub reason: Option<String>,
}

/// What an object's difference amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It would be created.
    Create,
    /// It would change.
    Modify,
    /// It would be deleted.
    Prune,
    /// Nothing would happen.
    None,
}

/// One object's difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectDiff {
    /// The object.
    #[serde(serialize_with = "reference")]
    pub identity: Identity,
    /// What would happen to it.
    pub change: Change,
    /// The unified diff, empty when nothing would happen.
    pub text: String,
    /// Why its pods would restart, each half a sentence; none where they would not.
    pub restarts: Vec<&'static str>,
    /// Fields that another manager owns and that the release sets to another value.
    pub conflicts: Vec<super::FieldConflict>,
}

/// What `diff` found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DiffReport {
    /// Every object, in order; prunes come last.
    pub objects: Vec<ObjectDiff>,
}

impl DiffReport {
    /// Whether a deploy would change anything.
    pub fn differs(&self) -> bool {
        self.objects.iter().any(|object| object.change != Change::None)
    }
}

/// What `delete` did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DeleteReport {
    /// What was deleted, in that order.
    #[serde(serialize_with = "references")]
    pub deleted: Vec<Identity>,
    /// What stays, and why.
    pub kept: Vec<Kept>,
}

/// An appliance as the cluster has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApplianceStatus {
    /// Its name.
    pub appliance: String,
    /// Its namespace.
    pub namespace: String,
    /// Its workload; `None` when only claims or a Secret are left.
    pub workload: Option<WorkloadStatus>,
    /// Its pod; of several the newest.
    pub pod: Option<PodStatus>,
    /// Its NICs.
    pub nics: Vec<NicReport>,
    /// Its other pods, by name.
    pub others: Vec<OtherPod>,
    /// Overlays that the pod applies itself.
    pub overlays: Vec<OverlayReport>,
    /// Its claims.
    pub claims: Vec<ClaimStatus>,
    /// What keeps it from being ready.
    #[serde(serialize_with = "problems")]
    pub problems: Vec<Finding>,
    /// Attachments that have changed since its pod template was written; the pod still has the old ones.
    pub changed_attachments: bool,
}

/// One more pod of an appliance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherPod {
    /// The pod.
    pub pod: PodStatus,
    /// Its NICs; none while it ends.
    pub nics: Vec<NicReport>,
}

/// The workload's side of a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkloadStatus {
    /// `StatefulSet` or `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The image of the appliance's container.
    pub image: String,
    /// How many pods are wanted.
    pub desired: i32,
    /// How many are ready.
    pub ready: i32,
    /// Whether every pod is of the newest revision.
    pub current: bool,
}

/// The pod's side of a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PodStatus {
    /// Its name.
    pub name: String,
    /// Its phase, or the reason of its waiting container.
    pub phase: String,
    /// Whether it is ready.
    pub ready: bool,
    /// How often its containers were restarted.
    pub restarts: i32,
    /// Its node.
    pub node: Option<String>,
    /// Its address in the cluster's network.
    pub address: Option<String>,
}

/// A claim's side of a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimStatus {
    /// Its name.
    pub name: String,
    /// Its phase.
    pub phase: String,
    /// Its size: what it has, or what it asks for while it has none.
    pub size: Option<String>,
    /// Its storage class.
    pub storage_class: Option<String>,
}

/// What a command in a container answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOutput {
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
    /// Its exit code.
    pub code: i32,
}

/// Files of a running appliance, or why they could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// Path and content of each file.
    Known(std::collections::BTreeMap<String, Vec<u8>>),
    /// Why nothing is known.
    Unknown(String),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> From<&'a Identity> for Reference<'a> {
    fn from(identity: &'a Identity) -> Self {
        Self {
            api_version: &identity.api_version,
            kind: &identity.kind,
            namespace: identity.namespace.as_deref(),
            name: &identity.name,
        }
    }
}

/// Findings as everywhere; what to do about one was called `fix` here before it was `help`, and scripts read that.
fn problems<S: Serializer>(problems: &[Finding], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(problems.iter().map(|problem| {
        let mut told = diag::value(problem, &SourceMap::new());
        told["fix"] = told["help"].clone();
        told
    }))
}

fn reference<S: Serializer>(identity: &Identity, serializer: S) -> Result<S::Ok, S::Error> {
    Reference::from(identity).serialize(serializer)
}

fn references<S: Serializer>(identities: &[Identity], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(identities.iter().map(Reference::from))
}
