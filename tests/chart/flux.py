"""Flux' own substitution (tests/cluster/flux/substitute) over what a chart renders."""

import subprocess


class Flux:
    def __init__(self, program):
        self.program = program

    def touched(self, texts):
        """The objects that a Kustomization with `postBuild` would change or not read."""
        done = subprocess.run([self.program], input="\n---\n".join(texts), capture_output=True, text=True, timeout=120)
        return "" if done.returncode == 0 else done.stdout + done.stderr
