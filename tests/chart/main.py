"""main.py BINARY SUBSTITUTE ROOT: see `run`."""

import sys
import tempfile

import alone
import breaks
import defaults
import imported
import overlays
import random_choices
import refused
from flux import Flux
from report import Report
from wrtpod import Wrtpod

binary, substitute, root = sys.argv[1:]
report = Report()
with tempfile.TemporaryDirectory() as folder:
    wrtpod, flux = Wrtpod(binary, folder), Flux(substitute)
    overlays.write(folder)
    defaults.check(report, wrtpod, flux, root)
    refused.check(report, wrtpod)
    alone.check(report, wrtpod, flux)
    breaks.check(report, wrtpod)
    random_choices.check(report, wrtpod)
    imported.check(report, wrtpod)
report.close()
