//! Waits: for a workload to be ready, for pods to be gone, for a namespace to be usable. Watches, no polling.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Event as CoreEvent, Pod};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep_until, timeout};

use super::causes::{self, View};
use super::conditions::{self, WorkloadState};
use super::follow::Follow;
use super::kinds::Kind;
use super::session::Session;
use super::{Error, Event, Release, Stage, WaitOptions, diagnose, ground, prune, request};
use crate::diag::{Code, Finding};

/// How long a new namespace's default service account may take. Pods are made later when it takes longer: the
/// workload's controller tries again, so this is no error.
const ACCOUNT: Duration = Duration::from_secs(10);

/// Waits for the default service account of a namespace.
pub(super) async fn for_default_account(session: &Session<'_>, namespace: &str) -> Result<(), Error> {
    let mut accounts = Follow::one(session, Kind::named("ServiceAccount"), namespace, "default");
    let found = async {
        loop {
            accounts.next().await?;
            if accounts.items().next().is_some() {
                return Ok(());
            }
        }
    };
    timeout(ACCOUNT, found).await.unwrap_or(Ok(()))
}

/// Waits until no pod with these labels is left.
pub(super) async fn for_pods_gone(
    session: &Session<'_>,
    namespace: &str,
    labels: &str,
    longest: Duration,
) -> Result<(), Error> {
    let mut pods = Follow::labels(session, Kind::named("Pod"), namespace, labels);
    let mut told: Option<String> = None;
    let gone = async {
        loop {
            pods.next().await?;
            let Some(pod) = pods.items().next().and_then(|pod| pod["metadata"]["name"].as_str()) else {
                return Ok(());
            };
            if told.as_deref() != Some(pod) {
                session.tell(&Event::WaitingForPodGone(pod.to_owned()));
                told = Some(pod.to_owned());
            }
        }
    };
    if let Ok(result) = timeout(longest, gone).await {
        return result;
    }
    let uid = pods.items().next().map(|pod| pod["metadata"]["uid"].as_str().unwrap_or_default().to_owned());
    let request = request::list(Kind::named("Event"), Some(namespace), &[]);
    let events: Vec<CoreEvent> = typed(session.items("list the events", request).await?.iter());
    let (reason, fix) = causes::of_ending(&events, &uid.unwrap_or_default()).unwrap_or_else(|| {
        ("its node does not report its end".to_owned(), "is the node up? (`kubectl get nodes`)")
    });
    Err(Error::PodStays { pod: told.unwrap_or_default(), seconds: longest.as_secs(), reason, fix })
}

/// A problem, since when it has been there, and when it was seen last: one that comes and goes, as when a
/// controller makes a refused pod again and again, is one problem and no new one each time.
struct Lasting {
    problem: Finding,
    since: Instant,
    last: Instant,
    present: bool,
}

/// What one wait has seen so far.
struct Watch<'s, 'a> {
    session: &'s Session<'a>,
    release: &'s Release,
    options: WaitOptions,
    deadline: Instant,
    stage: Option<(String, Stage)>,
    /// The version of the newest event when the wait began: a pod that failed before may have been mended since.
    known: Option<u64>,
    problems: BTreeMap<(Code, Option<String>), Lasting>,
    /// The uid of the pod that was deleted to come back with its NICs; `None` while that may be done.
    replaced: Option<String>,
    may_replace: bool,
}

/// Waits until the workload is ready; answers the pod. With `may_replace`, a pod without its NICs is deleted
/// once, so that its sandbox is made again.
pub(super) async fn for_ready(
    session: &Session<'_>,
    release: &Release,
    options: &WaitOptions,
    may_replace: bool,
) -> Result<Option<Pod>, Error> {
    let kind = Kind::of(&release.workload)?;
    let labels = release
        .objects
        .iter()
        .find(|object| object.identity == release.workload)
        .and_then(|object| prune::selector(&object.value))
        .unwrap_or_else(|| ground::instance(&release.appliance));
    let mut workloads = Follow::one(session, kind, &release.namespace, &release.workload.name);
    let mut pods = Follow::labels(session, Kind::named("Pod"), &release.namespace, &labels);
    let mut events = Follow::labels(session, Kind::named("Event"), &release.namespace, "");
    let mut watch = Watch {
        session,
        release,
        options: *options,
        deadline: Instant::now() + options.timeout,
        stage: None,
        known: None,
        problems: BTreeMap::new(),
        replaced: None,
        may_replace,
    };
    workloads.next().await?;
    pods.next().await?;
    events.next().await?;
    loop {
        let workload = workloads.items().next().and_then(WorkloadState::read);
        let present: Vec<Pod> = typed(pods.items());
        let told: Vec<CoreEvent> = typed(events.items());
        if let Some(done) = watch.look(workload.as_ref(), &present, &told).await? {
            return Ok(done);
        }
        let until = watch.next_look();
        tokio::select! {
            changed = workloads.next() => changed?,
            changed = pods.next() => changed?,
            changed = events.next() => changed?,
            () = sleep_until(until) => watch.give_up().await?,
        }
    }
}

