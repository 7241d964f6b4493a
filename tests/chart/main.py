"""main.py BINARY ROOT: see `run`."""

import sys
import tempfile

import alone
import defaults
import imported
import overlays
import random_choices
import refused
from report import Report
from wrtpod import Wrtpod

binary, root = sys.argv[1:]
report = Report()
with tempfile.TemporaryDirectory() as folder:
    wrtpod = Wrtpod(binary, folder)
    overlays.write(folder)
    defaults.check(report, wrtpod, root)
    refused.check(report, wrtpod)
    alone.check(report, wrtpod)
    random_choices.check(report, wrtpod)
    imported.check(report, wrtpod)
report.close()
