"""The quickest that this machine has been seen to read its memory, kept beside the results of ./dev bench.

A round that reads much slower than that shared the memory with other programs: it is void. A file that another
machine wrote (another processor, another number of cores) counts for nothing.
"""
import json

FRACTION = 0.85  # of the best; decoding is made of reading, so a round above it is at most so far off


class MemoryBest:
    def __init__(self, path, machine):
        self.path, self.machine, self.speed = path, machine, 0.0
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["machine"] == machine:
                self.speed = float(kept["bytes_per_second"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # nothing was kept, or nothing that can be read: the next round begins anew

    def see(self, speed):
        if not speed or speed <= self.speed:
            return
        self.speed = speed
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = {"machine": self.machine, "bytes_per_second": speed}
        self.path.write_text(json.dumps(kept, indent=1), encoding="utf-8")

    def is_disturbed(self, speed):
        return bool(speed) and speed < FRACTION * self.speed
