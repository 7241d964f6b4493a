"""Helm's own engine over a chart."""

import helm_python
import yaml


class Engine:
    def __init__(self, folder):
        self.chart = helm_python.Chart.load(folder)

    def render(self, values, release, namespace):
        """The documents of a rendering by the name of their template."""
        texts = self.chart.render(values, name=release, namespace=namespace)
        return {path.split("/templates/")[-1]: [one for one in yaml.safe_load_all(text) if one] for path, text in texts.items()}

    def refusal(self, values, release, namespace):
        """Why the chart is not rendered, or nothing."""
        try:
            self.render(values, release, namespace)
        except helm_python.HelmError as error:
            return str(error)
        return ""
