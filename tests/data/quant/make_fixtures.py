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
LATER_SCALES = {
    "Q2_K": [80, 82], "Q3_K": [108], "IQ4_NL": [0], "IQ4_XS": [0], "MXFP4": [], "NVFP4": [], "IQ3_S": [0],
    "IQ3_XXS": [0], "IQ2_S": [0], "IQ2_XS": [0], "IQ2_XXS": [0], "IQ1_S": [0], "IQ1_M": [], "TQ1_0": [52],
    "TQ2_0": [64],
}
VALUES = 2048


def later():
    rng = np.random.default_rng(20261129)
    for name, places in LATER_SCALES.items():
        kind = gguf.GGMLQuantizationType[name]
        values, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = rng.integers(0, 256, (VALUES // values, size), dtype=np.uint8)
        scales = rng.normal(0, 0.02, len(blocks)).astype(np.float16)
        scales[:4] = [0, -0.5, 6e-8, 65504]  # zero, negative, subnormal, largest
        for place in places:
            blocks[:, place:place + 2] = scales.view(np.uint8).reshape(-1, 2)
        if name == "IQ1_M":  # a nibble of the half on top of each of the last four words
            for i, byte in enumerate([49, 51, 53, 55]):
                nibble = (scales.view(np.uint16) >> (4 * i) & 15).astype(np.uint8)
                blocks[:, byte] = blocks[:, byte] & 15 | nibble << 4
        if name == "MXFP4":
            blocks[:3, 0] = [0, 1, 255]
        if name == "NVFP4":
            blocks[0, :4] = [0, 1, 7, 0x7f]
        write(name, blocks, gguf.quants.dequantize(blocks, kind))
    # The package does not know these two: numbers of 1 and 2 bits, the first one lowest.
    for name, values, shifts, signed in (("Q1_0", 128, range(8), lambda q: 2 * q - 1),
                                         ("Q2_0", 64, range(0, 8, 2), lambda q: q - 1)):
        blocks = rng.integers(0, 256, (VALUES // values, 18), dtype=np.uint8)
        scales = rng.normal(0, 0.02, len(blocks)).astype(np.float16)
        blocks[:, :2] = scales.view(np.uint8).reshape(-1, 2)
        numbers = blocks[:, 2:, None] >> np.array(shifts, dtype=np.uint8) & (1 if values == 128 else 3)
        numbers = signed(numbers.reshape(-1, values).astype(np.float32))
        write(name, blocks, numbers * scales.astype(np.float32)[:, None])


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
    later()


def write(name, blocks, values):
    (FOLDER / f"{name}.blocks").write_bytes(blocks.tobytes())
    (FOLDER / f"{name}.f32").write_bytes(values.astype("<f4").tobytes())


main()
