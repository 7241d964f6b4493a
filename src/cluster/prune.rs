//! Deletes what left an ApplySet. Claims stay unless told; attachments, and what a site's appliances share, stay while
//! anything refers to them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::objects::Identity;

use super::applyset::{self, Parent};
use super::ground::{self, Found, Ground, Record};
use super::kinds::{Kind, NAD};
use super::session::{Session, try_all};
use super::{ApplyOptions, ApplyReport, Error, Event, Kept, Release, named, request, wait};

/// How long the pod of a replaced workload may take to end.
const REPLACED: std::time::Duration = std::time::Duration::from_secs(180);

/// The members of one of the release's sets that are not in the release.
fn gone<'a>(
    release: &Release,
    ground: &'a Ground,
    record: &Record,
) -> impl Iterator<Item = (&'a Identity, &'a Found)> {
    let wanted = wanted(release);
    members(ground, record).filter(move |(identity, _)| !wanted.contains(*identity))
}

fn members<'a>(ground: &'a Ground, record: &Record) -> impl Iterator<Item = (&'a Identity, &'a Found)> {
    let id = record.set.id();
    ground.found.iter().filter(move |(_, found)| found.part_of.as_deref() == Some(id.as_str()))
}

fn wanted(release: &Release) -> BTreeSet<Identity> {
    let all = release.objects.iter().chain(release.shared.iter());
    all.map(|object| ground::normal(&object.identity)).collect()
}

/// Deletes workloads that left the set and waits for their pods, before the new one is applied: two pods
/// with one MAC must never run.
pub(super) async fn replaced_workloads(
    session: &Session<'_>,
    release: &Release,
    ground: &Ground,
    report: &mut ApplyReport,
) -> Result<(), Error> {
    for (identity, found) in gone(release, ground, &ground.own) {
        if !Kind::of(identity)?.is_workload() {
            continue;
        }
        let workload = session.find(&format!("read {identity}"), request::get_identity(identity)?).await?;
        delete(session, identity, Some(&found.uid)).await?;
        report.pruned.push(identity.clone());
        if let Some(selector) = workload.as_ref().and_then(selector) {
            wait::for_pods_gone(session, &release.namespace, &selector, REPLACED).await?;
        }
    }
    Ok(())
}

/// Deletes the rest of what left the sets.
pub(super) async fn run(
    session: &Session<'_>,
    release: &Release,
    ground: &Ground,
    options: &ApplyOptions,
    report: &mut ApplyReport,
) -> Result<(), Error> {
    let mut doomed = doomed(session, release, ground, options, report).await?;
    doomed.retain(|(identity, _)| !report.pruned.contains(identity));
    try_all(doomed.iter().map(|(identity, found)| delete(session, identity, Some(&found.uid)))).await?;
    report.pruned.extend(doomed.into_iter().map(|(identity, _)| identity.clone()));
    Ok(())
}

/// What a prune deletes; what it keeps goes to the report.
pub(super) async fn doomed<'a>(
    session: &Session<'_>,
    release: &Release,
    ground: &'a Ground,
    options: &ApplyOptions,
    report: &mut ApplyReport,
) -> Result<Vec<(&'a Identity, &'a Found)>, Error> {
    let (named, mut doomed): (Vec<_>, Vec<_>) =
        gone(release, ground, &ground.own).partition(|(identity, _)| identity.kind == NAD);
    for (identity, found) in claims(release, ground) {
        if options.delete_data {
            doomed.push((identity, found));
        } else {
            keep(session, report, identity, "volumes are never pruned without --delete-data");
        }
    }
    let named: Vec<_> = named.into_iter().chain(gone(release, ground, &ground.site)).collect();
    if !named.is_empty() {
        let holders = named::read(session, &release.namespace).await?;
        for (identity, found) in named {
            match holders.keeps(identity) {
                Some(reason) => keep(session, report, identity, &reason),
                None => doomed.push((identity, found)),
            }
        }
    }
    doomed.sort_by(|(one, _), (other, _)| (&one.kind, &one.name).cmp(&(&other.kind, &other.name)));
    Ok(doomed)
}

fn keep(session: &Session<'_>, report: &mut ApplyReport, identity: &Identity, reason: &str) {
    session.tell(&Event::Kept(identity.clone(), reason.to_owned()));
    report.kept.push(Kept { identity: identity.clone(), reason: reason.to_owned() });
}

/// The appliance's claims that are not in the release.
fn claims<'a>(release: &Release, ground: &'a Ground) -> Vec<(&'a Identity, &'a Found)> {
    let wanted = wanted(release);
    let claims = ground.found.iter().filter(|(identity, _)| identity.kind == "PersistentVolumeClaim");
    claims.filter(|(identity, _)| !wanted.contains(*identity)).collect()
}

/// What the parent of a set has to say after prune: what was applied, and what is left of the rest.
pub(super) fn content(ground: &Ground, record: &Record, pruned: &[Identity], applied: &Parent) -> Parent {
    let left = members(ground, record).map(|(identity, _)| identity);
    applied.union(&applyset::content(left.filter(|identity| !pruned.contains(identity))))
}

/// The parent of the site's set, where a prune leaves nothing of the set.
pub(super) fn emptied(ground: &Ground, release: &Release, pruned: &[Identity]) -> Option<Identity> {
    let left = members(ground, &ground.site).any(|(identity, _)| !pruned.contains(identity));
    let used = left || release.shared.iter().next().is_some();
    (ground.site.parent.is_some() && !used).then(|| ground.site.set.identity())
}

/// Deletes an object; that it is gone already is as good.
pub(super) async fn delete(
    session: &Session<'_>,
    identity: &Identity,
    uid: Option<&str>,
) -> Result<bool, Error> {
    let request = request::delete(identity, uid, false)?;
    match session.send(request).await {
        Ok(_) => {
            session.tell(&Event::Deleted(identity.clone()));
            Ok(true)
        }
        // 409: the uid is another's, the object was deleted and made anew by someone else.
        Err(failure) if failure.is(404) || failure.is(409) => Ok(false),
        Err(failure) => Err(failure.during(session.wire, &format!("delete {identity}"))),
    }
}

/// The label selector of a workload's pods.
pub(super) fn selector(workload: &Value) -> Option<String> {
    let labels = workload.pointer("/spec/selector/matchLabels")?.as_object()?;
    let pairs: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    (!pairs.is_empty()).then(|| pairs.join(","))
}
