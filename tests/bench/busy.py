"""Both programs in turn beside other programs that want the processor: ./dev bench --busy.

A desktop always runs something beside. Here that is 0, 1 and 2 loops that do nothing but take a processor each; a
loop ends by itself after its time, and at once where the program that started it has ended.
"""
import os
import subprocess
import sys

import bench_table
from engines import LIMIT, Lengths

BESIDE = [0, 1, 2]
FULL = Lengths([256], 0, 64, [0], None)
QUICK = Lengths([64], 0, 16, [0], None)

LOOP = """
import os, sys, time
end, parent = time.monotonic() + float(sys.argv[1]), int(sys.argv[2])
while time.monotonic() < end and os.getppid() == parent:
    for _ in range(100000):
        pass
"""


class Loops:
    """That many busy loops, for as long as the block of the `with` runs."""

    def __init__(self, count):
        self.count, self.running = count, []

    def __enter__(self):
        words = [sys.executable, "-c", LOOP, str(2 * LIMIT), str(os.getpid())]
        try:
            for _ in range(self.count):
                self.running.append(subprocess.Popen(words, stdin=subprocess.DEVNULL))
        except OSError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for loop in self.running:
            loop.kill()
        for loop in self.running:
            loop.wait()
        self.running = []


def compare(head, sides, rounds, lengths, progress):
    """A comparison for each number of loops. head: what all of them say of themselves; sides: functions of
    `lengths` that give a Run, by "ours" and "peer"."""
    out = [{**head, "beside": count, "rounds": []} for count in BESIDE]
    for turn in range(rounds):
        for comparison in out:
            progress(turn, comparison["beside"])
            with Loops(comparison["beside"]):
                runs = {name: run(lengths) if run else None for name, run in sides.items()}
            comparison["rounds"].append({
                "void": False, "many": None, **{name: run.figures if run else None for name, run in runs.items()},
                "details": {name: run.details if run else None for name, run in runs.items()}})
    for comparison in out:
        comparison["figures"] = [row for row in bench_table.figures(comparison) if row["what"] in ("prefill", "decode")]
        bench_table.kept(comparison["figures"], out[0]["figures"])
    return out
