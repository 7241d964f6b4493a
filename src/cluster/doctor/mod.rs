//! What a deploy would fail of on this cluster, found before anything is deployed: all of it, not the first. What `deploy`
//! refuses is judged by the same functions here; the rest are things that only show later, in a pod that hangs.
//!
//! Reads, and writes nothing but the short-lived pods of `probe`. What may not be read is an obstacle of its own: no check
//! passes in silence.

mod appliance;
mod kernel;
mod multus;
mod needs;
mod probe;
mod report;
mod site;

pub use report::{Check, CheckState, DoctorReport, Finding};

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::PodSpec;
use report::Seen;
use serde_json::Value;

use super::placement::Placement;
use super::session::Session;
use super::{Error, Obstacle, Release};

/// A release, its pod, and where that can run; `None` where the nodes are not known.
struct Patient<'a> {
    release: &'a Release,
    pod: PodSpec,
    placement: Option<Placement>,
}

/// What is known of the place where all releases go.
struct Ward {
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
    let nodes = site::nodes(session, &mut report).await?;
    site::ranges(session, releases, nodes.as_deref(), &mut report).await?;
    let mut patients = Vec::new();
    let mut ward = Ward { namespace, classes: None };
    for release in releases {
        let pod = needs::pod(release);
        let placement = nodes.as_ref().map(|nodes| appliance::nodes(release, &pod, nodes, &mut report));
        let patient = Patient { release, pod, placement };
        appliance::admission(session, &patient, &ward, &mut report).await?;
        appliance::needs(session, &patient, &mut ward, &mut report).await?;
        patients.push(patient);
    }
    on_nodes(session, &patients, &mut report).await?;
    kernel::check(session, &patients, ward.namespace.is_some(), &mut report).await?;
    Ok(report)
}

/// Whether Multus runs where the pods may go.
async fn on_nodes(
    session: &Session<'_>,
    patients: &[Patient<'_>],
    report: &mut DoctorReport,
) -> Result<(), Error> {
    const CHECK: &str = "multus";
    let attached = patients.iter().filter(|patient| !patient.release.attachments.is_empty());
    let placements: Vec<Option<&Placement>> = attached.map(|patient| patient.placement.as_ref()).collect();
    if placements.is_empty() {
        return Ok(());
    }
    let takers: BTreeSet<&String> = placements.iter().flatten().flat_map(|place| &place.takers).collect();
    match multus::find(session).await? {
        Err(obstacle) => report.enter(CHECK, "DaemonSet", None, vec![*obstacle]),
        Ok(multus) if multus.is_empty() => {
            report.enter(CHECK, "DaemonSet", None, vec![Obstacle::MultusUnseen]);
        }
        Ok(_) if takers.is_empty() => {
            let reason = "no node is known to take a pod".to_owned();
            let obstacle = Obstacle::NotChecked { what: "Multus".to_owned(), right: None, reason };
            report.enter(CHECK, "DaemonSet", None, vec![obstacle]);
        }
        Ok(multus) => {
            for node in takers {
                report.enter(CHECK, node, None, multus::judge(&multus, node));
            }
        }
    }
    Ok(())
}
