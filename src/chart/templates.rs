//! The templates that are lifted from an appliance's objects: which places of each object values decide.

use serde_json::Value;

use super::lift::{Action, Slot, template};
use super::source::{Source, sentinels};
use super::{access, additions};
use crate::diag::Loc;
use crate::objects::{self, Object, ObjectSet, SUBSTITUTE};
use crate::overlay::EMBEDDED;
use crate::plan::Profile;
use crate::spec::PersistenceMode;

/// A file of the chart: its path in it, and its text.
pub type File = (String, String);

/// The lifted templates.
pub fn templates(source: &Source<'_>) -> Vec<File> {
    let objects = source.skeleton(PersistenceMode::None);
    let is_attachment = |object: &&Object| object.identity.kind == objects::NAD_KIND;
    let attachment = objects.iter().find(is_attachment);
    let attachment = attachment.expect("an appliance with a chart is on a network of the site's");
    let mut files =
        vec![file("networks", networks(attachment)), own_capabilities(&objects), own_volumes(source)];
    for object in objects.iter().filter(|object| !is_attachment(object)) {
        files.push(of_object(source, object));
    }
    if source.profile() == Profile::OpenWrt {
        let keeping = source.skeleton(PersistenceMode::Etc);
        let claim = keeping.iter().find(|object| object.identity.kind == "PersistentVolumeClaim");
        let claim = claim.expect("mode etc has a claim");
        let condition = "and (ne .Values.persistence.mode \"none\") (not .Values.persistence.existingClaim)";
        files.push(file("claim", guarded(condition, &claim_template(claim, ".Values.persistence"))));
        files.push(("templates/_persistence.tpl".to_owned(), additions::persistence(source, &objects)));
        files.extend(overlays(source));
    }
    files
}

/// The capabilities of the appliance's container that no value adds.
fn own_capabilities(objects: &ObjectSet) -> File {
    let workload = objects.iter().last().expect("the workload comes last");
    let added = workload.value.pointer("/spec/template/spec/containers/0/securityContext/capabilities/add");
    let names = added.cloned().unwrap_or_else(|| Value::Array(Vec::new()));
    let text = format!(
        "{{{{/* The appliance's capabilities that no value adds. */}}}}\n{{{{- define \"wrtpod.ownCapabilities\" -}}}}\n{names}\n{{{{- end -}}}}\n"
    );
    ("templates/_capabilities.tpl".to_owned(), text)
}

/// The volumes that the appliance's document names, for containers of the values to mount.
fn own_volumes(source: &Source<'_>) -> File {
    let names: Value = source.spec.volumes.iter().map(|(name, _)| Value::from(name.to_string())).collect();
    let text = format!(
        "{{{{/* The appliance's volumes that no value adds. */}}}}\n{{{{- define \"wrtpod.ownVolumes\" -}}}}\n{names}\n{{{{- end -}}}}\n"
    );
    ("templates/_volumes.tpl".to_owned(), text)
}

/// What overlays are to the pod that applies them itself. Any one will do: values have the choice.
fn overlays(source: &Source<'_>) -> [File; 2] {
    let without = source.skeleton(PersistenceMode::System);
    let with = source.changed_skeleton(PersistenceMode::System, |spec| {
        let one = EMBEDDED.first().expect("overlays come with wrtpod");
        spec.overlays.push(Loc::bare(one.name.parse().expect("our own names are references")));
    });
    let is_new = |object: &&Object| without.iter().all(|known| known.identity != object.identity);
    let config = with.iter().find(is_new).expect("what the pod applies comes in a ConfigMap");
    let data = vec![
        block("/data", "include \"wrtpod.overlaysData\" ."),
        optional_block("/binaryData", "include \"wrtpod.overlaysBinaryData\" ."),
    ];
    let template = guarded("include \"wrtpod.profile.bootOverlays\" .", &lifted(config, data));
    [
        file("configmap-overlays", template),
        ("templates/_overlays_mount.tpl".to_owned(), additions::boot_overlays(&with, &without)),
    ]
}

fn file(name: &str, text: String) -> File {
    (format!("templates/{name}.yaml"), text)
}

