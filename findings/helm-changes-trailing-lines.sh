#!/usr/bin/env bash
# Helm changes a text that ends in empty lines if it is the last value of its object: Helm 3 cuts them off, Helm 4 adds one.
#
# Input:     a chart with two files of the same content, a line and an empty line, both put into a ConfigMap by
#            `(.Files.Glob "files/*").AsConfig`, which writes them as blocks with `|+`: keep all line breaks.
# Expected:  both values are the files' content.
# Behaviour: the first value is. The second, the last of the object, ends in one line break with Helm 3.22.0, which strips each
#            object's text, and in three with Helm 4.3.1, which puts a line break of its own behind it. So a file's checksum does not
#            fit, and a release that goes from Helm 3 to Helm 4 changes without a change of the chart.
# Seen with: Helm 3.22.0 and 4.3.1, PyYAML 6.0.3, 2026-11-30.
# Control:   the first value, of the same content; and a last value that ends in one line break stays as it is.
#
# Needs go and python3 with venv. Exits with 0 when this is still so, with 1 when it is not, with 2 when it cannot tell.
set -euo pipefail
readonly helm3=v3.22.0 helm4=v4.3.1 yaml=6.0.3

cannot() {
  echo "cannot tell: $1" >&2
  exit 2
}

for tool in go python3; do command -v "$tool" >/dev/null || cannot "$tool is missing"; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for package in "v3/cmd/helm@$helm3" "v4/cmd/helm@$helm4"; do
  GOBIN=$folder/${package%%/*} CGO_ENABLED=0 GOFLAGS=-trimpath go install "helm.sh/helm/$package" || cannot "helm.sh/helm/$package does not build"
done
python3 -m venv "$folder/venv" || cannot "python3 makes no venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install "PyYAML==$yaml" || cannot "PyYAML cannot be had"

mkdir -p "$folder/chart/templates" "$folder/chart/files"
printf 'apiVersion: v2\nname: chart\nversion: 1.0.0\n' >"$folder/chart/Chart.yaml"
for name in first last; do printf 'address=/nas.lan/192.168.7.5\n\n' >"$folder/chart/files/$name"; done
cat >"$folder/chart/templates/map.yaml" <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: two
data:
{{ (.Files.Glob "files/*").AsConfig | indent 2 }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: one
data:
  only: |
    address=/nas.lan/192.168.7.5
EOF

# $1: a Helm. How many line breaks each value ends in: first and last of the one map, only of the other.
ends() {
  "$1" template release "$folder/chart" >"$folder/rendered.yaml" && "$folder/venv/bin/python3" -c '
import sys, yaml
maps = {each["metadata"]["name"]: each["data"] for each in yaml.safe_load_all(open(sys.argv[1]))}
values = maps["two"]["first"], maps["two"]["last"], maps["one"]["only"]
print(*(len(value) - len(value.rstrip("\n")) for value in values))' "$folder/rendered.yaml"
}

export HELM_CONFIG_HOME=$folder/helm HELM_CACHE_HOME=$folder/helm HELM_DATA_HOME=$folder/helm
three=$(ends "$folder/v3/helm") || cannot "Helm 3 does not render"
four=$(ends "$folder/v4/helm") || cannot "Helm 4 does not render"
for seen in "Helm 3: $three" "Helm 4: $four"; do
  awk '{ print $1, $2, "line breaks at the end of the first value " $3 ", of the last " $4 ", of the one that has a single one " $5 }' <<<"$seen"
done
[[ $three == "2 "*" 1" && $four == "2 "*" 1" ]] || cannot "the values of the control are changed too"
if [ "$three" = "2 1 1" ] && [ "$four" = "2 3 1" ]; then
  echo "still so: the last value of an object loses its empty line with Helm 3, and gets another one with Helm 4"
else
  echo "this has changed: look whether charts still must not end an object in empty lines" >&2
  exit 1
fi