impl Watch<'_, '_> {
    /// Judges one state; `Some` ends the wait.
    async fn look(
        &mut self,
        workload: Option<&WorkloadState>,
        pods: &[Pod],
        events: &[CoreEvent],
    ) -> Result<Option<Option<Pod>>, Error> {
        // Until the controller has seen the newest template, every pod may be one of an older revision.
        if workload.is_some_and(|workload| !workload.seen) {
            return Ok(None);
        }
        let newest = conditions::newest(pods, workload);
        if let Some(pod) = newest {
            self.tell_stage(pod, events);
        }
        let known = *self.known.get_or_insert_with(|| events.iter().map(causes::version).max().unwrap_or(0));
        let view =
            View { release: Some(self.release), workload, pods, events, claims: &[], known, nodes: &[] };
        let problems = causes::problems(&view);
        if self.replace(newest, &problems).await? {
            return Ok(None);
        }
        let complete = problems.iter().all(|problem| problem.code != Code::NicMissing);
        if complete && workload.is_some_and(WorkloadState::is_ready) {
            match newest {
                Some(pod) if conditions::is_ready(pod) => return Ok(Some(Some(pod.clone()))),
                None if workload.is_some_and(|workload| workload.desired == 0) => return Ok(Some(None)),
                _ => {}
            }
        }
        self.unstick(workload, pods).await?;
        self.remember(problems);
        Ok(None)
    }

    fn tell_stage(&mut self, pod: &Pod, events: &[CoreEvent]) {
        let now = (pod.metadata.name.clone().unwrap_or_default(), conditions::stage(pod, events));
        if self.stage.as_ref() != Some(&now) {
            self.session.tell(&Event::Stage(now.0.clone(), now.1.clone()));
            self.stage = Some(now);
        }
    }

    /// Deletes a pod that was made without its NICs; once. Later ones only have the problem told.
    async fn replace(&mut self, newest: Option<&Pod>, problems: &[Finding]) -> Result<bool, Error> {
        let Some(pod) = newest else { return Ok(false) };
        let uid = pod.metadata.uid.clone().unwrap_or_default();
        if self.replaced.as_ref() == Some(&uid) {
            return Ok(true);
        }
        let Some(problem) = problems.iter().find(|problem| problem.code == Code::NicMissing) else {
            return Ok(false);
        };
        if !self.may_replace || self.replaced.is_some() {
            return Ok(false);
        }
        self.delete(pod, &problem.claim).await?;
        self.replaced = Some(uid);
        Ok(true)
    }

    /// A pod of an older revision that is not ready keeps an ordered StatefulSet from going on, for ever.
    async fn unstick(&mut self, workload: Option<&WorkloadState>, pods: &[Pod]) -> Result<(), Error> {
        let Some(workload) = workload.filter(|workload| workload.ordered) else { return Ok(()) };
        let stuck = pods.iter().find(|pod| {
            !workload.owns(pod)
                && pod.metadata.deletion_timestamp.is_none()
                && !conditions::condition(pod, "Ready")
        });
        match stuck {
            Some(pod) => self.delete(pod, "it is of an older revision and was never ready").await,
            None => Ok(()),
        }
    }

    async fn delete(&self, pod: &Pod, reason: &str) -> Result<(), Error> {
        let name = pod.metadata.name.clone().unwrap_or_default();
        let identity = Kind::named("Pod").identity(&self.release.namespace, &name);
        prune::delete(self.session, &identity, pod.metadata.uid.as_deref()).await?;
        self.session.tell(&Event::PodReplaced(name, reason.to_owned()));
        Ok(())
    }

    /// Keeps the time since when each problem has been there, and tells new ones.
    fn remember(&mut self, problems: Vec<Finding>) {
        let now = Instant::now();
        let patience = self.options.patience;
        self.problems.retain(|_, lasting| now - lasting.last <= patience);
        for lasting in self.problems.values_mut() {
            lasting.present = false;
        }
        for problem in problems {
            let key = (problem.code, problem.object.clone());
            let since = self.problems.get(&key).map(|known| known.since);
            if since.is_none() {
                self.session.tell(&Event::Problem(problem.clone()));
            }
            let lasting = Lasting { problem, since: since.unwrap_or(now), last: now, present: true };
            self.problems.insert(key, lasting);
        }
    }

    /// When nothing changes, the next moment at which the wait has to end.
    fn next_look(&self) -> Instant {
        let lasting = self.problems.values().filter(|lasting| lasting.present && !lasting.problem.transient);
        let patience = lasting.map(|lasting| lasting.since + self.options.patience).min();
        patience.map_or(self.deadline, |patience| patience.min(self.deadline))
    }

    /// Ends the wait: the time is up, or a cause has lasted too long.
    async fn give_up(&self) -> Result<(), Error> {
        let timed_out = Instant::now() >= self.deadline;
        let mut problems = diagnose::of_release(self.session, self.release).await?;
        if problems.is_empty() {
            problems = self.problems.values().map(|lasting| lasting.problem.clone()).collect();
        }
        Err(Error::NotReady { workload: Box::new(self.release.workload.clone()), problems, timed_out })
    }
}

/// The objects that can be read as their type; others are none of ours.
pub(super) fn typed<'v, T: DeserializeOwned>(items: impl Iterator<Item = &'v serde_json::Value>) -> Vec<T> {
    items.filter_map(|item| serde_json::from_value(item.clone()).ok()).collect()
}

/// The pods of a workload, read once.
pub(super) async fn pods(session: &Session<'_>, namespace: &str, labels: &str) -> Result<Vec<Pod>, Error> {
    let request = request::list(Kind::named("Pod"), Some(namespace), &[("labelSelector", labels)]);
    Ok(typed(session.items("list the pods", request).await?.iter()))
}
