"""Helm's own engine over a chart."""

import json
import pathlib
import re

import helm_python
import objects
import yaml

# What is printed for people, and the pod of `helm test`.
NO_OBJECTS = ("NOTES.txt", "tests/connection.yaml")


class Engine:
    def __init__(self, folder):
        self.folder = str(folder)
        self.chart = helm_python.Chart.load(self.folder)
        metadata = yaml.load(pathlib.Path(self.folder, "Chart.yaml").read_text(), yaml.CSafeLoader)
        self.label = re.match("(.*[A-Za-z0-9])", f"{metadata['name']}-{metadata['version']}".replace("+", "_")[:63])[1]

    def values(self):
        """Those that the chart comes with."""
        return yaml.load(pathlib.Path(self.folder, "values.yaml").read_text(), yaml.CSafeLoader)

    def example(self):
        """The values of an example place, which a chart for any place comes with."""
        path = pathlib.Path(self.folder, "ci/example-values.yaml")
        return yaml.load(path.read_text(), yaml.CSafeLoader) if path.exists() else {}

    def render(self, values, release, namespace):
        """The objects of a rendering without a cluster, as `wrtpod render` has them: without the label of the chart."""
        texts = self.texts(values, release, namespace)
        made = [one for path, text in texts if not path.endswith(NO_OBJECTS) for one in yaml.load_all(text, yaml.CSafeLoader) if one]
        for one in made:
            label = one["metadata"]["labels"].pop("helm.sh/chart", None)
            assert label == self.label, (one["kind"], label)
        empty = [f"{one['kind']} {one['metadata']['name']}: {place}" for one in made for place in objects.without_value(one)]
        assert not empty, empty
        # Neither in a selector nor in the pod: a new version of the chart alone restarts nothing.
        assert "helm.sh/chart" not in json.dumps(made), made
        return made

    def texts(self, values, release, namespace):
        """Path and text of every file of a rendering without a cluster."""
        values = {"multus": {"check": False}, **values}
        return sorted(self.chart.render(values, name=release, namespace=namespace).items())

    def manifests(self, values, release, namespace):
        """The texts that are objects, the pod of `helm test` included."""
        return [text for path, text in self.texts(values, release, namespace) if not path.endswith("NOTES.txt")]

    def notes(self, values, release, namespace):
        """What is printed for people."""
        texts = self.chart.render({"multus": {"check": False}, **values}, name=release, namespace=namespace)
        return "".join(text for path, text in texts.items() if path.endswith("NOTES.txt"))

    def refusal(self, values, release, namespace):
        """Why the chart is not rendered, or nothing."""
        try:
            self.render(values, release, namespace)
        except helm_python.HelmError as error:
            return str(error)
        return ""

    def lint(self):
        """What `helm lint --strict` has against it."""
        report = helm_python.lint(self.folder, strict=True)
        return report["errors"] + [one["error"] for one in report["messages"] if one["severity"] > 1]
