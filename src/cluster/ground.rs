//! What a release meets in the cluster, read before anything is written.
//!
//! Refuses what would fail halfway: no attachments' kind, a namespace that is missing or forbids the pod, a
//! record of another tool. Reads few and small answers: lists of metadata, no object by itself.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::objects::{Identity, Object};

use super::applyset::{self, ApplySet, INSTANCE, MANAGED_BY, PART_OF, Parent};
use super::existing;
use super::kinds::{Kind, NAD};
use super::needs::{self, Needs};
use super::session::{Session, combine, try_all};
use super::{
    CREDENTIALS_ANNOTATION, Error, FIELD_MANAGER, Obstacle, Release, SECRETS_ANNOTATION, extensions, ranges,
    request, security,
};

const CONFIG_MAP: &str = "ConfigMap";

/// What the cluster has before the release comes.
pub(super) struct Ground {
    /// Whether the namespace is there.
    pub namespace: bool,
    /// The appliance's ApplySet, and what its parent says if there is one.
    pub own: Record,
    /// That of what the site's appliances share.
    pub site: Record,
    /// Members, attachments and claims by identity, in the version of the kind table.
    pub found: BTreeMap<Identity, Found>,
    /// The version of the Secret with root's credentials, when it is there.
    pub credentials: Option<String>,
    /// The versions of the Secrets and ConfigMaps whose keys are its settings and variables, of those that are there.
    pub secrets: Option<String>,
}

/// An ApplySet and what its parent says.
pub(super) struct Record {
    pub set: ApplySet,
    pub parent: Option<Parent>,
}

/// The metadata of an object that was there before.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub uid: String,
    pub version: String,
    pub part_of: Option<String>,
    /// What changes when, and only when, this sink changes the object.
    pub own: (Option<i64>, Value, Value, Option<Value>),
}

impl Found {
    pub(super) fn read(object: &Value) -> Self {
        let metadata = &object["metadata"];
        let text = |key: &str| metadata[key].as_str().unwrap_or_default().to_owned();
        let applied = metadata["managedFields"].as_array().and_then(|entries| {
            entries
                .iter()
                .find(|entry| entry["manager"] == FIELD_MANAGER && entry["operation"] == "Apply")
                .cloned()
        });
        Self {
            uid: text("uid"),
            version: text("resourceVersion"),
            part_of: metadata["labels"][PART_OF].as_str().map(str::to_owned),
            own: (
                metadata["generation"].as_i64(),
                metadata["labels"].clone(),
                metadata["annotations"].clone(),
                applied,
            ),
        }
    }
}

/// Reads the ground of a release.
pub(super) async fn read(session: &Session<'_>, release: &Release) -> Result<Ground, Error> {
    let name = release.namespace.as_str();
    let own = ApplySet::of_appliance(name, &release.appliance);
    let site = ApplySet::of_site(name, &release.site);
    let (namespace, attachments, parents, ranges, extensions, existing) = futures_util::join!(
        self::namespace(session, name),
        attachments(session, name, release.is_attached()),
        parents(session, name, [&own, &site]),
        ranges::check(session, release),
        extensions::check(session, release),
        existing::check(session, release),
    );
    let (namespace, attachments, parents) = (namespace?, attachments?, parents?);
    ranges?;
    extensions?;
    existing?;
    let mut ground = Ground {
        namespace: namespace.is_some(),
        own: Record::read(own, &parents)?,
        site: Record::read(site, &parents)?,
        found: attachments,
        credentials: None,
        secrets: None,
    };
    if let Some(obstacle) = foreign(release, &ground.own.set, &ground.found).next() {
        return Err(obstacle.into());
    }
    let needs = Needs::of(release, &needs::pod(release));
    let Some(namespace) = namespace else {
        let brought = release.objects.iter().any(|object| object.identity.kind == "Namespace");
        return if release.create_namespace || brought {
            let others =
                at_start(release, &needs).map(|(kind, name)| missing(release, &needs, kind, name, true));
            let missing = refuse_missing_secret(release, &ground, true).err().into_iter().chain(others);
            let missing: Vec<Error> = missing.collect();
            if missing.is_empty() { Ok(ground) } else { Err(combine(missing)) }
        } else {
            Err(Obstacle::NoNamespace { namespace: name.to_owned() }.into())
        };
    };
    if let Some(obstacle) = ending(&namespace) {
        return Err(obstacle.into());
    }
    let (members, shared, claims, credentials, secrets, allowed) = futures_util::join!(
        members(session, &ground.own, &[NAD]),
        members(session, &ground.site, &[NAD]),
        claims(session, release),
        credentials(session, release),
        secrets(session, release, &needs),
        security::check(session, release, &namespace),
    );
    allowed?;
    ground.found.insert(Kind::named("Namespace").identity(name, name), Found::read(&namespace));
    ground.found.extend(members?);
    ground.found.extend(shared?);
    ground.found.extend(claims?);
    ground.credentials = credentials?;
    ground.secrets = secrets?;
    refuse_missing_secret(release, &ground, false)?;
    Ok(ground)
}

