//! What one appliance needs of the cluster: nodes that take its pod, a namespace that admits it, and what the pod refers to.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Node, PodSpec};
use serde_json::Value;

use super::report::{DoctorReport, Seen, seen};
use super::{Place, Subject};
use crate::cluster::applyset::ApplySet;
use crate::cluster::ground::{self, Record};
use crate::cluster::kinds::Kind;
use crate::cluster::needs::{Needs, PULL_KEYS};
use crate::cluster::placement::{self, Placement};
use crate::cluster::security::{self, Admission};
use crate::cluster::session::Session;
use crate::cluster::wait::typed;
use crate::cluster::{Error, Obstacle, Release, request, users};

/// The annotation of the cluster's default storage class.
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

/// Which nodes take its pod.
pub(super) fn nodes(
    release: &Release,
    pod: &PodSpec,
    nodes: &[Value],
    report: &mut DoctorReport,
) -> Placement {
    let nodes: Vec<Node> = typed(nodes.iter());
    let placement = placement::judge(&release.appliance, pod, &nodes);
    report.enter("nodes", &release.appliance, Some(&release.appliance), placement.obstacles.clone());
    if users::are_own(pod) {
        let takes =
            |node: &&Node| node.metadata.name.as_ref().is_some_and(|name| placement.takers.contains(name));
        let old = nodes.iter().filter(takes).filter_map(users::old_kernel).collect();
        report.enter("kernels", &release.appliance, Some(&release.appliance), old);
    }
    placement
}

/// Whether its names are free, and the namespace lets its pod in.
pub(super) async fn admission(
    session: &Session<'_>,
    subject: &Subject<'_>,
    place: &Place,
    report: &mut DoctorReport,
) -> Result<(), Error> {
    let release = subject.release;
    let (namespace, appliance) = (release.namespace.as_str(), release.appliance.as_str());
    let Some(live) = &place.namespace else { return Ok(()) };
    let own = ApplySet::of_appliance(namespace, appliance);
    let site = ApplySet::of_site(namespace, &release.site);
    let parents = ground::parents(session, namespace, [&own, &site]).await;
    let right = format!("list configmaps in namespace {namespace}");
    let mut obstacles = Vec::new();
    match seen(parents, &format!("the records of {appliance}"), &right)? {
        Ok(parents) => {
            for set in [own, site] {
                obstacles.extend(obstacle(seen(Record::read(set, &parents), "", "")?));
            }
        }
        Err(obstacle) => obstacles.push(*obstacle),
    }
    report.enter("records", appliance, Some(appliance), obstacles);

    let what = format!("whether namespace {namespace} admits the pod of {appliance}");
    let right = format!("create pods in namespace {namespace}");
    let asked = match security::check(session, release, live).await {
        Ok(Admission::Granted) => Ok(()),
        Ok(Admission::Unknown(error)) | Err(error) => Err(error),
    };
    let obstacles = obstacle(seen(asked, &what, &right)?).into_iter().collect();
    report.enter("pod security", appliance, Some(appliance), obstacles);
    Ok(())
}

/// Whether what the pod refers to is there, or can be made.
pub(super) async fn needs(
    session: &Session<'_>,
    subject: &Subject<'_>,
    place: &mut Place,
    report: &mut DoctorReport,
) -> Result<(), Error> {
    let release = subject.release;
    let (namespace, appliance) = (release.namespace.clone(), Some(release.appliance.as_str()));
    let needs = Needs::of(release, &subject.pod);
    let new_namespace = place.namespace.is_none();
    for (name, class) in &needs.claims {
        let mut obstacles = Vec::new();
        match live(session, "PersistentVolumeClaim", &namespace, name).await? {
            Ok(None) => {
                obstacles = storage(session, name, class.as_deref(), place).await?;
                obstacles.extend(unmapped(session, subject, name, class.as_deref(), None, place).await?);
            }
            Ok(found) => {
                obstacles.extend(unmapped(session, subject, name, None, found.as_ref(), place).await?);
            }
            Err(obstacle) => obstacles.push(*obstacle),
        }
        report.enter("storage", name, appliance, obstacles);
    }
    for name in &needs.existing {
        let missing = || Obstacle::NoClaim { namespace: namespace.clone(), name: name.clone() };
        let found = live(session, "PersistentVolumeClaim", &namespace, name).await?;
        let mut obstacles = Vec::new();
        if let Ok(Some(found)) = &found {
            obstacles.extend(unmapped(session, subject, name, None, Some(found), place).await?);
        }
        obstacles.extend(or_missing(found, missing));
        report.enter("claim", name, appliance, obstacles);
    }
    for (name, keys) in &needs.config_maps {
        let obstacles = match live(session, "ConfigMap", &namespace, name).await? {
            Ok(found) => config_map(&namespace, name, keys, found.as_ref(), new_namespace),
            Err(obstacle) => vec![*obstacle],
        };
        report.enter("configmap", name, appliance, obstacles);
    }
    for (name, keys) in &needs.secrets {
        let obstacles = match live(session, "Secret", &namespace, name).await? {
            Ok(found) => secret(release, name, keys, found.as_ref(), new_namespace),
            Err(obstacle) => vec![*obstacle],
        };
        report.enter("secret", name, appliance, obstacles);
    }
    for name in &needs.pull_secrets {
        let obstacles = match live(session, "Secret", &namespace, name).await? {
            Ok(found) => {
                let has = |key: &&str| found.as_ref().is_some_and(|found| keys_of(found).contains(*key));
                let key = PULL_KEYS.into_iter().find(has).unwrap_or(PULL_KEYS[0]);
                secret(release, name, &BTreeSet::from([key.to_owned()]), found.as_ref(), new_namespace)
            }
            Err(obstacle) => vec![*obstacle],
        };
        report.enter("secret", name, appliance, obstacles);
    }
    Ok(())
}

