#!/usr/bin/env python3
"""Tests of compare.py with programs that pretend: the order of the rounds, medians, ratios, and what is missing."""
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parent))
import bench_table  # noqa: E402
import busy  # noqa: E402
import compare  # noqa: E402
import engines  # noqa: E402

# Writes its name and words to calls.txt; answers as ponder-cli does. settings.json changes the answers.
OURS = """#!{python}
import json, sys, time
folder = {folder!r}
settings = json.load(open(folder + "/settings.json"))
words = sys.argv[1:]
if words[0] == "devices":
    print(json.dumps({{"devices": settings["devices"]}}))
elif words[0] == "info":
    print(json.dumps({{"name": "A model", "vocabulary": 1000}}))
else:
    open(folder + "/calls.txt", "a").write("ours " + " ".join(words) + "\\n")
    turn = sum(line.startswith("ours") and "--sequences" not in line for line in open(folder + "/calls.txt"))
    option = dict(zip(words, words[1:]))
    time.sleep(settings.get("sleeps", 0))
    if option["--device"] == settings.get("fails_on"):
        sys.exit("it went wrong")
    device = next(one for one in settings["devices"] if one["id"] == option["--device"])
    results = []
    for tokens in option["-p"].split(","):
        results.append({{"what": "prefill", "tokens": int(tokens), "depth": 0, "sequences": 1, "median": 100.0 * turn}})
        results.append({{"what": "first", "tokens": int(tokens), "depth": 0, "sequences": 1, "median": 0.5}})
    for depth in option["-d"].split(","):
        for count in [1, int(option["--sequences"])] if "--sequences" in option else [1]:
            results.append({{"what": "decode", "tokens": int(option["-n"]), "depth": int(depth), "sequences": count,
                            "median": 20.0 * min(count, 5)}})
    print(json.dumps({{"device": option["--device"], "device_name": settings.get("ran_on", device["name"]),
                      "load_seconds": 1.0, "peak_bytes": 2000000, "bytes_per_token": 1000000000,
                      "memory_bytes_per_second": settings["memory"][(turn - 1) % len(settings["memory"])],
                      "results": results}}))
"""

PEER = """#!{python}
import json, os, sys
folder = {folder!r}
settings = json.load(open(folder + "/settings.json"))
words = sys.argv[1:]
open(folder + "/calls.txt", "a").write("peer " + os.environ.get("GGML_VK_VISIBLE_DEVICES", "") + " " + " ".join(words) + "\\n")
if settings["peer_status"]:
    print("wanted a card, found none", file=sys.stderr)
    sys.exit(settings["peer_status"])
pairs = list(zip(words, words[1:]))
results = [{{"what": "load", "tokens": 0, "depth": 0, "value": 2.0}}]
results += [{{"what": "prefill", "tokens": int(n), "depth": 0, "value": 50.0}} for name, n in pairs if name == "--prefill"]
option = dict(pairs)
results.append({{"what": "first", "tokens": int(option["--first"]), "depth": 0, "value": 1.0}})
results += [{{"what": "decode", "tokens": int(option["--decode"]), "depth": int(n), "value": 10.0}} for name, n in pairs if name == "--depth"]
print(json.dumps({{"results": results, "device": "p", "peak_bytes": 1000000}}))
"""

