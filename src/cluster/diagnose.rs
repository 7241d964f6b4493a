//! Reads what shows why an appliance is not ready: pods, events, claims and the log that explains it.

use k8s_openapi::api::core::v1::{Event, PersistentVolumeClaim, Pod};
use serde_json::Value;

use super::causes::{self, View};
use super::conditions::{self, WorkloadState};
use super::kinds::Kind;
use super::session::Session;
use super::wait::typed;
use super::{Error, Release, containers, ground, nodes, prune, request, root};
use crate::diag::{Code, Finding};
use crate::secret;

/// How many lines of a log explain a failure.
const LINES: u32 = 12;

/// What there is of one appliance.
pub(super) struct Seen {
    pub workload: Option<Value>,
    pub pods: Vec<Pod>,
    pub events: Vec<Event>,
    pub claims: Vec<PersistentVolumeClaim>,
}

/// The problems of a release's workload.
pub(super) async fn of_release(session: &Session<'_>, release: &Release) -> Result<Vec<Finding>, Error> {
    let found = session.find("read the workload", request::get_identity(&release.workload)?).await?;
    let seen = see(session, &release.namespace, &release.appliance, found).await?;
    problems(session, &release.namespace, Some(release), &seen).await
}

/// The problems of an appliance that is only known by name.
pub(super) async fn of_appliance(
    session: &Session<'_>,
    namespace: &str,
    appliance: &str,
) -> Result<Vec<Finding>, Error> {
    let workload = workloads(session, namespace, &ground::instance(appliance)).await?.into_iter().next();
    let seen = see(session, namespace, appliance, workload).await?;
    problems(session, namespace, None, &seen).await
}

/// The StatefulSets and Deployments with these labels.
pub(super) async fn workloads(
    session: &Session<'_>,
    namespace: &str,
    labels: &str,
) -> Result<Vec<Value>, Error> {
    let mut found = Vec::new();
    for name in ["StatefulSet", "Deployment"] {
        let kind = Kind::named(name);
        let request = request::list(kind, Some(namespace), &[("labelSelector", labels)]);
        for mut item in session.items(&format!("list {}", kind.plural), request).await? {
            // Items of a list do not say what they are.
            item["kind"] = Value::from(name);
            item["apiVersion"] = Value::from(kind.api_version());
            found.push(item);
        }
    }
    Ok(found)
}

async fn see(
    session: &Session<'_>,
    namespace: &str,
    appliance: &str,
    workload: Option<Value>,
) -> Result<Seen, Error> {
    let labels = workload.as_ref().and_then(prune::selector).unwrap_or_else(|| ground::instance(appliance));
    let by_label = |kind: &'static str, labels: &str| {
        session.items(
            "read the appliance's state",
            request::list(Kind::named(kind), Some(namespace), &[("labelSelector", labels)]),
        )
    };
    let instance = ground::instance(appliance);
    let (pods, events, claims) = futures_util::join!(
        by_label("Pod", &labels),
        by_label("Event", ""),
        by_label("PersistentVolumeClaim", &instance),
    );
    Ok(Seen {
        workload,
        pods: typed(pods?.iter()),
        events: typed(events?.iter()),
        claims: typed(claims?.iter()),
    })
}

/// The problems in what was seen, with the log that explains them.
pub(super) async fn problems(
    session: &Session<'_>,
    namespace: &str,
    release: Option<&Release>,
    seen: &Seen,
) -> Result<Vec<Finding>, Error> {
    let workload = seen.workload.as_ref().and_then(WorkloadState::read);
    let nodes = nodes::read(session, &seen.pods).await?;
    let view = View {
        release,
        workload: workload.as_ref(),
        pods: &seen.pods,
        events: &seen.events,
        claims: &seen.claims,
        known: 0,
        nodes: &nodes,
    };
    let mut problems = causes::problems(&view);
    let pod = conditions::newest(&seen.pods, workload.as_ref());
    let explained = problems
        .iter_mut()
        .find(|problem| matches!(problem.code, Code::CrashLoop | Code::InitFailed | Code::NotReady));
    if let (Some(pod), Some(problem)) = (pod, explained) {
        let name = pod.metadata.name.as_deref().unwrap_or_default();
        if let Some((container, previous)) = containers::log_of(pod) {
            let request = request::log(namespace, name, &container, previous, LINES);
            // A log that cannot be read is no reason to hide the problem.
            let text = session.text(request).await.unwrap_or_default();
            problem.log = secret::without(&text).lines().map(str::to_owned).collect();
            if let Some(fix) = root::fix(pod, &container, &problem.log) {
                problem.help = Some(fix);
            }
        }
    }
    Ok(problems)
}
