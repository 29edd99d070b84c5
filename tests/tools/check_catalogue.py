#!/usr/bin/env python3
"""Reads resources/gpus.json and resources/models.json and fails on figures that make no sense.

GPUs: fields there and within reason, bandwidth against bus width times data rate, no name or alias that means two
rows of the same memory, every row of tests/data/catalogue/listed_gpus.csv there and equal. Models: the shape comes to
the number of parameters, a licence, downloads relative to the hub, known quantizations. Recorded devices
(tests/data/devices): types that lie in heaps, known flags, budgets within heaps, a source.

    check_catalogue.py [ROOT]     exit 0: nothing found; 1: prints one line for everything found
"""
import csv
import json
import re
import sys
from pathlib import Path

VENDORS = ("NVIDIA", "AMD", "INTEL", "APPLE")
GPU_FIELDS = {"name": str, "aliases": list, "vendor": str, "memory_gb": (int, float), "bandwidth_gb_s": (int, float),
              "bus_bits": int, "memory_gbps": (int, float), "year": int, "price_usd": int, "unified": bool,
              "source": str}
GPU_NEEDED = ("name", "vendor", "memory_gb", "bandwidth_gb_s", "source")
DEVICE_FIELDS = {"name", "driver", "vendor_id", "device_id", "device_type", "heaps", "types", "max_allocation",
                 "max_buffer", "host_memory", "source"}
