//! Deletes what left an ApplySet. Claims stay unless told, attachments stay while anything refers to them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::objects::Identity;

use super::applyset::Parent;
use super::ground::{self, Found, Ground};
use super::kinds::{Kind, NAD};
use super::session::{Session, try_all};
use super::{ApplyOptions, ApplyReport, Error, Event, Kept, Release, request, wait};

/// The annotation that attaches a pod to networks.
pub(super) const NETWORKS: &str = "k8s.v1.cni.cncf.io/networks";

/// How long the pod of a replaced workload may take to end.
const REPLACED: std::time::Duration = std::time::Duration::from_secs(180);

/// The members of the appliance that are not in the release.
fn gone<'a>(release: &Release, ground: &'a Ground) -> Vec<(&'a Identity, &'a Found)> {
    let id = ground.own.set.id();
    let wanted = wanted(release);
    let members = ground.found.iter().filter(|(_, found)| found.part_of.as_deref() == Some(id.as_str()));
    members.filter(|(identity, _)| !wanted.contains(*identity)).collect()
}

fn wanted(release: &Release) -> BTreeSet<Identity> {
    let all = release.objects.iter().chain(release.attachments.iter());
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
    for (identity, found) in gone(release, ground) {
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

/// Deletes the rest of what left the set.
pub(super) async fn run(
    session: &Session<'_>,
    release: &Release,
    ground: &Ground,
    options: &ApplyOptions,
    report: &mut ApplyReport,
) -> Result<(), Error> {
    let mut doomed = doomed(session, release, ground, options, report).await?;
    doomed.retain(|(identity, _)| !report.pruned.contains(identity));
    try_all(doomed.iter().map(|(identity, uid)| delete(session, identity, Some(uid)))).await?;
    report.pruned.extend(doomed.into_iter().map(|(identity, _)| identity));
    Ok(())
}

/// What a prune deletes, with uids; what it keeps goes to the report.
pub(super) async fn doomed(
    session: &Session<'_>,
    release: &Release,
    ground: &Ground,
    options: &ApplyOptions,
    report: &mut ApplyReport,
) -> Result<Vec<(Identity, String)>, Error> {
    let mut doomed: Vec<(Identity, String)> = Vec::new();
    for (identity, found) in gone(release, ground) {
        doomed.push((identity.clone(), found.uid.clone()));
    }
    for (identity, found) in claims(release, ground) {
        if options.delete_data {
            doomed.push((identity.clone(), found.uid.clone()));
        } else {
            keep(session, report, identity, "volumes are never pruned without --delete-data");
        }
    }
    let attachments = attachments(ground, &wanted(release));
    if !attachments.is_empty() {
        let used = referenced(session, &release.namespace).await?;
        for (identity, found) in attachments {
            match used.get(&full_name(identity)) {
                Some(holder) => keep(session, report, identity, &format!("{holder} refers to it")),
                None => doomed.push((identity.clone(), found.uid.clone())),
            }
        }
    }
    doomed.sort_by(|(one, _), (other, _)| (&one.kind, &one.name).cmp(&(&other.kind, &other.name)));
    Ok(doomed)
}

/// Deletes attachments that were kept for a pod that has gone since.
pub(super) async fn attachments_left(
    session: &Session<'_>,
    release: &Release,
    report: &mut ApplyReport,
) -> Result<(), Error> {
    if report.kept.iter().all(|kept| kept.identity.kind != NAD) {
        return Ok(());
    }
    let used = referenced(session, &release.namespace).await?;
    let (kept, gone): (Vec<Kept>, Vec<Kept>) = std::mem::take(&mut report.kept)
        .into_iter()
        .partition(|kept| kept.identity.kind != NAD || used.contains_key(&full_name(&kept.identity)));
    report.kept = kept;
    for attachment in gone {
        delete(session, &attachment.identity, None).await?;
        report.pruned.push(attachment.identity);
    }
    Ok(())
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

/// The site's attachments that this release does not use.
fn attachments<'a>(ground: &'a Ground, wanted: &BTreeSet<Identity>) -> Vec<(&'a Identity, &'a Found)> {
    let id = ground.site.set.id();
    let all = ground
        .found
        .iter()
        .filter(|(identity, found)| identity.kind == NAD && found.part_of.as_deref() == Some(id.as_str()));
    all.filter(|(identity, _)| !wanted.contains(*identity)).collect()
}

/// What the site's parent has to say after prune: the attachments' kind while there is any.
pub(super) fn site_content(ground: &Ground, report: &ApplyReport, applied: &Parent) -> Parent {
    let kept = attachments(ground, &BTreeSet::new());
    let left = kept.iter().any(|(identity, _)| !report.pruned.contains(identity));
    match &ground.site.parent {
        Some(old) if left => old.union(applied),
        _ => applied.clone(),
    }
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

/// The attachments that pods or pod templates refer to, and one that does. Templates count as well: a pod
/// that is being made again has to find its networks.
pub(super) async fn referenced(
    session: &Session<'_>,
    namespace: &str,
) -> Result<BTreeMap<String, String>, Error> {
    let kinds = ["Pod", "StatefulSet", "Deployment", "DaemonSet"].map(Kind::named);
    let lists = try_all(kinds.into_iter().map(|kind| {
        let request = request::list(kind, Some(namespace), &[]);
        async move {
            let items = session.items(&format!("list {}", kind.plural), request).await?;
            Ok((kind, items))
        }
    }))
    .await?;
    let mut used = BTreeMap::new();
    for (kind, items) in lists {
        let root = if kind.kind == "Pod" { "/metadata" } else { "/spec/template/metadata" };
        for item in &items {
            let Some(text) =
                item.pointer(root).and_then(|metadata| metadata["annotations"][NETWORKS].as_str())
            else {
                continue;
            };
            let name = item["metadata"]["name"].as_str().unwrap_or_default();
            for network in names(text, namespace) {
                used.entry(network).or_insert_with(|| format!("{} {name}", kind.kind));
            }
        }
    }
    Ok(used)
}

/// `<namespace>/<name>` of each network in an annotation, in its JSON or its short form.
pub(super) fn names(annotation: &str, namespace: &str) -> Vec<String> {
    if let Ok(Value::Array(elements)) = serde_json::from_str::<Value>(annotation) {
        let name = |element: &Value| {
            let namespace =
                element["namespace"].as_str().filter(|other| !other.is_empty()).unwrap_or(namespace);
            element["name"].as_str().map(|name| format!("{namespace}/{name}"))
        };
        return elements.iter().filter_map(name).collect();
    }
    let short = annotation.split(',').map(str::trim).filter(|part| !part.is_empty());
    short
        .map(|part| {
            let name = part.split('@').next().unwrap_or(part);
            if name.contains('/') { name.to_owned() } else { format!("{namespace}/{name}") }
        })
        .collect()
}

pub(super) fn full_name(identity: &Identity) -> String {
    format!("{}/{}", identity.namespace.as_deref().unwrap_or_default(), identity.name)
}

/// The label selector of a workload's pods.
pub(super) fn selector(workload: &Value) -> Option<String> {
    let labels = workload.pointer("/spec/selector/matchLabels")?.as_object()?;
    let pairs: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    (!pairs.is_empty()).then(|| pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_annotation_name_networks() {
        assert_eq!(names(r#"[{"name":"lan"},{"name":"iot","namespace":"b"}]"#, "a"), ["a/lan", "b/iot"]);
        assert_eq!(names("lan, b/iot@net2 ,", "a"), ["a/lan", "b/iot"]);
        assert_eq!(names("", "a"), Vec::<String>::new());
    }
}
