//! What a release meets in the cluster, read before anything is written.
//!
//! Refuses what would fail halfway: no attachments' kind, a namespace that is missing or forbids the pod, a
//! record of another tool. Reads few and small answers: lists of metadata, no object by itself.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::objects::{Identity, Object};

use super::applyset::{self, ApplySet, INSTANCE, MANAGED_BY, PART_OF, Parent};
use super::kinds::{Kind, NAD};
use super::session::{Session, try_all};
use super::{Error, FIELD_MANAGER, Release, request, security};

/// What the cluster has before the release comes.
pub(super) struct Ground {
    /// Whether the namespace is there.
    pub namespace: bool,
    /// The appliance's ApplySet, and what its parent says if there is one.
    pub own: Record,
    /// The site's.
    pub site: Record,
    /// Members, attachments and claims by identity, in the version of the kind table.
    pub found: BTreeMap<Identity, Found>,
    /// Whether the generated Secret is there.
    pub secret: bool,
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
    let ids = format!("{} in ({},{})", applyset::ID, own.id(), site.id());
    let (namespace, attachments, parents) = futures_util::join!(
        session.find("read the namespace", request::get(Kind::named("Namespace"), name, name)),
        attachments(session, name, !release.attachments.is_empty()),
        session.items(
            "list the ApplySets",
            request::list(Kind::named("ConfigMap"), Some(name), &[("labelSelector", &ids)])
        ),
    );
    let (namespace, attachments, parents) = (namespace?, attachments?, parents?);
    let parent = |set: &ApplySet| {
        parents.iter().find(|parent| parent["metadata"]["name"] == set.name).map(Parent::read).transpose()
    };
    let mut ground = Ground {
        namespace: namespace.is_some(),
        own: Record { parent: parent(&own)?, set: own },
        site: Record { parent: parent(&site)?, set: site },
        found: attachments,
        secret: false,
    };
    refuse_foreign(release, &ground)?;
    let Some(namespace) = namespace else {
        let brought = release.objects.iter().any(|object| object.identity.kind == "Namespace");
        return if release.create_namespace || brought {
            Ok(ground)
        } else {
            Err(Error::NoNamespace { namespace: name.to_owned() })
        };
    };
    if namespace["status"]["phase"] == "Terminating" {
        return Err(Error::NamespaceTerminating { namespace: name.to_owned() });
    }
    let (members, claims, secret, allowed) = futures_util::join!(
        members(session, &ground.own),
        claims(session, release),
        secret(session, release),
        security::check(session, release, &namespace),
    );
    allowed?;
    ground.found.insert(Kind::named("Namespace").identity(name, name), Found::read(&namespace));
    ground.found.extend(members?);
    ground.found.extend(claims?);
    ground.secret = secret?;
    Ok(ground)
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
        None if needed => Err(Error::NoMultus),
        None => Ok(BTreeMap::new()),
        Some(list) => Ok(index(kind, namespace, list["items"].as_array().map_or(&[], Vec::as_slice))),
    }
}

/// Refuses an attachment of this name that another site, or another tool, keeps: taking it over would let the
/// other one prune it.
fn refuse_foreign(release: &Release, ground: &Ground) -> Result<(), Error> {
    let own = ground.site.set.id();
    for object in &release.attachments {
        let found = ground.found.get(&normal(&object.identity));
        if found.and_then(|found| found.part_of.as_ref()).is_some_and(|other| *other != own) {
            return Err(Error::ForeignMember { identity: Box::new(object.identity.clone()) });
        }
    }
    Ok(())
}

/// The members that the parent tells of; without a parent nothing can carry the label.
pub(super) async fn members(
    session: &Session<'_>,
    record: &Record,
) -> Result<BTreeMap<Identity, Found>, Error> {
    let Some(parent) = &record.parent else { return Ok(BTreeMap::new()) };
    let selector = record.set.selector();
    let mut places = Vec::new();
    for kind in parent.kinds.iter().filter_map(|kind| Kind::of_group_kind(kind)) {
        places.push((kind, record.set.namespace.clone()));
        places.extend(parent.namespaces.iter().map(|namespace| (kind, namespace.clone())));
    }
    let lists = try_all(places.into_iter().map(|(kind, namespace)| {
        let request = request::list_metadata(kind, Some(&namespace), &selector);
        async move {
            let items = session.items(&format!("list {}", kind.plural), request).await?;
            Ok(index(kind, &namespace, &items))
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

async fn secret(session: &Session<'_>, release: &Release) -> Result<bool, Error> {
    let Some(secret) = &release.secret else { return Ok(false) };
    let selector = [("fieldSelector", format!("metadata.name={}", secret.name))];
    let query: Vec<(&str, &str)> = selector.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let request = request::metadata(request::list(Kind::named("Secret"), Some(&release.namespace), &query));
    Ok(!session.items("look for the generated Secret", request).await?.is_empty())
}

/// The selector of everything that belongs to an appliance.
pub(super) fn instance(appliance: &str) -> String {
    format!("{MANAGED_BY}={FIELD_MANAGER},{INSTANCE}={appliance}")
}

fn index(kind: &Kind, namespace: &str, items: &[Value]) -> BTreeMap<Identity, Found> {
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

/// The objects of a release with its ApplySets' labels: its own, then the attachments.
pub(super) fn labelled(release: &Release, own: &ApplySet, site: &ApplySet) -> Vec<Object> {
    let own = release.objects.iter().map(|object| own.member(object));
    own.chain(release.attachments.iter().map(|object| site.member(object))).collect()
}
