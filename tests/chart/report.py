"""What was seen: a line for each check, and the count at the end."""

import sys


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, good, detail=""):
        if good:
            self.passed += 1
            print(f"ok {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED {what}", flush=True)
            for line in str(detail).splitlines():
                print(f"    {line}", flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed > 0)
