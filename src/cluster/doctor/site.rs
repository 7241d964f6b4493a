//! What is the same for all appliances of the site: the API server, the namespace, the attachments, the nodes and ranges.

use serde_json::Value;

use super::report::{DoctorReport, seen};
use crate::cluster::applyset::ApplySet;
use crate::cluster::causes::one_line;
use crate::cluster::kinds::{Kind, NAD};
use crate::cluster::session::Session;
use crate::cluster::wire::Failure;
use crate::cluster::{Error, Obstacle, Release, apply, drift, existing, extensions, ground, ranges, request};

/// Whether the API server answers, and as what.
pub(super) async fn api_server(session: &Session<'_>, report: &mut DoctorReport) -> Result<(), Error> {
    let version = session.call("read the API server's version", request::version()).await;
    match seen(version, "the API server's version", "get /version")? {
        Ok(version) => {
            let version = version["gitVersion"].as_str().unwrap_or_default();
            report.enter("api server", version, None, Vec::new());
        }
        Err(obstacle) => report.enter("api server", "version", None, vec![*obstacle]),
    }
    Ok(())
}

/// Whether the namespace is there and stays, or could be made; answers it when it is there, null when that is not known.
pub(super) async fn namespace(
    session: &Session<'_>,
    release: &Release,
    report: &mut DoctorReport,
) -> Result<Option<Value>, Error> {
    let name = release.namespace.as_str();
    let what = format!("namespace {name}");
    let found = seen(ground::namespace(session, name).await, &what, &format!("get namespaces {name}"))?;
    let (found, obstacles) = match found {
        Ok(Some(namespace)) => {
            let obstacles = ground::ending(&namespace).into_iter().collect();
            (Some(namespace), obstacles)
        }
        Ok(None) => (None, creatable(session, release).await?.into_iter().collect()),
        // It may well be there: what depends on its labels is asked of the API server.
        Err(obstacle) => (Some(Value::Null), vec![*obstacle]),
    };
    report.enter("namespace", name, None, obstacles);
    Ok(found)
}

/// Whether `deploy` could make the namespace, by a dry run of what it sends.
async fn creatable(session: &Session<'_>, release: &Release) -> Result<Option<Obstacle>, Error> {
    let (kind, namespace) = (Kind::named("Namespace"), release.namespace.clone());
    let request = request::create(kind, &namespace, &apply::namespace(release), true);
    match session.send(request).await {
        Ok(_) => Ok(None),
        Err(Failure::Status(status)) if status.code != 401 => {
            Ok(Some(Obstacle::NamespaceRefused { namespace, reason: one_line(&status.message) }))
        }
        Err(failure) => Err(failure.during(session.wire, "try the namespace")),
    }
}

