#!/usr/bin/env python3
"""Compares this engine with llama.cpp, in turn on the same machine; ./dev bench builds and calls it.

    compare.py --cli F --driver F --peer DIR --model F [--model F]... [--quick] [--busy] [--rounds N] [--out DIR]
               [--missing TEXT]...

Writes bench.json and bench.md into DIR, anew behind every model and device, so that a run that is cut off leaves
what it had; prints the table. What is not there is said in it. A round in which the memory was disturbed is run
again, a few times at most. Exit status: 0; 1 where a program fails or runs on another device than it was told to.
"""
import argparse
import itertools
import json
import os
import platform
import random
import sys
import time
from pathlib import Path

import bench_table
import busy
from engines import Failed, Lengths, Llama, Missing, Ours, Sequences, call, parse
from memory_best import MemoryBest

FULL = Lengths([128, 256, 512], 64, 64, [0, 2048], Sequences(16, 64, 256))
QUICK = Lengths([128], 64, 32, [0, 256], Sequences(16, 16, 128))
# llama.cpp reads six tokens a second there.
SOFTWARE = Lengths([64], 16, 8, [0, 64], Sequences(16, 16, 64))
QUICK_SOFTWARE = Lengths([16], 8, 4, [0, 8], Sequences(16, 4, 8))
SMALL_MODEL = 300 << 20  # bytes: what a software device, and many sequences, run in reasonable time

MOST_AGAIN = 3  # rounds that take the place of void ones, for each model and device


def arguments(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True, type=Path, help="ponder-cli")
    parser.add_argument("--driver", required=True, type=Path, help="llama_driver")
    parser.add_argument("--peer", required=True, type=Path, help="where npm put llama.cpp")
    parser.add_argument("--model", required=True, action="append", type=Path)
    parser.add_argument("--quick", action="store_true", help="two rounds of the short lengths")
    parser.add_argument("--busy", action="store_true", help="on the processor, beside 0, 1 and 2 busy loops")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--missing", action="append", default=[], help="something else that is not there")
    options = parser.parse_args(words)
    options.rounds = options.rounds or (2 if options.quick else 3)
    if options.rounds < 1:
        parser.error("--rounds: at least one")
    return options


def processor_name():
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def devices(cli, missing):
    """The processor and the first Vulkan device, as far as they are there; the threads that both programs take:
    as many as the engine would by itself."""
    words = [cli, "devices", "--json"]
    status, output, error = call(words)
    if status != 0:
        raise Failed(f"ponder-cli devices: {error}")
    listed = parse(words, output)["devices"]
    usable = [device for device in listed if device["usable"]]
    found = [device for device in usable if device["kind"] == "processor"][:1]
    if not found:
        missing.append("the processor: this engine lists no device of this kind")
    vulkan = [device for device in usable if device["id"] == "vulkan:0"]
    if not vulkan:
        missing.append("Vulkan: there is no usable device vulkan:0")
    cores = [device["cores"] for device in listed if device["kind"] == "processor"]
    return found + vulkan, cores[0] if cores else len(os.sched_getaffinity(0))


