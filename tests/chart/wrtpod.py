"""The program under test."""

import json
import pathlib
import re
import subprocess
import tempfile


class Wrtpod:
    def __init__(self, binary):
        self.binary = str(pathlib.Path(binary).resolve())

    def run(self, *arguments):
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def render(self, documents, *arguments):
        """The objects that documents stand for, or None and the codes of what is wrong with them."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "documents.yaml")
            path.write_text("---\n".join(json.dumps(one) + "\n" for one in documents))
            code, out, err = self.run("render", "-f", str(path), *arguments, "-o", "json")
        if code == 0:
            return json.loads(out)["items"], []
        return None, re.findall(r"^error\[([a-z0-9-]+)\]", err, re.MULTILINE) or [err]
