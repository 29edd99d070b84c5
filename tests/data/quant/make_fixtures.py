#!/usr/bin/env python3
"""Writes, for every number format, random blocks (TYPE.blocks) and the f32 values they stand for (TYPE.f32).

The values come from the independent decoder in the Python package "gguf" (pip install gguf numpy).
    python3 make_fixtures.py
"""
import pathlib

import gguf
import numpy as np

FOLDER = pathlib.Path(__file__).parent
# Bytes at which a block keeps half-precision scales; the rest may be any bytes.
SCALES = {
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}
VALUES = 2048


def main():
    rng = np.random.default_rng(20260101)
    for name, places in SCALES.items():
        kind = gguf.GGMLQuantizationType[name]
        values, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = rng.integers(0, 256, (VALUES // values, size), dtype=np.uint8)
        for place in places:
            scale = rng.normal(0, 0.02, len(blocks)).astype(np.float16)
            blocks[:, place:place + 2] = scale.view(np.uint8).reshape(-1, 2)
        write(name, blocks, gguf.quants.dequantize(blocks, kind))
    singles = rng.normal(0, 1, 256).astype(np.float32)
    write("F32", singles, singles)
    write("F16", singles.astype(np.float16), singles.astype(np.float16).astype(np.float32))
    upper = (singles.view(np.uint32) >> 16).astype(np.uint16)
    write("BF16", upper, gguf.quants.dequantize(upper.view(np.uint8), gguf.GGMLQuantizationType.BF16))


def write(name, blocks, values):
    (FOLDER / f"{name}.blocks").write_bytes(blocks.tobytes())
    (FOLDER / f"{name}.f32").write_bytes(values.astype("<f4").tobytes())


main()