fn of_object(source: &Source<'_>, object: &Object) -> File {
    match object.identity.kind.as_str() {
        "ConfigMap" if object.identity.name.contains("-scripts-") => {
            let data = block("/data", "(.Files.Glob \"files/scripts/*\").AsConfig");
            file("configmap-scripts", lifted(object, vec![data]))
        }
        "ConfigMap" => {
            let data = block("/data", "include \"wrtpod.planData\" .");
            file("configmap-plan", lifted(object, vec![data]))
        }
        "PersistentVolumeClaim" => {
            let volume = volume_of(object);
            let value = format!("(index .Values.volumes \"{volume}\")");
            let condition = format!("not {value}.existingClaim");
            file(&format!("claim-{volume}"), guarded(&condition, &claim_template(object, &value)))
        }
        "NetworkPolicy" => {
            let slots = vec![
                block("/spec/policyTypes", "include \"wrtpod.policyTypes\" . | trim"),
                optional_block("/spec/ingress", "include \"wrtpod.policyPorts\" . | trim"),
                optional_block("/spec/egress", "include \"wrtpod.policyEgress\" . | trim"),
            ];
            file(
                "networkpolicy",
                guarded(
                    "or (include \"wrtpod.guarded\" .) (.Values.egress | default dict).enabled",
                    &lifted(object, slots),
                ),
            )
        }
        "Service" => file("service", guarded(".Values.service.enabled", &access::service(object))),
        "HTTPRoute" => {
            file("httproute", guarded("(.Values.httpRoute | default dict).enabled", &access::route(object)))
        }
        "Ingress" => file("ingress", guarded(".Values.ingress.enabled", &access::ingress(object))),
        kind => file(&kind.to_ascii_lowercase(), workload(source, object)),
    }
}

/// The word behind the appliance's name in a claim's.
fn volume_of(claim: &Object) -> &str {
    let name = claim.identity.name.as_str();
    sentinels(".")
        .iter()
        .find_map(|sentinel| name.strip_prefix(sentinel.text)?.strip_prefix('-'))
        .expect("a claim's name is its appliance's and its volume's")
}

/// Labels and annotations are the same in every object of an appliance, unless a slot says otherwise. Annotations that only
/// this object has stay as they are.
pub(super) fn lifted(object: &Object, mut slots: Vec<Slot>) -> String {
    const ANNOTATIONS: &str = "/metadata/annotations";
    let all = match object.identity.kind.as_str() {
        "ConfigMap" => "include \"wrtpod.textAnnotations\" .",
        _ => "include \"wrtpod.annotations\" .",
    };
    let mut value = object.value.clone();
    let own = value.pointer_mut(ANNOTATIONS).and_then(Value::as_object_mut);
    let own = own.expect("every object is annotated");
    own.remove(SUBSTITUTE.0);
    slots.push(block("/metadata/labels", "include \"wrtpod.labels\" ."));
    if !own.is_empty() {
        slots.push(more(ANNOTATIONS, all));
    } else if slots.iter().all(|(pointer, _)| pointer != ANNOTATIONS) {
        slots.push(block(ANNOTATIONS, all));
    }
    template(&value, &slots, &sentinels("."))
}

fn guarded(condition: &str, text: &str) -> String {
    format!("{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n")
}

pub(super) fn block(pointer: &str, expression: &str) -> Slot {
    (pointer.to_owned(), Action::Block(expression.to_owned()))
}

pub(super) fn scalar(pointer: &str, expression: &str) -> Slot {
    (pointer.to_owned(), Action::Scalar(expression.to_owned()))
}

pub(super) fn optional(pointer: &str, value: &str) -> Slot {
    (pointer.to_owned(), Action::OptionalValue(value.to_owned()))
}

pub(super) fn optional_text(pointer: &str, value: &str) -> Slot {
    (pointer.to_owned(), Action::OptionalScalar(value.to_owned()))
}

pub(super) fn optional_block(pointer: &str, expression: &str) -> Slot {
    (pointer.to_owned(), Action::OptionalBlock(expression.to_owned()))
}

fn claim_template(claim: &Object, value: &str) -> String {
    let size = if value == ".Values.persistence" {
        "include \"wrtpod.claimSize\" . | quote".to_owned()
    } else {
        format!("{value}.size | quote")
    };
    lifted(
        claim,
        vec![
            scalar("/spec/accessModes/0", &format!("{value}.accessMode | quote")),
            scalar("/spec/resources/requests/storage", &size),
            optional_text("/spec/storageClassName", &format!("{value}.storageClass")),
        ],
    )
}

/// The NADs: one object is the pattern of all.
fn networks(pattern: &Object) -> String {
    let slots = [
        scalar("/metadata/name", ".name | quote"),
        block("/metadata/labels", "include \"wrtpod.attachmentLabels\" (list $ .network)"),
        block("/metadata/annotations", "include \"wrtpod.attachmentAnnotations\" $"),
        ("/spec/config".to_owned(), Action::Text(".config".to_owned())),
    ];
    let text = template(&pattern.value, &slots, &sentinels("$"));
    format!(
        "{{{{- include \"wrtpod.check\" . }}}}\n{{{{- range include \"wrtpod.attachments\" . | fromJsonArray }}}}\n\
         ---\n{text}{{{{- end }}}}\n"
    )
}

