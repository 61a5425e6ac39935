"""A llama of random weights with a token for each byte, which loads at once and can be asked with
any chat template."""
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))
import gguf_file  # noqa: E402

SPECIAL = ["<s>", "</s>", "<unk>"]


def byte_names():
    """The names that byte-level BPE has for bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    names, others = [], 0
    for byte in range(256):
        names.append(chr(byte) if byte in plain else chr(256 + others))
        others += byte not in plain
    return names


def listing(key, kind, items):
    return gguf_file.text(key) + struct.pack("<IIQ", 9, kind, len(items)) + b"".join(items)


def write(path, context=8192, pre_tokenizer="gpt-2", broken=None,
          type="Q4_1"):
    """`broken`: a number to put into the last norm, such as NaN. `pre_tokenizer`: None names none."""
    tokens = [*byte_names(), *SPECIAL, "aa"]
    file = gguf_file.llama(vocabulary=-(-len(tokens) // 32) * 32, context=context,
                          type=type)
    tokens += [f"<unused{i}>" for i in range(-len(tokens) % 32)]
    file.keys = [key for key in file.keys if b"tokenizer.ggml.model" not in key]
    file.real("attention.layer_norm_rms_epsilon", 1e-5)
    file.text("tokenizer.ggml.model", "gpt2")
    if pre_tokenizer:
        file.text("tokenizer.ggml.pre", pre_tokenizer)
    string, integer = 8, 5
    kinds = [1] * 256 + [3] * len(SPECIAL) + [1] * (len(tokens) - 256 - len(SPECIAL))
    file.keys.append(listing("tokenizer.ggml.tokens", string, [gguf_file.text(t) for t in tokens]))
    file.keys.append(listing("tokenizer.ggml.token_type", integer,
                             [struct.pack("<i", kind) for kind in kinds]))
    file.keys.append(listing("tokenizer.ggml.merges", string, [gguf_file.text("a a")]))
    for key, token in (("bos", "<s>"), ("eos", "</s>")):
        file.keys.append(gguf_file.text(f"tokenizer.ggml.{key}_token_id")
                         + struct.pack("<II", 4, tokens.index(token)))
    file.flag("tokenizer.ggml.add_bos_token", 0)
    content = bytearray(file.bytes())
    if broken is not None:
        at = len(file.header()) + file.places["output_norm.weight"]
        content[at:at + 4] = struct.pack("<f", broken)
    Path(path).write_bytes(content)
