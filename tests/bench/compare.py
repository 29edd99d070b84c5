#!/usr/bin/env python3
"""Compares this engine with llama.cpp, in turn on the same machine; ./dev bench builds and calls it.

    compare.py --cli F --driver F --peer DIR --model F [--model F]... [--quick] [--rounds N] [--out DIR]
               [--missing TEXT]...

Writes bench.json and bench.md into DIR and prints the table. What is not there is said in it. Exit status: 0;
1 where a program fails or runs on another device than it was told to.
"""
import argparse
import json
import os
import platform
import random
import sys
from pathlib import Path

import bench_table
from engines import Failed, Lengths, Llama, Missing, Ours, call, parse

FULL = Lengths([128, 256, 512], 64, 64, [0, 2048])
QUICK = Lengths([128], 64, 32, [0])
SOFTWARE = Lengths([64], 16, 8, [0])  # llama.cpp reads six tokens a second there
QUICK_SOFTWARE = Lengths([16], 8, 4, [0])
SMALL_MODEL = 300 << 20  # bytes: what a software device runs in reasonable time
SEQUENCES = {"count": 16, "tokens": 64, "depth": 256}

REFERENCE_MACHINE = ("AMD EPYC", 2)  # and its cores
VOID_BELOW = 28e9  # bytes a second


def arguments(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", required=True, type=Path, help="ponder-cli")
    parser.add_argument("--driver", required=True, type=Path, help="llama_driver")
    parser.add_argument("--peer", required=True, type=Path, help="where npm put llama.cpp")
    parser.add_argument("--model", required=True, action="append", type=Path)
    parser.add_argument("--quick", action="store_true", help="two rounds of the short lengths")
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
    """The processor and the first Vulkan device, as far as they are there."""
    words = [cli, "devices", "--json"]
    status, output, error = call(words)
    if status != 0:
        raise Failed(f"ponder-cli devices: {error}")
    usable = [device for device in parse(words, output)["devices"] if device["usable"]]
    found = [device for device in usable if device["kind"] == "processor"][:1]
    if not found:
        missing.append("the processor: this engine lists no device of this kind")
    vulkan = [device for device in usable if device["id"] == "vulkan:0"]
    if not vulkan:
        missing.append("Vulkan: there is no usable device vulkan:0")
    return found + vulkan


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


def is_void(details, reference_machine):
    speed = details.get("memory_bytes_per_second")
    return bool(reference_machine and speed and speed < VOID_BELOW)


def compare(options, model, device, threads, missing):
    software = device["kind"] == "software"
    if software and model.stat().st_size > SMALL_MODEL:
        missing.append(f"{model.name} on {device['id']}: it is a software device, and the file is large")
        return None
    lengths = (QUICK_SOFTWARE if options.quick else SOFTWARE) if software else (QUICK if options.quick else FULL)
    name, ids = prompt_ids(options.cli, model)
    ours, peer = Ours(options.cli, device, threads), None
    try:
        peer = Llama(options.driver, options.peer, device, threads)
    except Missing as reason:
        if str(reason) not in missing:
            missing.append(str(reason))
    reference = REFERENCE_MACHINE[0] in processor_name() and threads == REFERENCE_MACHINE[1]
    out = {"model": name, "file": model.name, "device": device["id"], "device_name": device["name"], "rounds": []}
    many = []
    warm(model)
    for number in range(options.rounds):
        print(f"{model.name} on {device['id']}: round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
        mine = ours.run(model, ids, lengths)
        theirs = peer.run(model, ids, lengths) if peer else None
        out["rounds"].append({"ours": mine.figures, "peer": theirs.figures if theirs else None,
                              "void": is_void(mine.details, reference),
                              "details": {"ours": mine.details, "peer": theirs.details if theirs else None}})
        if not software and not options.quick and model.stat().st_size <= SMALL_MODEL:
            many.append(ours.sequences(model, ids, *SEQUENCES.values()))
    return finish(out, many, device)


def finish(out, many, device):
    mine = [one["details"]["ours"] for one in out["rounds"]]
    out["bytes_per_token"] = mine[0]["bytes_per_token"]
    if device["kind"] != "discrete":  # a card has memory of its own
        out["memory_bytes_per_second"] = max(one["memory_bytes_per_second"] for one in mine)
    out["figures"] = bench_table.figures(out)
    bench_table.shares(out, out["figures"])
    if many:
        alone, together = (bench_table.spread(values) for values in zip(*many))
        out["sequences"] = [{**SEQUENCES, "alone": alone, "together": together,
                             "ratio": together["median"] / alone["median"]}]
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


def main(words):
    options = arguments(words)
    threads = len(os.sched_getaffinity(0))
    report = {"machine": f"{processor_name()}, {threads} cores", "threads": threads, "rounds": options.rounds,
              "quick": options.quick, "comparisons": [], "missing": list(options.missing)}
    try:
        for device in devices(options.cli, report["missing"]):
            for model in options.model:
                comparison = compare(options, model, device, threads, report["missing"])
                if comparison:
                    report["comparisons"].append(comparison)
    except Failed as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    table = bench_table.markdown(report)
    (options.out / "bench.md").write_text(table, encoding="utf-8")
    report["comparisons"] = [plain(comparison) for comparison in report["comparisons"]]
    (options.out / "bench.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    print(table)
    print(f"written to {options.out}/bench.md and bench.json", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
