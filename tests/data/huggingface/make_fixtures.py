#!/usr/bin/env python3
"""Writes the model folders beside this file, with other people's libraries, and what is expected of them.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install -r requirements.txt
    /tmp/venv/bin/python make_fixtures.py

Every folder has random weights, a tokenizer trained on the few lines below, expected.logits.f32 (little-endian
[tokens, vocabulary], from a plain numpy forward pass in double precision over the weights as they are stored)
and expected.json (the ids that went in; texts and the ids that the tokenizer's own library gives). Nothing of
Ponder takes part.
"""
import io
import json
import shutil
from pathlib import Path

import ml_dtypes
import numpy as np
import sentencepiece
from safetensors.numpy import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
CORPUS = [
    "The model thinks step by step and then answers the question in a few words.",
    "A person drops a folder on the window and the application converts it into one file.",
    "def add(a, b):\n    return a + b  # 1234567 and 89\n\n\n    x = {'key': \"value\"}",
    "이 모델은 차근차근 생각하고 나서 질문에 답합니다. 한국어로도 잘 말합니다. 날씨가 좋습니다.",
    "这个模型会逐步思考，然后回答问题。今天的天气很好，我们去公园散步吧。",
    "It's what they'll say: we've done 3.14159 things, haven't we?   \t  Tabs and   spaces\r\nend.",
] * 3
TEXTS = CORPUS[:6] + ["", " ", "  leading", "é̀ unusual ﬀ", "🙂 emoji 👨‍👩‍👧", "\n\n\nthree", "안녕하세요! 你好吗?", "12345 67"]
CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + SPACES
LLAMA3 = CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + SPACES
TEMPLATE = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}"


# ------------------------------------------------------------------------------------------------- forward pass

def norm(x, weight, epsilon):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + epsilon) * weight


def frequencies(config):
    size = config["head_dim"]
    out = config["rope_theta"] ** (-np.arange(0, size, 2) / size)
    scaling = config.get("rope_scaling")
    if scaling and scaling["rope_type"] == "linear":
        out = out / scaling["factor"]
    if scaling and scaling["rope_type"] == "llama3":
        length, original = 2 * np.pi / out, scaling["original_max_position_embeddings"]
        low, high = original / scaling["low_freq_factor"], original / scaling["high_freq_factor"]
        smooth = (original / length - scaling["low_freq_factor"]) / (
            scaling["high_freq_factor"] - scaling["low_freq_factor"])
        mixed = (1 - smooth) * out / scaling["factor"] + smooth * out
        out = np.where(length > low, out / scaling["factor"], np.where(length < high, out, mixed))
    return out


def rotate(x, angles):
    """Of [tokens, heads, size]: value i turns with value i + size / 2."""
    half = x.shape[-1] // 2
    cos, sin = np.cos(angles)[:, None, :], np.sin(angles)[:, None, :]
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, b * cos + a * sin], -1)


def logits(config, weights, ids):
    w = {name: np.asarray(value, np.float64) for name, value in weights.items()}
    heads, kv, size = config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"]
    count, epsilon = len(ids), config["rms_norm_eps"]
    angles = np.arange(count)[:, None] * frequencies(config)[None, :]
    mask = np.triu(np.full((count, count), -np.inf), 1)
    x = w["model.embed_tokens.weight"][ids]
    for layer in range(config["num_hidden_layers"]):
        p = f"model.layers.{layer}."

        def linear(name, value):
            return value @ w[p + name + ".weight"].T + w.get(p + name + ".bias", 0)

        h = norm(x, w[p + "input_layernorm.weight"], epsilon)
        q = rotate(linear("self_attn.q_proj", h).reshape(count, heads, size), angles)
        k = rotate(linear("self_attn.k_proj", h).reshape(count, kv, size), angles)
        v = linear("self_attn.v_proj", h).reshape(count, kv, size)
        out = np.empty((count, heads, size))
        for head in range(heads):
            group = head * kv // heads
            scores = q[:, head] @ k[:, group].T / np.sqrt(size) + mask
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            out[:, head] = scores / scores.sum(-1, keepdims=True) @ v[:, group]
        x = x + linear("self_attn.o_proj", out.reshape(count, heads * size))
        h = norm(x, w[p + "post_attention_layernorm.weight"], epsilon)
        gate = linear("mlp.gate_proj", h)
        x = x + linear("mlp.down_proj", gate / (1 + np.exp(-gate)) * linear("mlp.up_proj", h))
    head = w["model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"]
    return norm(x, w["model.norm.weight"], epsilon) @ head.T