/// Whether the kind of attachments is there, and those that are there are the appliances' and as planned.
pub(super) async fn attachments(
    session: &Session<'_>,
    releases: &[Release],
    report: &mut DoctorReport,
) -> Result<(), Error> {
    const CHECK: &str = "attachment";
    let Some(first) = releases.iter().find(|release| release.is_attached()) else {
        return Ok(());
    };
    let (kind, namespace) = (Kind::named(NAD), first.namespace.as_str());
    let list = session.find("list the attachments", request::list(kind, Some(namespace), &[])).await;
    let right = format!("list {}.{} in namespace {namespace}", kind.plural, kind.group);
    let list = match seen(list, "the attachments", &right)? {
        Ok(Some(list)) => list,
        Ok(None) => {
            report.enter(CHECK, NAD, None, vec![Obstacle::NoMultus]);
            return Ok(());
        }
        Err(obstacle) => {
            report.enter(CHECK, NAD, None, vec![*obstacle]);
            return Ok(());
        }
    };
    let items = list["items"].as_array().map_or(&[][..], Vec::as_slice);
    let found = ground::index(kind, namespace, items);
    for release in releases {
        let set = ApplySet::of_appliance(namespace, &release.appliance);
        let foreign: Vec<Obstacle> = ground::foreign(release, &set, &found).collect();
        for object in release.attachments() {
            let identity = &object.identity;
            let is_of =
                |one: &&Obstacle| matches!(one, Obstacle::ForeignMember { identity: of } if of == identity);
            let mut obstacles: Vec<Obstacle> = foreign.iter().filter(is_of).cloned().collect();
            let live = items.iter().find(|item| item["metadata"]["name"] == identity.name.as_str());
            if live.is_some_and(|live| drift::differs(live, &object.value)) {
                obstacles.push(Obstacle::AttachmentDiffers { identity: identity.clone() });
            }
            report.enter(CHECK, identity.name.as_str(), Some(&release.appliance), obstacles);
        }
        for (name, nics) in release.existing() {
            let right = format!("get {}.{} of {name}", kind.plural, kind.group);
            let obstacles = match seen(existing::find(session, name).await, name, &right)? {
                Ok(live) => existing::judge(name, live.as_ref(), &nics),
                Err(obstacle) => vec![*obstacle],
            };
            report.enter(CHECK, name, Some(&release.appliance), obstacles);
        }
    }
    Ok(())
}

/// Whether the cluster has what somebody has to install and the appliances need: what keeps its pools, and takes its routes.
pub(super) async fn extensions(
    session: &Session<'_>,
    releases: &[Release],
    report: &mut DoctorReport,
) -> Result<(), Error> {
    for extension in &extensions::ALL {
        if !releases.iter().any(|release| extension.is_asked_of(release)) {
            continue;
        }
        let is_there = extension.is_there(session).await;
        let obstacles = match seen(is_there, extension.name, &format!("get /apis/{}", extension.version))? {
            Ok(true) => Vec::new(),
            Ok(false) => vec![Obstacle::NoExtension(extension.missing)],
            Err(obstacle) => vec![*obstacle],
        };
        report.enter(extension.check, extension.name, None, obstacles);
    }
    Ok(())
}

/// The nodes by name; `None` where they may not be read.
pub(super) async fn nodes(
    session: &Session<'_>,
    report: &mut DoctorReport,
) -> Result<Option<Vec<Value>>, Error> {
    let nodes = session.items("list the nodes", request::list(Kind::named("Node"), None, &[])).await;
    match seen(nodes, "the nodes", "list nodes")? {
        Ok(mut nodes) => {
            let name = |node: &Value| node["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            nodes.sort_by_key(name);
            Ok(Some(nodes))
        }
        Err(obstacle) => {
            report.enter("nodes", "all", None, vec![*obstacle]);
            Ok(None)
        }
    }
}

/// Whether the cluster's ranges are the site's.
pub(super) async fn ranges(
    session: &Session<'_>,
    releases: &[Release],
    nodes: Option<&[Value]>,
    report: &mut DoctorReport,
) -> Result<(), Error> {
    let Some(release) = releases.iter().find(|release| !release.cluster_ranges.is_empty()) else {
        return Ok(());
    };
    let service = session.call("read the Service kubernetes", ranges::service()).await;
    let right = "get services in namespace default";
    let (service, mut obstacles) = match seen(service, "the range of Services", right)? {
        Ok(service) => (service, Vec::new()),
        Err(obstacle) => (Value::Null, vec![*obstacle]),
    };
    if nodes.is_none() {
        obstacles.push(Obstacle::NotChecked {
            what: "the range of pods".to_owned(),
            right: Some("list nodes".to_owned()),
            reason: "the nodes, which have it, are not known".to_owned(),
        });
    }
    obstacles.extend(ranges::judge(&release.cluster_ranges, &service, nodes.unwrap_or_default()));
    let ranges: Vec<String> = release.cluster_ranges.iter().map(ToString::to_string).collect();
    report.enter("ranges", ranges.join(", "), None, obstacles);
    Ok(())
}
