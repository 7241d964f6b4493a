//! Applies a release: parents widened, objects by stage, what left the set pruned, parents narrowed.
//!
//! Every step can be run again. A run that stops anywhere leaves parents that name at least what is there, so
//! the next run finds and finishes everything.

use serde_json::{Value, json};

use crate::objects::{Identity, Object};

use super::applyset::{self, Parent};
use super::conflict;
use super::ground::{self, Found, Ground, Record};
use super::kinds::{Kind, Stage};
use super::request::{self, Apply};
use super::session::{Session, try_all};
use super::wire::Failure;
use super::{
    Applied, ApplyOptions, ApplyReport, CREDENTIALS_ANNOTATION, Error, Event, Outcome, Release, password,
    prune, security, wait,
};

/// How often an apply is sent again when another writer got in between.
const RACES: u32 = 5;

/// Applies and prunes.
pub(super) async fn run(
    session: &Session<'_>,
    release: &Release,
    options: &ApplyOptions,
) -> Result<ApplyReport, Error> {
    let before = session.wire.sent();
    let ground = ground::read(session, release).await?;
    let mut objects = ground::labelled(release, &ground);
    let mut report = ApplyReport::default();

    let fresh = !ground.namespace;
    if fresh && !objects.iter().any(|object| object.identity.kind == "Namespace") {
        report.applied.push(make_namespace(session, release).await?);
    }
    let own = applyset::content(release.objects.iter().map(|object| &object.identity));
    let site = applyset::content(release.shared.iter().map(|object| &object.identity));
    stage(session, &ground, &objects, Stage::Ground, options, &mut report).await?;
    stage(session, &ground, &objects, Stage::Data, options, &mut report).await?;
    let records = [(&ground.own, &own), (&ground.site, &site)];
    try_all(records.into_iter().map(|(record, content)| widen(session, record, content))).await?;
    let (secret, account) = futures_util::join!(
        password::ensure(session, release, ground.credentials.is_some()),
        default_account(session, release, fresh),
    );
    let ((secret, version), ()) = (secret?, account?);
    report.secret = secret;
    if let Some(version) = version {
        ground::stamp(release, &mut objects, CREDENTIALS_ANNOTATION, &version);
    }
    stage(session, &ground, &objects, Stage::Parts, options, &mut report).await?;
    prune::replaced_workloads(session, release, &ground, &mut report).await?;
    stage(session, &ground, &objects, Stage::Workload, options, &mut report).await?;

    prune::run(session, release, &ground, options, &mut report).await?;
    narrow(session, &ground.own, &prune::content(&ground, &ground.own, &report.pruned, &own)).await?;
    if let Some(parent) = prune::emptied(&ground, release, &report.pruned) {
        prune::delete(session, &parent, None).await?;
        report.pruned.push(parent);
    } else {
        let site = prune::content(&ground, &ground.site, &report.pruned, &site);
        narrow(session, &ground.site, &site).await?;
    }
    sort(release, &mut report);
    report.requests = session.wire.sent() - before;
    Ok(report)
}

/// The objects of one stage, a few at a time; all that fail are reported together.
async fn stage(
    session: &Session<'_>,
    ground: &Ground,
    objects: &[Object],
    stage: Stage,
    options: &ApplyOptions,
    report: &mut ApplyReport,
) -> Result<(), Error> {
    let mut chosen = Vec::new();
    for object in objects {
        if Kind::of(&object.identity)?.stage == stage {
            chosen.push(object);
        }
    }
    let how = Apply { force: options.force_conflicts, ..Apply::default() };
    let applied = try_all(chosen.into_iter().map(|object| async move {
        let (created, value) = one(session, object, how).await?;
        let found = ground.found.get(&ground::normal(&object.identity));
        let outcome = outcome(created, found, &value);
        session.tell(&Event::Applied(object.identity.clone(), outcome));
        Ok(Applied { identity: object.identity.clone(), outcome })
    }))
    .await?;
    report.applied.extend(applied);
    Ok(())
}

