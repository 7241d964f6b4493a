//! What a deploy would change, asked from the API server by a dry run.

use serde_json::Value;
use similar::TextDiff;
use wrtpod_cni::multus::NETWORKS;

use crate::objects::{CONFIG_DIGEST, Identity, Object};

use super::apply::{self};
use super::ground::{self, Ground};
use super::kinds::Kind;
use super::request::{self, Apply};
use super::session::{Session, try_all};
use super::{
    Applied, ApplyOptions, ApplyReport, CREDENTIALS_ANNOTATION, Change, DiffReport, Error, Event,
    FieldConflict, ObjectDiff, Outcome, Release, SECRETS_ANNOTATION, prune,
};

/// One object as it is and as it would be.
struct Preview {
    identity: Identity,
    live: Option<Value>,
    planned: Value,
    conflicts: Vec<FieldConflict>,
}

impl Preview {
    fn outcome(&self) -> Outcome {
        match &self.live {
            None => Outcome::Created,
            Some(live) if essence(live) == essence(&self.planned) => Outcome::Unchanged,
            Some(_) => Outcome::Configured,
        }
    }
}

/// Everything that `apply` would do, without a write.
pub(super) async fn dry_run(
    session: &Session<'_>,
    release: &Release,
    options: &ApplyOptions,
) -> Result<ApplyReport, Error> {
    let before = session.wire.sent();
    let ground = ground::read(session, release).await?;
    let previews = previews(session, release, &ground, options.force_conflicts).await?;
    let mut report = ApplyReport::default();
    let mut conflicts = Vec::new();
    for preview in previews {
        let outcome = preview.outcome();
        if !preview.conflicts.is_empty() && !options.force_conflicts {
            let identity = preview.identity.clone();
            conflicts.push(super::ObjectConflict { identity, fields: preview.conflicts });
            continue;
        }
        session.tell(&Event::Applied(preview.identity.clone(), outcome));
        report.applied.push(Applied { identity: preview.identity, outcome });
    }
    if !conflicts.is_empty() {
        return Err(Error::Conflict(conflicts));
    }
    let doomed = prune::doomed(session, release, &ground, options, &mut report).await?;
    try_all(doomed.iter().map(|(identity, found)| async move {
        let request = request::delete(identity, Some(&found.uid), true)?;
        session.find(&format!("delete {identity}"), request).await
    }))
    .await?;
    report.pruned = doomed.into_iter().map(|(identity, _)| identity.clone()).collect();
    report.pruned.extend(prune::emptied(&ground, release, &report.pruned));
    report.requests = session.wire.sent() - before;
    Ok(report)
}

/// Writes the live and the planned object as texts; nothing for one that is not there. What is secret is its business.
pub type Write<'a> = &'a dyn Fn([Option<&Value>; 2]) -> [String; 2];

/// The differences as text.
pub(super) async fn run(
    session: &Session<'_>,
    release: &Release,
    write: Write<'_>,
) -> Result<DiffReport, Error> {
    let ground = ground::read(session, release).await?;
    let mut report = DiffReport::default();
    for preview in previews(session, release, &ground, false).await? {
        let change = match preview.outcome() {
            Outcome::Created => Change::Create,
            Outcome::Configured => Change::Modify,
            Outcome::Unchanged => Change::None,
        };
        let text = text(&preview.identity, preview.live.as_ref(), Some(&preview.planned), write);
        let restarts = preview.live.as_ref().map_or_else(Vec::new, |live| restarts(live, &preview.planned));
        report.objects.push(ObjectDiff {
            restarts,
            text: if change == Change::None { String::new() } else { text },
            identity: preview.identity,
            change,
            conflicts: preview.conflicts,
        });
    }
    let mut ignored = ApplyReport::default();
    let doomed = prune::doomed(session, release, &ground, &ApplyOptions::default(), &mut ignored).await?;
    let mut pruned: Vec<Identity> = doomed.into_iter().map(|(identity, _)| identity.clone()).collect();
    pruned.extend(prune::emptied(&ground, release, &pruned));
    for identity in pruned {
        let live = session.find(&format!("read {identity}"), request::get_identity(&identity)?).await?;
        let text = text(&identity, live.as_ref(), None, write);
        report.objects.push(ObjectDiff {
            identity,
            change: Change::Prune,
            text,
            restarts: Vec::new(),
            conflicts: Vec::new(),
        });
    }
    Ok(report)
}

async fn previews(
    session: &Session<'_>,
    release: &Release,
    ground: &Ground,
    force: bool,
) -> Result<Vec<Preview>, Error> {
    let objects = ground::labelled(release, ground);
    if ground.namespace {
        return try_all(objects.iter().map(|object| preview(session, object, force))).await;
    }
    session.tell(&Event::Note(format!(
        "namespace {} does not exist yet: the API server cannot check what goes into it",
        release.namespace
    )));
    let mut previews = Vec::new();
    if !objects.iter().any(|object| object.identity.kind == "Namespace") {
        let kind = Kind::named("Namespace");
        previews.push(Preview {
            identity: kind.identity(&release.namespace, &release.namespace),
            live: None,
            planned: apply::namespace(release),
            conflicts: Vec::new(),
        });
    }
    previews.extend(objects.into_iter().map(|object| Preview {
        identity: object.identity,
        live: None,
        planned: object.value,
        conflicts: Vec::new(),
    }));
    Ok(previews)
}