# ------------------------------------------------------------------------------------------------------ weights

def random_weights(config, dtype, seed):
    random = np.random.default_rng(seed)
    d, f, size = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    queries, keys = config["num_attention_heads"] * size, config["num_key_value_heads"] * size
    out = {"model.embed_tokens.weight": random.normal(0, 1, (config["vocab_size"], d)),
           "model.norm.weight": random.normal(1, 0.2, d)}
    if not config["tie_word_embeddings"]:
        out["lm_head.weight"] = random.normal(0, 0.1, (config["vocab_size"], d))
    for layer in range(config["num_hidden_layers"]):
        p = f"model.layers.{layer}."
        shapes = {"self_attn.q_proj": (queries, d), "self_attn.k_proj": (keys, d), "self_attn.v_proj": (keys, d),
                  "self_attn.o_proj": (d, queries), "mlp.gate_proj": (f, d), "mlp.up_proj": (f, d),
                  "mlp.down_proj": (d, f)}
        for name, (rows, length) in shapes.items():
            out[f"{p}{name}.weight"] = random.normal(0, 1 / np.sqrt(length), (rows, length))
            if config["model_type"] == "qwen2" and name[:11] in ("self_attn.q", "self_attn.k", "self_attn.v"):
                out[f"{p}{name}.bias"] = random.normal(0, 2 if "k_proj" in name else 0.5, rows)
        for name in ("input_layernorm", "post_attention_layernorm"):
            out[f"{p}{name}.weight"] = random.normal(1, 0.2, d)
    return {name: value.astype(dtype) for name, value in out.items()}


def write_weights(folder, weights, shards):
    names = sorted(weights)
    if shards == 1:
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        return
    index = {"metadata": {"total_size": sum(w.nbytes for w in weights.values())}, "weight_map": {}}
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = names[shard::shards]
        save_file({name: weights[name] for name in part}, folder / file, {"format": "pt"})
        index["weight_map"].update({name: file for name in part})
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))


# --------------------------------------------------------------------------------------------------- tokenizers

def byte_level(pattern, size, control, user, first=None):
    tokenizer = Tokenizer(models.BPE(ignore_merges=pattern == LLAMA3))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in control])
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in user])
    if first:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{first} $A", special_tokens=[(first, tokenizer.token_to_id(first))])
    return tokenizer


def sentence_pieces(size):
    file = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line for text in CORPUS for line in text.splitlines() if line), model_writer=file,
        model_type="bpe", vocab_size=size, byte_fallback=True, normalization_rule_name="identity",
        remove_extra_whitespaces=False, character_coverage=0.99, minloglevel=2)
    return file.getvalue()


# ------------------------------------------------------------------------------------------------------ folders

def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_folder(name, config, dtype, seed, shards, texts, readme):
    folder = HERE / name
    weights = random_weights(config, dtype, seed)
    write_weights(folder, weights, shards)
    write_json(folder / "config.json", config)
    (folder / "README.md").write_text(readme, encoding="utf-8")
    ids = [int(i) for i in np.random.default_rng(seed + 1).integers(0, config["vocab_size"], 24)]
    logits(config, weights, ids).astype("<f4").tofile(folder / "expected.logits.f32")
    write_json(folder / "expected.json", {"ids": ids, "texts": texts})


def new_folder(name):
    shutil.rmtree(HERE / name, ignore_errors=True)
    (HERE / name).mkdir()
    return HERE / name


