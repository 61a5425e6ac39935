"""Models that say what they are told, for tests: the token at each position is given, so the greedy
answer to a prompt of a known length is known.

A model is a GPT-2 of one block of zeros. A position's embedding is the unit vector of the token that
comes next, and the output matrix is the identity. Its vocabulary is the 256 bytes and special tokens.
Where it is told nothing, or a grammar allows nothing of it, it would rather end than talk on.
"""
import array
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "media"))

import gguf_file  # noqa: E402

NORMAL, CONTROL = 1, 3
HEADS = 4
CLOSING = '}"])/>`'  # what ends a call, the best first


def byte_names():
    """The names of the 256 bytes in a GPT-2 vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    names, others = {}, 0
    for byte in range(256):
        names[byte] = chr(byte) if byte in plain else chr(256 + others)
        others += byte not in plain
    return [names[byte] for byte in range(256)]


class Vocabulary:
    def __init__(self, special):
        self.bytes = byte_names()
        # A vocabulary needs a merge; this one never occurs in UTF-8.
        self.merge = (self.bytes[0xFE], self.bytes[0xFF])
        self.special = sorted(set(special), key=len, reverse=True)
        self.names = [*self.bytes, "".join(self.merge), *self.special]
        self.ids = {name: index for index, name in enumerate(self.names)}

    def tokens(self, text):
        """The tokens of a text, with the special ones by their names."""
        tokens = []
        while text:
            name = next((name for name in self.special if text.startswith(name)), None)
            if name:
                tokens.append(self.ids[name])
                text = text[len(name):]
            else:
                tokens += [self.ids[self.bytes[byte]] for byte in text[0].encode()]
                text = text[1:]
        return tokens

    def records(self, eos):
        def listing(key, kind, items):
            return (gguf_file._text(key) + struct.pack("<IIQ", gguf_file.ARRAY, kind, len(items))
                    + b"".join(items))
        kinds = [CONTROL if name in self.special else NORMAL for name in self.names]
        return [listing("tokenizer.ggml.tokens", gguf_file.TEXT,
                        [gguf_file._text(name) for name in self.names]),
                listing("tokenizer.ggml.token_type", gguf_file.I32,
                        [struct.pack("<i", kind) for kind in kinds]),
                listing("tokenizer.ggml.merges", gguf_file.TEXT,
                        [gguf_file._text(" ".join(self.merge))])]


def write(path, special, eos, answers, context=8192):
    """`answers`: position of a prompt's last token -> the answer's text. `eos` is among `special`."""
    vocabulary = Vocabulary(special)
    count = len(vocabulary.names)
    width = (count + 31) // 32 * 32
    wishes = [0.0] * width
    for rank, token in enumerate([vocabulary.ids[eos], *(vocabulary.ids[mark] for mark in CLOSING),
                                  *(vocabulary.ids[name] for name in vocabulary.special)]):
        wishes[token] = wishes[token] or 0.5 / (1.2 ** rank)
    positions = array.array("f", wishes) * context
    for last, text in answers.items():
        for offset, token in enumerate(vocabulary.tokens(text)):
            positions[(last + offset) * width + token] = 2.0
    output = array.array("f", bytes(4 * width * count))
    for token in range(count):
        output[token * width + token] = 1.0
    ones = array.array("f", [1.0] * width)

    def zeros(*shape):
        size = 1
        for length in shape:
            size *= length
        return array.array("f", bytes(4 * size))

    tensors = [("token_embd.weight", (width, count), zeros(width, count)),
               ("position_embd.weight", (width, context), positions),
               ("output_norm.weight", (width,), ones), ("output_norm.bias", (width,), zeros(width)),
               ("output.weight", (width, count), output)]
    for name, shape in {"attn_qkv": (width, 3 * width), "attn_output": (width, width),
                        "ffn_up": (width, width), "ffn_down": (width, width)}.items():
        tensors += [(f"blk.0.{name}.weight", shape, zeros(*shape)),
                    (f"blk.0.{name}.bias", shape[1:], zeros(shape[1]))]
    for name in ("attn_norm", "ffn_norm"):
        tensors += [(f"blk.0.{name}.weight", (width,), ones),
                    (f"blk.0.{name}.bias", (width,), zeros(width))]
    end = vocabulary.ids[eos]
    metadata = {"general.architecture": "gpt2", "general.name": "scripted",
                "gpt2.context_length": context, "gpt2.embedding_length": width,
                "gpt2.block_count": 1, "gpt2.feed_forward_length": width,
                "gpt2.attention.head_count": HEADS, "gpt2.attention.layer_norm_epsilon": 1e-5,
                "gpt2.vocab_size": count, "tokenizer.ggml.model": "gpt2",
                "tokenizer.ggml.pre": "gpt-2", "tokenizer.ggml.eos_token_id": end,
                "tokenizer.ggml.bos_token_id": end, "tokenizer.ggml.add_bos_token": False}
    gguf_file.write(path, metadata, tensors, vocabulary.records(eos))