/// The namespace, when it is there.
pub(super) async fn namespace(session: &Session<'_>, name: &str) -> Result<Option<Value>, Error> {
    session.find("read the namespace", request::get(Kind::named("Namespace"), name, name)).await
}

/// Whether a namespace is about to be gone.
pub(super) fn ending(namespace: &Value) -> Option<Obstacle> {
    let name = namespace["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    (namespace["status"]["phase"] == "Terminating")
        .then_some(Obstacle::NamespaceTerminating { namespace: name })
}

/// What is recorded of these sets.
pub(super) async fn parents(
    session: &Session<'_>,
    namespace: &str,
    sets: [&ApplySet; 2],
) -> Result<Vec<Value>, Error> {
    let ids = format!("{} in ({})", applyset::ID, sets.map(ApplySet::id).join(","));
    let request = request::list(Kind::named("ConfigMap"), Some(namespace), &[("labelSelector", &ids)]);
    session.items("list the ApplySets", request).await
}

impl Record {
    /// Finds the record of a set; refuses one of another tool.
    pub(super) fn read(set: ApplySet, parents: &[Value]) -> Result<Self, Error> {
        let parent = parents.iter().find(|parent| parent["metadata"]["name"] == set.name);
        Ok(Self { parent: parent.map(Parent::read).transpose()?, set })
    }
}

/// The namespace's attachments; an error when the cluster does not know the kind and the release needs it.
async fn attachments(
    session: &Session<'_>,
    namespace: &str,
    needed: bool,
) -> Result<BTreeMap<Identity, Found>, Error> {
    let kind = Kind::named(NAD);
    let request = request::list_metadata(kind, Some(namespace), "");
    match session.find("list the attachments", request).await? {
        None if needed => Err(Obstacle::NoMultus.into()),
        None => Ok(BTreeMap::new()),
        Some(list) => Ok(index(kind, namespace, list["items"].as_array().map_or(&[], Vec::as_slice))),
    }
}

/// Attachments of these names that another set has, an appliance's or another tool's: taking one over would let the other
/// one prune it.
pub(super) fn foreign<'a>(
    release: &'a Release,
    set: &ApplySet,
    found: &'a BTreeMap<Identity, Found>,
) -> impl Iterator<Item = Obstacle> + 'a {
    let own = set.id();
    let is_foreign = move |identity: &Identity| {
        let found = found.get(&normal(identity));
        found.and_then(|found| found.part_of.as_ref()).is_some_and(|other| *other != own)
    };
    let identities = release.attachments().map(|object| &object.identity);
    let foreign = identities.filter(move |identity| is_foreign(identity));
    foreign.map(|identity| Obstacle::ForeignMember { identity: identity.clone() })
}

/// The members that the parent tells of, but for those of kinds that are known; without a parent nothing can carry the
/// label, and of a kind that the cluster does not know any more there are none.
pub(super) async fn members(
    session: &Session<'_>,
    record: &Record,
    known: &[&str],
) -> Result<BTreeMap<Identity, Found>, Error> {
    let Some(parent) = &record.parent else { return Ok(BTreeMap::new()) };
    let selector = record.set.selector();
    let mut places = Vec::new();
    let kinds = parent.kinds.iter().filter_map(|kind| Kind::of_group_kind(kind));
    for kind in kinds.filter(|kind| !known.contains(&kind.kind)) {
        places.push((kind, record.set.namespace.clone()));
        places.extend(parent.namespaces.iter().map(|namespace| (kind, namespace.clone())));
    }
    let lists = try_all(places.into_iter().map(|(kind, namespace)| {
        let request = request::list_metadata(kind, Some(&namespace), &selector);
        async move {
            let list = session.find(&format!("list {}", kind.plural), request).await?.unwrap_or_default();
            Ok(index(kind, &namespace, list["items"].as_array().map_or(&[], Vec::as_slice)))
        }
    }))
    .await?;
    Ok(lists.into_iter().flatten().collect())
}

async fn claims(session: &Session<'_>, release: &Release) -> Result<BTreeMap<Identity, Found>, Error> {
    let kind = Kind::named("PersistentVolumeClaim");
    let request = request::list_metadata(kind, Some(&release.namespace), &instance(&release.appliance));
    let items = session.items("list the claims", request).await?;
    Ok(index(kind, &release.namespace, &items))
}

/// The version of the Secret that the pod mounts. Its metadata alone is read, never what is in it.
async fn credentials(session: &Session<'_>, release: &Release) -> Result<Option<String>, Error> {
    let Some(name) = &release.credentials else { return Ok(None) };
    version(session, release, "Secret", name, "look for the Secret with root's credentials").await
}