fn workload(source: &Source<'_>, object: &Object) -> String {
    let pod = "/spec/template/spec";
    let mut slots = vec![
        scalar("/spec/replicas", ".Values.replicas | int"),
        block("/spec/template/metadata/labels", "include \"wrtpod.podLabels\" ."),
        block("/spec/template/metadata/annotations", "include \"wrtpod.podAnnotations\" ."),
        optional_block(&format!("{pod}/affinity"), "include \"wrtpod.nodeAffinity\" ."),
        optional(&format!("{pod}/imagePullSecrets"), ".Values.imagePullSecrets"),
        optional(&format!("{pod}/nodeSelector"), ".Values.nodeSelector"),
        optional(&format!("{pod}/tolerations"), ".Values.tolerations"),
        optional_text(&format!("{pod}/hostname"), ".Values.hostname"),
    ];
    // Where a readiness probe says when the appliance is ready, one of the others may say nothing.
    if object.value.pointer("/spec/minReadySeconds").is_none() {
        slots.push(optional_block("/spec/minReadySeconds", "include \"wrtpod.minReadySeconds\" ."));
    }
    slots.push(optional_block(&format!("{pod}/hostUsers"), "include \"wrtpod.hostUsers\" ."));
    slots.extend(containers(source, object));
    slots.extend(volumes(source, object));
    lifted(object, slots)
}

fn containers(source: &Source<'_>, object: &Object) -> Vec<Slot> {
    let main = "/spec/template/spec/containers/0";
    let has = |pointer: &str| object.value.pointer(pointer).is_some();
    let mut slots = vec![
        optional_text(&format!("{main}/imagePullPolicy"), ".Values.image.pullPolicy"),
        optional_block(&format!("{main}/ports"), "include \"wrtpod.containerPorts\" . | trim"),
        optional_text(&format!("{main}/securityContext/procMount"), ".Values.procMount"),
    ];
    let resources = format!("{main}/resources");
    slots.push(match source.profile() {
        Profile::OpenWrt => optional_block(&resources, "include \"wrtpod.resources\" ."),
        Profile::Generic => optional(&resources, ".Values.resources"),
    });
    for index in 0.. {
        let init = format!("/spec/template/spec/initContainers/{index}");
        if !has(&init) {
            break;
        }
        slots.push(optional_text(&format!("{init}/imagePullPolicy"), ".Values.image.pullPolicy"));
        if source.profile() == Profile::OpenWrt {
            for name in ["wrtpod.dataMount", "wrtpod.overlaysMount"] {
                slots.push(more(&format!("{init}/volumeMounts/-"), &format!("include \"{name}\" .")));
            }
        }
    }
    let env = format!("{main}/env");
    if source.profile() == Profile::Generic {
        // The zone stands before the document's own variables.
        if has(&env) {
            slots.push(more(&format!("{env}/0"), "include \"wrtpod.timezone\" . | trim"));
            slots.push(more_values(&format!("{env}/-"), ".Values.extraEnv"));
        } else {
            slots.push(optional_block(&env, "include \"wrtpod.env\" . | trim"));
        }
    } else {
        slots.push(more_values(&format!("{env}/-"), ".Values.extraEnv"));
    }
    if source.profile() == Profile::Generic {
        let from = format!("{main}/envFrom");
        slots.push(if has(&from) {
            more_values(&format!("{from}/-"), ".Values.extraEnvFrom")
        } else {
            optional(&from, ".Values.extraEnvFrom")
        });
        slots.extend(accounts(main, has("/spec/template/spec/securityContext")));
    }
    let capabilities = format!("{main}/securityContext/capabilities/add");
    let further = "include \"wrtpod.moreCapabilities\" .";
    slots.push(if has(&capabilities) {
        more(&format!("{capabilities}/-"), further)
    } else {
        optional_block(&capabilities, further)
    });
    slots.extend(mounts(source, object, main));
    slots.push(more("/spec/template/spec/containers/-", "include \"wrtpod.sidecars\" . | trim"));
    slots
}

/// Who the appliance runs as, and who owns what is on its claims. `in_pod`: the pod has a security context of its own.
fn accounts(main: &str, in_pod: bool) -> Vec<Slot> {
    let pod = "/spec/template/spec/securityContext";
    let mut slots = vec![
        optional_block(&format!("{main}/securityContext/runAsUser"), "include \"wrtpod.user\" ."),
        optional_block(&format!("{main}/securityContext/runAsGroup"), "include \"wrtpod.group\" ."),
    ];
    if in_pod {
        slots.push(more(pod, "include \"wrtpod.podSecurity\" ."));
    } else {
        slots.push(optional_block(pod, "include \"wrtpod.podSecurity\" ."));
    }
    slots
}

