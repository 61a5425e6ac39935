"""The default model's tokenizer as a folder in the format of `transformers`, for clients that count
tokens themselves."""
import json
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, LIST = 8, 9


def default_model():
    """Its file."""
    return subprocess.run([sys.executable, ROOT / "tools/get_default_model"], check=True, text=True,
                          stdout=subprocess.PIPE, timeout=600).stdout.strip()


def metadata(file):
    """The key-value pairs of a GGUF file."""
    with open(file, "rb") as data:
        def number(format):
            return struct.unpack("<" + format, data.read(struct.calcsize(format)))[0]

        def value(kind):
            if kind == TEXT:
                return data.read(number("Q")).decode()
            if kind == LIST:
                kind = number("I")
                return [value(kind) for _ in range(number("Q"))]
            return number(NUMBERS[kind])

        assert data.read(4) == b"GGUF"
        number("I"), number("Q")  # its version; how many tensors
        return {value(TEXT): value(number("I")) for _ in range(number("Q"))}


def write_tokenizer(model, folder):
    """Writes the tokenizer of a model of the family SmolLM2: byte-level BPE, digits one by one."""
    known = metadata(model)
    tokens = known["tokenizer.ggml.tokens"]
    controls = [id for id, kind in enumerate(known["tokenizer.ggml.token_type"]) if kind == 3]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                  "use_regex": True}
    Path(folder, "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None,
        "added_tokens": [{"id": id, "content": tokens[id], "single_word": False, "lstrip": False,
                          "rstrip": False, "normalized": False, "special": True}
                         for id in controls],
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": True}, byte_level]},
        "post_processor": None, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None,
                  "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": False, "byte_fallback": False,
                  "vocab": {token: id for id, token in enumerate(tokens)},
                  "merges": known["tokenizer.ggml.merges"]}}))
    eos = tokens[known["tokenizer.ggml.eos_token_id"]]
    Path(folder, "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": eos, "eos_token": eos,
        "pad_token": eos, "model_max_length": known["llama.context_length"],
        "clean_up_tokenization_spaces": False}))
