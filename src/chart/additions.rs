//! What a value adds to the pod, as templates that a slot of the workload takes in: what the objects have more with the value
//! than without it.

use std::fmt::Write;

use serde_json::Value;

use super::lift::template;
use super::source::{Source, sentinels};
use crate::objects::ObjectSet;
use crate::spec::PersistenceMode;
use crate::yaml;

/// Pointers into the workload.
const MOUNTS: &str = "/spec/template/spec/containers/0/volumeMounts";
const VOLUMES: &str = "/spec/template/spec/volumes";

/// The modes of persistence that keep something.
const KEEPING: [PersistenceMode; 3] =
    [PersistenceMode::Config, PersistenceMode::Etc, PersistenceMode::System];

/// The items of a list of the workload that only the first objects have.
pub fn added(with: &ObjectSet, without: &ObjectSet, pointer: &str) -> Vec<Value> {
    let list = |objects: &ObjectSet| {
        let workload = objects.iter().last().expect("the workload comes last");
        workload.value.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let known = list(without);
    list(with).into_iter().filter(|item| !known.contains(item)).collect()
}

/// What the claim adds to the pod in each mode, as the objects have it.
pub fn persistence(source: &Source<'_>, without: &ObjectSet) -> String {
    let mut folders = String::new();
    let (mut mount, mut volume) = (String::new(), String::new());
    for (index, mode) in KEEPING.into_iter().enumerate() {
        let objects = source.skeleton(mode);
        let (of_folders, of_data): (Vec<Value>, Vec<Value>) =
            added(&objects, without, MOUNTS).into_iter().partition(|one| one.get("subPath").is_some());
        let word = if index == 0 { "if" } else { "else if" };
        let _ = writeln!(folders, "{{{{- {word} eq .Values.persistence.mode \"{}\" -}}}}", mode.as_str());
        folders.push_str(&yaml::write(&Value::Array(of_folders)));
        mount = yaml::write(&Value::Array(of_data));
        let mut data = added(&objects, without, VOLUMES);
        for one in &mut data {
            one["persistentVolumeClaim"]["claimName"] = "CLAIM".into();
        }
        volume = yaml::write(&Value::Array(data));
    }
    let volume = volume.replace("CLAIM", "{{ .Values.persistence.existingClaim | default (printf \"%s-data\" (include \"wrtpod.fullname\" .)) | quote }}");
    format!(
        "{{{{/* The folders of the claim that stand in the place of the image's, by mode. */}}}}\n\
         {{{{- define \"wrtpod.persistentFolders\" -}}}}\n{folders}{{{{- end }}}}\n{{{{- end }}}}\n\n\
         {{{{/* The claim as a whole: wrtpod's own records lie in it. */}}}}\n\
         {{{{- define \"wrtpod.dataMount\" -}}}}\n{{{{- if ne .Values.persistence.mode \"none\" -}}}}\n{mount}{{{{- end }}}}\n{{{{- end }}}}\n\n\
         {{{{/* The volume of the claim. */}}}}\n\
         {{{{- define \"wrtpod.dataVolume\" -}}}}\n{{{{- if ne .Values.persistence.mode \"none\" -}}}}\n{volume}{{{{- end }}}}\n{{{{- end }}}}\n\n\
         {{{{/* The size of the claim: what the mode needs unless one was chosen. */}}}}\n\
         {{{{- define \"wrtpod.claimSize\" -}}}}\n\
         {{{{- .Values.persistence.size | default (ternary \"{large}\" \"{small}\" (eq .Values.persistence.mode \"system\")) }}}}\n\
         {{{{- end }}}}\n",
        large = PersistenceMode::System.claim_size(),
        small = PersistenceMode::DEFAULT.claim_size(),
    )
}

/// What overlays that the pod applies itself add to it; `with` has one, `without` none.
pub fn boot_overlays(with: &ObjectSet, without: &ObjectSet) -> String {
    let lifted = |pointer| template(&Value::Array(added(with, without, pointer)), &[], &sentinels("."));
    let guarded = |name: &str, text: &str| {
        format!(
            "{{{{- define \"{name}\" -}}}}\n\
             {{{{- if include \"wrtpod.profile.bootOverlays\" . -}}}}\n{text}{{{{- end }}}}\n{{{{- end }}}}\n"
        )
    };
    format!(
        "{{{{/* Where the pod's scripts find the overlays that they apply. */}}}}\n{}\n\
         {{{{/* The volume of them. */}}}}\n{}",
        guarded("wrtpod.overlaysMount", &lifted(MOUNTS)),
        guarded("wrtpod.overlaysVolume", &lifted(VOLUMES)),
    )
}
