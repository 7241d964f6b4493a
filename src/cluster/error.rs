//! What can go wrong between the program and a cluster.

use serde::Serialize;

use crate::diag::{Code, Finding};
use crate::objects::Identity;

use super::Obstacle;

/// Whose fault an error is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The cluster answered and said no: exit 1.
    Refused,
    /// The cluster could not be asked: exit 3.
    Environment,
}

/// A field that another manager owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldConflict {
    /// The field, for example `.spec.template.spec.containers[name="openwrt"].image`.
    pub field: String,
    /// The manager that owns it, for example `kubectl-edit`.
    pub manager: String,
}

/// The conflicts of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectConflict {
    /// The object.
    pub identity: Identity,
    /// Its fields.
    pub fields: Vec<FieldConflict>,
}

impl ObjectConflict {
    fn findings(&self) -> impl Iterator<Item = Finding> {
        self.fields.iter().map(|FieldConflict { field, manager }| {
            let claim = format!("{field} belongs to {manager}, and the appliance sets it to another value");
            Finding::error(Code::FieldConflict, claim).object(self.identity.to_string()).help(TAKE_OVER)
        })
    }
}

/// An error of the cluster sink.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No kubeconfig was found or it could not be used.
    #[error("failed to read the kubeconfig: {reason}")]
    Kubeconfig {
        /// What is wrong with it.
        reason: String,
        /// What to do.
        help: Option<String>,
    },
    /// A client could not be built from the kubeconfig.
    #[error("failed to set up the connection: {reason}")]
    Setup {
        /// What is wrong.
        reason: String,
    },
    /// The connection would go through a proxy.
    #[error("failed to reach the API server at {server}: it would go through the proxy {proxy}")]
    Proxy {
        /// The API server's address.
        server: String,
        /// The proxy's address.
        proxy: String,
    },
    /// The API server could not be reached, or stopped answering, for longer than retries last.
    #[error("failed to reach the API server at {server}: {reason}")]
    Unreachable {
        /// Its address.
        server: String,
        /// What the last try said.
        reason: String,
    },
    /// The credentials were not accepted.
    #[error("the API server does not accept the credentials of the kubeconfig: {reason}")]
    Unauthorized {
        /// What it said.
        reason: String,
    },
    /// The API server refused a request.
    #[error("failed to {action}: {reason}")]
    Refused {
        /// What was being done.
        action: String,
        /// What the API server said.
        reason: String,
        /// The HTTP status.
        status: u16,
    },
    /// The API server answered something that cannot be read.
    #[error("failed to {action}: the API server's answer cannot be read: {reason}")]
    Answer {
        /// What was being done.
        action: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Fields of the release belong to another manager.
    #[error("other managers own fields that the appliance sets")]
    Conflict(Vec<ObjectConflict>),
    /// The object is there with another value of a field that cannot be changed.
    #[error("{identity} cannot be changed in place: {reason}")]
    Immutable {
        /// The object.
        identity: Box<Identity>,
        /// What the API server said.
        reason: String,
    },
    /// Several objects were refused.
    #[error("{}", several_text(.0))]
    Several(Vec<Error>),
    /// A kind whose place in the API is not known.
    #[error("{kind} of {api_version} is not a kind that wrtpod applies")]
    UnknownKind {
        /// The API group and version.
        api_version: String,
        /// The kind.
        kind: String,
    },
    /// Something on the cluster that a deploy would fail of.
    #[error("{0}")]
    Obstacle(Box<Obstacle>),
    /// The appliance did not become ready.
    #[error("{workload} is not ready{}", if *.timed_out { " in time" } else { "" })]
    NotReady {
        /// The workload.
        workload: Box<Identity>,
        /// What keeps it from being ready.
        problems: Vec<Finding>,
        /// Whether the time was up; otherwise a cause that lasts was found before.
        timed_out: bool,
    },
    /// A pod did not go away in time. It is never deleted by force: the old one may still run with its MAC.
    #[error("Pod {pod} is not gone after {seconds} s: {reason}")]
    PodStays {
        /// Its name.
        pod: String,
        /// How long was waited.
        seconds: u64,
        /// What the kubelet says.
        reason: String,
        /// What mends it.
        fix: &'static str,
    },
    /// A command could not be run in the pod.
    #[error("failed to run a command in Pod {pod}: {reason}")]
    Exec {
        /// The pod.
        pod: String,
        /// Why not.
        reason: String,
    },
    /// The appliance is not in the cluster.
    #[error("no appliance {appliance} in namespace {namespace}")]
    NoAppliance {
        /// Its name.
        appliance: String,
        /// The namespace.
        namespace: String,
    },
    /// The operating system gave no random bytes.
    #[error("failed to make a random password: {reason}")]
    Random {
        /// Why.
        reason: String,
    },
}

/// How to reach an API server where a proxy is said to be in between.
pub(super) const WITHOUT_PROXY: &str = "wrtpod reaches API servers without a proxy: add the server to NO_PROXY, or unset \
    HTTPS_PROXY (`env -u HTTPS_PROXY -u https_proxy wrtpod …`); or remove `proxy-url` from the kubeconfig";

