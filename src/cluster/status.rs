//! The state of appliances, read from the cluster alone.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::{Event, PersistentVolumeClaim, Pod};
use serde_json::Value;

use super::applyset::{INSTANCE, MANAGED_BY};
use super::conditions::{self, WorkloadState};
use super::diagnose::{self, Seen};
use super::drift::{self, Attachment};
use super::kinds::{Kind, NAD};
use super::session::Session;
use super::wait::typed;
use super::{
    ApplianceStatus, ClaimStatus, Error, ExpectedNic, FIELD_MANAGER, NicReport, OtherPod, PodStatus, Release,
    WorkloadStatus, exec, existing, ground, network, overlays, proxies, request,
};

/// Everything of wrtpod in a namespace.
struct Survey {
    workloads: Vec<Value>,
    pods: Vec<Pod>,
    events: Vec<Event>,
    claims: Vec<PersistentVolumeClaim>,
    attachments: Vec<Attachment>,
}

/// Reads the state of one appliance or of all.
pub(super) async fn run(
    session: &Session<'_>,
    namespace: &str,
    appliance: Option<&str>,
    releases: &[Release],
) -> Result<Vec<ApplianceStatus>, Error> {
    let labels = match appliance {
        Some(name) => ground::instance(name),
        None => format!("{MANAGED_BY}={FIELD_MANAGER}"),
    };
    let survey = survey(session, namespace, &labels).await?;
    let mut names: BTreeSet<String> = survey.workloads.iter().filter_map(instance).collect();
    names.extend(
        survey.claims.iter().filter_map(|claim| claim.metadata.labels.as_ref()?.get(INSTANCE).cloned()),
    );
    if let (Some(name), true) = (appliance, names.is_empty()) {
        return Err(Error::NoAppliance { appliance: name.to_owned(), namespace: namespace.to_owned() });
    }
    let mut statuses = Vec::new();
    for name in names {
        let release =
            releases.iter().find(|release| release.appliance == name && release.namespace == namespace);
        statuses.push(one(session, namespace, &name, release, &survey).await?);
    }
    Ok(statuses)
}

async fn survey(session: &Session<'_>, namespace: &str, labels: &str) -> Result<Survey, Error> {
    let list = |kind: &'static str, labels: &str| {
        let kind = Kind::named(kind);
        session.items(
            "read the namespace's state",
            request::list(kind, Some(namespace), &[("labelSelector", labels)]),
        )
    };
    let attachments = request::list(Kind::named(NAD), Some(namespace), &[]);
    let (workloads, pods, events, claims, attachments) = futures_util::join!(
        diagnose::workloads(session, namespace, labels),
        list("Pod", ""),
        list("Event", ""),
        list("PersistentVolumeClaim", labels),
        session.find("list the attachments", attachments),
    );
    let attachments = attachments?.unwrap_or_default();
    Ok(Survey {
        workloads: workloads?,
        pods: typed(pods?.iter()),
        events: typed(events?.iter()),
        claims: typed(claims?.iter()),
        attachments: attachments["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Attachment::read)
            .collect(),
    })
}

async fn one(
    session: &Session<'_>,
    namespace: &str,
    name: &str,
    release: Option<&Release>,
    survey: &Survey,
) -> Result<ApplianceStatus, Error> {
    let workload = survey.workloads.iter().find(|one| instance(one).as_deref() == Some(name)).cloned();
    let state = workload.as_ref().and_then(WorkloadState::read);
    let pods: Vec<Pod> = match &workload {
        Some(workload) => survey.pods.iter().filter(|pod| selects(workload, pod)).cloned().collect(),
        None => Vec::new(),
    };
    let claims = survey.claims.iter().filter(|claim| {
        claim.metadata.labels.as_ref().and_then(|labels| labels.get(INSTANCE)).map(String::as_str)
            == Some(name)
    });
    let seen = Seen { workload, pods, events: survey.events.clone(), claims: claims.cloned().collect() };
    let pod = conditions::newest(&seen.pods, state.as_ref()).or_else(|| conditions::ending(&seen.pods));
    let container = seen.workload.as_ref().map(main_container).unwrap_or_default();
    let image = seen.workload.as_ref().map(|workload| image(workload, &container)).unwrap_or_default();
    let expected = match &seen.workload {
        Some(workload) => expected(session, namespace, workload, release, survey).await,
        None => Vec::new(),
    };
    let asked = release.map_or(container.as_str(), |release| &release.container);
    let nics = async |pod: &Pod| {
        let name = pod.metadata.name.as_deref().unwrap_or_default();
        let guest = exec::guest(session.wire, namespace, name, asked, &expected).await;
        network::compare(pod, &expected, &guest)
    };
    let (own, overlays, proxies) = match (&seen.workload, pod) {
        // One that ends is asked nothing: what it says does not last, and on a node that is gone nobody answers.
        (Some(workload), Some(pod)) if pod.metadata.deletion_timestamp.is_none() => {
            let names = overlays::named(workload);
            let pod_name = pod.metadata.name.as_deref().unwrap_or_default();
            futures_util::join!(
                nics(pod),
                overlays::read(session.wire, namespace, pod_name, &container, &names),
                proxies::untrusted(session, namespace, name, pod_name, &container, &image),
            )
        }
        _ => (Vec::new(), Vec::new(), None),
    };
    let first = pod.and_then(|pod| pod.metadata.name.as_deref());
    let others = others(&seen, first, nics).await;
    let mut problems = diagnose::problems(session, namespace, release, &seen).await?;
    problems.extend(proxies);
    let problems = problems.into_iter().map(|problem| problem.appliance(Some(name))).collect();
    Ok(ApplianceStatus {
        appliance: name.to_owned(),
        namespace: namespace.to_owned(),
        workload: seen.workload.as_ref().zip(state.as_ref()).map(|(value, state)| WorkloadStatus {
            kind: text(value, "/kind"),
            name: text(value, "/metadata/name"),
            image: image.clone(),
            desired: state.desired,
            ready: state.ready,
            current: state.current,
        }),
        pod: pod.map(pod_status),
        nics: own,
        others,
        overlays,
        claims: seen.claims.iter().map(claim_status).collect(),
        changed_attachments: seen
            .workload
            .as_ref()
            .is_some_and(|workload| drift::changed(workload, namespace, &survey.attachments)),
        problems,
    })
}