def prompt_ids(cli, model):
    """Ordinary tokens at random, always the same ones, and what the file calls itself."""
    words = [cli, "info", model, "--json"]
    status, output, error = call(words)
    if status != 0:
        raise Failed(f"ponder-cli info: {error}")
    info = parse(words, output)
    vocabulary, chance = info["vocabulary"], random.Random(1)
    # The first and last ones are where control tokens stand.
    ids = [chance.randrange(vocabulary // 16, vocabulary * 3 // 4) for _ in range(2200)]
    return info["name"], ",".join(map(str, ids))


def warm(path):
    """Reads the file once, so that both find it in the page cache."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def judge(rounds, best):
    """Says of every round whether it is void, as far as is known by now; gives how many are not."""
    for one in rounds:
        one["void"] = best.is_disturbed(one["details"]["ours"].get("memory_bytes_per_second"))
    return sum(not one["void"] for one in rounds)


def both(options, device, threads, missing):
    ours, peer = Ours(options.cli, device, threads), None
    try:
        peer = Llama(options.driver, options.peer, device, threads)
    except Missing as reason:
        if str(reason) not in missing:
            missing.append(str(reason))
    return ours, peer


def compare_busy(options, model, device, threads, missing):
    name, ids = prompt_ids(options.cli, model)
    ours, peer = both(options, device, threads, missing)
    warm(model)
    head = {"model": name, "file": model.name, "device": device["id"], "device_name": device["name"]}
    # Its speed beside others is what is asked; that of the memory is not measured.
    sides = {"ours": lambda lengths: ours.run(model, ids, lengths, bandwidth=False),
             "peer": peer and (lambda lengths: peer.run(model, ids, lengths))}
    return busy.compare(head, sides, options.rounds, busy.QUICK if options.quick else busy.FULL,
                        lambda turn, beside: print(f"{model.name}: round {turn + 1} of {options.rounds}, beside {beside}",
                                                   file=sys.stderr, flush=True))


def compare(options, model, device, threads, best, missing):
    software = device["kind"] == "software"
    if software and model.stat().st_size > SMALL_MODEL:
        missing.append(f"{model.name} on {device['id']}: it is a software device, and the file is large")
        return None
    lengths = (QUICK_SOFTWARE if options.quick else SOFTWARE) if software else (QUICK if options.quick else FULL)
    name, ids = prompt_ids(options.cli, model)
    ours, peer = both(options, device, threads, missing)
    out = {"model": name, "file": model.name, "device": device["id"], "device_name": device["name"], "rounds": []}
    warm(model)
    rounds = out["rounds"]
    good = 0
    while good < options.rounds and len(rounds) < options.rounds + MOST_AGAIN:
        print(f"{model.name} on {device['id']}: round {len(rounds) + 1}, {good} of {options.rounds} good so far",
              file=sys.stderr, flush=True)
        rounds.append(run_round(ours, peer, model, ids, lengths))
        best.see(rounds[-1]["details"]["ours"].get("memory_bytes_per_second"))
        good = judge(rounds, best)
    out["memory_best"] = best.speed
    return finish(out, lengths.many, device)


def run_round(ours, peer, model, ids, lengths):
    mine = ours.run(model, ids, lengths)
    theirs = peer.run(model, ids, lengths) if peer else None
    small = model.stat().st_size <= SMALL_MODEL
    return {"ours": mine.figures, "peer": theirs.figures if theirs else None,
            "many": ours.sequences(model, ids, lengths.many) if small else None,
            "details": {"ours": mine.details, "peer": theirs.details if theirs else None}}


def finish(out, many, device):
    mine = [one["details"]["ours"] for one in out["rounds"]]
    out["bytes_per_token"] = mine[0]["bytes_per_token"]
    if device["kind"] != "discrete":  # a card has memory of its own
        out["memory_bytes_per_second"] = max(one["memory_bytes_per_second"] for one in mine)
    out["figures"] = bench_table.figures(out)
    bench_table.shares(out, out["figures"])
    speeds = [one["many"] for one in bench_table.counted(out["rounds"]) if one["many"]]
    if speeds:
        alone, together = (bench_table.spread(values) for values in zip(*speeds))
        out["sequences"] = [{"count": many.count, "tokens": many.tokens, "depth": many.depth, "alone": alone,
                             "together": together, "ratio": together["median"] / alone["median"]}]
    return out


def plain(comparison):
    """As JSON can hold it: what was measured in a round is a list, not a mapping with tuples for keys."""
    rounds = []
    for one in comparison["rounds"]:
        sides = {side: [{"what": what, "tokens": tokens, "depth": depth, "value": value}
                        for (what, tokens, depth), value in one[side].items()] if one[side] else None
                 for side in ("ours", "peer")}
        rounds.append({**one, **sides})
    return {**comparison, "rounds": rounds}


def write(report, folder):
    folder.mkdir(parents=True, exist_ok=True)
    table = bench_table.markdown(report)
    (folder / "bench.md").write_text(table, encoding="utf-8")
    as_json = {**report, "comparisons": [plain(comparison) for comparison in report["comparisons"]]}
    (folder / "bench.json").write_text(json.dumps(as_json, indent=1), encoding="utf-8")
    return table


def main(words):
    options = arguments(words)
    started = time.monotonic()
    missing = list(options.missing)
    report = {"rounds": options.rounds, "quick": options.quick, "complete": False, "comparisons": [],
              "missing": missing}
    try:
        found, threads = devices(options.cli, missing)
        report.update(machine=f"{processor_name()}, {threads} cores", threads=threads)
        best = MemoryBest(options.out / "memory.json", report["machine"])
        for device, model in itertools.product(found, options.model):
            if options.busy and device["kind"] != "processor":
                continue
            if options.busy:
                report["comparisons"] += compare_busy(options, model, device, threads, missing)
            elif comparison := compare(options, model, device, threads, best, missing):
                report["comparisons"].append(comparison)
            report["seconds"] = time.monotonic() - started
            write(report, options.out)
    except Failed as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    report.update(complete=True, seconds=time.monotonic() - started)
    print(write(report, options.out))
    print(f"written to {options.out}/bench.md and bench.json", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