/// Applies one object; answers whether it is new, and what the API server made of it.
pub(super) async fn one(session: &Session<'_>, object: &Object, how: Apply) -> Result<(bool, Value), Error> {
    let identity = &object.identity;
    for race in 0.. {
        let status = match session.send(request::apply(identity, &object.value, how)?).await {
            Ok(reply) => return Ok((reply.created, reply.value)),
            Err(Failure::Status(status)) => status,
            Err(failure) => return Err(failure.during(session.wire, &format!("apply {identity}"))),
        };
        if let Some(conflict) = conflict::of(identity, &status) {
            return Err(Error::Conflict(vec![conflict]));
        }
        if status.code != 409 || race >= RACES {
            let failure = conflict::refusal(identity, &status);
            return Err(failure.unwrap_or_else(|| {
                Failure::Status(status).during(session.wire, &format!("apply {identity}"))
            }));
        }
    }
    unreachable!("the loop ends at RACES")
}

/// Unchanged means that nothing was written. A version that moved all the same was moved by a controller when
/// nothing of what this sink applies has changed with it.
fn outcome(created: bool, found: Option<&Found>, value: &Value) -> Outcome {
    let now = Found::read(value);
    match found {
        _ if created => Outcome::Created,
        Some(before) if before.version == now.version || before.own == now.own => Outcome::Unchanged,
        _ => Outcome::Configured,
    }
}

/// The namespace of a release as the sink makes it.
pub(super) fn namespace(release: &Release) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": release.namespace, "labels": security::labels()},
    })
}

async fn make_namespace(session: &Session<'_>, release: &Release) -> Result<Applied, Error> {
    let kind = Kind::named("Namespace");
    let name = release.namespace.as_str();
    let namespace = namespace(release);
    let outcome = match session.send(request::create(kind, name, &namespace, false)).await {
        Ok(_) => Outcome::Created,
        // An earlier try of this very request got through, or another deploy was quicker.
        Err(failure) if failure.is(409) => Outcome::Unchanged,
        Err(failure) => return Err(failure.during(session.wire, &format!("create Namespace {name}"))),
    };
    let identity = kind.identity(name, name);
    session.tell(&Event::Applied(identity.clone(), outcome));
    Ok(Applied { identity, outcome })
}

/// In a new namespace pods are refused until its default service account is there.
async fn default_account(session: &Session<'_>, release: &Release, fresh: bool) -> Result<(), Error> {
    if fresh { wait::for_default_account(session, &release.namespace).await } else { Ok(()) }
}

/// Records what the set is going to contain beside what it contains.
async fn widen(session: &Session<'_>, record: &Record, content: &Parent) -> Result<(), Error> {
    if record.parent.is_none() && content.kinds.is_empty() {
        return Ok(());
    }
    let wide = record.parent.as_ref().map_or_else(|| content.clone(), |old| old.union(content));
    match &record.parent {
        Some(old) if old.same(&wide, &record.set.namespace) => Ok(()),
        _ => write_parent(session, record, &wide).await,
    }
}

/// Records what the set contains now that the rest is pruned.
async fn narrow(session: &Session<'_>, record: &Record, content: &Parent) -> Result<(), Error> {
    match &record.parent {
        Some(old) if !old.union(content).same(content, &record.set.namespace) => {
            write_parent(session, record, content).await
        }
        _ => Ok(()),
    }
}

async fn write_parent(session: &Session<'_>, record: &Record, content: &Parent) -> Result<(), Error> {
    let identity: Identity = record.set.identity();
    let object = Object { value: record.set.object(content), identity };
    // The record is the sink's alone: whoever edited it is overruled.
    one(session, &object, Apply { force: true, ..Apply::default() }).await.map(|_| ())
}

/// The order of the release, whatever stage an object was applied in.
fn sort(release: &Release, report: &mut ApplyReport) {
    let place = |identity: &Identity| {
        let mut all = release.objects.iter().chain(release.shared.iter());
        all.position(|object| object.identity == *identity).map_or(0, |place| place + 1)
    };
    report.applied.sort_by_key(|applied| place(&applied.identity));
}
