//! The cluster sink: applies a release, waits for it, looks at it and removes it again.
//!
//! The only module that talks to an API server. It knows objects, their kinds and their order, and the few
//! things about a running pod that a user wants to hear of; it must not know documents, plans or terminals:
//! what it has to know comes as a [`Release`], what happens goes to a [`Progress`].
//!
//! Entry: [`connect`], then the methods of [`Cluster`]. Nothing is stored locally, and every step can be run
//! again: a deploy that was cut short is finished by the next one.

mod connect;
mod error;
mod progress;
mod release;
mod report;

pub use connect::{Cluster, ConnectOptions, attachments_sha256, connect, install_tls_provider};
pub use error::{Class, Error, FieldConflict, ObjectConflict};
pub use progress::{Event, Progress, Silent, Stage};
pub use release::{
    ApplyOptions, ConfiguredBy, DeleteOptions, DeployOptions, ExpectedNic, GeneratedSecret,
    PASSWORD_HASH_KEY, PASSWORD_KEY, Release, WaitOptions,
};
pub use report::{
    ApplianceStatus, Applied, ApplyReport, Change, ClaimStatus, DeleteReport, DeployReport, DiffReport,
    ExecOutput, Files, Kept, NicReport, ObjectDiff, Outcome, PodStatus, Problem, SecretNote, Verdict,
    WorkloadStatus,
};

/// The field manager of everything that is applied.
pub const FIELD_MANAGER: &str = "wrtpod";

/// The annotation of a pod template that says which attachments it was written for.
pub const ATTACHMENTS_ANNOTATION: &str = "wrtpod.dev/attachments-sha256";
