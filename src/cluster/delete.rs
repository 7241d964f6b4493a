//! Removes an appliance in reverse order: its workload, its pod, its parts, what it shared and nobody else uses, and
//! last the record of all that, so that a deletion that was cut short is finished by the next one.

use serde_json::Value;

use crate::objects::Identity;

use super::applyset::{self, ApplySet, MANAGED_BY, PART_OF, Parent};
use super::ground::{self, Record};
use super::kinds::{self, Kind, NAD};
use super::session::{Session, try_all};
use super::{DeleteOptions, DeleteReport, Error, Event, FIELD_MANAGER, Kept, named, prune, request, wait};

/// Why claims and the generated Secret stay.
const DATA: &str = "data is never deleted without --delete-data";

/// Runs a deletion.
pub(super) async fn run(session: &Session<'_>, options: &DeleteOptions) -> Result<DeleteReport, Error> {
    let namespace = options.namespace.as_str();
    let mut report = DeleteReport::default();
    let parents = parents(session, namespace).await?;
    let set = ApplySet::of_appliance(namespace, &options.appliance);
    let recorded = parents.iter().find(|parent| parent["metadata"]["name"] == set.name);
    let members = members(session, &set, recorded).await?;

    let (workloads, parts): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|identity| Kind::of(identity).is_ok_and(Kind::is_workload));
    for identity in &workloads {
        let workload = session.find(&format!("read {identity}"), request::get_identity(identity)?).await?;
        remove(session, identity, &mut report).await?;
        if let Some(selector) = workload.as_ref().and_then(prune::selector) {
            wait::for_pods_gone(session, namespace, &selector, options.timeout).await?;
        }
    }
    let (attachments, parts): (Vec<_>, Vec<_>) = parts.into_iter().partition(|identity| identity.kind == NAD);
    remove_all(session, parts, &mut report).await?;
    data(session, options, &mut report).await?;
    let finished = unnamed(session, namespace, attachments, &mut report).await?;
    for parent in parents.iter().filter(|parent| !parent["metadata"]["labels"][applyset::SITE].is_null()) {
        shared(session, namespace, parent, &mut report).await?;
    }
    if recorded.is_some() && finished {
        remove(session, &set.identity(), &mut report).await?;
    }
    Ok(report)
}

/// The parents of all of wrtpod's ApplySets in a namespace.
async fn parents(session: &Session<'_>, namespace: &str) -> Result<Vec<Value>, Error> {
    let labels = format!("{},{MANAGED_BY}={FIELD_MANAGER}", applyset::ID);
    let request = request::list(Kind::named("ConfigMap"), Some(namespace), &[("labelSelector", &labels)]);
    session.items("list the ApplySets", request).await
}

/// The members of the appliance's set; where no parent tells its kinds, all that can be are looked through.
async fn members(
    session: &Session<'_>,
    set: &ApplySet,
    recorded: Option<&Value>,
) -> Result<Vec<Identity>, Error> {
    let parent = match recorded.map(Parent::read).transpose()? {
        Some(parent) => parent,
        None => Parent { kinds: kinds::member_kinds().map(Kind::group_kind).collect(), ..Parent::default() },
    };
    let record = Record { set: set.clone(), parent: Some(parent) };
    Ok(ground::members(session, &record, &[]).await?.into_keys().collect())
}

/// Claims and generated Secrets: they carry the appliance's labels and are members of nothing.
async fn data(
    session: &Session<'_>,
    options: &DeleteOptions,
    report: &mut DeleteReport,
) -> Result<(), Error> {
    let labels = format!("{},!{PART_OF}", ground::instance(&options.appliance));
    let mut found = Vec::new();
    for name in ["PersistentVolumeClaim", "Secret"] {
        let kind = Kind::named(name);
        let request = request::list_metadata(kind, Some(&options.namespace), &labels);
        for item in session.items(&format!("list {}", kind.plural), request).await? {
            found.extend(
                item["metadata"]["name"].as_str().map(|name| kind.identity(&options.namespace, name)),
            );
        }
    }
    if options.delete_data {
        return remove_all(session, found, report).await;
    }
    for identity in found {
        keep(session, identity, DATA.to_owned(), report);
    }
    Ok(())
}

/// What the appliances of one site share and nothing names any more; its record goes with the last of it.
async fn shared(
    session: &Session<'_>,
    namespace: &str,
    parent: &Value,
    report: &mut DeleteReport,
) -> Result<(), Error> {
    let Some(site) = parent["metadata"]["labels"][applyset::SITE].as_str() else { return Ok(()) };
    let set = ApplySet::of_site(namespace, site);
    if parent["metadata"]["name"] != set.name {
        return Ok(());
    }
    let members = members(session, &set, Some(parent)).await?;
    if unnamed(session, namespace, members, report).await? {
        remove(session, &set.identity(), report).await?;
    }
    Ok(())
}

/// Removes what nothing names; answers whether that was all of it.
async fn unnamed(
    session: &Session<'_>,
    namespace: &str,
    identities: Vec<Identity>,
    report: &mut DeleteReport,
) -> Result<bool, Error> {
    if identities.is_empty() {
        return Ok(true);
    }
    let named = named::read(session, namespace).await?;
    let (free, held): (Vec<_>, Vec<_>) = identities
        .into_iter()
        .map(|identity| (named.keeps(&identity), identity))
        .partition(|(reason, _)| reason.is_none());
    let all = held.is_empty();
    for (reason, identity) in held {
        keep(session, identity, reason.unwrap_or_default(), report);
    }
    remove_all(session, free.into_iter().map(|(_, identity)| identity).collect(), report).await?;
    Ok(all)
}

fn keep(session: &Session<'_>, identity: Identity, reason: String, report: &mut DeleteReport) {
    session.tell(&Event::Kept(identity.clone(), reason.clone()));
    report.kept.push(Kept { identity, reason });
}

async fn remove(session: &Session<'_>, identity: &Identity, report: &mut DeleteReport) -> Result<(), Error> {
    if prune::delete(session, identity, None).await? {
        report.deleted.push(identity.clone());
    }
    Ok(())
}

async fn remove_all(
    session: &Session<'_>,
    identities: Vec<Identity>,
    report: &mut DeleteReport,
) -> Result<(), Error> {
    let gone = try_all(identities.into_iter().map(|identity| async move {
        let deleted = prune::delete(session, &identity, None).await?;
        Ok((identity, deleted))
    }))
    .await?;
    report.deleted.extend(gone.into_iter().filter(|(_, deleted)| *deleted).map(|(identity, _)| identity));
    Ok(())
}