fn mounts(source: &Source<'_>, object: &Object, main: &str) -> Vec<Slot> {
    let list = format!("{main}/volumeMounts");
    let Some(items) = object.value.pointer(&list).and_then(Value::as_array) else {
        return vec![optional_block(&list, "include \"wrtpod.moreMounts\" .")];
    };
    let mut slots = Vec::new();
    if source.profile() == Profile::OpenWrt {
        let behind = |name: &str| items.iter().position(|mount| mount["name"] == name).map(|at| at + 1);
        let run = behind("wrtpod-run").expect("every appliance has a folder for the run");
        // From the end, so that what is inserted moves nothing that is still to be found.
        let folders = behind("wrtpod-credentials").unwrap_or(run);
        slots.push(more(&format!("{list}/{folders}"), "include \"wrtpod.persistentFolders\" ."));
        slots.push(more(&format!("{list}/{folders}"), "include \"wrtpod.secretsMount\" ."));
        slots.push(more(&format!("{list}/{run}"), "include \"wrtpod.overlaysMount\" ."));
        slots.push(more(&format!("{list}/{run}"), "include \"wrtpod.dataMount\" ."));
    }
    slots.push(more(&format!("{list}/-"), "include \"wrtpod.deviceMounts\" ."));
    slots.push(more_values(&format!("{list}/-"), ".Values.extraVolumeMounts"));
    slots
}

fn volumes(source: &Source<'_>, object: &Object) -> Vec<Slot> {
    let list = "/spec/template/spec/volumes";
    let Some(items) = object.value.pointer(list).and_then(Value::as_array) else {
        return vec![optional(list, ".Values.extraVolumes")];
    };
    let mut slots = Vec::new();
    for (index, volume) in items.iter().enumerate() {
        let sources = volume.pointer("/projected/sources").and_then(Value::as_array).map_or(0, Vec::len);
        for secret in 0..sources {
            let pointer = format!("{list}/{index}/projected/sources/{secret}/secret/name");
            slots.push(scalar(&pointer, "include \"wrtpod.credentialsSecret\" . | quote"));
        }
        let name = volume["name"].as_str().unwrap_or_default();
        let of_values = |key: &str| format!("(index .Values.volumes \"{name}\").{key}");
        for (pointer, key) in [("hostPath/path", "hostPath"), ("nfs/server", "server"), ("nfs/path", "path")]
        {
            if volume.pointer(&format!("/{pointer}")).is_some() && !is_own(name) {
                slots.push(scalar(
                    &format!("{list}/{index}/{pointer}"),
                    &format!("{} | quote", of_values(key)),
                ));
            }
        }
        if let Some(folder) = volume.get("emptyDir").filter(|_| !is_own(name)) {
            let (pointer, size) = (format!("{list}/{index}/emptyDir"), of_values("size"));
            // Without a size nothing would be left of a plain one, and it is a map all the same.
            slots.push(if folder.as_object().is_some_and(serde_json::Map::is_empty) {
                let limit = format!("(dict \"sizeLimit\" {size})");
                scalar(&pointer, &format!("empty {size} | ternary dict {limit} | include \"wrtpod.json\""))
            } else {
                optional_text(&format!("{pointer}/sizeLimit"), &size)
            });
        }
        if volume.get("persistentVolumeClaim").is_some() {
            let claim = format!(
                "(index .Values.volumes \"{name}\").existingClaim | default (printf \"%s-{name}\" (include \"wrtpod.fullname\" .)) | quote"
            );
            slots.push(scalar(&format!("{list}/{index}/persistentVolumeClaim/claimName"), &claim));
        }
    }
    if source.profile() == Profile::OpenWrt {
        let behind = |name: &str| items.iter().position(|volume| volume["name"] == name).map(|at| at + 1);
        let run = behind("wrtpod-run").expect("every appliance has a folder for the run");
        // From the end, so that what is inserted moves nothing that is still to be found.
        let secrets = behind("wrtpod-credentials").unwrap_or(run);
        slots.push(more(&format!("{list}/{secrets}"), "include \"wrtpod.secretsVolume\" ."));
        slots.push(more(&format!("{list}/{run}"), "include \"wrtpod.dataVolume\" ."));
        slots.push(more(&format!("{list}/{run}"), "include \"wrtpod.overlaysVolume\" ."));
    }
    slots.push(more(&format!("{list}/-"), "include \"wrtpod.deviceVolumes\" ."));
    slots.push(more_values(&format!("{list}/-"), ".Values.extraVolumes"));
    slots
}

/// Whether a volume is wrtpod's own.
fn is_own(volume: &str) -> bool {
    volume.starts_with("wrtpod-")
}

fn more(pointer: &str, expression: &str) -> Slot {
    (pointer.to_owned(), Action::More(expression.to_owned()))
}

fn more_values(pointer: &str, value: &str) -> Slot {
    (pointer.to_owned(), Action::MoreValues(value.to_owned()))
}
