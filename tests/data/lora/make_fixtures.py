#!/usr/bin/env python3
"""Writes small random LoRA adapters as GGUF files and PEFT folders, and the logits that the tiny models have with them.

    pip install gguf numpy safetensors
    python3 make_fixtures.py REFERENCE        # the folder with tiny/*.gguf and tiny/manifest.json

Logits come from plain_forward.py with W + strength * alpha / rank * B A in place of W: NAME.f32, little-endian
f32 [tokens, vocabulary]. Only every fourth position is kept (KEPT), to keep the files small.
"""
import json
import pathlib
import re
import shutil
import sys

import gguf
import numpy as np
from safetensors.numpy import save_file

import plain_forward

FOLDER = pathlib.Path(__file__).parent
HUB_NAMES = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
             "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
             "ffn_down": "mlp.down_proj"}
KEPT = slice(3, None, 4)
RNG = np.random.default_rng(20261122)


class Adapter:
    """A [rank, row length] and B [rows, rank] for some weights, in the order of the hub's files."""

    def __init__(self, model, kinds, rank, alpha, rslora=False, rank_pattern=None, alpha_pattern=None, size=0.5):
        self.model, self.rank, self.alpha, self.rslora = model, rank, alpha, rslora
        self.rank_pattern, self.alpha_pattern = rank_pattern or {}, alpha_pattern or {}
        self.pairs = {}
        for layer in range(model.layers):
            for kind in kinds:
                name = f"blk.{layer}.{kind}.weight"
                rows, length = model.shape(name)
                r = self.of(self.rank_pattern, name, rank)
                a = RNG.normal(0, 1 / np.sqrt(length), (r, length))
                b = RNG.normal(0, size / np.sqrt(r), (rows, r))
                self.pairs[name] = a.astype(np.float32), b.astype(np.float32)

    def module(self, name):
        _, layer, kind, _ = name.split(".")
        return f"model.layers.{layer}.{HUB_NAMES[kind]}"

    def of(self, pattern, name, default):
        for key, value in pattern.items():
            if re.match(rf"(.*\.)?({key})$", self.module(name)):
                return value
        return default

    def scale(self, name):
        alpha = self.of(self.alpha_pattern, name, self.alpha)
        rank = len(self.pairs[name][0])
        return alpha / (np.sqrt(rank) if self.rslora else rank)

    def permuted(self, name, rows):
        """Rows of q and k in the order of Llama's GGUF files: the halves of a head are interleaved."""
        if self.model.arch != "llama" or not re.search(r"attn_[qk]\.", name):
            return rows
        heads = self.model.heads if "attn_q." in name else self.model.kv_heads
        return rows.reshape(heads, 2, -1, rows.shape[1]).swapaxes(1, 2).reshape(rows.shape)

    def deltas(self, strength):
        return {name: strength * self.scale(name) * (self.permuted(name, b).astype(np.float64) @ a)
                for name, (a, b) in self.pairs.items()}

    def save_peft(self, name, dtype=np.float32):
        folder = FOLDER / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        tensors = {}
        for weight, (a, b) in self.pairs.items():
            prefix = f"base_model.model.{self.module(weight)}"
            tensors[f"{prefix}.lora_A.weight"] = a.astype(dtype)
            tensors[f"{prefix}.lora_B.weight"] = b.astype(dtype)
        save_file(tensors, folder / "adapter_model.safetensors", {"format": "pt"})
        config = {"base_model_name_or_path": f"tiny-{self.model.arch}", "bias": "none", "fan_in_fan_out": False,
                  "lora_alpha": self.alpha, "lora_dropout": 0.0, "modules_to_save": None, "peft_type": "LORA",
                  "r": self.rank, "rank_pattern": self.rank_pattern, "alpha_pattern": self.alpha_pattern,
                  "target_modules": sorted({self.module(n).rsplit(".", 1)[1] for n in self.pairs}),
                  "task_type": "CAUSAL_LM", "use_dora": False, "use_rslora": self.rslora}
        (folder / "adapter_config.json").write_text(json.dumps(config, indent=1) + "\n")

    def save_gguf(self, name, encode_a=None, encode_b=None):
        """encode: a gguf type, F32 if none. The files of this kind know one alpha and no rsLoRA."""
        writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", self.model.arch)
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", float(self.alpha))
        writer.add_name(name)
        for weight, (a, b) in self.pairs.items():
            for end, values, kind in ("lora_a", a, encode_a), ("lora_b", self.permuted(weight, b), encode_b):
                kind = kind or gguf.GGMLQuantizationType.F32
                writer.add_tensor(f"{weight}.{end}", gguf.quants.quantize(values, kind), raw_dtype=kind)
        close(writer)


