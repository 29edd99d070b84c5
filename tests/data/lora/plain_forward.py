"""A Llama or Qwen2 model of the reference data in numpy, in double precision: what adapted logits are compared with.

Follows the papers (Touvron et al. 2023, Su et al. 2021, Shazeer 2020); none of this project's code is used.
"""
import gguf
import numpy as np


class Model:
    """Weights as [rows, row length] by their name in the GGUF file, dequantized."""

    def __init__(self, path):
        reader = gguf.GGUFReader(path)
        keys = {name: field.contents() for name, field in reader.fields.items()}
        arch = keys["general.architecture"]
        self.arch = arch
        self.layers = keys[f"{arch}.block_count"]
        self.heads = keys[f"{arch}.attention.head_count"]
        self.kv_heads = keys[f"{arch}.attention.head_count_kv"]
        self.width = keys[f"{arch}.embedding_length"]
        self.epsilon = keys[f"{arch}.attention.layer_norm_rms_epsilon"]
        self.base = keys[f"{arch}.rope.freq_base"]
        self.head_size = self.width // self.heads
        self.weights = {t.name: gguf.quants.dequantize(t.data, t.tensor_type).astype(np.float64)
                        for t in reader.tensors}
        self.weights.setdefault("output.weight", self.weights["token_embd.weight"])

    def shape(self, name):
        return self.weights[name].shape


def rms(x, weight, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight


def turn(model, x):
    """RoPE on [tokens, heads, head size]: halves for Qwen2, neighbours for Llama (whose rows are permuted)."""
    half = model.head_size // 2
    angles = np.arange(len(x))[:, None] * model.base ** (-2.0 * np.arange(half) / model.head_size)
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    out = np.empty_like(x)
    first, second = (slice(0, half), slice(half, None)) if model.arch == "qwen2" else (slice(0, None, 2),
                                                                                        slice(1, None, 2))
    out[..., first] = x[..., first] * cos - x[..., second] * sin
    out[..., second] = x[..., first] * sin + x[..., second] * cos
    return out


def logits(model, tokens, deltas=None):
    """deltas: name of a weight -> what is added to it, [rows, row length]."""
    deltas = deltas or {}

    def weight(name):
        return model.weights[name] + deltas.get(name, 0.0)

    n, size = len(tokens), model.head_size
    x = weight("token_embd.weight")[tokens]
    mask = np.triu(np.full((n, n), -np.inf), 1)
    for layer in range(model.layers):
        def part(name, rows):
            out = rows @ weight(f"blk.{layer}.{name}.weight").T
            return out + model.weights.get(f"blk.{layer}.{name}.bias", 0.0)
        normed = rms(x, model.weights[f"blk.{layer}.attn_norm.weight"], model.epsilon)
        q = turn(model, part("attn_q", normed).reshape(n, model.heads, size))
        k = turn(model, part("attn_k", normed).reshape(n, model.kv_heads, size))
        v = part("attn_v", normed).reshape(n, model.kv_heads, size)
        group = model.heads // model.kv_heads
        k, v = k.repeat(group, 1), v.repeat(group, 1)
        scores = np.einsum("thd,shd->hts", q, k) / np.sqrt(size) + mask
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        x = x + part("attn_output", np.einsum("hts,shd->thd", scores, v).reshape(n, -1))
        normed = rms(x, model.weights[f"blk.{layer}.ffn_norm.weight"], model.epsilon)
        gate = part("ffn_gate", normed)
        x = x + part("ffn_down", gate / (1 + np.exp(-gate)) * part("ffn_up", normed))
    return rms(x, model.weights["output_norm.weight"], model.epsilon) @ weight("output.weight").T
