"""A chart that prints what each template says, from the parts that all charts have."""

import pathlib
import shutil

NAMES = """
{{- define "wrtpod.fullname" -}}{{ .Values.fullnameOverride | default .Release.Name }}{{- end -}}
{{- define "wrtpod.overlays" -}}{{- end -}}
"""
PRINTED = ["nics", "attachments", "networks", "attachmentsDigest", "planFiles", "configDigest", "nodeAffinity"]
TEMPLATE = """{{ include "wrtpod.check" . }}
""" + "".join(f'{name}: {{{{ include "wrtpod.{name}" . | toRawJson }}}}\n' for name in PRINTED)

def write(root, profile, folder, scripts):
    parts = pathlib.Path(root, "src/chart/parts")
    templates = folder / "templates"
    templates.mkdir(parents=True)
    for path in [*parts.glob("*.tpl"), *parts.glob(f"{profile}/*.tpl")]:
        shutil.copy(path, templates / path.name)
    (templates / "_names.tpl").write_text(NAMES)
    (templates / "all.yaml").write_text(TEMPLATE)
    (folder / "files/scripts").mkdir(parents=True)
    for name, text in scripts.items():
        (folder / "files/scripts" / name).write_text(text)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: appliance\nversion: 0.1.0\ntype: application\n")
    (folder / "values.yaml").write_text(
        "multus: {check: false}\nlabels: {}\nannotations: {}\npodLabels: {}\npodAnnotations: {}\n"
        "extraVolumes: []\nextraVolumeMounts: []\nreplicas: 1\naffinity: {}\nservice: {annotations: {}}\n"
        "ingress: {enabled: false, annotations: {}, path: /}\npersistence: {}\n"
    )
