#!/usr/bin/env python3
"""Writes qwen35-images and qwen35-experts: folders of Qwen3.5's classes as the transformers library saves them.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install -r requirements.txt torch==2.15.0 transformers==5.24.0
    /tmp/venv/bin/python make_hybrid_fixtures.py

The weights are random and stored as F16; expected.logits.f32 (little-endian [tokens, vocabulary]) is what the
library computes of them in F32, expected.json has the ids that went in. qwen35-images is a text model beside one
that sees images and a layer that guesses tokens, which a conversion leaves out; qwen35-experts is a mixture, with
layers of both kinds in an order of their own. Nothing of Ponder takes part.
"""
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import Qwen3_5Config, Qwen3_5ForConditionalGeneration, Qwen3_5MoeForCausalLM, Qwen3_5MoeTextConfig

from make_fixtures import CONTRACTION, SPACES, TEXTS, byte_level, new_folder, write_json

QWEN35 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + SPACES
TEXT = {"vocab_size": 512, "hidden_size": 32, "num_hidden_layers": 4, "num_attention_heads": 2,
        "num_key_value_heads": 1, "head_dim": 32, "max_position_embeddings": 2048, "linear_conv_kernel_dim": 4,
        "linear_key_head_dim": 32, "linear_value_head_dim": 32, "linear_num_key_heads": 2,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1000.0, "partial_rotary_factor": 0.25,
                            "mrope_interleaved": True, "mrope_section": [2, 1, 1]}}


def randomize(model):
    """Weights that make every part matter, as F16 holds them."""
    for name, value in model.named_parameters():
        last = name.removesuffix(".weight").split(".")[-1]
        if last == "A_log":
            value.data.uniform_(-2, 1)
        elif last == "dt_bias":
            value.data.normal_(0, 1)
        elif "norm" in last:
            value.data.normal_(1 if "linear_attn" in name else 0, 0.2)
        elif last == "embed_tokens":
            value.data.normal_(0, 1)
        elif last == "lm_head":
            value.data.normal_(0, 0.2)
        elif last == "conv1d":
            value.data.normal_(0, 0.6)
        else:
            value.data.normal_(0, value.shape[-1] ** -0.5)
        value.data = value.data.half().float()


def write_tokenizer(folder):
    tokenizer = byte_level(QWEN35, 480, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], ["<think>", "</think>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer_config.json", {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"})
    return [{"text": t, "ids": tokenizer.encode(t, add_special_tokens=False).ids} for t in TEXTS]


def write_folder(name, model, more):
    folder = new_folder(name)
    model.half().save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    weights = load_file(folder / "model.safetensors") | more
    save_file({k: v.contiguous() for k, v in weights.items()}, folder / "model.safetensors", {"format": "pt"})
    ids = torch.randint(0, 512, (1, 24))
    with torch.no_grad():
        logits = model.float()(input_ids=ids, use_cache=False).logits[0]
    (folder / "expected.logits.f32").write_bytes(logits.numpy().astype("<f4").tobytes())
    write_json(folder / "expected.json", {"ids": ids[0].tolist(), "texts": write_tokenizer(folder)})
    print(name, *sorted(weights), sep="\n  ")


def images():
    torch.manual_seed(4)
    config = Qwen3_5Config(
        text_config=TEXT | {"intermediate_size": 64, "linear_num_value_heads": 4},
        vision_config={"depth": 1, "hidden_size": 16, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": 32,
                       "patch_size": 4, "num_position_embeddings": 16},
        image_token_id=500, video_token_id=501, vision_start_token_id=502, vision_end_token_id=503)
    model = Qwen3_5ForConditionalGeneration(config)
    randomize(model)
    guess = {"mtp.fc.weight": torch.randn(32, 64), "mtp.norm.weight": torch.randn(32),
             "mtp.layers.0.self_attn.q_proj.weight": torch.randn(128, 32)}
    write_folder("qwen35-images", model, {name: value.half() for name, value in guess.items()})


def experts():
    torch.manual_seed(5)
    model = Qwen3_5MoeForCausalLM(Qwen3_5MoeTextConfig(**TEXT | {
        "linear_num_value_heads": 6, "num_experts": 5, "num_experts_per_tok": 2, "moe_intermediate_size": 32,
        "shared_expert_intermediate_size": 64, "tie_word_embeddings": True,
        "layer_types": ["full_attention", "linear_attention", "linear_attention", "full_attention"]}))
    randomize(model)
    write_folder("qwen35-experts", model, {})


if __name__ == "__main__":
    images()
    experts()
