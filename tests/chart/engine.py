"""Helm's own engine over a chart."""

import pathlib

import helm_python
import yaml

# What is printed for people, and the pod of `helm test`.
NO_OBJECTS = ("NOTES.txt", "tests/connection.yaml")


class Engine:
    def __init__(self, folder):
        self.folder = str(folder)
        self.chart = helm_python.Chart.load(self.folder)

    def values(self):
        """Those that the chart comes with."""
        return yaml.load(pathlib.Path(self.folder, "values.yaml").read_text(), yaml.CSafeLoader)

    def render(self, values, release, namespace):
        """The objects of a rendering without a cluster."""
        texts = self.texts(values, release, namespace)
        return [one for path, text in texts if not path.endswith(NO_OBJECTS) for one in yaml.load_all(text, yaml.CSafeLoader) if one]

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
