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

    def charts(self, *arguments):
        """The folders of charts, and the codes of what is wrong."""
        code, out, err = self.run("chart", *arguments, "--out", str(self.folder))
        return [pathlib.Path(line) for line in out.splitlines()], codes(err) if code else []


def codes(text):
    return re.findall(r"^error\[([a-z0-9-]+)\]", text, re.MULTILINE) or [text]