CPU = {"id": "cpu", "name": "A processor", "kind": "processor", "usable": True, "cores": 2}
SOFTWARE = {"id": "vulkan:0", "name": "soft (pipe)", "kind": "software", "usable": True}


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name, text in (("ponder-cli", OURS), ("llama_driver", PEER)):
            path = self.root / name
            path.write_text(text.format(python=sys.executable, folder=folder.name), encoding="utf-8")
            path.chmod(0o755)
        self.model = self.root / "model.gguf"
        self.model.write_bytes(b"GGUF")
        self.settings = {"devices": [CPU], "memory": [40e9], "peer_status": 0}
        for package in ("linux-x64", "linux-x64-vulkan"):
            (self.root / "peer/node_modules/@node-llama-cpp" / package / "bins" / package).mkdir(parents=True)

    def bench(self, *words):
        (self.root / "settings.json").write_text(json.dumps(self.settings), encoding="utf-8")
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as error:
            status = compare.main(["--cli", str(self.root / "ponder-cli"), "--driver", str(self.root / "llama_driver"),
                                   "--peer", str(self.root / "peer"), "--model", str(self.model), "--out",
                                   str(self.root / "out"), *words])
        self.error = error.getvalue()
        if status == 0:
            self.report = json.loads((self.root / "out/bench.json").read_text(encoding="utf-8"))
            self.table = (self.root / "out/bench.md").read_text(encoding="utf-8")
        return status

    def calls(self):
        return (self.root / "calls.txt").read_text(encoding="utf-8").splitlines()

    def row(self, what, tokens=0, depth=0):
        return next(row for row in self.report["comparisons"][0]["figures"]
                    if (row["what"], row["tokens"], row["depth"]) == (what, tokens, depth))

    def test_the_two_run_in_turn_with_the_same_tokens_and_lengths(self):
        self.assertEqual(self.bench("--quick", "--rounds", "3"), 0)
        calls = self.calls()
        self.assertEqual([line.split()[0] for line in calls], ["ours", "peer", "ours"] * 3)  # the last: many replies
        self.assertEqual(len({line.partition("--ids ")[2].split()[0] for line in calls}), 1)
        self.assertIn("-p 64,128 -n 32 -d 0,256", calls[0])
        self.assertIn("--first 64 --decode 32 --prefill 128 --depth 0 --depth 256", calls[1])

    def test_the_full_lengths_are_those_of_the_task(self):
        self.assertEqual(self.bench("--rounds", "1"), 0)
        self.assertIn("-p 64,128,256,512 -n 64 -d 0,2048", self.calls()[0])
        self.assertIn("-n 64 -d 256 --sequences 16", self.calls()[2])
        self.assertAlmostEqual(self.report["comparisons"][0]["sequences"][0]["ratio"], 5)

    def test_a_row_has_median_spread_and_a_ratio_that_is_above_one_where_ours_is_better(self):
        self.bench("--quick", "--rounds", "3")
        prefill = self.row("prefill", 128)
        self.assertEqual(prefill["ours"], {"median": 200, "min": 100, "max": 300})
        self.assertEqual(prefill["ratio"], 4)
        self.assertEqual(self.row("first", 64)["ratio"], 2)
        self.assertEqual(self.row("load")["ratio"], 2)
        self.assertEqual(self.row("peak")["ratio"], 0.5)
        self.assertIn("| prefill 128 [tokens/s] | 200.0 (100.0 to 300.0) | 50.0 (50.0 to 50.0) | 4.00 |", self.table)

    def test_decode_says_which_share_of_the_memory_speed_it_reaches(self):
        self.bench("--quick")
        decode = self.row("decode", 32)
        self.assertEqual(decode["ours"]["bandwidth_share"], 0.5)
        self.assertEqual(decode["peer"]["bandwidth_share"], 0.25)
        self.assertIn("50% of memory speed", self.table)

    def voids(self):
        return [one["void"] for one in self.report["comparisons"][0]["rounds"]]

    def test_a_disturbed_round_is_void_left_out_and_run_again(self):
        self.settings["memory"] = [27e9, 40e9, 40e9, 40e9]
        self.bench("--quick", "--rounds", "3")
        self.assertEqual([one["void"] for one in self.report["comparisons"][0]["rounds"]], [True, False, False, False])
        self.assertEqual(self.row("prefill", 128)["ours"]["min"], 200)
        self.assertIn("round 1 of 4; left out", self.table)

    def test_void_rounds_are_run_again_a_few_times_only(self):
        self.settings["memory"] = [40e9]
        self.bench("--quick", "--rounds", "1")
        self.settings["memory"] = [27e9]
        self.bench("--quick", "--rounds", "2")
        self.assertEqual(len(self.report["comparisons"][0]["rounds"]), 2 + compare.MOST_AGAIN)
        self.assertIn("not to be trusted", self.table)

    def test_the_bar_is_the_machines_own_best_and_not_a_figure(self):
        for speed in (3e9, 300e9):
            self.settings["memory"] = [speed, 0.9 * speed, 0.8 * speed, speed]
            (self.root / "out/memory.json").unlink(missing_ok=True)
            (self.root / "calls.txt").unlink(missing_ok=True)
            self.bench("--quick", "--rounds", "3")
            self.assertEqual(self.voids(), [False, False, True, False], speed)

    def test_a_best_seen_on_another_day_counts_and_one_of_another_machine_does_not(self):
        self.settings["memory"] = [20e9]
        for machine, void in (("another processor, 64 cores", False), (f"{compare.processor_name()}, 2 cores", True)):
            kept = {"machine": machine, "bytes_per_second": 40e9}
            (self.root / "out").mkdir(exist_ok=True)
            (self.root / "out/memory.json").write_text(json.dumps(kept), encoding="utf-8")
            self.bench("--quick", "--rounds", "1")
            self.assertEqual(all(self.voids()), void, machine)

    def test_a_file_of_the_best_that_is_damaged_is_begun_anew(self):
        self.settings["memory"] = [20e9]
        (self.root / "out").mkdir()
        for text in ("", "[]", "{}", '{"machine": 1}', "\0"):
            (self.root / "out/memory.json").write_text(text, encoding="utf-8")
            self.assertEqual(self.bench("--quick", "--rounds", "1"), 0, text)
            self.assertEqual(json.loads((self.root / "out/memory.json").read_text())["bytes_per_second"], 20e9)

    def test_both_programs_take_as_many_threads_as_the_engine_would(self):
        self.settings["devices"] = [{**CPU, "cores": 7}]
        self.assertEqual(self.bench("--quick"), 0)
        self.assertTrue(all("--threads 7 " in line for line in self.calls()))
        self.assertEqual(self.report["threads"], 7)

    def test_a_run_that_fails_later_leaves_what_it_had(self):
        self.settings.update(devices=[CPU, SOFTWARE], fails_on="vulkan:0")
        self.assertEqual(self.bench("--quick"), 1)
        report = json.loads((self.root / "out/bench.json").read_text(encoding="utf-8"))
        self.assertEqual([one["device"] for one in report["comparisons"]], ["cpu"])
        self.assertFalse(report["complete"])
        self.assertIn("not come to its end", (self.root / "out/bench.md").read_text(encoding="utf-8"))

    def test_a_program_that_hangs_fails_the_bench(self):
        self.settings["sleeps"] = 30
        with mock.patch.object(engines, "LIMIT", 1):
            self.assertEqual(self.bench("--quick"), 1)
        self.assertIn("took more than 1 s", self.error)

    def test_a_peer_on_another_device_fails_the_bench(self):
        self.settings.update(devices=[SOFTWARE], peer_status=3)
        self.assertEqual(self.bench("--quick"), 1)
        self.assertIn("wanted a card", self.error)
        self.assertFalse((self.root / "out/bench.json").exists())

    def test_ours_on_another_device_fails_the_bench(self):
        self.settings["ran_on"] = "Another processor"
        self.assertEqual(self.bench("--quick"), 1)
        self.assertIn("Another processor", self.error)

    def test_a_peer_that_fails_is_no_missing_one(self):
        self.settings["peer_status"] = 1
        self.assertEqual(self.bench("--quick"), 1)

    def test_vulkan_tells_the_peer_which_device_by_number_and_by_name(self):
        self.settings["devices"] = [SOFTWARE]
        self.assertEqual(self.bench("--quick"), 0)
        peer = self.calls()[1]
        self.assertTrue(peer.startswith("peer 0 "), peer)
        self.assertIn("--device soft (pipe) ", peer)
        self.assertIn("linux-x64-vulkan", peer)
        self.assertTrue(any("the processor" in text for text in self.report["missing"]))

    def test_what_is_not_there_is_said_in_the_table(self):
        for folder in (self.root / "peer/node_modules/@node-llama-cpp").glob("*/bins/*"):
            folder.rmdir()
        self.assertEqual(self.bench("--quick", "--missing", "the large model: no network"), 0)
        self.assertIsNone(self.row("prefill", 128)["peer"])
        for text in ("llama.cpp is not there", "no usable device vulkan:0", "the large model: no network"):
            self.assertIn(text, self.table)

    def test_a_large_file_is_not_run_on_a_software_device(self):
        self.settings["devices"] = [SOFTWARE]
        with mock.patch.object(compare, "SMALL_MODEL", 3):
            self.assertEqual(self.bench("--quick"), 0)
        self.assertFalse((self.root / "calls.txt").exists())
        self.assertIn("software device", self.table)

    def busy(self, *words):
        """As bench(), with loops that only say when they run."""
        calls = self.root / "calls.txt"

        class Loops(busy.Loops):
            def __enter__(self):
                with calls.open("a", encoding="utf-8") as file:
                    file.write(f"beside {self.count}\n")

        with mock.patch.object(busy, "Loops", Loops):
            return self.bench("--busy", *words)

    def test_a_busy_computer_has_both_in_turn_beside_none_one_and_two_loops(self):
        self.assertEqual(self.busy("--rounds", "2"), 0)
        self.assertEqual([" ".join(line.split()[:2]) if line.startswith("beside") else line.split()[0]
                          for line in self.calls()],
                         ["beside 0", "ours", "peer", "beside 1", "ours", "peer", "beside 2", "ours", "peer"] * 2)
        self.assertEqual(len({line.partition("--ids ")[2].split()[0] for line in self.calls() if "--ids" in line}), 1)
        self.assertEqual([one["beside"] for one in self.report["comparisons"]], [0, 1, 2])

    def test_a_busy_computer_is_asked_for_the_processor_only(self):
        self.settings["devices"] = [CPU, SOFTWARE]
        self.assertEqual(self.busy("--quick"), 0)
        self.assertEqual({one["device"] for one in self.report["comparisons"]}, {"cpu"})

    def test_the_table_says_what_is_left_of_the_speed_alone(self):
        self.assertEqual(self.busy("--rounds", "1"), 0)
        # Each process of the engine that pretends reads prompts faster than the one before.
        self.assertEqual([next(row for row in one["figures"] if row["what"] == "prefill")["ours"]["kept"]
                          for one in self.report["comparisons"]], [1, 2, 3])
        self.assertIn("beside 2 busy loop(s)", self.table)
        self.assertIn("300% of alone", self.table)

    def test_busy_loops_run_until_their_block_ends(self):
        with busy.Loops(2) as loops:
            running = list(loops.running)
            self.assertEqual([one.poll() for one in running], [None, None])
        self.assertEqual(len(running), 2)
        self.assertTrue(all(one.returncode is not None for one in running))

    def test_a_busy_loop_ends_where_the_program_that_started_it_was_killed(self):
        words = [sys.executable, "-c", "import busy, os, time\nloops = busy.Loops(1).__enter__()\n"
                 "print(loops.running[0].pid, flush=True)\ntime.sleep(600)"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(busy.__file__).parent) as starter:
            loop = int(starter.stdout.readline())
            starter.kill()
        for _ in range(6000):  # a minute
            if not self.runs(loop):
                return
            time.sleep(0.01)
        os.kill(loop, 9)
        self.fail("it still runs")

    @staticmethod
    def runs(process):
        try:  # one that ended and that nobody has asked for yet is there, and does not run
            return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    def test_every_round_counts_where_all_are_void(self):
        rounds = [{"ours": {("decode", 1, 0): value}, "peer": None, "void": True} for value in (1.0, 3.0)]
        self.assertEqual(bench_table.figures({"rounds": rounds})[0]["ours"]["median"], 2)


if __name__ == "__main__":
    unittest.main()
