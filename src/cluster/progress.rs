//! What happens while a verb runs, told to whoever prints it. The sink itself never prints.

use crate::diag::Finding;
use crate::objects::Identity;
use crate::shown;

use super::Outcome;

/// Receives what happens: the CLI draws it on a terminal or writes plain lines.
pub trait Progress {
    /// Something happened.
    fn event(&mut self, event: &Event);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&mut self, _: &Event) {}
}

/// Something that happened; its `Display` is one plain line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An object was applied.
    Applied(Identity, Outcome),
    /// An object was deleted, or its deletion has begun.
    Deleted(Identity),
    /// An object stays although it left the set, and why.
    Kept(Identity, String),
    /// Something that a user should know of.
    Note(String),
    /// The API server did not answer as it should; the request is sent again.
    Retry(String),
    /// The pod entered a stage.
    Stage(String, Stage),
    /// Waiting for a pod to be gone.
    WaitingForPodGone(String),
    /// Something keeps the pod from being ready; it may still go away.
    Problem(Finding),
    /// The pod was deleted so that it comes back, and why.
    PodReplaced(String, String),
}

/// How far a pod is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It has no node yet.
    Pending,
    /// It has a node; its sandbox and volumes are being made.
    Scheduled(String),
    /// An image is being pulled.
    Pulling(String),
    /// An init container runs.
    Init(String),
    /// Its containers run and are not ready yet.
    Started,
    /// It is ready.
    Ready,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pending => f.write_str("pending"),
            Self::Scheduled(node) => write!(f, "scheduled on {node}"),
            Self::Pulling(image) => write!(f, "pulling {}", shown::line(image)),
            Self::Init(container) => write!(f, "init container {container} runs"),
            Self::Started => f.write_str("started"),
            Self::Ready => f.write_str("ready"),
        }
    }
}

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Applied(identity, outcome) => write!(f, "{identity} {outcome}"),
            Self::Deleted(identity) => write!(f, "{identity} deleted"),
            Self::Kept(identity, reason) => write!(f, "{identity} kept: {}", shown::line(reason)),
            Self::Note(text) => f.write_str(text),
            Self::Retry(reason) => write!(f, "trying again: {}", shown::line(reason)),
            Self::Stage(pod, stage) => write!(f, "Pod {pod} {stage}"),
            Self::WaitingForPodGone(pod) => write!(f, "waiting for Pod {pod} to be gone"),
            Self::Problem(problem) => f.write_str(&shown::line(&problem.to_string())),
            Self::PodReplaced(pod, reason) => {
                write!(f, "Pod {pod} deleted so that it is made again: {}", shown::line(reason))
            }
        }
    }
}
