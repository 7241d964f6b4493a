//! All of a deploy: apply and prune, wait, look at the NICs.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use tokio::time::{Instant, sleep};

use super::session::Session;
use super::{
    ConfiguredBy, DeployOptions, DeployReport, Error, NicReport, Release, Verdict, apply, conditions, exec,
    network, prune, request, wait,
};
use crate::objects;

/// How long the guest may take to configure its NICs after it is ready, and how often it is asked.
const SETTLING: Duration = Duration::from_secs(15);
const AGAIN: Duration = Duration::from_secs(1);

/// Runs a deploy.
pub(super) async fn run(
    session: &Session<'_>,
    release: &Release,
    options: &DeployOptions,
) -> Result<DeployReport, Error> {
    let mut report = DeployReport {
        apply: apply::run(session, release, &options.apply).await?,
        pod: None,
        nics: Vec::new(),
    };
    let Some(waiting) = &options.wait else { return Ok(report) };
    if let Some(pod) = wait::for_ready(session, release, waiting, true).await? {
        report.nics = settled(session, release, &pod).await;
        report.pod = pod.metadata.name;
    }
    Ok(report)
}

/// The NICs once the guest has configured them: a lease takes some seconds more than a boot. Nothing announces
/// it, so the guest is asked again until it is as planned or the time is up.
async fn settled(session: &Session<'_>, release: &Release, pod: &Pod) -> Vec<NicReport> {
    let end = Instant::now() + SETTLING;
    loop {
        let rows = nics(session, release, pod).await;
        let unsettled = release
            .expected
            .iter()
            .zip(&rows)
            .any(|(nic, row)| nic.configured_by == ConfiguredBy::Guest && row.verdict == Verdict::Wrong);
        if !unsettled || Instant::now() >= end {
            return rows;
        }
        sleep(AGAIN).await;
    }
}

/// The NICs of the release's pod as it is now.
pub(super) async fn check_network(session: &Session<'_>, release: &Release) -> Result<Vec<NicReport>, Error> {
    let action = format!("read {}", release.workload);
    let workload = session.find(&action, request::get_identity(&release.workload)?).await?;
    let missing =
        || Error::NoAppliance { appliance: release.appliance.clone(), namespace: release.namespace.clone() };
    let workload = workload.ok_or_else(missing)?;
    let labels = prune::selector(&workload).unwrap_or_default();
    let pods = wait::pods(session, &release.namespace, &labels).await?;
    let state = conditions::WorkloadState::read(&workload);
    match conditions::newest(&pods, state.as_ref()) {
        Some(pod) => Ok(nics(session, release, pod).await),
        None => Ok(network::compare(&Pod::default(), &release.expected, &network::Guest::new())),
    }
}

async fn nics(session: &Session<'_>, release: &Release, pod: &Pod) -> Vec<NicReport> {
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let guest =
        exec::guest(session.wire, &release.namespace, name, &release.container, &release.expected).await;
    network::compare(pod, &release.expected, &guest)
}

/// The pod in which commands of a release run.
pub(super) async fn running_pod(session: &Session<'_>, release: &Release) -> Result<Pod, Error> {
    let workload = session.find("read the workload", request::get_identity(&release.workload)?).await?;
    let mut pods = match workload.as_ref().and_then(prune::selector) {
        Some(labels) => wait::pods(session, &release.namespace, &labels).await?,
        None => Vec::new(),
    };
    pods.retain(|pod| {
        pod.status.as_ref().is_some_and(|status| status.phase.as_deref() == Some("Running"))
            && pod.metadata.deletion_timestamp.is_none()
    });
    pods.into_iter().max_by_key(conditions::is_ready).ok_or_else(|| Error::NoAppliance {
        appliance: release.appliance.clone(),
        namespace: release.namespace.clone(),
    })
}

/// The images of the release's workload as it is in the cluster; none when it is not there.
pub(super) async fn live_images(session: &Session<'_>, release: &Release) -> Result<Vec<String>, Error> {
    let action = format!("read {}", release.workload);
    let workload = session.find(&action, request::get_identity(&release.workload)?).await?;
    let images = workload.iter().flat_map(objects::containers).filter_map(|one| one["image"].as_str());
    Ok(images.map(str::to_owned).collect())
}