MEMORY_FLAGS = {"device_local", "host_visible", "host_coherent", "host_cached", "device_coherent", "device_uncached"}
QUANTIZATIONS = ("Q4_1", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16")
REPOSITORY = re.compile(r"^[\w.-]+/[\w.-]+$")
FILE = re.compile(r"^[\w.-]+(/[\w.-]+)*\.gguf$")


def within(value, lowest, highest):
    return lowest <= value <= highest


def check_gpu(gpu):
    for field, value in gpu.items():
        kind = GPU_FIELDS.get(field)
        if kind is None:
            yield f"has a field {field} that nobody reads"
        elif not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            yield f"has a {field} of the wrong kind: {value!r}"
    missing = [field for field in GPU_NEEDED if not gpu.get(field)]
    if missing:
        yield f"has no {', '.join(missing)}"
        return
    if gpu["vendor"] not in VENDORS:
        yield f"is of an unknown vendor {gpu['vendor']}"
    if not within(gpu["memory_gb"], 2, 512):
        yield f"has {gpu['memory_gb']} GB"
    if not within(gpu["bandwidth_gb_s"], 50, 8000):
        yield f"moves {gpu['bandwidth_gb_s']} GB/s"
    if "year" in gpu and not within(gpu["year"], 2006, 2030):
        yield f"is of the year {gpu['year']}"
    if "price_usd" in gpu and not within(gpu["price_usd"], 20, 50000):
        yield f"costs {gpu['price_usd']} dollars"
    if gpu["vendor"] == "APPLE" and not gpu.get("unified"):
        yield "is Apple's, whose memory is unified"
    if "bus_bits" in gpu and "memory_gbps" in gpu:
        expected = gpu["bus_bits"] * gpu["memory_gbps"] / 8
        if abs(gpu["bandwidth_gb_s"] / expected - 1) > 0.02:
            yield f"moves {gpu['bandwidth_gb_s']} GB/s; its bus and data rate come to {expected:.1f}"


def check_names(gpus):
    seen = {}
    for gpu in gpus:
        for name in [gpu.get("name"), *gpu.get("aliases", [])]:
            key = (re.sub(r"\s", "", str(name)).lower(), gpu.get("memory_gb"))
            if key in seen:
                yield f"{gpu.get('name')}: {name} with {key[1]} GB is {seen[key]} already"
            seen[key] = gpu.get("name")
    names = [gpu.get("name") for gpu in gpus]
    yield from (f"{name}: is listed twice" for name in sorted(set(names)) if names.count(name) > 1)


def check_listed(gpus, listed):
    by_name = {gpu.get("name"): gpu for gpu in gpus}
    for row in listed:
        gpu = by_name.get(row["name"])
        if gpu is None:
            yield f"{row['name']}: is in the list and not in the catalogue"
            continue
        price = int(row["price_usd"]) if row["price_usd"] else None
        wanted = (float(row["vram_gb"]), float(row["bandwidth_gb_s"]), row["vendor"], price)
        found = (gpu.get("memory_gb"), gpu.get("bandwidth_gb_s"), gpu.get("vendor"), gpu.get("price_usd"))
        if wanted != found:
            yield f"{row['name']}: has {found}; the list says {wanted}"


BIASED, NORMED = ("qwen2", "qwen2moe", "seed_oss"), ("qwen3", "qwen3moe", "hunyuan-dense", "exaone4", "qwen35", "qwen35moe")


def attention_parameters(model):
    width, heads = model["width"], model["heads"]
    if latent := model.get("latent_attention"):
        query, kv = latent["query_rank"], latent["kv_rank"]
        rope, nope, value = latent["rope_size"], latent["nope_size"], latent["value_size"]
        queries = (width + heads * (nope + rope) + 1) * query if query else width * heads * (nope + rope)
        return queries + width * (kv + rope) + kv + kv * heads * (nope + value) + heads * value * width
    queries, keys = heads * model["head_size"], model["kv_heads"] * model["head_size"]
    biases = queries + 2 * keys if model["architecture"] in BIASED else 0
    norms = 2 * model["head_size"] if model["architecture"] in NORMED else 0
    gates = width * queries if model.get("delta") else 0
    return 2 * width * queries + 2 * width * keys + biases + norms + gates


def delta_parameters(model):
    """Of a layer with the delta rule: projections, convolution, decay and its bias, norm, output."""
    delta, width = model["delta"], model["width"]
    keys, values = delta["key_heads"] * delta["head_size"], delta["value_heads"] * delta["head_size"]
    channels = 2 * keys + values
    projections = width * (channels + 2 * values + 2 * delta["value_heads"])
    return projections + channels * delta["kernel"] + 2 * delta["value_heads"] + delta["head_size"]


def parameters(model):
    """The number of weights that the shape comes to: embedding, layers, norms, output."""
    width, layers, dense = model["width"], model["layers"], model["layers"]
    count = model["vocabulary"] * width * (1 if model["tied"] else 2) + width
    attending = layers // model["delta"]["attention_every"] if model.get("delta") else layers
    count += attending * attention_parameters(model) + layers * 2 * width
    if attending < layers:
        count += (layers - attending) * delta_parameters(model)
    if experts := model.get("experts"):
        dense = experts.get("dense_layers", 0)
        every = experts["routed"] + experts.get("shared", 0)
        choosing = 1 if model.get("latent_attention") else 0  # a bias
        sharing = width if model["architecture"] == "qwen35moe" else 0
        count += (layers - dense) * (
            every * 3 * width * experts["hidden"] + experts["routed"] * (width + choosing) + sharing)
    return count + dense * 3 * width * model["hidden"]


def check_downloads(model):
    if not REPOSITORY.match(model["repository"]):
        yield f"has a repository that is not owner/name: {model['repository']}"
    for quantization, download in model["downloads"].items():
        if quantization not in model["quantizations"]:
            yield f"has a download for {quantization}, which is not offered"
        if not REPOSITORY.match(download["repository"]):
            yield f"has a download that is not owner/name: {download['repository']}"
        if not download["files"]:
            yield f"has no file for {quantization}"
        for name in download["files"]:
            if not FILE.match(name) or ".." in name:
                yield f"has a file that is not a path in its repository: {name}"
            elif quantization.lower() not in name.lower():
                yield f"has a file for {quantization} that is called {name}"


def known_families(root):
    pages = (root / "engine/model/families").glob("*.cpp")
    return [name for page in pages for name in re.findall(r'\.architecture = "([^"]+)"', page.read_text(encoding="utf-8"))]


def check_model(model, ids, benchmark_sources, families):
    for field in ("name", "family", "licence", "languages", "source", "quantizations"):
        if not model.get(field):
            yield f"has no {field}"
            return
    count = parameters(model)
    if abs(model["parameters"] / count - 1) > 0.005:
        yield f"has {model['parameters']} parameters; its shape comes to {count}"
    if model["architecture"] not in families:
        yield f"is {model['architecture']}, which the engine does not know"
    if model["format"] == "gguf" and set(model["quantizations"]) != set(model["downloads"]):
        yield "offers what there is no file of"
    if model["heads"] % model["kv_heads"]:
        yield f"has {model['heads']} heads over {model['kv_heads']} of keys"
    if not within(model["context"], 2048, 1 << 20):
        yield f"has a context of {model['context']}"
    if unknown := [name for name in model["quantizations"] if name not in QUANTIZATIONS]:
        yield f"is offered as {', '.join(unknown)}"
    if model.get("based_on") not in (None, *ids):
        yield f"is based on {model['based_on']}, which is not there"
    advice = model["recommended"]
    if not within(advice["temperature"], 0, 2) or not within(advice["top_p"], 0.01, 1):
        yield f"is recommended with temperature {advice['temperature']} and top-p {advice['top_p']}"
    for score in model["benchmarks"]:
        if not within(score["score"], 0, 3000) or score["source"] not in benchmark_sources:
            yield f"scores {score}"
    yield from check_downloads(model)


def check_device(device):
    if wrong := DEVICE_FIELDS ^ set(device):
        yield f"has or lacks {', '.join(sorted(wrong))}"
        return
    if device["device_type"] not in ("discrete", "integrated", "cpu") or not device["source"]:
        yield f"is a {device['device_type']} from {device['source'] or 'nowhere'}"
    if not device["heaps"] or min(device["max_allocation"], device["max_buffer"], device["host_memory"]) < 1 << 30:
        yield "has no heap, or a limit below 1 GiB"
    for heap in device["heaps"]:
        if heap["bytes"] <= 0 or not 0 <= heap.get("budget", 0) <= heap["bytes"] or heap.get("usage", 0) < 0:
            yield f"has a heap {heap}"
    for kind in device["types"]:
        if not 0 <= kind["heap"] < len(device["heaps"]) or not set(kind["flags"]) <= MEMORY_FLAGS:
            yield f"has a type {kind}"
        elif "device_local" in kind["flags"] and not device["heaps"][kind["heap"]]["device_local"]:
            yield f"has a type that is device-local in a heap that is not: {kind}"
    if not any("device_local" in kind["flags"] for kind in device["types"]):
        yield "has no device-local memory"


def check_devices(folder):
    for path in sorted(folder.glob("*.json")):
        device = json.loads(path.read_text(encoding="utf-8"))
        yield from (f"{path.name}: {problem}" for problem in check_device(device))


def check(root):
    gpus = json.loads((root / "resources/gpus.json").read_text(encoding="utf-8"))["gpus"]
    for gpu in gpus:
        yield from (f"{gpu.get('name')}: {problem}" for problem in check_gpu(gpu))
    yield from check_names(gpus)
    with (root / "tests/data/catalogue/listed_gpus.csv").open(encoding="utf-8", newline="") as file:
        yield from check_listed(gpus, csv.DictReader(file))
    catalogue = json.loads((root / "resources/models.json").read_text(encoding="utf-8"))
    ids = [model["id"] for model in catalogue["models"]]
    yield from (f"{name}: is there twice" for name in sorted(set(ids)) if ids.count(name) > 1)
    for model in catalogue["models"]:
        problems = check_model(model, ids, catalogue["benchmark_sources"], known_families(root))
        yield from (f"{model['id']}: {problem}" for problem in problems)
    yield from check_devices(root / "tests/data/devices")


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    problems = list(check(root))
    print("\n".join(problems) if problems else "every figure of the catalogues makes sense")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