async fn version(
    session: &Session<'_>,
    release: &Release,
    kind: &str,
    name: &str,
    action: &str,
) -> Result<Option<String>, Error> {
    let selector = format!("metadata.name={name}");
    let query = [("fieldSelector", selector.as_str())];
    let request = request::metadata(request::list(Kind::named(kind), Some(&release.namespace), &query));
    let found = session.items(action, request).await?;
    Ok(found.first().and_then(|object| object["metadata"]["resourceVersion"].as_str()).map(str::to_owned))
}

/// The versions of the Secrets and ConfigMaps that settings and variables of the pod are from: it reads them when it starts, and
/// waits for those that are missing. Who may not see them deploys without knowing.
async fn secrets(session: &Session<'_>, release: &Release, needs: &Needs) -> Result<Option<String>, Error> {
    let versions = try_all(at_start(release, needs).map(|(kind, name)| async move {
        match version(session, release, kind, name, &format!("look for the {kind} {name}")).await {
            Ok(Some(version)) if kind == CONFIG_MAP => Ok(Some(format!("configmap/{name}={version}"))),
            Ok(Some(version)) => Ok(Some(format!("{name}={version}"))),
            Ok(None) => Err(missing(release, needs, kind, name, false)),
            Err(Error::Refused { status: 403, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }))
    .await?;
    let versions: Vec<String> = versions.into_iter().flatten().collect();
    Ok((!versions.is_empty()).then(|| versions.join(",")))
}

fn missing(release: &Release, needs: &Needs, kind: &str, name: &str, new_namespace: bool) -> Error {
    let (namespace, name) = (release.namespace.clone(), name.to_owned());
    let obstacle = if kind == CONFIG_MAP {
        let keys = needs.config_maps.get(&name).cloned().unwrap_or_default();
        Obstacle::NoConfigMap { namespace, name, keys, new_namespace }
    } else {
        let keys = needs.secrets.get(&name).cloned().unwrap_or_default();
        Obstacle::NoSecret { namespace, name, keys, new_namespace }
    };
    obstacle.into()
}

/// Those that it reads when it starts, each with its kind, but for the Secret with root's credentials, which is looked at by
/// itself. A Secret of files may come with the release: an Ingress has its certificate made.
fn at_start<'a>(release: &'a Release, needs: &'a Needs) -> impl Iterator<Item = (&'static str, &'a str)> {
    let credentials = release.credentials.as_deref();
    let all = needs.at_start.iter().map(|(kind, name)| (*kind, name.as_str()));
    all.filter(move |(kind, name)| *kind == CONFIG_MAP || Some(*name) != credentials)
}

/// A pod that mounts a Secret which nobody makes would wait for it for ever.
fn refuse_missing_secret(release: &Release, ground: &Ground, new_namespace: bool) -> Result<(), Error> {
    match &release.credentials {
        Some(name) if release.secret.is_none() && ground.credentials.is_none() => {
            let (namespace, name) = (release.namespace.clone(), name.clone());
            Err(Obstacle::NoCredentials { namespace, name, new_namespace }.into())
        }
        _ => Ok(()),
    }
}

/// The selector of everything that belongs to an appliance.
pub(super) fn instance(appliance: &str) -> String {
    format!("{MANAGED_BY}={FIELD_MANAGER},{INSTANCE}={appliance}")
}

/// Listed objects by identity.
pub(super) fn index(kind: &Kind, namespace: &str, items: &[Value]) -> BTreeMap<Identity, Found> {
    items
        .iter()
        .filter_map(|item| {
            let name = item["metadata"]["name"].as_str()?;
            Some((kind.identity(namespace, name), Found::read(item)))
        })
        .collect()
}

/// The identity in the version of the kind table: the version in which an object was applied does not matter.
pub(super) fn normal(identity: &Identity) -> Identity {
    match Kind::of(identity) {
        Ok(kind) => Identity { api_version: kind.api_version(), ..identity.clone() },
        Err(_) => identity.clone(),
    }
}

/// The objects of a release as they are sent: with its ApplySets' labels, its own first, then what it shares.
pub(super) fn labelled(release: &Release, ground: &Ground) -> Vec<Object> {
    let own = release.objects.iter().map(|object| ground.own.set.member(object));
    let mut objects: Vec<Object> =
        own.chain(release.shared.iter().map(|object| ground.site.set.member(object))).collect();
    if let Some(version) = &ground.credentials {
        stamp(release, &mut objects, CREDENTIALS_ANNOTATION, version);
    }
    if let Some(versions) = &ground.secrets {
        stamp(release, &mut objects, SECRETS_ANNOTATION, versions);
    }
    objects
}

/// Writes the version of a Secret into the pod's template: a changed one rolls the pod. The version tells nothing of what is
/// in it.
pub(super) fn stamp(release: &Release, objects: &mut [Object], annotation: &str, version: &str) {
    let workload = objects.iter_mut().find(|object| object.identity == release.workload);
    let metadata = workload.and_then(|object| object.value.pointer_mut("/spec/template/metadata"));
    if let Some(metadata) = metadata {
        metadata["annotations"][annotation] = json!(version);
    }
}
