#!/usr/bin/env python3
"""Writes the AWQ folders beside this file: weights rounded to four bits in groups, packed as AutoAWQ's GEMM kernels
want them; the logits of what those numbers stand for; and one matrix of it (expected.k_proj.f32, [out, in]).

    /tmp/venv/bin/python make_awq_fixtures.py     (the environment of make_fixtures.py)

A weight is (q - z) s: qweight int32 [in, out / 8], qzeros int32 [in / group, out / 8], scales f16 [in / group, out].
The eight numbers of a word stand in the order 0 2 4 6 1 3 5 7. Nothing of Ponder takes part.
"""
import json
import shutil

import numpy as np
from safetensors.numpy import save_file

from make_fixtures import HERE, config, logits, new_folder, random_weights, write_json

GROUP = 128
ORDER = [0, 2, 4, 6, 1, 3, 5, 7]


def pack(numbers):
    """[rows, columns] of 0 .. 15 to int32 [rows, columns / 8]."""
    words = np.zeros((numbers.shape[0], numbers.shape[1] // 8), np.uint32)
    for place, column in enumerate(ORDER):
        words |= numbers[:, column::8].astype(np.uint32) << np.uint32(4 * place)
    return words.view(np.int32)


def quantize(weight):
    """[out, in] to its packed parts, and to the f64 values that they stand for."""
    groups = weight.astype(np.float64).T.reshape(-1, GROUP, weight.shape[0])  # [in / group, group, out]
    low, high = np.minimum(groups.min(1), 0), np.maximum(groups.max(1), 0)
    scale = ((high - low) / 15).astype(np.float16)
    zero = np.clip(np.round(-low / scale.astype(np.float64)), 0, 15)
    numbers = np.clip(np.round(groups / scale.astype(np.float64)[:, None]) + zero[:, None], 0, 15)
    meant = (numbers - zero[:, None]) * scale.astype(np.float64)[:, None]
    # The library writes an array's memory, whatever its strides.
    parts = {"qweight": pack(numbers.reshape(-1, weight.shape[0])), "qzeros": pack(zero),
             "scales": np.ascontiguousarray(scale)}
    return parts, meant.reshape(-1, weight.shape[0]).T


def write(name, like, shape, seed):
    """A folder with the tokenizer of another."""
    folder = new_folder(name)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(HERE / like / file, folder / file)
    plain, stored, meant = random_weights(shape, np.float16, seed), {}, {}
    for key, weight in plain.items():
        if key.endswith("_proj.weight"):
            parts, meant[key] = quantize(weight)
            stored.update({key.removesuffix("weight") + part: value for part, value in parts.items()})
        else:
            stored[key] = meant[key] = weight
    meant["model.layers.1.self_attn.k_proj.weight"].astype("<f4").tofile(folder / "expected.k_proj.f32")
    save_file(stored, folder / "model.safetensors", {"format": "pt"})
    write_json(folder / "config.json", shape | {"torch_dtype": "float16", "quantization_config": {
        "quant_method": "awq", "bits": 4, "group_size": GROUP, "version": "gemm", "zero_point": True,
        "modules_to_not_convert": None}})
    ids = [int(i) for i in np.random.default_rng(seed + 1).integers(0, shape["vocab_size"], 24)]
    logits(shape, meant, ids).astype("<f4").tofile(folder / "expected.logits.f32")
    write_json(folder / "expected.json", {"ids": ids})


def marks(like):
    return {key: json.loads((HERE / like / "config.json").read_text(encoding="utf-8"))[key]
            for key in ("bos_token_id", "eos_token_id")}


if __name__ == "__main__":
    write("qwen2-awq", "qwen2-bf16", config("qwen2", num_attention_heads=4, num_key_value_heads=2, head_dim=64,
                                            vocab_size=512, **marks("qwen2-bf16")), 11)
    # Queries and keys of a Llama change their rows on the way.
    write("llama-awq", "llama-f16-sharded", config("llama", num_attention_heads=4, num_key_value_heads=2, head_dim=64,
                                                   vocab_size=512, **marks("llama-f16-sharded")), 12)