def close(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add(*many):
    out = {}
    for deltas in many:
        for name, delta in deltas.items():
            out[name] = out.get(name, 0.0) + delta
    return out


def save_table(model, name, rank, alpha):
    """An adapter of the embedding and the output: the embedding's A is [vocabulary, rank] and its B [width, rank]."""
    vocabulary, width = model.shape("token_embd.weight")
    a = RNG.normal(0, 1, (vocabulary, rank)).astype(np.float32)
    b = RNG.normal(0, 0.02, (width, rank)).astype(np.float32)
    out_a = RNG.normal(0, 1 / 16, (rank, width)).astype(np.float32)
    out_b = RNG.normal(0, 0.2, (vocabulary, rank)).astype(np.float32)
    writer = gguf.GGUFWriter(FOLDER / f"{name}.gguf", model.arch)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(alpha))
    for tensor, values in (("token_embd.weight.lora_a", a), ("token_embd.weight.lora_b", b),
                           ("output.weight.lora_a", out_a), ("output.weight.lora_b", out_b)):
        writer.add_tensor(tensor, values)
    close(writer)
    scale = alpha / rank
    return {"token_embd.weight": scale * (a.astype(np.float64) @ b.T),
            "output.weight": scale * (out_b.astype(np.float64) @ out_a)}


def main(reference):
    tiny = pathlib.Path(reference) / "tiny"
    tokens = json.loads((tiny / "manifest.json").read_text())["tokens"]
    models = {}
    for name in "qwen2-untied-f32", "llama-odd-q4_k_m":
        model = models[name] = plain_forward.Model(tiny / f"{name}.gguf")
        wanted = np.fromfile(tiny / f"{name}.logits.f32", "<f4").reshape(len(tokens), -1)
        error = ((plain_forward.logits(model, tokens) - wanted) ** 2).sum() / (wanted ** 2).sum()
        print(f"{name}: plain forward pass against the reference data, NMSE {error:.1e}")
        assert error < 1e-8
    qwen, llama = models.values()

    def expect(name, model, deltas):
        values = plain_forward.logits(model, tokens, deltas)
        base = plain_forward.logits(model, tokens)
        print(f"{name}: differs from the base by NMSE {((values - base) ** 2).sum() / (base ** 2).sum():.2g}")
        (FOLDER / f"{name}.f32").write_bytes(values[KEPT].astype("<f4").tobytes())

    style = Adapter(qwen, HUB_NAMES, rank=8, alpha=16)
    style.save_gguf("style")
    style.save_peft("style-peft")
    expect("style-1", qwen, style.deltas(1))
    expect("style-half", qwen, style.deltas(0.5))

    # Different ranks and alphas by pattern, rsLoRA, half precision.
    patterns = Adapter(qwen, ["attn_q", "attn_v", "attn_output", "ffn_down"], rank=4, alpha=8, rslora=True,
                       rank_pattern={"q_proj": 16, "layers.1.self_attn.o_proj": 8},
                       alpha_pattern={r".*\.1\.mlp\.down_proj": 2, "v_proj": 12}, size=0.1)
    for weight, (a, b) in patterns.pairs.items():
        patterns.pairs[weight] = tuple(m.astype(np.float16).astype(np.float32) for m in (a, b))
    patterns.save_peft("patterns-peft", np.float16)
    expect("patterns-1", qwen, patterns.deltas(1))
    expect("stack", qwen, add(style.deltas(0.5), patterns.deltas(1)))

    # Rows of q and k in both orders; A in blocks of 8 bits, B in half precision.
    turned = Adapter(llama, ["attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up"], rank=16, alpha=32, size=0.3)
    for weight, (a, b) in turned.pairs.items():
        kind = gguf.GGMLQuantizationType.Q8_0
        a = gguf.quants.dequantize(gguf.quants.quantize(a, kind), kind)
        turned.pairs[weight] = a, b.astype(np.float16).astype(np.float32)
    turned.save_gguf("turned", gguf.GGMLQuantizationType.Q8_0, gguf.GGMLQuantizationType.F16)
    turned.save_peft("turned-peft")
    expect("turned-1", llama, turned.deltas(1))

    expect("tables-1", qwen, save_table(qwen, "tables", rank=4, alpha=4))


main(sys.argv[1])