impl Error {
    /// Whose fault it is.
    pub fn class(&self) -> Class {
        match self {
            Self::Kubeconfig { .. }
            | Self::Setup { .. }
            | Self::Proxy { .. }
            | Self::Unreachable { .. }
            | Self::Unauthorized { .. }
            | Self::Answer { .. }
            | Self::Random { .. } => Class::Environment,
            Self::Several(errors) if errors.iter().any(|error| error.class() == Class::Environment) => {
                Class::Environment
            }
            _ => Class::Refused,
        }
    }
}

impl Error {
    /// What to do about it, where there is something to do and no finding says it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Kubeconfig { help, .. } => return help.clone(),
            Self::Setup { .. } => "correct the kubeconfig, or give another one with `--kubeconfig FILE`",
            Self::Proxy { .. } => WITHOUT_PROXY,
            Self::Unreachable { .. } => {
                "see that the cluster runs, and that the kubeconfig's `server` is right: `kubectl config view --minify` shows it"
            }
            Self::Unauthorized { .. } => {
                "get a kubeconfig that holds, or choose another context with `--context NAME`"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }
}

impl Error {
    /// Each by itself.
    pub fn each(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::Several(errors) => Box::new(errors.iter().flat_map(Self::each)),
            one => Box::new(std::iter::once(one)),
        }
    }

    /// It as findings, one for each cause; none where it is no more than a request that failed.
    pub fn findings(&self) -> Vec<Finding> {
        let found = match self {
            Self::Obstacle(obstacle) => obstacle.finding(),
            Self::NotReady { problems, .. } => return problems.clone(),
            Self::Several(errors) => return errors.iter().flat_map(Self::findings).collect(),
            Self::Conflict(objects) => return objects.iter().flat_map(ObjectConflict::findings).collect(),
            Self::Immutable { identity, reason } => {
                let claim = format!("it cannot be changed in place: {reason}");
                Finding::error(Code::ImmutableField, claim)
                    .object(identity.to_string())
                    .help(immutable_fix(identity))
            }
            Self::PodStays { pod, seconds, reason, fix } => {
                let claim = format!("it is not gone after {seconds} s: {reason}");
                Finding::error(Code::PodEnding, claim).object(format!("Pod {pod}")).help(*fix)
            }
            _ => return Vec::new(),
        };
        vec![found]
    }

    /// Whether its findings say all of it: a workload that is not ready is worth a line beside its causes.
    pub fn is_told(&self) -> bool {
        !matches!(self, Self::NotReady { .. }) && !self.findings().is_empty()
    }
}

impl From<Obstacle> for Error {
    fn from(obstacle: Obstacle) -> Self {
        Self::Obstacle(Box::new(obstacle))
    }
}

const TAKE_OVER: &str = "take the fields over with `wrtpod deploy NAME --force-conflicts`, or have the other manager give them up";

fn immutable_fix(identity: &Identity) -> &'static str {
    if identity.kind == "PersistentVolumeClaim" {
        "back the appliance up and delete it with `wrtpod delete NAME --delete-data`, or keep the claim as it was"
    } else {
        "delete the appliance (its claims stay), then deploy again"
    }
}

fn several_text(errors: &[Error]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::kinds::Kind;

    #[test]
    fn each_cause_is_a_finding_and_what_is_no_more_than_a_request_is_a_line() {
        let workload = Box::new(Kind::named("StatefulSet").identity("home", "web"));
        let problem = Finding::error(Code::CrashLoop, "container web ended").object("Pod web-0");
        let not_ready = Error::NotReady { workload, problems: vec![problem.clone()], timed_out: true };
        assert_eq!((not_ready.findings(), not_ready.is_told()), (vec![problem.clone()], false));
        assert_eq!(not_ready.to_string(), "StatefulSet web is not ready in time");

        let claim = Box::new(Kind::named("PersistentVolumeClaim").identity("home", "web-data"));
        let immutable = Error::Immutable { identity: claim, reason: "spec is immutable".to_owned() };
        let refused = Error::Refused { action: "x".to_owned(), reason: "y".to_owned(), status: 422 };
        assert!(refused.findings().is_empty() && !refused.is_told());
        let several = Error::Several(vec![immutable, not_ready, refused]);
        let found = several.findings();
        let told: Vec<_> = found.iter().map(|one| (one.code, one.to_string())).collect();
        let of_claim = "PersistentVolumeClaim web-data: it cannot be changed in place: spec is immutable";
        let want = [(Code::ImmutableField, of_claim.to_owned()), (Code::CrashLoop, problem.to_string())];
        assert_eq!(told, want);
        assert!(
            found[0].help.as_deref().is_some_and(|help| help.contains("`wrtpod delete NAME --delete-data`"))
        );
        assert_eq!(several.each().filter(|one| !one.is_told()).count(), 2);
    }
}
