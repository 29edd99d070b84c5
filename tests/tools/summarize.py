#!/usr/bin/env python3
"""Adds up what ./dev test ran: CTest's JUnit files and the results of its other steps.

    summarize.py DIR     DIR holds *.xml (ctest --output-junit) and steps.txt ("passed|failed|skipped NAME SECONDS")

Prints what was skipped and what failed, the five slowest tests, and as the last line "N passed, N failed" (with
", N skipped" where something was). A Qt Test executable counts as many as it has test functions. Exit 1 where
something failed or nothing ran.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

TOTALS = re.compile(r"^Totals: (\d+) passed, (\d+) failed, (\d+) skipped", re.M)
SKIP = re.compile(r"^SKIP   : (.*)\n", re.M)


class Summary:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures, self.skips, self.times = [], [], []

    def add_test(self, case):
        name, status = case.get("name"), case.get("status")
        output = case.findtext("system-out") or ""
        self.times.append((float(case.get("time") or 0), name))
        if status in ("disabled", "notrun"):
            self.skipped += 1
            self.skips.append(f"{name}: not run")
            return
        totals = TOTALS.findall(output)
        for passed, failed, skipped in totals:
            self.passed += int(passed)
            self.failed += int(failed)
            self.skipped += int(skipped)
        self.skips += SKIP.findall(output)
        if status != "run":
            self.failures.append(name)
            # A crash or a time limit leaves no failed function behind: it counts as one.
            self.failed += 0 if any(int(failed) for _, failed, _ in totals) else 1
        elif not totals:
            self.passed += 1

    def add_step(self, line):
        result, name, seconds = line.split()
        setattr(self, result, getattr(self, result) + 1)
        if result == "failed":
            self.failures.append(name)
        if result == "skipped":
            self.skips.append(name)

    def report(self):
        for title, names in (("skipped", self.skips), ("FAILED", self.failures)):
            for name in names:
                print(f"{title}: {name}")
        print("slowest tests:")
        for seconds, name in sorted(self.times, reverse=True)[:5]:
            print(f"  {seconds:7.1f} s  {name}")
        print(f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else ""))
        return 0 if self.passed and not self.failed else 1


def main():
    folder = Path(sys.argv[1])
    summary = Summary()
    for path in sorted(folder.glob("*.xml")):
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            summary.add_test(case)
    steps = folder / "steps.txt"
    for line in steps.read_text().splitlines() if steps.exists() else []:
        summary.add_step(line)
    return summary.report()


if __name__ == "__main__":
    sys.exit(main())
