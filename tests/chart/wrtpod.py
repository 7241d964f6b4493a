"""The program under test."""

import json
import pathlib
import re
import subprocess


class Wrtpod:
    def __init__(self, binary, folder):
        self.binary = str(pathlib.Path(binary).resolve())
        self.folder = pathlib.Path(folder)

    def run(self, *arguments):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def write(self, documents):
        """A file of these documents: JSON is YAML."""
        path = self.folder / "documents.yaml"
        path.write_text("---\n".join(json.dumps(one) + "\n" for one in documents))
        return str(path)

    def render(self, *arguments):
        """The objects, or the codes of what is wrong."""
        code, out, err = self.run("render", *arguments, "-o", "json")
        if code == 0:
            return json.loads(out)["items"], []
        return None, codes(err)

    def imported(self, values, chart, release, namespace):
        """A file of the documents that values become, and what was said; no file where they are refused."""
        given, path = self.folder / "given.yaml", self.folder / "imported.yaml"
        given.write_text(json.dumps(values))
        path.unlink(missing_ok=True)
        place = ["--chart", str(chart), "--name", release, "--namespace", namespace]
        code, _, said = self.run("import", "--helm", str(given), *place, "--out", str(path))
        return (str(path) if code == 0 else None), said

    def charts(self, *arguments):
        """The folders of charts, and the codes of what is wrong."""
        code, out, err = self.run("chart", *arguments, "--out", str(self.folder))
        return [pathlib.Path(line) for line in out.splitlines()], codes(err) if code else []


def codes(text):
    return re.findall(r"^error\[([a-z0-9-]+)\]", text, re.MULTILINE) or [text]