def config(family, **more):
    kind = {"qwen2": "Qwen2ForCausalLM", "llama": "LlamaForCausalLM"}[family]
    return {"architectures": [kind], "model_type": family, "hidden_act": "silu", "hidden_size": 256,
            "intermediate_size": 256, "num_hidden_layers": 2, "max_position_embeddings": 2048,
            "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": False} | more


def qwen2():
    folder = new_folder("qwen2-bf16")
    tokenizer = byte_level(QWEN2, 480, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], ["<think>", "</think>"])
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.save(str(folder / "tokenizer.json"))
    end, turn = (tokenizer.token_to_id(t) for t in ("<|endoftext|>", "<|im_end|>"))
    write_json(folder / "tokenizer_config.json", {
        "add_bos_token": False, "bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        "unk_token": None, "chat_template": TEMPLATE})
    write_json(folder / "generation_config.json", {
        "bos_token_id": end, "eos_token_id": [turn, end], "do_sample": True, "temperature": 0.6, "top_p": 0.95,
        "top_k": 20, "repetition_penalty": 1.05})
    # Rows of the embedding behind the last token, as the published ones have.
    write_folder("qwen2-bf16", config(
        "qwen2", num_attention_heads=4, num_key_value_heads=2, head_dim=64, vocab_size=512,
        tie_word_embeddings=True, bos_token_id=end, eos_token_id=turn, torch_dtype="bfloat16",
        sliding_window=4096, use_sliding_window=False), ml_dtypes.bfloat16, 1, 1,
        [{"text": t, "ids": tokenizer.encode(t, add_special_tokens=False).ids} for t in TEXTS if t != "é̀ unusual ﬀ"],
        "---\nlicense: apache-2.0\nlanguage:\n- en\n- ko\nbase_model: Example/Tiny-Qwen\n---\n# Tiny Qwen\n")


def llama3():
    folder = new_folder("llama-f16-sharded")
    marks = ["<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>"]
    tokenizer = byte_level(LLAMA3, 508, marks, [], "<|begin_of_text|>")
    tokenizer.save(str(folder / "tokenizer.json"))
    file = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    file["model"]["merges"] = [" ".join(pair) for pair in file["model"]["merges"]]  # as older files have them
    write_json(folder / "tokenizer.json", file)
    begin, end, turn, message = (tokenizer.token_to_id(t) for t in marks)
    write_json(folder / "tokenizer_config.json", {
        "bos_token": {"content": "<|begin_of_text|>"}, "eos_token": "<|end_of_text|>",
        "chat_template": [{"name": "default", "template": TEMPLATE}, {"name": "tool_use", "template": "tools"}]})
    write_json(folder / "generation_config.json", {"eos_token_id": [end, message, turn], "top_p": 0.9})
    write_folder("llama-f16-sharded", config(
        "llama", num_attention_heads=8, num_key_value_heads=2, head_dim=64, vocab_size=512, rope_theta=500000.0,
        rms_norm_eps=1e-5, bos_token_id=begin, eos_token_id=[end, message, turn], torch_dtype="float16",
        rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                      "original_max_position_embeddings": 64}), np.float16, 2, 3,
        [{"text": t, "ids": tokenizer.encode(t, add_special_tokens=False).ids} for t in TEXTS],
        "---\nlicense: other\nlicense_name: llama3.1\nlicense_link: LICENSE\nlanguage: [en, zh]\n---\n")


def llama2():
    folder = new_folder("llama-f32-pieces")
    (folder / "tokenizer.model").write_bytes(sentence_pieces(420))
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    write_json(folder / "tokenizer_config.json", {
        "add_bos_token": True, "add_eos_token": False, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"})
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    write_folder("llama-f32-pieces", config(
        "llama", hidden_size=64, intermediate_size=96, num_attention_heads=2, num_key_value_heads=1, head_dim=32,
        vocab_size=424, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2, torch_dtype="float32",
        rope_scaling={"rope_type": "linear", "factor": 2.0}), np.float32, 3, 1,
        [{"text": t, "ids": pieces.encode(t)} for t in TEXTS], "# no front matter\n")


if __name__ == "__main__":
    qwen2()
    llama3()
    llama2()
