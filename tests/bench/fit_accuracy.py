#!/usr/bin/env python3
"""Compares what the fit hint predicts with what happens: memory of a process, and tokens a second.

    fit_accuracy.py PROGRAM [--speed | --prompt] [--synth CLI SHAPE TYPE] [--devices cpu,vulkan:0] [--contexts 512,4096,16384] [--slack MB] MODEL...

MODEL may be a pattern; what is not there is skipped and said so. --synth lets ponder-cli write one with random weights,
which is removed afterwards. --prompt fills the context by reading a prompt of that length, which takes time. Each case is a process of its own; with Vulkan it runs twice, because the first run may compile kernels. Exit 0:
memory is within 3 % or the slack (64 MB) everywhere; with --speed: within 40 % before and 15 % after a first reply.
"""
import argparse
import glob
import json
import subprocess
import sys
import tempfile
from pathlib import Path

MEGABYTE = 1e6
UNSUPPORTED = 77  # the device cannot run such a model


def ask(program, model, device, context, *more):
    runs = 2 if device.startswith("vulkan") else 1
    for _ in range(runs):
        done = subprocess.run([program, model, device, str(context), *more], capture_output=True, text=True)
        if done.returncode == UNSUPPORTED:
            return None
        if done.returncode != 0:
            sys.exit(f"{model} on {device}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def memory_fits(predicted, peak, slack):
    return abs(predicted - peak) <= max(0.03 * peak, slack * MEGABYTE)


def off(predicted, real):
    """0.1: the prediction is 10 % off what was measured."""
    return abs(predicted / real - 1) if real > 0 else 0


def check_memory(arguments, model, device):
    good = True
    for context in map(int, arguments.contexts.split(",")):
        seen = ask(arguments.program, model, device, context, *(["--prompt"] if arguments.prompt else []))
        if seen is None:
            print(f"{Path(model).name:48} {device:9} does not run there, skipped")
            break
        predicted, peak = seen["predicted_bytes"], seen["peak_bytes"]
        fine = memory_fits(predicted, peak, arguments.slack)
        good &= fine
        print(f"{Path(model).name:48} {device:9} {context:6} predicted {predicted / MEGABYTE:8.1f} MB  used "
              f"{peak / MEGABYTE:8.1f} MB  {(predicted - peak) / MEGABYTE:+7.1f} MB  {'' if fine else 'OFF'}")
    return good


def check_speed(program, model, device):
    seen = ask(program, model, device, 4096, "--speed")
    before, after = off(seen["estimated_decode"], seen["decode"]), off(seen["calibrated_decode"], seen["decode"])
    fine = before <= 0.4 and after <= 0.15
    print(f"{Path(model).name:48} {device:9} decode {seen['decode']:7.1f}/s  estimated "
          f"{seen['estimated_decode']:7.1f} ({before:.0%} off)  then {seen['calibrated_decode']:7.1f} ({after:.0%})"
          f"  prompt {seen['prefill']:7.1f}/s  estimated {seen['estimated_prefill']:7.1f}  then "
          f"{seen['calibrated_prefill']:7.1f}  {'' if fine else 'OFF'}")
    return fine


def check(arguments, model, device):
    if arguments.speed:
        return check_speed(arguments.program, model, device)
    return check_memory(arguments, model, device)


def present(patterns):
    for pattern in patterns:
        found = sorted(glob.glob(str(Path(pattern).expanduser())))
        if not found:
            print(f"{pattern}: not here, skipped")
        yield from found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("models", nargs="*")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--prompt", action="store_true")
    parser.add_argument("--synth", nargs=3, metavar=("CLI", "SHAPE", "TYPE"))
    parser.add_argument("--devices", default="cpu,vulkan:0")
    parser.add_argument("--slack", type=float, default=64)
    parser.add_argument("--contexts", default="512,4096,16384")
    arguments = parser.parse_intermixed_args()  # models may stand after options
    with tempfile.TemporaryDirectory() as folder:
        models = list(present(arguments.models))
        if arguments.synth:
            cli, shape, kind = arguments.synth
            models.append(str(Path(folder) / f"{shape}-{kind}.gguf"))
            subprocess.run([cli, "synth", shape, kind, models[-1]], check=True)
        good = all([check(arguments, model, device)
                    for model in models for device in arguments.devices.split(",")])
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
