"""The two programs that ./dev bench compares, each run as a process of its own.

Ours is ponder-cli bench; the peer is llama_driver over the libraries that npm put into the folder of the peer.
Both give a Run: figures by (what, tokens, depth), where what is prefill and decode (tokens a second), first and
load (seconds) or peak (bytes). Errors: WrongDevice, Missing (why it cannot be compared) and Failed.
"""
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

LIMIT = 600  # seconds of one process


class Failed(Exception):
    """A program did not do what it is there for."""


class WrongDevice(Failed):
    """A program ran elsewhere than it was told to."""


class Missing(Exception):
    """Something cannot be compared here; said in the table."""


@dataclass
class Sequences:
    count: int
    tokens: int  # of each
    depth: int  # of the prompt that they share


@dataclass
class Lengths:
    prefill: list  # tokens of each prompt
    first: int  # tokens of the prompt before the first token; 0: that is not measured
    decode: int
    depths: list
    many: Sequences


@dataclass
class Run:
    figures: dict = field(default_factory=dict)
    details: dict = field(default_factory=dict)  # what the program says about itself


def call(words, environment=None):
    try:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}, check=False)
    except subprocess.TimeoutExpired as problem:
        raise Failed(f"{Path(words[0]).name} took more than {LIMIT} s") from problem
    return done.returncode, done.stdout, done.stderr.strip()


def parse(words, output):
    try:
        return json.loads(output)
    except json.JSONDecodeError as problem:
        raise Failed(f"{Path(words[0]).name} did not print JSON: {problem}") from problem


class Ours:
    name = "Ponder"

    def __init__(self, program, device, threads):
        self.program, self.device, self.threads = program, device, threads

    def bench(self, words):
        words = [self.program, "bench", *words, "--device", self.device["id"], "--threads", self.threads, "-r", 1,
                 "--json"]
        status, output, error = call(words)
        if status != 0:
            raise Failed(f"ponder-cli bench on {self.device['id']}: {error}")
        answer = parse(words, output)
        if answer["device"] != self.device["id"] or answer["device_name"] != self.device["name"]:
            raise WrongDevice(f"ponder-cli ran on {answer['device']} ({answer['device_name']}), not on "
                              f"{self.device['id']} ({self.device['name']})")
        return answer

    def run(self, model, ids, lengths, bandwidth=True):
        prompts = [lengths.first, *lengths.prefill] if lengths.first else lengths.prefill
        answer = self.bench([model, "-p", ",".join(map(str, prompts)), "-n", lengths.decode, "-d",
                             ",".join(map(str, lengths.depths)), "--ids", ids, *["--bandwidth"][:bandwidth]])
        run = Run()
        for result in answer["results"]:
            if result["what"] == "first" and result["tokens"] != lengths.first:
                continue
            if result["what"] == "prefill" and result["tokens"] not in lengths.prefill:
                continue
            run.figures[result["what"], result["tokens"], result["depth"]] = result["median"]
        run.figures["load", 0, 0] = answer["load_seconds"]
        run.figures["peak", 0, 0] = answer["peak_bytes"]
        run.details = {key: value for key, value in answer.items() if key != "results"}
        return run

    def sequences(self, model, ids, many):
        """Tokens a second of one reply and of several that share a prompt."""
        answer = self.bench([model, "-p", 1, "-n", many.tokens, "-d", many.depth, "--sequences", many.count, "--ids",
                             ids])
        speeds = {result["sequences"]: result["median"] for result in answer["results"] if result["what"] == "decode"}
        return speeds[1], speeds[many.count]


class Llama:
    name = "llama.cpp"

    def __init__(self, driver, folder, device, threads):
        self.driver, self.device, self.threads = driver, device, threads
        self.on_gpu = device["kind"] not in ("processor", "reference")
        self.libraries = self.find(Path(folder), "linux-x64-vulkan" if self.on_gpu else "linux-x64")

    @staticmethod
    def find(folder, package):
        libraries = folder / "node_modules" / "@node-llama-cpp" / package / "bins" / package
        if not libraries.is_dir():
            raise Missing(f"llama.cpp is not there: npm has not put @node-llama-cpp/{package} into {folder}")
        return libraries

    def run(self, model, ids, lengths):
        words = [self.driver, self.libraries, model, "--device", self.device["name"] if self.on_gpu else "cpu",
                 "--threads", self.threads, "--ids", ids, "--first", lengths.first, "--decode", lengths.decode]
        for tokens in lengths.prefill:
            words += ["--prefill", tokens]
        for depth in lengths.depths:
            words += ["--depth", depth]
        # Without the number it leaves out software devices, and runs on the processor silently.
        number = self.device["id"].partition(":")[2]
        status, output, error = call(words, {"GGML_VK_VISIBLE_DEVICES": number} if self.on_gpu else None)
        if status == 3:
            raise WrongDevice(f"llama.cpp: {error}")
        if status != 0:
            raise Failed(f"llama.cpp: {error}")
        answer = parse(words, output)
        run = Run()
        for result in answer["results"]:
            run.figures[result["what"], result["tokens"], result["depth"]] = result["value"]
        run.figures["peak", 0, 0] = answer["peak_bytes"]
        run.details = {key: value for key, value in answer.items() if key != "results"}
        return run
