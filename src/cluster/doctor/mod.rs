//! What a deploy would fail of on this cluster, found before anything is deployed: all of it, not the first. What `deploy`
//! refuses is judged by the same functions here; the rest are things that only show later, in a pod that hangs.
//!
//! Reads, and writes nothing but the short-lived pods of `probe`. What may not be read is an obstacle of its own: no check
//! passes in silence.

mod appliance;
mod kernel;
mod multus;
mod probe;
mod report;
mod site;

pub use report::{Check, CheckState, DoctorReport, Raised};

use k8s_openapi::api::core::v1::PodSpec;
use report::Seen;
use serde_json::Value;

use super::placement::Placement;
use super::session::Session;
use super::{Error, Release};

/// A release, its pod, and where that can run; `None` where the nodes are not known.
struct Subject<'a> {
    release: &'a Release,
    pod: PodSpec,
    placement: Option<Placement>,
}

/// What is known of the place where all releases go.
struct Place {
    /// The namespace, when it is there; null where it may not be read.
    namespace: Option<Value>,
    /// The storage classes, once somebody had to know.
    classes: Option<Seen<Vec<Value>>>,
}

/// Looks at everything.
pub(super) async fn run(session: &Session<'_>, releases: &[Release]) -> Result<DoctorReport, Error> {
    let mut report = DoctorReport::default();
    let Some(first) = releases.first() else { return Ok(report) };
    site::api_server(session, &mut report).await?;
    let namespace = site::namespace(session, first, &mut report).await?;
    site::attachments(session, releases, &mut report).await?;
    site::extensions(session, releases, &mut report).await?;
    let nodes = site::nodes(session, &mut report).await?;
    site::ranges(session, releases, nodes.as_deref(), &mut report).await?;
    let mut subjects = Vec::new();
    let mut place = Place { namespace, classes: None };
    for release in releases {
        let pod = super::needs::pod(release);
        let placement = nodes.as_ref().map(|nodes| appliance::nodes(release, &pod, nodes, &mut report));
        let subject = Subject { release, pod, placement };
        appliance::admission(session, &subject, &place, &mut report).await?;
        appliance::needs(session, &subject, &mut place, &mut report).await?;
        subjects.push(subject);
    }
    multus::check(session, &subjects, &mut report).await?;
    multus::dhcp(session, &subjects, &mut report).await?;
    kernel::check(session, &subjects, place.namespace.is_some(), &mut report).await?;
    Ok(report)
}
