"""Makes the small vocabularies of this folder and the ids that other implementations give with them.

    pip install tokenizers sentencepiece gguf
    python3 make_vocabularies.py [--folder F] [--random N] [--seeds ../../fuzz/corpus/vocabulary_fuzz]

byte_bpe.gguf        a byte-level BPE trained on the lines below, four special tokens and two user-defined ones
sentence_piece.gguf  a SentencePiece BPE with byte fallback trained on the same lines
expected.json        texts, and their ids by family: the Hugging Face tokenizers library with the pre-tokenizer
                     that the family publishes, and the SentencePiece library
"""
import argparse
import io
import json
import pathlib
import random

import sentencepiece
from gguf import GGUFWriter
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

LINES = """
The quick brown fox jumps over the lazy dog, and the dog doesn't mind. It's fine; they're friends.
I'll think about the question first. What is the sum of twelve and thirty? We've seen that before.
A model reads tokens, not letters: each token is a piece of text, and the text is a row of pieces.
Numbers such as 12, 345, 6789 and 3.14159 are cut into digits. The answer is \\boxed{42}.
深度求索的推理模型会先思考，然后回答问题。你好，世界！今天的天气很好，我们一起学习数学。
一加一等于二，二加二等于四。请用中文回答这个问题，谢谢。模型在思考的时候会写下每一步。
안녕하세요, 반갑습니다. 오늘 날씨가 좋습니다. 모델은 먼저 생각하고 나서 대답합니다.
일의 자리부터 더합니다. 이 질문에 한국어로 대답해 주세요. 감사합니다.
こんにちは世界。カタカナとひらがなを分けます。
if (a < b) { return a * b; } else { return sum(values, start=0); }
def f(x):\n    return x + 1\n\nfor i in range(10):\n\tprint(i)
Привет, мир! Γειά σου Κόσμε. café naïve façade über straße. 😀 👩‍👩‍👧
"""
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<｜User｜>"]
USER_DEFINED = ["<think>", "</think>"]

SPLIT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
ENDING = r"\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = SPLIT + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + ENDING
LLAMA3 = SPLIT + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + ENDING
DEEPSEEK_V3 = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
               r"""| ?[\p{P}\p{S}]+[\r\n]*|""" + ENDING)
CASED = ("A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af"
         "\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5"
         "\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba"
         "\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45"
         "\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe"
         "\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc"
         "\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139"
         "\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3"
         "\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06"
         "\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\U00010400-\U0001044f\U000104b0-\U000104d3"
         "\U000104d8-\U000104fb\U00010c80-\U00010cb2\U00010cc0-\U00010cf2\U000118a0-\U000118df"
         "\U0001e900-\U0001e943")


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def bytes_only(gpt2_words=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=gpt2_words)


FAMILIES = {
    "gpt-2": [bytes_only(True)],
    "qwen2": [split(QWEN2), bytes_only()],
    "llama-bpe": [split(LLAMA3), bytes_only()],
    "smollm": [pre_tokenizers.Digits(individual_digits=True), bytes_only(True)],
    "deepseek-llm": [split("[\r\n]"), split(r"\s?[" + CASED + "]+"),
                     split("\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+"), split(r"\s+$"),
                     split("[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"),
                     pre_tokenizers.Digits(individual_digits=True), bytes_only()],
    "deepseek-v3": [split(r"\p{N}{1,3}"), split("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"), split(DEEPSEEK_V3),
                    bytes_only()],
}

TEXTS = ["", " ", "\n", "   \n  \n x ", "don't DON'T I'Ll we'VE you'Re 'D 's '\u017fa", "12 345 6789 0.5 1,000,000",
         "\u00bd \u00b2 \u2460\u2461 \u0663\u0664 \u2163", "你好，世界！今天是2024年11月22日。", "안녕하세요, 반갑습니다. 7+5=12",
         "こんにちは、カタカナ。", "def f(x):\n    return x\n\n\n\tend\r\n\r\n", "a\u00a0b\u180ec\u3000c\u2028d\u0085e\u200bf",
         "e\u0301 \u00e9 \u212b \ufb01", "😀👩\u200d👩\u200d👧🇰🇷", "\u0442\u0435\u0441\u0442 \u03b4\u03bf\u03ba\u03b9\u03bc\u03ae \u0e44\u0e17\u0e22 \u0939\u093f\u0928\u094d\u0926\u0940",
         "Ponder Ponder's ponder", "\U0001d49c\U00020bb7\U0010ffff", "end \n", "x  ", "___--''\"\"//\\\\{}[]"]


def random_texts(count):
    rng = random.Random(7)
    alphabet = (list("aabcdeEsStTmMlLdDrRvV'''  \n\r\t.,;!?<>|/_-{}\"0123456789") + ["  ", "   ", "\n\n", " '", "'s", "'LL"] +
                list("\u00a0\u3000\u2028\u0085\u200b\u180e\u00e9\u0301\u00df\u01c5\u017f\u212a\u03c9\u044f\u05d0\u0627\u0e01\u0928\u093f") +
                list("\u4f60\u597d\u6a21\u578b\uac00\ub2e4\u3042\u30ab\u3001\u3002\uff0c\uff01\uff21\u2460\u00bd\u0663\u2163\u20ac\u00d7") +
                list("\U0001f600\U0001f1f0\U0001d49c\U00020bb7\ufffd\u0000\u0007\u007f"))
    return ["".join(rng.choice(alphabet) for _ in range(rng.randint(1, 24))) for _ in range(count)]