/// The pods beside the first that have not ended.
async fn others(
    seen: &Seen,
    first: Option<&str>,
    nics: impl AsyncFn(&Pod) -> Vec<NicReport>,
) -> Vec<OtherPod> {
    if seen.workload.is_none() {
        return Vec::new();
    }
    let has_ended = |pod: &Pod| {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        matches!(phase, Some("Succeeded" | "Failed"))
    };
    let mut pods: Vec<&Pod> =
        seen.pods.iter().filter(|pod| pod.metadata.name.as_deref() != first && !has_ended(pod)).collect();
    pods.sort_by_key(|pod| pod.metadata.name.as_deref());
    let each = pods.into_iter().map(async |pod| OtherPod {
        pod: pod_status(pod),
        nics: match pod.metadata.deletion_timestamp {
            None => nics(pod).await,
            Some(_) => Vec::new(),
        },
    });
    futures_util::future::join_all(each).await
}

/// The NICs that its pods are to have: those of the plan when there is one, else those that the pod template asks for.
async fn expected(
    session: &Session<'_>,
    namespace: &str,
    workload: &Value,
    release: Option<&Release>,
    survey: &Survey,
) -> Vec<ExpectedNic> {
    if let Some(release) = release {
        return release.expected.clone();
    }
    let mut known = survey.attachments.clone();
    for name in drift::elsewhere(workload, namespace) {
        // Of one that may not be seen, nothing is known.
        if let Ok(Some(live)) = existing::find(session, &name).await {
            known.extend(Attachment::read(&live));
        }
    }
    drift::expected(workload, namespace, &known)
}

fn instance(object: &Value) -> Option<String> {
    object["metadata"]["labels"][INSTANCE].as_str().map(str::to_owned)
}

fn selects(workload: &Value, pod: &Pod) -> bool {
    let Some(wanted) = workload.pointer("/spec/selector/matchLabels").and_then(Value::as_object) else {
        return false;
    };
    let empty = BTreeMap::new();
    let labels = pod.metadata.labels.as_ref().unwrap_or(&empty);
    wanted.iter().all(|(key, value)| labels.get(key).map(String::as_str) == value.as_str())
}

/// The appliance's own container is the first one.
fn main_container(workload: &Value) -> String {
    text(workload, "/spec/template/spec/containers/0/name")
}

fn image(workload: &Value, container: &str) -> String {
    let containers = workload.pointer("/spec/template/spec/containers").and_then(Value::as_array);
    let own = containers.into_iter().flatten().find(|one| one["name"] == container);
    own.and_then(|own| own["image"].as_str()).unwrap_or_default().to_owned()
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn pod_status(pod: &Pod) -> PodStatus {
    let status = pod.status.clone().unwrap_or_default();
    let waiting = conditions::containers(pod)
        .find_map(|(_, container)| container.state.as_ref()?.waiting.as_ref()?.reason.clone());
    let restarts = conditions::containers(pod).map(|(_, container)| container.restart_count).sum();
    let terminating = pod.metadata.deletion_timestamp.as_ref().map(|_| "Terminating".to_owned());
    PodStatus {
        name: pod.metadata.name.clone().unwrap_or_default(),
        phase: terminating.or(waiting).or(status.reason).or(status.phase).unwrap_or_default(),
        ready: conditions::is_ready(pod),
        restarts,
        node: pod.spec.as_ref().and_then(|spec| spec.node_name.clone()),
        address: status.pod_ip.as_deref().and_then(network::address),
    }
}

fn claim_status(claim: &PersistentVolumeClaim) -> ClaimStatus {
    let size = |quantities: Option<
        &BTreeMap<String, k8s_openapi::apimachinery::pkg::api::resource::Quantity>,
    >| { quantities.and_then(|all| all.get("storage")).map(|quantity| quantity.0.clone()) };
    let status = claim.status.as_ref();
    let asked = claim.spec.as_ref().and_then(|spec| spec.resources.as_ref());
    ClaimStatus {
        name: claim.metadata.name.clone().unwrap_or_default(),
        phase: status.and_then(|status| status.phase.clone()).unwrap_or_default(),
        size: size(status.and_then(|status| status.capacity.as_ref()))
            .or_else(|| size(asked.and_then(|asked| asked.requests.as_ref()))),
        storage_class: claim.spec.as_ref().and_then(|spec| spec.storage_class_name.clone()),
    }
}