/// An object of the appliance's namespace; `None` when it is not there.
async fn live(
    session: &Session<'_>,
    kind: &'static str,
    namespace: &str,
    name: &str,
) -> Result<Seen<Option<Value>>, Error> {
    let what = format!("{kind} {name}");
    let kind = Kind::named(kind);
    let found = session.find(&format!("read {what}"), request::get(kind, namespace, name)).await;
    seen(found, &what, &format!("get {} in namespace {namespace}", kind.plural))
}

fn or_missing(found: Seen<Option<Value>>, missing: impl FnOnce() -> Obstacle) -> Vec<Obstacle> {
    match found {
        Ok(Some(_)) => Vec::new(),
        Ok(None) => vec![missing()],
        Err(obstacle) => vec![*obstacle],
    }
}

fn obstacle<T>(seen: Seen<T>) -> Option<Obstacle> {
    seen.err().map(|obstacle| *obstacle)
}

/// Whether somebody provides a claim that is not there yet. The empty class is that of volumes made by hand.
async fn storage(
    session: &Session<'_>,
    claim: &str,
    class: Option<&str>,
    place: &mut Place,
) -> Result<Vec<Obstacle>, Error> {
    if class == Some("") {
        return Ok(Vec::new());
    }
    Ok(match classes(session, place).await? {
        Ok(classes) => judge_class(claim, class, classes).into_iter().collect(),
        Err(obstacle) => vec![Obstacle::clone(obstacle)],
    })
}

/// The storage classes, which are asked for once.
async fn classes<'a>(
    session: &Session<'_>,
    place: &'a mut Place,
) -> Result<Result<&'a [Value], &'a Obstacle>, Error> {
    if place.classes.is_none() {
        let list = request::list(Kind::named("StorageClass"), None, &[]);
        let classes = session.items("list the storage classes", list).await;
        place.classes = Some(seen(classes, "the storage classes", "list storageclasses.storage.k8s.io")?);
    }
    let classes = place.classes.as_ref().expect("they were just asked for");
    Ok(classes.as_ref().map(Vec::as_slice).map_err(Box::as_ref))
}

/// A claim of a pod with users of its own on storage that maps none; `class` is asked for, or the one of a claim that is there. Who made
/// the volume by hand has said in it what it is.
async fn unmapped(
    session: &Session<'_>,
    subject: &Subject<'_>,
    claim: &str,
    class: Option<&str>,
    live: Option<&Value>,
    place: &mut Place,
) -> Result<Option<Obstacle>, Error> {
    if !users::are_own(&subject.pod) {
        return Ok(None);
    }
    let of_live = live.and_then(|live| live["spec"]["storageClassName"].as_str());
    let known = classes(session, place).await?.unwrap_or_default();
    let class = find_class(class.or(of_live), known);
    let found = users::storage(claim, live, class);
    let Some(volume) = live.and_then(|live| live["spec"]["volumeName"].as_str()).filter(|_| found.is_none())
    else {
        return Ok(found);
    };
    let (kind, what) = (Kind::named("PersistentVolume"), format!("PersistentVolume {volume}"));
    let read = session.find(&format!("read {what}"), request::get(kind, "", volume)).await;
    Ok(match seen(read, &what, "get persistentvolumes")? {
        Ok(volume) => volume.and_then(|volume| users::volume(claim, &volume)),
        Err(obstacle) => Some(*obstacle),
    })
}

/// The class of that name, or the cluster's default one.
fn find_class<'a>(class: Option<&str>, classes: &'a [Value]) -> Option<&'a Value> {
    classes.iter().find(|one| match class {
        Some(class) => one["metadata"]["name"] == class,
        None => one["metadata"]["annotations"][DEFAULT_CLASS] == "true",
    })
}

fn judge_class(claim: &str, class: Option<&str>, classes: &[Value]) -> Option<Obstacle> {
    let name = |one: &Value| one["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    find_class(class, classes).is_none().then(|| Obstacle::NoStorageClass {
        claim: claim.to_owned(),
        class: class.map(str::to_owned),
        known: classes.iter().map(name).collect(),
    })
}