def train_bytes():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(FAMILIES["qwen2"])
    trainer = trainers.BpeTrainer(vocab_size=560, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  min_frequency=2, show_progress=False)
    tokenizer.train_from_iterator(LINES.strip().split("\n") * 2, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = model["vocab"]
    # A word that no merge builds: only families that look whole words up ever produce it.
    vocabulary.setdefault("Ponder", len(vocabulary))
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in model["merges"]]
    return vocabulary, merges


def expected_ids(vocabulary, merges, texts):
    ids = {}
    for family, steps in FAMILIES.items():
        tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, ignore_merges=family == "llama-bpe"))
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
        tokenizer.decoder = decoders.ByteLevel()
        ids[family] = [tokenizer.encode(text).ids for text in texts]
    return ids


def write_bytes(path, vocabulary, merges, pre="qwen2", specials=SPECIALS):
    tokens = sorted(vocabulary, key=vocabulary.get)
    assert [vocabulary[t] for t in tokens] == list(range(len(tokens)))
    writer = GGUFWriter(path, "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens + specials + USER_DEFINED)
    writer.add_token_types([1] * len(tokens) + [3] * len(specials) + [4] * len(USER_DEFINED))
    writer.add_token_merges([" ".join(m) for m in merges])
    writer.add_bos_token_id(len(tokens))
    writer.add_eos_token_id(len(tokens) + specials.index("<|im_end|>"))
    writer.add_add_bos_token(False)
    finish(writer)


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def train_pieces():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES.strip().split("\n") * 2), model_writer=model, vocab_size=720, model_type="bpe",
        byte_fallback=True, character_coverage=0.98, normalization_rule_name="identity",
        remove_extra_whitespaces=False, add_dummy_prefix=True, minloglevel=2)
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def write_pieces(path, library):
    count = library.get_piece_size()
    types = [2 if library.is_unknown(i) else 3 if library.is_control(i) else 6 if library.is_byte(i) else 1
             for i in range(count)]
    writer = GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([library.id_to_piece(i) for i in range(count)] + USER_DEFINED)
    writer.add_token_scores([library.get_score(i) for i in range(count)] + [0.0] * len(USER_DEFINED))
    writer.add_token_types(types + [4] * len(USER_DEFINED))
    writer.add_bos_token_id(library.bos_id())
    writer.add_eos_token_id(library.eos_id())
    finish(writer)


def write_pieces_by_hand(path, tokens, types):
    writer = GGUFWriter(path, "llama")
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(i) for i in range(len(tokens))])
    writer.add_token_types(types)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    finish(writer)


def write_seeds(folder):
    """Vocabularies as small as they can be, for the fuzzer to damage."""
    merges = [("H", "i"), ("t", "h"), ("th", "e"), ("\u0120", "the")]
    tokens = sorted(pre_tokenizers.ByteLevel.alphabet()) + [a + b for a, b in merges]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    for pre in ("qwen2", "llama-bpe", "deepseek-llm"):
        write_bytes(folder / (pre + ".gguf"), vocabulary, merges, pre, ["<|im_start|>", "<|im_end|>"])
    first = ["<unk>", "<s>", "</s>"]
    space = "\u2581"
    write_pieces_by_hand(folder / "llama.gguf", first + ["<0x%02X>" % i for i in range(256)] +
                         [space, "H", "i", "Hi", space + "Hi", "t", "<think>"], [2, 3, 3] + [6] * 256 + [1] * 5 + [5, 4])
    write_pieces_by_hand(folder / "no_bytes.gguf", first + [space, "H", "i", "Hi", "a", "aa", "</think>"],
                         [2, 3, 3] + [1] * 6 + [3])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default=str(pathlib.Path(__file__).parent))
    parser.add_argument("--random", type=int, default=24, help="how many random texts to add")
    parser.add_argument("--seeds", help="only write the seeds of vocabulary_fuzz, into this folder")
    arguments = parser.parse_args()
    if arguments.seeds:
        return write_seeds(pathlib.Path(arguments.seeds))
    folder = pathlib.Path(arguments.folder)

    texts = TEXTS + random_texts(arguments.random)
    vocabulary, merges = train_bytes()
    write_bytes(folder / "byte_bpe.gguf", vocabulary, merges)
    library = train_pieces()
    write_pieces(folder / "sentence_piece.gguf", library)
    expected = {"texts": texts, "byte_bpe": expected_ids(vocabulary, merges, texts),
                "sentence_piece": [library.encode(text) for text in texts]}
    text = json.dumps(expected, ensure_ascii=True, separators=(",", ":"))
    (folder / "expected.json").write_text(text.replace("]],", "]],\n") + "\n")


if __name__ == "__main__":
    main()