async fn preview(session: &Session<'_>, object: &Object, force: bool) -> Result<Preview, Error> {
    let identity = object.identity.clone();
    let live = session.find(&format!("read {identity}"), request::get_identity(&identity)?).await?;
    let how = Apply { force, dry_run: true, whole: true };
    let (planned, conflicts) = match apply::one(session, object, how).await {
        Ok((_, planned)) => (planned, Vec::new()),
        Err(Error::Conflict(objects)) => {
            let (_, planned) = apply::one(session, object, Apply { force: true, ..how }).await?;
            (planned, objects.into_iter().flat_map(|object| object.fields).collect())
        }
        Err(error) => return Err(error),
    };
    Ok(Preview { identity, live, planned, conflicts })
}

/// Why the pods of a workload restart when it becomes the planned one; nothing for any other object.
fn restarts(live: &Value, planned: &Value) -> Vec<&'static str> {
    const TEMPLATE: &str = "/spec/template";
    let (Some(old), Some(new)) = (live.pointer(TEMPLATE), planned.pointer(TEMPLATE)) else {
        return Vec::new();
    };
    let scripts = |template: &Value| {
        let volumes = template["spec"]["volumes"].as_array().cloned().unwrap_or_default();
        volumes.into_iter().find(|volume| volume["name"] == "wrtpod-scripts")
    };
    let images = |template: &Value| {
        let lists = ["initContainers", "containers"].map(|list| template["spec"][list].as_array().cloned());
        lists.into_iter().flatten().flatten().map(|one| one["image"].clone()).collect::<Vec<_>>()
    };
    let annotated = |key: &str| old["metadata"]["annotations"][key] != new["metadata"]["annotations"][key];
    let found = [
        (images(old) != images(new), "another image"),
        (scripts(old) != scripts(new), "other scripts of wrtpod's"),
        (annotated(CONFIG_DIGEST), "other settings, or files of overlays"),
        (annotated(NETWORKS), "other attachments to networks"),
        (annotated(CREDENTIALS_ANNOTATION), "other credentials of root"),
        (annotated(SECRETS_ANNOTATION), "another content of its Secrets or ConfigMaps"),
    ];
    let reasons: Vec<_> =
        found.into_iter().filter(|(differs, _)| *differs).map(|(_, reason)| reason).collect();
    if reasons.is_empty() && old != new { vec!["another template"] } else { reasons }
}

/// An object without what the API server and controllers write.
fn essence(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(top) = object.as_object_mut() {
        top.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for noise in
            ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink"]
        {
            metadata.remove(noise);
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    }
    object
}

fn text(identity: &Identity, live: Option<&Value>, planned: Option<&Value>, write: Write<'_>) -> String {
    let [live, planned] = [live.map(essence), planned.map(essence)];
    let [old, new] = write([live.as_ref(), planned.as_ref()]);
    let name = match &identity.namespace {
        Some(namespace) => format!("{}/{namespace}/{}", identity.kind, identity.name),
        None => format!("{}/{}", identity.kind, identity.name),
    };
    TextDiff::from_lines(&old, &new)
        .unified_diff()
        .context_radius(3)
        .header(&format!("live/{name}"), &format!("planned/{name}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_restart_has_its_reasons() {
        let workload = |scripts: &str, digest: &str, image: &str, grace: u8| {
            json!({"spec": {"template": {
                "metadata": {"annotations": {CONFIG_DIGEST: digest}},
                "spec": {
                    "containers": [{"image": image}],
                    "terminationGracePeriodSeconds": grace,
                    "volumes": [{"name": "wrtpod-scripts", "configMap": {"name": scripts}}],
                },
            }}})
        };
        let live = workload("router-scripts", "1", "a:1", 60);
        assert_eq!(restarts(&live, &live), Vec::<&str>::new());
        assert_eq!(
            restarts(&live, &workload("wrtpod-scripts-0123456789", "1", "a:1", 60)),
            ["other scripts of wrtpod's"]
        );
        let both = restarts(&live, &workload("router-scripts", "2", "a:2", 60));
        assert_eq!(both, ["another image", "other settings, or files of overlays"]);
        assert_eq!(restarts(&live, &workload("router-scripts", "1", "a:1", 30)), ["another template"]);
        assert_eq!(restarts(&json!({"data": {}}), &json!({"data": {"a": "b"}})), Vec::<&str>::new());
    }

    #[test]
    fn noise_is_no_difference() {
        let live = json!({"metadata": {"name": "x", "resourceVersion": "1", "managedFields": []}, "status": {"a": 1}});
        let planned = json!({"metadata": {"name": "x", "resourceVersion": "2"}});
        assert_eq!(essence(&live), essence(&planned));
    }
}