/// Names and keys of a Secret matter; its values go no further than here.
fn secret(
    release: &Release,
    name: &str,
    keys: &BTreeSet<String>,
    found: Option<&Value>,
    new_namespace: bool,
) -> Vec<Obstacle> {
    let namespace = release.namespace.clone();
    let name = name.to_owned();
    let Some(found) = found else {
        let is_made = release.secret.as_ref().is_some_and(|secret| secret.name == name);
        return match release.credentials.as_ref() {
            _ if is_made => Vec::new(),
            Some(credentials) if *credentials == name => {
                vec![Obstacle::NoCredentials { namespace, name, new_namespace }]
            }
            _ => vec![Obstacle::NoSecret { namespace, name, keys: keys.clone(), new_namespace }],
        };
    };
    let has = keys_of(found);
    let lacks = keys.iter().filter(|key| !has.contains(*key));
    lacks
        .map(|key| Obstacle::NoSecretKey {
            namespace: namespace.clone(),
            name: name.clone(),
            key: key.clone(),
        })
        .collect()
}

/// Whether a ConfigMap and its keys are there.
fn config_map(
    namespace: &str,
    name: &str,
    keys: &BTreeSet<String>,
    found: Option<&Value>,
    new_namespace: bool,
) -> Vec<Obstacle> {
    let (namespace, name) = (namespace.to_owned(), name.to_owned());
    let Some(found) = found else {
        return vec![Obstacle::NoConfigMap { namespace, name, keys: keys.clone(), new_namespace }];
    };
    let has = keys_of(found);
    let lacks = keys.iter().filter(|key| !has.contains(*key));
    lacks
        .map(|key| Obstacle::NoConfigMapKey {
            namespace: namespace.clone(),
            name: name.clone(),
            key: key.clone(),
        })
        .collect()
}

fn keys_of(object: &Value) -> BTreeSet<String> {
    let data = ["data", "binaryData"].into_iter().filter_map(|key| object[key].as_object());
    data.flat_map(|data| data.keys().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cluster::tests::release;

    #[test]
    fn a_class_has_to_be_there_or_to_be_the_default() {
        let class = |name: &str, default: &str| json!({"metadata": {"name": name, "annotations": {DEFAULT_CLASS: default}}});
        let classes = [class("slow", "false"), class("fast", "true")];
        assert_eq!(judge_class("data", Some("slow"), &classes), None);
        assert_eq!(judge_class("data", None, &classes), None);
        let found = judge_class("data", Some("local-path"), &classes).expect("missing");
        assert_eq!(found.fix(), "write one that there is: slow, fast");
        let found = judge_class("data", None, &classes[..1]).expect("no default");
        assert_eq!(found.fix(), "write `storageClass` into the site, one of slow");
        assert!(
            judge_class("data", None, &[])
                .is_some_and(|found| found.fix().starts_with("install a provisioner"))
        );
    }

    #[test]
    fn a_config_map_has_to_have_its_keys() {
        let keys = BTreeSet::from(["host".to_owned(), "logo".to_owned()]);
        let codes = |found: Option<&Value>| -> Vec<String> {
            config_map("home", "mqtt", &keys, found, false).iter().map(Obstacle::claim).collect()
        };
        let whole = json!({"data": {"host": "mqtt.lan"}, "binaryData": {"logo": "eA=="}});
        assert_eq!(codes(Some(&whole)), Vec::<String>::new());
        let other = json!({"data": {"logo": "x", "Host": "mqtt.lan"}});
        assert_eq!(codes(Some(&other)), ["the ConfigMap mqtt has no key `host`"]);
        assert_eq!(codes(None), ["the ConfigMap mqtt that the appliance names does not exist"]);
    }

    #[test]
    fn a_secret_that_deploy_makes_may_be_missing_and_no_other() {
        let keys = BTreeSet::from(["password-hash".to_owned()]);
        let mut release = release();
        assert_eq!(secret(&release, "openwrt-password", &keys, None, false), []);
        let there = json!({"data": {"password": "eA=="}});
        let found = secret(&release, "openwrt-password", &keys, Some(&there), false);
        assert_eq!(found[0].claim(), "the Secret openwrt-password has no key `password-hash`");
        release.secret = None;
        let found = secret(&release, "openwrt-password", &keys, None, false);
        assert!(found[0].fix().contains("openssl passwd"), "{found:?}");
        let found = secret(&release, "other", &keys, None, false);
        assert_eq!(
            found[0].fix(),
            "`kubectl -n home create secret generic other --from-file=password-hash=FILE`, or correct its name"
        );
        let whole = json!({"data": {"password-hash": "eA=="}});
        assert_eq!(secret(&release, "other", &keys, Some(&whole), false), []);
    }
}
